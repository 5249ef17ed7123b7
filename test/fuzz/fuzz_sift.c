// SPDX-License-Identifier: Apache-2.0
//
// However a text is cut, a sift keeps the same, and little; of an object that json_open takes it
// keeps what the table names, as it stands. The first byte says how to cut.

#include "base/json.h"
#include "meter/sift.h"
#include "meter/skim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sift_name outer[] = {
    {STR("usage"), SIFT_KEEP, 0}, {STR("model"), SIFT_KEEP, 0},   {STR("a"), SIFT_KEEP, 0},
    {STR("text"), SIFT_TEXT, 0},  {STR("choices"), SIFT_INTO, 1},
};
static const struct sift_name inner[] = {{STR("a"), SIFT_KEEP, 0}, {STR("choices"), SIFT_INTO, 1}};
static const struct sift_level levels[] = {{outer, 5, SIFT_SKIP}, {inner, 2, SIFT_TEXT}};

static void feed(struct sift *s, struct str text, unsigned cut)
{
    size_t step = cut < 128 ? cut % 16 + 1 : cut - 127; // the latter: two pieces
    while (text.len > 0) {
        size_t n = text.len < step ? text.len : step;
        size_t used = sift_feed(s, str_from(text.ptr, n));
        must(used == n || s->done || s->broken);
        text = str_skip(text, n);
        step = cut < 128 ? step : SIZE_MAX;
    }
}

static size_t members(struct str text)
{
    struct skim k = skim_of(text);
    struct str value;
    size_t n = 0;
    while (skim_each(&k, NULL, &value))
        n++;
    return n;
}

static void same_as(struct str text, struct str kept)
{
    bool data = false;
    for (int i = 0; i < 5; i++) {
        struct str whole = skim_get(text, outer[i].name);
        struct str part = skim_get(kept, outer[i].name);
        int64_t bytes = 0;
        must((whole.len > 0) == (part.len > 0));
        if (outer[i].take == SIFT_KEEP)
            must(str_eq(whole, part) || (whole.len > SIFT_VALUE_MAX && str_is(part, "0")));
        if (outer[i].take == SIFT_TEXT && part.len)
            must(str_i64(part, &bytes) && bytes == skim_text_bytes(whole, &data));
        if (outer[i].take == SIFT_INTO && whole.len && whole.ptr[0] == '[')
            must(members(whole) == members(part));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct str text = str_from((const char *)data + 1, size - 1);
    struct sift whole;
    struct sift cut;
    sift_init(&whole, levels, 0, &alloc_heap);
    sift_init(&cut, levels, 0, &alloc_heap);
    whole.once = cut.once = data[0] & 1;
    (void)sift_feed(&whole, text);
    feed(&cut, text, data[0]);
    must(whole.done == cut.done && whole.broken == cut.broken);
    struct str kept = sift_text(&whole);
    must(str_eq(kept, sift_text(&cut)));
    must(kept.len == 0 || skim_whole(kept));
    for (unsigned i = 0; i < levels[0].count; i++)
        must(str_eq(sift_value(&whole, i), skim_get(kept, outer[i].name)));
    must(whole.out.len <= SIFT_BYTES_MAX + 2 * SIFT_VALUE_MAX);
    struct json *j = NULL;
    if (json_open(text, &alloc_heap, &j, NULL) == STATUS_OK) {
        bool object = json_type(json_root(j)) == JSON_OBJECT;
        must(whole.done == object && whole.broken == !object);
        if (object)
            same_as(text, kept);
        json_close(j);
    }
    sift_fini(&whole);
    sift_fini(&cut);
    return 0;
}
