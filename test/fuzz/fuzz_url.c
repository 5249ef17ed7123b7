// SPDX-License-Identifier: Apache-2.0
//
// URLs, addresses and NO_PROXY lists: what passes has a host that cannot break out of anything.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_host(struct str host)
{
    must(host.len > 0 && host.len <= 253);
    for (size_t i = 0; i < host.len; i++) {
        unsigned char c = (unsigned char)host.ptr[i];
        must(c > ' ' && c < 0x7f && !strchr("/\\@?#[]\"'<>;,", c));
    }
}

static void check_inside(struct str part, struct str text)
{
    must(part.len == 0 || (part.ptr >= text.ptr && part.ptr + part.len <= text.ptr + text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from((const char *)data, size), host;
    struct url u;
    uint16_t port;
    if (url_read(text, &u, NULL) == STATUS_OK) {
        check_host(u.host);
        check_inside(u.host, text);
        check_inside(u.path, text);
        check_inside(u.user, text);
        must(u.port != 0);
        must(u.path.len == 0 || u.path.ptr[0] == '/');
        must(!host_is_loopback(u.host) || host_is_private(u.host));
    }
    if (address_read(text, &host, &port)) {
        check_host(host);
        check_inside(host, text);
    }
    size_t cut = str_find(text, '\n');
    (void)no_proxy_matches(str_from(text.ptr, cut), str_skip(text, cut + 1), 443);
    return 0;
}
