// SPDX-License-Identifier: Apache-2.0
//
// route train - learns a model from rows and writes its file in the place of the old one, which a
// program may have mapped.

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_out.h"
#include "cmd/route.h"
#include "route/prior.h"
#include "route/train.h"

// A model never takes the place of the rows that it is learned from, whatever their names are.
static int check_out(const struct route_wishes *w)
{
    struct stat out, in;
    const char *path;
    if (stat(w->out, &out) != 0)
        return EXIT_OK;
    if (!S_ISREG(out.st_mode))
        return command_failed("%s: it is no file", w->out);
    for (size_t i = 0; (path = route_data(w, i)); i++) {
        bool there = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &in) == 0 : stat(path, &in) == 0;
        if (there && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
            return command_usage(&cmd_route, "train: --out %s is a file of --data, too", w->out);
    }
    return EXIT_OK;
}

static int write_model(const char *path, struct str bytes)
{
    struct why why;
    enum status s = file_replace(path, FILE_ANY, bytes, &why);
    return s == STATUS_OK ? EXIT_OK : command_failed("%s", why.text);
}

// What a person wants to know of a part: its share, where it has one.
static void print_parts(const struct model_head *h)
{
    static const char *const names[PART_COUNT] = {"words", "structure", "task", "models", "prior"};
    const char *join = "  made of        ";
    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (h->share[i] <= 0)
            continue;
        printf("%s%s x %.2f", join, names[i], (double)h->share[i]);
        join = ", ";
    }
    putchar('\n');
}

static void print_text(const struct model *m, const char *path)
{
    const struct model_head *h = m->head;
    must(h);
    printf("%s: a model of %llu rows, %llu bytes\n", path, (unsigned long long)h->rows,
           (unsigned long long)h->bytes);
    printf("  quality        small %.3f, large %.3f\n", (double)h->weak, (double)h->strong);
    print_parts(h);
    if (h->threshold <= MODEL_NOTHING)
        puts("  threshold      none: so few rows do not show of any share of the calls that the "
             "small model\n                 would keep 95 % of the quality; all go to the large "
             "one");
    else
        printf(
            "  threshold      %.4f keeps 95 %% of the large model's quality, by rows that were not "
            "seen\n",
            (double)h->threshold);
    if (h->after && h->threshold_after <= MODEL_NOTHING)
        puts("  after answer   none: all answers of the small model are escalated");
    else if (h->after)
        printf("  after answer   %.4f, where the small model is asked first\n",
               (double)h->threshold_after);
    puts("An estimate, no promise: `costlens route eval` measures it on other rows.");
}

static void print_json(const struct model *m, const char *path)
{
    const struct model_head *h = m->head;
    must(h);
    struct buf b;
    struct json_out o = {&b, true};
    buf_init(&b, &alloc_heap, 0);
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "model", str_of(path));
    json_out_number(&o, "rows", (int64_t)h->rows);
    json_out_number(&o, "bytes", (int64_t)h->bytes);
    route_json(&o, "weak", (double)h->weak);
    route_json(&o, "strong", (double)h->strong);
    route_json_threshold(&o, "threshold", (double)h->threshold);
    if (h->after)
        route_json_threshold(&o, "threshold_after", (double)h->threshold_after);
    json_out_end(&o, '}');
    puts(buf_cstr(&b));
    buf_fini(&b);
}

static int learn(const struct cli *cli, const struct route_wishes *w, const struct rows *rows)
{
    struct model prior = {0}, made = {0};
    struct train_wishes wishes = {.structure = w->structure};
    struct buf file;
    struct why why;
    int code = EXIT_OK;
    if (!w->prior || strcmp(w->prior, "shipped") == 0) {
        prior_open(&prior);
        wishes.prior = w->structure ? NULL : &prior;
    }
    buf_init(&file, &alloc_heap, 0);
    if (train(rows, &wishes, &file, &why) != STATUS_OK ||
        model_view(buf_str(&file), w->out, &made, &why) != STATUS_OK)
        code = command_failed("%s", why.text);
    else
        code = write_model(w->out, buf_str(&file));
    if (code == EXIT_OK && cli->json)
        print_json(&made, w->out);
    else if (code == EXIT_OK)
        print_text(&made, w->out);
    buf_fini(&file);
    return code;
}

int route_train(const struct cli *cli, const struct route_wishes *w)
{
    struct rows rows;
    if (!w->out)
        return command_usage(&cmd_route, "train: into which file? --out MODEL");
    if (w->prior && strcmp(w->prior, "none") != 0 && strcmp(w->prior, "shipped") != 0)
        return command_usage(&cmd_route, "--prior: `%s` is neither `none` nor `shipped`", w->prior);
    int code = check_out(w);
    if (code != EXIT_OK)
        return code;
    code = route_read(w, &rows);
    if (code == EXIT_OK)
        code = learn(cli, w, &rows);
    rows_fini(&rows);
    return code;
}
