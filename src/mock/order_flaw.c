// SPDX-License-Identifier: Apache-2.0
//
// Answers that a small model gets wrong, each as plainly as the verifier that looks for it needs.

#include "mock/order.h"
#include "mock/prose.h"

#define REPEATS 12

bool order_flaw_text(struct order *o)
{
    const bool *on = o->trouble.on;
    if (on[TROUBLE_REFUSES])
        buf_add_cstr(&o->text, "I'm sorry, but I can't help with that.");
    else if (on[TROUBLE_WRONG_SUM])
        buf_add_cstr(&o->text, "There are 12 x 12 = 145 of them.");
    else if (on[TROUBLE_REPEATS])
        for (int i = 0; i < REPEATS; i++)
            buf_add_cstr(&o->text, i ? " and then so on" : "and then so on");
    else if (!on[TROUBLE_SILENT])
        return false;
    return true;
}

void order_flaw_json(struct order *o)
{
    if (o->trouble.on[TROUBLE_BROKEN_JSON] && o->tool.len == 0)
        o->text.len = o->text.len / 2;
}

void order_flaw_end(struct order *o)
{
    int64_t most = prose_count(buf_str(&o->text)) / 2;
    if (o->trouble.on[TROUBLE_LENGTH] && o->tool.len == 0)
        order_cut(o, most > 0 ? most : 1);
}
