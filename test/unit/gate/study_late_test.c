// SPDX-License-Identifier: Apache-2.0
//
// What a certificate stands on may change after it was given: what callers say of its pairs, which
// calls it is of, who judges.

#include "studied.h"

// What callers say of so many pairs that prove and that the small side was right in, long after the
// last look.
static void rate_late(unsigned count, double score)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "INSERT OR REPLACE INTO feedback SELECT id, 4000000000000000, 'default', %d, '' FROM "
             "pair WHERE route = '%.*s' AND weak_ppm = 1000000 AND unicode(substr(hex(id), 24, 1)) "
             "%% 2 = 1 AND promised = 1 LIMIT %u",
             (int)(score * PAIR_WHOLE_PPM), STR_ARG(route.name), count);
    ask(&place, sql);
}

// The certificate stands on what was said of its pairs; said otherwise, later, it is asked again:
// without a look of its own, since nothing is certified so.
static void what_is_said_late_is_heard(void **state)
{
    const struct sort good = {.route = "late", .small_knows = 97, .judged = 100};
    route.name = str_of("late");
    add(&good, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    ask(&place, "UPDATE pair SET promised = 1 WHERE route = 'late' AND weak_ppm = 1000000");
    const struct promise_row first = row_now();
    rate_late(20, 1); // as it was
    assert_false(learn(false));
    rate_late(8, 0);
    assert_true(learn(false));
    struct promise_row row = row_now();
    assert_int_equal(row.looks, first.looks);
    assert_int_equal(row.at_us, first.at_us);
    assert_true(row.certified.threshold_ppm <= first.certified.threshold_ppm);
    assert_true(row.measured.loss_ppm != first.measured.loss_ppm ||
                row.measured.threshold_ppm != first.measured.threshold_ppm);
    assert_true(str_eq(row.model, first.model));
    assert_false(learn(false)); // it has been heard
    rate_late(150, 0);          // fewer than a quarter of all
    assert_true(learn(false));
    row = row_now();
    assert_false(row.certified.holds);
    assert_int_equal(row.looks, first.looks);
    assert_int_equal(row.since, 0); // they are proof still, as they are rated now
    assert_int_equal(row.pairs, 800);
    assert_true(str_starts(row.note, str_of("revoked: its pairs, as they were rated since")));
    rate_late(150, 1);
    assert_true(learn(false));               // what is measured is estimated anew,
    assert_false(row_now().certified.holds); // and no certificate comes back without a look
    assert_true(learn(true));
    row = row_now();
    assert_true(row.certified.holds);
    assert_int_equal(row.looks, first.looks + 1);
    // As many as a quarter of all, at once.
    rate_late(400, 0);
    assert_true(learn(false));
    row = row_now();
    assert_false(row.certified.holds);
    assert_int_equal(row.looks, first.looks + 2);
    assert_true(str_starts(row.note, str_of("revoked: its pairs")));
    ask(&place, "DELETE FROM feedback");
}

// What a look cannot prove it does not try: pairs that nobody has judged win nothing.
static void what_cannot_be_proved_spends_nothing(void **state)
{
    route.name = str_of("unseen");
    add(&(struct sort){.route = "unseen", .small_knows = 95, .judged = 100}, 600);
    ask(&place, "UPDATE pair SET judged = 0 WHERE route = 'unseen'");
    assert_true(learn(true));
    const struct promise_row row = row_now();
    assert_false(row.certified.holds);
    assert_int_equal(row.looks, 0);
    assert_true(str_search(row.note, str_of("were not")) < row.note.len);
    assert_true(str_search(row.note, str_of(" of its pairs are proof; ")) < row.note.len);
}

// Pairs of other calls, or that another one has judged, prove nothing of these; who comes back to
// what was written before has the pairs of that time.
static void pairs_of_other_calls_are_no_proof(void **state)
{
    const struct sort good = {.route = "wider", .small_knows = 97, .judged = 100};
    struct str keys[] = {STR("a")};
    route.name = str_of("wider");
    route.match.keys = keys;
    route.match.key_count = 1;
    add(&good, 800);
    assert_true(learn(true));
    const struct promise_row first = row_now();
    assert_true(first.certified.holds);
    route.match.key_count = 0;
    struct learned *l = learned(NULL);
    assert_false(learned_certified(l, &route));
    assert_true(ask_of(l, easy).large);
    learned_free(l);
    assert_true(learn(false)); // though no pair is new
    assert_false(row_now().certified.holds);
    assert_int_equal(row_now().proved, 0);
    assert_int_equal(row_now().looks, 0);
    assert_false(learn(false));
    add(&good, 800);
    assert_true(learn(false));
    assert_true(row_now().certified.holds);
    assert_true(row_now().proved < 500);
    route.shadow.judge = str_of("openai/judge");
    assert_true(learn(false));
    assert_false(row_now().certified.holds);
    assert_int_equal(row_now().proved, 0);
    route.shadow.judge = STR_NONE;
    route.match.key_count = 1;
    assert_true(learn(false));
    assert_true(row_now().certified.holds);
    assert_int_equal(row_now().proved, first.proved);
    assert_int_equal(row_now().looks, first.looks + 1);
    assert_int_equal(row_now().since, 0);
    route.match.key_count = 0;
}

// The answers that a stricter verifier had removed are in no pair: of the checks that there are now
// those that are left prove nothing. So it is of a stream that is held no longer.
static void pairs_of_other_checks_are_no_proof(void **state)
{
    const struct config_route before = route;
    const struct sort good = {.route = "checks", .small_knows = 97, .judged = 100};
    struct config_verifier checks[] = {{.kind = VERIFIER_REFUSAL}, {.kind = VERIFIER_EMPTY}};
    route.name = str_of("checks");
    route.verifiers = checks;
    route.verifier_count = 2;
    route.hold_ms = 3000;
    add(&good, 800);
    assert_true(learn(true));
    const struct promise_row first = row_now();
    assert_true(first.certified.holds);
    for (int i = 0; i < 3; i++) {
        route.verifiers = i == 0 ? checks + 1 : checks;
        route.verifier_count = i < 2 ? 1 : 2;
        route.hold_ms = i < 2 ? 3000 : 0;
        assert_true(learn(false)); // though no pair is new
        assert_false(row_now().certified.holds);
        assert_int_equal(row_now().proved, 0);
        assert_int_equal(row_now().looks, 0);
    }
    route.hold_ms = 3000;
    assert_true(learn(false));
    assert_true(row_now().certified.holds);
    assert_int_equal(row_now().proved, first.proved);
    assert_int_equal(row_now().looks, first.looks + 1);
    ask(&place, "UPDATE pair SET calls = NULL WHERE route = 'checks'"); // of an earlier version
    add(&good, 200);
    assert_true(learn(true));
    assert_in_range(row_now().proved, 50, 150);
    route = before;
}

// What nothing could revoke any more is used no more.
static void without_shadows_there_is_no_certificate(void **state)
{
    struct learned *l = learned(NULL);
    assert_true(learned_certified(l, &route));
    route.shadow.on = false;
    assert_false(learned_certified(l, &route));
    assert_true(learned_fits(l, &route)); // it is the same promise
    assert_true(ask_of(l, easy).large);
    route.shadow.on = true;
    assert_false(ask_of(l, easy).large);
    learned_free(l);
}

// Also those that came of what nobody has seen, since it was changed back before a look, and those
// that were under way when it was.
static void what_was_changed_back_has_proved_nothing(void **state)
{
    const struct sort good = {.route = "back", .small_knows = 97, .judged = 100};
    const struct sort bad = {.route = "back", .small_knows = 0, .judged = 100};
    struct str keys[] = {STR("a")};
    route.name = str_of("back");
    add(&good, 800);
    assert_true(learn(true));
    const struct promise_row first = row_now();
    assert_true(first.certified.holds);
    route.match.keys = keys;
    route.match.key_count = 1;
    add(&bad, 800);
    route.match.key_count = 0;
    assert_true(learn(false));
    assert_true(row_now().certified.holds); // nor do they revoke it
    assert_int_equal(row_now().since, 0);
    assert_int_equal(row_now().pairs, first.proved + row_now().learned);
    assert_int_equal(row_now().proved, first.proved);
    route.shadow.judge = str_of("openai/judge"); // by whom all are as good as ever
    add(&good, 800);
    route.shadow.judge = STR_NONE;
    assert_true(learn(true));
    assert_int_equal(row_now().proved, first.proved);
}

// Where the store cannot be read at a reload what was there stays, but for what is promised of
// other calls.
static void another_promise_is_not_kept_blindly(void **state)
{
    const struct sort good = {.route = "blind", .small_knows = 97, .judged = 100};
    struct str keys[] = {STR("a")};
    route.name = str_of("blind");
    add(&good, 800);
    assert_true(learn(true));
    struct learned *before = learned(NULL);
    const struct learned_from from = {&route, 1, str_of(place.folder), NULL, before};
    assert_true(learned_certified(before, &route));
    struct learned *same = learned_kept(&from);
    assert_true(learned_certified(same, &route));
    route.match.keys = keys;
    route.match.key_count = 1;
    struct learned *other = learned_kept(&from);
    assert_false(learned_certified(other, &route));
    assert_true(ask_of(other, easy).large);
    route.match.key_count = 0;
    learned_free(before);
    assert_true(learned_certified(same, &route));
    learned_free(same);
    learned_free(other);
}

// What an earlier version has found is of other terms than all that are now; its looks are counted
// on.
static void what_an_earlier_version_found_goes_on(void **state)
{
    route.name = str_of("early version");
    add(&(struct sort){.route = "early version", .small_knows = 97, .judged = 100}, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    ask(&place, "UPDATE promise SET terms = '', looks = 3 WHERE "
                "route = 'early version'");
    ask(&place, "DELETE FROM promise_look WHERE route = 'early version'");
    assert_true(learn(false));
    assert_true(row_now().certified.holds);
    assert_int_equal(row_now().since, 0);
    assert_int_equal(row_now().looks, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_late_is_heard),
        cmocka_unit_test(what_cannot_be_proved_spends_nothing),
        cmocka_unit_test(pairs_of_other_calls_are_no_proof),
        cmocka_unit_test(pairs_of_other_checks_are_no_proof),
        cmocka_unit_test(another_promise_is_not_kept_blindly),
        cmocka_unit_test(without_shadows_there_is_no_certificate),
        cmocka_unit_test(what_was_changed_back_has_proved_nothing),
        cmocka_unit_test(what_an_earlier_version_found_goes_on),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
