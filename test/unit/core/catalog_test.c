// SPDX-License-Identifier: Apache-2.0

#include "../meagre.h"
#include "../unit.h"
#include "base/clock.h"
#include "base/limits.h"
#include "core/catalog.h"

static struct catalog *opened;
static struct why why;

static enum status open_texts(const char *first, const char *second)
{
    catalog_close(opened);
    opened = NULL;
    memset(&why, 0, sizeof why);
    struct str texts[2] = {str_of(first), str_of(second)};
    return catalog_open_texts(&alloc_heap, texts, second ? 2 : 1, &opened, &why);
}

static void opens(const char *first, const char *second)
{
    if (open_texts(first, second) != STATUS_OK)
        fail_msg("%s", why.text);
}

static int teardown(void **state)
{
    (void)state;
    catalog_close(opened);
    opened = NULL;
    return 0;
}

static const char *finds(const char *vendor, const char *model)
{
    const struct sheet *s = catalog_find(opened, str_of(vendor), str_of(model));
    static char name[MODEL_BYTES_MAX + 1];
    if (!s)
        return "";
    assert_true(str_copy(s->model, name, sizeof name));
    return name;
}

static int64_t input_of(const char *vendor, const char *model)
{
    struct price p = {-1};
    const struct sheet *s = catalog_find(opened, str_of(vendor), str_of(model));
    if (s && !rates_find(&s->rates, BUCKET_INPUT, &p))
        return -2;
    return p.atto;
}

static int64_t then(const char *vendor, const char *model, const char *day)
{
    struct moment m = {0};
    struct quote q;
    const struct sheet *s = catalog_find(opened, str_of(vendor), str_of(model));
    assert_true(s && civil_read(str_of(day), &m.at_us));
    sheet_quote(s, &m, &q);
    return q.has & 1u << BUCKET_INPUT ? q.price[BUCKET_INPUT].atto / 1000000000000 : -1;
}

static void a_price_begins(void **state)
{
    (void)state;
    opens("vendor v\nmodel a\nalias b a-*\nprice input 1 output 9\nwhen batch: x0.5\n",
          "since 2026-12-01\nvendor v\nmodel a\nprice input 2\nmodel b\nprice input 3\n"
          "model a-x\nprice input 4\nmodel c\nprice input 5\n"
          "since 2027-01-01\nmodel d\nfree\n");
    assert_int_equal(then("v", "a", "2026-11-30T23:59:59Z"), 1);
    assert_int_equal(then("v", "a", "2026-12-01"), 2);
    assert_int_equal(then("v", "b", "2026-11-30"), 1); // an alias until then
    assert_int_equal(then("v", "b", "2026-12-02"), 3);
    assert_int_equal(then("v", "a-x", "2026-11-30"), 1); // of a pattern
    assert_int_equal(then("v", "a-x", "2026-12-02"), 4);
    assert_int_equal(then("v", "c", "2026-11-30"), -1); // nobody knew it
    assert_int_equal(then("v", "c", "2026-12-01"), 5);
    const struct sheet *d = catalog_find(opened, (struct str)STR("v"), (struct str)STR("d"));
    int64_t day;
    assert_true(civil_read((struct str)STR("2026-12-31"), &day));
    assert_false(sheet_at(d, day)->free);
    assert_true(sheet_at(d, day + DAY_US)->free);
    assert_int_equal(open_texts("since tomorrow\nvendor v\n", NULL), STATUS_SYNTAX);
}

static void takes_over_the_aliases_of_a_price_that_ended(void **state)
{
    (void)state;
    opens("vendor v\nmodel a\nalias b a-*\nprice input 1\n",
          "since 2026-12-01\nvendor v\nmodel a\nprice input 2\n");
    assert_int_equal(then("v", "a-y", "2026-12-02"), 2);
    assert_int_equal(then("v", "b", "2026-12-02"), 2);
    assert_int_equal(then("v", "b", "2026-11-30"), 1);
}

static void knows_its_newest_source(void **state)
{
    (void)state;
    opens("vendor v\nmodel a\nprice input 1\nsource configuration\n", NULL);
    assert_int_equal(catalog_dated_us(opened), 0);
    opens("vendor v\nsource list 2026-09-23\nmodel a\nprice input 1\nsource page 2026-11-02\n"
          "vendor w\nsource list 2026-13-01\n",
          "vendor v\nsource list 2026-08-01\nmodel a\nprice input 2\n");
    assert_int_equal(catalog_dated_us(opened), civil_days(2026, 11, 2) * DAY_US);
}

static void finds_exact_then_alias_then_longest_pattern(void **state)
{
    (void)state;
    opens("vendor v\n"
          "model a-b\nalias a* dated-????????\nprice input 1\n"
          "model a-bc\nalias a-bcd* a-b x\nprice input 2\n"
          "model long\nalias a-bcd-????\n"
          "vendor w\nmodel a-b\nprice input 3\n",
          NULL);
    assert_string_equal(finds("v", "a-b"), "a-b");
    assert_string_equal(finds("v", "x"), "a-bc");
    assert_string_equal(finds("v", "a"), "a-b");
    assert_string_equal(finds("v", "a-bcx"), "a-b");
    assert_string_equal(finds("v", "a-bcdx"), "a-bc");
    assert_string_equal(finds("v", "a-bcd-2026"), "long");
    assert_string_equal(finds("v", "a-bcd-202x"), "a-bc");
    assert_string_equal(finds("v", "dated-20261231"), "a-b");
    assert_string_equal(finds("v", "dated-2026123"), "");
    assert_string_equal(finds("v", "dated-202612310"), "");
    assert_string_equal(finds("v", "xa-b"), "");
    assert_string_equal(finds("v", "A-B"), "");
    assert_string_equal(finds("none", "a-b"), "");
    assert_int_equal(input_of("w", "a-b"), 3000000000000);
    assert_true(catalog_has_vendor(opened, str_of("w")));
    assert_false(catalog_has_vendor(opened, str_of("x")));
    assert_true(catalog_lists(opened, str_of("v"), str_of("long")));
    assert_int_equal(input_of("v", "long"), -2);
}

static void a_later_text_wins(void **state)
{
    (void)state;
    opens("vendor v\nmodel a\nalias a-1 a-x*\nprice input 1\nmodel b\nprice input 2\nmodel c-1\n",
          "vendor v\nmodel a\nprice input 7\nmodel new\nalias b\nprice input 8\nmodel c*\nfree\n");
    assert_int_equal(input_of("v", "a"), 7000000000000);
    assert_int_equal(input_of("v", "a-1"), 7000000000000);
    assert_int_equal(input_of("v", "a-xyz"), 7000000000000);
    assert_int_equal(input_of("v", "b"), 8000000000000);
    assert_string_equal(finds("v", "c-1"), "c*");
    assert_string_equal(finds("v", "c-2"), "c*");
    assert_int_equal(catalog_count(opened), 4); // a, c*, c-1, new
    assert_true(str_is(catalog_at(opened, 0)->model, "a"));
    assert_true(str_is(catalog_at(opened, 3)->model, "new"));
}

static void collect(void *context, struct str alias)
{
    struct buf *b = context;
    buf_printf(b, " %.*s", STR_ARG(alias));
}

static void tells_its_aliases_and_what_fits(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    opens("vendor v\nmodel a\nalias a-1 a-x*\nprice input 1\nmodel b-2\nprice input 2\n"
          "vendor w\nmodel c*\nfree\n",
          NULL);
    catalog_aliases(opened, catalog_find(opened, str_of("v"), str_of("a")), collect, &b);
    assert_string_equal(buf_cstr(&b), " a-1 a-x*");
    buf_clear(&b);
    catalog_aliases(opened, catalog_find(opened, str_of("w"), str_of("cc")), collect, &b);
    assert_string_equal(buf_cstr(&b), "");
    buf_fini(&b);
    static const struct {
        const char *vendor, *pattern;
        bool fits;
    } cases[] = {{"v", "a", true},     {"v", "b-?", true},  {"v", "a-x*", true}, {"v", "b*", true},
                 {"v", "c*", false},   {"w", "c*", true},   {"w", "a", false},   {"v", "z*", false},
                 {"v", "b-2x", false}, {"none", "a", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(catalog_has_fit(opened, str_of(cases[i].vendor), str_of(cases[i].pattern)),
                         cases[i].fits);
}

static void the_version_names_the_texts(void **state)
{
    (void)state;
    char first[CATALOG_VERSION_CHARS];
    opens("vendor v\nmodel a\n", NULL);
    memcpy(first, catalog_version(opened).ptr, sizeof first);
    opens("vendor v\nmodel a\n", NULL);
    assert_memory_equal(catalog_version(opened).ptr, first, sizeof first);
    opens("vendor v\nmodel b\n", NULL);
    assert_memory_not_equal(catalog_version(opened).ptr, first, sizeof first);
    opens("vendor v\nmodel a\n", "");
    assert_memory_not_equal(catalog_version(opened).ptr, first, sizeof first);
}

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *said;
    } cases[] = {
        {"model a\n", "line 1: a model before the first vendor: a"},
        {"vendor v\nprice input 1\n", "line 2: this stands before the first model"},
        {"vendor v\nmodel a\nmodel a\n", "line 3: this model stands here already: a"},
        {"vendor v\nmodel a\nalias x\nmodel b\nalias x\n", "line 5: this alias is another model's"},
        {"vendor v\nmodel a\nprice input\n", "line 3: a price is missing: input"},
        {"vendor v\nmodel a\nprice input -1\n", "a price is negative"},
        {"vendor v\nmodel a\nprice input 1e-13\n", "more places than are kept"},
        {"vendor v\nmodel a\nprice input 1 input 2\n", "a price stands twice: input"},
        {"vendor v\nmodel a\nprice inptu 1\n", "no kind of usage: inptu"},
        {"vendor v\nmodel a\nprice input $1\n", "a decimal number of USD: input"},
        {"vendor v\nmodel a\nprice x2\n", "a factor does not stand here"},
        {"vendor v\nmodel a\nwhen batch x0.5\n", "`when CONDITIONS: PRICES` is expected"},
        {"vendor v\nmodel a\nwhen : x0.5\n", "a condition is missing"},
        {"vendor v\nmodel a\nwhen batch: x0\n", "more than 0"},
        {"vendor v\nmodel a\nwhen batch: \n", "neither price nor factor"},
        {"vendor v\nmodel a\nwhen cheap: x0.5\n", "no condition: cheap"},
        {"vendor v\nmodel a\nwhen 04:00-01:00: x0.5\n", "no condition: 04:00-01:00"},
        {"vendor v\nmodel a\nwhen fri-mon: x0.5\n", "no condition: fri-mon"},
        {"vendor v\nmodel a\nwhen except china: x2\n", "days that are not stated before: except"},
        {"vendor v\nmodel a\nwhen from 2027-13-01: x2\n", "from needs a date"},
        {"vendor v\nmodel a\nwhen from 2027-01-02 until 2027-01-01: x2\n", "not before until"},
        {"vendor v\nmodel a\nwhen above -5: x2\n", "above needs a number"},
        {"vendor v\nmodel a\nprice input 1\nfree\n", "free and with prices: a"},
        {"vendor v\nmodel a\ncontext big\n", "a whole number is expected: big"},
        {"vendor v\nmodel a*b\n", "a * only at its end"},
        {"vendor v\nmodel \xff\n", "no UTF-8"},
        {"days china 2026-02-30\n", "a date like 2026-10-01 is expected: 2026-02-30"},
        {"prise input 1\n", "a line starts with"},
        {"vendor\n", "a vendor is one word"},
        {"vendor a b\n", "a vendor is one word: a b"},
        {"vendor v\nmodel\n", "a model is one word"},
        {"vendor v\nmodel a b\n", "a model is one word"},
        {"vendor v\nmodel a\nfree\nprice input 1\nvendor w\n", "free and with prices: a"},
        {"vendor v\nmodel a\nfree\nwhen batch: x2\nmodel b\n", "free and with prices: a"},
        {"vendor v\nmodel a\nalias *x\n", "*x"},
        {"vendor v\nmodel a\nprice input 1\nprice output 1\n", "a second price line: output 1"},
        {"vendor v\nmodel a\nprice \n", "no price"},
        {"vendor v\nmodel a\ncontext -1\n", "a whole number is expected: -1"},
        {"vendor v\nmodel a\nfree now\n", "free stands alone: now"},
        {"days\n", "days need a name"},
        {"days china 2026-1-1\n", "a date like 2026-10-01 is expected: 2026-1-1"},
        {"vendor v\nmodel a\nwhen batch: x0.5 x0.5\n", "factor"},
        {"vendor v\nmodel a\nwhen batch: x0.0000001\n", "factor"},
        {"vendor v\nmodel a\nwhen batch: x1000001\n", "factor"},
        {"vendor v\nmodel a\nwhen 1:00-02:00: x2\n", "no condition: 1:00-02:00"},
        {"vendor v\nmodel a\nwhen 01-00-02:00: x2\n", "no condition: 01-00-02:00"},
        {"vendor v\nmodel a\nwhen 0x:00-02:00: x2\n", "no condition: 0x:00-02:00"},
        {"vendor v\nmodel a\nwhen 01:00-02:0x: x2\n", "no condition: 01:00-02:0x"},
        {"vendor v\nmodel a\nwhen 01:00-02:60: x2\n", "no condition: 01:00-02:60"},
        {"vendor v\nmodel a\nwhen 01:00-24:01: x2\n", "no condition: 01:00-24:01"},
        {"vendor v\nmodel a\nwhen mon-xyz: x2\n", "no condition: mon-xyz"},
        {"vendor v\nmodel a\nwhen above x: x2\n", "above needs a number"},
        {"vendor v\nmodel a\nwhen above: x2\n", "above needs a number"},
        {"vendor v\nmodel a\nwhen until 2027-13-01: x2\n", "until needs a date"},
        {"vendor v\nmodel a\nwhen us: x1.1\nwhen us: x1.1\nwhen us: x1.1\nwhen us: x1.1\nwhen us: "
         "x1.1\n",
         "line 7: too many factors in one model"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_not_equal(open_texts(cases[i].text, NULL), STATUS_OK);
        if (!strstr(why.text, cases[i].said))
            fail_msg("%s: %s", cases[i].text, why.text);
    }
    opens("\r\n# x\n\tvendor v \r\n model a\r\n price  input 1\t output 2 \r\n", NULL);
    assert_int_equal(input_of("v", "a"), 1000000000000);
    assert_int_equal(open_texts("vendor v\nmodel a\n", "\nbad\n"), STATUS_SYNTAX);
    assert_non_null(strstr(why.text, "price text 1, line 2"));
    struct buf terms;
    buf_init(&terms, &alloc_heap, 0);
    buf_add_cstr(&terms, "vendor v\nmodel a\n");
    for (int i = 0; i < 1000; i++)
        buf_add_cstr(&terms, "when batch: input 1\n");
    assert_int_equal(open_texts(buf_cstr(&terms), NULL), STATUS_LIMIT);
    assert_non_null(strstr(why.text, "too many terms in one model"));
    buf_fini(&terms);
}

// Conditions of one line hold together, weekdays and tiers named one after the other hold each.
static void reads_every_kind_of_condition(void **state)
{
    (void)state;
    opens("days d 2026-02-02 2026-01-01 2026-02-02\nvendor v\nmodel a\n"
          "when mon-tue sat batch flex except d 01:00-24:00: input 1\nwhen until 2027-01-01: input "
          "2\n",
          NULL);
    const struct sheet *s = catalog_find(opened, str_of("v"), str_of("a"));
    assert_int_equal(s->term_count, 2);
    assert_int_equal(s->terms[0].weekdays, 1 | 2 | 32);
    assert_int_equal(s->terms[0].services, 1u << SERVICE_BATCH | 1u << SERVICE_FLEX);
    assert_int_equal(s->terms[0].minute_from, 60);
    assert_int_equal(s->terms[0].minute_until, 1440);
    assert_int_equal(s->terms[0].except->count, 2); // in order, each once
    assert_true(s->terms[0].except->at[0] < s->terms[0].except->at[1]);
    assert_true(str_is(catalog_vendor_at(opened, 0), "v"));
    assert_int_equal(catalog_vendor_at(opened, 1).len, 0);
    assert_true(str_is(catalog_days_at(opened, 0)->name, "d"));
    assert_null(catalog_days_at(opened, 1));
}

static void near_names_come_nearest_first(void **state)
{
    (void)state;
    opens("vendor v\nmodel gpt-4\nmodel gpt-4o\nmodel gpt-4o-mini\nmodel gpt-5\nmodel whisper-1\n"
          "model meta-llama/Llama-4-70B\n",
          NULL);
    const struct sheet *near[CATALOG_NEAR_MAX];
    assert_int_equal(catalog_near(opened, STR_NONE, str_of("gpt-4o-minni"), near), 1);
    assert_true(str_is(near[0]->model, "gpt-4o-mini"));
    assert_in_range(catalog_near(opened, STR_NONE, str_of("gpt-4o"), near), 3, 4);
    assert_true(str_is(near[0]->model, "gpt-4o"));
    assert_in_range(catalog_near(opened, STR_NONE, str_of("GPT-4o"), near), 3, 4);
    assert_true(str_is(near[0]->model, "gpt-4o"));
    assert_int_equal(catalog_near(opened, STR_NONE, str_of("llama-4-70b"), near), 1);
    assert_true(str_is(near[0]->model, "meta-llama/Llama-4-70B"));
    assert_int_equal(catalog_near(opened, str_of("w"), str_of("gpt-4o"), near), 0);
    assert_int_equal(catalog_near(opened, STR_NONE, str_of("zzzzzzz"), near), 0);
}

// Opens the text again and again, each time with one request more before the memory ends.
static void opens_or_runs_out(struct str text)
{
    enum status s = STATUS_NO_MEMORY;
    for (int n = 0; s == STATUS_NO_MEMORY; n++) {
        int left = n;
        struct alloc alloc = {meagre_resize, &left};
        struct catalog *c = NULL;
        s = catalog_open_texts(&alloc, &text, 1, &c, &why);
        assert_true(s == STATUS_NO_MEMORY || s == STATUS_OK);
        assert_true((s == STATUS_OK) == (c != NULL));
        catalog_close(c);
        assert_in_range(n, 0, 100);
    }
}

// Models before the text, some with a price, move it to where the first chunk of memory ends: it
// ends once at each of its lines.
static void no_memory_is_an_answer(void **state)
{
    (void)state;
    static const char text[] = "days d 2026-01-01 2026-02-02\nvendor w\nmodel a\nalias b c*\n"
                               "price input 1\nwhen except d: input 2 output 3\n"
                               "when batch: x0.5\nmodel d\n";
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (int models = 250; models < 500; models++) {
        for (int priced = 0; priced < 8; priced++) {
            buf_clear(&b);
            buf_add_cstr(&b, "vendor v\n");
            for (int i = 0; i < models; i++)
                buf_printf(&b, "model m%d\n%s", i, i < priced ? "price input 1\n" : "");
            buf_add_cstr(&b, text);
            opens_or_runs_out(buf_str(&b));
        }
    }
    buf_fini(&b);
}

static void the_compiled_book_is_whole(void **state)
{
    (void)state;
    catalog_close(opened);
    opened = NULL;
    if (catalog_open(&alloc_heap, NULL, 0, &opened, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    assert_in_range(catalog_count(opened), 4000, 10000);
    assert_int_equal(input_of("openai", "gpt-4o"), 2500000000000);
    assert_int_equal(input_of("openai", "gpt-4o-2024-08-06"), 2500000000000);
    assert_string_equal(finds("openai", "gpt-5.6-sol-2026-08-21"), "gpt-5.6-sol");
    assert_string_equal(finds("anthropic", "claude-sonnet-5-5-20261007"), "claude-sonnet-5-5");
    assert_string_equal(finds("openai", "gpt-99"), "");
    for (size_t i = 0; i < catalog_count(opened); i++) {
        const struct sheet *s = catalog_at(opened, i);
        const struct sheet *found = catalog_find(opened, s->vendor, s->model);
        if (found != s)
            fail_msg("%.*s/%.*s is not found by its name", STR_ARG(s->vendor), STR_ARG(s->model));
        assert_true(s->source.len > 0);
    }
}

// Names each price that no prompt of its model reaches: one of the two figures is wrong then, and
// no bound trusts such a window.
static bool names_out_of_reach(const struct sheet *s)
{
    bool found = false;
    for (unsigned i = 0; s->context_tokens > 0 && i < s->term_count; i++) {
        if (s->terms[i].above < s->context_tokens)
            continue;
        found = true;
        print_error("%.*s/%.*s: a price above %lld, a context of %lld\n", STR_ARG(s->vendor),
                    STR_ARG(s->model), (long long)s->terms[i].above, (long long)s->context_tokens);
    }
    return found;
}

static void every_price_of_the_book_is_within_its_window(void **state)
{
    (void)state;
    unsigned found = 0;
    catalog_close(opened);
    opened = NULL;
    assert_int_equal(catalog_open(&alloc_heap, NULL, 0, &opened, &why), STATUS_OK);
    for (size_t i = 0; i < catalog_count(opened); i++)
        found += names_out_of_reach(catalog_at(opened, i));
    assert_int_equal(found, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_price_begins, teardown),
        cmocka_unit_test_teardown(takes_over_the_aliases_of_a_price_that_ended, teardown),
        cmocka_unit_test(knows_its_newest_source),
        cmocka_unit_test(finds_exact_then_alias_then_longest_pattern),
        cmocka_unit_test(a_later_text_wins),
        cmocka_unit_test(tells_its_aliases_and_what_fits),
        cmocka_unit_test(the_version_names_the_texts),
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(reads_every_kind_of_condition),
        cmocka_unit_test(near_names_come_nearest_first),
        cmocka_unit_test(no_memory_is_an_answer),
        cmocka_unit_test(the_compiled_book_is_whole),
        cmocka_unit_test_teardown(every_price_of_the_book_is_within_its_window, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
