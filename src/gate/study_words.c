// SPDX-License-Identifier: Apache-2.0

#include "gate/study_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "route/share.h"

#define AND_THEN "; "

const char study_broken[] = "revoked: the newest pairs lose more than was promised" AND_THEN;
const char study_rated_down[] =
    "revoked: its pairs, as they were rated since, do not prove it" AND_THEN;
const char study_unproved[] = "lost: its pairs, as they are now, do not prove it" AND_THEN;
const char study_ended[] = STUDY_ENDED AND_THEN;

const char *study_end(struct str note)
{
    static const char *const all[] = {study_broken, study_rated_down, study_unproved, study_ended};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_starts(note, str_of(all[i])))
            return all[i];
    return "";
}

struct str study_fell(struct str note, struct str *rest)
{
    const size_t begin = strlen(study_end(note));
    *rest = str_skip(note, begin);
    return str_from(note.ptr, begin ? begin - strlen(AND_THEN) : 0);
}

// Where pairs belong together.
static void note_units(const struct outlooks *f, struct buf *b)
{
    if (f->route.units + f->unjudged < f->route.pairs)
        buf_printf(b,
                   ", which prove no more than %zu that belong to no other ones would (those of "
                   "a conversation or prompt prove what one does)",
                   f->route.units);
}

// Some belong together, and as many may come again.
static void note_largest(const struct study_words *w, const struct outlooks *f, struct buf *b)
{
    if (f->largest > 1 && f->route.needs != learner_proof_least(&w->promise, w->time))
        buf_printf(
            b,
            "; %zu pairs belong to one conversation or prompt, and as many of other ones may "
            "come, which are taken to be lost: that needs more other calls",
            f->largest);
}

// Why nothing was tested: in pairs that prove, which are the half of all.
static void note_few(const struct study_words *w, const struct outlooks *f, const char *measured,
                     struct buf *b)
{
    buf_printf(b, "%s%zu of its pairs are proof", w->before, f->route.pairs);
    note_units(f, b);
    buf_printf(b, "; a promise of %g %% needs %zu at least that are", 100 * w->promise.loss,
               learner_proof_least(&w->promise, w->time));
    if (f->unjudged)
        buf_printf(b, " and were judged: %zu were not", f->unjudged);
    note_largest(w, f, b);
    if (learner_proof_least(&w->promise, w->time) > LEARNER_PAIRS_MOST / 2)
        buf_printf(b, "; never more than %d are proof: allow a larger `max_loss`",
                   LEARNER_PAIRS_MOST / 2);
    buf_add_cstr(b, measured);
}

static void note_measured(const struct study_words *w, const struct outlooks *f, char *out,
                          size_t size)
{
    char lost[SHARE_TEXT];
    out[0] = '\0';
    if (f->hopeless)
        (void)snprintf(out, size,
                       "; the large side's quality is 0 in all %zu pairs that prove: of no share "
                       "can be told what it loses of that",
                       f->route.pairs);
    else if (f->route.pairs && f->learned && !f->route.measured.holds)
        (void)snprintf(
            out, size,
            "; measured: no share loses less than %g %% where the next call is lost, too, so the "
            "large side answers (in %zu pairs that prove all calls to the small one lose %s)",
            100 * w->promise.loss, f->route.pairs, share_percent(f->small.loss, 1, SHARE_UP, lost));
}

static void note_judge(const struct study_words *w, const struct outlooks *f, struct buf *b)
{
    buf_printf(b,
               "%scannot certify: the judge contradicted itself in %zu of %zu verdicts on pairs "
               "that prove (%.0f %%) and preferred an answer in %zu: one who only looks at which "
               "answer stands first does no worse (a third is the most, and from %g %% on as many "
               "as it preferred one). Name another `judge`, ask for answers in a form that can be "
               "checked (JSON, a schema), or rate answers (feedback)",
               w->before, f->contradicted, f->ruled,
               100 * (double)f->contradicted / (double)f->ruled, f->preferred,
               fmin(100.0 / LEARNER_CONTRADICTED_SOME, 50 * w->promise.loss));
}

void study_note(const struct study_words *w, const struct outlooks *f, char *out, size_t size)
{
    char measured[240];
    struct buf b;
    buf_fixed(&b, out, size - 1);
    note_measured(w, f, measured, sizeof measured);
    if (f->route.certified.holds && w->fell)
        buf_printf(&b, "the certificate before this one was revoked: %s",
                   w->broken ? "the newest pairs of then lost more than was promised"
                             : "its pairs, as they were rated since, did not prove it");
    else if (f->route.certified.holds)
        buf_clear(&b);
    else if (f->doubtful)
        note_judge(w, f, &b);
    else if (!f->tested)
        note_few(w, f, measured, &b);
    else
        buf_printf(&b,
                   "%sthe pairs do not prove that any share can go to the small side at a loss of "
                   "%g %%: more of them, a larger max_loss, or a better small model",
                   w->before, 100 * w->promise.loss);
    if (f->tested && !f->doubtful && !f->route.certified.holds) {
        if (f->unjudged)
            buf_printf(&b, "; %zu of %zu pairs that prove were not judged, and count as lost",
                       f->unjudged, f->route.pairs);
        note_units(f, &b);
        buf_add_cstr(&b, measured);
    }
    out[buf_str(&b).len] = '\0';
}

void study_say(const struct study_words *w, const struct outlooks *f)
{
    const struct certificate *c = &f->route.certified;
    char small[SHARE_TEXT];
    if (w->fell)
        log_say(LOG_WARN, "route %.*s: its certificate is %.*s", STR_ARG(w->route),
                (int)strcspn(w->before, ";"), w->before);
    if (c->holds)
        log_say(LOG_INFO,
                "route %.*s: certified: %s to the small side at a loss of at most %g %% (%zu "
                "pairs)",
                STR_ARG(w->route), share_percent(c->share, 1, SHARE_DOWN, small),
                100 * w->promise.loss, f->pairs);
    else
        log_say(w->certified ? LOG_WARN : LOG_INFO, "route %.*s: no certificate%s (%zu pairs)",
                STR_ARG(w->route), w->certified ? " any more" : "", f->pairs);
}
