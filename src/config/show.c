// SPDX-License-Identifier: Apache-2.0
//
// The configuration as it holds, for people and programs to look at. Of a secret only that it is
// there.

#include "base/clock.h"
#include "config/reading.h"
#include "config/value.h"

struct out {
    struct buf *b;
    bool first; // of the object or list that is open
};

static void name(struct out *o, const char *text)
{
    if (!o->first)
        buf_add_char(o->b, ',');
    o->first = false;
    if (!text)
        return;
    buf_add_json(o->b, str_of(text));
    buf_add_char(o->b, ':');
}

static void text(struct out *o, const char *key, struct str value)
{
    name(o, key);
    buf_add_json(o->b, value);
}

static void number(struct out *o, const char *key, int64_t value)
{
    name(o, key);
    buf_add_i64(o->b, value);
}

static void flag(struct out *o, const char *key, bool value)
{
    name(o, key);
    buf_add_cstr(o->b, value ? "true" : "false");
}

static void begin(struct out *o, const char *key, char bracket)
{
    name(o, key);
    buf_add_char(o->b, bracket);
    o->first = true;
}

static void end(struct out *o, char bracket)
{
    buf_add_char(o->b, bracket);
    o->first = false;
}

static void texts(struct out *o, const char *key, const struct str *items, unsigned count)
{
    begin(o, key, '[');
    for (unsigned i = 0; i < count; i++)
        text(o, NULL, items[i]);
    end(o, ']');
}

static void listeners(struct out *o, const char *key, const struct config_listen *l, unsigned count)
{
    begin(o, key, '[');
    for (unsigned i = 0; i < count; i++)
        text(o, NULL, l[i].address);
    end(o, ']');
}

static void time_of(struct out *o, const char *key, int64_t ms)
{
    name(o, key);
    buf_add_char(o->b, '"');
    value_time_write(o->b, ms);
    buf_add_char(o->b, '"');
}

static void size_of(struct out *o, const char *key, size_t bytes)
{
    name(o, key);
    buf_add_char(o->b, '"');
    value_size_write(o->b, (int64_t)bytes);
    buf_add_char(o->b, '"');
}

static void address(struct out *o, const char *key, const struct url *u)
{
    bool six = str_find(u->host, ':') < u->host.len;
    struct buf url;
    buf_init(&url, &alloc_heap, 4096);
    buf_printf(&url, "http%s://%s%.*s%s", u->tls ? "s" : "", six ? "[" : "", STR_ARG(u->host),
               six ? "]" : "");
    if (u->port != (u->tls ? 443 : 80))
        buf_printf(&url, ":%u", (unsigned)u->port);
    buf_add(&url, u->path);
    text(o, key, buf_str(&url));
    buf_fini(&url);
}

static void provider(struct out *o, const struct config_provider *p)
{
    begin(o, NULL, '{');
    text(o, "name", p->name);
    text(o, "dialect", str_of(dialect_name(p->dialect)));
    text(o, "vendor", p->vendor);
    if (!p->mock)
        address(o, "url", &p->url);
    flag(o, "key", p->key != NULL);
    texts(o, "models", p->models, p->model_count);
    if (p->free)
        flag(o, "free", true);
    if (p->proxied)
        address(o, "proxy", &p->proxy);
    if (p->ca_file.len)
        text(o, "ca", p->ca_file);
    flag(o, "from_environment", p->from_environment);
    begin(o, "timeouts", '{');
    time_of(o, "connect", p->timeouts.connect_ms);
    time_of(o, "first_byte", p->timeouts.first_byte_ms);
    time_of(o, "idle", p->timeouts.idle_ms);
    time_of(o, "total", p->timeouts.total_ms);
    end(o, '}');
    end(o, '}');
}

static void key_of(struct out *o, const struct config_key *k)
{
    begin(o, NULL, '{');
    text(o, "name", k->name);
    text(o, "team", k->team);
    text(o, "project", k->project);
    text(o, "user", k->user);
    text(o, "models", k->models);
    if (k->expires_us) {
        name(o, "expires");
        buf_add_char(o->b, '"');
        civil_write(o->b, k->expires_us, 0);
        buf_add_char(o->b, '"');
    }
    end(o, '}');
}

static void behaviour(struct out *o, const struct config *c)
{
    number(o, "workers", c->workers);
    begin(o, "limits", '{');
    size_of(o, "body", c->body_bytes);
    size_of(o, "buffers", c->buffer_bytes);
    end(o, '}');
    flag(o, "tls", c->tls_cert.len > 0);
    flag(o, "behind_tls_proxy", c->behind_tls_proxy);
    texts(o, "cors", c->cors, c->cors_count);
    text(o, "half_close", str_of(c->half_close_answers ? "answer" : "close"));
    text(o, "on_store_failure", str_of(c->on_store_failure_allow ? "allow" : "block"));
    time_of(o, "drain", c->drain_ms);
    number(o, "keep_days", c->keep_days);
    time_of(o, "fsync", c->fsync_ms);
    flag(o, "log_requests", c->log_requests);
}

static void warnings(struct out *o, const struct config *c)
{
    begin(o, "warnings", '[');
    for (unsigned i = 0; i < c->warning_count; i++) {
        begin(o, NULL, '{');
        if (c->warnings[i].line)
            number(o, "line", c->warnings[i].line);
        flag(o, "missing_secret", c->warnings[i].missing_secret);
        text(o, "text", c->warnings[i].text);
        end(o, '}');
    }
    end(o, ']');
}

void config_write(const struct config *c, struct buf *out)
{
    struct out o = {.b = out, .first = true};
    begin(&o, NULL, '{');
    text(&o, "file", c->file);
    listeners(&o, "listen", c->listen, c->listen_count);
    listeners(&o, "admin", c->admin, c->admin_count);
    texts(&o, "admin_hosts", c->admin_hosts, c->admin_host_count);
    name(&o, "store");
    buf_add_json(out, c->store);
    text(&o, "state", c->state);
    behaviour(&o, c);
    begin(&o, "providers", '[');
    for (unsigned i = 0; i < c->provider_count; i++)
        provider(&o, &c->providers[i]);
    end(&o, ']');
    begin(&o, "aliases", '{');
    for (unsigned i = 0; i < c->alias_count; i++) {
        buf_add_cstr(out, o.first ? "" : ",");
        buf_add_json(out, c->aliases[i].name);
        buf_add_char(out, ':');
        o.first = true;
        texts(&o, NULL, c->aliases[i].models, c->aliases[i].model_count);
    }
    end(&o, '}');
    begin(&o, "keys", '[');
    for (unsigned i = 0; i < c->key_count; i++)
        key_of(&o, &c->keys[i]);
    end(&o, ']');
    number(&o, "prices", c->price_count);
    warnings(&o, c);
    end(&o, '}');
}
