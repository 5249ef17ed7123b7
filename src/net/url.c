// SPDX-License-Identifier: Apache-2.0

#include "net/url.h"

#include <arpa/inet.h>
#include <string.h>

static bool read_ip(struct str host, int family, unsigned char out[16])
{
    char text[INET6_ADDRSTRLEN];
    // inet_pton would stop at a NUL inside and take what stands before it.
    return str_find(host, '\0') == host.len && str_copy(host, text, sizeof text) &&
           inet_pton(family, text, out) == 1;
}

static bool is_ip(struct str host)
{
    unsigned char bytes[16];
    return read_ip(host, AF_INET, bytes) || read_ip(host, AF_INET6, bytes);
}

static bool label_ok(struct str label)
{
    if (label.len == 0 || label.len > 63 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

// A name, not an address. A last label of digits is how odd spellings of addresses begin (0x7f.1).
static bool name_ok(struct str host)
{
    struct str rest = host, label = {NULL, 0};
    if (host.len == 0 || host.len > 253 || host.ptr[host.len - 1] == '.')
        return false;
    while (str_cut(&rest, '.', &label))
        if (!label_ok(label))
            return false;
    return !all_digits(label) && !str_starts_nocase(label, str_of("0x"));
}

bool host_is_name(struct str host)
{
    return name_ok(host);
}

static bool read_port(struct str text, uint16_t *port)
{
    uint64_t n;
    if (text.len > 5 || !str_u64(text, &n) || n > UINT16_MAX)
        return false;
    *port = (uint16_t)n;
    return true;
}

// "host", "host:port", "[::1]", "[::1]:port". `port_text` is empty when there is none.
static bool split_host(struct str text, struct str *host, struct str *port_text)
{
    *port_text = str_from(NULL, 0);
    if (text.len && text.ptr[0] == '[') {
        size_t end = str_find(text, ']');
        if (end == text.len)
            return false;
        *host = str_from(text.ptr + 1, end - 1);
        struct str rest = str_skip(text, end + 1);
        unsigned char bytes[16];
        if (!read_ip(*host, AF_INET6, bytes) || (rest.len && rest.ptr[0] != ':') || rest.len == 1)
            return false;
        *port_text = str_skip(rest, 1);
        return true;
    }
    size_t colon = str_find(text, ':');
    *host = str_from(text.ptr, colon);
    *port_text = str_skip(text, colon + 1);
    return colon != text.len - 1 && (is_ip(*host) || name_ok(*host));
}

static bool path_ok(struct str path)
{
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        if (c <= ' ' || c >= 0x7f || c == '\\' || c == '"' || c == '<' || c == '>')
            return false;
    }
    return true;
}

enum status url_read(struct str text, struct url *out, struct why *why)
{
    struct url u = {.port = 80};
    struct str rest = text;
    if (str_starts_nocase(rest, str_of("https://"))) {
        u.tls = true;
        u.port = 443;
        rest = str_skip(rest, 8);
    } else if (str_starts_nocase(rest, str_of("http://"))) {
        rest = str_skip(rest, 7);
    } else {
        return why_set(why, STATUS_SYNTAX, "a URL begins with http:// or https://");
    }
    if (str_find(rest, '?') != rest.len || str_find(rest, '#') != rest.len)
        return why_set(why, STATUS_SYNTAX, "a URL here has no query and no fragment");
    size_t slash = str_find(rest, '/');
    struct str authority = str_from(rest.ptr, slash), port_text;
    u.path = str_skip(rest, slash);
    while (u.path.len && u.path.ptr[u.path.len - 1] == '/')
        u.path.len--;
    size_t at = str_find(authority, '@');
    if (at != authority.len) {
        u.user = str_from(authority.ptr, at);
        authority = str_skip(authority, at + 1);
    }
    if (!split_host(authority, &u.host, &port_text) || !path_ok(u.path) || !path_ok(u.user))
        return why_set(why, STATUS_SYNTAX, "the URL's host or path is malformed");
    if (port_text.len && (!read_port(port_text, &u.port) || u.port == 0))
        return why_set(why, STATUS_RANGE, "the URL's port is not 1 to 65535");
    u.host_is_ip = is_ip(u.host);
    *out = u;
    return STATUS_OK;
}

bool address_read(struct str text, struct str *host, uint16_t *port)
{
    struct str found, port_text;
    uint16_t n;
    if (text.len == 0 || !split_host(text, &found, &port_text) || !read_port(port_text, &n))
        return false;
    *host = found;
    *port = n;
    return true;
}

// The IPv4 address inside ::ffff:a.b.c.d, or the IPv4 address itself.
static bool read_four(struct str host, unsigned char four[4])
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    unsigned char bytes[16];
    if (read_ip(host, AF_INET, bytes)) {
        memcpy(four, bytes, 4);
        return true;
    }
    if (!read_ip(host, AF_INET6, bytes) || memcmp(bytes, mapped, sizeof mapped) != 0)
        return false;
    memcpy(four, bytes + 12, 4);
    return true;
}

bool host_is_loopback(struct str host)
{
    static const unsigned char one[16] = {[15] = 1};
    unsigned char bytes[16], four[4];
    if (read_four(host, four))
        return four[0] == 127;
    if (read_ip(host, AF_INET6, bytes))
        return memcmp(bytes, one, sizeof one) == 0;
    return str_eq_nocase(host, str_of("localhost"));
}

bool host_is_private(struct str host)
{
    unsigned char bytes[16], f[4];
    if (host_is_loopback(host))
        return true;
    if (read_four(host, f))
        return f[0] == 10 || (f[0] == 172 && (f[1] & 0xf0) == 16) || (f[0] == 192 && f[1] == 168) ||
               (f[0] == 169 && f[1] == 254);
    if (read_ip(host, AF_INET6, bytes))
        return (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
    return false;
}

// --- NO_PROXY ---

static bool bits_equal(const unsigned char *a, const unsigned char *b, unsigned bits)
{
    if (memcmp(a, b, bits / 8) != 0)
        return false;
    unsigned mask = 0xff00U >> (bits % 8) & 0xff;
    return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0;
}

static bool range_matches(struct str range, struct str host)
{
    unsigned char net[16], address[16];
    uint64_t bits;
    size_t slash = str_find(range, '/');
    struct str base = str_from(range.ptr, slash);
    if (!str_u64(str_skip(range, slash + 1), &bits))
        return false;
    if (read_ip(base, AF_INET, net))
        return bits <= 32 && read_ip(host, AF_INET, address) &&
               bits_equal(net, address, (unsigned)bits);
    return read_ip(base, AF_INET6, net) && bits <= 128 && read_ip(host, AF_INET6, address) &&
           bits_equal(net, address, (unsigned)bits);
}

static bool same_ip(struct str a, struct str b)
{
    unsigned char x[16], y[16];
    if (read_ip(a, AF_INET, x))
        return read_ip(b, AF_INET, y) && memcmp(x, y, 4) == 0;
    return read_ip(a, AF_INET6, x) && read_ip(b, AF_INET6, y) && memcmp(x, y, 16) == 0;
}

static bool entry_matches(struct str entry, struct str host, uint16_t port)
{
    struct str name = entry, port_text;
    uint16_t wanted;
    if (str_is(entry, "*"))
        return true;
    if (str_find(entry, '/') != entry.len)
        return range_matches(entry, host);
    if (str_starts(name, str_of("*.")))
        name = str_skip(name, 1);
    bool suffix = str_starts(name, str_of("."));
    if (is_ip(name))
        return same_ip(name, host);
    if (split_host(str_skip(name, suffix), &name, &port_text) && port_text.len &&
        (!read_port(port_text, &wanted) || wanted != port))
        return false;
    if (is_ip(name))
        return same_ip(name, host);
    // A name stands for itself and for everything below it.
    if (str_eq_nocase(name, host))
        return true;
    return host.len > name.len + 1 && host.ptr[host.len - name.len - 1] == '.' && name.len > 0 &&
           str_eq_nocase(str_skip(host, host.len - name.len), name);
}

bool no_proxy_matches(struct str no_proxy, struct str host, uint16_t port)
{
    struct str rest = no_proxy, entry;
    while (str_cut(&rest, ',', &entry)) {
        entry = str_trim(entry);
        if (entry.len && entry_matches(entry, host, port))
            return true;
    }
    return false;
}
