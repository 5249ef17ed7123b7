// SPDX-License-Identifier: Apache-2.0
//
// Where it listens.

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#include "config/reading.h"

#define DATA_PORT  "7575"
#define ADMIN_PORT "7576"

static bool is_open(struct str address)
{
    struct str host;
    uint16_t port = 0;
    return !str_starts(address, str_of("unix:")) && address_read(address, &host, &port) &&
           !host_is_loopback(host);
}

static bool is_number(struct str s)
{
    uint64_t n = 0;
    return str_u64(s, &n);
}

static bool is_address(struct str host)
{
    struct url u;
    char room[300];
    bool six = str_find(host, ':') < host.len;
    int n = snprintf(room, sizeof room, "http://%s%.*s%s", six ? "[" : "", STR_ARG(host),
                     six ? "]" : "");
    if (n < 0 || (size_t)n >= sizeof room)
        return false;
    return url_read(str_from(room, (size_t)n), &u, NULL) == STATUS_OK &&
           (u.host_is_ip || str_is(u.host, "localhost"));
}

// Where a socket is bound: the same whatever its address is written like.
struct spot {
    int family;
    unsigned char ip[16];
    uint16_t port;
};

// False when `host` is a name or the address is of another kind.
static bool read_spot(struct str host, uint16_t port, struct spot *out)
{
    char text[64];
    *out = (struct spot){.port = port, .family = AF_INET};
    if (str_eq_nocase(host, str_of("localhost")))
        host = str_of("127.0.0.1");
    if (!str_copy(host, text, sizeof text))
        return false;
    if (inet_pton(AF_INET, text, out->ip) == 1)
        return true;
    out->family = AF_INET6;
    return inet_pton(AF_INET6, text, out->ip) == 1;
}

static bool is_mapped(struct str host)
{
    struct spot s;
    return read_spot(host, 0, &s) && s.family == AF_INET6 &&
           IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)(const void *)s.ip);
}

// An address that can be listened on; relative socket paths are made absolute.
static bool read_address(struct reading *r, int line, const char *what, struct str *address)
{
    struct str host = STR_NONE;
    uint16_t port = 0;
    if (str_starts(*address, str_of("unix:"))) {
        struct str path = reading_path(r, str_skip(*address, 5));
        *address = arena_printf(&r->c->arena, "unix:%.*s", STR_ARG(path));
        if (path.len > 0 && path.len < 108)
            return true;
        reading_fault(r, line, "%s: the path of a UNIX socket has 1 to 107 bytes", what);
    } else if (is_number(*address)) {
        reading_fault(r, line, "%s: an address is missing before the port. Write 127.0.0.1:%.*s",
                      what, STR_ARG(*address));
    } else if (!address_read(*address, &host, &port)) {
        reading_fault(r, line,
                      "%s: `%.*s` is no address with a port. Write 127.0.0.1:" DATA_PORT
                      ", \"[::1]:" DATA_PORT "\" or unix:PATH",
                      what, STR_ARG(*address));
    } else if (port == 0) {
        reading_fault(r, line, "%s: `%.*s`: nobody could call port 0. Write 1 to 65535", what,
                      STR_ARG(*address));
    } else if (is_mapped(host)) {
        reading_fault(r, line, "%s: `%.*s` is IPv4 in the clothes of IPv6. Write it as IPv4", what,
                      STR_ARG(host));
    } else if (!is_address(host)) {
        reading_fault(r, line,
                      "%s: `%.*s` is no IP address. Write the address to listen on, 0.0.0.0 for "
                      "all",
                      what, STR_ARG(host));
    } else {
        return true;
    }
    return false;
}

static void check_open(struct reading *r, int line, const char *what, struct str address)
{
    const struct config *c = r->c;
    if (!is_open(address) || c->tls_cert.len || c->behind_tls_proxy)
        return;
    reading_fault(r, line,
                  "%s: %.*s can be reached from other machines, and keys would pass in the clear. "
                  "Add tls: {cert, key}, or behind_tls_proxy: true if something in front ends TLS",
                  what, STR_ARG(address));
}

static void read_list(struct reading *r, const char *what, struct config_listen **out,
                      unsigned *count)
{
    const struct node *n = node_get(r->root, what);
    struct str *items = NULL;
    unsigned found = 0;
    if (!reading_texts(r, n, what, &items, &found))
        return;
    struct config_listen *list = arena_array(&r->c->arena, struct config_listen, found + 1);
    if (!list)
        return;
    if (found > CONFIG_LISTEN_MAX)
        reading_fault(r, n->line, "%s: at most %d addresses", what, CONFIG_LISTEN_MAX);
    const struct node *item = n && n->kind == NODE_LIST ? n->first : n;
    for (unsigned i = 0; item && i < found; i++, item = item->next) {
        if (!read_address(r, item->line, what, &items[i]))
            continue;
        check_open(r, item->line, what, items[i]);
        list[*count].address = items[i];
        list[(*count)++].line = item->line;
    }
    *out = list;
}

static void add(struct config_listen *list, unsigned *count, const char *address)
{
    list[(*count)++] = (struct config_listen){.address = str_of(address)};
}

static bool is_any(struct str host)
{
    return str_is(host, "0.0.0.0") || str_is(host, "::");
}

// Two sockets cannot be bound there, or share what they get.
static bool overlap(struct str one, struct str other)
{
    static const unsigned char any[16] = {0};
    struct spot a, b;
    struct str host;
    uint16_t port = 0;
    if (str_eq(one, other))
        return true;
    if (!address_read(one, &host, &port) || !read_spot(host, port, &a) ||
        !address_read(other, &host, &port) || !read_spot(host, port, &b))
        return false;
    return a.family == b.family && a.port == b.port &&
           (memcmp(a.ip, b.ip, sizeof a.ip) == 0 || memcmp(a.ip, any, sizeof any) == 0 ||
            memcmp(b.ip, any, sizeof any) == 0);
}

static const struct config_listen *listener(const struct config *c, unsigned i)
{
    return i < c->listen_count ? &c->listen[i] : &c->admin[i - c->listen_count];
}

static void check_twice(struct reading *r)
{
    const struct config *c = r->c;
    for (unsigned i = 0; i < c->listen_count + c->admin_count; i++) {
        const struct config_listen *one = listener(c, i);
        for (unsigned k = 0; k < i; k++) {
            struct str other = listener(c, k)->address;
            if (overlap(one->address, other))
                reading_fault(r, one->line,
                              "%.*s is here twice, as %.*s; every listener has its own address",
                              STR_ARG(one->address), STR_ARG(other));
        }
    }
}

void reading_listeners(struct reading *r)
{
    struct config *c = r->c;
    const struct node *listen = node_get(r->root, "listen");
    const struct node *admin = node_get(r->root, "admin");
    read_list(r, "listen", &c->listen, &c->listen_count);
    read_list(r, "admin", &c->admin, &c->admin_count);
    if (node_is_null(listen)) {
        c->listen = arena_array(&c->arena, struct config_listen, 2);
        if (c->listen) {
            add(c->listen, &c->listen_count, "127.0.0.1:" DATA_PORT);
            add(c->listen, &c->listen_count, "[::1]:" DATA_PORT);
        }
    } else if (c->listen_count == 0 && c->fault_count == 0) {
        reading_fault(r, listen->line, "listen: no address. Name one, or leave the line out");
    }
    if (node_is_null(admin)) {
        c->admin = arena_array(&c->arena, struct config_listen, 1);
        if (c->admin)
            add(c->admin, &c->admin_count, "127.0.0.1:" ADMIN_PORT);
    }
    check_twice(r);
}

static bool is_our_name(struct str host)
{
    char name[256] = "";
    return gethostname(name, sizeof name) == 0 && name[sizeof name - 1] == 0 && name[0] &&
           str_eq_nocase(host, str_of(name));
}

// One of this machine's addresses: a socket can be bound there.
static bool is_our_address(struct str host)
{
    struct spot s;
    if (!read_spot(host, 0, &s))
        return false;
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    memcpy(&four.sin_addr, s.ip, sizeof four.sin_addr);
    memcpy(&six.sin6_addr, s.ip, sizeof six.sin6_addr);
    int fd = socket(s.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool ours = s.family == AF_INET ? bind(fd, (const struct sockaddr *)&four, sizeof four) == 0
                                    : bind(fd, (const struct sockaddr *)&six, sizeof six) == 0;
    close(fd);
    return ours;
}

// A connection to "any" address is one to this machine; so is one to its name.
static bool listens_at(const struct config *c, const struct url *u)
{
    for (unsigned i = 0; i < c->listen_count + c->admin_count; i++) {
        struct str address = listener(c, i)->address;
        struct str host;
        struct spot ours, theirs;
        uint16_t port = 0;
        if (str_starts(address, str_of("unix:")) || !address_read(address, &host, &port) ||
            port != u->port)
            continue;
        bool here = host_is_loopback(u->host) || is_any(u->host);
        if (is_our_name(u->host) || (here && (is_any(host) || host_is_loopback(host))) ||
            (is_any(host) && is_our_address(u->host)))
            return true;
        if (read_spot(host, port, &ours) && read_spot(u->host, u->port, &theirs) &&
            ours.family == theirs.family && memcmp(ours.ip, theirs.ip, sizeof ours.ip) == 0)
            return true;
    }
    return false;
}

bool reading_is_ours(const struct reading *r, const struct url *u)
{
    const struct config *running = r->source->running;
    return listens_at(r->c, u) || (running && listens_at(running, u));
}
