// SPDX-License-Identifier: Apache-2.0
//
// meter - reads an answer as it passes: what it used, which model answered, whether it is complete.
// It also decides which bytes go on to the client: all of them, but for a usage chunk we asked for.
//
//   piece --> meter_feed --> pass(bytes) ...           as whole events, in order
//                        '-> held: from the terminal event on, until meter_release
//
// The terminal event ([DONE], message_stop, response.completed) is held back, so that the call can be
// settled before the client sees its end.

#ifndef WIRE_METER_H
#define WIRE_METER_H

#include "base/alloc.h"
#include "base/buf.h"
#include "base/scan.h"
#include "core/usage.h"
#include "wire/dialect.h"
#include "wire/sse.h"

enum meter_kind { METER_JSON, METER_SSE, METER_OTHER /* passed on unread, counted in bytes */ };

struct meter_setup {
    enum endpoint endpoint;
    enum meter_kind kind;  // by the answer's content type
    unsigned vendor_flags; // wire/vendor.h
    bool drop_usage_chunk; // we asked for usage, the client did not
    bool error;            // status >= 400: no usage expected, `error_code` is looked for
};

struct meter {
    struct meter_setup setup;
    const struct alloc *alloc;
    struct sse sse;
    struct scan scan;
    struct buf held;    // terminal event and after
    struct usage usage; // disjoint; valid when has_usage
    bool has_usage;
    bool finished;       // a finish reason was seen
    bool terminal;       // the terminal event was seen
    bool stream_error;   // an error event came in the stream
    bool garbage;        // not what the content type promised
    char model[256];     // that answered, NUL-terminated; empty if not named
    char id[128];        // the answer's own id
    char error_code[64]; // of an error body or event
    char finish[32];     // last finish reason
    int64_t events;      // delta events with content
    int64_t text_bytes;  // of output text in them (streams), or of the whole body
    int64_t body_bytes;
    // state of the dialects' readers
    int64_t anthropic_input[6];
    bool anthropic_started;
};

typedef void meter_pass_f(void *context, struct str bytes);

void meter_init(struct meter *m, const struct meter_setup *setup, const struct alloc *alloc);
void meter_fini(struct meter *m);
// Reads a piece; gives what may go on to `pass` (slices valid during the call only).
void meter_feed(struct meter *m, struct str piece, meter_pass_f *pass, void *context);
// The body has ended (`clean`: by its framing, not by a cut). Afterwards usage, model and the marks
// are final. An event that was cut in the middle is not passed on.
void meter_end(struct meter *m, bool clean);
// True when the answer is complete: terminal event, or finish reason before a clean end, or a whole
// JSON body.
bool meter_complete(const struct meter *m);
// Gives what was held back.
void meter_release(struct meter *m, meter_pass_f *pass, void *context);
// Fills m->usage where the answer carried none: input from `input_bytes` / 4, output from text / 4 but
// at least one token a delta event; sure = ESTIMATED.
void meter_estimate(struct meter *m, int64_t input_bytes);
// Reads the usage out of a whole JSON answer (the library's and the tests' short way).
bool meter_read_json(enum endpoint e, unsigned vendor_flags, struct str body,
                     const struct alloc *alloc, struct meter *out) MUST_USE;

#endif
