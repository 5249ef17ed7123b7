// SPDX-License-Identifier: Apache-2.0

#include "base/limits.h"
#include "budget/budget.h"
#include "rig.h"

static const struct variable secrets[] = {
    {"CI", "0123456789abcdef"}, {"WEB", "fedcba9876543210"}, {NULL, NULL}};

#define KEYS "keys: [{ name: ci, token: env:CI }, { name: web, token: env:WEB }]\n"

static const char sample[] =
    KEYS "org: acme\n"
         "teams: { search: { keys: [ci, web] } }\n"
         "budgets:\n"
         "  - { name: company, scope: { org: acme }, limit: 500.00, window: month, "
         "timezone: Europe/Berlin, alert_at: [50%, 80%] }\n"
         "  - { name: ci-day, scope: { key: ci }, limit: 0.01, window: day, hold: full }\n"
         "  - { name: agent, per: tag:session, limit: 2.00, window: lifetime, hold: grow }      # "
         "each\n";

static void reads_the_sample(void **state)
{
    (void)state;
    need_zones();
    environment = secrets;
    struct config *c = check(sample);
    assert_int_equal(c->fault_count, 0);
    assert_int_equal(c->warning_count, 1); // company holds in full what agent would let grow
    assert_true(str_is(c->org, "acme"));
    assert_int_equal(c->team_count, 1);
    assert_true(str_is(c->teams[0].name, "search"));
    assert_int_equal(c->teams[0].key_count, 2);
    assert_true(str_is(c->teams[0].keys[1], "web"));
    assert_int_equal(c->budget_count, 3);
    const struct budget *b = c->budgets;
    assert_true(str_is(b[0].name, "company"));
    assert_int_equal(b[0].terms.limit.n, INT64_C(500000000000));
    assert_int_equal(b[0].window.kind, WINDOW_MONTH);
    assert_true(str_is(b[0].zone_name, "Europe/Berlin"));
    assert_int_equal(b[0].terms.alert_count, 2);
    assert_int_equal(b[0].terms.alert_at[1], 80);
    assert_int_equal(b[0].condition_count, 1);
    assert_int_equal(b[0].conditions[0].dimension, BUDGET_ORG);
    assert_int_equal(b[1].conditions[0].dimension, BUDGET_KEY);
    assert_int_equal(b[1].terms.limit.n, 10000000);
    assert_int_equal(b[1].window.kind, WINDOW_DAY);
    assert_false(b[1].grow);
    assert_int_equal(b[2].per, BUDGET_PER_VALUE);
    assert_int_equal(b[2].per_what.dimension, BUDGET_TAG);
    assert_true(str_is(b[2].per_what.tag, "session"));
    assert_true(b[2].grow);
    config_free(c);
}

static void knows_where_a_key_names_its_team(void **state)
{
    (void)state;
    environment = secrets;
    struct config *c = check("keys:\n  - name: ci\n    token: env:CI\n    team: search\n"
                             "  - { name: web, token: env:WEB }\n");
    assert_int_equal(c->fault_count, 0);
    assert_int_equal(c->keys[0].team_line, 4);
    assert_int_equal(c->keys[1].team_line, 0);
    config_free(c);
}

#define B(members) "budgets:\n  - { name: b, limit: 1, " members " }\n"

static const struct {
    const char *text;
    int line;
    const char *says;
} bad[] = {
    {"budgets: { b: { limit: 1 } }\n", 1, "budgets: a list is expected"},
    {"budgets: [company]\n", 1, "budgets: a section of `name: value`"},
    {"budgets:\n  - { limit: 1 }\n", 2, "`name` is missing"},
    {"budgets:\n  - { name: , limit: 1 }\n", 2, "`name` is missing"},
    {"budgets:\n  - { name: '', limit: 1 }\n", 2, "is no name for a budget"},
    {"budgets:\n  - { name: [a], limit: 1 }\n", 2, "name: a text is expected"},
    {"budgets:\n  - { name: a }\n", 2, "`a` has no limit"},
    {"budgets:\n  - { name: a, limit: 1 }\n  - { name: c, limit: 1 }\n  - { limit: 2, name: a }\n",
     4, "`a` is here twice"},
    {B("limits: 2"), 2, "unknown key `limits` in budgets; did you mean `limit`?"},
    {B("zone: UTC"), 2, "unknown key `zone` in budgets"},
    {B("colour: red"), 2, "unknown key `colour` in budgets"},
    // amounts
    {"budgets:\n  - name: b\n    limit: -1\n", 3, "budget b: limit: `-1` is negative"},
    {"budgets:\n  - { name: b, limit: -0.000000001 }\n", 2, "negative"},
    {"budgets:\n  - { name: b, limit: .nan }\n", 2, "`.nan` is no amount of USD"},
    {"budgets:\n  - { name: b, limit: NaN }\n", 2, "no amount of USD"},
    {"budgets:\n  - { name: b, limit: .inf }\n", 2, "no amount of USD"},
    {"budgets:\n  - { name: b, limit: '' }\n", 2, "no amount of USD"},
    {"budgets:\n  - { name: b, limit: $5 }\n", 2, "no amount of USD"},
    {"budgets:\n  - { name: b, limit: }\n", 2, "limit: there is no value"},
    {"budgets:\n  - { name: b, limit: 9223372036.854775808 }\n", 2, "the most"},
    {"budgets:\n  - { name: b, limit: 1e400 }\n", 2, "budget b: limit"},
    {"budgets:\n  - { name: b, limit: 0.0000000001 }\n", 2, "more than 9 places"},
    {"budgets:\n  - { name: b, limit: [1] }\n", 2, "limit: a text is expected"},
    {"budgets:\n  - { name: b, limit: 1,5 }\n", 2, "Write numbers with a point"},
    // windows and zones
    {B("window: fortnight"), 2, "budget b: window: "},
    {B("window: month, timezone: Mars/Olympus"), 2,
     "budget b: timezone: there is no time zone Mars/Olympus"},
    {B("window: month, timezone: ../../etc/passwd"), 2, "there is no time zone ../../etc/passwd"},
    {B("window: month, timezone: /etc/passwd"), 2, "there is no time zone /etc/passwd"},
    {B("window: month, timezone: Europe"), 2, "timezone: "},
    {B("window: month, timezone: ''"), 2, "is no time zone"},
    {B("timezone: Europe/Berlin"), 2, "never begins anew"},
    {B("week: monday"), 2, "counts no weeks"},
    {B("window: week, week: someday"), 2, "is no day on which a week begins"},
    // scopes
    {B("scope: ci"), 2, "budget b: scope: what it concerns is expected"},
    {B("scope: "), 2, "scope: there is no value"},
    {B("scope: { key: }"), 2, "budget b: scope: `key` needs a value"},
    {B("scope: { key: \"c\\x1bi\" }"), 2, "scope: one line is expected here, without control"},
    {B("scope: { key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }"), 2,
     "budget b: scope: `key` needs a value of at most 64 bytes"},
    {B("scope: { keys: ci }"), 2, "`keys` is nothing that tells calls apart"},
    {B("scope: { key: [ci, web] }"), 2, "a text is expected here, not a list"},
    {B("scope: { org: a, organisation: a }"), 2, "stands twice in a scope"},
    {"budgets:\n  - name: b\n    limit: 1\n    scope:\n      key: ci\n      colour: red\n", 6,
     "`colour` is nothing that tells calls apart"},
    {B("per: session"), 2,
     "budget b: per: `session` is nothing that tells calls apart: take request, org, team"},
    {B("per: request, window: day"), 2, "per request, where no time counts"},
    // the rest
    {B("enforce: maybe"), 2, "`maybe` is neither block nor observe"},
    {B("hold: half"), 2, "`half` is neither full nor grow"},
    {B("clamp: maybe"), 2, "`maybe` is neither false nor true"},
    {B("on_exceed: wait"), 2, "`wait` is neither block nor downgrade"},
    {B("paused: 1"), 2, "`1` is neither false nor true"},
    {B("wait: 30"), 2, "`30` is no time to wait"},
    {B("wait: -5s"), 2, "`-5s` is no time to wait"},
    {B("alert_at: [50%, 0%]"), 2, "`0%` is no part of a limit"},
    {B("alert_at: [-50%]"), 2, "`-50%` is no part of a limit"},
    {B("alert_at: [99999999999999999999%]"), 2, "is no part of a limit"},
    {B("alert_at: [50%, 50]"), 2, "`50` stands twice in alert_at"},
    {B("alert_at: [1, 2, 3, 4, 5, 6, 7, 8, 9]"), 2, "alert_at takes 8"},
    {B("alert_at: [[50%]]"), 2, "a text is expected here, not a list"},
    {"budgets:\n  - { name: b, limit: [] }\n", 2, "budget b: limit: a text is expected here"},
    {B("enforce: observe, clamp: true"), 2, "only observes"},
    // organisation and teams
    {"org: acme\norganisation: acme\n", 2, "`org` on line 1 says the same"},
    {"organization: [acme]\n", 1, "organization: a text is expected"},
    {"organisation: ''\n", 1, "organisation: `` is no name"},
    {"orgs: acme\n", 1, "did you mean `org`?"},
    {"teams: [search]\n", 1, "teams: sections with a name"},
    {"teams: { search: [ci] }\n", 1, "a section of `name: value`"},
    {"teams: { search: }\n", 1, "a section of `name: value`"},
    {"teams: { '!': { keys: ci } }\n", 1, "`!` is no name"},
    {"teams: { search: { key: [ci] } }\n", 1, "did you mean `keys`?"},
    {"teams: { search: { keys: { ci: 1 } } }\n", 1, "keys: a text is expected"},
    {"teams: { search: { keys: ['!'] } }\n", 1, "`!` is no name"},
    {"teams:\n  search: { keys: [ci] }\n  web:\n    keys: [web,\n      ci]\n", 5,
     "team web: the key `ci` has a team already, on line 2"},
    {"teams:\n  search:\n    keys: [ci,\n      ci]\n", 4, "has a team already, on line 3"},
    {"teams: { a: { keys: ci }, b: { keys: ci } }\n", 1, "has a team already, on line 1"},
    // a team in a team, whether or not in itself
    {"teams:\n  a: { keys: [ci], teams: [a] }\n", 2, "unknown key `teams` in teams: NAME"},
    {"providers:\n  a: { url: 'http://127.0.0.1:9/v1', models: [m, n] }\n"
     "routes:\n  - { name: s, small: a/m, large: a/n, shadow: { budget: 1, judge: none } }\n"
     "budgets:\n  - { name: other, limit: 1 }\n  - { name: 'shadow:s', limit: 1 }\n",
     7, "`shadow:s` is the budget that the route s has for its `shadow` (line 4)"},
    // ... nor one that it would have
    {"providers:\n  a: { url: 'http://127.0.0.1:9/v1', models: [m, n] }\n"
     "routes:\n  - { name: s, small: a/m, large: a/n }\n"
     "budgets:\n  - { name: 'shadow:s', limit: 1 }\n",
     6, "and the route s has none. Write shadow: { budget: USD } there"},
    {"budgets:\n  - { name: 'shadow:s', limit: 1 }\n", 2, "and there is no route s. Write"},
};

static void tells_what_is_wrong(void **state)
{
    (void)state;
    need_zones();
    environment = secrets;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct config *c = check(bad[i].text);
        const struct config_fault *f = &c->faults[0];
        if (c->fault_count == 0)
            fail_msg("%s is taken", bad[i].text);
        if (f->line != bad[i].line || !strstr(f->text.ptr, bad[i].says))
            fail_msg("%s%d: %s", bad[i].text, f->line, f->text.ptr);
        config_free(c);
    }
}

// A name that is there twice is told with both lines.
static void names_both_lines(void **state)
{
    (void)state;
    struct config *c = check("budgets:\n  - { name: a, limit: 1 }\n  - { name: a, limit: 2 }\n");
    assert_int_equal(c->fault_count, 1);
    assert_int_equal(c->faults[0].line, 3);
    assert_non_null(strstr(c->faults[0].text.ptr, "also on line 2"));
    assert_int_equal(c->budget_count, 1);
    config_free(c);
}

static const struct {
    const char *text, *says; // NULL: nothing is said
    int line;
    bool read_too; // whether or not a store will be asked
} notes[] = {
    {"org: acme\n" B("scope: { org: acme }"), NULL, 0, false},
    {"organisation: acme\n" B("scope: { organization: acme }"), NULL, 0, false},
    {"organization: acme\n" B("scope: { org: acme }"), NULL, 0, false},
    {B("scope: { org: acme }"), "the file names none. Write org: acme", 2, true},
    {"org: acme\n" B("scope: { org: acne }"), "that of the file is `acme`", 3, true},
    {KEYS B("scope: { key: ci }"), NULL, 0, false},
    {B("") "  - { name: agent, limit: 1, per: tag:session,\n      hold: grow }\n",
     "budget agent: hold: grow has no effect while b holds in full", 3, false},
    {B("hold: grow") "  - { name: agent, limit: 1, hold: grow }\n", NULL, 0, false},
    {KEYS B("scope: { key: ca }"), "this file has no key `ca`; the store may", 3, false},
    {"keys: [{ name: ci, token: env:CI, team: t }]\n" B("scope: { team: t }"), NULL, 0, false},
    {"teams: { t: {} }\n" B("scope: { team: t }"), NULL, 0, false},
    {KEYS B("scope: { team: t }"), "this file has no key of the team `t`", 3, false},
    {B("scope: { key: dev }"), NULL, 0, false},
    {KEYS "teams: { t: { keys: [ci, web, dev] } }\n", NULL, 0, false},
    {KEYS "teams: { t: { keys: [ci, wob] } }\n", "team t: this file has no key `wob`", 2, false},
    {"keys: [{ name: ci, token: env:CI, team: s }]\nteams: { t: { keys: ci } }\n",
     "the key ci names the team s itself, and that wins", 2, true},
    {"keys: [{ name: ci, token: env:CI, team: t }]\nteams: { t: { keys: ci } }\n", NULL, 0, false},
};

static void warns_of_what_concerns_nobody(void **state)
{
    (void)state;
    environment = secrets;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        struct config *c = check(notes[i].text), *read = NULL;
        struct why why = {0};
        struct config_source source = {.file = in_folder("costlens.yaml"), .env = env};
        const struct config_warning *w = c->warnings;
        if (c->fault_count || c->warning_count != (notes[i].says ? 1 : 0))
            fail_msg("%s%u faults, %u warnings", notes[i].text, c->fault_count, c->warning_count);
        if (notes[i].says && (w->line != notes[i].line || !strstr(w->text.ptr, notes[i].says)))
            fail_msg("%s%d: %s", notes[i].text, w->line, w->text.ptr);
        assert_int_equal(config_read(&source, &read, &why), STATUS_OK);
        assert_int_equal(read->warning_count, notes[i].read_too ? 1 : 0);
        config_free(read);
        config_free(c);
    }
}

static void shows_them(void **state)
{
    (void)state;
    need_zones();
    struct buf b;
    environment = secrets;
    struct config *c =
        check("org: acme\n" KEYS "teams: { search: { keys: [ci, web] } }\nbudgets:\n"
              "  - { name: company, scope: { org: acme, 'tag:a\"b': x }, limit: 500, window: month,"
              " alert_at: [80%, 50] }\n"
              "  - { name: agent, per: tag:session, limit: 0.000000001, window: week, "
              "week: Sunday, timezone: Europe/Berlin, hold: grow, wait: 30s, clamp: true, "
              "on_exceed: downgrade }\n"
              "  - { name: call, per: request, limit: 0, enforce: observe, paused: true }\n");
    assert_int_equal(c->fault_count, 0);
    buf_init(&b, &alloc_heap, 0);
    config_write(c, &b);
    static const char want[] =
        "\"org\":\"acme\",\"teams\":[{\"name\":\"search\",\"keys\":[\"ci\",\"web\"]}],\"budgets\":["
        "{\"name\":\"company\",\"scope\":{\"org\":\"acme\",\"tag:a\\\"b\":\"x\"},"
        "\"limit\":\"500.00\",\"window\":\"month\",\"timezone\":\"UTC\",\"enforce\":\"block\","
        "\"hold\":\"full\",\"clamp\":false,\"on_exceed\":\"block\",\"wait\":\"0\","
        "\"alert_at\":[50,80],\"paused\":false},"
        "{\"name\":\"agent\",\"scope\":{},\"per\":\"tag:session\",\"limit\":\"0.000000001\","
        "\"window\":\"week\",\"week\":\"sunday\",\"timezone\":\"Europe/Berlin\","
        "\"enforce\":\"block\",\"hold\":\"grow\",\"clamp\":true,\"on_exceed\":\"downgrade\","
        "\"wait\":\"30s\",\"alert_at\":[],\"paused\":false},"
        "{\"name\":\"call\",\"scope\":{},\"per\":\"request\",\"limit\":\"0.00\","
        "\"enforce\":\"observe\",\"hold\":\"full\",\"clamp\":false,"
        "\"on_exceed\":\"block\",\"wait\":\"0\",\"alert_at\":[],\"paused\":true}],";
    if (!strstr(buf_cstr(&b), want))
        fail_msg("%s", buf_cstr(&b));
    buf_fini(&b);
    config_free(c);
}

// As many as there may be, and one more of each.
static void has_limits(void **state)
{
    (void)state;
    struct buf text;
    for (int over = 0; over < 2; over++) {
        buf_init(&text, &alloc_heap, 0);
        buf_add_cstr(&text, "budgets:\n");
        for (int i = 0; i < BUDGETS_MAX + over; i++)
            buf_printf(&text, "  - { name: b%d, limit: %d }\n", i, i);
        struct config *c = check(buf_cstr(&text));
        assert_int_equal(c->fault_count, over);
        assert_int_equal(c->warning_count, !over);
        assert_true(over || strstr(c->warnings[0].text.ptr, "1024 budgets concern its calls"));
        assert_int_equal(c->budget_count, over ? 0 : BUDGETS_MAX);
        assert_true(!over ||
                    strstr(c->faults[0].text.ptr, "1025 are more than there may be: 1024"));
        config_free(c);
        buf_clear(&text);
        buf_add_cstr(&text, "teams:\n");
        for (int t = 0; t < 2; t++) {
            buf_printf(&text, "  t%d:\n    keys:\n", t);
            for (int i = 0; i < TEAM_KEYS_MAX / 2 + (over && t); i++)
                buf_printf(&text, "      - k%d-%d\n", t, i);
        }
        c = check(buf_cstr(&text));
        assert_int_equal(c->fault_count, over);
        assert_int_equal(c->team_count, 2 - over);
        config_free(c);
        buf_fini(&text);
    }
    buf_init(&text, &alloc_heap, 0);
    buf_add_cstr(&text, "budgets:\n  - name: b\n    limit: 1\n    scope:\n");
    for (int i = 0; i < BUDGET_CONDITIONS_MAX + 1; i++)
        buf_printf(&text, "      tag:t%d: x\n", i);
    struct config *c = check(buf_cstr(&text));
    assert_int_equal(c->fault_count, 1);
    assert_int_equal(c->faults[0].line, 5 + BUDGET_CONDITIONS_MAX);
    assert_non_null(strstr(c->faults[0].text.ptr, "16 are the most"));
    config_free(c);
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_sample),
        cmocka_unit_test(knows_where_a_key_names_its_team),
        cmocka_unit_test(tells_what_is_wrong),
        cmocka_unit_test(names_both_lines),
        cmocka_unit_test(warns_of_what_concerns_nobody),
        cmocka_unit_test(shows_them),
        cmocka_unit_test(has_limits),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
