// SPDX-License-Identifier: Apache-2.0

#include "base/digest.h"
#include "config/reading.h"

#define USER_MAX 384 // bytes of a proxy's "name:password"

static const char *first_of(const struct reading *r, const char *const names[3], const char **name)
{
    for (int i = 0; i < 3; i++) {
        *name = names[i];
        const char *value = reading_env(r, names[i]);
        if (value)
            return value;
    }
    return NULL;
}

// What the environment says for the provider's address; NULL = go straight.
static const char *from_environment(const struct reading *r, const struct config_provider *p,
                                    const char **name)
{
    static const char *const secure[] = {"HTTPS_PROXY", "https_proxy", "ALL_PROXY"};
    static const char *const plain[] = {"http_proxy", "HTTP_PROXY", "ALL_PROXY"};
    static const char *const none[] = {"NO_PROXY", "no_proxy", "NO_PROXY"};
    const char *exempt = first_of(r, none, name);
    if (host_is_loopback(p->url.host) ||
        (exempt && no_proxy_matches(str_of(exempt), p->url.host, p->url.port)))
        return NULL;
    return first_of(r, p->url.tls ? secure : plain, name);
}

static struct secret *authorization(struct str user)
{
    char plain[USER_MAX];
    char text[6 + BASE64_TEXT(USER_MAX) + 1] = "Basic ";
    if (user.len == 0 || user.len > sizeof plain)
        return NULL;
    base64_write(plain, str_unescape(user, plain), text + 6); // %40 is an @
    struct secret *s = secret_new(str_of(text));
    digest_wipe(plain, sizeof plain);
    digest_wipe(text, sizeof text);
    return s;
}

void reading_proxy(struct reading *r, struct config_provider *p, const char *text, int line)
{
    const char *what = "proxy";
    struct why why = {0};
    if (text && strcmp(text, "none") == 0)
        return;
    if (!text) {
        line = 0;
        text = from_environment(r, p, &what);
    }
    if (!text)
        return;
    struct str url = str_trim(str_of(text));
    bool bare = str_search(url, str_of("://")) == url.len; // as curl takes it
    url = arena_printf(&r->c->arena, "%s%.*s", bare ? "http://" : "", STR_ARG(url));
    if (str_starts(url, str_of("socks")) || str_starts(url, str_of("https:")))
        reading_fault(r, line,
                      "%s: only a proxy spoken to by HTTP works here. Write "
                      "http://HOST:PORT",
                      what);
    else if (url_read(url, &p->proxy, &why) != STATUS_OK)
        reading_fault(r, line, "%s: %s. Write http://HOST:PORT", what, why.text);
    else if (p->proxy.user.len > USER_MAX)
        reading_fault(r, line, "%s: its name and password are longer than %d bytes", what,
                      USER_MAX);
    else
        p->proxied = true;
    if (p->proxied)
        p->proxy_authorization = authorization(p->proxy.user);
    // The name and password have gone into the secret.
    digest_wipe((void *)(uintptr_t)p->proxy.user.ptr, p->proxy.user.len);
    p->proxy.user = STR_NONE;
}
