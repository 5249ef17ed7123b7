// SPDX-License-Identifier: Apache-2.0

#include "gate/study.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/log.h"
#include "gate/doubt.h"
#include "gate/learned.h"
#include "gate/lessons.h"
#include "store/promises.h"

#define TENANT      "default" // the only one there is yet
#define PPM         1e6
#define FRESH_LEAST 50  // judged pairs since the last look, before there is another one,
#define FRESH_PART  4   // and at least one in so many of those that were there
#define LOST_LEAST  100 // ... before one that was certified and is lost is learned anew
#define FOLDER      "routes"
#define PATH_MOST   4096
#define MODEL_MOST  128 // bytes of the name of its file

struct last {      // look
    bool there;    // of these terms
    int64_t looks; // of these terms that tested something, ever
    int64_t since; // of the route, whatever its terms were
    int64_t pairs, newest, began;
    bool certified;
    struct doubt_parts parts; // that it is doubted by; how many ever, whatever its terms were
    char model[MODEL_MOST];
    int64_t model_check;
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
    }
    if (!str_is(row->terms, r->terms) || p->count > PROMISE_TASKS_MAX)
        return;
    p->list[p->count++] = (struct doubt_part){row->task, row->doubt, row->doubt_from};
    if (row->task != 0)
        return;
    p->whole = row->doubt_whole;
    l->there = true;
    l->pairs = row->pairs;
    l->newest = row->newest;
    l->began = row->began;
    l->certified = row->certified.holds;
    str_copy_clipped(row->model, l->model, sizeof l->model);
    l->model_check = row->model_check;
}

static enum status last_read(const struct study *wish, const char *terms, struct last *out,
                             struct why *why)
{
    const struct promise_of of = {str_of(TENANT), wish->route->name};
    struct reading reading = {out, terms};
    enum status s = store_promises_each(wish->store, of, read_last, &reading, why);
    if (s == STATUS_OK)
        s = store_promise_looks(wish->store, of, str_of(terms), &out->looks, why);
    return s;
}

// --- is it due? ---

// A look where nothing is new would be for nothing.
static bool is_due(const struct study *wish, const struct last *last, int64_t fresh)
{
    if (wish->now)
        return fresh > 0 || !last->there;
    return fresh >= FRESH_LEAST && fresh >= last->pairs / FRESH_PART;
}

// The newest pairs prove that more is lost than was promised.
static enum status is_broken(const struct study *wish, const struct last *last,
                             struct doubt_found *out, struct why *why)
{
    const struct lessons_of since = {wish->route, wish->store, last->began};
    const struct doubt d = {&since, &last->parts, learned_promise(wish->route)};
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

static int64_t to_ppm(double share)
{
    return (int64_t)floor(share * PPM + 0.5);
}

static struct promise_found found_of(const struct certificate *c)
{
    return (struct promise_found){c->holds, (int64_t)floor(c->threshold * PPM), to_ppm(c->share),
                                  to_ppm(c->loss)};
}

// How the names of a route's files begin: its own name as a digest, since that may be anything.
static void name_models(const struct config_route *r, char out[17])
{
    uint8_t digest[DIGEST_BYTES] = {0};
    bool fine = digest_sha256(r->name, digest);
    must(fine);
    hex_write(digest, 8, out);
    out[16] = '\0';
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
    name_models(wish->route, begin);
    DIR *dir = opendir(path);
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
    const char *before; // what is to be said of it besides
    bool broken;        // what was certified
    struct last last;
    int64_t newest, since;
    char terms[LEARNED_TERMS + 1];
};

static unsigned time_of(const struct look *l)
{
    return (unsigned)l->last.looks + 1;
}

static void note_of(const struct look *l, const struct outlooks *f, char *out, size_t size)
{
    const size_t least = 2 * learner_proof_least(&l->promise, time_of(l));
    const double percent = 100 * l->promise.loss;
    char unjudged[120] = "", measured[240] = "";
    if (f->unjudged)
        (void)snprintf(unjudged, sizeof unjudged,
                       "; %zu of %zu pairs that prove were not judged, and count as lost",
                       f->unjudged, f->route.pairs);
    if (f->learned && !f->route.measured.holds)
        (void)snprintf(
            measured, sizeof measured,
            "; measured: of no share the loss is likelier below %g %% than above, so the "
            "large side answers (in %zu pairs that prove all calls to the small one lose "
            "%.1f %%)",
            percent, f->route.pairs, 100 * f->small.loss);
    if (f->route.certified.holds)
        (void)snprintf(out, size, "%s", l->before);
    else if (f->doubtful)
        (void)snprintf(out, size,
                       "%scannot certify: the judge contradicted itself in %zu of %zu verdicts on "
                       "pairs that prove (%.0f %%; a third is the most): name another `judge`",
                       l->before, f->contradicted, f->ruled,
                       100 * (double)f->contradicted / (double)f->ruled);
    else if (!f->tested)
        (void)snprintf(out, size, "%s%zu pairs; a promise of %g %% needs %zu at least%s", l->before,
                       f->pairs, percent, least, measured);
    else
        (void)snprintf(
            out, size,
            "%sthe pairs do not prove that any share can go to the small side at a "
            "loss of %g %%: more of them, a larger max_loss, or a better small model%s%s",
            l->before, percent, unjudged, measured);
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

static enum status keep(const struct look *l, const struct outlooks *f, struct str model,
                        struct why *why)
{
    struct promise_row rows[PROMISE_TASKS_MAX + 1];
    struct doubt_parts parts;
    char name[MODEL_MOST] = "", begin[17], note[800];
    const int64_t now_us = clock_wall_us();
    if (model.len) {
        name_models(l->route, begin);
        (void)snprintf(name, sizeof name, FOLDER "/%s-%llx.model", begin,
                       (unsigned long long)now_us);
        enum status s = write_model(l->wish->state, name, model, why);
        if (s != STATUS_OK)
            return s;
    }
    note_of(l, f, note, sizeof note);
    doubt_parts_of(l, f, &parts);
    for (unsigned i = 0; i <= f->task_count; i++) {
        const struct outlook *one = i ? &f->tasks[i - 1] : &f->route;
        const struct doubt_part part = i < parts.count ? parts.list[i] : (struct doubt_part){0};
        rows[i] = (struct promise_row){.task = one->task,
                                       .at_us = now_us,
                                       .terms = str_of(l->terms),
                                       .looks = l->last.looks + f->tested,
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
                                       .loss_upper_ppm = to_ppm(one->loss_upper),
                                       .measured = found_of(&one->measured),
                                       .measured_upper_ppm =
                                           one->measured.holds ? to_ppm(one->measured_upper) : -1,
                                       .model = i ? STR_NONE : str_of(name),
                                       .model_check = i ? -1 : check_of(model),
                                       .note = i ? STR_NONE : str_of(note)};
    }
    enum status s =
        store_promises_put(l->wish->store, (struct promise_of){str_of(TENANT), l->route->name},
                           rows, f->task_count + 1, why);
    if (s == STATUS_OK)
        sweep_models(l->wish, name);
    return s;
}

static void say(const struct look *l, const struct outlooks *f)
{
    const struct certificate *c = &f->route.certified;
    if (l->before[0])
        log_say(LOG_WARN,
                "route %.*s: its certificate is revoked: the newest pairs lose more than was "
                "promised",
                STR_ARG(l->route->name));
    if (c->holds)
        log_say(LOG_INFO,
                "route %.*s: certified: %.1f %% to the small side at a loss of at most %g %% (%zu "
                "pairs)",
                STR_ARG(l->route->name), 100 * c->share, 100 * l->promise.loss, f->pairs);
    else
        log_say(l->last.certified ? LOG_WARN : LOG_INFO, "route %.*s: no certificate%s (%zu pairs)",
                STR_ARG(l->route->name), l->last.certified ? " any more" : "", f->pairs);
}

struct filling {
    struct learner *learner;
    int64_t since;
};

static enum status take(void *context, const struct lesson *l, int64_t number, struct why *why)
{
    struct filling *f = context;
    struct lesson lesson = *l;
    lesson.proves = number > f->since;
    return learner_add(f->learner, &lesson, why);
}

static enum status look_now(struct look *l, struct why *why)
{
    struct learner learner;
    struct outlooks f;
    struct buf model;
    const struct learner_wishes wishes = {learned_shipped(), l->promise, time_of(l), false};
    const struct lessons_of all = {.route = l->route, .store = l->wish->store};
    struct filling filling = {&learner, l->since};
    learner_init(&learner);
    buf_init(&model, &alloc_heap, 0);
    enum status s = lessons_each(&all, take, &filling, &l->newest, why);
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
    int64_t fresh = 0;
    struct doubt_found found = {false, 0};
    bool lost = false;
    *changed = false;
    if (!r->small || !r->large)
        return STATUS_OK;
    learned_terms(r, l.terms);
    enum status s = last_read(wish, l.terms, &l.last, why);
    const struct lessons_of since = {r, wish->store, l.last.newest};
    if (s == STATUS_OK)
        s = lessons_count(&since, &fresh, why);
    if (s == STATUS_OK && l.last.certified && l.last.parts.whole > 0)
        s = is_broken(wish, &l.last, &found, why);
    if (wish->now || (l.last.certified && fresh >= LOST_LEAST))
        lost = is_lost(wish, &l.last);
    if (s != STATUS_OK || (!found.broken && !lost && !is_due(wish, &l.last, fresh)))
        return s;
    l.broken = found.broken;
    l.since = found.broken ? found.since : l.last.since;
    l.before = found.broken ? "revoked: the newest pairs lose more than was promised; " : "";
    s = look_now(&l, why);
    *changed = s == STATUS_OK;
    return s;
}
