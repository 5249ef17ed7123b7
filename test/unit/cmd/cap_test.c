// SPDX-License-Identifier: Apache-2.0

#include <stdlib.h>

#include "../unit.h"
#include "cmd/cap.h"

static void takes_what_lets_calls_through(void **state)
{
    (void)state;
    static const struct {
        const char *usd;
        enum status status;
        const char *says;
    } cases[] = {
        {"5", STATUS_OK, ""},
        {"0.000000001", STATUS_OK, ""},
        {"0", STATUS_RANGE, "`0` lets no call through. Write it like 5.00"},
        {"0.00", STATUS_RANGE, "lets no call through"},
        {"-5", STATUS_RANGE, "`-5` is negative"},
        {"0.0000000001", STATUS_LIMIT, "has more than 9 places"},
        {"1e30", STATUS_RANGE, "the most"},
        {"nan", STATUS_SYNTAX, "`nan` is no amount of USD"},
        {"$5", STATUS_SYNTAX, "Write it like 500.00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct why why = {0};
        assert_int_equal(cap_check(cases[i].usd, &why), cases[i].status);
        assert_non_null(strstr(why.text, cases[i].says));
    }
}

static struct cli cli;

// Of a budget that was raised and stands so; NULL: nobody could tell.
static struct cap a_cap(const char *answer)
{
    struct cap c;
    cap_init(&c, &cli);
    c.limit = "1";
    c.name = str_of("run-make-1a2b3c4d");
    buf_add_cstr(&c.answer, answer ? answer : "");
    if (answer)
        assert_int_equal(json_open(buf_str(&c.answer), &alloc_heap, &c.found, NULL), STATUS_OK);
    return c;
}

static void says(void (*f)(const struct cap *c, FILE *to), const struct cap *c, const char *text)
{
    char *said = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&said, &size);
    assert_non_null(to);
    f(c, to);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(said, text);
    free(said);
}

static const char *total; // of the bill

static void print(const struct cap *c, FILE *to)
{
    struct json *bill = NULL;
    if (total)
        assert_int_equal(json_open(str_of(total), &alloc_heap, &bill, NULL), STATUS_OK);
    cap_print(c, bill ? json_root(bill) : NULL, to);
    json_close(bill);
}

static void writes(const struct cap *c, const char *text)
{
    struct buf b;
    struct json_out o = {&b, true};
    buf_init(&b, &alloc_heap, 0);
    cap_write(c, &o);
    assert_string_equal(buf_cstr(&b), text);
    buf_fini(&b);
}

#define OWN "\"scope\":{\"key\":\"run-make-1a2b3c4d\"}"
#define ANSWER(held)                                                                       \
    "{\"budget\":{\"name\":\"run-make-1a2b3c4d\"," OWN                                     \
    ",\"hold\":\"full\",\"enforce\":\"block\",\"limit\":\"5.00\",\"spent\":\"4.10\"," held \
    "\"left\":\"0.40\"}}"
#define STANDS "\"hold\":\"full\",\"enforce\":\"block\",\"scope_changed\":false,\"would_refuse\":0,"

static void tells_how_it_stands(void **state)
{
    (void)state;
    struct cap c = a_cap(ANSWER("\"held\":\"0.50\","));
    says(print, &c, "budget    5.00 USD: spent 4.10, held by calls under way 0.50, left 0.40\n");
    writes(&c, "\"budget\":{\"name\":\"run-make-1a2b3c4d\",\"limit\":\"5.00\",\"spent\":\"4.10\","
               "\"held\":\"0.50\",\"left\":\"0.40\"," STANDS "\"refused\":0,\"refused_paused\":0}");
    cap_fini(&c);
    c = a_cap(ANSWER("\"held\":\"0.00\","));
    says(print, &c, "budget    5.00 USD: spent 4.10, held by calls under way 0.00, left 0.40\n");
    cap_fini(&c);
    c = a_cap(ANSWER("\"held\":null,"));
    writes(&c, "\"budget\":{\"name\":\"run-make-1a2b3c4d\",\"limit\":\"5.00\",\"spent\":\"4.10\","
               "\"held\":null,\"left\":\"0.40\"," STANDS "\"refused\":0,\"refused_paused\":0}");
    cap_fini(&c);
    c = a_cap(NULL);
    says(print, &c, "");
    writes(&c, "\"budget\":{\"name\":\"run-make-1a2b3c4d\",\"limit\":null,\"spent\":null,"
               "\"held\":null,\"left\":null,\"hold\":null,\"enforce\":null,"
               "\"scope_changed\":null,\"would_refuse\":0,\"refused\":0,\"refused_paused\":0}");
    c.limit = NULL;
    writes(&c, "\"budget\":null");
    says(cap_announce, &c, "");
    cap_fini(&c);
}

// Each call is rounded up to a nanodollar; more than that has a reason.
static void says_why_more_is_spent_than_the_calls_cost(void **state)
{
    (void)state;
    static const char line[] =
        "budget    5.00 USD: spent 4.10, held by calls under way 0.00, left 0.40\n";
    char both[300];
    struct cap c = a_cap(ANSWER("\"held\":\"0.00\","));
    total = "{\"requests\":2,\"retries\":1,\"cost_usd\":\"4.099999997000\"}";
    says(print, &c, line);
    total = "{\"requests\":1,\"retries\":1,\"cost_usd\":\"4.099999997000\"}";
    snprintf(both, sizeof both,
             "%s          0.000000003 more is spent than COST says: a call whose end or price is "
             "not known counts at all that it held\n",
             line);
    says(print, &c, both);
    total = "{\"requests\":1,\"cost_usd\":\"5.00\"}";
    says(print, &c, line);
    total = "{\"requests\":1,\"cost_usd\":null}";
    says(print, &c, line);
    total = NULL;
    cap_fini(&c);
}

static void says_that_it_was_passed(void **state)
{
    (void)state;
    struct cap c = a_cap(ANSWER("\"held\":\"0.00\","));
    says(cap_say_passed, &c, "");
    cap_fini(&c);
    c = a_cap("{\"budget\":{\"limit\":\"5.00\",\"spent\":\"5.10\",\"held\":\"0.00\"}}");
    says(cap_say_passed, &c,
         "costlens: THE BUDGET IS OVERSPENT by 0.10 USD: its limit was lowered meanwhile.\n");
    cap_fini(&c);
    c = a_cap("{\"budget\":{" OWN ",\"hold\":\"full\",\"enforce\":\"block\",\"limit\":\"5.00\","
              "\"spent\":\"5.10\",\"held\":\"0.00\",\"left\":\"0.00\",\"overdraft\":\"0.10\"}}");
    says(cap_say_passed, &c,
         "costlens: A CALL IS CHARGED MORE THAN WAS HELD FOR IT: 0.10 USD of what is spent no "
         "limit has "
         "covered.\n"
         "costlens: THE BUDGET IS OVERSPENT by 0.10 USD.\n");
    writes(&c, "\"budget\":{\"name\":\"run-make-1a2b3c4d\",\"limit\":\"5.00\",\"spent\":\"5.10\","
               "\"held\":\"0.00\",\"left\":\"0.00\",\"hold\":\"full\",\"enforce\":\"block\","
               "\"overdraft\":\"0.10\",\"scope_changed\":false,\"would_refuse\":0,"
               "\"refused\":0,\"refused_paused\":0}");
    cap_fini(&c);
    c = a_cap(NULL);
    says(cap_say_passed, &c, "");
    cap_fini(&c);
}

static void says_how_to_go_on(void **state)
{
    (void)state;
    struct cap c = a_cap(ANSWER("\"held\":\"0.00\","));
    says(cap_announce, &c,
         "costlens: its calls stop at 1 USD; `costlens budget raise run-make-1a2b3c4d USD` raises "
         "that while it runs\n");
    says(cap_say_refused, &c, "");
    c.refused = 1;
    cli.config_file = "my file";
    says(cap_say_refused, &c,
         "costlens: THE BUDGET WAS REACHED: 1 call was refused, which could have passed its limit, "
         "raised from 1 USD to 5.00 meanwhile.\n"
         "costlens: While such a program runs, `costlens budget raise run-make-1a2b3c4d USD "
         "--config 'my file'` lets it go on; or run it with a higher --budget.\n");
    cap_fini(&c);
    cli.config_file = NULL;
    c = a_cap("{\"budget\":{\"limit\":\"0.50\",\"paused\":true}}");
    c.refused = 3;
    c.paused = 2;
    says(cap_say_refused, &c,
         "costlens: THE BUDGET WAS REACHED: 1 call was refused, which could have passed its limit, "
         "lowered from 1 USD to 0.50 meanwhile.\n"
         "costlens: While such a program runs, `costlens budget raise run-make-1a2b3c4d USD` lets "
         "it go on.\n"
         "costlens: THE BUDGET IS PAUSED: 2 calls were refused.\n"
         "costlens: While such a program runs, `costlens budget resume run-make-1a2b3c4d` lets it "
         "go on.\n");
    cap_fini(&c);
    c = a_cap(NULL);
    c.refused = 3;
    says(cap_say_refused, &c,
         "costlens: THE BUDGET WAS REACHED: 3 calls were refused, which could have passed its "
         "limit of 1 USD.\n"
         "costlens: While such a program runs, `costlens budget raise run-make-1a2b3c4d USD` lets "
         "it go on; or run it with a higher --budget.\n");
    cap_fini(&c);
}

static void says_what_became_of_it(void **state)
{
    (void)state;
    static const char line[] =
        "budget    5.00 USD: spent 5.10, held by calls under way 0.00, left 0.00\n";
    char all[600];
    struct cap c = a_cap("{\"budget\":{\"scope\":{\"key\":\"other\"},\"hold\":\"grow\",\"enforce\":"
                         "\"observe\",\"limit\":\"5.00\",\"spent\":\"5.10\",\"held\":\"0.00\","
                         "\"left\":\"0.00\"}}");
    c.would = 2;
    snprintf(all, sizeof all,
             "%s          its scope was changed meanwhile (key=other): it concerns none of these "
             "calls any more\n"
             "          `hold: grow`: of a stream it holds less than all that this may cost, the "
             "weaker promise\n"
             "          `enforce: observe`: it refuses nothing, and would have refused 2 calls\n",
             line);
    says(print, &c, all);
    says(cap_say_passed, &c,
         "costlens: THE BUDGET IS OVERSPENT by 0.10 USD: it refuses nothing (`enforce: "
         "observe`).\n");
    cap_fini(&c);
    c = a_cap("{\"budget\":{" OWN ",\"enforce\":\"block\",\"limit\":\"5.00\",\"spent\":\"5.10\","
              "\"held\":\"0.00\",\"left\":\"0.00\"}}");
    c.would = 1;
    snprintf(all, sizeof all,
             "%s          while it only observed, it let 1 call through that it would have "
             "refused\n",
             line);
    says(print, &c, all);
    cap_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_lets_calls_through),
        cmocka_unit_test(tells_how_it_stands),
        cmocka_unit_test(says_why_more_is_spent_than_the_calls_cost),
        cmocka_unit_test(says_that_it_was_passed),
        cmocka_unit_test(says_how_to_go_on),
        cmocka_unit_test(says_what_became_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
