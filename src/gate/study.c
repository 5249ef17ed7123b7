// SPDX-License-Identifier: Apache-2.0

#include "gate/study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "gate/learned.h"
#include "store/pairs.h"
#include "store/promises.h"

#define TENANT      "default" // the only one there is yet
#define PPM         1e6
#define PAIRS_MOST  12000 // the newest, that are learned from or prove
#define FRESH_LEAST 50    // pairs since the last look, before there is another one,
#define FRESH_PART  4     // and at least one in so many of those that were there
#define DOUBT_LEAST 100   // ... before a certificate is doubted
#define FOLDER      "routes"
#define PATH_MOST   4096

struct last { // look
    bool there;
    int64_t looks, pairs, newest, since;
    struct promise_found certified;
    char model[128];
};

struct lessons {
    const struct config_route *route;
    struct traits *traits;
    struct learner *learner;     // NULL: they are scored
    const struct model *model;   // ... by this
    struct evidence *evidence;   // ... into this
    size_t count, size, unread;  // of pairs; that have no traits, or those of another version
    int64_t newest, proof_after; // numbers
    enum status status;
    struct why *why;
};

// --- which pairs ---

static bool has_model(const struct config_tier *t, struct str model)
{
    for (unsigned i = 0; t && i < t->model_count; i++)
        if (str_eq(t->models[i], model))
            return true;
    return false;
}

// How probable it was beside others of its time: a rate that the route has for all its calls tells
// nothing of this one.
static float odds_of(const struct config_route *r, uint32_t ppm)
{
    if (ppm == r->shadow.rate_ppm || ppm == r->shadow.rate_certified_ppm)
        return 1;
    return (float)ppm / (float)PAIR_WHOLE_PPM;
}

static bool take_evidence(struct lessons *l, const struct pair *p, uint64_t names)
{
    struct evidence *at = alloc_grow(&alloc_heap, l->evidence, sizeof *at, l->count, &l->size);
    if (!at)
        return false;
    l->evidence = at;
    at[l->count] = (struct evidence){
        model_gain(l->model, l->traits, names), (float)p->weak_ppm / (float)PAIR_WHOLE_PPM,
        (float)p->strong_ppm / (float)PAIR_WHOLE_PPM, odds_of(l->route, p->propensity_ppm)};
    return true;
}

static void take(void *context, const struct pair *p)
{
    struct lessons *l = context;
    const struct config_route *r = l->route;
    l->newest = p->number;
    if (l->status != STATUS_OK || p->judged == PAIR_JUDGED_NOT || !has_model(r->small, p->weak) ||
        !has_model(r->large, p->strong))
        return;
    if (!traits_unpack(p->traits, l->traits)) {
        l->unread++;
        return;
    }
    uint64_t names = model_pair(p->weak, p->strong);
    struct lesson lesson = {.id = p->id,
                            .traits = l->traits,
                            .pair = names,
                            .weak = (float)p->weak_ppm / (float)PAIR_WHOLE_PPM,
                            .strong = (float)p->strong_ppm / (float)PAIR_WHOLE_PPM,
                            .odds = odds_of(r, p->propensity_ppm),
                            .proves = p->number > l->proof_after};
    if (!l->learner && !take_evidence(l, p, names))
        l->status = why_set(l->why, STATUS_NO_MEMORY, "out of memory");
    else if (l->learner)
        l->status = learner_add(l->learner, &lesson, l->why);
    l->count++;
}

static enum status read_pairs(struct lessons *l, struct store *store, int64_t after)
{
    struct pair_query query = {
        .tenant = str_of(TENANT), .route = l->route->name, .after = after, .most = PAIRS_MOST};
    l->newest = after;
    l->traits = alloc_get(&alloc_heap, sizeof *l->traits);
    if (!l->traits)
        return why_set(l->why, STATUS_NO_MEMORY, "out of memory");
    enum status s = store_pair_each(store, &query, take, l, l->why);
    alloc_free(&alloc_heap, l->traits);
    return s == STATUS_OK ? l->status : s;
}

// --- the last look ---

struct reading {
    struct last *last;
    const char *terms;
};

static void read_last(void *context, const struct promise_row *row)
{
    struct reading *r = context;
    if (row->task != 0 || !str_is(row->terms, r->terms))
        return;
    *r->last = (struct last){.there = true,
                             .looks = row->looks,
                             .pairs = row->pairs,
                             .newest = row->newest,
                             .since = row->since,
                             .certified = row->certified};
    str_copy_clipped(row->model, r->last->model, sizeof r->last->model);
}

// --- is it due? ---

static void count_one(void *context, const struct pair *p)
{
    (void)p;
    ++*(int64_t *)context;
}

static enum status count_fresh(const struct study *wish, int64_t after, int64_t *out,
                               struct why *why)
{
    struct pair_query query = {
        .tenant = str_of(TENANT), .route = wish->route->name, .after = after, .most = PAIRS_MOST};
    *out = 0;
    return store_pair_each(wish->store, &query, count_one, out, why);
}

// A look where nothing is new would be for nothing, and each is another chance to be wrong.
static bool is_due(const struct study *wish, const struct last *last, int64_t fresh)
{
    if (wish->now)
        return fresh > 0 || !last->there;
    return fresh >= FRESH_LEAST && fresh >= last->pairs / FRESH_PART;
}

// The pairs since the last look prove that the certificate's threshold loses more than was
// promised.
static enum status is_broken(const struct study *wish, const struct last *last, bool *out,
                             struct why *why)
{
    const struct config_route *r = wish->route;
    char path[PATH_MOST];
    struct model own = {.head = NULL};
    struct lessons l = {.route = r, .why = why};
    const struct promise p = learned_promise(r);
    (void)snprintf(path, sizeof path, "%.*s/%s", STR_ARG(wish->state), last->model);
    *out = false;
    if (last->model[0] && model_open(path, &own, why) != STATUS_OK)
        return STATUS_OK; // learned.h has told of it
    l.model = last->model[0] ? &own : learned_shipped();
    enum status s = read_pairs(&l, wish->store, last->newest);
    if (s == STATUS_OK && l.count >= DOUBT_LEAST)
        *out = certificate_broken(l.evidence, l.count, (double)last->certified.threshold_ppm / PPM,
                                  &p);
    alloc_free(&alloc_heap, l.evidence);
    model_close(&own);
    return s;
}

// --- what is kept ---

static int64_t to_ppm(double share)
{
    return (int64_t)floor(share * PPM + 0.5);
}

static struct promise_found found_of(const struct certificate *c)
{
    return (struct promise_found){c->holds, (int64_t)floor(c->threshold * PPM), to_ppm(c->share),
                                  to_ppm(c->loss)};
}

// In the state folder: the route's name as a digest, since it may be anything, and the look.
static void name_model(const struct config_route *r, int64_t look, char *out, size_t size)
{
    uint8_t digest[DIGEST_BYTES] = {0};
    char hex[17] = "";
    bool fine = digest_sha256(r->name, digest);
    must(fine);
    hex_write(digest, 8, hex);
    (void)snprintf(out, size, FOLDER "/%s-%lld.model", hex, (long long)look);
}

static enum status write_model(struct str state, const char *name, struct str bytes,
                               struct why *why)
{
    char path[PATH_MOST];
    int n = snprintf(path, sizeof path, "%.*s/" FOLDER, STR_ARG(state));
    if (n < 0 || (size_t)n >= sizeof path)
        return why_set(why, STATUS_LIMIT, "the state folder's path is too long");
    enum status s = folder_make(str_of(path), why);
    (void)snprintf(path, sizeof path, "%.*s/%s", STR_ARG(state), name);
    return s == STATUS_OK ? file_write(path, FILE_OWN, bytes, why) : s;
}

static void remove_model(struct str state, const char *name)
{
    char path[PATH_MOST];
    (void)snprintf(path, sizeof path, "%.*s/%s", STR_ARG(state), name);
    if (name[0])
        (void)unlink(path);
}

struct look {
    const struct study *wish;
    const struct config_route *route;
    struct promise promise;
    const char *before; // what is to be said of it besides
    struct last last;
    unsigned time;
    int64_t newest, since;
    char terms[LEARNED_TERMS + 1];
};

static void note_of(const struct look *l, const struct outlooks *f, char *out, size_t size)
{
    size_t least = learner_pairs_least(&l->promise, l->time);
    double percent = 100 * l->promise.loss;
    if (f->route.certified.holds)
        (void)snprintf(out, size, "%s", l->before);
    else if (f->pairs < least)
        (void)snprintf(out, size, "%s%zu pairs; a promise of %g %% needs %zu at least", l->before,
                       f->pairs, percent, least);
    else
        (void)snprintf(out, size,
                       "%sthe pairs do not prove that any share can go to the small side at a "
                       "loss of %g %%: more of them, a larger max_loss, or a better small model",
                       l->before, percent);
}

static enum status keep(const struct look *l, const struct outlooks *f, struct str model,
                        struct why *why)
{
    struct promise_row rows[PROMISE_TASKS_MAX + 1];
    char name[128] = "", note[400];
    if (model.len) {
        name_model(l->route, l->time, name, sizeof name);
        enum status s = write_model(l->wish->state, name, model, why);
        if (s != STATUS_OK)
            return s;
    }
    note_of(l, f, note, sizeof note);
    for (unsigned i = 0; i <= f->task_count; i++) {
        const struct outlook *one = i ? &f->tasks[i - 1] : &f->route;
        rows[i] = (struct promise_row){.task = one->task,
                                       .at_us = clock_wall_us(),
                                       .terms = str_of(l->terms),
                                       .looks = l->time,
                                       .pairs = (int64_t)f->pairs,
                                       .learned = (int64_t)f->learned,
                                       .proved = (int64_t)one->pairs,
                                       .newest = l->newest,
                                       .since = l->since,
                                       .certified = found_of(&one->certified),
                                       .loss_most_ppm = to_ppm(one->loss_most),
                                       .measured = found_of(&one->measured),
                                       .model = i ? STR_NONE : str_of(name),
                                       .note = i ? STR_NONE : str_of(note)};
    }
    enum status s =
        store_promises_put(l->wish->store, (struct promise_of){str_of(TENANT), l->route->name},
                           rows, f->task_count + 1, why);
    if (s == STATUS_OK)
        remove_model(l->wish->state, l->last.model);
    return s;
}

static void say(const struct look *l, const struct outlooks *f)
{
    const struct certificate *c = &f->route.certified;
    if (c->holds)
        log_say(LOG_INFO,
                "route %.*s: certified: %.1f %% to the small side at a loss below %.1f %% (%zu "
                "pairs)",
                STR_ARG(l->route->name), 100 * c->share, 100 * f->route.loss_most, f->pairs);
    else
        log_say(l->last.certified.holds ? LOG_WARN : LOG_INFO,
                "route %.*s: no certificate%s (%zu pairs)", STR_ARG(l->route->name),
                l->last.certified.holds ? " any more" : "", f->pairs);
}

static enum status look_now(struct look *l, struct why *why)
{
    struct learner learner;
    struct outlooks f;
    struct buf model;
    const struct learner_wishes wishes = {learned_shipped(), l->promise, l->time};
    struct lessons lessons = {
        .route = l->route, .learner = &learner, .proof_after = l->since, .why = why};
    learner_init(&learner);
    buf_init(&model, &alloc_heap, 0);
    enum status s = read_pairs(&lessons, l->wish->store, 0);
    l->newest = lessons.newest;
    if (s == STATUS_OK)
        s = learner_run(&learner, &wishes, &model, &f, why);
    if (s == STATUS_OK)
        s = keep(l, &f, buf_str(&model), why);
    if (s == STATUS_OK)
        say(l, &f);
    learner_fini(&learner);
    buf_fini(&model);
    return s;
}

enum status study(const struct study *wish, bool *changed, struct why *why)
{
    const struct config_route *r = wish->route;
    struct look l = {.wish = wish, .route = r, .promise = learned_promise(r), .before = ""};
    struct reading reading = {&l.last, l.terms};
    int64_t fresh = 0;
    bool broken = false;
    *changed = false;
    if (!r->small || !r->large)
        return STATUS_OK;
    learned_terms(r, l.terms);
    enum status s = store_promises_each(wish->store, (struct promise_of){str_of(TENANT), r->name},
                                        read_last, &reading, why);
    if (s == STATUS_OK)
        s = count_fresh(wish, l.last.newest, &fresh, why);
    if (s == STATUS_OK && l.last.certified.holds && fresh >= DOUBT_LEAST)
        s = is_broken(wish, &l.last, &broken, why);
    if (s != STATUS_OK || (!broken && !is_due(wish, &l.last, fresh)))
        return s;
    l.time = (unsigned)l.last.looks + 1;
    l.since = broken ? l.last.newest : l.last.since;
    l.before = broken ? "revoked: the newest pairs lose more than was promised; " : "";
    s = look_now(&l, why);
    *changed = s == STATUS_OK;
    return s;
}
