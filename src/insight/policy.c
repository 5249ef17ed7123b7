// SPDX-License-Identifier: Apache-2.0

#include "insight/policy.h"

#include "base/digest.h"
#include "base/json.h"
#include "core/ability.h"

#define PPM 1000000

struct reading {
    struct arena *arena;
    size_t listed;     // models that its providers list, and what some of them lack
    const char *wrong; // the first member that is not as it should be; NULL: none
};

static void complain(struct reading *r, const char *member)
{
    if (!r->wrong)
        r->wrong = member;
}

static struct str read_text(struct reading *r, const struct json_val *of, const char *name)
{
    struct str text = json_str(json_get(of, name));
    return text.len ? arena_dup(r->arena, text) : STR_NONE;
}

static int64_t read_number(struct reading *r, const struct json_val *of, const char *name,
                           int64_t most)
{
    int64_t n = 0;
    if (json_i64(json_get(of, name), &n) && n >= 0 && n <= most)
        return n;
    complain(r, name);
    return 0;
}

static int64_t read_optional(struct reading *r, const struct json_val *of, const char *name)
{
    return json_get(of, name) ? read_number(r, of, name, INT64_MAX) : 0;
}

static enum choice_mode read_mode(struct reading *r, const struct json_val *of)
{
    static const char *const names[CHOICE_MODES] = {"rules", "measured", "certified"};
    struct str text = json_str(json_get(of, "mode"));
    for (unsigned i = 0; i < CHOICE_MODES; i++)
        if (str_is(text, names[i]))
            return (enum choice_mode)i;
    complain(r, "mode");
    return CHOICE_RULES;
}

// None where the member is not there.
static unsigned read_abilities(struct reading *r, const struct json_val *of, const char *name)
{
    const struct json_val *list = json_get(of, name), *one;
    struct json_iter it = {0};
    unsigned bits = 0;
    while (json_each(&it, list, NULL, &one)) {
        const struct str word = json_str(one);
        unsigned bit = 0;
#define X(id, n, text)      \
    if (str_is(word, text)) \
        bit = ABILITY_##id;
        ABILITY_MAP(X)
#undef X
        if (bit == 0)
            complain(r, name);
        bits |= bit;
    }
    return bits;
}

static void read_side(struct reading *r, const struct json_val *of, const char *name,
                      struct policy_side *out)
{
    const struct json_val *list = json_get(of, name), *m;
    struct json_iter it = {0};
    size_t count = json_count(list);
    out->proposed = json_type(list) == JSON_NULL || json_type(list) == JSON_OBJECT;
    if (json_type(list) == JSON_OBJECT)
        out->tier = read_text(r, list, "tier");
    if (out->proposed)
        return;
    if (json_type(list) != JSON_ARRAY || count > POLICY_MODELS_MAX) {
        complain(r, name);
        return;
    }
    out->models = arena_array(r->arena, struct policy_model, count + 1);
    while (out->models && json_each(&it, list, NULL, &m)) {
        struct policy_model *one = &out->models[out->count++];
        one->name = read_text(r, m, "model");
        one->able.out = read_text(r, m, "out");
        if (json_get(m, "weight"))
            one->weight = (uint32_t)read_number(r, m, "weight", UINT32_MAX);
        if (one->name.len == 0)
            complain(r, "model");
    }
}

// Sixteen hexadecimal digits.
static void read_match(struct reading *r, const struct json_val *of, struct policy_route *out)
{
    const struct str text = json_str(json_get(of, "match"));
    uint8_t bytes[sizeof out->match];
    out->matched = json_get(of, "match") != NULL;
    if (!out->matched)
        return;
    if (!hex_read(text, bytes, sizeof bytes))
        complain(r, "match");
    for (size_t i = 0; i < sizeof bytes && !r->wrong; i++)
        out->match = out->match << 8 | bytes[i];
}

static void read_route(struct reading *r, const struct json_val *of, struct policy_route *out)
{
    out->name = read_text(r, of, "name");
    out->mode = read_mode(r, of);
    out->verifies = json_bool(json_get(of, "verifies"), false);
    out->verifies_confined = json_bool(json_get(of, "verifies_confined"), false);
    out->agrees = json_bool(json_get(of, "agrees"), false);
    out->sways = json_bool(json_get(of, "sways"), false);
    out->local = json_bool(json_get(of, "local"), false);
    out->built_in = json_get(of, "medium") != NULL;
    out->checks = read_text(r, of, "checks");
    out->judge = read_text(r, of, "judge");
    read_match(r, of, out);
    out->max_cost.n = read_number(r, of, "max_cost_nd", INT64_MAX);
    out->max_ttft_ms = read_optional(r, of, "max_ttft_ms");
    out->sticky = read_text(r, of, "sticky");
    out->require = read_abilities(r, of, "require");
    out->context = read_optional(r, of, "context");
    out->max_loss_ppm = (uint32_t)read_number(r, of, "max_loss_ppm", PPM);
    out->confidence_ppm = (uint32_t)read_number(r, of, "confidence_ppm", PPM);
    read_side(r, of, "small", &out->small);
    read_side(r, of, "large", &out->large);
    if (out->built_in)
        read_side(r, of, "medium", &out->medium);
    if (json_get(of, "second"))
        read_side(r, of, "second", &out->second);
    if (out->name.len == 0)
        complain(r, "name");
}

static bool is_there(const struct policy *p, struct str name)
{
    for (unsigned i = 0; i < p->count; i++)
        if (str_eq(p->routes[i].name, name))
            return true;
    return false;
}

static void read_routes(struct reading *r, const struct json_val *list, struct policy *out)
{
    const struct json_val *one;
    struct json_iter it = {0};
    size_t count = json_count(list);
    if (json_type(list) != JSON_ARRAY || count > POLICY_ROUTES_MAX) {
        complain(r, "routes");
        return;
    }
    out->routes = arena_array(r->arena, struct policy_route, count + 1);
    while (out->routes && json_each(&it, list, NULL, &one)) {
        struct policy_route *route = &out->routes[out->count];
        read_route(r, one, route);
        if (is_there(out, route->name))
            complain(r, "name");
        out->count++;
    }
}

// False: they are too many, or none.
static bool count_listed(struct reading *r, const struct json_val *list)
{
    r->listed += json_count(list);
    return json_count(list) > 0 && r->listed <= POLICY_LISTED_MAX;
}

static void read_listed(struct reading *r, const struct json_val *list, struct policy_provider *p)
{
    const struct json_val *one;
    struct json_iter it = {0};
    if (!count_listed(r, list))
        return;
    p->models = arena_array(r->arena, struct str, json_count(list) + 1);
    while (p->models && json_each(&it, list, NULL, &one)) {
        p->models[p->model_count] = arena_dup(r->arena, json_str(one));
        if (p->models[p->model_count++].len == 0)
            complain(r, "models");
    }
}

static void read_lacks(struct reading *r, const struct json_val *list, struct policy_provider *p)
{
    const struct json_val *one;
    struct json_iter it = {0};
    if (!count_listed(r, list))
        return;
    p->lacks = arena_array(r->arena, struct policy_lack, json_count(list) + 1);
    while (p->lacks && json_each(&it, list, NULL, &one)) {
        struct policy_lack *l = &p->lacks[p->lack_count++];
        l->models = read_text(r, one, "models");
        l->bits = read_abilities(r, one, "abilities");
        if (l->models.len == 0)
            complain(r, "lacks");
    }
}

static void read_provider(struct reading *r, const struct json_val *of, struct policy_provider *p)
{
    p->name = read_text(r, of, "name");
    p->vendor = read_text(r, of, "vendor");
    p->host = read_text(r, of, "host");
    p->path = read_text(r, of, "path");
    p->port = (uint16_t)read_number(r, of, "port", UINT16_MAX);
    p->proxied = json_bool(json_get(of, "proxied"), false);
    p->free = json_bool(json_get(of, "free"), false);
    p->num_ctx = read_optional(r, of, "num_ctx");
    p->implied = json_bool(json_get(of, "implied"), false);
    if (!dialect_read(json_str(json_get(of, "dialect")), &p->dialect))
        complain(r, "dialect");
    if (p->name.len == 0)
        complain(r, "name");
    read_listed(r, json_get(of, "models"), p);
    read_lacks(r, json_get(of, "lacks"), p);
}

static void read_providers(struct reading *r, const struct json_val *list, struct policy *out)
{
    const struct json_val *one;
    struct json_iter it = {0};
    size_t count = json_count(list);
    if (!list)
        return;
    if (json_type(list) != JSON_ARRAY || count > POLICY_PROVIDERS_MAX) {
        complain(r, "providers");
        return;
    }
    out->providers = arena_array(r->arena, struct policy_provider, count + 1);
    while (out->providers && json_each(&it, list, NULL, &one))
        read_provider(r, one, &out->providers[out->provider_count++]);
}

const struct policy_model *policy_model_of(const struct policy_side *s, struct str name)
{
    for (unsigned i = 0; i < s->count; i++)
        if (str_eq(s->models[i].name, name))
            return &s->models[i];
    return NULL;
}

enum status policy_read(struct str json, struct arena *arena, struct policy *out, struct why *why)
{
    struct reading r = {.arena = arena};
    struct json *document = NULL;
    struct policy policy = {0};
    enum status s = json_open(json, &alloc_heap, &document, why);
    if (s == STATUS_SYNTAX)
        return why_set(why, s,
                       "\"policy\" is no JSON: it takes no configuration, but what `costlens route "
                       "replay --policy FILE` makes of one");
    if (s != STATUS_OK)
        return s;
    read_routes(&r, json_get(json_root(document), "routes"), &policy);
    read_providers(&r, json_get(json_root(document), "providers"), &policy);
    policy.prices = json_get(json_root(document), "prices")
                        ? read_number(&r, json_root(document), "prices", UINT32_MAX)
                        : -1;
    policy.limits = json_get(json_root(document), "limits")
                        ? read_number(&r, json_root(document), "limits", UINT32_MAX)
                        : -1;
    json_close(document);
    if (r.wrong)
        return why_set(why, STATUS_SYNTAX, "\"policy\": `%s` is missing, or not as it should be",
                       r.wrong);
    if (r.listed > POLICY_LISTED_MAX)
        return why_set(why, STATUS_LIMIT,
                       "`models` and `lacks` of the policy's providers have %zu entries: a "
                       "replay takes %d at most",
                       r.listed, POLICY_LISTED_MAX);
    if (arena_failed(arena))
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    *out = policy;
    return STATUS_OK;
}
