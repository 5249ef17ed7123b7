// SPDX-License-Identifier: Apache-2.0
//
// The members of the outermost object are walked once; each known name adds its fact. The dialects
// share one table of names, since none means two things.

#include "wire/ask.h"

#include "wire/ask_text.h"

static void read_tools(struct demand *d, const struct json_val *tools);

static int64_t whole(const struct json_val *v)
{
    int64_t n = 0;
    return json_i64(v, &n) && n > 0 ? n : 0;
}

static bool is_set(const struct json_val *v)
{
    return json_type(v) != JSON_ABSENT && json_type(v) != JSON_NULL;
}

static void most(int64_t *value, const struct json_val *v)
{
    int64_t n = whole(v);
    if (n > *value)
        *value = n;
}

// JSON of protobuf takes a whole number as a text, too.
static void most_answers(struct demand *d, const struct json_val *v)
{
    int64_t n = 0;
    if (str_i64(json_str(v), &n) && n > d->choices)
        d->choices = n;
    most(&d->choices, v);
}

// Gemini takes either spelling of a name.
static void read_config(struct demand *d, const struct json_val *config)
{
    most(&d->output_max, json_get(config, "maxOutputTokens"));
    most(&d->output_max, json_get(config, "max_output_tokens"));
    most_answers(d, json_get(config, "candidateCount"));
    most_answers(d, json_get(config, "candidate_count"));
    static const char *const schemas[] = {"responseSchema", "response_schema", "responseJsonSchema",
                                          "response_json_schema"};
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        const struct json_val *schema = json_get(config, schemas[i]);
        d->schema = d->schema || is_set(schema);
        ask_text_count(d, schema, ASK_SCHEMA);
    }
}

// Some servers take "true" and 1 for true; whoever does must not stream without its usage.
static bool means_true(const struct json_val *v)
{
    int64_t n = 0;
    return json_bool(v, false) || str_eq_nocase(json_str(v), str_of("true")) ||
           (json_i64(v, &n) && n == 1);
}

// Facts about how the answer is wanted. True when the name was one of them.
static bool read_wish(struct demand *d, struct str key, const struct json_val *v)
{
    if (str_is(key, "stream"))
        d->stream = d->stream || means_true(v);
    else if (str_is(key, "stream_options"))
        d->usage_asked = json_bool(json_get(v, "include_usage"), false);
    else if (str_is(key, "max_tokens") || str_is(key, "max_completion_tokens") ||
             str_is(key, "max_output_tokens"))
        most(&d->output_max, v);
    else if (str_is(key, "n") || str_is(key, "best_of"))
        most(&d->choices, v);
    else if (str_is(key, "background"))
        d->background = json_bool(v, false);
    else if (str_is(key, "generationConfig") || str_is(key, "generation_config"))
        read_config(d, v);
    else
        return false;
    return true;
}

static bool names_schema(const struct json_val *format)
{
    return str_is(json_str(json_get(format, "type")), "json_schema");
}

// Facts about what is sent. True when the name was one of them.
static bool read_input(struct demand *d, struct str key, const struct json_val *v)
{
    if (str_is(key, "messages") || str_is(key, "input") || str_is(key, "contents") ||
        str_is(key, "requests") || str_is(key, "prompt")) {
        d->messages += json_type(v) == JSON_ARRAY ? (int64_t)json_count(v) : 1;
        if (json_type(v) == JSON_OBJECT)
            d->stored_context = true; // a prompt kept at the provider
        ask_text_count(d, v, ASK_CONTENT);
    } else if (str_is(key, "system") || str_is(key, "instructions") || str_is(key, "suffix") ||
               str_is(key, "systemInstruction") || str_is(key, "system_instruction") ||
               str_is(key, "content") || str_is(key, "prediction") ||
               str_is(key, "generateContentRequest")) {
        ask_text_count(d, v, ASK_CONTENT);
    } else if (str_is(key, "tools") || str_is(key, "functions")) {
        read_tools(d, v);
        ask_text_count(d, v, ASK_SCHEMA);
    } else if (str_is(key, "response_format") || str_is(key, "text") ||
               str_is(key, "output_config")) {
        d->schema = d->schema || names_schema(v) || names_schema(json_get(v, "format"));
        ask_text_count(d, v, ASK_SCHEMA);
    } else {
        return false;
    }
    return true;
}

// OpenAI's and Gemini's tiers, and Anthropic's speed. Of a tier that is not known the price is not.
static void read_tier(struct demand *d, struct str key, struct str word)
{
    static const struct str head = STR("SERVICE_TIER_");
    static const struct {
        struct str word;
        enum service service;
    } words[] = {
        {STR("priority"), SERVICE_PRIORITY},
        {STR("performance"), SERVICE_PRIORITY},
        {STR("ultrafast"), SERVICE_FAST},
        {STR("auto"), SERVICE_STANDARD},
        {STR("default"), SERVICE_STANDARD},
        {STR("standard"), SERVICE_STANDARD},
        {STR("standard_only"), SERVICE_STANDARD},
        {STR("on_demand"), SERVICE_STANDARD},
        {STR("unspecified"), SERVICE_STANDARD},
        {STR("flex"), SERVICE_FLEX},
        {STR("batch"), SERVICE_BATCH},
    };
    enum service asked = SERVICE_OTHER;
    if (str_is(word, "fast"))
        asked = str_is(key, "speed") ? SERVICE_FAST : SERVICE_PRIORITY;
    word = str_skip(word, str_starts_nocase(word, head) ? head.len : 0);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_eq_nocase(word, words[i].word))
            asked = words[i].service;
    }
    if (asked == SERVICE_FLEX || asked == SERVICE_BATCH)
        d->hoped = asked;
    else if (word.len && asked != SERVICE_STANDARD)
        d->service = asked;
}

// By its id, or as an object that has one. Of several the last: they are all at one provider.
static void read_stored(struct demand *d, const struct json_val *v)
{
    struct str id = json_str(json_type(v) == JSON_OBJECT ? json_get(v, "id") : v);
    d->stored_context = d->stored_context || is_set(v);
    if (id.len)
        d->stored = id;
}

static void read_rest(struct demand *d, struct str key, const struct json_val *v)
{
    if (str_is(key, "previous_response_id") || str_is(key, "conversation") ||
        str_is(key, "cachedContent") || str_is(key, "container"))
        read_stored(d, v);
    else if (str_is(key, "web_search_options"))
        d->server_tools |= d->web_search = json_type(v) == JSON_OBJECT;
    else if (str_is(key, "mcp_servers"))
        d->server_tools = d->server_tools || json_count(v) > 0;
    else if (str_is(key, "service_tier") || str_is(key, "serviceTier") || str_is(key, "speed"))
        read_tier(d, key, json_str(v));
    else if (str_is(key, "cache_control"))
        ask_cache(d, v);
    else if (str_is(key, "echo"))
        d->repeats = json_bool(v, false);
    else if (str_is(key, "inference_geo"))
        d->us_region = str_is(json_str(v), "us");
    else if (str_is(key, "user"))
        d->user = json_str(v);
    else if (str_is(key, "metadata") && d->user.len == 0)
        d->user = json_str(json_get(v, "user_id"));
}

static bool is_gemini_tool(struct str key)
{
    return str_is(key, "googleSearch") || str_is(key, "google_search") ||
           str_is(key, "googleSearchRetrieval") || str_is(key, "codeExecution") ||
           str_is(key, "code_execution") || str_is(key, "urlContext") ||
           str_is(key, "url_context") || str_is(key, "fileSearch") || str_is(key, "googleMaps");
}

// A tool that the provider runs itself: every type but those that describe a caller's function.
static bool runs_there(const struct json_val *tool)
{
    static const struct str heads[] = {
        STR("web_"), STR("code_"),    STR("file_search"),        STR("image_generation"),
        STR("mcp"),  STR("x_search"), STR("collections_search"), STR("tool_search")};
    struct json_iter it = {0};
    struct str key;
    struct str type = STR_NONE;
    const struct json_val *v = NULL;
    while (json_type(tool) == JSON_OBJECT && json_each(&it, tool, &key, &v)) {
        if (is_gemini_tool(key) && is_set(v))
            return true;
        if (str_is(key, "type"))
            type = json_str(v);
    }
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        if (str_starts(type, heads[i]))
            return true;
    }
    return false;
}

static void read_tools(struct demand *d, const struct json_val *tools)
{
    struct json_iter it = {0};
    const struct json_val *tool = NULL;
    while (json_each(&it, tools, NULL, &tool)) {
        size_t declared = json_count(json_get(tool, "functionDeclarations"));
        d->tools += declared ? (int64_t)declared : 1;
        d->server_tools = d->server_tools || runs_there(tool);
    }
}

// Ollama streams unless told not to. Its images are base64, in a list beside the text.
static void read_ollama(struct ask *a)
{
    static const char *const texts[] = {"messages", "prompt",  "input",   "system",
                                        "suffix",   "context", "template"};
    struct demand *d = &a->demand;
    const struct json_val *root = json_root(a->json);
    const struct json_val *options = json_get(root, "options");
    bool answers = a->endpoint == ENDPOINT_OLLAMA_CHAT || a->endpoint == ENDPOINT_OLLAMA_GENERATE;
    d->stream = answers && json_bool(json_get(root, "stream"), true);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct json_val *v = json_get(root, texts[i]);
        if (i < 3 && is_set(v)) // one of them is the input
            d->messages += json_type(v) == JSON_ARRAY ? (int64_t)json_count(v) : 1;
        ask_text_count(d, v, ASK_OLLAMA);
    }
    d->images += (int64_t)json_count(json_get(root, "images"));
    d->tools = (int64_t)json_count(json_get(root, "tools"));
    ask_text_count(d, json_get(root, "tools"), ASK_SCHEMA);
    most(&d->output_max, json_get(options, "num_predict"));
    most(&d->context, json_get(options, "num_ctx"));
}

// The answer goes on with a last message of the assistant's: Mistral tells that once more.
static bool goes_on(const struct json_val *messages)
{
    struct json_iter it = {0};
    const struct json_val *v = NULL, *last = NULL;
    while (json_each(&it, messages, NULL, &v))
        last = v;
    return str_is(json_str(json_get(last, "role")), "assistant");
}

static void read_members(struct ask *a)
{
    struct demand *d = &a->demand;
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v = NULL;
    while (json_each(&it, json_root(a->json), &key, &v)) {
        if (!read_wish(d, key, v) && !read_input(d, key, v))
            read_rest(d, key, v);
    }
    if (a->endpoint == ENDPOINT_CHAT)
        d->repeats = goes_on(json_get(json_root(a->json), "messages"));
    // Each prompt of a list is answered by itself.
    const struct json_val *prompts = json_get(json_root(a->json), "prompt");
    if (a->endpoint == ENDPOINT_COMPLETIONS && json_type(prompts) == JSON_ARRAY) {
        struct json_iter first = {0};
        bool many = json_each(&first, prompts, NULL, &v) && json_type(v) != JSON_NUMBER;
        if (many && d->choices < INT64_MAX / (int64_t)json_count(prompts))
            d->choices *= (int64_t)json_count(prompts);
    }
}

// Each input of a list is embedded by itself. Numbers are one input's tokens.
static void read_longest(struct ask *a)
{
    struct json_iter it = {0};
    const struct json_val *v = NULL;
    while (json_each(&it, json_get(json_root(a->json), "input"), NULL, &v) &&
           json_type(v) != JSON_NUMBER) {
        struct demand one = {0};
        ask_text_count(&one, v, ASK_CONTENT);
        a->demand.longest_bytes = count_larger(a->demand.longest_bytes, one.text_bytes);
    }
}

// A model's name goes into header fields, logs and paths.
static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
            return false;
    }
    return s.len <= MODEL_BYTES_MAX && str_utf8(s);
}

static enum refusal refuse(struct why *why, enum refusal r, const char *text)
{
    (void)why_set(why, STATUS_SYNTAX, "%s", text);
    return r;
}

static enum refusal read_model(struct ask *a, const struct endpoint_found *found, struct why *why)
{
    struct str model = json_str(json_get(json_root(a->json), "model"));
    if (found->model.len) {
        if (!endpoint_model(found, a->path_model))
            return refuse(why, REFUSAL_BAD_REQUEST, "The path's model name is malformed.");
        model = str_of(a->path_model);
    } else if (json_type(json_get(json_root(a->json), "model")) == JSON_ABSENT) {
        return refuse(why, REFUSAL_NO_MODEL, "It has no member `model`.");
    }
    if (model.len == 0)
        return refuse(why, REFUSAL_NO_MODEL, "`model` is not a text, or empty.");
    if (!is_name(model))
        return refuse(why, REFUSAL_BAD_REQUEST,
                      "`model` is longer than 256 bytes or has control characters.");
    a->demand.model = model;
    return REFUSAL_NONE;
}

static enum refusal refuse_type(const struct json_val *v, struct why *why)
{
    static const char *const names[] = {
        [JSON_NULL] = "null",     [JSON_BOOL] = "boolean", [JSON_NUMBER] = "number",
        [JSON_STRING] = "string", [JSON_ARRAY] = "array",
    };
    (void)why_set(why, STATUS_SYNTAX, "The body is a JSON %s. A JSON object is wanted.",
                  names[json_type(v)]);
    return REFUSAL_BAD_REQUEST;
}

// The next letter of a name as Go's encoding/json folds it: besides ASCII's capitals two letters
// beyond ASCII, the long s (U+017F) and the sign of Kelvin (U+212A).
static char folded(struct str *name)
{
    static const struct str long_s = STR("\xc5\xbf"), kelvin = STR("\xe2\x84\xaa");
    bool s = str_starts(*name, long_s), k = str_starts(*name, kelvin);
    char c = s ? 's' : k ? 'k' : name->ptr[0];
    *name = str_skip(*name, s ? long_s.len : k ? kelvin.len : 1);
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool folds_to(struct str name, const char *known)
{
    while (name.len && *known && folded(&name) == *known)
        known++;
    return name.len == 0 && !*known;
}

static bool is_lower(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if ((name.ptr[i] >= 'A' && name.ptr[i] <= 'Z') || (unsigned char)name.ptr[i] > 0x7f)
            return false;
    }
    return true;
}

// The name that a server written in Go, such as an Ollama, takes that one for; or NULL.
static const char *taken_for(const struct ask *a, struct str name)
{
    // The first that no gateway can do without are of every dialect, the others of Ollama's.
    static const char *const names[] = {
        "model",
        "stream",
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "n",
        "prompt",
        "suffix",
        "system",
        "template",
        "context",
        "raw",
        "format",
        "keep_alive",
        "images",
        "options",
        "think",
        "truncate",
        "shift",
        "messages",
        "tools",
        "input",
        "dimensions",
        "logprobs",
        "top_logprobs",
        "name",
    };
    size_t count =
        endpoint_dialect(a->endpoint) == DIALECT_OLLAMA ? sizeof names / sizeof *names : 6;
    for (size_t i = 0; i < count; i++) {
        if (folds_to(name, names[i]))
            return names[i];
    }
    return NULL;
}

// Or else a model is priced, a limit set that is not the one the server hears of.
static enum refusal check_names(const struct ask *a, struct why *why)
{
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v = NULL;
    while (json_each(&it, json_root(a->json), &name, &v)) {
        const char *known = is_lower(name) ? NULL : taken_for(a, name);
        if (!known)
            continue;
        (void)why_set(why, STATUS_SYNTAX, "Some servers take `%.*s` for `%s`. Write `%s`.",
                      STR_ARG(name), known, known);
        return REFUSAL_BAD_REQUEST;
    }
    return REFUSAL_NONE;
}

static enum refusal read_body(struct ask *a, const struct alloc *alloc, struct why *why)
{
    if (str_trim(a->body).len == 0)
        return refuse(why, REFUSAL_BAD_JSON,
                      a->body.len ? "The body is blank. A JSON object is wanted"
                                  : "The body is empty. A JSON object is wanted");
    enum status s = json_open(a->body, alloc, &a->json, why);
    if (s == STATUS_NO_MEMORY)
        return REFUSAL_INTERNAL;
    if (s != STATUS_OK)
        return REFUSAL_BAD_JSON;
    if (json_type(json_root(a->json)) != JSON_OBJECT)
        return refuse_type(json_root(a->json), why);
    return check_names(a, why);
}

enum refusal ask_open(struct ask *a, const struct endpoint_found *found, struct str body,
                      const struct alloc *alloc, struct why *why)
{
    static const struct str bom = STR("\xef\xbb\xbf"); // no part of the text
    body = str_starts(body, bom) ? str_skip(body, bom.len) : body;
    *a = (struct ask){.endpoint = found->endpoint, .body = body};
    a->demand.choices = 1;
    a->demand.body_bytes = (int64_t)body.len;
    a->demand.stream = found->endpoint == ENDPOINT_GENERATE_STREAM;
    if (endpoint_is_get(found->endpoint))
        return REFUSAL_NONE;
    enum refusal r = read_body(a, alloc, why);
    if (r == REFUSAL_NONE)
        r = read_model(a, found, why);
    if (r != REFUSAL_NONE)
        ask_close(a);
    else if (endpoint_dialect(found->endpoint) == DIALECT_OLLAMA)
        read_ollama(a);
    else
        read_members(a);
    if (a->json && (a->endpoint == ENDPOINT_EMBEDDINGS || a->endpoint == ENDPOINT_OLLAMA_EMBED))
        read_longest(a);
    return r;
}

void ask_close(struct ask *a)
{
    json_close(a->json);
    a->json = NULL;
    a->demand.model = STR_NONE;
    a->demand.user = STR_NONE;
    a->demand.stored = STR_NONE;
}

// What does not fit is skipped: a caller's metadata was not written for us.
static void put_tag(struct tags *tags, struct str name, struct str value, struct arena *arena)
{
    if (name.len == 0 || name.len > TAG_NAME_MAX || value.len > TAG_VALUE_MAX ||
        (tags->count == TAGS_MAX && !tags_has(tags, name)))
        return;
    struct str kept = arena_dup(arena, name);
    struct str text = arena_dup(arena, value);
    if (!arena_failed(arena)) {
        enum status ignored = tags_set(tags, kept, text);
        (void)ignored;
    }
}

void ask_tags(const struct ask *a, struct tags *tags, struct arena *arena)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v = NULL;
    if (endpoint_dialect(a->endpoint) == DIALECT_OPENAI) {
        while (json_each(&it, json_get(json_root(a->json), "metadata"), &key, &v)) {
            if (json_type(v) == JSON_STRING)
                put_tag(tags, key, json_str(v), arena);
        }
    }
    if (a->demand.user.len)
        put_tag(tags, (struct str)STR("user"), a->demand.user, arena);
}
