// SPDX-License-Identifier: Apache-2.0
//
// admin_plane - listeners of the admin plane and of the state folder's UNIX socket, on worker 0's
// loop.

#ifndef GATE_ADMIN_PLANE_H
#define GATE_ADMIN_PLANE_H

#include "gate/gate.h"
#include "gate/worker.h"

struct admin_plane;

// Opens the configuration's admin listeners and the socket in the state folder. `w` is worker 0,
// open, its loop not yet running. Also on failure *out is set, and admin_plane_close is due.
enum status admin_plane_open(struct gate *g, struct worker *w, struct admin_plane **out,
                             struct why *why) MUST_USE;
void admin_plane_close(struct admin_plane *p); // the loop has stopped; frees it

#endif
