// SPDX-License-Identifier: Apache-2.0

#include <costlens.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"

static struct costlens_book *book;

static int setup(void **state)
{
    static const char text[] = "vendor mine\nmodel m\nprice input 2 output 4\nmodel hourly\n"
                               "price busy 0.36\n";
    (void)state;
    return costlens_book_open(NULL, text, sizeof text - 1, &book, NULL, 0) != COSTLENS_OK;
}

static int teardown(void **state)
{
    (void)state;
    costlens_book_close(book);
    return 0;
}

static void reads_and_writes_amounts(void **state)
{
    int64_t n = 0;
    char text[32];
    char why[200];
    (void)state;
    assert_int_equal(costlens_nano_read("500.00", &n, NULL, 0), COSTLENS_OK);
    assert_int_equal(n, INT64_C(500000000000));
    assert_int_equal(costlens_nano_usd(n, text, sizeof text), COSTLENS_OK);
    assert_string_equal(text, "500.00");
    assert_int_equal(costlens_nano_usd(INT64_MIN, text, sizeof text), COSTLENS_OK);
    assert_string_equal(text, "-9223372036.854775808");
    assert_int_equal(costlens_nano_usd(1, text, 12), COSTLENS_OK);
    assert_int_equal(costlens_nano_usd(1, text, 11), COSTLENS_RANGE);
    static const struct {
        const char *usd;
        enum costlens_status status;
        const char *says;
    } bad[] = {
        {"", COSTLENS_SYNTAX, "no amount"},
        {"nan", COSTLENS_SYNTAX, "no amount"},
        {"-1", COSTLENS_RANGE, "negative"},
        {"0.0000000001", COSTLENS_RANGE, "more than 9 places"},
        {"9223372037", COSTLENS_RANGE, "the most"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        n = 7;
        assert_int_equal(costlens_nano_read(bad[i].usd, &n, why, sizeof why), bad[i].status);
        assert_non_null(strstr(why, bad[i].says));
        assert_int_equal(n, 7);
    }
}

static void rounds_a_cost_up_once(void **state)
{
    struct costlens_cost c = {.state = COSTLENS_PRICED, .picodollars = 1001};
    int64_t n = 0;
    (void)state;
    assert_int_equal(costlens_cost_nanodollars(&c, &n), COSTLENS_OK);
    assert_int_equal(n, 2);
    c.state = COSTLENS_FREE;
    c.picodollars = 0;
    assert_int_equal(costlens_cost_nanodollars(&c, &n), COSTLENS_OK);
    assert_int_equal(n, 0);
    c.state = COSTLENS_UNPRICED;
    assert_int_equal(costlens_cost_nanodollars(&c, &n), COSTLENS_UNKNOWN);
    c.state = COSTLENS_BY_PROVIDER;
    c.picodollars = -1;
    assert_int_equal(costlens_cost_nanodollars(&c, &n), COSTLENS_RANGE);
    c.picodollars = INT64_MAX;
    c.too_large = 1;
    assert_int_equal(costlens_cost_nanodollars(&c, &n), COSTLENS_RANGE);
}

static struct costlens_request request(const char *vendor, const char *body)
{
    return (struct costlens_request){
        .endpoint = COSTLENS_CHAT, .vendor = vendor, .body = body, .body_len = strlen(body)};
}

static void bounds_a_body(void **state)
{
    static const char body[] = "{\"model\":\"gpt-4o\",\"max_tokens\":100,\"messages\":[{\"role\":"
                               "\"user\",\"content\":\"Hello\"}]}";
    struct costlens_request r = request("openai", body);
    struct costlens_bound b;
    (void)state;
    assert_int_equal(costlens_bound(book, &r, &b, NULL, 0), COSTLENS_OK);
    assert_int_equal(b.state, COSTLENS_BOUND_KNOWN);
    assert_int_equal(b.output_by, COSTLENS_OUTPUT_ASKED);
    assert_int_equal(b.output_max, 100);
    assert_true(b.input > 5 && b.nanodollars > 100 * 10000 + 5 * 2500); // at the least
    int64_t by_bytes = b.nanodollars;
    r.counted = 9;
    assert_int_equal(costlens_bound(book, &r, &b, NULL, 0), COSTLENS_OK);
    assert_int_equal(b.input, 9);
    assert_true(b.nanodollars < by_bytes);
    r.us_region = 1; // the same where the book knows no surcharge, never less
    int64_t plain = b.nanodollars;
    assert_int_equal(costlens_bound(book, &r, &b, NULL, 0), COSTLENS_OK);
    assert_true(b.nanodollars >= plain);
}

static void takes_the_path_s_model_and_the_models_own_maximum(void **state)
{
    static const char body[] = "{\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]}";
    struct costlens_request r = request("google", body);
    struct costlens_bound b;
    struct costlens_model m;
    char why[200];
    (void)state;
    r.endpoint = COSTLENS_GENERATE;
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_SYNTAX);
    assert_non_null(strstr(why, "model"));
    r.model = "gemini-2.5-flash";
    r.output_unsaid = 4096;
    assert_int_equal(costlens_find(book, "google", r.model, &m), COSTLENS_OK);
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_OK);
    assert_int_equal(b.state, COSTLENS_BOUND_KNOWN);
    assert_int_equal(b.output_by, COSTLENS_OUTPUT_MODEL);
    assert_int_equal(b.output_max, m.output_tokens_max);
    assert_string_equal(b.output_field, "generationConfig.maxOutputTokens");
}

// Whatever limits the text.
static void images_are_within_the_bound(void **state)
{
    static const struct {
        const char *vendor, *model;
        int64_t drawn;
    } rows[] = {
        {"google", "gemini-2.5-flash-image", 12900},
        {"google", "gemini-3-pro-image-preview", 32768},
        {"google", "gemini-3.1-flash-image-preview", 32768},
        {"google", "gemini-3.1-flash-lite-image", 32768},
        {"openrouter", "google/gemini-2.5-flash-image", 12900},
        {"openrouter", "google/gemini-3-pro-image", 32768},
        {"openrouter", "google/gemini-3-pro-image-preview", 32768},
        {"openrouter", "google/gemini-3.1-flash-image", 32768},
        {"openrouter", "google/gemini-3.1-flash-image-preview", 32768},
        {"openrouter", "google/gemini-3.1-flash-lite-image", 32768},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char body[256];
        struct costlens_bound b;
        snprintf(body, sizeof body, "{\"model\":\"%s\",\"messages\":[]}", rows[i].model);
        struct costlens_request r = request(rows[i].vendor, body);
        for (r.output_unsaid = 0; r.output_unsaid <= 4096; r.output_unsaid += 4096) {
            assert_int_equal(costlens_bound(book, &r, &b, NULL, 0), COSTLENS_OK);
            assert_true(b.state == COSTLENS_BOUND_KNOWN || r.output_unsaid == 0);
            if (b.state == COSTLENS_BOUND_KNOWN && b.output < rows[i].drawn)
                fail_msg("%s at %s: %lld", rows[i].model, rows[i].vendor, (long long)b.output);
        }
    }
}

static void says_why_there_is_none(void **state)
{
    static const char plain[] = "{\"model\":\"m\",\"messages\":[]}";
    struct costlens_request r = request("mine", plain);
    struct costlens_bound b;
    char why[200];
    (void)state;
    assert_int_equal(costlens_bound(book, &r, &b, NULL, 0), COSTLENS_OK);
    assert_int_equal(b.state, COSTLENS_BOUND_NONE);
    assert_string_equal(b.field, "max_tokens");
    assert_int_equal(b.nanodollars, 0);
    r.output_unsaid = 50;
    assert_int_equal(costlens_bound(book, &r, &b, NULL, 0), COSTLENS_OK);
    assert_int_equal(b.output_by, COSTLENS_OUTPUT_UNSAID);
    assert_int_equal(b.output_max, 50);
    r.vendor = "nobody";
    assert_int_equal(costlens_bound(book, &r, &b, NULL, 0), COSTLENS_OK);
    assert_int_equal(b.state, COSTLENS_BOUND_UNPRICED);
    assert_non_null(b.why);
    r.vendor = "mine";
    r.model = "hourly";
    assert_int_equal(costlens_bound(book, &r, &b, NULL, 0), COSTLENS_OK);
    assert_int_equal(b.state, COSTLENS_BOUND_NONE);
    r.longest_us = INT64_C(3600000000);
    assert_int_equal(costlens_bound(book, &r, &b, NULL, 0), COSTLENS_OK);
    assert_int_equal(b.nanodollars, 360000000);
    r.longest_us = COSTLENS_LONGEST_US + 1;
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_RANGE);
    r.longest_us = -1;
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_RANGE);
    r.longest_us = 0;
    r.start_us = -1;
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_RANGE);
    r.start_us = 0;
    r.counted = -1;
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_RANGE);
    r.counted = 0;
    r.output_unsaid = -1;
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_RANGE);
    assert_non_null(strstr(why, "negative"));
    r = request("mine",
                "{\"model\":\"m\",\"max_tokens\":1,\"service_tier\":\"priority\",\"messages\":[]}");
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_OK);
    assert_int_equal(b.state, COSTLENS_BOUND_UNPRICED);
    assert_string_equal(b.field, "service_tier");
    r = request("mine", "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[],"
                        "\"tools\":[{\"type\":\"function\"},{\"type\":\"web_search\"}]}");
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_OK);
    assert_int_equal(b.state, COSTLENS_BOUND_NONE);
    assert_string_equal(b.field, "tools[1]");
    r = request("mine", "{\"model\":");
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_SYNTAX);
    r.endpoint = (enum costlens_endpoint)99;
    assert_int_equal(costlens_bound(book, &r, &b, why, sizeof why), COSTLENS_UNKNOWN);
}

// Gives no memory once it is told so.
static void *scarce_resize(void *context, void *old, size_t size)
{
    const bool *none = context;
    if (size > 0)
        return *none ? NULL : realloc(old, size);
    free(old);
    return NULL;
}

static void says_when_memory_ends(void **state)
{
    bool none = false;
    struct costlens_alloc alloc = {scarce_resize, &none};
    struct costlens_request r = request("openai", "{\"model\":\"gpt-4o\",\"messages\":[]}");
    struct costlens_book *own;
    struct costlens_bound b;
    char why[200];
    (void)state;
    assert_int_equal(costlens_book_open(&alloc, NULL, 0, &own, NULL, 0), COSTLENS_OK);
    none = true;
    assert_int_equal(costlens_bound(own, &r, &b, why, sizeof why), COSTLENS_NO_MEMORY);
    none = false;
    assert_int_equal(costlens_bound(own, &r, &b, why, sizeof why), COSTLENS_OK);
    costlens_book_close(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_amounts),
        cmocka_unit_test(rounds_a_cost_up_once),
        cmocka_unit_test(bounds_a_body),
        cmocka_unit_test(takes_the_path_s_model_and_the_models_own_maximum),
        cmocka_unit_test(images_are_within_the_bound),
        cmocka_unit_test(says_why_there_is_none),
        cmocka_unit_test(says_when_memory_ends),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
