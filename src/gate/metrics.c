// SPDX-License-Identifier: Apache-2.0

#include "gate/metrics.h"

#include "base/limits.h"

#define LABELS_MAX   (KIB)
#define SERIES_LINES (3 + BUCKET_COUNT)
#define TIMES_LINES  (3 * (BOUND_COUNT + 3))

// Upper bounds of the histograms, in microseconds.
static const int64_t bounds_us[BOUND_COUNT] = {
    100,   250,    500,    1000,    2500,    5000,     10000,    25000,
    50000, 100000, 250000, 1000000, 5000000, 20000000, 60000000, 300000000};

#define SHARE_WHOLE 1000000
#define SHARE_MOST  (INT64_C(1000) * SHARE_WHOLE) // of one call, in the sum
// Upper bounds of the parts of a worst case, 10^-6.
static const int32_t shares_upto[SHARE_COUNT] = {5000,   10000,  20000,  50000,  100000, 200000,
                                                 300000, 400000, 500000, 700000, 900000, 1000000};

void metrics_init(struct metrics *m)
{
    *m = (struct metrics){0};
    arena_init(&m->arena, &alloc_heap, 4 * KIB, 64 * MIB);
    map_init(&m->series, &alloc_heap);
    map_init(&m->times, &alloc_heap);
    ways_init(&m->ways);
}

void metrics_fini(struct metrics *m)
{
    map_fini(&m->series);
    map_fini(&m->times);
    ways_fini(&m->ways);
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

void metrics_label(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "%s=\"", name);
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '\\' || c == '"' || c == '\n')
            buf_add_char(out, '\\');
        buf_add_char(out, c == '\n' ? 'n' : c);
    }
    buf_add_char(out, '"');
}

static void label_model(struct buf *out, struct str provider, struct str model)
{
    metrics_label(out, "provider", provider);
    buf_add_char(out, ',');
    metrics_label(out, "model", model);
}

static struct str labels_of_series(struct arena *a, const struct str labels[3], int status)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    metrics_label(&text, "route", labels[0]);
    buf_add_char(&text, ',');
    label_model(&text, labels[1], labels[2]);
    buf_printf(&text, ",status=\"%d%s\"", status, status > 0 && status < 10 ? "xx" : "");
    struct str own = arena_dup(a, buf_str(&text));
    buf_fini(&text);
    return own;
}

static struct str labels_of_times(struct arena *a, struct str provider, struct str model)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    label_model(&text, provider, model);
    struct str own = arena_dup(a, buf_str(&text));
    buf_fini(&text);
    return own;
}

static const struct str other = STR("other");

static struct times *times_find(const struct metrics *m, struct str provider, struct str model)
{
    char text[LABELS_MAX] UNSET;
    const struct str labels[3] = {STR_NONE, provider, model};
    return map_get(&m->times, str_from(text, label_key(text, labels, 0)));
}

// In which times a name counts.
static struct str times_name(enum metric_name name, struct str model)
{
    return name == METRIC_NEW ? other : model;
}

// Those of its labels, which may be new; NULL when memory ended.
static struct times *times_get(struct metrics *m, struct str provider, struct str model)
{
    char text[LABELS_MAX] UNSET;
    struct times *t = times_find(m, provider, model);
    if (t)
        return t;
    t = arena_new(&m->arena, struct times);
    if (!t)
        return NULL;
    t->provider = arena_dup(&m->arena, provider);
    t->model = arena_dup(&m->arena, model);
    t->labels = labels_of_times(&m->arena, provider, model);
    const struct str labels[3] = {STR_NONE, provider, model};
    struct str key = arena_dup(&m->arena, str_from(text, label_key(text, labels, 0)));
    if (arena_failed(&m->arena) || !map_set(&m->times, key, t))
        return NULL;
    return t;
}

static struct series *series_new(struct metrics *m, struct str key, const struct str labels[3],
                                 int status, enum metric_name name)
{
    struct series *s = arena_new(&m->arena, struct series);
    if (!s)
        return NULL;
    s->endpoint = arena_dup(&m->arena, labels[0]);
    s->provider = arena_dup(&m->arena, labels[1]);
    s->model = arena_dup(&m->arena, labels[2]);
    s->status = status;
    s->labels = labels_of_series(&m->arena, labels, status);
    s->name = name;
    s->times = times_get(m, s->provider, times_name(name, s->model));
    struct str own = arena_dup(&m->arena, key);
    if (!s->times || arena_failed(&m->arena) || !map_set(&m->series, own, s))
        return NULL;
    return s;
}

// Whether a series may be added of which so many labels are as they came.
static bool fits(const struct metrics *m, size_t lines, unsigned given, enum metric_name name)
{
    static const size_t most[4] = {SIZE_MAX, SIZE_MAX, METRIC_MODEL_LINES, METRIC_NAMED_LINES};
    if (m->lines + lines > most[given])
        return false;
    if (given < 3 || name == METRIC_NAMED)
        return true;
    size_t found = m->kind[METRIC_NEW] + m->kind[METRIC_BOOK] + lines;
    return found <= METRIC_FOUND_LINES &&
           (name == METRIC_BOOK || m->kind[METRIC_NEW] + lines <= METRIC_NEW_LINES);
}

// The series of these labels; beyond the cap some become "other". NULL when memory ended.
static struct series *series_get(struct metrics *m, const struct str labels[3], int status,
                                 enum metric_name name)
{
    char text[LABELS_MAX] UNSET;
    struct str own[3] = {labels[0], labels[1], labels[2]};
    for (unsigned given = 3;; given--) {
        struct str key = str_from(text, label_key(text, own, status));
        struct series *s = map_get(&m->series, key);
        if (s)
            return s;
        bool timed = times_find(m, own[1], times_name(name, own[2]));
        size_t lines = SERIES_LINES + (timed ? 0 : TIMES_LINES);
        if (fits(m, lines, given, name)) {
            m->lines += lines;
            if (given == 3 && name != METRIC_NAMED)
                m->kind[name] += lines;
            return series_new(m, key, own, status, name);
        }
        own[given - 1] = other;
    }
}

// A name that nothing else knows.
static bool is_sure(const struct metrics *m, const struct entry *e, const struct str labels[3])
{
    char text[LABELS_MAX] UNSET;
    bool answered = e->http_status > 0 && e->http_status < 400;
    return e->model.len <= METRIC_MODEL_MAX &&
           (answered || map_get(&m->series, str_from(text, label_key(text, labels, 200))));
}

void metrics_entry(struct metrics *m, const struct entry *e, enum metric_name name)
{
    struct str labels[3] = {e->endpoint, e->provider, e->model};
    if (name == METRIC_NEW && !is_sure(m, e, labels))
        labels[2] = other;
    struct series *s = series_get(m, labels, status_shown(e->http_status), name);
    if (e->usage.sure == SURE_CAPTURED)
        m->captured++;
    if (!s)
        return;
    s->requests += !e->followed;
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        s->tokens[i] = count_add(s->tokens[i], e->usage.count[i]);
    money_sum_add(&s->cost, e->cost);
    s->unpriced += e->price_state == PRICE_UNPRICED;
    if (e->followed)
        return;
    observe(&s->times->duration, e->duration_us);
    observe(&s->times->overhead, e->overhead_us);
    if (e->ttft_us > 0)
        observe(&s->times->ttft, e->ttft_us);
}

void metrics_cancel(struct metrics *m, int64_t us)
{
    observe(&m->cancel, us);
}

void metrics_bound(struct metrics *m, int64_t cost, int64_t most)
{
    struct shares *s = &m->bound;
    unsigned i = 0;
    m->beyond_bound += cost > most;
    if (cost <= 0 || most <= 0)
        return;
    while (i < SHARE_COUNT && (int128)cost * SHARE_WHOLE > (int128)most * shares_upto[i])
        i++;
    int128 share = (int128)cost * SHARE_WHOLE / most;
    s->count[i]++;
    s->total++;
    s->sum += share < SHARE_MOST ? (uint64_t)share : SHARE_MOST;
}

static void shares_merge(struct shares *to, const struct shares *from)
{
    for (unsigned i = 0; i <= SHARE_COUNT; i++)
        to->count[i] += from->count[i];
    to->sum += from->sum;
    to->total += from->total;
}

static void spread_merge(struct spread *to, const struct spread *from)
{
    for (unsigned i = 0; i <= BOUND_COUNT; i++)
        to->count[i] += from->count[i];
    to->sum_us += from->sum_us;
    to->total += from->total;
}

// After the series: what they have to themselves is there, else it is among the others'.
static bool times_merge(struct metrics *to, const struct metrics *from)
{
    size_t at = 0;
    void *value = NULL;
    struct str key;
    while (map_each(&from->times, &at, &key, &value)) {
        const struct times *f = value;
        struct times *t = times_find(to, f->provider, f->model);
        if (!t)
            t = times_find(to, f->provider, other);
        if (!t)
            t = times_get(to, other, other);
        if (!t)
            return false;
        spread_merge(&t->duration, &f->duration);
        spread_merge(&t->ttft, &f->ttft);
        spread_merge(&t->overhead, &f->overhead);
    }
    return true;
}

bool metrics_merge(struct metrics *to, const struct metrics *from)
{
    size_t at = 0;
    void *value = NULL;
    struct str key;
    while (map_each(&from->series, &at, &key, &value)) {
        const struct series *f = value;
        const struct str labels[3] = {f->endpoint, f->provider, f->model};
        struct series *t = series_get(to, labels, f->status, f->name);
        if (!t)
            return false;
        t->requests += f->requests;
        for (unsigned i = 0; i < BUCKET_COUNT; i++)
            t->tokens[i] = count_add(t->tokens[i], f->tokens[i]);
        t->cost.pd += f->cost.pd;
        t->unpriced += f->unpriced;
    }
    if (!times_merge(to, from) || !ways_merge(&to->ways, &from->ways))
        return false;
    for (unsigned i = 0; i < REFUSAL_COUNT; i++)
        to->refused[i] += from->refused[i];
    for (unsigned i = 0; i < SHADOW_END_COUNT; i++)
        to->shadows[i] += from->shadows[i];
    to->upstream_errors += from->upstream_errors;
    to->upstream_retries += from->upstream_retries;
    to->client_left += from->client_left;
    spread_merge(&to->cancel, &from->cancel);
    to->contradictions += from->contradictions;
    to->captured += from->captured;
    shares_merge(&to->bound, &from->bound);
    to->beyond_bound += from->beyond_bound;
    to->in_flight += from->in_flight;
    return true;
}

void metrics_head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

typedef void each_f(struct buf *out, const void *one);

static void each(const struct map *m, struct buf *out, each_f *f)
{
    size_t at = 0;
    void *value = NULL;
    struct str key;
    while (map_each(m, &at, &key, &value))
        f(out, value);
}

static void requests(struct buf *out, const void *series)
{
    const struct series *s = series;
    buf_add_cstr(out, "costlens_requests_total{");
    buf_add(out, s->labels);
    buf_printf(out, "} %llu\n", (unsigned long long)s->requests);
}

static void tokens(struct buf *out, const void *series)
{
    const struct series *s = series;
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (s->tokens[i] == 0 || i == BUCKET_BUSY)
            continue;
        buf_add_cstr(out, "costlens_tokens_total{");
        buf_add(out, s->labels);
        buf_printf(out, ",type=\"%s\"} %lld\n", bucket_name((enum bucket)i),
                   (long long)s->tokens[i]);
    }
}

static void costs(struct buf *out, const void *series)
{
    const struct series *s = series;
    buf_add_cstr(out, "costlens_cost_usd_total{");
    buf_add(out, s->labels);
    buf_add_cstr(out, "} ");
    money_sum_write(out, s->cost);
    buf_add_char(out, '\n');
}

static void unpriced(struct buf *out, const void *series)
{
    const struct series *s = series;
    buf_add_cstr(out, "costlens_unpriced_total{");
    buf_add(out, s->labels);
    buf_printf(out, "} %llu\n", (unsigned long long)s->unpriced);
}

static void seconds(struct buf *out, uint64_t us)
{
    decimal_write(out, (int128)us, 6, 0);
}

static void busy(struct buf *out, const void *series)
{
    const struct series *s = series;
    if (s->tokens[BUCKET_BUSY] == 0)
        return;
    buf_add_cstr(out, "costlens_busy_seconds_total{");
    buf_add(out, s->labels);
    buf_add_cstr(out, "} ");
    seconds(out, (uint64_t)s->tokens[BUCKET_BUSY]);
    buf_add_char(out, '\n');
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

static void shares(struct buf *out, const char *name, const struct shares *s)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i <= SHARE_COUNT; i++) {
        sum += s->count[i];
        buf_printf(out, "%s_bucket{le=\"", name);
        if (i < SHARE_COUNT)
            decimal_write(out, shares_upto[i], 6, 0);
        else
            buf_add_cstr(out, "+Inf");
        buf_printf(out, "\"} %llu\n", (unsigned long long)sum);
    }
    buf_printf(out, "%s_sum ", name);
    decimal_write(out, (int128)s->sum, 6, 0);
    buf_printf(out, "\n%s_count %llu\n", name, (unsigned long long)s->total);
}

#define DURATION "costlens_request_duration_seconds"
#define TTFT     "costlens_time_to_first_token_seconds"
#define OVERHEAD "costlens_gateway_overhead_seconds"
#define BOUND    "costlens_bound_utilisation_ratio"
#define CANCEL   "costlens_client_disconnect_cancel_seconds"

static void durations(struct buf *out, const void *times)
{
    const struct times *t = times;
    histogram(out, DURATION, t->labels, &t->duration);
}

static void ttfts(struct buf *out, const void *times)
{
    const struct times *t = times;
    histogram(out, TTFT, t->labels, &t->ttft);
}

static void overheads(struct buf *out, const void *times)
{
    const struct times *t = times;
    histogram(out, OVERHEAD, t->labels, &t->overhead);
}

static void counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
    metrics_head(out, name, "counter", help);
    buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void refusals(const struct metrics *m, struct buf *out)
{
    metrics_head(out, "costlens_refused_total", "counter",
                 "Calls the gateway answered itself, or did not try again, by reason.");
    for (unsigned i = 1; i < REFUSAL_COUNT; i++)
        buf_printf(out, "costlens_refused_total{reason=\"%s\"} %llu\n",
                   refusal_code((enum refusal)i), (unsigned long long)m->refused[i]);
}

const char *shadow_end_name(enum shadow_end end)
{
    static const char *const names[] = {
#define X(id, name) [SHADOW_END_##id] = (name),
        SHADOW_END_MAP(X)
#undef X
    };
    must(end < SHADOW_END_COUNT);
    return names[end];
}

static void shadows(const struct metrics *m, struct buf *out)
{
    metrics_head(
        out, "costlens_shadow_pairs_total", "counter",
        "Calls whose answer was to be compared with another model's, by what became of it.");
    for (unsigned i = 0; i < SHADOW_END_COUNT; i++)
        buf_printf(out, "costlens_shadow_pairs_total{result=\"%s\"} %llu\n",
                   shadow_end_name((enum shadow_end)i), (unsigned long long)m->shadows[i]);
}

void metrics_write(const struct metrics *m, struct buf *out)
{
    metrics_head(out, "costlens_requests_total", "counter",
                 "Calls that were meant for a provider.");
    each(&m->series, out, requests);
    metrics_head(out, "costlens_tokens_total", "counter",
                 "Tokens and other billed units, by bucket.");
    each(&m->series, out, tokens);
    metrics_head(out, "costlens_busy_seconds_total", "counter",
                 "Time that a machine of one's own worked for calls.");
    each(&m->series, out, busy);
    metrics_head(out, "costlens_cost_usd_total", "counter", "Cost in US dollars, exact.");
    each(&m->series, out, costs);
    metrics_head(out, "costlens_unpriced_total", "counter", "Calls for which no price is known.");
    each(&m->series, out, unpriced);
    metrics_head(out, DURATION, "histogram",
                 "From the request's head to the end of the provider's answer.");
    each(&m->times, out, durations);
    metrics_head(
        out, TTFT, "histogram",
        "From dispatch to the first byte of the answer's body, without a local server's loading "
        "and waiting.");
    each(&m->times, out, ttfts);
    metrics_head(out, OVERHEAD, "histogram", "Time in the gateway before dispatch.");
    each(&m->times, out, overheads);
    refusals(m, out);
    ways_write(&m->ways, out);
    shadows(m, out);
    counter(out, "costlens_upstream_errors_total",
            "Calls that their provider did not answer, or not to the end.", m->upstream_errors);
    counter(out, "costlens_upstream_retries_total",
            "Calls sent again to the same provider, after a failure that may pass.",
            m->upstream_retries);
    counter(out, "costlens_client_left_total", "Calls whose client went away.", m->client_left);
    metrics_head(out, CANCEL, "histogram",
                 "From a client's leaving seen to its upstream's connection closed.");
    histogram(out, CANCEL, STR_NONE, &m->cancel);
    counter(out, "costlens_usage_contradictions_total",
            "Calls whose provider's counts cannot all be true.", m->contradictions);
    counter(out, "costlens_reservations_captured_total",
            "Calls whose output is unknown, booked at the most they can have cost.", m->captured);
    metrics_head(out, BOUND, "histogram",
                 "What calls under budgets cost, in parts of the worst case that was held.");
    shares(out, BOUND, &m->bound);
    counter(out, "costlens_bound_violation_total",
            "Calls that cost more than their worst case: their price is wrong.", m->beyond_bound);
    metrics_head(out, "costlens_reservations_inflight", "gauge", "Calls that are running now.");
    buf_printf(out, "costlens_reservations_inflight %lld\n", (long long)m->in_flight);
}
