// SPDX-License-Identifier: Apache-2.0
//
// entry - one attempt of one call as the ledger keeps it.
//
//   dispatched --- an answer ends ---> final        one row an attempt, written once
//        |
//        '------ the process dies ---> captured     estimated input, most output
//
// The DISPATCHED record in the journal already is the row that stands if the process dies now: its
// usage is the estimate of the input and the most output, its cost what that would cost, its sure
// CAPTURED. An attempt that failed and waits to be followed is written so once more, with what is
// known of it. The FINAL record of the same (id, attempt) replaces either.
//
// So it is with what its budgets are charged: a DISPATCHED record charges what is held, and so does
// the captured row that it becomes. Who holds more for a call under way (a budget that grows) must
// write its DISPATCHED record anew before the provider may go on.

#ifndef CORE_ENTRY_H
#define CORE_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/random.h"
#include "core/charge.h"
#include "core/decision.h"
#include "core/rate.h"
#include "core/tags.h"
#include "core/usage.h"

// How the call ended.
#define OUTCOME_MAP(X)                                                                   \
    X(OK, "ok")                                                                          \
    X(ERROR, "error")           /* the provider answered with an error, or not at all */ \
    X(INCOMPLETE, "incomplete") /* the answer broke off */                               \
    X(LEFT, "left")             /* the client went away */                               \
    X(UNKNOWN, "unknown")       /* the process ended first */

enum outcome {
#define X(id, name) OUTCOME_##id,
    OUTCOME_MAP(X)
#undef X
};
const char *outcome_name(enum outcome o);
// Something of an answer was there: of what its client left before any of it was sent, or a
// provider refused, nobody has answered. `ttft_us`, `http_status`: as in the entry.
bool outcome_answered(enum outcome o, int64_t ttft_us, int http_status);

struct entry {
    struct uuid id;
    uint8_t attempt; // 0 = first
    int64_t start_us;
    // Who. tenant is never empty.
    struct str tenant, team, project, key, user;
    // What.
    struct str provider;       // configured name: "openai", "bench"
    struct str model_asked;    // as the client wrote it
    struct str model;          // as sent to the provider; "provider/model" in reports
    struct str model_answered; // as the provider named it; empty if it did not
    struct str endpoint;       // "chat", "responses": endpoint_name of wire/dialect.h
    struct str
        route; // why this model: "asked", "listed", "alias", "sole provider", "retry", "fallback"
    struct tags tags;
    bool stream;
    // How it ended.
    enum outcome outcome;
    int32_t http_status;    // sent to the client (followed: as if it had been the last); 0 = none
    struct str error;       // refusal code or the provider's error code; empty if none
    struct str upstream_id; // the provider's request id
    struct str answer_id; // of the answer, where a later call may go on from it and upstream_id is
                          // another; most often nothing
    int64_t ttft_us;      // first byte of the answer's body after dispatch, without the two below;
                          // 0 = none
    int64_t load_us;      // a local server loaded the model: 0 = it told none
    int64_t queue_us;     // the call waited there
    int64_t duration_us;  // start of the call to last byte
    int64_t overhead_us;  // of that, spent in the gateway before dispatch
    // What it cost.
    struct usage usage;
    enum price_state price_state;
    struct money cost;
    struct str price_version; // catalog_version
    struct str price_name;    // sheet that priced it: "openai/gpt-4o"; empty if none
    struct str price_parts;   // what of it other sheets priced (core/split.h); most often nothing
    bool priced_as_answered;  // by the model that answered (else by the one sent)
    struct charge charge;     // of its budgets
    bool followed;            // by another attempt of its call: that one tells how the call ended
    struct str decision;      // of a route, packed (core/decision.h); empty: it was no route's
};

#define ENTRY_TEXT_MAX  1024 // bytes kept of each text
#define ENTRY_PARTS_MAX 8192 // bytes of price_parts, which must not be longer

// A journal payload: fixed little-endian fields, then length-prefixed slices, then packed tags (the
// drawing is in entry.c). Counts are >= 0. Texts are cut at ENTRY_TEXT_MAX; a decision is
// no longer than DECISION_BYTES_MAX.
void entry_pack(const struct entry *e, struct buf *out);
// Slices point into `packed`. False on anything that entry_pack cannot have written; `out` then
// holds nothing of use.
bool entry_unpack(struct str packed, struct entry *out) MUST_USE;
// Whose it is, without reading the rest. False on what is too short or of another version.
bool entry_unpack_id(struct str packed, struct uuid *id, uint8_t *attempt) MUST_USE;

#endif
