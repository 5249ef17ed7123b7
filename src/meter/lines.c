// SPDX-License-Identifier: Apache-2.0

#include "meter/lines.h"

#include "base/limits.h"

// More than this is given back when it is not needed any more: thousands of streams wait at a time.
#define KEPT_BYTES_MAX 512

void lines_init(struct lines *l, const struct alloc *alloc)
{
    *l = (struct lines){.long_bytes = SSE_EVENT_BYTES_MAX};
    buf_init(&l->carry, alloc, 0);
}

void lines_fini(struct lines *l)
{
    buf_fini(&l->carry);
}

// What the call before gave out has been used.
static void forget(struct lines *l)
{
    const struct alloc *alloc = l->carry.alloc;
    if (!l->given)
        return;
    l->given = false;
    if (l->carry.size <= KEPT_BYTES_MAX) {
        buf_clear(&l->carry);
        return;
    }
    buf_fini(&l->carry);
    buf_init(&l->carry, alloc, 0);
}

static bool give(struct sse_event *event, struct str raw)
{
    struct str data = str_trim(raw);
    *event = (struct sse_event){.raw = raw, .data = data, .has_data = data.len > 0};
    return true;
}

static bool give_part(struct lines *l, struct sse_event *event, struct str raw, bool end)
{
    *event = (struct sse_event){.raw = raw, .has_data = true, .part = true, .end = end};
    l->in_parts = !end;
    return true;
}

static bool next_part(struct lines *l, struct str *piece, struct sse_event *event)
{
    size_t n = str_find(*piece, '\n');
    struct str raw = str_from(piece->ptr, n ? n : 1);
    *piece = str_skip(*piece, raw.len);
    return give_part(l, event, raw, n == 0);
}

bool lines_next(struct lines *l, struct str *piece, struct sse_event *event)
{
    forget(l);
    if (l->failed || piece->len == 0)
        return false;
    if (l->in_parts)
        return next_part(l, piece, event);
    size_t lf = str_find(*piece, '\n');
    bool whole = lf < piece->len;
    struct str raw = str_from(piece->ptr, lf + whole);
    if (l->carry.len + raw.len > l->long_bytes) {
        l->given = l->carry.len > 0;
        return l->given ? give_part(l, event, buf_str(&l->carry), false)
                        : next_part(l, piece, event);
    }
    *piece = str_skip(*piece, raw.len);
    if (l->carry.len || !whole) {
        buf_add(&l->carry, raw);
        l->failed = buf_failed(&l->carry);
        l->given = whole;
        raw = buf_str(&l->carry);
    }
    return whole && !l->failed && give(event, raw);
}

bool lines_last(struct lines *l, struct sse_event *event)
{
    forget(l);
    if (l->failed)
        return false;
    if (l->in_parts)
        return give_part(l, event, STR_NONE, true);
    l->given = l->carry.len > 0;
    return l->given && give(event, buf_str(&l->carry));
}
