// SPDX-License-Identifier: Apache-2.0

#include "gate/ways.h"

#include "base/limits.h"
#include "gate/metrics.h"
#include "verify/verify.h"

void ways_init(struct ways *t)
{
    *t = (struct ways){0};
    arena_init(&t->arena, &alloc_heap, KIB, MIB);
    map_init(&t->routes, &alloc_heap);
}

void ways_fini(struct ways *t)
{
    map_fini(&t->routes);
    arena_fini(&t->arena);
}

struct way_counts *ways_at(struct ways *t, struct str route)
{
    struct way_counts *one = map_get(&t->routes, route);
    if (one)
        return one;
    one = arena_new(&t->arena, struct way_counts);
    struct str name = arena_dup(&t->arena, route);
    if (!one || arena_failed(&t->arena) || !map_set(&t->routes, name, one))
        return NULL;
    one->route = name;
    return one;
}

bool ways_merge(struct ways *to, const struct ways *from)
{
    size_t at = 0;
    void *value = NULL;
    struct str name;
    while (map_each(&from->routes, &at, &name, &value)) {
        const struct way_counts *f = value;
        struct way_counts *t = ways_at(to, name);
        if (!t)
            return false;
        t->small += f->small;
        t->large += f->large;
        t->escalated += f->escalated;
        t->good += f->good;
        for (unsigned i = 0; i < VERIFIER_COUNT; i++)
            t->refused[i] += f->refused[i];
    }
    return true;
}

// --- as text ---

struct label {
    const char *name, *value; // NULL: the route is the only one
};

static void line(struct buf *out, const char *name, const struct way_counts *t, struct label label,
                 uint64_t count)
{
    buf_printf(out, "%s{", name);
    metrics_label(out, "route", t->route);
    if (label.name)
        buf_printf(out, ",%s=\"%s\"", label.name, label.value);
    buf_printf(out, "} %llu\n", (unsigned long long)count);
}

typedef void way_f(struct buf *out, const char *name, const struct way_counts *t);

static void calls(struct buf *out, const char *name, const struct way_counts *t)
{
    line(out, name, t, (struct label){"side", "small"}, t->small);
    line(out, name, t, (struct label){"side", "large"}, t->large);
}

static void escalations(struct buf *out, const char *name, const struct way_counts *t)
{
    line(out, name, t, (struct label){NULL, NULL}, t->escalated);
}

// A verifier that has refused nothing may not even be one of the route's.
static void verdicts(struct buf *out, const char *name, const struct way_counts *t)
{
    line(out, name, t, (struct label){"verdict", "good"}, t->good);
    for (unsigned i = 0; i < VERIFIER_COUNT; i++)
        if (t->refused[i])
            line(out, name, t, (struct label){"verdict", verifier_name((enum verifier_kind)i)},
                 t->refused[i]);
}

static const struct {
    const char *name, *help;
    way_f *write;
} figures[] = {
    {"costlens_route_calls_total", "Calls of a route, by the side that answered.", calls},
    {"costlens_route_escalations_total",
     "Calls of a route that the large side took over, after an answer of the small one was "
     "refused.",
     escalations},
    {"costlens_route_verdicts_total",
     "Answers of a route's small side that were looked at: good, or which verifier refused them.",
     verdicts},
};

void ways_write(const struct ways *t, struct buf *out)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        size_t at = 0;
        void *value = NULL;
        struct str name;
        metrics_head(out, figures[i].name, "counter", figures[i].help);
        while (map_each(&t->routes, &at, &name, &value))
            figures[i].write(out, figures[i].name, value);
    }
}
