// SPDX-License-Identifier: Apache-2.0
// A request that is taken, edited, and read again says the new model, and is one that asks for
// usage. Whatever it says, it weighs something.
#include "base/must.h"
#include "wire/weigh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void edit(const struct ask *a, const struct endpoint_found *found, struct arena *arena)
{
    struct ask_edit edit = {.model = STR("other-model"), .include_usage = true};
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
    ask_close(&again);
    buf_fini(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {
        "/v1/chat/completions", "/v1/completions", "/v1/embeddings",
        "/v1/responses",        "/v1/messages",    "/v1beta/models/gemini-x:generateContent",
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
    edit(&a, &found, &arena);
    struct weight w;
    weigh(&a, (unsigned)data[0] << 8, a.demand.model, &w);
    must(w.tokens > 0 && w.prompts > 0 && w.images >= 0 && w.rounds >= 0 && w.answers >= 0);
    arena_fini(&arena);
    ask_close(&a);
    return 0;
}
