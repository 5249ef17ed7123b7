// SPDX-License-Identifier: Apache-2.0
// A request that is taken, edited, and read again says the new model, is one that asks for usage,
// and weighs no longer answers than it was to. Whatever it says, it weighs something.
#include "base/must.h"
#include "core/said.h"
#include "wire/weigh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LONGEST 100

// An object that is none, and Ollama's numbers that are none, are left to the provider. What was
// meant is at least that long.
static bool lesser(const struct ask *a, const struct weight *before, const struct weight *after)
{
    enum dialect d = endpoint_dialect(a->endpoint);
    bool inside = d == DIALECT_GEMINI || d == DIALECT_OLLAMA;
    int64_t said = before->output_max > 0 ? before->output_max : before->output_unsure;
    int64_t least = said > 0 && said < LONGEST ? said : LONGEST;
    if (!endpoint_makes_output(a->endpoint) || (inside && said == 0 && after->output_max == 0))
        return after->output_max == 0;
    return after->output_max >= least && after->output_unsure == 0 &&
           after->output_max <= (before->output_max > 0 ? least : LONGEST);
}

static void edit(const struct ask *a, const struct endpoint_found *found, const struct weight *w,
                 unsigned flags, struct arena *arena)
{
    struct ask_edit edit = {.model = STR("other-model"),
                            .include_usage = true,
                            .output_max = LONGEST,
                            .flags = flags,
                            .context = 4096,
                            .no_shift = true,
                            .no_truncate = true};
    struct weight lighter;
    struct ask_pieces p;
    struct buf body;
    struct ask again;
    struct why why;
    if (!ask_splice(a, &edit, arena, &p))
        return;
    must(p.count <= ASK_PIECES_MAX);
    buf_init(&body, &alloc_heap, 0);
    for (unsigned i = 0; i < p.count; i++)
        buf_add(&body, p.at[i]);
    must(buf_str(&body).len == p.bytes);
    must(ask_open(&again, found, buf_str(&body), &alloc_heap, &why) == REFUSAL_NONE);
    if (found->model.len == 0)
        must(str_is(again.demand.model, "other-model"));
    must(again.demand.stream == a->demand.stream && again.demand.messages == a->demand.messages);
    weigh(&again, flags, a->demand.model, &lighter);
    must(lesser(a, w, &lighter) && w->reasons_beside >= lighter.reasons_beside);
    ask_close(&again);
    buf_fini(&body);
}

// Texts that can be read, whoever says them.
static bool hear(void *context, const struct saying *s)
{
    struct saying *last = context;
    must(s->text.len > 0 && s->text.ptr && s->by <= SPEAKER_TOOL);
    *last = *s;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {
        "/v1/chat/completions",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/responses",
        "/v1/messages",
        "/v1beta/models/gemini-x:generateContent",
        "/api/chat",
        "/api/embed",
    };
    if (size < 1)
        return 0;
    struct endpoint_found found;
    must(endpoint_find((struct str)STR("POST"),
                       str_of(paths[data[0] % (sizeof(paths) / sizeof(*paths))]),
                       &found) == MATCH_FOUND);
    struct str body = str_from((const char *)data + 1, size - 1);
    struct ask a;
    struct why why;
    if (ask_open(&a, &found, body, &alloc_heap, &why) != REFUSAL_NONE)
        return 0;
    struct arena arena;
    struct tags tags = {0};
    arena_init(&arena, &alloc_heap, 1024, 1 << 22);
    ask_tags(&a, &tags, &arena);
    struct weight w;
    unsigned flags = data[0] * 0x801U;
    weigh(&a, flags, a.demand.model, &w);
    struct saying last = {0};
    said_each(json_root(a.json), hear, &last);
    edit(&a, &found, &w, flags, &arena);
    must(w.tokens > 0 && w.prompts > 0 && w.images >= 0 && w.rounds >= 0 && w.answers >= 0);
    arena_fini(&arena);
    ask_close(&a);
    return 0;
}
