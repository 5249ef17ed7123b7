// SPDX-License-Identifier: Apache-2.0

#include "mock/bill.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "mock/voice.h"

int bill_open(const char *path, struct why *why)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0)
        why_set(why, STATUS_IO, "cannot open the log %s: %s", path, strerror(errno));
    return fd;
}

void bill_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

static void add_billed(const struct billed *t, struct buf *out)
{
    buf_printf(out,
               ",\"input\":%lld,\"cache_read\":%lld,\"cache_write\":%lld,\"cache_write_1h\":%lld,"
               "\"output\":%lld,\"reasoning\":%lld",
               (long long)t->input, (long long)t->cache_read, (long long)t->cache_write,
               (long long)t->cache_write_1h, (long long)t->output, (long long)t->reasoning);
}

void bill_write(int fd, const struct bill_line *line)
{
    const struct order *o = line->order;
    if (fd < 0)
        return;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    buf_add_cstr(&out, "{\"time\":\"");
    civil_write(&out, clock_wall_us(), 6);
    buf_printf(&out, "\",\"id\":\"%s\",\"endpoint\":\"%s\",\"model\":", line->id,
               wish_name(o->wish));
    buf_add_json(&out, o->answered.len > 0 ? o->answered : o->name);
    buf_add_cstr(&out, ",\"asked\":");
    buf_add_json(&out, o->name);
    buf_add_cstr(&out, ",\"user\":");
    buf_add_json(&out, o->user);
    buf_printf(&out, ",\"status\":%d", line->status);
    add_billed(&line->billed, &out);
    if (o->trouble.odd == ODD_OPENROUTER || o->trouble.odd == ODD_XAI)
        buf_printf(&out, ",\"micro_usd\":%lld", (long long)voice_charge(o));
    buf_printf(&out, ",\"stream\":%s,\"finished\":%s,\"left\":%s,\"reported\":%s}\n",
               o->stream ? "true" : "false", line->finished ? "true" : "false",
               line->left ? "true" : "false", line->reported ? "true" : "false");
    if (buf_failed(&out) || write(fd, out.ptr, out.len) != (ssize_t)out.len)
        log_say(LOG_ERROR, "the mock could not write its billing log");
    buf_fini(&out);
}
