// SPDX-License-Identifier: Apache-2.0

#include "gate/config_table.h"

#include "base/limits.h"
#include "gate/config.h"

#define TOP(field)      offsetof(struct config, field)
#define PROVIDER(field) offsetof(struct provider_text, field)
#define KEY(field)      offsetof(struct key_text, field)
#define WAIT(field)     offsetof(struct origin_timeouts, field)
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
     "token."},
    {"store", KIND_OTHER, "sqlite:PATH", NULL, 0, 0, 0,
     "The ledger's file. Default: costlens.db in $XDG_STATE_HOME/costlens or\n"
     "~/.local/state/costlens; for root and the service in /var/lib/costlens."},
    {"state", KIND_PATH, "FOLDER", NULL, TOP(state), 0, 0,
     "Journal, pepper, dev.key, admin.token and the socket. Default: the folder of the store."},
    {"workers", KIND_COUNT, "number", NULL, TOP(workers), 1, 256,
     "Event loops, each with a thread. Default: one a processor."},
    {"limits", KIND_OTHER, "section", NULL, 0, 0, 0, "Sizes; see below."},
    {"timeouts", KIND_OTHER, "section", NULL, 0, 0, 0,
     "How long providers may take; see below. A provider may have its own."},
    {"providers", KIND_OTHER, "name: section", NULL, 0, 0, 0,
     "Who serves models, in order of preference; see below. Default: those whose keys are in the\n"
     "environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, ...)."},
    {"aliases", KIND_OTHER, "name: [PROVIDER/MODEL, ...]", NULL, 0, 0, 0,
     "Names of your own for models; the first of the list that can serve does."},
    {"keys", KIND_OTHER, "list of sections", NULL, 0, 0, 0,
     "Virtual keys that stand in this file; see below. `costlens key` makes others."},
    {"prices", KIND_OTHER, "list of sections", NULL, 0, 0, 0,
     "Prices of your own; see below. They win over those of the book."},
    {"tls", KIND_OTHER, "section", NULL, 0, 0, 0, "Certificate for `listen`; see below."},
    {"behind_tls_proxy", KIND_SWITCH, "true|false", "false", TOP(behind_tls_proxy), 0, 0,
     "Something in front ends TLS: `listen` may then be open to others without `tls`."},
    {"cors", KIND_OTHER, "origins", "[]", 0, 0, 0,
     "Web pages that may call from a browser: [https://app.example.com]. None by default."},
    {"half_close", KIND_EITHER, "close|answer", "close", TOP(half_close_answers), 0, 0,
     "A client that ends its side before the answer starts has left: its call is ended (close), "
     "or\n"
     "answered all the same (answer)."},
    {"on_store_failure", KIND_EITHER, "block|allow", "block", TOP(on_store_failure_allow), 0, 0,
     "When the ledger cannot be written: refuse calls, or go on with the rows kept in the "
     "journal."},
    {"drain", KIND_TIME, "time", "30s", TOP(drain_ms), 0, DAY_MS,
     "How long running calls may take to end after SIGTERM."},
    {"keep", KIND_DAYS, "days", "400d", TOP(keep_days), 0, 36500,
     "How long rows of the ledger are kept (its hourly sums are kept for ever). 0 = for ever."},
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
     "From the request's end to the answer's first byte."},
    {"idle", KIND_TIME, "time", "300s", WAIT(idle_ms), 1, DAY_MS,
     "Between two pieces of an answer."},
    {"total", KIND_TIME, "time", "3600s", WAIT(total_ms), 1, 7 * DAY_MS, "The whole call."},
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
    {"dialect", KIND_TEXT, "openai|anthropic|gemini", NULL, PROVIDER(dialect), 0, 0,
     "The format it speaks. Default: its vendor's, else openai."},
    {"vendor", KIND_TEXT, "NAME", NULL, PROVIDER(vendor), 0, 0,
     "Whose price rows and peculiarities hold. Default: by the URL's host, else by the provider's\n"
     "name where there is no URL."},
    {"url", KIND_TEXT, "URL", NULL, PROVIDER(url), 0, 0,
     "Base URL: with /v1 for the OpenAI dialect, without a version for Anthropic and Gemini.\n"
     "Default: the vendor's."},
    {"key", KIND_OTHER, "secret", NULL, 0, 0, 0,
     "env:NAME, file:PATH or \"${NAME}\". Without it no credential is sent."},
    {"models", KIND_OTHER, "[NAME, ...]", NULL, 0, 0, 0,
     "The models it has (* stands for anything): any other is unknown. Default: those of the "
     "price\n"
     "book, and whatever is asked for as PROVIDER/MODEL."},
    {"timeouts", KIND_OTHER, "section", NULL, 0, 0, 0, "Its own; what is left out is as above."},
    {"proxy", KIND_TEXT, "http://HOST:PORT", NULL, PROVIDER(proxy), 0, 0,
     "Proxy on the way to it; none = none. Default: HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY."},
    {"ca", KIND_PATH, "FILE", NULL, PROVIDER(ca), 0, 0,
     "Certificates to trust instead of the system's, PEM. Default: SSL_CERT_FILE."},
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

#define MTOK "USD for 10^6 tokens"
static const struct config_row prices[] = {
    {"model", KIND_OTHER, "PROVIDER/MODEL", NULL, 0, 0, 0,
     "Whose price. A * at its end stands for any rest."},
    {"free", KIND_OTHER, "true", NULL, 0, 0, 0,
     "It costs nothing: not the same as a price that is not known."},
#define X(id, name, words) {name "_per_mtok", KIND_OTHER, MTOK, NULL, 0, 0, 0, words "."},
    CONFIG_TOKEN_PRICES(X)
#undef X
#define X(id, name, words) {name, KIND_OTHER, "USD", NULL, 0, 0, 0, words "."},
    CONFIG_UNIT_PRICES(X)
#undef X
    {0},
};

static const struct config_section_table sections[SECTION_COUNT] = {
    [SECTION_TOP] = {"The file", "What may stand at its top level.", top},
    [SECTION_LIMITS] = {"limits",
        "Sizes have a unit: B, KiB, MiB, GiB, or KB, MB, GB of thousands.", limits},
    [SECTION_TIMEOUTS] = {"timeouts", "Times have a unit: ms, s, m, h, d.", timeouts},
    [SECTION_TLS] = {"tls", "Both are needed.", tls},
    [SECTION_LOG] = {"log", "Sentences on a terminal, JSON lines else.", logging},
    [SECTION_PROVIDER] = {"providers: NAME",
        "One section a provider. Where its secret is missing, it is left out and said "
        "so.", providers},
    [SECTION_KEY] = {"keys", "One section a key, in a list.", keys},
    [SECTION_PRICE] = {"prices",
        "One section a model, in a list. Decimal numbers, taken exactly as they are "
        "written.", prices},
};
// clang-format on

const struct config_section_table *config_table(enum config_section s)
{
    return &sections[s];
}

const struct config_row *config_row_find(enum config_section s, struct str name)
{
    for (const struct config_row *row = sections[s].rows; row->name; row++) {
        if (str_is(name, row->name))
            return row;
    }
    return NULL;
}

const struct config_row *config_row_near(enum config_section s, struct str name)
{
    const struct config_row *nearest = NULL;
    size_t most = name.len < 5 ? 1 : name.len < 9 ? 2 : 4;
    size_t least = most + 1;
    for (const struct config_row *row = sections[s].rows; row->name; row++) {
        size_t distance = str_distance(name, str_of(row->name), most);
        if (distance < least) {
            least = distance;
            nearest = row;
        }
    }
    return nearest;
}
