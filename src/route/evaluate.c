// SPDX-License-Identifier: Apache-2.0

#include "route/evaluate.h"

#include "base/alloc.h"

// What a row's score is.
typedef float score_f(const struct model *m, const struct row *row);

static float by_model(const struct model *m, const struct row *row)
{
    struct traits t;
    row_traits(row, &t);
    return model_gain(m, &t, row->pair);
}

static float by_answer(const struct model *m, const struct row *row)
{
    return model_gain_after(m, by_model(m, row), &row->reply);
}

static float by_length(const struct model *m, const struct row *row)
{
    (void)m;
    return row->value[TRAIT_BYTES];
}

static float by_outcome(const struct model *m, const struct row *row)
{
    (void)m;
    return row->strong - row->weak;
}

struct scoring {
    const struct model *model;
    const struct rows *rows;
    struct judged *outcomes;
    double ratio;
};

// The outcomes with these scores, of the rows that count.
static size_t score(const struct scoring *s, score_f *of, bool answered)
{
    size_t count = 0;
    for (size_t i = 0; i < s->rows->count; i++) {
        const struct row *row = &s->rows->at[i];
        if (row->answered || !answered)
            s->outcomes[count++] = (struct judged){of(s->model, row), row->weak, row->strong};
    }
    return count;
}

static void measure(const struct scoring *s, struct evaluation *out)
{
    size_t count = score(s, by_model, false);
    for (size_t i = 0; i < count; i++) {
        out->weak += (double)s->outcomes[i].weak / (double)count;
        out->strong += (double)s->outcomes[i].strong / (double)count;
    }
    curve_at(s->outcomes, count, out->threshold, &out->routed);
    curve_of_chance(s->outcomes, count, s->ratio, &out->chance);
    curve_of(s->outcomes, count, s->ratio, false, &out->model);
    curve_of(s->outcomes, score(s, by_length, false), s->ratio, false, &out->length);
    curve_of(s->outcomes, score(s, by_outcome, false), s->ratio, false, &out->oracle);
    size_t answered = score(s, by_answer, true);
    *(s->model->head->after ? &out->answered : &out->untold) = answered;
    if (out->answered) {
        curve_at(s->outcomes, out->answered, out->threshold_after, &out->kept);
        curve_of(s->outcomes, out->answered, s->ratio, true, &out->cascade);
    }
}

enum status evaluate(const struct model *m, const struct rows *rows,
                     const struct evaluate_wishes *w, struct evaluation *out, struct why *why)
{
    struct scoring s = {.model = m, .rows = rows, .ratio = w->ratio};
    if (rows->count == 0)
        return why_set(why, STATUS_RANGE, "there are no rows to measure it on");
    s.outcomes = alloc_get(&alloc_heap, rows->count * sizeof *s.outcomes);
    if (!s.outcomes)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    *out = (struct evaluation){.rows = rows->count};
    out->threshold = w->threshold ? w->at : (double)m->head->threshold;
    out->threshold_after = w->threshold ? w->at : (double)m->head->threshold_after;
    measure(&s, out);
    alloc_free(&alloc_heap, s.outcomes);
    return STATUS_OK;
}
