// SPDX-License-Identifier: Apache-2.0
//
// config - what the gateway is told: defaults, then the YAML file, then the environment where no
// file names providers. Immutable once read; a reload reads another one and swaps it in.
//
// To add a parameter: a field here, a row in the tables of table.c (name, kind, default,
// help); the manual, the check for unknown names and the defaults come from that row.

#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/status.h"
#include "config/route.h"
#include "core/key.h"
#include "net/client.h"
#include "net/url.h"
#include "wire/vendor.h"

struct budget; // budget/budget.h
struct json_out;

// One of a provider's keys, where it has several: calls are spread over them.
struct config_provider_key {
    struct secret *secret;
    uint32_t weight; // how many of the calls it gets beside the others
};

// When a model that keeps failing is passed over (core/breaker.h).
struct config_breaker {
    unsigned failures; // lately, at the least; 0 = never
    int64_t turn_ms;   // until it is asked again
    bool refuses;      // also what has no other target: it is answered by us
};

// What some models of a provider cannot do.
struct config_lack {
    struct str models; // `*` stands for anything
    unsigned bits;     // enum ability
};

struct config_provider {
    struct str name;
    enum dialect dialect;
    struct str vendor;                // whose price rows; empty if none is known
    const struct vendor *vendor_row;  // its peculiarities; NULL if unknown
    const struct vendor *namesake;    // who has that name, wherever it may be; NULL: nobody
    struct url url;                   // base; url.path is put before every endpoint's path
    struct secret *key;               // NULL = none is sent; borrowed where it has several:
    struct config_provider_key *keys; // the first is `key`
    unsigned key_count;               // 0: it has one, or none
    struct str *models;               // closed list when model_count > 0
    unsigned model_count;
    struct config_lack *lacks;
    unsigned lack_count;
    bool free; // prices state it
    struct origin_timeouts timeouts;
    struct config_breaker breaker;
    unsigned retries; // of one call at the most
    bool proxied;
    struct url proxy;
    struct secret *proxy_authorization; // "Basic ..." of its name and password; NULL without
    struct str ca_file;
    bool from_environment;
    // Of an Ollama: the largest context (of others 0), the longest answer where the caller names
    // none, and how long a model stays loaded, as JSON ("30m", -1; empty: what Ollama does by
    // itself).
    int64_t num_ctx, num_predict;
    struct str keep_alive;
    bool sought; // an Ollama that nobody named: it is a provider while it answers
    bool mock;   // the built-in mock: serves only models named mock/...
};

struct config_alias {
    struct str name;
    struct str *models; // "provider/model", in order of preference
    unsigned model_count;
    struct str left_out; // the one before them, whose provider is not there; empty if none
};

struct config_key {
    struct str name;
    struct secret *token;
    struct str team, project, user, models;
    int team_line; // where its team stands; 0 without one
    int64_t expires_us;
};

// Whose keys a team has, beside those that name it themselves.
struct config_team {
    struct str name;
    struct str *keys; // each in one team only
    unsigned key_count;
    int line;
};

#define CONFIG_LISTEN_MAX 16 // addresses, of each kind

struct config_listen {
    struct str address; // "127.0.0.1:7575", "[::1]:7575", "unix:/run/..."
    int line;
};

struct config_warning {
    int line;            // 0 = not of a line
    bool missing_secret; // `config check` fails for it
    struct str text;     // cause. cure
};

struct config {
    struct str file;  // empty when none was read
    struct str given; // the same, where --config named it: a hint of a command says so
    struct arena arena;
    struct config_listen *listen;
    unsigned listen_count;
    struct config_listen *admin;
    unsigned admin_count;
    struct str *admin_hosts; // names by which it may be asked, beside its addresses
    unsigned admin_host_count;
    struct str store; // path of the SQLite file (the "sqlite:" taken off)
    struct str state; // folder
    unsigned workers;
    size_t body_bytes;
    size_t buffer_bytes;
    bool on_store_failure_allow; // false = block
    int64_t drain_ms;
    int64_t keep_days;
    int64_t fsync_ms;
    bool half_close_answers;
    bool log_requests;
    enum log_level log_level;
    enum log_format log_format;
    struct str tls_cert, tls_key;
    bool behind_tls_proxy;
    struct str *cors;
    unsigned cors_count;
    struct config_provider *providers;
    unsigned provider_count;
    struct str *left_out; // names of providers that are meant, and are not there
    unsigned left_out_count;
    struct config_alias *aliases;
    unsigned alias_count;
    struct config_tier **tiers;
    unsigned tier_count;
    struct config_route *routes; // in the file's order
    unsigned route_count;
    struct config_key *keys;
    unsigned key_count;
    struct str org; // whose calls all of them are; empty when none was named
    struct config_team *teams;
    unsigned team_count;
    struct budget *budgets; // in the file's order; without number, and their zones not open
    int *budget_lines;      // where each of them stands
    unsigned budget_count;
    struct str prices; // `prices:` and `holidays:`, translated into the book's text format
    unsigned price_count;
    struct config_warning *warnings;
    unsigned warning_count;
    struct config_fault *faults; // config_check only: by line
    unsigned fault_count;
};

struct config_source {
    const char *file; // --config; NULL = $COSTLENS_CONFIG, XDG and /etc places, else none
    bool mock;        // serve --mock
    bool unread;      // env: and file: are not looked for: each counts as a secret that is there
    // At a reload: its listeners stay until a restart, and are no providers either. NULL = none.
    const struct config *running;
    const char *(*env)(const char *name); // a test's table; NULL = getenv
};

// Something that must be mended before the file is taken.
struct config_fault {
    int line;        // 0 = not of a line
    struct str text; // cause. cure
};

// Reads and checks. On failure `why` holds "file:line: cause. cure" and nothing is kept.
// Missing secrets leave their provider out with a warning (config check makes that a failure).
enum status config_read(const struct config_source *source, struct config **out,
                        struct why *why) MUST_USE;
// A provider of that name is meant, and is not there: it has no key.
bool config_leaves_out(const struct config *c, struct str provider);
// A provider was named, whether or not an Ollama is found beside.
bool config_has_providers(const struct config *c);
void config_free(struct config *c); // NULL is fine
// As config_read, but a bad file is not the end: `out` then has every fault, and what could be
// read: of one that is no YAML, `state` and `store` by their lines. What budgets and teams name and
// only a store could have is a warning.
enum status config_check(const struct config_source *source, struct config **out,
                         struct why *why) MUST_USE;
// The configuration as it holds, as JSON, without any secret.
void config_write(const struct config *c, struct buf *out);
// The team that lists that key, or NULL: it holds where the key names none itself.
const struct config_team *config_team_of(const struct config *c, struct str key);
// On which line the file defines a budget of that name, also by a route's `shadow`; 0 when it does
// not.
int config_budget_line(const struct config *c, struct str name);
// One budget as it stands there, without the brackets: whatever was left out has its default.
void config_budget_members(struct json_out *o, const struct budget *b);
// One route as it holds, in the same way; its sides by their tiers' names.
void config_route_members(struct json_out *o, const struct config_route *r);
// The addresses of `count` listeners, as the list `key`.
void config_listen_write(struct json_out *o, const char *key, const struct config_listen *l,
                         unsigned count);
// An address as it is written: "https://api.openai.com/v1".
void config_address_write(struct json_out *o, const char *key, const struct url *u);
// Each route that is called as a model of a provider is, and which of both a call goes to; `text`
// lives during the call. Only who has the book can tell: config_check does, config_read does not.
struct catalog;
typedef void config_twin_f(void *context, int line, struct str text);
void config_twins(const struct config *c, const struct catalog *book, config_twin_f *f,
                  void *context);
// The tables as a chapter of the manual: Markdown, or roff for the man page.
void config_manual(struct buf *out, bool roff);

#endif
