// SPDX-License-Identifier: Apache-2.0
//
// resolve - the addresses of a host: itself when it is one, localhost's without asking anybody,
// else A and AAAA records through evdns (/etc/hosts first). They are kept for as long as their
// record says, within TTL_LEAST_S and TTL_MOST_S; for RESOLVED_MS where nothing says it.
//
// evdns' getaddrinfo, which knows the file, both families and how long to wait for the second,
// tells no TTL. So one more question for the record of the first address follows its answer.

#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "net/loop.h"

#define ADDRESSES_MAX 8
#define RESOLVED_MS   60000
#define TTL_LEAST_S   1
#define TTL_MOST_S    300

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    };
    socklen_t size;
};

struct asking; // a question under way

struct resolver {
    struct loop *loop;
    const char *host; // borrowed, with a NUL
    uint16_t port;
    bool fixed;       // needs no asking, ever
    int64_t until_us; // how long the addresses hold
    struct asking *asking;
    struct asking *asking_ttl;            // of the addresses that are here
    void (*on_known)(struct resolver *r); // count is 0 when nothing was found
    unsigned count;
    unsigned preferred; // the one that worked last
    struct address addresses[ADDRESSES_MAX];
};

// Asks nothing yet. `host` is borrowed for as long as `r` lives; an address or localhost is known
// at once. `on_known` comes on the loop's thread after each question, also one that found nothing.
void resolver_init(struct resolver *r, struct loop *l, const char *host, uint16_t port,
                   void (*on_known)(struct resolver *r));
void resolver_fini(struct resolver *r);
bool resolver_knows(struct resolver *r); // the addresses are there and fresh
// Asks, unless it does already; on_known follows, at once or later.
void resolver_ask(struct resolver *r);
// None of the addresses works: they do not hold any longer, whatever their record says.
void resolver_forget(struct resolver *r);

#endif
