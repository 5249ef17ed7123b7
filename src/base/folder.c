// SPDX-License-Identifier: Apache-2.0

#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum status folder_make(struct str folder, struct why *why)
{
    char path[PATH_MAX];
    int failed = 0; // of the topmost that cannot be made: those below it only miss it
    if (!str_copy(folder, path, sizeof path) || !path[0])
        return why_set(why, STATUS_LIMIT, "the path of a folder is too long or empty");
    for (char *at = path + 1; at[-1]; at++) {
        char c = *at;
        if (c != '/' && c != 0)
            continue;
        *at = 0;
        if (mkdir(path, 0700) == 0 || errno == EEXIST || errno == EISDIR)
            failed = 0;
        else if (!failed)
            failed = errno;
        *at = c;
    }
    if (failed)
        return why_set(why, failed == ENOSPC || failed == EDQUOT ? STATUS_FULL : STATUS_IO,
                       failed == EACCES ? "the folder %s cannot be entered or made: %s. Is it "
                                          "another user's?"
                                        : "the folder %s cannot be made: %s",
                       path, strerror(failed));
    return STATUS_OK;
}

void folder_sync(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!fsync(fd); // some file systems cannot: the file itself is safe
    close(fd);
}
