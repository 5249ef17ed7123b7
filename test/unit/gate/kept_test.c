// SPDX-License-Identifier: Apache-2.0
//
// Who keeps what, as a gateway that has just begun knows it by its ledger.

#include "../store/stored.h"
#include "base/map.h"
#include "gate/kept.h"

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
    const uint64_t openai = kept_number(str_of("openai"), KEPT_ANY_KEY);
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_are_known_by_their_own_ids)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
