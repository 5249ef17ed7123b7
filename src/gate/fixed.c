// SPDX-License-Identifier: Apache-2.0

#include "gate/fixed.h"

#include <stddef.h>

#define TEXT(field)  offsetof(struct config, field), 0
#define PLAIN(field) offsetof(struct config, field), sizeof(((struct config *)NULL)->field)

// Behind the two lists of addresses.
static const struct part {
    const char *name;
    size_t at;
    size_t size; // 0: a struct str
} parts[] = {
    {"store", TEXT(store)},
    {"state", TEXT(state)},
    {"workers", PLAIN(workers)},
    {"limits.body", PLAIN(body_bytes)},
    {"limits.buffers", PLAIN(buffer_bytes)},
    {"tls.cert", TEXT(tls_cert)},
    {"tls.key", TEXT(tls_key)},
    {"half_close", PLAIN(half_close_answers)},
    {"keep", PLAIN(keep_days)},
    {"fsync", PLAIN(fsync_ms)},
    {"log.level", PLAIN(log_level)},
    {"log.format", PLAIN(log_format)},
};

static void add_name(struct buf *names, const char *name)
{
    buf_printf(names, "%s%s", names->len ? ", " : "", name);
}

static bool keep_text(struct arena *a, struct str *fresh, struct str running)
{
    if (str_eq(*fresh, running))
        return false;
    *fresh = arena_dup(a, running);
    return true;
}

// True when it was something else.
static bool keep(struct config *fresh, const struct config *running, const struct part *p)
{
    void *to = (char *)fresh + p->at;
    const void *from = (const char *)running + p->at;
    if (p->size == 0)
        return keep_text(&fresh->arena, to, *(const struct str *)from);
    bool differs = memcmp(to, from, p->size) != 0;
    memcpy(to, from, p->size);
    return differs;
}

// As keep, for a list of addresses.
static bool keep_list(struct arena *a, struct config_listen **fresh, unsigned *count,
                      const struct config_listen *running, unsigned running_count)
{
    bool differs = *count != running_count;
    struct config_listen *list = arena_array(a, struct config_listen, running_count + 1);
    for (unsigned i = 0; list && i < running_count; i++) {
        differs = differs || !str_eq((*fresh)[i].address, running[i].address);
        list[i] = running[i];
        list[i].address = arena_dup(a, running[i].address);
    }
    *fresh = list;
    *count = running_count;
    return differs;
}

bool fixed_keep(struct config *fresh, const struct config *running, struct buf *names)
{
    struct arena *a = &fresh->arena;
    if (keep_list(a, &fresh->listen, &fresh->listen_count, running->listen, running->listen_count))
        add_name(names, "listen");
    if (keep_list(a, &fresh->admin, &fresh->admin_count, running->admin, running->admin_count))
        add_name(names, "admin");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (keep(fresh, running, &parts[i]))
            add_name(names, parts[i].name);
    return !arena_failed(a) && !buf_failed(names);
}
