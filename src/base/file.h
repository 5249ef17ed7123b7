// SPDX-License-Identifier: Apache-2.0
//
// file - a whole file, read or written at once. Failures name the path and the system's reason.

#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/status.h"

enum file_kind {
    FILE_ANY,     // a file, a pipe, a device: its end is waited for
    FILE_AT_ONCE, // nothing is waited for: a pipe that nobody writes to is empty
    FILE_OWN,     // of the program's own folder: regular, and no symbolic link
};

// Appends all of it to `out`: LIMIT when that is more than its ceiling, NO_MEMORY, else IO. After a
// failure `out` may have a part.
enum status file_read(const char *path, enum file_kind kind, struct buf *out,
                      struct why *why) MUST_USE;
// The same from where an open descriptor stands, to its end; `path` is its name for a person.
enum status file_read_from(int fd, const char *path, struct buf *out, struct why *why) MUST_USE;
// Makes the file or replaces what is in it. One of FILE_OWN is for its owner alone, and on the disk
// at return; others are as the umask says. FULL without space, else IO; after a failure the file
// may hold a part.
enum status file_write(const char *path, enum file_kind kind, struct str text,
                       struct why *why) MUST_USE;
// The same for a file that others may have open or mapped: it is written beside, put on the disk
// with its folder's entry, and takes the name at once. After a failure what was there stays. What a
// symbolic link leads to is replaced, not the link; of FILE_OWN the link. IO of FILE_ANY where
// something else than a file is there.
enum status file_replace(const char *path, enum file_kind kind, struct str text,
                         struct why *why) MUST_USE;
// All of the text, over short writes and signals. False with errno.
bool file_write_to(int fd, struct str text) MUST_USE;
// What errno says of the path: FULL without space, else IO. `what` failed, as in "cannot be read".
enum status file_failed(const char *path, const char *what, struct why *why);

#endif
