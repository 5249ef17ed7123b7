// SPDX-License-Identifier: Apache-2.0
//
// local - what an Ollama has: its models with their sizes and contexts, which of them are loaded,
// and how large a context each is asked for. One table a process, for all workers and over reloads;
// probe.h fills it.
//
// A model's context (`num_ctx`) is a power of two that only grows: each change makes Ollama load
// the model anew. doc/local.md

#ifndef LOCAL_LOCAL_H
#define LOCAL_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"

struct locals; // all of them
struct local;  // one, by its address

enum local_ability {
    LOCAL_COMPLETION = 1,
    LOCAL_TOOLS = 2,
    LOCAL_VISION = 4,
    LOCAL_EMBEDDING = 8,
    LOCAL_THINKING = 16,
};

#define LOCAL_WORD_MAX 24

struct local_model {
    char name[MODEL_BYTES_MAX + 1];    // as Ollama lists it: "llama3.2:3b", "phi3:latest"
    char digest[72];                   // of its files; another one: the model was pulled anew
    char parameters[LOCAL_WORD_MAX];   // "3.2B"; empty if not told
    char quantization[LOCAL_WORD_MAX]; // "Q4_K_M"
    uint64_t size_bytes;               // on disk
    int64_t context_trained;           // tokens; 0 = not told
    int64_t context_loaded;            // with which it is loaded now; 0 = it is not loaded
    unsigned abilities;                // enum local_ability; 0 = not told
    bool remote;                       // Ollama passes it on to its cloud: neither local nor free
    bool described;                    // /api/show has told of it
};

struct locals *locals_new(void) MUST_USE; // NULL when out of memory
void locals_free(struct locals *all);
// The one at that address ("127.0.0.1:11434"), made when it is asked for first; it lives as long as
// `all`. NULL when out of memory. From any thread, as everything below.
struct local *locals_at(struct locals *all, struct str address);

enum local_there {
    LOCAL_UNASKED, // no answer has come yet
    LOCAL_UP,
    LOCAL_DOWN, // the last time it was not reached, or was no Ollama; what it had is still shown
};
enum local_there local_there(struct local *l);
// A name that Ollama passes on to its cloud: "gpt-oss:120b-cloud", "kimi-k2:cloud".
bool local_passes_on(struct str name);
// The model of that name, with or without ":latest"; a copy. False when there is none.
bool local_find(struct local *l, struct str model, struct local_model *out);
// An answer says that it passed a call of the model on to its cloud: from here on that is known of
// it, as if the list had said so. True when it was not before.
bool local_passed_on(struct local *l, struct str model);
// Each model, in the order of Ollama's list. `each` may not call back into `l`.
void local_each(struct local *l, void (*each)(void *context, const struct local_model *m),
                void *context);

// The context for a call of that model that needs so many tokens, prompt and answer together: the
// smallest power of two from LOCAL_CONTEXT_LEAST on; or more, where the model has been given more
// before (local_asked, local_loaded) or is loaded with more, which need not be a power of two; at
// most `cap` and what it was trained for. What is given may hold less than was needed: the call is
// then too long for that model.
#define LOCAL_CONTEXT_LEAST 4096
int64_t local_context(struct local *l, struct str model, int64_t needed, int64_t cap);
// The same where a caller says the context himself: between the same bounds it is what he says.
int64_t local_context_said(struct local *l, struct str model, int64_t context, int64_t cap);
// A call with that context is on its way: those that come meanwhile get no less. Of models in the
// list alone, since callers invent names.
void local_asked(struct local *l, struct str model, int64_t context);
// It has answered with that context, so it can be loaded with it.
void local_loaded(struct local *l, struct str model, int64_t context);
// It could not be loaded, or died, with that context, or that was too small for the call: it is not
// asked for again for that reason alone.
void local_refused(struct local *l, struct str model, int64_t context);

// A call is sent to it: the turn that it takes behind those that are there. Its end: for how long
// none before it was there, microseconds; what waits behind another call makes no machine work. 0
// is no turn: too many are there. `left_us`: for how long the Ollama may at most go on with what
// that call left, which those that come after wait for, too; 0 = it does not.
uint64_t local_turn(struct local *l, int64_t now_us);
int64_t local_turn_end(struct local *l, uint64_t turn, int64_t now_us, int64_t left_us);
// A call is being answered: the Ollama does not go on with what another one left, and has taken it
// before all others that are there, in whatever order they came.
void local_heard(struct local *l, uint64_t turn, int64_t now_us);

// About how large the model would be to pull, in bytes; 0 when its name is not known here.
uint64_t local_pull_bytes(struct str model);
// The sentence that says how an Ollama gets it, with that size.
void local_pull_write(struct str model, struct buf *out);

// True when it was not asked for its list for so long, or, with `beside`, while somebody else asks.
// Whoever is told so asks, and counts as one who does from then on, until local_probed(). `now_us`
// is monotonic.
bool local_probe(struct local *l, int64_t now_us, int64_t every_us, bool beside) MUST_USE;
// What it answered is taken, or it cannot be asked: who finds nobody asking finds what was heard.
void local_probed(struct local *l);

// --- for probe.c ---

// The answers of GET /api/tags (the list is replaced; what was known of a model with the same
// digest stays), GET /api/ps and POST /api/show of `model`. False when it is no such answer.
bool local_take_tags(struct local *l, struct str body) MUST_USE;
bool local_take_ps(struct local *l, struct str body) MUST_USE;
bool local_take_show(struct local *l, struct str model, struct str body) MUST_USE;
// One that /api/show has not told of yet; false when there is none.
bool local_undescribed(struct local *l, char name[MODEL_BYTES_MAX + 1]);
void local_unanswered(struct local *l);

#endif
