// SPDX-License-Identifier: Apache-2.0

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/route.h"
#include "route/prior.h"

#define PPM_PLACES 6

static int read_file(const char *path, struct rows *out)
{
    struct buf text;
    struct why why;
    struct str line;
    int code = EXIT_OK;
    buf_init(&text, &alloc_heap, ROWS_FILE_MAX);
    enum status s = strcmp(path, "-") == 0 ? file_read_from(STDIN_FILENO, path, &text, &why)
                                           : file_read(path, FILE_ANY, &text, &why);
    if (s != STATUS_OK)
        code = command_failed("%s", why.text);
    struct str rest = buf_str(&text);
    for (size_t n = 1; code == EXIT_OK && str_cut(&rest, '\n', &line); n++) {
        if (rows_add(out, line, &why) != STATUS_OK)
            code = command_failed("%s:%zu: %s", path, n, why.text);
    }
    buf_fini(&text);
    return code;
}

const char *route_data(const struct route_wishes *w, size_t i)
{
    size_t count = w->file_count > 0 ? (size_t)w->file_count : 0;
    return i < w->data.count           ? w->data.at[i]
           : i - w->data.count < count ? w->files[i - w->data.count]
                                       : NULL;
}

int route_read(const struct route_wishes *w, struct rows *out)
{
    int code = EXIT_OK;
    const char *path;
    rows_init(out);
    for (size_t i = 0; code == EXIT_OK && (path = route_data(w, i)); i++)
        code = read_file(path, out);
    if (code == EXIT_OK && !rows_part(out))
        code = command_failed("out of memory");
    return code;
}

size_t route_seen(const struct model *m, const struct rows *rows)
{
    size_t seen = 0;
    for (size_t i = 0; i < rows->count; i++)
        seen += model_has_text(m, rows->at[i].text);
    return seen;
}

const char *route_untold(const struct model *m)
{
    struct model prior;
    if (m->head->texts > 0)
        return NULL;
    prior_open(&prior);
    const char *note =
        m->head->check == prior.head->check
            ? "the shipped model keeps no marks of its rows, so it cannot be told whether it was "
              "trained on some of these rows. It has learned from MMLU, GSM8K and MT-Bench "
              "(Mixtral-8x7B and GPT-4), MMLU-Pro (Llama-3.1 8B and 70B) and 14 tasks (Llama-3.1 "
              "8B and Nemotron 51B), which doc/router.md names: rows of those prove nothing of it"
            : "this model keeps no marks of its rows (one of --structure, or of a route's own "
              "pairs), so it cannot be told whether it was trained on some of these rows: such "
              "ones prove nothing";
    command_print(stderr, "%s.\n", note);
    return note;
}

int route_model(const struct route_wishes *w, struct model *out)
{
    struct why why;
    if (strcmp(w->model, "shipped") == 0)
        prior_open(out);
    else if (model_open(w->model, out, &why) != STATUS_OK)
        return command_failed("%s", why.text);
    return EXIT_OK;
}

void route_json(struct json_out *o, const char *name, double value)
{
    json_out_name(o, name);
    buf_printf(o->buf, "%.6f", value);
}

void route_json_to(struct json_out *o, const char *name, double share, enum share_to to)
{
    json_out_name(o, name);
    decimal_write(o->buf, share_steps(share, SHARE_PPM, to), PPM_PLACES, PPM_PLACES);
}

void route_json_threshold(struct json_out *o, const char *name, double value)
{
    if (value > (double)MODEL_NOTHING)
        route_json(o, name, value);
    else
        json_out_null(o, name);
}

void route_json_note(struct json_out *o, const char *note)
{
    if (note)
        json_out_text(o, "note", str_of(note));
    else
        json_out_null(o, "note");
}

bool route_share(struct str text, double *out)
{
    char copy[64], *end;
    if (text.len == 0 || !str_copy(text, copy, sizeof copy))
        return false;
    double n = strtod(copy, &end);
    if (*end == '%') {
        n /= 100;
        end++;
    }
    if (*end || !(n >= -1 && n <= 1))
        return false;
    *out = n;
    return true;
}

int route_number(const char *name, const char *text, double least, double most, double *out)
{
    char *end;
    if (!text)
        return EXIT_OK;
    double n = strtod(text, &end);
    if (end == text || *end || !(n >= least && n <= most))
        return command_usage(&cmd_route, "--%s: `%s` is no number from %g to %g", name, text, least,
                             most);
    *out = n;
    return EXIT_OK;
}
