// SPDX-License-Identifier: Apache-2.0
//
// The members of the outermost object are walked once. Those in the first tables are known, and say
// what else may happen; all others are text.

#include "wire/weigh.h"

#include "wire/maximum.h"
#include "wire/vendor.h"
#include "wire/weigh_model.h"
#include "wire/weigh_part.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// What a provider puts before a conversation by itself: a date, a persona, how to call tools.
#define TOKENS_HIDDEN        512
#define TOKENS_HIDDEN_TOOLS  1024
#define TOKENS_HIDDEN_PROMPT 16   // of an embedding or a plain completion: its marks
#define TOKENS_PER_KNOWN     1024 // a tool that the model knows by its type: its schema

struct weighing {
    const struct ask *ask;
    unsigned flags;
    struct str model;
    struct weight *w;
    bool unread;         // text is not counted
    int64_t growth;      // of its letters (weigh_model_growth)
    int64_t calls_max;   // max_tool_calls
    int64_t rounds_most; // that one member asks for
    unsigned tool;       // the one that is looked at
    bool capped_tools;   // tools that only max_tool_calls limits
    bool web, files;     // among them
    bool tier_said, geo_said;
};

static void boundless(struct weighing *g, const char *field)
{
    if (g->w->boundless)
        return;
    g->w->boundless = field;
    g->w->boundless_item = g->tool;
}

// An empty object is: `web_search_options: {}` searches.
static bool is_set(const struct json_val *v)
{
    enum json_type type = json_type(v);
    bool empty = type == JSON_ARRAY && json_count(v) == 0;
    return type != JSON_NULL && type != JSON_ABSENT && !empty &&
           !(type == JSON_BOOL && !json_bool(v, true));
}

static const struct json_val *root_of(const struct weighing *g)
{
    return g->ask->json ? json_root(g->ask->json) : NULL;
}

// --- tools ---

static void add_rounds(struct weighing *g, int64_t n, const char *of)
{
    if (n > g->rounds_most) {
        g->rounds_most = n;
        g->w->rounds_of = of;
        g->w->rounds_item = g->tool;
    }
    g->w->rounds = count_add(g->w->rounds, n);
}

// The caller runs it: its answer comes with another call.
static bool runs_here(struct str type)
{
    static const struct str heads[] = {STR("computer"), STR("bash"),        STR("text_editor"),
                                       STR("memory"),   STR("local_shell"), STR("apply_patch")};
    for (size_t i = 0; i < COUNT(heads); i++) {
        if (str_starts(type, heads[i]))
            return true;
    }
    return type.len == 0 || str_is(type, "function") || str_is(type, "custom");
}

// Without a price but their tokens and a fee a call: a container has one for its time.
static bool has_fee_a_call(struct str type)
{
    return str_starts(type, (struct str)STR("web_search")) || str_is(type, "file_search") ||
           str_is(type, "mcp") || str_is(type, "tool_search");
}

// Anthropic's say themselves how often.
static void limit_own(struct weighing *g, const struct json_val *tool, struct str type)
{
    int64_t uses = 0;
    if (!json_i64(json_get(tool, "max_uses"), &uses) || uses < 0) {
        boundless(g, "tools[].max_uses");
        return;
    }
    add_rounds(g, uses, "tools[].max_uses");
    if (str_starts(type, (struct str)STR("web_search")))
        g->w->web_searches = count_add(g->w->web_searches, uses);
}

static void see_server_tool(struct weighing *g, const struct json_val *tool, struct str type)
{
    bool in_messages = g->ask->endpoint == ENDPOINT_MESSAGES;
    bool capped = g->ask->endpoint == ENDPOINT_RESPONSES && (g->flags & VENDOR_CAPS_TOOLS);
    if (in_messages && str_starts(type, (struct str)STR("web_"))) {
        limit_own(g, tool, type);
    } else if (in_messages || (capped && !has_fee_a_call(type))) {
        boundless(g, "tools[].type"); // another model's prices, a container's
    } else if (capped) {
        g->capped_tools = true;
        g->web = g->web || str_starts(type, (struct str)STR("web_search"));
        g->files = g->files || str_is(type, "file_search");
    } else {
        boundless(g, "tools[]");
    }
}

// Until Gemini 3 a search is billed once a prompt, however many queries it has.
static bool searches_once(const struct weighing *g, struct str key)
{
    return (str_is(key, "googleSearch") || str_is(key, "google_search")) &&
           (weigh_model_marks(g->model) & WEIGH_MODEL_BEFORE_GEMINI_3);
}

// Gemini's are named by their member; none of its own can be limited.
static void see_gemini_tool(struct weighing *g, const struct json_val *tool, const char *field)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v = NULL;
    while (json_type(tool) == JSON_OBJECT && json_each(&it, tool, &key, &v)) {
        if (str_is(key, "functionDeclarations") || str_is(key, "function_declarations"))
            continue;
        if (!searches_once(g, key))
            boundless(g, field);
        add_rounds(g, 1, "tools");
        g->w->web_searches = 1;
    }
}

static void see_tools(struct weighing *g, const struct json_val *tools)
{
    struct json_iter it = {0};
    const struct json_val *tool = NULL;
    bool gemini = endpoint_dialect(g->ask->endpoint) == DIALECT_GEMINI;
    if (gemini && json_type(tools) == JSON_OBJECT) // one of them, by itself
        see_gemini_tool(g, tools, "tools");
    for (g->tool = 0; json_each(&it, tools, NULL, &tool); g->tool++) {
        struct str type = json_str(json_get(tool, "type"));
        if (gemini)
            see_gemini_tool(g, tool, "tools[]");
        else if (!runs_here(type))
            see_server_tool(g, tool, type);
        else if (type.len && !str_is(type, "function") && !str_is(type, "custom"))
            weigh_add(g->w, TOKENS_PER_KNOWN);
    }
    if (json_count(tools) > 0)
        weigh_add(g->w, TOKENS_HIDDEN_TOOLS);
    g->w->tools = true;
}

static void see_functions(struct weighing *g)
{
    weigh_add(g->w, TOKENS_HIDDEN_TOOLS);
    g->w->tools = true;
}

static void end_tools(struct weighing *g)
{
    if (!g->capped_tools)
        return;
    if (g->calls_max < 0) {
        boundless(g, "max_tool_calls");
        return;
    }
    add_rounds(g, g->calls_max, "max_tool_calls");
    g->w->web_searches = g->web ? g->calls_max : 0;
    g->w->file_searches = g->files ? g->calls_max : 0;
}

// --- members ---

// They stay outside of every prompt.
static const struct str unread[] = {
    STR("model"),      STR("metadata"),         STR("user"),
    STR("logit_bias"), STR("prompt_cache_key"), STR("safety_identifier")};
// They bring input from elsewhere.
static const struct str stored[] = {STR("previous_response_id"), STR("conversation"),
                                    STR("cachedContent"), STR("cached_content")};
// They have other models answer, or search without a limit.
static const struct str unlimited[] = {
    STR("fallbacks"),         STR("models"),        STR("plugins"),         STR("mcp_servers"),
    STR("search_parameters"), STR("enable_search"), STR("providerOptions"),
};
// Members of local servers that go before the maximum which is read.
static const struct str longer[] = {STR("n_predict"), STR("max_new_tokens")};
// Their parts may be images and files; all else is read as it stands.
static const struct str messages[] = {
    STR("messages"),
    STR("input"),
    STR("contents"),
    STR("content"),
    STR("system"),
    STR("prompt"),
    STR("suffix"),
    STR("instructions"),
    STR("images"),
    STR("requests"),
    STR("systemInstruction"),
    STR("system_instruction"),
};

static const char *among(const struct str *names, size_t count, struct str key)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(key, names[i]))
            return names[i].ptr;
    }
    return NULL;
}

// Each is read by itself.
static bool is_prompts(enum endpoint e, struct str key)
{
    switch (endpoint_dialect(e)) {
    case DIALECT_OPENAI:
        return (e == ENDPOINT_EMBEDDINGS && str_is(key, "input")) ||
               (e == ENDPOINT_COMPLETIONS && str_is(key, "prompt"));
    case DIALECT_GEMINI: return e == ENDPOINT_GEMINI_EMBED && str_is(key, "requests");
    case DIALECT_OLLAMA: return e == ENDPOINT_OLLAMA_EMBED && str_is(key, "input");
    case DIALECT_ANTHROPIC:
    case DIALECT_COUNT: break;
    }
    return false;
}

static enum weigh_kind kind_of(const struct weighing *g, struct str key)
{
    bool ollama = endpoint_dialect(g->ask->endpoint) == DIALECT_OLLAMA;
    if (is_prompts(g->ask->endpoint, key) || (ollama && str_is(key, "context")))
        return WEIGH_IDS;
    if (!among(messages, COUNT(messages), key))
        return WEIGH_SCHEMA;
    return ollama ? WEIGH_OLLAMA : WEIGH_CONTENT;
}

// A prompt is a text, or a list of numbers: tokens.
static int64_t prompts_in(const struct json_val *v)
{
    struct json_iter it = {0};
    const struct json_val *first = NULL;
    bool many = json_type(v) == JSON_ARRAY && json_each(&it, v, NULL, &first) &&
                json_type(first) != JSON_NUMBER;
    return many ? (int64_t)json_count(v) : 1;
}

// Anthropic's lists of edits, or Responses' list itself: a summary is one more call.
static bool compacts(const struct json_val *v)
{
    struct json_iter it = {0};
    const struct json_val *edit = NULL;
    const struct json_val *edits = json_get(v, "edits");
    bool found = false;
    while (json_each(&it, edits ? edits : v, NULL, &edit))
        found |= str_starts(json_str(json_get(edit, "type")), (struct str)STR("compact"));
    return found;
}

// OpenAI's chat searches once. What others do is not known.
static void see_search(struct weighing *g, const char *of)
{
    if (!(g->flags & VENDOR_CHAT_SEARCHES)) {
        boundless(g, of);
        return;
    }
    g->w->web_searches = 1;
    add_rounds(g, 1, of);
}

// Texts alone are embedded by their length; others are objects, or have a member of their own.
static bool embeds_media(const struct weighing *g, struct str key, const struct json_val *v)
{
    struct json_iter it = {0};
    const struct json_val *one = NULL;
    bool input = str_is(key, "input");
    bool found = str_is(key, "images") || (input && json_type(v) == JSON_OBJECT);
    if (g->ask->endpoint != ENDPOINT_EMBEDDINGS)
        return false;
    while (input && json_each(&it, v, NULL, &one))
        found |= json_type(one) == JSON_OBJECT;
    return found;
}

// Responses' items that name what the provider has kept: a reference need not say its type.
static bool refers(const struct json_val *item)
{
    struct str type = json_str(json_get(item, "type"));
    if (json_str(json_get(item, "id")).len == 0)
        return false;
    if (type.len == 0)
        return !json_get(item, "role");
    return str_is(type, "reasoning") && json_str(json_get(item, "encrypted_content")).len == 0;
}

static bool has_reference(const struct json_val *items)
{
    struct json_iter it = {0};
    const struct json_val *item = NULL;
    bool found = false;
    while (json_each(&it, items, NULL, &item))
        found |= refers(item);
    return found;
}

static void see_prediction(struct weighing *g, struct str key, const struct json_val *v)
{
    struct weight beside = {0};
    weigh_member(&(struct weigher){&beside, g->ask->json, g->growth}, key, v, WEIGH_CONTENT);
    g->w->output_beside = beside.tokens; // all of it may be rejected
}

// What a member does beside being text.
static void see_effect(struct weighing *g, struct str key, const struct json_val *v)
{
    const char *dear = among(unlimited, COUNT(unlimited), key);
    const char *elsewhere = among(stored, COUNT(stored), key);
    if (!dear)
        dear = among(longer, COUNT(longer), key);
    if (dear)
        boundless(g, dear);
    if (elsewhere)
        weigh_vast(g->w, elsewhere);
    if (embeds_media(g, key, v))
        weigh_vast(g->w, "input");
    if (str_is(key, "input") && has_reference(v))
        weigh_vast(g->w, "input[].id");
    if (str_is(key, "prompt") && json_type(v) == JSON_OBJECT)
        weigh_vast(g->w, "prompt"); // kept at the provider
    else if (str_is(key, "tools"))
        see_tools(g, v);
    else if (str_is(key, "functions"))
        see_functions(g);
    else if (str_is(key, "web_search_options"))
        see_search(g, "web_search_options");
    else if (str_is(key, "context_management"))
        add_rounds(g, compacts(v), "context_management");
    else if (str_is(key, "prediction"))
        see_prediction(g, key, v);
}

// Some servers take "5" for 5, or what they read of a number beyond int64: nobody knows how many
// answers that means, but of Gemini's, whose JSON takes a text of digits as that number.
static bool unsure_choice(struct str key, const struct json_val *v)
{
    enum json_type type = json_type(v);
    bool of_gemini = !str_is(key, "n") && !str_is(key, "best_of");
    int64_t n = 0;
    if (type == JSON_STRING)
        return !of_gemini || !str_i64(json_str(v), &n) || n <= 0;
    return type == JSON_NUMBER && !json_i64(v, &n);
}

static void see_choice(struct weighing *g, struct str key, const struct json_val *v)
{
    static const struct str names[] = {STR("n"), STR("best_of"), STR("candidateCount"),
                                       STR("candidate_count")};
    const char *name = among(names, COUNT(names), key);
    if (name && json_type(v) != JSON_NULL)
        g->w->answers_field = name;
    if (name && unsure_choice(key, v))
        boundless(g, name);
}

static void see_choices(struct weighing *g, const struct json_val *settings)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v = NULL;
    while (json_type(settings) == JSON_OBJECT && json_each(&it, settings, &key, &v))
        see_choice(g, key, v);
}

static void see_setting(struct weighing *g, struct str key, const struct json_val *v)
{
    int64_t n = 0;
    if (str_is(key, "max_tool_calls") && json_i64(v, &n) && n >= 0)
        g->calls_max = n;
    if (str_is(key, "service_tier") || str_is(key, "serviceTier"))
        g->tier_said = json_str(v).len && !str_is(json_str(v), "auto");
    if (str_is(key, "inference_geo"))
        g->geo_said = json_str(v).len > 0;
    if (str_is(key, "generationConfig") || str_is(key, "generation_config"))
        see_choices(g, v);
    see_choice(g, key, v);
}

static void see_members(struct weighing *g)
{
    const struct weigher as = {g->w, g->ask->json, g->growth};
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v = NULL;
    while (json_each(&it, root_of(g), &key, &v)) {
        if (!is_set(v) || among(unread, COUNT(unread), key))
            continue;
        see_effect(g, key, v);
        see_setting(g, key, v);
        if (is_prompts(g->ask->endpoint, key))
            g->w->prompts = prompts_in(v);
        if (!g->unread)
            weigh_member(&as, key, v, kind_of(g, key));
    }
    end_tools(g);
}

// --- models ---

// Models that search, or ask others, before they answer, as often as they like; and those that
// search once, or read what they found.
static void see_model(struct weighing *g)
{
    const unsigned marks = weigh_model_marks(g->model);
    if ((marks & WEIGH_MODEL_ONLINE) ||
        ((g->flags & VENDOR_X_GROQ) && (marks & WEIGH_MODEL_COMPOUND)) ||
        ((g->flags & VENDOR_CITATIONS_OUTSIDE) && (marks & WEIGH_MODEL_DEEP)))
        boundless(g, "model");
    else if (g->flags & VENDOR_CITATIONS_OUTSIDE)
        weigh_vast(g->w, "model");
    else if ((g->flags & VENDOR_CHAT_SEARCHES) && g->w->web_searches == 0 &&
             (marks & WEIGH_MODEL_SEARCH))
        see_search(g, "model");
}

// --- what may come of it ---

// xAI counts the reasoning outside, but keeps both below max_completion_tokens of chat. That one
// is sent where nothing is said.
static bool reasons_beside(const struct weighing *g)
{
    enum json_type older = json_type(json_get(root_of(g), "max_tokens"));
    bool newer = g->ask->endpoint == ENDPOINT_CHAT && (older == JSON_ABSENT || older == JSON_NULL);
    bool both = (g->flags & VENDOR_COST_TICKS) && newer;
    bool outside = (g->flags & VENDOR_REASONING_OUTSIDE) && g->ask->endpoint != ENDPOINT_RESPONSES;
    return (outside && !both) || (g->flags & VENDOR_THINKS_BESIDE);
}

// Of Responses max_output_tokens is for all rounds together.
static void weigh_output(struct weighing *g)
{
    const struct json_val *root = root_of(g);
    enum endpoint e = g->ask->endpoint;
    struct weight *w = g->w;
    w->answers = g->ask->demand.choices;
    struct maximum_told told = maximum_told(root, e, g->flags);
    w->output_max = told.said;
    w->output_unsure = told.unsure;
    w->output_least = maximum_least(root, e);
    w->output_field = maximum_field(root, e, g->flags);
    w->output_drawn = weigh_model_drawn(g->model);
    w->reasons_beside = reasons_beside(g);
    w->output_again = e != ENDPOINT_RESPONSES || w->output_max == 0;
}

static void weigh_prices(struct weighing *g)
{
    const struct demand *d = &g->ask->demand;
    struct weight *w = g->w;
    enum dialect dialect = endpoint_dialect(g->ask->endpoint);
    bool text = endpoint_makes_output(g->ask->endpoint);
    w->service = d->service;
    w->services = 1u << SERVICE_STANDARD | 1u << SERVICE_FLEX | 1u << SERVICE_BATCH;
    if (((g->flags & VENDOR_PROJECT_TIER) && !g->tier_said) || (g->flags & VENDOR_HEADER_TIER))
        w->services |= 1u << SERVICE_PRIORITY;
    w->us = d->us_region || (g->flags & VENDOR_REGIONAL);
    w->us_possible = dialect == DIALECT_ANTHROPIC && !g->geo_said; // a workspace may have its own
    w->cache_hour = d->cache_hour;
    w->cache_write = d->cache_write || (dialect == DIALECT_OPENAI && text);
}

static void weigh_all(struct weighing *g)
{
    const struct ask *a = g->ask;
    struct weight *w = g->w;
    *w = (struct weight){.prompts = 1, .free = endpoint_free(a->endpoint)};
    if (w->free)
        return;
    g->growth = weigh_model_growth(g->model);
    see_members(g);
    see_model(g);
    bool text = endpoint_makes_output(a->endpoint);
    bool chat = text && a->endpoint != ENDPOINT_COMPLETIONS;
    weigh_add(w, chat ? TOKENS_HIDDEN : count_times(TOKENS_HIDDEN_PROMPT, w->prompts));
    w->image_tokens = w->images > 0 ? weigh_model_image(g->model) : 0;
    if (text)
        weigh_output(g);
    weigh_prices(g);
}

void weigh(const struct ask *a, unsigned flags, struct str model, struct weight *out)
{
    struct weighing g = {.ask = a, .flags = flags, .model = model, .w = out, .calls_max = -1};
    weigh_all(&g);
}

void weigh_unread(const struct ask *a, unsigned flags, struct str model, struct weight *out)
{
    struct weighing g = {
        .ask = a, .flags = flags, .model = model, .w = out, .unread = true, .calls_max = -1};
    weigh_all(&g);
    if (!out->free)
        weigh_vast(out, "body");
}

void weigh_text(enum endpoint e, unsigned flags, struct str model, int64_t bytes,
                struct weight *out)
{
    const struct ask a = {.endpoint = e, .demand = {.choices = 1}};
    weigh(&a, flags, model, out);
    weigh_add(out, count_times(bytes, weigh_model_growth(model)));
}

const char *weigh_boundless(const struct ask *a, unsigned flags, struct str model)
{
    struct weight w = {0};
    struct weighing g = {
        .ask = a, .flags = flags, .model = model, .w = &w, .unread = true, .calls_max = -1};
    if (endpoint_free(a->endpoint))
        return NULL;
    see_members(&g);
    see_model(&g);
    return w.boundless;
}
