// SPDX-License-Identifier: Apache-2.0
//
// trouble - the faults of a provider, by name. A request asks for one in its model's name
// ("mock/hang", "gpt-4o+reset=mid+once"), in the header x-mock-fault ("reset=mid+once") or in front
// of the path ("/+no-done/v1/chat/completions": a whole provider that misbehaves). They add up.
//
// To add one: a row in TROUBLE_MAP; what it changes in the answer (order.c, order_flaw.c, a voice)
// or in how that is given (play.c, play_stream.c); a row in doc/mock.md.

#ifndef MOCK_TROUBLE_H
#define MOCK_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

// X(ENUM, name, default argument, what happens)
#define TROUBLE_MAP(X)                                                                            \
    X(HANG, "hang", 0, "never answers; =head: only the head, =mid: stops in the middle")          \
    X(LATE, "late", 2000, "the first byte comes N ms later")                                      \
    X(SLOW, "slow", 100, "N ms between two tokens")                                               \
    X(RESET, "reset", 0, "resets the connection; =head: after the head, =mid: in the middle")     \
    X(CUT, "cut", 0, "closes the connection in the middle of the answer")                         \
    X(TRUNCATED, "truncated", 0, "the answer ends inside an event, or before its length")         \
    X(NO_USAGE, "no-usage", 0, "says nothing of its usage")                                       \
    X(NO_DONE, "no-done", 0, "a stream ends without its last event ([DONE], message_stop)")       \
    X(STATUS, "status", 500, "answers with the status N; the number alone does too (503)")        \
    X(RATE, "rate", 1, "429 rate limit, Retry-After N seconds")                                   \
    X(QUOTA, "quota", 0, "429 quota used up, not to be retried")                                  \
    X(HTML, "html", 502, "a page of HTML with the status N")                                      \
    X(GARBAGE, "garbage", 0, "bytes that are no HTTP")                                            \
    X(NOT_JSON, "not-json", 0, "200 and a body that is no JSON")                                  \
    X(WRONG_USAGE, "wrong-usage", 3, "bills and reports N times what was used")                   \
    X(IGNORE_MAX, "ignore-max", 0, "goes on past the most tokens asked for, three times as long") \
    X(BILLS_ON, "bills-on", 0, "bills the whole answer although the client left")                 \
    X(ERROR_EVENT, "error-event", 0, "an error event in the middle of the stream")                \
    X(BIG, "big", 8, "an answer of N MiB")                                                        \
    X(HUGE_EVENT, "huge-event", 2048, "one event of N KiB")                                       \
    X(MIXED, "mixed", 0, "a stream with a BOM, comments, CR, LF and CRLF, data: without a space") \
    X(ECHO, "echo", 0, "the answer's text is the request as it came, head and body")              \
    X(EARLY, "early", 401, "answers with status N before it has read the body")                   \
    X(QUEUE_FULL, "queue-full", 0, "Ollama: 503, its queue is full; no Retry-After")              \
    X(QUEUED, "queued", 1000, "Ollama: waits N ms for its turn, told in total_duration alone")    \
    X(RUNNER_DIES, "runner-dies", 0, "Ollama: an error line in the middle of a stream; else 500") \
    X(LOAD_FAILS, "load-fails", 0, "Ollama: 500, the file of the model is damaged")               \
    X(DATED, "dated", 0, "the answer names the model with a date: NAME-2026-01-01")               \
    X(TOKENS, "tokens", 64, "the answer is N tokens long")                                        \
    X(REFUSES, "refuses", 0, "says that it cannot help")                                          \
    X(SILENT, "silent", 0, "answers without a word")                                              \
    X(REPEATS, "repeats", 0, "says the same words again and again")                               \
    X(LENGTH, "length", 0, "the answer ends in its middle, at a limit of its length")             \
    X(WRONG_SUM, "wrong-sum", 0, "calculates, and wrongly")                                       \
    X(UNFIT, "unfit", 0, "JSON or a tool's arguments that do not fit the schema asked for")       \
    X(BROKEN_JSON, "broken-json", 0, "the JSON asked for ends in its middle")                     \
    X(LOGPROB, "logprob", 250, "tokens are told with a logarithm of -N/1000, where asked for")    \
    X(TIMES, "times", 1, "the faults beside it only strike the first N times this body comes")    \
    X(ONCE, "once", 1, "the same as times=1")

enum trouble_kind {
#define X(id, name, argument, words) TROUBLE_##id,
    TROUBLE_MAP(X)
#undef X
        TROUBLE_COUNT
};

enum place { PLACE_BEFORE, PLACE_HEAD, PLACE_MID };

// Peculiarities of vendors that speak OpenAI's dialect, as "as=NAME".
#define ODD_MAP(X)              \
    X(NONE, "openai")           \
    X(DEEPSEEK, "deepseek")     \
    X(MISTRAL, "mistral")       \
    X(GROQ, "groq")             \
    X(TOGETHER, "together")     \
    X(OPENROUTER, "openrouter") \
    X(XAI, "xai")               \
    X(PERPLEXITY, "perplexity") \
    X(MOONSHOT, "moonshot")     \
    X(VLLM, "vllm")             \
    X(LLAMACPP, "llamacpp")     \
    X(AZURE, "azure")           \
    X(STRICT, "strict")

enum odd {
#define X(id, name) ODD_##id,
    ODD_MAP(X)
#undef X
};

struct trouble {
    bool on[TROUBLE_COUNT];
    int64_t argument[TROUBLE_COUNT];
    enum place hang_place;
    enum place reset_place;
    enum odd odd;
    struct str unknown; // the first part that is none of the above; borrowed
};

// Adds what `text` names, separated by '+' or ','. An empty part is skipped; a name or an argument
// that is none (a status is 200 to 599) goes into `unknown`.
void trouble_add(struct trouble *t, struct str text);
// True when a model's name is meant as a fault, whether there is one or not: one of those above,
// NAME=ARG, or a number.
bool trouble_is(struct str name);
// The status of an answer with these faults, none of which is unknown: 200 to 599.
int trouble_status(const struct trouble *t);
// Forgets everything that makes an answer fail or differ: what `times` does once it is used up.
void trouble_calm(struct trouble *t);
// Adds a sentence that names what is unknown, and all names there are.
void trouble_explain(const struct trouble *t, struct buf *out);
// Names and what they do, one a line, for help and manual. NULL at the end.
const char *trouble_name(unsigned i);
const char *trouble_words(unsigned i);
const char *trouble_vendor(unsigned i); // what "as=" takes

#endif
