// SPDX-License-Identifier: Apache-2.0
//
// The Responses API. Its stream tells everything once more in its last event, whose `response` is
// the whole answer.

#include "base/limits.h"
#include "wire/meter_part.h"

#define OUTPUT_BYTES_MAX \
    (256 * KIB) // of a whole answer's items, kept to count the searches in them

struct answer {
    struct str usage, model, id, tier, error, tool_usage, output, status;
};

static const struct {
    struct str name;
    size_t offset;
} members[] = {
    {STR("usage"), offsetof(struct answer, usage)},
    {STR("model"), offsetof(struct answer, model)},
    {STR("id"), offsetof(struct answer, id)},
    {STR("service_tier"), offsetof(struct answer, tier)},
    {STR("error"), offsetof(struct answer, error)},
    {STR("tool_usage"), offsetof(struct answer, tool_usage)},
    {STR("output"), offsetof(struct answer, output)},
    {STR("status"), offsetof(struct answer, status)},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct event {
    struct str type, response, delta, item, error, code;
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void answer_keep(struct answer *a, struct str key, struct str value)
{
    for (size_t i = 0; i < COUNT(members); i++) {
        if (skim_is(key, members[i].name))
            memcpy((char *)a + members[i].offset, &value, sizeof value);
    }
}

// A search counts when it searched: opening a page it found is not billed.
static void item_count(struct str item, int64_t *web, int64_t *file)
{
    static const struct str type = STR("type");
    static const struct str action = STR("action");
    struct str kind = skim_plain(skim_get(item, type));
    if (str_is(kind, "web_search_call")) {
        struct str what = skim_plain(skim_get(skim_get(item, action), type));
        *web += what.len == 0 || str_is(what, "search");
    } else if (str_is(kind, "file_search_call")) {
        ++*file;
    }
}

static void output_count(struct meter *m, struct str output)
{
    struct skim k = skim_of(output);
    struct str item;
    int64_t web = 0;
    int64_t file = 0;
    while (!k.object && skim_each(&k, NULL, &item))
        item_count(item, &web, &file);
    m->web_searches = larger(m->web_searches, web);
    m->file_searches = larger(m->file_searches, file);
}

// Tools that bill beside the tokens: searches by number, images by tokens of their own.
static void tool_usage_read(struct meter *m, struct str raw)
{
    struct counts c;
    struct usage *u = &m->usage;
    if (!counts_open(&c, u, raw, m->alloc))
        return;
    m->web_searches = larger(m->web_searches, counts_get(&c, "web_search.num_requests"));
    m->file_searches = larger(m->file_searches, counts_get(&c, "file_search.num_requests"));
    u->count[BUCKET_IMAGE_INPUT] += counts_get(&c, "image_gen.input_tokens");
    u->count[BUCKET_IMAGE_OUTPUT] += counts_get(&c, "image_gen.output_tokens");
    counts_close(&c);
}

static void answer_use(struct meter *m, const struct answer *a)
{
    model_read(m, a->model);
    id_read(m, a->id);
    service_read(&m->usage, skim_plain(a->tier));
    (void)error_read(m, a->error);
    finish_read(m, a->status);
    if (skim_is_object(a->usage) && openai_usage(m, a->usage)) {
        usage_seen(m);
        tool_usage_read(m, a->tool_usage);
    }
    output_count(m, a->output);
    m->usage.count[BUCKET_WEB_SEARCHES] = m->web_searches;
    m->usage.count[BUCKET_FILE_SEARCHES] = m->file_searches;
}

static void answer_read(struct meter *m, struct str response)
{
    struct answer a = {0};
    struct skim k = skim_of(response);
    struct str key;
    struct str value;
    while (k.object && skim_each(&k, &key, &value))
        answer_keep(&a, key, value);
    answer_use(m, &a);
}

static bool event_read(struct str data, struct event *e)
{
    static const struct str type = STR("type");
    static const struct str response = STR("response");
    static const struct str delta = STR("delta");
    static const struct str item = STR("item");
    static const struct str error = STR("error");
    static const struct str code = STR("code");
    struct skim k = skim_of(data);
    struct str key;
    struct str value;
    *e = (struct event){0};
    while (k.object && skim_each(&k, &key, &value)) {
        if (skim_is(key, type))
            e->type = skim_plain(value);
        else if (skim_is(key, response))
            e->response = value;
        else if (skim_is(key, delta))
            e->delta = value;
        else if (skim_is(key, item))
            e->item = value;
        else if (skim_is(key, error))
            e->error = value;
        else if (skim_is(key, code))
            e->code = value;
    }
    return k.whole;
}

static bool is_terminal(struct str type)
{
    return str_is(type, "response.completed") || str_is(type, "response.incomplete") ||
           str_is(type, "response.failed");
}

static void failed(struct meter *m, const struct event *e)
{
    m->stream_error = true;
    if (!error_read(m, e->error) && !skim_text(e->code, m->error_code, sizeof m->error_code))
        (void)!str_copy((struct str)STR("error"), m->error_code, sizeof m->error_code);
}

enum meter_verdict responses_event(struct meter *m, struct str name, struct str data)
{
    struct event e;
    if (str_is(str_trim(data), "[DONE]")) {
        m->terminal = true;
        return METER_HOLD;
    }
    if (!event_read(data, &e))
        return METER_PASS;
    struct str type = e.type.len ? e.type : name;
    if (is_terminal(type)) {
        answer_read(m, e.response);
        m->stream_error = m->stream_error || str_is(type, "response.failed");
        m->terminal = true;
        return METER_HOLD;
    }
    if (str_ends(type, (struct str)STR(".delta")))
        delta_read(m, e.delta);
    else if (str_is(type, "response.output_item.done"))
        item_count(e.item, &m->web_searches, &m->file_searches);
    else if (str_is(type, "response.created"))
        answer_read(m, e.response);
    else if (str_is(type, "error") || (type.len == 0 && !skim_is_null(e.error)))
        failed(m, &e);
    return METER_PASS;
}

void responses_want(struct scan *s)
{
    for (size_t i = 0; i < COUNT(members); i++) {
        bool items = members[i].offset == offsetof(struct answer, output);
        scan_want(s, members[i].name, items ? OUTPUT_BYTES_MAX : 16 * KIB);
    }
}

void responses_whole(struct meter *m)
{
    struct answer a = {0};
    for (size_t i = 0; i < COUNT(members); i++)
        answer_keep(&a, members[i].name, scan_member(m->scan, members[i].name.ptr));
    answer_use(m, &a);
}
