// SPDX-License-Identifier: Apache-2.0

#include "request/side.h"

void side_choose(const struct req *r, struct plan *p, unsigned has)
{
    (void)r;
    p->propensity_ppm = PROPENSITY_SURE;
    if (has != (1u << SIDE_SMALL | 1u << SIDE_LARGE)) {
        p->side = has & 1u << SIDE_LARGE ? SIDE_LARGE : SIDE_SMALL;
        p->reason = "the only side";
    } else if (p->route->mode == CONFIG_CERTIFIED) {
        p->side = SIDE_LARGE;
        p->reason = "no certificate";
    } else {
        p->side = SIDE_SMALL;
        p->reason = "rules";
        p->cascade = p->route->verifier_count > 0;
    }
}
