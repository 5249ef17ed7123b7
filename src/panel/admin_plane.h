// SPDX-License-Identifier: Apache-2.0
//
// admin_plane - listeners of the admin plane and of the state folder's UNIX socket, on worker 0's
// loop.

#ifndef PANEL_ADMIN_PLANE_H
#define PANEL_ADMIN_PLANE_H

#include "gate/gate.h"

// Opens the configuration's admin listeners and the socket in the state folder.
extern const struct gate_annex admin_plane;

#endif
