// SPDX-License-Identifier: Apache-2.0
//
// Usage of Messages. Of the outer counters each one's last value stands that is not null, nor a
// zero after another; nothing is ever added. `iterations` lists the requests behind the answer,
// each with counters of its own and perhaps a model of its own:
//
//   message            the model's; the outer counters hold the sum of these, or only the first's
//                      or the last's: the larger of both is what is billed
//   fallback_message   of the model that answered after others declined, which are `message`s
//   compaction         a summary by the same model    never in the outer counters: added to them
//   advisor_message    of a model of its own          the same, and so is a kind not known

#include "meter/meter_part.h"

// The places in meter.parts.
enum part {
    PART_INPUT,
    PART_READ,
    PART_WRITTEN,
    PART_WRITTEN_5M,
    PART_WRITTEN_1H,
    PART_OUTPUT,
    PART_THINKING,
    PART_SEARCHES,
    PART_COUNT
};
_Static_assert(PART_COUNT <= METER_PARTS, "a place each");

static const char *const paths[PART_COUNT] = {
    [PART_INPUT] = "input_tokens",
    [PART_READ] = "cache_read_input_tokens",
    [PART_WRITTEN] = "cache_creation_input_tokens",
    [PART_WRITTEN_5M] = "cache_creation.ephemeral_5m_input_tokens",
    [PART_WRITTEN_1H] = "cache_creation.ephemeral_1h_input_tokens",
    [PART_OUTPUT] = "output_tokens",
    [PART_THINKING] = "output_tokens_details.thinking_tokens",
    [PART_SEARCHES] = "server_tool_use.web_search_requests",
};

static void read_parts(struct counts *c, const struct json_val *from, struct meter_parts *p)
{
    for (unsigned i = 0; i < PART_COUNT; i++) {
        int64_t n = 0;
        if (counts_told(c, json_path(from, paths[i]), &n))
            (void)part_keep(p, i, n);
    }
}

static int64_t sent(const struct meter_parts *p, enum part part)
{
    return count_larger(p->at[part], 0);
}

static void add_parts(struct meter_parts *sum, const struct meter_parts *p)
{
    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (p->at[i] >= 0)
            sum->at[i] = count_add(sent(sum, (enum part)i), p->at[i]);
    }
}

static bool is_split(const struct meter_parts *p)
{
    return p->at[PART_WRITTEN_1H] >= 0 || p->at[PART_WRITTEN_5M] >= 0;
}

// The sum of writes is split by how long they last; what the split leaves out lasts five minutes.
// Without a split it is what was asked for; of both the dearer.
static void fill_writes(const struct meter_parts *p, bool hour_asked, struct usage *u)
{
    int64_t sum = sent(p, PART_WRITTEN);
    int64_t hour = sent(p, PART_WRITTEN_1H);
    int64_t minutes = sent(p, PART_WRITTEN_5M);
    if (!is_split(p) && hour_asked)
        hour = sum;
    if (p->at[PART_WRITTEN] >= 0 && hour + minutes > sum)
        u->inconsistent = true;
    u->count[BUCKET_CACHE_WRITE_1H] = hour;
    u->count[BUCKET_CACHE_WRITE_5M] = count_larger(minutes, sum - hour);
}

static void fill(const struct meter_parts *p, bool hour_asked, struct usage *u)
{
    fill_writes(p, hour_asked, u);
    u->count[BUCKET_INPUT] = sent(p, PART_INPUT);
    u->count[BUCKET_CACHE_READ] = sent(p, PART_READ);
    u->count[BUCKET_OUTPUT] = sent(p, PART_OUTPUT);
    u->count[BUCKET_WEB_SEARCHES] = sent(p, PART_SEARCHES);
    u->reasoning = sent(p, PART_THINKING);
    u->prompt = usage_input(u);
    if (u->reasoning > u->count[BUCKET_OUTPUT]) { // then it is beside the text
        usage_doubt(u);
        u->count[BUCKET_OUTPUT] += u->reasoning;
    }
}

// --- iterations ---

// What no split tells lasts as long as was asked, or as anything else did: the dearer.
static bool hour_likely(const struct meter *m)
{
    return m->setup.cache_hour || sent(&m->parts, PART_WRITTEN_1H) > 0;
}

static void read_one(struct meter *m, struct counts *c, const struct json_val *one)
{
    struct meter_shares *l = m->shares;
    struct meter_parts parts = METER_NO_PARTS;
    struct usage u = {0};
    struct str type = json_str(json_get(one, "type"));
    struct str model = json_str(json_get(one, "model"));
    bool message = str_is(type, "message");
    bool outer = message || str_is(type, "fallback_message");
    read_parts(c, one, &parts);
    fill(&parts, !outer && hour_likely(m), &u);
    if (u.sure != SURE_REPORTED)
        usage_doubt(&m->usage);
    struct meter_share *s = share_add(m, model, &u);
    if (s) {
        s->declined = message && model.len == 0;
        s->unsplit += outer && !is_split(&parts) ? u.count[BUCKET_CACHE_WRITE_5M] : 0;
    }
    if (!outer) {
        parts.at[PART_WRITTEN_5M] = u.count[BUCKET_CACHE_WRITE_5M];
        parts.at[PART_WRITTEN_1H] = u.count[BUCKET_CACHE_WRITE_1H];
    }
    add_parts(outer ? &l->outer : &l->apart, &parts);
}

static int64_t take(int64_t *left, int64_t n)
{
    int64_t taken = n < *left ? n : *left;
    *left -= taken;
    return taken;
}

// Where a request does not split what it wrote, the outer counters do: what other requests leave
// of theirs is its own.
static void split_writes(struct meter *m)
{
    const struct meter_parts *told = &m->shares->outer;
    struct usage outer = {0};
    fill_writes(&m->parts, m->setup.cache_hour, &outer);
    int64_t hour = outer.count[BUCKET_CACHE_WRITE_1H] - sent(told, PART_WRITTEN_1H);
    int64_t minutes = outer.count[BUCKET_CACHE_WRITE_5M] - sent(told, PART_WRITTEN_5M);
    hour = count_larger(hour, 0);
    minutes = count_larger(minutes, 0);
    for (unsigned i = 0; i < m->shares->count; i++) {
        struct meter_share *s = &m->shares->at[i];
        int64_t longer = take(&hour, s->unsplit);
        int64_t shorter = take(&minutes, s->unsplit - longer);
        if (hour_likely(m))
            longer = s->unsplit - shorter;
        s->usage.count[BUCKET_CACHE_WRITE_1H] += longer;
        s->usage.count[BUCKET_CACHE_WRITE_5M] -= longer;
    }
}

// The beginning of a stream names the model that was asked.
static void answered_by(struct meter *m, struct str model)
{
    char name[sizeof m->model];
    if (model.len && str_copy(model, name, sizeof name))
        memcpy(m->model, name, sizeof name);
}

static void read_iterations(struct meter *m, struct counts *c)
{
    const struct json_val *list = json_get(c->root, "iterations");
    struct json_iter it = {0};
    const struct json_val *one = NULL;
    bool fell_back = false;
    if (json_type(list) != JSON_ARRAY)
        return;
    if (!shares_begin(m))
        return;
    while (json_each(&it, list, NULL, &one)) {
        if (str_is(json_str(json_get(one, "type")), "fallback_message")) {
            fell_back = true;
            answered_by(m, json_str(json_get(one, "model")));
        }
        read_one(m, c, one);
    }
    split_writes(m);
    for (unsigned i = 0; i < m->shares->count; i++)
        m->shares->at[i].declined &= fell_back;
}

static int64_t writes(const struct usage *u)
{
    return count_add(u->count[BUCKET_CACHE_WRITE_5M], u->count[BUCKET_CACHE_WRITE_1H]);
}

// The outer split and the requests' own may differ: no token is in both buckets for that.
static void cover_writes(const struct meter *m, const int64_t shared[BUCKET_COUNT], struct usage *u)
{
    struct usage outer = {0};
    struct usage listed = {0};
    struct usage apart = {0};
    fill_writes(&m->parts, m->setup.cache_hour, &outer);
    fill_writes(&m->shares->outer, false, &listed);
    fill_writes(&m->shares->apart, false, &apart);
    int64_t all = count_add(count_larger(writes(&outer), writes(&listed)), writes(&apart));
    int64_t hour =
        count_add(outer.count[BUCKET_CACHE_WRITE_1H], apart.count[BUCKET_CACHE_WRITE_1H]);
    int64_t room = all - shared[BUCKET_CACHE_WRITE_5M];
    hour = count_larger(hour < room ? hour : room, shared[BUCKET_CACHE_WRITE_1H]);
    u->count[BUCKET_CACHE_WRITE_1H] = hour;
    u->count[BUCKET_CACHE_WRITE_5M] = count_larger(all - hour, 0);
}

// No share has more than the whole, and the longest prompt of one request decides what a cliff
// does to the rest.
static void cover_shares(const struct meter *m, struct usage *u)
{
    int64_t shared[BUCKET_COUNT] = {0};
    int64_t prompt = 0;
    const struct meter_share *s;
    for (unsigned i = 0; (s = meter_share_at(m, i)); i++) {
        prompt = count_larger(prompt, s->usage.prompt);
        for (unsigned b = 0; b < BUCKET_COUNT; b++)
            shared[b] = count_add(shared[b], s->usage.count[b]);
    }
    if (m->shares)
        cover_writes(m, shared, u);
    for (unsigned b = 0; b < BUCKET_COUNT; b++)
        u->count[b] = count_larger(u->count[b], shared[b]);
    if (prompt > 0)
        u->prompt = prompt;
}

static void fill_all(struct meter *m)
{
    struct meter_parts all = m->parts;
    for (unsigned i = 0; m->shares && i < PART_COUNT; i++)
        all.at[i] = count_larger(all.at[i], m->shares->outer.at[i]);
    if (m->shares)
        add_parts(&all, &m->shares->apart);
    m->input_untold = all.at[PART_INPUT] < 0;
    fill(&all, m->setup.cache_hour, &m->usage);
    cover_shares(m, &m->usage);
}

bool anthropic_usage(struct meter *m, struct str raw)
{
    struct usage *u = &m->usage;
    struct counts c;
    if (!counts_open(&c, u, raw, m->alloc))
        return false;
    bool output = counts_has(&c, "output_tokens");
    bool found = output || counts_has(&c, "input_tokens");
    if (found) {
        read_parts(&c, c.root, &m->parts);
        read_iterations(m, &c);
        fill_all(m);
        service_read(u, json_str(json_get(c.root, "service_tier")));
        if (str_is(json_str(json_get(c.root, "speed")), "fast"))
            u->service = SERVICE_FAST;
        if (str_is(json_str(json_get(c.root, "inference_geo")), "us"))
            u->us_region = true;
        usage_told(m);
    }
    counts_close(&c);
    return output;
}
