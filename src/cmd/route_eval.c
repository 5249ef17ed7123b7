// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "base/json_out.h"
#include "cmd/route.h"
#include "cmd/table.h"
#include "route/evaluate.h"

#define RATIO 0.01 // price of a small call against a large one, where nobody says it

static void curve_json(struct json_out *o, const struct curve *c)
{
    route_json(o, "apgr", c->apgr);
    route_json(o, "cpt50", c->cpt50);
    route_json(o, "cpt80", c->cpt80);
    route_json(o, "save95", c->save95);
    route_json(o, "save99", c->save99);
}

static void named_json(struct json_out *o, const char *name, const struct curve *c)
{
    json_out_begin(o, name, '{');
    curve_json(o, c);
    json_out_end(o, '}');
}

static void print_json(const struct evaluation *e, const char *note)
{
    struct buf b;
    struct json_out o = {&b, true};
    buf_init(&b, &alloc_heap, 0);
    json_out_begin(&o, NULL, '{');
    json_out_number(&o, "rows", (int64_t)e->rows);
    route_json(&o, "weak", e->weak);
    route_json(&o, "strong", e->strong);
    curve_json(&o, &e->model);
    route_json_threshold(&o, "threshold", e->threshold);
    route_json_to(&o, "loss", e->routed.loss, SHARE_UP);
    route_json_to(&o, "share_weak", e->routed.share_weak, SHARE_DOWN);
    named_json(&o, "random", &e->chance);
    named_json(&o, "length", &e->length);
    named_json(&o, "oracle", &e->oracle);
    if (e->answered) {
        json_out_begin(&o, "cascade", '{');
        json_out_number(&o, "rows", (int64_t)e->answered);
        curve_json(&o, &e->cascade);
        route_json_threshold(&o, "threshold", e->threshold_after);
        route_json_to(&o, "loss", e->kept.loss, SHARE_UP);
        route_json_to(&o, "share_weak", e->kept.share_weak, SHARE_DOWN);
        json_out_end(&o, '}');
    } else {
        json_out_null(&o, "cascade");
    }
    route_json_note(&o, note);
    json_out_end(&o, '}');
    puts(buf_cstr(&b));
    buf_fini(&b);
}

static void add_row(struct libscols_table *table, const char *name, const struct curve *c)
{
    struct libscols_line *line = table_line(table);
    const double shares[] = {c->cpt50, c->cpt80, c->save95, c->save99};
    char text[32];
    table_cell(line, 0, str_of(name));
    snprintf(text, sizeof text, "%.3f", c->apgr);
    table_cell(line, 1, str_of(text));
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        snprintf(text, sizeof text, "%.1f %%", 100 * shares[i]);
        table_cell(line, 2 + i, str_of(text));
    }
}

static void print_at(const char *what, double threshold, const struct at_threshold *at)
{
    char at_most[32] = "none", small[SHARE_TEXT], lost[SHARE_TEXT];
    if (threshold > (double)MODEL_NOTHING)
        snprintf(at_most, sizeof at_most, "%.4f", threshold);
    printf("%s %s: %s to the small model, loss %s\n", what, at_most,
           share_percent(at->share_weak, 1, SHARE_DOWN, small),
           share_percent(at->loss, 2, SHARE_UP, lost));
}

static void print_text(const struct evaluation *e, double ratio)
{
    static const char *const columns[] = {"", "APGR", "CPT 50", "CPT 80", "SAVES AT 95", "AT 99"};
    struct libscols_table *table = table_new();
    printf("%zu rows; quality: small %.3f, large %.3f; a small call costs %g of a large one\n\n",
           e->rows, e->weak, e->strong, ratio);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        table_column(table, columns[i], i > 0);
    add_row(table, "model", &e->model);
    add_row(table, "chance", &e->chance);
    add_row(table, "length", &e->length);
    add_row(table, "oracle", &e->oracle);
    if (e->answered)
        add_row(table, "cascade", &e->cascade);
    table_print(table);
    putchar('\n');
    print_at("model, threshold", e->threshold, &e->routed);
    if (e->answered) {
        print_at("cascade, threshold", e->threshold_after, &e->kept);
        printf("(the cascade: of the %zu rows with an answer of the small model)\n", e->answered);
    } else if (e->untold) {
        printf("(no cascade: %zu rows have an answer of the small model, but the model has learned "
               "from none)\n",
               e->untold);
    }
}

static int measure(const struct cli *cli, const struct route_wishes *w,
                   const struct evaluate_wishes *wishes)
{
    struct model model;
    struct evaluation e;
    struct rows rows;
    struct why why;
    if (route_model(w, &model) != EXIT_OK)
        return EXIT_FAILED;
    int code = route_read(w, &rows);
    const size_t seen = code == EXIT_OK ? route_seen(&model, &rows) : 0;
    const char *note = code == EXIT_OK ? route_untold(&model) : NULL;
    if (seen)
        command_print(stderr,
                      "%zu of the %zu rows are ones that the model was trained on: they flatter "
                      "it.\n",
                      seen, rows.count);
    if (code == EXIT_OK && evaluate(&model, &rows, wishes, &e, &why) != STATUS_OK)
        code = command_failed("%s", why.text);
    if (code == EXIT_OK && cli->json)
        print_json(&e, note);
    else if (code == EXIT_OK)
        print_text(&e, wishes->ratio);
    rows_fini(&rows);
    model_close(&model);
    return code;
}

int route_eval(const struct cli *cli, const struct route_wishes *w)
{
    struct evaluate_wishes wishes = {.ratio = RATIO, .threshold = w->threshold};
    if (!w->model)
        return command_usage(&cmd_route, "eval: of which model? --model MODEL");
    int code = route_number("threshold", w->threshold, -1e6, 1e6, &wishes.at);
    if (code == EXIT_OK)
        code = route_number("ratio", w->ratio, 0, 1, &wishes.ratio);
    return code == EXIT_OK ? measure(cli, w, &wishes) : code;
}
