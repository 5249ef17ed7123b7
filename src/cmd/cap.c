// SPDX-License-Identifier: Apache-2.0

#include "cmd/cap.h"

#include "base/decimal.h"
#include "budget/nano.h"
#include "cmd/purse.h"
#include "cmd/remote.h"
#include "config/hint.h"
#include "core/key.h"
#include "core/usage.h"

#define WAIT "30s" // what only running calls keep out waits for them

void cap_init(struct cap *c, const struct cli *cli)
{
    *c = (struct cap){.cli = cli};
    buf_init(&c->answer, &alloc_heap, 0);
    buf_init(&c->made_text, &alloc_heap, 0);
}

void cap_fini(struct cap *c)
{
    json_close(c->found);
    json_close(c->made);
    buf_fini(&c->answer);
    buf_fini(&c->made_text);
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
    struct buf args;
    if (!c->limit)
        return STATUS_OK;
    buf_init(&args, &alloc_heap, 0);
    remote_arg(&args, "name", c->name);
    remote_arg(&args, "limit", str_of(c->limit));
    remote_arg(&args, "wait", str_of(WAIT));
    buf_add_cstr(&args, ",\"scope\":{\"key\":");
    buf_add_json(&args, c->name);
    buf_add_char(&args, '}');
    enum status s = remote_retry(c->cli, "budgets/set", &args, &c->made_text, why);
    if (s == STATUS_OK) // it is made, whatever else is told
        (void)!json_open(buf_str(&c->made_text), &alloc_heap, &c->made, NULL);
    if (s == STATUS_UNKNOWN)
        why_set(why, s,
                "the gateway that runs knows no budgets: it is an older one. Restart it, or leave "
                "--budget out");
    buf_fini(&args);
    return s;
}

const struct json_val *cap_warnings(const struct cap *c)
{
    return c->made ? json_get(json_root(c->made), "warnings") : NULL;
}

static enum status ask(struct cap *c, struct buf *text, struct json **answer, struct why *why)
{
    struct buf args;
    int64_t would = 0;
    buf_init(&args, &alloc_heap, 0);
    remote_arg(&args, "name", c->name);
    enum status s = remote_retry(c->cli, "budgets/show", &args, text, why);
    if (s == STATUS_OK)
        s = json_open(buf_str(text), &alloc_heap, answer, why);
    if (s == STATUS_OK && json_i64(json_path(json_root(*answer), "budget.would_refuse"), &would))
        c->would = would;
    buf_fini(&args);
    return s;
}

void cap_watch(struct cap *c)
{
    struct buf text;
    struct json *j = NULL;
    struct why why = {0};
    if (!c->limit)
        return;
    buf_init(&text, &alloc_heap, 0);
    (void)!ask(c, &text, &j, &why); // cap_look says what is wrong
    json_close(j);
    buf_fini(&text);
}

static void add_over(struct cap *c, const struct json_val *events)
{
    struct json_iter it = {0};
    const struct json_val *event;
    int128 more;
    while (json_each(&it, events, NULL, &event)) {
        if (decimal_read(json_str(json_get(event, "beyond")), &more) != STATUS_OK)
            continue; // a threshold
        c->over++;
        c->over_usd += more;
    }
}

// What cannot be had of it is left out: what no limit has covered is told without.
static void look_over(struct cap *c)
{
    struct buf args, text;
    struct json *j = NULL;
    struct why why = {0};
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    remote_arg(&args, "name", c->name);
    enum status s = remote_retry(c->cli, "budgets/events", &args, &text, &why);
    if (s == STATUS_OK && json_open(buf_str(&text), &alloc_heap, &j, &why) == STATUS_OK)
        add_over(c, json_get(json_root(j), "events"));
    json_close(j);
    buf_fini(&text);
    buf_fini(&args);
}

void cap_look(struct cap *c)
{
    struct why why = {0};
    if (!c->limit)
        return;
    enum status s = ask(c, &c->answer, &c->found, &why);
    if (s != STATUS_OK)
        command_failed("what is left of the budget cannot be had: %s",
                       why.text[0] ? why.text : status_text(s));
    else
        look_over(c);
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

// NULL while it is not known.
static const struct json_val *budget(const struct cap *c)
{
    return c->found ? json_get(json_root(c->found), "budget") : NULL;
}

// Empty while it is not known.
static struct str amount(const struct cap *c, const char *name)
{
    return json_str(json_get(budget(c), name));
}

static bool is(const struct cap *c, const char *name, const char *value)
{
    return str_is(amount(c, name), value);
}

// Its scope is no more the one that it was made with.
static bool moved(const struct cap *c)
{
    const struct json_val *scope = json_get(budget(c), "scope");
    return c->found && (amount(c, "per").len || json_count(scope) != 1 ||
                        !str_eq(json_str(json_get(scope, "key")), c->name));
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

static void say_moved(const struct cap *c, FILE *to)
{
    struct buf scope;
    struct str key = json_str(json_path(budget(c), "scope.key"));
    if (!moved(c))
        return;
    bool none = key.len && !str_eq(key, c->name) && !key_run_inside(c->name, key_run(key));
    buf_init(&scope, &alloc_heap, 0);
    purse_scope(&scope, budget(c));
    command_print(to, "          its scope was changed meanwhile (%.*s): it %s\n",
                  STR_ARG(buf_str(&scope)),
                  none ? "concerns none of these calls any more" : "has not spent what they cost");
    buf_fini(&scope);
}

static void say_weak(const struct cap *c, FILE *to)
{
    const char *calls = c->would == 1 ? "call" : "calls";
    if (is(c, "hold", "grow"))
        command_print(to,
                      "          `hold: grow`: of a stream it holds less than all that this may "
                      "cost, the weaker promise\n");
    if (is(c, "enforce", "observe"))
        command_print(to,
                      "          `enforce: observe`: it refuses nothing, and would have refused "
                      "%lld %s\n",
                      (long long)c->would, calls);
    else if (c->would > 0)
        command_print(to,
                      "          while it only observed, it let %lld %s through that it would have "
                      "refused\n",
                      (long long)c->would, calls);
}

void cap_print(const struct cap *c, const struct json_val *total, FILE *to)
{
    struct buf line;
    if (!c->found)
        return;
    if (amount(c, "spent").len) {
        command_print(to,
                      "budget    %.*s USD: spent %.*s, held by calls under way %.*s, left %.*s\n",
                      STR_ARG(amount(c, "limit")), STR_ARG(amount(c, "spent")),
                      STR_ARG(amount(c, "held")), STR_ARG(amount(c, "left")));
        if (!moved(c))
            say_why_more(c, total, to);
    } else { // it adds nothing up any more, or nothing yet
        buf_init(&line, &alloc_heap, 0);
        purse_line(&line, budget(c));
        command_print(to, "budget    %.*s\n", STR_ARG(buf_str(&line)));
        buf_fini(&line);
    }
    say_moved(c, to);
    say_weak(c, to);
}

// Why more is spent than its limit, where no call cost more than it held.
static const char *why_passed(const struct cap *c)
{
    if (is(c, "enforce", "observe"))
        return ": it refuses nothing (`enforce: observe`)";
    return c->would > 0 ? ": for a time it has refused nothing (`enforce: observe`)"
                        : ": its limit was lowered meanwhile";
}

static struct str over_usd(const struct cap *c, char out[DECIMAL_TEXT])
{
    return decimal_text(c->over_usd, DECIMAL_PLACES, 2, out);
}

// Within its limit.
static void say_over(const struct cap *c, FILE *to)
{
    char text[DECIMAL_TEXT];
    struct buf events;
    if (c->over == 0)
        return;
    buf_init(&events, &alloc_heap, 0);
    hint_write(&events,
               &(struct hint){.verb = "budget events", .config = str_of(c->cli->config_file)});
    command_print(to, "costlens: %s WORST CASE: %.*s USD more; %.*s names it.\n",
                  c->over == 1 ? "A CALL IS CHARGED MORE THAN ITS"
                               : "CALLS ARE CHARGED MORE THAN THEIR",
                  STR_ARG(over_usd(c, text)), STR_ARG(buf_str(&events)));
    buf_fini(&events);
}

void cap_say_passed(const struct cap *c, FILE *to)
{
    char text[DECIMAL_TEXT];
    struct str by = beyond(amount(c, "spent"), amount(c, "limit"), 0, text);
    struct str overdraft = amount(c, "overdraft");
    if (overdraft.len)
        command_print(
            to,
            "costlens: A CALL IS CHARGED MORE THAN WAS HELD FOR IT: %.*s USD of what is spent "
            "no limit has covered.\n",
            STR_ARG(overdraft));
    else
        say_over(c, to);
    if (by.len)
        command_print(to, "costlens: THE BUDGET IS OVERSPENT by %.*s USD%s.\n", STR_ARG(by),
                      overdraft.len ? "" : why_passed(c));
}

void cap_say_cut(const struct cap *c, int64_t cut, FILE *to)
{
    struct buf cure;
    if (cut == 0)
        return;
    command_print(to,
                  "costlens: %lld %s CUT: a budget that holds less than all it may cost (`hold: "
                  "grow`) was used up.\n",
                  (long long)cut, cut == 1 ? "ANSWER WAS" : "ANSWERS WERE");
    if (!is(c, "hold", "grow") || c->refused > c->paused) // that says how to go on
        return;
    buf_init(&cure, &alloc_heap, 0);
    add_cure(c, false, &cure);
    command_print(to, "costlens: While such a program runs, %.*s gives it more.\n",
                  STR_ARG(buf_str(&cure)));
    buf_fini(&cure);
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
    bool still = json_bool(json_get(budget(c), "paused"), false);
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

// Null where it is not known.
static void write_text(const struct cap *c, const char *name, struct json_out *o)
{
    if (amount(c, name).len)
        json_out_text(o, name, amount(c, name));
    else
        json_out_null(o, name);
}

void cap_write(const struct cap *c, struct json_out *o)
{
    static const char *const names[] = {"limit", "spent", "held", "left", "hold", "enforce"};
    if (!c->limit) {
        json_out_null(o, "budget");
        return;
    }
    char text[DECIMAL_TEXT];
    json_out_begin(o, "budget", '{');
    json_out_text(o, "name", c->name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        write_text(c, names[i], o);
    if (amount(c, "overdraft").len)
        json_out_text(o, "overdraft", amount(c, "overdraft"));
    if (c->over > 0)
        json_out_text(o, "beyond_worst_case", over_usd(c, text));
    if (c->found)
        json_out_flag(o, "scope_changed", moved(c));
    else
        json_out_null(o, "scope_changed");
    json_out_number(o, "would_refuse", c->would);
    json_out_number(o, "refused", c->refused);
    json_out_number(o, "refused_paused", c->paused);
    json_out_end(o, '}');
}
