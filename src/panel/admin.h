// SPDX-License-Identifier: Apache-2.0
//
// admin - the admin plane's door: who may knock (admin token or the UNIX socket; the Host checked),
// and a table of what can be asked. /livez, /readyz and /metrics are answered here, without a
// token; the rest is given to the routes (routes.h), on a thread that may wait for
// the disk.

#ifndef PANEL_ADMIN_H
#define PANEL_ADMIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

struct gate;

struct admin_call {
    struct gate *gate;
    struct str method;
    struct str path;         // below /api/v1, decoded: "/keys"
    struct str query;        // raw
    struct str body;         // <= 1 MiB
    int status;              // to be set; 200 by default
    struct str content_type; // application/json by default; static text
    struct buf answer;
};

typedef void admin_f(struct admin_call *c);

struct admin_route {
    const char *method;
    const char *path; // exact, below /api/v1
    admin_f *run;     // on a chore thread; one at a time
    bool slow;        // may take long: waits for others of its kind only
};

// {"error":{"code","message"}} with that status.
void admin_fail(struct admin_call *c, int status, const char *code, const char *format, ...)
    PRINTF(4, 5);

#endif
