// SPDX-License-Identifier: Apache-2.0

#include "route/learner.h"

#include <math.h>
#include <stdlib.h>

#include "base/golden.h"
#include "route/estimate.h"

#define QUALITY_FAIR 0.8  // of a large model, where pairs are not there yet
#define ALL          2.0  // a threshold that all scores are below
#define ROUNDED      1e-6 // a loss that was kept, and the same loss

const char *rung_name(enum rung r)
{
    static const char *const names[] = {
#define X(id, name) name,
        RUNG_MAP(X)
#undef X
    };
    return names[r];
}

void learner_init(struct learner *l)
{
    *l = (struct learner){.unjudged = NULL};
    rows_init(&l->rows);
    rows_init(&l->proof_rows);
}

void learner_fini(struct learner *l)
{
    rows_fini(&l->rows);
    rows_fini(&l->proof_rows);
    alloc_free(&alloc_heap, l->unjudged);
}

float lesson_proves(const struct lesson *l)
{
    return l->swayed ? fminf(l->weak, l->strong) : l->weak;
}

bool learner_proves(uint64_t group)
{
    return golden(group) >> 63;
}

bool learner_learns(size_t learned, size_t proof)
{
    return learned + proof >= LEARNER_LEAST && learned >= TRAIN_ROWS_MIN;
}

// A judge took one answer in either order.
static bool is_preference(const struct lesson *l)
{
    return l->ruled && !l->contradicted && (l->weak < l->strong || l->weak > l->strong);
}

enum status learner_add(struct learner *l, const struct lesson *lesson, struct why *why)
{
    struct row row = {.pair = lesson->pair,
                      .group = lesson->group,
                      .weak = lesson->weak,
                      .strong = lesson->strong};
    if (lesson->group == 0)
        return STATUS_OK;
    if (!learner_proves(lesson->group))
        return lesson->unjudged ? STATUS_OK : rows_keep(&l->rows, &row, lesson->traits, why);
    if (!lesson->proves)
        return STATUS_OK;
    bool *unjudged = alloc_grow(&alloc_heap, l->unjudged, sizeof *unjudged, l->proof_rows.count,
                                &l->unjudged_size);
    if (!unjudged)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    l->unjudged = unjudged;
    row.pair = lesson->scored;
    row.weak = lesson_proves(lesson);
    l->ruled += lesson->ruled;
    l->contradicted += lesson->contradicted;
    l->preferred += is_preference(lesson);
    unjudged[l->proof_rows.count] = lesson->unjudged;
    enum status s = rows_keep(&l->proof_rows, &row, lesson->traits, why);
    l->unjudged_count += s == STATUS_OK && lesson->unjudged;
    return s;
}

// --- what the pairs prove ---

struct proof {
    struct evidence *all; // a pair each
    struct evidence *some;
    uint64_t *tasks; // of each; 0: of none that is a part
    struct traits *traits;
    size_t count;
    size_t largest; // group that was learned from
    bool doubtful;
};

// `loss`: what may be lost.
static bool is_doubtful(const struct learner *l, double loss)
{
    const double part = (double)l->contradicted, all = (double)l->ruled;
    const bool often = part * LEARNER_CONTRADICTED_PART > all;
    const bool some = part * LEARNER_CONTRADICTED_SOME >= all || part > loss / 2 * all;
    return often || (some && l->contradicted > l->preferred);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

// False without memory.
static bool find_largest(const struct rows *r, size_t *out)
{
    uint64_t *groups = alloc_get(&alloc_heap, (r->count + 1) * sizeof *groups);
    size_t n = 0;
    *out = 0;
    for (size_t i = 0; groups && i < r->count; i++)
        if (r->at[i].group)
            groups[n++] = r->at[i].group;
    if (n)
        qsort(groups, n, sizeof *groups, by_number);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && groups[end] == groups[i];)
            end++;
        *out = end - i > *out ? end - i : *out;
    }
    alloc_free(&alloc_heap, groups);
    return groups != NULL;
}

static bool proof_make(const struct learner *l, const struct model *m, struct proof *p)
{
    size_t n = l->proof_rows.count + 1;
    *p = (struct proof){alloc_get(&alloc_heap, n * sizeof *p->all),
                        alloc_get(&alloc_heap, n * sizeof *p->some),
                        alloc_get(&alloc_heap, n * sizeof *p->tasks),
                        alloc_get(&alloc_heap, sizeof *p->traits),
                        l->proof_rows.count,
                        0,
                        false};
    if (!p->all || !p->some || !p->tasks || !p->traits || !find_largest(&l->rows, &p->largest))
        return false;
    for (size_t i = 0; i < p->count; i++) {
        const struct row *row = &l->proof_rows.at[i];
        row_traits(row, p->traits);
        // Whether a call becomes a pair does not depend on what it asks: their odds are even.
        p->all[i] = (struct evidence){.score = model_gain(m, p->traits, row->pair),
                                      .weak = row->weak,
                                      .strong = row->strong,
                                      .weight = 1,
                                      .unjudged = l->unjudged[i],
                                      .group = row->group};
        p->tasks[i] = row->task;
    }
    return true;
}

static void proof_free(struct proof *p)
{
    alloc_free(&alloc_heap, p->all);
    alloc_free(&alloc_heap, p->some);
    alloc_free(&alloc_heap, p->tasks);
    alloc_free(&alloc_heap, p->traits);
}

// Those of the part go to p->some, shuffled: of pairs in the order of time the first would say what
// all of them lose.
static size_t part_of(struct proof *p, uint64_t task)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        if (p->tasks[i] == task)
            p->some[n++] = p->all[i];
    certificate_shuffle(p->some, n);
    return n;
}

// What those of the part, which lie in p->some, are held to: they bear one more group like their
// largest (certificate.h), and here what one like the largest that was learned from has beyond it.
static struct promise borne(const struct proof *p, size_t count, size_t unit,
                            const struct promise *promise)
{
    const size_t largest = certificate_largest(p->some, count);
    const size_t bears = largest > unit ? largest : unit;
    const double more = p->largest > bears ? (double)(p->largest - bears) : 0;
    return (struct promise){promise->loss - more / (QUALITY_FAIR * (double)(count + 1)),
                            promise->risk};
}

// So many pairs as learner_proof_least are needed of the part that lies in p->some, to be tested at
// all: where nothing is lost in them but what is beyond their groups. 0: no number is enough.
static size_t needs_of(const struct proof *p, size_t count, const struct promise *promise,
                       unsigned time)
{
    const size_t unit = certificate_unit(p->some, count, promise->loss);
    struct promise left = borne(p, count, unit, promise);
    left.loss -=
        certificate_beyond(p->some, count, unit) / (QUALITY_FAIR * (double)(count ? count : 1));
    return left.loss > 0 ? learner_proof_least(&left, time) : 0;
}

static bool is_able(struct proof *p, uint64_t task, const struct promise *promise, unsigned time)
{
    const size_t n = part_of(p, task), needs = needs_of(p, n, promise, time);
    return needs && certificate_units(p->some, n, promise->loss) >= (double)needs;
}

static bool is_tested(struct proof *p, uint64_t task, const struct promise *promise, unsigned time)
{
    return !p->doubtful && is_able(p, task, promise, time);
}

// At the threshold of what may have been chosen by just these pairs, as if it had not.
static double upper_of(const struct proof *p, size_t count, const struct certificate *c,
                       double risk)
{
    return c->holds ? certificate_loss_upper(p->some, count, c->threshold, risk) : 1;
}

// Not below the loss that is told beside it.
static double measured_upper(const struct proof *p, size_t count, const struct certificate *c,
                             double risk)
{
    return fmax(c->loss, upper_of(p, count, c, risk));
}

// The same of what is certified, at the loss that is promised of it at most.
static double promised_upper(const struct proof *p, size_t count, const struct certificate *c,
                             const struct promise *promise)
{
    return c->holds ? certificate_promised_upper(p->some, count, c, promise) : 1;
}

static void find(struct proof *proof, const struct promise *promise, unsigned time,
                 struct outlook *out)
{
    const struct promise now = promise_at(promise, time);
    size_t n = part_of(proof, out->task);
    out->pairs = n;
    out->units = (size_t)certificate_units(proof->some, n, promise->loss);
    const size_t unit = certificate_unit(proof->some, n, promise->loss);
    const struct promise bears = borne(proof, n, unit, promise);
    out->needs = needs_of(proof, n, promise, time);
    estimate_find(proof->some, n, promise->loss, &out->measured);
    out->measured_upper = measured_upper(proof, n, &out->measured, promise->risk);
    out->certified = (struct certificate){.threshold = CERTIFICATE_NONE};
    if (is_tested(proof, out->task, promise, time)) {
        const struct promise held = {bears.loss, now.risk};
        certificate_test(proof->some, n, &held, &out->certified);
    }
    out->loss_upper = promised_upper(proof, n, &out->certified, &now);
}

// Of what was certified, and of what its pairs prove now: no more than before.
static void lower(struct proof *proof, const struct promise *promise, unsigned time,
                  const struct certificate *was, struct outlook *out)
{
    struct certificate now = out->certified, same = {.threshold = CERTIFICATE_NONE};
    const size_t n = part_of(proof, out->task);
    out->certified = (struct certificate){.threshold = CERTIFICATE_NONE};
    out->loss_upper = 1;
    if (was->holds)
        certificate_at(proof->some, n, was->threshold, &same);
    const bool stays = same.loss <= was->loss + ROUNDED;
    const bool proved = now.holds && now.threshold >= was->threshold;
    if (was->holds && (stays || proved))
        now.threshold = was->threshold;
    else if (!was->holds || !now.holds)
        return;
    certificate_at(proof->some, n, now.threshold, &out->certified);
    out->certified.threshold = now.threshold;
    out->certified.holds = out->certified.share > 0;
    const struct promise at = promise_at(promise, time);
    out->loss_upper = promised_upper(proof, n, &out->certified, &at);
}

// What the thresholds of all parts do together. The pairs lie in p->some, shuffled and scored anew:
// on either side of 0.
static void sum_up(struct proof *p, const struct outlooks *o, bool certified,
                   struct certificate *out)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct outlook *of = &o->route;
        for (unsigned t = 0; t < o->task_count; t++)
            if (o->tasks[t].task == p->tasks[i])
                of = &o->tasks[t];
        const struct certificate *c = certified ? &of->certified : &of->measured;
        p->some[i] = p->all[i];
        p->some[i].score = c->holds && (double)p->all[i].score < c->threshold ? -1 : 1;
    }
    certificate_shuffle(p->some, p->count);
    certificate_at(p->some, p->count, 0, out);
    out->holds = out->share > 0;
}

// The loss of what is measured is none that its threshold has in the pairs: so it is the parts'.
static double measured_loss(const struct outlooks *o)
{
    double lost = 0, worth = 0;
    for (unsigned i = 0; i <= o->task_count; i++) {
        const struct certificate *c = i ? &o->tasks[i - 1].measured : &o->route.measured;
        lost += c->loss * c->worth;
        worth += c->worth;
    }
    return worth > 0 ? lost / worth : 0;
}

// --- tasks ---

struct crowd {
    uint64_t task;
    size_t pairs;
};

static void crowd_add(struct crowd *most, unsigned *count, struct crowd c)
{
    unsigned i = *count;
    if (c.task == 0 || c.pairs < LEARNER_TASK_LEAST ||
        (i == LEARNER_TASKS_MAX && most[i - 1].pairs >= c.pairs))
        return;
    i = i == LEARNER_TASKS_MAX ? i - 1 : (*count)++;
    for (; i > 0 && most[i - 1].pairs < c.pairs; i--)
        most[i] = most[i - 1];
    most[i] = c;
}

// Those that have pairs enough, in either half.
static unsigned crowds(const struct learner *l, struct crowd *most)
{
    size_t all = l->rows.count + l->proof_rows.count, n = 0;
    uint64_t *tasks = alloc_get(&alloc_heap, (all + 1) * sizeof *tasks);
    unsigned count = 0;
    for (size_t i = 0; tasks && i < l->rows.count; i++)
        tasks[n++] = l->rows.at[i].task;
    for (size_t i = 0; tasks && i < l->proof_rows.count; i++)
        tasks[n++] = l->proof_rows.at[i].task;
    if (n)
        qsort(tasks, n, sizeof *tasks, by_number);
    for (size_t i = 0, begin = 0; i < n; i++) {
        if (i + 1 < n && tasks[i + 1] == tasks[i])
            continue;
        crowd_add(most, &count, (struct crowd){tasks[i], i + 1 - begin});
        begin = i + 1;
    }
    alloc_free(&alloc_heap, tasks);
    return count;
}

// --- the whole of it ---

static enum status learn(const struct learner *l, const struct model *prior, struct buf *file,
                         struct model *out, struct why *why)
{
    struct train_wishes wishes = {.prior = prior};
    *out = *prior;
    if (!learner_learns(l->rows.count, l->proof_rows.count))
        return STATUS_OK;
    enum status s = train(&l->rows, &wishes, file, why);
    return s == STATUS_OK ? model_view(buf_str(file), "what was learned", out, why) : s;
}

// Pairs of tasks that are no part are the rest's.
static void part_tasks(struct proof *p, const struct outlooks *o)
{
    for (size_t i = 0; i < p->count; i++) {
        bool own = false;
        for (unsigned t = 0; t < o->task_count; t++)
            own |= o->tasks[t].task == p->tasks[i];
        if (!own)
            p->tasks[i] = 0;
    }
}

// The risk of each of so many parts.
static struct promise share_of(const struct promise *whole, unsigned parts)
{
    return (struct promise){whole->loss, whole->risk / (parts ? parts : 1)};
}

// A task that has too few pairs to win at its share of the risk is none, and its calls are the
// rest's: then the others' shares are larger.
static void fold_tasks(struct proof *p, const struct learner_wishes *w, struct outlooks *o)
{
    for (unsigned t = o->task_count; t > 0;) {
        const struct promise own = share_of(&w->promise, o->task_count + 1);
        if (is_able(p, o->tasks[--t].task, &own, w->time))
            continue;
        for (; t + 1 < o->task_count; t++)
            o->tasks[t] = o->tasks[t + 1];
        t = --o->task_count;
        part_tasks(p, o);
    }
}

// What each part is held to: the rest has no share where it could not win with one.
static struct promise promise_of_parts(struct proof *p, const struct learner_wishes *w,
                                       const struct outlooks *o)
{
    const struct promise tasks = share_of(&w->promise, o->task_count);
    return share_of(&w->promise, o->task_count + is_able(p, 0, &tasks, w->time));
}

// `was`: what may be certified, and no more; NULL: anything.
static void find_parts(struct proof *proof, const struct learner_wishes *w,
                       const struct outlooks *was, struct outlooks *out)
{
    const struct promise own = promise_of_parts(proof, w, out);
    find(proof, &own, w->time, &out->route);
    out->tested = is_tested(proof, 0, &own, w->time);
    if (was)
        lower(proof, &own, w->time, &was->route.certified, &out->route);
    for (unsigned i = 0; i < out->task_count; i++) {
        find(proof, &own, w->time, &out->tasks[i]);
        out->tested |= is_tested(proof, out->tasks[i].task, &own, w->time);
        if (was)
            lower(proof, &own, w->time, &was->tasks[i].certified, &out->tasks[i]);
    }
}

static void sum_parts(struct proof *proof, const struct learner_wishes *w, struct outlooks *out)
{
    struct outlook *route = &out->route;
    const struct promise now = promise_at(&w->promise, w->time);
    struct certificate certified, measured;
    sum_up(proof, out, false, &measured);
    measured.loss = measured_loss(out);
    route->measured_upper = measured_upper(proof, proof->count, &measured, w->promise.risk);
    sum_up(proof, out, true, &certified);
    // What all parts hold to, the whole does, whatever its own pairs would prove.
    route->loss_upper = promised_upper(proof, proof->count, &certified, &now);
    certified.threshold = route->certified.holds ? route->certified.threshold : CERTIFICATE_NONE;
    measured.threshold = route->measured.holds ? route->measured.threshold : CERTIFICATE_NONE;
    route->pairs = proof->count;
    route->units = (size_t)certificate_units(proof->some, proof->count, w->promise.loss);
    route->certified = certified;
    route->measured = measured;
}

static enum status begin(const struct learner *l, const struct model *m, struct proof *proof,
                         struct outlooks *out, struct why *why)
{
    *out = (struct outlooks){.pairs = l->rows.count + l->proof_rows.count,
                             .unjudged = l->unjudged_count,
                             .ruled = l->ruled,
                             .contradicted = l->contradicted,
                             .preferred = l->preferred};
    size_t largest = 0;
    const bool made = proof_make(l, m, proof) && find_largest(&l->proof_rows, &largest);
    out->largest = largest > proof->largest ? largest : proof->largest;
    if (made)
        return STATUS_OK;
    proof_free(proof);
    return why_set(why, STATUS_NO_MEMORY, "out of memory");
}

// A share of nothing is lost: of 0/0 nobody can tell.
static bool is_hopeless(const struct proof *p)
{
    bool good = false;
    for (size_t i = 0; i < p->count; i++)
        good |= p->all[i].unjudged || p->all[i].strong > 0;
    return p->count > 0 && !good;
}

// `was`: as in find_parts.
static void end(struct proof *proof, const struct learner_wishes *w, const struct outlooks *was,
                struct outlooks *out)
{
    find_parts(proof, w, was, out);
    if (out->task_count > 0)
        sum_parts(proof, w, out);
    certificate_at(proof->all, proof->count, ALL, &out->small);
    out->hopeless = is_hopeless(proof);
    proof_free(proof);
}

enum status learner_test(const struct learner *l, const struct model *m,
                         const struct learner_wishes *w, struct outlooks *out, struct why *why)
{
    struct proof proof;
    struct crowd most[LEARNER_TASKS_MAX];
    enum status s = begin(l, m, &proof, out, why);
    if (s != STATUS_OK)
        return s;
    proof.doubtful = out->doubtful = is_doubtful(l, w->promise.loss);
    out->task_count = w->whole ? 0 : crowds(l, most);
    for (unsigned i = 0; i < out->task_count; i++)
        out->tasks[i].task = most[i].task;
    part_tasks(&proof, out);
    fold_tasks(&proof, w, out);
    end(&proof, w, NULL, out);
    return STATUS_OK;
}

enum status learner_retest(const struct learner *l, const struct model *m,
                           const struct learner_wishes *w, struct outlooks *out, struct why *why)
{
    const struct outlooks was = *out;
    struct proof proof;
    enum status s = begin(l, m, &proof, out, why);
    if (s != STATUS_OK)
        return s;
    proof.doubtful = out->doubtful = is_doubtful(l, w->promise.loss);
    out->task_count = was.task_count;
    for (unsigned i = 0; i < was.task_count; i++)
        out->tasks[i].task = was.tasks[i].task;
    part_tasks(&proof, out);
    end(&proof, w, &was, out);
    return STATUS_OK;
}

enum status learner_run(const struct learner *l, const struct learner_wishes *w, struct buf *model,
                        struct outlooks *out, struct why *why)
{
    struct model learned;
    enum status s = learn(l, w->prior, model, &learned, why);
    if (s == STATUS_OK)
        s = learner_test(l, &learned, w, out, why);
    if (s == STATUS_OK)
        out->learned = model->len ? l->rows.count : 0;
    return s;
}

size_t learner_proof_least(const struct promise *p, unsigned time)
{
    const double goal = -log(promise_at(p, time).risk);
    return (size_t)(goal / log1p(QUALITY_FAIR * p->loss)) + 1;
}
