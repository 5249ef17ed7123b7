// SPDX-License-Identifier: Apache-2.0
//
// A list: no more pairs run than each worker allows, and a look at it is nothing beside a call.

#include "gate/owed.h"

#include "base/must.h"
#include "core/usage.h"

void owed_init(struct owed *o)
{
    pthread_mutex_init(&o->lock, NULL);
    list_init(&o->pairs);
}

void owed_fini(struct owed *o)
{
    must(list_empty(&o->pairs));
    pthread_mutex_destroy(&o->lock);
}

struct nano owed_set(struct owed *o, struct owing *pair, struct nano is)
{
    struct nano sum = {0};
    must(is.n >= 0);
    pthread_mutex_lock(&o->lock);
    if (pair->is.n == 0 && is.n > 0)
        list_push(&o->pairs, &pair->link);
    else if (pair->is.n > 0 && is.n == 0)
        list_pull(&pair->link);
    pair->is = is;
    list_for (it, &o->pairs) {
        const struct owing *one = list_of(it, struct owing, link);
        if (str_eq(one->route, pair->route))
            sum.n = count_add(sum.n, one->is.n);
    }
    pthread_mutex_unlock(&o->lock);
    return sum;
}
