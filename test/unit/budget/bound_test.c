// SPDX-License-Identifier: Apache-2.0
//
// Bounds computed by hand, and each reason to have none. test/golden/bound_test.c holds the whole
// book against costs.

#include "../core/book.h"
#include "budget/bound.h"
#include "budget/worst.h"

#define NIL_UTC    INT64_C(1798675200000000) // 2026-12-31T00:00Z, a Thursday
#define HOUR_US    INT64_C(3600000000)
#define STANDARD   (1u << SERVICE_STANDARD)
#define WITH(tier) (STANDARD | 1u << SERVICE_##tier)

static const char text[] =
    "days china 2026-12-31\n"
    "vendor v\n"
    "model plain\nprice input 2 cache_read 0.2 output 10\ncontext 1000\noutput_max 100\n"
    "model open\nprice input 2 output 10\n"
    "model window\nprice input 2 output 10\ncontext 1000\n"
    "model old\nprice input 2 output 10\nwhen above 1000: input 4\ncontext 1000\n"
    "model short\nprice input 2 output 10\ncontext 1000\noutput_max 1001\n"
    "model capped\nprice input 2 output 10\noutput_max 100\n"
    "model caches\nprice input 3 cache_read 0.3 cache_write 3.75 cache_write_1h 6 output 15 "
    "web_searches 0.01 file_searches 0.0025\nwhen us: x1.1\ncontext 1000\noutput_max 100\n"
    "model reads\nprice input 1 cache_read 2 output 1\n"
    "model writes\nprice input 1 cache_write 2 output 1\n"
    "model media\nprice input 1 audio_input 8 audio_cache_read 4 image_input 3 output 2 "
    "audio_output 20 image_output 9\ncontext 1000\noutput_max 100\n"
    "model drawn\nprice input 1 output 2 image_output 9\noutput_max 100\n"
    "model cliff\nprice input 3 output 15\nwhen above 200: input 6 output 22.5\noutput_max 100\n"
    "model tiers\nprice input 1 output 2\nwhen priority: x2\nwhen flex: x0.5\n"
    "when batch: x0.5\noutput_max 100\n"
    "model soon\nprice input 1.5 output 7.5\nwhen until 2027-01-01: input 0.75 output 3.75\n"
    "output_max 100\n"
    "model from\nprice input 9 output 9\nwhen from 2026-01-01: input 1 output 1\noutput_max 100\n"
    "model noon\nprice input 2 output 1\nwhen from 2026-12-31T12:00:00Z: input 5\n"
    "when until 2026-12-31T13:00:00Z: output 0.5\n"
    "model nights\nprice input 1 output 1\nwhen 01:00-02:00: input 5\n"
    "when except china 03:00-04:00: input 7\nwhen fri 00:00-01:00: input 9\n"
    "model thinks\nprice input 1 output 1\nwhen thinking: output 3\n"
    "model part\nprice output 1\n"
    "model perhaps\nprice output 1\nwhen above 10: input 7\n"
    "model falls\nprice input 2 output 1\nwhen above 10: cache_write 1\n"
    "model rises\nprice input 2 output 1\nwhen above 10: cache_write 3\n"
    "model abroad\nprice input 2 output 1\nwhen us: x0.5\n"
    "model input-only\nprice input 0.02\n"
    "model fee\nprice input 1 output 1 calls 0.005\n"
    "model sound\nprice input 1 output 1 seconds 0.0001\ncontext 1000\n"
    "model own\nprice busy 0.36\n"
    "model both\nprice input 1 output 1 busy 0.36\n"
    "model dear\nprice input 1000000 output 1000000\nwhen us: x1000\nwhen batch: x1000\n"
    "model crumb\nprice input 0.000001 output 0.000001\nwhen us: x1.000001\n"
    "model none\n"
    "model gratis\nfree\n";

static int setup(void **state)
{
    (void)state;
    return book_open(text);
}

// 100 tokens in, 10 asked for.
static struct weight weight(void)
{
    return (struct weight){.tokens = 100,
                           .prompts = 1,
                           .answers = 1,
                           .output_max = 10,
                           .output_field = "max_tokens",
                           .services = STANDARD};
}

static struct bound bound_of(const char *model, const struct weight *w)
{
    struct bound b;
    bound_make(&(struct bound_call){.sheet = sheet(model), .weight = w, .start_us = NIL_UTC}, &b);
    return b;
}

// The same, where a maximum is sent in any case.
static struct bound bound_unsaid(const char *model, const struct weight *w)
{
    struct bound b;
    bound_make(
        &(struct bound_call){
            .sheet = sheet(model), .weight = w, .start_us = NIL_UTC, .output_unsaid = 4096},
        &b);
    assert_int_equal(b.state, BOUND_KNOWN);
    return b;
}

static int64_t nano(const char *model, const struct weight *w)
{
    struct bound b = bound_of(model, w);
    if (b.state != BOUND_KNOWN)
        fail_msg("%s: %s", model, bound_words(b.state));
    assert_null(b.field);
    return b.most.n;
}

static void refused(const char *model, const struct weight *w, enum bound_state state,
                    const char *field)
{
    struct bound b = bound_of(model, w);
    char said[BOUND_FIELD_BYTES];
    assert_int_equal(b.state, state);
    assert_int_equal(b.most.n, 0);
    bound_field(&b, said);
    assert_string_equal(said, field ? field : "");
}

static void tokens_at_their_prices(void **state)
{
    (void)state;
    struct weight w = weight();
    struct bound b = bound_of("plain", &w);
    assert_int_equal(b.most.n, 100 * 2000 + 10 * 10000);
    assert_int_equal(b.input, 100);
    assert_int_equal(b.output, 10);
    assert_int_equal(b.output_max, 10);
    assert_int_equal(b.output_by, BOUND_OUTPUT_ASKED);
    w.answers = 3;
    assert_int_equal(nano("plain", &w), 100 * 2000 + 30 * 10000);
    w.answers = 0; // embeddings
    assert_int_equal(bound_of("plain", &w).output_by, BOUND_OUTPUT_NONE);
    assert_int_equal(nano("plain", &w), 100 * 2000);
    assert_int_equal(nano("input-only", &w), 100 * 20);
    w.tokens = 0;
    assert_int_equal(nano("part", &w), 0);
}

static void rounded_up_once(void **state)
{
    (void)state;
    struct weight w = weight(); // 110 picodollars
    assert_int_equal(nano("crumb", &w), 1);
    w.us = true; // and a little more
    w.tokens = 990;
    assert_int_equal(nano("crumb", &w), 2);
}

static void the_longest_answer(void **state)
{
    (void)state;
    struct weight w = weight();
    w.output_max = 0;
    // Where no maximum is sent, the book's may be an old one: the window then bounds it.
    assert_int_equal(nano("plain", &w), 100 * 2000 + 1000 * 10000);
    assert_int_equal(bound_of("plain", &w).output_by, BOUND_OUTPUT_WINDOW);
    assert_int_equal(nano("window", &w), 100 * 2000 + 1000 * 10000);
    assert_int_equal(bound_of("window", &w).output_by, BOUND_OUTPUT_WINDOW);
    assert_int_equal(nano("capped", &w), 100 * 2000 + 100 * 10000);
    assert_int_equal(nano("short", &w), 100 * 2000 + 1001 * 10000);
    refused("open", &w, BOUND_OUTPUT, "max_tokens");
    struct bound b = bound_unsaid("open", &w);
    assert_int_equal(b.output_by, BOUND_OUTPUT_UNSAID);
    assert_int_equal(b.output_max, 4096);
    b = bound_unsaid("plain", &w);
    assert_int_equal(b.output_by, BOUND_OUTPUT_MODEL);
    assert_int_equal(b.most.n, 100 * 2000 + 100 * 10000);
    w.output_unsure = 200; // it is sent where it is kept to
    b = bound_unsaid("plain", &w);
    assert_int_equal(b.output_by, BOUND_OUTPUT_UNSAID);
    assert_int_equal(b.output_max, 200);
    assert_int_equal(b.most.n, 100 * 2000 + 200 * 10000);
    assert_int_equal(bound_of("plain", &w).output_by, BOUND_OUTPUT_WINDOW); // or not
    w.output_unsure = 5000;
    assert_int_equal(bound_unsaid("plain", &w).output_max, 1000);
    w.output_unsure = 0;
    w.output_max = 5000; // no answer is longer than the window, though it may be than the book says
    assert_int_equal(nano("plain", &w), 100 * 2000 + 1000 * 10000);
    w.output_max = 200;
    assert_int_equal(nano("plain", &w), 100 * 2000 + 200 * 10000);
    w.output_max = 10;
    w.output_beside = 5;
    assert_int_equal(nano("plain", &w), 100 * 2000 + 15 * 10000);
}

// They come beside what was asked for, whoever asked; only the window holds all.
static void images_are_drawn_beside(void **state)
{
    (void)state;
    struct weight w = weight();
    w.output_drawn = 50;
    assert_int_equal(nano("drawn", &w), 100 * 1000 + 60 * 9000);
    w.output_max = 0;
    assert_int_equal(bound_unsaid("drawn", &w).most.n, 100 * 1000 + 150 * 9000);
    assert_int_equal(bound_unsaid("drawn", &w).output_max, 100);
    assert_int_equal(bound_unsaid("open", &w).output, 4096 + 50);
}

// All that an answer's maximum does not hold, only the window does.
static void reasons_that_no_maximum_holds(void **state)
{
    (void)state;
    struct weight w = weight();
    w.reasons_beside = true;
    assert_int_equal(nano("plain", &w), 100 * 2000 + 1000 * 10000);
    assert_int_equal(bound_of("plain", &w).output_max, 10);
    assert_int_equal(nano("capped", &w), 100 * 2000 + 110 * 10000);
    assert_int_equal(nano("short", &w), 100 * 2000 + 1011 * 10000);
    refused("open", &w, BOUND_OUTPUT, NULL);
    w.output_max = 0;
    assert_int_equal(nano("plain", &w), 100 * 2000 + 1000 * 10000);
    assert_int_equal(nano("capped", &w), 100 * 2000 + 100 * 10000);
    assert_int_equal(bound_unsaid("capped", &w).most.n, 100 * 2000 + 200 * 10000);
    w.output_beside = 5;
    assert_int_equal(nano("plain", &w), 100 * 2000 + 1005 * 10000);
}

static void a_window_bounds_the_input(void **state)
{
    (void)state;
    struct weight w = weight();
    w.tokens = 5000;
    assert_int_equal(nano("plain", &w), 1000 * 2000 + 10 * 10000);
    assert_int_equal(nano("open", &w), 5000 * 2000 + 10 * 10000);
    // Where a price above the window is stated, the window is an old one.
    assert_int_equal(nano("old", &w), 5000 * 4000 + 10 * 10000);
    w.prompts = 3;
    assert_int_equal(nano("plain", &w), 3000 * 2000 + 10 * 10000);
    w.vast = "input_file";
    w.tokens = 1;
    assert_int_equal(nano("plain", &w), 3000 * 2000 + 10 * 10000);
    refused("open", &w, BOUND_VAST, "input_file");
    refused("old", &w, BOUND_VAST, "input_file");
    refused("short", &w, BOUND_VAST, "input_file"); // the longest answer would not fit into it
}

static void images_have_a_most(void **state)
{
    (void)state;
    struct weight w = weight();
    w.images = 2;
    assert_int_equal(nano("plain", &w), 1000 * 2000 + 10 * 10000);
    refused("open", &w, BOUND_IMAGES, "images");
    w.image_tokens = 50;
    assert_int_equal(nano("plain", &w), 200 * 2000 + 10 * 10000);
    assert_int_equal(nano("media", &w), 200 * 3000 + 10 * 20000); // at the price of images
    w.images = 0;
    assert_int_equal(nano("media", &w), 100 * 1000 + 10 * 20000);
    assert_int_equal(nano("drawn", &w), 100 * 1000 + 10 * 9000);
    w.vast = "input_audio";
    assert_int_equal(nano("media", &w), 1000 * 8000 + 10 * 20000);
}

static void an_exact_count_is_taken(void **state)
{
    (void)state;
    struct weight w = weight();
    struct bound b;
    w.images = 3;
    bound_make(&(struct bound_call){.sheet = sheet("open"), .weight = &w, .counted = 40}, &b);
    assert_int_equal(b.most.n, 40 * 2000 + 10 * 10000);
}

static void rounds_bill_the_window_again(void **state)
{
    (void)state;
    struct weight w = weight();
    w.rounds = 2;
    w.rounds_of = "context_management";
    w.web_searches = 2;
    w.file_searches = 1;
    assert_int_equal(nano("caches", &w), 3 * 1000 * 3000 + 10 * 15000 + 2 * 10000000 + 2500000 + 1);
    w.output_again = true;
    assert_int_equal(nano("caches", &w), 3 * 1000 * 3000 + 30 * 15000 + 2 * 10000000 + 2500000 + 1);
    refused("open", &w, BOUND_ROUNDS, "context_management");
    refused("plain", &w, BOUND_UNPRICED, NULL); // a search has no price there
    w.web_searches = 0;
    refused("plain", &w, BOUND_UNPRICED, NULL);
}

static void a_cache_may_be_written(void **state)
{
    (void)state;
    struct weight w = weight();
    assert_int_equal(nano("caches", &w), 100 * 3000 + 10 * 15000);
    w.cache_write = true;
    assert_int_equal(nano("caches", &w), 100 * 3750 + 10 * 15000);
    w.cache_hour = true;
    assert_int_equal(nano("caches", &w), 100 * 6000 + 10 * 15000);
    assert_int_equal(nano("writes", &w), 100 * 2000 + 10 * 1000); // the hour's falls back to it
    assert_int_equal(nano("reads", &w), 100 * 2000 + 10 * 1000);
    w.us_possible = true; // 600000 + 150000, x1.1
    assert_int_equal(nano("caches", &w), 825000);
}

static void terms_that_may_hold(void **state)
{
    (void)state;
    struct weight w = weight();
    assert_int_equal(nano("cliff", &w), 100 * 3000 + 10 * 15000);
    w.tokens = 201;
    assert_int_equal(nano("cliff", &w), 201 * 6000 + 10 * 22500);
    w.tokens = 100;
    assert_int_equal(nano("thinks", &w), 100 * 1000 + 10 * 3000);
    assert_int_equal(nano("perhaps", &w), 100 * 7000 + 10 * 1000);
    w.cache_write = true; // at its own price, or not: then as input
    assert_int_equal(nano("falls", &w), 100 * 2000 + 10 * 1000);
    assert_int_equal(nano("rises", &w), 100 * 3000 + 10 * 1000);
    w.us_possible = true; // a rebate that is not sure counts for nothing
    assert_int_equal(nano("abroad", &w), 100 * 2000 + 10 * 1000);
    w.us = true;
    assert_int_equal(nano("abroad", &w), (100 * 2000 + 10 * 1000) / 2);
    assert_int_equal(nano("from", &w), 100 * 1000 + 10 * 1000); // the price before is over
}

static void dearer_tiers(void **state)
{
    (void)state;
    struct weight w = weight();
    assert_int_equal(nano("tiers", &w), 100 * 1000 + 10 * 2000);
    w.services = WITH(FLEX);
    assert_int_equal(nano("tiers", &w), 100 * 1000 + 10 * 2000);
    w.services = WITH(PRIORITY) | 1u << SERVICE_OTHER; // where no price is, nothing will be priced
    assert_int_equal(nano("tiers", &w), 2 * (100 * 1000 + 10 * 2000));
    assert_int_equal(nano("plain", &w), 100 * 2000 + 10 * 10000);
    w.service = SERVICE_FLEX;
    w.services = 0;
    assert_int_equal(nano("tiers", &w), (100 * 1000 + 10 * 2000) / 2);
    refused("plain", &w, BOUND_UNPRICED_TIER, "service_tier");
}

// The prices of each moment until the call has ended.
static int64_t nano_within(const char *model, int64_t start_us, int64_t longest_us)
{
    struct weight w = weight();
    struct bound b;
    bound_make(
        &(struct bound_call){
            .sheet = sheet(model), .weight = &w, .start_us = start_us, .longest_us = longest_us},
        &b);
    assert_int_equal(b.state, BOUND_KNOWN);
    return b.most.n;
}

static void prices_that_change_meanwhile(void **state)
{
    (void)state;
    const int64_t out = 10 * 1000;
    assert_int_equal(nano_within("soon", NIL_UTC, 0), 100 * 750 + 10 * 3750);
    assert_int_equal(nano_within("soon", NIL_UTC, HOUR_US), 100 * 750 + 10 * 3750);
    assert_int_equal(nano_within("soon", NIL_UTC, 24 * HOUR_US), 100 * 1500 + 10 * 7500);
    assert_int_equal(nano_within("from", NIL_UTC - 365 * 24 * HOUR_US, 2 * 24 * HOUR_US),
                     100 * 9000 + 10 * 9000);
    const int64_t noon = NIL_UTC + 12 * HOUR_US;
    assert_int_equal(nano_within("noon", noon - 2, 1), 100 * 2000 + 10 * 500);
    assert_int_equal(nano_within("noon", noon - 1, 3), 100 * 5000 + 10 * 500);
    assert_int_equal(nano_within("noon", noon + HOUR_US - 2, 1), 100 * 5000 + 10 * 500);
    assert_int_equal(nano_within("noon", noon + HOUR_US - 1, 3), 100 * 5000 + 10 * 1000);
    assert_int_equal(nano_within("nights", NIL_UTC, 0), 100 * 1000 + out);
    assert_int_equal(nano_within("nights", NIL_UTC, HOUR_US - 1), 100 * 1000 + out);
    assert_int_equal(nano_within("nights", NIL_UTC, HOUR_US), 100 * 5000 + out);
    assert_int_equal(nano_within("nights", NIL_UTC + HOUR_US, 0), 100 * 5000 + out);
    assert_int_equal(nano_within("nights", NIL_UTC + 2 * HOUR_US, 2 * HOUR_US), 100 * 1000 + out);
    assert_int_equal(nano_within("nights", NIL_UTC, 24 * HOUR_US), 100 * 9000 + out);
    assert_int_equal(nano_within("nights", NIL_UTC + 26 * HOUR_US, 2 * HOUR_US), 100 * 7000 + out);
}

static void sheets_that_follow(void **state)
{
    (void)state;
    struct weight w = weight();
    struct sheet after = *sheet("plain");
    struct bound b;
    after.before = sheet("window");
    after.since_us = NIL_UTC + HOUR_US;
    struct sheet dearer = *sheet("open");
    dearer.before = sheet("gratis");
    dearer.since_us = NIL_UTC;
    struct bound_call c = {.sheet = &dearer, .weight = &w, .start_us = NIL_UTC - 1};
    bound_make(&c, &b); // free as it starts, and it ends at once
    assert_int_equal(b.most.n, 0);
    c.longest_us = 1;
    bound_make(&c, &b);
    assert_int_equal(b.most.n, 100 * 2000 + 10 * 10000);
    c.start_us = NIL_UTC;
    bound_make(&c, &b);
    assert_int_equal(b.most.n, 100 * 2000 + 10 * 10000);
    struct sheet freed = *sheet("gratis"); // and the other way round
    freed.before = sheet("open");
    freed.since_us = NIL_UTC + 1;
    c = (struct bound_call){.sheet = &freed, .weight = &w, .start_us = NIL_UTC, .longest_us = 1};
    bound_make(&c, &b);
    assert_int_equal(b.most.n, 100 * 2000 + 10 * 10000);
    // Limits are those of the one that holds first.
    w.output_max = 0;
    c = (struct bound_call){.sheet = &after, .weight = &w, .start_us = NIL_UTC};
    bound_make(&c, &b);
    assert_int_equal(b.output_by, BOUND_OUTPUT_WINDOW);
    dearer = *sheet("none");
    dearer.before = sheet("plain");
    dearer.since_us = NIL_UTC;
    c = (struct bound_call){
        .sheet = &dearer, .weight = &w, .start_us = NIL_UTC - 1, .longest_us = 1};
    bound_make(&c, &b);
    assert_int_equal(b.state, BOUND_UNPRICED);
}

static int64_t longest(const char *model, int64_t output_max, int64_t room)
{
    struct weight w = weight();
    w.output_max = output_max;
    return bound_longest(
        &(struct bound_call){.sheet = sheet(model), .weight = &w, .start_us = NIL_UTC},
        (struct nano){room});
}

static void the_longest_that_can_be_paid(void **state)
{
    (void)state;
    const int64_t in = 100 * 2000;
    assert_int_equal(longest("plain", 10, in + 100000), 10);
    assert_int_equal(longest("plain", 10, in + 99999), 9);
    assert_int_equal(longest("plain", 0, in + 999999), 99);
    assert_int_equal(longest("plain", 0, INT64_MAX), 1000);
    assert_int_equal(longest("plain", 10, in + 9999), 0);
    assert_int_equal(longest("plain", 10, 0), 0);
    assert_int_equal(longest("dear", INT64_MAX, 100LL * 1000000000 + 7000000000), 7);
    assert_int_equal(longest("open", 0, INT64_MAX), 0); // nothing says how long one can be
    assert_int_equal(longest("none", 10, INT64_MAX), 0);
    struct weight w = weight();
    w.answers = 0;
    struct bound_call c = {.sheet = sheet("plain"), .weight = &w};
    assert_int_equal(bound_longest(&c, (struct nano){INT64_MAX}), 0);
}

static void fees_and_time(void **state)
{
    (void)state;
    struct weight w = weight();
    assert_int_equal(nano("fee", &w), 110 * 1000 + 5000000);
    assert_int_equal(nano("sound", &w), 110 * 1000);
    w.vast = "input_audio";
    refused("sound", &w, BOUND_SECONDS, "input_audio");
    assert_int_equal(nano("plain", &w), 1000 * 2000 + 10 * 10000);
    w = weight();
    refused("own", &w, BOUND_TIME, NULL);
    assert_int_equal(nano_within("own", NIL_UTC, HOUR_US), 360000000);
    assert_int_equal(nano_within("own", NIL_UTC, 1), 1); // 0.1 nanodollars
    assert_int_equal(nano_within("both", NIL_UTC, HOUR_US), 360000000 + 110 * 1000);
}

static void what_has_no_bound(void **state)
{
    (void)state;
    struct weight w = weight();
    struct bound b;
    refused("none", &w, BOUND_UNPRICED, NULL);
    refused("part", &w, BOUND_UNPRICED, NULL);
    refused("input-only", &w, BOUND_UNPRICED, NULL);
    bound_make(&(struct bound_call){.weight = &w}, &b);
    assert_int_equal(b.state, BOUND_UNPRICED);
    w.file_searches = 1;
    refused("plain", &w, BOUND_UNPRICED, NULL);
    w = weight();
    w.boundless = "tools[].max_uses";
    w.boundless_item = 2;
    refused("plain", &w, BOUND_BOUNDLESS, "tools[2].max_uses");
    w.boundless = "tools[]";
    refused("plain", &w, BOUND_BOUNDLESS, "tools[2]");
    w.boundless = "tools";
    refused("plain", &w, BOUND_BOUNDLESS, "tools");
    bound_make(&(struct bound_call){.weight = &w}, &b);
    assert_int_equal(b.state, BOUND_BOUNDLESS);
    assert_int_equal(nano("gratis", &w), 0);
    w.free = true; // tokens are counted for nothing
    assert_int_equal(nano("none", &w), 0);
    for (unsigned i = 0; i < BOUND_STATE_COUNT; i++)
        assert_non_null(bound_words((enum bound_state)i));
}

static void beyond_all_counting(void **state)
{
    (void)state;
    struct weight w = weight();
    w.output_max = INT64_MAX / 2;
    w.answers_field = "n"; // which is in proportion
    refused("dear", &w, BOUND_LARGE, "max_tokens");
    w.answers_field = NULL;
    w.answers = INT64_MAX;
    w.tokens = INT64_MAX;
    refused("dear", &w, BOUND_LARGE, "max_tokens");
    w.us = true;
    w.service = SERVICE_BATCH;
    refused("dear", &w, BOUND_LARGE, "max_tokens");
    w = weight();
    w.output_max = 0;
    w.output_unsure = INT64_MAX / 2; // which is sent as a maximum, and held
    struct bound b;
    bound_make(
        &(struct bound_call){
            .sheet = sheet("dear"), .weight = &w, .start_us = NIL_UTC, .output_unsaid = 4096},
        &b);
    assert_int_equal(b.state, BOUND_LARGE);
    assert_string_equal(b.field, "max_tokens");
    w = weight();
    w.answers = INT64_MAX / 2;
    w.answers_field = "n";
    refused("dear", &w, BOUND_LARGE, "n");
    w = weight();
    w.rounds = INT64_MAX / 2;
    w.rounds_of = "tools[].max_uses";
    w.rounds_item = 1;
    w.output_again = true;
    refused("window", &w, BOUND_LARGE, "tools[1].max_uses");
    w = weight();
    w.output_max = w.answers = 0;
    w.tokens = INT64_MAX;
    refused("input-only", &w, BOUND_LARGE, NULL);
    w = weight();
    w.images = INT64_MAX;
    w.image_tokens = 2;
    assert_int_equal(bound_of("open", &w).input, INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_at_their_prices),
        cmocka_unit_test(rounded_up_once),
        cmocka_unit_test(the_longest_answer),
        cmocka_unit_test(reasons_that_no_maximum_holds),
        cmocka_unit_test(a_window_bounds_the_input),
        cmocka_unit_test(images_are_drawn_beside),
        cmocka_unit_test(images_have_a_most),
        cmocka_unit_test(an_exact_count_is_taken),
        cmocka_unit_test(rounds_bill_the_window_again),
        cmocka_unit_test(a_cache_may_be_written),
        cmocka_unit_test(terms_that_may_hold),
        cmocka_unit_test(dearer_tiers),
        cmocka_unit_test(prices_that_change_meanwhile),
        cmocka_unit_test(sheets_that_follow),
        cmocka_unit_test(the_longest_that_can_be_paid),
        cmocka_unit_test(fees_and_time),
        cmocka_unit_test(what_has_no_bound),
        cmocka_unit_test(beyond_all_counting),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
