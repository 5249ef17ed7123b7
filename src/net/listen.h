// SPDX-License-Identifier: Apache-2.0
//
// listen - a listening socket, and who else has it when we cannot.

#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"

struct listening {
    int fd;
    uint16_t port;   // 0 for a UNIX socket
    bool local;      // a UNIX socket
    char *unix_path; // from alloc_heap; removed when listening ends
};

enum status listen_open(struct str address, bool shared, struct listening *out,
                        struct why *why) MUST_USE;

#endif
