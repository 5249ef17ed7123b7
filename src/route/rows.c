// SPDX-License-Identifier: Apache-2.0

#include "route/rows.h"

#include <stdlib.h>

#include "base/json.h"
#include "route/model.h"
#include "route/prompt.h"

#define CHUNK (64 * (size_t)1024)

void rows_init(struct rows *r)
{
    *r = (struct rows){.talks.timeless = true};
    arena_init(&r->grams, &alloc_heap, CHUNK, SIZE_MAX);
}

void rows_fini(struct rows *r)
{
    arena_fini(&r->grams);
    alloc_free(&alloc_heap, r->at);
    talks_fini(&r->talks);
    *r = (struct rows){0};
}

uint32_t rows_mark(const struct rows *r)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < r->count; i++)
        sum += r->at[i].text;
    const uint32_t mark = (uint32_t)(sum ^ sum >> 32);
    return sum && !mark ? 1 : mark;
}

// --- what is asked ---

// Of any dialect: what it says may stand elsewhere, too.
static bool is_message(const struct json_val *m)
{
    enum json_type content = json_type(json_get(m, "content"));
    return json_type(m) == JSON_OBJECT && content != JSON_NUMBER && content != JSON_BOOL;
}

static enum status read_asked(const struct json_val *row, struct prompt *p, struct demand *d,
                              struct why *why)
{
    const struct json_val *prompt = json_get(row, "prompt"), *list = json_get(row, "messages"), *m;
    struct json_iter it = {0};
    d->messages = 1;
    if (json_type(prompt) == JSON_STRING) {
        prompt_read_list(p, prompt);
        return STATUS_OK;
    }
    if (json_type(list) != JSON_ARRAY || json_count(list) == 0)
        return why_set(why, STATUS_SYNTAX, "`prompt` (a text) or `messages` (a list) is missing");
    while (json_each(&it, list, NULL, &m))
        if (!is_message(m))
            return why_set(why, STATUS_SYNTAX, "`messages` has something that is no message");
    d->messages = (int64_t)json_count(list);
    prompt_read_list(p, list);
    if (p->count == 0 && p->system_bytes == 0)
        return why_set(why, STATUS_SYNTAX, "`messages` says nothing");
    return STATUS_OK;
}

// --- numbers ---

static enum status read_share(const struct json *j, const struct json_val *row, const char *name,
                              float *out, struct why *why)
{
    const struct json_val *v = json_get(row, name);
    char text[64];
    if (json_type(v) == JSON_BOOL) {
        *out = json_bool(v, false) ? 1 : 0;
        return STATUS_OK;
    }
    if (json_type(v) != JSON_NUMBER)
        return why_set(why, STATUS_SYNTAX, v ? "`%s` is no number" : "`%s` is missing", name);
    if (!str_copy(json_number(j, v), text, sizeof text))
        return why_set(why, STATUS_RANGE, "`%s` has too many digits", name);
    double n = strtod(text, NULL);
    if (!(n >= 0 && n <= 1))
        return why_set(why, STATUS_RANGE, "`%s` is %s: a quality is between 0 and 1", name, text);
    *out = (float)n;
    return STATUS_OK;
}

static enum status read_answer(const struct json *j, const struct json_val *v, struct str prompt,
                               struct row *row, struct why *why)
{
    const struct json_val *text = json_get(v, "weak_resp");
    float agree = -1;
    if (json_type(json_get(v, "agree")) > JSON_NULL) {
        enum status s = read_share(j, v, "agree", &agree, why);
        if (s != STATUS_OK)
            return s;
    }
    if (json_type(text) > JSON_NULL && json_type(text) != JSON_STRING)
        return why_set(why, STATUS_SYNTAX, "`weak_resp` is no text");
    row->answered = json_type(text) == JSON_STRING || agree >= 0;
    if (row->answered)
        reply_of(prompt, json_str(text), (int)(agree * TRAIT_ONE), &row->reply);
    return STATUS_OK;
}

static enum status read_name(const struct json_val *v, const char *name, struct str *out,
                             struct why *why)
{
    const struct json_val *text = json_get(v, name);
    if (json_type(text) > JSON_NULL && json_type(text) != JSON_STRING)
        return why_set(why, STATUS_SYNTAX, "`%s` is no text", name);
    *out = json_str(text);
    return STATUS_OK;
}

// --- a row ---

static enum status read_row(const struct json *j, struct row *row, struct traits *t,
                            struct why *why)
{
    const struct json_val *v = json_root(j);
    struct prompt asked = {.count = 0};
    struct demand demand = {0};
    struct str task = STR_NONE, weak = STR_NONE, strong = STR_NONE;
    if (json_type(v) != JSON_OBJECT)
        return why_set(why, STATUS_SYNTAX, "it is no JSON object");
    enum status s = read_asked(v, &asked, &demand, why);
    if (s == STATUS_OK)
        s = read_share(j, v, "weak", &row->weak, why);
    if (s == STATUS_OK)
        s = read_share(j, v, "strong", &row->strong, why);
    if (s == STATUS_OK)
        s = read_answer(j, v, asked.texts[0], row, why);
    if (s == STATUS_OK)
        s = read_name(v, "task", &task, why);
    if (s == STATUS_OK)
        s = read_name(v, "weak_model", &weak, why);
    if (s == STATUS_OK)
        s = read_name(v, "strong_model", &strong, why);
    if (s != STATUS_OK)
        return s;
    prompt_traits(&asked, &demand, traits_task(task.len ? 0 : asked.template, task, STR_NONE), t);
    row->pair = model_pair(weak, strong);
    row->text = prompt_mark(&asked);
    return STATUS_OK;
}

enum status rows_keep(struct rows *r, const struct row *row, const struct traits *t,
                      struct why *why)
{
    if (r->count == ROWS_MAX)
        return why_set(why, STATUS_LIMIT, "more than %d rows", ROWS_MAX);
    struct row *at = alloc_grow(&alloc_heap, r->at, sizeof *r->at, r->count, &r->size);
    uint16_t *grams = arena_get(&r->grams, (t->gram_count + 1u) * sizeof *grams);
    if (at)
        r->at = at;
    if (!at || !grams)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    struct row *kept = &r->at[r->count++];
    *kept = *row;
    memcpy(kept->value, t->value, sizeof kept->value);
    memcpy(grams, t->grams, t->gram_count * sizeof *grams);
    kept->grams = grams;
    kept->gram_count = t->gram_count;
    kept->task = t->task;
    return STATUS_OK;
}

// What the next row belongs to. Its place is the only name that it has.
static bool hear(struct rows *r, const struct json_val *v, struct str session)
{
    struct talks_call call = {.number = (int64_t)r->count};
    memcpy(call.id.bytes, &call.number, sizeof call.number);
    talk_of(v, &call.talk);
    talk_name(&call.talk, STR_NONE, session);
    return talks_add(&r->talks, &call);
}

enum status rows_add(struct rows *r, struct str line, struct why *why)
{
    struct json *j;
    struct row row = {.text = 0};
    struct traits t = {.gram_count = 0};
    struct str session = STR_NONE;
    if (str_trim(line).len == 0)
        return STATUS_OK;
    if (line.len > ROWS_LINE_MAX)
        return why_set(why, STATUS_LIMIT, "more than %zu bytes", ROWS_LINE_MAX);
    enum status s = json_open(line, &alloc_heap, &j, why);
    if (s != STATUS_OK)
        return s;
    s = read_row(j, &row, &t, why);
    if (s == STATUS_OK)
        s = read_name(json_root(j), "session", &session, why);
    if (s == STATUS_OK && !hear(r, json_root(j), session))
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (s == STATUS_OK)
        s = rows_keep(r, &row, &t, why);
    json_close(j);
    return s;
}

bool rows_part(struct rows *r)
{
    if (!talks_part(&r->talks))
        return false;
    for (size_t i = 0; i < r->count; i++)
        r->at[i].group = talks_group(&r->talks, (int64_t)i);
    return true;
}

void row_traits(const struct row *row, struct traits *out)
{
    memcpy(out->value, row->value, sizeof row->value);
    memcpy(out->grams, row->grams, row->gram_count * sizeof *row->grams);
    out->gram_count = row->gram_count;
    out->task = row->task;
}
