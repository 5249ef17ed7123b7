// SPDX-License-Identifier: Apache-2.0
//
// route verify - tries verifiers on answers that are known, in the order of the file, as the
// gateway does with those that come: what is usual for a model (logprob) is learned on the way.

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/file.h"
#include "base/json_out.h"
#include "cmd/route.h"
#include "cmd/table.h"
#include "verify/sureness.h"
#include "verify/verify.h"

#define FILE_BYTES_MAX (1024L * MIB)
#define PPM            1000000
#define PPM_PLACES     6
#define KEEP_PPM       900000 // logprob, without a number

// Rows, and how good the answers of both models in them are; not all of them are judged.
struct group {
    int64_t rows;
    int64_t judged;
    int64_t weak_ppm, strong_ppm; // sums over the judged
};

struct trial {
    bool on[VERIFIER_COUNT];
    uint32_t keep_ppm;
    int64_t ratio_ppm;
    struct sureness usual;
    struct group all, kept;
    int64_t seconds; // rows that a second small model is asked of: no other verifier has refused it
    struct group by[VERIFIER_COUNT][VERDICT_BAD + 1];
};

struct tried {
    const struct json_val *json;
    struct json *document;
    struct answer answer, other;
    bool has_other;
    struct asked asked;
    int64_t weak_ppm, strong_ppm;
    bool judged;
};

// --- a row ---

static bool ppm_of(const struct json *j, const struct json_val *v, int64_t *out)
{
    int128 n;
    bool inexact;
    if (json_type(v) == JSON_BOOL)
        n = json_bool(v, false) ? (int128)PPM * PPM * PPM : 0;
    else if (decimal_round(json_number(j, v), &n, &inexact) != STATUS_OK)
        return false;
    n = decimal_divide(n, (int128)PPM * PPM);
    *out = (int64_t)n;
    return n >= 0 && n <= PPM;
}

static bool read_answer(struct tried *r, struct str line)
{
    const struct json_val *text = json_get(r->json, "weak_resp");
    size_t start = 0;
    size_t len = 0;
    if (json_type(text) == JSON_STRING) {
        answer_of(&r->answer, json_str(text), &alloc_heap);
        (void)!answer_finish_read(json_str(json_get(r->json, "finish_reason")), &r->answer.finish);
        return true;
    }
    struct str body = STR_NONE;
    if (json_type(json_get(r->json, "response")) == JSON_OBJECT &&
        json_member_at(r->document, json_key(r->json, "response"), &start, &len))
        body = str_from(line.ptr + start, len);
    return answer_read(&r->answer, ENDPOINT_CHAT, METER_JSON, body, &alloc_heap);
}

static void read_other(struct tried *r)
{
    const struct json_val *agree = json_get(r->json, "agree");
    int64_t ppm = 0;
    struct str same = answer_text(&r->answer);
    r->has_other = true;
    if (json_type(agree) == JSON_STRING)
        answer_of(&r->other, json_str(agree), &alloc_heap);
    else if (ppm_of(r->document, agree, &ppm))
        answer_of(&r->other, ppm >= PPM / 2 ? same : STR_NONE, &alloc_heap);
    else
        r->has_other = false;
}

// What stands there and is not null.
static const struct json_val *member(const struct tried *r, const char *name)
{
    const struct json_val *v = json_get(r->json, name);
    return json_type(v) == JSON_NULL ? NULL : v;
}

// Those that may be left out are what they should be where they are not.
static enum status check_members(const struct tried *r, struct why *why)
{
    static const struct {
        const char *name;
        enum json_type type;
        const char *is;
    } members[] = {
        {"finish_reason", JSON_STRING, "a text"},
        {"logprobs", JSON_ARRAY, "a list of logarithms"},
        {"request", JSON_OBJECT, "the body of a request"},
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json_val *v = member(r, members[i].name);
        if (v && json_type(v) != members[i].type)
            return why_set(why, STATUS_SYNTAX, "`%s` is %s", members[i].name, members[i].is);
    }
    int64_t ppm = 0;
    const struct json_val *agree = member(r, "agree");
    if (agree && json_type(agree) != JSON_STRING && !ppm_of(r->document, agree, &ppm))
        return why_set(why, STATUS_RANGE,
                       "`agree` is the second model's text, true or false, or a number "
                       "from 0 to 1");
    return STATUS_OK;
}

// One that is unknown would pass for any other.
static enum status check_finish(struct str word, struct why *why)
{
    enum answer_finish finish;
    struct buf known;
    if (word.len == 0 || answer_finish_read(word, &finish))
        return STATUS_OK;
    buf_init(&known, &alloc_heap, 0);
    for (unsigned i = 0; answer_finish_word(i); i++)
        buf_printf(&known, "%s%s", i > 0 ? ", " : "", answer_finish_word(i));
    const enum status s =
        why_set(why, STATUS_RANGE, "`finish_reason` `%.*s` is unknown; known are %s",
                STR_ARG(str_clip(word, 32)), buf_cstr(&known));
    buf_fini(&known);
    return s;
}

// Its own, or those of the choices of a whole answer.
static enum status check_finishes(const struct tried *r, struct why *why)
{
    struct json_iter it = {0};
    const struct json_val *choice = NULL;
    const struct json_val *choices = json_path(r->json, "response.choices");
    enum status s = check_finish(json_str(json_get(r->json, "finish_reason")), why);
    while (s == STATUS_OK && json_type(choices) == JSON_ARRAY &&
           json_each(&it, choices, NULL, &choice))
        s = check_finish(json_str(json_get(choice, "finish_reason")), why);
    return s;
}

static enum status read_qualities(struct tried *r, struct why *why)
{
    const struct json_val *weak = member(r, "weak"), *strong = member(r, "strong");
    if (!weak != !strong)
        return why_set(why, STATUS_SYNTAX, "it has `%s` and no `%s`: both, or neither",
                       weak ? "weak" : "strong", weak ? "strong" : "weak");
    r->judged = weak && ppm_of(r->document, weak, &r->weak_ppm) &&
                ppm_of(r->document, strong, &r->strong_ppm);
    return !weak || r->judged
               ? STATUS_OK
               : why_set(why, STATUS_RANGE, "`weak` and `strong` are numbers from 0 to 1");
}

// Of a line: false, with the reason in `why`, where it is no row.
static bool row_open(struct tried *r, struct str line, struct why *why)
{
    *r = (struct tried){0};
    if (json_open(line, &alloc_heap, &r->document, why) != STATUS_OK)
        return false;
    r->json = json_root(r->document);
    bool read = read_answer(r, line);
    if (!read)
        (void)why_set(why, STATUS_SYNTAX,
                      "it has neither `weak_resp`, a text, nor `response`, an answer");
    read = read && check_members(r, why) == STATUS_OK && check_finishes(r, why) == STATUS_OK &&
           read_qualities(r, why) == STATUS_OK;
    const struct json_val *request = member(r, "request");
    asked_read(&r->asked, ENDPOINT_CHAT, request ? request : r->json);
    if (read) {
        read_other(r);
        if (!r->answer.tokens) // a whole answer may have told them
            answer_tokens(&r->answer, json_get(r->json, "logprobs"));
    }
    return read;
}

static void row_close(struct tried *r)
{
    answer_fini(&r->answer);
    if (r->has_other)
        answer_fini(&r->other);
    json_close(r->document);
}

// --- the trial ---

static void count(struct group *g, const struct tried *r)
{
    g->rows++;
    if (!r->judged)
        return;
    g->judged++;
    g->weak_ppm += r->weak_ppm;
    g->strong_ppm += r->strong_ppm;
}

static void try_row(struct trial *t, const struct tried *r)
{
    struct how_sure sure = {0, false};
    const bool told = t->on[VERIFIER_LOGPROB] && sureness_of(&r->answer, &sure);
    struct verify_case c = {.answer = &r->answer,
                            .asked = &r->asked,
                            .other = r->has_other ? &r->other : NULL,
                            .sure_least = sureness_least(&t->usual, sure.mean, t->keep_ppm)};
    bool kept = true;
    bool others_keep = true;
    for (enum verifier_kind k = 0; k < VERIFIER_COUNT; k++) {
        struct finding f;
        if (!t->on[k])
            continue;
        if (k == VERIFIER_LOGPROB && kept && told)
            sureness_add(&t->usual, sure); // of those that are else good
        verify(k, &c, &f);
        count(&t->by[k][f.verdict], r);
        kept = kept && f.verdict != VERDICT_BAD;
        others_keep = others_keep && (k == VERIFIER_AGREE || f.verdict != VERDICT_BAD);
    }
    t->seconds += t->on[VERIFIER_AGREE] && r->has_other && others_keep;
    count(&t->all, r);
    if (kept)
        count(&t->kept, r);
}

static bool try_file(struct trial *t, const char *path)
{
    struct why why = {0};
    struct buf text;
    struct str line;
    size_t number = 0;
    bool ok = true;
    buf_init(&text, &alloc_heap, FILE_BYTES_MAX);
    enum status s = strcmp(path, "-") == 0 ? file_read_from(STDIN_FILENO, path, &text, &why)
                                           : file_read(path, FILE_ANY, &text, &why);
    if (s != STATUS_OK) {
        (void)command_failed("%s", why.text);
        buf_fini(&text);
        return false;
    }
    struct str rest = buf_str(&text);
    while (ok && str_cut(&rest, '\n', &line)) {
        struct tried r;
        number++;
        if (str_trim(line).len == 0)
            continue;
        ok = row_open(&r, line, &why);
        if (ok)
            try_row(t, &r);
        else
            (void)command_failed("%s:%zu: %s", path, number, why.text);
        row_close(&r);
    }
    buf_fini(&text);
    return ok;
}

// --- what came of it ---

// The mean of a sum over the judged, or of all rows' parts; "-" where there are none.
static void add_mean(struct buf *b, int64_t sum, int64_t rows)
{
    if (rows == 0)
        buf_add_char(b, '-');
    else
        decimal_write(b, decimal_divide((int128)sum * 1000, rows * (int128)PPM), 3, 3);
}

// The mean quality of what a cascade gives, to thousandths, and never better than it is.
static void add_given(struct buf *b, int64_t sum, int64_t rows)
{
    decimal_write(b, decimal_divide_down((int128)sum * 1000, rows * (int128)PPM), 3, 3);
}

// What a cascade takes, to thousandths, and never less than it is.
static void add_cost(struct buf *b, int64_t ppm)
{
    decimal_write(b, decimal_divide_up((int128)ppm * 1000, PPM), 3, 3);
}

// Costs are rounded up: what is said to pay does.
struct outcome {
    struct group refused;
    int64_t escalated_ppm; // of all rows
    int64_t attempts_ppm;  // of small models, a row
    int64_t all_ppm;       // with their price
    int64_t quality_ppm;   // sum over the judged: of the small model's kept, the large one's else
};

static struct outcome outcome_of(const struct trial *t)
{
    struct outcome o = {.refused = t->all};
    o.refused.rows -= t->kept.rows;
    o.refused.judged -= t->kept.judged;
    o.refused.weak_ppm -= t->kept.weak_ppm;
    o.refused.strong_ppm -= t->kept.strong_ppm;
    const int64_t rows = t->all.rows ? t->all.rows : 1;
    const int64_t attempts = rows + t->seconds;
    o.escalated_ppm = (int64_t)decimal_divide_up((int128)o.refused.rows * PPM, rows);
    o.attempts_ppm = (int64_t)decimal_divide_up((int128)attempts * PPM, rows);
    o.all_ppm = (int64_t)decimal_divide_up(
        (int128)o.refused.rows * PPM + (int128)attempts * t->ratio_ppm, rows);
    o.quality_ppm = t->kept.weak_ppm + o.refused.strong_ppm;
    return o;
}

// A share as a JSON number: it is no money.
static void json_share(struct json_out *o, const char *name, int64_t ppm)
{
    json_out_name(o, name);
    decimal_write(o->buf, ppm, PPM_PLACES, 0);
}

static void json_mean(struct json_out *o, const char *name, int64_t sum, int64_t rows)
{
    if (rows > 0)
        json_share(o, name, (int64_t)decimal_divide(sum, rows));
    else
        json_out_null(o, name);
}

// Of what is given by a cascade: no better than it is.
static void json_given(struct json_out *o, const char *name, int64_t sum, int64_t rows)
{
    if (rows > 0)
        json_share(o, name, (int64_t)decimal_divide_down(sum, rows));
    else
        json_out_null(o, name);
}

// Of the quality that is missing in all judged answers, that of those which a verifier refuses.
struct found {
    int64_t missing; // in millionths of an answer
    int64_t of;
};

static int64_t missing(const struct group *g)
{
    return g->judged * PPM - g->weak_ppm;
}

static struct found found_of(const struct group *by)
{
    struct found f = {.missing = missing(&by[VERDICT_BAD])};
    for (enum finding_verdict v = VERDICT_GOOD; v <= VERDICT_BAD; v++)
        f.of += missing(&by[v]);
    return f;
}

// In millionths, for one row.
static int64_t found_ppm(const struct found *f)
{
    return f->of > 0 ? (int64_t)decimal_divide((int128)f->missing * PPM, f->of) : 0;
}

static void json_verifier(struct json_out *o, const char *name, const struct group *by)
{
    json_out_begin(o, name, '{');
    for (enum finding_verdict v = VERDICT_GOOD; v <= VERDICT_BAD; v++)
        json_out_number(o, verdict_name(v), by[v].rows);
    json_mean(o, "weak_of_good", by[VERDICT_GOOD].weak_ppm, by[VERDICT_GOOD].judged);
    json_mean(o, "weak_of_bad", by[VERDICT_BAD].weak_ppm, by[VERDICT_BAD].judged);
    const struct found found = found_of(by);
    json_mean(o, "precision", missing(&by[VERDICT_BAD]), by[VERDICT_BAD].judged);
    json_mean(o, "recall", found_ppm(&found), found.of > 0);
    json_out_end(o, '}');
}

static void print_json(const struct trial *t)
{
    const struct outcome sum = outcome_of(t);
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    struct json_out o = {&b, true};
    json_out_begin(&o, NULL, '{');
    json_out_number(&o, "rows", t->all.rows);
    json_out_begin(&o, "verifiers", '{');
    for (enum verifier_kind k = 0; k < VERIFIER_COUNT; k++)
        if (t->on[k])
            json_verifier(&o, verifier_name(k), t->by[k]);
    json_out_end(&o, '}');
    json_share(&o, "escalated", sum.escalated_ppm);
    json_share(&o, "small_attempts", sum.attempts_ppm);
    json_share(&o, "ratio", t->ratio_ppm);
    json_share(&o, "break_even", sum.all_ppm);
    json_out_flag(&o, "pays", sum.all_ppm < PPM);
    json_mean(&o, "weak", t->all.weak_ppm, t->all.judged);
    json_mean(&o, "strong", t->all.strong_ppm, t->all.judged);
    json_given(&o, "cascade", sum.quality_ppm, t->all.judged);
    json_out_end(&o, '}');
    puts(buf_cstr(&b));
    buf_fini(&b);
}

static void number_cell(struct libscols_line *line, size_t column, int64_t n)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_i64(&b, n);
    table_cell(line, column, buf_str(&b));
    buf_fini(&b);
}

static void mean_cell(struct libscols_line *line, size_t column, int64_t sum, int64_t rows)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    add_mean(&b, sum, rows);
    table_cell(line, column, buf_str(&b));
    buf_fini(&b);
}

static void print_table(const struct trial *t)
{
    static const char *const columns[] = {"VERIFIER",      "GOOD",         "UNSURE", "BAD",
                                          "WEAK, IF GOOD", "WEAK, IF BAD", "RECALL"};
    struct libscols_table *table = table_new();
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        table_column(table, columns[i], i > 0);
    for (enum verifier_kind k = 0; k < VERIFIER_COUNT; k++) {
        const struct group *by = t->by[k];
        if (!t->on[k])
            continue;
        struct libscols_line *line = table_line(table);
        table_cell(line, 0, str_of(verifier_name(k)));
        number_cell(line, 1, by[VERDICT_GOOD].rows);
        number_cell(line, 2, by[VERDICT_UNSURE].rows);
        number_cell(line, 3, by[VERDICT_BAD].rows);
        mean_cell(line, 4, by[VERDICT_GOOD].weak_ppm, by[VERDICT_GOOD].judged);
        mean_cell(line, 5, by[VERDICT_BAD].weak_ppm, by[VERDICT_BAD].judged);
        const struct found found = found_of(by);
        mean_cell(line, 6, found_ppm(&found), found.of > 0);
    }
    table_print(table);
}

// "0.310 escalated + 1.000 x 0.010 price ratio = 0.320 < 1: it pays"
static void print_text(const struct trial *t)
{
    const struct outcome sum = outcome_of(t);
    struct buf b;
    print_table(t);
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "\n%lld answers, %lld refused\n", (long long)t->all.rows,
               (long long)sum.refused.rows);
    if (t->all.judged > 0) {
        buf_add_cstr(&b, "quality  small ");
        add_mean(&b, t->all.weak_ppm, t->all.judged);
        buf_add_cstr(&b, "  cascade ");
        add_given(&b, sum.quality_ppm, t->all.judged);
        buf_add_cstr(&b, "  large ");
        add_mean(&b, t->all.strong_ppm, t->all.judged);
        buf_add_char(&b, '\n');
    }
    buf_add_cstr(&b, "cost     ");
    add_cost(&b, sum.escalated_ppm);
    buf_add_cstr(&b, " escalated + ");
    add_cost(&b, sum.attempts_ppm);
    buf_add_cstr(&b, " x ");
    add_cost(&b, t->ratio_ppm);
    buf_add_cstr(&b, " price ratio = ");
    add_cost(&b, sum.all_ppm);
    buf_printf(&b, " of the large model's alone: it %s",
               sum.all_ppm < PPM ? "pays" : "does not pay");
    puts(buf_cstr(&b));
    buf_fini(&b);
}

// --- what is asked ---

// "logprob=0.9", "0.9": a part of one, in millionths.
static bool read_part(struct str text, int64_t *out)
{
    int128 n;
    bool inexact;
    if (decimal_round(text, &n, &inexact) != STATUS_OK)
        return false;
    n = decimal_divide(n, (int128)PPM * PPM);
    *out = (int64_t)n;
    return n >= 0 && n <= (int128)1000 * PPM;
}

static int read_list(struct trial *t, const char *list)
{
    struct str rest = str_of(list);
    struct str item;
    while (str_cut(&rest, ',', &item)) {
        enum verifier_kind k;
        int64_t keep = t->keep_ppm;
        struct str name = str_from(item.ptr, str_find(item, '='));
        struct str number = str_skip(item, name.len + 1);
        if (!verifier_read(str_trim(name), &k) || k == VERIFIER_HTTP)
            return command_usage(&cmd_route, "verify: `%.*s` is no verifier of answers in a file",
                                 STR_ARG(name));
        if (number.len > 0 && (k != VERIFIER_LOGPROB || !read_part(number, &keep) || keep >= PPM))
            return command_usage(&cmd_route, "verify: `%.*s`: only logprob takes a number, below 1",
                                 STR_ARG(item));
        t->on[k] = true;
        t->keep_ppm = (uint32_t)keep;
    }
    return EXIT_OK;
}

static int read_wishes(struct trial *t, const struct route_wishes *w)
{
    t->keep_ppm = KEEP_PPM;
    if (!read_part(str_of(w->ratio ? w->ratio : "0.01"), &t->ratio_ppm))
        return command_usage(&cmd_route, "--ratio: a number from 0 to 1000");
    if (w->verify)
        return read_list(t, w->verify);
    for (enum verifier_kind k = 0; k < VERIFIER_HTTP; k++)
        t->on[k] = true;
    return EXIT_OK;
}

int route_verify(const struct cli *cli, const struct route_wishes *w)
{
    struct trial *t = alloc_must(sizeof *t);
    bool ok = true;
    int code = read_wishes(t, w);
    for (int i = 0; i < w->file_count && ok && code == EXIT_OK; i++)
        ok = try_file(t, w->files[i]);
    if (code == EXIT_OK && ok && t->all.rows == 0) {
        (void)command_failed("there is no answer to verify: not one line has one");
        ok = false;
    }
    if (code == EXIT_OK && ok && cli->json)
        print_json(t);
    else if (code == EXIT_OK && ok)
        print_text(t);
    heap_free(t);
    return ok ? code : EXIT_FAILED;
}
