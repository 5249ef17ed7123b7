// SPDX-License-Identifier: Apache-2.0
//
// loaded - which models an Ollama has in memory. The first call of one loads it, and so does each
// other size of its context; left alone it is unloaded when its time is over.

#ifndef MOCK_LOADED_H
#define MOCK_LOADED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

#define LOADED_MODELS_MAX 8
#define LOADED_FOR_EVER   INT64_MAX

struct loaded {
    struct loaded_model {
        char name[256]; // as Ollama shows it, with its tag; empty: a free place
        int64_t context;
        int64_t until_us; // of the monotonic clock
    } at[LOADED_MODELS_MAX];
};

// A call of that model at `now_us`: true when it has to be loaded for it. It stays for `keep_us`
// more; with 0 it is unloaded.
bool loaded_use(struct loaded *l, struct str name, int64_t context, int64_t keep_us,
                int64_t now_us);
// Nothing holds it any more: its process died, or it could not be loaded.
void loaded_drop(struct loaded *l, struct str name);
// The answer to /api/ps.
void loaded_write(const struct loaded *l, int64_t now_us, struct buf *out);
// The name with the tag that is meant where none is said, NUL-terminated.
void loaded_name(struct str name, char out[256]);

#endif
