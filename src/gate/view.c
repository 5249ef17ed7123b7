// SPDX-License-Identifier: Apache-2.0

#include "gate/view.h"

struct view *view_new(struct loop *l, struct snapshot *s, uint16_t mock_port)
{
    struct view *v = alloc_zero(&alloc_heap, sizeof *v);
    unsigned n = s->config->provider_count;
    if (v)
        v->origins = alloc_zero(&alloc_heap, (n + 1) * sizeof *v->origins);
    if (v)
        v->tls_clients = alloc_zero(&alloc_heap, (n + 1) * sizeof *v->tls_clients);
    if (!v || !v->origins || !v->tls_clients) {
        if (v) {
            heap_free(v->origins);
            heap_free(v->tls_clients);
        }
        heap_free(v);
        snapshot_free(s);
        return NULL;
    }
    v->references = 1;
    v->snapshot = s;
    v->origin_count = n;
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
    for (unsigned i = 0; i < v->origin_count; i++) {
        if (v->origins[i])
            origin_retire(v->origins[i]);
        if (v->tls_clients[i])
            tls_client_close(v->tls_clients[i]);
    }
    heap_free(v->origins);
    heap_free(v->tls_clients);
    snapshot_free(v->snapshot);
    heap_free(v);
}

struct origin *view_origin(struct view *v, unsigned provider, struct why *why)
{
    must(provider < v->origin_count);
    if (v->origins[provider])
        return v->origins[provider];
    const struct config_provider *p = &v->snapshot->config->providers[provider];
    if (p->url.tls && !v->tls_clients[provider]) {
        // The configuration keeps slices with a NUL after them.
        const char *ca = p->ca_file.len ? p->ca_file.ptr : NULL;
        if (tls_client_open(ca, &v->tls_clients[provider], why) != STATUS_OK)
            return NULL;
    }
    struct origin_setup setup = {.host = p->url.host,
                                 .port = p->url.port,
                                 .tls = p->url.tls,
                                 .tls_client = v->tls_clients[provider],
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
    v->origins[provider] = origin_new(v->loop, &setup);
    if (!v->origins[provider])
        why_set(why, STATUS_NO_MEMORY, "out of memory");
    return v->origins[provider];
}
