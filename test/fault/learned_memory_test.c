// SPDX-License-Identifier: Apache-2.0
//
// What a snapshot has of its routes, while memory ends: at each allocation in turn, once or from
// then on. All of it is there then, or nothing, and that is said; the process goes on. What a
// compared call needs of it costs no memory.

#include "../unit/store/stored.h"
#include "gate/learned.h"
#include "gate/terms.h"
#include "memory.h"
#include "store/promises.h"

static struct str small_models[] = {STR("local/small"), STR("local/tiny")};
static struct str large_models[] = {STR("openai/large")};
static const struct config_tier small = {.models = small_models, .model_count = 2, .set = 5};
static const struct config_tier large = {.models = large_models, .model_count = 1, .set = 7};
static struct str keys[] = {STR("web"), STR("ci"), STR("web")};
static struct str systems[] = {STR("00ff")};
static struct config_pair tags[] = {{STR("feature"), STR("support")}};
static struct config_verifier verifiers[] = {
    {.kind = VERIFIER_AGREE, .model = STR("local/tiny")},
    {.kind = VERIFIER_HTTP, .url_text = STR("http://127.0.0.1:9000/check"), .timeout_ms = 500}};
static const struct config_route routes[] = {
    {.name = STR("support"),
     .match = {.keys = keys,
               .key_count = 3,
               .tags = tags,
               .tag_count = 1,
               .systems = systems,
               .system_count = 1,
               .tokens_most = 4000},
     .mode = CONFIG_CERTIFIED,
     .max_loss_ppm = 20000,
     .confidence_ppm = 950000,
     .small = &small,
     .large = &large,
     .verifiers = verifiers,
     .verifier_count = 2,
     .shadow = {.on = true, .rate_ppm = 250000}},
    {.name = STR("other"), .small = &small, .large = &large}};
static struct place place;
static struct store *store;
static char terms[TERMS_BYTES + 1], calls[TERMS_CALLS + 1];

static struct learned_from from_of(const struct learned *before)
{
    return (struct learned_from){routes, 2, str_of(place.folder), store, before};
}

static bool is_whole(const struct learned *l)
{
    return str_is(learned_calls_of(l, &routes[0]), calls) && learned_fits(l, &routes[0]) &&
           learned_certified(l, &routes[0]) && learned_calls_of(l, &routes[1]).len == TERMS_CALLS;
}

static void is_read_or_not(void **state)
{
    (void)state;
    long most = 0;
    for (int stays = 0; stays < 2; stays++) {
        bool over = false;
        for (long n = 1; !over; n++) {
            struct learned *l = NULL;
            struct why why = {.text = ""};
            const struct learned_from from = from_of(NULL);
            arm(n, stays);
            enum status s = learned_new(&from, &l, &why);
            over = !disarm();
            assert_true((s == STATUS_OK) == (l != NULL));
            if (l ? !is_whole(l) : strstr(why.text, "memory") == NULL)
                fail_msg("allocation %ld, %d: %s, %s", n, stays, status_text(s), why.text);
            learned_free(l);
            most = n;
        }
    }
#ifndef SANITIZED
    assert_true(most > 20);
#else
    (void)most;
#endif
}

static struct learned *read_all(void)
{
    struct learned *l = NULL;
    struct why why;
    const struct learned_from from = from_of(NULL);
    assert_int_equal(learned_new(&from, &l, &why), STATUS_OK);
    return l;
}

static void stays_or_not(void **state)
{
    (void)state;
    struct learned *before = read_all();
    const struct learned_from from = from_of(before);
    for (int stays = 0; stays < 2; stays++) {
        bool over = false;
        for (long n = 1; !over; n++) {
            const long was = held;
            arm(n, stays);
            struct learned *l = learned_kept(&from);
            over = !disarm();
            assert_true(l ? is_whole(l) : !over);
            learned_free(l);
            assert_int_equal(held, was);
        }
    }
    learned_free(before);
}

static void is_told_or_not(void **state)
{
    (void)state;
    bool over = false;
    for (long n = 1; !over; n++) {
        const long was = held;
        char text[TERMS_BYTES + 1] = "";
        arm(n, true);
        const bool fine = terms_write(&routes[0], text);
        over = !disarm();
        assert_true(fine == over);
        assert_string_equal(text, fine ? terms : "");
        assert_int_equal(held, was);
    }
}

// Of calls on a worker's loop.
static void costs_no_memory(void **state)
{
    (void)state;
    struct learned *l = read_all();
    arm(1, true);
    const struct str is = learned_calls_of(l, &routes[0]);
    const bool none = !disarm();
    assert_true(none);
    assert_true(str_is(is, calls));
    assert_int_equal(learned_calls_of(NULL, &routes[0]).len, 0);
    learned_free(l);
}

// Which it may change between two snapshots.
static void whatever_is_proposed(void **state)
{
    (void)state;
    struct learned *l = NULL;
    struct why why;
    char with[TERMS_CALLS + 1], without[TERMS_CALLS + 1];
    const struct config_tier none = {.name = STR("large")};
    const struct config_tier some = {
        .name = STR("large"), .models = large_models, .model_count = 1, .set = 7};
    struct config_route r = routes[0];
    r.large = &some;
    const struct learned_from from = {&r, 1, str_of(place.folder), store, NULL};
    assert_int_equal(learned_new(&from, &l, &why), STATUS_OK);
    assert_true(terms_calls(&r, with));
    r.large = &none;
    assert_true(terms_calls(&r, without));
    assert_string_equal(with, without);
    assert_true(str_is(learned_calls_of(l, &r), without));
    assert_string_not_equal(with, calls); // whose judge is known by name
    learned_free(l);
}

static int begin(void **state)
{
    struct why why;
    (void)state;
    place_make(&place);
    store = store_at(&place, false);
    if (!terms_write(&routes[0], terms) || !terms_calls(&routes[0], calls))
        return -1;
    const struct promise_row row = {.terms = str_of(terms),
                                    .model_check = -1,
                                    .certified = {.holds = true, .threshold_ppm = 200000}};
    return store_promises_put(store, (struct promise_of){STR("default"), STR("support")}, &row, 1,
                              &why) == STATUS_OK
               ? 0
               : -1;
}

static int end(void **state)
{
    (void)state;
    store_close(store);
    place_remove(&place);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_read_or_not),       cmocka_unit_test(stays_or_not),
        cmocka_unit_test(is_told_or_not),       cmocka_unit_test(costs_no_memory),
        cmocka_unit_test(whatever_is_proposed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
