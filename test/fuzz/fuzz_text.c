// SPDX-License-Identifier: Apache-2.0
// Small readers of text: what one reads and writes again reads the same.
#include "base/clock.h"
#include "base/decimal.h"
#include "base/must.h"
#include "core/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decimal(struct str s, struct buf *b)
{
    int128 value;
    int128 again;
    if (decimal_read(s, &value) != STATUS_OK)
        return;
    buf_clear(b);
    decimal_write(b, value, DECIMAL_PLACES, 0);
    must(decimal_read(buf_str(b), &again) == STATUS_OK && again == value);
    bool inexact;
    must(decimal_round(s, &again, &inexact) == STATUS_OK && again == value && !inexact);
}

static void civil(struct str s, struct buf *b)
{
    int64_t us;
    int64_t again;
    if (!civil_read(s, &us))
        return;
    struct civil c;
    civil_from_us(us, &c);
    must(civil_to_us(&c) == us);
    buf_clear(b);
    civil_write(b, us, 6);
    must(civil_read(buf_str(b), &again) && again == us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_from((const char *)data, size);
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    decimal(s, &b);
    civil(s, &b);
    if (key_token_valid(s))
        must(key_token_ours(s));
    buf_clear(&b);
    buf_add_json(&b, s);
    must(str_utf8(buf_str(&b)));
    (void)str_glob(str_from(s.ptr, size / 2), str_skip(s, size / 2));
    (void)str_distance(str_from(s.ptr, size / 2), str_skip(s, size / 2), 3);
    buf_fini(&b);
    return 0;
}
