// SPDX-License-Identifier: Apache-2.0

#include "gate/study.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "core/tenant.h"
#include "gate/doubt.h"
#include "gate/learned.h"
#include "gate/lessons.h"
#include "gate/study_words.h"
#include "gate/terms.h"
#include "route/share.h"
#include "store/promises.h"

#define PPM         1e6
#define FRESH_LEAST 50  // judged pairs since the last look, before there is another one,
#define FRESH_PART  4   // and at least one in so many of those that there were
#define LOST_LEAST  100 // ... before one that was certified and is lost is learned anew
#define FOLDER      "routes"
#define PATH_MOST   4096
#define MODEL_MOST  128              // bytes of the name of its file
#define SLACK_US    (60 * SECOND_US) // what is said of a pair may take so long to the ledger

struct finding { // of a part
    struct promise_found certified, measured;
    int64_t loss_upper_ppm, measured_upper_ppm;
};

struct last {      // look
    bool there;    // of these terms
    int64_t looks; // of these terms that tested something, ever
    int64_t since; // of the route, whatever its terms were
    int64_t at_us;
    int64_t pairs, learned, newest, began;
    bool certified, measured;
    struct finding found[PROMISE_TASKS_MAX + 1]; // of the parts below
    struct doubt_parts parts; // that it is doubted by; how many ever, whatever its terms were
    char model[MODEL_MOST];
    int64_t model_check;
    const char *fell; // how the last certificate ended that none has followed; empty
};

// --- the last look ---

struct reading {
    struct last *last;
    const char *terms;
};

static void read_last(void *context, const struct promise_row *row)
{
    struct reading *r = context;
    struct last *l = r->last;
    struct doubt_parts *p = &l->parts;
    if (row->task == 0) {
        l->since = row->since;
        p->ever = row->doubts;
        if (row->terms.len != TERMS_BYTES) // an earlier version's, of the same promise
            l->looks = row->looks;
        if (row->terms.len == 0 && row->certified.holds)
            l->fell = study_ended;
    }
    if (!str_is(row->terms, r->terms) || p->count > PROMISE_TASKS_MAX)
        return;
    l->found[p->count] = (struct finding){row->certified, row->measured, row->loss_upper_ppm,
                                          row->measured_upper_ppm};
    p->list[p->count++] = (struct doubt_part){row->task, row->doubt, row->doubt_from};
    if (row->task != 0)
        return;
    p->whole = row->doubt_whole;
    l->there = true;
    l->at_us = row->at_us;
    l->pairs = row->pairs;
    l->learned = row->learned;
    l->newest = row->newest;
    l->began = row->began;
    l->certified = row->certified.holds;
    l->measured = row->measured.holds;
    str_copy_clipped(row->model, l->model, sizeof l->model);
    l->model_check = row->model_check;
    l->fell = study_end(row->note);
}

static enum status last_read(const struct study *wish, const char *terms, struct last *out,
                             struct why *why)
{
    const struct promise_of of = {str_of(TENANT), wish->route->name};
    struct reading reading = {out, terms};
    int64_t looks = 0;
    *out = (struct last){.fell = ""};
    enum status s = store_promises_each(wish->store, of, read_last, &reading, why);
    if (s == STATUS_OK)
        s = store_promise_looks(wish->store, of, str_of(terms), &looks, why);
    if (looks > out->looks)
        out->looks = looks;
    return s;
}

// --- is it due? ---

struct news {      // since the last look
    int64_t fresh; // judged pairs,
    int64_t rated; // pairs that it has seen, whose callers have rated them since,
    int64_t seen;  // ... and judged ones that it has; not counted where the others are few
};

// A look where nothing is new would be for nothing.
static bool is_due(const struct study *wish, const struct last *last, const struct news *n)
{
    const int64_t count = n->fresh + n->rated;
    if (wish->now)
        return count > 0 || !last->there;
    return count >= FRESH_LEAST && count >= n->seen / FRESH_PART;
}

// Of judged pairs that it has seen, those that are rated after that; 0: all.
static enum status count_seen(const struct study *wish, const struct last *last, int64_t after_us,
                              int64_t *out, struct why *why)
{
    const struct lessons_of seen = {wish->route, wish->store, 0, last->newest, after_us};
    *out = 0;
    return last->there && last->newest > 0 ? lessons_count(&seen, out, why) : STATUS_OK;
}

static enum status news_read(const struct study *wish, const struct last *last, struct news *out,
                             struct why *why)
{
    const struct lessons_of since = {wish->route, wish->store, last->newest, 0, 0};
    enum status s = lessons_count(&since, &out->fresh, why);
    if (s == STATUS_OK)
        s = count_seen(wish, last, last->at_us, &out->rated, why);
    if (s == STATUS_OK && out->fresh + out->rated >= FRESH_LEAST)
        s = count_seen(wish, last, 0, &out->seen, why);
    return s;
}

// The newest pairs prove that more is lost than was promised.
static enum status is_broken(const struct study *wish, const struct last *last,
                             struct doubt_found *out, struct why *why)
{
    const struct lessons_of since = {wish->route, wish->store, last->began, 0, 0};
    const struct doubt d = {&since, &last->parts, terms_promise(wish->route)};
    return doubt(&d, out, why);
}

// The model that was certified is not there any more, or not as it was.
static bool is_lost(const struct study *wish, const struct last *last)
{
    struct model own = {.head = NULL};
    struct why ignored; // learned.h has told of it
    const struct learned_file file = {wish->state, str_of(last->model), last->model_check};
    bool lost = last->model[0] && learned_open(&file, &own, &ignored) != STATUS_OK;
    model_close(&own);
    return lost;
}

// --- what is kept ---

static int64_t loss_ppm(double loss)
{
    return share_steps(loss, SHARE_PPM, SHARE_UP);
}

static struct promise_found found_of(const struct certificate *c)
{
    return (struct promise_found){c->holds, (int64_t)floor(c->threshold * PPM),
                                  share_steps(c->share, SHARE_PPM, SHARE_DOWN), loss_ppm(c->loss)};
}

// How the names of a route's files begin: its own name as a digest, since that may be anything.
// False without memory.
static bool name_models(const struct config_route *r, char out[17])
{
    uint8_t digest[DIGEST_BYTES] = {0};
    const bool fine = digest_sha256(r->name, digest);
    hex_write(digest, 8, out);
    out[16] = '\0';
    return fine;
}

// No name is given twice: one that is in use, or that a row of the store still names, stays as it
// is.
static enum status write_model(struct str state, const char *name, struct str bytes,
                               struct why *why)
{
    char path[PATH_MOST];
    int n = snprintf(path, sizeof path, "%.*s/" FOLDER, STR_ARG(state));
    if (n < 0 || (size_t)n + MODEL_MOST >= sizeof path)
        return why_set(why, STATUS_LIMIT, "the state folder's path is too long");
    enum status s = folder_make(str_of(path), why);
    (void)snprintf(path, sizeof path, "%.*s/%s", STR_ARG(state), name);
    return s == STATUS_OK ? file_replace(path, FILE_OWN, bytes, why) : s;
}

// All files of the route but that one, which the store names now. Whoever has one mapped keeps it.
static void sweep_models(const struct study *wish, const char *name)
{
    char path[PATH_MOST], begin[17];
    struct dirent *entry;
    (void)snprintf(path, sizeof path, "%.*s/" FOLDER, STR_ARG(wish->state));
    DIR *dir = name_models(wish->route, begin) ? opendir(path) : NULL;
    while (dir && (entry = readdir(dir))) {
        const struct str file = str_of(entry->d_name);
        if (str_starts(file, str_of(begin)) && !str_ends(str_of(name), file))
            (void)!unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
}

struct look {
    const struct study *wish;
    const struct config_route *route;
    struct promise promise;
    const char *before; // what is to be said of it besides: how its certificate ended
    bool fell;          // ... now
    bool broken;        // what was certified
    bool again;         // what the last one saw is asked once more: nothing is learned
    struct last last;
    int64_t newest, since, at_us;
    char terms[TERMS_BYTES + 1];
};

static unsigned time_of(const struct look *l)
{
    return (unsigned)l->last.looks + 1;
}

static struct study_words words_of(const struct look *l)
{
    return (struct study_words){.route = l->route->name,
                                .promise = l->promise,
                                .time = time_of(l),
                                .before = l->before,
                                .fell = l->fell,
                                .broken = l->broken,
                                .certified = l->last.certified};
}

static void say(const struct look *l, const struct outlooks *f)
{
    const struct study_words words = words_of(l);
    study_say(&words, f);
}

// One certificate goes on where another follows it, or nothing would ever be known of the newest
// pairs by who looks often.
static int64_t began_of(const struct look *l, const struct outlooks *f)
{
    if (!f->route.certified.holds)
        return 0;
    return l->last.certified && !l->broken ? l->last.began : l->newest;
}

static void doubt_parts_of(const struct look *l, const struct outlooks *f, struct doubt_parts *out)
{
    struct doubt_task tasks[PROMISE_TASKS_MAX + 1] = {
        {0, f->route.certified.threshold > CERTIFICATE_NONE}};
    *out = l->last.parts;
    if (!l->last.certified || l->broken || !f->route.certified.holds)
        doubt_end(out);
    for (unsigned i = 0; i < f->task_count; i++)
        tasks[i + 1] = (struct doubt_task){f->tasks[i].task, f->tasks[i].certified.holds};
    if (f->route.certified.holds) // all calls are one where no task is looked at by itself
        doubt_go_on(out, tasks, f->task_count ? f->task_count + 1 : 0, l->newest);
}

static int64_t check_of(struct str model)
{
    struct model_head head;
    if (model.len < sizeof head)
        return -1;
    memcpy(&head, model.ptr, sizeof head);
    return head.check;
}

// A new file, the one that there was, or none.
static enum status keep_model(const struct look *l, struct str model, char *name, struct why *why)
{
    char begin[17];
    name[0] = '\0';
    if (l->again)
        (void)snprintf(name, MODEL_MOST, "%s", l->last.model);
    if (!model.len)
        return STATUS_OK;
    if (!name_models(l->route, begin))
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    (void)snprintf(name, MODEL_MOST, FOLDER "/%s-%llx.model", begin,
                   (unsigned long long)clock_wall_us());
    return write_model(l->wish->state, name, model, why);
}

static enum status keep(const struct look *l, const struct outlooks *f, struct str model,
                        struct why *why)
{
    struct promise_row rows[PROMISE_TASKS_MAX + 1];
    struct doubt_parts parts;
    char name[MODEL_MOST], note[800];
    enum status s = keep_model(l, model, name, why);
    if (s != STATUS_OK)
        return s;
    const struct study_words words = words_of(l);
    study_note(&words, f, note, sizeof note);
    doubt_parts_of(l, f, &parts);
    for (unsigned i = 0; i <= f->task_count; i++) {
        const struct outlook *one = i ? &f->tasks[i - 1] : &f->route;
        const struct doubt_part part = i < parts.count ? parts.list[i] : (struct doubt_part){0};
        rows[i] = (struct promise_row){.task = one->task,
                                       .at_us = l->at_us,
                                       .terms = str_of(l->terms),
                                       .looks = l->last.looks + (f->tested && !l->again),
                                       .pairs = (int64_t)f->pairs,
                                       .learned = (int64_t)f->learned,
                                       .proved = (int64_t)one->pairs,
                                       .newest = l->newest,
                                       .began = began_of(l, f),
                                       .since = l->since,
                                       .doubt = part.number,
                                       .doubt_from = part.from,
                                       .doubt_whole = i ? 0 : parts.whole,
                                       .doubts = i ? 0 : parts.ever,
                                       .certified = found_of(&one->certified),
                                       .loss_upper_ppm = loss_ppm(one->loss_upper),
                                       .measured = found_of(&one->measured),
                                       .measured_upper_ppm =
                                           one->measured.holds ? loss_ppm(one->measured_upper) : -1,
                                       .model = i ? STR_NONE : str_of(name),
                                       .model_check = i          ? -1
                                                      : l->again ? l->last.model_check
                                                                 : check_of(model),
                                       .note = i ? STR_NONE : str_of(note)};
    }
    s = store_promises_put(l->wish->store, (struct promise_of){str_of(TENANT), l->route->name},
                           rows, f->task_count + 1, why);
    if (s == STATUS_OK)
        sweep_models(l->wish, name);
    return s;
}

struct filling {
    struct learner *learner;
    int64_t since;
};

static enum status take(void *context, const struct lesson *l, int64_t number, struct why *why)
{
    struct filling *f = context;
    struct lesson lesson = *l;
    lesson.proves &= number > f->since;
    return learner_add(f->learner, &lesson, why);
}

static void falls(struct look *l, const char *how)
{
    l->before = how;
    l->fell = true;
}

static enum status look_now(struct look *l, struct why *why)
{
    struct learner learner;
    struct outlooks f;
    struct buf model;
    const struct learner_wishes wishes = {learned_shipped(), l->promise, time_of(l), false};
    const struct lessons_of all = {.route = l->route, .store = l->wish->store};
    struct filling filling = {&learner, l->since};
    l->at_us = clock_wall_us(); // what is said from now on it may not have seen
    learner_init(&learner);
    buf_init(&model, &alloc_heap, 0);
    enum status s = lessons_each(&all, take, &filling, &l->newest, why);
    if (s == STATUS_OK)
        s = learner_run(&learner, &wishes, &model, &f, why);
    if (s == STATUS_OK && l->last.certified && !l->fell && !f.route.certified.holds)
        falls(l, study_unproved);
    if (s == STATUS_OK)
        s = keep(l, &f, buf_str(&model), why);
    if (s == STATUS_OK)
        say(l, &f);
    learner_fini(&learner);
    buf_fini(&model);
    return s;
}

// --- once more, as the pairs are rated now ---

static struct certificate certificate_of(const struct promise_found *f, bool loss_known)
{
    return (struct certificate){f->holds && f->threshold_ppm > (int64_t)(PPM * CERTIFICATE_NONE),
                                learned_threshold(f), (double)f->share_ppm / PPM,
                                loss_known ? (double)f->loss_ppm / PPM : -HUGE_VAL, 0};
}

// The route's own row tells what all parts lose together.
static void outlooks_of(const struct last *last, struct outlooks *out)
{
    *out = (struct outlooks){.task_count = last->parts.count - 1};
    out->route.certified = certificate_of(&last->found[0].certified, out->task_count == 0);
    for (unsigned i = 0; i < out->task_count; i++)
        out->tasks[i] =
            (struct outlook){.task = last->parts.list[i + 1].task,
                             .certified = certificate_of(&last->found[i + 1].certified, true)};
}

static bool is_found(const struct promise_found *a, const struct promise_found *b)
{
    return a->holds == b->holds &&
           (!a->holds || (a->threshold_ppm == b->threshold_ppm && a->share_ppm == b->share_ppm &&
                          a->loss_ppm == b->loss_ppm));
}

static bool is_same(const struct last *last, const struct outlooks *f)
{
    for (unsigned i = 0; i <= f->task_count; i++) {
        const struct outlook *o = i ? &f->tasks[i - 1] : &f->route;
        const struct promise_found certified = found_of(&o->certified);
        const struct promise_found measured = found_of(&o->measured);
        if (!is_found(&certified, &last->found[i].certified) ||
            !is_found(&measured, &last->found[i].measured))
            return false;
    }
    return true;
}

// The half that proves, as it was seen by the last look, by its model.
static enum status retest(const struct look *l, const struct learner *learner, struct outlooks *f,
                          struct why *why)
{
    const struct last *last = &l->last;
    const unsigned time = last->looks ? (unsigned)last->looks : 1;
    const struct learner_wishes wishes = {.promise = l->promise, .time = time};
    const struct learned_file file = {l->wish->state, str_of(last->model), last->model_check};
    struct model own = {.head = NULL};
    enum status s = last->model[0] ? learned_open(&file, &own, why) : STATUS_OK;
    outlooks_of(last, f);
    if (s == STATUS_OK)
        s = learner_retest(learner, own.head ? &own : learned_shipped(), &wishes, f, why);
    model_close(&own);
    f->pairs = (size_t)last->pairs;
    f->learned = (size_t)last->learned;
    f->tested |= last->certified;
    return s;
}

static enum status keep_again(const struct look *now, const struct outlooks *f, bool *changed,
                              struct why *why)
{
    struct look l = *now;
    l.again = true;
    l.newest = l.last.newest;
    l.at_us = l.last.at_us;
    enum status s = keep(&l, f, STR_NONE, why);
    if (s == STATUS_OK && l.fell)
        say(&l, f);
    *changed = s == STATUS_OK;
    return s;
}

// What callers say late of pairs that the last look has seen changes what it has found. No look is
// spent: nothing is certified by it, and what falls has no proof. `looks`: another one follows,
// which keeps what is found.
static enum status ask_again(struct look *l, bool looks, bool *changed, struct why *why)
{
    struct learner learner;
    struct outlooks f;
    struct why lost;
    int64_t rated = 0, newest;
    const struct lessons_of seen = {l->route, l->wish->store, 0, l->last.newest, 0};
    struct filling filling = {&learner, l->last.since};
    enum status s = count_seen(l->wish, &l->last, l->last.at_us - SLACK_US, &rated, why);
    if (s != STATUS_OK || rated == 0 || l->last.parts.count == 0)
        return s;
    learner_init(&learner);
    s = lessons_each(&seen, take, &filling, &newest, why);
    // Without its model nothing is said of it here: learned.h has told of that.
    if (s == STATUS_OK && retest(l, &learner, &f, &lost) == STATUS_OK && !is_same(&l->last, &f)) {
        if (l->last.certified && !f.route.certified.holds)
            falls(l, study_rated_down);
        if (!looks)
            s = keep_again(l, &f, changed, why);
    }
    learner_fini(&learner);
    return s;
}

// --- the whole of it ---

// Whether to look, and what is known before.
static enum status prepare(struct look *l, bool *looks, bool *changed, struct why *why)
{
    struct doubt_found found = {false, 0};
    struct news news = {0, 0, 0};
    enum status s = last_read(l->wish, l->terms, &l->last, why);
    if (s == STATUS_OK)
        s = news_read(l->wish, &l->last, &news, why);
    if (s == STATUS_OK && l->last.certified && l->last.parts.whole > 0)
        s = is_broken(l->wish, &l->last, &found, why);
    l->before = l->last.fell;
    l->broken = found.broken;
    l->since = found.broken ? found.since : l->last.since;
    *looks = l->broken || is_due(l->wish, &l->last, &news);
    if (!*looks && (l->wish->now || (l->last.certified && news.fresh >= LOST_LEAST)))
        *looks = is_lost(l->wish, &l->last);
    if (l->broken)
        falls(l, study_broken);
    else if (s == STATUS_OK)
        s = ask_again(l, *looks, changed, why);
    return s;
}

enum status study(const struct study *wish, bool *changed, struct why *why)
{
    const struct config_route *r = wish->route;
    struct look l = {.wish = wish, .route = r, .promise = terms_promise(r), .before = ""};
    bool looks = false;
    *changed = false;
    if (!r->small || !r->large)
        return STATUS_OK;
    if (!terms_write(r, l.terms))
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    enum status s = prepare(&l, &looks, changed, why);
    if (s == STATUS_OK && looks) {
        s = look_now(&l, why);
        *changed = s == STATUS_OK;
    }
    return s;
}
