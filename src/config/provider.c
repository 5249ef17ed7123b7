// SPDX-License-Identifier: Apache-2.0
//
// Providers: those of the file, else those whose keys are in the environment, and the mock.

#include <stdio.h>

#include "config/reading.h"
#include "config/value.h"
#include "core/key.h"
#include "net/tls.h"

static int line_of(const struct node *map, const char *key)
{
    const struct node *n = node_get(map, key);
    return n ? n->line : map->line;
}

// --- vendor, dialect and address ---

static void near_vendor(struct reading *r, int line, struct str name)
{
    struct str_near near = {name, 3, STR_NONE};
    for (size_t i = 0; i < vendor_count(); i++)
        str_near(&near, str_of(vendor_at(i)->name));
    if (near.name.len)
        reading_fault(r, line, "vendor: `%.*s` is not known; did you mean `%.*s`?", STR_ARG(name),
                      STR_ARG(near.name));
    else
        reading_fault(r, line,
                      "vendor: `%.*s` is not known. Leave it out: then the provider's prices are "
                      "those under `prices`",
                      STR_ARG(name));
}

static void set_vendor(struct config_provider *p, const struct vendor *v)
{
    if (v) {
        p->vendor = str_of(v->name);
        p->vendor_row = v;
    }
}

static bool is_local(const struct vendor *v)
{
    return v && (v->flags & VENDOR_LOCAL);
}

static void find_vendor(struct reading *r, const struct node *map, const struct provider_text *t,
                        struct config_provider *p)
{
    if (t->vendor.len) {
        set_vendor(p, vendor_find(t->vendor));
        if (!p->vendor_row)
            near_vendor(r, line_of(map, "vendor"), t->vendor);
    } else if (t->url.len) {
        const struct vendor *named = vendor_find(p->name);
        set_vendor(p, vendor_of_host(p->url.host));
        // "ollama" at 192.168.1.7: no host could tell it. "mock" may be anything, and not free.
        bool told = is_local(named) && !str_is(p->name, "mock");
        if (!p->vendor_row && told && host_is_private(p->url.host))
            set_vendor(p, named);
    } else {
        set_vendor(p, vendor_find(p->name));
        if (str_is(p->name, "gemini")) // the name of its dialect, which everybody says
            set_vendor(p, vendor_find(str_of("google")));
        if (str_is(p->name, "claude"))
            set_vendor(p, vendor_find(str_of("anthropic")));
    }
}

// One that says nothing but that it speaks Ollama's dialect is an Ollama.
static void set_ollama(const struct provider_text *t, struct config_provider *p)
{
    if (!p->vendor_row && t->vendor.len == 0 && p->dialect == DIALECT_OLLAMA)
        set_vendor(p, vendor_find(str_of("ollama")));
}

static void find_dialect(struct reading *r, const struct node *map, const struct provider_text *t,
                         struct config_provider *p)
{
    p->dialect = p->vendor_row ? p->vendor_row->dialect : DIALECT_OPENAI;
    if (p->dialect == DIALECT_OLLAMA && str_ends(p->url.path, (struct str)STR("/v1")))
        p->dialect = DIALECT_OPENAI; // an Ollama has both, each at its path
    if (t->dialect.len && !dialect_read(t->dialect, &p->dialect))
        reading_fault(r, line_of(map, "dialect"),
                      "dialect: `%.*s` is not known. Write openai, anthropic, gemini or ollama",
                      STR_ARG(t->dialect));
    set_ollama(t, p);
}

// Anthropic's and Gemini's paths bring their version, Ollama's their /api: it must not stand twice.
static void drop_version(struct config_provider *p)
{
    static const char *const versions[] = {"/v1beta", "/v1alpha", "/v1", "/api"};
    if (p->dialect == DIALECT_OPENAI)
        return;
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct str version = str_of(versions[i]);
        if (str_ends(p->url.path, version)) {
            p->url.path.len -= version.len;
            return;
        }
    }
}

// A name, a password or a key may stand in it: then it is not quoted.
static bool quotable(struct str url)
{
    return str_find(url, '@') == url.len && str_find(url, '?') == url.len &&
           str_find(url, '#') == url.len;
}

// What the gateway puts behind the base by itself, pasted with it; or NULL.
static const char *endpoint_of(struct str path)
{
    static const char *const ends[] = {"/chat/completions", "/completions", "/responses",
                                       "/embeddings",       "/messages",    "/api/chat",
                                       "/api/generate",     "/api/embed"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (str_ends(path, str_of(ends[i])))
            return ends[i];
    }
    return NULL;
}

static bool read_url(struct reading *r, int line, struct str text, struct config_provider *p)
{
    struct why why = {0};
    if (url_read(str_trim(text), &p->url, &why) != STATUS_OK) {
        if (!quotable(text))
            text = str_of("...");
        reading_fault(r, line, "url: `%.*s`: %s. Write it like https://api.openai.com/v1",
                      STR_ARG(text), why.text);
        return false;
    }
    if (p->url.user.len)
        reading_fault(r, line, "url: it holds a name or password. Use `key`");
    if (endpoint_of(p->url.path))
        reading_fault(r, line, "url: this is no base: leave %s out", endpoint_of(p->url.path));
    if (line && reading_is_ours(r, &p->url))
        reading_fault(r, line, "url: this is CostLens's own address: calls would go in circles");
    return true;
}

static void warn_clear(struct reading *r, int line, const struct config_provider *p)
{
    if (p->key && p->url.host.len && !p->url.tls && !host_is_private(p->url.host))
        reading_warn(r, line,
                     "provider %.*s: its key goes through the network in the clear. Use https",
                     STR_ARG(p->name));
}

// A base without its path is what the vendor's pages show, and what no call reaches.
static void warn_path(struct reading *r, int line, const char *what,
                      const struct config_provider *p)
{
    const struct vendor *v = vendor_of_host(p->url.host);
    struct url own;
    if (p->url.path.len || !v || v->dialect != p->dialect || !v->url ||
        url_read(str_of(v->url), &own, NULL) != STATUS_OK || own.path.len == 0)
        return;
    reading_warn(r, line, "%s: %s's own ends with %.*s, and this has no path. Add it", what,
                 v->name, STR_ARG(own.path));
}

static void find_address(struct reading *r, const struct node *map, const struct provider_text *t,
                         struct config_provider *p)
{
    if (t->url.len) {
        (void)read_url(r, line_of(map, "url"), t->url, p); // the fault is noted
    } else if (p->vendor_row && p->vendor_row->url) {
        (void)read_url(r, 0, str_of(p->vendor_row->url), p);
    } else {
        reading_fault(r, map->line, "provider %.*s: `url` is missing", STR_ARG(p->name));
    }
}

// --- one provider of the file ---

static void read_models(struct reading *r, const struct node *map, struct config_provider *p)
{
    const struct node *n = node_get(map, "models");
    if (!n)
        return;
    if (reading_texts(r, n, "models", &p->models, &p->model_count) && p->model_count == 0)
        reading_fault(r, n->line,
                      "models: an empty list serves nothing. Name models, or leave the line out");
}

static void read_lack(struct reading *r, const struct node *n, struct config_provider *p)
{
    struct config_lack *lack = &p->lacks[p->lack_count++];
    const struct node *item = n->kind == NODE_LIST ? n->first : n;
    lack->models = n->key;
    for (; item; item = item == n ? NULL : item->next) {
        if (item->kind != NODE_TEXT || !reading_ability(item->text, &lack->bits))
            reading_fault(r, item->line,
                          "lacks: this is no ability. Write some of [tools, vision, schema]");
    }
}

static void read_lacks(struct reading *r, const struct node *n, struct config_provider *p)
{
    if (node_is_null(n))
        return;
    if (n->kind != NODE_MAP) {
        reading_fault(r, n->line,
                      "lacks: models and what they cannot do are expected here: "
                      "`{ \"own-*\": [vision] }`");
        return;
    }
    p->lacks = arena_array(&r->c->arena, struct config_lack, n->count);
    for (const struct node *m = n->first; m && p->lacks; m = m->next)
        read_lack(r, m, p);
}

static bool can_trust(struct str file, struct why *why)
{
    struct tls_client *t = NULL;
    if (tls_client_open(file.ptr, &t, why) != STATUS_OK)
        return false;
    tls_client_close(t);
    return true;
}

static void read_ca(struct reading *r, int line, struct str own, struct config_provider *p)
{
    struct why why = {0};
    const char *everywhere = reading_env(r, "SSL_CERT_FILE");
    if (own.len) {
        p->ca_file = own;
        if (!can_trust(own, &why))
            reading_fault(r, line, "ca: %s", why.text);
    } else if (everywhere && p->url.tls) {
        p->ca_file = arena_dup_cstr(&r->c->arena, everywhere);
        if (!r->ca_checked && !can_trust(p->ca_file, &why))
            reading_fault(r, 0, "SSL_CERT_FILE: %s. Mend it, or unset the variable", why.text);
        r->ca_checked = true;
    }
}

// As Ollama takes it, in JSON.
static struct str read_keep_alive(struct reading *r, int line, struct str text)
{
    int64_t ms;
    if (str_is(text, "-1") || str_is(text, "0"))
        return text;
    if (value_time(text, &ms))
        return arena_printf(&r->c->arena, "\"%lldms\"", (long long)ms);
    reading_fault(r, line, "keep_alive: `%.*s` is no time. Write 30m, 24h, or -1 for ever",
                  STR_ARG(text));
    return STR_NONE;
}

static void read_ollama(struct reading *r, const struct node *map, const struct provider_text *t,
                        struct config_provider *p)
{
    static const char *const names[] = {"num_ctx", "num_predict", "keep_alive"};
    p->num_ctx = p->dialect == DIALECT_OLLAMA ? t->num_ctx : 0; // it has a default
    p->num_predict = t->num_predict;
    if (t->keep_alive.len)
        p->keep_alive = read_keep_alive(r, line_of(map, "keep_alive"), t->keep_alive);
    for (size_t i = 0; p->dialect != DIALECT_OLLAMA && i < sizeof names / sizeof names[0]; i++)
        if (node_get(map, names[i]))
            reading_fault(r, line_of(map, names[i]),
                          "%s: it is for an Ollama only. Write dialect: ollama, or leave it out",
                          names[i]);
    if (p->dialect == DIALECT_OPENAI && str_is(p->vendor, "ollama"))
        reading_warn(r, map->key_line,
                     "provider %.*s: at its /v1 an Ollama cuts what is too long without a word. "
                     "Write dialect: ollama, which serves OpenAI's clients, too, and cuts nothing",
                     STR_ARG(p->name));
}

static void read_provider(struct reading *r, const struct node *map, struct config_provider *p)
{
    struct provider_text t = {0};
    p->name = map->key;
    p->timeouts = r->timeouts;
    p->breaker = r->breaker;
    reading_defaults(r, SECTION_PROVIDER, &t);
    if (!reading_name(r, map->key_line, p->name, "provider") ||
        !reading_section(r, SECTION_PROVIDER, map, &t))
        return;
    // Its host tells the vendor; what is wrong with it is said in find_address.
    if (t.url.len && url_read(str_trim(t.url), &p->url, NULL) != STATUS_OK)
        p->url.host = STR_NONE;
    find_vendor(r, map, &t, p);
    p->namesake = vendor_find(p->name);
    find_dialect(r, map, &t, p);
    find_address(r, map, &t, p);
    drop_version(p);
    p->retries = t.retries;
    read_ollama(r, map, &t, p);
    p->free = is_local(p->vendor_row) && host_is_private(p->url.host);
    read_models(r, map, p);
    read_lacks(r, node_get(map, "lacks"), p);
    reading_timeouts(r, node_get(map, "timeouts"), &p->timeouts);
    reading_breaker(r, node_get(map, "breaker"), &p->breaker);
    read_ca(r, line_of(map, "ca"), t.ca, p);
    reading_proxy(r, p, t.proxy.len ? t.proxy.ptr : NULL, line_of(map, "proxy"));
    if (p->proxy_authorization && t.proxy.len)
        node_wipe(node_get(map, "proxy"));
    if (str_is(p->name, "mock") && r->source->mock)
        reading_fault(r, map->key_line,
                      "provider mock: with --mock this name is taken by the built-in one");
    if (reading_provider_keys(r, map, p)) {
        warn_clear(r, line_of(map, "url"), p);
        warn_path(r, line_of(map, "url"), "url", p);
        r->c->provider_count++;
    } else {
        secret_free(p->proxy_authorization);
        *p = (struct config_provider){0};
    }
}

// --- from the environment ---

#define HERE "environment: "

static const char *base_url(const struct reading *r, const struct vendor *v, const char **name)
{
    static const char *const names[][2] = {{"openai", "OPENAI_BASE_URL"},
                                           {"anthropic", "ANTHROPIC_BASE_URL"},
                                           {"google", "GOOGLE_GEMINI_BASE_URL"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        *name = names[i][1];
        if (strcmp(v->name, names[i][0]) == 0 && reading_env(r, *name))
            return reading_env(r, *name);
    }
    *name = NULL;
    return v->url;
}

static const char *key_variable(const struct reading *r, const struct vendor *v)
{
    if (r->source->unread)
        return v->env[0];
    for (size_t i = 0; i < sizeof v->env / sizeof v->env[0]; i++) {
        if (v->env[i] && reading_env(r, v->env[i]))
            return v->env[i];
    }
    return NULL;
}

// The key of `variable`, when it is one that a provider could take.
static bool env_key(struct reading *r, const char *variable, struct config_provider *p)
{
    struct str reason;
    struct node n = {.kind = NODE_TEXT};
    n.text = arena_printf(&r->c->arena, "env:%s", variable);
    const char *value = reading_env(r, variable);
    if (value && key_token_ours(str_trim(str_of(value))) && !r->source->unread) {
        reading_warn(r, 0, HERE "%s holds a key of CostLens itself: it is no provider", variable);
        return false;
    }
    if (reading_secret(r, &n, variable, &p->key, &reason))
        return true;
    reading_missing(r, 0, HERE "provider %.*s is left out: %.*s", STR_ARG(p->name),
                    STR_ARG(reason));
    return false;
}

void reading_environment(struct reading *r, const struct vendor *v)
{
    struct config_provider p = {.name = str_of(v->name),
                                .timeouts = r->timeouts,
                                .breaker = r->breaker,
                                .retries = RETRIES,
                                .dialect = v->dialect,
                                .from_environment = true};
    const char *variable = key_variable(r, v);
    const char *url_variable = NULL;
    const char *url = base_url(r, v, &url_variable);
    struct why why = {0};
    if (!variable || !url || !env_key(r, variable, &p))
        return;
    struct str text = arena_dup(&r->c->arena, str_trim(str_of(url)));
    bool good = url_read(text, &p.url, &why) == STATUS_OK;
    if (!good)
        reading_fault(r, 0, "%s: %s", url_variable ? url_variable : v->name, why.text);
    else if (reading_is_ours(r, &p.url)) {
        reading_warn(r, 0, HERE "%s is the address of CostLens itself: it is no provider",
                     url_variable ? url_variable : v->name);
        good = false;
    }
    if (!good) {
        secret_free(p.key);
        return;
    }
    // A relay of the vendor's, unless the host is another vendor's.
    const struct vendor *host = vendor_of_host(p.url.host);
    set_vendor(&p, host ? host : v);
    drop_version(&p);
    read_ca(r, 0, STR_NONE, &p);
    reading_proxy(r, &p, NULL, 0);
    warn_clear(r, 0, &p);
    if (url_variable)
        warn_path(r, 0, arena_printf(&r->c->arena, HERE "%s", url_variable).ptr, &p);
    r->c->providers[r->c->provider_count++] = p;
}

static void add_mock(struct reading *r)
{
    r->c->providers[r->c->provider_count++] = (struct config_provider){
        .name = str_of("mock"),
        .dialect = DIALECT_OPENAI,
        .vendor = str_of("mock"),
        .vendor_row = vendor_find(str_of("mock")),
        .url = {.host = str_of("127.0.0.1"), .host_is_ip = true},
        .free = true,
        .timeouts = r->timeouts,
        .breaker = r->breaker,
        .retries = RETRIES,
        .mock = true,
    };
}

void reading_providers(struct reading *r)
{
    struct config *c = r->c;
    const struct node *n = node_get(r->root, "providers");
    bool named = !node_is_null(n) && (n->kind != NODE_MAP || n->count);
    size_t most = (named ? n->count : 0) + vendor_count() + 3; // two names of Ollama, and the mock
    c->providers = arena_array(&c->arena, struct config_provider, most);
    if (!c->providers)
        return;
    if (named && n->kind != NODE_MAP)
        reading_fault(r, n->line,
                      "providers: sections with a name each are expected here: "
                      "`openai: {key: env:OPENAI_API_KEY}`");
    for (const struct node *p = named && n->kind == NODE_MAP ? n->first : NULL; p; p = p->next)
        read_provider(r, p, &c->providers[c->provider_count]);
    for (size_t i = 0; !named && i < vendor_count(); i++)
        reading_environment(r, vendor_at(i));
    if (!named)
        reading_ollama(r, reading_ollama_name(r));
    if (r->source->mock)
        add_mock(r);
}
