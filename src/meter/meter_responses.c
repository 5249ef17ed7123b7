// SPDX-License-Identifier: Apache-2.0
//
// The Responses API. Its stream tells everything once more in its last event, whose `response` is
// the whole answer.

#include "meter/meter_part.h"

struct answer {
    struct str usage, model, id, tier, error, tool_usage, tools, output, status;
};

static const struct skim_field answer_fields[] = {
    {STR("usage"), offsetof(struct answer, usage)},
    {STR("model"), offsetof(struct answer, model)},
    {STR("id"), offsetof(struct answer, id)},
    {STR("service_tier"), offsetof(struct answer, tier)},
    {STR("error"), offsetof(struct answer, error)},
    {STR("tool_usage"), offsetof(struct answer, tool_usage)},
    {STR("tools"), offsetof(struct answer, tools)},
    {STR("output"), offsetof(struct answer, output)},
    {STR("status"), offsetof(struct answer, status)},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct event {
    struct str type, response, delta, item, error, code;
};

static const struct skim_field event_fields[] = {
    {STR("type"), offsetof(struct event, type)},
    {STR("response"), offsetof(struct event, response)},
    {STR("delta"), offsetof(struct event, delta)},
    {STR("item"), offsetof(struct event, item)},
    {STR("error"), offsetof(struct event, error)},
    {STR("code"), offsetof(struct event, code)},
};

enum { LEVEL_ITEM = LEVEL_OWN, LEVEL_ACTION, LEVEL_PART, LEVEL_TOOL };

static const struct sift_name event_names[] = {
    {STR("type"), SIFT_KEEP, 0},
    {STR("response"), SIFT_INTO, LEVEL_WHOLE},
    {STR("delta"), SIFT_TEXT, 0},
    {STR("item"), SIFT_INTO, LEVEL_ITEM},
    {STR("error"), SIFT_INTO, LEVEL_ERROR},
    {STR("code"), SIFT_KEEP, 0},
    {STR("message"), SIFT_INTO, LEVEL_ERROR}, // only an event `error` has one here
};

static const struct sift_name answer_names[] = {
    {STR("usage"), SIFT_KEEP, 0},
    {STR("model"), SIFT_KEEP, 0},
    {STR("id"), SIFT_KEEP, 0},
    {STR("service_tier"), SIFT_KEEP, 0},
    {STR("status"), SIFT_KEEP, 0},
    {STR("error"), SIFT_INTO, LEVEL_ERROR},
    {STR("tool_usage"), SIFT_KEEP, 0},
    {STR("output"), SIFT_INTO, LEVEL_ITEM},
    {STR("tools"), SIFT_INTO, LEVEL_TOOL},
};

// What of an item the model wrote is only summed up: in a stream its deltas told it. Beside a text
// stand its annotations, and its tokens once more.
static const struct sift_name item_names[] = {
    {STR("type"), SIFT_KEEP, 0},
    {STR("action"), SIFT_INTO, LEVEL_ACTION},
    {STR("content"), SIFT_INTO, LEVEL_PART},
    {STR("summary"), SIFT_SUM, 0},
    {STR("name"), SIFT_SUM, 0},
    {STR("arguments"), SIFT_SUM, 0},
    {STR("input"), SIFT_SUM, 0},
    {STR("code"), SIFT_SUM, 0},
};

static const struct sift_name part_names[] = {
    {STR("text"), SIFT_SUM, 0},
    {STR("refusal"), SIFT_SUM, 0},
};

static const struct sift_name tool_names[] = {
    {STR("type"), SIFT_KEEP, 0},
    {STR("model"), SIFT_KEEP, 0},
};

static const struct sift_name action_names[] = {{STR("type"), SIFT_KEEP, 0}};
static const struct sift_name error_names[] = {ERROR_NAMES};

const struct sift_level responses_levels[] = {
    [LEVEL_EVENT] = LEVEL(event_names), [LEVEL_WHOLE] = LEVEL(answer_names),
    [LEVEL_ITEM] = LEVEL(item_names),   [LEVEL_ACTION] = LEVEL(action_names),
    [LEVEL_PART] = LEVEL(part_names),   [LEVEL_TOOL] = LEVEL(tool_names),
    [LEVEL_ERROR] = LEVEL(error_names),
};

// A search counts when it searched: opening a page it found is not billed.
static void item_count(struct meter *m, struct str item, int64_t *web, int64_t *file)
{
    static const struct str type = STR("type");
    static const struct str action = STR("action");
    struct str kind = skim_plain(skim_get(item, type));
    if (str_is(kind, "web_search_call")) {
        struct str what = skim_plain(skim_get(skim_get(item, action), type));
        *web += what.len == 0 || str_is(what, "search");
    } else if (str_is(kind, "file_search_call")) {
        ++*file;
    } else if (str_is(kind, "image_generation_call")) {
        m->media = true;
    }
}

static void output_count(struct meter *m, struct str output)
{
    struct skim k = skim_of(output);
    struct str item;
    int64_t web = 0;
    int64_t file = 0;
    while (!k.object && skim_each(&k, NULL, &item))
        item_count(m, item, &web, &file);
    m->web_searches = count_larger(m->web_searches, web);
    m->file_searches = count_larger(m->file_searches, file);
}

// The model that makes images; where the answer does not name it, a name that no book has.
static struct str image_model(struct str tools)
{
    static const struct str type = STR("type");
    static const struct str model = STR("model");
    struct skim k = skim_of(tools);
    struct str tool;
    struct str name = STR_NONE;
    while (!k.object && skim_each(&k, NULL, &tool)) {
        if (str_is(skim_plain(skim_get(tool, type)), "image_generation"))
            name = skim_plain(skim_get(tool, model));
    }
    return name.len ? name : (struct str)STR("image_generation");
}

// They are another model's tokens: the answer's own may price images like its text.
static void images_read(struct meter *m, struct counts *c, struct str tools)
{
    struct usage u = {0};
    u.count[BUCKET_IMAGE_INPUT] = counts_of(c, json_path(c->root, "image_gen.input_tokens"));
    u.count[BUCKET_IMAGE_OUTPUT] = counts_of(c, json_path(c->root, "image_gen.output_tokens"));
    u.prompt = u.count[BUCKET_IMAGE_INPUT];
    if (u.prompt + u.count[BUCKET_IMAGE_OUTPUT] == 0)
        return;
    m->usage.count[BUCKET_IMAGE_INPUT] += u.count[BUCKET_IMAGE_INPUT];
    m->usage.count[BUCKET_IMAGE_OUTPUT] += u.count[BUCKET_IMAGE_OUTPUT];
    if (shares_begin(m))
        (void)share_add(m, image_model(tools), &u);
}

// Tools that bill beside the tokens: searches by number, images by tokens of their own.
static void tool_usage_read(struct meter *m, struct str raw, struct str tools)
{
    struct counts c;
    struct usage *u = &m->usage;
    if (!counts_open(&c, u, raw, m->alloc))
        return;
    m->web_searches =
        count_larger(m->web_searches, counts_of(&c, json_path(c.root, "web_search.num_requests")));
    m->file_searches = count_larger(m->file_searches,
                                    counts_of(&c, json_path(c.root, "file_search.num_requests")));
    images_read(m, &c, tools);
    counts_close(&c);
}

static void answer_read(struct meter *m, struct str response)
{
    struct answer a = {0};
    (void)skim_fields(response, answer_fields, COUNT(answer_fields), &a);
    model_read(m, a.model);
    id_read(m, a.id);
    service_read(&m->usage, skim_plain(a.tier));
    (void)error_read(m, a.error);
    finish_read(m, a.status);
    if (skim_is_object(a.usage) && openai_usage(m, a.usage)) {
        usage_seen(m);
        shares_drop(m);
        tool_usage_read(m, a.tool_usage, a.tools);
    }
    output_count(m, a.output);
    m->usage.count[BUCKET_WEB_SEARCHES] = m->web_searches;
    m->usage.count[BUCKET_FILE_SEARCHES] = m->file_searches;
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

// No summary of a thought, no sound, no word of another model.
static bool is_made(struct str type)
{
    static const char *const types[] = {
        "response.output_text.delta", "response.refusal.delta", "response.reasoning_text.delta",
        "response.function_call_arguments.delta", "response.custom_tool_call_input.delta"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (str_is(type, types[i]))
            return true;
    }
    return false;
}

static void delta_come(struct meter *m, struct str type, struct str delta)
{
    delta_read(m, delta);
    if (m->setup.least && is_made(type))
        made_read(m, delta);
}

enum meter_verdict responses_event(struct meter *m, struct str name, struct str data)
{
    struct event e = {0};
    if (str_is(str_trim(data), "[DONE]")) {
        m->terminal = true;
        return METER_HOLD;
    }
    if (!skim_fields(data, event_fields, COUNT(event_fields), &e))
        return event_unreadable(m, data);
    struct str type = e.type.len ? skim_plain(e.type) : name;
    if (is_terminal(type)) {
        answer_read(m, e.response);
        m->stream_error = m->stream_error || str_is(type, "response.failed");
        m->terminal = true;
        return METER_HOLD;
    }
    if (str_ends(type, (struct str)STR(".delta")))
        delta_come(m, type, e.delta);
    else if (str_is(type, "response.output_item.done"))
        item_count(m, e.item, &m->web_searches, &m->file_searches);
    else if (str_is(type, "error") || (type.len == 0 && !skim_is_null(e.error)))
        failed(m, &e);
    else if (skim_is_object(e.response)) // created, queued, in_progress: the answer so far
        answer_read(m, e.response);
    return METER_PASS;
}

void responses_whole(struct meter *m, struct str text)
{
    answer_read(m, text);
}
