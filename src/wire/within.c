// SPDX-License-Identifier: Apache-2.0

#include "wire/within.h"

#include "base/alloc.h"
#include "base/json.h"

const struct json_val *within_root(const struct json_val *root)
{
    struct json_iter it = {0};
    const struct json_val *first = NULL;
    if (json_type(root) != JSON_ARRAY)
        return root;
    return json_each(&it, root, NULL, &first) ? first : NULL; // Gemini's streams without SSE
}

// As providers send each word, which need not be the one that fault.c has for a status of ours.
static int status_of_word(struct str word)
{
    static const struct {
        const char *word;
        int status;
    } words[] = {
        {"invalid_request_error", 400}, {"INVALID_ARGUMENT", 400},
        {"FAILED_PRECONDITION", 400},   {"context_length_exceeded", 400},
        {"authentication_error", 401},  {"invalid_api_key", 401},
        {"UNAUTHENTICATED", 401},       {"billing_error", 402},
        {"permission_error", 403},      {"PERMISSION_DENIED", 403},
        {"not_found_error", 404},       {"NOT_FOUND", 404},
        {"request_too_large", 413},     {"rate_limit_error", 429},
        {"rate_limit_exceeded", 429},   {"insufficient_quota", 429},
        {"RESOURCE_EXHAUSTED", 429},    {"api_error", 500},
        {"server_error", 500},          {"INTERNAL", 500},
        {"UNAVAILABLE", 503},           {"timeout_error", 504},
        {"DEADLINE_EXCEEDED", 504},     {"overloaded_error", 529},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_is(word, words[i].word))
            return words[i].status;
    }
    return 0;
}

int within_code(struct str code)
{
    int64_t n = 0;
    if (str_i64(code, &n)) // some proxies write it as a text
        return n >= 400 && n <= 599 ? (int)n : 0;
    return status_of_word(code);
}

static int status_told(const struct json_val *error)
{
    static const char *const names[] = {"code", "status", "type"};
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof names / sizeof names[0]; i++) {
        const struct json_val *told = json_get(error, names[i]);
        int64_t n = 0;
        if (json_i64(told, &n))
            status = n >= 400 && n <= 599 ? (int)n : 0;
        else
            status = within_code(json_str(told));
    }
    return status;
}

static bool answers(const struct json_val *root)
{
    static const char *const names[] = {"choices", "candidates", "output", "content", NULL};
    for (const char *const *name = names; *name; name++) {
        if (json_get(root, *name))
            return true;
    }
    return false;
}

static int status_within(const struct json_val *root)
{
    root = within_root(root);
    if (json_type(root) != JSON_OBJECT || answers(root))
        return 0;
    const struct json_val *error = json_get(root, "error");
    if (json_type(error) == JSON_STRING)
        return 500; // Ollama's words
    if (json_type(error) != JSON_OBJECT && !str_is(json_str(json_get(root, "type")), "error"))
        return 0;
    int status = status_told(json_type(error) == JSON_OBJECT ? error : root);
    return status ? status : 502;
}

int within_status(struct str text)
{
    struct json *document = NULL;
    if (json_open(text, &alloc_heap, &document, NULL) != STATUS_OK)
        return 0;
    int status = status_within(json_root(document));
    json_close(document);
    return status;
}

static bool is_bare(struct str text)
{
    struct json *document = NULL;
    if (json_open(text, &alloc_heap, &document, NULL) != STATUS_OK)
        return false;
    const struct json_val *root = json_root(document);
    bool bare = json_type(root) == JSON_OBJECT && !json_get(root, "error");
    json_close(document);
    return bare;
}

void within_body(struct str text, struct buf *out)
{
    bool bare = is_bare(text);
    buf_add_cstr(out, bare ? "{\"error\":" : "");
    buf_add(out, text);
    buf_add_cstr(out, bare ? "}" : "");
}
