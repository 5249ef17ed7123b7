// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "base/decimal.h"
#include "cmd/remote.h"
#include "cmd/route.h"
#include "cmd/table.h"
#include "config/config.h"
#include "core/decision.h"
#include "route/prior.h"

#define WIDE         14
#define TRAITS_SHOWN 8
#define WEIGHT_LEAST 0.00005f // what is less is shown as 0

static struct str member(const struct json_val *v, const char *name)
{
    return json_str(json_get(v, name));
}

static void line(const char *title, struct str text)
{
    if (text.len)
        command_print(stdout, "%-*s %.*s\n", WIDE, title, STR_ARG(text));
}

static struct str number(const struct json *j, const struct json_val *v, const char *name)
{
    const struct json_val *at = json_get(v, name);
    return json_type(at) == JSON_NUMBER ? json_number(j, at) : json_str(at);
}

static void print_side(const struct json *j, const struct json_val *d)
{
    struct str score = number(j, d, "score");
    struct str probable = number(j, d, "propensity");
    bool cascade = json_bool(json_get(d, "cascade"), false);
    command_print(stdout, "%-*s %.*s first: %.*s%s\n", WIDE, "side", STR_ARG(member(d, "side")),
                  STR_ARG(member(d, "reason")),
                  cascade ? "; the small side's answer is checked" : "");
    if (score.len)
        command_print(stdout,
                      "%-*s %.*s is the gain expected of the large side; above %.*s it goes "
                      "first\n",
                      WIDE, "score", STR_ARG(score), STR_ARG(number(j, d, "threshold")));
    if (!str_is(probable, "1"))
        command_print(stdout, "%-*s %.*s of calls like it go that way\n", WIDE, "propensity",
                      STR_ARG(probable));
}

// What became of it, in few words.
static void add_fate(struct libscols_line *l, const struct json_val *c)
{
    struct str out = member(c, "out"), passed = member(c, "passed_over");
    bool chosen = json_bool(json_get(c, "chosen"), false);
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    buf_add_cstr(&text, chosen ? "chosen" : "");
    buf_add_cstr(&text, chosen && passed.len ? ", though " : "");
    buf_add(&text, out.len ? out : passed);
    table_cell(l, 3, buf_str(&text));
    buf_fini(&text);
}

static void print_candidates(const struct json *j, const struct json_val *d)
{
    struct json_iter it = {0};
    const struct json_val *c;
    struct libscols_table *t = table_new();
    table_column(t, "MODEL", false);
    table_column(t, "SIDE", false);
    table_column(t, "EXPECTED USD", true);
    table_column(t, "", false);
    while (json_each(&it, json_get(d, "candidates"), NULL, &c)) {
        struct str expected = number(j, c, "expected_usd");
        struct libscols_line *l = table_line(t);
        table_cell(l, 0, member(c, "model"));
        table_cell(l, 1, member(c, "side"));
        table_cell(l, 2, expected.len ? expected : (struct str)STR("-"));
        add_fate(l, c);
    }
    putchar('\n');
    table_print(t);
    putchar('\n');
}

// --- what the call looked like ---

static unsigned digit(char c)
{
    return (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0') & 15;
}

// Hex as the ledger's verb writes it, as much of it as fits.
static struct str unhex(struct str hex, char out[DECISION_TRAITS_MAX])
{
    size_t n = 0;
    for (; 2 * n + 1 < hex.len && n < DECISION_TRAITS_MAX; n++)
        out[n] = (char)(digit(hex.ptr[2 * n]) << 4 | digit(hex.ptr[2 * n + 1]));
    return str_from(out, n);
}

static struct str first_of(const struct json_val *d, const char *side)
{
    struct json_iter it = {0};
    const struct json_val *c;
    while (json_each(&it, json_get(d, "candidates"), NULL, &c))
        if (str_is(member(c, "side"), side) && !json_get(c, "out"))
            return member(c, "model");
    return STR_NONE;
}

// As a NUL-terminated key.
static const char *mode_of(const struct json_val *d)
{
    static const char *const modes[] = {"measured", "certified"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (str_is(member(d, "mode"), modes[i]))
            return modes[i];
    return "rules";
}

static float size_of(float n)
{
    return n < 0 ? -n : n;
}

// The one of the largest weight that was not shown; TRAIT_COUNT: no other one counts.
static enum trait next_trait(const struct model_parts *p, const bool shown[TRAIT_COUNT])
{
    unsigned best = TRAIT_COUNT;
    for (unsigned i = 0; i < TRAIT_COUNT; i++) {
        if (shown[i] || size_of(p->trait[i]) < WEIGHT_LEAST)
            continue;
        if (best == TRAIT_COUNT || size_of(p->trait[i]) > size_of(p->trait[best]))
            best = i;
    }
    return (enum trait)best;
}

static bool is_by_own(const struct json_val *d)
{
    const struct json_val *mode = json_get(json_path(d, "known.modes"), mode_of(d));
    return str_is(member(mode, "score"), "own");
}

// The route's own model that judged the call is still there.
static bool open_own(const struct cli *cli, const struct json_val *d, struct model *out)
{
    const struct config_source source = {.file = cli->config_file};
    struct str name = member(d, "model");
    struct config *c = NULL;
    struct buf path;
    struct why ignored;
    int64_t check = 0;
    if (name.len == 0 || !json_i64(json_get(d, "model_check"), &check) ||
        config_read(&source, &c, &ignored) != STATUS_OK)
        return false;
    buf_init(&path, &alloc_heap, 0);
    buf_printf(&path, "%.*s/%.*s", STR_ARG(c->state), STR_ARG(name));
    bool there = model_open(buf_cstr(&path), out, &ignored) == STATUS_OK;
    if (there && out->head->check != check) { // it has learned since
        model_close(out);
        there = false;
    }
    buf_fini(&path);
    config_free(c);
    return there;
}

// What its weights are shown of; NULL: there is none, which was said.
static const char *open_model(const struct cli *cli, const struct route_wishes *w,
                              const struct json_val *d, struct model *out)
{
    if (w->model)
        return route_model(w, out) == EXIT_OK ? w->model : NULL;
    if (is_by_own(d)) {
        if (open_own(cli, d, out))
            return "the route's own model, without its words";
        puts(
            "what it looked like by weight is not known: the route's own model that chose is there "
            "no more\n(--model shows it by that of a file)\n");
        return NULL;
    }
    prior_open(out);
    return "the shipped model";
}

static void print_traits(const struct cli *cli, const struct route_wishes *w,
                         const struct json_val *d)
{
    char bytes[DECISION_TRAITS_MAX];
    bool shown[TRAIT_COUNT] = {false};
    struct traits traits;
    struct model model;
    struct model_parts parts;
    if (!traits_unpack(unhex(member(d, "traits"), bytes), &traits))
        return;
    const char *name = open_model(cli, w, d, &model);
    if (!name)
        return;
    uint64_t pair = model_pair(first_of(d, "small"), first_of(d, "large"));
    (void)model_explain(&model, &traits, pair, &parts);
    printf("what it looked like, by weight in %s (above 0: for the large side)\n\n", name);
    for (unsigned n = 0; n < TRAITS_SHOWN; n++) {
        enum trait t = next_trait(&parts, shown);
        if (t == TRAIT_COUNT)
            break;
        shown[t] = true;
        printf("  %+.4f  %-14s %.2f  %s\n", (double)parts.trait[t], trait_name(t),
               (double)traits.value[t] / TRAIT_ONE, trait_text(t));
    }
    putchar('\n');
    model_close(&model);
}

static void print_first(const struct cli *cli, const struct route_wishes *w, const struct json *j,
                        const struct json_val *attempt)
{
    const struct json_val *d = json_get(attempt, "decision");
    line("request", member(attempt, "request"));
    command_print(stdout, "%-*s %.*s (%.*s): %.*s\n", WIDE, "route", STR_ARG(member(d, "route")),
                  STR_ARG(member(d, "mode")), STR_ARG(member(d, "match")));
    print_side(j, d);
    print_candidates(j, d);
    print_traits(cli, w, d);
}

// The gateway ended when it was refused, before another one was asked: its row still names what
// refused it, which is told of an attempt that another one follows.
static bool is_cut_off(const struct json_val *attempt)
{
    return !json_bool(json_get(attempt, "followed"), false) &&
           str_starts(member(attempt, "error"), (struct str)STR("verify_"));
}

// What became of an answer that was not good; empty: another one was asked for.
static const char *fate(const struct json_val *attempt, bool unseen)
{
    if (str_is(member(json_get(attempt, "decision"), "unseen_by"), "left"))
        return ""; // nobody has it
    if (json_bool(json_get(attempt, "followed"), false))
        return "";
    if (is_cut_off(attempt))
        return "; the gateway ended before another one was asked for";
    return unseen ? ", and passed on as it came" : ", and given after all";
}

// What has refused it, if that is known; where it gave no answer, what was made of that.
static void print_refused(const struct json_val *d)
{
    const struct str by = member(d, "refused_by"), ruled = member(d, "on_error");
    if (ruled.len)
        command_print(stdout, "refused, as %.*s gave no answer (on_error: %.*s)", STR_ARG(by),
                      STR_ARG(ruled));
    else
        command_print(stdout, "refused%s%.*s", by.len ? " by " : "", STR_ARG(by));
}

static const char *why_unseen(struct str by)
{
    static const char *const whys[][2] = {
        {"hold", "its verdict took longer than the route's `hold`"},
        {"size", "it was too long to be held"},
        {"left", "its client left before its verdict"},
        {"stop", "the gateway ended before its verdict"}};
    for (size_t i = 0; i < sizeof whys / sizeof whys[0]; i++)
        if (str_is(by, whys[i][0]))
            return whys[i][1];
    return "nobody has looked at it"; // a later version's
}

// What its route's verifiers made of its answer.
static void print_verdict(const struct json_val *attempt)
{
    const struct json_val *d = json_get(attempt, "decision");
    const struct str verified = member(d, "verified");
    const bool unseen = str_is(verified, "unseen");
    if (verified.len)
        fputs("; its answer: ", stdout);
    if (str_is(verified, "unknown"))
        fputs("not known, as the gateway ended first", stdout);
    else if (str_is(verified, "good"))
        fputs(json_get(d, "on_error") ? "accepted, as http gave no answer (on_error: accept)"
                                      : "good",
              stdout);
    else if (unseen)
        printf("unseen, as %s", why_unseen(member(d, "unseen_by")));
    else if (verified.len)
        print_refused(d);
    if (unseen || str_is(verified, "refused"))
        fputs(fate(attempt, unseen), stdout);
}

static void print_attempt(const struct json *j, const struct json_val *attempt)
{
    int64_t n = 0;
    struct str cost = number(j, attempt, "cost_usd");
    (void)!json_i64(json_get(attempt, "attempt"), &n);
    command_print(stdout, "attempt %-6lld %.*s/%.*s: %.*s, %.*s%s", (long long)n + 1,
                  STR_ARG(member(attempt, "provider")), STR_ARG(member(attempt, "model")),
                  STR_ARG(member(attempt, "route")), STR_ARG(cost.len ? cost : str_of("no price")),
                  cost.len ? " USD" : "");
    print_verdict(attempt);
    putchar('\n');
}

struct sums {
    int128 cost, large; // 10^-18 USD
    bool unknown;
    bool compared;                   // the route has a large side
    const struct json_val *first;    // attempt, whose candidates are all there were
    const struct json_val *last;     // which no other one followed; NULL: not known
    const struct json_val *unpriced; // one of which it is not known what it cost
};

static bool has_large(const struct json_val *d)
{
    struct json_iter it = {0};
    const struct json_val *c;
    while (json_each(&it, json_get(d, "candidates"), NULL, &c))
        if (str_is(member(c, "side"), "large"))
            return true;
    return false;
}

static void add(const struct json *j, const struct json_val *attempt, struct sums *s)
{
    int128 cost = 0;
    const struct json_val *d = json_get(attempt, "decision");
    bool followed = json_bool(json_get(attempt, "followed"), false);
    if (decimal_read(number(j, attempt, "cost_usd"), &cost) != STATUS_OK) {
        s->unknown = true;
        s->unpriced = attempt;
    }
    s->cost += cost;
    s->compared |= has_large(d);
    s->first = s->first ? s->first : attempt;
    s->last = followed ? s->last : attempt;
    if (!followed)
        s->unknown |= decimal_read(number(j, d, "large_usd"), &s->large) != STATUS_OK;
}

// What has kept a model from taking the call; empty: nothing.
static struct str why_not(const struct json_val *candidate)
{
    const struct str out = member(candidate, "out"), passed = member(candidate, "passed_over");
    if (str_is(out, "cost"))
        return (struct str)STR("max_cost");
    return out.len || !str_is(passed, "a budget refused the call") ? out : passed;
}

// "l/m (max_cost), l/n (key)"; empty where one of the large side could take it.
static void add_barred(const struct json_val *d, struct buf *out)
{
    struct json_iter it = {0};
    const struct json_val *c;
    bool any = false;
    while (json_each(&it, json_get(d, "candidates"), NULL, &c)) {
        const struct str why = why_not(c);
        if (!str_is(member(c, "side"), "large"))
            continue;
        any |= why.len == 0;
        buf_printf(out, "%s%.*s (%.*s)", out->len ? ", " : "", STR_ARG(member(c, "model")),
                   STR_ARG(why));
    }
    if (any)
        buf_clear(out);
}

static void print_unknown(const struct sums *s)
{
    struct buf barred;
    buf_init(&barred, &alloc_heap, 0);
    add_barred(json_get(s->first, "decision"), &barred);
    const struct str outcome = s->last ? member(s->last, "outcome") : STR_NONE;
    if (s->unpriced)
        command_print(stdout, "%-*s not known: %.*s/%.*s has no price\n", WIDE, "saved",
                      STR_ARG(member(s->unpriced, "provider")),
                      STR_ARG(member(s->unpriced, "model")));
    else if (!str_is(outcome, "ok") || is_cut_off(s->last))
        command_print(stdout, "%-*s not known: the call did not end well\n", WIDE, "saved");
    else if (barred.len)
        command_print(stdout,
                      "%-*s nothing to compare with: no model of the large side could take the "
                      "call: %s\n",
                      WIDE, "saved", buf_cstr(&barred));
    else
        command_print(stdout, "%-*s not known: the large side's model has no price\n", WIDE,
                      "saved");
    buf_fini(&barred);
}

static void print_sums(const struct sums *s)
{
    struct buf text;
    if (!s->compared) {
        printf("%-*s nothing to compare with: the route has no large side\n", WIDE, "saved");
        return;
    }
    if (s->unknown) {
        print_unknown(s);
        return;
    }
    buf_init(&text, &alloc_heap, 0);
    decimal_write(&text, s->large - s->cost, DECIMAL_PLACES, 2);
    printf("%-*s %s USD: ", WIDE, "saved", buf_cstr(&text));
    buf_clear(&text);
    decimal_write(&text, s->large, DECIMAL_PLACES, 2);
    printf("the large side's first model would have cost %s USD for this answer\n",
           buf_cstr(&text));
    buf_fini(&text);
}

static bool is_decided(const struct json *j)
{
    struct json_iter it = {0};
    const struct json_val *attempt;
    bool any = false;
    while (json_each(&it, json_get(json_root(j), "attempts"), NULL, &attempt))
        any |= json_get(attempt, "decision") != NULL;
    return any;
}

static void print(const struct cli *cli, const struct route_wishes *w, const struct json *j)
{
    struct json_iter it = {0};
    const struct json_val *attempt;
    struct sums sums = {.cost = 0};
    bool first = true;
    while (json_each(&it, json_get(json_root(j), "attempts"), NULL, &attempt)) {
        if (!json_get(attempt, "decision"))
            continue;
        if (first)
            print_first(cli, w, j, attempt);
        first = false;
        print_attempt(j, attempt);
        add(j, attempt, &sums);
    }
    print_sums(&sums);
}

int route_explain(const struct cli *cli, const struct route_wishes *w)
{
    struct buf args, text;
    struct json *answer = NULL;
    if (w->file_count > 1)
        return command_usage(&cmd_route, "explain: one call's id");
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    remote_arg(&args, "id", str_of(w->files[0]));
    int code = remote_ask(cli, "request", &args, &text, &answer);
    if (code == EXIT_OK && !is_decided(answer))
        code =
            command_failed("no route chose for that call: `costlens report --request` tells what "
                           "is known of it");
    if (code == EXIT_OK && cli->json)
        puts(buf_cstr(&text));
    else if (code == EXIT_OK)
        print(cli, w, answer);
    json_close(answer);
    buf_fini(&text);
    buf_fini(&args);
    return code;
}
