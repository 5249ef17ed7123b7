// SPDX-License-Identifier: Apache-2.0

#include "verify/asked.h"

static void want_schema(struct asked *a, const struct json_val *schema)
{
    if (json_type(schema) != JSON_OBJECT)
        return;
    a->form = ASKED_SCHEMA;
    a->schema = schema;
}

static void want_json(struct asked *a, bool wanted)
{
    if (wanted)
        a->form = ASKED_JSON;
}

// response_format of a chat, text.format of Responses, output_config.format of Claude.
static void read_format(struct asked *a, const struct json_val *format)
{
    struct str type = json_str(json_get(format, "type"));
    want_json(a, str_is(type, "json_object") || str_is(type, "json_schema"));
    if (str_is(type, "json_schema")) {
        want_schema(a, json_path(format, "json_schema.schema"));
        want_schema(a, json_get(format, "schema"));
    }
}

static void read_gemini(struct asked *a, const struct json_val *body)
{
    const struct json_val *config = json_get(body, "generationConfig");
    const struct json_val *calling = json_path(body, "toolConfig.functionCallingConfig");
    want_json(a, str_is(json_str(json_get(config, "responseMimeType")), "application/json"));
    want_schema(a, json_get(config, "responseSchema"));
    want_schema(a, json_get(config, "responseJsonSchema"));
    a->call_needed = str_is(json_str(json_get(calling, "mode")), "ANY");
}

// "required", {"type":"any"}, or the name of one.
static void read_choice(struct asked *a, const struct json_val *choice)
{
    struct str type = json_str(json_get(choice, "type"));
    a->call_name = json_str(json_path(choice, "function.name"));
    if (a->call_name.len == 0)
        a->call_name = json_str(json_get(choice, "name"));
    a->call_needed = str_is(json_str(choice), "required") || str_is(type, "any") ||
                     (a->call_name.len > 0 && (str_is(type, "function") || str_is(type, "tool")));
}

void asked_read(struct asked *a, enum endpoint endpoint, const struct json_val *body)
{
    *a = (struct asked){.dialect = endpoint_dialect(endpoint)};
    a->tools = json_get(body, "tools");
    switch (a->dialect) {
    case DIALECT_OPENAI:
        read_format(a, json_get(body, "response_format"));
        read_format(a, json_path(body, "text.format"));
        read_choice(a, json_get(body, "tool_choice"));
        break;
    case DIALECT_ANTHROPIC:
        read_format(a, json_get(body, "output_format"));
        read_format(a, json_path(body, "output_config.format"));
        read_choice(a, json_get(body, "tool_choice"));
        break;
    case DIALECT_GEMINI: read_gemini(a, body); break;
    case DIALECT_OLLAMA:
        want_json(a, str_is(json_str(json_get(body, "format")), "json"));
        want_schema(a, json_get(body, "format"));
        break;
    case DIALECT_COUNT: break;
    }
}

// --- tools ---

static const char *const schema_names[] = {"parameters", "input_schema", "parametersJsonSchema"};

static bool is_tool(const struct json_val *tool, struct str name, const struct json_val **schema)
{
    if (!str_eq(json_str(json_get(tool, "name")), name))
        return false;
    *schema = NULL;
    for (size_t i = 0; i < sizeof schema_names / sizeof schema_names[0] && !*schema; i++)
        *schema = json_get(tool, schema_names[i]);
    return true;
}

// Gemini lists several functions in one tool.
static bool find_declared(const struct json_val *tool, struct str name,
                          const struct json_val **schema)
{
    struct json_iter it = {0};
    const struct json_val *function = NULL;
    const struct json_val *functions = json_get(tool, "functionDeclarations");
    if (!functions)
        functions = json_get(tool, "function_declarations");
    while (json_type(functions) == JSON_ARRAY && json_each(&it, functions, NULL, &function))
        if (is_tool(function, name, schema))
            return true;
    return false;
}

bool asked_tool(const struct asked *a, struct str name, const struct json_val **schema)
{
    struct json_iter it = {0};
    const struct json_val *tool = NULL;
    while (json_type(a->tools) == JSON_ARRAY && json_each(&it, a->tools, NULL, &tool)) {
        const struct json_val *function = json_get(tool, "function");
        if (is_tool(function ? function : tool, name, schema) || find_declared(tool, name, schema))
            return true;
    }
    return false;
}
