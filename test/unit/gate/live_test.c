// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "gate/live.h"

static struct live *live;

static int begin(void **state)
{
    (void)state;
    live = alloc_must(sizeof *live);
    return 0;
}

static int end(void **state)
{
    (void)state;
    heap_free(live);
    return 0;
}

static void add(int64_t start_us, int64_t cost_pd)
{
    struct entry e = {.start_us = start_us,
                      .cost = {cost_pd},
                      .price_state = PRICE_PRICED,
                      .usage.count[BUCKET_INPUT] = 3,
                      .usage.count[BUCKET_OUTPUT] = 5};
    live_add(live, &e);
}

static void test_sums(void **state)
{
    (void)state;
    add(1, 10);
    add(2, 20);
    struct entry e = {.price_state = PRICE_UNPRICED, .cost = {5}, .outcome = OUTCOME_ERROR};
    live_add(live, &e);
    assert_int_equal(live->sums.tally.requests, 3);
    assert_int_equal(live->sums.tally.errors, 1);
    assert_int_equal(live->sums.tally.unpriced, 1);
    assert_int_equal(live->sums.tally.count[BUCKET_OUTPUT], 10);
    assert_true(live->sums.cost.pd == 30);
}

// A cursor reads on where it was, and what the ring has lost can be counted.
static void test_cursor(void **state)
{
    (void)state;
    assert_int_equal(live_oldest(live, 0), 0);
    for (int i = 0; i < LIVE_KEPT; i++)
        add(i, 0);
    assert_int_equal(live_oldest(live, 0), 0);
    assert_int_equal(live_at(live, 0)->start_us, 0);
    uint64_t cursor = live->ended;
    assert_int_equal(live_oldest(live, cursor), cursor);
    for (int i = LIVE_KEPT; i < 3 * LIVE_KEPT; i++)
        add(i, 0);
    assert_int_equal(live_oldest(live, cursor), 2 * LIVE_KEPT);
    assert_int_equal(live_at(live, 2 * LIVE_KEPT)->start_us, 2 * LIVE_KEPT);
    assert_int_equal(live_at(live, live->ended - 1)->start_us, 3 * LIVE_KEPT - 1);
    assert_int_equal(live_oldest(live, 1000 * LIVE_KEPT), live->ended); // of another gateway
}

static void refuse(const char *key, const char *budget, enum refusal why, const char *detail)
{
    const struct live_refusal r = {.key = str_of(key),
                                   .budget = str_of(budget),
                                   .why = why,
                                   .model = STR("m"),
                                   .detail = str_of(detail)};
    live_refuse(live, &r);
}

// What a budget refused is counted by itself.
static void test_refused_by_a_budget(void **state)
{
    (void)state;
    int64_t calls[2] = {0};
    for (int i = 0; i < 5; i++)
        refuse("one", i < 3 ? "cap" : "", i < 3 ? REFUSAL_BUDGET : REFUSAL_NO_MODEL, "");
    refuse("other", "cap", REFUSAL_BUDGET, "");
    for (int i = 0; i < LIVE_REFUSED; i++) {
        const struct live_refused *f = &live->refused[i];
        if (live_refused_fits(f, str_of("one")))
            calls[str_is(str_of("cap"), f->budget)] += f->calls;
    }
    assert_int_equal(calls[0], 2);
    assert_int_equal(calls[1], 3);
}

// A long reason is not cut inside a word, nor inside a character.
static void test_long_reason(void **state)
{
    (void)state;
    char words[1400] = "", word[1400] = "";
    for (int i = 0; i < 1200; i += 10)
        memcpy(words + i, "seventeen ", 10);
    for (int i = 0; i < 1200; i += 2)
        memcpy(word + i, "\u00e9", 2);
    refuse("words", "", REFUSAL_NO_MODEL, words);
    refuse("word", "", REFUSAL_NO_MODEL, word);
    for (int i = 0; i < LIVE_REFUSED; i++) {
        const struct live_refused *f = &live->refused[i];
        if (strcmp(f->key, "words") == 0)
            assert_string_equal(f->detail + strlen(f->detail) - 13, " seventeen\u2026");
        if (strncmp(f->key, "word", 4) == 0)
            assert_true(str_utf8(str_of(f->detail)) && strlen(f->detail) > 1000);
    }
}

// Of the keys of which calls were refused, the last so many are remembered.
static void test_refused(void **state)
{
    (void)state;
    char key[16];
    refuse("mine", "", REFUSAL_NO_MODEL, "first");
    for (int i = 0; i < 2 * LIVE_REFUSED; i++) {
        (void)snprintf(key, sizeof key, "other %d", i);
        refuse(key, "", REFUSAL_OVERLOAD, "");
        if (i % 10 == 0)
            refuse("mine", "", REFUSAL_MODEL_UNKNOWN, "last");
    }
    int mine = 0, others = 0;
    for (int i = 0; i < LIVE_REFUSED; i++) {
        const struct live_refused *f = &live->refused[i];
        if (!live_refused_fits(f, str_of("MINE"))) {
            others += f->calls == 1 && live_refused_fits(f, STR_NONE);
            continue;
        }
        mine++;
        assert_int_equal(f->calls, 1 + (2 * LIVE_REFUSED + 9) / 10);
        assert_int_equal(f->why, REFUSAL_MODEL_UNKNOWN);
        assert_string_equal(f->detail, "last");
    }
    assert_int_equal(mine, 1);
    assert_int_equal(others, LIVE_REFUSED - 1);
}

static void test_texts(void **state)
{
    (void)state;
    char long_text[400];
    struct live_call c;
    memset(long_text, 'x', sizeof long_text);
    memcpy(long_text + 63, "\xc3\xa4", 2); // its first byte would be the last that fits
    struct entry e = {.key = {long_text, sizeof long_text}};
    live_fill(&c, &e);
    assert_int_equal(strlen(c.key), 63);
}

// A caller chooses names and values: none becomes another, and what has no room is told.
static void test_tags(void **state)
{
    (void)state;
    char long_text[TAG_VALUE_MAX];
    struct live_call c;
    struct str name, value;
    size_t at = 0;
    memset(long_text, 'x', sizeof long_text);
    struct entry e = {.tags = {.count = 3,
                               .at = {{STR("feature"), STR("chat,customer=victim")},
                                      {STR("empty"), STR_NONE},
                                      {STR("customer"), STR("me")}}}};
    live_fill(&c, &e);
    for (unsigned i = 0; i < e.tags.count; i++) {
        assert_true(live_tag(&c, &at, &name, &value));
        assert_true(str_eq(name, e.tags.at[i].name) && str_eq(value, e.tags.at[i].value));
    }
    assert_false(live_tag(&c, &at, &name, &value));
    assert_false(c.tags_cut);
    assert_true(live_fits(&c, str_of("CUSTOMER=me")) && live_fits(&c, STR_NONE));
    assert_false(live_fits(&c, str_of("empty=c"))); // no text across two tags
    for (size_t n = 0; n <= sizeof long_text; n++) {
        unsigned count = 0;
        e.tags.at[0].value = e.tags.at[1].value = str_from(long_text, n);
        live_fill(&c, &e);
        for (at = 0; live_tag(&c, &at, &name, &value); count++)
            assert_true(value.len == n || str_is(value, "me"));
        assert_int_equal(count, c.tags_cut ? 2 : 3);
        assert_int_equal(c.tags_cut, 7 + 5 + 8 + 2 + 6 + 1 + 2 * n > sizeof c.tags);
    }
    e.tags.count = 1;
    e.tags.at[0] =
        (struct tag){str_from(long_text, TAG_NAME_MAX), str_from(long_text, TAG_VALUE_MAX)};
    live_fill(&c, &e);
    assert_false(c.tags_cut); // the largest has room alone
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sums, begin, end),
        cmocka_unit_test_setup_teardown(test_cursor, begin, end),
        cmocka_unit_test_setup_teardown(test_refused, begin, end),
        cmocka_unit_test_setup_teardown(test_refused_by_a_budget, begin, end),
        cmocka_unit_test_setup_teardown(test_long_reason, begin, end),
        cmocka_unit_test_setup_teardown(test_texts, begin, end),
        cmocka_unit_test_setup_teardown(test_tags, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
