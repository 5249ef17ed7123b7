// SPDX-License-Identifier: Apache-2.0

#include "local/local.h"

#include <pthread.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/map.h"
#include "wire/dialect.h"

#define MODELS_MAX   1024 // of one Ollama
#define CONTEXTS_MAX 1024 // names that were given a context
#define TURNS_MAX    256  // calls at once of which the order is known

struct given {
    char name[MODEL_BYTES_MAX + 1];
    int64_t asked;   // the largest that calls were sent with, and none failed for
    int64_t context; // the largest with which it has answered
};

struct local {
    struct local *next;
    struct str address;
    pthread_mutex_t lock; // guards what follows
    enum local_there there;
    int64_t asked_us; // 0 = never
    unsigned asking;  // questions for its list that are on their way
    struct local_model *models;
    unsigned count;
    struct map contexts;       // of struct given
    uint64_t turns[TURNS_MAX]; // first those that are answered, then by rising number
    unsigned turn_count;
    uint64_t turn_last;
    // Since when the first of them is the first; in the future while it may wait behind what a call
    // that is gone left.
    int64_t first_us;
};

struct locals {
    pthread_mutex_t lock;
    struct local *first;
};

struct locals *locals_new(void)
{
    struct locals *all = alloc_zero(&alloc_heap, sizeof *all);
    if (all)
        pthread_mutex_init(&all->lock, NULL);
    return all;
}

static void local_free(struct local *l)
{
    size_t at = 0;
    struct str name;
    void *given;
    while (map_each(&l->contexts, &at, &name, &given))
        heap_free(given);
    map_fini(&l->contexts);
    heap_free(l->models);
    pthread_mutex_destroy(&l->lock);
    heap_free(l);
}

void locals_free(struct locals *all)
{
    if (!all)
        return;
    while (all->first) {
        struct local *l = all->first;
        all->first = l->next;
        local_free(l);
    }
    pthread_mutex_destroy(&all->lock);
    heap_free(all);
}

static struct local *local_new(struct str address)
{
    struct local *l = alloc_zero(&alloc_heap, sizeof *l + address.len);
    if (!l)
        return NULL;
    memcpy(l + 1, address.ptr, address.len);
    l->address = str_from((const char *)(l + 1), address.len);
    pthread_mutex_init(&l->lock, NULL);
    map_init(&l->contexts, &alloc_heap);
    return l;
}

struct local *locals_at(struct locals *all, struct str address)
{
    pthread_mutex_lock(&all->lock);
    struct local *l = all->first;
    while (l && !str_eq(l->address, address))
        l = l->next;
    if (!l && (l = local_new(address)) != NULL) {
        l->next = all->first;
        all->first = l;
    }
    pthread_mutex_unlock(&all->lock);
    return l;
}

enum local_there local_there(struct local *l)
{
    pthread_mutex_lock(&l->lock);
    enum local_there there = l->there;
    pthread_mutex_unlock(&l->lock);
    return there;
}

bool local_probe(struct local *l, int64_t now_us, int64_t every_us, bool beside)
{
    pthread_mutex_lock(&l->lock);
    bool due = l->asked_us == 0 || now_us - l->asked_us >= every_us;
    bool asks = due || (beside && l->asking > 0);
    if (due)
        l->asked_us = now_us;
    l->asking += asks;
    pthread_mutex_unlock(&l->lock);
    return asks;
}

void local_probed(struct local *l)
{
    pthread_mutex_lock(&l->lock);
    l->asking--;
    pthread_mutex_unlock(&l->lock);
}

static struct str plain(struct str name)
{
    return dialect_model(DIALECT_OLLAMA, name);
}

bool local_passes_on(struct str name)
{
    return str_ends(name, (struct str)STR("-cloud")) || str_ends(name, (struct str)STR(":cloud"));
}

static struct local_model *find(const struct local *l, struct str name)
{
    name = plain(name);
    for (unsigned i = 0; i < l->count; i++)
        if (str_eq(plain(str_from(l->models[i].name, strlen(l->models[i].name))), name))
            return &l->models[i];
    return NULL;
}

bool local_find(struct local *l, struct str model, struct local_model *out)
{
    pthread_mutex_lock(&l->lock);
    const struct local_model *m = find(l, model);
    if (m)
        *out = *m;
    pthread_mutex_unlock(&l->lock);
    return m != NULL;
}

bool local_passed_on(struct local *l, struct str model)
{
    pthread_mutex_lock(&l->lock);
    struct local_model *m = find(l, model);
    bool news = m && !m->remote;
    if (news)
        m->remote = true;
    pthread_mutex_unlock(&l->lock);
    return news;
}

void local_each(struct local *l, void (*each)(void *context, const struct local_model *m),
                void *context)
{
    pthread_mutex_lock(&l->lock);
    for (unsigned i = 0; i < l->count; i++)
        each(context, &l->models[i]);
    pthread_mutex_unlock(&l->lock);
}

// --- contexts ---

static struct given *given_of(struct local *l, struct str name)
{
    struct given *g = map_get(&l->contexts, name);
    if (g || l->contexts.count >= CONTEXTS_MAX)
        return g;
    g = alloc_zero(&alloc_heap, sizeof *g);
    if (g && str_copy(name, g->name, sizeof g->name) && map_set(&l->contexts, str_of(g->name), g))
        return g;
    heap_free(g);
    return NULL;
}

static int64_t power_for(int64_t needed)
{
    int64_t context = LOCAL_CONTEXT_LEAST;
    while (context < needed && context < INT64_MAX / 2)
        context *= 2;
    return context;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t local_context_said(struct local *l, struct str model, int64_t context, int64_t cap)
{
    pthread_mutex_lock(&l->lock);
    const struct local_model *m = find(l, model);
    const struct given *given = map_get(&l->contexts, plain(model));
    if (given)
        context = larger(context, larger(given->asked, given->context));
    if (m)
        context = larger(context, m->context_loaded);
    if (context > cap)
        context = cap;
    if (m && m->context_trained > 0 && context > m->context_trained)
        context = m->context_trained;
    pthread_mutex_unlock(&l->lock);
    return context;
}

int64_t local_context(struct local *l, struct str model, int64_t needed, int64_t cap)
{
    return local_context_said(l, model, power_for(needed), cap);
}

void local_asked(struct local *l, struct str model, int64_t context)
{
    pthread_mutex_lock(&l->lock);
    struct given *given = find(l, model) ? given_of(l, plain(model)) : NULL;
    if (given)
        given->asked = larger(given->asked, context);
    pthread_mutex_unlock(&l->lock);
}

void local_refused(struct local *l, struct str model, int64_t context)
{
    pthread_mutex_lock(&l->lock);
    struct given *given = map_get(&l->contexts, plain(model));
    if (given && given->asked <= context)
        given->asked = 0;
    pthread_mutex_unlock(&l->lock);
}

void local_loaded(struct local *l, struct str model, int64_t context)
{
    pthread_mutex_lock(&l->lock);
    struct given *given = given_of(l, plain(model));
    if (given)
        given->context = larger(given->context, context);
    pthread_mutex_unlock(&l->lock);
}

// --- turns ---

uint64_t local_turn(struct local *l, int64_t now_us)
{
    uint64_t turn = 0;
    pthread_mutex_lock(&l->lock);
    if (l->turn_count == 0)
        l->first_us = larger(l->first_us, now_us);
    if (l->turn_count < TURNS_MAX)
        turn = l->turns[l->turn_count++] = ++l->turn_last;
    pthread_mutex_unlock(&l->lock);
    return turn;
}

static unsigned place_of(const struct local *l, uint64_t turn)
{
    unsigned at = 0;
    while (at < l->turn_count && l->turns[at] != turn)
        at++;
    return at;
}

int64_t local_turn_end(struct local *l, uint64_t turn, int64_t now_us, int64_t left_us)
{
    int64_t first_us = 0;
    pthread_mutex_lock(&l->lock);
    unsigned at = place_of(l, turn);
    if (at == 0 && l->turn_count > 0 && now_us >= l->first_us) {
        first_us = now_us - l->first_us;
        l->first_us = now_us + left_us;
    }
    if (at < l->turn_count)
        memmove(&l->turns[at], &l->turns[at + 1], (--l->turn_count - at) * sizeof l->turns[0]);
    pthread_mutex_unlock(&l->lock);
    return first_us;
}

void local_heard(struct local *l, uint64_t turn, int64_t now_us)
{
    pthread_mutex_lock(&l->lock);
    unsigned at = place_of(l, turn);
    if (at > 0 || l->first_us > now_us)
        l->first_us = now_us;
    if (at < l->turn_count) {
        memmove(&l->turns[1], &l->turns[0], at * sizeof l->turns[0]);
        l->turns[0] = turn;
    }
    pthread_mutex_unlock(&l->lock);
}

// --- what Ollama tells ---

static bool read_model(const struct json_val *v, struct local_model *m)
{
    if (!str_copy(json_str(json_get(v, "name")), m->name, sizeof m->name) || !m->name[0])
        return false;
    (void)!str_copy(json_str(json_get(v, "digest")), m->digest, sizeof m->digest);
    (void)!str_copy(json_str(json_path(v, "details.parameter_size")), m->parameters,
                    sizeof m->parameters);
    (void)!str_copy(json_str(json_path(v, "details.quantization_level")), m->quantization,
                    sizeof m->quantization);
    int64_t size = 0;
    if (json_i64(json_get(v, "size"), &size) && size > 0)
        m->size_bytes = (uint64_t)size;
    m->remote = json_str(json_get(v, "remote_model")).len ||
                json_str(json_get(v, "remote_host")).len || local_passes_on(str_of(m->name));
    return true;
}

static unsigned read_models(const struct json_val *list, struct local_model *out)
{
    struct json_iter it = {0};
    const struct json_val *v;
    unsigned count = 0;
    while (count < MODELS_MAX && json_each(&it, list, NULL, &v)) {
        out[count] = (struct local_model){0};
        count += read_model(v, &out[count]);
    }
    return count;
}

// Takes `fresh` over.
static void replace(struct local *l, struct local_model *fresh, unsigned count)
{
    pthread_mutex_lock(&l->lock);
    for (unsigned i = 0; i < count; i++) {
        const struct local_model *before = find(l, str_of(fresh[i].name));
        if (!before || strcmp(before->digest, fresh[i].digest) != 0)
            continue;
        fresh[i].context_trained = before->context_trained;
        fresh[i].context_loaded = before->context_loaded;
        fresh[i].abilities = before->abilities;
        fresh[i].described = before->described;
        fresh[i].remote = fresh[i].remote || before->remote;
    }
    struct local_model *old = l->models;
    l->models = fresh;
    l->count = count;
    l->there = LOCAL_UP;
    pthread_mutex_unlock(&l->lock);
    heap_free(old);
}

// The list of models in an answer, in a document that the caller closes; NULL when it has none.
static const struct json_val *list_of_models(struct str body, struct json **doc)
{
    *doc = NULL;
    if (json_open(body, &alloc_heap, doc, NULL) != STATUS_OK)
        return NULL;
    const struct json_val *list = json_get(json_root(*doc), "models");
    enum json_type type = json_type(list);
    return type == JSON_ARRAY || type == JSON_NULL ? list : NULL; // it writes null for none
}

bool local_take_tags(struct local *l, struct str body)
{
    struct json *doc;
    const struct json_val *list = list_of_models(body, &doc);
    size_t most = json_count(list) < MODELS_MAX ? json_count(list) : MODELS_MAX;
    struct local_model *fresh = list ? alloc_zero(&alloc_heap, (most + 1) * sizeof *fresh) : NULL;
    if (fresh)
        replace(l, fresh, read_models(list, fresh));
    json_close(doc);
    return fresh != NULL;
}

bool local_take_ps(struct local *l, struct str body)
{
    struct json *doc;
    const struct json_val *list = list_of_models(body, &doc);
    struct json_iter it = {0};
    const struct json_val *v;
    pthread_mutex_lock(&l->lock);
    for (unsigned i = 0; list && i < l->count; i++)
        l->models[i].context_loaded = 0;
    while (list && json_each(&it, list, NULL, &v)) {
        struct local_model *m = find(l, json_str(json_get(v, "name")));
        if (m && !json_i64(json_get(v, "context_length"), &m->context_loaded))
            m->context_loaded = 1; // loaded, though not told with how much
    }
    pthread_mutex_unlock(&l->lock);
    json_close(doc);
    return list != NULL;
}

static unsigned read_abilities(const struct json_val *list)
{
    static const struct {
        struct str name;
        enum local_ability ability;
    } known[] = {{STR("completion"), LOCAL_COMPLETION},
                 {STR("tools"), LOCAL_TOOLS},
                 {STR("vision"), LOCAL_VISION},
                 {STR("embedding"), LOCAL_EMBEDDING},
                 {STR("thinking"), LOCAL_THINKING}};
    struct json_iter it = {0};
    const struct json_val *v;
    unsigned found = 0;
    while (json_each(&it, list, NULL, &v)) {
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (str_eq(json_str(v), known[i].name))
                found |= known[i].ability;
    }
    return found;
}

// "llama.context_length" where "general.architecture" is "llama".
static int64_t read_trained(const struct json_val *info)
{
    char key[80];
    struct str architecture = json_str(json_get(info, "general.architecture"));
    int64_t trained = 0;
    int n = snprintf(key, sizeof key, "%.*s.context_length", STR_ARG(architecture));
    if (n < 0 || (size_t)n >= sizeof key || !json_i64(json_get(info, key), &trained) || trained < 0)
        return 0;
    return trained;
}

bool local_take_show(struct local *l, struct str model, struct str body)
{
    struct json *doc = NULL;
    bool good = json_open(body, &alloc_heap, &doc, NULL) == STATUS_OK &&
                json_type(json_root(doc)) == JSON_OBJECT;
    const struct json_val *root = good ? json_root(doc) : NULL;
    pthread_mutex_lock(&l->lock);
    struct local_model *m = find(l, model);
    if (m)
        m->described = true; // also by what could not be read: it is not asked for again
    if (m && good) {
        m->context_trained = read_trained(json_get(root, "model_info"));
        m->abilities = read_abilities(json_get(root, "capabilities"));
        m->remote = m->remote || json_str(json_get(root, "remote_host")).len > 0;
    }
    pthread_mutex_unlock(&l->lock);
    json_close(doc);
    return good;
}

bool local_undescribed(struct local *l, char name[MODEL_BYTES_MAX + 1])
{
    bool found = false;
    pthread_mutex_lock(&l->lock);
    for (unsigned i = 0; i < l->count && !found; i++) {
        found = !l->models[i].described;
        if (found)
            memcpy(name, l->models[i].name, sizeof l->models[i].name);
    }
    pthread_mutex_unlock(&l->lock);
    return found;
}

void local_unanswered(struct local *l)
{
    pthread_mutex_lock(&l->lock);
    l->there = LOCAL_DOWN;
    pthread_mutex_unlock(&l->lock);
}
