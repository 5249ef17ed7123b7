// SPDX-License-Identifier: Apache-2.0
//
// The usage object of OpenAI and of all who copied it. Its counters overlap:
//
//   prompt_tokens      = uncached + cached + cache writes        (audio, image: parts of these)
//   completion_tokens  = text + reasoning + audio + image       (reasoning outside at some vendors)
//
// Responses names them input_tokens and output_tokens. In a stream each one's last value stands.

#include "meter/meter_part.h"
#include "wire/vendor.h"

// The places in meter.parts.
enum part {
    PART_INPUT,
    PART_OUTPUT,
    PART_TOTAL,
    PART_CACHED,
    PART_WRITTEN,
    PART_AUDIO_IN,
    PART_IMAGE_IN,
    PART_REASONING,
    PART_AUDIO_OUT,
    PART_IMAGE_OUT,
    PART_CITATIONS,
    PART_SEARCHES,
    PART_SECONDS,
    PART_COUNT
};
_Static_assert(PART_COUNT <= METER_PARTS, "a place each");

struct raw {
    struct sides sides; // `input` is the prompt
    int64_t made;       // what was told of the output
    int64_t cached, written, audio_in, image_in;
    int64_t reasoning, audio_out, image_out;
};

// The members that are read, those that most have first; NULL where they are not.
struct told {
    const struct json_val *prompt_tokens, *completion_tokens, *total_tokens;
    const struct json_val *prompt_tokens_details, *completion_tokens_details;
    const struct json_val *input_tokens, *output_tokens;
    const struct json_val *input_tokens_details, *output_tokens_details;
    const struct json_val *cached_tokens, *prompt_cache_hit_tokens, *reasoning_tokens;
    const struct json_val *prompt_audio_seconds, *citation_tokens, *num_search_queries;
    const struct json_val *server_tool_use, *service_tier, *billed_units;
    const struct json_val *cost, *cost_details, *cost_in_usd_ticks, *is_byok;
};

// Of the details of a half.
struct detail {
    const struct json_val *cached_tokens, *cache_write_tokens, *cache_creation_tokens;
    const struct json_val *reasoning_tokens, *audio_tokens, *image_tokens;
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define TOLD(name)                              \
    {                                           \
        STR(#name), offsetof(struct told, name) \
    }
static const struct json_field told_fields[] = {
    TOLD(prompt_tokens),
    TOLD(completion_tokens),
    TOLD(total_tokens),
    TOLD(prompt_tokens_details),
    TOLD(completion_tokens_details),
    TOLD(input_tokens),
    TOLD(output_tokens),
    TOLD(input_tokens_details),
    TOLD(output_tokens_details),
    TOLD(cached_tokens),
    TOLD(prompt_cache_hit_tokens),
    TOLD(reasoning_tokens),
    TOLD(prompt_audio_seconds),
    TOLD(citation_tokens),
    TOLD(num_search_queries),
    TOLD(server_tool_use),
    TOLD(service_tier),
    TOLD(billed_units),
    TOLD(cost),
    TOLD(cost_details),
    TOLD(cost_in_usd_ticks),
    TOLD(is_byok),
};

#define DETAIL(name)                              \
    {                                             \
        STR(#name), offsetof(struct detail, name) \
    }
static const struct json_field detail_fields[] = {
    DETAIL(cached_tokens),    DETAIL(cache_write_tokens), DETAIL(cache_creation_tokens),
    DETAIL(reasoning_tokens), DETAIL(audio_tokens),       DETAIL(image_tokens),
};

// A usage object being read.
struct reading {
    struct counts *c;
    struct meter_parts *parts;
    unsigned flags;   // of its vendor
    struct told told; // of itself
    struct detail in; // of the two halves, under either name
    struct detail out;
};

static const struct json_val *either(struct counts *c, const struct json_val *a,
                                     const struct json_val *b)
{
    int64_t n = 0;
    return counts_told(c, a, &n) ? a : b;
}

static struct detail detail_of(const struct json_val *a, const struct json_val *b)
{
    struct detail d = {0};
    json_fields(json_type(a) == JSON_OBJECT ? a : b, detail_fields, COUNT(detail_fields), &d);
    return d;
}

// Each vendor has its own place for what came from the cache.
static int64_t read_cached(const struct reading *g)
{
    int64_t n = counts_of(g->c, g->in.cached_tokens);
    n = count_larger(n, counts_of(g->c, g->told.cached_tokens));              // Moonshot
    return count_larger(n, counts_of(g->c, g->told.prompt_cache_hit_tokens)); // DeepSeek
}

static int64_t read_reasoning(const struct reading *g)
{
    int64_t n = counts_of(g->c, g->out.reasoning_tokens);
    return count_larger(n, counts_of(g->c, g->told.reasoning_tokens)); // Perplexity
}

static void read_details(const struct reading *g, struct raw *r)
{
    struct counts *c = g->c;
    struct meter_parts *p = g->parts;
    int64_t written = count_larger(counts_of(c, g->in.cache_write_tokens),
                                   counts_of(c, g->in.cache_creation_tokens));
    r->cached = part_keep(p, PART_CACHED, read_cached(g));
    r->written = part_keep(p, PART_WRITTEN, written);
    r->audio_in = part_keep(p, PART_AUDIO_IN, counts_of(c, g->in.audio_tokens));
    r->image_in = part_keep(p, PART_IMAGE_IN, counts_of(c, g->in.image_tokens));
    r->audio_out = part_keep(p, PART_AUDIO_OUT, counts_of(c, g->out.audio_tokens));
    r->image_out = part_keep(p, PART_IMAGE_OUT, counts_of(c, g->out.image_tokens));
    // Of a side that is not told they are at least what it was.
    struct sides *s = &r->sides;
    if (s->input_untold) {
        s->input = count_larger(s->input, r->cached + r->written);
    } else if (r->cached + r->written > s->input) { // then they are beside it
        usage_doubt(c->u);
        s->input += r->cached + r->written;
    }
    if (s->output_untold)
        s->output = count_larger(s->output, r->reasoning);
}

// Is the reasoning on top of the output count? Where a vendor's own total says so, it is; the total
// of Perplexity leaves it out although it is billed.
static bool reasoning_outside(const struct raw *r, unsigned flags)
{
    const struct sides *s = &r->sides;
    if (r->reasoning == 0)
        return false;
    if (s->total == s->input + s->output + r->reasoning)
        return true;
    if (!(flags & VENDOR_REASONING_OUTSIDE))
        return false;
    bool inside = s->total == s->input + s->output && r->reasoning <= s->output;
    return !inside || (flags & VENDOR_CITATIONS_OUTSIDE);
}

// Mistral's holds the audio too, which is billed by the second. One that is older than the counts
// beside it is the least that there was.
static int64_t read_total(const struct reading *g, const struct sides *s)
{
    int64_t seconds = 0;
    bool audio = counts_told(g->c, g->told.prompt_audio_seconds, &seconds);
    int64_t now = audio ? 0 : counts_of(g->c, g->told.total_tokens);
    int64_t last = part_keep(g->parts, PART_TOTAL, now);
    return now > 0 || last > s->input + s->output ? last : 0;
}

// What the output count leaves out.
static void read_output(struct raw *r, unsigned flags)
{
    struct sides *s = &r->sides;
    if (reasoning_outside(r, flags))
        s->output += r->reasoning;
    if ((flags & VENDOR_TOTAL_WINS) && !s->input_untold)
        s->output = count_larger(s->output, s->total - s->input);
}

// A total may be that with the reasoning or that without; Perplexity's leaves more out. What it has
// beyond what anybody tells is taken for output, which is dearest.
static void check_total(struct raw *r, struct usage *u, unsigned flags)
{
    struct sides *s = &r->sides;
    int64_t beyond = s->total - s->input - s->output;
    if (s->total == 0 || s->total == s->input + r->made || beyond == 0 ||
        (s->input_untold && s->output_untold) || (flags & VENDOR_CITATIONS_OUTSIDE))
        return;
    u->inconsistent = true;
    if (beyond > 0) {
        usage_doubt(u);
        s->output += beyond;
    }
}

static bool read_billed_units(struct meter *m, const struct reading *g, struct sides *s)
{
    struct counts *c = g->c;
    const struct json_val *units = g->told.billed_units;
    int64_t searches = 0;
    s->input_untold = !counts_told(c, json_get(units, "input_tokens"), &s->input);
    s->output_untold &= !counts_told(c, json_get(units, "output_tokens"), &s->output);
    if (counts_told(c, json_get(units, "search_units"), &searches))
        s->input_untold = s->output_untold = false; // reranked: nothing else is billed
    c->u->count[BUCKET_SEARCH_UNITS] = searches;
    s->input += counts_of(c, g->told.cached_tokens); // beside the billed ones
    sides_settle(m, s);
    return true;
}

static bool read_main(struct meter *m, const struct reading *g, struct raw *r)
{
    struct counts *c = g->c;
    struct sides *s = &r->sides;
    if ((g->flags & VENDOR_BILLED_UNITS) && g->told.billed_units)
        return read_billed_units(m, g, s);
    const struct json_val *in = either(c, g->told.prompt_tokens, g->told.input_tokens);
    const struct json_val *out = either(c, g->told.completion_tokens, g->told.output_tokens);
    bool input = part_read(c, in, g->parts, PART_INPUT, &s->input);
    bool output = part_read(c, out, g->parts, PART_OUTPUT, &s->output);
    s->total = read_total(g, s);
    if (!input && !output && s->total + r->reasoning == 0)
        return false;
    // A zero of which the total knows better is a placeholder.
    bool zero = s->output == 0 && s->total > s->input;
    bool made = endpoint_makes_output(m->setup.endpoint);
    s->input_untold = !input || (s->input == 0 && (zero || !made));
    s->output_untold = s->output_untold && (!output || zero);
    sides_settle(m, s);
    r->made = s->output;
    read_output(r, g->flags);
    if (g->flags & VENDOR_CITATIONS_OUTSIDE)
        s->input += part_keep(g->parts, PART_CITATIONS, counts_of(c, g->told.citation_tokens));
    return true;
}

// Audio and images are parts of the prompt whatever the cache did: what does not fit into the
// uncached rest was cached, as text is.
static void split_input(struct usage *u, const struct raw *r)
{
    int64_t rest = r->sides.input;
    int64_t cached = counts_take(u, &rest, r->cached);
    int64_t written = counts_take(u, &rest, r->written);
    int64_t audio = r->audio_in < rest ? r->audio_in : rest;
    int64_t audio_cached = r->audio_in - audio;
    rest -= audio;
    int64_t image = r->image_in < rest ? r->image_in : rest;
    rest -= image;
    u->count[BUCKET_INPUT] = rest;
    u->count[BUCKET_AUDIO_INPUT] = audio;
    u->count[BUCKET_IMAGE_INPUT] = image;
    u->count[BUCKET_AUDIO_CACHE_READ] = counts_take(u, &cached, audio_cached);
    u->count[BUCKET_CACHE_READ] = cached;
    u->count[BUCKET_CACHE_WRITE_5M] = written;
    if (r->image_in - image > cached) {
        usage_doubt(u);
        u->count[BUCKET_IMAGE_INPUT] = r->image_in;
    }
    u->prompt = count_larger(r->sides.input, usage_input(u));
}

static void split_output(struct usage *u, const struct raw *r)
{
    int64_t rest = r->sides.output;
    u->count[BUCKET_AUDIO_OUTPUT] = counts_take(u, &rest, r->audio_out);
    u->count[BUCKET_IMAGE_OUTPUT] = counts_take(u, &rest, r->image_out);
    u->count[BUCKET_OUTPUT] = rest;
    u->reasoning = r->reasoning;
    if (r->reasoning > r->sides.output) { // then it is beside the text
        usage_doubt(u);
        u->count[BUCKET_OUTPUT] += r->reasoning;
    }
}

static bool read_usd(struct counts *c, const struct json_val *v, struct money *out)
{
    struct money m = {0};
    struct str text = json_type(v) == JSON_STRING ? json_str(v) : json_number(c->json, v);
    if (text.len == 0 || money_read(text, &m) != STATUS_OK || m.pd < 0)
        return false;
    *out = m;
    return true;
}

// As with counts, a zero undoes nothing, and less than before is doubted.
static void charge(struct usage *u, struct money m)
{
    if (u->has_reported && m.pd > 0 && m.pd < u->reported.pd)
        usage_doubt(u);
    if (u->has_reported && m.pd < u->reported.pd)
        return;
    u->reported = m;
    u->has_reported = true;
}

// The charge that the provider itself names. With the caller's own key at the provider behind
// (`is_byok`), `cost` is the fee alone. It stands also where no count does. False: none is named.
static bool read_cost(const struct reading *g, struct usage *u)
{
    const struct told *t = &g->told;
    struct money cost = {0};
    struct money upstream = {0};
    int64_t ticks = 0;
    if ((g->flags & VENDOR_COST_TICKS) && json_i64(t->cost_in_usd_ticks, &ticks) && ticks >= 0 &&
        ticks <= INT64_MAX / 100) {
        charge(u, (struct money){ticks * 100});
        return true;
    }
    const struct json_val *v = t->cost;
    if (json_type(v) == JSON_OBJECT)
        v = json_get(v, "total_cost"); // Perplexity
    if (!(g->flags & VENDOR_REPORTS_COST) || !read_usd(g->c, v, &cost))
        return false;
    if (json_bool(t->is_byok, false) &&
        read_usd(g->c, json_get(t->cost_details, "upstream_inference_cost"), &upstream) &&
        !money_add(cost, upstream, &cost))
        return false;
    charge(u, cost);
    return true;
}

static void read_fees(const struct reading *g)
{
    const struct told *t = &g->told;
    struct usage *u = g->c->u;
    int64_t searches = counts_of(g->c, json_get(t->server_tool_use, "web_search_requests"));
    if (g->flags & VENDOR_CITATIONS_OUTSIDE)
        searches = count_larger(searches, counts_of(g->c, t->num_search_queries));
    u->count[BUCKET_WEB_SEARCHES] = part_keep(g->parts, PART_SEARCHES, searches);
    int64_t seconds = counts_of(g->c, t->prompt_audio_seconds); // Mistral
    u->count[BUCKET_SECONDS] = part_keep(g->parts, PART_SECONDS, seconds);
    service_read(u, json_str(t->service_tier));
}

static struct reading reading_of(struct meter *m, struct counts *c)
{
    struct reading g = {.c = c, .parts = &m->parts, .flags = m->setup.vendor_flags};
    struct told *t = &g.told;
    if (m->setup.endpoint == ENDPOINT_RESPONSES)
        g.flags &= ~(unsigned)VENDOR_REASONING_OUTSIDE; // xAI counts it inside there
    json_fields(c->root, told_fields, COUNT(told_fields), t);
    g.in = detail_of(t->prompt_tokens_details, t->input_tokens_details);
    g.out = detail_of(t->completion_tokens_details, t->output_tokens_details);
    return g;
}

bool openai_usage(struct meter *m, struct str raw)
{
    struct usage fresh = usage_anew(m);
    struct counts c;
    struct raw r = {.sides.output_untold = endpoint_makes_output(m->setup.endpoint)};
    if (!counts_open(&c, &fresh, raw, m->alloc))
        return false;
    const struct reading g = reading_of(m, &c);
    r.reasoning = part_keep(&m->parts, PART_REASONING, read_reasoning(&g));
    bool found = read_main(m, &g, &r);
    if (found) {
        read_details(&g, &r);
        check_total(&r, &fresh, g.flags);
        split_input(&fresh, &r);
        split_output(&fresh, &r);
        read_fees(&g);
        fresh.count[BUCKET_WEB_SEARCHES] =
            count_larger(fresh.count[BUCKET_WEB_SEARCHES], m->web_searches);
        m->usage = fresh;
    } else {
        m->usage.sure = fresh.sure;
        m->usage.inconsistent = fresh.inconsistent;
    }
    if (read_cost(&g, &m->usage))
        m->cost_bytes = m->text_bytes;
    counts_close(&c);
    return found;
}
