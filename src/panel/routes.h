// SPDX-License-Identifier: Apache-2.0
//
// routes - the admin API: every verb is a path, POST /api/v1/<verb> with its arguments as a JSON
// object; GET too where it changes nothing.

#ifndef PANEL_ROUTES_H
#define PANEL_ROUTES_H

#include "panel/admin.h"

// The table, `*count` rows. It lives as long as the program.
const struct admin_route *panel_routes(unsigned *count);

#endif
