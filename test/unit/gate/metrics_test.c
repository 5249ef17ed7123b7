// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "base/limits.h"
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

static struct entry largest(const char *name)
{
    struct entry e = entry_of(name, 1);
    e.endpoint = str_of("responses/input_tokens");
    for (int b = 0; b < BUCKET_COUNT; b++)
        e.usage.count[b] = INT64_MAX;
    e.cost.pd = INT64_MAX;
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
    metrics_entry(&a, &e, METRIC_BOOK);
    e.duration_us = 700000;
    metrics_entry(&b, &e, METRIC_BOOK);
    metrics_entry(&b, &e, METRIC_BOOK);
    b.refused[REFUSAL_NO_KEY] = 4;
    a.upstream_retries = b.upstream_retries = 2;
    metrics_cancel(&a, 90);
    metrics_cancel(&b, 2000000);
    metrics_bound(&a, 250, 1000);
    metrics_bound(&a, 1000, 1000);
    metrics_bound(&b, 3000, 1000);
    metrics_bound(&b, 1, 0);    // cannot cost anything, and does
    metrics_bound(&b, 0, 1000); // was not billed
    metrics_bound(&b, INT64_MAX, 1);
    ways_at(&a.ways, str_of("desk"))->small = 3;
    ways_at(&b.ways, str_of("desk"))->small = 4;
    ways_at(&b.ways, str_of("desk"))->refused[VERIFIER_EMPTY] = 2;
    ways_at(&b.ways, str_of("mail"))->escalated = 1;
    assert_true(metrics_merge(&sum, &a));
    assert_true(metrics_merge(&sum, &b));
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&sum, &out);
#define T "{provider=\"bench\",model=\"m\""
#define L "{route=\"chat\",provider=\"bench\",model=\"m\",status=\"200\""
    assert_true(holds(&out, "costlens_requests_total" L "} 3\n"));
    assert_true(holds(&out, "costlens_tokens_total" L ",type=\"input\"} 57\n"));
    assert_true(holds(&out, "costlens_cost_usd_total" L "} 0.0000045\n"));
    assert_true(holds(&out, "costlens_request_duration_seconds_bucket" T ",le=\"0.0001\"} 1\n"));
    assert_true(holds(&out, "costlens_request_duration_seconds_bucket" T ",le=\"0.25\"} 1\n"));
    assert_true(holds(&out, "costlens_request_duration_seconds_bucket" T ",le=\"1\"} 3\n"));
    assert_true(holds(&out, "costlens_request_duration_seconds_bucket" T ",le=\"+Inf\"} 3\n"));
    assert_true(holds(&out, "\ncostlens_upstream_retries_total 4\n"));
#define W(metric, labels) "\ncostlens_route_" metric "_total{route=\"" labels "} "
    assert_true(holds(&out, W("calls", "desk\",side=\"small\"") "7\n"));
    assert_true(holds(&out, W("verdicts", "desk\",verdict=\"empty\"") "2\n"));
    assert_true(holds(&out, W("escalations", "mail\"") "1\n"));
    assert_true(holds(&out, "costlens_refused_total{reason=\"missing_api_key\"} 4\n"));
#define R "costlens_bound_utilisation_ratio"
    assert_true(holds(&out, R "_bucket{le=\"0.2\"} 0\n" R "_bucket{le=\"0.3\"} 1\n"));
    assert_true(holds(&out, R "_bucket{le=\"1\"} 2\n" R "_bucket{le=\"+Inf\"} 4\n"));
    assert_true(holds(&out, R "_sum 1004.25\n" R "_count 4\n"));
    assert_true(holds(&out, "costlens_bound_violation_total 3\n"));
#define C "costlens_client_disconnect_cancel_seconds"
    assert_true(holds(&out, C "_bucket{le=\"0.0001\"} 1\n"));
    assert_true(holds(&out, C "_bucket{le=\"+Inf\"} 2\n"));
    assert_true(holds(&out, C "_sum 2.00009\n" C "_count 2\n"));
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
    metrics_entry(&m, &e, METRIC_NEW);
    metrics_entry(&m, &e, METRIC_NEW);
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
    metrics_entry(&m, &e, METRIC_NEW);
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
    for (int i = 0; i < 10000; i++) {
        char name[32];
        snprintf(name, sizeof name, "model-%d", i);
        struct entry e = entry_of(name, 1);
        metrics_entry(&m, &e, METRIC_NEW);
    }
    assert_in_range(m.series.count, 50, 100);
    struct entry e = entry_of("named", 1);
    metrics_entry(&m, &e, METRIC_NAMED);
    struct buf out;
    char line[64];
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&m, &out);
    snprintf(line, sizeof line, "model=\"other\",status=\"200\"} %d\n",
             10000 + 2 - (int)m.series.count);
    assert_true(holds(&out, line));
    assert_true(holds(&out, "model=\"named\",status=\"200\"} 1\n"));
    assert_true(holds(&out, "duration_seconds_count{provider=\"bench\",model=\"other\"} 10000\n"));
    assert_false(holds(&out, "duration_seconds_count{provider=\"bench\",model=\"model-1\"}"));
    buf_fini(&out);
    metrics_fini(&m);
}

// Nor must one who asks for all that is in the book: a scrape stays one that Prometheus takes.
static void a_scrape_stays_small(void **state)
{
    (void)state;
    struct metrics m, sum;
    metrics_init(&m);
    metrics_init(&sum);
    for (int i = 0; i < 20000; i++) {
        char name[32];
        snprintf(name, sizeof name, "model-%d", i % 5000);
        struct entry e = largest(name);
        e.http_status = i % 4 ? 200 : 429;
        metrics_entry(&m, &e, i % 2 ? METRIC_NEW : METRIC_BOOK);
    }
    assert_true(metrics_merge(&sum, &m));
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&sum, &out);
    size_t lines = 0;
    uint64_t timed = 0;
    for (size_t i = 0; i < out.len; i++)
        lines += out.ptr[i] == '\n';
    assert_in_range(lines, 5000, 10000);
    size_t at = 0;
    void *value = NULL;
    struct str key;
    while (map_each(&sum.times, &at, &key, &value))
        timed += ((struct times *)value)->duration.total;
    assert_int_equal(timed, 20000);
    buf_fini(&out);
    metrics_fini(&m);
    metrics_fini(&sum);
}

static void write_all(const struct metrics *m)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 60 * MIB); // of 64: the rest is the store's and the refusals'
    metrics_write(m, &out);
    assert_false(buf_failed(&out));
    buf_fini(&out);
}

// All of them with the longest names there can be still fit into one answer.
static void an_answer_holds_them_all(void **state)
{
    (void)state;
    struct metrics m, sum;
    char provider[NAME_BYTES_MAX + 1] = "";
    memset(provider, 'p', NAME_BYTES_MAX);
    metrics_init(&m);
    metrics_init(&sum);
    for (int i = 0; i < 12000; i++) {
        char name[MODEL_BYTES_MAX + 1] = "";
        memset(name, '"', MODEL_BYTES_MAX);
        snprintf(name + METRIC_MODEL_MAX - 6, i % 2 ? MODEL_BYTES_MAX - METRIC_MODEL_MAX : 7,
                 "%06d", i);
        snprintf(provider, 8, "%07d", i); // even so many
        struct entry e = largest(name);
        e.provider = str_of(provider);
        metrics_entry(&m, &e, i % 2 ? METRIC_NAMED : METRIC_NEW);
    }
    write_all(&m);
    assert_true(metrics_merge(&sum, &m));
    write_all(&sum);
    metrics_fini(&m);
    metrics_fini(&sum);
}

// A provider chooses the status of each answer: the usual ones are shown, of others their class.
static void a_provider_s_statuses_are_few(void **state)
{
    (void)state;
    struct metrics m;
    metrics_init(&m);
    for (int i = 0; i < 800; i++) {
        for (int status = 200; status < 600; status++) {
            char name[64];
            snprintf(name, sizeof name, "a-model-of-the-configuration-%d", i);
            struct entry e = largest(name);
            e.http_status = status;
            metrics_entry(&m, &e, METRIC_NAMED);
        }
    }
    write_all(&m);
    metrics_fini(&m);
    metrics_init(&m);
    for (int status = 99; status < 1000; status++) {
        struct entry e = entry_of("m", 1);
        e.http_status = status > 99 ? status : 0; // the client left
        metrics_entry(&m, &e, METRIC_NAMED);
    }
    assert_in_range(m.series.count, 10, 30);
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&m, &out);
    assert_true(holds(&out, "model=\"m\",status=\"429\"} 1\n"));
    assert_true(holds(&out, "model=\"m\",status=\"0\"} 1\n"));
    assert_true(holds(&out, "model=\"m\",status=\"2xx\"} 99\n"));
    buf_fini(&out);
    metrics_fini(&m);
}

// Names that a caller may have invented make no series of their own.
static void inventions_share_a_series(void **state)
{
    (void)state;
    struct metrics m;
    char longest[MODEL_BYTES_MAX + 1] = "";
    memset(longest, 'x', MODEL_BYTES_MAX);
    metrics_init(&m);
    for (int i = 0; i < 50; i++) {
        char name[32];
        snprintf(name, sizeof name, "invented-%d", i);
        struct entry e = entry_of(i ? name : longest, 1);
        e.http_status = i % 2 ? 404 : 0; // refused by the provider, or left by the client
        e.price_state = PRICE_UNPRICED;
        metrics_entry(&m, &e, METRIC_NEW);
    }
    assert_int_equal(m.series.count, 2);
    struct entry e = entry_of("known", 1);
    e.http_status = 500;
    metrics_entry(&m, &e, METRIC_BOOK);
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&m, &out);
    assert_true(holds(&out, "model=\"other\",status=\"404\"} 25\n"));
    assert_true(holds(&out, "model=\"known\",status=\"500\"} 1\n"));
    buf_fini(&out);
    metrics_fini(&m);
}

// Whatever happens to it, and however long it is.
static void the_configuration_s_names_are_shown(void **state)
{
    (void)state;
    struct metrics m, sum;
    char name[MODEL_BYTES_MAX + 1] = "";
    metrics_init(&m);
    metrics_init(&sum);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "answered-%d", i);
        struct entry e = entry_of(name, 1);
        metrics_entry(&m, &e, METRIC_NEW);
    }
    memset(name, 'x', MODEL_BYTES_MAX);
    struct entry e = entry_of(name, 1);
    e.http_status = 500;
    e.price_state = PRICE_UNPRICED;
    metrics_entry(&m, &e, METRIC_NAMED);
    e.model = str_of("answered-1"); // the provider knows it
    metrics_entry(&m, &e, METRIC_NEW);
    e.model = str_of("invented");
    metrics_entry(&m, &e, METRIC_NEW);
    assert_true(metrics_merge(&sum, &m));
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&sum, &out);
    assert_true(holds(&out, "xxx\",status=\"500\"} 1\n"));
    assert_true(holds(&out, "model=\"other\",status=\"500\"} 2\n")); // beyond the cap
    buf_fini(&out);
    metrics_fini(&m);
    metrics_fini(&sum);
    metrics_init(&m);
    e = entry_of("answered", 1);
    metrics_entry(&m, &e, METRIC_NEW);
    e.http_status = 500;
    e.price_state = PRICE_UNPRICED;
    metrics_entry(&m, &e, METRIC_NEW);
    buf_init(&out, &alloc_heap, 0);
    metrics_write(&m, &out);
    assert_true(holds(&out, "model=\"answered\",status=\"500\"} 1\n"));
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
        cmocka_unit_test(a_scrape_stays_small),
        cmocka_unit_test(an_answer_holds_them_all),
        cmocka_unit_test(a_provider_s_statuses_are_few),
        cmocka_unit_test(inventions_share_a_series),
        cmocka_unit_test(the_configuration_s_names_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
