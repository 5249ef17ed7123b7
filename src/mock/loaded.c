// SPDX-License-Identifier: Apache-2.0

#include "mock/loaded.h"

#include <stdio.h>

#include "base/clock.h"

void loaded_name(struct str name, char out[256])
{
    bool tagged = str_find(name, ':') < name.len;
    (void)snprintf(out, 256, "%.*s%s", name.len > 200 ? 200 : (int)name.len, name.ptr,
                   tagged ? "" : ":latest");
}

static bool is_there(const struct loaded_model *m, int64_t now_us)
{
    return m->name[0] && m->until_us > now_us;
}

// Its place; else a free one, or that of the one whose time is over first.
static struct loaded_model *place_of(struct loaded *l, const char *name, int64_t now_us)
{
    struct loaded_model *best = &l->at[0];
    for (unsigned i = 0; i < LOADED_MODELS_MAX; i++) {
        struct loaded_model *m = &l->at[i];
        if (is_there(m, now_us) && strcmp(m->name, name) == 0)
            return m;
        if (m->until_us < best->until_us)
            best = m;
    }
    *best = (struct loaded_model){0};
    return best;
}

bool loaded_use(struct loaded *l, struct str name, int64_t context, int64_t keep_us, int64_t now_us)
{
    struct loaded_model *m;
    char own[256];
    loaded_name(name, own);
    m = place_of(l, own, now_us);
    bool load = !m->name[0] || m->context != context;
    memcpy(m->name, own, sizeof own);
    m->context = context;
    m->until_us = keep_us < LOADED_FOR_EVER - now_us ? now_us + keep_us : LOADED_FOR_EVER;
    return load;
}

void loaded_drop(struct loaded *l, struct str name)
{
    char own[256];
    loaded_name(name, own);
    for (unsigned i = 0; i < LOADED_MODELS_MAX; i++) {
        if (strcmp(l->at[i].name, own) == 0)
            l->at[i] = (struct loaded_model){0};
    }
}

void loaded_write(const struct loaded *l, int64_t now_us, struct buf *out)
{
    const char *comma = "";
    buf_add_cstr(out, "{\"models\":[");
    for (unsigned i = 0; i < LOADED_MODELS_MAX; i++) {
        const struct loaded_model *m = &l->at[i];
        if (!is_there(m, now_us))
            continue;
        buf_printf(out, "%s{\"name\":", comma);
        buf_add_json(out, str_of(m->name));
        buf_add_cstr(out, ",\"model\":");
        buf_add_json(out, str_of(m->name));
        buf_add_cstr(out, ",\"size\":420000000,\"size_vram\":0,\"expires_at\":\"");
        if (m->until_us == LOADED_FOR_EVER)
            buf_add_cstr(out, "2319-01-01T00:00:00Z");
        else
            civil_write(out, clock_wall_us() + m->until_us - now_us, 6);
        buf_printf(out, "\",\"context_length\":%lld}", (long long)m->context);
        comma = ",";
    }
    buf_add_cstr(out, "]}");
}
