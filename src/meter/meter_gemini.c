// SPDX-License-Identifier: Apache-2.0
//
// generateContent and its stream, in which each chunk is a whole answer with counters that grow:
// of each the last one stands. There is no terminal event.

#include "meter/meter_part.h"
#include "wire/vendor.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct answer {
    struct str candidates, usage, model, id, feedback, error;
};

static const struct skim_field answer_fields[] = {
    {STR("candidates"), offsetof(struct answer, candidates)},
    {STR("usageMetadata"), offsetof(struct answer, usage)},
    {STR("modelVersion"), offsetof(struct answer, model)},
    {STR("responseId"), offsetof(struct answer, id)},
    {STR("promptFeedback"), offsetof(struct answer, feedback)},
    {STR("error"), offsetof(struct answer, error)},
};

struct candidate {
    struct str content, finish, index, grounding;
};

static const struct skim_field candidate_fields[] = {
    {STR("content"), offsetof(struct candidate, content)},
    {STR("finishReason"), offsetof(struct candidate, finish)},
    {STR("index"), offsetof(struct candidate, index)},
    {STR("groundingMetadata"), offsetof(struct candidate, grounding)},
};

enum { LEVEL_CANDIDATE = LEVEL_OWN, LEVEL_GROUNDING };

static const struct sift_name answer_names[] = {
    {STR("candidates"), SIFT_INTO, LEVEL_CANDIDATE},
    {STR("usageMetadata"), SIFT_KEEP, 0},
    {STR("modelVersion"), SIFT_KEEP, 0},
    {STR("responseId"), SIFT_KEEP, 0},
    {STR("promptFeedback"), SIFT_KEEP, 0},
    {STR("error"), SIFT_INTO, LEVEL_ERROR},
};

static const struct sift_name candidate_names[] = {
    {STR("content"), SIFT_TEXT, 0},
    {STR("finishReason"), SIFT_KEEP, 0},
    {STR("index"), SIFT_KEEP, 0},
    {STR("groundingMetadata"), SIFT_INTO, LEVEL_GROUNDING},
};

static const struct sift_name grounding_names[] = {{STR("webSearchQueries"), SIFT_KEEP, 0}};
static const struct sift_name error_names[] = {ERROR_NAMES};

// Each chunk is an answer.
const struct sift_level gemini_levels[] = {
    [LEVEL_EVENT] = LEVEL(answer_names),        [LEVEL_WHOLE] = LEVEL(answer_names),
    [LEVEL_CANDIDATE] = LEVEL(candidate_names), [LEVEL_GROUNDING] = LEVEL(grounding_names),
    [LEVEL_ERROR] = LEVEL(error_names),
};

// Tokens of one modality in a list of details.
static int64_t modality(struct counts *c, const char *list, const char *name)
{
    struct json_iter it = {0};
    const struct json_val *one = NULL;
    int64_t n = 0;
    while (json_each(&it, json_get(c->root, list), NULL, &one)) {
        if (str_is(json_str(json_get(one, "modality")), name))
            n += counts_of(c, json_get(one, "tokenCount"));
    }
    return n;
}

// The places in meter.parts.
enum part {
    PART_PROMPT,
    PART_CANDIDATES,
    PART_TOTAL,
    PART_THOUGHTS,
    PART_TOOLS,
    PART_CACHED,
    PART_AUDIO,
    PART_IMAGE,
    PART_AUDIO_CACHED,
    PART_IMAGE_CACHED,
    PART_AUDIO_OUT,
    PART_IMAGE_OUT,
    PART_COUNT
};
_Static_assert(PART_COUNT <= METER_PARTS, "a place each");

static void split_input(struct meter *m, struct counts *c, int64_t prompt, int64_t tools)
{
    struct usage *u = c->u;
    struct meter_parts *p = &m->parts;
    int64_t rest = prompt;
    int64_t cached =
        counts_take(u, &rest, part_keep(p, PART_CACHED, counts_get(c, "cachedContentTokenCount")));
    int64_t audio_cached =
        part_keep(p, PART_AUDIO_CACHED, modality(c, "cacheTokensDetails", "AUDIO"));
    int64_t image_cached =
        part_keep(p, PART_IMAGE_CACHED, modality(c, "cacheTokensDetails", "IMAGE"));
    int64_t audio =
        part_keep(p, PART_AUDIO, modality(c, "promptTokensDetails", "AUDIO")) - audio_cached;
    int64_t image =
        part_keep(p, PART_IMAGE, modality(c, "promptTokensDetails", "IMAGE")) - image_cached;
    u->count[BUCKET_AUDIO_CACHE_READ] = counts_take(u, &cached, audio_cached);
    u->count[BUCKET_CACHE_READ] = cached;
    u->count[BUCKET_AUDIO_INPUT] = counts_take(u, &rest, audio > 0 ? audio : 0);
    u->count[BUCKET_IMAGE_INPUT] = counts_take(u, &rest, image > 0 ? image : 0);
    u->count[BUCKET_INPUT] = rest + tools;
    u->prompt = count_larger(prompt + tools, usage_input(u));
}

static void split_output(struct meter *m, struct counts *c, int64_t output)
{
    struct usage *u = c->u;
    int64_t audio = modality(c, "candidatesTokensDetails", "AUDIO");
    int64_t image = modality(c, "candidatesTokensDetails", "IMAGE");
    u->count[BUCKET_AUDIO_OUTPUT] =
        counts_take(u, &output, part_keep(&m->parts, PART_AUDIO_OUT, audio));
    u->count[BUCKET_IMAGE_OUTPUT] =
        counts_take(u, &output, part_keep(&m->parts, PART_IMAGE_OUT, image));
    u->count[BUCKET_OUTPUT] = output;
}

// Thoughts are billed as output beside the candidates; the total tells when a counter is missing.
// False when no count is named.
static bool split(struct meter *m, struct counts *c)
{
    struct meter_parts *p = &m->parts;
    int64_t thoughts = part_keep(p, PART_THOUGHTS, counts_get(c, "thoughtsTokenCount"));
    int64_t tools = part_keep(p, PART_TOOLS, counts_get(c, "toolUsePromptTokenCount"));
    struct sides s = {.total = part_keep(p, PART_TOTAL, counts_get(c, "totalTokenCount"))};
    bool input = part_read(c, json_get(c->root, "promptTokenCount"), p, PART_PROMPT, &s.input);
    bool output =
        part_read(c, json_get(c->root, "candidatesTokenCount"), p, PART_CANDIDATES, &s.output);
    if (!input && !output && s.total + thoughts == 0)
        return false;
    s.input_untold = !input;
    s.output_untold = !output && endpoint_makes_output(m->setup.endpoint);
    s.input += tools;
    s.output += output ? thoughts : 0;
    sides_settle(m, &s);
    if (!s.input_untold)
        s.output = count_larger(s.output, s.total - s.input);
    c->u->reasoning = thoughts;
    split_input(m, c, s.input - tools, tools);
    split_output(m, c, count_larger(s.output, thoughts));
    return true;
}

// ON_DEMAND, ON_DEMAND_PRIORITY, ON_DEMAND_FLEX. Of OFFPEAK and PROVISIONED_THROUGHPUT, which is
// paid before, the price is not known.
static void traffic_read(struct usage *u, struct str type)
{
    if (str_ends(type, (struct str)STR("_PRIORITY")))
        u->service = SERVICE_PRIORITY;
    else if (str_ends(type, (struct str)STR("_FLEX")))
        u->service = SERVICE_FLEX;
    else if (type.len && !str_is(type, "ON_DEMAND") && !str_is(type, "TRAFFIC_TYPE_UNSPECIFIED"))
        u->service = SERVICE_OTHER;
}

// "priority", or SERVICE_TIER_PRIORITY, at Google's own API; trafficType is of Vertex.
void gemini_tier(struct usage *u, struct str word)
{
    static const struct str head = STR("SERVICE_TIER_");
    static const struct {
        struct str word;
        enum service service;
    } words[] = {
        {STR("standard"), SERVICE_STANDARD}, {STR("unspecified"), SERVICE_STANDARD},
        {STR("priority"), SERVICE_PRIORITY}, {STR("flex"), SERVICE_FLEX},
        {STR("batch"), SERVICE_BATCH},
    };
    if (word.len == 0)
        return;
    u->service = SERVICE_OTHER;
    word = str_skip(word, str_starts_nocase(word, head) ? head.len : 0);
    for (size_t i = 0; i < COUNT(words); i++) {
        if (str_eq_nocase(word, words[i].word))
            u->service = words[i].service;
    }
}

bool gemini_usage(struct meter *m, struct str raw)
{
    struct usage fresh = usage_anew(m);
    struct counts c;
    if (!counts_open(&c, &fresh, raw, m->alloc))
        return false;
    bool found = split(m, &c);
    if (found) {
        gemini_tier(&fresh, json_str(json_get(c.root, "serviceTier")));
        traffic_read(&fresh, json_str(json_get(c.root, "trafficType")));
        fresh.count[BUCKET_WEB_SEARCHES] = m->usage.count[BUCKET_WEB_SEARCHES];
        m->usage = fresh;
    } else {
        m->usage.sure = fresh.sure;
        m->usage.inconsistent = fresh.inconsistent;
    }
    counts_close(&c);
    return found;
}

static void searches_count(struct meter *m, struct str grounding)
{
    static const struct str queries = STR("webSearchQueries");
    struct skim k = skim_of(skim_get(grounding, queries));
    struct str query;
    int64_t n = 0;
    while (!k.object && skim_each(&k, NULL, &query))
        n++;
    if (n > m->web_searches)
        m->web_searches = n;
}

// Grounding is billed by the query since Gemini 3, before that by the prompt that was grounded
// (ai.google.dev/gemini-api/docs/pricing).
static int64_t searches_billed(const struct meter *m)
{
    struct str model = str_of(m->model);
    bool by_prompt = str_starts(model, str_of("gemini-1")) || str_starts(model, str_of("gemini-2"));
    return by_prompt && m->web_searches > 1 ? 1 : m->web_searches;
}

// Not a thought, which is told as a summary.
static void content_made(struct meter *m, struct str content)
{
    static const struct str parts = STR("parts"), text = STR("text"), thought = STR("thought");
    struct skim k = skim_of(skim_get(content, parts));
    struct str part;
    while (!k.object && skim_each(&k, NULL, &part)) {
        if (!str_is(skim_get(part, thought), "true"))
            made_read(m, skim_get(part, text));
    }
}

static void candidate_read(struct meter *m, struct str raw)
{
    struct candidate c = {0};
    (void)skim_fields(raw, candidate_fields, COUNT(candidate_fields), &c);
    delta_read(m, c.content);
    if (m->setup.least)
        content_made(m, c.content);
    if (c.grounding.len)
        searches_count(m, c.grounding);
    finish_read(m, c.finish);
    choice_seen(m, c.index, !skim_is_null(c.finish));
}

// A prompt that was blocked is answered without candidates.
static void feedback_read(struct meter *m, struct str feedback)
{
    static const struct str reason = STR("blockReason");
    struct str blocked = skim_get(feedback, reason);
    if (skim_is_null(blocked))
        return;
    finish_read(m, blocked);
    m->finished = true;
}

enum meter_verdict gemini_event(struct meter *m, struct str data)
{
    struct answer a = {0};
    if (!skim_fields(data, answer_fields, COUNT(answer_fields), &a))
        return event_unreadable(m, data);
    struct skim k = skim_of(a.candidates);
    struct str candidate;
    while (!k.object && skim_each(&k, NULL, &candidate))
        candidate_read(m, candidate);
    feedback_read(m, a.feedback);
    model_read(m, a.model);
    if (!m->id[0])
        id_read(m, a.id);
    (void)error_read(m, a.error);
    if (skim_is_object(a.usage) && gemini_usage(m, a.usage))
        usage_seen(m);
    m->web_searches = searches_billed(m);
    m->usage.count[BUCKET_WEB_SEARCHES] = m->web_searches;
    return METER_PASS;
}
