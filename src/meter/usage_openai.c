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
    int64_t cached, written, audio_in, image_in;
    int64_t reasoning, audio_out, image_out;
};

// The two halves' details, under either name; NULL where there are none.
struct details {
    const struct json_val *in;
    const struct json_val *out;
};

static const char *either(struct counts *c, const char *a, const char *b)
{
    return counts_has(c, a) ? a : b;
}

static const struct json_val *object_of(const struct counts *c, const char *a, const char *b)
{
    const struct json_val *v = json_get(c->root, a);
    return json_type(v) == JSON_OBJECT ? v : json_get(c->root, b);
}

static int64_t detail(struct counts *c, const struct json_val *object, const char *name)
{
    return counts_of(c, json_get(object, name));
}

// Each vendor has its own place for what came from the cache.
static int64_t read_cached(struct counts *c, const struct details *d)
{
    int64_t n = detail(c, d->in, "cached_tokens");
    n = count_larger(n, detail(c, c->root, "cached_tokens"));              // Moonshot
    return count_larger(n, detail(c, c->root, "prompt_cache_hit_tokens")); // DeepSeek
}

static int64_t read_reasoning(struct counts *c, const struct details *d)
{
    int64_t n = detail(c, d->out, "reasoning_tokens");
    return count_larger(n, detail(c, c->root, "reasoning_tokens")); // Perplexity
}

static void read_details(struct counts *c, const struct details *d, struct meter_parts *p,
                         struct raw *r)
{
    int64_t written = count_larger(detail(c, d->in, "cache_write_tokens"),
                                   detail(c, d->in, "cache_creation_tokens"));
    r->cached = part_keep(p, PART_CACHED, read_cached(c, d));
    r->written = part_keep(p, PART_WRITTEN, written);
    r->audio_in = part_keep(p, PART_AUDIO_IN, detail(c, d->in, "audio_tokens"));
    r->image_in = part_keep(p, PART_IMAGE_IN, detail(c, d->in, "image_tokens"));
    r->audio_out = part_keep(p, PART_AUDIO_OUT, detail(c, d->out, "audio_tokens"));
    r->image_out = part_keep(p, PART_IMAGE_OUT, detail(c, d->out, "image_tokens"));
    // Of a side that is not told they are at least what it was.
    struct sides *s = &r->sides;
    if (s->input_untold)
        s->input = count_larger(s->input, r->cached + r->written);
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
static int64_t read_total(struct counts *c, struct meter_parts *p, const struct sides *s)
{
    int64_t now = counts_has(c, "prompt_audio_seconds") ? 0 : counts_get(c, "total_tokens");
    int64_t last = part_keep(p, PART_TOTAL, now);
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

// A total may be that with the reasoning or that without; Perplexity's leaves more out.
static bool total_contradicts(const struct sides *s, int64_t told, unsigned flags)
{
    return s->total > 0 && s->total != s->input + told && s->total != s->input + s->output &&
           !(s->input_untold && s->output_untold) && !(flags & VENDOR_CITATIONS_OUTSIDE);
}

static bool read_billed_units(struct meter *m, struct counts *c, struct sides *s)
{
    int64_t searches = 0;
    s->input_untold = !counts_told(c, json_path(c->root, "billed_units.input_tokens"), &s->input);
    s->output_untold &=
        !counts_told(c, json_path(c->root, "billed_units.output_tokens"), &s->output);
    if (counts_told(c, json_path(c->root, "billed_units.search_units"), &searches))
        s->input_untold = s->output_untold = false; // reranked: nothing else is billed
    c->u->count[BUCKET_SEARCH_UNITS] = searches;
    s->input += counts_get(c, "cached_tokens"); // beside the billed ones
    sides_settle(m, s);
    return true;
}

static bool read_main(struct meter *m, struct counts *c, struct raw *r, unsigned flags)
{
    struct sides *s = &r->sides;
    if ((flags & VENDOR_BILLED_UNITS) && json_path(c->root, "billed_units"))
        return read_billed_units(m, c, s);
    struct meter_parts *p = &m->parts;
    const char *in = either(c, "prompt_tokens", "input_tokens");
    const char *out = either(c, "completion_tokens", "output_tokens");
    bool input = part_read(c, in, p, PART_INPUT, &s->input);
    bool output = part_read(c, out, p, PART_OUTPUT, &s->output);
    s->total = read_total(c, p, s);
    if (!input && !output && s->total + r->reasoning == 0)
        return false;
    // A zero of which the total knows better is a placeholder.
    bool zero = s->output == 0 && s->total > s->input;
    s->input_untold = !input || (zero && s->input == 0);
    s->output_untold = s->output_untold && (!output || zero);
    sides_settle(m, s);
    int64_t told = s->output;
    read_output(r, flags);
    if (total_contradicts(s, told, flags))
        c->u->inconsistent = true;
    if (flags & VENDOR_CITATIONS_OUTSIDE)
        s->input += part_keep(p, PART_CITATIONS, counts_get(c, "citation_tokens"));
    return true;
}

// Audio and images are parts of the prompt whatever the cache did: what does not fit into the
// uncached rest was cached.
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
    u->prompt = r->sides.input;
    u->count[BUCKET_INPUT] = rest;
    u->count[BUCKET_AUDIO_INPUT] = audio;
    u->count[BUCKET_IMAGE_INPUT] = image;
    u->count[BUCKET_AUDIO_CACHE_READ] = counts_take(u, &cached, audio_cached);
    u->count[BUCKET_CACHE_READ] = cached;
    u->count[BUCKET_CACHE_WRITE_5M] = written;
}

static void split_output(struct usage *u, const struct raw *r)
{
    int64_t rest = r->sides.output;
    u->count[BUCKET_AUDIO_OUTPUT] = counts_take(u, &rest, r->audio_out);
    u->count[BUCKET_IMAGE_OUTPUT] = counts_take(u, &rest, r->image_out);
    u->count[BUCKET_OUTPUT] = rest;
    u->reasoning = r->reasoning;
    if (r->reasoning > r->sides.output) {
        u->inconsistent = true;
        u->reasoning = r->sides.output;
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

// As with counts, a zero undoes nothing.
static void charge(struct usage *u, struct money m)
{
    if (u->has_reported && m.pd == 0)
        return;
    u->reported = m;
    u->has_reported = true;
}

// The charge that the provider itself names. With the caller's own key at the provider behind
// (`is_byok`), `cost` is the fee alone. It stands also where no count does.
static void read_cost(struct counts *c, struct usage *u, unsigned flags)
{
    struct money cost = {0};
    struct money upstream = {0};
    int64_t ticks = 0;
    if ((flags & VENDOR_COST_TICKS) && json_i64(json_get(c->root, "cost_in_usd_ticks"), &ticks) &&
        ticks >= 0 && ticks <= INT64_MAX / 100) {
        charge(u, (struct money){ticks * 100});
        return;
    }
    const struct json_val *v = json_get(c->root, "cost");
    if (json_type(v) == JSON_OBJECT)
        v = json_get(v, "total_cost"); // Perplexity
    if (!(flags & VENDOR_REPORTS_COST) || !read_usd(c, v, &cost))
        return;
    if (json_bool(json_get(c->root, "is_byok"), false) &&
        read_usd(c, json_path(c->root, "cost_details.upstream_inference_cost"), &upstream) &&
        !money_add(cost, upstream, &cost))
        return;
    charge(u, cost);
}

static void read_fees(struct counts *c, struct meter_parts *p, unsigned flags)
{
    struct usage *u = c->u;
    int64_t searches = counts_of(c, json_path(c->root, "server_tool_use.web_search_requests"));
    if (flags & VENDOR_CITATIONS_OUTSIDE)
        searches = count_larger(searches, counts_get(c, "num_search_queries"));
    u->count[BUCKET_WEB_SEARCHES] = part_keep(p, PART_SEARCHES, searches);
    int64_t seconds = counts_get(c, "prompt_audio_seconds"); // Mistral
    u->count[BUCKET_SECONDS] = part_keep(p, PART_SECONDS, seconds);
    service_read(u, json_str(json_get(c->root, "service_tier")));
}

bool openai_usage(struct meter *m, struct str raw)
{
    struct usage fresh = {.service = m->usage.service,
                          .us_region = m->usage.us_region,
                          .reported = m->usage.reported,
                          .has_reported = m->usage.has_reported};
    struct counts c;
    struct raw r = {.sides.output_untold = endpoint_makes_output(m->setup.endpoint)};
    if (!counts_open(&c, &fresh, raw, m->alloc))
        return false;
    unsigned flags = m->setup.vendor_flags;
    if (m->setup.endpoint == ENDPOINT_RESPONSES)
        flags &= ~(unsigned)VENDOR_REASONING_OUTSIDE; // xAI counts it inside there
    struct details d = {object_of(&c, "prompt_tokens_details", "input_tokens_details"),
                        object_of(&c, "completion_tokens_details", "output_tokens_details")};
    r.reasoning = part_keep(&m->parts, PART_REASONING, read_reasoning(&c, &d));
    bool found = read_main(m, &c, &r, flags);
    m->usage.inconsistent = m->usage.inconsistent || fresh.inconsistent;
    if (found) {
        read_details(&c, &d, &m->parts, &r);
        split_input(&fresh, &r);
        split_output(&fresh, &r);
        read_fees(&c, &m->parts, flags);
        fresh.count[BUCKET_WEB_SEARCHES] =
            count_larger(fresh.count[BUCKET_WEB_SEARCHES], m->web_searches);
        m->usage = fresh;
    }
    read_cost(&c, &m->usage, flags);
    counts_close(&c);
    return found;
}
