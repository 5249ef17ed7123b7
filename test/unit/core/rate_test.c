// SPDX-License-Identifier: Apache-2.0
//
// Costs computed by hand. Each row is one rule; the figures stand beside it.

#include "base/clock.h"
#include "book.h"
#include "core/rate.h"

#define SIXTEENTH "when us: x0.5\nwhen batch: x0.5\nwhen sun: x0.5\nwhen sun: x0.5\n"

static const char text[] =
    "days china 2026-10-01 2026-10-02\n"
    "vendor v\n"
    "model plain\nprice input 2.5 cache_read 1.25 output 10\n"
    "model caches\nprice input 3 cache_read 0.3 cache_write 3.75 cache_write_1h 6 output 15 "
    "web_searches 0.01\n"
    "when us: x1.1\nwhen fast: x6\nwhen batch: x0.5\n"
    "model cliff\nprice input 3 output 15\nwhen above 200000: input 6 output 22.5\n"
    "when above 400000: input 9\nwhen flex: x0.5\n"
    "model peak\nprice input 0.15 cache_read 0.003 output 0.6\n"
    "when mon-fri except china 01:00-04:00: input 0.3 cache_read 0.006 output 1.2\n"
    "when mon-fri except china 06:00-10:00: input 0.3 cache_read 0.006 output 1.2\n"
    "model dated\nprice input 0.75 output 3.75\nwhen from 2027-01-01: input 1.5 output 7.5\n"
    "when until 2026-10-07: output 5\n"
    "model stated\nprice input 1 cache_read 0.5 output 4\nwhen priority: input 2 output 9\n"
    "model twelfth\nprice input 0.08333333 output 0.0833333\n"
    "model audio\nprice input 2.5 cache_read 1.25 audio_input 40 output 10 audio_output 80\n"
    "model sound\nprice audio_input 40 input 2.5\n"
    "model input-only\nprice input 0.02\n"
    "model fee\nprice input 1 output 1 calls 0.005\n"
    "model rerank\nprice search_units 0.002\n"
    "model none\n"
    "model gratis\nfree\n"
    "model writes\nprice input 1 cache_write 2 output 3\n"
    "model dear\nprice input 1000000 output 1000000\nwhen us: x1000\n"
    "model half\nprice input 0.000000500001\n"
    "model tie\nprice input 0.0000005\n"
    "model sundays\nprice input 1\nwhen sun: input 2\n"
    "model workdays\nprice input 1\nwhen except china: input 2\n"
    "model nights\nprice input 1\nwhen 00:00-04:00: input 2\n"
    "model factors\nprice input 30 calls 0.00000000000000005\nwhen us: x1.1\n"
    "when batch: x0.123457\nwhen sun: x1.000001\nwhen above 1000: x0.999999\n"
    "model hybrid\nprice input 1 output 2\nwhen above 1000: output 3\nwhen thinking: output 5\n"
    "model own\nprice busy 0.35\n"
    "model rack\nprice busy 98.000000000001\n"
    "model dearest\nprice busy 1000000\n"
    "model cent\nprice busy 0.000001\n"
    "model both\nprice input 0.07 output 0.07 busy 2.5\nwhen us: x0.333333\n"
    "when batch: x0.142857\n"
    "model crumb\nprice input 0.000001 busy 0.000001\nwhen us: x0.5\nwhen batch: x0.499999\n"
    "model nights-only\nprice input 0\nwhen 00:00-04:00: busy 3.6\n"
    "model quarters\nprice input 0.001\n" SIXTEENTH
    "model over\nprice input 0.001 calls 0.000000000000000001\n" SIXTEENTH;

static int setup(void **state)
{
    (void)state;
    return book_open(text);
}

struct row {
    const char *model;
    const char *at;
    struct usage usage;
    const char *cost; // NULL = unpriced
};

#define N(...)   .usage = {.count = {__VA_ARGS__}}
#define IN(n)    [BUCKET_INPUT] = (n)
#define READ(n)  [BUCKET_CACHE_READ] = (n)
#define WRITE(n) [BUCKET_CACHE_WRITE_5M] = (n)
#define HOUR(n)  [BUCKET_CACHE_WRITE_1H] = (n)
#define OUT(n)   [BUCKET_OUTPUT] = (n)
#define BUSY(n)  [BUCKET_BUSY] = (n)

static const struct row rows[] = {
    // 1000 x 2.5 + 500 x 10 = 7500 / 10^6
    {"plain", NULL, N(IN(1000), OUT(500)), "0.007500000000"},
    {"plain", NULL, N(IN(1), READ(1), OUT(1)), "0.000013750000"},
    {"plain", NULL, N(IN(0)), "0.000000000000"},
    // No write price: writes cost as input. 10 x 2.5 + 20 x 2.5
    {"plain", NULL, N(WRITE(10), HOUR(20)), "0.000075000000"},
    // No price for an hour: that of five minutes.
    {"writes", NULL, N(WRITE(10), HOUR(10)), "0.000040000000"},
    // Two kinds of cache writes: 100 x 3.75 + 100 x 6
    {"caches", NULL, N(WRITE(100), HOUR(100)), "0.000975000000"},
    {"caches", NULL, N(IN(1000), READ(1000), WRITE(1000), HOUR(1000), OUT(1000)), "0.028050000000"},
    // US-only x 1.1, fast x 6, both: 15 x 1.1 x 6 = 99
    {"caches", NULL, .usage = {.count = {OUT(1000)}, .us_region = true}, "0.016500000000"},
    {"caches", NULL, .usage = {.count = {OUT(1000)}, .service = SERVICE_FAST}, "0.090000000000"},
    {"caches", NULL, .usage = {.count = {OUT(1000)}, .service = SERVICE_FAST, .us_region = true},
     "0.099000000000"},
    // A fee is not multiplied: 15 x 0.5 x 1.1 = 8.25, and 3 searches at 0.01
    {"caches", NULL,
     .usage = {.count = {OUT(1000), [BUCKET_WEB_SEARCHES] = 3},
               .service = SERVICE_BATCH,
               .us_region = true},
     "0.038250000000"},
    // The cliff counts cached tokens, and takes the whole call: input and output.
    {"cliff", NULL, N(IN(100000), READ(100000), OUT(1000)), "0.615000000000"},
    {"cliff", NULL, N(IN(100000), READ(100001), OUT(1000)), "1.222506000000"},
    {"cliff", NULL, .usage = {.count = {IN(1), OUT(1)}, .prompt = 200000}, "0.000018000000"},
    {"cliff", NULL, .usage = {.count = {IN(1), OUT(1)}, .prompt = 200001}, "0.000028500000"},
    // The second cliff states no output: the first one's holds on.
    {"cliff", NULL, .usage = {.count = {IN(1), OUT(1)}, .prompt = 400001}, "0.000031500000"},
    {"cliff", NULL, .usage = {.count = {IN(1), OUT(1)}, .prompt = 200001, .service = SERVICE_FLEX},
     "0.000014250000"},
    // A tier that nobody stated a price for is unpriced, not standard.
    {"cliff", NULL, .usage = {.count = {IN(1)}, .service = SERVICE_PRIORITY}, NULL},
    // Peak hours: Tuesday 2026-11-24; the first microsecond is in, the last out.
    {"peak", "2026-11-24T00:59:59.999999Z", N(IN(1000000)), "0.150000000000"},
    {"peak", "2026-11-24T01:00:00Z", N(IN(1000000)), "0.300000000000"},
    {"peak", "2026-11-24T03:59:59.999999Z", N(IN(1000000)), "0.300000000000"},
    {"peak", "2026-11-24T04:00:00Z", N(IN(1000000)), "0.150000000000"},
    {"peak", "2026-11-24T06:00:00Z", N(READ(1000000)), "0.006000000000"},
    {"peak", "2026-11-24T10:00:00Z", N(OUT(1000000)), "0.600000000000"},
    // Saturday, Sunday, Friday, Monday; a holiday on a Thursday.
    {"peak", "2026-11-28T02:00:00Z", N(IN(1000000)), "0.150000000000"},
    {"peak", "2026-11-29T02:00:00Z", N(IN(1000000)), "0.150000000000"},
    {"peak", "2026-11-27T02:00:00Z", N(IN(1000000)), "0.300000000000"},
    {"peak", "2026-11-30T02:00:00Z", N(IN(1000000)), "0.300000000000"},
    {"peak", "2026-10-01T02:00:00Z", N(IN(1000000)), "0.150000000000"},
    {"peak", "2026-10-05T02:00:00Z", N(IN(1000000)), "0.300000000000"},
    // A price changes at a microsecond.
    {"dated", "2026-12-31T23:59:59.999999Z", N(IN(1000), OUT(1000)), "0.004500000000"},
    {"dated", "2027-01-01T00:00:00Z", N(IN(1000), OUT(1000)), "0.009000000000"},
    {"dated", "2026-10-06T23:59:59.999999Z", N(IN(1000), OUT(1000)), "0.005750000000"},
    {"dated", "2026-10-07T00:00:00Z", N(IN(1000), OUT(1000)), "0.004500000000"},
    // Stated tier prices; what is not stated stays.
    {"stated", NULL, .usage = {.count = {IN(10), READ(10), OUT(10)}, .service = SERVICE_PRIORITY},
     "0.000115000000"},
    {"stated", NULL, .usage = {.count = {IN(10)}, .service = SERVICE_FLEX}, NULL},
    // Twelfths: 12 x 0.08333333 = 0.99999996 per Mtok, 7 x 0.0833333 = 0.5833331
    {"twelfth", NULL, N(IN(12), OUT(7)), "0.000001583333"},
    {"twelfth", NULL, N(IN(12000000), OUT(7000000)), "1.583333060000"},
    // Audio: its own prices; cached audio as cached text, or as audio where that has no price.
    {"audio", NULL, N([BUCKET_AUDIO_INPUT] = 10, [BUCKET_AUDIO_OUTPUT] = 10), "0.001200000000"},
    {"audio", NULL, N([BUCKET_AUDIO_CACHE_READ] = 10, [BUCKET_IMAGE_INPUT] = 10), "0.000037500000"},
    {"audio", NULL, N([BUCKET_IMAGE_OUTPUT] = 10), "0.000100000000"},
    {"sound", NULL, N([BUCKET_AUDIO_CACHE_READ] = 10), "0.000400000000"},
    {"sound", NULL, N(OUT(1)), NULL},
    // No price is never nothing.
    {"input-only", NULL, N(IN(1000)), "0.000020000000"},
    {"input-only", NULL, N(IN(1000), OUT(1)), NULL},
    {"plain", NULL, N(IN(1), [BUCKET_WEB_SEARCHES] = 1), NULL},
    {"plain", NULL, N(IN(1), [BUCKET_CALLS] = 1), "0.000002500000"},
    {"none", NULL, N(IN(1)), NULL},
    {"none", NULL, N(IN(0)), "0.000000000000"},
    // All output is dearer with reasoning, and where nobody counted whether there was any.
    {"hybrid", NULL, N(IN(10), OUT(10)), "0.000030000000"},
    {"hybrid", NULL, .usage = {.count = {IN(10), OUT(10)}, .reasoning = 1}, "0.000060000000"},
    {"hybrid", NULL, .usage = {.count = {IN(10), OUT(10)}, .sure = SURE_ESTIMATED},
     "0.000060000000"},
    {"hybrid", NULL, .usage = {.count = {IN(10), OUT(10)}, .sure = SURE_CAPTURED},
     "0.000060000000"},
    // A fee a call, once, and not for a call that used nothing.
    {"fee", NULL, N(IN(1000), OUT(1000)), "0.007000000000"},
    {"fee", NULL, N(IN(1000), [BUCKET_CALLS] = 2), "0.011000000000"},
    {"fee", NULL, N(IN(0)), "0.000000000000"},
    {"rerank", NULL, N([BUCKET_SEARCH_UNITS] = 3), "0.006000000000"},
    // Time by the hour: 4.2 s x 0.35 / 3600 s, rounded once; the tokens cost nothing.
    {"own", NULL, N(BUSY(1)), "0.000000000097"},
    {"own", NULL, N(IN(11), OUT(7), BUSY(4200123)), "0.000408345292"},
    {"own", NULL, N(IN(11), [BUCKET_IMAGE_INPUT] = 3, BUSY(3600000000)), "0.350000000000"},
    {"own", NULL, .usage = {.count = {OUT(1), BUSY(3600000000)}, .uncounted = true},
     "0.350000000000"},
    {"rack", NULL, N(IN(1), BUSY(7)), "0.000000190556"},
    // Half to even: 0.5, 1.5, and a microsecond beside the half.
    {"cent", NULL, N(BUSY(1800)), "0.000000000000"},
    {"cent", NULL, N(BUSY(5400)), "0.000000000002"},
    {"cent", NULL, N(BUSY(1801)), "0.000000000001"},
    {"cent", NULL, N(BUSY(1799)), "0.000000000000"},
    // Beside tokens, which alone have the factors: what is left of both decides.
    {"both", NULL, N(IN(10), OUT(1), BUSY(4200123)), "0.002917522083"},
    {"both", NULL,
     .usage = {.count = {IN(11), BUSY(4200123)}, .us_region = true, .service = SERVICE_BATCH},
     "0.002916788750"},
    {"crumb", NULL, .usage = {.count = {IN(1), BUSY(1800)}, .us_region = true}, "0.000000000001"},
    {"crumb", NULL, .usage = {.count = {IN(1), BUSY(1)}, .service = SERVICE_BATCH},
     "0.000000000001"},
    {"crumb", NULL, N(OUT(1), BUSY(1)), NULL},
    // Time that nobody told is not zero; without a price of the hour nobody needs it.
    {"own", NULL, N(IN(11), OUT(7)), NULL},
    {"own", NULL, N(IN(0)), "0.000000000000"},
    {"plain", NULL, N(IN(1), BUSY(5)), "0.000002500000"},
    {"none", NULL, N(BUSY(5)), "0.000000000000"},
    {"none", NULL, N(IN(1), BUSY(5)), NULL},
    {"nights-only", "2026-11-24T00:00:00Z", N(IN(1), BUSY(1000000)), "0.001000000000"},
    {"nights-only", "2026-11-24T04:00:00Z", N(IN(1), BUSY(1000000)), "0.000000000000"},
    // Half to even at a picodollar: 0.5, 1.5, 2.5 and a little more than a half.
    {"tie", NULL, N(IN(1)), "0.000000000000"},
    {"tie", NULL, N(IN(3)), "0.000000000002"},
    {"tie", NULL, N(IN(5)), "0.000000000002"},
    {"half", NULL, N(IN(1)), "0.000000000001"},
    // Four factors of six places: 37.03701 x 1.1 x 0.123457 x 1.000001 x 0.999999 is
    // 5.02972595792197..., which takes more than 128 bits on the way.
    {"factors", NULL,
     .usage = {.count = {IN(1234567)}, .service = SERVICE_BATCH, .us_region = true},
     "5.029725957922"},
    // 1000 / 16 = 62.5 and 187.5 picodollars: to even; with 10^-18 USD more it is above the half.
    {"quarters", NULL, .usage = {.count = {IN(1)}, .service = SERVICE_BATCH, .us_region = true},
     "0.000000000062"},
    {"quarters", NULL, .usage = {.count = {IN(3)}, .service = SERVICE_BATCH, .us_region = true},
     "0.000000000188"},
    {"over", NULL, .usage = {.count = {IN(1)}, .service = SERVICE_BATCH, .us_region = true},
     "0.000000000063"},
};

static void costs_what_was_computed_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        struct cost cost;
        int64_t at = 0;
        assert_true(civil_read(str_of(row->at ? row->at : "2026-11-22T12:00:00Z"), &at));
        rate(sheet(row->model), &row->usage, at, &cost);
        struct buf b;
        buf_init(&b, &alloc_heap, 0);
        money_write(&b, cost.total);
        if ((cost.state == PRICE_PRICED) != (row->cost != NULL) ||
            (row->cost && strcmp(buf_cstr(&b), row->cost) != 0))
            fail_msg("row %zu (%s): %s %s, not %s", i, row->model, price_state_name(cost.state),
                     buf_cstr(&b), row->cost ? row->cost : "unpriced");
        if (!row->cost)
            assert_int_equal(cost.total.pd, 0);
        buf_fini(&b);
    }
}

static void says_which_prices_held(void **state)
{
    (void)state;
    struct cost cost;
    struct usage u = {.count = {IN(1)}, .prompt = 400001};
    rate(sheet("cliff"), &u, 0, &cost);
    assert_int_equal(cost.cliff, 400000);
    assert_false(cost.dated);
    u.prompt = 200000;
    rate(sheet("cliff"), &u, 0, &cost);
    assert_int_equal(cost.cliff, 0);
    rate(sheet("dated"), &u, 0, &cost); // until 2026-10-07
    assert_true(cost.dated);
    u.count[BUCKET_IMAGE_INPUT] = 1;
    rate(sheet("plain"), &u, 0, &cost);
    assert_int_equal(cost.line_count, 2);
    assert_int_equal(cost.lines[1].bucket, BUCKET_IMAGE_INPUT);
    assert_int_equal(cost.lines[1].priced_as, BUCKET_INPUT);
}

static void nothing_costs_nothing_whatever_the_price(void **state)
{
    (void)state;
    struct cost cost;
    struct usage u = {.sure = SURE_REPORTED};
    rate(NULL, &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_PRICED);
    assert_int_equal(cost.total.pd, 0);
    u = (struct usage){.count = {OUT(1)}, .sure = SURE_ESTIMATED};
    rate(NULL, &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_UNPRICED);
    u.sure = SURE_CAPTURED;
    rate(NULL, &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_UNPRICED);
}

static void says_what_is_missing(void **state)
{
    (void)state;
    struct cost cost;
    struct usage u = {.count = {OUT(1), [BUCKET_WEB_SEARCHES] = 1}};
    rate(NULL, &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_UNPRICED);
    assert_int_equal(cost.missing, BUCKET_OUTPUT);
    rate(sheet("plain"), &u, 0, &cost);
    assert_int_equal(cost.missing, BUCKET_WEB_SEARCHES);
    assert_false(cost.tier_missing);
    u.service = SERVICE_BATCH;
    rate(sheet("plain"), &u, 0, &cost);
    assert_true(cost.tier_missing);
    // No price that it could have instead is stated, the last one neither.
    const struct usage sound = {.count = {[BUCKET_AUDIO_CACHE_READ] = 1}};
    rate(sheet("rerank"), &sound, 0, &cost);
    assert_int_equal(cost.missing, BUCKET_AUDIO_CACHE_READ);
}

static void what_nobody_counted_has_no_price(void **state)
{
    (void)state;
    struct cost cost;
    struct usage u = {.count = {IN(1000), OUT(1)}, .uncounted = true};
    rate(sheet("plain"), &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_UNPRICED);
    assert_true(cost.uncounted);
    assert_int_equal(cost.total.pd, 0);
    memset(u.count, 0, sizeof u.count); // nothing but an image
    rate(sheet("plain"), &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_UNPRICED);
    u.has_reported = true;
    u.reported.pd = 5;
    rate(sheet("plain"), &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_PROVIDER);
}

static void free_and_reported_are_states(void **state)
{
    (void)state;
    struct cost cost;
    struct usage u = {.count = {IN(1000), OUT(1)}, .service = SERVICE_FAST};
    rate(sheet("gratis"), &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_FREE);
    assert_int_equal(cost.total.pd, 0);
    u.has_reported = true;
    u.reported.pd = 42;
    rate(sheet("plain"), &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_PROVIDER);
    assert_int_equal(cost.total.pd, 42);
    rate(NULL, &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_PROVIDER);
    u.reported.pd = -42; // no charge is negative: it is not believed
    rate(sheet("gratis"), &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_FREE);
}

static void a_sheet_may_be_silent(void **state)
{
    (void)state;
    assert_true(sheet_names(sheet("nights-only"), BUCKET_BUSY)); // at some hours
    assert_true(sheet_names(sheet("own"), BUCKET_BUSY));
    assert_false(sheet_names(sheet("plain"), BUCKET_BUSY));
    static const struct price one = {1};
    static const struct term term = {0};
    assert_true(sheet_silent(&(struct sheet){.vendor = str_of("v"), .model = str_of("m")}));
    assert_false(sheet_silent(&(struct sheet){.free = true}));
    assert_false(sheet_silent(&(struct sheet){.rates = {1u << BUCKET_INPUT, &one}}));
    assert_false(sheet_silent(&(struct sheet){.terms = &term, .term_count = 1}));
}

static void does_not_wrap(void **state)
{
    (void)state;
    struct cost cost;
    // 9223372 x 1 USD fits, one token more does not.
    struct usage u = {.count = {IN(9223372)}};
    rate(sheet("dear"), &u, 0, &cost);
    assert_false(cost.overflow);
    assert_int_equal(cost.total.pd, INT64_C(9223372000000000000));
    u.count[BUCKET_INPUT]++;
    rate(sheet("dear"), &u, 0, &cost);
    assert_true(cost.overflow);
    assert_int_equal(cost.total.pd, INT64_MAX);
    for (unsigned i = 0; i < BUCKET_IMAGE_OUTPUT; i++)
        u.count[i] = INT64_MAX;
    u.us_region = true;
    rate(sheet("dear"), &u, INT64_MIN, &cost);
    assert_int_equal(cost.state, PRICE_PRICED);
    assert_true(cost.overflow);
    assert_int_equal(cost.total.pd, INT64_MAX);
    rate(sheet("peak"), &u, INT64_MAX, &cost);
    assert_true(cost.overflow);
    rate(sheet("dearest"), &(struct usage){.count = {BUSY(33204139332)}}, 0, &cost);
    assert_false(cost.overflow);
    rate(sheet("dearest"), &(struct usage){.count = {BUSY(33204139333)}}, 0, &cost);
    assert_true(cost.overflow);
    // Larger prices than any list's: their sum passes even 2^127.
    static const struct price most[] = {{INT64_MAX}, {INT64_MAX}, {INT64_MAX}};
    struct sheet high = {
        .rates = {1u << BUCKET_INPUT | 1u << BUCKET_CACHE_READ | 1u << BUCKET_OUTPUT, most}};
    rate(&high, &u, 0, &cost);
    assert_true(cost.overflow);
    assert_int_equal(cost.total.pd, INT64_MAX);
}

// Half a picodollar goes to the even neighbour; with anything after the half, up.
static void ties_end_at_an_even_picodollar(void **state)
{
    (void)state;
    static const struct {
        int64_t atto;
        uint32_t factor_ppm;
        int64_t pd;
    } cases[] = {{1000000, 500000, 0},
                 {3000000, 500000, 2},
                 {5000000, 500000, 2},
                 {1000001, 500000, 1},
                 {999999, 500000, 0},
                 // 166390.500000000000276: the half, but for what the factor left.
                 {499171999172, 333333, 166391}};
    struct term changed = {
        .from_us = INT64_MIN,
        .until_us = INT64_MAX,
        .above = -1,
        .minute_until = 1440,
        .weekdays = TERM_EVERY_DAY,
        .services = TERM_ANY_SERVICE,
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct price price = {cases[i].atto};
        changed.factor_ppm = cases[i].factor_ppm;
        struct sheet s = {
            .rates = {1u << BUCKET_INPUT, &price}, .terms = &changed, .term_count = 1};
        struct cost cost;
        rate(&s, &(struct usage){.count = {IN(1)}}, 0, &cost);
        assert_int_equal(cost.total.pd, cases[i].pd);
    }
}

// A cost in 64 bits is the cost in all of them: a factor of one takes the long way.
static void small_costs_are_as_large_ones(void **state)
{
    (void)state;
    const struct term once = {
        .from_us = INT64_MIN,
        .until_us = INT64_MAX,
        .above = -1,
        .minute_until = 1440,
        .weekdays = TERM_EVERY_DAY,
        .services = TERM_ANY_SERVICE,
        .factor_ppm = 1000000,
    };
    const struct sheet none = {0};
    uint64_t seed = 1;
    for (unsigned i = 0; i < 20000; i++) {
        // Of each size up to 2^81, and every other time about a tie.
        struct price prices[3];
        int64_t counts[3];
        for (unsigned k = 0; k < 3; k++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            prices[k].atto = (int64_t)(seed >> 33 >> (i % 31)) + 1;
            counts[k] = (int64_t)(seed >> 3 & 0x3fffffff) >> (i / 31 % 30);
            if ((i + k) % 7 == 0)
                counts[k] <<= i % 21;
            if (i % 2)
                prices[k].atto = prices[k].atto / 500000 * 500000;
        }
        const struct usage u = {
            .count = {IN(counts[0]), OUT(counts[1]), [BUCKET_WEB_SEARCHES] = counts[2]}};
        struct sheet s = none;
        s.rates = (struct rates){
            1u << BUCKET_INPUT | 1u << BUCKET_OUTPUT | 1u << BUCKET_WEB_SEARCHES, prices};
        struct cost small, large;
        rate(&s, &u, 0, &small);
        s.terms = &once;
        s.term_count = 1;
        rate(&s, &u, 0, &large);
        assert_int_equal(large.factor_count, usage_any(&u));
        assert_int_equal(small.factor_count, 0);
        assert_int_equal(small.total.pd, large.total.pd);
    }
}

// A price of some days only holds by date, whichever way the days are named.
static void a_price_of_some_days_is_dated(void **state)
{
    (void)state;
    struct cost cost;
    struct usage u = {.count = {IN(1000000)}};
    static const char *const names[] = {"sundays", "workdays", "nights"};
    for (int i = 0; i < 3; i++) {
        rate(sheet(names[i]), &u, INT64_C(3) * 24 * 3600 * 1000000, &cost); // 1970-01-04, a Sunday
        assert_int_equal(cost.total.pd, INT64_C(2000000000000));
        assert_true(cost.dated);
    }
}

static void knows_the_weekday_before_1970(void **state)
{
    (void)state;
    struct cost cost;
    int64_t minute_us = INT64_C(60000000);
    struct usage u = {.count = {IN(1000000)}};
    // 1969-12-31 was a Wednesday, 1969-12-28 a Sunday.
    rate(sheet("peak"), &u, -24 * 60 * minute_us + 90 * minute_us, &cost);
    assert_int_equal(cost.total.pd, INT64_C(300000000000));
    rate(sheet("peak"), &u, -4 * 24 * 60 * minute_us + 90 * minute_us, &cost);
    assert_int_equal(cost.total.pd, INT64_C(150000000000));
}

static void spells_the_arithmetic_out(void **state)
{
    (void)state;
    struct cost cost;
    struct usage u = {.count = {IN(1000), HOUR(2), OUT(3)}, .service = SERVICE_BATCH};
    rate(sheet("caches"), &u, 0, &cost);
    assert_int_equal(cost.line_count, 3);
    assert_int_equal(cost.factor_count, 1);
    assert_int_equal(cost.factor_ppm[0], 500000);
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    cost_explain(&cost, &b);
    assert_non_null(strstr(buf_cstr(&b), "1000 input"));
    assert_non_null(strstr(buf_cstr(&b), " x 3 USD/Mtok          = 0.003000000000\n"));
    assert_non_null(strstr(buf_cstr(&b), "tokens x 0.5\n"));
    assert_non_null(strstr(buf_cstr(&b), "total: 0.001528500000 USD\n"));
    buf_clear(&b);
    u.count[BUCKET_IMAGE_INPUT] = 5;
    rate(sheet("plain"), &(struct usage){.count = {[BUCKET_IMAGE_INPUT] = 5}}, 0, &cost);
    cost_explain(&cost, &b);
    assert_non_null(strstr(buf_cstr(&b), "(at the price of input)"));
    buf_fini(&b);
}

static void explains(const struct cost *c, const char *want)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    cost_explain(c, &b);
    assert_string_equal(buf_cstr(&b), want);
    buf_fini(&b);
}

static void spells_every_state_out(void **state)
{
    (void)state;
    struct cost cost;
    struct usage u = {.count = {IN(300000)}, .service = SERVICE_FLEX};
    rate(sheet("cliff"), &u, 0, &cost);
    explains(&cost, "      300000 input            x 6 USD/Mtok          = 1.800000000000\n"
                    "tokens x 0.5\n"
                    "prices for more than 200000 prompt tokens\n"
                    "total: 0.900000000000 USD\n");
    rate(sheet("fee"), &(struct usage){.count = {IN(1)}}, 0, &cost);
    explains(&cost, "           1 input            x 1 USD/Mtok          = 0.000001000000\n"
                    "           1 calls            x 0.005 USD           = 0.005000000000\n"
                    "total: 0.005001000000 USD\n");
    rate(sheet("plain"), &u, 0, &cost);
    explains(&cost, "unpriced: the service tier that answered has no stated price\n");
    rate(sheet("plain"), &(struct usage){.uncounted = true}, 0, &cost);
    explains(&cost, "unpriced: it held images, audio or files that nobody counted\n");
    rate(sheet("input-only"), &(struct usage){.count = {OUT(1)}}, 0, &cost);
    explains(&cost, "unpriced: no price is known for output tokens, reasoning included\n");
    rate(sheet("own"), &(struct usage){.count = {OUT(1)}}, 0, &cost);
    explains(&cost, "unpriced: nobody told how long the machine worked\n");
    rate(sheet("own"), &(struct usage){.count = {OUT(1), BUSY(4200123)}}, 0, &cost);
    explains(&cost, "    4.200123 seconds busy     x 0.35 USD/hour       = 0.000408345291666667\n"
                    "total: 0.000408345292 USD\n");
    rate(sheet("gratis"), &u, 0, &cost);
    explains(&cost, "free: 0.000000000000 USD\n");
    rate(sheet("dear"), &(struct usage){.count = {IN(9223373)}}, 0, &cost);
    explains(&cost, "     9223373 input            x 1000000 USD/Mtok    = 9223373.000000000000\n"
                    "total: 9223372.036854775807 USD (too large: cut)\n");
    struct buf none;
    buf_init(&none, &alloc_heap, 8); // no room: it ends, and says so
    cost_explain(&cost, &none);
    assert_true(buf_failed(&none));
    buf_fini(&none);
}
#define MTOK IN(1000000), OUT(1000000)
#define PEAK "2026-11-24T02:00:00Z"

// What the compiled book says of prices that people know.
static void the_book_knows_its_models(void **state)
{
    (void)state;
    static const struct {
        const char *vendor, *model, *at, *cost;
        struct usage usage;
    } known[] = {
        {"openai", "gpt-4o", "2026-11-24", "0.012500000000", {.count = {IN(1000), OUT(1000)}}},
        {"anthropic", "claude-haiku-5-5", "2026-11-24", "0.010000000000", {.count = {IN(100000)}}},
        {"anthropic", "claude-haiku-5-5", "2026-11-24", "0.050000500000", {.count = {IN(100001)}}},
        {"anthropic",
         "claude-sonnet-4-5",
         "2026-11-24",
         "2.400006000000",
         {.count = {IN(1), [BUCKET_CACHE_WRITE_1H] = 200000}}},
        {"google", "gemini-3.6-flash", "2026-12-31", "0.750000000000", {.count = {IN(1000000)}}},
        {"google", "gemini-3.6-flash", "2027-01-01", "1.500000000000", {.count = {IN(1000000)}}},
        {"deepseek",
         "deepseek-flash",
         "2026-11-24T02:00:00Z",
         "0.300000000000",
         {.count = {IN(1000000)}}},
        {"deepseek",
         "deepseek-flash",
         "2026-10-06T02:00:00Z",
         "0.150000000000",
         {.count = {IN(1000000)}}},
        {"openai",
         "gpt-5.6-sol",
         "2026-08-20",
         "5.000000000000",
         {.count = {IN(1000000)}, .prompt = 1}},
        {"openai",
         "gpt-5.6-sol",
         "2026-08-21",
         "4.000000000000",
         {.count = {IN(1000000)}, .prompt = 1}},
        {"anthropic", "claude-sonnet-5", "2026-11-24", "2.000000000000", {.count = {IN(1000000)}}},
        // Where lists disagree.
        {"openai", "gpt-5.6-luna", "2026-11-24", "1.400000000000", {.count = {MTOK}, .prompt = 1}},
        {"google", "gemini-3.6-flash", "2026-11-24", "4.500000000000", {.count = {MTOK}}},
        {"deepseek", "deepseek-v4-flash", "2026-08-16", "0.420000000000", {.count = {MTOK}}},
        {"deepseek", "deepseek-v4-flash", "2026-11-24", "0.880000000000", {.count = {MTOK}}},
        {"deepseek", "deepseek-v4-pro", "2026-11-24", "2.640000000000", {.count = {MTOK}}},
        {"deepseek", "deepseek-v4-pro", PEAK, "5.280000000000", {.count = {MTOK}}},
        {"mistral", "mistral-large-latest", "2026-11-24", "2.000000000000", {.count = {MTOK}}},
        {"mistral", "mistral-small-latest", "2026-11-24", "0.750000000000", {.count = {MTOK}}},
        {"xai",
         "grok-4.5",
         "2026-11-24",
         "0.300000000000",
         {.count = {READ(1000000)}, .prompt = 1}},
        {"openai", "o3", "2026-11-24", "10.000000000000", {.count = {MTOK}}},
        {"anthropic",
         "claude-sonnet-5-5",
         "2026-10-06",
         "0.200000000000",
         {.count = {READ(1000000)}}},
        {"anthropic",
         "claude-sonnet-5-5",
         "2026-10-07",
         "0.100000000000",
         {.count = {READ(1000000)}}},
        // Cached input is no constant part of input: a half, a tenth, a fortieth.
        {"openai", "gpt-4o", "2026-11-24", "1.250000000000", {.count = {READ(1000000)}}},
        {"anthropic",
         "claude-fable-5-1",
         "2026-11-24",
         "0.250000000000",
         {.count = {READ(1000000)}}},
        // The surcharge of US-only inference, also where no list states it.
        {"anthropic",
         "claude-sonnet-5-5",
         "2026-11-24",
         "2.200000000000",
         {.count = {IN(1000000)}, .us_region = true}},
        // A fine-tuned model as its owner calls it.
        {"openai",
         "ft:gpt-4.1-2025-04-14:acme::x1",
         "2026-11-24",
         "15.000000000000",
         {.count = {MTOK}}},
        {"openai",
         "ft:gpt-4o-mini-2024-07-18:acme:n:x",
         "2026-11-24",
         "1.500000000000",
         {.count = {MTOK}}},
    };
    struct catalog *c;
    assert_int_equal(catalog_open(&alloc_heap, NULL, 0, &c, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct cost cost;
        int64_t at;
        assert_true(civil_read(str_of(known[i].at), &at));
        rate(catalog_find(c, str_of(known[i].vendor), str_of(known[i].model)), &known[i].usage, at,
             &cost);
        struct buf b;
        buf_init(&b, &alloc_heap, 0);
        money_write(&b, cost.total);
        if (cost.state != PRICE_PRICED || strcmp(buf_cstr(&b), known[i].cost) != 0)
            fail_msg("%s at %s: %s", known[i].model, known[i].at, buf_cstr(&b));
        buf_fini(&b);
    }
    catalog_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_what_was_computed_by_hand),
        cmocka_unit_test(says_which_prices_held),
        cmocka_unit_test(nothing_costs_nothing_whatever_the_price),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(what_nobody_counted_has_no_price),
        cmocka_unit_test(free_and_reported_are_states),
        cmocka_unit_test(a_sheet_may_be_silent),
        cmocka_unit_test(does_not_wrap),
        cmocka_unit_test(spells_the_arithmetic_out),
        cmocka_unit_test(spells_every_state_out),
        cmocka_unit_test(ties_end_at_an_even_picodollar),
        cmocka_unit_test(small_costs_are_as_large_ones),
        cmocka_unit_test(knows_the_weekday_before_1970),
        cmocka_unit_test(a_price_of_some_days_is_dated),
        cmocka_unit_test(the_book_knows_its_models),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
