// SPDX-License-Identifier: Apache-2.0
//
// verb - everything that can be asked of a CostLens store, by name: arguments in JSON, answer in
// JSON. The admin API runs a verb inside the gateway, the command line runs the same one by itself
// when no gateway owns the store. A field that a verb does not know is refused: nothing is
// assigned in passing.
//
// To add a verb: a function of this shape, a row in verb.c.

#ifndef PANEL_VERB_H
#define PANEL_VERB_H

#include "base/buf.h"
#include "base/status.h"
#include "config/config.h"
#include "core/catalog.h"
#include "store/store.h"

struct gate;

struct verb_call {
    struct store *store;           // NULL where there is none, and the verb goes `without_store`,
                                   // or is `storeless`
    const struct catalog *catalog; // NULL unless the verb `needs_catalog`
    const struct config *config;
    struct gate *gate;  // NULL on the command line
    struct str args;    // a JSON object, or empty
    struct buf *answer; // JSON, without a newline at its end
};

typedef enum status verb_f(struct verb_call *c, struct why *why);
// A verb of insight: it needs the store and the book only.
typedef enum status verb_insight_f(struct store *s, const struct catalog *c, struct str args,
                                   struct buf *answer, struct why *why);

struct verb {
    const char *name; // "keys/create": POST /api/v1/keys/create
    verb_f *run;      // one of these two
    verb_insight_f *insight;
    bool safe; // changes nothing: GET is taken too; not the format of a store, either
    bool slow; // it goes through the ledger, as all of insight's do
    bool needs_catalog;
    bool makes_store;   // there need be none yet
    bool without_store; // ... nor then: its call has none (NULL), where no gateway has run
    bool storeless;     // asks none: it is not opened, and its call has none (NULL)
    bool copies;        // copies it, and changes nothing: one of an older version, too
    bool needs_gate;    // makes sense inside a running gateway only
};

// Appends the answer to c->answer. Else a status of the verb, with a sentence for whoever asked:
// SYNTAX, UNKNOWN, RANGE, LIMIT for what is wrong with the arguments.
enum status verb_run(const struct verb *v, struct verb_call *c, struct why *why) MUST_USE;
const struct verb *verb_find(struct str name); // NULL if there is none
const struct verb *verb_at(size_t i);          // NULL after the last

#endif
