// SPDX-License-Identifier: Apache-2.0

#include "gate/terms.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/limits.h"

#define PPM        1e6
#define TERMS_DEAL 16 // bytes of what is promised, before the dash

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool is_proposed(const struct config_tier *t)
{
    return t->name.len && t->line == 0;
}

// The order of a tier that is proposed says nothing: its models are tried by what a call costs.
// False without memory.
static bool add_tier(struct buf *b, const struct config_tier *t)
{
    const unsigned count = t ? t->model_count : 0;
    struct str *models = alloc_get(&alloc_heap, (count + 1) * sizeof *models);
    if (!models)
        return false;
    buf_add_char(b, '\n');
    for (unsigned i = 0; i < count; i++)
        models[i] = t->models[i];
    if (count && is_proposed(t))
        qsort(models, count, sizeof *models, by_name);
    for (unsigned i = 0; i < count; i++)
        buf_printf(b, "%.*s ", STR_ARG(models[i]));
    alloc_free(&alloc_heap, models);
    return true;
}

// Each of them may refuse an answer, whoever is asked first. Of the models that are to agree the
// first that can be is asked, so these stay as they are written.
static int by_check(const void *a, const void *b)
{
    const struct config_verifier *const *x = a, *const *y = b;
    if ((*x)->kind != (*y)->kind)
        return (*x)->kind < (*y)->kind ? -1 : 1;
    const int order = (*x)->kind == VERIFIER_AGREE ? 0 : str_cmp((*x)->url_text, (*y)->url_text);
    return order ? order : (*x > *y) - (*x < *y);
}

void terms_checks(const struct config_route *r, struct buf *b)
{
    const struct config_verifier *sorted[VERIFIERS_MAX] = {NULL};
    must(r->verifier_count <= VERIFIERS_MAX);
    for (unsigned i = 0; i < r->verifier_count; i++)
        sorted[i] = &r->verifiers[i];
    qsort(sorted, r->verifier_count, sizeof *sorted, by_check);
    buf_printf(b, "%lld", (long long)(r->verifier_count ? r->hold_ms : 0));
    for (unsigned i = 0; i < r->verifier_count; i++) {
        const struct config_verifier *v = sorted[i];
        buf_printf(b, " %d %u %.*s %.*s %d %lld", (int)v->kind, v->quantile_ppm, STR_ARG(v->model),
                   STR_ARG(v->url_text), v->accepts, (long long)v->timeout_ms);
    }
}

// Of as many lines as there are, in no order: their digests are summed.
struct sum {
    uint64_t is;
    bool failed; // there was no memory for a line
};

static uint64_t line_of(struct sum *sum, const char *name, struct str text, struct str value)
{
    struct buf b;
    uint8_t digest[DIGEST_BYTES] = {0};
    uint64_t one;
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "%s %zu %.*s %.*s", name, text.len, STR_ARG(text), STR_ARG(value));
    if (buf_failed(&b) || !digest_sha256(buf_str(&b), digest))
        sum->failed = true;
    memcpy(&one, digest, sizeof one);
    buf_fini(&b);
    return one;
}

static void add_line(struct sum *sum, const char *name, struct str text, struct str value)
{
    sum->is += line_of(sum, name, text, value);
}

static void add_number(struct sum *sum, const char *name, int64_t number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)number);
    add_line(sum, name, str_of(text), STR_NONE);
}

static int by_number(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// A list, any entry of which may hold: what stands there twice says nothing more.
static void add_lines(struct sum *sum, const char *name, const struct str *texts, unsigned count)
{
    uint64_t *lines = count ? alloc_get(&alloc_heap, count * sizeof *lines) : NULL;
    sum->failed |= count && !lines;
    if (!lines)
        return;
    for (unsigned i = 0; i < count; i++)
        lines[i] = line_of(sum, name, texts[i], STR_NONE);
    qsort(lines, count, sizeof *lines, by_number);
    for (unsigned i = 0; i < count; i++)
        sum->is += i && lines[i] == lines[i - 1] ? 0 : lines[i];
    alloc_free(&alloc_heap, lines);
}

static void add_pairs(struct sum *sum, const char *name, const struct config_pair *at,
                      unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        add_line(sum, name, at[i].name, at[i].value);
}

struct str terms_judged(const struct config_route *r)
{
    return r->shadow.unjudged ? str_of("none") : r->shadow.judge;
}

// The first of a tier that is proposed says nothing, as its order does not.
struct str terms_judge(const struct config_route *r)
{
    const struct config_tier *t = r->large;
    const struct str judged = terms_judged(r);
    if (judged.len)
        return judged;
    return t && t->model_count && !is_proposed(t) ? t->models[0] : STR_NONE;
}

bool terms_match(const struct config_route *r, uint64_t *out)
{
    const struct config_match *m = &r->match;
    struct sum sum = {0, false};
    add_lines(&sum, "key", m->keys, m->key_count);
    add_lines(&sum, "team", m->teams, m->team_count);
    add_pairs(&sum, "tag", m->tags, m->tag_count);
    add_pairs(&sum, "header", m->headers, m->header_count);
    add_lines(&sum, "system", m->systems, m->system_count);
    add_lines(&sum, "regex", m->expressions, m->pattern_count);
    if (m->tokens_least > 0)
        add_number(&sum, "least", m->tokens_least);
    if (m->tokens_most > 0 && m->tokens_most < INT64_MAX)
        add_number(&sum, "most", m->tokens_most);
    add_number(&sum, "require", r->require);
    add_number(&sum, "context", r->require_context);
    if (!sum.failed)
        *out = sum.is;
    return !sum.failed;
}

// Which of several models comes first for a call, their order says, and their weights.
static void add_turns(struct sum *sum, const char *side, const struct config_tier *t)
{
    struct buf b;
    if (!t || t->model_count < 2 || is_proposed(t))
        return;
    buf_init(&b, &alloc_heap, 0);
    for (unsigned i = 0; i < t->model_count; i++)
        buf_printf(&b, "%.*s %u ", STR_ARG(t->models[i]), t->weights ? t->weights[i] : 0);
    sum->failed |= buf_failed(&b);
    add_line(sum, side, buf_str(&b), STR_NONE);
    buf_fini(&b);
}

bool terms_calls_by(const struct terms_of_calls *of, char out[TERMS_CALLS + 1])
{
    struct sum sum = {of->match, false};
    add_line(&sum, "judge", of->judge, STR_NONE);
    add_line(&sum, "checks", of->checks, STR_NONE);
    add_turns(&sum, "small", of->small);
    add_turns(&sum, "large", of->large);
    if (of->max_cost.n > 0)
        add_number(&sum, "cost", of->max_cost.n);
    if (!sum.failed)
        (void)snprintf(out, TERMS_CALLS + 1, "%016llx", (unsigned long long)sum.is);
    return !sum.failed;
}

bool terms_calls(const struct config_route *r, char out[TERMS_CALLS + 1])
{
    struct terms_of_calls of = {
        .judge = terms_judge(r), .small = r->small, .large = r->large, .max_cost = r->max_cost};
    struct buf checks;
    buf_init(&checks, &alloc_heap, 0);
    terms_checks(r, &checks);
    of.checks = buf_str(&checks);
    const bool fine = !buf_failed(&checks) && terms_match(r, &of.match) && terms_calls_by(&of, out);
    buf_fini(&checks);
    return fine;
}

bool terms_write(const struct config_route *r, char out[TERMS_BYTES + 1])
{
    struct buf b;
    uint8_t digest[DIGEST_BYTES] = {0};
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "%u %u", r->max_loss_ppm, r->confidence_ppm);
    const bool fine = add_tier(&b, r->small) && add_tier(&b, r->large) && !buf_failed(&b) &&
                      digest_sha256(buf_str(&b), digest) && terms_calls(r, out + TERMS_DEAL + 1);
    if (fine) {
        hex_write(digest, TERMS_DEAL / 2, out);
        out[TERMS_DEAL] = '-';
    }
    buf_fini(&b);
    return fine;
}

struct promise terms_promise(const struct config_route *r)
{
    return (struct promise){fmin(r->max_loss_ppm, PPM - 1) / PPM, 1 - r->confidence_ppm / PPM};
}
