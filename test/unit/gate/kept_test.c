// SPDX-License-Identifier: Apache-2.0
//
// Who keeps what, as a gateway that has just begun knows it by its ledger.

#include "../store/stored.h"
#include "base/map.h"
#include "base/secret.h"
#include "gate/kept.h"
#include "store/kept.h"

#define NOW_US (20000 * DAY_US)

static struct config_provider providers[] = {
    {.name = STR("openai"), .dialect = DIALECT_OPENAI},
    {.name = STR("claude"), .dialect = DIALECT_ANTHROPIC},
};
static struct config config = {.providers = providers, .provider_count = 2};

static struct entry a_response(int64_t start_us, const char *upstream_id, const char *answer_id)
{
    struct entry e = an_entry(start_us);
    e.endpoint = str_of("responses");
    e.upstream_id = str_of(upstream_id);
    e.answer_id = str_of(answer_id);
    return e;
}

static uint64_t keeper_of(struct sessions *keepers, const char *id)
{
    return sessions_find(keepers, map_hash(str_of(id)), INT64_MAX, clock_mono_us());
}

static void answers_are_known_by_their_own_ids(void **state)
{
    (void)state;
    struct place p;
    struct why why = {0};
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct sessions *keepers = sessions_new();
    struct entry e = a_response(NOW_US, "resp_1", "");
    call(j, &e);
    e = a_response(NOW_US, "req_2", "resp_2"); // which named the call otherwise
    call(j, &e);
    e = a_response(NOW_US, "resp_refused", "");
    e.http_status = 500;
    call(j, &e);
    e = a_response(NOW_US, "msg_3", ""); // which keeps nothing that such a call could name
    e.provider = str_of("claude");
    call(j, &e);
    e = a_response(NOW_US, "resp_gone", ""); // the file has it no more
    e.provider = str_of("gone");
    call(j, &e);
    e = a_response(NOW_US - 40 * DAY_US, "resp_old", "");
    call(j, &e);
    e = a_response(NOW_US, "chatcmpl_4", "");
    e.endpoint = str_of("chat");
    call(j, &e);
    assert_int_equal(store_catch_up(s, 20000), STATUS_OK);

    const struct kept_recall wish = {s, &config, keepers, NOW_US + 1};
    assert_int_equal(kept_recall(&wish, &why), STATUS_OK);
    const uint64_t openai = kept_number(str_of("openai"), NULL);
    assert_true(keeper_of(keepers, "resp_1") == openai);
    assert_true(keeper_of(keepers, "resp_2") == openai);
    static const char *const unknown[] = {"req_2",     "resp_refused", "msg_3",
                                          "resp_gone", "resp_old",     "chatcmpl_4"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (keeper_of(keepers, unknown[i]))
            fail_msg("%s is known", unknown[i]);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call WHERE answer_id IS NOT NULL"), 1);
    sessions_free(keepers);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

// Ids that lie in one group of a table of so many.
#define GROUPS 4096
#define ALIKE  12
#define PLACES 8 // of a group (gate/memo.c)

static void name_alike(char (*names)[24])
{
    uint64_t group = 0;
    for (unsigned n = 0, found = 0; found < ALIKE; n++) {
        snprintf(names[found], sizeof names[found], "resp_%u", n);
        uint64_t hash = map_hash(str_of(names[found])) & (GROUPS - 1);
        group = found ? group : hash;
        found += hash == group;
    }
}

static void of_too_many_the_latest_are_known(void **state)
{
    (void)state;
    struct place p;
    struct why why = {0};
    char names[ALIKE][24];
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct sessions *keepers = sessions_new();
    name_alike(names);
    for (unsigned i = 0; i < ALIKE; i++) {
        struct entry e = a_response(NOW_US - (ALIKE - i) * DAY_US, names[i], "");
        call(j, &e);
    }
    assert_int_equal(store_catch_up(s, 20000), STATUS_OK);

    const struct kept_recall wish = {s, &config, keepers, NOW_US};
    assert_int_equal(kept_recall(&wish, &why), STATUS_OK);
    for (unsigned i = 0; i < ALIKE; i++)
        if (!keeper_of(keepers, names[i]) != (i < ALIKE - PLACES))
            fail_msg("the answer %u is not as it should be", i);
    // What comes now is later than all of them.
    sessions_keep(keepers, map_hash(str_of(names[0])), 5, clock_mono_us());
    assert_true(keeper_of(keepers, names[0]) == 5);
    assert_false(keeper_of(keepers, names[ALIKE - PLACES]));
    assert_true(keeper_of(keepers, names[ALIKE - PLACES + 1]));
    sessions_free(keepers);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static void hear(void *context, const struct store_kept *k)
{
    char *heard = context;
    snprintf(heard + strlen(heard), 64, "%.*s %lld ", STR_ARG(k->id),
             (long long)(NOW_US - k->start_us));
}

static void the_latest_come_last(void **state)
{
    (void)state;
    struct place p;
    struct why why = {0};
    char heard[200] = "";
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    for (unsigned i = 0; i < 4; i++) {
        static const char *const names[] = {"resp_b", "resp_d", "resp_a", "resp_c"};
        static const int ago_us[] = {30, 10, 40, 20};
        struct entry e = a_response(NOW_US - ago_us[i], names[i], "");
        call(j, &e);
    }
    assert_int_equal(store_catch_up(s, 20000), STATUS_OK);
    const struct kept_query q = {str_of("default"), str_of("responses"), NOW_US - 100, 3};
    assert_int_equal(store_kept_each(s, &q, hear, heard, &why), STATUS_OK);
    assert_string_equal(heard, "resp_b 30 resp_c 20 resp_d 10 ");
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static void a_key_is_known_wherever_it_stands(void **state)
{
    (void)state;
    struct secret *a = secret_new(str_of("sk-of-a")), *b = secret_new(str_of("sk-of-b"));
    struct secret *again = secret_new(str_of("sk-of-a"));
    const struct str name = STR("openai");
    assert_true(kept_number(name, a) == kept_number(name, again));
    assert_true(kept_number(name, a) != kept_number(name, b));
    assert_true(kept_number(name, a) != kept_number(str_of("other"), a));
    assert_true((kept_number(name, a) & KEPT_KEY_BITS) != 0);
    assert_true((kept_number(name, a) & ~KEPT_KEY_BITS) == kept_number(name, NULL));
    secret_free(a);
    secret_free(b);
    secret_free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_are_known_by_their_own_ids),
                                       cmocka_unit_test(of_too_many_the_latest_are_known),
                                       cmocka_unit_test(the_latest_come_last),
                                       cmocka_unit_test(a_key_is_known_wherever_it_stands)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
