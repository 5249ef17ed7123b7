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

// NULL when ready, else why not.
static const char *not_ready(struct gate *g)
{
    if (gate_draining(g))
        return "draining";
    const char *trouble = store_trouble(gate_store(g));
    struct snapshot *now = gate_snapshot(g);
    if (!trouble && !disk_has_room(now->config->state))
        trouble = "the disk of the state folder is nearly full";
    if (!trouble && !disk_has_room(now->config->store))
        trouble = "the disk of the store is nearly full";
    snapshot_free(now);
    return trouble;
}

static void say(struct exchange *x, int status, const char *text)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 256);
    buf_printf(&b, "%s\n", text);
    exchange_begin(x, status);
    exchange_field(x, str_of("content-type"), str_of("text/plain; charset=utf-8"));
    exchange_field(x, str_of("cache-control"), str_of("no-store"));
    exchange_head(x, (int64_t)b.len);
    if (!str_is(exchange_request(x)->method, "HEAD"))
        exchange_write(x, buf_str(&b));
    exchange_end(x);
    buf_fini(&b);
}

bool health_answers(struct gate *g, struct exchange *x)
{
    const struct head *h = exchange_request(x);
    bool live = str_is(h->path, "/livez");
    bool ready = str_is(h->path, "/readyz");
    if (!live && !ready)
        return false;
    if (!str_is(h->method, "GET") && !str_is(h->method, "HEAD"))
        return false;
    const char *cause = NULL;
    if (live)
        cause = gate_stuck(g) ? "an event loop stands still" : NULL;
    else
        cause = not_ready(g);
    say(x, cause ? 503 : 200, cause ? cause : "ok");
    return true;
}
