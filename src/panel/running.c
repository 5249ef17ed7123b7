// SPDX-License-Identifier: Apache-2.0

#include "panel/running.h"

#include <unistd.h>

#include "base/args.h"
#include "base/json_out.h"
#include "gate/reload.h"

static void provider(struct json_out *o, const struct config_provider *p)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "name", p->name);
    json_out_text(o, "dialect", str_of(dialect_name(p->dialect)));
    json_out_text(o, "vendor", p->vendor);
    json_out_text(o, "host", p->url.host);
    json_out_flag(o, "has_key", p->key != NULL);
    json_out_text(o, "list", str_of(p->model_count ? "closed" : "open"));
    json_out_end(o, '}');
}

enum status running_status(struct verb_call *c, struct why *why)
{
    struct json_out o = {c->answer, true};
    const struct config *config = c->config;
    enum status s = args_none(c->args, why);
    if (s != STATUS_OK)
        return s;
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "version", str_of(COSTLENS_VERSION));
    json_out_number(&o, "pid", getpid());
    json_out_text(&o, "file", config->file);
    json_out_text(&o, "state", config->state);
    config_listen_write(&o, "listen", config->listen, config->listen_count);
    config_listen_write(&o, "admin", config->admin, config->admin_count);
    json_out_flag(&o, "tls", config->tls_cert.len > 0);
    json_out_begin(&o, "providers", '[');
    for (unsigned i = 0; i < config->provider_count; i++)
        provider(&o, &config->providers[i]);
    json_out_end(&o, ']');
    json_out_end(&o, '}');
    return STATUS_OK;
}

enum status running_reload(struct verb_call *c, struct why *why)
{
    enum status s = args_none(c->args, why);
    if (s == STATUS_OK)
        s = gate_reload(c->gate, why);
    if (s == STATUS_OK)
        buf_add_cstr(c->answer, "{\"reloaded\":true}");
    return s;
}
