// SPDX-License-Identifier: Apache-2.0

#include "cmd/cap.h"

#include "budget/nano.h"
#include "cmd/command.h"
#include "cmd/remote.h"
#include "cmd/shell.h"

#define WAIT "30s" // what only running calls keep out waits for them

void cap_init(struct cap *c)
{
    *c = (struct cap){.limit = NULL};
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

void cap_args(const struct cap *c, struct buf *args)
{
    remote_arg(args, "name", c->name);
    remote_arg(args, "limit", str_of(c->limit));
    remote_arg(args, "wait", str_of(WAIT));
    buf_add_cstr(args, ",\"scope\":{\"key\":");
    buf_add_json(args, c->name);
    buf_add_char(args, '}');
}

enum status cap_read(struct cap *c, struct why *why)
{
    return json_open(buf_str(&c->answer), &alloc_heap, &c->found, why);
}

// Empty while it is not known.
static struct str amount(const struct cap *c, const char *name)
{
    return c->found ? json_str(json_get(json_get(json_root(c->found), "budget"), name)) : STR_NONE;
}

// `costlens budget raise run-make-1a2b3c4d USD`
static void add_cure(const struct cap *c, struct buf *out)
{
    buf_add_cstr(out, "`costlens budget raise ");
    shell_word(out, c->name);
    buf_add_cstr(out, " USD");
    if (c->config) {
        buf_add_cstr(out, " --config ");
        shell_word(out, str_of(c->config));
    }
    buf_add_char(out, '`');
}

void cap_announce(const struct cap *c, FILE *to)
{
    struct buf cure;
    if (!c->limit)
        return;
    buf_init(&cure, &alloc_heap, 0);
    add_cure(c, &cure);
    command_print(to, "costlens: its calls stop at %s USD; %.*s raises that while it runs\n",
                  c->limit, STR_ARG(buf_str(&cure)));
    buf_fini(&cure);
}

void cap_print(const struct cap *c, FILE *to)
{
    struct str held = amount(c, "held");
    if (!c->found)
        return;
    command_print(to, "budget    %.*s USD: spent %.*s", STR_ARG(amount(c, "limit")),
                  STR_ARG(amount(c, "spent")));
    if (held.len && !str_is(held, "0.00"))
        command_print(to, ", held by calls under way %.*s", STR_ARG(held));
    command_print(to, ", left %.*s\n", STR_ARG(amount(c, "left")));
}

void cap_say_reached(const struct cap *c, FILE *to)
{
    struct buf cure;
    struct str limit = amount(c, "limit");
    if (c->refused == 0)
        return;
    buf_init(&cure, &alloc_heap, 0);
    add_cure(c, &cure);
    command_print(
        to,
        "costlens: THE BUDGET WAS REACHED: %lld %s refused, which could have passed its "
        "limit of %.*s USD.\n"
        "costlens: While such a program runs, %.*s lets it go on; or run it with a higher "
        "--budget.\n",
        (long long)c->refused, c->refused == 1 ? "call was" : "calls were",
        STR_ARG(limit.len ? limit : str_of(c->limit)), STR_ARG(buf_str(&cure)));
    buf_fini(&cure);
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
    json_out_number(o, "refused", c->refused);
    json_out_end(o, '}');
}
