// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../unit.h"
#include "budget/budget.h"

static struct budget budget(const char *name)
{
    struct budget b;
    budget_init(&b, str_of(name));
    return b;
}

static void scope(struct budget *b, const char *name, const char *value)
{
    struct why why = {0};
    if (budget_scope(b, str_of(name), str_of(value), &why) != STATUS_OK)
        fail_msg("%s: %s", name, why.text);
}

static void set(struct budget *b, const char *name, const char *value)
{
    struct why why = {0};
    if (budget_set(b, str_of(name), str_of(value), &why) != STATUS_OK)
        fail_msg("%s: %s", name, why.text);
}

static void is_as_a_file_says(void **state)
{
    (void)state;
    struct budget b = budget("company");
    assert_false(b.terms.observe || b.grow || b.clamp || b.downgrade || b.terms.paused);
    assert_int_equal(b.window.kind, WINDOW_LIFETIME);
    scope(&b, "org", "acme");
    set(&b, "limit", "500.00");
    set(&b, "window", "week");
    set(&b, "week", "Sunday");
    set(&b, "timezone", "Europe/Berlin");
    set(&b, "alert_at", "80%");
    set(&b, "alert_at", "50");
    set(&b, "alert_at", "200%");
    set(&b, "hold", "grow");
    set(&b, "clamp", "true");
    set(&b, "on_exceed", "downgrade");
    set(&b, "wait", "30s");
    set(&b, "paused", "true");
    assert_int_equal(budget_check(&b, NULL), STATUS_OK);
    assert_int_equal(b.terms.limit.n, 500000000000);
    assert_int_equal(b.window.kind, WINDOW_WEEK);
    assert_int_equal(b.window.first_day, 6);
    assert_true(str_is(b.zone_name, "Europe/Berlin"));
    assert_int_equal(b.terms.alert_count, 3);
    assert_memory_equal(b.terms.alert_at, ((uint8_t[]){50, 80, 200}), 3);
    assert_true(b.grow && b.clamp && b.downgrade && b.terms.paused);
    assert_int_equal(b.wait_us, 30000000);
    set(&b, "wait", "500ms");
    assert_int_equal(b.wait_us, 500000);
    set(&b, "hold", "full");
    set(&b, "clamp", "false");
    set(&b, "on_exceed", "block");
    set(&b, "wait", "0");
    set(&b, "enforce", "observe");
    set(&b, "per", "tag:session");
    assert_int_equal(budget_check(&b, NULL), STATUS_OK);
    assert_false(b.grow || b.clamp || b.downgrade);
    assert_int_equal(b.wait_us, 0);
    assert_int_equal(b.per, BUDGET_PER_VALUE);
    assert_true(str_is(b.per_what.tag, "session"));
    set(&b, "enforce", "block");
    assert_false(b.terms.observe);
    set(&b, "clamp", "on");
    set(&b, "paused", "True");
    assert_true(b.clamp && b.terms.paused);
    set(&b, "clamp", "no");
    assert_false(b.clamp);
}

static void refuses_each_with_its_cure(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        enum status status;
        const char *says;
    } cases[] = {
        {"limit", "-5", STATUS_RANGE, "negative"},
        {"limit", "nan", STATUS_SYNTAX, "500.00"},
        {"limit", "", STATUS_SYNTAX, "500.00"},
        {"limit", "1e30", STATUS_RANGE, "the most"},
        {"window", "year", STATUS_UNKNOWN, "day, week, month or lifetime"},
        {"week", "1", STATUS_UNKNOWN, "monday"},
        {"timezone", "", STATUS_SYNTAX, "Europe/Berlin"},
        {"timezone", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         STATUS_SYNTAX, "Europe/Berlin"},
        {"per", "session", STATUS_UNKNOWN, "tag:NAME"},
        {"per", "tag", STATUS_UNKNOWN, "tag:NAME"},
        {"per", "tag:", STATUS_UNKNOWN, "tag:NAME"},
        {"per", "tag:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         STATUS_UNKNOWN, "tag:NAME"},
        {"enforce", "deny", STATUS_UNKNOWN, "neither block nor observe"},
        {"hold", "half", STATUS_UNKNOWN, "neither full nor grow"},
        {"clamp", "ja", STATUS_UNKNOWN, "neither false nor true"},
        {"on_exceed", "stop", STATUS_UNKNOWN, "neither block nor downgrade"},
        {"paused", "1", STATUS_UNKNOWN, "neither false nor true"},
        {"wait", "30", STATUS_SYNTAX, "30s or 500ms"},
        {"wait", "1.5s", STATUS_SYNTAX, "30s or 500ms"},
        {"wait", "300d", STATUS_RANGE, "1d at most"},
        {"wait", "86401s", STATUS_RANGE, "1d at most"},
        {"alert_at", "0%", STATUS_RANGE, "1% to 200%"},
        {"alert_at", "201%", STATUS_RANGE, "1% to 200%"},
        {"alert_at", "half", STATUS_RANGE, "1% to 200%"},
        {"alert_at", "50%", STATUS_DUPLICATE, "twice"},
        {"limits", "5", STATUS_UNKNOWN, "did you mean `limit`?"},
        {"something-else", "5", STATUS_UNKNOWN, "nothing that a budget has"},
    };
    struct budget b = budget("company");
    set(&b, "limit", "7");
    set(&b, "alert_at", "50%");
    const struct budget before = b;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct why why = {0};
        enum status s = budget_set(&b, str_of(cases[i].name), str_of(cases[i].value), &why);
        assert_int_equal(s, cases[i].status);
        if (!strstr(why.text, cases[i].says))
            fail_msg("%s: %s: %s", cases[i].name, cases[i].value, why.text);
        assert_memory_equal(&b, &before, sizeof b);
    }
    for (int i = 1; i < ACCOUNT_ALERTS_MAX; i++)
        set(&b, "alert_at", (const char *const[]){"1", "2", "3", "4", "5", "6", "7"}[i - 1]);
    assert_int_equal(budget_set(&b, str_of("alert_at"), str_of("9"), NULL), STATUS_LIMIT);
}

static void scopes_are_read_or_refused(void **state)
{
    (void)state;
    struct budget b = budget("all");
    struct why why;
    static char longest[ACCOUNT_VALUE_BYTES + 2];
    memset(longest, 'a', ACCOUNT_VALUE_BYTES + 1);
    scope(&b, "organization", "acme");
    assert_int_equal(budget_scope(&b, str_of("organisation"), str_of("x"), &why), STATUS_DUPLICATE);
    assert_int_equal(budget_scope(&b, str_of("keys"), str_of("ci"), &why), STATUS_UNKNOWN);
    assert_int_equal(budget_scope(&b, str_of("key"), STR_NONE, &why), STATUS_SYNTAX);
    assert_int_equal(budget_scope(&b, str_of("key"), str_of(longest), &why), STATUS_LIMIT);
    assert_int_equal(b.condition_count, 1);
    static const char *const tags[] = {"tag:a", "tag:b", "tag:c", "tag:d", "tag:e",
                                       "tag:f", "tag:g", "tag:h", "tag:i", "tag:j",
                                       "tag:k", "tag:l", "tag:m", "tag:n", "tag:o"};
    for (unsigned i = 0; i < 15; i++)
        scope(&b, tags[i], "x");
    assert_int_equal(budget_scope(&b, str_of("tag:c"), str_of("x"), &why), STATUS_DUPLICATE);
    assert_int_equal(budget_scope(&b, str_of("key"), str_of("x"), &why), STATUS_LIMIT);
    assert_int_equal(b.condition_count, BUDGET_CONDITIONS_MAX);
}

// Whoever asks: a file, a verb, the API or a library's host.
static void a_scope_has_what_a_call_can_have(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t most;
    } cases[] = {
        {"org", NAME_BYTES_MAX},        {"team", TAG_VALUE_MAX},
        {"project", TAG_VALUE_MAX},     {"key", NAME_BYTES_MAX},
        {"user", TAG_VALUE_MAX},        {"tag:session", TAG_VALUE_MAX},
        {"model", ACCOUNT_VALUE_BYTES}, {"provider", NAME_BYTES_MAX},
    };
    static const char *const bad[] = {"c\ni", "ci\x7f", "\xff", "c\xe2\x80\xaei"};
    char text[ACCOUNT_VALUE_BYTES + 1], says[80];
    struct why why;
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct budget b = budget("a");
        struct str name = str_of(cases[i].name);
        struct str longest = str_from(text, cases[i].most),
                   longer = str_from(text, longest.len + 1);
        snprintf(says, sizeof says, "`%s` needs a value of at most %zu bytes", cases[i].name,
                 cases[i].most);
        assert_int_equal(budget_scope(&b, name, longer, &why), STATUS_LIMIT);
        assert_string_equal(why.text, says);
        snprintf(says, sizeof says, "`%s` needs a value in UTF-8, without control characters",
                 cases[i].name);
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            assert_int_equal(budget_scope(&b, name, str_of(bad[k]), &why), STATUS_SYNTAX);
            assert_string_equal(why.text, says);
        }
        assert_int_equal(b.condition_count, 0);
        assert_int_equal(budget_scope(&b, name, longest, &why), STATUS_OK);
    }
    struct budget b = budget("a");
    assert_int_equal(budget_scope(&b, str_of("tag:a\nb"), str_of("x"), &why), STATUS_UNKNOWN);
    assert_int_equal(budget_set(&b, str_of("per"), str_of("tag:\xff"), &why), STATUS_UNKNOWN);
}

static void writes_what_it_read(void **state)
{
    (void)state;
    static const char *const names[] = {"org", "tag:session", "provider"};
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct budget b = budget("a");
        set(&b, "per", names[i]);
        buf_clear(&out);
        budget_dimension_write(&out, &b.per_what);
        assert_string_equal(buf_cstr(&out), names[i]);
    }
    buf_fini(&out);
    struct budget b = budget("a");
    for (int day = 0; day < 7; day++) {
        set(&b, "week", budget_day_name(day));
        assert_int_equal(b.window.first_day, day);
    }
}

static void is_checked_as_a_whole(void **state)
{
    (void)state;
    struct why why;
    struct budget whole = budget("a");
    assert_int_equal(budget_check(&whole, &why), STATUS_SYNTAX);
    assert_string_equal(why.text, "`a` has no limit: write one, like limit: 500.00");
    set(&whole, "limit", "1");
    assert_int_equal(budget_check(&whole, &why), STATUS_OK);
    static const char *const names[][2] = {
        {"", "write one"},
        {"a\nb", "the control character"},
        {"\xff", "not UTF-8"},
        {" a", "the space"},
        {"a ", "the space"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "too long"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct budget b = whole;
        b.name = str_of(names[i][0]);
        assert_int_equal(budget_check(&b, &why), STATUS_SYNTAX);
        assert_non_null(strstr(why.text, names[i][1]));
    }
    struct budget request = budget("r");
    set(&request, "limit", "1");
    set(&request, "per", "request");
    assert_int_equal(budget_check(&request, &why), STATUS_OK);
    set(&request, "window", "day");
    assert_int_equal(budget_check(&request, &why), STATUS_CONFLICT);
    set(&request, "window", "lifetime");
    set(&request, "alert_at", "50%");
    assert_int_equal(budget_check(&request, &why), STATUS_CONFLICT);
    for (unsigned i = 0; i < 3; i++) {
        struct budget b = whole;
        set(&b, "enforce", "observe");
        assert_int_equal(budget_check(&b, &why), STATUS_OK);
        set(&b, (const char *const[]){"clamp", "on_exceed", "wait"}[i],
            (const char *const[]){"true", "downgrade", "5s"}[i]);
        assert_int_equal(budget_check(&b, &why), STATUS_CONFLICT);
    }
}

// What would be of no effect is not let pass as if it had one.
static void says_what_has_no_effect(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *with, *as;
        enum status status;
        const char *says;
    } cases[] = {
        {"per", "request", "wait", "5s", STATUS_CONFLICT, "leave its wait and hold out"},
        {"per", "request", "wait", "0", STATUS_OK, ""},
        {"per", "request", "hold", "grow", STATUS_CONFLICT, "leave its wait and hold out"},
        {"per", "request", "hold", "full", STATUS_OK, ""},
        {"week", "monday", NULL, NULL, STATUS_CONFLICT, "write window: week"},
        {"week", "sunday", "window", "day", STATUS_CONFLICT, "write window: week"},
        {"week", "sunday", "window", "week", STATUS_OK, ""},
        {"timezone", "UTC", NULL, NULL, STATUS_CONFLICT, "write a window, like window: month"},
        {"timezone", "UTC", "window", "lifetime", STATUS_CONFLICT, "write a window"},
        {"timezone", "UTC", "window", "day", STATUS_OK, ""},
        {"timezone", "UTC", "per", "request", STATUS_CONFLICT,
         "leave its window, week and timezone out"},
        {"week", "monday", "per", "request", STATUS_CONFLICT, "leave its window, week and"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct why why = {0};
        struct budget b = budget("b");
        set(&b, "limit", "1");
        set(&b, cases[i].name, cases[i].value);
        if (cases[i].with)
            set(&b, cases[i].with, cases[i].as);
        assert_int_equal(budget_check(&b, &why), cases[i].status);
        if (!strstr(why.text, cases[i].says))
            fail_msg("%s: %s: %s", cases[i].name, cases[i].value, why.text);
    }
}

static void matches_who_it_concerns(void **state)
{
    (void)state;
    struct tags tags = {0};
    assert_int_equal(tags_set(&tags, str_of("a"), str_of("1")), STATUS_OK);
    assert_int_equal(tags_set(&tags, str_of("session"), str_of("s1")), STATUS_OK);
    const struct budget_facts facts = {
        .org = STR("acme"),
        .team = STR("search"),
        .project = STR("web"),
        .key = STR("ci"),
        .user = STR("ann"),
        .model = STR("openrouter/anthropic/claude-sonnet"),
        .asked = STR("smart"),
        .provider = STR("openrouter"),
        .tags = &tags,
    };
    static const struct {
        const char *name, *value;
        bool matches;
    } cases[] = {
        {"org", "acme", true},
        {"org", "acm*", false}, // only a name
        {"org", "other", false},
        {"team", "search", true},
        {"project", "web", true},
        {"key", "ci", true},
        {"user", "ann", true},
        {"user", "bob", false},
        {"tag:session", "s1", true},
        {"tag:session", "s2", false},
        {"tag:feature", "x", false},
        {"model", "openrouter/*", true},
        {"model", "smart", true},
        {"model", "claude-sonnet", false},
        {"model", "anthropic/claude*", true}, // its own name has a slash
        {"model", "anthropic/claude-sonnet", true},
        {"model", "anthropic/gpt*", false},
        {"model", "*claude*", true},
        {"model", "gpt*", false},
        {"provider", "open*", true},
        {"provider", "openai", false},
    };
    struct str value;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct budget b = budget("b");
        scope(&b, cases[i].name, cases[i].value);
        value = (struct str)STR("x");
        assert_int_equal(budget_matches(&b, &facts, &value), cases[i].matches);
        assert_int_equal(value.len, cases[i].matches ? 0 : 1);
    }
    struct budget both = budget("both");
    assert_true(budget_matches(&both, &facts, &value)); // no condition: all calls
    scope(&both, "org", "acme");
    scope(&both, "user", "bob");
    assert_false(budget_matches(&both, &facts, &value));
    struct budget_facts plain = {.model = STR("openai/gpt-4o")};
    struct budget model = budget("m");
    scope(&model, "model", "gpt*");
    assert_true(budget_matches(&model, &plain, &value)); // without its provider
    plain.model = (struct str)STR("mini");
    assert_false(budget_matches(&model, &plain, &value));
}

static void a_runs_concerns_those_inside_it(void **state)
{
    (void)state;
    static const struct {
        const char *key, *of_call;
        bool matches;
    } cases[] = {
        {"run-make-1a2b3c4d", "run-make-1a2b3c4d", true},
        {"run-make-1a2b3c4d", "run-test-1a2b3c4d.99aabbcc", true},
        {"run-make-1a2b3c4d", "run-x-1a2b3c4d.99aabbcc.00000000", true},
        {"run-x-1a2b3c4d.99aabbcc", "run-make-1a2b3c4d", false}, // the one around it
        {"run-x-1a2b3c4d.99aabbcc", "run-x-1a2b3c4d.00000000", false},
        {"run-make-1a2b3c4d", "run-make-00000000.1a2b3c4d", false},
        {"run-make", "run-make-1a2b3c4d", false},
        {"ci", "run-make-1a2b3c4d", false},
    };
    struct str value;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct budget_facts facts = {.key = str_of(cases[i].of_call)};
        struct budget b = budget("b");
        scope(&b, "key", cases[i].key);
        assert_int_equal(budget_matches(&b, &facts, &value), cases[i].matches);
    }
}

static void tells_apart_by_a_value(void **state)
{
    (void)state;
    struct tags tags = {0};
    assert_int_equal(tags_set(&tags, str_of("session"), str_of("s1")), STATUS_OK);
    struct budget_facts facts = {
        .org = STR("acme"),
        .key = STR("ci"),
        .tags = &tags,
        .model = STR("openai/o3"),
        .provider = STR("openai"),
    };
    static const struct {
        const char *per, *value;
    } cases[] = {{"tag:session", "s1"},  {"key", "ci"},   {"model", "openai/o3"},
                 {"provider", "openai"}, {"org", "acme"}, {"request", ""}};
    struct budget b = budget("b");
    struct str value;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set(&b, "per", cases[i].per);
        assert_true(budget_matches(&b, &facts, &value));
        assert_true(str_is(value, cases[i].value));
    }
    set(&b, "per", "user"); // it has none
    assert_false(budget_matches(&b, &facts, &value));
    set(&b, "per", "tag:other");
    assert_false(budget_matches(&b, &facts, &value));
    facts.tags = NULL;
    set(&b, "per", "tag:session");
    assert_false(budget_matches(&b, &facts, &value));
}

static void refuses_in_order(void **state)
{
    (void)state;
    static const char *const names[] = {"org",  "team",      "project", "key",
                                        "user", "tag:shape", "model",   "provider"};
    int last = -1;
    for (unsigned i = 0; i < 8; i++) {
        struct budget in_scope = budget("b");
        struct budget apart = budget("b");
        scope(&in_scope, names[i], "x");
        if (i > 0)
            scope(&in_scope, "org", "x");
        set(&apart, "per", names[i]);
        assert_int_equal(budget_rank(&in_scope), budget_rank(&apart));
        assert_true(budget_rank(&apart) > last);
        last = budget_rank(&apart);
        assert_memory_equal(budget_dimension_name((enum budget_dimension)i), names[i], 3);
    }
    struct budget all = budget("b");
    set(&all, "per", "request");
    assert_int_equal(budget_rank(&all), 0);
}

// The longest model of the longest provider is a value like any other.
static void every_model_has_its_account(void **state)
{
    (void)state;
    char model[NAME_BYTES_MAX + 1 + MODEL_BYTES_MAX];
    memset(model, 'm', sizeof model);
    model[NAME_BYTES_MAX] = '/';
    const struct budget_facts facts = {.model = str_from(model, sizeof model)};
    struct budget b = budget("b");
    set(&b, "per", "model");
    assert_int_equal(budget_scope(&b, str_of("model"), facts.model, NULL), STATUS_OK);
    struct account_key key = {.budget = 1};
    assert_true(budget_matches(&b, &facts, &key.value));
    struct accounts t;
    struct account *a = NULL;
    accounts_init(&t, &alloc_heap, false, &(struct accounts_listener){0});
    assert_int_equal(accounts_add(&t, &key, &b.terms, &a), STATUS_OK);
    accounts_fini(&t);
}

static void tells_when_too_many_concern_one_call(void **state)
{
    (void)state;
    struct budget all[20];
    struct buf text;
    size_t n = 0;
    buf_init(&text, &alloc_heap, 0);
    while (n < 15)
        all[n++] = budget("wide");
    all[n] = budget("ci");
    scope(&all[n++], "key", "ci");
    all[n] = budget("cd");
    scope(&all[n++], "key", "cd");
    all[n] = budget("each");
    set(&all[n++], "per", "request");
    assert_false(budget_crowd(all, n, &text));
    assert_int_equal(text.len, 0);
    all[n] = budget("both");
    scope(&all[n], "model", "gpt-*");
    scope(&all[n++], "key", "ci");
    assert_true(budget_crowd(all, n, &text));
    assert_non_null(strstr(buf_cstr(&text), "budget both: 17 budgets concern its calls"));
    assert_non_null(strstr(buf_cstr(&text), "a narrower scope, or remove some"));
    buf_fini(&text);
}

static void tells_what_never_grows(void **state)
{
    (void)state;
    struct budget all[3] = {budget("agent"), budget("company"), budget("chat")};
    struct budget *agent = &all[0], *company = &all[1], *chat = &all[2];
    struct str acme = str_of("acme");
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    set(agent, "per", "tag:session");
    set(agent, "hold", "grow");
    set(chat, "hold", "grow");
    scope(company, "org", "acme");
    assert_true(budget_never_grows(agent, all, 3, acme, &text));
    assert_string_equal(buf_cstr(&text), "budget agent: hold: grow has no effect while company "
                                         "holds in full: give that one hold: grow, too");
    buf_clear(&text);
    assert_false(budget_never_grows(company, all, 3, acme, &text)); // it holds in full itself
    assert_false(budget_never_grows(agent, all, 3, str_of("other"), &text));
    set(company, "enforce", "observe");
    assert_false(budget_never_grows(agent, all, 3, acme, &text));
    set(company, "enforce", "block");
    set(company, "per", "user"); // some calls have none
    assert_false(budget_never_grows(agent, all, 3, acme, &text));
    set(company, "per", "tag:session");
    assert_true(budget_never_grows(agent, all, 3, acme, &text));
    assert_false(budget_never_grows(chat, all, 2, STR_NONE, &text));
    set(company, "per", "request");
    assert_true(budget_never_grows(agent, all, 3, acme, &text));
    scope(company, "key", "ci");
    assert_false(budget_never_grows(agent, all, 3, acme, &text));
    scope(agent, "key", "ci");
    set(company, "per", "key");
    assert_true(budget_never_grows(agent, all, 3, acme, &text));
    set(agent, "enforce", "observe"); // it holds nothing up
    assert_false(budget_never_grows(agent, all, 3, acme, &text));
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_as_a_file_says),
        cmocka_unit_test(refuses_each_with_its_cure),
        cmocka_unit_test(scopes_are_read_or_refused),
        cmocka_unit_test(a_scope_has_what_a_call_can_have),
        cmocka_unit_test(writes_what_it_read),
        cmocka_unit_test(is_checked_as_a_whole),
        cmocka_unit_test(says_what_has_no_effect),
        cmocka_unit_test(matches_who_it_concerns),
        cmocka_unit_test(tells_apart_by_a_value),
        cmocka_unit_test(refuses_in_order),
        cmocka_unit_test(every_model_has_its_account),
        cmocka_unit_test(a_runs_concerns_those_inside_it),
        cmocka_unit_test(tells_when_too_many_concern_one_call),
        cmocka_unit_test(tells_what_never_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
