// SPDX-License-Identifier: Apache-2.0

#include <costlens.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"

#define USD    INT64_C(1000000000)
#define DAY_US INT64_C(86400000000)
#define NOW    (20454 * DAY_US) // 2026-01-01

static struct costlens_budgets *budgets;
static char why[400];
static char heard[400]; // alerts, one after the other

static void on_alert(void *context, const struct costlens_account *a, unsigned percent)
{
    size_t len = strlen(heard);
    (void)context;
    snprintf(heard + len, sizeof heard - len, "%s %u%%;", a->budget, percent);
}

static int setup(void **state)
{
    (void)state;
    heard[0] = why[0] = 0;
    return costlens_budgets_open(NULL, on_alert, NULL, &budgets) != COSTLENS_OK;
}

static int teardown(void **state)
{
    (void)state;
    costlens_budgets_close(budgets);
    return 0;
}

#define DEFINE(name, ...)                                                                 \
    costlens_budgets_define(budgets, name, (const char *const[]){__VA_ARGS__, NULL}, why, \
                            sizeof why)

static struct costlens_account shown[8];
static unsigned shown_count;

static void show(void *context, const struct costlens_account *a)
{
    (void)context;
    assert_true(shown_count < 8);
    shown[shown_count++] = *a;
}

static void list(void)
{
    shown_count = 0;
    costlens_budgets_list(budgets, show, NULL);
}

static struct costlens_hold *reserve(const struct costlens_call *call, int64_t amount)
{
    struct costlens_hold *h = NULL;
    struct costlens_refusal r;
    enum costlens_status s = costlens_reserve(budgets, call, amount, NOW, &h, &r);
    if (s != COSTLENS_OK)
        snprintf(why, sizeof why, "%.300s", r.text);
    return h;
}

static void holds_and_settles(void **state)
{
    struct costlens_call call = {.key = "ci"};
    struct costlens_refusal r;
    struct costlens_hold_facts f;
    struct costlens_hold *more = NULL;
    (void)state;
    assert_int_equal(DEFINE("cap", "limit=2", "window=day", "alert_at=50%", "alert_at=80"),
                     COSTLENS_OK);
    struct costlens_hold *h = reserve(&call, USD);
    assert_non_null(h);
    assert_int_equal(costlens_extend(h, USD / 2, NOW, &r), COSTLENS_OK);
    assert_int_equal(costlens_extend(h, USD, NOW, &r), COSTLENS_REFUSED);
    assert_int_equal(r.kind, COSTLENS_REFUSAL_HELD);
    assert_int_equal(costlens_reserve(budgets, &call, USD, NOW, &more, &r), COSTLENS_REFUSED);
    assert_int_equal(r.kind, COSTLENS_REFUSAL_HELD);
    assert_string_equal(r.budget, "cap");
    assert_int_equal(r.limit, 2 * USD);
    assert_int_equal(r.held, USD * 3 / 2);
    assert_int_equal(r.resets_us, NOW + DAY_US);
    assert_string_equal(r.text, "budget cap: limit 2.00, spent 0.00, held 1.50, wanted 1.00 USD: "
                                "it may fit when what is held has ended");
    assert_null(more);
    costlens_hold_read(h, &f);
    assert_int_equal(f.state, COSTLENS_HOLD_OPEN);
    assert_int_equal(f.accounts, 1);
    assert_int_equal(f.amount, USD * 3 / 2);
    assert_int_equal(costlens_settle(h, -1), COSTLENS_RANGE);
    assert_int_equal(costlens_settle(h, USD), COSTLENS_OK);
    assert_string_equal(heard, "cap 50%;");
    assert_int_equal(costlens_settle(h, USD), COSTLENS_CONFLICT);
    assert_int_equal(costlens_release(h), COSTLENS_CONFLICT);
    assert_int_equal(costlens_extend(h, 1, NOW, &r), COSTLENS_CONFLICT);
    costlens_hold_read(h, &f);
    assert_int_equal(f.state, COSTLENS_HOLD_SETTLED);
    assert_int_equal(f.charged, USD);
    costlens_hold_close(h);
    costlens_hold_close(NULL);
    assert_int_equal(costlens_reserve(budgets, &call, USD + 1, NOW, &more, &r), COSTLENS_REFUSED);
    assert_int_equal(r.kind, COSTLENS_REFUSAL_SPENT);
    more = reserve(&call, USD);
    assert_non_null(more);
    costlens_hold_close(more); // captured
    assert_string_equal(heard, "cap 50%;cap 80%;");
    assert_non_null(more = reserve(&call, 0));
    assert_int_equal(costlens_release(more), COSTLENS_OK);
    costlens_hold_read(more, &f);
    assert_int_equal(f.state, COSTLENS_HOLD_RELEASED);
    list();
    assert_int_equal(shown_count, 1);
    assert_string_equal(shown[0].budget, "cap");
    assert_string_equal(shown[0].value, "");
    assert_string_equal(shown[0].window, "day");
    assert_int_equal(shown[0].spent, 2 * USD);
    assert_int_equal(shown[0].held, 0);
    // The next day is another account.
    assert_int_equal(costlens_reserve(budgets, &call, 2 * USD, NOW + DAY_US, &h, NULL),
                     COSTLENS_OK);
    assert_int_equal(costlens_reserve(budgets, &call, -1, NOW, &h, &r), COSTLENS_RANGE);
    assert_int_equal(costlens_extend(h, -1, NOW, &r), COSTLENS_RANGE);
}

static void settles_beyond_what_was_held(void **state)
{
    struct costlens_call call = {0};
    struct costlens_hold_facts f;
    (void)state;
    assert_int_equal(DEFINE("cap", "limit=1"), COSTLENS_OK);
    struct costlens_hold *h = reserve(&call, USD);
    assert_int_equal(costlens_settle(h, 3 * USD), COSTLENS_OK);
    costlens_hold_read(h, &f);
    assert_true(f.charged > f.amount);
    list();
    assert_int_equal(shown[0].spent, 3 * USD);
    assert_int_equal(shown[0].overdraft, 2 * USD);
}

// What comes from outside does not steer who reads it.
// A provider may have billed more than what is made of the counts that it contradicts.
static void an_estimate_counts_no_less_than_was_held(void **state)
{
    struct costlens_call call = {.key = "ci"};
    struct costlens_hold_facts f;
    (void)state;
    assert_int_equal(DEFINE("cap", "limit=10"), COSTLENS_OK);
    struct costlens_hold *h = reserve(&call, 2 * USD);
    assert_int_equal(costlens_settle_estimated(h, -1), COSTLENS_RANGE);
    assert_int_equal(costlens_settle_estimated(h, USD), COSTLENS_OK);
    assert_int_equal(costlens_settle_estimated(h, USD), COSTLENS_CONFLICT);
    costlens_hold_read(h, &f);
    assert_int_equal(f.state, COSTLENS_HOLD_SETTLED);
    assert_int_equal(f.charged, 2 * USD);
    costlens_hold_close(h);
    h = reserve(&call, 2 * USD);
    assert_int_equal(costlens_settle_estimated(h, 3 * USD), COSTLENS_OK);
    costlens_hold_read(h, &f);
    assert_int_equal(f.charged, 3 * USD);
    costlens_hold_close(h);
    list();
    assert_int_equal(shown[0].spent, 5 * USD);
    assert_int_equal(shown[0].held, 0);
}

// A variable that is used again is closed again.
static void what_is_refused_is_no_hold(void **state)
{
    struct costlens_call call = {.key = "ci"};
    struct costlens_tag bad = {.name = "", .value = "x"};
    struct costlens_call odd = {.tags = &bad, .tag_count = 1};
    struct costlens_refusal r;
    (void)state;
    assert_int_equal(DEFINE("cap", "limit=1"), COSTLENS_OK);
    struct costlens_hold *h = reserve(&call, USD);
    assert_non_null(h);
    costlens_hold_close(h);
    assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, &r), COSTLENS_REFUSED);
    assert_null(h);
    costlens_hold_close(h);
    h = (struct costlens_hold *)&call;
    assert_int_equal(costlens_reserve(budgets, &call, -1, NOW, &h, NULL), COSTLENS_RANGE);
    assert_null(h);
    h = (struct costlens_hold *)&call;
    assert_int_equal(costlens_reserve(budgets, &odd, 0, NOW, &h, NULL), COSTLENS_SYNTAX);
    assert_null(h);
}

static void a_refusal_can_be_printed(void **state)
{
    struct costlens_call call = {.key = "a\x1b[2J\n\xff\xc3\xa9"};
    struct costlens_hold *h = NULL;
    struct costlens_refusal r;
    (void)state;
    assert_int_equal(DEFINE("each", "per=key", "limit=1"), COSTLENS_OK);
    assert_int_equal(costlens_reserve(budgets, &call, 2 * USD, NOW, &h, &r), COSTLENS_REFUSED);
    assert_string_equal(r.value, call.key);
    assert_string_equal(r.text,
                        "budget each of a?[2J??\xc3\xa9: limit 1.00, spent 0.00, held 0.00, "
                        "wanted 2.00 USD: raise its limit, or wait until its window is "
                        "over");
}

static void tells_calls_apart(void **state)
{
    struct costlens_tag tag = {"session", "a"};
    struct costlens_call call = {
        .org = "acme", .provider = "openai", .model = "gpt-4o", .tags = &tag, .tag_count = 1};
    struct costlens_refusal r;
    struct costlens_hold *h = NULL;
    (void)state;
    assert_int_equal(DEFINE("agent", "per=tag:session", "limit=1"), COSTLENS_OK);
    assert_int_equal(DEFINE("model", "scope.model=openai/gpt-4*", "limit=1.5"), COSTLENS_OK);
    assert_int_equal(DEFINE("company", "scope.org=acme", "limit=9"), COSTLENS_OK);
    assert_int_equal(DEFINE("one", "per=request", "limit=1"), COSTLENS_OK);
    assert_non_null(reserve(&call, USD));
    assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, &r), COSTLENS_REFUSED);
    assert_string_equal(r.budget, "agent"); // before the model's
    assert_string_equal(r.value, "a");
    assert_non_null(strstr(r.text, "budget agent of a: limit"));
    tag.value = "b";
    assert_int_equal(costlens_reserve(budgets, &call, USD, NOW, &h, &r), COSTLENS_REFUSED);
    assert_string_equal(r.budget, "model");
    list();
    assert_int_equal(shown_count, 3); // b's account came to nothing
    call.model = "o3";
    assert_non_null(reserve(&call, USD));
    assert_int_equal(costlens_reserve(budgets, &call, USD + 1, NOW, &h, &r), COSTLENS_REFUSED);
    assert_int_equal(r.kind, COSTLENS_REFUSAL_REQUEST);
    assert_string_equal(r.budget, "one");
    assert_int_equal(costlens_budgets_remove(budgets, "one"), COSTLENS_OK);
    assert_int_equal(costlens_budgets_remove(budgets, "one"), COSTLENS_UNKNOWN);
    assert_int_equal(costlens_budgets_remove(budgets, "two"), COSTLENS_UNKNOWN);
    struct costlens_call other = {0};
    struct costlens_hold *free_one = reserve(&other, 100 * USD); // nobody's: it holds nowhere
    struct costlens_hold_facts f;
    costlens_hold_read(free_one, &f);
    assert_int_equal(f.accounts, 0);
    assert_int_equal(costlens_settle(free_one, 1), COSTLENS_OK);
}

static void follows_a_new_definition(void **state)
{
    struct costlens_call call = {0};
    struct costlens_refusal r;
    struct costlens_hold *h = NULL;
    (void)state;
    assert_int_equal(DEFINE("cap", "limit=1"), COSTLENS_OK);
    assert_non_null(h = reserve(&call, USD));
    assert_int_equal(DEFINE("cap", "limit=0.5", "paused=true"), COSTLENS_OK);
    assert_int_equal(costlens_reserve(budgets, &call, 0, NOW, &h, &r), COSTLENS_REFUSED);
    assert_int_equal(r.kind, COSTLENS_REFUSAL_PAUSED);
    assert_int_equal(DEFINE("cap", "limit=3"), COSTLENS_OK);
    assert_non_null(reserve(&call, 2 * USD));
    assert_int_equal(DEFINE("cap", "limit=1", "enforce=observe"), COSTLENS_OK);
    assert_non_null(reserve(&call, USD));
    list();
    assert_int_equal(shown_count, 1);
    assert_true(shown[0].observe);
    assert_int_equal(shown[0].would_refuse, 1);
    assert_int_equal(DEFINE("one", "per=request", "limit=1", "paused=true"), COSTLENS_OK);
    assert_int_equal(costlens_reserve(budgets, &call, 0, NOW, &h, &r), COSTLENS_REFUSED);
    assert_int_equal(r.kind, COSTLENS_REFUSAL_PAUSED);
    assert_int_equal(DEFINE("one", "per=request", "limit=1", "enforce=observe"), COSTLENS_OK);
    assert_non_null(reserve(&call, 2 * USD));
}

static enum costlens_status extend(struct costlens_hold *h, int64_t by, struct costlens_refusal *r)
{
    return costlens_extend(h, by, NOW, r);
}

// What calls under way may cost is in a changed window from the first.
static void open_holds_go_over_to_another_window(void **state)
{
    struct costlens_call ann = {.user = "ann"}, bob = {.user = "bob"};
    struct costlens_hold *yesterdays = NULL, *h = NULL;
    struct costlens_refusal r;
    (void)state;
    assert_int_equal(DEFINE("a", "limit=1", "window=day", "per=user"), COSTLENS_OK);
    assert_int_equal(DEFINE("b", "limit=9"), COSTLENS_OK);
    assert_int_equal(costlens_reserve(budgets, &ann, USD / 5, NOW - DAY_US, &yesterdays, NULL),
                     COSTLENS_OK);
    struct costlens_hold *ended = reserve(&ann, USD / 10);
    struct costlens_hold *open = reserve(&ann, USD / 5);
    assert_non_null(reserve(&bob, USD / 10));
    assert_int_equal(costlens_settle(ended, USD / 10), COSTLENS_OK);
    assert_int_equal(DEFINE("a", "limit=0.5", "window=lifetime", "per=user"), COSTLENS_OK);
    list();
    assert_int_equal(shown_count, 6); // b's, two of ann's days, bob's, and both their lifetimes'
    assert_int_equal(shown[2].spent, USD / 10);
    assert_int_equal(shown[1].held + shown[2].held + shown[3].held, 0);
    assert_string_equal(shown[4].window, "lifetime");
    assert_string_equal(shown[4].value, "ann");
    assert_int_equal(shown[4].held, USD * 2 / 5);
    assert_int_equal(shown[4].spent, 0);
    assert_int_equal(shown[4].limit, USD / 2);
    assert_string_equal(shown[5].value, "bob");
    assert_int_equal(costlens_reserve(budgets, &ann, USD / 5, NOW, &h, &r), COSTLENS_REFUSED);
    assert_int_equal(r.kind, COSTLENS_REFUSAL_HELD);
    assert_int_equal(extend(open, USD / 5, &r), COSTLENS_REFUSED);
    assert_int_equal(costlens_settle(yesterdays, USD / 5), COSTLENS_OK);
    assert_int_equal(extend(open, USD / 10, &r), COSTLENS_OK);
    // Back again: each to its day, and what it costs counts there.
    assert_int_equal(DEFINE("a", "limit=1", "window=day", "per=user"), COSTLENS_OK);
    assert_int_equal(costlens_settle(open, USD / 2), COSTLENS_OK);
    list();
    assert_int_equal(shown_count, 6);
    assert_int_equal(shown[1].spent, 0);
    assert_int_equal(shown[2].spent, USD * 3 / 5);
    assert_int_equal(shown[4].spent, USD / 5);
    // Another day is another window, too.
    assert_int_equal(DEFINE("a", "limit=1", "window=day", "per=user", "timezone=Asia/Tokyo"),
                     COSTLENS_OK);
    list();
    assert_int_equal(shown_count, 7);
    assert_int_equal(shown[3].held, 0);
    assert_int_equal(shown[6].held, USD / 10);
    assert_int_equal(shown[6].start_us, NOW - 9 * (DAY_US / 24));
}

static int64_t held_in(const char *window)
{
    int64_t held = 0;
    list();
    for (unsigned i = 0; i < shown_count; i++)
        held += strcmp(shown[i].window, window) ? 0 : shown[i].held;
    return held;
}

// A key is no user of that name.
static void nothing_goes_over_to_what_another_per_counts(void **state)
{
    static const struct costlens_tag a = {"a", "ci"}, b = {"b", "ci"};
    static const struct {
        const char *window, *per;
        struct costlens_call call;
    } ways[] = {
        {"window=day", "per=user", {.user = "ci"}},
        {"window=month", "per=key", {.key = "ci"}},
        {"window=lifetime", "per=tag:a", {.tags = &a, .tag_count = 1}},
        {"window=week", "per=tag:b", {.tags = &b, .tag_count = 1}},
    };
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(DEFINE("x", "limit=1", ways[i].window, ways[i].per), COSTLENS_OK);
        if (!reserve(&ways[i].call, USD * 6 / 10))
            fail_msg("%s: %s", ways[i].per, why);
    }
    assert_int_equal(DEFINE("x", "limit=1", "window=day"), COSTLENS_OK);
    assert_int_equal(held_in("day"), USD * 6 / 10);
    // What counts by it again goes over, with all that was said in between.
    assert_int_equal(DEFINE("x", "limit=1", "window=month", "per=user"), COSTLENS_OK);
    assert_int_equal(held_in("day"), 0);
    assert_int_equal(held_in("month"), USD * 12 / 10);
    assert_int_equal(DEFINE("x", "limit=1", "window=week", "per=tag:a"), COSTLENS_OK);
    assert_int_equal(held_in("lifetime"), 0);
    assert_int_equal(held_in("week"), USD * 12 / 10);
    assert_int_equal(held_in("month"), USD * 12 / 10);
}

// What no account can count stays where it is.
static void what_cannot_be_counted_does_not_go_over(void **state)
{
    struct costlens_call call = {0};
    struct costlens_hold *h = NULL;
    (void)state;
    assert_int_equal(DEFINE("a", "limit=1", "enforce=observe"), COSTLENS_OK);
    assert_non_null(reserve(&call, INT64_MAX));
    assert_int_equal(DEFINE("a", "limit=1", "enforce=observe", "window=day"), COSTLENS_OK);
    assert_int_equal(costlens_reserve(budgets, &call, INT64_MAX, NOW + DAY_US, &h, NULL),
                     COSTLENS_OK);
    assert_int_equal(DEFINE("a", "limit=1", "enforce=observe"), COSTLENS_OK);
    list();
    assert_int_equal(shown_count, 3);
    assert_int_equal(shown[0].held, INT64_MAX);
    assert_int_equal(shown[1].held, 0);
    assert_int_equal(shown[2].held, INT64_MAX);
    costlens_hold_close(h);
}

// What a single call may cost is so for what it grows to, too.
static void no_call_grows_beyond_what_one_may_cost(void **state)
{
    struct costlens_call call = {.key = "ci"};
    struct costlens_refusal r;
    (void)state;
    assert_int_equal(DEFINE("req", "per=request", "limit=0.25"), COSTLENS_OK);
    assert_int_equal(DEFINE("wide", "per=request", "limit=9"), COSTLENS_OK);
    assert_int_equal(DEFINE("others", "per=request", "limit=0.01", "scope.key=x"), COSTLENS_OK);
    struct costlens_hold *h = reserve(&call, USD / 5);
    assert_non_null(h);
    assert_int_equal(extend(h, USD * 5, &r), COSTLENS_REFUSED);
    assert_int_equal(r.kind, COSTLENS_REFUSAL_REQUEST);
    assert_string_equal(r.budget, "req");
    assert_int_equal(r.limit, USD / 4);
    assert_int_equal(r.resets_us, INT64_MAX);
    assert_string_equal(r.text, "budget req: limit 0.25, spent 0.00, held 0.20, wanted 5.00 USD: "
                                "no single call may cost more than its limit");
    assert_int_equal(extend(h, INT64_MAX, &r), COSTLENS_REFUSED);
    assert_int_equal(extend(h, USD / 20, NULL), COSTLENS_OK);
    assert_int_equal(extend(h, 1, &r), COSTLENS_REFUSED);
    // As it is defined by then; paused it stops only new ones.
    assert_int_equal(DEFINE("req", "per=request", "limit=0.3", "paused=true"), COSTLENS_OK);
    assert_int_equal(extend(h, USD / 20, &r), COSTLENS_OK);
    assert_int_equal(extend(h, 1, &r), COSTLENS_REFUSED);
    assert_int_equal(DEFINE("req", "per=request", "limit=0.3", "enforce=observe"), COSTLENS_OK);
    assert_int_equal(extend(h, 1, &r), COSTLENS_OK);
    assert_int_equal(DEFINE("req", "limit=0.3"), COSTLENS_OK);
    assert_int_equal(extend(h, 1, &r), COSTLENS_OK);
    assert_int_equal(costlens_budgets_remove(budgets, "req"), COSTLENS_OK);
    assert_int_equal(extend(h, USD, &r), COSTLENS_OK);
    assert_int_equal(extend(h, 8 * USD, &r), COSTLENS_REFUSED);
    assert_string_equal(r.budget, "wide");
    struct costlens_hold_facts f;
    costlens_hold_read(h, &f);
    assert_int_equal(f.accounts, 0);
    assert_int_equal(f.amount, USD * 13 / 10 + 2);
}

static void refuses_bad_definitions(void **state)
{
    static const struct {
        const char *member;
        enum costlens_status status;
        const char *says;
    } bad[] = {
        {"limit", COSTLENS_SYNTAX, "`limit` has no ="},
        {"a member that is so long that no message would have room for it, were it told to its end",
         COSTLENS_SYNTAX, "` has no ="},
        {"limit=-1", COSTLENS_RANGE, "`-1` is negative"},
        {"limits=1", COSTLENS_SYNTAX, "did you mean `limit`"},
        {"scope.kez=ci", COSTLENS_SYNTAX, "tells calls apart"},
        {"scope.key=c\ni", COSTLENS_SYNTAX, "`key` needs a value in UTF-8, without control"},
        {"scope.org=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         COSTLENS_RANGE, "`org` needs a value of at most 64 bytes"},
        {"hold=grow", COSTLENS_SYNTAX, "`hold` is the gateway's alone"},
        {"wait=30s", COSTLENS_SYNTAX, "`wait` is the gateway's alone"},
        {"window=year", COSTLENS_SYNTAX, "no window `year`"},
        {"window=day", COSTLENS_SYNTAX, "has no limit"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(DEFINE("cap", bad[i].member), bad[i].status);
        assert_non_null(strstr(why, bad[i].says));
    }
    static const char *const twice[][2] = {{"limit=1", "limit=2"},
                                           {"window=day", "limit=2"},
                                           {"window=day", "window=day"},
                                           {"enforce=observe", "enforce=block"},
                                           {"scope.key=ci", "scope.key=cd"}};
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++) {
        assert_int_equal(DEFINE("cap", "limit=1", twice[i][0], twice[i][1]), COSTLENS_SYNTAX);
        assert_non_null(strstr(why, "twice"));
    }
    assert_int_equal(DEFINE("", "limit=1"), COSTLENS_SYNTAX);
    assert_int_equal(DEFINE("cap", "limit=1", "window=day", "timezone=Nowhere/Here"),
                     COSTLENS_SYNTAX);
    assert_non_null(strstr(why, "no time zone Nowhere/Here"));
    struct costlens_call call = {0};
    struct costlens_hold *h = reserve(&call, 1);
    assert_non_null(h);
    list();
    assert_int_equal(shown_count, 0);
}

static void refuses_bad_calls(void **state)
{
    char longest[1000];
    struct costlens_tag tags[17];
    struct costlens_call call = {.model = longest};
    struct costlens_refusal r;
    struct costlens_hold *h = NULL;
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, &r), COSTLENS_RANGE);
    assert_non_null(strstr(r.text, "a model's 256"));
    call = (struct costlens_call){.provider = longest};
    assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, &r), COSTLENS_RANGE);
    for (size_t i = 0; i < 17; i++)
        tags[i] = (struct costlens_tag){&longest[sizeof longest - 2 - i], "v"};
    call = (struct costlens_call){.tags = tags, .tag_count = 17};
    assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, &r), COSTLENS_RANGE);
    assert_non_null(strstr(r.text, "tag 16"));
    assert_non_null(strstr(r.text, "at most 16, names of up to 64 bytes, values of 256"));
    static const struct costlens_tag odd[] = {{"", "v"}, {"n", "a\nb"}, {"n", "\xff"}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        tags[0] = odd[i];
        assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, &r), COSTLENS_SYNTAX);
        assert_string_equal(r.text,
                            "tag 0: a name, and a value, in UTF-8 without control characters");
    }
    assert_int_equal(DEFINE("each", "per=user", "limit=1"), COSTLENS_OK);
    call = (struct costlens_call){.user = longest};
    assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, &r), COSTLENS_RANGE);
    assert_non_null(strstr(r.text, "321 bytes"));
    call.user = NULL;
    for (int i = 0; i < 17; i++) {
        char name[8];
        snprintf(name, sizeof name, "b%d", i);
        assert_int_equal(DEFINE(name, "limit=1"), COSTLENS_OK);
    }
    assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, &r), COSTLENS_RANGE);
    assert_non_null(strstr(r.text, "more than 16"));
    list();
    assert_int_equal(shown_count, 0);
    assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, NULL), COSTLENS_RANGE);
}

static void counts_where_somebody_lives(void **state)
{
    static char bytes[65536];
    struct costlens_call call = {0};
    struct costlens_hold *h = NULL;
    FILE *file = fopen("/usr/share/zoneinfo/America/New_York", "rb");
    (void)state;
    if (!file)
        skip();
    struct costlens_zone zone = {"Somewhere", bytes, fread(bytes, 1, sizeof bytes, file)};
    fclose(file);
    assert_int_equal(costlens_budgets_zone(budgets, &zone, why, sizeof why), COSTLENS_OK);
    assert_int_equal(costlens_budgets_zone(budgets, &zone, why, sizeof why), COSTLENS_SYNTAX);
    zone.name = "";
    assert_int_equal(costlens_budgets_zone(budgets, &zone, why, sizeof why), COSTLENS_SYNTAX);
    zone.name = "A name that is longer than the sixty-four bytes that any zone's name has";
    assert_int_equal(costlens_budgets_zone(budgets, &zone, why, sizeof why), COSTLENS_SYNTAX);
    zone.name = "Broken";
    zone.len = 20;
    assert_int_equal(costlens_budgets_zone(budgets, &zone, why, sizeof why), COSTLENS_SYNTAX);
    assert_int_equal(DEFINE("a", "limit=1", "window=day", "timezone=Somewhere"), COSTLENS_OK);
    assert_int_equal(DEFINE("b", "limit=1", "window=day", "timezone=America/New_York"),
                     COSTLENS_OK);
    assert_int_equal(DEFINE("c", "limit=1", "window=day", "timezone=UTC"), COSTLENS_OK);
    assert_int_equal(costlens_reserve(budgets, &call, 1, NOW, &h, NULL), COSTLENS_OK);
    list();
    assert_int_equal(shown_count, 3);
    assert_int_equal(shown[0].end_us, NOW + 5 * DAY_US / 24);
    assert_int_equal(shown[1].end_us, NOW + 5 * DAY_US / 24);
    assert_int_equal(shown[2].end_us, NOW + DAY_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(holds_and_settles, setup, teardown),
        cmocka_unit_test_setup_teardown(settles_beyond_what_was_held, setup, teardown),
        cmocka_unit_test_setup_teardown(an_estimate_counts_no_less_than_was_held, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_refused_is_no_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal_can_be_printed, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_calls_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(follows_a_new_definition, setup, teardown),
        cmocka_unit_test_setup_teardown(open_holds_go_over_to_another_window, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_goes_over_to_what_another_per_counts, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_counted_does_not_go_over, setup, teardown),
        cmocka_unit_test_setup_teardown(no_call_grows_beyond_what_one_may_cost, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_bad_definitions, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_bad_calls, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_where_somebody_lives, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
