// SPDX-License-Identifier: Apache-2.0

#include "asked.h"
#include "budget/budget.h"

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" // 65

// The answer as it is written, with or without a part in it.
static void says(const char *verb, const char *args, const char *part)
{
    struct buf answer;
    struct why why;
    buf_init(&answer, &alloc_heap, 0);
    if (ask(verb, args, &answer, &why) != STATUS_OK)
        fail_msg("%s %s: %s", verb, args, why.text);
    if (!strstr(buf_cstr(&answer), part))
        fail_msg("%s %s: no %s in %s", verb, args, part, buf_cstr(&answer));
    buf_fini(&answer);
}

static void sql(const char *text)
{
    sqlite3 *db = NULL;
    char *error = NULL;
    assert_int_equal(sqlite3_open(store_path, &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", text, error);
    sqlite3_close(db);
}

// So much is spent of a budget for that value, for ever. Names and amounts are the test's own.
static void spend(const char *budget, const char *value, const char *nanodollars)
{
    char text[600];
    snprintf(text, sizeof text,
             "INSERT INTO account (budget, value, window, start_us, end_us, limit_nd, ceiling, "
             "settled, overdraft, leased, aged, told, boot, epoch) SELECT max(id), '%s', 0, "
             "-9223372036854775807 - 1, 9223372036854775807, 0, 9223372036854775807, %s, 0, 0, 0, "
             "0, '', 0 FROM budget WHERE name = '%s'",
             value, nanodollars, budget);
    sql(text);
}

static void makes_and_changes(void **state)
{
    (void)state;
    says(
        "budgets/set",
        "{\"name\":\"ci-day\",\"scope\":{\"key\":\"dev\"},\"limit\":0.01,\"window\":\"day\","
        "\"timezone\":\"Europe/Berlin\",\"alert_at\":[\"50%\",80],\"wait\":\"90s\",\"clamp\":true}",
        "{\"made\":true,\"budget\":{\"name\":\"ci-day\",\"scope\":{\"key\":\"dev\"},"
        "\"limit\":\"0.01\",\"window\":\"day\",\"timezone\":\"Europe/Berlin\","
        "\"enforce\":\"block\",\"hold\":\"full\",\"clamp\":true,\"on_exceed\":\"block\","
        "\"wait\":\"90s\",\"alert_at\":[50,80],\"paused\":false,\"resets\":\"");
    // What is not said stays; what is said of a list replaces it; null is the default.
    says("budgets/set",
         "{\"name\":\"ci-day\",\"limit\":\"2\",\"alert_at\":[\"90%\"],\"wait\":null}",
         "\"made\":false,\"budget\":{\"name\":\"ci-day\",\"scope\":{\"key\":\"dev\"},"
         "\"limit\":\"2.00\",\"window\":\"day\",\"timezone\":\"Europe/Berlin\","
         "\"enforce\":\"block\",\"hold\":\"full\",\"clamp\":true,\"on_exceed\":\"block\","
         "\"wait\":\"0\",\"alert_at\":[90],\"paused\":false");
    says("budgets/set", "{\"name\":\"ci-day\",\"scope\":[\"tag:a=b=c\",\"model=gpt*\"]}",
         "\"scope\":{\"tag:a\":\"b=c\",\"model\":\"gpt*\"}");
    refused("budgets/set", "{\"name\":\"ci-day\",\"window\":\"lifetime\"}", STATUS_SYNTAX,
            "--reset");
    says("budgets/set", "{\"name\":\"ci-day\",\"window\":null,\"timezone\":null,\"scope\":null}",
         "\"scope\":{},\"limit\":\"2.00\",\"window\":\"lifetime\",\"enforce\"");
    says("budgets/set", "{\"name\":\"w\",\"limit\":1,\"window\":\"week\",\"week\":\"sunday\"}",
         "\"window\":\"week\",\"week\":\"sunday\",\"timezone\":\"UTC\"");
    says("budgets/set", "{\"name\":\"w\",\"hold\":\"grow\",\"per\":\"tag:session\"}",
         "budget w: hold: grow has no effect while ci-day holds in full");
    says("budgets/show", "{\"name\":\"w\"}",
         "\"warnings\":[\"budget w: hold: grow has no effect while ci-day holds in full");
    says("budgets/set", "{\"name\":\"ci-day\",\"hold\":\"grow\"}", "\"warnings\":[]");
    says("budgets/show", "{\"name\":\"w\"}", "\"warnings\":[]");
    says("budgets/set", "{\"name\":\"ci-day\",\"hold\":null}", "\"hold\":\"full\"");
    says("budgets/set", "{\"name\":\"call\",\"limit\":\"0.5\",\"per\":\"request\"}",
         "\"per\":\"request\",\"limit\":\"0.50\"");
    says("budgets/list", "", "\"name\":\"call\"");
    json_close(answer_of("budgets/rm", "{\"name\":\"w\"}"));
    refused("budgets/rm", "{\"name\":\"w\"}", STATUS_UNKNOWN, "no budget named w");
    says("budgets/set", "{\"name\":\"w\",\"limit\":1}", "\"made\":true");
}

static void raises_and_pauses(void **state)
{
    (void)state;
    json_close(answer_of("budgets/set", "{\"name\":\"r\",\"limit\":\"5\"}"));
    says("budgets/raise", "{\"name\":\"r\",\"limit\":\"10\"}", "\"limit\":\"10.00\"");
    says("budgets/raise", "{\"name\":\"r\",\"by\":0.5}", "\"limit\":\"10.50\"");
    refused("budgets/raise", "{\"name\":\"r\",\"limit\":\"10.5\"}", STATUS_RANGE,
            "`costlens budget set --limit USD r`");
    refused("budgets/raise", "{\"name\":\"r\",\"by\":\"0\"}", STATUS_RANGE, "does not raise");
    refused("budgets/raise", "{\"name\":\"r\",\"by\":\"9223372036.854775807\"}", STATUS_RANGE,
            "the most");
    refused("budgets/raise", "{\"name\":\"r\",\"by\":\"1\",\"limit\":\"20\"}", STATUS_SYNTAX, "by");
    refused("budgets/raise", "{\"name\":\"r\"}", STATUS_SYNTAX, "limit");
    refused("budgets/raise", "{\"name\":\"r\",\"by\":\"-1\"}", STATUS_RANGE, "negative");
    refused("budgets/raise", "{\"name\":\"r\",\"by\":\"1\",\"window\":\"day\"}", STATUS_SYNTAX,
            "window");
    refused("budgets/raise", "{\"name\":\"nobody\",\"by\":\"1\"}", STATUS_UNKNOWN, "nobody");
    says("budgets/pause", "{\"name\":\"r\"}", "until `costlens budget resume r`");
    json_close(answer_of("budgets/set", "{\"name\":\"-x y\",\"limit\":\"5\"}"));
    says("budgets/pause", "{\"name\":\"-x y\"}", "until `costlens budget resume -- '-x y'`");
    says("budgets/show", "{\"name\":\"r\"}", "\"paused\":true");
    says("budgets/resume", "{\"name\":\"r\"}", "\"paused\":false");
    refused("budgets/pause", "{\"name\":\"nobody\"}", STATUS_UNKNOWN, "nobody");
    refused("budgets/show", "{\"name\":\"nobody\"}", STATUS_UNKNOWN, "nobody");
}

static void refuses_what_makes_no_sense(void **state)
{
    (void)state;
    refused("budgets/set", "{}", STATUS_SYNTAX, "name");
    refused("budgets/set", "[]", STATUS_SYNTAX, "object");
    refused("budgets/set", "{\"name\":7,\"limit\":1}", STATUS_SYNTAX, "name");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"limit\":2}", STATUS_SYNTAX, "limit");
    refused("budgets/set", "{\"name\":\"x\"}", STATUS_SYNTAX, "no limit");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":null}", STATUS_SYNTAX,
            "a limit has no default");
    refused("budgets/set", "{\"name\":\"x\",\"on-exceed\":null}", STATUS_SYNTAX,
            "did you mean `on_exceed`?");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":-1}", STATUS_RANGE, "negative");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":\"NaN\"}", STATUS_SYNTAX, "NaN");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1e30}", STATUS_RANGE, "most");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":[1]}", STATUS_SYNTAX, "limit");
    refused("budgets/set", "{\"name\":\"x\",\"limits\":1}", STATUS_SYNTAX, "did you mean `limit`");
    refused("budgets/set",
            "{\"name\":\"x\",\"limit\":1,\"window\":\"day\",\"timezone\":\"Mars/A\"}",
            STATUS_SYNTAX, "Mars/A");
    refused("budgets/set",
            "{\"name\":\"x\",\"limit\":1,\"window\":\"day\",\"timezone\":\"localtime\"}",
            STATUS_SYNTAX, "no time zone localtime");
    refused("budgets/set",
            "{\"name\":\"x\",\"limit\":1,\"window\":\"day\",\"timezone\":\"posixrules\"}",
            STATUS_SYNTAX, "no time zone posixrules");
    refused("budgets/set", "{\"name\":\"a\\nb\",\"limit\":1}", STATUS_SYNTAX,
            "`a?b` is no name for a budget");
    refused("budgets/show", "{\"name\":\"a\\nb\"}", STATUS_UNKNOWN, "named a?b (");
    refused("budgets/events", "{\"after\":-1}", STATUS_SYNTAX, "number of an event");
    refused("budgets/events", "{\"after\":1.5}", STATUS_SYNTAX, "number of an event");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"scope\":\"key=ci\"}", STATUS_SYNTAX,
            "scope");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"scope\":[\"key\"]}", STATUS_SYNTAX,
            "key=ci");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"scope\":{\"colour\":\"red\"}}",
            STATUS_SYNTAX, "colour");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"scope\":{\"key\":[]}}", STATUS_SYNTAX,
            "scope");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"scope\":{\"key\":\"c\\ni\"}}",
            STATUS_SYNTAX, "`key` needs a value in UTF-8, without control characters");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"scope\":[\"key=" LONG "\"]}",
            STATUS_LIMIT, "`key` needs a value of at most 64 bytes");
    refused("budgets/set", "{\"name\":\"a\\tb\",\"limit\":1}", STATUS_SYNTAX, "control character");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"scope\":{\"key\":5}}", STATUS_SYNTAX,
            "is to be a text");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"scope\":[\"key=a\",\"key=b\"]}",
            STATUS_SYNTAX, "twice");
    refused("budgets/set", "{\"name\":\"x\",\"limit\":1,\"alert_at\":[50,50]}", STATUS_SYNTAX,
            "twice");
    refused("budgets/set", "{\"name\":\"a\\nb\",\"limit\":1}", STATUS_SYNTAX, "no name");
    refused("budgets/list", "{\"all\":true}", STATUS_SYNTAX, "all");
    refused("budgets/show", "{\"name\":\"x\",\"all\":true}", STATUS_SYNTAX, "all");
    refused("budgets/pause", "{\"name\":\"x\",\"limit\":1}", STATUS_SYNTAX, "limit");
    refused("budgets/rm", "{\"name\":\"x\",\"limit\":1}", STATUS_SYNTAX, "limit");
    refused("budgets/show", "{\"name\":\"x\"}", STATUS_UNKNOWN, "no budget is named x");
}

static void tells_what_is_spent(void **state)
{
    (void)state;
    json_close(answer_of("budgets/set", "{\"name\":\"all\",\"limit\":\"4\"}"));
    says("budgets/show", "{\"name\":\"all\"}",
         "\"accounts\":0,\"spent\":\"0.00\",\"held\":\"0.00\",\"left\":\"4.00\","
         "\"used_percent\":\"0.0\"}");
    spend("all", "", "3000000001");
    says("budgets/show", "{\"name\":\"all\"}",
         "\"accounts\":1,\"spent\":\"3.000000001\",\"held\":\"0.00\",\"left\":\"0.999999999\","
         "\"used_percent\":\"75.0\"}");
    // A limit below that is taken, and what follows is said.
    says("budgets/set", "{\"name\":\"all\",\"limit\":\"2\"}",
         "\"left\":\"0.00\",\"used_percent\":\"150.0\"},\"warnings\":[],\"notes\":[\"3.000000001 "
         "USD of it are "
         "spent, "
         "and its limit is 2.00: every call there is refused until it is raised\"]");
    says("budgets/set", "{\"name\":\"all\",\"enforce\":\"observe\"}", "\"notes\":[]");
    says("budgets/set", "{\"name\":\"all\",\"limit\":0}", "\"used_percent\":null");
    // Of several, the fullest.
    json_close(
        answer_of("budgets/set", "{\"name\":\"each\",\"per\":\"tag:session\",\"limit\":\"2\"}"));
    says("budgets/show", "{\"name\":\"each\"}",
         "\"accounts\":0,\"spent\":\"0.00\",\"held\":\"0.00\",\"left\":\"2.00\","
         "\"used_percent\":\"0.0\"}");
    spend("each", "one", "1000000000");
    spend("each", "two", "2000000000");
    spend("each", "three", "500000000");
    says("budgets/list", "",
         "\"accounts\":3,\"value\":\"two\",\"spent\":\"2.00\",\"held\":\"0.00\",\"left\":\"0.00\","
         "\"used_percent\":\"100.0\"}");
    says("budgets/show", "{\"name\":\"each\"}", "\"each\":[{\"value\":\"two\",");
    // What rows that are to come will charge stands beside.
    sql("UPDATE account SET leased = 250000000 WHERE value = 'three'");
    says("budgets/show", "{\"name\":\"each\"}", "\"value\":\"three\",\"spent\":\"0.75\"");
    says("budgets/show", "{\"name\":\"each\"}", "\"more\":0");
    says("budgets/show", "{\"name\":\"each\"}", "2.00 USD of it are spent by two");
    struct json *j = answer_of("budgets/show", "{\"name\":\"each\"}");
    assert_int_equal(json_count(json_get(json_root(j), "each")), 3);
    json_close(j);
}

static void warns_of_whom_there_is_not(void **state)
{
    (void)state;
    says("budgets/set", "{\"name\":\"k\",\"limit\":1,\"scope\":{\"key\":\"nobody\"}}",
         "\"warnings\":[\"there is no key nobody yet");
    says("budgets/set", "{\"name\":\"t\",\"limit\":1,\"scope\":{\"team\":\"none\"}}",
         "\"warnings\":[\"there is no key of a team none yet");
    says("budgets/set", "{\"name\":\"o\",\"limit\":1,\"scope\":{\"org\":\"acme\"}}", "is not acme");
    json_close(answer_of("keys/create", "{\"name\":\"nobody\",\"team\":\"none\"}"));
    says("budgets/set", "{\"name\":\"k\"}", "\"warnings\":[],\"notes\":[]");
    says("budgets/set", "{\"name\":\"t\"}", "\"warnings\":[],\"notes\":[]");
    config.org = str_of("acme");
    says("budgets/set", "{\"name\":\"o\"}", "\"warnings\":[],\"notes\":[]");
}

static void leaves_those_of_the_file(void **state)
{
    (void)state;
    static struct budget filed;
    static int line = 7;
    budget_init(&filed, str_of("company"));
    assert_int_equal(budget_set(&filed, str_of("limit"), str_of("500"), NULL), STATUS_OK);
    config.file = str_of("costlens.yaml");
    config.budgets = &filed;
    config.budget_lines = &line;
    config.budget_count = 1;
    says("budgets/list", "",
         "\"source\":\"file\",\"file\":\"costlens.yaml\",\"line\":7,\"accounts\":0,\"spent\":\"0."
         "00\"");
    spend("company", "", "1");
    says("budgets/show", "{\"name\":\"company\"}", "\"spent\":\"0.000000001\"");
    refused("budgets/set", "{\"name\":\"company\",\"limit\":1}", STATUS_DENIED,
            "costlens.yaml, line 7");
    refused("budgets/raise", "{\"name\":\"company\",\"by\":1}", STATUS_DENIED, "line 7");
    refused("budgets/pause", "{\"name\":\"company\"}", STATUS_DENIED, "line 7");
    refused("budgets/rm", "{\"name\":\"company\"}", STATUS_DENIED, "line 7");
    // One that was made before the file had the name is in the way, and can be removed.
    config.budget_count = 0;
    json_close(answer_of("budgets/set", "{\"name\":\"company\",\"limit\":1}"));
    config.budget_count = 1;
    refused("budgets/list", "", STATUS_CONFLICT, "costlens budget rm company");
    json_close(answer_of("budgets/rm", "{\"name\":\"company\"}"));
    json_close(answer_of("budgets/list", ""));
    config.budget_count = 0;
}

static void has_a_most(void **state)
{
    (void)state;
    sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1024) "
        "INSERT INTO budget (tenant, name, configured, scope, per, limit_nd, observe, paused, "
        "alert_at, window, first_day, zone, grow, clamp, downgrade, wait_us, created_us, "
        "archived_us) SELECT 'default', 'n' || i, 0, '{}', '', 1, 0, 0, '[]', 0, 0, '', 0, 0, 0, "
        "0, "
        "1, 0 FROM n");
    refused("budgets/set", "{\"name\":\"more\",\"limit\":1}", STATUS_CONFLICT, "1024");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_and_changes),
        cmocka_unit_test(raises_and_pauses),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(tells_what_is_spent),
        cmocka_unit_test(warns_of_whom_there_is_not),
        cmocka_unit_test(leaves_those_of_the_file),
        cmocka_unit_test(has_a_most),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
