// SPDX-License-Identifier: Apache-2.0
//
// Length and first letter are compared before anything is called: most entries end there.

#include "wire/header.h"

// Both ways: fields of one connection (RFC 9110, 7.6.1), and our own, which only we may say.
static const struct str never[] = {
    STR("connection"), STR("keep-alive"),     STR("te"),
    STR("trailer"),    STR("trailers"),       STR("transfer-encoding"),
    STR("upgrade"),    STR("content-length"), STR("http2-settings"),
};
static const struct str never_heads[] = {STR("proxy-"), STR("x-costlens-")};

static const struct str not_up[] = {
    STR("host"),
    STR("expect"),
    STR("accept-encoding"),
    STR("content-encoding"), // the body is sent decoded
    // Credentials: the caller's are for us, the provider's are put in anew.
    STR("authorization"),
    STR("x-api-key"),
    STR("api-key"),
    STR("x-goog-api-key"),
    STR("cookie"),
    STR("cookie2"),
    STR("x-amz-security-token"),
    // The way the call came.
    STR("forwarded"),
    STR("via"),
    STR("x-real-ip"),
    STR("x-client-ip"),
    STR("true-client-ip"),
    STR("x-cluster-client-ip"),
    STR("cf-connecting-ip"),
    STR("fastly-client-ip"),
    STR("cdn-loop"),
    // A browser's: whose origin may call is decided here.
    STR("origin"),
    STR("referer"),
    STR("access-control-request-method"),
    STR("access-control-request-headers"),
    STR("access-control-request-private-network"),
    STR("x-litellm-tags"),
};
static const struct str not_up_heads[] = {STR("x-forwarded-"), STR("sec-"), STR("helicone-")};

static const struct str not_down[] = {
    STR("set-cookie"),      STR("set-cookie2"), STR("strict-transport-security"),
    STR("alt-svc"),         STR("nel"),         STR("report-to"),
    STR("clear-site-data"), STR("expect-ct"),   STR("reporting-endpoints"),
    STR("public-key-pins"),
};
static const struct str not_down_heads[] = {STR("access-control-")};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct table {
    const struct str *names;
    size_t count;
    const struct str *heads;
    size_t head_count;
};

static const struct table both = {never, COUNT(never), never_heads, COUNT(never_heads)};
static const struct table up = {not_up, COUNT(not_up), not_up_heads, COUNT(not_up_heads)};
static const struct table down = {not_down, COUNT(not_down), not_down_heads, COUNT(not_down_heads)};

static bool same_first(struct str a, struct str b)
{
    return (a.ptr[0] | 0x20) == b.ptr[0];
}

static bool lists(const struct table *t, struct str name)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->names[i].len == name.len && same_first(name, t->names[i]) &&
            str_eq_nocase(name, t->names[i]))
            return true;
    }
    for (size_t i = 0; i < t->head_count; i++) {
        if (t->heads[i].len <= name.len && same_first(name, t->heads[i]) &&
            str_starts_nocase(name, t->heads[i]))
            return true;
    }
    return false;
}

bool header_passes_up(struct str name)
{
    return name.len > 0 && !lists(&both, name) && !lists(&up, name);
}

bool header_passes_down(struct str name)
{
    return name.len > 0 && !lists(&both, name) && !lists(&down, name);
}
