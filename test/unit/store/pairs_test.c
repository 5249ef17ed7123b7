// SPDX-License-Identifier: Apache-2.0

#include "base/limits.h"
#include "store/feedback.h"
#include "store/pairs.h"
#include "stored.h"

#define NOW (INT64_C(1790000000) * SECOND_US)

static struct pair a_pair(const struct entry *e, const char *route)
{
    return (struct pair){.id = e->id,
                         .at_us = e->start_us,
                         .tenant = STR("default"),
                         .route = str_of(route),
                         .task = UINT64_C(0xfedcba9876543210),
                         .weak = STR("local/small"),
                         .strong = STR("openai/large"),
                         .by_score = true,
                         .calls = STR("0123456789abcdef"),
                         .doubts = 7,
                         .propensity_ppm = 250000,
                         .traits = STR("\0\1\2"),
                         .judged = PAIR_JUDGED_MODEL,
                         .weak_ppm = PAIR_WHOLE_PPM,
                         .strong_ppm = PAIR_WHOLE_PPM,
                         .strong_cost = {true, {400}},
                         .judge_cost = {true, {0}}};
}

static void add(struct store *s, const struct pair *p)
{
    struct why why = {0};
    if (store_pair_add(s, p, &why) != STATUS_OK)
        fail_msg("%s", why.text);
}

static enum status say(struct store *s, const struct entry *e, const char *key, uint32_t score_ppm)
{
    const struct feedback f = {.id = e->id,
                               .at_us = e->start_us + SECOND_US,
                               .tenant = STR("default"),
                               .key = str_of(key),
                               .score_ppm = score_ppm,
                               .comment = STR("hm")};
    struct why why = {0};
    return store_feedback_add(s, &f, FEEDBACK_PATIENCE_MS, &why);
}

struct seen {
    unsigned count;
    struct pair first, last; // without their texts
    char weak[20], strong[20], calls[20], traits[3];
};

static void see(void *context, const struct pair *p)
{
    struct seen *seen = context;
    if (seen->count++ == 0)
        seen->first = *p;
    seen->last = *p;
    snprintf(seen->calls, sizeof seen->calls, "%.*s", STR_ARG(p->calls));
    snprintf(seen->weak, sizeof seen->weak, "%.*s", STR_ARG(p->weak));
    snprintf(seen->strong, sizeof seen->strong, "%.*s", STR_ARG(p->strong));
    if (p->traits.len == sizeof seen->traits)
        memcpy(seen->traits, p->traits.ptr, sizeof seen->traits);
}

static struct seen look_at(struct store *s, const struct pair_query *q)
{
    struct seen seen = {0};
    struct why why = {0};
    if (store_pair_each(s, q, see, &seen, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return seen;
}

static struct seen look(struct store *s, const char *route)
{
    return look_at(s, &(struct pair_query){.tenant = STR("default"), .route = str_of(route)});
}

static void what_was_kept_comes_back(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    const struct entry e = an_entry(NOW);
    struct pair pair = a_pair(&e, "support");
    add(s, &pair);
    assert_int_equal(store_pair_add(s, &pair, NULL), STATUS_CONFLICT);
    store_close(s);
    s = store_at(&p, false);
    assert_int_equal(look(s, "other").count, 0);
    const struct seen seen = look(s, "support");
    assert_int_equal(seen.count, 1);
    assert_memory_equal(seen.last.id.bytes, e.id.bytes, sizeof e.id.bytes);
    assert_int_equal(seen.last.at_us, NOW);
    assert_true(seen.last.task == pair.task);
    assert_string_equal(seen.weak, "local/small");
    assert_string_equal(seen.strong, "openai/large");
    assert_memory_equal(seen.traits, pair.traits.ptr, sizeof seen.traits);
    assert_int_equal(seen.last.propensity_ppm, 250000);
    assert_true(seen.last.by_score);
    assert_string_equal(seen.calls, "0123456789abcdef");
    assert_int_equal(seen.last.doubts, 7);
    assert_int_equal(seen.last.judged, PAIR_JUDGED_MODEL);
    assert_false(seen.last.weak_cost.known);
    assert_true(seen.last.strong_cost.known);
    assert_int_equal(seen.last.strong_cost.is.pd, 400);
    assert_true(seen.last.judge_cost.known);
    assert_int_equal(seen.last.judge_cost.is.pd, 0);
    store_close(s);
    place_remove(&p);
}

static void the_newest_are_told_oldest_first(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    for (int i = 0; i < 5; i++) {
        const struct entry e = an_entry(NOW + i * SECOND_US);
        struct pair pair = a_pair(&e, "support");
        add(s, &pair);
    }
    struct pair_query q = {.tenant = STR("default"), .route = STR("support"), .most = 2};
    struct seen seen = look_at(s, &q);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.first.at_us, NOW + 3 * SECOND_US);
    assert_int_equal(seen.last.at_us, NOW + 4 * SECOND_US);
    q.after = seen.first.number;
    assert_int_equal(look_at(s, &q).count, 1);
    q.after = seen.first.number - 3; // the first one's
    q.next = true;
    seen = look_at(s, &q);
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.first.at_us, NOW + 1 * SECOND_US);
    assert_int_equal(seen.last.at_us, NOW + 2 * SECOND_US);
    q = (struct pair_query){
        .tenant = STR("default"), .route = STR("support"), .since_us = NOW + SECOND_US};
    assert_int_equal(look_at(s, &q).count, 4);
    q.tenant = (struct str)STR("another");
    assert_int_equal(look_at(s, &q).count, 0);
    store_close(s);
    place_remove(&p);
}

// So many that nobody has judged push none out that somebody has, and the other way round.
static void a_window_is_of_either_kind(void **state)
{
    static const char kinds[] = "JNJNNNNJ"; // judged or not, the newest last
    struct place p;
    struct pair_query q = {.tenant = STR("default"), .route = STR("support"), .most = 2};
    struct why why = {0};
    int64_t numbers[sizeof kinds - 1], after = -1;
    (void)state;
    place_make(&p);
    struct store *s = store_at(&p, false);
    for (size_t i = 0; i < sizeof kinds - 1; i++) {
        const struct entry e = an_entry(NOW + (int64_t)i * SECOND_US);
        struct pair pair = a_pair(&e, "support");
        pair.judged = kinds[i] == 'J' ? PAIR_JUDGED_EXACT : PAIR_JUDGED_NOT;
        pair.asked = i > 0;
        pair.judge_cost.known = false;
        add(s, &pair);
        numbers[i] = look(s, "support").last.number;
        assert_int_equal(look(s, "support").last.asked, i > 0);
    }
    assert_int_equal(store_pair_window(s, &q, &after, &why), STATUS_OK);
    assert_int_equal(after, numbers[4]); // the third N from the end
    q.most = 3;
    assert_int_equal(store_pair_window(s, &q, &after, &why), STATUS_OK);
    assert_int_equal(after, numbers[3]);
    q.most = 5;
    assert_int_equal(store_pair_window(s, &q, &after, &why), STATUS_OK);
    assert_int_equal(after, 0); // all
    q.most = 1;
    q.until = numbers[2];
    assert_int_equal(store_pair_window(s, &q, &after, &why), STATUS_OK);
    assert_int_equal(after, numbers[0]); // the second J
    q = (struct pair_query){
        .tenant = STR("default"), .route = STR("support"), .most = 2, .judged = true};
    assert_int_equal(look_at(s, &q).count, 2);
    assert_int_equal(look_at(s, &q).first.number, numbers[2]);
    store_close(s);
    place_remove(&p);
}

// What a pair of those qualities is read as, once its caller has given that score.
static void check_score(struct pair judged, uint32_t score_ppm, uint32_t weak, uint32_t strong)
{
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(NOW);
    call(j, &e);
    journal_close(j);
    struct pair pair = a_pair(&e, "support");
    pair.judged = judged.judged;
    pair.served_strong = judged.served_strong;
    pair.weak_ppm = judged.weak_ppm;
    pair.strong_ppm = judged.strong_ppm;
    store_close(s);
    s = store_at(&p, false);
    assert_int_equal(say(s, &e, "ci", score_ppm), STATUS_OK); // before there is a pair
    add(s, &pair);
    const struct seen seen = look(s, "support");
    const bool unjudged = judged.served_strong && judged.judged == PAIR_JUDGED_NOT;
    assert_int_equal(seen.last.judged, unjudged ? PAIR_JUDGED_NOT : PAIR_JUDGED_FEEDBACK);
    assert_int_equal(seen.last.weak_ppm, weak);
    assert_int_equal(seen.last.strong_ppm, strong);
    store_close(s);
    place_remove(&p);
}

static void a_score_goes_over_a_verdict(void **state)
{
    (void)state;
    const uint32_t one = PAIR_WHOLE_PPM;
    struct pair tie = {.judged = PAIR_JUDGED_MODEL, .weak_ppm = one, .strong_ppm = one};
    check_score(tie, 0, 0, one);
    check_score(tie, 700000, 700000, one);
    tie.served_strong = true;
    check_score(tie, 300000, 300000, 300000);
    struct pair better = {.judged = PAIR_JUDGED_MODEL, .weak_ppm = one, .served_strong = true};
    check_score(better, 300000, one, 300000);
    struct pair same = {.judged = PAIR_JUDGED_EXACT, .weak_ppm = one, .strong_ppm = one};
    check_score(same, 200000, 200000, 200000); // no loss
    same.served_strong = true;
    check_score(same, 200000, 200000, 200000);
    check_score((struct pair){.judged = PAIR_JUDGED_NOT}, 200000, 200000, one);
    check_score((struct pair){.judged = PAIR_JUDGED_NOT, .served_strong = true}, one, 0, 0);
}

static void a_call_is_rated_by_its_own_key_only(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(NOW);
    call(j, &e);
    const struct entry other = an_entry(NOW);
    assert_int_equal(say(s, &e, "dev", 0), STATUS_UNKNOWN);
    assert_int_equal(say(s, &other, "ci", 0), STATUS_UNKNOWN);
    assert_int_equal(ask(&p, "SELECT count(*) FROM feedback"), 0);
    assert_int_equal(say(s, &e, "ci", 500000), STATUS_OK); // the writer has not come by itself
    assert_int_equal(say(s, &e, "", 250000), STATUS_OK);   // instead
    assert_int_equal(ask(&p, "SELECT count(*) FROM feedback"), 1);
    assert_int_equal(ask(&p, "SELECT score_ppm FROM feedback"), 250000);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static void old_ones_go(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    const struct entry old = an_entry(NOW - 3000 * DAY_US);
    const struct entry fresh = an_entry(clock_wall_us() - DAY_US);
    const struct pair pairs[] = {a_pair(&old, "support"), a_pair(&fresh, "support")};
    add(s, &pairs[0]);
    add(s, &pairs[1]);
    store_close(s);
    struct store_setup setup = {
        .path = str_of(p.path), .create = true, .writer = true, .keep_days = 400};
    assert_int_equal(store_open(&setup, &s, NULL), STATUS_OK);
    for (int i = 0; i < 500 && look(s, "support").count > 1; i++)
        usleep(10000);
    const struct seen seen = look(s, "support");
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.last.at_us, fresh.start_us);
    store_close(s);
    place_remove(&p);
}

// Nobody waits behind a pair for somebody else's lock.
static void one_that_cannot_be_kept_now_is_told_so(void **state)
{
    (void)state;
    struct place p;
    sqlite3 *other = NULL;
    place_make(&p);
    struct store *s = store_at(&p, false);
    const struct entry e = an_entry(NOW);
    const struct pair pair = a_pair(&e, "support");
    assert_int_equal(sqlite3_open(p.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_pair_add(s, &pair, NULL), STATUS_BUSY);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_pair_add(s, &pair, NULL), STATUS_OK);
    sqlite3_close(other);
    store_close(s);
    place_remove(&p);
}

// Several go together; where one of them cannot be kept, none is, and the next is none the worse.
static void several_are_kept_together(void **state)
{
    (void)state;
    struct place p;
    struct why why = {0};
    place_make(&p);
    struct store *s = store_at(&p, false);
    const struct entry entries[] = {an_entry(NOW), an_entry(NOW), an_entry(NOW), an_entry(NOW)};
    struct pair pairs[4];
    for (int i = 0; i < 4; i++)
        pairs[i] = a_pair(&entries[i], "support");
    pairs[1].traits = STR_NONE; // what another has is not its
    const struct pair *const both[] = {&pairs[0], &pairs[1]};
    assert_int_equal(store_pairs_add(s, both, 2, &why), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM pair WHERE traits IS NULL"), 1);
    const struct pair *const all[] = {&pairs[2], &pairs[1], &pairs[3]}; // it has one
    assert_int_equal(store_pairs_add(s, all, 3, &why), STATUS_CONFLICT);
    assert_int_equal(look(s, "support").count, 2);
    sqlite3 *other = NULL; // nor are they while another program writes
    const struct pair *const rest[] = {&pairs[2], &pairs[3]};
    assert_int_equal(sqlite3_open(p.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_pairs_add(s, rest, 2, &why), STATUS_BUSY);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_int_equal(look(s, "support").count, 2);
    assert_int_equal(store_pairs_add(s, rest, 2, &why), STATUS_OK);
    assert_int_equal(look(s, "support").count, 4);
    store_close(s);
    place_remove(&p);
}

// Whoever keeps pairs all the time has the lock all the time: calls go before them.
static void calls_go_first(void **state)
{
    (void)state;
    struct place p;
    sqlite3 *other = NULL;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry e = an_entry(NOW);
    const struct pair pair = a_pair(&e, "support");
    assert_int_equal(sqlite3_open(p.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    call(j, &e);
    while (store_healthy(s)) // it waits, and has said so
        usleep(10000);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    while (store_pair_add(s, &pair, NULL) == STATUS_BUSY)
        continue;
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 1);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_kept_comes_back),
        cmocka_unit_test(the_newest_are_told_oldest_first),
        cmocka_unit_test(a_window_is_of_either_kind),
        cmocka_unit_test(a_score_goes_over_a_verdict),
        cmocka_unit_test(a_call_is_rated_by_its_own_key_only),
        cmocka_unit_test(old_ones_go),
        cmocka_unit_test(one_that_cannot_be_kept_now_is_told_so),
        cmocka_unit_test(several_are_kept_together),
        cmocka_unit_test(calls_go_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
