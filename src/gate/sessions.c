// SPDX-License-Identifier: Apache-2.0

#include "gate/sessions.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/map.h"
#include "gate/memo.h"

#define PLACES 16384 // 768 KB

struct sessions {
    struct memo *memo;
};

struct sessions *sessions_new(void)
{
    struct sessions *s = alloc_zero(&alloc_heap, sizeof *s);
    if (s && !(s->memo = memo_new(PLACES))) {
        heap_free(s);
        return NULL;
    }
    return s;
}

void sessions_free(struct sessions *s)
{
    if (!s)
        return;
    memo_free(s->memo);
    heap_free(s);
}

uint64_t sessions_model(struct str full)
{
    return map_hash(full) | 1;
}

uint64_t sessions_find(struct sessions *s, uint64_t session, int64_t for_ms, int64_t now_us)
{
    const struct memo_place *p = memo_find(s->memo, session);
    uint64_t model = memo_word(p, 0);
    if (!model)
        return 0;
    uint32_t ago_s = (uint32_t)(now_us / SECOND_US) - memo_touched_s(p);
    return (int64_t)ago_s * 1000 <= for_ms ? model : 0;
}

void sessions_keep(struct sessions *s, uint64_t session, uint64_t model, int64_t now_us)
{
    struct memo_place *p = memo_take(s->memo, session, (uint32_t)(now_us / SECOND_US));
    memo_put(p, 0, model);
}
