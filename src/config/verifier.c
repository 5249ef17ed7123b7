// SPDX-License-Identifier: Apache-2.0
//
// How a route's answers are checked: the list `verify`.

#include "base/limits.h"
#include "config/reading.h"

static const struct {
    const char *name;
    bool valued;
} kinds[] = {
#define X(id, name, valued) {name, valued},
    VERIFIER_MAP(X)
#undef X
};

const char *config_verifier_name(enum verifier_kind k)
{
    return kinds[k].name;
}

// --- those that are one word ---

static void odd_word(struct reading *r, struct str route, const struct node *n)
{
    struct str_near near = {n->text, 3, STR_NONE};
    for (unsigned i = 0; i < VERIFIER_COUNT; i++) {
        if (str_is(n->text, kinds[i].name)) {
            reading_fault(r, n->line, "route %.*s: verify: %s needs a value: { %s: ... }",
                          STR_ARG(route), kinds[i].name, kinds[i].name);
            return;
        }
        str_near(&near, str_of(kinds[i].name));
    }
    if (near.name.len)
        reading_fault(r, n->line, "route %.*s: verify: `%.*s` is not known; did you mean `%.*s`?",
                      STR_ARG(route), STR_ARG(n->text), STR_ARG(near.name));
    else
        reading_fault(r, n->line,
                      "route %.*s: verify: `%.*s` is not known. `costlens config keys` lists what "
                      "may stand here",
                      STR_ARG(route), STR_ARG(n->text));
}

static bool read_word(struct reading *r, struct str route, const struct node *n,
                      struct config_verifier *out)
{
    for (unsigned i = 0; i < VERIFIER_COUNT; i++) {
        if (str_is(n->text, kinds[i].name) && !kinds[i].valued) {
            out->kind = (enum verifier_kind)i;
            return true;
        }
    }
    odd_word(r, route, n);
    return false;
}

// --- those with a value ---

static bool read_http(struct reading *r, struct str route, const struct node *n, struct str text,
                      struct config_verifier *out)
{
    struct why why = {0};
    out->kind = VERIFIER_HTTP;
    out->url_text = text;
    if (url_read(text, &out->url, &why) != STATUS_OK)
        reading_fault(r, n->line, "route %.*s: http: %s. Write it like http://127.0.0.1:9000/check",
                      STR_ARG(route), why.text);
    else if (out->url.user.len)
        reading_fault(r, n->line, "route %.*s: http: a name or password cannot stand in it",
                      STR_ARG(route));
    else if (reading_is_ours(r, &out->url))
        reading_fault(r, n->line, "route %.*s: http: this is CostLens's own address",
                      STR_ARG(route));
    else
        return true;
    return false;
}

static bool read_agree(struct reading *r, struct str route, const struct node *n, struct str full,
                       struct config_verifier *out)
{
    out->kind = VERIFIER_AGREE;
    out->model = full;
    return reading_target(r, n, (struct reading_owner){"agree", "route", route}, full) ==
           TARGET_THERE;
}

static bool read_section(struct reading *r, struct str route, const struct node *n,
                         struct config_verifier *out)
{
    struct verifier_text t = {0};
    reading_defaults(r, SECTION_VERIFIER, &t);
    unsigned faults = r->c->fault_count;
    if (!reading_section(r, SECTION_VERIFIER, n, &t) || r->c->fault_count > faults)
        return false;
    const struct node *agree = node_get(n, "agree"), *http = node_get(n, "http");
    bool logprob = t.logprob > 0;
    bool of_http = node_get(n, "timeout") || node_get(n, "on_error");
    if ((t.agree.len > 0) + (t.http.len > 0) + logprob != 1)
        reading_fault(
            r, n->line,
            "route %.*s: verify: an entry is one of { agree: PROVIDER/MODEL }, { logprob: "
            "0.9 } and { http: URL }",
            STR_ARG(route));
    else if (of_http && !t.http.len)
        reading_fault(r, n->line, "route %.*s: verify: timeout and on_error are for `http` only",
                      STR_ARG(route));
    else if (t.agree.len)
        return read_agree(r, route, agree, t.agree, out);
    else if (t.http.len && read_http(r, route, http, t.http, out)) {
        out->timeout_ms = t.timeout_ms;
        out->accepts = t.accepts;
        return true;
    } else if (logprob) {
        *out = (struct config_verifier){.kind = VERIFIER_LOGPROB, .quantile_ppm = t.logprob};
        return true;
    }
    return false;
}

// --- the list ---

// What a model says twice agrees with itself: its mistakes, too. One that only follows another of
// its side is seldom asked first.
static void note_itself(struct reading *r, const struct config_route *route, const struct node *n,
                        const struct config_verifier *v)
{
    const struct config_tier *t = route->small;
    if (v->kind != VERIFIER_AGREE || !t || !config_tier_has(t, v->model))
        return;
    if (str_eq(t->models[0], v->model) || (t->weights && t->weights[0]))
        reading_warn(r, n->line,
                     "route %.*s: verify: agree: %.*s is of the small side itself: asked twice, it "
                     "makes the same mistakes twice. Name another small model",
                     STR_ARG(route->name), STR_ARG(v->model));
}

// Who tells none is never found unsure.
static void note_untold(struct reading *r, const struct config_route *route, const struct node *n,
                        const struct config_verifier *v)
{
    const struct config_tier *t = v->kind == VERIFIER_LOGPROB ? route->small : NULL;
    for (unsigned i = 0; t && i < t->model_count; i++) {
        const struct config_provider *p = reading_provider_of(r, t->models[i]);
        if (p && !p->mock && p->dialect == DIALECT_ANTHROPIC)
            reading_warn(r, n->line,
                         "route %.*s: verify: logprob: %.*s tells no log-probabilities, as nobody "
                         "does in the dialect anthropic: none of its answers is refused by it. Add "
                         "another verifier, such as agree",
                         STR_ARG(route->name), STR_ARG(t->models[i]));
    }
}

static bool is_twice(const struct config_route *route, const struct config_verifier *v)
{
    for (unsigned i = 0; i < route->verifier_count; i++) {
        const struct config_verifier *other = &route->verifiers[i];
        if (other->kind == v->kind && str_eq(other->model, v->model) &&
            str_eq(other->url_text, v->url_text))
            return true;
    }
    return false;
}

static void read_entry(struct reading *r, struct config_route *route, const struct node *n)
{
    struct config_verifier v = {0};
    bool word = n->kind == NODE_TEXT;
    if (n->kind == NODE_LIST)
        (void)reading_text(r, n, "verify"); // a fault
    else if (!(word ? read_word : read_section)(r, route->name, n, &v))
        return;
    else if (is_twice(route, &v))
        reading_fault(r, n->line, "route %.*s: verify: %s is here twice", STR_ARG(route->name),
                      kinds[v.kind].name);
    else {
        note_itself(r, route, n, &v);
        note_untold(r, route, n, &v);
        route->verifiers[route->verifier_count++] = v;
    }
}

// Those that cost nothing, where the file says none.
static void set_usual(struct reading *r, struct config_route *route)
{
    static const enum verifier_kind usual[] = {VERIFIER_REFUSAL, VERIFIER_TRUNCATION,
                                               VERIFIER_EMPTY, VERIFIER_REPETITION,
                                               VERIFIER_SCHEMA};
    unsigned count = sizeof usual / sizeof usual[0];
    route->verifiers = arena_array(&r->c->arena, struct config_verifier, count);
    for (unsigned i = 0; route->verifiers && i < count; i++)
        route->verifiers[route->verifier_count++].kind = usual[i];
}

void reading_note_pairs(struct reading *r, const struct node *n, const struct config_route *route)
{
    const struct config_tier *t = route->small;
    bool agree = false;
    for (unsigned i = 0; i < route->verifier_count; i++) {
        agree = agree || route->verifiers[i].kind == VERIFIER_AGREE;
        if (route->verifiers[i].kind == VERIFIER_AGREE &&
            config_tier_has(t, route->verifiers[i].model))
            return;
    }
    if (agree && t && t->model_count)
        reading_warn(r, n->line,
                     "route %.*s: shadow: no call makes a pair: the answer of the second model is "
                     "given, and that of `agree` is none of the small side's. Write it there, too, "
                     "behind the others",
                     STR_ARG(route->name));
}

void reading_verify(struct reading *r, const struct node *n, struct config_route *route)
{
    bool both = route->small && route->large;
    if (!n) {
        if (both)
            set_usual(r, route);
        return;
    }
    if (n->kind != NODE_LIST) {
        reading_fault(r, n->line, "route %.*s: verify: a list is expected here: [refusal, schema]",
                      STR_ARG(route->name));
        return;
    }
    if (n->count > VERIFIERS_MAX) {
        reading_fault(r, n->line, "route %.*s: verify: more than %d entries", STR_ARG(route->name),
                      VERIFIERS_MAX);
        return;
    }
    if (n->count && !both)
        reading_warn(r, n->line,
                     "route %.*s: verify: there is no other side that could be asked instead",
                     STR_ARG(route->name));
    route->verifiers = arena_array(&r->c->arena, struct config_verifier, n->count + 1);
    for (const struct node *item = n->first; item && route->verifiers; item = item->next)
        read_entry(r, route, item);
}
