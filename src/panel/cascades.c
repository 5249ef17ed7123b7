// SPDX-License-Identifier: Apache-2.0

#include "panel/cascades.h"

#include "base/args.h"
#include "base/json_out.h"
#include "gate/cascades.h"
#include "gate/gate_state.h"
#include "panel/builtin.h"

#define PPM_PLACES   6
#define MILLI_PLACES 3

static void share(struct json_out *o, const char *name, uint64_t n, unsigned places)
{
    json_out_name(o, name);
    decimal_write(o->buf, n, places, 0);
}

static void route(struct json_out *o, struct cascades *all, const struct config_route *r)
{
    const struct breakeven_sum sum = cascades_sum(all, r->name);
    if (r->verifier_count == 0)
        return;
    json_out_begin(o, NULL, '{');
    json_out_text(o, "route", r->name);
    json_out_begin(o, "verify", '[');
    for (unsigned i = 0; i < r->verifier_count; i++)
        json_out_text(o, NULL, str_of(config_verifier_name(r->verifiers[i].kind)));
    json_out_end(o, ']');
    json_out_flag(o, "known", sum.known);
    json_out_flag(o, "pays", sum.pays);
    json_out_flag(o, "unpriced", sum.unpriced);
    json_out_flag(o, "unended", sum.unended);
    share(o, "escalated", sum.escalated_ppm, PPM_PLACES);
    share(o, "small_attempts", sum.small_milli, MILLI_PLACES);
    share(o, "ratio", sum.ratio_ppm, PPM_PLACES);
    share(o, "break_even", sum.all_ppm, PPM_PLACES);
    json_out_end(o, '}');
}

enum status cascades_status(struct verb_call *c, struct why *why)
{
    struct builtin b;
    struct json_out o = {c->answer, true};
    enum status s = args_none(c->args, why);
    if (s != STATUS_OK)
        return s;
    s = builtin_open(&b, c, why);
    if (s == STATUS_OK) {
        json_out_begin(&o, NULL, '{');
        json_out_begin(&o, "cascades", '[');
        for (unsigned i = 0; i < c->config->route_count; i++)
            route(&o, gate_cascades(c->gate), &c->config->routes[i]);
        route(&o, gate_cascades(c->gate), b.route);
        json_out_end(&o, ']');
        json_out_end(&o, '}');
    }
    builtin_close(&b);
    return s;
}
