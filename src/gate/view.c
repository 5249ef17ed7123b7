// SPDX-License-Identifier: Apache-2.0

#include "gate/view.h"

// Of a verifier over HTTP: calls go on its connections.
struct outside_pool {
    struct outside_pool *next;
    struct str url; // the configuration's
    int64_t timeout_ms;
    struct origin *origin;
};

struct pools {
    unsigned references;
    unsigned count;
    struct origin **origins;         // one a provider, NULL until its first call
    struct tls_client **tls_clients; // one a provider that has TLS, NULL until its first call
    struct outside_pool *outside;    // those that were asked
    struct tls_client *outside_tls;  // of all of them, NULL until the first call
    bool *usage_refused;             // one a provider
    bool heard;
    struct thrift **thrifts; // one a provider: of the whole gateway
    struct ward **wards;     // the same
};

static void pools_release(struct pools *p)
{
    heap_free(p->origins);
    heap_free(p->tls_clients);
    heap_free(p->thrifts);
    heap_free(p->wards);
    heap_free(p->usage_refused);
    heap_free(p);
}

// What must be the same after a reload for a provider to be the one that it was.
static struct ward *ward_of(const struct snapshot *s, const struct config_provider *p)
{
    struct buf identity;
    unsigned keys = p->key_count ? p->key_count : 1;
    buf_init(&identity, &alloc_heap, KIB);
    buf_printf(&identity, "%.*s %d %.*s %u %.*s %u", STR_ARG(p->name), p->url.tls,
               STR_ARG(p->url.host), p->url.port, STR_ARG(p->url.path), keys);
    struct ward *w = buf_failed(&identity)
                         ? NULL
                         : standings_ward(s->standings, buf_str(&identity), p->name, keys);
    buf_fini(&identity);
    return w;
}

static bool provider_begin(struct pools *p, const struct snapshot *s, unsigned i)
{
    p->thrifts[i] = thrifts_at(s->thrifts, s->config->providers[i].name);
    p->wards[i] = ward_of(s, &s->config->providers[i]);
    return p->thrifts[i] && p->wards[i];
}

static struct pools *pools_new(const struct snapshot *s)
{
    struct pools *p = alloc_zero(&alloc_heap, sizeof *p);
    if (!p)
        return NULL;
    p->references = 1;
    p->count = s->config->provider_count;
    p->origins = alloc_zero(&alloc_heap, (p->count + 1) * sizeof *p->origins);
    p->tls_clients = alloc_zero(&alloc_heap, (p->count + 1) * sizeof *p->tls_clients);
    p->thrifts = alloc_zero(&alloc_heap, (p->count + 1) * sizeof *p->thrifts);
    p->wards = alloc_zero(&alloc_heap, (p->count + 1) * sizeof *p->wards);
    p->usage_refused = alloc_zero(&alloc_heap, p->count + 1);
    bool fine = p->usage_refused && p->origins && p->tls_clients && p->thrifts && p->wards;
    for (unsigned i = 0; fine && i < p->count; i++)
        fine = provider_begin(p, s, i);
    if (fine)
        return p;
    pools_release(p);
    return NULL;
}

static void pools_free(struct pools *p)
{
    if (--p->references > 0)
        return;
    for (unsigned i = 0; i < p->count; i++) {
        if (p->origins[i])
            origin_retire(p->origins[i]);
        if (p->tls_clients[i])
            tls_client_close(p->tls_clients[i]);
    }
    for (struct outside_pool *o = p->outside, *next; o; o = next) {
        next = o->next;
        origin_retire(o->origin);
        heap_free(o);
    }
    tls_client_close(p->outside_tls);
    pools_release(p);
}

static struct pools *pools_for(const struct snapshot *s, const struct view *before)
{
    if (!before || before->snapshot->config != s->config)
        return pools_new(s);
    before->pools->references++;
    return before->pools;
}

struct view *view_new(struct loop *l, struct snapshot *s, uint16_t mock_port,
                      const struct view *before)
{
    struct view *v = alloc_zero(&alloc_heap, sizeof *v);
    if (v)
        v->pools = pools_for(s, before);
    if (!v || !v->pools) {
        heap_free(v);
        snapshot_free(s);
        return NULL;
    }
    v->references = 1;
    v->snapshot = s;
    v->loop = l;
    v->mock_port = mock_port;
    return v;
}

struct view *view_ref(struct view *v)
{
    v->references++;
    return v;
}

void view_free(struct view *v)
{
    must(v->references > 0);
    if (--v->references > 0)
        return;
    pools_free(v->pools);
    snapshot_free(v->snapshot);
    heap_free(v);
}

struct origin *view_origin(struct view *v, unsigned provider, struct why *why)
{
    struct pools *pools = v->pools;
    must(provider < pools->count);
    if (pools->origins[provider])
        return pools->origins[provider];
    const struct config_provider *p = &v->snapshot->config->providers[provider];
    if (p->url.tls && !pools->tls_clients[provider]) {
        // The configuration keeps slices with a NUL after them.
        const char *ca = p->ca_file.len ? p->ca_file.ptr : NULL;
        if (tls_client_open(ca, &pools->tls_clients[provider], why) != STATUS_OK)
            return NULL;
    }
    struct origin_setup setup = {.host = p->url.host,
                                 .port = p->url.port,
                                 .tls = p->url.tls,
                                 .tls_client = pools->tls_clients[provider],
                                 .timeouts = p->timeouts};
    if (p->mock) {
        setup.host = str_of("127.0.0.1");
        setup.port = v->mock_port;
    }
    if (p->proxied) {
        setup.proxy_host = p->proxy.host;
        setup.proxy_port = p->proxy.port;
        setup.proxy_authorization = p->proxy_authorization;
    }
    pools->origins[provider] = origin_new(v->loop, &setup);
    if (!pools->origins[provider])
        why_set(why, STATUS_NO_MEMORY, "out of memory");
    return pools->origins[provider];
}

static struct outside_pool *outside_new(struct view *v, const struct config_verifier *of)
{
    struct pools *pools = v->pools;
    if (of->url.tls && !pools->outside_tls &&
        tls_client_open(NULL, &pools->outside_tls, NULL) != STATUS_OK)
        return NULL;
    const struct origin_setup setup = {.host = of->url.host,
                                       .port = of->url.port,
                                       .tls = of->url.tls,
                                       .tls_client = pools->outside_tls,
                                       .timeouts = {.connect_ms = of->timeout_ms,
                                                    .first_byte_ms = of->timeout_ms,
                                                    .idle_ms = of->timeout_ms,
                                                    .total_ms = of->timeout_ms}};
    struct outside_pool *o = alloc_zero(&alloc_heap, sizeof *o);
    if (o)
        o->origin = origin_new(v->loop, &setup);
    if (!o || !o->origin) {
        heap_free(o);
        return NULL;
    }
    o->url = of->url_text;
    o->timeout_ms = of->timeout_ms;
    o->next = pools->outside;
    pools->outside = o;
    return o;
}

struct origin *view_outside(struct view *v, const struct config_verifier *of)
{
    struct outside_pool *o = v->pools->outside;
    while (o && !(str_eq(o->url, of->url_text) && o->timeout_ms == of->timeout_ms))
        o = o->next;
    if (!o)
        o = outside_new(v, of);
    return o ? o->origin : NULL;
}

bool view_heard(const struct view *v)
{
    return v->pools->heard;
}

void view_hear(struct view *v)
{
    v->pools->heard = true;
}

struct thrift *view_thrift(struct view *v, unsigned provider)
{
    must(provider < v->pools->count);
    return v->pools->thrifts[provider];
}

struct ward *view_ward(const struct view *v, unsigned provider)
{
    must(provider < v->pools->count);
    return v->pools->wards[provider];
}

bool view_usage_refused(const struct view *v, unsigned provider)
{
    must(provider < v->pools->count);
    return v->pools->usage_refused[provider];
}

void view_refuse_usage(struct view *v, unsigned provider)
{
    must(provider < v->pools->count);
    v->pools->usage_refused[provider] = true;
}
