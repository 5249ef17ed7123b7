// SPDX-License-Identifier: Apache-2.0
//
// url - parsed http and https URLs. Upstream addresses are built from parsed parts only, never by
// pasting text: a host is labels of [a-z0-9-]{1,63}, or an IP address.

#ifndef NET_URL_H
#define NET_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"

struct url {
    bool tls;
    struct str user; // "user:password" before the @; empty if none (proxies only)
    struct str host; // without brackets
    uint16_t port;   // 80 or 443 when not written
    struct str path; // without a slash at its end; empty for "/"
    bool host_is_ip;
};

// No query, no fragment. Slices into `text`.
enum status url_read(struct str text, struct url *out, struct why *why) MUST_USE;
// "127.0.0.1:7575", "[::1]:7575", ":7575"? no: a host is needed. False on anything else.
bool address_read(struct str text, struct str *host, uint16_t *port) MUST_USE;
bool host_is_name(struct str host);     // of labels, not an address
bool host_is_loopback(struct str host); // 127.0.0.0/8, ::1, localhost
bool host_is_private(struct str host);  // loopback, RFC 1918, RFC 4193, link-local
// NO_PROXY: comma-separated names, ".suffix", addresses, CIDR ranges, "*", optional ":port".
bool no_proxy_matches(struct str no_proxy, struct str host, uint16_t port);

#endif
