// SPDX-License-Identifier: Apache-2.0

#include "request/translation.h"

#include "base/limits.h"
#include "local/local.h"
#include "request/fit.h"
#include "request/held.h"
#include "request/relay.h"
#include "request/verifying.h"

#define US_PER_S 1000000

unsigned translation_dialects(enum endpoint client)
{
    unsigned bits = 0;
    for (unsigned d = 0; d < DIALECT_COUNT; d++) {
        enum endpoint ignored;
        if (translate_endpoint(client, (enum dialect)d, &ignored))
            bits |= 1U << d;
    }
    return bits;
}

static enum refusal write_request(struct req *r, struct translation *t, struct why *why)
{
    const struct attempt *a = &r->attempt;
    const struct fit fits = fit(r);
    const struct translate_wish wish = {.model = a->target.model,
                                        .output_cap = fits.output_max,
                                        .context = fits.context,
                                        .keep_alive = a->provider->keep_alive,
                                        .logprobs = t->answer.setup.no_logprobs,
                                        .output_max = a->output_max};
    return translate_request(&r->ask, &wish, &r->arena, &t->body, why);
}

static struct str cure_of(struct req *r, struct str model)
{
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    local_pull_write(model, &text);
    struct str cure = arena_dup(&r->arena, buf_str(&text));
    buf_fini(&text);
    return cure;
}

enum refusal translation_begin(struct req *r, struct why *why)
{
    struct attempt *a = &r->attempt;
    a->endpoint = r->found.endpoint;
    if (a->provider->mock || a->provider->dialect == r->dialect)
        return REFUSAL_NONE;
    must(translate_endpoint(r->found.endpoint, a->provider->dialect, &a->endpoint));
    struct translation *t = arena_new(&r->arena, struct translation);
    if (!t) {
        (void)why_set(why, STATUS_NO_MEMORY, "out of memory");
        return REFUSAL_INTERNAL;
    }
    struct translate_setup setup = {.client = r->found.endpoint,
                                    .provider = a->endpoint,
                                    .id = str_from(r->id_text, UUID_TEXT),
                                    .model = a->target.model,
                                    .no_logprobs = verifying_wants_logprobs(r),
                                    .created_s = r->start_us / US_PER_S};
    if (a->provider->dialect == DIALECT_OLLAMA)
        setup.cure = cure_of(r, a->target.model);
    translate_read(&r->ask, &setup);
    translate_init(&t->answer, &setup, &alloc_heap);
    buf_init(&t->body, &alloc_heap, TRANSLATED_BYTES_MAX);
    buf_init(&t->end, &alloc_heap, TRANSLATED_BYTES_MAX);
    a->translation = t;
    a->whole.ceiling = TRANSLATED_BYTES_MAX;
    return write_request(r, t, why);
}

void translation_free(struct translation *t)
{
    if (!t)
        return;
    buf_fini(&t->body);
    buf_fini(&t->end);
    translate_fini(&t->answer);
}

const char *translation_type(const struct translation *t)
{
    return t->answer.setup.stream ? "text/event-stream" : "application/json";
}

void translation_feed(struct req *r, struct str bytes)
{
    struct translate *t = &r->attempt.translation->answer;
    translate_feed(t, bytes, relay_write, r);
    if (t->large)
        relay_fail(r, REFUSAL_UPSTREAM_LARGE,
                   "What is translated, or a line of its stream, may have 128 MiB. Ask for less in "
                   "a call.");
    r->attempt.meter.garbage = r->attempt.meter.garbage || t->garbage;
}

// Its body was collected as the provider wrote it.
static bool end_error(struct attempt *a)
{
    struct translation *t = a->translation;
    struct buf out;
    buf_init(&out, &alloc_heap, a->whole.ceiling);
    t->status = translate_error(&t->answer.setup, a->upstream_status, buf_str(&a->whole), &out);
    buf_fini(&a->whole);
    a->whole = out;
    return true;
}

bool translation_end(struct req *r)
{
    struct translation *t = r->attempt.translation;
    if (!t || t->status)
        return true;
    if (r->attempt.upstream_status >= 400)
        return end_error(&r->attempt);
    translate_end(&t->answer, relay_write, r);
    t->status = translate_fault(&t->answer);
    if (t->status && t->answer.setup.whole && !r->head_sent)
        held_be_json(&r->attempt);
    return t->status > 0 || translate_done(&t->answer);
}
