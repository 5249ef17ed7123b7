// SPDX-License-Identifier: Apache-2.0
// Whatever a provider answers, taking log-probabilities out of it leaves JSON what was JSON, and
// what has none as it is.
#include "base/json.h"
#include "base/must.h"
#include "verify/strip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef void strip_f(struct str text, struct buf *out);

static bool is_json(struct str text)
{
    struct json *j = NULL;
    bool is = json_open(text, &alloc_heap, &j, NULL) == STATUS_OK;
    json_close(j);
    return is;
}

// A name may be written with escapes.
static bool may_have(struct str text)
{
    return str_find(text, '\\') < text.len || str_search(text, str_of("ogprobs")) < text.len;
}

static void strip(strip_f *f, struct str text)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    f(text, &out);
    must(!buf_failed(&out));
    must(may_have(text) || str_eq(buf_str(&out), text));
    if (f != strip_events && is_json(text))
        must(is_json(buf_str(&out)));
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str text = str_from((const char *)data, size);
    strip(strip_text, text);
    strip(strip_events, text);
    strip(strip_lines, text);
    strip(strip_elements, text);
    return 0;
}
