// SPDX-License-Identifier: Apache-2.0

#include "cmd/tokens.h"

#include <stdio.h>

#include "core/usage.h"

static int64_t *place(struct tokens *t, enum bucket b)
{
    if (b >= BUCKET_OUTPUT)
        return &t->out;
    if (b == BUCKET_CACHE_READ || b == BUCKET_AUDIO_CACHE_READ)
        return &t->cached;
    return b == BUCKET_CACHE_WRITE_5M || b == BUCKET_CACHE_WRITE_1H ? &t->written : &t->fresh;
}

void tokens_read(const struct json_val *v, struct tokens *out)
{
    *out = (struct tokens){0};
    for (enum bucket b = 0; b < BUCKET_COUNT && bucket_is_token(b); b++) {
        char member[48];
        int64_t n = 0;
        (void)snprintf(member, sizeof member, "%s_tokens", bucket_name(b));
        if (json_i64(json_get(v, member), &n))
            *place(out, b) = count_add(*place(out, b), n);
    }
}

void tokens_add(struct tokens *to, const struct tokens *t)
{
    to->fresh = count_add(to->fresh, t->fresh);
    to->cached = count_add(to->cached, t->cached);
    to->written = count_add(to->written, t->written);
    to->out = count_add(to->out, t->out);
}
