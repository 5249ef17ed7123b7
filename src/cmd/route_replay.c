// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "base/digest.h"
#include "base/limits.h"
#include "cmd/remote.h"
#include "cmd/route.h"
#include "cmd/table.h"
#include "config/config.h"
#include "core/ability.h"
#include "gate/able.h"
#include "gate/lessons.h"
#include "gate/proposal.h"
#include "gate/resolve.h"
#include "gate/terms.h"
#include "panel/differing.h"

enum shown { WHAT, WAS, WOULD, INTERVAL, OF, SHOWN_COUNT };

// --- the policy, as insight/policy.h has it ---

// Whatever a call asks for; what depends on it was found out with the call.
static const char *why_out(const struct snapshot *s, const struct config_route *r, struct str full)
{
    struct target t;
    if (resolve_prefixed(s, full, &t) != REFUSAL_NONE)
        return "model unknown";
    const struct config_provider *p = &s->config->providers[t.provider];
    if (r->local_only && !able_stays(s, p, t.model))
        return "not local";
    unsigned lacks = 0;
    for (unsigned i = 0; i < p->lack_count; i++)
        lacks |= str_glob(p->lacks[i].models, t.model) ? p->lacks[i].bits : 0;
    return ability_missing(lacks & r->require);
}

static void add_model(struct json_out *o, const struct snapshot *s, const struct config_route *r,
                      struct str full, uint32_t weight)
{
    const char *out = why_out(s, r, full);
    json_out_begin(o, NULL, '{');
    json_out_text(o, "model", full);
    if (weight)
        json_out_number(o, "weight", weight);
    if (out)
        json_out_text(o, "out", str_of(out));
    json_out_end(o, '}');
}

// One that the file does not name is made of what there is when a call comes.
static void add_side(struct json_out *o, const char *name, const struct snapshot *s,
                     const struct config_route *r, const struct config_tier *t)
{
    if (t && config_tier_proposed(t) >= 0) {
        json_out_begin(o, name, '{');
        json_out_text(o, "tier", t->name);
        json_out_end(o, '}');
        return;
    }
    json_out_begin(o, name, '[');
    for (unsigned i = 0; t && i < t->model_count; i++)
        add_model(o, s, r, t->models[i], t->weights[i]);
    json_out_end(o, ']');
}

// A call that must stay here is verified by nobody who might send it away.
static bool verifies_confined(const struct config_route *r)
{
    bool any = false;
    for (unsigned i = 0; i < r->verifier_count; i++) {
        const struct config_verifier *v = &r->verifiers[i];
        any |= r->local_only || (v->kind != VERIFIER_AGREE &&
                                 (v->kind != VERIFIER_HTTP || host_is_private(v->url.host)));
    }
    return any;
}

static void add_checks(struct json_out *o, const struct config_route *r)
{
    struct buf checks;
    bool agrees = false;
    for (unsigned i = 0; i < r->verifier_count; i++)
        agrees |= r->verifiers[i].kind == VERIFIER_AGREE;
    buf_init(&checks, &alloc_heap, 0);
    terms_checks(r, &checks);
    json_out_flag(o, "agrees", agrees);
    json_out_flag(o, "sways", lessons_swayed(r));
    json_out_text(o, "checks", buf_str(&checks));
    buf_fini(&checks);
}

// Which calls, and by whose judgement.
static void add_calls(struct json_out *o, const struct config_route *r)
{
    char match[TERMS_CALLS + 1];
    uint64_t of = 0;
    const bool fine = terms_match(r, &of);
    must(fine);
    (void)snprintf(match, sizeof match, "%016llx", (unsigned long long)of);
    json_out_text(o, "match", str_of(match));
    json_out_text(o, "judge", terms_judged(r));
}

// Those that are to agree.
static void add_seconds(struct json_out *o, const struct snapshot *s, const struct config_route *r)
{
    json_out_begin(o, "second", '[');
    for (unsigned i = 0; i < r->verifier_count; i++) {
        if (r->verifiers[i].kind == VERIFIER_AGREE)
            add_model(o, s, r, r->verifiers[i].model, 0);
    }
    json_out_end(o, ']');
}

static void add_abilities(struct json_out *o, const char *name, unsigned bits)
{
    json_out_begin(o, name, '[');
#define X(id, bit, word)     \
    if (bits & ABILITY_##id) \
        json_out_text(o, NULL, str_of(word));
    ABILITY_MAP(X)
#undef X
    json_out_end(o, ']');
}

static void add_sticky(struct json_out *o, const struct config_route *r)
{
    struct buf sticky;
    buf_init(&sticky, &alloc_heap, 0);
    differing_sticky(r, &sticky);
    json_out_text(o, "sticky", buf_str(&sticky));
    buf_fini(&sticky);
}

// But for its models.
static void add_policy(struct json_out *o, const struct config_route *r)
{
    json_out_text(o, "name", r->name);
    json_out_text(o, "mode", str_of(config_mode_name(r->mode)));
    json_out_flag(o, "verifies", r->verifier_count > 0);
    json_out_flag(o, "verifies_confined", verifies_confined(r));
    add_checks(o, r);
    add_calls(o, r);
    json_out_flag(o, "local", r->local_only);
    json_out_number(o, "max_cost_nd", r->max_cost.n);
    json_out_number(o, "max_ttft_ms", r->max_ttft_ms);
    add_sticky(o, r);
    add_abilities(o, "require", r->require);
    json_out_number(o, "context", r->require_context);
    json_out_number(o, "max_loss_ppm", r->max_loss_ppm);
    json_out_number(o, "confidence_ppm", r->confidence_ppm);
}

static void add_route(struct json_out *o, const struct snapshot *s, const struct config_route *r)
{
    json_out_begin(o, NULL, '{');
    add_policy(o, r);
    add_seconds(o, s, r);
    add_side(o, "small", s, r, r->small);
    add_side(o, "large", s, r, r->large);
    json_out_end(o, '}');
}

// The route `auto` that the file does not have. Which of the tiers its sides are depends on what
// there is.
static void add_usual(struct json_out *o, const struct snapshot *s, const struct config_route *r)
{
    static const char *const names[CONFIG_SIZES] = {"small", "medium", "large"};
    json_out_begin(o, NULL, '{');
    add_policy(o, r);
    for (int i = 0; i < CONFIG_SIZES; i++)
        add_side(o, names[i], s, r, config_tier_named(s->config, config_size_name(i)));
    json_out_end(o, '}');
}

// --- its providers, by which tiers are proposed ---

// Its path only of an Ollama, by which the gateway knows it: that of another one may be a secret.
static void add_provider(struct json_out *o, const struct config_provider *p)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "name", p->name);
    json_out_text(o, "dialect", str_of(dialect_name(p->dialect)));
    json_out_text(o, "vendor", p->vendor);
    json_out_text(o, "host", p->url.host);
    json_out_number(o, "port", p->url.port);
    json_out_text(o, "path", p->dialect == DIALECT_OLLAMA ? p->url.path : STR_NONE);
    json_out_flag(o, "proxied", p->proxied);
    json_out_flag(o, "free", p->free);
    json_out_number(o, "num_ctx", p->num_ctx);
    json_out_flag(o, "implied", p->from_environment);
    json_out_texts(o, "models", p->models, p->model_count);
    json_out_begin(o, "lacks", '[');
    for (unsigned i = 0; i < p->lack_count; i++) {
        json_out_begin(o, NULL, '{');
        json_out_text(o, "models", p->lacks[i].models);
        add_abilities(o, "abilities", p->lacks[i].bits);
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
    json_out_end(o, '}');
}

// Where the file names any: whose environment it will be read in nobody knows.
static void add_providers(struct json_out *o, const struct config *c)
{
    bool any = false;
    for (unsigned i = 0; i < c->provider_count; i++)
        any |= !c->providers[i].from_environment;
    if (!any)
        return;
    json_out_begin(o, "providers", '[');
    for (unsigned i = 0; i < c->provider_count; i++)
        add_provider(o, &c->providers[i]);
    json_out_end(o, ']');
}

static void write_policy(const struct config *c, struct buf *out)
{
    const struct snapshot s = {.config = (struct config *)(uintptr_t)c}; // it is not changed
    struct json_out o = {out, true};
    struct arena arena;
    bool named = false; // the route `auto`
    arena_init(&arena, &alloc_heap, 4 * KIB, 16 * MIB);
    json_out_begin(&o, NULL, '{');
    if (c->prices.len > 0)
        json_out_number(&o, "prices", digest_crc32(0, c->prices.ptr, c->prices.len));
    json_out_number(&o, "limits", differing_limits(c));
    json_out_begin(&o, "routes", '[');
    for (unsigned i = 0; i < c->route_count; i++) {
        add_route(&o, &s, &c->routes[i]);
        named |= str_is(c->routes[i].name, ROUTE_AUTO);
    }
    const struct config_route *usual = named ? NULL : proposal_auto(&s, &arena);
    if (usual)
        add_usual(&o, &s, usual);
    json_out_end(&o, ']');
    add_providers(&o, c);
    json_out_end(&o, '}');
    arena_fini(&arena);
}

// EXIT_OK; else said.
static int read_policy(const char *file, struct buf *out)
{
    const struct config_source source = {.file = file, .unread = true};
    struct config *c = NULL;
    struct why why;
    if (config_read(&source, &c, &why) != STATUS_OK)
        return command_failed("%s", why.text);
    write_policy(c, out);
    config_free(c);
    return EXIT_OK;
}

// --- what came of it ---

// The ends of an interval are rounded away from what is between them.
enum figure_of { LOW, IS, HIGH };

#define FIGURE_TEXT 40

static void percent(const struct json_val *v, enum figure_of of, char out[FIGURE_TEXT])
{
    double share = 0;
    out[0] = '\0';
    if (json_type(v) != JSON_STRING || !route_share(json_str(v), &share))
        return;
    if (of == IS)
        (void)snprintf(out, FIGURE_TEXT, "%.1f %%", 100 * share);
    else
        (void)share_percent(share, 1, of == LOW ? SHARE_DOWN : SHARE_UP, out);
}

static int128 steps_of(int128 n, int128 step, enum figure_of of)
{
    if (of == IS)
        return decimal_divide(n, step);
    return of == LOW ? decimal_divide_down(n, step) : decimal_divide_up(n, step);
}

// To a hundredth of a cent, where it is a cent at least.
static void usd(const struct json_val *v, enum figure_of of, char out[FIGURE_TEXT])
{
    const int128 cent = (int128)10000000000000000, step = cent / 100; // of 10^-18 USD
    int128 n = 0;
    struct buf text;
    out[0] = '\0';
    if (decimal_read(json_str(v), &n) != STATUS_OK)
        return;
    if (n >= cent)
        n = steps_of(n, step, of) * step;
    buf_init(&text, &alloc_heap, 0);
    decimal_write(&text, n, DECIMAL_PLACES, 2);
    str_copy_clipped(buf_str(&text), out, FIGURE_TEXT);
    buf_fini(&text);
}

typedef void figure_f(const struct json_val *v, enum figure_of of, char out[FIGURE_TEXT]);

struct line {
    const char *what;
    figure_f *figure;
    const struct json_val *was, *would, *low, *high;
    const char *of;               // what they were made of
    const struct json_val *count; // ... so many
};

static void add_line(struct libscols_table *t, const struct line *l)
{
    char was[FIGURE_TEXT], would[FIGURE_TEXT], low[FIGURE_TEXT], high[FIGURE_TEXT];
    char between[100] = "", of[60] = "";
    int64_t count = 0;
    struct libscols_line *line = table_line(t);
    l->figure(l->was, IS, was);
    l->figure(l->would, IS, would);
    l->figure(l->low, LOW, low);
    l->figure(l->high, HIGH, high);
    if (low[0])
        (void)snprintf(between, sizeof between, "%s to %s", low, high);
    else if (high[0])
        (void)snprintf(between, sizeof between, "at most %s", high);
    if (l->of && json_i64(l->count, &count))
        (void)snprintf(of, sizeof of, "%lld %s", (long long)count, l->of);
    table_cell(line, WHAT, str_of(l->what));
    table_cell(line, WAS, str_of(was[0] ? was : "-"));
    table_cell(line, WOULD, str_of(would[0] ? would : "-"));
    table_cell(line, INTERVAL, str_of(between));
    table_cell(line, OF, str_of(of));
}

// `each`: how many there are of what it was made of.
static struct line quality(const char *what, const struct json_val *both, const char *each,
                           const char *of)
{
    const struct json_val *was = json_get(both, "was"), *would = json_get(both, "would");
    return (struct line){what,
                         percent,
                         json_get(was, "is"),
                         json_get(would, "is"),
                         json_get(would, "low"),
                         json_get(would, "high"),
                         of,
                         json_get(would, each)};
}

static void print_table(const struct json_val *r)
{
    static const char *const titles[SHOWN_COUNT] = {"", "WAS", "WOULD", "95 %", "OF"};
    struct libscols_table *t = table_new();
    const struct json_val *first = json_get(r, "share_small"), *cost = json_get(r, "cost_usd");
    const struct json_val *answers = json_get(r, "answered_small");
    for (size_t i = 0; i < SHOWN_COUNT; i++)
        table_column(t, titles[i], i == WAS || i == WOULD);
    add_line(t, &(struct line){"small side first", percent, json_get(first, "was"),
                               json_get(first, "would"), NULL, NULL, "calls",
                               json_get(r, "replayed")});
    add_line(t, &(struct line){"small side answers", percent, json_get(answers, "was"),
                               json_get(answers, "would"), NULL, NULL, NULL, NULL});
    add_line(t, &(struct line){"cost, USD", usd, json_get(cost, "was"), json_get(cost, "would"),
                               json_get(cost, "low"), json_get(cost, "high"), "calls",
                               json_get(cost, "calls")});
    const struct line loss = quality("loss", json_get(r, "loss"), "pairs", "pairs");
    const struct line rated = quality("rated", json_get(r, "rated"), "calls", "ratings");
    add_line(t, &loss);
    if (json_type(json_path(r, "rated.was")) == JSON_OBJECT)
        add_line(t, &rated);
    table_print(t);
}

static int64_t count_of(const struct json_val *r, const char *name)
{
    int64_t n = 0;
    return json_i64(json_get(r, name), &n) ? n : 0;
}

static void print_refused(const struct json_val *refused)
{
    struct json_iter it = {0};
    const struct json_val *one;
    struct str why;
    int64_t calls = 0;
    while (json_each(&it, refused, &why, &one))
        if (json_i64(one, &calls))
            command_print(stdout, "; %lld would be refused: %.*s", (long long)calls, STR_ARG(why));
}

static void print_example(const struct json_val *e)
{
    struct str would = json_str(json_get(e, "would"));
    would = would.len ? would : (struct str)STR("nobody");
    command_print(stdout, "  %.*s: %.*s, would be %.*s: %.*s\n",
                  STR_ARG(json_str(json_get(e, "request"))), STR_ARG(json_str(json_get(e, "was"))),
                  STR_ARG(would), STR_ARG(json_str(json_get(e, "reason"))));
}

static void print_route(const struct json_val *r)
{
    struct json_iter it = {0};
    const struct json_val *one;
    command_print(stdout,
                  "%.*s: %lld calls; %lld would go elsewhere: %lld to the small side, %lld "
                  "to the large one, %lld to another model of theirs",
                  STR_ARG(json_str(json_get(r, "route"))), (long long)count_of(r, "calls"),
                  (long long)count_of(r, "changed"), (long long)count_of(r, "to_small"),
                  (long long)count_of(r, "to_large"), (long long)count_of(r, "to_other"));
    print_refused(json_get(r, "refused"));
    puts("\n");
    print_table(r);
    putchar('\n');
    while (json_each(&it, json_get(r, "examples"), NULL, &one))
        print_example(one);
    it = (struct json_iter){0};
    while (json_each(&it, json_get(r, "notes"), NULL, &one))
        command_print(stdout, "  note: %.*s\n", STR_ARG(json_str(one)));
    putchar('\n');
}

static void print(const struct json *j)
{
    struct json_iter it = {0};
    const struct json_val *one;
    while (json_each(&it, json_get(json_root(j), "routes"), NULL, &one))
        print_route(one);
    it = (struct json_iter){0};
    while (json_each(&it, json_get(json_root(j), "without"), NULL, &one))
        command_print(stdout, "%.*s: it has calls, and is none of the policy's routes\n",
                      STR_ARG(json_str(one)));
}

// Only this program has written it, by what it has read of the file: a gateway that finds it wrong
// has another idea of what it says.
static bool is_of_others(enum status s, const struct why *why)
{
    return s == STATUS_SYNTAX && str_starts(str_of(why->text), (struct str)STR("\"policy\": "));
}

static int ask(const struct cli *cli, struct buf *args)
{
    struct buf text;
    struct why why;
    int code;
    buf_init(&text, &alloc_heap, 0);
    enum status s = remote_try(cli, "routes/replay", args, &text, &why);
    if (s == STATUS_OK)
        code = remote_print(cli, &text, print);
    else if (is_of_others(s, &why))
        code =
            command_failed("the gateway that runs is of another version than this program (most "
                           "likely it is older), and does not understand its policy: restart it, "
                           "or replay with the program that it is. Nothing is wrong with the "
                           "file. The gateway says: %s",
                           why.text);
    else
        code = remote_fail(s, &why);
    buf_fini(&text);
    return code;
}

int route_replay(const struct cli *cli, const struct route_wishes *w)
{
    struct buf args, policy;
    if (w->file_count)
        return command_usage(&cmd_route, "`%s` is one too many", w->files[0]);
    if (!w->policy)
        return command_usage(&cmd_route,
                             "replay: under which policy? --policy FILE, a configuration");
    buf_init(&args, &alloc_heap, 0);
    buf_init(&policy, &alloc_heap, 0);
    int code = read_policy(w->policy, &policy);
    if (code == EXIT_OK) {
        remote_arg(&args, "policy", buf_str(&policy));
        remote_arg(&args, "route", str_of(w->route));
        remote_arg(&args, "since", str_of(w->since));
        remote_arg(&args, "until", str_of(w->until));
        code = ask(cli, &args);
    }
    buf_fini(&policy);
    buf_fini(&args);
    return code;
}
