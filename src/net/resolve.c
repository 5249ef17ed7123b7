// SPDX-License-Identifier: Apache-2.0

#include "net/resolve.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/util.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"

struct asking {
    struct resolver *resolver; // NULL when it is gone
};

static void add_address(struct resolver *r, const struct sockaddr *a)
{
    if (r->count == ADDRESSES_MAX)
        return;
    struct address *to = &r->addresses[r->count];
    memset(to, 0, sizeof *to);
    if (a->sa_family == AF_INET) {
        memcpy(&to->four, a, sizeof to->four);
        to->four.sin_port = htons(r->port);
        to->size = sizeof to->four;
    } else if (a->sa_family == AF_INET6) {
        memcpy(&to->six, a, sizeof to->six);
        to->six.sin6_port = htons(r->port);
        to->size = sizeof to->six;
    } else {
        return;
    }
    r->count++;
}

static bool add_literal(struct resolver *r, const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        add_address(r, (struct sockaddr *)&four);
    else if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1)
        add_address(r, (struct sockaddr *)&six);
    else
        return false;
    return true;
}

void resolver_init(struct resolver *r, struct loop *l, const char *host, uint16_t port,
                   void (*on_known)(struct resolver *r))
{
    *r = (struct resolver){.loop = l, .host = host, .port = port, .on_known = on_known};
    if (str_eq_nocase(str_of(host), str_of("localhost"))) {
        add_literal(r, "127.0.0.1");
        add_literal(r, "::1");
        r->fixed = true;
    } else {
        r->fixed = add_literal(r, host);
    }
}

void resolver_fini(struct resolver *r)
{
    if (r->asking)
        r->asking->resolver = NULL; // its answer comes to nobody
    r->asking = NULL;
}

bool resolver_knows(struct resolver *r)
{
    return r->fixed || (r->count > 0 && loop_now_us(r->loop) < r->until_us);
}

static void on_answer(int error, struct evutil_addrinfo *list, void *argument)
{
    struct asking *asking = argument;
    struct resolver *r = asking->resolver;
    alloc_free(&alloc_heap, asking);
    if (r) {
        r->asking = NULL;
        r->count = r->preferred = 0;
        for (struct evutil_addrinfo *a = error ? NULL : list; a; a = a->ai_next)
            add_address(r, a->ai_addr);
        r->until_us = loop_now_us(r->loop) + RESOLVED_MS * INT64_C(1000);
    }
    if (list)
        evutil_freeaddrinfo(list);
    if (r)
        r->on_known(r);
}

void resolver_ask(struct resolver *r)
{
    if (r->asking)
        return;
    struct evdns_base *dns = loop_dns(r->loop);
    struct asking *asking = dns ? alloc_get(&alloc_heap, sizeof *asking) : NULL;
    if (!asking) {
        r->count = 0;
        r->on_known(r);
        return;
    }
    asking->resolver = r;
    r->asking = asking;
    struct evutil_addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = EVUTIL_AI_ADDRCONFIG};
    evdns_getaddrinfo(dns, r->host, NULL, &hints, on_answer, asking);
}
