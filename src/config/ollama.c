// SPDX-License-Identifier: Apache-2.0
//
// The Ollama of this machine, where no file names providers, or a model of its and no provider of
// that name: at OLLAMA_HOST, else where Ollama listens by itself. Whether it is there is found out
// while the gateway runs.
//
// OLLAMA_HOST is also what an Ollama is started with, so it may be an address to bind. As Ollama
// reads it: https://github.com/ollama/ollama/blob/main/envconfig/config.go

#include <stdio.h>

#include "config/reading.h"

#define PORT "11434"

// An address to bind is reached on this machine itself.
static struct str reachable(struct str host)
{
    if (host.len == 0 || str_is(host, "0.0.0.0") || str_is(host, "*"))
        return str_of("127.0.0.1");
    return str_is(host, "::") ? str_of("::1") : host;
}

// The quotes that a shell or a unit file left around it are not part of it.
static struct str bare(struct str text)
{
    text = str_trim(text);
    while (text.len && (text.ptr[0] == '"' || text.ptr[0] == '\''))
        text = str_skip(text, 1);
    while (text.len && (text.ptr[text.len - 1] == '"' || text.ptr[text.len - 1] == '\''))
        text.len--;
    return str_trim(text);
}

static bool is_port(struct str text)
{
    uint64_t n;
    return str_u64(text, &n) && n > 0 && n <= UINT16_MAX;
}

// "host", "host:port", ":port", "[::1]:port", "::1". The port stays empty where none is written.
static void split(struct str address, struct str *host, struct str *port)
{
    size_t bracket = str_find(address, ']');
    size_t colon = address.len;
    for (size_t i = bracket < address.len ? bracket : 0; i < address.len; i++) {
        if (address.ptr[i] == ':')
            colon = colon != address.len && bracket == address.len ? address.len + 1 : i;
    }
    if (colon > address.len) // several and no bracket: an IPv6 address alone
        colon = address.len;
    *host = str_from(address.ptr, colon);
    *port = colon < address.len ? str_skip(address, colon + 1) : STR_NONE;
    if (host->len > 1 && host->ptr[0] == '[' && host->ptr[host->len - 1] == ']')
        *host = str_from(host->ptr + 1, host->len - 2);
}

// The URL of what stands in OLLAMA_HOST.
static struct str url_of(struct arena *arena, struct str text)
{
    struct str scheme = STR("http"), usual = STR(PORT), host, port;
    size_t at = str_search(text, (struct str)STR("://"));
    if (at < text.len) {
        scheme = str_from(text.ptr, at);
        usual = str_eq_nocase(scheme, str_of("https")) ? str_of("443") : str_of("80");
        text = str_skip(text, at + 3);
    }
    struct str path = str_skip(text, str_find(text, '/'));
    split(str_from(text.ptr, text.len - path.len), &host, &port);
    host = reachable(host);
    bool six = str_find(host, ':') < host.len;
    return arena_printf(arena, "%.*s://%s%.*s%s:%.*s%.*s", STR_ARG(scheme), six ? "[" : "",
                        STR_ARG(host), six ? "]" : "", STR_ARG(is_port(port) ? port : usual),
                        STR_ARG(path));
}

void reading_ollama(struct reading *r, struct str name)
{
    const char *named = reading_env(r, "OLLAMA_HOST");
    struct provider_text usual = {0};
    reading_defaults(r, SECTION_PROVIDER, &usual);
    struct config_provider p = {.name = name,
                                .dialect = DIALECT_OLLAMA,
                                .vendor = str_of("ollama"),
                                .vendor_row = vendor_find(str_of("ollama")),
                                .timeouts = r->timeouts,
                                .breaker = r->breaker,
                                .from_environment = true,
                                .num_ctx = usual.num_ctx,
                                .num_predict = usual.num_predict,
                                .retries = usual.retries,
                                .sought = true};
    struct why why = {0};
    struct str text = url_of(&r->c->arena, bare(str_of(named ? named : "127.0.0.1:" PORT)));
    if (url_read(text, &p.url, &why) != STATUS_OK) {
        reading_warn(r, 0, "environment: OLLAMA_HOST: %s. Write it like 127.0.0.1:" PORT, why.text);
        return;
    }
    if (reading_is_ours(r, &p.url)) {
        if (named)
            reading_warn(r, 0,
                         "environment: OLLAMA_HOST is the address of CostLens itself: it is no "
                         "provider");
        return;
    }
    p.free = host_is_private(p.url.host);
    r->c->providers[r->c->provider_count++] = p;
}
