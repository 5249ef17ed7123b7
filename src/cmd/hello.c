// SPDX-License-Identifier: Apache-2.0

#include "cmd/hello.h"

#include <string.h>

#include "base/limits.h"
#include "base/shell.h"
#include "gate/resolve.h"

// One small chat model of each vendor, for lists that are open.
static const struct {
    const char *vendor, *model;
} chat_models[] = {
    {"openai", "gpt-4o-mini"},
    {"anthropic", "claude-haiku-4-5"},
    {"google", "gemini-2.5-flash"},
    {"vertex", "gemini-2.5-flash"},
    {"deepseek", "deepseek-chat"},
    {"mistral", "mistral-small-latest"},
    {"xai", "grok-4-1-fast-non-reasoning"},
    {"moonshot", "kimi-k2"},
    {"zai", "glm-4.5-air"},
    {"minimax", "MiniMax-M2"},
    {"cohere", "command-r7b-12-2024"},
    {"perplexity", "sonar"},
    {"ai21", "jamba-mini-1.7"},
    {"dashscope", "qwen-flash"},
    {"groq", "llama-3.1-8b-instant"},
    {"cerebras", "llama3.1-8b"},
    {"together", "meta-llama/Llama-3.2-3B-Instruct-Turbo"},
    {"deepinfra", "meta-llama/Meta-Llama-3.1-8B-Instruct"},
    {"sambanova", "Meta-Llama-3.1-8B-Instruct"},
    {"nebius", "meta-llama/Meta-Llama-3.1-8B-Instruct"},
    {"novita", "meta-llama/llama-3.2-1b-instruct"},
    {"scaleway", "mistralai/mistral-small-3.2-24b-instruct-2506"},
    {"upstage", "solar-mini"},
    {"inception", "mercury-2"},
    {"friendli", "meta-llama-3.1-8b-instruct"},
    {"openrouter", "openai/gpt-4o-mini"},
    {"vercel", "openai/gpt-4o-mini"},
};

// Only what the book still has: an old name would be refused.
static struct str chat_model_of(const struct snapshot *s, const struct config_provider *p)
{
    struct str vendor = provider_vendor(p);
    for (size_t i = 0; i < sizeof chat_models / sizeof chat_models[0]; i++) {
        struct str model = str_of(chat_models[i].model);
        if (str_is(vendor, chat_models[i].vendor) && provider_sheet(s, p, model))
            return model;
    }
    return STR_NONE;
}

// False for what the book knows to give no text.
static bool may_chat(const struct snapshot *s, const struct config_provider *p, struct str model)
{
    const struct sheet *sheet = provider_sheet(s, p, model);
    if (!sheet)
        sheet = vendor_sheet(s->catalog, model);
    return !sheet || sheet->free || sheet_silent(sheet) || (sheet->rates.has & 1U << BUCKET_OUTPUT);
}

// Of a closed list the first that is a name, and no pattern.
static struct str listed(const struct snapshot *s, const struct config_provider *p)
{
    for (unsigned i = 0; i < p->model_count; i++) {
        struct str model = p->models[i];
        if (str_find(model, '*') == model.len && may_chat(s, p, model))
            return model;
    }
    return STR_NONE;
}

static bool reaches(const struct snapshot *s, unsigned provider, struct str name)
{
    static const struct key dev = {.name = STR("dev")};
    struct wanted w = {
        .key = &dev, .dialect = s->config->providers[provider].dialect, .model = name};
    struct target t = {0};
    struct buf ignored;
    buf_init(&ignored, &alloc_heap, KIB);
    bool good = resolve(s, &w, &t, &ignored) == REFUSAL_NONE && t.provider == provider;
    buf_fini(&ignored);
    return good;
}

// By its name, where the Ollama has not told.
static bool named_embedder(struct str name)
{
    static const char *const parts[] = {"embed", "minilm", "bge", "e5", "nomic"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (str_has_nocase(name, str_of(parts[i])))
            return true;
    return false;
}

static void first_chat(void *context, const struct local_model *m)
{
    char *name = context;
    struct str plain = dialect_model(DIALECT_OLLAMA, str_of(m->name));
    bool chats = m->abilities ? (m->abilities & LOCAL_COMPLETION) != 0 : !named_embedder(plain);
    if (!name[0] && chats)
        (void)!str_copy(plain, name, MODEL_BYTES_MAX + 1);
}

// The first of an Ollama that gives text, in `name`, which has room for any.
static struct str local_chat(const struct snapshot *s, const struct config_provider *p, char *name)
{
    struct local *l = snapshot_local(s, p);
    name[0] = 0;
    if (l)
        local_each(l, first_chat, name);
    return str_of(name);
}

// A name that gets to the provider: the model's, else with the provider's before it. False when
// there is none.
static bool name_at(const struct snapshot *s, unsigned i, struct buf *out)
{
    const struct config_provider *p = &s->config->providers[i];
    char local[MODEL_BYTES_MAX + 1];
    struct str model = p->mock                        ? str_of("fast")
                       : p->model_count               ? listed(s, p)
                       : p->dialect == DIALECT_OLLAMA ? local_chat(s, p, local)
                                                      : chat_model_of(s, p);
    if (model.len == 0)
        return false;
    buf_add(out, model);
    if (reaches(s, i, buf_str(out)))
        return true;
    buf_clear(out);
    buf_printf(out, "%.*s/%.*s", STR_ARG(p->name), STR_ARG(model));
    return reaches(s, i, buf_str(out));
}

struct shape {
    struct endpoint_found found;
    const char *above; // the path's beginning, where the endpoint's does not have it
    const char *key;   // the field, and what stands before the key
    const char *body;  // in front of the messages; NULL: Gemini's, whose path names the model
};

static const struct shape shapes[DIALECT_COUNT] = {
    [DIALECT_OPENAI] = {{.endpoint = ENDPOINT_CHAT}, "/v1", "Authorization: Bearer ", ""},
    [DIALECT_ANTHROPIC] =
        {{.endpoint = ENDPOINT_MESSAGES}, "", "x-api-key: ", "\"max_tokens\":100,"},
    [DIALECT_GEMINI] = {{.endpoint = ENDPOINT_GENERATE,
                         .rest = STR("v1beta"),
                         .method = STR("generateContent")},
                        "",
                        "x-goog-api-key: ",
                        NULL},
    [DIALECT_OLLAMA] = {{.endpoint = ENDPOINT_OLLAMA_CHAT},
                        "",
                        "Authorization: Bearer ",
                        "\"stream\":false,"},
};

static void add_body(struct buf *out, const struct shape *shape, struct str name)
{
    struct buf body;
    buf_init(&body, &alloc_heap, 4 * KIB);
    if (shape->body) {
        buf_add_cstr(&body, "{\"model\":");
        buf_add_json(&body, name);
        buf_printf(&body, ",%s\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
                   shape->body);
    } else {
        buf_add_cstr(&body, "{\"contents\":[{\"parts\":[{\"text\":\"Hello\"}]}]}");
    }
    shell_word(out, buf_str(&body));
    buf_fini(&body);
}

static void add_curl(struct buf *out, const struct config *c, struct str address)
{
    struct str socket = address;
    buf_add_cstr(out, "    curl ");
    if (c->tls_cert.len) // it is of a name, and this is an address
        buf_add_cstr(out, "-k ");
    if (str_starts(address, str_of("unix:"))) {
        buf_add_cstr(out, "--unix-socket ");
        shell_word(out, str_skip(socket, 5));
        buf_add_char(out, ' ');
        address = str_of("localhost");
    }
    buf_printf(out, "%s://%.*s", c->tls_cert.len ? "https" : "http", STR_ARG(address));
}

static void add_key(struct buf *out, const struct config *c, const struct shape *shape)
{
    struct buf path;
    buf_init(&path, &alloc_heap, 0);
    buf_printf(&path, "%.*s/dev.key", STR_ARG(c->state));
    buf_printf(out, " \\\n      -H \"%s$(cat ", shape->key);
    shell_word(out, buf_str(&path));
    buf_add_cstr(out, ")\"");
    buf_fini(&path);
}

void hello_write(const struct snapshot *s, struct str address, struct buf *out)
{
    const struct config *c = s->config;
    struct buf name;
    buf_init(&name, &alloc_heap, 4 * KIB);
    unsigned i = 0;
    while (i < c->provider_count && !name_at(s, i, &name)) {
        buf_clear(&name);
        i++;
    }
    bool found = i < c->provider_count;
    const struct shape *shape = &shapes[found ? c->providers[i].dialect : DIALECT_OPENAI];
    add_curl(out, c, address);
    buf_add_cstr(out, shape->above);
    struct endpoint_found models = {.endpoint = ENDPOINT_MODELS};
    endpoint_path(found ? &shape->found : &models, buf_str(&name), out);
    add_key(out, c, shape);
    if (found) {
        buf_add_cstr(out, " \\\n      -H 'Content-Type: application/json' \\\n      -d ");
        add_body(out, shape, buf_str(&name));
    }
    buf_add_char(out, '\n');
    buf_fini(&name);
}
