// SPDX-License-Identifier: Apache-2.0
//
// The paths of every dialect are one table. A path's fixed part is compared as it stands; what may
// vary is a model's name at the end (OpenAI, Anthropic) or between `models/` and the last colon
// (Gemini, whose official client also asks under /v1).

#include "wire/dialect.h"

#include "base/buf.h"

static const char *const dialect_names[DIALECT_COUNT] = {
    [DIALECT_OPENAI] = "openai",
    [DIALECT_ANTHROPIC] = "anthropic",
    [DIALECT_GEMINI] = "gemini",
    [DIALECT_OLLAMA] = "ollama",
};

static const struct {
    const char *name;
    enum dialect dialect;
} endpoints[ENDPOINT_COUNT] = {
#define X(id, name, dialect) [ENDPOINT_##id] = {name, DIALECT_##dialect},
    ENDPOINT_MAP(X)
#undef X
};

// Paths without a variable part.
static const struct {
    struct str path;
    enum endpoint endpoint;
} fixed_paths[] = {
    {STR("/v1/chat/completions"), ENDPOINT_CHAT},
    {STR("/v1/completions"), ENDPOINT_COMPLETIONS},
    {STR("/v1/embeddings"), ENDPOINT_EMBEDDINGS},
    {STR("/v1/responses"), ENDPOINT_RESPONSES},
    {STR("/v1/responses/input_tokens"), ENDPOINT_RESPONSES_COUNT},
    {STR("/v1/messages"), ENDPOINT_MESSAGES},
    {STR("/v1/messages/count_tokens"), ENDPOINT_MESSAGES_COUNT},
    {STR("/v1/models"), ENDPOINT_MODELS},
    {STR("/v1beta/models"), ENDPOINT_GEMINI_MODELS},
    {STR("/v1alpha/models"), ENDPOINT_GEMINI_MODELS},
    {STR("/api/chat"), ENDPOINT_OLLAMA_CHAT},
    {STR("/api/generate"), ENDPOINT_OLLAMA_GENERATE},
    {STR("/api/embed"), ENDPOINT_OLLAMA_EMBED},
    {STR("/api/embeddings"), ENDPOINT_OLLAMA_EMBED_ONE},
    {STR("/api/show"), ENDPOINT_OLLAMA_SHOW},
    {STR("/api/tags"), ENDPOINT_OLLAMA_TAGS},
    {STR("/api/ps"), ENDPOINT_OLLAMA_PS},
    {STR("/api/version"), ENDPOINT_OLLAMA_VERSION},
    {STR("/costlens/v1/feedback"), ENDPOINT_FEEDBACK},
};

// Gemini's methods, behind the colon.
static const struct {
    struct str method;
    enum endpoint endpoint;
} gemini_methods[] = {
    {STR("generateContent"), ENDPOINT_GENERATE},
    {STR("streamGenerateContent"), ENDPOINT_GENERATE_STREAM},
    {STR("countTokens"), ENDPOINT_GEMINI_COUNT},
    {STR("embedContent"), ENDPOINT_GEMINI_EMBED},
    {STR("batchEmbedContents"), ENDPOINT_GEMINI_EMBED},
};

static const struct str gemini_versions[] = {STR("v1beta"), STR("v1"), STR("v1alpha")};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const char *dialect_name(enum dialect d)
{
    must(d < DIALECT_COUNT);
    return dialect_names[d];
}

bool dialect_read(struct str name, enum dialect *out)
{
    for (unsigned i = 0; i < DIALECT_COUNT; i++) {
        if (str_is(name, dialect_names[i])) {
            *out = (enum dialect)i;
            return true;
        }
    }
    return false;
}

struct str dialect_model(enum dialect d, struct str name)
{
    const struct str latest = STR(":latest");
    if (d == DIALECT_OLLAMA && name.len > latest.len && str_ends(name, latest))
        name.len -= latest.len;
    return name;
}

const char *endpoint_name(enum endpoint e)
{
    must(e < ENDPOINT_COUNT);
    return endpoints[e].name;
}

enum dialect endpoint_dialect(enum endpoint e)
{
    must(e < ENDPOINT_COUNT);
    return endpoints[e].dialect;
}

bool endpoint_is_question(enum endpoint e)
{
    return e == ENDPOINT_OLLAMA_TAGS || e == ENDPOINT_OLLAMA_PS || e == ENDPOINT_OLLAMA_SHOW ||
           e == ENDPOINT_OLLAMA_VERSION;
}

bool endpoint_free(enum endpoint e)
{
    return endpoint_is_list(e) || endpoint_is_question(e) || e == ENDPOINT_RESPONSES_COUNT ||
           e == ENDPOINT_MESSAGES_COUNT || e == ENDPOINT_GEMINI_COUNT;
}

bool endpoint_makes_output(enum endpoint e)
{
    return e != ENDPOINT_EMBEDDINGS && e != ENDPOINT_GEMINI_EMBED && e != ENDPOINT_OLLAMA_EMBED &&
           e != ENDPOINT_OLLAMA_EMBED_ONE;
}

bool endpoint_is_list(enum endpoint e)
{
    return e == ENDPOINT_MODELS || e == ENDPOINT_MODEL || e == ENDPOINT_GEMINI_MODELS;
}

bool endpoint_is_get(enum endpoint e)
{
    return endpoint_is_list(e) || (endpoint_is_question(e) && e != ENDPOINT_OLLAMA_SHOW);
}

static bool find_fixed(struct str path, struct endpoint_found *out)
{
    for (size_t i = 0; i < COUNT(fixed_paths); i++) {
        if (str_eq(path, fixed_paths[i].path)) {
            out->endpoint = fixed_paths[i].endpoint;
            return true;
        }
    }
    return false;
}

// Offset of the last colon, or of its percent-encoded form; the length when there is none.
static size_t last_colon(struct str s, size_t *width)
{
    for (size_t i = s.len; i-- > 0;) {
        *width = 1;
        if (s.ptr[i] == ':')
            return i;
        *width = 3;
        if (s.len - i >= 3 && str_eq_nocase(str_from(s.ptr + i, 3), str_of("%3a")))
            return i;
    }
    return s.len;
}

static bool find_gemini_method(struct str name, struct endpoint_found *out)
{
    size_t width = 0;
    size_t colon = last_colon(name, &width);
    if (colon == 0 || colon == name.len)
        return false;
    struct str method = str_skip(name, colon + width);
    for (size_t i = 0; i < COUNT(gemini_methods); i++) {
        if (str_eq(method, gemini_methods[i].method)) {
            out->endpoint = gemini_methods[i].endpoint;
            out->method = method;
            out->model = str_from(name.ptr, colon);
            return true;
        }
    }
    return false;
}

// `/VERSION/models/...`: a model's name, or a Gemini method on it.
static bool find_model(struct str path, struct endpoint_found *out)
{
    for (size_t i = 0; i < COUNT(gemini_versions); i++) {
        struct str rest = str_skip(path, 1);
        if (!str_starts(rest, gemini_versions[i]))
            continue;
        struct str version = str_from(rest.ptr, gemini_versions[i].len);
        rest = str_skip(rest, version.len);
        struct str middle = STR("/models/");
        if (!str_starts(rest, middle) || rest.len == middle.len)
            continue;
        rest = str_skip(rest, middle.len);
        out->rest = version;
        if (find_gemini_method(rest, out))
            return true;
        bool openai = str_is(version, "v1");
        out->endpoint = openai ? ENDPOINT_MODEL : ENDPOINT_GEMINI_MODELS;
        out->model = rest;
        return true;
    }
    return false;
}

static bool find_path(struct str path, struct endpoint_found *out)
{
    if (path.len == 0 || path.ptr[0] != '/')
        return false;
    return find_fixed(path, out) || find_model(path, out);
}

// True when the path would exist behind "/v1".
static bool lacks_v1(struct str path)
{
    struct endpoint_found ignored = {0};
    char longer[512];
    if (path.len == 0 || path.ptr[0] != '/' || path.len + 3 > sizeof longer)
        return false;
    memcpy(longer, "/v1", 3);
    memcpy(longer + 3, path.ptr, path.len);
    return find_path(str_from(longer, path.len + 3), &ignored);
}

enum endpoint_match endpoint_find(struct str method, struct str path, struct endpoint_found *out)
{
    struct endpoint_found found = {0};
    if (!find_path(path, &found)) {
        struct endpoint_found ignored = {0};
        if (str_starts(path, str_of("/v1/")) && find_path(str_skip(path, 3), &ignored))
            return MATCH_TWICE_V1;
        if (str_starts(path, str_of("/api/")))
            return MATCH_OLLAMA;
        return lacks_v1(path) ? MATCH_NEEDS_V1 : MATCH_NONE;
    }
    found.allow = endpoint_is_get(found.endpoint) ? "GET" : "POST";
    *out = found;
    return str_is(method, found.allow) ? MATCH_FOUND : MATCH_METHOD;
}

bool endpoint_model(const struct endpoint_found *f, char out[MODEL_BYTES_MAX + 1])
{
    struct str s = f->model;
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++, n++) {
        if (n == MODEL_BYTES_MAX)
            return false;
        out[n] = s.ptr[i];
        if (s.ptr[i] != '%')
            continue;
        int byte = str_percent(str_skip(s, i));
        if (byte < 0)
            return false;
        out[n] = (char)byte;
        i += 2;
    }
    out[n] = 0;
    return true;
}

// What may stand in a path segment as it is (RFC 3986, unreserved); a slash may not: a model's name
// must not walk elsewhere at the provider.
static bool plain_in_path(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~' || c == '@';
}

static void add_segment(struct buf *out, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (plain_in_path(s.ptr[i])) {
            buf_add_char(out, s.ptr[i]);
        } else {
            buf_add_char(out, '%');
            buf_add_char(out, digits[c >> 4]);
            buf_add_char(out, digits[c & 15]);
        }
    }
}

static void add_gemini(const struct endpoint_found *f, struct str model, struct buf *out)
{
    buf_add_char(out, '/');
    buf_add(out, f->rest);
    buf_add_cstr(out, "/models/");
    add_segment(out, model);
    buf_add_char(out, ':');
    buf_add(out, f->method);
}

void endpoint_path(const struct endpoint_found *f, struct str model, struct buf *out)
{
    switch (f->endpoint) {
    case ENDPOINT_CHAT: buf_add_cstr(out, "/chat/completions"); break;
    case ENDPOINT_COMPLETIONS: buf_add_cstr(out, "/completions"); break;
    case ENDPOINT_EMBEDDINGS: buf_add_cstr(out, "/embeddings"); break;
    case ENDPOINT_RESPONSES: buf_add_cstr(out, "/responses"); break;
    case ENDPOINT_RESPONSES_COUNT: buf_add_cstr(out, "/responses/input_tokens"); break;
    case ENDPOINT_MESSAGES: buf_add_cstr(out, "/v1/messages"); break;
    case ENDPOINT_MESSAGES_COUNT: buf_add_cstr(out, "/v1/messages/count_tokens"); break;
    case ENDPOINT_GENERATE:
    case ENDPOINT_GENERATE_STREAM:
    case ENDPOINT_GEMINI_COUNT:
    case ENDPOINT_GEMINI_EMBED: add_gemini(f, model, out); break;
    case ENDPOINT_MODELS:
    case ENDPOINT_MODEL: buf_add_cstr(out, "/models"); break;
    case ENDPOINT_GEMINI_MODELS: buf_add_cstr(out, "/v1beta/models"); break;
    case ENDPOINT_OLLAMA_CHAT: buf_add_cstr(out, "/api/chat"); break;
    case ENDPOINT_OLLAMA_GENERATE: buf_add_cstr(out, "/api/generate"); break;
    case ENDPOINT_OLLAMA_EMBED: buf_add_cstr(out, "/api/embed"); break;
    case ENDPOINT_OLLAMA_EMBED_ONE: buf_add_cstr(out, "/api/embeddings"); break;
    case ENDPOINT_OLLAMA_SHOW: buf_add_cstr(out, "/api/show"); break;
    case ENDPOINT_OLLAMA_TAGS: buf_add_cstr(out, "/api/tags"); break;
    case ENDPOINT_OLLAMA_PS: buf_add_cstr(out, "/api/ps"); break;
    case ENDPOINT_OLLAMA_VERSION: buf_add_cstr(out, "/api/version"); break;
    case ENDPOINT_FEEDBACK: // it goes nowhere
    case ENDPOINT_COUNT: must(f->endpoint < ENDPOINT_FEEDBACK);
    }
}
