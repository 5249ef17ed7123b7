// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/random.h"
#include "base/sixteen.h"

static struct dice dice;

static unsigned one_by_one(const unsigned char *bytes)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (unsigned)(bytes[i] >> 7) << i;
    return bits;
}

static void gathered_alike(const unsigned char *bytes)
{
    const sixteen all = sixteen_at((const char *)bytes);
    const unsigned bits = one_by_one(bytes);
    assert_int_equal(sixteen_bits(all), bits);
    assert_int_equal(sixteen_bits_plain(all), bits);
}

// Whatever the machine has, the two ways agree: on every set of bits, and on whatever lies below
// them.
static void both_ways_gather_the_same_bits(void **state)
{
    (void)state;
    unsigned char bytes[17]; // from any address on
    dice_init(&dice, 1);
    for (unsigned bits = 0; bits <= UINT16_MAX; bits++) {
        for (unsigned i = 0; i < 16; i++)
            bytes[1 + i] = (unsigned char)((bits >> i & 1) << 7 | dice_below(&dice, 128));
        gathered_alike(bytes + 1);
        assert_int_equal(one_by_one(bytes + 1), bits);
    }
}

static void a_comparison_is_all_bits_or_none(void **state)
{
    (void)state;
    const sixteen text = sixteen_at("a \"quote\" and a ");
    assert_int_equal(sixteen_bits((sixteen)(text == '"')), 1 << 2 | 1 << 8);
    assert_int_equal(sixteen_bits((sixteen)(text <= 255)), UINT16_MAX);
    assert_int_equal(sixteen_bits((sixteen)(text > 255)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_gather_the_same_bits),
        cmocka_unit_test(a_comparison_is_all_bits_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
