// SPDX-License-Identifier: Apache-2.0
//
// What a route learns of its pairs, from the store to the side that a call goes to: the rungs, what
// they need, a certificate that is given and revoked, and a model's file that is refused.

#include "studied.h"

// The tests are one story, in this order.

static void nothing_is_known_at_first(void **state)
{
    assert_false(learn(false));
    struct learned *l = learned(NULL);
    route.mode = CONFIG_CERTIFIED;
    assert_true(ask_of(l, easy).large);
    assert_string_equal(ask_of(l, easy).reason, "no certificate");
    route.mode = CONFIG_MEASURED;
    assert_string_equal(ask_of(l, easy).reason, "rules");
    assert_false(learned_certified(l, &route));
    assert_int_equal(learned_rung(l, &route), RUNG_RULES);
    learned_free(l);
    assert_string_equal(ask_of(NULL, easy).reason, "rules");
    assert_int_equal(learned_rung(NULL, &route), RUNG_RULES);
}

static void few_pairs_say_what_is_missing(void **state)
{
    add_pairs(40, 95);
    assert_false(learn(false)); // not worth it yet
    assert_true(learn(true));
    const struct promise_row row = row_now();
    assert_false(row.certified.holds);
    assert_int_equal(row.learned, 0);
    assert_int_equal(row.looks, 0); // what cannot win is not tested, and spends no risk
    assert_true(str_search(row.note, str_of("needs")) < row.note.len);
    assert_false(learn(true)); // no pair is new: another look would be for nothing
}

static void a_certificate_is_earned(void **state)
{
    add_pairs(600, 95);
    assert_true(learn(false));
    const struct promise_row row = row_now();
    assert_true(row.certified.holds);
    assert_int_equal(row.looks, 1);
    assert_true(row.learned > 250);
    assert_true(row.certified.share_ppm > 300000 && row.certified.share_ppm < 600000);
    assert_true(row.loss_upper_ppm <= 100000);
    assert_true(row.measured_upper_ppm >= row.measured.loss_ppm);
    struct learned *l = learned(NULL);
    for (enum config_mode m = CONFIG_MEASURED; m <= CONFIG_CERTIFIED; m++) {
        route.mode = m;
        assert_false(ask_of(l, easy).large);
        assert_true(ask_of(l, hard).large);
    }
    assert_string_equal(ask_of(l, hard).reason, "certified");
    assert_true(learned_certified(l, &route));
    // Nothing is promised of calls that the certificate does not choose for.
    static const enum rung rungs[] = {RUNG_RULES, RUNG_MEASURED, RUNG_CERTIFIED};
    for (enum config_mode m = CONFIG_RULES; m <= CONFIG_CERTIFIED; m++) {
        route.mode = m;
        assert_int_equal(learned_rung(l, &route), rungs[m]);
        assert_int_equal(learned_certified(l, &route), m == CONFIG_CERTIFIED);
    }
    assert_true(learned_model(l, &route) != learned_shipped());
    learned_free(l);
}

// A tier that is proposed has another model from one call to the next: what was promised is not of
// it, whether or not anybody has learned of that yet.
static void a_new_model_has_no_certificate(void **state)
{
    const struct config_tier *before = route.small;
    struct str models[2];
    uint32_t weights[2];
    struct config_tier grown = {.models = models, .weights = weights, .set = small.set};
    config_tier_add(&grown, str_of("local/worse"), 0);
    struct learned *l = learned(NULL);
    route.mode = CONFIG_CERTIFIED;
    assert_true(learned_certified(l, &route));
    route.small = &grown;
    assert_false(learned_certified(l, &route));
    assert_int_equal(learned_rung(l, &route), RUNG_RULES);
    assert_ptr_equal(learned_model(l, &route), learned_shipped());
    assert_true(ask_of(l, easy).large);
    assert_string_equal(ask_of(l, easy).reason, "no certificate");
    route.mode = CONFIG_MEASURED;
    assert_string_equal(ask_of(l, easy).reason, "rules");
    route.small = before;
    route.mode = CONFIG_CERTIFIED;
    assert_false(ask_of(l, easy).large); // it has gone again
    learned_free(l);
}

// A promise that allows everything is one, too.
static void all_may_be_lost(void **state)
{
    const uint32_t before = route.max_loss_ppm;
    route.max_loss_ppm = 1000000;
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    assert_int_equal(row_now().looks, 1); // another promise than the last one
    route.max_loss_ppm = before;
    assert_true(learn(true));
    assert_int_equal(row_now().looks, 2); // the first one again: it was tested before
    assert_true(row_now().certified.holds);
}

// How the small side's answers are checked decides which of them are given.
static void checks_belong_to_the_promise(void **state)
{
    struct config_verifier refusal = {.kind = VERIFIER_REFUSAL};
    struct learned *l = learned(NULL);
    assert_true(learned_fits(l, &route));
    route.verifiers = &refusal;
    route.verifier_count = 1;
    assert_false(learned_fits(l, &route));
    struct learned *checked = learned(NULL);
    assert_false(learned_certified(checked, &route));
    route.hold_ms = 5000;
    assert_false(learned_fits(checked, &route));
    learned_free(checked);
    learned_free(l);
    route.verifier_count = 0;
    route.hold_ms = 0;
}

static void other_terms_are_another_promise(void **state)
{
    route.max_loss_ppm = 10000;
    struct learned *l = learned(NULL);
    assert_false(learned_certified(l, &route));
    assert_true(ask_of(l, easy).large);
    learned_free(l);
    route.max_loss_ppm = 100000;
}

static void a_damaged_file_is_refused_and_the_old_one_stays(void **state)
{
    struct learned *before = learned(NULL);
    const struct promise_row row = row_now();
    char path[400];
    snprintf(path, sizeof path, "%s/%.*s", place.folder, STR_ARG(row.model));
    char good[500];
    snprintf(good, sizeof good, "%s.good", path);
    assert_int_equal(rename(path, good), 0);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, "no model", 8), 8);
    close(fd);
    struct learned *after = learned(before);
    assert_ptr_equal(learned_model(after, &route), learned_model(before, &route));
    assert_false(ask_of(after, easy).large);
    assert_int_equal(learned_looked(after, &route), row.at_us);
    struct learned *alone = learned(NULL); // without an old one: the shipped model, and no promise
    assert_ptr_equal(learned_model(alone, &route), learned_shipped());
    assert_false(learned_certified(alone, &route));
    assert_int_equal(learned_looked(alone, &route), 0);
    learned_free(alone);
    learned_free(before);
    assert_false(ask_of(after, easy).large); // what both share lives on
    learned_free(after);
    assert_int_equal(rename(good, path), 0);
}

// Nobody could say whether what is certified still holds.
static void a_lost_model_is_learned_anew(void **state)
{
    char path[400];
    const struct sort of = {.route = "lost", .small_knows = 95, .judged = 100};
    struct why why;
    route.name = str_of("lost");
    add(&of, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    add(&of, LOST_LEAST);
    assert_false(learn(false)); // a quarter more would be a reason
    const int64_t looks = row_now().looks;
    snprintf(path, sizeof path, "%s/%.*s", place.folder, STR_ARG(row_now().model));
    assert_int_equal(unlink(path), 0);
    assert_true(learn(false));
    assert_int_equal(row_now().looks, looks + 1);
    assert_int_equal(row_now().pairs, 800 + LOST_LEAST);
    snprintf(path, sizeof path, "%s/%.*s", place.folder, STR_ARG(row_now().model));
    struct model again;
    assert_int_equal(model_open(path, &again, &why), STATUS_OK);
    model_close(&again);
    assert_false(learn(false));
}

static void a_worse_model_loses_the_certificate(void **state)
{
    struct learned *before = learned(NULL);
    add_pairs(100, 0); // its provider has changed it
    assert_true(learn(false));
    struct promise_row row = row_now();
    assert_false(row.certified.holds);
    assert_int_equal(row.since, 640);
    assert_true(str_starts(row.note, str_of("revoked")));
    struct learned *l = learned(NULL);
    assert_true(ask_of(l, easy).large);
    learned_free(l);
    // Where the new file is refused the old one stays, but not its certificate.
    char path[400];
    struct why why;
    snprintf(path, sizeof path, "%s/%.*s", place.folder, STR_ARG(row.model));
    assert_true(learned_certified(before, &route));
    assert_int_equal(file_replace(path, FILE_OWN, str_of("no model"), &why), STATUS_OK);
    l = learned(before);
    assert_false(learned_certified(l, &route));
    assert_true(ask_of(l, easy).large);
    learned_free(l);
    learned_free(before);
    add_pairs(1200, 95); // and mended: what came since is proof again
    assert_true(learn(false));
    row = row_now();
    assert_true(row.certified.holds);
    assert_int_equal(row.since, 640);
}

// What came before a certificate was revoked is proof of no other promise, either.
static void what_was_revoked_proves_nothing_else(void **state)
{
    const uint32_t before = route.max_loss_ppm;
    route.max_loss_ppm = 500000;
    assert_true(learn(true));
    assert_int_equal(row_now().since, 640);
    assert_true(row_now().proved < 1400 / 2 + 100);
    route.max_loss_ppm = before;
    assert_true(learn(true));
    assert_int_equal(row_now().since, 640);
}

// A file that another version has left: refused with the reason, and what was there stays.
static void a_stale_file_is_refused_and_the_old_one_stays(void **state)
{
    struct learned *before = learned(NULL);
    const struct promise_row row = row_now();
    struct buf bytes;
    struct why why;
    char path[400];
    snprintf(path, sizeof path, "%s/%.*s", place.folder, STR_ARG(row.model));
    buf_init(&bytes, &alloc_heap, 0);
    assert_int_equal(file_read(path, FILE_ANY, &bytes, &why), STATUS_OK);
    struct model_head *head = (struct model_head *)(void *)bytes.ptr;
    head->traits--;
    assert_int_equal(file_replace(path, FILE_OWN, buf_str(&bytes), &why), STATUS_OK);
    struct model stale;
    assert_int_equal(model_open(path, &stale, &why), STATUS_EXPIRED);
    struct learned *after = learned(before);
    assert_ptr_equal(learned_model(after, &route), learned_model(before, &route));
    learned_free(after);
    learned_free(before);
    head->traits++;
    assert_int_equal(file_replace(path, FILE_OWN, buf_str(&bytes), &why), STATUS_OK);
    buf_fini(&bytes);
}

static unsigned count_files(void)
{
    char path[300];
    unsigned n = 0;
    struct dirent *entry;
    snprintf(path, sizeof path, "%s/routes", place.folder);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir)))
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

// However often it has learned, one file is left; no name is given twice, since a running gateway
// has the old file mapped.
static void one_file_is_left(void **state)
{
    assert_int_equal(count_files(), 1);
    struct str name = row_now().model;
    char before[128];
    assert_true(str_copy(name, before, sizeof before));
    add_pairs(1, 95);
    assert_true(learn(true));
    assert_false(str_is(row_now().model, before));
    assert_int_equal(count_files(), 1);
}

// Were pairs left out that nobody could judge, only the answers that are the same would count: a
// small model that says something else half of the time would be certified for everything.
static void what_nobody_judged_counts_as_lost(void **state)
{
    route.name = str_of("blind");
    add(&(struct sort){.route = "blind", .small_knows = 30}, 1000);
    assert_true(learn(true));
    struct promise_row row = row_now();
    assert_int_equal(row.looks, 1);
    assert_false(row.certified.holds);
    assert_true(str_search(row.note, str_of("were not judged, and count as lost")) < row.note.len);
    // Those that are judged one by one carry it all the same, where few are not.
    route.name = str_of("seeing");
    add(&(struct sort){.route = "seeing", .small_knows = 95, .judged = 95}, 1600);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
}

// A burst of calls that nobody has judged makes no look wait: it is due by those that somebody has.
static void a_burst_makes_no_look_wait(void **state)
{
    (void)state;
    route.name = str_of("burst");
    add(&(struct sort){.route = "burst", .small_knows = 95, .judged = 100}, 1000);
    add(&(struct sort){.route = "burst", .answers = UNASKED}, 4000);
    assert_true(learn(true));
    assert_true(row_now().pairs > 2000);
    add(&(struct sort){.route = "burst", .small_knows = 95, .judged = 100}, 240);
    add(&(struct sort){.route = "burst", .answers = UNASKED}, 100);
    assert_false(learn(false));
    add(&(struct sort){.route = "burst", .small_knows = 95, .judged = 100}, 10);
    assert_true(learn(false));
}

static bool is_certified(void)
{
    add(&(struct sort){.route = "standing", .small_knows = 95, .judged = 100}, 500);
    assert_true(learn(true));
    struct learned *l = learned(NULL);
    bool certified = learned_certified(l, &route);
    learned_free(l);
    return certified;
}

// A certificate lets no other small model answer than the first in line; of the large side any is
// what would have been given.
static void what_stood_in_proves_nothing(void **state)
{
    (void)state;
    struct str two[] = {STR("openai/first"), STR("openai/large")};
    const struct config_tier larger = {.models = two, .model_count = 2};
    const struct config_route before = route;
    route.name = str_of("standing");
    route.large = &larger;
    scored = model_pair(str_of("local/first"), two[0]);
    assert_false(is_certified());
    scored = model_pair(small_models[0], two[0]);
    assert_true(is_certified());
    route = before;
    scored = 0;
}

// The share of calls that become pairs is changed, by the operator and by a certificate; it never
// depends on the call, so all pairs weigh the same.
static void changed_rates_weigh_nothing(void **state)
{
    route.name = str_of("rates");
    add(&(struct sort){"rates", 95, 100, 1000, 0, false, 0}, 640);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
}

// The small model is the better one as often as the large one is; but a verifier that no shadow has
// asked may send just those calls to the large side.
static void what_a_verifier_may_take_away_proves_nothing(void **state)
{
    struct config_verifier checks[] = {{.kind = VERIFIER_REFUSAL}, {.kind = VERIFIER_AGREE}};
    const uint32_t before = route.max_loss_ppm;
    route.name = str_of("verified");
    route.verifiers = checks;
    route.max_loss_ppm = 22000;
    for (unsigned n = 1; n <= 2; n++) {
        route.verifier_count = n;
        add(&(struct sort){"verified", 95, 100, 0, 0, false, 0}, 3000);
        assert_true(learn(true));
        assert_int_equal(row_now().certified.holds, n == 1);
        assert_in_range(row_now().proved, 1400, 1600);
    }
    route.verifier_count = 0;
    route.max_loss_ppm = before;
}

// A judge that takes the first answer in either order makes ties, which are no proof.
static void a_judge_that_contradicts_itself_is_refused(void **state)
{
    const struct sort sure = {.route = "torn", .small_knows = 95, .judged = 100},
                      torn = {"torn", 95, 100, 0, 0, TORN, 0};
    route.name = str_of("torn");
    add(&sure, 400);
    add(&torn, 400);
    assert_true(learn(true));
    const struct promise_row row = row_now();
    assert_false(row.certified.holds);
    assert_int_equal(row.looks, 0);
    assert_true(str_search(row.note, str_of("the judge contradicted itself in ")) < row.note.len);
    add(&sure, 800); // another judge
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    assert_int_equal(row_now().looks, 1);
}

// Nor is one who says in either order of some pairs that the first answer is better, TIE of all
// others, and never prefers any; whoever prefers more often than that is believed.
static void a_judge_that_goes_by_the_place_is_refused(void **state)
{
    const struct sort ties = {.route = "place", .answers = TIED, .judged = 100},
                      torn = {.route = "place", .answers = TORN, .judged = 100},
                      prefers = {.route = "place", .small_knows = 95, .judged = 100};
    route.name = str_of("place");
    add(&ties, 740);
    add(&torn, 260);
    assert_true(learn(true));
    const struct promise_row row = row_now();
    assert_false(row.certified.holds);
    assert_int_equal(row.looks, 0);
    assert_true(str_search(row.note, str_of("and preferred an answer in 0: ")) < row.note.len);
    assert_true(str_search(row.note, str_of("or rate answers (feedback)")) < row.note.len);
    add(&prefers, 1600);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
}

// Where the large side's answers are worth nothing there is nothing that could be lost.
static void of_nothing_no_share_is_told(void **state)
{
    const struct sort useless = {.route = "useless", .answers = USELESS, .judged = 100};
    route.name = str_of("useless");
    add(&useless, 400);
    assert_true(learn(true));
    const struct promise_row row = row_now();
    assert_false(row.certified.holds || row.measured.holds);
    assert_true(str_search(row.note, str_of("the large side's quality is 0 in all ")) <
                row.note.len);
    assert_true(str_search(row.note, str_of("no share loses less")) == row.note.len);
}

static struct choice_counsel certified_of(const struct learned *l, uint64_t task)
{
    static struct traits t;
    struct choice_judged judged;
    traits_make(easy, &t);
    t.task = task;
    learned_judge(l, &route, &t, model_pair(small_models[0], large_models[0]), &judged);
    return judged.counsel[CHOICE_CERTIFIED];
}

// However often it was asked since: all pairs together say that it is not what calls are like.
static void one_prompt_that_is_lost_revokes_nothing(void **state)
{
    (void)state;
    const struct sort once = {.route = "again", .small_knows = 0, .judged = 100, .again = 60};
    const struct sort good = {.route = "again", .small_knows = 97, .judged = 100};
    struct sort each = once;
    route.name = str_of("again");
    add(&good, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    add(&once, 60);
    assert_false(learn(false));
    assert_true(row_now().certified.holds);
    each.again = 0;
    add(&each, 120);
    assert_true(learn(false));
    assert_true(row_now().since > row_now().newest - 200);
}

// A task that has pairs enough has a threshold of its own, and a promise: it is broken where that
// task loses too much, however well the others do.
static void a_task_loses_its_certificate(void **state)
{
    const struct sort good = {"tasks", 97, 100, 0, 8, false, 0},
                      bad = {"tasks", 0, 100, 0, 7, false, 0};
    route.name = str_of("tasks");
    add(&(struct sort){"tasks", 97, 100, 0, 7, false, 0}, 800);
    add(&good, 1600);
    assert_true(learn(true));
    assert_true(row_now().loss_upper_ppm <= (int64_t)route.max_loss_ppm);
    struct learned *l = learned(NULL);
    for (uint64_t task = 7; task < 9; task++) {
        assert_int_equal(certified_of(l, task).why, CHOICE_WHY_CERTIFIED);
        assert_true(certified_of(l, task).threshold > CHOICE_NOTHING);
    }
    // No other call has ever been seen.
    assert_int_equal(certified_of(l, 9).why, CHOICE_WHY_CERTIFIED_TASK);
    assert_int_equal(certified_of(l, 9).threshold, CHOICE_NOTHING);
    learned_free(l);
    for (unsigned i = 0; i < 12; i++) {
        add(&bad, 10);
        add(&good, 35);
    }
    assert_true(learn(false));
    struct promise_row row = row_now();
    assert_true(row.since > 0 && row.certified.holds); // another one, which is not that
    assert_true(str_starts(row.note, str_of("the certificate before this one was revoked: ")));
    assert_false(str_ends(row.note, str_of("; ")));
}

static int64_t doubt_of(uint64_t task, const char *column)
{
    char question[200];
    snprintf(question, sizeof question,
             "SELECT %s FROM promise WHERE route = '%.*s' AND task = %llu", column,
             STR_ARG(route.name), (unsigned long long)task);
    return ask(&place, question);
}

// How often one has asked of a part is of the route: no look, no restart, no other promise begins
// it anew.
static void what_was_ever_doubted_is_kept(void **state)
{
    const uint32_t before = route.max_loss_ppm;
    route.name = str_of("grow");
    add(&(struct sort){"grow", 97, 100, 0, 0, false, 0}, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    assert_int_equal(row_now().doubt_whole, 1);
    assert_int_equal(row_now().doubts, 1);
    add(&(struct sort){"grow", 97, 100, 0, 7, false, 0}, 800);
    assert_true(learn(true));
    assert_int_equal(row_now().doubts, 3);
    assert_int_equal(row_now().doubt, 2); // the rest
    assert_int_equal(doubt_of(7, "doubt"), 3);
    assert_int_equal(doubt_of(7, "doubt_from"), row_now().newest);
    store_close(store);
    store = store_at(&place, false);
    add(&(struct sort){"grow", 97, 100, 0, 8, false, 0}, 800);
    const int64_t from = doubt_of(7, "doubt_from");
    assert_true(learn(true));
    assert_int_equal(row_now().doubt_whole, 1);
    assert_int_equal(row_now().doubts, 4);
    assert_int_equal(doubt_of(7, "doubt"), 3);
    assert_int_equal(doubt_of(7, "doubt_from"), from);
    assert_int_equal(doubt_of(8, "doubt"), 4);
    route.max_loss_ppm = 200000;
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    assert_int_equal(row_now().doubt_whole, 5);
    assert_int_equal(row_now().doubts, 8);
    route.max_loss_ppm = before;
}

// Pairs of an earlier version do not say how their answers were checked: nothing is proved by them,
// and the looks go on, as many as the route's other promises have had.
static void what_was_certified_before_is_proved_anew(void **state)
{
    static const char *const later[] = {"doubt", "doubt_from", "doubt_whole", "doubts"};
    const struct sort good = {"moved", 97, 100, 0, 7, false, 0};
    char sql[160];
    route.name = str_of("moved");
    add(&good, 800);
    add(&(struct sort){"moved", 97, 100, 0, 0, false, 0}, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    ask(&place, "INSERT INTO promise_look VALUES ('default', 'moved', 'others', 4)");
    store_close(store);
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        snprintf(sql, sizeof sql, "ALTER TABLE promise DROP COLUMN %s", later[i]);
        ask(&place, sql);
    }
    ask(&place, "ALTER TABLE call DROP COLUMN answer_id"); // of 17
    ask(&place, "ALTER TABLE pair DROP COLUMN calls");     // of 18
    ask(&place, "ALTER TABLE pair DROP COLUMN doubts");
    ask(&place, "ALTER TABLE pair DROP COLUMN asked"); // of 20
    ask(&place, "ALTER TABLE pair DROP COLUMN talk");  // of 21
    ask(&place, "PRAGMA user_version = 15");
    store = store_at(&place, false);
    assert_int_equal(ask(&place, "SELECT count(*) FROM pair WHERE calls IS NOT NULL"), 0);
    assert_int_equal(ask(&place, "SELECT count(*) FROM pair WHERE doubts IS NOT NULL"), 0);
    struct learned *l = learned(NULL);
    assert_false(learned_certified(l, &route));
    learned_free(l);
    assert_true(learn(false));
    assert_false(row_now().certified.holds);
    assert_int_equal(row_now().proved, 0);
    assert_int_equal(row_now().learned, 0); // nobody knows what they belong to, either
    assert_int_equal(row_now().looks, 4);
    add(&good, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    assert_int_equal(row_now().looks, 5);
    assert_int_equal(row_now().doubt_whole, 2);
    assert_true(doubt_of(7, "doubt") > 2);
    assert_int_equal(doubt_of(7, "doubt_from"), row_now().newest);
}

// Whoever looks often, or lets many good pairs come first, sees it all the same: looks neither take
// doubt away, nor renew what the newest pairs speak against.
static void a_slow_change_is_seen_between_looks(void **state)
{
    const struct sort good = {.route = "slow", .small_knows = 95, .judged = 100};
    const struct sort bad = {.route = "slow", .small_knows = 55, .judged = 100};
    unsigned pairs = 0;
    route.name = str_of("slow");
    add(&good, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    const int64_t began = row_now().began;
    assert_true(began > 0);
    for (unsigned i = 0; i < 5; i++) {
        add(&good, 80);
        assert_true(learn(true));
        assert_int_equal(row_now().began, began);
    }
    while (row_now().certified.holds && pairs < 1200) {
        add(&bad, 80);
        pairs += 80;
        assert_true(learn(true));
    }
    assert_in_range(pairs, 80, 480);
    assert_true(str_starts(row_now().note, str_of("revoked")));
    assert_in_range(row_now().since, began + 200, began + 400 + pairs);
    assert_int_equal(row_now().began, 0);
}

// From the first model on its threshold is an estimate, and where no share is likely to be allowed
// the evidence is told and the large side chosen, though a promise needs many more pairs.
static void what_is_measured_chooses_from_the_first_model_on(void **state)
{
    const uint32_t before = route.max_loss_ppm;
    route.name = str_of("early");
    route.mode = CONFIG_MEASURED;
    route.max_loss_ppm = 20000;
    add(&(struct sort){.route = "early", .small_knows = 40, .judged = 100}, 160);
    assert_true(learn(true));
    const struct promise_row row = row_now();
    assert_true(row.learned > 0 && row.looks == 0 && !row.measured.holds);
    assert_true(row.measured_upper_ppm < 0);
    assert_true(str_search(row.note, str_of("the large side answers")) < row.note.len);
    struct learned *l = learned(NULL);
    assert_int_equal(learned_rung(l, &route), RUNG_MEASURED);
    assert_string_equal(ask_of(l, easy).reason, "measured: every share loses more than is allowed");
    learned_free(l);
    route.mode = CONFIG_CERTIFIED;
    route.max_loss_ppm = before;
}

// A file that is whole, but is not the one that was tested: nothing is promised of it.
static void another_model_is_refused(void **state)
{
    char path[400], other[400];
    struct buf bytes;
    struct why why;
    route.name = str_of("other");
    add(&(struct sort){.route = "other", .small_knows = 20, .judged = 100}, 400);
    assert_true(learn(true));
    snprintf(other, sizeof other, "%s/%.*s", place.folder, STR_ARG(row_now().model));
    buf_init(&bytes, &alloc_heap, 0);
    assert_int_equal(file_read(other, FILE_ANY, &bytes, &why), STATUS_OK);
    route.name = str_of("bound");
    add(&(struct sort){.route = "bound", .small_knows = 95, .judged = 100}, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    struct learned *before = learned(NULL);
    snprintf(path, sizeof path, "%s/%.*s", place.folder, STR_ARG(row_now().model));
    assert_int_equal(file_replace(path, FILE_OWN, buf_str(&bytes), &why), STATUS_OK);
    struct learned *after = learned(before);
    assert_ptr_equal(learned_model(after, &route), learned_model(before, &route));
    assert_true(learned_certified(after, &route));
    assert_int_equal(learned_looked(after, &route), learned_looked(before, &route));
    struct learned *alone = learned(NULL);
    assert_ptr_equal(learned_model(alone, &route), learned_shipped());
    assert_false(learned_certified(alone, &route));
    const struct str refused = learned_refused(after, &route);
    assert_true(str_search(refused, str_of(path)) < refused.len);
    assert_true(str_eq(refused, learned_refused(alone, &route)));
    assert_int_equal(learned_refused(before, &route).len, 0);
    learned_free(alone);
    learned_free(after);
    learned_free(before);
    assert_true(learn(true)); // though no pair is new
    alone = learned(NULL);
    assert_true(learned_certified(alone, &route));
    assert_int_equal(learned_refused(alone, &route).len, 0);
    // What is in use may be of a look before the one whose file is refused.
    add(&(struct sort){.route = "bound", .small_knows = 95, .judged = 100}, 100);
    assert_true(learn(true));
    snprintf(path, sizeof path, "%s/%.*s", place.folder, STR_ARG(row_now().model));
    assert_int_equal(file_replace(path, FILE_OWN, buf_str(&bytes), &why), STATUS_OK);
    after = learned(alone);
    assert_true(learned_refused(after, &route).len > 0);
    assert_true(learned_looked(after, &route) == learned_looked(alone, &route));
    assert_true(learned_looked(after, &route) < row_now().at_us);
    learned_free(after);
    learned_free(alone);
    buf_fini(&bytes);
}

// Nor by those of format 18, which say of which calls they are, and not how these were checked.
static void what_was_marked_before_proves_nothing(void **state)
{
    (void)state;
    route.name = str_of("marked");
    add(&(struct sort){"marked", 97, 100, 0, 0, false, 0}, 800);
    assert_true(learn(true));
    const struct promise_row first = row_now();
    assert_true(first.certified.holds && first.looks == 1);
    store_close(store);
    ask(&place, "ALTER TABLE pair DROP COLUMN asked"); // of 20
    ask(&place, "ALTER TABLE pair DROP COLUMN talk");  // of 21
    ask(&place, "PRAGMA user_version = 18");
    store = store_at(&place, false);
    assert_int_equal(ask(&place, "SELECT count(*) FROM pair WHERE calls IS NOT NULL"), 0);
    // Whatever is promised of the route goes on counting where the most of it was.
    int64_t looks = 0;
    struct why why;
    const struct promise_of of = {str_of("default"), route.name};
    assert_int_equal(store_promise_looks(store, of, str_of("of others"), &looks, &why), STATUS_OK);
    assert_int_equal(looks, first.looks);
    assert_true(learn(false));
    assert_false(row_now().certified.holds);
    assert_int_equal(row_now().proved, 0);
    assert_int_equal(row_now().looks, 1);
}

// Nor by those of format 20, of which nobody knows what they belong to, nor do they teach.
static void what_was_heard_before_proves_nothing(void **state)
{
    (void)state;
    route.name = str_of("heard");
    add(&(struct sort){"heard", 97, 100, 0, 0, false, 0}, 800);
    assert_true(learn(true));
    assert_true(row_now().certified.holds);
    store_close(store);
    ask(&place, "ALTER TABLE pair DROP COLUMN talk");
    ask(&place, "PRAGMA user_version = 20");
    store = store_at(&place, false);
    assert_true(learn(false));
    assert_false(row_now().certified.holds);
    assert_int_equal(row_now().proved, 0);
    assert_int_equal(row_now().learned, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_at_first),
        cmocka_unit_test(few_pairs_say_what_is_missing),
        cmocka_unit_test(a_certificate_is_earned),
        cmocka_unit_test(a_new_model_has_no_certificate),
        cmocka_unit_test(all_may_be_lost),
        cmocka_unit_test(checks_belong_to_the_promise),
        cmocka_unit_test(other_terms_are_another_promise),
        cmocka_unit_test(a_damaged_file_is_refused_and_the_old_one_stays),
        cmocka_unit_test(a_worse_model_loses_the_certificate),
        cmocka_unit_test(what_was_revoked_proves_nothing_else),
        cmocka_unit_test(a_stale_file_is_refused_and_the_old_one_stays),
        cmocka_unit_test(one_file_is_left),
        cmocka_unit_test(what_nobody_judged_counts_as_lost),
        cmocka_unit_test(a_burst_makes_no_look_wait),
        cmocka_unit_test(what_stood_in_proves_nothing),
        cmocka_unit_test(changed_rates_weigh_nothing),
        cmocka_unit_test(what_a_verifier_may_take_away_proves_nothing),
        cmocka_unit_test(a_task_loses_its_certificate),
        cmocka_unit_test(a_lost_model_is_learned_anew),
        cmocka_unit_test(a_judge_that_contradicts_itself_is_refused),
        cmocka_unit_test(a_judge_that_goes_by_the_place_is_refused),
        cmocka_unit_test(of_nothing_no_share_is_told),
        cmocka_unit_test(a_slow_change_is_seen_between_looks),
        cmocka_unit_test(what_is_measured_chooses_from_the_first_model_on),
        cmocka_unit_test(another_model_is_refused),
        cmocka_unit_test(one_prompt_that_is_lost_revokes_nothing),
        cmocka_unit_test(what_was_ever_doubted_is_kept),
        cmocka_unit_test(what_was_certified_before_is_proved_anew),
        cmocka_unit_test(what_was_marked_before_proves_nothing),
        cmocka_unit_test(what_was_heard_before_proves_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
