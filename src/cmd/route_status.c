// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "cmd/remote.h"
#include "cmd/route.h"
#include "cmd/table.h"
#include "gate/metrics.h"
#include "route/learner.h"
#include "route/share.h"

#define VERDICTS_MANY 50 // after so many, one in so many is no reason to believe a judge

enum shown { ROUTE, MODE, RUNG, PAIRS, LOSS, CALLS, SHARE, ESCALATED, SAVED, SHOWN_COUNT };

// What goes to the small side, 0 to 1, in percent with one place, so that nobody has to count
// zeros.
static void add_percent(struct libscols_line *line, enum shown column, const struct json_val *v)
{
    char text[SHARE_TEXT] = "-";
    double share = 0;
    if (json_type(v) == JSON_STRING && route_share(json_str(v), &share))
        (void)share_percent(share, 1, SHARE_DOWN, text);
    table_cell(line, column, str_of(text));
}

static void add_text(struct libscols_line *line, enum shown column, const struct json_val *v)
{
    struct str text = json_str(v);
    table_cell(line, column, text.len ? text : str_of("-"));
}

static void add_count(struct libscols_line *line, enum shown column, const struct json_val *v)
{
    char text[32] = "-";
    int64_t count = 0;
    if (json_i64(v, &count))
        (void)snprintf(text, sizeof text, "%lld", (long long)count);
    table_cell(line, column, str_of(text));
}

// By a look whose model's file is refused, so that none of what it has found is in use.
static bool is_lost(const struct json_val *r, const struct json_val *used)
{
    return json_str(json_get(r, "refused")).len && json_type(used) != JSON_OBJECT;
}

static bool stands_on(const struct json_val *r, enum rung rung)
{
    return str_is(json_str(json_get(r, "rung")), rung_name(rung));
}

// Its mode wants a certificate, and there is none.
static bool waits(const struct json_val *r)
{
    return str_is(json_str(json_get(r, "mode")), rung_name(RUNG_CERTIFIED)) &&
           !stands_on(r, RUNG_CERTIFIED);
}

// What chooses its calls; none where the rules do.
static const struct json_val *in_use(const struct json_val *r)
{
    if (stands_on(r, RUNG_CERTIFIED))
        return json_get(r, "certified");
    return stands_on(r, RUNG_MEASURED) && !waits(r) ? json_get(r, "measured") : NULL;
}

// Its estimate, and what it is at most by another; all that goes to the large side loses nothing.
static void add_loss(struct libscols_line *line, const struct json_val *r)
{
    const struct json_val *used = in_use(r);
    char text[2 * SHARE_TEXT + sizeof " (<= )"] = "-", is[SHARE_TEXT], most[SHARE_TEXT];
    double loss = 0, upper = 0;
    bool known = route_share(json_str(json_get(used, "loss")), &loss);
    (void)share_percent(loss, 1, SHARE_UP, is);
    if (known && route_share(json_str(json_get(used, "loss_upper")), &upper))
        (void)snprintf(text, sizeof text, "%s (<= %s)", is,
                       share_percent(upper, 1, SHARE_UP, most));
    else if (known || (stands_on(r, RUNG_MEASURED) && !waits(r) && !is_lost(r, used)))
        (void)snprintf(text, sizeof text, "%s", is);
    table_cell(line, LOSS, str_of(text));
}

static void add_route(struct libscols_table *table, const struct json_val *r)
{
    struct libscols_line *line = table_line(table);
    const struct json_val *served = json_get(r, "served");
    add_text(line, ROUTE, json_get(r, "name"));
    add_text(line, MODE, json_get(r, "mode"));
    add_text(line, RUNG, json_get(r, "rung"));
    add_count(line, PAIRS, json_get(r, "pairs"));
    add_loss(line, r);
    add_count(line, CALLS, json_get(served, "calls"));
    add_percent(line, SHARE, json_get(served, "small_share"));
    add_count(line, ESCALATED, json_get(served, "escalated"));
    add_text(line, SAVED, json_get(served, "saved_net_usd"));
}

static void tell_rung(const struct json_val *r)
{
    struct str name = json_str(json_get(r, "name"));
    char small[SHARE_TEXT];
    double loss = 0, confidence = 0, share = 0;
    bool promise = route_share(json_str(json_get(r, "max_loss")), &loss) &&
                   route_share(json_str(json_get(r, "confidence")), &confidence) &&
                   route_share(json_str(json_path(r, "certified.share_small")), &share);
    if (promise && stands_on(r, RUNG_CERTIFIED))
        command_print(stdout,
                      "%.*s: loss <= %g %% with %.10g %% confidence; %s of the pairs would go to "
                      "the small side.\n",
                      STR_ARG(name), 100 * loss, 100 * confidence,
                      share_percent(share, 1, SHARE_DOWN, small));
    else if (waits(r))
        command_print(stdout, "%.*s: without a certificate the large side answers.\n",
                      STR_ARG(name));
    else if (stands_on(r, RUNG_MEASURED))
        command_print(stdout, "%.*s: its loss is an estimate, no promise.\n", STR_ARG(name));
}

// A judge that takes the first answer, or the second, whatever they are, is none; nor is one that
// never prefers any.
static void tell_judge(const struct json_val *r)
{
    int64_t verdicts = 0, contradicted = 0, ties = 0;
    char part[SHARE_TEXT];
    const struct str name = json_str(json_get(r, "name"));
    if (!json_i64(json_get(r, "verdicts"), &verdicts) || verdicts <= 0 ||
        !json_i64(json_get(r, "contradicted"), &contradicted) ||
        !json_i64(json_get(r, "ties"), &ties))
        return;
    if (contradicted > 0)
        command_print(stdout,
                      "%.*s: its judge contradicted itself in %lld of %lld verdicts (%s).\n",
                      STR_ARG(name), (long long)contradicted, (long long)verdicts,
                      share_percent((double)contradicted / (double)verdicts, 1, SHARE_UP, part));
    if (ties > 0)
        command_print(stdout, "%.*s: its judge found %lld of %lld pairs equally good (%s).\n",
                      STR_ARG(name), (long long)ties, (long long)verdicts,
                      share_percent((double)ties / (double)verdicts, 1, SHARE_UP, part));
    const int64_t silent = ties + contradicted;
    if (verdicts >= VERDICTS_MANY && silent * VERDICTS_MANY >= verdicts * (VERDICTS_MANY - 1))
        command_print(stdout,
                      "%.*s: a judge that prefers no answer may be none: a tie is proof that "
                      "nothing is lost. Rate some answers yourself, or name another `judge`.\n",
                      STR_ARG(name));
}

static void tell_unjudged(const struct json_val *r)
{
    int64_t unjudged = 0, pairs = 0;
    const struct str name = json_str(json_get(r, "name"));
    if (json_i64(json_get(r, "unjudged"), &unjudged) && unjudged > 0 &&
        json_i64(json_get(r, "pairs"), &pairs))
        command_print(stdout,
                      "%.*s: nobody has judged %lld of its %lld pairs: where their calls would go "
                      "to the small side they count as lost.\n",
                      STR_ARG(name), (long long)unjudged, (long long)pairs);
}

// Calls that are not in what was saved.
static void tell_unknown(const struct json_val *r)
{
    int64_t unknown = 0;
    const struct str name = json_str(json_get(r, "name"));
    if (json_i64(json_path(r, "served.saved_unknown"), &unknown) && unknown > 0)
        command_print(stdout,
                      "%.*s: %lld of its calls are not in SAVED NET: what they have cost, or would "
                      "have at the large side, has no price.\n",
                      STR_ARG(name), (long long)unknown);
}

// Those that are looked at by themselves: what their thresholds do, or would where the rules
// choose, or the large side answers.
static void tell_tasks(const struct json_val *r)
{
    const bool used_now = in_use(r) != NULL;
    const struct str name = json_str(json_get(r, "name"));
    const char *rung = stands_on(r, RUNG_CERTIFIED) ? "certified" : "measured";
    struct json_iter it = {0};
    const struct json_val *task;
    while (json_each(&it, json_get(r, "tasks"), NULL, &task)) {
        const struct json_val *used = json_get(task, rung);
        char small[SHARE_TEXT], lost[SHARE_TEXT];
        double share = 0, loss = 0;
        int64_t proved = 0;
        if (!json_i64(json_get(task, "proved"), &proved) || is_lost(r, used))
            continue;
        (void)(route_share(json_str(json_get(used, "share_small")), &share) &&
               route_share(json_str(json_get(used, "loss")), &loss));
        command_print(stdout,
                      "%.*s: task %.*s: %s %s to the small side, loss %s, by %lld "
                      "pairs%s\n",
                      STR_ARG(name), STR_ARG(json_str(json_get(task, "task"))),
                      share_percent(share, 1, SHARE_DOWN, small), used_now ? "go" : "would go",
                      share_percent(loss, 1, SHARE_UP, lost), (long long)proved,
                      used_now ? "" : " (measured, and not in use)");
    }
}

// What is said of drawn calls that ended so; NULL: nothing, of judged pairs.
static const char *words_of(struct str result)
{
    static const char *const words[SHADOW_END_COUNT] = {
        [SHADOW_END_UNJUDGED] = "not judged",
        [SHADOW_END_REFUSED] = "put to no other side",
        [SHADOW_END_FAILED] = "without an answer of the other side",
        [SHADOW_END_ESCALATED] = "given the large side's answer all the same",
        [SHADOW_END_BUSY] = "put to no other side",
        [SHADOW_END_UNFIT] = "not to be compared"};
    for (int i = 0; i < SHADOW_END_COUNT; i++)
        if (str_is(result, shadow_end_name((enum shadow_end)i)))
            return words[i];
    return NULL;
}

// Calls that were drawn to be compared and did not become judged pairs, and why the latest did not.
static void tell_drawn(const struct json_val *r)
{
    const struct str name = json_str(json_get(r, "name"));
    struct json_iter it = {0};
    const struct json_val *one;
    while (json_each(&it, json_get(r, "drawn"), NULL, &one)) {
        const struct str result = json_str(json_get(one, "result"));
        const struct str why = json_str(json_get(one, "why"));
        const char *words = words_of(result);
        int64_t calls = 0;
        if (!json_i64(json_get(one, "calls"), &calls) || !words)
            continue;
        command_print(stdout,
                      "%.*s: of the calls drawn since the gateway began %lld %s %s (%.*s)%s%.*s\n",
                      STR_ARG(name), (long long)calls, calls == 1 ? "was" : "were", words,
                      STR_ARG(result), why.len ? ": " : "", STR_ARG(why));
    }
}

static struct str usd_of(const struct json_val *r, const char *name)
{
    const struct str told = json_str(json_get(r, name));
    return told.len ? told : str_of("?"); // some of them have no price
}

// In words: what is promised, and what the next rung needs.
static void tell_route(const struct json_val *r)
{
    struct str name = json_str(json_get(r, "name")), next = json_str(json_get(r, "next"));
    struct str note = json_str(json_get(r, "note"));
    tell_rung(r);
    tell_tasks(r);
    tell_judge(r);
    tell_unjudged(r);
    tell_unknown(r);
    tell_drawn(r);
    if (next.len)
        command_print(stdout, "%.*s: the next rung needs: %.*s\n", STR_ARG(name), STR_ARG(next));
    if (note.len && !str_eq(note, next))
        command_print(stdout, "%.*s: %.*s\n", STR_ARG(name), STR_ARG(note));
    command_print(stdout, "%.*s: its pairs have cost %.*s USD, their judge %.*s\n", STR_ARG(name),
                  STR_ARG(usd_of(r, "shadow_usd")), STR_ARG(usd_of(r, "judge_usd")));
}

static void print(const struct json *j)
{
    static const char *const titles[SHOWN_COUNT] = {
        "ROUTE", "MODE", "RUNG", "PAIRS", "LOSS", "CALLS", "TO SMALL", "ESCALATED", "SAVED NET"};
    struct json_iter it = {0};
    const struct json_val *list = json_get(json_root(j), "routes"), *r;
    if (json_count(list) == 0) {
        fputs("There is no route: write some under `routes` of the configuration.\n", stderr);
        return;
    }
    struct libscols_table *table = table_new();
    for (size_t i = 0; i < SHOWN_COUNT; i++)
        table_column(table, titles[i], i >= PAIRS);
    while (json_each(&it, list, NULL, &r))
        add_route(table, r);
    table_print(table);
    puts("\nLOSS is what the pairs show, of what is in use, and an estimate of what it is at most. "
         "CALLS "
         "and\nwhat stands behind it are of the last 30 days, or of --since. SAVED NET is in USD, "
         "less "
         "what pairs\nand judges have cost.\n");
    it = (struct json_iter){0};
    while (json_each(&it, list, NULL, &r))
        tell_route(r);
}

static int ask(const struct cli *cli, const char *verb, const struct route_wishes *w)
{
    struct buf args;
    if (w->file_count > 1)
        return command_usage(&cmd_route, "`%s` is one too many", w->files[1]);
    buf_init(&args, &alloc_heap, 0);
    remote_arg(&args, "route", str_of(w->file_count ? w->files[0] : NULL));
    remote_arg(&args, "since", str_of(w->since));
    int code = remote_show(cli, verb, &args, print);
    buf_fini(&args);
    return code;
}

int route_status(const struct cli *cli, const struct route_wishes *w)
{
    return ask(cli, "routes/status", w);
}

int route_learn(const struct cli *cli, const struct route_wishes *w)
{
    return ask(cli, "routes/learn", w);
}
