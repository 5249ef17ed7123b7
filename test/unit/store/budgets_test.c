// SPDX-License-Identifier: Apache-2.0

#include "store/budgets.h"
#include "stored.h"

#define ACME ((struct str)STR("acme"))

static struct budget a_budget(const char *name, int64_t limit)
{
    struct budget b;
    budget_init(&b, str_of(name));
    b.limited = true;
    b.terms.limit.n = limit;
    return b;
}

static void set(struct budget *b, const char *name, const char *value)
{
    struct why why = {0};
    if (budget_set(b, str_of(name), str_of(value), &why) != STATUS_OK)
        fail_msg("%s", why.text);
}

static struct store_budget of_acme(const struct budget *b)
{
    return (struct store_budget){.budget = *b, .tenant = ACME, .created_us = 5};
}

static enum status change(struct store *s, const struct budget *b, struct why *why)
{
    const struct store_budget sb = of_acme(b);
    return store_budget_change(s, &sb, why);
}

static uint64_t add(struct store *s, const struct budget *b)
{
    struct why why = {0};
    uint64_t id = 0;
    const struct store_budget sb = of_acme(b);
    if (store_budget_add(s, &sb, &id, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    assert_true(id > 0);
    return id;
}

struct seen {
    int count;
    uint64_t id;        // of the last
    struct budget want; // what it must be
};

static void conditions_equal(const struct budget_condition *a, const struct budget_condition *b)
{
    assert_int_equal(a->dimension, b->dimension);
    assert_true(str_eq(a->tag, b->tag));
    assert_true(str_eq(a->value, b->value));
}

static void see(void *context, const struct store_budget *sb)
{
    struct seen *seen = context;
    const struct budget *b = &sb->budget;
    const struct budget *want = &seen->want;
    seen->count++;
    seen->id = b->id;
    assert_true(str_is(sb->tenant, "acme"));
    assert_int_equal(sb->created_us, 5);
    if (!want->limited)
        return;
    assert_true(str_eq(b->name, want->name));
    assert_int_equal(b->condition_count, want->condition_count);
    for (unsigned i = 0; i < b->condition_count; i++)
        conditions_equal(&b->conditions[i], &want->conditions[i]);
    assert_int_equal(b->per, want->per);
    conditions_equal(&b->per_what, &want->per_what);
    assert_int_equal(b->limited, want->limited);
    assert_memory_equal(&b->terms, &want->terms, sizeof b->terms);
    assert_int_equal(b->window.kind, want->window.kind);
    assert_int_equal(b->window.first_day, want->window.first_day);
    assert_null(b->window.zone);
    assert_true(str_eq(b->zone_name, want->zone_name));
    assert_int_equal(b->grow, want->grow);
    assert_int_equal(b->clamp, want->clamp);
    assert_int_equal(b->downgrade, want->downgrade);
    assert_int_equal(b->wait_us, want->wait_us);
}

static struct seen look(struct store *s, const struct budget *want)
{
    struct seen seen = {.want = *want};
    struct why why = {0};
    if (store_budget_each(s, see, &seen, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return seen;
}

// All that can be said.
static struct budget full(const char *name)
{
    struct budget b = a_budget(name, INT64_MAX);
    assert_int_equal(budget_scope(&b, str_of("key"), str_of("ci"), NULL), STATUS_OK);
    assert_int_equal(budget_scope(&b, str_of("model"), str_of("openai/gpt-*"), NULL), STATUS_OK);
    assert_int_equal(budget_scope(&b, str_of("tag:it\"s"), str_of("a \"b\" \\ c"), NULL),
                     STATUS_OK);
    set(&b, "per", "tag:session");
    set(&b, "window", "week");
    set(&b, "week", "sunday");
    set(&b, "timezone", "Europe/Berlin");
    set(&b, "alert_at", "80%");
    set(&b, "alert_at", "50%");
    set(&b, "hold", "grow");
    set(&b, "clamp", "true");
    set(&b, "on_exceed", "downgrade");
    set(&b, "wait", "30s");
    set(&b, "paused", "true");
    return b;
}

static void a_budget_comes_back_whole(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    struct budget plain = a_budget("company", 500000000000);
    uint64_t id = add(s, &plain);
    assert_int_equal(look(s, &plain).id, id);
    struct budget all = full("company");
    assert_int_equal(change(s, &all, NULL), STATUS_OK);
    assert_int_equal(look(s, &all).id, id); // the number stays
    struct budget each = a_budget("company", 2000000);
    set(&each, "per", "request");
    assert_int_equal(change(s, &each, NULL), STATUS_OK);
    assert_int_equal(look(s, &each).count, 1);
    set(&each, "enforce", "observe");
    set(&each, "per", "user");
    assert_int_equal(change(s, &each, NULL), STATUS_OK);
    store_close(s);
    s = store_at(&p, false);
    assert_int_equal(look(s, &each).id, id);
    store_close(s);
    place_remove(&p);
}

static void a_name_is_in_force_once(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    struct why why = {0};
    struct budget b = a_budget("ci-day", 10000000);
    struct budget any = {.limited = false};
    uint64_t id = 0;
    uint64_t first = add(s, &b);
    const struct store_budget again = of_acme(&b);
    assert_int_equal(store_budget_add(s, &again, &id, &why), STATUS_CONFLICT);
    assert_non_null(strstr(why.text, "ci-day"));
    assert_int_equal(store_budget_archive(s, ACME, b.name, 9, &why), STATUS_OK);
    assert_int_equal(store_budget_archive(s, ACME, b.name, 9, &why), STATUS_UNKNOWN);
    assert_non_null(strstr(why.text, "costlens budget list"));
    assert_int_equal(change(s, &b, &why), STATUS_UNKNOWN);
    assert_int_equal(look(s, &any).count, 0);
    uint64_t second = add(s, &b);
    assert_true(second != first);
    assert_int_equal(look(s, &any).count, 1);
    store_close(s);
    place_remove(&p);
}

static void add_key(struct store *s, const char *name, int64_t expires_us)
{
    struct key k = {.id = uuid_new(clock_wall_us()),
                    .tenant = ACME,
                    .name = str_of(name),
                    .last4 = STR("abcd"),
                    .created_us = 1,
                    .expires_us = expires_us};
    random_bytes(k.mac, sizeof k.mac);
    assert_int_equal(store_key_add(s, &k, NULL), STATUS_OK);
}

static int64_t tidied(struct store *s, int64_t at_us)
{
    int64_t count = -1;
    assert_int_equal(store_budget_tidy(s, ACME, at_us, &count, NULL), STATUS_OK);
    return count;
}

static void what_a_killed_run_left_goes_with_its_key(void **state)
{
    (void)state;
    const int64_t week = (int64_t)KEY_RUN_DAYS * 24 * 3600 * 1000000;
    static const char *const names[] = {
        "run-a-1a2b3c4d",          // its key ends at 100
        "run-a-1a2b3c4d.99aabbcc", // ends at 200
        "run-gone-00000000",       // its key was forgotten: perhaps its run just reads it
        "run-time",                // a person's
        "run-a-1a2b3c4x",
    };
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    struct budget any = {.limited = false};
    add_key(s, names[0], 100);
    add_key(s, names[1], 200);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct budget b = a_budget(names[i], 1);
        add(s, &b); // made at 5
    }
    assert_int_equal(tidied(s, 99), 0);
    assert_int_equal(tidied(s, 100), 1);
    assert_int_equal(tidied(s, 100), 0);
    assert_int_equal(store_key_revoke(s, str_of(names[1]), 150, NULL), STATUS_OK);
    assert_int_equal(tidied(s, 150), 1);
    assert_int_equal(tidied(s, week + 4), 0);
    assert_int_equal(tidied(s, week + 5), 1);
    assert_int_equal(look(s, &any).count, 2);
    store_close(s);
    place_remove(&p);
}

static void a_files_budget_keeps_its_number(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    struct budget b = a_budget("agent", 1);
    struct budget any = {.limited = false};
    uint64_t one = 0, two = 0, other = 0;
    assert_int_equal(store_budget_number(s, ACME, b.name, &one, NULL), STATUS_OK);
    assert_int_equal(store_budget_number(s, str_of("else"), b.name, &other, NULL), STATUS_OK);
    uint64_t made = add(s, &b); // apart from what a file says
    store_close(s);
    s = store_at(&p, false);
    assert_int_equal(store_budget_number(s, ACME, b.name, &two, NULL), STATUS_OK);
    assert_true(one > 0 && one == two && one != other && one != made);
    assert_int_equal(look(s, &any).count, 1);
    assert_int_equal(store_budget_archive(s, ACME, b.name, 9, NULL), STATUS_OK);
    assert_int_equal(store_budget_number(s, ACME, b.name, &two, NULL), STATUS_OK);
    assert_int_equal(one, two);
    store_close(s);
    place_remove(&p);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    static const char *const faults[] = {
        "UPDATE budget SET scope = '[]'",
        "UPDATE budget SET scope = '{'",
        "UPDATE budget SET scope = '{\"x\":\"y\"}'",
        "UPDATE budget SET scope = '{\"key\":\"\"}'",
        "UPDATE budget SET alert_at = '{}'",
        "UPDATE budget SET alert_at = '[0]'",
        "UPDATE budget SET alert_at = ''",
        "UPDATE budget SET per = 'nobody'",
        "UPDATE budget SET limit_nd = -1",
        "UPDATE budget SET window = 1",
        "UPDATE budget SET window = 4294967296",
        "UPDATE budget SET first_day = 7",
        "UPDATE budget SET first_day = -1",
        "UPDATE budget SET observe = 1, clamp = 1",
    };
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, false);
    struct budget b = full("company");
    struct seen seen = {.count = 0};
    add(s, &b);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct why why = {0};
        assert_int_equal(change(s, &b, NULL), STATUS_OK);
        ask(&p, faults[i]);
        assert_int_equal(store_budget_each(s, see, &seen, &why), STATUS_DAMAGED);
        assert_non_null(strstr(why.text, "company"));
    }
    assert_int_equal(store_budget_archive(s, ACME, b.name, 9, NULL), STATUS_OK); // as it says
    assert_int_equal(store_budget_each(s, see, &seen, NULL), STATUS_OK);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_budget_comes_back_whole),
        cmocka_unit_test(a_name_is_in_force_once),
        cmocka_unit_test(what_a_killed_run_left_goes_with_its_key),
        cmocka_unit_test(a_files_budget_keeps_its_number),
        cmocka_unit_test(what_cannot_be_read_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
