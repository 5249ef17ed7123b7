// SPDX-License-Identifier: Apache-2.0
//
// folder - a folder of the program's own on disk.

#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include "base/status.h"
#include "base/str.h"

// Makes the folder and those above it (mode 0700); fine when it is there. LIMIT when the path is
// empty or too long, FULL without space, else IO: `why` names the path.
enum status folder_make(struct str folder, struct why *why) MUST_USE;
// Puts on the disk which files are in it, as far as the file system can.
void folder_sync(const char *folder);

#endif
