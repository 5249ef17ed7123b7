// SPDX-License-Identifier: Apache-2.0
//
// fit - how large a context an Ollama is asked for, and how long an answer at most: by itself it
// cuts what is too long without a word, and lets a model that repeats itself go on for ever.

#ifndef REQUEST_FIT_H
#define REQUEST_FIT_H

#include "request/req.h"

struct fit {
    int64_t context;    // num_ctx, tokens; 0 = as the caller has it (no Ollama)
    int64_t output_max; // num_predict, tokens; 0 = as the caller has it
};

// For the attempt's provider and model; both 0 where that is no Ollama, or the call gives no text.
// The attempt keeps the context.
struct fit fit(struct req *r);
// What was too long for the context given may fit into this one; 0 when there is no larger.
int64_t fit_larger(const struct req *r);
// The attempt is sent with the context that was asked for.
void fit_sent(struct req *r);
// The head of its answer has come.
void fit_heard(const struct req *r);
// The attempt has ended: a model that answered keeps its context. One that could not run with it is
// not asked for it again for that reason; nor after a prompt that it was too small for.
void fit_ended(struct req *r);
// It is at that Ollama no more, however that came.
void fit_gone(struct req *r);

#endif
