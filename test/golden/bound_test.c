// SPDX-License-Identifier: Apache-2.0
//
// No call costs more than its bound: every row of the price book, against
//
//   recorded    each usage that the golden answers tell, as if the model had used it
//   generated   random weights, and usages that each allows (COSTLENS_USAGES of them a row)
//   an agent    a growing conversation whose beginning is cached, of bodies as clients send them
//
// and, where a golden answer has its request beside it, no more is counted than the body weighs.
//
// It prints how much of each bound was used, and why there was none.

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "budget/bound.h"
#include "budget/worst.h"
#include "core/rate.h"
#include "files.h"
#include "meter/meter.h"
#include "wire/vendor.h"
#include "wire/weigh.h"

#define USAGES_MAX 1024
#define HOUR_US    INT64_C(3600000000)
#define FIRST_US   INT64_C(1767225600000000) // 2026-01-01
#define LAST_US    INT64_C(1804982400000000) // 2027-03-14
#define UNSAID     4096

struct tally {
    const char *name;
    int64_t held;     // costs compared
    int64_t unpriced; // a bound, and then no cost
    int64_t states[BOUND_STATE_COUNT];
    int64_t percent[101]; // how many used so much of their bound
};

static unsigned failures;
static unsigned bodies; // weighed against what was counted
// What answered, and what it used.
static struct record {
    char vendor[64];
    char model[128];
    struct usage usage;
} recorded[USAGES_MAX];
static unsigned recorded_count;

// --- what is compared ---

static void describe(const struct bound_call *c, const struct usage *u, int64_t at_us)
{
    const struct weight *w = c->weight;
    fprintf(
        stderr,
        "  at %lld, start %lld, within %lld\n  weight: tokens %lld, prompts %lld, images %lld x "
        "%lld, vast %s, rounds %lld, answers %lld x %lld + %lld, services %x, us %d%d, cache "
        "%d%d\n  usage: prompt %lld, service %s, us %d",
        (long long)at_us, (long long)c->start_us, (long long)c->longest_us, (long long)w->tokens,
        (long long)w->prompts, (long long)w->images, (long long)w->image_tokens,
        w->vast ? w->vast : "-", (long long)w->rounds, (long long)w->answers,
        (long long)w->output_max, (long long)w->output_beside, w->services, w->us, w->us_possible,
        w->cache_write, w->cache_hour, (long long)u->prompt, service_name(u->service),
        u->us_region);
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (u->count[i])
            fprintf(stderr, ", %s %lld", bucket_name((enum bucket)i), (long long)u->count[i]);
    }
    fprintf(stderr, "\n");
}

static void hold(const struct bound_call *c, const struct usage *u, int64_t at_us, struct tally *t)
{
    struct bound b;
    struct cost cost;
    bound_make(c, &b);
    t->states[b.state]++;
    if (b.state != BOUND_KNOWN)
        return;
    rate(c->sheet, u, at_us, &cost);
    if (cost.state == PRICE_UNPRICED) {
        t->unpriced++;
        return;
    }
    int64_t nano = nano_from_money(cost.total).n;
    t->held++;
    if (b.most.n > 0)
        t->percent[nano >= b.most.n ? 100 : (int128)nano * 100 / b.most.n]++;
    if (nano <= b.most.n || failures++ > 5)
        return;
    fprintf(stderr, "%s: %.*s/%.*s costs %lld nanodollars, more than its bound of %lld\n", t->name,
            STR_ARG(c->sheet->vendor), STR_ARG(c->sheet->model), (long long)nano,
            (long long)b.most.n);
    describe(c, u, at_us);
}

static void tell(const struct tally *t)
{
    int64_t sum = 0;
    int64_t count = 0;
    for (int i = 0; i <= 100; i++) {
        sum += i * t->percent[i];
        count += t->percent[i];
    }
    printf("%-10s %9lld costs held to their bounds, of which %lld.%lld %% were used; %lld without "
           "a price\n",
           t->name, (long long)t->held, (long long)(count ? sum / count : 0),
           (long long)(count ? sum * 10 / count % 10 : 0), (long long)t->unpriced);
    for (unsigned i = 1; i < BOUND_STATE_COUNT; i++) {
        if (t->states[i])
            printf("           %9lld had none: %s\n", (long long)t->states[i],
                   bound_words((enum bound_state)i));
    }
}

// --- recorded ---

static enum endpoint endpoint_of(struct str name)
{
    for (int i = 0; i < ENDPOINT_COUNT; i++) {
        if (str_is(name, endpoint_name((enum endpoint)i)))
            return (enum endpoint)i;
    }
    return ENDPOINT_CHAT;
}

static void keep(char *to, size_t size, struct str s)
{
    snprintf(to, size, "%.*s", STR_ARG(s));
}

static const char *maker(enum endpoint e)
{
    switch (endpoint_dialect(e)) {
    case DIALECT_ANTHROPIC: return "anthropic";
    case DIALECT_GEMINI: return "google";
    case DIALECT_OPENAI: return "openai";
    case DIALECT_OLLAMA:
    case DIALECT_COUNT: break;
    }
    return "ollama";
}

static void read_setup(struct str text, struct meter_setup *s, struct record *r)
{
    struct str line;
    r->vendor[0] = r->model[0] = '\0';
    while (str_cut(&text, '\n', &line) && !str_is(line, "---")) {
        struct str key;
        if (!str_cut(&line, ' ', &key))
            continue;
        if (str_is(key, "endpoint"))
            s->endpoint = endpoint_of(line);
        else if (str_is(key, "vendor")) {
            s->vendor_flags = vendor_find(line)->flags;
            keep(r->vendor, sizeof r->vendor, line);
        } else if (str_is(key, "searches"))
            s->searches = true;
    }
    if (!r->vendor[0])
        keep(r->vendor, sizeof r->vendor, str_of(maker(s->endpoint)));
    while (str_cut(&text, '\n', &line)) {
        if (str_starts(line, (struct str)STR("model ")))
            keep(r->model, sizeof r->model, str_skip(line, 6));
    }
}

static void pass(void *context, struct str bytes)
{
    (void)context;
    (void)bytes;
}

static bool is_within(const struct weight *w, const struct usage *u)
{
    bool said = w->output_max > 0 && !w->reasons_beside && w->rounds == 0;
    int64_t output = (w->output_max + w->output_beside + w->output_drawn) * w->answers;
    return usage_input(u) <= w->tokens && (!said || usage_output(u) <= output);
}

// Of what this weighs no window, no image, no file is the measure.
static void hold_body(const char *folder, enum endpoint e, const char *vendor,
                      const struct usage *u)
{
    struct endpoint_found found = {.endpoint = e};
    const struct vendor *v = vendor_find(str_of(vendor));
    struct weight w;
    struct buf body;
    struct ask a;
    struct why why;
    if (read_file(folder, "request.json", &body)) {
        bodies++;
        must(ask_open(&a, &found, buf_str(&body), &alloc_heap, &why) == REFUSAL_NONE);
        weigh(&a, v->flags, a.demand.model, &w);
        must(!w.vast && w.images == 0);
        if (!is_within(&w, u)) {
            fprintf(stderr, "%s: %lld in, %lld out; its body weighs %lld, and %lld\n", folder,
                    (long long)usage_input(u), (long long)usage_output(u), (long long)w.tokens,
                    (long long)w.output_max);
            failures++;
        }
        ask_close(&a);
    }
    buf_fini(&body);
}

static void record_answer(const char *folder, struct str expect, struct str body,
                          enum meter_kind kind)
{
    struct meter_setup setup = {.kind = kind};
    struct meter m;
    if (recorded_count == USAGES_MAX)
        return;
    struct record *r = &recorded[recorded_count];
    read_setup(expect, &setup, r);
    meter_init(&m, &setup, &alloc_heap);
    meter_feed(&m, body, pass, NULL);
    meter_end(&m, true);
    if (m.has_usage && usage_any(&m.usage)) {
        r->usage = m.usage;
        r->usage.has_reported = false; // at the book's prices
        recorded_count++;
    }
    if (!m.has_usage)
        meter_estimate(&m, 0);
    hold_body(folder, setup.endpoint, r->vendor, &m.usage);
    meter_fini(&m);
}

static void record_case(const char *folder)
{
    static const struct {
        const char *name;
        enum meter_kind kind;
    } files[] = {{"answer.txt", METER_JSON}, {"stream.txt", METER_SSE}, {"lines.txt", METER_LINES}};
    struct buf expect;
    bool is_case = read_file(folder, "expect.txt", &expect);
    for (size_t i = 0; is_case && i < sizeof files / sizeof files[0]; i++) {
        struct buf body;
        if (read_file(folder, files[i].name, &body))
            record_answer(folder, buf_str(&expect), buf_str(&body), files[i].kind);
        buf_fini(&body);
    }
    buf_fini(&expect);
}

static void record(const char *root)
{
    static const char *const dialects[] = {"openai", "responses", "anthropic", "gemini", "ollama"};
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        char folder[2048];
        join(folder, root, dialects[i]);
        DIR *d = opendir(folder);
        struct dirent *e;
        while (d && (e = readdir(d))) {
            char path[2048];
            join(path, folder, e->d_name);
            if (e->d_name[0] != '.')
                record_case(path);
        }
        if (d)
            closedir(d);
    }
}

// The least weight that allows the usage.
static struct weight weight_of(const struct usage *u)
{
    const int64_t *n = u->count;
    return (struct weight){
        .tokens = usage_input(u),
        .prompts = 1,
        .vast = n[BUCKET_AUDIO_INPUT] + n[BUCKET_AUDIO_CACHE_READ] > 0 ? "input_audio" : NULL,
        .images = n[BUCKET_IMAGE_INPUT] > 0,
        .image_tokens = n[BUCKET_IMAGE_INPUT],
        .web_searches = n[BUCKET_WEB_SEARCHES],
        .file_searches = n[BUCKET_FILE_SEARCHES],
        .answers = usage_output(u) > 0,
        .output_max = usage_output(u),
        .service = u->service,
        .us = u->us_region,
        .cache_write = n[BUCKET_CACHE_WRITE_5M] > 0,
        .cache_hour = n[BUCKET_CACHE_WRITE_1H] > 0,
    };
}

// Its own answer fits, whatever the book says of its window.
static bool fits(const struct catalog *book, const struct sheet *s, const struct record *r)
{
    int64_t most = count_larger(usage_input(&r->usage), usage_output(&r->usage));
    return s->context_tokens == 0 || most <= s->context_tokens ||
           catalog_find(book, str_of(r->vendor), str_of(r->model)) == s;
}

static void hold_recorded(const struct catalog *book, const struct sheet *s, struct tally *t)
{
    for (unsigned i = 0; i < recorded_count; i++) {
        const struct usage *u = &recorded[i].usage;
        struct weight w = weight_of(u);
        struct bound_call c = {.sheet = s,
                               .weight = &w,
                               .start_us = FIRST_US + i * 24 * HOUR_US,
                               .longest_us = u->count[BUCKET_BUSY]};
        // Of others who answered, and of what rerankers and transcribers count, no bound tells.
        if (fits(book, s, &recorded[i]) &&
            u->count[BUCKET_SEARCH_UNITS] + u->count[BUCKET_SECONDS] == 0)
            hold(&c, u, c.start_us, t);
    }
}

// --- generated ---

static uint64_t seed;

static uint64_t random_bits(void) // splitmix64
{
    uint64_t z = (seed += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

// 0 to `most`, both often.
static int64_t upto(int64_t most)
{
    uint64_t pick = random_bits() % 8;
    if (pick < 3)
        return pick == 0 ? 0 : most;
    return (int64_t)(random_bits() % ((uint64_t)most + 1));
}

static bool chance(unsigned one_in)
{
    return random_bits() % one_in == 0;
}

static int64_t magnitude(unsigned bits) // 0 to 2^bits, each length as likely
{
    return (int64_t)(random_bits() & ((UINT64_C(1) << random_bits() % (bits + 1)) - 1));
}

static struct weight any_weight(void)
{
    struct weight w = {.tokens = magnitude(21),
                       .prompts = chance(8) ? 1 + upto(5) : 1,
                       .images = chance(4) ? upto(10) : 0,
                       .image_tokens = chance(3) ? 0 : magnitude(13),
                       .vast = chance(6) ? "input_file" : NULL,
                       .rounds = chance(6) ? upto(4) : 0,
                       .web_searches = chance(6) ? upto(4) : 0,
                       .file_searches = chance(12) ? upto(4) : 0,
                       .answers = chance(8)   ? 0
                                  : chance(6) ? 1 + upto(7)
                                              : 1,
                       .output_max = chance(4) ? 0 : 1 + magnitude(17),
                       .output_beside = chance(8) ? magnitude(12) : 0,
                       .output_drawn = chance(8) ? magnitude(12) : 0,
                       .output_again = chance(2),
                       .reasons_beside = chance(8),
                       .service = chance(6) ? (enum service)(random_bits() % SERVICE_COUNT)
                                            : SERVICE_STANDARD,
                       .services = chance(3) ? (unsigned)random_bits() % (1u << SERVICE_COUNT)
                                             : 1u << SERVICE_STANDARD,
                       .us = chance(6),
                       .us_possible = chance(3),
                       .cache_write = chance(2),
                       .cache_hour = chance(6)};
    return w;
}

// Takes a part of what is left for a bucket.
static void give(struct usage *u, enum bucket b, bool may, int64_t *left)
{
    int64_t n = may ? upto(*left) : 0;
    u->count[b] += n;
    *left -= n;
}

static int64_t clamp(int64_t n, int64_t most)
{
    return most > 0 && n > most ? most : n;
}

// A window that the book itself goes beyond says nothing.
static int64_t window_of(const struct sheet *s)
{
    int64_t window = s->context_tokens;
    for (unsigned i = 0; i < s->term_count; i++) {
        if (s->terms[i].above >= s->context_tokens)
            window = 0;
    }
    return s->output_tokens_max > window ? 0 : window;
}

static void use_input(const struct sheet *s, const struct weight *w, struct usage *u)
{
    int64_t windows = window_of(s) * w->prompts;
    int64_t once = clamp(w->tokens + w->images * w->image_tokens, windows);
    if (w->vast || w->rounds > 0 || (w->images > 0 && w->image_tokens == 0))
        once = windows;
    int64_t left = upto(once * (w->rounds + 1));
    u->prompt = chance(2) ? left : upto(left);
    give(u, BUCKET_CACHE_READ, true, &left);
    give(u, BUCKET_CACHE_WRITE_5M, w->cache_write, &left);
    give(u, BUCKET_CACHE_WRITE_1H, w->cache_hour, &left);
    give(u, BUCKET_AUDIO_INPUT, w->vast, &left);
    give(u, BUCKET_AUDIO_CACHE_READ, w->vast, &left);
    give(u, BUCKET_IMAGE_INPUT, w->vast || w->images > 0, &left);
    u->count[BUCKET_INPUT] = left;
}

// What is sent limits the answer, the window all of it. A figure of the book's that is not sent
// limits nothing that the window does not.
static void use_output(const struct bound_call *c, struct usage *u)
{
    const struct sheet *s = c->sheet;
    const struct weight *w = c->weight;
    int64_t window = window_of(s);
    int64_t own = s->output_tokens_max;
    int64_t sent = w->output_max ? w->output_max : c->output_unsaid;
    if (sent && !w->output_max && own)
        sent = own;
    int64_t each = sent ? sent : count_larger(own, window);
    if (sent && w->reasons_beside)
        each += count_larger(own, window);
    each = clamp(each, window);
    if (sent && (w->output_max || !own))
        each += w->output_drawn;
    each = (each + w->output_beside) * (w->output_again ? w->rounds + 1 : 1);
    int64_t left = upto(each * w->answers);
    u->reasoning = chance(2) ? upto(left) : 0;
    give(u, BUCKET_AUDIO_OUTPUT, chance(3), &left);
    give(u, BUCKET_IMAGE_OUTPUT, chance(3), &left);
    u->count[BUCKET_OUTPUT] = left;
}

static struct usage any_usage(const struct bound_call *c)
{
    const struct weight *w = c->weight;
    struct usage u = {.sure = chance(2) ? SURE_REPORTED : SURE_ESTIMATED,
                      .service = w->service,
                      .us_region = w->us || (w->us_possible && chance(2))};
    unsigned pick = (unsigned)random_bits() % SERVICE_COUNT;
    if (w->services & 1u << pick)
        u.service = (enum service)pick;
    use_input(c->sheet, w, &u);
    use_output(c, &u);
    u.count[BUCKET_WEB_SEARCHES] = upto(w->web_searches);
    u.count[BUCKET_FILE_SEARCHES] = upto(w->file_searches);
    u.count[BUCKET_CALLS] = chance(2);
    u.count[BUCKET_BUSY] = upto(c->longest_us);
    return u;
}

static void hold_generated(const struct sheet *s, unsigned count, struct tally *t)
{
    for (unsigned i = 0; i < count; i++) {
        struct weight w = any_weight();
        struct bound_call c = {.sheet = s,
                               .weight = &w,
                               .start_us = FIRST_US + upto(LAST_US - FIRST_US),
                               .longest_us = chance(3) ? upto(26 * HOUR_US) : 0,
                               .output_unsaid = chance(2) ? UNSAID : 0};
        struct usage u = any_usage(&c);
        hold(&c, &u, c.start_us + upto(c.longest_us), t);
    }
}

// --- an agent ---

#define TURNS           40
#define TOOLS           24
#define BYTES_PER_TOKEN 4
#define SYSTEM_BYTES    14000
#define SCHEMA_BYTES    900  // of each tool, as its description
#define TURN_BYTES      5000 // a tool's answer, on average
#define OUTPUT_TOKENS   350
#define OUTPUT_MAX      16000

static const struct {
    const char *vendor;
    const char *model;
    enum endpoint endpoint;
} agents[] = {
    {"anthropic", "claude-sonnet-5", ENDPOINT_MESSAGES},
    {"anthropic", "claude-haiku-4-5", ENDPOINT_MESSAGES},
    {"anthropic", "claude-opus-5-5", ENDPOINT_MESSAGES},
    {"openai", "gpt-5.4", ENDPOINT_CHAT},
    {"openai", "gpt-5.4-mini", ENDPOINT_RESPONSES},
    {"openai", "gpt-4o", ENDPOINT_CHAT},
    {"deepseek", "deepseek-flash", ENDPOINT_CHAT},
    {"groq", "openai/gpt-oss-120b", ENDPOINT_CHAT},
};

static void add_words(struct buf *b, size_t bytes)
{
    static const char words[] = "the price of a call is known before it is made, ";
    for (size_t i = 0; i < bytes; i++)
        buf_add_char(b, words[i % (sizeof words - 1)]);
}

static void add_turn(struct buf *b, enum endpoint e, unsigned turn)
{
    bool user = turn % 2 == 0;
    buf_printf(b, "%s{\"role\":\"%s\",\"content\":", turn ? "," : "", user ? "user" : "assistant");
    if (e == ENDPOINT_MESSAGES)
        buf_add_cstr(b, "[{\"type\":\"text\",\"cache_control\":{\"type\":\"ephemeral\"},\"text\":");
    buf_add_cstr(b, "\"");
    add_words(b, user ? TURN_BYTES / 2 + random_bits() % TURN_BYTES : OUTPUT_TOKENS * 4);
    buf_add_cstr(b, e == ENDPOINT_MESSAGES ? "\"}]}" : "\"}");
}

// As an agent's client sends it; `turns` are its messages so far.
static void write_body(struct buf *b, size_t agent, struct str turns)
{
    enum endpoint e = agents[agent].endpoint;
    buf_printf(b, "{\"model\":\"%s\",\"%s\":%d,\"tools\":[", agents[agent].model,
               e == ENDPOINT_RESPONSES ? "max_output_tokens" : "max_tokens", OUTPUT_MAX);
    for (unsigned i = 0; i < TOOLS; i++) {
        buf_printf(b, "%s{\"type\":\"%s\",\"name\":\"tool_%u\",\"description\":\"", i ? "," : "",
                   e == ENDPOINT_MESSAGES ? "custom" : "function", i);
        add_words(b, SCHEMA_BYTES);
        buf_add_cstr(b, "\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"path\":{"
                        "\"type\":\"string\"}},\"required\":[\"path\"]}}");
    }
    buf_add_cstr(b, e == ENDPOINT_RESPONSES ? "],\"instructions\":\"" : "],\"system\":\"");
    add_words(b, SYSTEM_BYTES);
    buf_printf(b, "\",\"%s\":[", e == ENDPOINT_RESPONSES ? "input" : "messages");
    buf_add(b, turns);
    buf_add_cstr(b, "]}");
}

// What a turn uses: all that the turn before had is read from the cache.
static struct usage turn_usage(const struct weight *w, int64_t tokens, int64_t *cached)
{
    struct usage u = {.prompt = tokens, .reasoning = OUTPUT_TOKENS / 3};
    u.count[BUCKET_CACHE_READ] = *cached;
    u.count[w->cache_write ? BUCKET_CACHE_WRITE_5M : BUCKET_INPUT] = tokens - *cached;
    u.count[BUCKET_OUTPUT] = OUTPUT_TOKENS;
    *cached = tokens;
    return u;
}

struct session {
    int64_t actual, bound, counted; // nanodollars
};

static void hold_turn(const struct bound_call *c, const struct usage *u, struct session *sum,
                      struct tally *t)
{
    struct bound_call exact = *c;
    struct bound loose, tight;
    struct cost cost;
    exact.counted = u->prompt;
    bound_make(c, &loose);
    bound_make(&exact, &tight);
    rate(c->sheet, u, c->start_us, &cost);
    sum->actual += nano_from_money(cost.total).n;
    sum->bound += loose.most.n;
    sum->counted += tight.most.n;
    hold(c, u, c->start_us, t);
    hold(&exact, u, c->start_us, t);
}

static void take_turn(size_t agent, const struct sheet *s, struct str turns, int64_t *cached,
                      struct session *sum, struct tally *t)
{
    struct endpoint_found found = {.endpoint = agents[agent].endpoint};
    const struct vendor *v = vendor_find(str_of(agents[agent].vendor));
    struct bound_call c = {.sheet = s, .start_us = LAST_US};
    struct weight w;
    struct buf body;
    struct ask a;
    struct why why;
    buf_init(&body, &alloc_heap, 0);
    write_body(&body, agent, turns);
    if (ask_open(&a, &found, buf_str(&body), &alloc_heap, &why) != REFUSAL_NONE) {
        fprintf(stderr, "%s\n", why.text);
        exit(1);
    }
    weigh(&a, v->flags, a.demand.model, &w);
    c.weight = &w;
    struct usage u = turn_usage(&w, (int64_t)body.len / BYTES_PER_TOKEN, cached);
    hold_turn(&c, &u, sum, t);
    ask_close(&a);
    buf_fini(&body);
}

static void hold_agent(const struct catalog *book, size_t agent, struct tally *t)
{
    const struct sheet *s =
        catalog_find(book, str_of(agents[agent].vendor), str_of(agents[agent].model));
    struct session sum = {0};
    struct buf turns;
    int64_t cached = 0;
    if (!s) {
        fprintf(stderr, "the book has no %s/%s\n", agents[agent].vendor, agents[agent].model);
        failures++;
        return;
    }
    buf_init(&turns, &alloc_heap, 0);
    for (unsigned i = 0; i < TURNS; i++) {
        add_turn(&turns, agents[agent].endpoint, i);
        if (i % 2 == 0)
            take_turn(agent, s, buf_str(&turns), &cached, &sum, t);
    }
    int64_t calls = TURNS / 2;
    printf("           %-10s %-20s a call: cost %9lld, bound %10lld (%lld.%lld %%), counted %10lld "
           "(%lld.%lld %%) nanodollars\n",
           agents[agent].vendor, agents[agent].model, (long long)(sum.actual / calls),
           (long long)(sum.bound / calls), (long long)(sum.actual * 100 / sum.bound),
           (long long)(sum.actual * 1000 / sum.bound % 10), (long long)(sum.counted / calls),
           (long long)(sum.actual * 100 / sum.counted),
           (long long)(sum.actual * 1000 / sum.counted % 10));
    buf_fini(&turns);
}

int main(void)
{
    struct tally by_record = {.name = "recorded"};
    struct tally by_chance = {.name = "generated"};
    struct tally by_agent = {.name = "an agent"};
    const char *usages = getenv("COSTLENS_USAGES");
    int64_t count = 500;
    struct catalog *book;
    struct why why;
    if (usages && !str_i64(str_of(usages), &count))
        return 1;
    if (catalog_open(&alloc_heap, NULL, 0, &book, &why) != STATUS_OK) {
        fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    record(TEST_ROOT "/golden");
    for (size_t i = 0; i < catalog_count(book); i++) {
        seed = i; // each row by itself
        hold_recorded(book, catalog_at(book, i), &by_record);
        hold_generated(catalog_at(book, i), (unsigned)count, &by_chance);
    }
    printf("%zu rows, %u recorded usages, %u with their bodies\n", catalog_count(book),
           recorded_count, bodies);
    tell(&by_record);
    tell(&by_chance);
    for (size_t i = 0; i < sizeof agents / sizeof agents[0]; i++)
        hold_agent(book, i, &by_agent);
    tell(&by_agent);
    catalog_close(book);
    if (recorded_count < 100 || bodies < 10 || by_record.held == 0 || by_chance.held == 0 ||
        by_agent.held == 0) {
        fprintf(stderr, "too little was compared\n");
        failures++;
    }
    return failures > 0;
}
