// SPDX-License-Identifier: Apache-2.0
//
// order_fixture - an order out of a path and a body, as the server would bring them.

#ifndef ORDER_FIXTURE_H
#define ORDER_FIXTURE_H

#include "mock/order.h"

static struct cache fixture_cache;

static inline bool fixture_read(struct order *o, const char *path, const char *body,
                                const char *fault)
{
    struct str target = str_of(path);
    size_t mark = str_find(target, '?');
    struct field fields[] = {{STR("x-mock-fault"), str_of(fault)}};
    struct head head = {.method = STR("POST"),
                        .path = str_from(path, mark),
                        .query = str_skip(target, mark + 1),
                        .minor = 1,
                        .field_count = fault ? 1 : 0,
                        .fields = fields};
    struct why why = {0};
    struct order_source source = {&head, str_of(body), 1, &fixture_cache};
    *o = (struct order){0};
    order_route(o, &head);
    return order_read(o, &source, &why);
}

#endif
