// SPDX-License-Identifier: Apache-2.0

#include "gate/health.h"

#include <sys/statvfs.h>

#include "gate/gate_state.h"

#define DISK_FREE_PERCENT_MIN 5

static bool disk_has_room(struct str folder)
{
    struct statvfs v;
    // The configuration keeps slices with a NUL after them.
    if (!folder.ptr || statvfs(folder.ptr, &v) != 0 || v.f_blocks == 0)
        return true;
    return v.f_bavail * 100 / v.f_blocks >= DISK_FREE_PERCENT_MIN;
}

// Why calls are refused, or will be soon, whatever the configuration says; or NULL.
static const char *journal_trouble(struct gate *g, const struct config *c)
{
    if (gate_draining(g))
        return "draining";
    if (!store_journals(gate_store(g)))
        return "the journal cannot be written";
    return disk_has_room(c->state) ? NULL : "the disk of the state folder is nearly full";
}

static const char *ledger_trouble(struct gate *g, const struct config *c)
{
    if (!store_healthy(gate_store(g)))
        return "the ledger cannot be written";
    return disk_has_room(c->store) ? NULL : "the disk of the store is nearly full";
}

// What is not well, or NULL. It is ready where calls go on without the ledger.
static const char *trouble_of(struct gate *g, bool *ready)
{
    struct snapshot *now = gate_snapshot(g);
    const struct config *c = now->config;
    const char *trouble = journal_trouble(g, c);
    *ready = !trouble && c->on_store_failure_allow;
    if (!trouble)
        trouble = ledger_trouble(g, c);
    *ready = *ready || !trouble;
    snapshot_free(now);
    return trouble;
}

static void say(struct exchange *x, int status, const char *text)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 256);
    buf_printf(&b, "%s\n", text);
    exchange_begin(x, status);
    exchange_come_again(x, status);
    exchange_field(x, str_of("content-type"), str_of("text/plain; charset=utf-8"));
    exchange_field(x, str_of("cache-control"), str_of("no-store"));
    exchange_head(x, (int64_t)b.len);
    if (!str_is(exchange_request(x)->method, "HEAD"))
        exchange_write(x, buf_str(&b));
    exchange_end(x);
    buf_fini(&b);
}

static bool reads(const struct head *h)
{
    return str_is(h->method, "GET") || str_is(h->method, "HEAD");
}

bool health_greets(struct exchange *x)
{
    const struct head *h = exchange_request(x);
    if (!str_is(h->path, "/") || !reads(h))
        return false;
    say(x, 200, "CostLens is running");
    return true;
}

bool health_answers(struct gate *g, struct exchange *x)
{
    const struct head *h = exchange_request(x);
    bool live = str_is(h->path, "/livez");
    bool ready = str_is(h->path, "/readyz");
    if ((!live && !ready) || !reads(h))
        return false;
    const char *cause = gate_stuck(g) ? "an event loop stands still" : NULL;
    bool well = !cause;
    if (ready)
        cause = trouble_of(g, &well);
    say(x, well ? 200 : 503, cause ? cause : "ok");
    return true;
}
