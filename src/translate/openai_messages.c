// SPDX-License-Identifier: Apache-2.0
//
// The messages of OpenAI's chat. Contents are a string or a list of parts. A tool's answer names
// only the call that it answers: the tool's name is looked up in the calls before it.

#include "translate/part.h"

// The name of a member of the message that is read.
#define AT(format) "`messages[%zu]." format

static struct chat_part *add_part(struct chat_message *m, enum chat_kind kind, struct str text)
{
    struct chat_part *p = &m->parts[m->count++];
    *p = (struct chat_part){.kind = kind, .text = text};
    return p;
}

// data:image/png;base64,iVBOR...
static enum refusal read_image(struct reading *r, const struct json_val *part,
                               struct chat_message *m)
{
    const struct json_val *image = json_get(part, "image_url");
    struct str url =
        json_type(image) == JSON_STRING ? json_str(image) : json_str(json_get(image, "url"));
    if (url.len == 0)
        return reading_bad(r, AT("content`: a part of type image_url has no `image_url.url`."),
                           r->message);
    if (!str_starts_nocase(url, str_of("data:")))
        return reading_cannot(
            r, AT("content`: it fetches no image from an address. Send a data: URL with base64."),
            r->message);
    size_t comma = str_find(url, ',');
    struct str head = str_skip(str_from(url.ptr, comma), 5);
    if (comma == url.len || !str_ends(head, str_of(";base64")))
        return reading_bad(r, AT("content`: the image's data: URL is not in base64."), r->message);
    struct chat_part *p = add_part(m, CHAT_IMAGE, str_skip(url, comma + 1));
    p->name = str_from(head.ptr, str_find(head, ';'));
    return REFUSAL_NONE;
}

static enum refusal read_part(struct reading *r, const struct json_val *part,
                              struct chat_message *m)
{
    struct str type = json_str(json_get(part, "type"));
    if (str_is(type, "text") || str_is(type, "refusal")) {
        const struct json_val *text = json_get(part, str_is(type, "text") ? "text" : "refusal");
        if (json_type(text) != JSON_STRING)
            return reading_bad(r, AT("content`: a part of type text has no `text`."), r->message);
        add_part(m, CHAT_TEXT, json_str(text));
        return REFUSAL_NONE;
    }
    if (str_is(type, "image_url") && m->role == CHAT_USER)
        return read_image(r, part, m);
    if (type.len == 0)
        return reading_bad(r, AT("content`: a part has no `type`."), r->message);
    return reading_cannot(r, AT("content`: it takes no part of type %.*s here."), r->message,
                          type.len > 40 ? 40 : (int)type.len, type.ptr);
}

static enum refusal read_content(struct reading *r, const struct json_val *content,
                                 struct chat_message *m)
{
    if (json_type(content) == JSON_STRING) {
        add_part(m, CHAT_TEXT, json_str(content));
        return REFUSAL_NONE;
    }
    if (json_type(content) != JSON_ARRAY) {
        if (m->role == CHAT_ASSISTANT && !reading_is_set(content))
            return REFUSAL_NONE;
        return reading_bad(r, AT("content` is neither a text nor a list of parts."), r->message);
    }
    struct json_iter it = {0};
    const struct json_val *part = NULL;
    enum refusal refusal = REFUSAL_NONE;
    while (refusal == REFUSAL_NONE && json_each(&it, content, NULL, &part))
        refusal = read_part(r, part, m);
    return refusal;
}

// Arguments are a text that holds an object; there are models that give nothing for none.
static enum refusal check_arguments(struct reading *r, struct str *text)
{
    struct str bare = str_trim(*text);
    if (bare.len == 0) {
        *text = str_of("{}");
        return REFUSAL_NONE;
    }
    struct json *j = NULL;
    enum status status = json_open(bare, r->alloc, &j, NULL);
    bool object = status == STATUS_OK && json_type(json_root(j)) == JSON_OBJECT;
    json_close(status == STATUS_OK ? j : NULL);
    if (status == STATUS_NO_MEMORY)
        return reading_no_memory(r);
    if (!object)
        return reading_cannot(
            r, AT("tool_calls`: it takes only arguments that are the text of a JSON object."),
            r->message);
    *text = bare;
    return REFUSAL_NONE;
}

static enum refusal read_call(struct reading *r, const struct json_val *call,
                              struct chat_message *m)
{
    const struct json_val *function = json_get(call, "function");
    struct str name = json_str(json_get(function, "name"));
    if (name.len == 0)
        return reading_bad(r, AT("tool_calls`: a call has no `function.name`."), r->message);
    struct str arguments = json_str(json_get(function, "arguments"));
    enum refusal refusal = check_arguments(r, &arguments);
    if (refusal != REFUSAL_NONE)
        return refusal;
    struct chat_part *p = add_part(m, CHAT_CALL, arguments);
    p->name = name;
    p->id = json_str(json_get(call, "id"));
    return p->id.len == 0 || map_set(&r->calls, p->id, p) ? REFUSAL_NONE : reading_no_memory(r);
}

static enum refusal read_calls(struct reading *r, const struct json_val *calls,
                               struct chat_message *m)
{
    struct json_iter it = {0};
    const struct json_val *call = NULL;
    enum refusal refusal = REFUSAL_NONE;
    while (refusal == REFUSAL_NONE && json_each(&it, calls, NULL, &call))
        refusal = read_call(r, call, m);
    return refusal;
}

static bool read_role(struct str word, enum chat_role *role)
{
    static const struct {
        const char *word;
        enum chat_role role;
    } words[] = {{"user", CHAT_USER},
                 {"assistant", CHAT_ASSISTANT},
                 {"system", CHAT_SYSTEM},
                 {"developer", CHAT_SYSTEM},
                 {"tool", CHAT_TOOL}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_is(word, words[i].word)) {
            *role = words[i].role;
            return true;
        }
    }
    return false;
}

static struct str name_of_call(const struct reading *r, struct str id)
{
    const struct chat_part *call = map_get(&r->calls, id);
    return call ? call->name : STR_NONE;
}

// What a model thought: two names of it are in use.
static void read_thought(const struct json_val *message, struct chat_message *m)
{
    struct str thought = json_str(json_get(message, "reasoning_content"));
    if (thought.len == 0)
        thought = json_str(json_get(message, "reasoning"));
    if (thought.len && m->role == CHAT_ASSISTANT)
        add_part(m, CHAT_THOUGHT, thought);
}

static enum refusal read_message(struct reading *r, const struct json_val *message, struct chat *c)
{
    struct chat_message *m = &c->messages[c->message_count];
    struct str role = json_str(json_get(message, "role"));
    const struct json_val *content = json_get(message, "content");
    const struct json_val *calls = json_get(message, "tool_calls");
    if (!read_role(role, &m->role))
        return reading_cannot(r, AT("role`: it knows no role \"%.*s\"."), r->message,
                              role.len > 40 ? 40 : (int)role.len, role.ptr ? role.ptr : "");
    if (reading_is_set(json_get(message, "function_call")))
        return reading_cannot(r, AT("function_call` is not carried. Use `tool_calls`."),
                              r->message);
    if (reading_is_set(json_get(message, "audio")))
        return reading_cannot(r, AT("audio`: it takes no sound."), r->message);
    m->parts = arena_array(r->arena, struct chat_part, json_count(content) + json_count(calls) + 2);
    if (!m->parts)
        return reading_no_memory(r);
    read_thought(message, m);
    enum refusal refusal = read_content(r, content, m);
    if (refusal == REFUSAL_NONE && m->role == CHAT_ASSISTANT)
        refusal = read_calls(r, calls, m);
    if (m->role == CHAT_TOOL) {
        m->call_id = json_str(json_get(message, "tool_call_id"));
        m->call_name = name_of_call(r, m->call_id);
    }
    c->message_count++;
    return refusal;
}

enum refusal openai_read_messages(struct reading *r, const struct json_val *list, struct chat *out)
{
    if (json_type(list) != JSON_ARRAY || json_count(list) == 0)
        return reading_bad(r, "`messages` is not a list with a message.");
    out->messages = arena_array(r->arena, struct chat_message, json_count(list));
    if (!out->messages)
        return reading_no_memory(r);
    struct json_iter it = {0};
    const struct json_val *message = NULL;
    enum refusal refusal = REFUSAL_NONE;
    map_init(&r->calls, r->alloc);
    for (r->message = 0; refusal == REFUSAL_NONE && json_each(&it, list, NULL, &message);
         r->message++)
        refusal = read_message(r, message, out);
    map_fini(&r->calls);
    return refusal;
}
