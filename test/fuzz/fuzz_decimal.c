// SPDX-License-Identifier: Apache-2.0
//
// fuzz_decimal - numbers against a slow reader that lays each digit out at its place; what is
// written is read again as the same; and the dates beside them, which are as small.

#include "base/clock.h"
#include "base/decimal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLACES = 400, POINT = 200 };

// Digit k stands for 10^(POINT - k). False when the text is not simple enough for this.
static bool lay_out(struct str s, int digits[PLACES])
{
    size_t e = str_find(s, 'e') < s.len ? str_find(s, 'e') : str_find(s, 'E');
    struct str head = str_from(s.ptr, e);
    int64_t exponent = 0;
    struct str tail = str_skip(s, e + 1);
    if (tail.len > 0 && tail.ptr[0] == '+')
        tail = str_skip(tail, 1);
    if (e < s.len && (!str_i64(tail, &exponent) || exponent > 60 || exponent < -60))
        return false;
    if (head.len > 0 && head.ptr[0] == '-')
        head = str_skip(head, 1);
    size_t point = str_find(head, '.');
    if (head.len > 100)
        return false;
    int64_t power = (int64_t)point - 1 + exponent;
    for (size_t i = 0; i < head.len; i++) {
        if (i == point)
            continue;
        digits[POINT - power] = head.ptr[i] - '0';
        power--;
    }
    return true;
}

// True when it fits; then the count of 10^-18 and how the rest compares with a half.
static bool slow(const int digits[PLACES], uint128 *units, bool *inexact)
{
    uint128 most = (uint128)UINT64_C(10000000000000000000) * UINT64_C(10000000000000000000);
    uint128 value = 0;
    for (int k = 0; k <= POINT + DECIMAL_PLACES; k++) {
        if (value > most / 10)
            return false;
        value = value * 10 + (unsigned)digits[k];
    }
    int half = digits[POINT + DECIMAL_PLACES + 1] - 5;
    bool more = false;
    for (int k = POINT + DECIMAL_PLACES + 2; k < PLACES; k++)
        more = more || digits[k];
    *inexact = half != -5 || more;
    if (half > 0 || (half == 0 && (more || value % 2)))
        value++;
    *units = value;
    return value <= most;
}

static void compare(struct str s, enum status status, int128 value, bool inexact)
{
    int digits[PLACES] = {0};
    uint128 units = 0;
    bool rest = false;
    if (status == STATUS_SYNTAX || !lay_out(s, digits))
        return;
    bool fits = slow(digits, &units, &rest);
    must(fits == (status == STATUS_OK));
    if (!fits)
        return;
    must(rest == inexact);
    must(value == (s.ptr[0] == '-' ? -(int128)units : (int128)units));
}

static void come_back(int128 value, unsigned keep)
{
    struct buf b;
    int128 again = 0;
    buf_init(&b, &alloc_heap, 0);
    decimal_write(&b, value, DECIMAL_PLACES, keep);
    must(decimal_read(buf_str(&b), &again) == STATUS_OK && again == value);
    size_t point = str_find(buf_str(&b), '.');
    must(keep == 0 || b.len - point - 1 >= keep);
    buf_fini(&b);
}

static void date(struct str s)
{
    int64_t us = -1;
    int64_t again = -1;
    if (!civil_read(s, &us)) {
        must(us == -1);
        return;
    }
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    civil_write(&b, us, 6);
    must(civil_read(buf_str(&b), &again) && again == us);
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_from((const char *)data, size);
    int128 value = 7;
    int128 exact = 7;
    bool inexact = false;
    enum status status = decimal_round(s, &value, &inexact);
    enum status strict = decimal_read(s, &exact);
    must(strict == (status == STATUS_OK && inexact ? STATUS_LIMIT : status));
    must(exact == (strict == STATUS_OK ? value : 7));
    must(status == STATUS_OK || value == 7);
    compare(s, status, value, inexact);
    if (status == STATUS_OK)
        come_back(value, (unsigned)(size % 25));
    date(s);
    return 0;
}
