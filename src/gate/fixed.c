// SPDX-License-Identifier: Apache-2.0

#include "gate/fixed.h"

#define TEXT_BYTES_MAX ((size_t)1024 * 1024)

typedef void part_f(const struct config *c, struct buf *out);

static void addresses(const struct config_listen *l, unsigned n, struct buf *out)
{
    for (unsigned i = 0; i < n; i++)
        buf_printf(out, "%.*s\n", STR_ARG(l[i].address));
}

static void listen(const struct config *c, struct buf *out)
{
    addresses(c->listen, c->listen_count, out);
}

static void admin(const struct config *c, struct buf *out)
{
    addresses(c->admin, c->admin_count, out);
}

static void store(const struct config *c, struct buf *out)
{
    buf_add(out, c->store);
}

static void state(const struct config *c, struct buf *out)
{
    buf_add(out, c->state);
}

static void workers(const struct config *c, struct buf *out)
{
    buf_printf(out, "%u", c->workers);
}

static void body(const struct config *c, struct buf *out)
{
    buf_printf(out, "%zu", c->body_bytes);
}

static void buffers(const struct config *c, struct buf *out)
{
    buf_printf(out, "%zu", c->buffer_bytes);
}

static void tls(const struct config *c, struct buf *out)
{
    buf_printf(out, "%.*s\n%.*s", STR_ARG(c->tls_cert), STR_ARG(c->tls_key));
}

static void half_close(const struct config *c, struct buf *out)
{
    buf_printf(out, "%d", c->half_close_answers);
}

static void keep(const struct config *c, struct buf *out)
{
    buf_printf(out, "%lld", (long long)c->keep_days);
}

static void sync_every(const struct config *c, struct buf *out)
{
    buf_printf(out, "%lld", (long long)c->fsync_ms);
}

static void level(const struct config *c, struct buf *out)
{
    buf_printf(out, "%d", (int)c->log_level);
}

static void format(const struct config *c, struct buf *out)
{
    buf_printf(out, "%d", (int)c->log_format);
}

static const struct {
    const char *name;
    part_f *write;
} parts[] = {
    {"listen", listen},
    {"admin", admin},
    {"store", store},
    {"state", state},
    {"workers", workers},
    {"limits.body", body},
    {"limits.buffers", buffers},
    {"tls", tls},
    {"half_close", half_close},
    {"keep", keep},
    {"fsync", sync_every},
    {"log.level", level},
    {"log.format", format},
};

#define PARTS (sizeof parts / sizeof parts[0])
_Static_assert(PARTS <= FIXED_PARTS_MAX, "each part has its mark");

bool fixed_take(const struct config *c, struct fixed *out)
{
    bool good = true;
    *out = (struct fixed){0};
    for (size_t i = 0; i < PARTS; i++) {
        struct buf text;
        buf_init(&text, &alloc_heap, TEXT_BYTES_MAX);
        parts[i].write(c, &text);
        good = good && !buf_failed(&text) && digest_sha256(buf_str(&text), out->mark[i]);
        buf_fini(&text);
    }
    return good;
}

void fixed_differ(const struct fixed *a, const struct fixed *b, struct buf *out)
{
    for (size_t i = 0; i < PARTS; i++)
        if (memcmp(a->mark[i], b->mark[i], DIGEST_BYTES) != 0)
            buf_printf(out, "%s%s", out->len ? ", " : "", parts[i].name);
}
