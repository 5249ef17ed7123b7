// SPDX-License-Identifier: Apache-2.0

#include "base/limits.h"
#include "store/budgets.h"
#include "store/events.h"
#include "stored.h"

static struct event an_alert(uint64_t budget, const char *value, int64_t start_us, unsigned percent)
{
    return (struct event){.at_us = start_us + 7,
                          .kind = EVENT_ALERT,
                          .budget = budget,
                          .value = str_of(value),
                          .window = {start_us, start_us + 100, WINDOW_DAY},
                          .percent = percent,
                          .limit = {1000},
                          .spent = {500},
                          .held = {20}};
}

static struct event an_overdraft(uint64_t budget)
{
    struct event e = an_alert(budget, "", 0, 0);
    e.kind = EVENT_OVERDRAFT;
    e.beyond.n = 40;
    memset(e.request.bytes, 9, sizeof e.request.bytes);
    return e;
}

static bool add(struct store *s, struct event e)
{
    bool fresh = false;
    struct why why = {0};
    if (store_event_add(s, &e, &fresh, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return fresh;
}

struct seen {
    unsigned count;
    int64_t first, last; // numbers
    struct event event;  // the last, without its texts
    char name[40], value[20];
};

static void see(void *context, const struct event *e)
{
    struct seen *seen = context;
    assert_true(e->id > seen->last);
    if (seen->count++ == 0)
        seen->first = e->id;
    seen->last = e->id;
    seen->event = *e;
    snprintf(seen->name, sizeof seen->name, "%.*s", STR_ARG(e->name));
    snprintf(seen->value, sizeof seen->value, "%.*s", STR_ARG(e->value));
}

static struct seen look(struct store *s, int64_t after, const char *name, int64_t most)
{
    struct seen seen = {0};
    const struct event_query q = {after, str_of(name), most};
    assert_int_equal(store_event_each(s, &q, see, &seen, NULL), STATUS_OK);
    return seen;
}

static void a_threshold_is_kept_once_a_window(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    assert_true(add(s, an_alert(1, "", 0, 50)));
    assert_false(add(s, an_alert(1, "", 0, 50)));
    assert_true(add(s, an_alert(1, "", 0, 80)));
    assert_true(add(s, an_alert(1, "", 100, 50)));
    assert_true(add(s, an_alert(1, "x", 0, 50)));
    assert_true(add(s, an_alert(2, "", 0, 50)));
    assert_true(add(s, an_overdraft(1)));
    assert_true(add(s, an_overdraft(1))); // each call's is its own
    store_close(s);
    s = store_at(&p, false);
    assert_false(add(s, an_alert(1, "x", 0, 50)));
    assert_int_equal(look(s, 0, "", 100).count, 7);
    store_close(s);
    place_remove(&p);
}

static void what_was_kept_comes_back(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    uint64_t id = 0;
    struct why why = {0};
    assert_int_equal(
        store_budget_number(s, (struct str)STR("acme"), (struct str)STR("day"), &id, &why),
        STATUS_OK);
    add(s, an_alert(id, "x", 400, 80));
    struct seen seen = look(s, 0, "day", 100);
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.name, "day");
    assert_string_equal(seen.value, "x");
    assert_int_equal(seen.event.at_us, 407);
    assert_int_equal(seen.event.kind, EVENT_ALERT);
    assert_int_equal(seen.event.budget, id);
    assert_int_equal(seen.event.window.kind, WINDOW_DAY);
    assert_int_equal(seen.event.window.start_us, 400);
    assert_int_equal(seen.event.window.end_us, 500);
    assert_int_equal(seen.event.percent, 80);
    assert_int_equal(seen.event.limit.n, 1000);
    assert_int_equal(seen.event.spent.n, 500);
    assert_int_equal(seen.event.held.n, 20);
    add(s, an_overdraft(id + 1)); // of no name
    seen = look(s, 0, "", 100);
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.name, "");
    assert_int_equal(seen.event.kind, EVENT_OVERDRAFT);
    assert_int_equal(seen.event.beyond.n, 40);
    assert_int_equal(seen.event.request.bytes[15], 9);
    assert_int_equal(look(s, seen.first, "", 100).first, seen.last);
    assert_int_equal(look(s, 0, "", 1).first, seen.last);
    assert_int_equal(look(s, 0, "other", 100).count, 0);
    store_close(s);
    place_remove(&p);
}

static uint64_t begin_budget(struct store *s, const char *name)
{
    uint64_t id = 0;
    struct store_budget b = {.tenant = (struct str)STR("acme"), .created_us = 5};
    budget_init(&b.budget, str_of(name));
    assert_int_equal(budget_set(&b.budget, str_of("limit"), str_of("1"), NULL), STATUS_OK);
    assert_int_equal(store_budget_add(s, &b, &id, NULL), STATUS_OK);
    return id;
}

// A name that another budget had is another budget's.
static void a_removed_ones_are_kept_apart(void **state)
{
    (void)state;
    struct place p;
    struct str acme = str_of("acme"), day = str_of("day");
    place_make(&p);
    struct store *s = store_at(&p, false);
    add(s, an_alert(begin_budget(s, "day"), "", 0, 50));
    assert_int_equal(look(s, 0, "day", 100).count, 1);
    assert_int_equal(store_budget_archive(s, acme, day, 9 * SECOND_US, NULL), STATUS_OK);
    struct seen seen = look(s, 0, "day", 100); // nobody else is meant
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.name, "day (removed 1970-01-01T00:00:09Z)");
    uint64_t again = begin_budget(s, "day");
    assert_int_equal(look(s, 0, "day", 100).count, 0);
    add(s, an_alert(again, "", 0, 80));
    seen = look(s, 0, "day", 100);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.event.budget, again);
    assert_string_equal(seen.name, "day");
    assert_int_equal(look(s, 0, "day (removed 1970-01-01T00:00:09Z)", 100).count, 1);
    assert_int_equal(look(s, 0, "", 100).count, 2);
    store_close(s);
    place_remove(&p);
}

static void a_kind_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(event_name(EVENT_ALERT), "alert");
    assert_string_equal(event_name(EVENT_OVERDRAFT), "overdraft");
    assert_string_equal(event_name(EVENT_OVERRUN), "overrun");
    assert_string_equal(event_name((enum event_kind)7), "unknown");
}

// Those of a window that lasts stay: the threshold would be told again.
static void old_ones_go(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    struct event lasting = an_alert(1, "", 100, 50);
    lasting.window = (struct window){INT64_MIN, INT64_MAX, WINDOW_LIFETIME};
    add(s, an_alert(1, "", 100, 50));
    add(s, lasting);
    struct event overdraft = an_overdraft(1);
    overdraft.window = lasting.window;
    add(s, overdraft);
    add(s, an_alert(1, "", clock_wall_us() - DAY_US, 50));
    store_close(s);
    struct store_setup setup = {
        .path = str_of(p.path), .create = true, .writer = true, .keep_days = 400};
    assert_int_equal(store_open(&setup, &s, NULL), STATUS_OK);
    for (int i = 0; i < 500 && look(s, 0, "", 100).count > 2; i++)
        usleep(10000);
    assert_int_equal(look(s, 0, "", 100).count, 2);
    assert_int_equal(look(s, 0, "", 100).first, 2);
    // By an index: those that stay are not looked at each second.
    assert_int_equal(ask(&p, "SELECT count(*) FROM sqlite_master WHERE name = 'event_goes'"), 1);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_threshold_is_kept_once_a_window),
        cmocka_unit_test(what_was_kept_comes_back),
        cmocka_unit_test(a_removed_ones_are_kept_apart),
        cmocka_unit_test(a_kind_has_its_name),
        cmocka_unit_test(old_ones_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
