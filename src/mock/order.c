// SPDX-License-Identifier: Apache-2.0

#include "mock/order.h"

#include "base/digest.h"
#include "base/limits.h"
#include "mock/prose.h"

#define MOST_MAX         1000000000 // tokens that anybody can ask for
#define TOP_LOGPROBS_MAX 20
#define ANSWER_BYTES_MAX (256u * MIB)

static const char *const wish_names[] = {
#define X(id, name) name,
    WISH_MAP(X)
#undef X
};

// The members that a provider reads as the prompt, in the order in which its cache sees them.
static const char *const *prompt_members(enum wish w)
{
    static const char *const chat[] = {"tools", "messages", NULL};
    static const char *const completions[] = {"prompt", NULL};
    static const char *const embeddings[] = {"input", NULL};
    static const char *const responses[] = {"tools", "instructions", "input", NULL};
    static const char *const messages[] = {"tools", "system", "messages", NULL};
    static const char *const gemini[] = {
        "tools",   "systemInstruction", "contents", "generateContentRequest",
        "content", "requests",          NULL};
    static const char *const generate[] = {"system", "prompt", NULL};
    static const char *const nothing[] = {NULL};
    if (w == WISH_CHAT || w == WISH_OLLAMA_CHAT)
        return chat;
    if (w == WISH_OLLAMA_GENERATE || w == WISH_OLLAMA_EMBED_ONE)
        return generate;
    if (w == WISH_OLLAMA_EMBED)
        return embeddings;
    if (w == WISH_OLLAMA_SHOW)
        return nothing;
    if (w == WISH_COMPLETIONS)
        return completions;
    if (w == WISH_EMBEDDINGS)
        return embeddings;
    if (w == WISH_RESPONSES || w == WISH_RESPONSES_COUNT)
        return responses;
    if (w == WISH_MESSAGES || w == WISH_MESSAGES_COUNT)
        return messages;
    return gemini;
}

const char *wish_name(enum wish w)
{
    return wish_names[w];
}

int64_t order_created(const struct order *o)
{
    return 1767225600 + (int64_t)(o->hash % 86400);
}

int64_t order_logprob(const struct order *o)
{
    return o->trouble.on[TROUBLE_LOGPROB] ? o->trouble.argument[TROUBLE_LOGPROB] : 250;
}

void order_fini(struct order *o)
{
    json_close(o->json);
    o->json = NULL;
    buf_fini(&o->text);
}

static bool is_ollama(const struct order *o)
{
    return o->family == FAMILY_OLLAMA;
}

// Gemini takes either spelling of a name.
static const char *const limits[] = {"max_completion_tokens",
                                     "max_tokens",
                                     "max_output_tokens",
                                     "generationConfig.maxOutputTokens",
                                     "generationConfig.max_output_tokens",
                                     "generation_config.maxOutputTokens",
                                     "generation_config.max_output_tokens"};

static void read_limits(struct order *o)
{
    o->most = o->wish == WISH_COMPLETIONS ? 16 : 0;
    for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
        int64_t most = 0;
        if (json_i64(json_path(o->root, limits[i]), &most) && most > 0)
            o->most = most < MOST_MAX ? most : MOST_MAX;
    }
    int64_t n = 1;
    const struct json_val *candidates = json_path(o->root, "generationConfig.candidateCount");
    if (json_i64(json_get(o->root, "n"), &n) || json_i64(candidates, &n) ||
        str_i64(json_str(candidates), &n))
        o->n = n < 1 ? 1 : n > 16 ? 16 : n;
}

static void read_user(struct order *o)
{
    static const char *const names[] = {"user", "metadata.user_id", "safety_identifier",
                                        "labels.user"};
    for (unsigned i = 0; o->user.len == 0 && i < sizeof names / sizeof *names; i++)
        o->user = json_str(json_path(o->root, names[i]));
}

// "mock/hang", "gpt-4o+503+once": which model, and what trouble the name asks for.
static void read_name(struct order *o)
{
    struct str name = o->name;
    size_t plus = str_find(name, '+');
    trouble_add(&o->trouble, str_skip(name, plus + 1));
    o->answered = str_from(name.ptr, plus);
    o->model = o->answered;
    if (str_starts(o->model, (struct str)STR("mock/")))
        o->model = str_skip(o->model, 5);
    if (is_ollama(o) && str_ends(o->model, (struct str)STR(":latest")))
        o->model.len -= 7;
    if (trouble_is(o->model))
        trouble_add(&o->trouble, o->model);
    if (o->trouble.on[TROUBLE_DATED] && o->answered.len + 12 < sizeof o->answered_text) {
        memcpy(o->answered_text, o->answered.ptr, o->answered.len);
        memcpy(o->answered_text + o->answered.len, "-2026-01-01", 11);
        o->answered = str_from(o->answered_text, o->answered.len + 11);
    }
}

static bool reasons(const struct order *o)
{
    static const struct str heads[] = {STR("gpt-5"),    STR("gpt-6"), STR("o1"),
                                       STR("o3"),       STR("o4"),    STR("gemini-2.5"),
                                       STR("gemini-3"), STR("reason")};
    for (unsigned i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (str_starts(o->model, heads[i]))
            return true;
    }
    return o->thinks;
}

static const struct json_val *last_of(const struct json_val *array)
{
    struct json_iter it = {0};
    const struct json_val *value = NULL;
    const struct json_val *last = NULL;
    while (json_each(&it, array, NULL, &value))
        last = value;
    return last;
}

// The results of tools that a caller sends back want an answer in words, not another call.
static bool results_come_last(const struct order *o)
{
    static const char *const lists[] = {"messages", "input", "contents"};
    const struct json_val *last = NULL;
    for (unsigned i = 0; !last && i < sizeof lists / sizeof *lists; i++)
        last = last_of(json_get(o->root, lists[i]));
    const struct json_val *part = last_of(json_get(last, "content"));
    if (!part)
        part = last_of(json_get(last, "parts"));
    return str_is(json_str(json_get(last, "role")), "tool") ||
           str_is(json_str(json_get(last, "type")), "function_call_output") ||
           str_is(json_str(json_get(part, "type")), "tool_result") ||
           json_get(part, "functionResponse");
}

static const struct json_val *tool_of(const struct json_val *item, struct str wanted,
                                      struct str *name)
{
    static const char *const schemas[] = {"parameters", "input_schema", "parametersJsonSchema"};
    const struct json_val *inner = json_get(item, "function");
    if (!inner)
        inner = json_get(item, "custom");
    if (!inner)
        inner = item;
    *name = json_str(json_get(inner, "name"));
    if (name->len == 0 || (wanted.len > 0 && !str_eq(wanted, *name)))
        return NULL;
    for (unsigned i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        const struct json_val *schema = json_get(inner, schemas[i]);
        if (schema)
            return schema;
    }
    return inner;
}

static struct str wanted_tool(const struct order *o)
{
    struct str name = json_str(json_path(o->root, "tool_choice.function.name"));
    return name.len > 0 ? name : json_str(json_path(o->root, "tool_choice.name"));
}

static bool tools_forbidden(const struct order *o)
{
    return str_is(json_str(json_get(o->root, "tool_choice")), "none") ||
           str_is(json_str(json_path(o->root, "tool_choice.type")), "none") ||
           str_is(json_str(json_path(o->root, "toolConfig.functionCallingConfig.mode")), "NONE");
}

// The schema of the tool to be called (o->tool is its name), or NULL.
static const struct json_val *pick_tool(struct order *o)
{
    struct json_iter tools = {0};
    const struct json_val *item = NULL;
    const struct json_val *schema = NULL;
    struct str name = STR_NONE;
    if (tools_forbidden(o) || results_come_last(o))
        return NULL;
    while (!schema && json_each(&tools, json_get(o->root, "tools"), NULL, &item)) {
        struct json_iter inner = {0};
        const struct json_val *declared = NULL;
        schema = tool_of(item, wanted_tool(o), &name);
        while (!schema &&
               json_each(&inner, json_get(item, "functionDeclarations"), NULL, &declared))
            schema = tool_of(declared, STR_NONE, &name);
    }
    if (schema)
        o->tool = name;
    return schema;
}

// True when JSON was asked for; *schema may stay NULL.
static bool wants_json(const struct order *o, const struct json_val **schema)
{
    static const char *const schemas[] = {
        "response_format.json_schema.schema", "text.format.schema",
        "output_config.format.schema",        "output_format.schema",
        "generationConfig.responseSchema",    "generationConfig.responseJsonSchema"};
    for (unsigned i = 0; !*schema && i < sizeof schemas / sizeof *schemas; i++)
        *schema = json_path(o->root, schemas[i]);
    if (is_ollama(o)) {
        const struct json_val *format = json_get(o->root, "format");
        *schema = json_type(format) == JSON_OBJECT ? format : NULL;
        return *schema || str_is(json_str(format), "json");
    }
    return *schema || str_is(json_str(json_path(o->root, "response_format.type")), "json_object") ||
           str_is(json_str(json_path(o->root, "text.format.type")), "json_object") ||
           str_is(json_str(json_path(o->root, "generationConfig.responseMimeType")),
                  "application/json");
}

static void write_echo(struct order *o, const struct head *head)
{
    struct buf *out = &o->text;
    buf_printf(out, "%.*s %.*s", STR_ARG(head->method), STR_ARG(head->path));
    if (head->query.len > 0)
        buf_printf(out, "?%.*s", STR_ARG(head->query));
    buf_printf(out, " HTTP/1.%d\r\n", head->minor);
    for (unsigned i = 0; i < head->field_count; i++) {
        buf_add(out, head->fields[i].name);
        buf_add_cstr(out, ": ");
        buf_add(out, head->fields[i].value);
        buf_add_cstr(out, "\r\n");
    }
    buf_add_cstr(out, "\r\n");
    buf_add(out, o->body);
}

// The natural length of an answer in words.
static int64_t length_of(const struct order *o, struct dice *d)
{
    int64_t tokens = 24 + (int64_t)dice_below(d, 104);
    if (o->trouble.on[TROUBLE_TOKENS])
        tokens = o->trouble.argument[TROUBLE_TOKENS];
    if (o->trouble.on[TROUBLE_IGNORE_MAX] && o->most > 0)
        tokens = o->most * 3;
    if (o->trouble.on[TROUBLE_BIG])
        tokens = o->trouble.argument[TROUBLE_BIG] * MIB / 4;
    if (o->trouble.on[TROUBLE_HUGE_EVENT])
        tokens = o->trouble.argument[TROUBLE_HUGE_EVENT] * KIB / 4;
    return tokens > 40000000 ? 40000000 : tokens;
}

static bool unbounded(const struct order *o)
{
    return o->most == 0 || o->trouble.on[TROUBLE_IGNORE_MAX] || o->trouble.on[TROUBLE_BIG] ||
           o->trouble.on[TROUBLE_HUGE_EVENT] || o->trouble.on[TROUBLE_ECHO];
}

void order_cut(struct order *o, int64_t most)
{
    size_t at = 0;
    struct str text = buf_str(&o->text);
    for (int64_t i = 0; i < most && at < text.len; i++)
        at = prose_token(text, at);
    if (at >= text.len)
        return;
    o->text.len = at;
    o->finish = FINISH_LENGTH;
}

// A value that the schema asks for, or one that fits nowhere in it.
static void write_json(struct order *o, const struct json_val *schema, struct dice *d)
{
    if (schema && o->trouble.on[TROUBLE_UNFIT])
        prose_unfit(schema, &o->text);
    else
        prose_fit(d, schema, schema, &o->text);
    order_flaw_json(o);
}

// `most`: tokens that are left for it.
static void write_answer(struct order *o, const struct head *head, struct dice *d, int64_t most)
{
    const struct json_val *schema = NULL;
    if (o->trouble.on[TROUBLE_ECHO]) {
        write_echo(o, head);
    } else if (order_flaw_text(o)) {
        return;
    } else if ((schema = pick_tool(o)) || wants_json(o, &schema)) {
        write_json(o, schema, d);
    } else {
        int64_t tokens = length_of(o, d);
        // One word more than is allowed, so that the cut below sees that the end was not reached.
        prose_write(d, unbounded(o) || tokens <= most ? tokens : most + 1, &o->text);
    }
}

static void plan_text(struct order *o, const struct head *head, struct dice *d)
{
    int64_t most = o->most;
    if (reasons(o)) {
        o->billed.reasoning = 16 + (int64_t)dice_below(d, 112);
        if (!unbounded(o) && o->billed.reasoning > most / 2)
            o->billed.reasoning = most / 2;
        most -= o->billed.reasoning;
    }
    write_answer(o, head, d, most);
    o->finish = o->tool.len > 0 ? FINISH_TOOL : FINISH_STOP;
    order_flaw_end(o);
    if (!unbounded(o))
        order_cut(o, most);
    o->tokens = prose_count(buf_str(&o->text));
    o->billed.output = o->n * (o->tokens + o->billed.reasoning);
    o->billed.reasoning *= o->n;
}

// Anthropic caches what is marked: everything up to the last mark, read if it was seen before.
static void plan_marked_cache(struct order *o, struct str prompt, struct cache *cache)
{
    static const struct str mark = STR("\"cache_control\"");
    size_t last = 0;
    for (size_t at = 0; at < prompt.len;) {
        size_t found = str_search(str_skip(prompt, at), mark);
        if (at + found >= prompt.len)
            break;
        last = at + found;
        at = last + mark.len;
    }
    int64_t marked = (int64_t)(last / CACHE_BLOCK_BYTES) * CACHE_BLOCK_TOKENS;
    if (marked < CACHE_LEAST_TOKENS)
        return;
    int64_t known =
        cache_look(cache, cache_hash(2, o->model), str_from(prompt.ptr, (size_t)marked * 4));
    o->billed.cache_read = known;
    if (str_search(prompt, (struct str)STR("\"1h\"")) < prompt.len)
        o->billed.cache_write_1h = marked - known;
    else
        o->billed.cache_write = marked - known;
    o->billed.input -= marked;
}

static void plan_input(struct order *o, struct cache *cache)
{
    const char *const *names = prompt_members(o->wish);
    struct buf prompt;
    buf_init(&prompt, &alloc_heap, 0);
    for (unsigned i = 0; names[i]; i++) {
        size_t start = 0;
        size_t len = 0;
        const struct json_val *key = json_key(o->root, names[i]);
        if (key && json_member_at(o->json, key, &start, &len))
            buf_add(&prompt, str_from(o->body.ptr + start, len));
    }
    struct str text = buf_str(&prompt);
    o->billed.input = (int64_t)(text.len + 3) / 4;
    if (o->wish == WISH_MESSAGES) {
        plan_marked_cache(o, text, cache);
    } else if (o->wish == WISH_CHAT || o->wish == WISH_RESPONSES || o->wish == WISH_GENERATE ||
               o->wish == WISH_GENERATE_STREAM) {
        o->billed.cache_read = cache_look(cache, cache_hash(1, o->model), text);
        o->billed.input -= o->billed.cache_read;
    }
    buf_fini(&prompt);
}

static void multiply(struct billed *t, int64_t times)
{
    t->input *= times;
    t->cache_read *= times;
    t->cache_write *= times;
    t->cache_write_1h *= times;
    t->output *= times;
    t->reasoning *= times;
}

// As OpenAI and Anthropic refuse it; at Gemini and Ollama it is no limit. A completion may just
// echo its prompt, which the mock does not.
static enum status check_limits(const struct order *o, struct why *why)
{
    int64_t least = o->wish == WISH_COMPLETIONS ? 0 : 1;
    if (o->family != FAMILY_OPENAI && o->family != FAMILY_ANTHROPIC)
        return STATUS_OK;
    for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
        int64_t most = 0;
        if (json_i64(json_path(o->root, limits[i]), &most) && most < least)
            return why_set(why, STATUS_RANGE,
                           "Invalid '%s': integer below minimum value. Expected a value >= %lld, "
                           "but got %lld instead.",
                           limits[i], (long long)least, (long long)most);
    }
    return STATUS_OK;
}

// Gemini takes either spelling of a name.
static bool asks_logprobs(const struct order *o)
{
    static const char *const gemini[] = {
        "generationConfig.responseLogprobs", "generationConfig.response_logprobs",
        "generation_config.responseLogprobs", "generation_config.response_logprobs"};
    const struct json_val *list = json_get(o->root, "include"), *v = NULL;
    struct json_iter it = {0};
    bool asks = false;
    for (unsigned i = 0; o->family == FAMILY_GEMINI && i < sizeof gemini / sizeof *gemini; i++)
        asks = asks || json_bool(json_path(o->root, gemini[i]), false);
    while (o->wish == WISH_RESPONSES && json_type(list) == JSON_ARRAY &&
           json_each(&it, list, NULL, &v))
        asks = asks || str_is(json_str(v), "message.output_text.logprobs");
    return asks || ((o->wish == WISH_CHAT || is_ollama(o)) &&
                    json_bool(json_get(o->root, "logprobs"), false));
}

// Of how many tokens beside the chosen one.
static enum status check_logprobs(const struct order *o, struct why *why)
{
    static const char *const names[] = {"top_logprobs", "generationConfig.logprobs",
                                        "generation_config.logprobs"};
    const bool gemini = o->family == FAMILY_GEMINI;
    int64_t most = 0;
    for (unsigned i = gemini; i < (gemini ? sizeof names / sizeof *names : 1); i++)
        if (json_i64(json_path(o->root, names[i]), &most) && most > TOP_LOGPROBS_MAX)
            return why_set(why, STATUS_RANGE, "Invalid '%s': expected a value <= %d.", names[i],
                           TOP_LOGPROBS_MAX);
    return STATUS_OK;
}

// As vendors and models say it that have no such member.
static enum status check_strict(const struct order *o, struct why *why)
{
    if (o->trouble.odd != ODD_STRICT)
        return STATUS_OK;
    if (json_get(o->root, "stream_options"))
        return why_set(why, STATUS_SYNTAX, "Unsupported parameter: 'stream_options'.");
    if (o->logprobs && o->family == FAMILY_GEMINI)
        return why_set(why, STATUS_SYNTAX, "Logprobs is not enabled for models/%.*s",
                       STR_ARG(o->model));
    return o->logprobs ? why_set(why, STATUS_SYNTAX, "Unsupported parameter: 'logprobs'.")
                       : STATUS_OK;
}

static enum status check(const struct order *o, struct why *why)
{
    const char *const *names = prompt_members(o->wish);
    int64_t most = 0;
    bool any = false;
    for (unsigned i = 0; names[i]; i++)
        any = any || (json_get(o->root, names[i]) && strcmp(names[i], "tools") != 0);
    if (json_type(o->root) != JSON_OBJECT)
        return why_set(why, STATUS_SYNTAX, "The body must be a JSON object.");
    if (o->name.len == 0 && is_ollama(o))
        return why_set(why, STATUS_UNKNOWN, "model is required");
    if (is_ollama(o))
        return STATUS_OK;
    if (o->name.len == 0)
        return why_set(why, STATUS_UNKNOWN, "you must provide a model parameter");
    if (o->wish == WISH_CHAT && json_count(json_get(o->root, "messages")) == 0)
        return why_set(why, STATUS_SYNTAX, "Missing required parameter: 'messages'.");
    if (!any)
        return why_set(why, STATUS_SYNTAX, "Missing required parameter: '%s'.", names[0]);
    if (o->wish == WISH_MESSAGES && !json_i64(json_get(o->root, "max_tokens"), &most))
        return why_set(why, STATUS_SYNTAX, "max_tokens: Field required");
    if (check_strict(o, why) != STATUS_OK || check_logprobs(o, why) != STATUS_OK)
        return STATUS_SYNTAX;
    return check_limits(o, why);
}

bool order_read(struct order *o, const struct order_source *source, struct why *why)
{
    o->body = source->body;
    o->n = 1;
    o->refused = 400;
    o->hash = cache_hash(source->seed, source->body);
    buf_init(&o->text, &alloc_heap, ANSWER_BYTES_MAX);
    hex_write(&o->hash, sizeof o->hash, o->id);
    if (json_open(source->body, &alloc_heap, &o->json, why) != STATUS_OK)
        return false;
    o->root = json_root(o->json);
    if (o->name.len == 0)
        o->name = json_str(json_get(o->root, "model"));
    read_name(o);
    o->logprobs = asks_logprobs(o);
    if (check(o, why) != STATUS_OK)
        return false;
    o->stream = o->wish == WISH_GENERATE_STREAM || json_bool(json_get(o->root, "stream"), false);
    o->include_usage = json_bool(json_path(o->root, "stream_options.include_usage"), false);
    struct str thinking = json_str(json_path(o->root, "thinking.type"));
    o->thinks = str_is(thinking, "enabled") || str_is(thinking, "adaptive");
    read_limits(o);
    read_user(o);
    if (is_ollama(o) && !order_read_ollama(o, why))
        return false;
    plan_input(o, source->cache);
    if (is_ollama(o) && !order_fit_ollama(o, why))
        return false;
    struct dice dice;
    dice_init(&dice, o->hash);
    bool writes = o->wish == WISH_CHAT || o->wish == WISH_COMPLETIONS ||
                  o->wish == WISH_RESPONSES || o->wish == WISH_MESSAGES ||
                  o->wish == WISH_GENERATE || o->wish == WISH_GENERATE_STREAM ||
                  o->wish == WISH_OLLAMA_CHAT || o->wish == WISH_OLLAMA_GENERATE;
    if (writes && !o->only_loads)
        plan_text(o, source->head, &dice);
    if (o->trouble.on[TROUBLE_WRONG_USAGE])
        multiply(&o->billed, o->trouble.argument[TROUBLE_WRONG_USAGE]);
    if (buf_failed(&o->text)) {
        why_set(why, STATUS_LIMIT, "The answer would be too long.");
        return false;
    }
    return true;
}
