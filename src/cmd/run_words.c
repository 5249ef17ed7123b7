// SPDX-License-Identifier: Apache-2.0

#include <stdarg.h>

#include "cmd/run.h"

void run_note(struct run *r, const char *format, ...)
{
    struct buf text;
    va_list list;
    buf_init(&text, &alloc_heap, 0);
    va_start(list, format);
    buf_vprintf(&text, format, list);
    va_end(list);
    if (r->cli->json) {
        buf_add_cstr(&r->notes, r->notes.len ? "," : "");
        buf_add_json(&r->notes, buf_str(&text));
    } else {
        command_print(stderr, "costlens: %.*s\n", STR_ARG(buf_str(&text)));
    }
    buf_fini(&text);
}

static void say_unseen(const struct run *r)
{
    command_print(
        stderr,
        "costlens: NOTHING WAS SEEN: the gateway (%.*s) led no call of %s to a provider, "
        "and what it may have spent elsewhere is in no ledger.\n"
        "costlens: Had it called with another key, it was refused and told why. A `costlens run` "
        "inside it, with another state folder, has a ledger of its own.\n"
        "costlens: %s\n",
        STR_ARG(buf_str(&r->lease.base)), r->argv[0], launch_unseen(&r->launch));
}

static void add_reason(const struct run_refused *f, struct buf *out)
{
    if (!f->budget_over) {
        buf_printf(out, "%.*s%s%.*s", STR_ARG(buf_str(&f->model)), f->model.len ? ": " : "",
                   STR_ARG(buf_str(&f->message)));
        return;
    }
    buf_printf(out, "by the budget %.*s of a run inside it, which has ended: ",
               STR_ARG(buf_str(&f->budget)));
    buf_add_cstr(out, f->paused ? "it was paused" : "give that run a higher --budget");
}

// But for those that its own budget refused.
static void say_refused(const struct run *r)
{
    const struct run_refused *f = &r->refused;
    int64_t calls = f->calls - r->cap.refused;
    struct buf reason;
    if (calls <= 0)
        return;
    buf_init(&reason, &alloc_heap, 0);
    add_reason(f, &reason);
    command_print(stderr, "costlens: %lld %s refused by the gateway itself%s %.*s (%lld)\n",
                  (long long)calls, calls == 1 ? "call was" : "calls were",
                  calls == 1 ? ":" : "; the last:", STR_ARG(buf_str(&reason)),
                  (long long)f->http_status);
    buf_fini(&reason);
}

static void say_open(const struct run *r)
{
    if (r->over) {
        command_print(stderr,
                      "costlens: %u %s still under way and %s cut: the gateway ended with this "
                      "run, the last that used it. What is known of %s is on the bill\n",
                      r->open, r->open == 1 ? "call was" : "calls were",
                      r->open == 1 ? "was" : "were", r->open == 1 ? "it" : "them");
        return;
    }
    command_print(stderr,
                  "costlens: %u %s still under way and on no bill yet. Later: costlens report --by "
                  "key (%.*s)\n",
                  r->open, r->open == 1 ? "call is" : "calls are", STR_ARG(buf_str(&r->key)));
}

static void say_lost(int64_t calls, int64_t captured)
{
    command_print(stderr,
                  "costlens: THE GATEWAY ENDED BEFORE THE PROGRAM DID: it was stopped or killed, "
                  "and what it refused is not known. %lld %s that it had sent %s booked",
                  (long long)calls, calls == 1 ? "call" : "calls", calls == 1 ? "is" : "are");
    if (captured > 0)
        command_print(stderr,
                      ": %lld of them, whose end is not known, at the most that %s can cost",
                      (long long)captured, captured == 1 ? "it" : "they");
    command_print(stderr, ".\n");
}

static int64_t number(const struct json_val *bill, const char *path)
{
    int64_t n = 0;
    return json_i64(json_path(bill, path), &n) ? n : 0;
}

static void say_too_long(int64_t answers)
{
    if (answers > 0)
        command_print(stderr,
                      "costlens: %lld %s CUT: its provider ignores the maximum of an answer, "
                      "and had passed it.\n",
                      (long long)answers, answers == 1 ? "ANSWER WAS" : "ANSWERS WERE");
}

void run_say_wrong(const struct run *r, const struct json_val *bill)
{
    int64_t calls = number(bill, "total.requests");
    int64_t too_long = number(bill, "answers_too_long");
    cap_say_passed(&r->cap, stderr);
    cap_say_refused(&r->cap, stderr);
    cap_say_cut(&r->cap, number(bill, "answers_cut") - too_long, stderr);
    say_too_long(too_long);
    say_refused(r);
    if (r->open > 0)
        say_open(r);
    if (r->lost)
        say_lost(calls, number(bill, "total.captured"));
    else if (calls == 0 && r->open == 0 && r->refused.calls == 0)
        say_unseen(r);
}
