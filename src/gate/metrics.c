// SPDX-License-Identifier: Apache-2.0

#include "gate/metrics.h"

#include "base/limits.h"

#define LABELS_MAX     (KIB)
#define SERIES_LINES   (3 * (BOUND_COUNT + 3) + 3 + BUCKET_COUNT)
#define LINE_BYTES_MAX 122 // besides the labels' values

// Upper bounds of the histograms, in microseconds.
static const int64_t bounds_us[BOUND_COUNT] = {
    100,   250,    500,    1000,    2500,    5000,     10000,    25000,
    50000, 100000, 250000, 1000000, 5000000, 20000000, 60000000, 300000000};

void metrics_init(struct metrics *m)
{
    *m = (struct metrics){0};
    arena_init(&m->arena, &alloc_heap, 4 * KIB, 64 * MIB);
    map_init(&m->series, &alloc_heap);
}

void metrics_fini(struct metrics *m)
{
    map_fini(&m->series);
    arena_fini(&m->arena);
}

static void observe(struct spread *h, int64_t us)
{
    unsigned i = 0;
    while (i < BOUND_COUNT && us > bounds_us[i])
        i++;
    h->count[i]++;
    h->total++;
    h->sum_us += us > 0 ? (uint64_t)us : 0;
}

// Those that say more than their class does.
static int status_shown(int status)
{
    static const short usual[] = {0,   200, 400, 401, 402, 403, 404, 408, 409,
                                  413, 422, 429, 500, 502, 503, 504, 529};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (status == usual[i])
            return status;
    }
    return status / 100;
}

static size_t label_key(char out[LABELS_MAX], const struct str labels[3], int status)
{
    size_t n = 0;
    for (unsigned i = 0; i < 3; i++) {
        size_t len = labels[i].len < 300 ? labels[i].len : 300;
        if (len)
            memcpy(out + n, labels[i].ptr, len);
        n += len;
        out[n++] = '\0';
    }
    memcpy(out + n, &status, sizeof status);
    return n + sizeof status;
}

static bool escaped(char c)
{
    return c == '\\' || c == '"' || c == '\n';
}

static void label(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "%s=\"", name);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (escaped(c))
            buf_add_char(out, '\\');
        buf_add_char(out, c == '\n' ? 'n' : c);
    }
    buf_add_char(out, '"');
}

static struct str labels_dup(struct arena *a, const struct str labels[3], int status)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    label(&text, "route", labels[0]);
    buf_add_char(&text, ',');
    label(&text, "provider", labels[1]);
    buf_add_char(&text, ',');
    label(&text, "model", labels[2]);
    buf_printf(&text, ",status=\"%d%s\"", status, status > 0 && status < 10 ? "xx" : "");
    struct str own = arena_dup(a, buf_str(&text));
    buf_fini(&text);
    return own;
}

static struct series *series_new(struct metrics *m, struct str key, const struct str labels[3],
                                 int status, bool named)
{
    struct series *s = arena_new(&m->arena, struct series);
    if (!s)
        return NULL;
    s->endpoint = arena_dup(&m->arena, labels[0]);
    s->provider = arena_dup(&m->arena, labels[1]);
    s->model = arena_dup(&m->arena, labels[2]);
    s->status = status;
    s->labels = labels_dup(&m->arena, labels, status);
    s->named = named;
    struct str own = arena_dup(&m->arena, key);
    if (arena_failed(&m->arena) || !map_set(&m->series, own, s))
        return NULL;
    return s;
}

static const struct str other = STR("other");

// The most bytes that a series of these labels comes to.
static size_t series_bytes(const struct str labels[3])
{
    size_t line = LINE_BYTES_MAX;
    for (unsigned i = 0; i < 3; i++) {
        for (size_t at = 0; at < labels[i].len; at++)
            line += escaped(labels[i].ptr[at]) ? 2 : 1;
    }
    return SERIES_LINES * line;
}

// Whether a series may be added of which so many labels are as they came.
static bool fits(const struct metrics *m, size_t bytes, unsigned given, bool named)
{
    if (given == 3 && !named && m->found_bytes + bytes > METRIC_FOUND_BYTES)
        return false;
    size_t most = given == 3 ? METRIC_NAMED_BYTES : METRIC_MODEL_BYTES;
    return given < 2 || m->bytes + bytes <= most;
}

// The series of these labels; beyond the cap some become "other". NULL when memory ended.
static struct series *series_get(struct metrics *m, const struct str labels[3], int status,
                                 bool named)
{
    char text[LABELS_MAX];
    struct str own[3] = {labels[0], labels[1], labels[2]};
    for (unsigned given = 3;; given--) {
        struct str key = str_from(text, label_key(text, own, status));
        struct series *s = map_get(&m->series, key);
        if (s)
            return s;
        size_t bytes = series_bytes(own);
        if (fits(m, bytes, given, named)) {
            m->bytes += bytes;
            m->found_bytes += given == 3 && !named ? bytes : 0;
            return series_new(m, key, own, status, named);
        }
        own[given - 1] = other;
    }
}

// A name that stands in the configuration never gets here.
static bool is_sure(const struct metrics *m, const struct entry *e, const struct str labels[3])
{
    char text[LABELS_MAX];
    bool answered = e->http_status > 0 && e->http_status < 400;
    return e->model.len <= METRIC_MODEL_MAX &&
           (answered || e->price_name.len > 0 ||
            map_get(&m->series, str_from(text, label_key(text, labels, 200))));
}

void metrics_entry(struct metrics *m, const struct entry *e, bool named)
{
    struct str labels[3] = {e->endpoint, e->provider, e->model};
    if (!named && !is_sure(m, e, labels))
        labels[2] = other;
    struct series *s = series_get(m, labels, status_shown(e->http_status), named);
    if (e->usage.sure == SURE_CAPTURED)
        m->captured++;
    if (!s)
        return;
    s->requests++;
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        s->tokens[i] = count_add(s->tokens[i], e->usage.count[i]);
    money_sum_add(&s->cost, e->cost);
    s->unpriced += e->price_state == PRICE_UNPRICED;
    observe(&s->duration, e->duration_us);
    observe(&s->overhead, e->overhead_us);
    if (e->ttft_us > 0)
        observe(&s->ttft, e->ttft_us);
}

void metrics_cancel(struct metrics *m, int64_t us)
{
    observe(&m->cancel, us);
}

static void spread_merge(struct spread *to, const struct spread *from)
{
    for (unsigned i = 0; i <= BOUND_COUNT; i++)
        to->count[i] += from->count[i];
    to->sum_us += from->sum_us;
    to->total += from->total;
}

bool metrics_merge(struct metrics *to, const struct metrics *from)
{
    size_t at = 0;
    void *value = NULL;
    struct str key;
    while (map_each(&from->series, &at, &key, &value)) {
        const struct series *f = value;
        const struct str labels[3] = {f->endpoint, f->provider, f->model};
        struct series *t = series_get(to, labels, f->status, f->named);
        if (!t)
            return false;
        t->requests += f->requests;
        for (unsigned i = 0; i < BUCKET_COUNT; i++)
            t->tokens[i] = count_add(t->tokens[i], f->tokens[i]);
        t->cost.pd += f->cost.pd;
        t->unpriced += f->unpriced;
        spread_merge(&t->duration, &f->duration);
        spread_merge(&t->ttft, &f->ttft);
        spread_merge(&t->overhead, &f->overhead);
    }
    for (unsigned i = 0; i < REFUSAL_COUNT; i++)
        to->refused[i] += from->refused[i];
    to->upstream_errors += from->upstream_errors;
    to->upstream_retries += from->upstream_retries;
    to->client_left += from->client_left;
    spread_merge(&to->cancel, &from->cancel);
    to->contradictions += from->contradictions;
    to->captured += from->captured;
    to->in_flight += from->in_flight;
    return true;
}

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

typedef void series_f(struct buf *out, const struct series *s);

static void each(const struct metrics *m, struct buf *out, series_f *f)
{
    size_t at = 0;
    void *value = NULL;
    struct str key;
    while (map_each(&m->series, &at, &key, &value))
        f(out, value);
}

static void requests(struct buf *out, const struct series *s)
{
    buf_add_cstr(out, "costlens_requests_total{");
    buf_add(out, s->labels);
    buf_printf(out, "} %llu\n", (unsigned long long)s->requests);
}

static void tokens(struct buf *out, const struct series *s)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (s->tokens[i] == 0)
            continue;
        buf_add_cstr(out, "costlens_tokens_total{");
        buf_add(out, s->labels);
        buf_printf(out, ",type=\"%s\"} %lld\n", bucket_name((enum bucket)i),
                   (long long)s->tokens[i]);
    }
}

static void costs(struct buf *out, const struct series *s)
{
    buf_add_cstr(out, "costlens_cost_usd_total{");
    buf_add(out, s->labels);
    buf_add_cstr(out, "} ");
    money_sum_write(out, s->cost);
    buf_add_char(out, '\n');
}

static void unpriced(struct buf *out, const struct series *s)
{
    buf_add_cstr(out, "costlens_unpriced_total{");
    buf_add(out, s->labels);
    buf_printf(out, "} %llu\n", (unsigned long long)s->unpriced);
}

static void seconds(struct buf *out, uint64_t us)
{
    decimal_write(out, (int128)us, 6, 0);
}

// `labels` may be empty.
static void histogram(struct buf *out, const char *name, struct str labels, const struct spread *h)
{
    const char *open = labels.len ? "{" : "";
    const char *close = labels.len ? "}" : "";
    const char *comma = labels.len ? "," : "";
    uint64_t sum = 0;
    for (unsigned i = 0; i <= BOUND_COUNT; i++) {
        sum += h->count[i];
        buf_printf(out, "%s_bucket{", name);
        buf_add(out, labels);
        buf_printf(out, "%sle=\"", comma);
        if (i < BOUND_COUNT)
            seconds(out, (uint64_t)bounds_us[i]);
        else
            buf_add_cstr(out, "+Inf");
        buf_printf(out, "\"} %llu\n", (unsigned long long)sum);
    }
    buf_printf(out, "%s_sum%s", name, open);
    buf_add(out, labels);
    buf_printf(out, "%s ", close);
    seconds(out, h->sum_us);
    buf_printf(out, "\n%s_count%s", name, open);
    buf_add(out, labels);
    buf_printf(out, "%s %llu\n", close, (unsigned long long)h->total);
}

#define DURATION "costlens_request_duration_seconds"
#define TTFT     "costlens_time_to_first_token_seconds"
#define OVERHEAD "costlens_gateway_overhead_seconds"
#define CANCEL   "costlens_client_disconnect_cancel_seconds"

static void durations(struct buf *out, const struct series *s)
{
    histogram(out, DURATION, s->labels, &s->duration);
}

static void ttfts(struct buf *out, const struct series *s)
{
    histogram(out, TTFT, s->labels, &s->ttft);
}

static void overheads(struct buf *out, const struct series *s)
{
    histogram(out, OVERHEAD, s->labels, &s->overhead);
}

static void counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
    head(out, name, "counter", help);
    buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void refusals(const struct metrics *m, struct buf *out)
{
    head(out, "costlens_refused_total", "counter", "Calls the gateway answered itself, by reason.");
    for (unsigned i = 1; i < REFUSAL_COUNT; i++)
        buf_printf(out, "costlens_refused_total{reason=\"%s\"} %llu\n",
                   refusal_code((enum refusal)i), (unsigned long long)m->refused[i]);
}

void metrics_write(const struct metrics *m, struct buf *out)
{
    head(out, "costlens_requests_total", "counter", "Calls that were meant for a provider.");
    each(m, out, requests);
    head(out, "costlens_tokens_total", "counter", "Tokens and other billed units, by bucket.");
    each(m, out, tokens);
    head(out, "costlens_cost_usd_total", "counter", "Cost in US dollars, exact.");
    each(m, out, costs);
    head(out, "costlens_unpriced_total", "counter", "Calls for which no price is known.");
    each(m, out, unpriced);
    head(out, DURATION, "histogram",
         "From the request's head to the end of the provider's answer.");
    each(m, out, durations);
    head(out, TTFT, "histogram", "From dispatch to the first byte of the answer's body.");
    each(m, out, ttfts);
    head(out, OVERHEAD, "histogram", "Time in the gateway before dispatch.");
    each(m, out, overheads);
    refusals(m, out);
    counter(out, "costlens_upstream_errors_total",
            "Calls that their provider did not answer, or not to the end.", m->upstream_errors);
    counter(out, "costlens_upstream_retries_total",
            "Calls sent again because a pooled connection had broken.", m->upstream_retries);
    counter(out, "costlens_client_left_total", "Calls whose client went away.", m->client_left);
    head(out, CANCEL, "histogram",
         "From a client's leaving seen to its upstream's connection closed.");
    histogram(out, CANCEL, STR_NONE, &m->cancel);
    counter(out, "costlens_usage_contradictions_total",
            "Calls whose provider's counts cannot all be true.", m->contradictions);
    counter(out, "costlens_reservations_captured_total",
            "Calls whose output is unknown, booked at the most they can have cost.", m->captured);
    head(out, "costlens_reservations_inflight", "gauge", "Calls that are running now.");
    buf_printf(out, "costlens_reservations_inflight %lld\n", (long long)m->in_flight);
}
