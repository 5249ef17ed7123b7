// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_out.h"
#include "cmd/bill.h"
#include "cmd/remote.h"
#include "cmd/run.h"
#include "core/key.h"

#define SETTLE_NS    50000000
#define OPEN_TRIES   20
#define OPEN_STEP_NS 100000000

int run_bill_open(struct run *r)
{
    if (!r->wish.bill)
        return EXIT_OK;
    r->bill_fd = open(r->wish.bill, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (r->bill_fd >= 0)
        return EXIT_OK;
    command_failed("%s: %s", r->wish.bill, strerror(errno));
    return EXIT_NOT_BEGUN;
}

// --- written ---

static void write_refused(const struct run_refused *f, struct json_out *o)
{
    if (f->calls == 0) {
        json_out_null(o, "refused");
        return;
    }
    json_out_begin(o, "refused", '{');
    json_out_number(o, "requests", f->calls);
    json_out_number(o, "http_status", f->http_status);
    json_out_text(o, "model", buf_str(&f->model));
    json_out_text(o, "error", buf_str(&f->error));
    json_out_text(o, "message", buf_str(&f->message));
    json_out_end(o, '}');
}

static void write_json(const struct run *r, struct str bill, struct buf *out)
{
    struct json_out o = {out, true};
    json_out_begin(&o, NULL, '{');
    json_out_number(&o, "exit_code", r->end.exit_code);
    json_out_text(&o, "name", buf_str(&r->name));
    json_out_number(&o, "open_calls", r->over ? 0 : r->open);
    json_out_number(&o, "cut_calls", r->over ? r->open : 0);
    json_out_flag(&o, "gateway_lost", r->lost);
    json_out_begin(&o, "notes", '[');
    buf_add(out, buf_str(&r->notes));
    json_out_end(&o, ']');
    write_refused(&r->refused, &o);
    cap_write(&r->cap, &o);
    json_out_name(&o, "bill");
    buf_add(out, bill);
    json_out_end(&o, '}');
    buf_add_char(out, '\n');
}

static void keep_json(const struct run *r, struct str text)
{
    bool kept = ftruncate(r->bill_fd, 0) == 0 || errno == EINVAL; // a pipe, a device
    if (!kept || !file_write_to(r->bill_fd, text) || close(r->bill_fd) != 0)
        command_failed("THE BILL WAS NOT WRITTEN: %s: %s", r->wish.bill, strerror(errno));
}

static void show(const struct run *r, struct str text, const struct json_val *bill)
{
    struct buf json;
    int64_t calls = 0;
    buf_init(&json, &alloc_heap, 0);
    write_json(r, text, &json);
    if (r->bill_fd >= 0)
        keep_json(r, buf_str(&json));
    bool seen = json_i64(json_path(bill, "total.requests"), &calls) && calls > 0;
    if (r->cli->json)
        fwrite(json.ptr, 1, json.len, stderr);
    else if (seen && !r->wish.quiet)
        bill_print(bill, r->cli->config_file, stderr);
    if (!r->cli->json && !r->wish.quiet)
        cap_print(&r->cap, json_get(bill, "total"), stderr);
    if (!r->cli->json)
        run_say_wrong(r, bill);
    buf_fini(&json);
}

// --- asked for ---

// Its own, or of a run inside it.
static bool is_mine(const struct run *r, const struct json_val *call)
{
    struct str key = json_str(json_get(call, "key"));
    return str_eq(key, buf_str(&r->key)) || key_run_inside(key, key_run(buf_str(&r->key)));
}

static void take_text(const struct json_val *v, const char *member, struct buf *out)
{
    buf_clear(out);
    buf_add(out, json_str(json_get(v, member)));
}

static void read_refused(struct run *r, const struct json_val *list, struct run_refused *f)
{
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v;
    int64_t newest_us = 0;
    f->calls = r->cap.refused = r->cap.paused = 0;
    while (json_each(&it, list, &name, &v)) { // one a key, budget and worker
        int64_t calls = 0, last_us = 0;
        if (!is_mine(r, v) || !json_i64(json_get(v, "requests"), &calls) ||
            !json_i64(json_get(v, "last_us"), &last_us))
            continue;
        f->calls += calls;
        bool paused = json_bool(json_get(v, "paused"), false);
        if (r->cap.limit && str_eq(json_str(json_get(v, "budget")), r->cap.name)) {
            r->cap.refused += calls;
            r->cap.paused += paused ? calls : 0;
            last_us = 0; // that is said by itself
        }
        if (last_us < newest_us || !json_i64(json_get(v, "http_status"), &f->http_status))
            continue;
        newest_us = last_us;
        f->paused = paused;
        take_text(v, "budget", &f->budget);
        take_text(v, "model", &f->model);
        take_text(v, "error", &f->error);
        take_text(v, "message", &f->message);
    }
}

// What of the run no bill can say: calls under way, and those that were refused. None when nobody
// can tell.
static void look(struct run *r)
{
    struct buf args, text;
    struct json *j = NULL;
    struct why why = {0};
    struct json_iter it = {0};
    struct str name;
    const struct json_val *call;
    r->open = 0;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    remote_arg(&args, "filter", key_run(buf_str(&r->key)));
    buf_add_char(&args, '}');
    enum status s = remote_run(r->cli, "live", buf_str(&args), &text, &why);
    r->lost |= s == STATUS_CLOSED;
    if (s == STATUS_OK && json_open(buf_str(&text), &alloc_heap, &j, &why) == STATUS_OK) {
        struct str began = json_str(json_get(json_root(j), "since"));
        r->lost |= str_cmp(buf_str(&r->since), began) < 0; // another one took its place
        while (json_each(&it, json_get(json_root(j), "running"), &name, &call))
            r->open += is_mine(r, call);
        read_refused(r, json_get(json_root(j), "refused"), &r->refused);
    }
    json_close(j);
    buf_fini(&text);
    buf_fini(&args);
}

// The last refusal was by the budget of a run inside it, and that is gone.
static bool inner_budget_over(struct run *r)
{
    struct buf args, text;
    struct why why = {0};
    struct str name = buf_str(&r->refused.budget);
    if (!key_run_inside(name, key_run(buf_str(&r->key))))
        return false;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    remote_arg(&args, "name", name);
    enum status s = remote_retry(r->cli, "budgets/show", &args, &text, &why);
    buf_fini(&text);
    buf_fini(&args);
    return s == STATUS_UNKNOWN;
}

static void pause_ns(long ns)
{
    struct timespec t = {.tv_nsec = ns};
    nanosleep(&t, NULL);
}

// A call that the program left in the middle ends when the gateway sees that; one whose client
// lives on in the background does not.
void run_settle(struct run *r)
{
    pause_ns(SETTLE_NS);
    look(r);
    for (int i = 0; r->open > 0 && i < OPEN_TRIES && !child_hurried(); i++) {
        pause_ns(OPEN_STEP_NS);
        look(r);
    }
    cap_watch(&r->cap);
    r->refused.budget_over = r->refused.budget.len && inner_budget_over(r);
}

// A gateway that ends here has written the last of its rows by then.
void run_bill_show(struct run *r)
{
    struct buf args, text;
    struct json *j = NULL;
    struct why why = {0};
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    remote_arg(&args, "key", buf_str(&r->key));
    remote_arg(&args, "since", buf_str(&r->since));
    enum status s = remote_retry(r->cli, "bill", &args, &text, &why);
    if (s == STATUS_OK)
        s = json_open(buf_str(&text), &alloc_heap, &j, &why);
    if (s == STATUS_OK) {
        cap_look(&r->cap);
        show(r, buf_str(&text), json_root(j));
    } else {
        command_failed("the bill cannot be had: %s. Later: costlens report --by key",
                       why.text[0] ? why.text : status_text(s));
    }
    json_close(j);
    buf_fini(&text);
    buf_fini(&args);
}
