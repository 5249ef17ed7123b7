// SPDX-License-Identifier: Apache-2.0
//
// The changes are gathered as (place, length, new text), by rising place; what lies between them is
// the caller's own. A batch may need more of them than there are pieces: then it is copied.

#include "wire/ask.h"

#define CHANGES_MAX ((ASK_PIECES_MAX - 1) / 2)

struct change {
    size_t at;
    size_t len;
    struct str text;
};

struct changes {
    const struct ask *ask;
    struct arena *arena;
    struct change *list;
    size_t count;
    size_t size;
};

static bool add(struct changes *c, size_t at, size_t len, struct str text)
{
    if (c->count == c->size) {
        size_t size = c->size ? c->size * 4 : CHANGES_MAX;
        struct change *list = arena_array(c->arena, struct change, size);
        if (!list)
            return false;
        if (c->count)
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

// Whole member, at the head of the outermost object (which has at least `model` after it).
static bool add_options(struct changes *c)
{
    size_t brace = str_find(c->ask->body, '{');
    must(brace < c->ask->body.len);
    return add(c, brace + 1, 0, (struct str)STR("\"stream_options\":{\"include_usage\":true},"));
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
    return key ? change_options(c, key, json_get(root, "stream_options")) : add_options(c);
}

// Whole members at the head of an object which has others if `more`; `at` is behind its brace.
static bool add_members(struct changes *c, size_t at, struct str members, bool more)
{
    const struct str parts[] = {members, more ? (struct str)STR(",") : STR_NONE};
    return members.len == 0 || add(c, at, 0, arena_join(c->arena, parts, 2));
}

// A number of `options`: replaced where it stands, else it goes to the members to add.
static bool change_number(struct changes *c, const struct json_val *options, const char *name,
                          int64_t n, struct str *members)
{
    size_t at = 0;
    size_t len = 0;
    const struct json_val *key = json_key(options, name);
    enum json_type type = json_type(json_get(options, name));
    bool other = key && type != JSON_NUMBER && type != JSON_NULL;
    if (n == 0 || other) // Ollama will say what is wrong with it
        return true;
    if (key)
        return json_member_at(c->ask->json, key, &at, &len) &&
               add(c, at, len, arena_printf(c->arena, "%lld", (long long)n));
    *members = arena_printf(c->arena, "%.*s%s\"%s\":%lld", STR_ARG(*members),
                            members->len ? "," : "", name, (long long)n);
    return true;
}

static bool change_ollama_options(struct changes *c, const struct ask_edit *edit, struct str *head)
{
    const struct json_val *root = json_root(c->ask->json);
    const struct json_val *key = json_key(root, "options");
    const struct json_val *options = json_get(root, "options");
    struct str members = STR_NONE;
    size_t at = 0;
    size_t len = 0;
    if (!change_number(c, options, "num_ctx", edit->context, &members) ||
        !change_number(c, options, "num_predict", edit->output_max, &members))
        return false;
    if (members.len == 0)
        return true;
    if (!key) {
        *head = arena_printf(c->arena, "%.*s\"options\":{%.*s},", STR_ARG(*head), STR_ARG(members));
        return true;
    }
    if (!json_member_at(c->ask->json, key, &at, &len))
        return false;
    if (json_type(options) == JSON_NULL)
        return add(c, at, len, arena_printf(c->arena, "{%.*s}", STR_ARG(members)));
    return json_type(options) != JSON_OBJECT || // Ollama will say what is wrong with it
           add_members(c, at + 1, members, json_count(options) > 0);
}

// A member that the caller does not say, null in its place is as good: else it goes to the head.
static bool say(struct changes *c, const char *name, struct str value, struct str *head)
{
    const struct json_val *root = json_root(c->ask->json);
    const struct json_val *key = json_key(root, name);
    size_t at = 0;
    size_t len = 0;
    if (value.len == 0 || (key && json_type(json_get(root, name)) != JSON_NULL))
        return true;
    if (key)
        return json_member_at(c->ask->json, key, &at, &len) && add(c, at, len, value);
    *head = arena_printf(c->arena, "\"%s\":%.*s,%.*s", name, STR_ARG(value), STR_ARG(*head));
    return true;
}

static bool change_ollama(struct changes *c, const struct ask_edit *edit)
{
    const struct str no = STR("false");
    enum endpoint e = c->ask->endpoint;
    bool answers = e == ENDPOINT_OLLAMA_CHAT || e == ENDPOINT_OLLAMA_GENERATE;
    bool cuts = answers || e == ENDPOINT_OLLAMA_EMBED;
    struct str head = STR_NONE;
    if (!cuts && e != ENDPOINT_OLLAMA_EMBED_ONE)
        return true;
    if (!change_ollama_options(c, edit, &head) || !say(c, "keep_alive", edit->keep_alive, &head) ||
        !say(c, "shift", edit->no_shift && answers ? no : STR_NONE, &head) ||
        !say(c, "truncate", edit->no_truncate && cuts ? no : STR_NONE, &head))
        return false;
    size_t brace = str_find(c->ask->body, '{');
    must(brace < c->ask->body.len);
    return add_members(c, brace + 1, head, false) && !arena_failed(c->arena);
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
    struct changes c = {.ask = a, .arena = arena};
    if (a->json) {
        if (edit->model.len && !change_models(&c, edit->model))
            return false;
        if (edit->include_usage && !include_usage(&c))
            return false;
        if (!change_ollama(&c, edit))
            return false;
    }
    out->bytes = edited_bytes(&c);
    if (c.count <= CHANGES_MAX) {
        cut(&c, out->at, &out->count);
        return true;
    }
    out->count = 1;
    return copy(&c, out->bytes, &out->at[0]);
}
