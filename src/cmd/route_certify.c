// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "cmd/route.h"
#include "route/certificate.h"
#include "route/model.h"

#define LOSS       0.05
#define CONFIDENCE 0.95

static int read_share(const char *name, const char *text, double *out)
{
    if (!text)
        return EXIT_OK;
    double n = 0;
    if (!route_share(str_of(text), &n) || !(n > 0 && n < 1))
        return command_usage(&cmd_route, "--%s: `%s` is no share between 0 and 1: 0.05, or 5%%",
                             name, text);
    *out = n;
    return EXIT_OK;
}

static int by_group(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// In rising order; 0 where a row is of none, or `seen` is there and the model has not.
static uint64_t *groups_of(const struct rows *rows, const struct model *seen)
{
    uint64_t *groups = alloc_must((rows->count + 1) * sizeof *groups);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->at[i];
        groups[i] = !seen || model_has_text(seen, r->text) ? r->group : 0;
    }
    qsort(groups, rows->count, sizeof *groups, by_group);
    return groups;
}

// That belong to another one.
static size_t count_together(const struct rows *rows)
{
    uint64_t *groups = groups_of(rows, NULL);
    size_t together = 0;
    for (size_t i = 1; i < rows->count; i++)
        together += groups[i] != 0 && groups[i] == groups[i - 1];
    heap_free(groups);
    return together;
}

// With those that belong to them.
static void drop_seen(const struct model *model, struct rows *rows)
{
    uint64_t *seen = groups_of(rows, model);
    const size_t count = rows->count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct row *r = &rows->at[i];
        const bool known = r->group
                               ? bsearch(&r->group, seen, count, sizeof *seen, by_group) != NULL
                               : model_has_text(model, r->text);
        if (!known)
            rows->at[kept++] = *r;
    }
    rows->count = kept;
    heap_free(seen);
}

// Rows that the model was trained on are left out, and told. EXIT_OK; else said.
static int leave_out(const struct model *model, struct rows *rows)
{
    const size_t seen = route_seen(model, rows);
    if ((seen && seen == rows->count) ||
        (model->head->learned && model->head->learned == rows_mark(rows)))
        return command_failed("the model was trained on these rows: what it has learned by heart "
                              "proves nothing. Give it rows that it has not seen");
    if (model->head->texts == MODEL_TEXTS_MAX && // it has learned from more
        seen > model_texts_by_chance(model, rows->count))
        return command_failed("the model was trained on %zu of the %zu rows, and perhaps on more: "
                              "of so many it does not know all. Give it rows that it has not seen",
                              seen, rows->count);
    const size_t given = rows->count;
    drop_seen(model, rows);
    if (rows->count < given)
        command_print(stderr,
                      "%zu of the %zu rows are left out: the model was trained on them, or on what "
                      "they belong to, and what it has learned by heart proves nothing.\n",
                      given - rows->count, given);
    return EXIT_OK;
}

// EXIT_OK; else said.
static int check_rows(const struct model *model, struct rows *rows)
{
    if (rows->count == 0)
        return command_failed("there are no rows to prove it by");
    int code = leave_out(model, rows);
    if (code != EXIT_OK)
        return code;
    const size_t together = count_together(rows);
    if (together)
        command_print(stderr,
                      "%zu of the %zu rows belong to another one (the same prompt, a turn of the "
                      "same conversation):\ntogether they prove what one does.\n",
                      together, rows->count);
    return EXIT_OK;
}

// What the model says of each row: pairs, from the heap.
static struct evidence *weigh(const struct model *model, const struct rows *rows)
{
    struct evidence *pairs = alloc_must((rows->count + 1) * sizeof *pairs);
    struct traits *t = alloc_must(sizeof *t);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->at[i];
        row_traits(row, t);
        pairs[i] = (struct evidence){.score = model_gain(model, t, row->pair),
                                     .weak = row->weak,
                                     .strong = row->strong,
                                     .weight = 1,
                                     .group = row->group};
    }
    heap_free(t);
    return pairs;
}

struct result {
    struct certificate certificate;
    struct promise promise;
    double loss_upper;
    size_t pairs, left_out;
    const char *note; // NULL: there is none
};

static void print_json(const struct result *r)
{
    struct buf b;
    struct json_out o = {&b, true};
    buf_init(&b, &alloc_heap, 0);
    json_out_begin(&o, NULL, '{');
    json_out_flag(&o, "certified", r->certificate.holds);
    if (r->certificate.holds)
        route_json_to(&o, "threshold", r->certificate.threshold, SHARE_DOWN);
    else
        json_out_null(&o, "threshold");
    route_json_to(&o, "share_weak", r->certificate.holds ? r->certificate.share : 0, SHARE_DOWN);
    json_out_number(&o, "pairs", (int64_t)r->pairs);
    json_out_number(&o, "left_out", (int64_t)r->left_out);
    route_json(&o, "max_loss", r->promise.loss);
    route_json(&o, "confidence", 1 - r->promise.risk);
    if (r->certificate.holds) {
        route_json_to(&o, "loss", r->certificate.loss, SHARE_UP);
        route_json_to(&o, "loss_upper", r->loss_upper, SHARE_UP);
    }
    route_json_note(&o, r->note);
    json_out_end(&o, '}');
    puts(buf_cstr(&b));
    buf_fini(&b);
}

static void print_text(const struct result *r)
{
    const struct certificate *c = &r->certificate;
    char small[SHARE_TEXT], lost[SHARE_TEXT], most[SHARE_TEXT];
    double loss = 100 * r->promise.loss, confidence = 100 * (1 - r->promise.risk);
    if (!c->holds) {
        printf("not certified: %zu pairs do not prove, with %.10g %% confidence, that any share of "
               "the calls\ncan go to the small model at a loss of at most %g %%. More pairs, a "
               "larger loss, or a better\nsmall model would.\n",
               r->pairs, confidence, loss);
        return;
    }
    printf("certified: threshold %.8g; %s of the calls go to the small model, at a loss of "
           "at most\n%g %% of the large model's quality, with %.10g %% confidence (%zu pairs; in "
           "them the loss is\n%s, by estimate no more than %s).\n",
           (double)share_steps(c->threshold, SHARE_PPM, SHARE_DOWN) / SHARE_PPM,
           share_percent(c->share, 1, SHARE_DOWN, small), loss, confidence, r->pairs,
           share_percent(c->loss, 2, SHARE_UP, lost),
           share_percent(r->loss_upper, 1, SHARE_UP, most));
}

static int certify(const struct cli *cli, const struct route_wishes *w, struct result *r)
{
    const struct promise first = promise_at(&r->promise, 1); // of those rows and later ones
    struct model model;
    struct rows rows;
    if (route_model(w, &model) != EXIT_OK)
        return EXIT_FAILED;
    int code = route_read(w, &rows);
    const size_t given = rows.count;
    if (code == EXIT_OK) {
        r->note = route_untold(&model);
        code = check_rows(&model, &rows);
    }
    if (code == EXIT_OK) {
        struct evidence *pairs = weigh(&model, &rows);
        r->pairs = rows.count;
        r->left_out = given - rows.count;
        certificate_test(pairs, rows.count, &first, &r->certificate);
        if (r->certificate.holds)
            r->loss_upper = certificate_promised_upper(pairs, rows.count, &r->certificate, &first);
        heap_free(pairs);
        (cli->json ? print_json : print_text)(r);
    }
    rows_fini(&rows);
    model_close(&model);
    return code;
}

int route_certify(const struct cli *cli, const struct route_wishes *w)
{
    struct result r = {.promise = {.loss = LOSS}};
    double confidence = CONFIDENCE;
    if (!w->model)
        return command_usage(&cmd_route, "certify: which model? --model MODEL");
    int code = read_share("loss", w->loss, &r.promise.loss);
    if (code == EXIT_OK)
        code = read_share("confidence", w->confidence, &confidence);
    r.promise.risk = 1 - confidence;
    return code == EXIT_OK ? certify(cli, w, &r) : code;
}
