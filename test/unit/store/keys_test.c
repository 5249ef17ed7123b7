// SPDX-License-Identifier: Apache-2.0

#include "stored.h"

static struct key a_key(const char *name, int seed)
{
    struct key k = {.id = uuid_new(clock_wall_us()),
                    .tenant = STR("default"),
                    .name = str_of(name),
                    .team = STR("blue"),
                    .models = STR("gpt-4o*"),
                    .last4 = STR("abcd"),
                    .created_us = 1000 + seed,
                    .expires_us = 5000};
    memset(k.mac, seed, sizeof k.mac);
    return k;
}

struct seen {
    int count, live;
    bool whole;
};

static void see(void *context, const struct key *k)
{
    struct seen *seen = context;
    seen->count++;
    seen->live += k->revoked_us == 0;
    seen->whole = str_is(k->team, "blue") && str_is(k->models, "gpt-4o*") &&
                  k->expires_us == 5000 && str_is(k->tenant, "default") &&
                  str_is(k->last4, "abcd") && k->mac[31] == k->mac[0];
}

static struct seen look(struct store *s)
{
    struct seen seen = {0};
    assert_int_equal(store_key_each(s, see, &seen, NULL), STATUS_OK);
    return seen;
}

static void a_key_lives_and_dies(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    struct why why = {0};
    struct key ci = a_key("ci", 1);
    assert_int_equal(store_key_add(s, &ci, &why), STATUS_OK);
    assert_true(look(s).whole);
    struct key same = a_key("ci", 2);
    assert_int_equal(store_key_add(s, &same, &why), STATUS_CONFLICT);
    assert_non_null(strstr(why.text, "ci"));
    assert_int_equal(store_key_revoke(s, (struct str)STR("other"), 9, &why), STATUS_UNKNOWN);
    assert_int_equal(store_key_revoke(s, (struct str)STR("ci"), 9, &why), STATUS_OK);
    assert_int_equal(store_key_revoke(s, (struct str)STR("ci"), 9, &why), STATUS_UNKNOWN);
    assert_int_equal(look(s).live, 0);
    assert_int_equal(store_key_add(s, &same, &why), STATUS_OK); // the name is free again
    store_close(s);
    place_remove(&p);
}

static void a_rotated_key_overlaps(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    struct key old = a_key("ci", 1);
    struct key fresh = a_key("ci", 2);
    assert_int_equal(store_key_rotate(s, (struct str)STR("ci"), &fresh, 100, NULL), STATUS_UNKNOWN);
    assert_int_equal(look(s).count, 0);
    assert_int_equal(store_key_add(s, &old, NULL), STATUS_OK);
    assert_int_equal(store_key_rotate(s, (struct str)STR("ci"), &fresh, 100, NULL), STATUS_OK);
    assert_int_equal(look(s).count, 2);
    assert_int_equal(look(s).live, 1);
    assert_int_equal(ask(&p, "SELECT revoked_us FROM key WHERE created_us = 1001"), 100);
    assert_int_equal(store_key_revoke(s, (struct str)STR("ci"), 50, NULL), STATUS_OK); // both end
    assert_int_equal(ask(&p, "SELECT max(revoked_us) FROM key"), 50);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_lives_and_dies),
        cmocka_unit_test(a_rotated_key_overlaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
