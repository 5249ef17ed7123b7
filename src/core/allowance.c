// SPDX-License-Identifier: Apache-2.0

#include "core/allowance.h"

#include "base/decimal.h"

const char *allowance_name(enum allowance_kind k)
{
    static const char *const names[ALLOWANCE_COUNT] = {
#define X(id, name) [ALLOWANCE_##id] = (name),
        ALLOWANCE_MAP(X)
#undef X
    };
    return names[k];
}

static bool is_full(const struct allowance *a, int64_t now_us)
{
    return a->read_us == 0 || now_us >= a->full_us;
}

int64_t allowance_left(const struct allowance *a, int64_t now_us)
{
    if (is_full(a, now_us))
        return a->read_us == 0 || a->limit == 0 ? INT64_MAX : a->limit;
    if (a->limit <= a->left || now_us <= a->read_us)
        return a->left;
    int128 back = (int128)(a->limit - a->left) * (now_us - a->read_us);
    return a->left + (int64_t)(back / (a->full_us - a->read_us));
}

static int64_t unbounded_us(const struct allowance *a, int64_t need, int64_t now_us)
{
    if (a->limit > 0 && need > a->limit)
        need = a->limit;
    if (is_full(a, now_us) || allowance_left(a, now_us) >= need)
        return 0;
    if (a->limit <= a->left)
        return a->full_us - now_us;
    int128 lacks = (int128)(need - a->left) * (a->full_us - a->read_us);
    int128 parts = a->limit - a->left;
    int64_t at_us = a->read_us + (int64_t)((lacks + parts - 1) / parts);
    return at_us > now_us ? at_us - now_us : 1;
}

// For how long the reading holds.
static int64_t held_us(const struct allowance *a, int64_t now_us)
{
    int64_t most_us = a->read_us + ALLOWANCE_MOST_US - now_us;
    return most_us > 0 ? most_us : 0;
}

int64_t allowance_wait_us(const struct allowance *a, int64_t need, int64_t now_us)
{
    int64_t wait_us = unbounded_us(a, need, now_us);
    int64_t most_us = held_us(a, now_us);
    return wait_us < most_us ? wait_us : most_us;
}

int64_t allowance_beyond_us(const struct allowance *a, int64_t need, int64_t now_us)
{
    return a->read_us != 0 && a->limit > 0 && need > a->limit ? held_us(a, now_us) : 0;
}
