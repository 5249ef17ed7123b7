// SPDX-License-Identifier: Apache-2.0
//
// ask - a caller's request body: read once for its facts, then sent on as the caller's own bytes
// with only the changed fields spliced.
//
//   {"model":"fast","messages":[...]}      pieces: {"model":"  gpt-5.4-mini  ","messages":[...]}
//            ^^^^                                      kept         new          kept

#ifndef WIRE_ASK_H
#define WIRE_ASK_H

#include "base/alloc.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/limits.h"
#include "core/demand.h"
#include "core/refusal.h"
#include "core/tags.h"
#include "wire/dialect.h"

#define ASK_PIECES_MAX 16

struct ask {
    enum endpoint endpoint;
    struct str body;   // the caller's bytes, borrowed
    struct json *json; // its document; NULL for an endpoint without a body
    struct demand demand;
    char path_model[MODEL_BYTES_MAX + 1]; // percent-decoded, where the path names the model
};

// Reads a body; the model comes from it or from the path that was found. `a` may not be moved
// afterwards. REFUSAL_NONE, or BAD_JSON / NO_MODEL / BAD_REQUEST / INTERNAL (no memory) with the
// reason in `why`; ask_close is then not needed. A member whose name is `model`, or another that
// counts, but for case is a BAD_REQUEST: servers written in Go take the one for the other.
enum refusal ask_open(struct ask *a, const struct endpoint_found *found, struct str body,
                      const struct alloc *alloc, struct why *why) MUST_USE;
void ask_close(struct ask *a); // demand's slices end here
// `metadata` (string members) and `user` as tags, copied to the arena; what does not fit the tag
// limits is skipped.
void ask_tags(const struct ask *a, struct tags *tags, struct arena *arena);

struct ask_edit {
    struct str model;   // new model name; empty = unchanged
    bool include_usage; // put stream_options.include_usage:true in (or turn false into true)
    // The longest answer, tokens: what the caller says above it is lowered, his own that is less
    // stays; where he says none, or nobody knows how much (null, "7", -1), it is put in. Wherever
    // weigh reads it (weight.output_field), so that the body weighs the lesser of both. Not where
    // a provider refuses the body as it stands: an object that is none, or Ollama's that is no
    // number. 0 = as the caller has it
    int64_t output_max;
    bool logprobs;  // of a chat, a response, a Gemini's, an Ollama's: ask for those of its tokens
    unsigned flags; // of the vendor (vendor_flags): by which members it is told
    // Of Ollama's chat, generate and embed alone.
    bool no_truncate; // put truncate:false in: an error for an input that would be cut silently;
    bool no_shift;    // shift:false: an end for an answer that passes the context. What the
                      // caller himself says of either stays (null says nothing)
    int64_t context;  // options.num_ctx; 0 = as the caller has it
    struct str keep_alive; // JSON; empty = as the caller has it, and so is one that he says himself
};

// The edited body as pieces of the caller's bytes and new text (in the arena).
struct ask_pieces {
    struct str at[ASK_PIECES_MAX];
    unsigned count;
    size_t bytes; // all of them together
};

// Its caller asks for the log-probabilities of what is answered.
bool ask_has_logprobs(const struct ask *a);
// Its caller says of how many tokens they are to be told, which may itself be wrong.
bool ask_counts_logprobs(const struct ask *a);
// False when the arena ended. A usage that the dialect cannot be asked for is not put in.
bool ask_splice(const struct ask *a, const struct ask_edit *edit, struct arena *arena,
                struct ask_pieces *out) MUST_USE;

#endif
