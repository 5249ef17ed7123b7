// SPDX-License-Identifier: Apache-2.0

#include "gate/proposal.h"

#include <stdlib.h>

#include "base/limits.h"
#include "core/ability.h"
#include "gate/able.h"
#include "gate/names.h"
#include "gate/versions.h"

#define PER_PROVIDER    4
#define FOUND_MAX       4096                   // of one provider
#define USD_PER_MTOK    INT64_C(1000000000000) // in 10^-18 USD a token
#define SMALL_PRICE     (3 * USD_PER_MTOK / 4)
#define MEDIUM_PRICE    (3 * USD_PER_MTOK)
#define LARGE_PRICE     (20 * USD_PER_MTOK)
#define SMALL_SIZE      14000 // millions of parameters
#define MEDIUM_SIZE     45000
#define CONTEXT_LEAST   8000
#define CONTEXT_OF_BOOK 100000

struct proposal {
    struct arena arena;
    struct config_tier tiers[ABILITY_SETS][CONFIG_SIZES]; // by what is required
};

// One that may be in a tier.
struct found {
    struct str model;
    int size;       // its tier; -1: none
    bool out;       // it lacks what is required, is old, or taken
    unsigned lacks; // enum ability
    int64_t price;  // of a token, blended; 0 = it costs nothing, or nobody knows
};

struct search {
    const struct snapshot *snapshot;
    const struct config_provider *provider;
    struct found *found;   // FOUND_MAX
    struct found **sorted; // of these
    unsigned count;
    unsigned lacks;   // what any of them does (enum ability),
    unsigned require; // and what of that is required
};

// --- what a name says ---

// "-06-17" and its like.
static bool is_day(struct str text)
{
    if (text.len < 6 || text.ptr[0] != '-' || text.ptr[3] != '-' ||
        (text.len > 6 && str_digit(text.ptr[6])))
        return false;
    uint64_t month, day;
    return str_u64(str_from(text.ptr + 1, 2), &month) && str_u64(str_from(text.ptr + 4, 2), &day) &&
           month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

// What does not chat, or not now, or is a version of one day.
static bool is_odd(struct str model)
{
    static const char *const words[] = {
        "embed",    "audio",   "realtime", "transcribe",  "tts",      "image",
        "search",   "whisper", "dall-e",   "moderat",     "research", "computer",
        "robotics", "live",    "codex",    "ft:",         "instruct", "guard",
        "rerank",   "vision",  "latest",   "babbage",     "davinci",  "curie",
        "veo",      "imagen",  "lyria",    "sora",        "minilm",   "bge",
        "ocr",      "voice",   "speech",   "translation", "free",     "batch"};
    unsigned digits = 0;
    for (size_t i = 0; i < model.len; i++) {
        digits = str_digit(model.ptr[i]) ? digits + 1 : 0;
        if (digits == 4 || model.ptr[i] == '*' || is_day(str_skip(model, i)))
            return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_has_nocase(model, str_of(words[i])))
            return true;
    }
    return false;
}

// --- its tier ---

static int tier_by_price(int64_t price)
{
    return price <= SMALL_PRICE    ? CONFIG_SMALL
           : price <= MEDIUM_PRICE ? CONFIG_MEDIUM
           : price <= LARGE_PRICE  ? CONFIG_LARGE
                                   : -1;
}

static int tier_by_size(int64_t size)
{
    return size == 0             ? -1
           : size <= SMALL_SIZE  ? CONFIG_SMALL
           : size <= MEDIUM_SIZE ? CONFIG_MEDIUM
                                 : CONFIG_LARGE;
}

// Blended; 0 where the book does not say both.
static int64_t price_of(const struct sheet *sheet)
{
    struct price in, out;
    if (!sheet || !rates_find(&sheet->rates, BUCKET_INPUT, &in) ||
        !rates_find(&sheet->rates, BUCKET_OUTPUT, &out))
        return 0;
    return in.atto / 4 * 3 + out.atto / 4;
}

// A mock's models are what they are called.
static int tier_of_mock(struct str model)
{
    return str_is(model, "small") ? CONFIG_SMALL : str_is(model, "large") ? CONFIG_LARGE : -1;
}

// Of a list that the file states only what is surely too brief; of the book, which has kept what is
// long out of use, only what reads much.
static bool is_brief(const struct config_provider *p, const struct sheet *sheet)
{
    int64_t context = sheet ? sheet->context_tokens : 0;
    bool of_book = provider_open(p) && !p->mock && !p->free;
    return of_book ? context < CONTEXT_OF_BOOK : context > 0 && context < CONTEXT_LEAST;
}

static void add_found(void *context, const struct named *n)
{
    struct search *search = context;
    const struct config_provider *p = search->provider;
    struct found f = {
        .model = n->model, .lacks = able_lacks(p, n->model), .price = price_of(n->sheet)};
    if (search->count == FOUND_MAX || is_brief(p, n->sheet) || is_odd(n->model))
        return;
    f.size = p->mock ? tier_of_mock(n->model)
             : f.price > 0 && !provider_free(p, n->model, n->sheet)
                 ? tier_by_price(f.price)
                 : tier_by_size(versions_size(n->model));
    search->lacks |= f.lacks;
    search->found[search->count++] = f;
}

// --- the tiers ---

// Versions of one model stand together: the newest first, and of the same by several names the one
// that was found first.
static int by_version(const void *a, const void *b)
{
    const struct found *const *x = a, *const *y = b;
    int version = 0;
    const int order = versions_order((*x)->model, (*y)->model, &version);
    if (order)
        return order;
    return version ? -version : (*x > *y) - (*x < *y);
}

// A policy that is posted may list thousands: not each of them is held against each other.
static void leave_out(struct search *search)
{
    int version;
    unsigned count = 0;
    for (unsigned i = 0; i < search->count; i++) {
        struct found *f = &search->found[i];
        f->out = (f->lacks & search->require) != 0;
        if (!f->out)
            search->sorted[count++] = f;
    }
    qsort(search->sorted, count, sizeof(search->sorted[0]), by_version);
    for (unsigned i = 1; i < count; i++) {
        if (versions_order(search->sorted[i - 1]->model, search->sorted[i]->model, &version) == 0)
            search->sorted[i]->out = true;
    }
}

static void add_model(struct arena *arena, const struct config_provider *p, struct str model,
                      struct config_tier *t)
{
    const struct str parts[] = {p->name, STR("/"), model};
    if (t->model_count < TIER_MODELS_MAX)
        config_tier_add(t, arena_join(arena, parts, 3), 0);
}

// The cheapest of one tier, taken out.
static struct found *take_cheapest(struct search *search, int size)
{
    struct found *best = NULL;
    for (unsigned i = 0; i < search->count; i++) {
        struct found *f = &search->found[i];
        if (f->size == size && !f->out && (!best || f->price < best->price))
            best = f;
    }
    return best;
}

// What nobody lacks makes no difference.
static void add_to_sets(struct proposal *p, const struct search *search, int size, struct str model)
{
    for (unsigned set = 0; set < ABILITY_SETS; set++)
        if ((set & search->lacks) == search->require)
            add_model(&p->arena, search->provider, model, &p->tiers[set][size]);
}

static void add_set(struct proposal *p, struct search *search)
{
    leave_out(search);
    for (int size = 0; size < CONFIG_SIZES; size++) {
        for (int i = 0; i < PER_PROVIDER; i++) {
            struct found *f = take_cheapest(search, size);
            if (!f)
                break;
            f->out = true;
            add_to_sets(p, search, size, f->model);
        }
    }
}

static void add_provider(struct proposal *p, struct search *search)
{
    names_each(search->snapshot, search->provider, add_found, search);
    for (search->require = 0; search->require < ABILITY_SETS; search->require++)
        if ((search->require & ~search->lacks) == 0)
            add_set(p, search);
}

static bool asks_ollama(const struct config_provider *p)
{
    return p->dialect == DIALECT_OLLAMA && provider_open(p);
}

static bool tier_room(struct arena *arena, struct config_tier *t)
{
    t->models = arena_array(arena, struct str, TIER_MODELS_MAX);
    t->weights = arena_array(arena, uint32_t, TIER_MODELS_MAX);
    return t->models && t->weights;
}

static bool tiers_room(struct arena *arena, struct config_tier *tiers)
{
    bool fine = true;
    for (int i = 0; i < CONFIG_SIZES && fine; i++) {
        tiers[i].name = config_size_name(i);
        fine = tier_room(arena, &tiers[i]);
    }
    return fine;
}

struct proposal *proposal_new(const struct snapshot *s)
{
    struct proposal *p = alloc_zero(&alloc_heap, sizeof *p);
    struct found *found = alloc_zero(&alloc_heap, FOUND_MAX * sizeof *found);
    struct found **sorted = alloc_get(&alloc_heap, FOUND_MAX * sizeof *sorted);
    bool fine = p && found && sorted;
    if (p)
        arena_init(&p->arena, &alloc_heap, 4 * KIB, MIB);
    for (unsigned i = 0; i < ABILITY_SETS && fine; i++)
        fine = tiers_room(&p->arena, p->tiers[i]);
    for (unsigned i = 0; i < s->config->provider_count && fine; i++) {
        struct search search = {s, &s->config->providers[i], found, sorted, 0, 0, 0};
        if (!asks_ollama(search.provider))
            add_provider(p, &search);
    }
    heap_free(sorted);
    heap_free(found);
    if (fine && !arena_failed(&p->arena))
        return p;
    proposal_free(p);
    return NULL;
}

void proposal_free(struct proposal *p)
{
    if (!p)
        return;
    arena_fini(&p->arena);
    heap_free(p);
}

// --- with what Ollamas have now ---

struct asking_local {
    const struct config_provider *provider;
    struct arena *arena;
    struct config_tier *tier;
    int size;
};

static void add_local(void *context, const struct local_model *m)
{
    const struct asking_local *a = context;
    struct str name = str_of(m->name);
    int64_t size = versions_size(str_of(m->parameters));
    bool chats = m->abilities ? (m->abilities & LOCAL_COMPLETION) != 0 : !is_odd(name);
    if (size == 0)
        size = versions_size(name);
    if (chats && !m->remote && !local_passes_on(name) && tier_by_size(size) == a->size)
        add_model(a->arena, a->provider, dialect_model(DIALECT_OLLAMA, name), a->tier);
}

// Where nobody has what is required those are told that lack it.
static const struct config_tier *base_of(const struct proposal *p, int size, unsigned require)
{
    const struct config_tier *t = &p->tiers[require][size];
    return t->model_count ? t : &p->tiers[0][size];
}

const struct config_tier *proposal_tier(const struct snapshot *s, int size, unsigned require,
                                        struct arena *arena)
{
    must(require < ABILITY_SETS);
    struct config_tier *t = arena_new(arena, struct config_tier);
    const struct config_tier *base = s->proposal ? base_of(s->proposal, size, require) : NULL;
    if (!t || !tier_room(arena, t))
        return NULL;
    t->name = config_size_name(size);
    for (unsigned i = 0; base && i < base->model_count; i++)
        t->models[t->model_count++] = base->models[i];
    t->set = base ? base->set : 0;
    for (unsigned i = 0; i < s->config->provider_count; i++) {
        struct asking_local a = {&s->config->providers[i], arena, t, size};
        struct local *l = asks_ollama(a.provider) ? snapshot_local(s, a.provider) : NULL;
        if (l && provider_there(s, a.provider))
            local_each(l, add_local, &a);
    }
    return t;
}

static bool is_open(const struct config_tier *t)
{
    return t && config_tier_proposed(t) >= 0;
}

const struct config_route *proposal_fill(const struct snapshot *s, const struct config_route *route,
                                         struct arena *arena)
{
    if (!is_open(route->small) && !is_open(route->large))
        return route;
    struct config_route *now = arena_new(arena, struct config_route);
    if (!now)
        return NULL;
    *now = *route;
    const unsigned require = route->require;
    if (is_open(route->small))
        now->small = proposal_tier(s, config_tier_proposed(route->small), require, arena);
    if (is_open(route->large))
        now->large = proposal_tier(s, config_tier_proposed(route->large), require, arena);
    bool filled = (!route->small || now->small) && (!route->large || now->large);
    return filled ? now : NULL;
}

const struct config_route *proposal_routes(const struct snapshot *s, struct arena *arena)
{
    unsigned count = s->config->route_count;
    struct config_route *all = arena_array(arena, struct config_route, count + 1);
    for (unsigned i = 0; all && i < count; i++) {
        const struct config_route *one = proposal_fill(s, &s->config->routes[i], arena);
        if (!one)
            return NULL;
        all[i] = *one;
    }
    return all;
}

static const struct config_tier *tier_now(const struct snapshot *s, int size, struct arena *arena)
{
    const struct config_tier *t = config_tier_named(s->config, config_size_name(size));
    return is_open(t) ? proposal_tier(s, size, 0, arena) : t;
}

// That one for one which has no model; those that this one lacks are still told.
static const struct config_tier *instead(const struct config_tier *t, const struct config_tier *of,
                                         struct arena *arena)
{
    if (of->absent_count == 0)
        return t;
    unsigned count = t->absent_count + of->absent_count;
    struct config_tier *own = arena_new(arena, struct config_tier);
    struct config_absent *absent = arena_array(arena, struct config_absent, count);
    if (!own || !absent)
        return NULL;
    *own = *t;
    own->absent = absent;
    for (unsigned i = 0; i < count; i++)
        own->absent[i] = i < of->absent_count ? of->absent[i] : t->absent[i - of->absent_count];
    own->absent_count = count;
    return own;
}

const struct config_route *proposal_auto(const struct snapshot *s, struct arena *arena)
{
    static struct config_verifier usual[] = {{.kind = VERIFIER_REFUSAL},
                                             {.kind = VERIFIER_TRUNCATION},
                                             {.kind = VERIFIER_EMPTY},
                                             {.kind = VERIFIER_REPETITION},
                                             {.kind = VERIFIER_SCHEMA}};
    const struct config_tier *small = tier_now(s, CONFIG_SMALL, arena);
    const struct config_tier *medium = tier_now(s, CONFIG_MEDIUM, arena);
    const struct config_tier *large = tier_now(s, CONFIG_LARGE, arena);
    struct config_route *route = arena_new(arena, struct config_route);
    if (!route || !small || !medium || !large)
        return NULL;
    if (large->model_count == 0 && small->model_count)
        large = instead(medium, large, arena);
    if (small->model_count == 0)
        small = instead(medium, small, arena);
    if (!small || !large)
        return NULL;
    *route = (struct config_route){.name = STR(ROUTE_AUTO),
                                   .match = {.any = true, .tokens_most = INT64_MAX},
                                   .max_loss_ppm = ROUTE_LOSS_PPM,
                                   .confidence_ppm = ROUTE_CONFIDENCE_PPM,
                                   .small = small,
                                   .large = large == small ? NULL : large,
                                   .verifiers = usual,
                                   .verifier_count = sizeof usual / sizeof usual[0],
                                   .hold_ms = ROUTE_HOLD_MS};
    return route;
}
