// SPDX-License-Identifier: Apache-2.0
//
// refusal - every reason to answer a call ourselves: its name (`code` in the error body), HTTP
// status and text. wire/ puts it into the caller's dialect, metrics count it by name.

#ifndef CORE_REFUSAL_H
#define CORE_REFUSAL_H

// X(ENUM, code, HTTP status, text, may the client retry)
#define REFUSAL_MAP(X)                                                                          \
    X(BAD_REQUEST, "bad_request", 400, "The request is malformed.", 0)                          \
    X(BAD_JSON, "invalid_json", 400, "The body is not valid JSON.", 0)                          \
    X(NO_MODEL, "model_missing", 400, "The body names no model.", 0)                            \
    X(BAD_TAGS, "invalid_tags", 400, "The tags are malformed.", 0)                              \
    X(UNBOUNDED, "cost_unbounded", 400, "Nothing bounds what this call may cost.", 0)           \
    X(NO_PRICE, "price_unknown", 400, "A budget cannot rely on its price.", 0)                  \
    X(NO_KEY, "missing_api_key", 401, "A CostLens key is needed.", 0)                           \
    X(BAD_KEY, "invalid_api_key", 401, "This key is not accepted.", 0)                          \
    X(KEY_EXPIRED, "expired_api_key", 401, "This key has expired.", 0)                          \
    X(BUDGET, "budget_exceeded", 402, "A budget does not cover this call.", 0)                  \
    X(MAX_COST, "max_cost_exceeded", 402, "No model costs as little as this call may.", 0)      \
    X(MODEL_DENIED, "model_not_allowed", 403, "This key may not use that model.", 0)            \
    X(NOT_LOCAL, "local_only", 403, "This call may not leave this machine.", 0)                 \
    X(NOT_FOUND, "not_found", 404, "There is nothing at this path.", 0)                         \
    X(MODEL_UNKNOWN, "model_not_found", 404, "No provider here has that model.", 0)             \
    X(CALL_UNKNOWN, "call_not_found", 404, "This key has made no such call.", 0)                \
    X(METHOD, "method_not_allowed", 405, "This path takes another method.", 0)                  \
    X(BODY_DEADLINE, "request_timeout", 408, "The request came too slowly.", 0)                 \
    X(TOO_LARGE, "request_too_large", 413, "The request is too large.", 0)                      \
    X(ENCODING, "unsupported_encoding", 415, "This content encoding is not taken.", 0)          \
    X(HEAD_TOO_LARGE, "header_too_large", 431, "The header block is too large.", 0)             \
    X(UPGRADE, "upgrade_refused", 501, "Protocol upgrades are not taken.", 0)                   \
    X(DIALECT, "dialect_mismatch", 400, "That model's provider speaks another dialect.", 0)     \
    X(UNSUPPORTED, "unsupported_parameter", 400, "That model's provider cannot do this.", 0)    \
    X(UPSTREAM_GARBAGE, "upstream_invalid", 502, "The provider's answer made no sense.", 1)     \
    X(UPSTREAM_CODED, "upstream_compressed", 502, "The provider's own text is not shown.", 1)   \
    X(UPSTREAM_LARGE, "upstream_too_large", 502, "The provider's answer is too long.", 0)       \
    X(UPSTREAM_ENDLESS, "max_tokens_ignored", 502, "The answer passes its maximum.", 0)         \
    X(UPSTREAM_LOST, "upstream_disconnected", 502, "The provider's answer broke off.", 1)       \
    X(UPSTREAM_UNREACHED, "upstream_unreachable", 502, "The provider could not be reached.", 1) \
    X(UPSTREAM_TIMEOUT, "upstream_timeout", 504, "The provider did not answer in time.", 1)     \
    X(UPSTREAM_OPEN, "upstream_unavailable", 503, "The provider keeps failing.", 1)             \
    X(NO_PROVIDER, "no_provider", 503, "No provider is configured.", 0)                         \
    X(STORE, "store_unavailable", 503, "The ledger cannot be written.", 1)                      \
    X(BUDGETS, "budgets_unavailable", 503, "Nothing can be set aside for budgets.", 1)          \
    X(OVERLOAD, "overloaded", 503, "The gateway is out of buffers.", 1)                         \
    X(STOPPING, "stopping", 503, "The gateway is being stopped.", 1)                            \
    X(INTERNAL, "internal_error", 500, "The gateway failed.", 1)

enum refusal {
    REFUSAL_NONE,
#define X(id, code, http, text, retry) REFUSAL_##id,
    REFUSAL_MAP(X)
#undef X
        REFUSAL_COUNT
};

// The row of one; texts are static. NONE has none: NULL and 0.
const char *refusal_code(enum refusal r); // a word of lower case, the same for ever: for programs
int refusal_http(enum refusal r);         // 400 to 599
const char *refusal_text(enum refusal r); // an English sentence: for people
int refusal_retry(enum refusal r);        // 1: the same call may succeed later

#endif
