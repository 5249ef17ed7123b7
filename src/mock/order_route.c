// SPDX-License-Identifier: Apache-2.0
//
// Paths are read here anew, not with the gateway's table: a mistake in that table must not be
// repeated by what tests it. A provider is forgiving about what stands before the version.

#include "mock/order.h"

static const struct row {
    const char *method;
    struct str tail;
    enum wish wish;
    enum family family;
} rows[] = {
    {"POST", STR("/api/chat"), WISH_OLLAMA_CHAT, FAMILY_OLLAMA},
    {"POST", STR("/api/generate"), WISH_OLLAMA_GENERATE, FAMILY_OLLAMA},
    {"POST", STR("/api/embed"), WISH_OLLAMA_EMBED, FAMILY_OLLAMA},
    {"POST", STR("/api/embeddings"), WISH_OLLAMA_EMBED_ONE, FAMILY_OLLAMA},
    {"POST", STR("/api/show"), WISH_OLLAMA_SHOW, FAMILY_OLLAMA},
    {"GET", STR("/api/tags"), WISH_OLLAMA_TAGS, FAMILY_OLLAMA},
    {"GET", STR("/api/ps"), WISH_OLLAMA_PS, FAMILY_OLLAMA},
    {"GET", STR("/api/version"), WISH_OLLAMA_VERSION, FAMILY_OLLAMA},
    {"POST", STR("/chat/completions"), WISH_CHAT, FAMILY_OPENAI},
    {"POST", STR("/completions"), WISH_COMPLETIONS, FAMILY_OPENAI},
    {"POST", STR("/embeddings"), WISH_EMBEDDINGS, FAMILY_OPENAI},
    {"POST", STR("/responses/input_tokens"), WISH_RESPONSES_COUNT, FAMILY_OPENAI},
    {"POST", STR("/responses"), WISH_RESPONSES, FAMILY_OPENAI},
    {"POST", STR("/messages/count_tokens"), WISH_MESSAGES_COUNT, FAMILY_ANTHROPIC},
    {"POST", STR("/messages"), WISH_MESSAGES, FAMILY_ANTHROPIC},
    {"POST", STR(":generateContent"), WISH_GENERATE, FAMILY_GEMINI},
    {"POST", STR(":streamGenerateContent"), WISH_GENERATE_STREAM, FAMILY_GEMINI},
    {"POST", STR(":countTokens"), WISH_GEMINI_COUNT, FAMILY_GEMINI},
    {"POST", STR(":embedContent"), WISH_GEMINI_EMBED, FAMILY_GEMINI},
    {"POST", STR(":batchEmbedContents"), WISH_GEMINI_BATCH, FAMILY_GEMINI},
    {"GET", STR("/models"), WISH_MODELS, FAMILY_OPENAI},
    {"GET", STR("/health"), WISH_HEALTH, FAMILY_OPENAI},
};

// Percent-decoded into o->model_text; empty when it does not fit.
static struct str decode(struct order *o, struct str part)
{
    size_t n = 0;
    for (size_t i = 0; i < part.len; i++) {
        int byte = str_percent(str_skip(part, i));
        if (n == sizeof o->model_text)
            return STR_NONE;
        o->model_text[n++] = byte >= 0 ? (char)byte : part.ptr[i];
        i += byte >= 0 ? 2 : 0;
    }
    return str_from(o->model_text, n);
}

// What stands behind the last "/models/" and before the method's colon.
static struct str model_part(struct str path)
{
    static const struct str mark = STR("/models/");
    size_t at = str_search(path, mark);
    struct str part = str_skip(path, at + mark.len);
    for (size_t i = part.len; i > 0; i--) {
        if (part.ptr[i - 1] == ':')
            return str_from(part.ptr, i - 1);
    }
    return part;
}

// "/+no-done+slow=5/v1/...": a provider that always misbehaves.
static struct str path_troubles(struct order *o, struct str path)
{
    if (!str_starts(path, (struct str)STR("/+")))
        return path;
    struct str rest = str_skip(path, 1);
    size_t end = str_find(rest, '/');
    trouble_add(&o->trouble, str_from(rest.ptr, end));
    return str_skip(rest, end);
}

static bool is_gemini(const struct head *head, struct str path)
{
    return str_starts(path, (struct str)STR("/v1beta")) ||
           head_get(head, "x-goog-api-key", NULL).len > 0;
}

static bool takes(const struct row *row, struct str method)
{
    return str_is(method, row->method) || (str_is(method, "HEAD") && row->family == FAMILY_OLLAMA &&
                                           strcmp(row->method, "GET") == 0);
}

static void route_row(struct order *o, struct str method, struct str path)
{
    for (unsigned i = 0; i < sizeof rows / sizeof *rows && o->wish == WISH_NONE; i++) {
        if (!str_ends(path, rows[i].tail))
            continue;
        if (takes(&rows[i], method)) {
            o->wish = rows[i].wish;
            o->family = rows[i].family;
        } else if (rows[i].family == FAMILY_OLLAMA) {
            o->allow = rows[i].method;
        }
    }
}

// What is at none of the paths: its own clients are told so in its own words.
static void route_ollama(struct order *o, const struct head *head, struct str path)
{
    if (str_starts(path, (struct str)STR("/api/")) ||
        str_starts(head_get(head, "user-agent", NULL), (struct str)STR("ollama")))
        o->family = FAMILY_OLLAMA;
    if ((str_is(head->method, "GET") || str_is(head->method, "HEAD")) &&
        (path.len == 0 || str_is(path, "/")))
        o->wish = WISH_OLLAMA_ROOT;
}

void order_route(struct order *o, const struct head *head)
{
    struct str path = path_troubles(o, head->path);
    trouble_add(&o->trouble, head_get(head, "x-mock-fault", NULL));
    route_row(o, head->method, path);
    struct str model = model_part(path);
    bool get = str_is(head->method, "GET");
    if (o->wish == WISH_NONE && get && model.len > 0)
        o->wish = WISH_MODEL;
    if (get && is_gemini(head, path)) {
        o->family = FAMILY_GEMINI;
        o->wish = o->wish == WISH_MODELS  ? WISH_GEMINI_MODELS
                  : o->wish == WISH_MODEL ? WISH_GEMINI_MODEL
                                          : o->wish;
    } else if (get && head_get(head, "anthropic-version", NULL).len > 0) {
        o->family = FAMILY_ANTHROPIC;
    }
    if (model.len > 0 && (get || o->family == FAMILY_GEMINI))
        o->name = decode(o, model);
    if (o->wish == WISH_NONE)
        route_ollama(o, head, path);
    o->event_stream = str_search(head->query, (struct str)STR("alt=sse")) < head->query.len;
}
