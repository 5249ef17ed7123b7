// SPDX-License-Identifier: Apache-2.0
//
// Where it listens, and where its files lie.

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

static void check_twice(struct reading *r)
{
    const struct config *c = r->c;
    for (unsigned i = 0; i < c->listen_count + c->admin_count; i++) {
        const struct config_listen *one =
            i < c->listen_count ? &c->listen[i] : &c->admin[i - c->listen_count];
        for (unsigned k = 0; k < i; k++) {
            const struct config_listen *other =
                k < c->listen_count ? &c->listen[k] : &c->admin[k - c->listen_count];
            if (str_eq(one->address, other->address))
                reading_fault(r, one->line,
                              "%.*s is here twice; every listener has its own address",
                              STR_ARG(one->address));
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

static bool is_any(struct str host)
{
    return str_is(host, "0.0.0.0") || str_is(host, "::");
}

// A connection to "any" address is one to this machine.
bool reading_is_ours(const struct reading *r, const struct url *u)
{
    const struct config *c = r->c;
    for (unsigned i = 0; i < c->listen_count + c->admin_count; i++) {
        struct str address =
            i < c->listen_count ? c->listen[i].address : c->admin[i - c->listen_count].address;
        struct str host;
        uint16_t port = 0;
        if (str_starts(address, str_of("unix:")) || !address_read(address, &host, &port) ||
            port != u->port)
            continue;
        bool here = host_is_loopback(u->host) || is_any(u->host);
        if (str_eq(host, u->host) || (here && (is_any(host) || host_is_loopback(host))))
            return true;
    }
    return false;
}

// --- files ---

static struct str state_default(struct reading *r)
{
    struct arena *a = &r->c->arena;
    const char *service = reading_env(r, "STATE_DIRECTORY"); // systemd's word
    const char *xdg = reading_env(r, "XDG_STATE_HOME");
    const char *home = reading_env(r, "HOME");
    if (service && service[0] == '/')
        return arena_dup_cstr(a, service);
    if (xdg && xdg[0] == '/')
        return arena_printf(a, "%s/costlens", xdg);
    bool root = geteuid() == 0 && (!home || strcmp(home, "/root") == 0);
    if (root || !home || home[0] != '/')
        return str_of("/var/lib/costlens");
    return arena_printf(a, "%s/.local/state/costlens", home);
}

static struct str folder_of(struct str path)
{
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/')
        at--;
    return str_from(path.ptr, at > 1 ? at - 1 : at);
}

static void read_store(struct reading *r, const struct node *n)
{
    struct str text = reading_text(r, n, "store");
    if (str_starts(text, str_of("sqlite:")) && text.len > 7)
        r->c->store = reading_path(r, str_skip(text, 7));
    else if (str_starts(text, str_of("postgres")))
        reading_fault(r, n->line, "store: PostgreSQL is not there yet. Write sqlite:PATH");
    else if (n->kind == NODE_TEXT)
        reading_fault(r, n->line, "store: `%.*s` is no store. Write sqlite:PATH", STR_ARG(text));
    if (r->c->store.len && r->c->store.ptr[r->c->store.len - 1] == '/')
        reading_fault(r, n->line,
                      "store: a file is expected, not a folder. Write "
                      "sqlite:%.*scostlens.db",
                      STR_ARG(r->c->store));
}

void reading_places(struct reading *r)
{
    struct config *c = r->c;
    const struct node *store = node_get(r->root, "store");
    if (!node_is_null(store))
        read_store(r, store);
    if (c->store.len == 0) {
        struct str folder = c->state.len ? c->state : state_default(r);
        c->store = arena_printf(&c->arena, "%.*s/costlens.db", STR_ARG(folder));
    }
    if (c->state.len == 0)
        c->state = arena_dup(&c->arena, folder_of(c->store));
    while (c->state.len > 1 && c->state.ptr[c->state.len - 1] == '/')
        c->state = arena_dup(&c->arena, str_from(c->state.ptr, c->state.len - 1));
}
