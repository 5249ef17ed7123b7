// SPDX-License-Identifier: Apache-2.0
//
// The configuration as it holds, for people and programs to look at. Of a secret only that it is
// there.

#include "base/clock.h"
#include "base/json_out.h"
#include "budget/budget.h"
#include "config/reading.h"
#include "config/value.h"

void config_listen_write(struct json_out *o, const char *key, const struct config_listen *l,
                         unsigned count)
{
    json_out_begin(o, key, '[');
    for (unsigned i = 0; i < count; i++)
        json_out_text(o, NULL, l[i].address);
    json_out_end(o, ']');
}

void config_time_write(struct json_out *o, const char *key, int64_t ms)
{
    json_out_name(o, key);
    buf_add_char(o->buf, '"');
    value_time_write(o->buf, ms);
    buf_add_char(o->buf, '"');
}

static void size_of(struct json_out *o, const char *key, size_t bytes)
{
    json_out_name(o, key);
    buf_add_char(o->buf, '"');
    value_size_write(o->buf, (int64_t)bytes);
    buf_add_char(o->buf, '"');
}

void config_address_write(struct json_out *o, const char *key, const struct url *u)
{
    bool six = str_find(u->host, ':') < u->host.len;
    struct buf url;
    buf_init(&url, &alloc_heap, 4096);
    buf_printf(&url, "http%s://%s%.*s%s", u->tls ? "s" : "", six ? "[" : "", STR_ARG(u->host),
               six ? "]" : "");
    if (u->port != (u->tls ? 443 : 80))
        buf_printf(&url, ":%u", (unsigned)u->port);
    buf_add(&url, u->path);
    json_out_text(o, key, buf_str(&url));
    buf_fini(&url);
}

static void keep_alive(struct json_out *o, struct str json)
{
    json_out_name(o, "keep_alive");
    buf_add(o->buf, json);
}

static void lacks(struct json_out *o, const struct config_provider *p)
{
    if (p->lack_count == 0)
        return;
    json_out_begin(o, "lacks", '{');
    for (unsigned i = 0; i < p->lack_count; i++) {
        json_out_begin(o, p->lacks[i].models.ptr, '[');
        config_abilities_write(o, p->lacks[i].bits);
        json_out_end(o, ']');
    }
    json_out_end(o, '}');
}

static void provider(struct json_out *o, const struct config_provider *p)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "name", p->name);
    json_out_text(o, "dialect", str_of(dialect_name(p->dialect)));
    json_out_text(o, "vendor", p->vendor);
    if (!p->mock)
        config_address_write(o, "url", &p->url);
    json_out_flag(o, "key", p->key != NULL);
    if (p->key_count)
        json_out_number(o, "keys", p->key_count);
    json_out_texts(o, "models", p->models, p->model_count);
    lacks(o, p);
    if (p->free)
        json_out_flag(o, "free", true);
    if (p->proxied)
        config_address_write(o, "proxy", &p->proxy);
    if (p->ca_file.len)
        json_out_text(o, "ca", p->ca_file);
    if (p->dialect == DIALECT_OLLAMA) {
        json_out_number(o, "num_ctx", p->num_ctx);
        json_out_number(o, "num_predict", p->num_predict);
        if (p->keep_alive.len)
            keep_alive(o, p->keep_alive);
    }
    json_out_flag(o, "from_environment", p->from_environment);
    json_out_number(o, "retries", p->retries);
    if (p->sought)
        json_out_flag(o, "while_it_answers", true);
    json_out_begin(o, "timeouts", '{');
    config_time_write(o, "connect", p->timeouts.connect_ms);
    config_time_write(o, "first_byte", p->timeouts.first_byte_ms);
    config_time_write(o, "idle", p->timeouts.idle_ms);
    config_time_write(o, "total", p->timeouts.total_ms);
    json_out_end(o, '}');
    json_out_begin(o, "breaker", '{');
    json_out_number(o, "failures", p->breaker.failures);
    config_time_write(o, "turn", p->breaker.turn_ms);
    json_out_text(o, "alone", str_of(p->breaker.refuses ? "refuse" : "ask"));
    json_out_end(o, '}');
    json_out_end(o, '}');
}

static void key_of(struct json_out *o, const struct config_key *k)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "name", k->name);
    json_out_text(o, "team", k->team);
    json_out_text(o, "project", k->project);
    json_out_text(o, "user", k->user);
    json_out_text(o, "models", k->models);
    if (k->expires_us)
        json_out_time(o, "expires", k->expires_us);
    json_out_end(o, '}');
}

static void team_of(struct json_out *o, const struct config_team *t)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "name", t->name);
    json_out_texts(o, "keys", t->keys, t->key_count);
    json_out_end(o, '}');
}

static void dimension(struct json_out *o, const struct budget_condition *c)
{
    struct buf name;
    buf_init(&name, &alloc_heap, 0);
    budget_dimension_write(&name, c);
    json_out_text(o, "per", buf_str(&name));
    buf_fini(&name);
}

static void scope(struct json_out *o, const struct budget *b)
{
    struct buf name;
    buf_init(&name, &alloc_heap, 0);
    json_out_begin(o, "scope", '{');
    for (unsigned i = 0; i < b->condition_count; i++) {
        buf_clear(&name);
        budget_dimension_write(&name, &b->conditions[i]);
        json_out_text(o, buf_cstr(&name), b->conditions[i].value);
    }
    json_out_end(o, '}');
    buf_fini(&name);
}

static void window(struct json_out *o, const struct budget *b)
{
    if (b->per == BUDGET_PER_REQUEST)
        return; // no time counts
    json_out_text(o, "window", str_of(window_name(b->window.kind)));
    if (b->window.kind == WINDOW_WEEK)
        json_out_text(o, "week", str_of(budget_day_name(b->window.first_day)));
    if (b->window.kind != WINDOW_LIFETIME)
        json_out_text(o, "timezone", b->zone_name.len ? b->zone_name : str_of("UTC"));
}

// As it is read: whole seconds or milliseconds, or nothing.
static void wait_of(struct json_out *o, int64_t ms)
{
    json_out_name(o, "wait");
    if (ms == 0)
        buf_add_cstr(o->buf, "\"0\"");
    else if (ms % 1000 == 0)
        buf_printf(o->buf, "\"%llds\"", (long long)(ms / 1000));
    else
        buf_printf(o->buf, "\"%lldms\"", (long long)ms);
}

void config_budget_members(struct json_out *o, const struct budget *b)
{
    json_out_text(o, "name", b->name);
    scope(o, b);
    if (b->per == BUDGET_PER_REQUEST)
        json_out_text(o, "per", str_of("request"));
    else if (b->per == BUDGET_PER_VALUE)
        dimension(o, &b->per_what);
    json_out_decimal(o, "limit", b->terms.limit.n, NANO_PLACES, 2);
    window(o, b);
    json_out_text(o, "enforce", str_of(b->terms.observe ? "observe" : "block"));
    json_out_text(o, "hold", str_of(b->grow ? "grow" : "full"));
    json_out_flag(o, "clamp", b->clamp);
    json_out_text(o, "on_exceed", str_of(b->downgrade ? "downgrade" : "block"));
    wait_of(o, b->wait_us / 1000);
    json_out_begin(o, "alert_at", '[');
    for (unsigned i = 0; i < b->terms.alert_count; i++)
        json_out_number(o, NULL, b->terms.alert_at[i]);
    json_out_end(o, ']');
    json_out_flag(o, "paused", b->terms.paused);
}

static void behaviour(struct json_out *o, const struct config *c)
{
    json_out_number(o, "workers", c->workers);
    json_out_begin(o, "limits", '{');
    size_of(o, "body", c->body_bytes);
    size_of(o, "buffers", c->buffer_bytes);
    json_out_end(o, '}');
    json_out_flag(o, "tls", c->tls_cert.len > 0);
    json_out_flag(o, "behind_tls_proxy", c->behind_tls_proxy);
    json_out_texts(o, "cors", c->cors, c->cors_count);
    json_out_text(o, "half_close", str_of(c->half_close_answers ? "answer" : "close"));
    json_out_text(o, "on_store_failure", str_of(c->on_store_failure_allow ? "allow" : "block"));
    config_time_write(o, "drain", c->drain_ms);
    json_out_number(o, "keep_days", c->keep_days);
    config_time_write(o, "fsync", c->fsync_ms);
    json_out_flag(o, "log_requests", c->log_requests);
}

static void warnings(struct json_out *o, const struct config *c)
{
    json_out_begin(o, "warnings", '[');
    for (unsigned i = 0; i < c->warning_count; i++) {
        json_out_begin(o, NULL, '{');
        if (c->warnings[i].line)
            json_out_number(o, "line", c->warnings[i].line);
        json_out_flag(o, "missing_secret", c->warnings[i].missing_secret);
        json_out_text(o, "text", c->warnings[i].text);
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
}

void config_write(const struct config *c, struct buf *out)
{
    struct json_out o = {out, true};
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "file", c->file);
    config_listen_write(&o, "listen", c->listen, c->listen_count);
    config_listen_write(&o, "admin", c->admin, c->admin_count);
    json_out_texts(&o, "admin_hosts", c->admin_hosts, c->admin_host_count);
    json_out_text(&o, "store", c->store);
    json_out_text(&o, "state", c->state);
    behaviour(&o, c);
    json_out_begin(&o, "providers", '[');
    for (unsigned i = 0; i < c->provider_count; i++)
        provider(&o, &c->providers[i]);
    json_out_end(&o, ']');
    json_out_begin(&o, "aliases", '{');
    for (unsigned i = 0; i < c->alias_count; i++) {
        buf_add_cstr(out, o.first ? "" : ",");
        buf_add_json(out, c->aliases[i].name);
        buf_add_char(out, ':');
        o.first = true;
        json_out_texts(&o, NULL, c->aliases[i].models, c->aliases[i].model_count);
    }
    json_out_end(&o, '}');
    config_routes_write(&o, c);
    json_out_begin(&o, "keys", '[');
    for (unsigned i = 0; i < c->key_count; i++)
        key_of(&o, &c->keys[i]);
    json_out_end(&o, ']');
    json_out_text(&o, "org", c->org);
    json_out_begin(&o, "teams", '[');
    for (unsigned i = 0; i < c->team_count; i++)
        team_of(&o, &c->teams[i]);
    json_out_end(&o, ']');
    json_out_begin(&o, "budgets", '[');
    for (unsigned i = 0; i < c->budget_count; i++) {
        json_out_begin(&o, NULL, '{');
        config_budget_members(&o, &c->budgets[i]);
        json_out_end(&o, '}');
    }
    json_out_end(&o, ']');
    json_out_number(&o, "prices", c->price_count);
    warnings(&o, c);
    json_out_end(&o, '}');
}
