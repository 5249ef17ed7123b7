// SPDX-License-Identifier: Apache-2.0
//
// Which tokens' MACs are kept, and which are not.

#include <stdio.h>

#include "../unit.h"
#include "gate/tokens.h"

static struct tokens t;

static const uint8_t *fill(uint8_t mac[DIGEST_BYTES], unsigned with)
{
    memset(mac, (int)with, DIGEST_BYTES);
    return mac;
}

static void kept_as_it_was(void **state)
{
    (void)state;
    uint8_t mac[DIGEST_BYTES];
    tokens_wipe(&t);
    struct str token = str_of("sk-cl-one");
    assert_null(tokens_mac(&t, token));
    tokens_keep(&t, token, fill(mac, 1));
    assert_memory_equal(tokens_mac(&t, token), mac, sizeof mac);
    assert_null(tokens_mac(&t, str_of("sk-cl-on")));
    assert_null(tokens_mac(&t, str_of("sk-cl-onf")));
    assert_null(tokens_mac(&t, str_of("sk-cl-one ")));
    assert_null(tokens_mac(&t, STR_NONE));
}

static void nothing_of_it_stays(void **state)
{
    (void)state;
    static const struct tokens none;
    uint8_t mac[DIGEST_BYTES];
    tokens_keep(&t, str_of("sk-cl-one"), fill(mac, 1));
    tokens_wipe(&t);
    assert_memory_equal(&t, &none, sizeof t);
    assert_null(tokens_mac(&t, str_of("sk-cl-one")));
    assert_null(tokens_mac(&t, STR_NONE));
}

static void empty_and_long_ones_are_not(void **state)
{
    (void)state;
    uint8_t mac[DIGEST_BYTES];
    char text[TOKENS_BYTES_MAX + 1];
    memset(text, 'x', sizeof text);
    tokens_wipe(&t);
    tokens_keep(&t, STR_NONE, fill(mac, 1));
    tokens_keep(&t, str_from(text, sizeof text), fill(mac, 2));
    assert_null(tokens_mac(&t, STR_NONE));
    assert_null(tokens_mac(&t, str_from(text, sizeof text)));
    tokens_keep(&t, str_from(text, sizeof text - 1), fill(mac, 3));
    assert_memory_equal(tokens_mac(&t, str_from(text, sizeof text - 1)), mac, sizeof mac);
    assert_null(tokens_mac(&t, str_from(text, sizeof text)));
}

// More than there are places: each is found with its own MAC, or not at all, the last one always.
static void later_ones_take_the_place(void **state)
{
    (void)state;
    uint8_t mac[DIGEST_BYTES];
    char name[16];
    tokens_wipe(&t);
    for (unsigned i = 0; i < 4 * TOKENS_PLACES; i++) {
        (void)snprintf(name, sizeof name, "sk-cl-%u", i);
        tokens_keep(&t, str_of(name), fill(mac, i));
        assert_memory_equal(tokens_mac(&t, str_of(name)), mac, sizeof mac);
    }
    unsigned found = 0;
    for (unsigned i = 0; i < 4 * TOKENS_PLACES; i++) {
        (void)snprintf(name, sizeof name, "sk-cl-%u", i);
        const uint8_t *kept = tokens_mac(&t, str_of(name));
        if (kept)
            assert_memory_equal(kept, fill(mac, i), sizeof mac);
        found += kept != NULL;
    }
    assert_in_range(found, 1, TOKENS_PLACES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_as_it_was),
        cmocka_unit_test(nothing_of_it_stays),
        cmocka_unit_test(empty_and_long_ones_are_not),
        cmocka_unit_test(later_ones_take_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
