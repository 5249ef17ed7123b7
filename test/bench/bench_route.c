// SPDX-License-Identifier: Apache-2.0
//
// bench_route - the router's quality on rows that were judged:
//
//   bench-route [--splits N] [--ratio R] [--prior FILE] [--task] [--agree MODEL] FILE.jsonl...
//
// Of each file, N (10) random halves are learned from and the other halves measured: of the whole
// half and of each `bench` in it (of 200 rows or more), means and standard deviations, beside
// length alone. With --task a row's `bench` is its task; with --agree its `preds` of that model are
// compared with `weak_pred`. The cascade is that of the rows that have an answer of the small model
// (`weak_resp`).

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/json.h"
#include "route/evaluate.h"
#include "route/train.h"

#define GROUPS_MAX 64
#define ROWS_LEAST 200

enum figure {
    APGR,
    CPT50,
    CPT80,
    SAVE95,
    SAVE99,
    LENGTH,
    LENGTH95,
    CASCADE,
    ESC95,
    LOSS,
    FIGURE_COUNT
};

struct group {
    char name[64];
    double sum[FIGURE_COUNT], square[FIGURE_COUNT];
    size_t rows, answered;
};

struct data {
    struct rows rows;
    uint8_t *of; // a row's group
    struct group groups[GROUPS_MAX];
    unsigned group_count;
};

static struct {
    unsigned splits;
    double ratio;
    bool task;
    const char *agree; // the small model whose agreement counts
    struct model prior;
} wishes = {.splits = 10, .ratio = .01};
static double train_s;

static double used_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// The line as rows.h has it: with `task` and `agree` where they are wanted.
static void rewrite(struct str line, const struct json_val *v, struct buf *out)
{
    struct str said = json_str(json_get(v, "weak_pred"));
    const struct json_val *preds = json_get(v, "preds");
    buf_clear(out);
    buf_add(out, str_from(line.ptr, line.len - 1)); // without its bracket
    if (wishes.agree && preds) {
        bool same = said.len && str_eq(said, json_str(json_get(preds, wishes.agree)));
        buf_printf(out, ",\"agree\":%d", same);
    }
    if (wishes.task) {
        buf_add_cstr(out, ",\"task\":");
        buf_add_json(out, json_str(json_get(v, "bench")));
    }
    buf_add_char(out, '}');
}

static uint8_t group_of(struct data *d, struct str name)
{
    unsigned i = 0;
    while (i < d->group_count && !str_is(name, d->groups[i].name))
        i++;
    if (i == d->group_count && i < GROUPS_MAX - 1) {
        str_copy_clipped(name, d->groups[i].name, sizeof d->groups[i].name);
        d->group_count++;
    }
    return (uint8_t)i;
}

static void read_data(struct data *d, const char *path)
{
    struct buf text, line;
    struct why why;
    struct str one;
    size_t size = 0;
    buf_init(&text, &alloc_heap, 0);
    buf_init(&line, &alloc_heap, 0);
    *d = (struct data){.group_count = 0};
    rows_init(&d->rows);
    if (file_read(path, FILE_ANY, &text, &why) != STATUS_OK) {
        fprintf(stderr, "%s\n", why.text);
        exit(1);
    }
    struct str rest = buf_str(&text);
    for (size_t n = 1; str_cut(&rest, '\n', &one); n++) {
        struct json *j;
        if (json_open(one, &alloc_heap, &j, &why) == STATUS_OK) {
            rewrite(str_trim(one), json_root(j), &line);
            uint8_t *of = alloc_grow(&alloc_heap, d->of, 1, d->rows.count, &size);
            d->of = of;
            d->of[d->rows.count] = group_of(d, json_str(json_get(json_root(j), "bench")));
            json_close(j);
            if (rows_add(&d->rows, buf_str(&line), &why) == STATUS_OK)
                continue;
        }
        fprintf(stderr, "%s:%zu: %s\n", path, n, why.text);
        exit(1);
    }
    buf_fini(&line);
    buf_fini(&text);
}

static void note(struct group *g, const struct evaluation *e)
{
    double figures[FIGURE_COUNT] = {
        [APGR] = e->model.apgr,        [CPT50] = e->model.cpt50,    [CPT80] = e->model.cpt80,
        [SAVE95] = e->model.save95,    [SAVE99] = e->model.save99,  [LENGTH] = e->length.apgr,
        [LENGTH95] = e->length.save95, [CASCADE] = e->cascade.apgr, [ESC95] = 1 - e->cascade.save95,
        [LOSS] = e->routed.loss,
    };
    for (unsigned i = 0; i < FIGURE_COUNT; i++) {
        g->sum[i] += figures[i];
        g->square[i] += figures[i] * figures[i];
    }
    g->rows = e->rows;
    g->answered = e->answered;
}

// Rows of `d` that are in the other half, of one group or all.
static void pick(const struct data *d, const uint8_t *half, int group, struct rows *out)
{
    out->count = 0;
    for (size_t i = 0; i < d->rows.count; i++) {
        if (half[i] == (group == -2) && (group < 0 || d->of[i] == group))
            out->at[out->count++] = d->rows.at[i];
    }
}

static void split(struct data *d, struct dice *dice)
{
    size_t n = d->rows.count, *order = malloc(n * sizeof *order);
    uint8_t *half = calloc(n, 1);
    struct rows some = {.at = malloc(n * sizeof *some.at)};
    struct buf file;
    struct model m;
    struct why why;
    buf_init(&file, &alloc_heap, 0);
    for (size_t i = 0; i < n; i++) {
        size_t j = dice_below(dice, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (size_t i = 0; i < n / 2; i++)
        half[order[i]] = 1;
    pick(d, half, -2, &some);
    double begin = used_s();
    if (train(&some, &(struct train_wishes){.prior = wishes.prior.head ? &wishes.prior : NULL},
              &file, &why) != STATUS_OK ||
        model_view(buf_str(&file), "it", &m, &why) != STATUS_OK) {
        fprintf(stderr, "%s\n", why.text);
        exit(1);
    }
    train_s += used_s() - begin;
    for (int g = -1; g < (int)d->group_count; g++) {
        struct evaluation e;
        pick(d, half, g, &some);
        if (some.count * 2 >= ROWS_LEAST &&
            evaluate(&m, &some, &(struct evaluate_wishes){.ratio = wishes.ratio}, &e, &why) ==
                STATUS_OK)
            note(&d->groups[g < 0 ? GROUPS_MAX - 1 : g], &e);
    }
    buf_fini(&file);
    free(some.at);
    free(half);
    free(order);
}

static void print(const struct group *g, const char *name, unsigned splits)
{
    static const char *const names[FIGURE_COUNT] = {"apgr",        "cpt50",  "cpt80",    "save95",
                                                    "save99",      "length", "length95", "cascade",
                                                    "escalated95", "loss"};
    if (g->rows == 0)
        return;
    printf("  %-20s %5zu rows ", name, g->rows);
    for (unsigned i = 0; i < FIGURE_COUNT; i++) {
        double mean = g->sum[i] / splits, square = g->square[i] / splits - mean * mean;
        if (g->answered || (i != CASCADE && i != ESC95))
            printf(" %s %.3f±%.3f", names[i], mean, sqrt(square > 0 ? square : 0));
    }
    putchar('\n');
}

static void bench(const char *path)
{
    struct data d;
    struct dice dice;
    read_data(&d, path);
    dice_init(&dice, 1);
    train_s = 0;
    for (unsigned i = 0; i < wishes.splits; i++)
        split(&d, &dice);
    printf("%s%s%s: %u splits, %.2f s to learn from %zu rows\n", path, wishes.agree ? " with " : "",
           wishes.agree ? wishes.agree : "", wishes.splits, train_s / wishes.splits,
           d.rows.count / 2);
    print(&d.groups[GROUPS_MAX - 1], "all", wishes.splits);
    for (unsigned g = 0; g < d.group_count; g++)
        print(&d.groups[g], d.groups[g].name, wishes.splits);
    rows_fini(&d.rows);
    alloc_free(&alloc_heap, d.of);
}

static bool option(const char *name, const char *value)
{
    struct why why;
    if (strcmp(name, "--splits") == 0)
        wishes.splits = (unsigned)strtoul(value, NULL, 10);
    else if (strcmp(name, "--ratio") == 0)
        wishes.ratio = strtod(value, NULL);
    else if (strcmp(name, "--agree") == 0)
        wishes.agree = value;
    else
        return strcmp(name, "--prior") == 0 && model_open(value, &wishes.prior, &why) == STATUS_OK;
    return true;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--task") == 0) {
            wishes.task = true;
        } else if (strncmp(argv[i], "--", 2) != 0) {
            bench(argv[i]);
        } else if (i + 1 == argc || !option(argv[i], argv[i + 1])) {
            fprintf(stderr, "bench-route: %s?\n", argv[i]);
            return 1;
        } else {
            i++;
        }
    }
    return 0;
}
