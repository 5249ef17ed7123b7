// SPDX-License-Identifier: Apache-2.0
//
// A status says most of it. What the body must tell: whether a 429 is a rate, which passes, or a
// quota, which does not; and whether a 400 is a prompt that another model may take. Codes and types
// are compared first; where a dialect has none, its messages.

#include "wire/failure.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "wire/ollama_error.h"
#include "wire/within.h"

#define AFTER_MAX_MS INT64_C(86400000) // a day: whatever is longer is too long anyway
#define LOADING_MS   3000              // a model is not there sooner

// --- the head ---

static bool is_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!str_digit(text.ptr[i]))
            return false;
    }
    return text.len > 0;
}

// Whole seconds or milliseconds, a fraction passed over.
static bool read_count(struct str value, int64_t unit_ms, int64_t *ms)
{
    uint64_t n = (uint64_t)AFTER_MAX_MS; // what 64 bits do not hold is more
    struct str whole = str_from(value.ptr, str_find(value, '.'));
    if (!str_u64(whole, &n) && !is_digits(whole))
        return false;
    if (n < (uint64_t)AFTER_MAX_MS && whole.len < value.len && unit_ms > 1)
        n++; // rather late than early
    *ms = n > (uint64_t)(AFTER_MAX_MS / unit_ms) ? AFTER_MAX_MS : (int64_t)n * unit_ms;
    return true;
}

static int month_of(struct str name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++) {
        if (str_eq(name, str_from(months + (size_t)i * 3, 3)))
            return i + 1;
    }
    return 0;
}

static bool read_number(struct str text, int *out)
{
    uint64_t n;
    if (text.len > 1 && text.ptr[0] == ' ') // asctime's day
        text = str_skip(text, 1);
    if (!str_u64(text, &n))
        return false;
    *out = (int)n;
    return true;
}

static int *field_of(char letter, struct civil *c)
{
    switch (letter) {
    case 'y': return &c->year;
    case 'd': return &c->day;
    case 'h': return &c->hour;
    case 'm': return &c->minute;
    case 's': return &c->second;
    default: return NULL;
    }
}

// `shape`: small letters are fields, `o` the month's name; all else is itself.
static bool fits(struct str text, struct str shape, struct civil *c)
{
    if (text.len != shape.len)
        return false;
    for (size_t i = 0, n = 1; i < shape.len; i += n, n = 1) {
        while (i + n < shape.len && shape.ptr[i + n] == shape.ptr[i])
            n++;
        struct str part = str_from(text.ptr + i, n);
        int *field = field_of(shape.ptr[i], c);
        if (shape.ptr[i] == 'o')
            c->month = month_of(part);
        else if (field ? !read_number(part, field) : !str_eq(part, str_from(shape.ptr + i, n)))
            return false;
    }
    return true;
}

// The three forms of RFC 9110, 5.6.7, without the day's name: today's, RFC 850's, asctime's.
static bool read_parts(struct str text, int year_now, struct civil *c)
{
    static const struct str today = STR("dd ooo yyyy hh:mm:ss GMT"),
                            rfc_850 = STR("dd-ooo-yy hh:mm:ss GMT"),
                            asctime = STR("ooo dd hh:mm:ss yyyy");
    size_t comma = str_find(text, ',');
    if (comma == text.len)
        return fits(str_skip(text, 4), asctime, c);
    text = str_skip(text, comma + 2);
    if (fits(text, today, c))
        return true;
    if (!fits(text, rfc_850, c))
        return false;
    c->year += 2000;
    if (c->year > year_now + 50)
        c->year -= 100;
    return true;
}

static bool read_date(struct str text, int64_t now_us, int64_t *us)
{
    struct civil c = {0}, now;
    civil_from_us(now_us, &now);
    if (!read_parts(text, now.year, &c) || c.month == 0 || c.day < 1 || c.day > 31 ||
        c.year < 1970 || c.hour > 23 || c.minute > 59 || c.second > 60)
        return false;
    *us = civil_to_us(&c);
    return true;
}

static void read_after(struct failure *f, struct str value, int64_t now_us)
{
    int64_t ms;
    int64_t us;
    if (f->after_ms >= 0)
        return; // retry-after-ms came before it
    if (read_count(value, 1000, &ms))
        f->after_ms = ms;
    else if (read_date(value, now_us, &us))
        f->after_ms = us > now_us ? (us - now_us) / 1000 + 1 : 0;
}

void failure_field(struct failure *f, struct str name, struct str value, int64_t now_us)
{
    int64_t ms;
    if (str_eq_nocase(name, (struct str)STR("retry-after-ms"))) {
        if (read_count(value, 1, &ms))
            f->after_ms = ms;
    } else if (str_eq_nocase(name, (struct str)STR("retry-after"))) {
        read_after(f, value, now_us);
    } else if (str_eq_nocase(name, (struct str)STR("x-should-retry"))) {
        f->advice = str_is(value, "true")    ? ADVICE_RETRY
                    : str_is(value, "false") ? ADVICE_STOP
                                             : f->advice;
    }
}

// --- the body ---

struct said {
    struct str code, type, message;
    const struct json_val *details; // Gemini's
};

static void read_error(const struct json_val *root, struct said *s)
{
    root = within_root(root);
    const struct json_val *error = json_get(root, "error");
    if (json_type(error) == JSON_STRING)
        s->message = json_str(error);
    if (json_type(error) != JSON_OBJECT)
        error = root;
    s->code = json_str(json_get(error, "code"));
    s->type = json_str(json_get(error, "type"));
    if (s->message.len == 0)
        s->message = json_str(json_get(error, "message"));
    s->details = json_get(error, "details");
}

static bool one_of(struct str text, const char *const *words)
{
    for (; *words; words++) {
        if (str_is(text, *words))
            return true;
    }
    return false;
}

static bool holds_one(struct str text, const char *const *parts)
{
    for (; *parts; parts++) {
        if (str_has_nocase(text, str_of(*parts)))
            return true;
    }
    return false;
}

static bool is_quota(const struct said *s)
{
    static const char *const codes[] = {"insufficient_quota",           "billing_error",
                                        "billing_hard_limit_reached",   "billing_not_active",
                                        "exceeded_current_quota_error", "insufficient_balance",
                                        "insufficient_credits",         NULL};
    static const char *const parts[] = {"credit balance", "insufficient balance",
                                        "insufficient credits", NULL};
    return one_of(s->code, codes) || one_of(s->type, codes) || holds_one(s->message, parts);
}

static bool is_long(const struct said *s)
{
    static const char *const codes[] = {"context_length_exceeded", "exceed_context_size_error",
                                        NULL};
    static const char *const parts[] = {"maximum context length",
                                        "context length",
                                        "prompt is too long",
                                        "exceeds the maximum number of tokens",
                                        "context window",
                                        "context size",
                                        NULL};
    return one_of(s->code, codes) || one_of(s->type, codes) || holds_one(s->message, parts);
}

// More tokens than the provider ever allows in a minute: no waiting helps. Groq says so with a 413,
// OpenAI with a 429.
static bool is_large(const struct said *s, int http_status)
{
    static const struct str head = STR("Request too large");
    if (http_status == 429)
        return str_starts_nocase(s->message, head);
    return (http_status == 400 || http_status == 413 || http_status == 498) &&
           str_is(s->code, "rate_limit_exceeded");
}

// What stands before a model's name: "The model `x` does not exist" (OpenAI, vLLM), "model: x"
// (Anthropic), "models/x is not found" (Gemini), "model 'x' not found" (Ollama), "Publisher Model
// `projects/.../models/x` was not found" (Vertex).
static bool says_model(struct str before)
{
    static const char *const heads[] = {"model", "the model", "model:", "models/", NULL};
    static const struct str publisher = STR("publisher model ");
    while (before.len && memchr(" `'\"", before.ptr[before.len - 1], 4))
        before.len--;
    for (const char *const *head = heads; *head; head++) {
        if (str_eq_nocase(before, str_of(*head)))
            return true;
    }
    return str_starts_nocase(before, publisher);
}

// A 404 may also tell of a path, a file, or something else that the call asks for (OpenRouter: "No
// endpoints found that support tool use"), in its caller's words: only the beginning is its own.
static bool is_absent(const struct said *s, struct str model)
{
    static const char *const parts[] = {"not found", "does not exist", NULL};
    if (str_is(s->code, "model_not_found"))
        return true;
    size_t at = str_search(s->message, model);
    return at < s->message.len && says_model(str_from(s->message.ptr, at)) &&
           (str_is(s->type, "not_found_error") || holds_one(str_skip(s->message, at), parts));
}

// llama.cpp's server answers so from its start until it has its model.
static bool is_loading(const struct said *s)
{
    return str_is(s->type, "unavailable_error") && str_is(s->message, "Loading model");
}

// Gemini says RESOURCE_EXHAUSTED of a minute's rate and of a day's quota: the quota's name tells.
// And INVALID_ARGUMENT of our key as of the caller's body.
static void read_details(struct failure *f, const struct said *s)
{
    struct json_iter it = {0};
    const struct json_val *detail = NULL;
    while (json_each(&it, s->details, NULL, &detail)) {
        struct json_iter each = {0};
        const struct json_val *violation = NULL;
        int64_t ms;
        if (str_is(json_str(json_get(detail, "reason")), "API_KEY_INVALID"))
            f->kind = FAILURE_KEY;
        struct str delay = json_str(json_get(detail, "retryDelay")); // "27s"
        if (f->after_ms < 0 && delay.len > 1 && delay.ptr[delay.len - 1] == 's' &&
            read_count(str_from(delay.ptr, delay.len - 1), 1000, &ms))
            f->after_ms = ms;
        while (json_each(&each, json_get(detail, "violations"), NULL, &violation)) {
            if (str_has_nocase(json_str(json_get(violation, "quotaId")), str_of("PerDay")))
                f->kind = FAILURE_QUOTA;
        }
    }
}

bool failure_between(int http_status)
{
    return http_status == 502 || http_status == 504 || (http_status >= 520 && http_status <= 524);
}

static enum failure_kind kind_of(int status)
{
    switch (status) {
    case 401:
    case 402:
    case 403: return FAILURE_KEY;
    case 404: return FAILURE_MODEL;
    case 429: return FAILURE_RATE;
    case 408:
    case 409:
    case 503:
    case 529: return FAILURE_BUSY;
    case 501: return FAILURE_UNDONE;
    default: break;
    }
    if (failure_between(status))
        return FAILURE_LOST;
    return status >= 500 ? FAILURE_SERVER : FAILURE_CALLER;
}

// Whose model cannot be run is no fault of the caller's; what else it says with a 500 may be. With
// a 400 the same words tell of the caller's own body, but for what the model cannot do.
static void read_ollama(struct failure *f, int http_status, struct str message)
{
    enum ollama_error error = ollama_error(message);
    if (http_status == 429 && error == OLLAMA_QUOTA)
        f->kind = FAILURE_QUOTA;
    if (http_status < 500 && (error != OLLAMA_CANNOT || f->kind != FAILURE_CALLER))
        return;
    switch (error) {
    case OLLAMA_LOAD:
    case OLLAMA_RUNNER: f->kind = FAILURE_RUNNER; break;
    case OLLAMA_CANNOT: f->kind = FAILURE_MODEL; break;
    case OLLAMA_OPTION:
    case OLLAMA_FORMAT: f->kind = FAILURE_CALLER; break;
    case OLLAMA_OTHER:
    case OLLAMA_LONG:
    case OLLAMA_FULL:
    case OLLAMA_NO_MODEL:
    case OLLAMA_QUOTA: break;
    }
}

// --- an error's own body ---

void failure_read(struct failure *f, int http_status, struct str body, struct str model)
{
    struct json *document = NULL;
    struct said said = {0};
    f->kind = kind_of(http_status);
    if (json_open(body, &alloc_heap, &document, NULL) != STATUS_OK)
        return;
    read_error(json_root(document), &said);
    if (http_status == 400 || http_status == 429)
        read_details(f, &said);
    if (http_status == 503 && f->after_ms < 0 && is_loading(&said))
        f->after_ms = LOADING_MS;
    if (http_status == 404 && is_absent(&said, model))
        f->kind = FAILURE_ABSENT;
    else if (http_status < 500 && str_is(said.code, "previous_response_not_found"))
        f->kind = FAILURE_AWAY;
    else if (http_status < 500 && is_quota(&said))
        f->kind = FAILURE_QUOTA;
    else if (is_large(&said, http_status))
        f->kind = FAILURE_LARGE;
    else if (http_status == 498 && str_is(said.code, "capacity_exceeded"))
        f->kind = FAILURE_BUSY; // of Groq's flex tier
    else if ((http_status == 400 || http_status == 413 || http_status == 500) && is_long(&said))
        f->kind = FAILURE_LONG;
    else
        read_ollama(f, http_status, said.message);
    json_close(document);
}
