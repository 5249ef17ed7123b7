// SPDX-License-Identifier: Apache-2.0
//
// fuzz_scan - a text that json_open takes gives the same members through the scan, however it is
// cut; any other text only must not break it. The first byte says how to cut.

#include "base/json.h"
#include "base/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"usage", "model", "a", ""};

enum { NAMES = 4, MOST = 40 };

static void feed(struct scan *s, struct str text, unsigned cut)
{
    size_t step = cut % 16 + 1;
    if (cut >= 128) // two pieces
        step = cut - 127;
    for (size_t n; text.len > 0; text = str_skip(text, n)) {
        n = text.len < step ? text.len : step;
        scan_feed(s, str_from(text.ptr, n));
        if (cut >= 128)
            step = SIZE_MAX;
    }
}

// The member as it stands in the text; empty also when its key has escapes: a scan reads none.
static struct str by_json(const struct json *j, struct str text, const char *name)
{
    const struct json_val *key = json_key(json_root(j), name);
    size_t start;
    size_t len;
    if (!key)
        return STR_NONE;
    size_t at = json_string_at(j, key);
    struct str written = str_from(text.ptr + at, str_of(name).len);
    if (!str_is(written, name) || text.ptr[at + written.len] != '"')
        return STR_NONE;
    must(json_member_at(j, key, &start, &len));
    return len <= MOST ? str_from(text.ptr + start, len) : STR_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct str text = str_from((const char *)data + 1, size - 1);
    struct scan s;
    scan_init(&s, &alloc_heap);
    for (int i = 0; i < NAMES; i++)
        scan_want(&s, str_of(names[i]), MOST);
    feed(&s, text, data[0]);
    struct json *j = NULL;
    enum status status = json_open(text, &alloc_heap, &j, NULL);
    if (status == STATUS_OK && json_type(json_root(j)) == JSON_OBJECT) {
        must(s.done && !s.broken);
        for (int i = 0; i < NAMES; i++)
            must(str_eq(scan_member(&s, names[i]), by_json(j, text, names[i])));
    }
    if (status == STATUS_OK && json_type(json_root(j)) != JSON_OBJECT)
        must(s.broken && !s.done);
    for (int i = 0; i < NAMES; i++)
        must(scan_member(&s, names[i]).len <= MOST);
    json_close(j);
    scan_fini(&s);
    return 0;
}
