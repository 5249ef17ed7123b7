// SPDX-License-Identifier: Apache-2.0
//
// openai_writer - events as OpenAI's clients read them: chat completions, completions, embeddings;
// in chunks as they come, or gathered into one object that is written with END.

#ifndef TRANSLATE_OPENAI_WRITER_H
#define TRANSLATE_OPENAI_WRITER_H

#include "base/buf.h"
#include "translate/event.h"
#include "translate/setup.h"

struct openai_writer {
    const struct translate_setup *setup;
    struct buf head;  // of a stream what each chunk begins with, else the model
    struct buf texts; // of a whole answer, without quotes
    struct buf thoughts;
    struct buf logprobs; // elements of the list
    struct buf items;    // calls, or vectors: elements of a list
    struct buf scratch;
    unsigned item_count;
    int64_t text_offset; // completions: characters before the next token
    bool failed;         // a vector that is none
};

void openai_writer_init(struct openai_writer *w, const struct translate_setup *setup,
                        const struct alloc *alloc);
void openai_writer_fini(struct openai_writer *w);
// Appends what the client gets for the event.
void openai_write(struct openai_writer *w, const struct event *e, struct buf *out);
// A fault as an error object, {"error":{...}}.
void openai_write_fault(const struct translate_setup *setup, const struct event *e,
                        struct buf *out);
bool openai_writer_failed(const struct openai_writer *w); // also for lack of memory

#endif
