// SPDX-License-Identifier: Apache-2.0
//
// meter - reads an answer as it passes: what it used, which model answered, whether it is complete.
// It also decides which bytes go on to the client: all of them, but for a usage chunk we asked for.
//
//   piece --> meter_feed --> pass(bytes) ...           as whole events, in order
//                        '-> held: from the terminal event on, until meter_release
//
// The terminal event ([DONE], message_stop, response.completed, Ollama's line with done:true) is
// held back, so that the call can be settled before the client sees its end; of a JSON answer it is
// the last byte. An event too long to be kept goes on as it comes; then it is the line end and the
// blank line behind it.

#ifndef METER_METER_H
#define METER_METER_H

#include "base/alloc.h"
#include "base/buf.h"
#include "core/usage.h"
#include "meter/lines.h"
#include "meter/sse.h"
#include "meter/words.h"
#include "wire/dialect.h"

enum meter_kind {
    METER_JSON,
    METER_SSE,
    METER_LINES, // a JSON text a line: Ollama's streams
    METER_OTHER, // passed on unread, counted in bytes
};
static inline bool meter_kind_streams(enum meter_kind k)
{
    return k == METER_SSE || k == METER_LINES;
}

struct meter_setup {
    enum endpoint endpoint;
    enum meter_kind kind;  // by the answer's content type
    unsigned vendor_flags; // wire/vendor.h
    bool background;       // it is made to its end whoever listens; a first answer says no usage
    bool searches;         // a chat with web_search_options, of whose searches nothing is counted
    bool cache_hour;       // asked; where the answer does not split what it wrote to the cache
    bool media;            // images, audio or files went in
    bool drop_usage_chunk; // we asked for usage, the client did not
    int64_t output_max;    // most tokens that the caller asked for, all choices; 0 = not said
    int64_t repeats;       // tokens of its prompt at most that the answer begins with once more
    bool least;            // of a stream: the least that its texts can be is counted (meter_least)
    bool holds_long;       // an event or element is a long one above VERIFIED_BYTES_MAX only
    bool error;            // status >= 400: no usage expected, `error_code` is looked for
};

struct sift;

// One of the requests that a provider made behind an answer, where it lists them.
struct meter_share {
    char model[160];    // empty: the model that answered,
    bool declined;      // or if so the one that was asked, after which another answered
    int64_t unsplit;    // of what it wrote to the cache, what only the outer counters split
    struct usage usage; // its counts and its prompt
};

// A usage's counters, in places of each vendor's own. Each has the last value that was told, but no
// zero after another; -1 = never told.
#define METER_PARTS 14
struct meter_parts {
    int64_t at[METER_PARTS];
};
#define METER_NO_PARTS                                             \
    {                                                              \
        {                                                          \
            -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 \
        }                                                          \
    }
// Where a local server's time went, as it tells. 0 = not told (Ollama tells no `output` of a single
// token, llama.cpp only `input` and `output`).
struct meter_times {
    int64_t total_ns, load_ns, input_ns, output_ns;
};

#define METER_SHARES_MAX 16
struct meter_shares {
    struct meter_parts outer; // their sum, of those that the outer counters may hold
    struct meter_parts apart; // and of those that they never hold
    unsigned count;
    struct meter_share at[METER_SHARES_MAX];
};

struct meter {
    struct meter_setup setup;
    const struct alloc *alloc;
    union {
        struct lines lines; // of METER_LINES
        struct buf element; // of METER_JSON, setup.least: what has come of an array's, as it is
        struct sse sse;     // of all others
    };
    struct sift *sift;        // of METER_JSON, and of a long event
    struct buf held;          // terminal event and after, or of an array's element until its end
    struct usage usage;       // disjoint; final when has_usage
    bool has_usage;           // the provider's last count has come
    bool partial;             // a count has come, perhaps of the input alone: `usage` holds it
    bool counted;             // one of an answer's end; no total tells what it leaves out:
    bool input_untold;        // what went in,
    bool output_untold;       // what came out, where texts or media that came are not 0 tokens
    bool media;               // and came out
    bool remote;              // a local server says that another made it (Ollama's cloud)
    bool finished;            // every choice had its finish reason
    bool begun;               // and is not ended by this answer: in the background
    bool terminal;            // the terminal event was seen
    bool clean;               // meter_end said so
    bool whole;               // a JSON answer has ended
    bool stream_error;        // an error came in the stream, or in a body that promised success
    bool failing;             // an error has begun, or was named: what passes may quote anything
    bool spoken;              // of a stream: more than comments has come; of an array: an element
    bool garbage;             // not what the content type promised
    bool inside;              // what was passed on ends inside of an event
    bool sifted;              // what is read is what a sift kept
    unsigned char last;       // what was done with the last event
    unsigned char text_state; // where in a JSON array
    unsigned char bom;        // bytes of a BOM before a JSON text
    bool in_element;
    bool behind_element;   // no comma came yet
    uint64_t choices_seen; // by index; those over 63 share the last bit
    uint64_t choices_finished;
    int64_t total;      // of both sides, where it is all that a usage says; else 0
    int64_t events;     // delta events with content, or texts of a whole answer
    int64_t text_bytes; // of the texts that the model made, or of a body that is not read
    int64_t told_bytes; // of these, what had come as usage was told last,
    int64_t cost_bytes; // and as a charge was
    int64_t told_input; // the most that one told of either side
    int64_t told_output;
    int64_t body_bytes;
    struct words words; // setup.least: of the texts that are surely the model's own
    struct meter_times times;
    struct meter_parts parts;
    struct meter_shares *shares; // NULL: none is listed. `usage` holds them too
    int64_t web_searches;        // items counted (Responses)
    int64_t file_searches;
    char model[160];     // that answered, NUL-terminated; empty if not named
    char id[80];         // the answer's own id
    char error_code[64]; // of an error body or event
    char finish[32];     // last finish reason
};

typedef void meter_pass_f(void *context, struct str bytes);

// Allocates nothing but for METER_JSON, and there little.
void meter_init(struct meter *m, const struct meter_setup *setup, const struct alloc *alloc);
void meter_fini(struct meter *m);
// The tier that the answer's head names (Gemini); empty if none. A word that is not known is
// SERVICE_OTHER, and what the body says wins.
void meter_tier(struct meter *m, struct str word);
// Reads a piece; gives what may go on to `pass` (slices valid during the call only). Events that
// lie one after the other in the piece go on as one slice. So do an array's elements, each whole
// unless it is a long one.
void meter_feed(struct meter *m, struct str piece, meter_pass_f *pass, void *context);
// The body has ended (`clean`: by its framing, not by a cut). Afterwards usage, model and the marks
// are final. Of an event that was cut in the middle nothing is passed on, unless it was a long one.
void meter_end(struct meter *m, bool clean);
// True when the answer is complete: terminal event, or finish reason before a clean end, or a whole
// JSON body.
bool meter_complete(const struct meter *m);
// True when what came tells what was made: a provider's own count, a complete answer that says
// anything of its output, an error in its place, or a stream in which output has begun. Of a single
// JSON text that broke off, or of what could not be read, nobody knows. After meter_end, or when no
// more is fed.
bool meter_tells(const struct meter *m);
// Of a stream that is one JSON array: what is to stand before one more element of our own, so that
// what has passed on is JSON with that and a `]`: a comma or nothing. NULL where it cannot be:
// inside of a long element, or it is no such stream.
const char *meter_array_next(const struct meter *m);
// Gives what was held back.
void meter_release(struct meter *m, meter_pass_f *pass, void *context);
// So many tokens a stream has made at least, beside what it repeats, whatever its provider tells; 0
// without `setup.least`.
// Counted are texts that are output tokens one by one: no summary of a thought (Claude, Gemini,
// OpenAI), no quotation, no long event, nothing that is told twice.
int64_t meter_least(const struct meter *m);
// A local server's time in microseconds; 0 = not told. What is left of its total is at most the
// waiting in its queue: it may also be work that it does not tell of (sampling by a schema). Where
// all that it tells is the total (embeddings), it worked all the time.
struct meter_spent {
    int64_t busy_us; // it worked: loading, reading and writing
    int64_t load_us; // of that
    int64_t queue_us;
};
struct meter_spent meter_spent(const struct meter *m);
// The i-th of the requests listed; NULL after the last.
const struct meter_share *meter_share_at(const struct meter *m, unsigned i);
// Fills m->usage where no final count of both sides came: input from `input_bytes` / 4 unless a
// count told it, output from text / 4 but at least one token a delta event or text, beside what was
// told of reasoning alone, and no more than was asked, unless a count told more, or the texts are
// so long that the provider cannot have kept to it; of a total that was told alone the rest is
// input. sure = ESTIMATED, and uncounted where media are of an estimated
// side.
void meter_estimate(struct meter *m, int64_t input_bytes);
// Reads the usage out of a whole JSON answer (the library's and the tests' short way). False when
// it has none. `out` is to be ended with meter_fini.
bool meter_read_json(enum endpoint e, unsigned vendor_flags, struct str body,
                     const struct alloc *alloc, struct meter *out) MUST_USE;

#endif
