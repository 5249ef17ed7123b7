// SPDX-License-Identifier: Apache-2.0
//
// reader - one HTTP/1 message through llhttp in strict mode, on top of what llhttp lets pass:
// folded lines, doubtful transfer codings, a missing Host. The head is copied into one block: text
// grows from its front, the table of fields stands behind it once the head is whole.
//
//   reader_start --> reader_head ... HEAD --> [reader_chunks ... END, when chunked] --> reader_drop

#ifndef NET_READER_H
#define NET_READER_H

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/http.h"
#include "net/loop.h"

enum reader_state {
    READER_MORE,   // all was taken, more is needed
    READER_DONE,   // the head, or the chunked body, is complete
    READER_PAUSED, // the sink asked for a pause
    READER_BAD,    // no HTTP
    READER_LARGE,  // over HEAD_BYTES_MAX or HEAD_FIELDS_MAX
    READER_MEMORY,
};

struct reader_span {
    uint32_t start;
    uint32_t len;
};

struct reader {
    llhttp_t parser;
    struct loop *loop;
    struct head head;
    char *block;
    size_t block_size;
    struct reader_span *spans; // name, value, name, value; inside a block of their own until done
    size_t spans_size;
    uint32_t text_len;
    uint32_t taken;    // bytes of the head so far
    uint32_t overhead; // bytes of chunk framing, extensions and trailers allowed yet
    uint8_t fields;
    uint8_t part; // what the last span belonged to
    bool failed_memory;
    bool failed_large;
    bool in_body;
    bool ended;        // the chunked body is over
    bool versioned;    // the protocol's name was looked at
    const char *input; // of this reader_head
    const char *fault; // READER_BAD: what is wrong, for a person; lives for ever
    char tail[5];      // the last bytes of the input before
    void *sink_owner;
    bool (*sink)(void *owner, struct str bytes); // false = pause
    struct reader_span method;
    struct reader_span target;
};

void reader_init(struct reader *r, struct loop *l);
// Begins a message: a request, or an answer.
void reader_start(struct reader *r, bool request);
// Takes bytes of a head; `used` says how many (on DONE the body begins behind them).
enum reader_state reader_head(struct reader *r, struct str bytes, size_t *used);
// Takes bytes of a chunked body and hands what is inside to the sink.
enum reader_state reader_chunks(struct reader *r, struct str bytes, size_t *used);
bool reader_begun(const struct reader *r); // a byte of a head has come
void reader_drop(struct reader *r);        // the head's memory goes back; harmless twice

#endif
