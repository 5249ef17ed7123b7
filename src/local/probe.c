// SPDX-License-Identifier: Apache-2.0

#include "local/probe.h"

#include "base/buf.h"

#define ANSWER_MAX   ((size_t)8 * MIB) // a list of models; one model with all its licenses
#define DESCRIBE_MAX 64                // models a probe asks for
#define LINE_BYTES   512

enum asking { ASK_TAGS, ASK_PS, ASK_SHOW };

struct probe {
    struct probe_setup setup;
    struct call *call;
    enum asking asking;
    unsigned described;
    char model[MODEL_BYTES_MAX + 1]; // ASK_SHOW: which
    struct buf body;                 // of the request
    struct str piece;
    struct buf answer;
    int status;
};

static bool ask(struct probe *p);

static void probe_free(struct probe *p)
{
    buf_fini(&p->body);
    buf_fini(&p->answer);
    heap_free(p);
}

static void end(struct probe *p)
{
    probe_done_f *ended = p->setup.ended;
    void *context = p->setup.context;
    probe_free(p);
    if (ended)
        ended(context);
}

static bool take(struct probe *p)
{
    struct str body = buf_str(&p->answer);
    if (p->status != 200 || buf_failed(&p->answer))
        body = STR_NONE;
    switch (p->asking) {
    case ASK_TAGS: return local_take_tags(p->setup.local, body);
    case ASK_PS: (void)!local_take_ps(p->setup.local, body); return true;
    case ASK_SHOW: (void)!local_take_show(p->setup.local, str_of(p->model), body); return true;
    }
    return false;
}

// What is asked next; false when nothing is.
static bool advance(struct probe *p)
{
    if (p->asking == ASK_TAGS) {
        p->asking = ASK_PS;
        return true;
    }
    p->asking = ASK_SHOW;
    return p->described++ < DESCRIBE_MAX && local_undescribed(p->setup.local, p->model);
}

static void answered(struct probe *p, bool good)
{
    p->call = NULL;
    bool tags = p->asking == ASK_TAGS;
    if (good)
        good = take(p);
    if (tags && !good)
        local_unanswered(p->setup.local);
    if (tags)
        local_probed(p->setup.local);
    if (tags && p->setup.done)
        p->setup.done(p->setup.context);
    if (!good || !advance(p) || !ask(p))
        end(p);
}

static void on_head(struct call *c, void *owner)
{
    struct probe *p = owner;
    p->status = call_response(c)->status;
}

static void on_data(struct call *c, void *owner, struct str bytes)
{
    (void)c;
    struct probe *p = owner;
    buf_add(&p->answer, bytes);
}

static void on_end(struct call *c, void *owner)
{
    (void)c;
    answered(owner, true);
}

static void on_fail(struct call *c, void *owner, enum call_fail fail, bool sent, struct str seen)
{
    (void)c;
    (void)fail;
    (void)sent;
    (void)seen;
    answered(owner, false);
}

static const struct call_events events = {
    .on_head = on_head, .on_data = on_data, .on_end = on_end, .on_fail = on_fail};

static const char *path_of(enum asking asking)
{
    switch (asking) {
    case ASK_TAGS: return "/api/tags";
    case ASK_PS: return "/api/ps";
    case ASK_SHOW: return "/api/show";
    }
    return "";
}

static bool ask(struct probe *p)
{
    bool show = p->asking == ASK_SHOW;
    struct buf target;
    buf_init(&target, &alloc_heap, 4 * LINE_BYTES);
    buf_add(&target, p->setup.path);
    buf_add_cstr(&target, path_of(p->asking));
    buf_clear(&p->body);
    buf_clear(&p->answer);
    p->status = 0;
    if (show) {
        buf_add_cstr(&p->body, "{\"model\":");
        buf_add_json(&p->body, str_of(p->model));
        buf_add_char(&p->body, '}');
        p->piece = buf_str(&p->body);
    }
    struct call_setup setup = {.method = str_of(show ? "POST" : "GET"),
                               .target = buf_str(&target),
                               .fields = str_of(show ? "Content-Type: application/json\r\n" : ""),
                               .pieces = &p->piece,
                               .piece_count = show,
                               .events = &events,
                               .owner = p};
    if (p->setup.key) {
        setup.secret = p->setup.key;
        setup.secret_name = str_of("authorization");
        setup.secret_prefix = str_of("Bearer ");
    }
    if (!buf_failed(&target) && !buf_failed(&p->body))
        p->call = call_start(p->setup.origin, &setup);
    buf_fini(&target);
    return p->call != NULL;
}

struct probe *probe_start(const struct probe_setup *setup)
{
    struct probe *p = alloc_zero(&alloc_heap, sizeof *p);
    if (!p) {
        local_probed(setup->local);
        return NULL;
    }
    p->setup = *setup;
    buf_init(&p->body, &alloc_heap, 4 * LINE_BYTES);
    buf_init(&p->answer, &alloc_heap, ANSWER_MAX);
    if (ask(p))
        return p;
    local_probed(setup->local);
    probe_free(p);
    return NULL;
}

void probe_cancel(struct probe *p)
{
    if (p->asking == ASK_TAGS)
        local_probed(p->setup.local);
    if (p->call)
        call_cancel(p->call);
    probe_free(p);
}
