// SPDX-License-Identifier: Apache-2.0

#include "config/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

#include "base/digest.h"

#define SOCKET_PATH_MAX sizeof((struct sockaddr_un *)NULL)->sun_path // with its NUL

// A user's session has one of its own; a service has /run/costlens.
static const char *runtime_folder(void)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    return folder && folder[0] == '/' ? folder : "/run/costlens";
}

bool place_socket(struct str state, char *out, size_t size)
{
    size_t most = size < SOCKET_PATH_MAX ? size : SOCKET_PATH_MAX;
    int n = snprintf(out, most, "%.*s/costlens.sock", STR_ARG(state));
    if (n > 0 && (size_t)n < most)
        return true;
    uint8_t digest[DIGEST_BYTES];
    char hex[17] = "";
    if (!digest_sha256(state, digest))
        return false;
    hex_write(digest, 8, hex);
    n = snprintf(out, most, "%s/costlens-%.16s.sock", runtime_folder(), hex);
    return n > 0 && (size_t)n < most;
}
