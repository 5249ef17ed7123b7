// SPDX-License-Identifier: Apache-2.0

#include "config/table.h"

#include "base/limits.h"
#include "config/config.h"

#define TOP(field)      offsetof(struct config, field)
#define PROVIDER(field) offsetof(struct provider_text, field)
#define KEY(field)      offsetof(struct key_text, field)
#define WAIT(field)     offsetof(struct origin_timeouts, field)
#define BREAKER(field)  offsetof(struct config_breaker, field)
#define HOUR_MS         INT64_C(3600000)
#define DAY_MS          (24 * HOUR_MS)

// name, kind, what stands there, default, field, least, most, help
// clang-format off
static const struct config_row top[] = {
    {"listen", KIND_OTHER, "addresses", "[127.0.0.1:7575, \"[::1]:7575\"]", 0, 0, 0,
     "Where clients call: a list of IPv4 or IPv6 addresses with a port, or unix:PATH. Addresses "
     "in\n"
     "brackets stand in quotes. Beyond this machine it needs `tls` or `behind_tls_proxy`."},
    {"admin", KIND_OTHER, "addresses", "[127.0.0.1:7576]", 0, 0, 0,
     "Where the admin plane is: /metrics, /livez, /readyz, and /api/v1 for who has the admin "
     "token\n"
     "(arguments: JSON in the body of a POST).\n"
     "Beyond this machine it needs `tls` or `behind_tls_proxy`, as `listen` does."},
    {"admin_hosts", KIND_OTHER, "names", "[]", 0, 0, 0,
     "Names by which the admin plane may be asked: [metrics.example.com]. By its addresses and as\n"
     "localhost it always may; another Host gets 421, so that no web page reads it by way of DNS."},
    {"store", KIND_OTHER, "sqlite:PATH", NULL, 0, 0, 0,
     "The ledger's file. Default: costlens.db in $XDG_STATE_HOME/costlens or\n"
     "~/.local/state/costlens; for root and the service in /var/lib/costlens."},
    {"state", KIND_PATH, "FOLDER", NULL, TOP(state), 0, 0,
     "Journal, pepper, dev.key, admin.token and the socket. The journal sets 64 MiB aside: when\n"
     "the disk is full, running calls still get their row. Default: the folder of the store."},
    {"workers", KIND_COUNT, "number", NULL, TOP(workers), 1, 256,
     "Event loops, each with a thread. Default: one a processor."},
    {"limits", KIND_OTHER, "section", NULL, 0, 0, 0, "Sizes; see below."},
    {"timeouts", KIND_OTHER, "section", NULL, 0, 0, 0,
     "How long providers may take; see below. A provider may have its own."},
    {"breaker", KIND_OTHER, "section", NULL, 0, 0, 0,
     "When a model that keeps failing is passed over; see below. A provider may have its own."},
    {"providers", KIND_OTHER, "name: section", NULL, 0, 0, 0,
     "Who serves models, in order of preference; see below. Default: those whose keys are in the\n"
     "environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, ...). One that aliases,\n"
     "tiers or routes name and that is missing here is found in the same way; local or ollama is\n"
     "the Ollama of this machine."},
    {"aliases", KIND_OTHER, "name: [PROVIDER/MODEL, ...]", NULL, 0, 0, 0,
     "Names of your own for models: the first of the list whose provider exists and speaks the\n"
     "caller's dialect, that the caller's key may use, and that is not known to be unable to take\n"
     "the call; what fails is followed by the next such one."},
    {"tiers", KIND_OTHER, "name: [PROVIDER/MODEL, ...]", NULL, 0, 0, 0,
     "Models that are as good as each other, for the sides of routes; see below."},
    {"routes", KIND_OTHER, "list of sections", NULL, 0, 0, 0,
     "Which model answers where the caller asks for `auto` or for a route by its name; see below."},
    {"keys", KIND_OTHER, "list of sections", NULL, 0, 0, 0,
     "Virtual keys that stand in this file; see below. `costlens key` makes others."},
    {"org", KIND_OTHER, "NAME", NULL, 0, 0, 0,
     "Your organisation, for budgets whose scope names it. `organisation` and `organization` are\n"
     "the same."},
    {"teams", KIND_OTHER, "name: section", NULL, 0, 0, 0,
     "Whose keys a team has; see below. A key can also name its team itself, and that wins.\n"
     "Organisation, teams and keys are all there is above a call, in this order: no team is in\n"
     "another one, so none can be in itself."},
    {"budgets", KIND_OTHER, "list of sections", NULL, 0, 0, 0,
     "What may be spent; see below. `costlens budget set` makes others. 1024 at the most, both\n"
     "together, each with a name of its own."},
    {"prices", KIND_OTHER, "list of sections", NULL, 0, 0, 0,
     "Prices of your own; see below. They win over those of the book."},
    {"holidays", KIND_OTHER, "name: [DAY, ...]", NULL, 0, 0, 0,
     "Days that `except` of a price can name; the price book's days of that name grow by them."},
    {"tls", KIND_OTHER, "section", NULL, 0, 0, 0,
     "Certificate for `listen` and `admin`; see below."},
    {"behind_tls_proxy", KIND_SWITCH, "true|false", "false", TOP(behind_tls_proxy), 0, 0,
     "Something in front ends TLS: `listen` and `admin` may be open to others without `tls`."},
    {"cors", KIND_OTHER, "origins", "[]", 0, 0, 0,
     "Web pages that may call from a browser: [https://app.example.com]. None by default."},
    {"half_close", KIND_EITHER, "close|answer", "close", TOP(half_close_answers), 0, 0,
     "A client that ends its side before the answer is whole has left: its call is ended (close),\n"
     "or answered all the same (answer)."},
    {"on_store_failure", KIND_EITHER, "block|allow", "block", TOP(on_store_failure_allow), 0, 0,
     "When the ledger cannot be written: refuse calls, or go on with the rows kept in the "
     "journal."},
    {"drain", KIND_TIME, "time", "30s", TOP(drain_ms), 0, DAY_MS,
     "How long running calls may take to end after SIGTERM. Those that take longer are cut; their\n"
     "clients, their rows and the log are told `stopping`."},
    {"keep", KIND_DAYS, "days", "400d", TOP(keep_days), 0, 36500,
     "How long rows of the ledger are kept (its hourly sums are kept for ever). 0 = for ever. A\n"
     "clock that is more than an hour away from the time that is known to have passed while the\n"
     "ledger was in use deletes nothing until the gateway has run for an hour with it, through\n"
     "all restarts: then it is believed. One that is set right again within that hour deletes as\n"
     "before. Where it is more than 30 days ahead (or `keep`, if that is less) the log says so\n"
     "first. It says how many rows were deleted."},
    {"fsync", KIND_TIME, "time", "100ms", TOP(fsync_ms), 0, 60000,
     "A power cut loses at most this much of the journal. 0 = synced at every write."},
    {"log", KIND_OTHER, "section", NULL, 0, 0, 0, "What is said on stderr; see below."},
    {0},
};

static const struct config_row limits[] = {
    {"body", KIND_SIZE, "size", "32MiB", TOP(body_bytes), KIB, INT64_C(2048) * MIB,
     "Largest request body, after decompression."},
    {"buffers", KIND_SIZE, "size", "1GiB", TOP(buffer_bytes), 16 * MIB, INT64_C(1024) * 1024 * MIB,
     "Most memory for all bodies and answers together; beyond it calls get 503."},
    {0},
};

static const struct config_row timeouts[] = {
    {"connect", KIND_TIME, "time", "5s", WAIT(connect_ms), 1, HOUR_MS, "Until connected."},
    {"first_byte", KIND_TIME, "time", "600s", WAIT(first_byte_ms), 1, DAY_MS,
     "From the request's end to the first byte of the answer's body."},
    {"idle", KIND_TIME, "time", "300s", WAIT(idle_ms), 1, DAY_MS,
     "Between two pieces of an answer."},
    {"total", KIND_TIME, "time", "3600s", WAIT(total_ms), 1, 7 * DAY_MS,
     "The whole call, retries and waits included."},
    {0},
};

static const struct config_row breakers[] = {
    {"failures", KIND_COUNT, "number", "8", BREAKER(failures), 0, 1000000,
     "So many failures of a model within the last minutes, and at least half of what ended there\n"
     "since the first of them, open its breaker: a lost connection, a timeout, an answer that is\n"
     "none, 500 to 529. A failure weighs half after a minute. 0 = it never opens."},
    {"turn", KIND_TIME, "time", "5s", BREAKER(turn_ms), 1, HOUR_MS,
     "Until one call, the probe, is sent there again. An answer closes the breaker; a failure\n"
     "doubles the time, up to a minute."},
    {"alone", KIND_EITHER, "ask|refuse", "ask", BREAKER(refuses), 0, 0,
     "A call that has no other target while the breaker is open is sent all the same, or answered\n"
     "with 503 `upstream_unavailable` at once: so that a provider that hangs is not waited for."},
    {0},
};

static const struct config_row tls[] = {
    {"cert", KIND_PATH, "FILE", NULL, TOP(tls_cert), 0, 0, "Certificate chain, PEM."},
    {"key", KIND_PATH, "FILE", NULL, TOP(tls_key), 0, 0, "Its private key, PEM."},
    {0},
};

static const struct config_row logging[] = {
    {"requests", KIND_SWITCH, "true|false", "true", TOP(log_requests), 0, 0,
     "A line for every call: no body, no header, no secret."},
    {"level", KIND_CHOICE, "debug|info|warn|error", "info", TOP(log_level), 0, 0,
     "The least to say."},
    {"format", KIND_CHOICE, "auto|text|json", "auto", TOP(log_format), 0, 0,
     "auto: text on a terminal, else JSON lines."},
    {0},
};

static const struct config_row providers[] = {
    {"dialect", KIND_TEXT, "openai|anthropic|gemini|ollama", NULL, PROVIDER(dialect), 0, 0,
     "The format it speaks. Default: its vendor's, else openai. An Ollama's is ollama, or openai\n"
     "where its URL ends with /v1."},
    {"vendor", KIND_TEXT, "NAME", NULL, PROVIDER(vendor), 0, 0,
     "Whose price rows and peculiarities hold. Default: by the URL's host; by the provider's name\n"
     "where there is no URL, or where it is ollama, vllm, llama.cpp or lmstudio at a private\n"
     "address (and then free)."},
    {"url", KIND_TEXT, "URL", NULL, PROVIDER(url), 0, 0,
     "Base URL: with /v1 for the OpenAI dialect, without a version for the others.\n"
     "Default: the vendor's."},
    {"key", KIND_OTHER, "secret", NULL, 0, 0, 0,
     "env:NAME, file:PATH or \"${NAME}\". Without it no credential is sent."},
    {"keys", KIND_OTHER, "[secret, ...]", NULL, 0, 0, 0,
     "Several keys of it, instead of one: calls are spread over them. An entry with a weight is a\n"
     "section; see below."},
    {"models", KIND_OTHER, "[NAME, ...]", NULL, 0, 0, 0,
     "The models it has (* stands for anything): any other is unknown. Default: those of the "
     "price\n"
     "book, and whatever is asked for as PROVIDER/MODEL."},
    {"lacks", KIND_OTHER, "{ NAME: [tools|vision|schema, ...] }", NULL, 0, 0, 0,
     "What some of its models cannot do (* stands for anything): routes leave them out where a\n"
     "call needs it. An Ollama tells of its own."},
    {"timeouts", KIND_OTHER, "section", NULL, 0, 0, 0, "Its own; what is left out is as above."},
    {"breaker", KIND_OTHER, "section", NULL, 0, 0, 0, "Its own; what is left out is as above."},
    {"retries", KIND_COUNT, "number", "2", PROVIDER(retries), 0, 10,
     "How often a call is tried again there before a byte of an answer went to its client, after\n"
     "what may pass: 429 of a rate, 408, 409, 503, 529; once after a 502, 504 or a lost\n"
     "connection. 0 = never; but a kept connection that ended without an answer is replaced once\n"
     "all the same, and a provider that had read the call gets it twice then."},
    {"num_ctx", KIND_COUNT, "tokens", "32768", PROVIDER(num_ctx), 512, 16777216,
     "Of an Ollama: the largest context that a model is loaded with. Each model begins with 4096\n"
     "and gets twice as much when a call needs it."},
    {"num_predict", KIND_COUNT, "tokens", "4096", PROVIDER(num_predict), 1, 16777216,
     "Of an Ollama: the longest answer where the caller names none. A model that repeats itself\n"
     "would not end."},
    {"keep_alive", KIND_TEXT, "time", NULL, PROVIDER(keep_alive), 0, 0,
     "Of an Ollama: how long a model stays loaded after a call that does not say (30m; -1 is for\n"
     "ever). Default: Ollama's own, 5m."},
    {"proxy", KIND_TEXT, "http://HOST:PORT", NULL, PROVIDER(proxy), 0, 0,
     "Proxy on the way to it; none = none. Default: HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY\n"
     "names the host. An address of this machine (localhost, 127.0.0.1, ::1) is asked straight."},
    {"ca", KIND_PATH, "FILE", NULL, PROVIDER(ca), 0, 0,
     "Certificates to trust instead of the system's, PEM. Default: SSL_CERT_FILE."},
    {0},
};

static const struct config_row provider_keys[] = {
    {"key", KIND_OTHER, "secret", NULL, 0, 0, 0, "env:NAME, file:PATH or \"${NAME}\"."},
    {"weight", KIND_COUNT, "number", "1", offsetof(struct provider_key_text, weight), 1, 1000,
     "How many of the calls it gets beside the others."},
    {0},
};

static const struct config_row keys[] = {
    {"name", KIND_TEXT, "NAME", NULL, KEY(name), 0, 0, "Unique; stands in reports."},
    {"token", KIND_OTHER, "secret", NULL, 0, 0, 0,
     "env:NAME, file:PATH or \"${NAME}\": at least 16 characters that nobody can guess."},
    {"team", KIND_TEXT, "NAME", NULL, KEY(team), 0, 0, "Whom its calls are booked on."},
    {"project", KIND_TEXT, "NAME", NULL, KEY(project), 0, 0, "The same."},
    {"user", KIND_TEXT, "NAME", NULL, KEY(user), 0, 0, "The same."},
    {"models", KIND_OTHER, "[PATTERN, ...]", NULL, 0, 0, 0,
     "What it may ask for (gpt-4o*, anthropic/*). Default: everything."},
    {"expires", KIND_OTHER, "2027-01-31", NULL, 0, 0, 0,
     "The day (midnight UTC) or moment (2027-01-31T12:00:00Z) from which it is refused."},
    {0},
};

static const struct config_row teams[] = {
    {"keys", KIND_OTHER, "[KEY, ...]", NULL, 0, 0, 0,
     "Names of keys, of this file or of the store; each is in one team at the most. 4096 of all\n"
     "teams together."},
    {0},
};

// Their values are read by budget/budget.h, in this order.
static const struct config_row budgets[] = {
    {"name", KIND_OTHER, "NAME", NULL, 0, 0, 0,
     "Unique. What was spent is kept by it: under another name a budget begins anew."},
    {"scope", KIND_OTHER, "{ WHAT: VALUE, ... }", NULL, 0, 0, 0,
     "Which calls it concerns: those for which all of it holds. WHAT is org, team, project, key,\n"
     "user, model, provider, or tag:NAME; a model or provider may have * for any rest. At most\n"
     "16. Default: every call."},
    {"per", KIND_OTHER, "WHAT|request", NULL, 0, 0, 0,
     "One budget for each value: per: key, per: tag:session. Calls without a value are not\n"
     "concerned. With `request` it is the most that a single call may cost. Default: one for all."},
    {"limit", KIND_OTHER, "USD", NULL, 0, 0, 0,
     "What may be spent in a window, exact to 0.000000001. It must be there. Below what is spent\n"
     "already nothing more is let through."},
    {"window", KIND_OTHER, "day|week|month|lifetime", "lifetime", 0, 0, 0,
     "When it begins anew."},
    {"week", KIND_OTHER, "DAY", "monday", 0, 0, 0, "The day on which a week begins."},
    {"timezone", KIND_OTHER, "ZONE", "UTC", 0, 0, 0,
     "Whose midnight it is: Europe/Berlin, as the zones in /usr/share/zoneinfo are called."},
    {"enforce", KIND_OTHER, "block|observe", "block", 0, 0, 0,
     "Refuse what does not fit, or only count it."},
    {"hold", KIND_OTHER, "full|grow", "full", 0, 0, 0,
     "What a running call holds: its worst case, or what is expected of it, and more as its\n"
     "answer comes. `grow` lets more calls run at once and is the weaker promise."},
    {"clamp", KIND_OTHER, "true|false", "false", 0, 0, 0,
     "Lower a call's output maximum to what is left, before it is refused."},
    {"on_exceed", KIND_OTHER, "block|downgrade", "block", 0, 0, 0,
     "Refuse what does not fit, or try the next model of its alias."},
    {"wait", KIND_OTHER, "time", "0", 0, 0, 0,
     "How long a call may wait when only running ones stand in its way: 30s or\n"
     "500ms, at most a day."},
    {"alert_at", KIND_OTHER, "[PERCENT, ...]", "[]", 0, 0, 0,
     "Parts of the limit that are told when they are reached, once a window: [50%, 80%]. From 1%\n"
     "to 200%, at most 8."},
    {"paused", KIND_OTHER, "true|false", "false", 0, 0, 0, "Refuse every call that it concerns."},
    {0},
};

static const struct config_row prices[] = {
    {"model", KIND_OTHER, "PROVIDER/MODEL", NULL, 0, 0, 0,
     "Whose price. A * at its end stands for any rest."},
    {"aliases", KIND_OTHER, "[NAME, ...]", NULL, 0, 0, 0,
     "Other names of it at the provider: ? is a digit, a * at the end any rest."},
    {"free", KIND_OTHER, "true", NULL, 0, 0, 0,
     "It costs nothing: not the same as a price that is not known."},
    {"when", KIND_OTHER, "list of sections", NULL, 0, 0, 0,
     "What changes the prices: see below. Without it they always hold."},
    {"context", KIND_OTHER, "tokens", NULL, 0, 0, 0, "Its context window."},
    {"output_max", KIND_OTHER, "tokens", NULL, 0, 0, 0, "The longest output."},
    {0},
};

static const struct config_row whens[] = {
    {"from", KIND_OTHER, "2027-01-31", NULL, 0, 0, 0,
     "Calls that start at this day (midnight UTC) or moment (2027-01-31T16:00:00Z) or later."},
    {"until", KIND_OTHER, "2027-01-31", NULL, 0, 0, 0, "Calls that start before it."},
    {"days", KIND_OTHER, "mon-fri", NULL, 0, 0, 0,
     "These weekdays (UTC): mon tue wed thu fri sat sun, a range, or a list."},
    {"hours", KIND_OTHER, "01:00-04:00", NULL, 0, 0, 0,
     "This part of the day (UTC), its end excluded. Past midnight takes two entries."},
    {"except", KIND_OTHER, "NAME", NULL, 0, 0, 0,
     "Not on these days: a list of `holidays`, or of the price book (china)."},
    {"above", KIND_OTHER, "tokens", NULL, 0, 0, 0,
     "Calls with more prompt tokens, cached ones included: the whole call."},
    {"service", KIND_OTHER, "batch|flex|priority|fast|standard", NULL, 0, 0, 0,
     "The service tier that answered; a list for several. A tier that no entry names is unpriced."},
    {"us", KIND_OTHER, "true", NULL, 0, 0, 0, "US-only or regional processing."},
    {"thinking", KIND_OTHER, "true", NULL, 0, 0, 0,
     "Calls that used reasoning tokens, or of which nobody counted whether they did."},
    {"factor", KIND_OTHER, "number", NULL, 0, 0, 0,
     "All token prices times this, at most 6 places. Factors multiply; fees stay."},
    {0},
};

#define MTOK "USD for 10^6 tokens"
static const struct config_row amounts[] = {
#define X(id, name, words) {name "_per_mtok", KIND_OTHER, MTOK, NULL, 0, 0, 0, words "."},
    CONFIG_TOKEN_PRICES(X)
#undef X
#define X(id, name, words) {name, KIND_OTHER, "USD", NULL, 0, 0, 0, words "."},
    CONFIG_UNIT_PRICES(X)
    CONFIG_HOUR_PRICES(X)
#undef X
    {0},
};

static const struct config_section_table sections[SECTION_COUNT] = {
    [SECTION_TOP] = {"The file", "What may stand at its top level.", top, NULL,
        "listen: [127.0.0.1:7575, \"[::1]:7575\"]\n"
        "admin: [127.0.0.1:7576]\n"
        "admin_hosts: [metrics.example.com]\n"
        "store: sqlite:/var/lib/costlens/costlens.db\n"
        "state: /var/lib/costlens\n"
        "workers: 2\n"
        "limits: { body: 32MiB }\n"
        "timeouts: { first_byte: 300s }\n"
        "breaker: { failures: 20 }\n"
        "providers:\n"
        "  openai: { key: env:OPENAI_API_KEY }\n"
        "aliases:\n"
        "  fast: [openai/gpt-5.4-mini]\n"
        "tiers:\n"
        "  small: [openai/gpt-5.4-mini]\n"
        "  large: [openai/gpt-5.4]\n"
        "routes:\n"
        "  - { name: support, small: small, large: large }\n"
        "keys:\n"
        "  - { name: ci, token: env:CI_COSTLENS_KEY }\n"
        "org: acme\n"
        "teams: { search: { keys: [ci] } }\n"
        "budgets:\n"
        "  - { name: company, scope: { org: acme }, limit: 500.00, window: month }\n"
        "prices:\n"
        "  - { model: openai/our-own, input_per_mtok: 0.15, output_per_mtok: 0.60 }\n"
        "holidays:\n"
        "  ours: [2027-01-01, 2027-12-24]\n"
        "tls: { cert: tls.crt, key: tls.key }\n"
        "behind_tls_proxy: false\n"
        "cors: [https://app.example.com]\n"
        "half_close: close\n"
        "on_store_failure: block\n"
        "drain: 30s\n"
        "keep: 400d\n"
        "fsync: 100ms\n"
        "log: { level: info }\n"},
    [SECTION_LIMITS] = {"limits",
        "Sizes have a unit: B, KiB, MiB, GiB, or KB, MB, GB of thousands.", limits, NULL,
        "limits: { body: 32MiB, buffers: 1GiB }\n"},
    [SECTION_TIMEOUTS] = {"timeouts", "Times have a unit: ms, s, m, h, d.", timeouts, NULL,
        "timeouts: { connect: 5s, first_byte: 10m, idle: 300s, total: 1h30m }\n"},
    [SECTION_BREAKER] = {"breaker",
        "A model whose breaker is open is passed over while its alias or its tier has another one. "
        "What has no other is asked all the same, unless `alone` says else.", breakers, NULL,
        "breaker: { failures: 8, turn: 5s, alone: ask }\n"},
    [SECTION_TLS] = {"tls", "Both are needed.", tls, NULL,
        "tls: { cert: tls.crt, key: tls.key }   # beside this file, or with their whole path\n"},
    [SECTION_LOG] = {"log", "Sentences on a terminal, JSON lines else.", logging, NULL,
        "log: { requests: true, level: info, format: json }\n"},
    [SECTION_PROVIDER] = {"providers: NAME",
        "One section a provider. Where its secret is missing, it is left out and said "
        "so.", providers, NULL,
        "providers:\n"
        "  openai: { key: env:OPENAI_API_KEY }\n"
        "  bench:\n"
        "    dialect: openai\n"
        "    vendor: openai\n"
        "    url: https://llm.example.com/v1\n"
        "    key: file:bench.key\n"
        "    models: [gpt-4o, own-*]\n"
        "    lacks: { \"own-*\": [tools, vision] }\n"
        "    timeouts: { connect: 1s, total: 10m }\n"
        "    breaker: { failures: 3, turn: 30s }\n"
        "    retries: 1\n"
        "    proxy: http://10.0.0.9:3128\n"
        "    ca: tls.crt\n"
        "  local:\n"
        "    dialect: ollama\n"
        "    url: http://127.0.0.1:11434\n"
        "    num_ctx: 65536\n"
        "    num_predict: 2048\n"
        "    keep_alive: 30m\n"
        "  team:\n"
        "    url: https://llm.example.com/v1\n"
        "    keys: [env:OPENAI_API_KEY, file:bench.key]\n"},
    [SECTION_PROVIDER_KEY] = {"providers: NAME: keys",
        "An entry of the list that has a weight.", provider_keys, NULL,
        "providers:\n"
        "  openai:\n"
        "    keys:\n"
        "      - { key: env:OPENAI_API_KEY, weight: 3 }\n"
        "      - env:OPENAI_API_KEY\n"},
    [SECTION_KEY] = {"keys", "One section a key, in a list.", keys, NULL,
        "keys:\n"
        "  - name: ci\n"
        "    token: env:CI_COSTLENS_KEY\n"
        "    team: web\n"
        "    project: search\n"
        "    user: ann@example.com\n"
        "    models: [gpt-4o*, anthropic/*]\n"
        "    expires: 2099-01-31\n"},
    [SECTION_TEAM] = {"teams: NAME", "One section a team.", teams, NULL,
        "keys:\n"
        "  - { name: ci, token: env:CI_COSTLENS_KEY }\n"
        "teams:\n"
        "  search: { keys: [ci] }\n"},
    [SECTION_BUDGET] = {"budgets",
        "One section a budget, in a list. A call must fit into each that concerns it, or is "
        "refused before\nanything of it is sent.", budgets, NULL,
        "org: acme\n"
        "keys:\n"
        "  - { name: ci, token: env:CI_COSTLENS_KEY }\n"
        "budgets:\n"
        "  - { name: company, scope: { org: acme }, limit: 500.00, window: month, "
        "timezone: Europe/Berlin,\n"
        "      alert_at: [50%, 80%] }\n"
        "  - { name: ci-day, scope: { key: ci }, limit: 0.01, window: day, hold: full }\n"
        "  - { name: agent, per: tag:session, limit: 2.00, window: lifetime }\n"
        "  - { name: call, per: request, limit: 0.50, clamp: true }\n"
        "  - name: big models\n"
        "    scope: { model: \"*-pro*\", provider: openai }\n"
        "    limit: 40\n"
        "    window: week\n"
        "    week: sunday\n"
        "    enforce: block\n"
        "    on_exceed: downgrade\n"
        "    wait: 30s\n"
        "    paused: false\n"},
    [SECTION_PRICE] = {"prices",
        "One section a model, in a list. Decimal numbers, taken exactly as they are "
        "written: USD for 10^6\ntokens, or for one of anything else.", prices, amounts,
        "prices:\n"
        "  - model: openai/our-own\n"
        "    aliases: [our-own-????????, our-own-latest]\n"
        "    input_per_mtok: 3\n"
        "    output_per_mtok: 15\n"
        "    context: 400000\n"
        "    output_max: 64000\n"
        "    when:\n"
        "      - { above: 200000, input_per_mtok: 6, output_per_mtok: 22.5 }\n"
        "      - { service: batch, factor: 0.5 }\n"
        "  - { model: openai/our-gift, free: true }\n"},
    [SECTION_WHEN] = {"prices: when",
        "A list, gone through in its order. Where all conditions of an entry hold, its prices "
        "replace those\nbefore it, and its factor multiplies.", whens, amounts,
        "holidays:\n"
        "  ours: [2027-01-01, 2027-12-24]\n"
        "prices:\n"
        "  - model: openai/our-own\n"
        "    input_per_mtok: 3\n"
        "    output_per_mtok: 15\n"
        "    when:\n"
        "      - { until: 2027-01-01, input_per_mtok: 2, output_per_mtok: 10 }\n"
        "      - { from: 2027-07-01T16:00:00Z, input_per_mtok: 4 }\n"
        "      - { above: 200000, input_per_mtok: 6, output_per_mtok: 22.5 }\n"
        "      - { days: mon-fri, hours: 01:00-04:00, except: ours, factor: 2 }\n"
        "      - { service: [batch, flex], factor: 0.5 }\n"
        "      - { us: true, factor: 1.1 }\n"
        "      - { thinking: true, output_per_mtok: 20 }\n"},
    [SECTION_AMOUNT] = {"prices: amounts",
        "In a section of `prices` and in each entry of its `when`. What is not stated costs as "
        "the price\nbook tells (doc/prices.md): cached input as input, audio and images as text.",
        amounts, NULL,
        "providers:\n"
        "  openai: { key: env:OPENAI_API_KEY }\n"
        "  local: { dialect: ollama, url: http://127.0.0.1:11434 }\n"
        "prices:\n"
        "  - model: openai/our-own\n"
        "    input_per_mtok: 2.50\n"
        "    output_per_mtok: 10\n"
        "    cache_read_per_mtok: 0.25\n"
        "    cache_write_per_mtok: 3.125\n"
        "    cache_write_1h_per_mtok: 5\n"
        "    audio_input_per_mtok: 40\n"
        "    audio_cache_read_per_mtok: 2.50\n"
        "    audio_output_per_mtok: 80\n"
        "    image_input_per_mtok: 5\n"
        "    image_output_per_mtok: 40\n"
        "    per_call: 0.001\n"
        "    per_web_search: 0.01\n"
        "    per_file_search: 0.0025\n"
        "    per_search_unit: 0.002\n"
        "    per_image: 0.04\n"
        "    per_second: 0.0001\n"
        "  - { model: local/*, cost_per_hour: 0.35 }\n"},
};
// clang-format on

const struct config_section_table *config_table(enum config_section s)
{
    bool routing = s >= SECTION_TIER && s <= SECTION_SHADOW;
    return routing ? &config_routing_tables[s - SECTION_TIER] : &sections[s];
}

static const struct config_row *find_in(const struct config_row *rows, struct str name)
{
    for (const struct config_row *row = rows; row && row->name; row++) {
        if (str_is(name, row->name))
            return row;
    }
    return NULL;
}

const struct config_row *config_row_find(enum config_section s, struct str name)
{
    if (s == SECTION_TOP && (str_is(name, "organisation") || str_is(name, "organization")))
        name = str_of("org");
    const struct config_row *row = find_in(config_table(s)->rows, name);
    return row ? row : find_in(config_table(s)->also, name);
}

static void near_in(const struct config_row *rows, struct str_near *near)
{
    for (const struct config_row *row = rows; row && row->name; row++)
        str_near(near, str_of(row->name));
}

// `input` for `input_per_mtok`, `context_window` for `context`.
static const struct config_row *starting_in(const struct config_row *rows, struct str name)
{
    for (const struct config_row *row = rows; row && row->name; row++) {
        struct str other = str_of(row->name);
        size_t common = name.len < other.len ? name.len : other.len;
        if (common >= 5 && memcmp(name.ptr, other.ptr, common) == 0)
            return row;
    }
    return NULL;
}

// What the same thing is called elsewhere.
static const char *const other_names[][2] = {
    {"input_cost_per_token", "input_per_mtok"},
    {"output_cost_per_token", "output_per_mtok"},
    {"prompt", "input_per_mtok"},
    {"completion", "output_per_mtok"},
    {"max_tokens", "output_max"},
    {"api_key", "key"},
    {"api_base", "url"},
    {"base_url", "url"},
    {"endpoint", "url"},
    {"type", "dialect"},
    {"database", "store"},
    {"port", "listen"},
};

const struct config_row *config_row_near(enum config_section s, struct str name)
{
    for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++) {
        const struct config_row *row = config_row_find(s, str_of(other_names[i][1]));
        if (row && str_is(name, other_names[i][0]))
            return row;
    }
    struct str_near near = {name, name.len < 5 ? 2 : name.len < 9 ? 3 : 5, STR_NONE};
    near_in(config_table(s)->rows, &near);
    near_in(config_table(s)->also, &near);
    if (near.name.len)
        return config_row_find(s, near.name);
    const struct config_row *row = starting_in(config_table(s)->also, name);
    return row ? row : starting_in(config_table(s)->rows, name);
}
