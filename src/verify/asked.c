// SPDX-License-Identifier: Apache-2.0

#include "verify/asked.h"

#include <ctype.h>

#include "core/said.h"

#define NAME_BYTES 64

static void want_schema(struct asked *a, const struct json_val *schema)
{
    if (json_type(schema) != JSON_OBJECT)
        return;
    a->form = ASKED_SCHEMA;
    a->schema = schema;
}

static void want(struct asked *a, enum asked_form form, bool wanted)
{
    if (wanted)
        a->form = form;
}

// response_format of a chat, text.format of Responses, output_config.format of Claude.
static void read_format(struct asked *a, const struct json_val *format)
{
    struct str type = json_str(json_get(format, "type"));
    want(a, ASKED_OBJECT, str_is(type, "json_object"));
    want(a, ASKED_JSON, str_is(type, "json_schema"));
    if (str_is(type, "json_schema")) {
        want_schema(a, json_path(format, "json_schema.schema"));
        want_schema(a, json_get(format, "schema"));
    }
}

// A member of Gemini's in either spelling, as JSON of protobuf has it: responseSchema, or
// response_schema.
static const struct json_val *either(const struct json_val *object, const char *camel)
{
    char snake[NAME_BYTES];
    size_t n = 0;
    const struct json_val *v = json_get(object, camel);
    for (const char *c = camel; *c && n + 2 < sizeof snake; c++) {
        if (isupper((unsigned char)*c))
            snake[n++] = '_';
        snake[n++] = (char)(tolower)((unsigned char)*c);
    }
    snake[n] = '\0';
    return v ? v : json_get(object, snake);
}

static void read_gemini(struct asked *a, const struct json_val *body)
{
    const struct json_val *config = either(body, "generationConfig");
    const struct json_val *calling = either(either(body, "toolConfig"), "functionCallingConfig");
    want(a, ASKED_JSON, str_is(json_str(either(config, "responseMimeType")), "application/json"));
    want_schema(a, either(config, "responseSchema"));
    want_schema(a, either(config, "responseJsonSchema"));
    a->call_needed = str_is(json_str(json_get(calling, "mode")), "ANY");
    a->call_barred = str_is(json_str(json_get(calling, "mode")), "NONE");
}

// The name that a choice of one has, in a member of its own or beside its type. What runs at the
// provider (mcp, ...) is no call of the caller's.
static struct str chosen(const struct json_val *choice)
{
    static const char *const paths[] = {"function.name", "custom.name", "name"};
    struct str type = json_str(json_get(choice, "type"));
    struct str name = STR_NONE;
    if (type.len && !str_is(type, "function") && !str_is(type, "tool") && !str_is(type, "custom"))
        return name;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0] && name.len == 0; i++)
        name = json_str(json_path(choice, paths[i]));
    return name;
}

// "none", {"type":"none"}, "required", {"type":"any"}, the name of one, or that one of a list is
// required.
static void read_choice(struct asked *a, const struct json_val *choice)
{
    struct str mode = json_str(json_get(choice, "mode"));
    if (mode.len == 0)
        mode = json_str(json_path(choice, "allowed_tools.mode"));
    const struct str type = json_str(json_get(choice, "type"));
    a->call_name = chosen(choice);
    a->call_barred = str_is(json_str(choice), "none") || str_is(type, "none");
    a->call_needed = str_is(json_str(choice), "required") || str_is(mode, "required") ||
                     str_is(type, "any") || a->call_name.len > 0;
}

static void read_openai(struct asked *a, const struct json_val *body)
{
    const struct json_val *choice = json_get(body, "tool_choice");
    a->functions = json_get(body, "functions");
    read_format(a, json_get(body, "response_format"));
    read_format(a, json_path(body, "text.format"));
    read_choice(a, choice ? choice : json_get(body, "function_call"));
}

struct hearing {
    struct asked *asked;
    unsigned last; // message of the user's
};

static bool hear(void *context, const struct saying *s)
{
    struct hearing *h = context;
    struct asked_texts *t = &h->asked->instructions;
    if (s->by != SPEAKER_SYSTEM && s->by != SPEAKER_USER)
        return true;
    if (s->by == SPEAKER_USER) {
        t = &h->asked->message;
        t->count = s->message == h->last ? t->count : 0;
        h->last = s->message;
    }
    t->of[t->count++ % ASKED_TEXTS] = s->text;
    return true;
}

void asked_read(struct asked *a, enum endpoint endpoint, const struct json_val *body)
{
    *a = (struct asked){.dialect = endpoint_dialect(endpoint)};
    said_each(body, hear, &(struct hearing){.asked = a});
    a->tools = json_get(body, "tools");
    switch (a->dialect) {
    case DIALECT_OPENAI: read_openai(a, body); break;
    case DIALECT_ANTHROPIC:
        read_format(a, json_get(body, "output_format"));
        read_format(a, json_path(body, "output_config.format"));
        read_choice(a, json_get(body, "tool_choice"));
        break;
    case DIALECT_GEMINI: read_gemini(a, body); break;
    case DIALECT_OLLAMA:
        want(a, ASKED_OBJECT, str_is(json_str(json_get(body, "format")), "json"));
        want_schema(a, json_get(body, "format"));
        break;
    case DIALECT_COUNT: break;
    }
}

// --- tools ---

static bool is_tool(const struct json_val *tool, struct str name, struct asked_tool *out)
{
    static const char *const schemas[] = {"parameters", "input_schema"};
    if (name.len == 0 || !str_eq(json_str(json_get(tool, "name")), name))
        return false;
    *out = (struct asked_tool){.text = str_is(json_str(json_get(tool, "type")), "custom")};
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0] && !out->schema; i++)
        out->schema = json_get(tool, schemas[i]);
    out->schema = out->schema ? out->schema : either(tool, "parametersJsonSchema");
    out->text = out->text && !out->schema; // Claude's are custom, too
    return true;
}

static bool find_listed(const struct json_val *list, struct str name, struct asked_tool *out)
{
    struct json_iter it = {0};
    const struct json_val *function = NULL;
    while (json_type(list) == JSON_ARRAY && json_each(&it, list, NULL, &function))
        if (is_tool(function, name, out))
            return true;
    return false;
}

// {"type":"function","function":{...}}, {"type":"custom","custom":{...}}, or all in one; Gemini
// lists several functions in one tool.
static bool find_in(const struct json_val *tool, struct str name, struct asked_tool *out)
{
    const struct json_val *function = json_get(tool, "function");
    const struct json_val *custom = json_get(tool, "custom");
    if (custom && is_tool(custom, name, out)) {
        out->text = true;
        return true;
    }
    return is_tool(function ? function : tool, name, out) ||
           find_listed(either(tool, "functionDeclarations"), name, out);
}

// Gemini takes one that is no list, too.
bool asked_tool(const struct asked *a, struct str name, struct asked_tool *out)
{
    struct json_iter it = {0};
    const struct json_val *tool = NULL;
    if (json_type(a->tools) == JSON_OBJECT && find_in(a->tools, name, out))
        return true;
    while (json_type(a->tools) == JSON_ARRAY && json_each(&it, a->tools, NULL, &tool))
        if (find_in(tool, name, out))
            return true;
    return find_listed(a->functions, name, out);
}
