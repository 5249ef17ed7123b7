// SPDX-License-Identifier: Apache-2.0

#include "panel/running.h"

#include <unistd.h>

#include "gate/gate.h"
#include "panel/args.h"

static void listeners(struct buf *out, const char *name, const struct config_listen *l, unsigned n)
{
    buf_printf(out, ",\"%s\":[", name);
    for (unsigned i = 0; i < n; i++) {
        if (i)
            buf_add_char(out, ',');
        buf_add_json(out, l[i].address);
    }
    buf_add_char(out, ']');
}

static void provider(struct buf *out, const struct config_provider *p)
{
    buf_add_cstr(out, "{\"name\":");
    buf_add_json(out, p->name);
    buf_printf(out, ",\"dialect\":\"%s\",\"vendor\":", dialect_name(p->dialect));
    buf_add_json(out, p->vendor);
    buf_add_cstr(out, ",\"host\":");
    buf_add_json(out, p->url.host);
    buf_printf(out, ",\"has_key\":%s,\"list\":\"%s\"}", p->key ? "true" : "false",
               p->model_count ? "closed" : "open");
}

enum status running_status(struct verb_call *c, struct why *why)
{
    (void)why;
    struct buf *out = c->answer;
    const struct config *config = c->config;
    buf_printf(out, "{\"version\":\"%s\",\"pid\":%ld,\"file\":", COSTLENS_VERSION, (long)getpid());
    buf_add_json(out, config->file);
    buf_add_cstr(out, ",\"state\":");
    buf_add_json(out, config->state);
    listeners(out, "listen", config->listen, config->listen_count);
    listeners(out, "admin", config->admin, config->admin_count);
    buf_add_cstr(out, ",\"providers\":[");
    for (unsigned i = 0; i < config->provider_count; i++) {
        if (i)
            buf_add_char(out, ',');
        provider(out, &config->providers[i]);
    }
    buf_add_cstr(out, "]}\n");
    return STATUS_OK;
}

enum status running_reload(struct verb_call *c, struct why *why)
{
    enum status s = gate_reload(c->gate, why);
    if (s == STATUS_OK)
        buf_add_cstr(c->answer, "{\"reloaded\":true}\n");
    return s;
}
