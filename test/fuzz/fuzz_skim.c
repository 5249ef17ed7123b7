// SPDX-License-Identifier: Apache-2.0
// skim walks any bytes without leaving them, and of a text that base/json.h takes it finds the same
// members.
#include "base/json.h"
#include "base/must.h"
#include "meter/skim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct str outer, struct str inner)
{
    if (inner.len)
        must(inner.ptr >= outer.ptr && inner.ptr + inner.len <= outer.ptr + outer.len);
}

static size_t walk(struct str text, unsigned depth)
{
    struct skim k = skim_of(text);
    struct str key;
    struct str value;
    char out[64];
    size_t members = 0;
    while (skim_each(&k, &key, &value)) {
        inside(text, key);
        inside(text, value);
        (void)!skim_text(value, out, sizeof(out));
        if (depth < 4)
            walk(value, depth + 1);
        members++;
    }
    return k.whole ? members : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from((const char *)data, size);
    size_t members = walk(text, 0);
    bool media = false;
    must(skim_text_bytes(text, &media) >= 0);
    inside(text, skim_get(text, (struct str)STR("usage")));
    struct json *j = NULL;
    if (json_open(text, &alloc_heap, &j, NULL) != STATUS_OK)
        return 0;
    enum json_type type = json_type(json_root(j));
    if (type == JSON_OBJECT || type == JSON_ARRAY)
        must(members == json_count(json_root(j)));
    must(skim_whole(text) == (type == JSON_OBJECT || type == JSON_ARRAY));
    json_close(j);
    return 0;
}
