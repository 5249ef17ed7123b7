// SPDX-License-Identifier: Apache-2.0

#include <costlens.h>
#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "scarce.h"

static struct costlens_book *book;

static int setup(void **state)
{
    return costlens_book_open(NULL, NULL, 0, &book, NULL, 0) != COSTLENS_OK;
}

static int teardown(void **state)
{
    costlens_book_close(book);
    return 0;
}

static void finds_models(void **state)
{
    struct costlens_model m;
    assert_int_equal(costlens_find(book, "openai", "gpt-5.6-sol-2026-08-21", &m), COSTLENS_OK);
    assert_string_equal(m.vendor, "openai");
    assert_string_equal(m.model, "gpt-5.6-sol");
    assert_int_equal(m.context_tokens, 1050000);
    assert_int_equal(m.output_tokens_max, 128000);
    assert_int_equal(costlens_find(book, "openai", "gpt-99", &m), COSTLENS_UNKNOWN);
    assert_int_equal(strlen(costlens_book_version(book)), 12);
}

static void takes_texts_of_the_caller(void **state)
{
    static const char text[] = "vendor mine\nmodel m\nprice input 2 output 4\n";
    struct costlens_book *own;
    struct costlens_usage u = {.count = {[COSTLENS_INPUT] = 1000, [COSTLENS_OUTPUT] = 1}};
    struct costlens_cost c;
    char why[80];
    assert_int_equal(costlens_book_open(NULL, text, sizeof text - 1, &own, why, sizeof why),
                     COSTLENS_OK);
    assert_int_equal(costlens_price(own, "mine", "m", &u, 0, &c), COSTLENS_OK);
    assert_int_equal(c.picodollars, 2004000000);
    assert_string_not_equal(costlens_book_version(own), costlens_book_version(book));
    costlens_book_close(own);
    assert_int_equal(costlens_book_open(NULL, "model", 5, &own, why, sizeof why), COSTLENS_SYNTAX);
    assert_non_null(strstr(why, "line 1"));
    assert_int_equal(costlens_book_open(NULL, "model", 5, &own, why, 8), COSTLENS_SYNTAX);
    assert_int_equal(strlen(why), 7);
}

static const char chat[] =
    "{\"id\":\"c\",\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"finish_reason\":"
    "\"stop\","
    "\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"}}],\"usage\":{\"prompt_tokens\":1200,"
    "\"completion_tokens\":300,\"total_tokens\":1500,\"prompt_tokens_details\":{\"cached_tokens\":"
    "1000}}}";

static enum costlens_status read_whole(const struct costlens_alloc *alloc, const char *body,
                                       char model[64], struct costlens_usage *u)
{
    struct costlens_reader *r;
    enum costlens_status s = costlens_reader_open(alloc, COSTLENS_CHAT, "openai", 0, &r);
    if (s != COSTLENS_OK)
        return s;
    costlens_reader_feed(r, body, strlen(body));
    costlens_reader_end(r, 1);
    s = costlens_reader_usage(r, u);
    snprintf(model, 64, "%s", costlens_reader_model(r));
    costlens_reader_close(r);
    return s;
}

static void prices_a_whole_answer(void **state)
{
    struct costlens_usage u;
    struct costlens_cost c;
    char model[64];
    char text[COSTLENS_EXPLAIN_BYTES];
    assert_int_equal(read_whole(NULL, chat, model, &u), COSTLENS_OK);
    assert_int_equal(u.count[COSTLENS_INPUT], 200);
    assert_int_equal(u.count[COSTLENS_CACHE_READ], 1000);
    assert_int_equal(u.count[COSTLENS_OUTPUT], 300);
    assert_false(u.estimated);
    assert_string_equal(model, "gpt-4o-2024-08-06");
    assert_int_equal(costlens_price(book, "openai", model, &u, 0, &c), COSTLENS_OK);
    assert_int_equal(c.state, COSTLENS_PRICED);
    assert_int_equal(costlens_usd(c.picodollars, text, sizeof text), COSTLENS_OK);
    assert_string_equal(text, "0.004750000000");
    assert_int_equal(costlens_usd(c.picodollars, text, 14), COSTLENS_RANGE);
    assert_int_equal(costlens_usd(c.picodollars, text, 15), COSTLENS_OK);
    assert_int_equal(costlens_usd(INT64_MIN, text, 32), COSTLENS_OK);
    assert_string_equal(text, "-9223372.036854775808");
    assert_int_equal(costlens_explain(&c, text, sizeof text), COSTLENS_OK);
    assert_non_null(strstr(text, "200 input"));
    assert_non_null(strstr(text, "total: 0.004750000000 USD\n"));
    assert_int_equal(costlens_explain(&c, text, 20), COSTLENS_RANGE);
    assert_int_equal(read_whole(NULL, "{}", model, &u), COSTLENS_NO_USAGE);
}

static void says_the_factors_and_what_is_missing(void **state)
{
    struct costlens_usage u = {
        .count = {[COSTLENS_OUTPUT] = 1000}, .service = COSTLENS_FAST, .us_region = 1};
    struct costlens_cost c;
    char text[COSTLENS_EXPLAIN_BYTES];
    assert_int_equal(costlens_price(book, "anthropic", "claude-opus-4-6", &u, 0, &c), COSTLENS_OK);
    assert_int_equal(c.picodollars, 165000000000); // 1000 x 25 x 1.1 x 6
    assert_int_equal(c.factor_count, 2);
    assert_int_equal(c.factor_ppm[0] * c.factor_ppm[1], INT64_C(6600000000000));
    u.service = COSTLENS_FLEX;
    assert_int_equal(costlens_price(book, "anthropic", "claude-opus-4-6", &u, 0, &c), COSTLENS_OK);
    assert_int_equal(c.state, COSTLENS_UNPRICED);
    assert_true(c.tier_missing);
    u.service = COSTLENS_STANDARD;
    assert_int_equal(costlens_price(book, "none", "none", &u, 0, &c), COSTLENS_OK);
    assert_int_equal(c.missing, COSTLENS_OUTPUT);
    assert_int_equal(costlens_explain(&c, text, sizeof text), COSTLENS_OK);
    assert_non_null(strstr(text, "unpriced"));
    u.has_reported = 1;
    u.reported_picodollars = 7;
    assert_int_equal(costlens_price(book, "none", "none", &u, 0, &c), COSTLENS_OK);
    assert_int_equal(c.state, COSTLENS_BY_PROVIDER);
    assert_int_equal(c.picodollars, 7);
}

static void reads_a_stream_in_any_pieces(void **state)
{
    static const char stream[] =
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":"
        "\"claude-haiku-5-5\",\"usage\":{\"input_tokens\":100001,\"cache_creation_input_tokens\":0,"
        "\"cache_read_input_tokens\":0,\"output_tokens\":1}}}\n\n"
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
        "{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n"
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
        "\"end_turn\"},\"usage\":{\"output_tokens\":5}}\n\n"
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    for (size_t piece = 1; piece < sizeof stream; piece += 7) {
        struct costlens_reader *r;
        struct costlens_usage u;
        struct costlens_cost c;
        assert_int_equal(costlens_reader_open(NULL, COSTLENS_MESSAGES, "anthropic", 1, &r),
                         COSTLENS_OK);
        for (size_t at = 0; at < sizeof stream - 1; at += piece) {
            size_t n = sizeof stream - 1 - at;
            costlens_reader_feed(r, stream + at, n < piece ? n : piece);
        }
        costlens_reader_end(r, 1);
        assert_true(costlens_reader_complete(r));
        assert_int_equal(costlens_reader_usage(r, &u), COSTLENS_OK);
        assert_int_equal(costlens_price(book, "anthropic", costlens_reader_model(r), &u, 0, &c),
                         COSTLENS_OK);
        costlens_reader_close(r);
        assert_int_equal(c.picodollars, 50013000000);
        assert_int_equal(c.cliff, 100000);
    }
}

static const char lines[] =
    "{\"model\":\"llama3.2:3b\",\"message\":{\"content\":\"Hi\"},\"done\":false}\n"
    "{\"model\":\"llama3.2:3b\",\"done\":true,\"done_reason\":\"stop\",\"total_duration\":90000,"
    "\"load_duration\":20000,\"prompt_eval_count\":44,\"prompt_eval_duration\":30000,\"eval_"
    "count\":8,"
    "\"eval_duration\":35000}\n";

// Ollama's stream in pieces, and its whole answer, which is the last of the lines.
static void reads_ollama(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof lines; cut++) {
        int streaming = cut > 0;
        const char *body = streaming ? lines : strchr(lines, '\n') + 1;
        size_t len = strlen(body);
        struct costlens_reader *reader = NULL;
        struct costlens_usage usage = {0};
        struct costlens_times times = {0};
        assert_int_equal(
            costlens_reader_open(NULL, COSTLENS_OLLAMA_CHAT, "ollama", streaming, &reader),
            COSTLENS_OK);
        size_t first = streaming ? cut : len;
        costlens_reader_feed(reader, body, first);
        costlens_reader_feed(reader, body + first, len - first);
        costlens_reader_end(reader, 1);
        assert_true(costlens_reader_complete(reader));
        assert_int_equal(costlens_reader_usage(reader, &usage), COSTLENS_OK);
        assert_int_equal(usage.count[COSTLENS_INPUT], 44);
        assert_int_equal(usage.count[COSTLENS_OUTPUT], 8);
        costlens_reader_times(reader, &times);
        assert_int_equal(times.total_ns - times.load_ns - times.input_ns - times.output_ns, 5000);
        assert_int_equal(usage.count[COSTLENS_BUSY], 85);
        assert_false(costlens_reader_remote(reader));
        assert_string_equal(costlens_reader_model(reader), "llama3.2:3b");
        costlens_reader_close(reader);
    }
}

// A millionth of an hour has 3600 microseconds: 85 of them at 0.36 USD an hour.
static void prices_the_time_of_a_machine(void **state)
{
    static const char text[] = "vendor local\nmodel *\nprice busy 0.36\n";
    struct costlens_book *own;
    struct costlens_usage u = {.count = {[COSTLENS_OUTPUT] = 8, [COSTLENS_BUSY] = 85}};
    struct costlens_cost c;
    char shown[200];
    assert_int_equal(costlens_book_open(NULL, text, sizeof text - 1, &own, NULL, 0), COSTLENS_OK);
    assert_int_equal(costlens_price(own, "local", "m", &u, 0, &c), COSTLENS_OK);
    assert_int_equal(c.state, COSTLENS_PRICED);
    assert_int_equal(c.picodollars, 8500);
    assert_int_equal(c.line_count, 1);
    assert_int_equal(c.lines[0].price_atto, INT64_C(360000000000));
    assert_int_equal(costlens_explain(&c, shown, sizeof shown), COSTLENS_OK);
    assert_non_null(
        strstr(shown, "0.000085 seconds busy     x 0.36 USD/hour       = 0.000000008500\n"));
    u.count[COSTLENS_BUSY] = 0;
    assert_int_equal(costlens_price(own, "local", "m", &u, 0, &c), COSTLENS_OK);
    assert_int_equal(c.state, COSTLENS_UNPRICED);
    assert_int_equal(c.missing, COSTLENS_BUSY);
    costlens_book_close(own);
}

static void tells_the_requests_behind_an_answer(void **state)
{
    static const char body[] =
        "{\"model\":\"claude-opus-5\",\"usage\":{\"input_tokens\":5,\"output_tokens\":2,"
        "\"output_tokens_details\":{\"thinking_tokens\":1},"
        "\"service_tier\":\"batch\",\"iterations\":["
        "{\"type\":\"message\",\"input_tokens\":4,\"output_tokens\":1},"
        "{\"type\":\"fallback_message\",\"model\":\"claude-opus-5\",\"input_tokens\":5,"
        "\"output_tokens\":2},"
        "{\"type\":\"compaction\",\"input_tokens\":9,\"output_tokens\":3}]}}";
    struct costlens_reader *r;
    struct costlens_usage u;
    const char *model = "";
    assert_int_equal(costlens_reader_open(NULL, COSTLENS_MESSAGES, NULL, 0, &r), COSTLENS_OK);
    costlens_reader_feed(r, body, sizeof body - 1);
    costlens_reader_end(r, 1);
    assert_int_equal(costlens_reader_usage(r, &u), COSTLENS_OK);
    assert_int_equal(u.count[COSTLENS_INPUT], 18);
    assert_int_equal(costlens_reader_share(r, 0, &model, &u), 1);
    assert_null(model);
    assert_int_equal(u.count[COSTLENS_INPUT], 4);
    assert_int_equal(u.service, COSTLENS_BATCH);
    assert_int_equal(u.reasoning, 1); // of the call: a price may ask whether it thought
    assert_int_equal(costlens_reader_share(r, 1, &model, &u), 1);
    assert_string_equal(model, "claude-opus-5");
    assert_int_equal(costlens_reader_share(r, 2, &model, &u), 1);
    assert_string_equal(model, "");
    assert_int_equal(u.prompt, 9);
    assert_int_equal(costlens_reader_share(r, 3, &model, &u), 0);
    costlens_reader_close(r);
}

static void estimates_what_was_not_counted(void **state)
{
    static const char stream[] = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi there\"}}]}\n\n"
                                 "data: {\"choices\":[{\"delta\":{\"content\":\"!\"}}]}\n\n";
    struct costlens_reader *r;
    struct costlens_usage u;
    assert_int_equal(costlens_reader_open(NULL, COSTLENS_CHAT, NULL, 1, &r), COSTLENS_OK);
    costlens_reader_feed(r, stream, sizeof stream - 1);
    costlens_reader_end(r, 0);
    assert_false(costlens_reader_complete(r));
    assert_int_equal(costlens_reader_usage(r, &u), COSTLENS_NO_USAGE);
    costlens_reader_estimate(r, 400, &u);
    costlens_reader_close(r);
    assert_true(u.estimated);
    assert_int_equal(u.count[COSTLENS_INPUT], 100);
    assert_true(u.count[COSTLENS_OUTPUT] >= 2);
    assert_false(u.uncounted);
}

static void an_estimate_with_an_image_has_no_price(void **state)
{
    static const char answer[] =
        "{\"candidates\":[{\"content\":{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\","
        "\"data\":\"iVBORw0KGgo=\"}}]},\"finishReason\":\"STOP\"}]}";
    struct costlens_reader *r;
    struct costlens_usage u;
    struct costlens_cost c;
    char text[COSTLENS_EXPLAIN_BYTES];
    (void)state;
    assert_int_equal(costlens_reader_open(NULL, COSTLENS_GENERATE, NULL, 0, &r), COSTLENS_OK);
    costlens_reader_feed(r, answer, sizeof answer - 1);
    costlens_reader_end(r, 1);
    costlens_reader_estimate(r, 400, &u);
    costlens_reader_close(r);
    assert_true(u.uncounted);
    assert_int_equal(costlens_price(book, "openai", "gpt-4o", &u, 0, &c), COSTLENS_OK);
    assert_int_equal(c.state, COSTLENS_UNPRICED);
    assert_true(c.uncounted);
    assert_int_equal(costlens_explain(&c, text, sizeof text), COSTLENS_OK);
    assert_non_null(strstr(text, "nobody counted"));
}

static void refuses_what_makes_no_sense(void **state)
{
    struct costlens_usage u = {.count = {-1}};
    struct costlens_cost c = {0};
    struct costlens_reader *r = (struct costlens_reader *)&c;
    struct costlens_book *bad = (struct costlens_book *)&c;
    char text[COSTLENS_EXPLAIN_BYTES];
    assert_int_equal(costlens_price(book, "openai", "gpt-4o", &u, 0, &c), COSTLENS_RANGE);
    u.count[0] = 0;
    u.service = (enum costlens_service)99;
    assert_int_equal(costlens_price(book, "openai", "gpt-4o", &u, 0, &c), COSTLENS_RANGE);
    c.line_count = 1000;
    assert_int_equal(costlens_explain(&c, text, sizeof text), COSTLENS_RANGE);
    c.line_count = 1;
    c.lines[0].bucket = (enum costlens_bucket)99;
    assert_int_equal(costlens_explain(&c, text, sizeof text), COSTLENS_RANGE);
    assert_int_equal(costlens_reader_open(NULL, (enum costlens_endpoint)99, NULL, 0, &r),
                     COSTLENS_UNKNOWN);
    assert_null(r); // so that it may be closed
    costlens_reader_close(r);
    assert_int_equal(costlens_book_open(NULL, "no price", 8, &bad, NULL, 0), COSTLENS_SYNTAX);
    assert_null(bad);
    costlens_book_close(bad);
    assert_null(costlens_bucket_name((enum costlens_bucket)99));
}

static void survives_every_failed_allocation(void **state)
{
    static const char text[] = "vendor v\nmodel m\nalias n o*\nprice input 1\nwhen batch: x0.5\n";
    enum costlens_status s = COSTLENS_NO_MEMORY;
    for (long n = 0; s == COSTLENS_NO_MEMORY; n += n < 20 ? 1 : 17) {
        struct scarce scarce = {n, 0};
        struct costlens_alloc alloc = {scarce_resize, &scarce};
        struct costlens_book *own = NULL;
        s = costlens_book_open(&alloc, text, sizeof text - 1, &own, NULL, 0);
        costlens_book_close(own);
        assert_int_equal(scarce.out, 0);
    }
    assert_int_equal(s, COSTLENS_OK);
    s = COSTLENS_NO_MEMORY;
    for (long n = 0; s != COSTLENS_OK; n++) {
        struct scarce scarce = {n, 0};
        struct costlens_alloc alloc = {scarce_resize, &scarce};
        struct costlens_usage u;
        char model[64];
        s = read_whole(&alloc, chat, model, &u);
        assert_int_equal(scarce.out, 0);
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_models),
        cmocka_unit_test(takes_texts_of_the_caller),
        cmocka_unit_test(prices_a_whole_answer),
        cmocka_unit_test(says_the_factors_and_what_is_missing),
        cmocka_unit_test(reads_a_stream_in_any_pieces),
        cmocka_unit_test(reads_ollama),
        cmocka_unit_test(prices_the_time_of_a_machine),
        cmocka_unit_test(tells_the_requests_behind_an_answer),
        cmocka_unit_test(estimates_what_was_not_counted),
        cmocka_unit_test(an_estimate_with_an_image_has_no_price),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
