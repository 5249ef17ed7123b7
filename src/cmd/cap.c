// SPDX-License-Identifier: Apache-2.0

#include "cmd/cap.h"

#include "base/decimal.h"
#include "budget/nano.h"
#include "cmd/remote.h"
#include "config/hint.h"
#include "core/usage.h"

#define WAIT "30s" // what only running calls keep out waits for them

void cap_init(struct cap *c, const struct cli *cli)
{
    *c = (struct cap){.cli = cli};
    buf_init(&c->answer, &alloc_heap, 0);
}

void cap_fini(struct cap *c)
{
    json_close(c->found);
    buf_fini(&c->answer);
}

enum status cap_check(const char *usd, struct why *why)
{
    struct nano limit;
    enum status s = nano_read(str_of(usd), &limit, why);
    if (s == STATUS_OK && limit.n == 0)
        s = why_set(why, STATUS_RANGE, "`%s` lets no call through. Write it like 5.00", usd);
    return s;
}

enum status cap_begin(struct cap *c, struct why *why)
{
    struct buf args, answer;
    if (!c->limit)
        return STATUS_OK;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    remote_arg(&args, "name", c->name);
    remote_arg(&args, "limit", str_of(c->limit));
    remote_arg(&args, "wait", str_of(WAIT));
    buf_add_cstr(&args, ",\"scope\":{\"key\":");
    buf_add_json(&args, c->name);
    buf_add_char(&args, '}');
    enum status s = remote_retry(c->cli, "budgets/set", &args, &answer, why);
    if (s == STATUS_UNKNOWN)
        why_set(why, s,
                "the gateway that runs knows no budgets: it is an older one. Restart it, or leave "
                "--budget out");
    buf_fini(&answer);
    buf_fini(&args);
    return s;
}

void cap_look(struct cap *c)
{
    struct buf args;
    struct why why = {0};
    if (!c->limit)
        return;
    buf_init(&args, &alloc_heap, 0);
    remote_arg(&args, "name", c->name);
    enum status s = remote_retry(c->cli, "budgets/show", &args, &c->answer, &why);
    if (s == STATUS_OK)
        s = json_open(buf_str(&c->answer), &alloc_heap, &c->found, &why);
    if (s != STATUS_OK)
        command_failed("what is left of the budget cannot be had: %s",
                       why.text[0] ? why.text : status_text(s));
    buf_fini(&args);
}

void cap_end(const struct cap *c)
{
    struct buf args, answer;
    struct why why = {0};
    if (!c->limit)
        return;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    remote_arg(&args, "name", c->name);
    enum status s = remote_retry(c->cli, "budgets/rm", &args, &answer, &why);
    if (s != STATUS_OK && s != STATUS_UNKNOWN)
        command_failed("the budget %.*s could not be removed: %s (`costlens budget rm`)",
                       STR_ARG(c->name), why.text[0] ? why.text : status_text(s));
    buf_fini(&answer);
    buf_fini(&args);
}

// Empty while it is not known.
static struct str amount(const struct cap *c, const char *name)
{
    return c->found ? json_str(json_get(json_get(json_root(c->found), "budget"), name)) : STR_NONE;
}

// `costlens budget raise run-make-1a2b3c4d USD`, or `... resume run-make-1a2b3c4d`.
static void add_cure(const struct cap *c, bool paused, struct buf *out)
{
    hint_write(out, &(struct hint){.verb = paused ? "budget resume" : "budget raise",
                                   .operands = {c->name, str_of(paused ? "" : "USD")},
                                   .config = str_of(c->cli->config_file)});
}

void cap_announce(const struct cap *c, FILE *to)
{
    struct buf cure;
    if (!c->limit)
        return;
    buf_init(&cure, &alloc_heap, 0);
    add_cure(c, false, &cure);
    command_print(to, "costlens: its calls stop at %s USD; %.*s raises that while it runs\n",
                  c->limit, STR_ARG(buf_str(&cure)));
    buf_fini(&cure);
}

// How many USD the one is more than the other, as text in `out`; nothing where one is not known, or
// it is no more than `slack` x 10^-9 USD.
static struct str beyond(struct str one, struct str other, int64_t slack, char out[DECIMAL_TEXT])
{
    int128 nano = 1000000000, more, less;
    if (!one.len || !other.len || decimal_read(one, &more) != STATUS_OK ||
        decimal_read(other, &less) != STATUS_OK || more - less <= slack * nano)
        return STR_NONE;
    return decimal_text(more - less, DECIMAL_PLACES, 2, out);
}

static void say_why_more(const struct cap *c, const struct json_val *total, FILE *to)
{
    char text[DECIMAL_TEXT];
    int64_t calls = 0, retries = 0;
    (void)!json_i64(json_get(total, "requests"), &calls);
    (void)!json_i64(json_get(total, "retries"), &retries);
    struct str cost = json_str(json_get(total, "cost_usd"));
    struct str more = beyond(amount(c, "spent"), cost, count_add(calls, retries), text);
    if (more.len)
        command_print(to,
                      "          %.*s more is spent than COST says: a call whose end or price is "
                      "not known counts at all that it held\n",
                      STR_ARG(more));
}

void cap_print(const struct cap *c, const struct json_val *total, FILE *to)
{
    if (!c->found)
        return;
    command_print(to, "budget    %.*s USD: spent %.*s, held by calls under way %.*s, left %.*s\n",
                  STR_ARG(amount(c, "limit")), STR_ARG(amount(c, "spent")),
                  STR_ARG(amount(c, "held")), STR_ARG(amount(c, "left")));
    say_why_more(c, total, to);
}

void cap_say_passed(const struct cap *c, FILE *to)
{
    char text[DECIMAL_TEXT];
    struct str by = beyond(amount(c, "spent"), amount(c, "limit"), 0, text);
    struct str overdraft = amount(c, "overdraft");
    if (overdraft.len)
        command_print(to,
                      "costlens: A CALL COST MORE THAN WAS HELD FOR IT: %.*s USD of what is spent "
                      "no limit has covered.\n",
                      STR_ARG(overdraft));
    if (by.len)
        command_print(to, "costlens: THE BUDGET IS OVERSPENT by %.*s USD%s.\n", STR_ARG(by),
                      overdraft.len ? "" : ": its limit was lowered meanwhile");
}

// Below 0: somebody has lowered it meanwhile. Above: raised.
static int changed_limit(const struct cap *c)
{
    int128 first = 0, now = 0;
    if (!amount(c, "limit").len || decimal_read(str_of(c->limit), &first) != STATUS_OK ||
        decimal_read(amount(c, "limit"), &now) != STATUS_OK)
        return 0;
    return (now > first) - (now < first);
}

static void say_reached(const struct cap *c, int64_t calls, FILE *to)
{
    struct buf cure;
    int changed = changed_limit(c);
    if (calls == 0)
        return;
    buf_init(&cure, &alloc_heap, 0);
    add_cure(c, false, &cure);
    command_print(to,
                  "costlens: THE BUDGET WAS REACHED: %lld %s refused, which could have passed its "
                  "limit",
                  (long long)calls, calls == 1 ? "call was" : "calls were");
    if (changed)
        command_print(to, ", %s from %s USD to %.*s meanwhile.\n",
                      changed < 0 ? "lowered" : "raised", c->limit, STR_ARG(amount(c, "limit")));
    else
        command_print(to, " of %s USD.\n", c->limit);
    command_print(to, "costlens: While such a program runs, %.*s lets it go on%s.\n",
                  STR_ARG(buf_str(&cure)), changed < 0 ? "" : "; or run it with a higher --budget");
    buf_fini(&cure);
}

static void say_paused(const struct cap *c, FILE *to)
{
    struct buf cure;
    if (c->paused == 0)
        return;
    bool still = c->found && json_bool(json_path(json_root(c->found), "budget.paused"), false);
    buf_init(&cure, &alloc_heap, 0);
    add_cure(c, true, &cure);
    command_print(to,
                  "costlens: THE BUDGET %s PAUSED: %lld %s refused.\n"
                  "costlens: While such a program runs, %.*s lets it go on.\n",
                  still ? "IS" : "WAS", (long long)c->paused,
                  c->paused == 1 ? "call was" : "calls were", STR_ARG(buf_str(&cure)));
    buf_fini(&cure);
}

void cap_say_refused(const struct cap *c, FILE *to)
{
    say_reached(c, c->refused - c->paused, to);
    say_paused(c, to);
}

void cap_write(const struct cap *c, struct json_out *o)
{
    static const char *const names[] = {"limit", "spent", "held", "left"};
    if (!c->limit) {
        json_out_null(o, "budget");
        return;
    }
    json_out_begin(o, "budget", '{');
    json_out_text(o, "name", c->name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (amount(c, names[i]).len)
            json_out_text(o, names[i], amount(c, names[i]));
        else
            json_out_null(o, names[i]);
    }
    if (amount(c, "overdraft").len)
        json_out_text(o, "overdraft", amount(c, "overdraft"));
    json_out_number(o, "refused", c->refused);
    json_out_number(o, "refused_paused", c->paused);
    json_out_end(o, '}');
}
