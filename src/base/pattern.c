// SPDX-License-Identifier: Apache-2.0

#include "base/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/alloc.h"

#define HEAP_KIB_MAX 256 // of one look

struct pattern {
    pcre2_code *code;
    pcre2_match_context *bounds;
};

static enum status failed(struct pattern *p, struct why *why, int error, size_t at)
{
    PCRE2_UCHAR text[160];
    pattern_close(p);
    if (error == PCRE2_ERROR_NOMEMORY || error == 0)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (pcre2_get_error_message(error, text, sizeof text) < 0)
        text[0] = 0;
    return why_set(why, STATUS_SYNTAX, "%s, at character %zu", (const char *)text, at + 1);
}

enum status pattern_open(struct str text, struct pattern **out, struct why *why)
{
    int error = 0;
    size_t at = 0;
    if (text.len == 0 || text.len > PATTERN_BYTES_MAX)
        return why_set(why, STATUS_LIMIT, "an expression has 1 to %d bytes", PATTERN_BYTES_MAX);
    struct pattern *p = alloc_zero(&alloc_heap, sizeof *p);
    if (!p)
        return failed(p, why, 0, 0);
    p->code = pcre2_compile((PCRE2_SPTR)text.ptr, text.len,
                            PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C, &error,
                            &at, NULL);
    if (!p->code)
        return failed(p, why, error, at);
    p->bounds = pcre2_match_context_create(NULL);
    if (!p->bounds)
        return failed(p, why, 0, 0);
    pcre2_set_match_limit(p->bounds, PATTERN_STEPS_MAX);
    pcre2_set_heap_limit(p->bounds, HEAP_KIB_MAX);
    *out = p;
    return STATUS_OK;
}

void pattern_close(struct pattern *p)
{
    if (!p)
        return;
    pcre2_match_context_free(p->bounds);
    pcre2_code_free(p->code);
    heap_free(p);
}

bool pattern_fits(const struct pattern *p, struct str text)
{
    const struct str whole = text;
    text = str_clip(text, PATTERN_TEXT_MAX);
    pcre2_match_data *found = pcre2_match_data_create(1, NULL);
    if (!found)
        return false;
    int n = pcre2_match(p->code, (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, 0,
                        text.len < whole.len ? PCRE2_NOTEOL : 0, found, p->bounds);
    pcre2_match_data_free(found);
    return n >= 0;
}
