// SPDX-License-Identifier: Apache-2.0

#include "panel/routes.h"

#include <pthread.h>
#include <stdio.h>

#include "gate/gate.h"
#include "panel/verb.h"

#define ROUTES_MAX 64
#define PATH_BYTES 64

struct cause {
    enum status status;
    int http;
    const char *code;
};

static const struct cause causes[] = {
    {STATUS_SYNTAX, 400, "bad_request"},     {STATUS_LIMIT, 400, "bad_request"},
    {STATUS_RANGE, 400, "bad_request"},      {STATUS_DUPLICATE, 400, "bad_request"},
    {STATUS_UNKNOWN, 404, "not_found"},      {STATUS_CONFLICT, 409, "conflict"},
    {STATUS_DENIED, 403, "not_allowed"},     {STATUS_BUSY, 503, "busy"},
    {STATUS_TIMEOUT, 503, "busy"},           {STATUS_FULL, 503, "disk_full"},
    {STATUS_UNSUPPORTED, 400, "bad_request"}};

static void fail(struct admin_call *c, enum status s, const struct why *why)
{
    struct cause found = {s, 500, "failed"};
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
        if (causes[i].status == s)
            found = causes[i];
    admin_fail(c, found.http, found.code, "%s", why->text[0] ? why->text : status_text(s));
}

static void run(struct admin_call *c)
{
    const struct verb *verb = verb_find(str_skip(c->path, 1));
    must(verb); // the table below was made from the verbs
    if (c->query.len) {
        admin_fail(c, 400, "bad_request",
                   "arguments go as JSON in the body of a POST, not behind a ?: POST /api/v1/%s "
                   "with {\"NAME\":\"VALUE\"}",
                   verb->name);
        return;
    }
    struct why why = {0};
    struct snapshot *now = gate_snapshot(c->gate);
    struct verb_call call = {.store = gate_store(c->gate),
                             .catalog = now->catalog,
                             .config = now->config,
                             .gate = c->gate,
                             .args = c->body,
                             .answer = &c->answer};
    enum status s = verb_run(verb, &call, &why);
    snapshot_free(now);
    if (s == STATUS_OK)
        buf_add_char(&c->answer, '\n');
    else
        fail(c, s, &why);
}

static struct admin_route table[ROUTES_MAX];
static char paths[ROUTES_MAX][PATH_BYTES];
static unsigned filled;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill(void)
{
    const struct verb *v;
    for (unsigned i = 0; (v = verb_at(i)) != NULL; i++) {
        must(filled + 2 <= ROUTES_MAX);
        int n = snprintf(paths[i], PATH_BYTES, "/%s", v->name);
        must(n > 0 && n < PATH_BYTES);
        bool slow = v->slow || v->insight;
        table[filled++] = (struct admin_route){"POST", paths[i], run, slow};
        if (v->safe)
            table[filled++] = (struct admin_route){"GET", paths[i], run, slow};
    }
}

const struct admin_route *panel_routes(unsigned *count)
{
    pthread_once(&once, fill);
    *count = filled;
    return table;
}
