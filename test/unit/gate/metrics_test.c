// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "gate/metrics.h"

static struct entry entry_of(const char *model, int64_t duration_us)
{
    struct entry e = {.endpoint = STR("chat"),
                      .provider = STR("bench"),
                      .http_status = 200,
                      .duration_us = duration_us,
                      .overhead_us = 30,
                      .ttft_us = 400,
                      .price_state = PRICE_PRICED,
                      .cost = {INT64_C(1500000)}};
    e.model = str_of(model);
    e.usage.count[BUCKET_INPUT] = 19;
    e.usage.count[BUCKET_OUTPUT] = 7;
    return e;
}

static bool holds(const struct buf *b, const char *line)
{
    return str_search(buf_str(b), str_of(line)) < b->len;
}

static void workers_add_up(void **state)
{
    (void)state;
    struct metrics a, b, sum;
    metrics_init(&a);
    metrics_init(&b);
    metrics_init(&sum);
    struct entry e = entry_of("m", 90);
    metrics_entry(&a, &e);
    e.duration_us = 700000;
    metrics_entry(&b, &e);
    metrics_entry(&b, &e);
    b.refused[REFUSAL_NO_KEY] = 4;
    assert_true(metrics_merge(&sum, &a));
    assert_true(metrics_merge(&sum, &b));
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&sum, &out);
#define L "{route=\"chat\",provider=\"bench\",model=\"m\",status=\"200\""
    assert_true(holds(&out, "costlens_requests_total" L "} 3\n"));
    assert_true(holds(&out, "costlens_tokens_total" L ",type=\"input\"} 57\n"));
    assert_true(holds(&out, "costlens_cost_usd_total" L "} 0.0000045\n"));
    assert_true(holds(&out, "costlens_request_duration_seconds_bucket" L ",le=\"0.0001\"} 1\n"));
    assert_true(holds(&out, "costlens_request_duration_seconds_bucket" L ",le=\"0.25\"} 1\n"));
    assert_true(holds(&out, "costlens_request_duration_seconds_bucket" L ",le=\"1\"} 3\n"));
    assert_true(holds(&out, "costlens_request_duration_seconds_bucket" L ",le=\"+Inf\"} 3\n"));
    assert_true(holds(&out, "costlens_refused_total{reason=\"missing_api_key\"} 4\n"));
    buf_fini(&out);
    metrics_fini(&a);
    metrics_fini(&b);
    metrics_fini(&sum);
}

// A counter of Prometheus never goes down, whatever a provider says it used.
static void counts_end_at_the_largest(void **state)
{
    (void)state;
    struct metrics m, sum;
    metrics_init(&m);
    metrics_init(&sum);
    struct entry e = entry_of("m", 1);
    e.usage.count[BUCKET_OUTPUT] = INT64_MAX - 1;
    metrics_entry(&m, &e);
    metrics_entry(&m, &e);
    assert_true(metrics_merge(&sum, &m));
    assert_true(metrics_merge(&sum, &m));
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&sum, &out);
    assert_true(holds(&out, "type=\"output\"} 9223372036854775807\n"));
    buf_fini(&out);
    metrics_fini(&m);
    metrics_fini(&sum);
}

static void hostile_names_stay_inside_their_quotes(void **state)
{
    (void)state;
    struct metrics m;
    metrics_init(&m);
    struct entry e = entry_of("a\"b\\c\nd", 1);
    metrics_entry(&m, &e);
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&m, &out);
    assert_true(holds(&out, "model=\"a\\\"b\\\\c\\nd\""));
    buf_fini(&out);
    metrics_fini(&m);
}

// A caller who invents model names must not fill the memory: beyond the cap they share one series.
static void series_are_capped(void **state)
{
    (void)state;
    struct metrics m;
    metrics_init(&m);
    for (int i = 0; i < METRIC_SERIES_MAX + 500; i++) {
        char name[32];
        snprintf(name, sizeof name, "model-%d", i);
        struct entry e = entry_of(name, 1);
        metrics_entry(&m, &e);
    }
    assert_int_equal(m.series.count, METRIC_SERIES_MAX + 1);
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&m, &out);
    assert_true(holds(&out, "model=\"other\",status=\"200\"} 500\n"));
    buf_fini(&out);
    metrics_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_add_up),
        cmocka_unit_test(counts_end_at_the_largest),
        cmocka_unit_test(hostile_names_stay_inside_their_quotes),
        cmocka_unit_test(series_are_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
