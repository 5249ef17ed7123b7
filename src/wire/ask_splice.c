// SPDX-License-Identifier: Apache-2.0
//
// The changes are gathered as (place, length, new text), by rising place; what lies between them is
// the caller's own. A batch may need more of them than there are pieces: then it is copied.

#include "wire/ask.h"
#include "wire/maximum.h"

#define CHANGES_MAX ((ASK_PIECES_MAX - 1) / 2)

struct change {
    size_t at;
    size_t len;
    struct str text;
};

struct changes {
    const struct ask *ask;
    struct arena *arena;
    struct change *list; // `few`, or in the arena where there are more
    size_t count;
    size_t size;
    struct change few[CHANGES_MAX];
    struct str head;       // members to add at the head of the outermost object,
    const char *inner;     // and at that of a member of it, or NULL:
    struct str inner_head; // these
};

static bool add(struct changes *c, size_t at, size_t len, struct str text)
{
    if (c->count == c->size) {
        size_t size = c->size * 4;
        struct change *list = arena_array(c->arena, struct change, size);
        if (!list)
            return false;
        memcpy(list, c->list, c->count * sizeof *list);
        c->list = list;
        c->size = size;
    }
    size_t i = c->count++;
    for (; i > 0 && c->list[i - 1].at > at; i--)
        c->list[i] = c->list[i - 1];
    c->list[i] = (struct change){at, len, text};
    return true;
}

// `head` and `s` together as a JSON string. A model's name is valid UTF-8, no control characters.
static struct str quoted(struct arena *arena, const char *head, struct str s)
{
    size_t most = strlen(head) + 2 * s.len + 2;
    char *out = arena_get(arena, most);
    if (!out)
        return STR_NONE;
    size_t n = 0;
    out[n++] = '"';
    for (; *head; head++)
        out[n++] = *head;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"' || s.ptr[i] == '\\')
            out[n++] = '\\';
        out[n++] = s.ptr[i];
    }
    out[n++] = '"';
    return str_from(out, n);
}

// A body's `model` where the dialect's model stands in the path says "models/NAME".
static bool change_model(struct changes *c, const struct json_val *object, struct str model)
{
    const struct json_val *key = json_key(object, "model");
    const struct json_val *old = json_get(object, "model");
    size_t at = 0;
    size_t len = 0;
    if (json_type(old) != JSON_STRING)
        return true;
    if (!json_member_at(c->ask->json, key, &at, &len))
        return false;
    bool resource = endpoint_dialect(c->ask->endpoint) == DIALECT_GEMINI &&
                    str_starts(json_str(old), (struct str)STR("models/"));
    struct str text = quoted(c->arena, resource ? "models/" : "", model);
    return text.len > 0 && add(c, at, len, text);
}

static bool change_models(struct changes *c, struct str model)
{
    const struct json_val *root = json_root(c->ask->json);
    if (!change_model(c, root, model))
        return false;
    if (endpoint_dialect(c->ask->endpoint) != DIALECT_GEMINI)
        return true;
    struct json_iter it = {0};
    const struct json_val *request = NULL;
    while (json_each(&it, json_get(root, "requests"), NULL, &request)) {
        if (!change_model(c, request, model))
            return false;
    }
    return change_model(c, json_get(root, "generateContentRequest"), model);
}

// Before those that were put there already.
static void put_member(struct changes *c, struct str *head, struct str member)
{
    const struct str parts[] = {member, head->len ? (struct str)STR(",") : STR_NONE, *head};
    *head = arena_join(c->arena, parts, 3);
}

// A whole member; empty when the arena ended.
static struct str numbered(struct changes *c, const char *name, int64_t n)
{
    return arena_printf(c->arena, "\"%s\":%lld", name, (long long)n);
}

static bool replace(struct changes *c, const struct json_val *key, struct str text)
{
    size_t at = 0;
    size_t len = 0;
    return json_member_at(c->ask->json, key, &at, &len) && add(c, at, len, text);
}

static bool replace_number(struct changes *c, const struct json_val *key, int64_t n)
{
    return replace(c, key, arena_printf(c->arena, "%lld", (long long)n));
}

static bool change_options(struct changes *c, const struct json_val *key,
                           const struct json_val *options)
{
    size_t at = 0;
    size_t len = 0;
    if (!json_member_at(c->ask->json, key, &at, &len))
        return false;
    if (json_type(options) == JSON_NULL)
        return add(c, at, len, (struct str)STR("{\"include_usage\":true}"));
    if (json_type(options) != JSON_OBJECT)
        return true; // the provider will say what is wrong with it
    const struct json_val *usage = json_key(options, "include_usage");
    if (usage)
        return json_member_at(c->ask->json, usage, &at, &len) &&
               add(c, at, len, (struct str)STR("true"));
    if (json_count(options) == 0)
        return add(c, at + 1, 0, (struct str)STR("\"include_usage\":true"));
    return add(c, at + 1, 0, (struct str)STR("\"include_usage\":true,"));
}

static bool include_usage(struct changes *c)
{
    const struct ask *a = c->ask;
    bool can = a->endpoint == ENDPOINT_CHAT || a->endpoint == ENDPOINT_COMPLETIONS;
    if (!can || !a->demand.stream || a->demand.usage_asked)
        return true;
    const struct json_val *root = json_root(a->json);
    const struct json_val *key = json_key(root, "stream_options");
    if (key)
        return change_options(c, key, json_get(root, "stream_options"));
    put_member(c, &c->head, (struct str)STR("\"stream_options\":{\"include_usage\":true}"));
    return true;
}

// --- how long an answer is ---

// One that says more than `n`, or nobody knows what, says `n` from now on, or what it means where
// that is less. `said`: an answer is limited by it.
static bool lower(struct changes *c, const struct maximum *m, unsigned i,
                  const struct ask_edit *edit, bool *said)
{
    const struct json_val *object = maximum_object(json_root(c->ask->json), &m->at[i]);
    const struct json_val *v = json_get(object, m->at[i].name);
    enum json_type type = json_type(v);
    if (type == JSON_ABSENT || type == JSON_NULL)
        return true;
    *said = *said || i < m->binding;
    int64_t n = maximum_read(v, edit->flags);
    int64_t meant = maximum_meant(v, c->ask->endpoint);
    int64_t most = meant > 0 && meant < edit->output_max ? meant : edit->output_max;
    bool fits = n > 0 && n <= most;
    bool refused = type != JSON_NUMBER && endpoint_dialect(c->ask->endpoint) == DIALECT_OLLAMA;
    return fits || refused || replace_number(c, json_key(object, m->at[i].name), most);
}

// The place where one is put in: that of a null, else in an object that is there.
static const struct maximum_place *place_of(const struct changes *c, const struct maximum *m)
{
    const struct json_val *root = json_root(c->ask->json);
    const struct maximum_place *in = NULL;
    const struct maximum_place *other = NULL; // null, or what the provider refuses
    for (unsigned i = m->spellings; i-- > 0;) {
        const struct json_val *object = maximum_object(root, &m->at[i]);
        if (json_key(object, m->at[i].name))
            return &m->at[i];
        if (json_type(object) == JSON_OBJECT)
            in = &m->at[i];
        else if (object)
            other = &m->at[i];
    }
    return in ? in : other ? other : &m->at[0];
}

static bool put_maximum(struct changes *c, const struct maximum_place *at, int64_t n)
{
    const struct json_val *object = maximum_object(json_root(c->ask->json), at);
    const struct json_val *null = json_key(object, at->name);
    if (null)
        return replace_number(c, null, n);
    if (at->object)
        c->inner = at->object;
    put_member(c, at->object ? &c->inner_head : &c->head, numbered(c, at->name, n));
    return true;
}

static bool change_maximum(struct changes *c, const struct ask_edit *edit)
{
    const struct maximum *m = maximum_of(c->ask->endpoint, edit->flags);
    bool said = false;
    if (!m || edit->output_max == 0)
        return true;
    for (unsigned i = 0; i < m->count; i++) {
        if (!lower(c, m, i, edit, &said))
            return false;
    }
    return said || put_maximum(c, place_of(c, m), edit->output_max);
}

// --- Ollama ---

static bool change_context(struct changes *c, int64_t n)
{
    const struct json_val *options = json_get(json_root(c->ask->json), "options");
    const struct json_val *key = json_key(options, "num_ctx");
    enum json_type type = json_type(json_get(options, "num_ctx"));
    bool other = key && type != JSON_NUMBER && type != JSON_NULL;
    if (n == 0 || other) // Ollama will say what is wrong with it
        return true;
    if (key)
        return replace_number(c, key, n);
    c->inner = "options";
    put_member(c, &c->inner_head, numbered(c, "num_ctx", n));
    return true;
}

// A member that the caller does not say, null in its place is as good.
static bool say(struct changes *c, const char *name, struct str value)
{
    const struct json_val *root = json_root(c->ask->json);
    const struct json_val *key = json_key(root, name);
    if (value.len == 0 || (key && json_type(json_get(root, name)) != JSON_NULL))
        return true;
    if (key)
        return replace(c, key, value);
    put_member(c, &c->head, arena_printf(c->arena, "\"%s\":%.*s", name, STR_ARG(value)));
    return true;
}

#define LOGPROBS_TOLD "message.output_text.logprobs"

// Of responses: one more of what its caller wants to be told besides.
static bool include_logprobs(struct changes *c)
{
    const struct json_val *root = json_root(c->ask->json), *list = json_get(root, "include");
    size_t at = 0;
    size_t len = 0;
    if (json_type(list) != JSON_ARRAY)
        return say(c, "include", (struct str)STR("[\"" LOGPROBS_TOLD "\"]"));
    const struct str more[] = {STR("\"" LOGPROBS_TOLD "\","), STR("\"" LOGPROBS_TOLD "\"")};
    return json_member_at(c->ask->json, json_key(root, "include"), &at, &len) &&
           add(c, at + 1, 0, more[json_count(list) == 0]);
}

// Gemini takes either spelling of a name.
static const char *const gemini_configs[] = {"generationConfig", "generation_config"};
static const char *const gemini_logprobs[] = {"responseLogprobs", "response_logprobs"};

static bool gemini_has_logprobs(const struct json_val *root)
{
    for (unsigned i = 0; i < 4; i++) {
        const struct json_val *config = json_get(root, gemini_configs[i / 2]);
        if (json_bool(json_get(config, gemini_logprobs[i % 2]), false))
            return true;
    }
    return false;
}

// Of the object that is there, or that a longest answer is put in.
static bool gemini_ask_logprobs(struct changes *c)
{
    const struct json_val *root = json_root(c->ask->json);
    const unsigned other = !json_key(root, gemini_configs[0]) && json_key(root, gemini_configs[1]);
    const char *name = c->inner ? c->inner : gemini_configs[other];
    const struct json_val *config = json_get(root, name);
    for (unsigned i = 0; i < 2; i++) {
        const struct json_val *key = json_key(config, gemini_logprobs[i]);
        if (key)
            return replace(c, key, (struct str)STR("true"));
    }
    c->inner = name;
    put_member(c, &c->inner_head, (struct str)STR("\"responseLogprobs\":true"));
    return true;
}

bool ask_has_logprobs(const struct ask *a)
{
    const struct json_val *root = json_root(a->json), *list = json_get(root, "include"), *v;
    struct json_iter it = {0};
    if (endpoint_dialect(a->endpoint) == DIALECT_GEMINI)
        return gemini_has_logprobs(root);
    if (a->endpoint != ENDPOINT_RESPONSES)
        return json_bool(json_get(root, "logprobs"), false);
    while (json_type(list) == JSON_ARRAY && json_each(&it, list, NULL, &v))
        if (str_is(json_str(v), LOGPROBS_TOLD))
            return true;
    return false;
}

bool ask_counts_logprobs(const struct ask *a)
{
    const struct json_val *root = json_root(a->json);
    if (endpoint_dialect(a->endpoint) != DIALECT_GEMINI)
        return json_get(root, "top_logprobs");
    return json_get(json_get(root, gemini_configs[0]), "logprobs") ||
           json_get(json_get(root, gemini_configs[1]), "logprobs");
}

static bool ask_logprobs(struct changes *c)
{
    const struct json_val *root = json_root(c->ask->json);
    const struct str yes = STR("true");
    if (endpoint_dialect(c->ask->endpoint) == DIALECT_GEMINI)
        return gemini_ask_logprobs(c);
    if (c->ask->endpoint == ENDPOINT_RESPONSES)
        return include_logprobs(c);
    if (json_type(json_get(root, "logprobs")) == JSON_BOOL)
        return replace(c, json_key(root, "logprobs"), yes);
    return say(c, "logprobs", yes);
}

static bool is_ollamas(const struct ask *a)
{
    return endpoint_dialect(a->endpoint) == DIALECT_OLLAMA && !endpoint_free(a->endpoint);
}

static bool say_ollama(struct changes *c, const struct ask_edit *edit)
{
    const struct str no = STR("false");
    bool answers = endpoint_makes_output(c->ask->endpoint);
    bool cuts = c->ask->endpoint != ENDPOINT_OLLAMA_EMBED_ONE;
    return say(c, "keep_alive", edit->keep_alive) &&
           say(c, "shift", edit->no_shift && answers ? no : STR_NONE) &&
           say(c, "truncate", edit->no_truncate && cuts ? no : STR_NONE);
}

// --- what was put in ---

// `at` is behind an object's brace.
static bool add_members(struct changes *c, size_t at, struct str members, bool more)
{
    const struct str parts[] = {members, more ? (struct str)STR(",") : STR_NONE};
    return members.len == 0 || add(c, at, 0, arena_join(c->arena, parts, 2));
}

static bool add_inner(struct changes *c)
{
    const struct json_val *root = json_root(c->ask->json);
    const struct json_val *key = c->inner ? json_key(root, c->inner) : NULL;
    const struct json_val *object = c->inner ? json_get(root, c->inner) : NULL;
    struct str members = c->inner_head;
    size_t at = 0;
    size_t len = 0;
    if (!c->inner)
        return true;
    if (!key) {
        put_member(c, &c->head,
                   arena_printf(c->arena, "\"%s\":{%.*s}", c->inner, STR_ARG(members)));
        return true;
    }
    if (json_type(object) == JSON_NULL)
        return replace(c, key, arena_printf(c->arena, "{%.*s}", STR_ARG(members)));
    return json_type(object) != JSON_OBJECT || // the provider will say what is wrong with it
           (json_member_at(c->ask->json, key, &at, &len) &&
            add_members(c, at + 1, members, json_count(object) > 0));
}

static bool add_head(struct changes *c)
{
    size_t brace = str_find(c->ask->body, '{');
    must(brace < c->ask->body.len);
    return add_members(c, brace + 1, c->head, json_count(json_root(c->ask->json)) > 0);
}

static bool change(struct changes *c, const struct ask_edit *edit)
{
    bool ollama = is_ollamas(c->ask);
    return (edit->model.len == 0 || change_models(c, edit->model)) &&
           (!edit->include_usage || include_usage(c)) && change_maximum(c, edit) &&
           (!ollama || change_context(c, edit->context)) && (!edit->logprobs || ask_logprobs(c)) &&
           add_inner(c) && (!ollama || say_ollama(c, edit)) && add_head(c) &&
           !arena_failed(c->arena);
}

static size_t edited_bytes(const struct changes *c)
{
    size_t bytes = c->ask->body.len;
    for (size_t i = 0; i < c->count; i++)
        bytes = bytes - c->list[i].len + c->list[i].text.len;
    return bytes;
}

static void cut(const struct changes *c, struct str pieces[ASK_PIECES_MAX], unsigned *count)
{
    struct str body = c->ask->body;
    size_t from = 0;
    *count = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (c->list[i].at > from)
            pieces[(*count)++] = str_from(body.ptr + from, c->list[i].at - from);
        pieces[(*count)++] = c->list[i].text;
        from = c->list[i].at + c->list[i].len;
    }
    if (body.len > from)
        pieces[(*count)++] = str_skip(body, from);
    must(*count <= ASK_PIECES_MAX);
}

static bool copy(const struct changes *c, size_t bytes, struct str *piece)
{
    char *out = arena_get(c->arena, bytes);
    if (!out)
        return false;
    struct str body = c->ask->body;
    size_t from = 0;
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct change *e = &c->list[i];
        memcpy(out + n, body.ptr + from, e->at - from);
        n += e->at - from;
        memcpy(out + n, e->text.ptr, e->text.len);
        n += e->text.len;
        from = e->at + e->len;
    }
    memcpy(out + n, body.ptr + from, body.len - from);
    must(n + body.len - from == bytes);
    *piece = str_from(out, bytes);
    return true;
}

bool ask_splice(const struct ask *a, const struct ask_edit *edit, struct arena *arena,
                struct ask_pieces *out)
{
    struct changes c = {.ask = a, .arena = arena, .list = c.few, .size = CHANGES_MAX};
    if (a->json && !change(&c, edit))
        return false;
    out->bytes = edited_bytes(&c);
    if (c.count <= CHANGES_MAX) {
        cut(&c, out->at, &out->count);
        return true;
    }
    out->count = 1;
    return copy(&c, out->bytes, &out->at[0]);
}
