// SPDX-License-Identifier: Apache-2.0
//
// The promise on real rows: how much of the traffic a certificate gives to the small model, and how
// often it is broken; and what is only measured, how much it gives, loses, and says that it loses.
// A model learns from one half of the rows; from the other one pairs are drawn, 200 times, and what
// comes of them is tried on all of that half.
//
//   build/bench-promise ROWS.jsonl [PAIRS] [LOSS] [HALVES]

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/random.h"
#include "route/certificate.h"
#include "route/estimate.h"
#include "route/model.h"
#include "route/train.h"

enum { DRAWS = 200 };

static struct rows all, learned, rest;
static struct evidence *scored, *drawn;

static void read_rows(const char *path)
{
    struct buf text;
    struct why why;
    struct str line;
    buf_init(&text, &alloc_heap, ROWS_FILE_MAX);
    rows_init(&all);
    if (file_read(path, FILE_ANY, &text, &why) != STATUS_OK)
        exit((fprintf(stderr, "%s\n", why.text), 1));
    for (struct str left = buf_str(&text); str_cut(&left, '\n', &line);) {
        if (rows_add(&all, line, &why) != STATUS_OK)
            exit((fprintf(stderr, "%s\n", why.text), 1));
    }
    buf_fini(&text);
}

// The rows stay those of `all`, whose grams they borrow.
static void halve(struct dice *d)
{
    for (size_t i = all.count; i > 1; i--) {
        size_t k = (size_t)dice_below(d, i);
        struct row one = all.at[k];
        all.at[k] = all.at[i - 1];
        all.at[i - 1] = one;
    }
    learned = (struct rows){.at = all.at, .count = all.count / 2};
    rest = (struct rows){.at = all.at + learned.count, .count = all.count - learned.count};
}

static void score_rest(void)
{
    static struct traits t;
    struct buf file;
    struct model model;
    struct why why;
    buf_init(&file, &alloc_heap, 0);
    struct train_wishes wishes = {.prior = NULL};
    if (train(&learned, &wishes, &file, &why) != STATUS_OK ||
        model_view(buf_str(&file), "it", &model, &why) != STATUS_OK)
        exit((fprintf(stderr, "%s\n", why.text), 1));
    for (size_t i = 0; i < rest.count; i++) {
        row_traits(&rest.at[i], &t);
        scored[i] = (struct evidence){model_gain(&model, &t, rest.at[i].pair), rest.at[i].weak,
                                      rest.at[i].strong, 1, .unjudged = false};
    }
    model_close(&model);
    buf_fini(&file);
}

// Of all draws.
struct tally {
    double shares[DRAWS], losses[DRAWS], told[DRAWS];
    unsigned draws, broken;
};

static void add(struct tally *t, const struct certificate *c, double most)
{
    struct certificate truth;
    certificate_at(scored, rest.count, c->threshold, &truth);
    t->shares[t->draws] = truth.share;
    t->losses[t->draws] = truth.loss;
    t->told[t->draws++] = c->loss;
    t->broken += truth.loss > most;
}

static double mean(const double *of, unsigned count)
{
    double sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += of[i];
    return sum / count;
}

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(struct tally *certified, struct tally *measured, size_t pairs, double most)
{
    const unsigned n = certified->draws;
    printf("promise: %zu pairs, loss at most %g: %.1f %% to the small model, broken in %u of %u\n",
           pairs, most, 100 * mean(certified->shares, n), certified->broken, n);
    qsort(measured->losses, n, sizeof measured->losses[0], by_number);
    printf("measured: %.1f %% to the small model, loss %.2f %% (in 8 of 10 draws %.2f to %.2f), "
           "told %.2f %%\n",
           100 * mean(measured->shares, n), 100 * mean(measured->losses, n),
           100 * measured->losses[n / 10], 100 * measured->losses[n - 1 - n / 10],
           100 * mean(measured->told, n));
}

int main(int argc, char **argv)
{
    static struct tally certified, measured;
    if (argc < 2)
        return printf("promise: skipped: no rows were given\n") < 0;
    size_t pairs = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    const struct promise promise = {argc > 3 ? strtod(argv[3], NULL) : 0.05, 0.05};
    const struct promise first = promise_at(&promise, 1);
    unsigned long halves = argc > 4 ? strtoul(argv[4], NULL, 10) : 10;
    struct dice d;
    dice_init(&d, 1);
    read_rows(argv[1]);
    scored = calloc(all.count, sizeof *scored);
    drawn = calloc(pairs, sizeof *drawn);
    for (unsigned long h = 0; h < halves; h++) {
        halve(&d);
        score_rest();
        for (unsigned i = 0; i < DRAWS / halves; i++) {
            struct certificate c;
            for (size_t k = 0; k < pairs; k++)
                drawn[k] = scored[dice_below(&d, rest.count)];
            certificate_test(drawn, pairs, &first, &c);
            add(&certified, &c, promise.loss);
            estimate_find(drawn, pairs, promise.loss, &c);
            add(&measured, &c, promise.loss);
        }
    }
    tell(&certified, &measured, pairs, promise.loss);
    rows_fini(&all);
    free(scored);
    free(drawn);
    return 0;
}
