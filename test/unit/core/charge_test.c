// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "core/charge.h"

static void comes_back(const struct charge *c)
{
    struct buf packed;
    struct charge back;
    memset(&back, 0x55, sizeof back);
    buf_init(&packed, &alloc_heap, 0);
    charge_pack(c, &packed);
    assert_false(buf_failed(&packed));
    assert_true(packed.len <= CHARGE_PACKED_MAX);
    assert_true(charge_unpack(buf_str(&packed), &back));
    assert_int_equal(back.count, c->count);
    if (c->count) {
        assert_int_equal(back.held, c->held);
        assert_int_equal(back.charged, c->charged);
    }
    for (unsigned i = 0; i < c->count; i++)
        assert_int_equal(back.accounts[i], c->accounts[i]);
    buf_fini(&packed);
}

static void packs_and_unpacks(void **state)
{
    (void)state;
    struct charge c = {.count = 0};
    comes_back(&c);
    c = (struct charge){.count = 1, .accounts = {1}};
    comes_back(&c);
    c = (struct charge){127, 128, 3, {127, 128, INT64_MAX}};
    comes_back(&c);
    c = (struct charge){.held = INT64_MAX, .charged = INT64_MAX, .count = CHARGE_ACCOUNTS_MAX};
    for (unsigned i = 0; i < c.count; i++)
        c.accounts[i] = INT64_MAX - i;
    comes_back(&c);
}

static void is_short(void **state)
{
    (void)state;
    const struct charge c = {.held = 250000, .charged = 1200, .count = 3, .accounts = {1, 2, 900}};
    struct buf packed;
    buf_init(&packed, &alloc_heap, 0);
    charge_pack(&c, &packed);
    assert_int_equal(packed.len, 9);
    buf_fini(&packed);
    buf_init(&packed, &alloc_heap, 8); // and says when there is no room
    charge_pack(&c, &packed);
    assert_true(buf_failed(&packed));
    buf_fini(&packed);
}

static void refuses_what_it_never_writes(void **state)
{
    (void)state;
    static const struct str bad[] = {
        STR("\x01"),                                                 // an amount alone
        STR("\x01\x01"),                                             // no account
        STR("\x80"),                                                 // cut off
        STR("\x01\x80"),                                             // ...
        STR("\x01\x01\x80"),                                         // ...
        STR("\x80\x00\x01\x01"),                                     // a group too many
        STR("\x01\x01\x81\x00"),                                     // ...
        STR("\x01\x01\x00"),                                         // no number
        STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x01\x01"), // beyond 63 bits
        STR("\x01\x01\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11"),
    };
    struct charge c;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(charge_unpack(bad[i], &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_and_unpacks),
        cmocka_unit_test(is_short),
        cmocka_unit_test(refuses_what_it_never_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
