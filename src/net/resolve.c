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
    bool *answered;            // set by an answer that comes at once: out of /etc/hosts
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

// The question's answer comes to nobody.
static void drop(struct asking **question)
{
    if (*question)
        (*question)->resolver = NULL;
    *question = NULL;
}

void resolver_fini(struct resolver *r)
{
    drop(&r->asking);
    drop(&r->asking_ttl);
}

bool resolver_knows(struct resolver *r)
{
    return r->fixed || (r->count > 0 && loop_now_us(r->loop) < r->until_us);
}

void resolver_forget(struct resolver *r)
{
    drop(&r->asking_ttl);
    r->until_us = 0;
}

static void keep(struct resolver *r, int64_t ms)
{
    r->until_us = loop_now_us(r->loop) + ms * 1000;
}

// NOLINTNEXTLINE(readability-function-size): evdns' own form
static void on_ttl(int result, char type, int count, int ttl, void *addresses, void *argument)
{
    (void)type;
    (void)addresses;
    struct asking *asking = argument;
    struct resolver *r = asking->resolver;
    alloc_free(&alloc_heap, asking);
    if (!r)
        return;
    r->asking_ttl = NULL;
    if (result != DNS_ERR_NONE || count == 0)
        return;
    int64_t s = ttl > TTL_MOST_S ? TTL_MOST_S : ttl < TTL_LEAST_S ? TTL_LEAST_S : ttl;
    keep(r, s * 1000);
}

static struct asking *begin(struct resolver *r, struct asking **question)
{
    struct asking *asking = alloc_zero(&alloc_heap, sizeof *asking);
    if (asking)
        asking->resolver = r;
    *question = asking;
    return asking;
}

static void ask_ttl(struct resolver *r)
{
    struct evdns_base *dns = loop_dns(r->loop);
    struct asking *asking = begin(r, &r->asking_ttl);
    if (!asking)
        return;
    bool four = r->addresses[0].any.sa_family == AF_INET;
    struct evdns_request *begun = four ? evdns_base_resolve_ipv4(dns, r->host, 0, on_ttl, asking)
                                       : evdns_base_resolve_ipv6(dns, r->host, 0, on_ttl, asking);
    if (begun)
        return;
    r->asking_ttl = NULL;
    alloc_free(&alloc_heap, asking);
}

static bool same(const struct address *a, const struct address *b)
{
    if (a->any.sa_family != b->any.sa_family)
        return false;
    return a->any.sa_family == AF_INET
               ? a->four.sin_addr.s_addr == b->four.sin_addr.s_addr
               : memcmp(&a->six.sin6_addr, &b->six.sin6_addr, sizeof a->six.sin6_addr) == 0;
}

// The address that worked stays preferred where it is among the new ones.
static void take(struct resolver *r, const struct evutil_addrinfo *list)
{
    const struct address worked = r->addresses[r->preferred];
    drop(&r->asking_ttl); // it was about the old ones
    r->count = r->preferred = 0;
    for (const struct evutil_addrinfo *a = list; a; a = a->ai_next)
        add_address(r, a->ai_addr);
    for (unsigned i = 0; i < r->count; i++) {
        if (same(&r->addresses[i], &worked))
            r->preferred = i;
    }
    keep(r, RESOLVED_MS);
}

static void on_answer(int error, struct evutil_addrinfo *list, void *argument)
{
    struct asking *asking = argument;
    struct resolver *r = asking->resolver;
    bool at_once = asking->answered != NULL;
    if (at_once)
        *asking->answered = true;
    alloc_free(&alloc_heap, asking);
    if (r) {
        r->asking = NULL;
        take(r, error ? NULL : list);
    }
    if (list)
        evutil_freeaddrinfo(list);
    if (r && r->count > 0 && !at_once)
        ask_ttl(r);
    if (r)
        r->on_known(r);
}

void resolver_ask(struct resolver *r)
{
    if (r->asking)
        return;
    struct evdns_base *dns = loop_dns(r->loop);
    struct asking *asking = dns ? begin(r, &r->asking) : NULL;
    if (!asking) {
        r->count = 0;
        r->on_known(r);
        return;
    }
    bool answered = false;
    asking->answered = &answered;
    struct evutil_addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = EVUTIL_AI_ADDRCONFIG};
    evdns_getaddrinfo(dns, r->host, NULL, &hints, on_answer, asking);
    if (!answered)
        asking->answered = NULL;
}
