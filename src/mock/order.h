// SPDX-License-Identifier: Apache-2.0
//
// order - one request as the mock understands it, and the whole of what will be answered: the text,
// the finish, the usage. Nothing in it depends on the clock or on the network, so the same seed and
// request give the same order (but for what a cache remembers).

#ifndef MOCK_ORDER_H
#define MOCK_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/random.h"
#include "mock/cache.h"
#include "mock/trouble.h"
#include "net/http.h"

// The endpoints: X(ENUM, name in the log).
#define WISH_MAP(X)                         \
    X(NONE, "none")                         \
    X(CHAT, "chat")                         \
    X(COMPLETIONS, "completions")           \
    X(EMBEDDINGS, "embeddings")             \
    X(RESPONSES, "responses")               \
    X(RESPONSES_COUNT, "responses_count")   \
    X(MODELS, "models")                     \
    X(MODEL, "model")                       \
    X(MESSAGES, "messages")                 \
    X(MESSAGES_COUNT, "messages_count")     \
    X(GENERATE, "generate")                 \
    X(GENERATE_STREAM, "generate_stream")   \
    X(GEMINI_COUNT, "gemini_count")         \
    X(GEMINI_EMBED, "gemini_embed")         \
    X(GEMINI_BATCH, "gemini_batch")         \
    X(GEMINI_MODELS, "gemini_models")       \
    X(GEMINI_MODEL, "gemini_model")         \
    X(OLLAMA_CHAT, "ollama_chat")           \
    X(OLLAMA_GENERATE, "ollama_generate")   \
    X(OLLAMA_EMBED, "ollama_embed")         \
    X(OLLAMA_EMBED_ONE, "ollama_embed_one") \
    X(OLLAMA_SHOW, "ollama_show")           \
    X(OLLAMA_TAGS, "ollama_tags")           \
    X(OLLAMA_PS, "ollama_ps")               \
    X(OLLAMA_VERSION, "ollama_version")     \
    X(OLLAMA_ROOT, "ollama_root")           \
    X(HEALTH, "health")

enum wish {
#define X(id, name) WISH_##id,
    WISH_MAP(X)
#undef X
};

enum family { FAMILY_OPENAI, FAMILY_ANTHROPIC, FAMILY_GEMINI, FAMILY_OLLAMA };

#define OLLAMA_CONTEXT         4096  // tokens, where num_ctx is not said
#define OLLAMA_CONTEXT_TRAINED 32768 // a larger num_ctx is cut to it
#define OLLAMA_CONTEXT_EMBED   512   // the same of a model of embeddings

enum finish { FINISH_STOP, FINISH_LENGTH, FINISH_TOOL };

// What is billed. The four inputs are disjoint; output holds reasoning.
struct billed {
    int64_t input;
    int64_t cache_read;
    int64_t cache_write;
    int64_t cache_write_1h;
    int64_t output;
    int64_t reasoning;
};

struct order {
    enum wish wish;
    enum family family;
    struct trouble trouble;
    struct str name;     // model as asked: "mock/hang", "gpt-4o+once+503"
    struct str model;    // without mock/ and +faults
    struct str answered; // as the answer names it
    struct str user;     // who asks, as far as the body says: for the log
    struct str body;     // borrowed from the exchange
    struct json *json;
    const struct json_val *root;
    bool stream;
    bool include_usage;
    bool logprobs;     // how sure each token is shall be told
    bool event_stream; // Gemini: alt=sse
    bool thinks;       // Anthropic: a thinking block was asked for
    int64_t n;         // choices
    int64_t most;      // tokens; 0 = not said
    uint64_t hash;     // of seed and body
    bool only_loads;   // Ollama: no prompt, nothing is answered
    int64_t context;   // Ollama: num_ctx
    int64_t keep_us;   // Ollama: how long the model then stays loaded
    int64_t load_ns;   // Ollama: that it took to load, and each token
    int64_t token_ns;
    int refused;       // the status of what order_read refuses
    const char *allow; // Ollama: the method that its path takes, where WISH_NONE is for another's
    struct str tool;   // the function that is called instead of an answer; empty if none
    struct buf text;   // the answer's text, or the tool's arguments
    int64_t tokens;    // of text
    enum finish finish;
    struct billed billed; // of the whole answer
    char id[24];          // hex of the hash, NUL-terminated
    char model_text[300];
    char answered_text[320];
};

struct order_source {
    const struct head *head;
    struct str body;
    uint64_t seed;
    struct cache *cache;
};

// Which endpoint a method and path are; the path may begin with "/+faults". Fills wish, family,
// name (of the path), event_stream and trouble. Everything else is zeroed.
void order_route(struct order *o, const struct head *head);
// Reads the body and plans the answer. False: `why` says what is wrong with it, with status
// `refused`.
bool order_read(struct order *o, const struct order_source *source, struct why *why) MUST_USE;
void order_fini(struct order *o);
const char *wish_name(enum wish w);
// Seconds since 1970 that stand in the answer: made of the hash, so that answers stay the same.
int64_t order_created(const struct order *o);
// Minus the logarithm of each token's probability, in thousandths.
int64_t order_logprob(const struct order *o);
// Ollama's options (order_ollama.c). False: as order_read.
bool order_read_ollama(struct order *o, struct why *why) MUST_USE;
// Cuts its input to its context, silently or not: false then; and its answer, unless it may shift.
bool order_fit_ollama(struct order *o, struct why *why) MUST_USE;
// Answers that are no good (order_flaw.c): a text in the place of any other, if one is asked for;
// JSON that was asked for; where it ends.
bool order_flaw_text(struct order *o);
void order_flaw_json(struct order *o);
void order_flaw_end(struct order *o);
// Leaves the first tokens of the answer; it then ends at a limit, if that was not all.
void order_cut(struct order *o, int64_t most);
// Tokens that the asked model can take: those named after embeddings take fewer.
int64_t order_trained(const struct order *o);

#endif
