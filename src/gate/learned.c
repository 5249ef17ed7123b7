// SPDX-License-Identifier: Apache-2.0

#include "gate/learned.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/tenant.h"
#include "gate/terms.h"
#include "route/prior.h"
#include "store/promises.h"

#define PPM 1e6

struct limit { // of a route or a task
    uint64_t task;
    bool certified, measured; // there is such a threshold
    double certified_at, measured_at;
};

// Of one route: shared by the learned that have it.
struct known {
    int references; // atomic
    char name[NAME_BYTES_MAX + 1];
    char terms[TERMS_BYTES + 1];
    uint64_t models;       // that these terms are about, among others
    int64_t at_us, doubts; // of the look
    bool own;              // has a model of its own
    struct model model;
    struct limit whole;
    struct limit tasks[PROMISE_TASKS_MAX]; // in order of task, as int64
    unsigned task_count;
};

struct learned {
    int references; // atomic
    unsigned count;
    struct learned_of {
        struct known *known; // NULL: nothing is
        char name[NAME_BYTES_MAX + 1];
        char calls[TERMS_CALLS + 1]; // the same whatever models a proposed tier has
        char refused[sizeof(((struct why *)0)->text)]; // why its file was
    } routes[];
};

static struct model shipped;
static pthread_once_t shipped_once = PTHREAD_ONCE_INIT;

static void open_shipped(void)
{
    prior_open(&shipped);
}

const struct model *learned_shipped(void)
{
    pthread_once(&shipped_once, open_shipped);
    return &shipped;
}

// --- reading ---

struct reading {
    struct known *known;
    struct str state;
    struct why why; // of a model's file
    bool failed;    // it was refused
};

double learned_threshold(const struct promise_found *f)
{
    return nearbyint((double)f->threshold_ppm / PPM / CERTIFICATE_STEP) * CERTIFICATE_STEP;
}

static struct limit limit_of(const struct promise_row *row)
{
    return (struct limit){row->task, row->certified.holds, row->measured.holds,
                          learned_threshold(&row->certified), learned_threshold(&row->measured)};
}

enum status learned_open(const struct learned_file *file, struct model *out, struct why *why)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%.*s/%.*s", STR_ARG(file->state), STR_ARG(file->name));
    if (n < 0 || (size_t)n >= sizeof path)
        return why_set(why, STATUS_LIMIT, "the state folder's path is too long");
    return model_open_known(path, file->check, out, why);
}

static void open_model(struct reading *r, const struct promise_row *row)
{
    const struct learned_file file = {r->state, row->model, row->model_check};
    r->failed = learned_open(&file, &r->known->model, &r->why) != STATUS_OK;
    r->known->own = !r->failed;
    if (r->known->own && learned_shipped()->head)
        model_share(&r->known->model, learned_shipped());
}

static void read_row(void *context, const struct promise_row *row)
{
    struct reading *r = context;
    struct known *p = r->known;
    if (r->failed || !str_is(row->terms, p->terms))
        return;
    if (row->task == 0) {
        p->whole = limit_of(row);
        p->at_us = row->at_us;
        p->doubts = row->doubts;
        if (row->model.len)
            open_model(r, row);
    } else if (p->task_count < PROMISE_TASKS_MAX) {
        p->tasks[p->task_count++] = limit_of(row);
    }
}

static void known_free(struct known *p)
{
    if (!p || __atomic_sub_fetch(&p->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    if (p->own)
        model_close(&p->model);
    alloc_free(&alloc_heap, p);
}

static const struct learned_of *find(const struct learned *l, struct str name)
{
    for (unsigned i = 0; l && i < l->count; i++)
        if (str_is(name, l->routes[i].name))
            return &l->routes[i];
    return NULL;
}

static struct known *known_of(const struct learned *l, struct str name)
{
    const struct learned_of *of = find(l, name);
    return of ? of->known : NULL;
}

// Tells the models of a route's sides apart from others.
static uint64_t models_of(const struct config_route *r)
{
    const uint64_t weak = r->small ? r->small->set : 0, strong = r->large ? r->large->set : 0;
    return 3 * weak + strong;
}

// What is known of the route as it is: a tier that is proposed may have other models by now, of
// which nothing was learned or promised.
static const struct known *known_now(const struct learned *l, const struct config_route *r)
{
    const struct known *p = known_of(l, r->name);
    return p && p->models == models_of(r) ? p : NULL;
}

// Nothing yet but what it is. False without memory.
static bool known_begin(struct known *p, const struct config_route *r, struct learned_of *out)
{
    if (!p || !terms_write(r, p->terms) || !str_copy(r->name, p->name, sizeof p->name))
        return false;
    p->references = 1;
    p->models = models_of(r);
    memcpy(out->name, p->name, sizeof out->name);
    memcpy(out->calls, p->terms + TERMS_BYTES - TERMS_CALLS, sizeof out->calls);
    return true;
}

static enum status known_read(const struct learned_from *from, const struct config_route *r,
                              struct learned_of *out, struct why *why)
{
    struct reading reading = {.known = alloc_zero(&alloc_heap, sizeof *reading.known),
                              .state = from->state};
    struct known *p = reading.known;
    if (!known_begin(p, r, out)) {
        alloc_free(&alloc_heap, p);
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    enum status s = store_promises_each(from->store, (struct promise_of){str_of(TENANT), r->name},
                                        read_row, &reading, why);
    if (s == STATUS_OK && reading.failed) {
        struct known *old = known_of(from->before, r->name);
        if (old && (strcmp(old->terms, p->terms) != 0 ||            // another promise's
                    (old->whole.certified && !p->whole.certified))) // or one that was revoked since
            old = NULL;
        log_say(LOG_ERROR, "route %s: what it has learned is refused: %s; %s", p->name,
                reading.why.text,
                old                           ? "what was there stays"
                : r->mode == CONFIG_CERTIFIED ? "the large side answers"
                                              : "the shipped model chooses");
        str_copy_clipped(str_of(reading.why.text), out->refused, sizeof out->refused);
        known_free(p);
        p = old;
        if (old)
            __atomic_add_fetch(&old->references, 1, __ATOMIC_RELAXED);
    } else if (s != STATUS_OK) {
        known_free(p);
        return s;
    }
    out->known = p;
    return STATUS_OK;
}

enum status learned_new(const struct learned_from *from, struct learned **out, struct why *why)
{
    struct learned *l = alloc_zero(&alloc_heap, sizeof *l + from->count * sizeof l->routes[0]);
    if (!l)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    l->references = 1;
    l->count = from->count;
    for (unsigned i = 0; i < from->count; i++) {
        enum status s = known_read(from, &from->routes[i], &l->routes[i], why);
        if (s != STATUS_OK) {
            learned_free(l);
            return s;
        }
    }
    *out = l;
    return STATUS_OK;
}

// False without memory.
static bool known_keep(const struct learned_from *from, const struct config_route *r,
                       struct learned_of *out)
{
    const struct learned_of *was = find(from->before, r->name);
    struct known is;
    if (!known_begin(&is, r, out))
        return false;
    if (!was || !was->known || strcmp(was->known->terms, is.terms) != 0)
        return true;
    *out = *was;
    __atomic_add_fetch(&out->known->references, 1, __ATOMIC_RELAXED);
    return true;
}

struct learned *learned_kept(const struct learned_from *from)
{
    struct learned *l = alloc_zero(&alloc_heap, sizeof *l + from->count * sizeof l->routes[0]);
    if (!l)
        return NULL;
    l->references = 1;
    l->count = from->count;
    for (unsigned i = 0; i < from->count; i++) {
        if (!known_keep(from, &from->routes[i], &l->routes[i])) {
            learned_free(l);
            return NULL;
        }
    }
    return l;
}

struct learned *learned_ref(struct learned *l)
{
    if (l)
        __atomic_add_fetch(&l->references, 1, __ATOMIC_RELAXED);
    return l;
}

void learned_free(struct learned *l)
{
    if (!l || __atomic_sub_fetch(&l->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    for (unsigned i = 0; i < l->count; i++)
        known_free(l->routes[i].known);
    alloc_free(&alloc_heap, l);
}

// --- asking ---

const struct model *learned_model(const struct learned *l, const struct config_route *r)
{
    const struct known *p = known_now(l, r);
    return p && p->own ? &p->model : learned_shipped();
}

struct str learned_refused(const struct learned *l, const struct config_route *r)
{
    const struct learned_of *of = find(l, r->name);
    return str_of(of ? of->refused : NULL);
}

bool learned_fits(const struct learned *l, const struct config_route *r)
{
    const struct known *p = known_of(l, r->name);
    char terms[TERMS_BYTES + 1];
    return !p || !terms_write(r, terms) || strcmp(p->terms, terms) == 0;
}

struct str learned_calls_of(const struct learned *l, const struct config_route *r)
{
    const struct learned_of *of = find(l, r->name);
    return str_of(of ? of->calls : NULL);
}

// Without shadows nothing could revoke it any more. What must stay on the machine has none, either,
// and for that reason goes by none (request/side.c).
static bool is_certified(const struct known *p, const struct config_route *r)
{
    return p && p->whole.certified && (r->shadow.on || r->local_only);
}

enum rung learned_rung(const struct learned *l, const struct config_route *r)
{
    const struct known *p = known_now(l, r);
    if (!p || r->mode == CONFIG_RULES)
        return RUNG_RULES;
    if (r->mode == CONFIG_CERTIFIED && is_certified(p, r))
        return RUNG_CERTIFIED;
    return p->own ? RUNG_MEASURED : RUNG_RULES;
}

int64_t learned_doubts(const struct learned *l, const struct config_route *r)
{
    const struct known *p = known_now(l, r);
    return p ? p->doubts : 0;
}

int64_t learned_looked(const struct learned *l, const struct config_route *r)
{
    const struct known *p = known_now(l, r);
    return p ? p->at_us : 0;
}

bool learned_certified(const struct learned *l, const struct config_route *r)
{
    return learned_rung(l, r) == RUNG_CERTIFIED;
}

static const struct limit *limit_for(const struct known *p, uint64_t task)
{
    unsigned from = 0, to = p->task_count;
    while (from < to) {
        unsigned at = (from + to) / 2;
        if (p->tasks[at].task == task)
            return &p->tasks[at];
        if ((int64_t)p->tasks[at].task < (int64_t)task) // as the store has them in order
            from = at + 1;
        else
            to = at;
    }
    return NULL;
}

static int64_t to_ppm(double n)
{
    return (int64_t)(n * PPM);
}

// A task that is looked at by itself has its own threshold; the route's is of all other calls.
static struct choice_counsel within(const struct known *p, bool certified, uint64_t task)
{
    const struct limit *t = task ? limit_for(p, task) : NULL;
    const struct limit *own = t ? t : &p->whole;
    const bool holds = certified ? own->certified : own->measured;
    const double threshold = certified ? own->certified_at : own->measured_at;
    if (!holds || threshold <= CERTIFICATE_NONE)
        return (struct choice_counsel){p->own, CHOICE_NOTHING,
                                       certified ? CHOICE_WHY_CERTIFIED_TASK
                                                 : CHOICE_WHY_MEASURED_TASK};
    return (struct choice_counsel){p->own, to_ppm(threshold),
                                   certified ? CHOICE_WHY_CERTIFIED : CHOICE_WHY_MEASURED};
}

static struct choice_counsel measured(const struct known *p, uint64_t task,
                                      const struct choice_counsel *rules)
{
    if (!p || !p->own)
        return *rules;
    if (p->whole.measured)
        return within(p, false, task);
    return (struct choice_counsel){true, CHOICE_NOTHING, CHOICE_WHY_MEASURED_NONE};
}

void learned_judge(const struct learned *l, const struct config_route *r, const struct traits *t,
                   uint64_t pair, struct choice_judged *out)
{
    const struct known *p = known_now(l, r);
    const struct model *prior = learned_shipped();
    must(prior->head);
    struct choice_counsel *of = out->counsel;
    *out = (struct choice_judged){.there = true, .has_own = p && p->own};
    if (out->has_own) {
        const struct model_gains gains = model_gain_both(prior, &p->model, t, pair);
        out->shipped = to_ppm((double)gains.prior);
        out->own = to_ppm((double)gains.own);
        out->own_check = p->model.head->check;
    } else {
        out->shipped = to_ppm((double)model_gain(prior, t, pair));
    }
    of[CHOICE_RULES] =
        (struct choice_counsel){false, to_ppm((double)prior->head->threshold), CHOICE_WHY_RULES};
    of[CHOICE_MEASURED] = measured(p, t->task, &of[CHOICE_RULES]);
    of[CHOICE_CERTIFIED] = is_certified(p, r) ? within(p, true, t->task)
                                              : (struct choice_counsel){p && p->own, CHOICE_NOTHING,
                                                                        CHOICE_WHY_CERTIFIED_NONE};
}
