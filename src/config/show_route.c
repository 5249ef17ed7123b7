// SPDX-License-Identifier: Apache-2.0
//
// Tiers and routes as they hold: whatever was left out has its default.

#include "base/json_out.h"
#include "config/reading.h"
#include "config/value.h"
#include "core/ability.h"

static void texts(struct json_out *o, const char *key, const struct str *items, unsigned count)
{
    if (count)
        json_out_texts(o, key, items, count);
}

static void tier(struct json_out *o, const char *key, const struct config_tier *t)
{
    json_out_begin(o, key, '[');
    for (unsigned i = 0; i < t->model_count; i++) {
        if (t->weights[i] == 0) {
            json_out_text(o, NULL, t->models[i]);
            continue;
        }
        json_out_begin(o, NULL, '{');
        json_out_text(o, "model", t->models[i]);
        json_out_number(o, "weight", t->weights[i]);
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
}

// By its name, or its models where it is the route's own.
static void side(struct json_out *o, const char *key, const struct config_tier *t)
{
    if (t && t->name.len)
        json_out_text(o, key, t->name);
    else if (t)
        tier(o, key, t);
}

static void pairs(struct json_out *o, const char *key, const struct config_pair *at, unsigned count)
{
    if (count == 0)
        return;
    json_out_begin(o, key, '{');
    for (unsigned i = 0; i < count; i++)
        json_out_text(o, at[i].name.ptr, at[i].value);
    json_out_end(o, '}');
}

static void match(struct json_out *o, const struct config_match *m)
{
    if (m->any)
        return;
    json_out_begin(o, "match", '{');
    texts(o, "key", m->keys, m->key_count);
    texts(o, "team", m->teams, m->team_count);
    pairs(o, "tag", m->tags, m->tag_count);
    pairs(o, "header", m->headers, m->header_count);
    texts(o, "system", m->systems, m->system_count);
    if (m->pattern_count)
        json_out_number(o, "regex", m->pattern_count);
    if (m->tokens_least > 0)
        json_out_number(o, "min_tokens_in", m->tokens_least);
    if (m->tokens_most < INT64_MAX)
        json_out_number(o, "max_tokens_in", m->tokens_most);
    json_out_end(o, '}');
}

static void share(struct json_out *o, const char *key, int64_t ppm)
{
    json_out_name(o, key);
    buf_add_char(o->buf, '"');
    value_share_write(o->buf, ppm);
    buf_add_char(o->buf, '"');
}

static void verifiers(struct json_out *o, const struct config_route *r)
{
    json_out_begin(o, "verify", '[');
    for (unsigned i = 0; i < r->verifier_count; i++) {
        const struct config_verifier *v = &r->verifiers[i];
        const char *name = config_verifier_name(v->kind);
        bool valued =
            v->kind == VERIFIER_AGREE || v->kind == VERIFIER_LOGPROB || v->kind == VERIFIER_HTTP;
        if (!valued) {
            json_out_text(o, NULL, str_of(name));
            continue;
        }
        json_out_begin(o, NULL, '{');
        if (v->kind == VERIFIER_LOGPROB)
            share(o, name, v->quantile_ppm);
        else
            json_out_text(o, name, v->kind == VERIFIER_AGREE ? v->model : v->url_text);
        if (v->kind == VERIFIER_HTTP) {
            config_time_write(o, "timeout", v->timeout_ms);
            json_out_text(o, "on_error", str_of(v->accepts ? "accept" : "refuse"));
        }
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
}

void config_abilities_write(struct json_out *o, unsigned bits)
{
#define X(id, bit, word)     \
    if (bits & ABILITY_##id) \
        json_out_text(o, NULL, str_of(word));
    ABILITY_MAP(X)
#undef X
}

static void require(struct json_out *o, const struct config_route *r)
{
    if (!r->require && !r->require_context)
        return;
    json_out_begin(o, "require", '[');
    config_abilities_write(o, r->require);
    if (r->require_context) {
        json_out_begin(o, NULL, '{');
        json_out_number(o, "context", r->require_context);
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
}

static void sticky(struct json_out *o, const struct config_route *r)
{
    if (r->sticky == CONFIG_STICKY_NONE)
        return;
    struct buf by;
    buf_init(&by, &alloc_heap, 0);
    if (r->sticky == CONFIG_STICKY_TAG)
        buf_printf(&by, "tag:%.*s", STR_ARG(r->sticky_tag));
    else
        buf_add_cstr(&by, r->sticky == CONFIG_STICKY_USER ? "user" : "conversation");
    json_out_begin(o, "sticky", '{');
    json_out_text(o, "by", buf_str(&by));
    buf_fini(&by);
    config_time_write(o, "for", r->sticky_ms);
    json_out_end(o, '}');
}

static void shadow(struct json_out *o, const struct config_shadow *s)
{
    if (!s->on)
        return;
    json_out_begin(o, "shadow", '{');
    json_out_decimal(o, "budget", s->budget.n, NANO_PLACES, 2);
    json_out_text(o, "window", str_of(window_name(s->window)));
    share(o, "rate", s->rate_ppm);
    share(o, "rate_certified", s->rate_certified_ppm);
    if (s->unjudged || s->judge.len)
        json_out_text(o, "judge", s->unjudged ? str_of("none") : s->judge);
    json_out_end(o, '}');
}

static void route_terms(struct json_out *o, const struct config_route *r)
{
    json_out_flag(o, "local_only", r->local_only);
    if (r->max_cost.n)
        json_out_decimal(o, "max_cost", r->max_cost.n, NANO_PLACES, 2);
    if (r->max_ttft_ms)
        config_time_write(o, "max_ttft", r->max_ttft_ms);
    share(o, "max_loss", r->max_loss_ppm);
    share(o, "confidence", r->confidence_ppm);
    require(o, r);
    verifiers(o, r);
    config_time_write(o, "hold", r->hold_ms);
    sticky(o, r);
    shadow(o, &r->shadow);
}

void config_route_members(struct json_out *o, const struct config_route *r)
{
    json_out_text(o, "name", r->name);
    match(o, &r->match);
    json_out_text(o, "mode", str_of(config_mode_name(r->mode)));
    side(o, "small", r->small);
    side(o, "large", r->large);
    route_terms(o, r);
}

void config_routes_write(struct json_out *o, const struct config *c)
{
    json_out_begin(o, "tiers", '{');
    for (unsigned i = 0; i < c->tier_count; i++)
        tier(o, c->tiers[i]->name.ptr, c->tiers[i]);
    json_out_end(o, '}');
    json_out_begin(o, "routes", '[');
    for (unsigned i = 0; i < c->route_count; i++) {
        json_out_begin(o, NULL, '{');
        config_route_members(o, &c->routes[i]);
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
}
