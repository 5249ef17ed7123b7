// SPDX-License-Identifier: Apache-2.0
//
// Which of a route's calls are put to both sides: the section `shadow`.

#include "config/reading.h"

static const enum window_kind windows[] = {WINDOW_DAY, WINDOW_WEEK, WINDOW_MONTH, WINDOW_LIFETIME};

static void read_judge(struct reading *r, struct str route, const struct node *n, struct str judge,
                       struct config_shadow *out)
{
    if (str_is(judge, "none"))
        out->unjudged = true;
    else if (judge.len && reading_target(r, n, (struct reading_owner){"judge", "route", route},
                                         judge) == TARGET_THERE)
        out->judge = judge;
}

void reading_shadow(struct reading *r, const struct node *n, struct config_route *route)
{
    struct shadow_text t = {0};
    if (node_is_null(n))
        return;
    reading_defaults(r, SECTION_SHADOW, &t);
    if (!reading_section(r, SECTION_SHADOW, n, &t))
        return;
    if (!node_get(n, "budget"))
        reading_fault(r, n->line, "route %.*s: shadow: `budget` is missing. Write budget: 2.00",
                      STR_ARG(route->name));
    if (!route->small || !route->large)
        reading_fault(r, n->line,
                      "route %.*s: shadow: it compares both sides, and the route has one. Write "
                      "`small` and `large`",
                      STR_ARG(route->name));
    if (route->local_only)
        reading_fault(r, n->line,
                      "route %.*s: shadow: a route that is local_only sends no text a second time. "
                      "Remove one of them",
                      STR_ARG(route->name));
    route->shadow = (struct config_shadow){.on = true,
                                           .budget = t.budget,
                                           .window = windows[t.window],
                                           .rate_ppm = t.rate,
                                           .rate_certified_ppm = t.rate_certified};
    read_judge(r, route->name, node_get(n, "judge"), t.judge, &route->shadow);
}
