// SPDX-License-Identifier: Apache-2.0
//
// costlens.h - the exact cost of a language-model call, in your own C program.
//
// The library answers five questions without a network or a thread:
//
//   what does this model cost?       costlens_book_open, costlens_find
//   what can this call cost at most? costlens_bound
//   what did this answer use?        costlens_reader_open ... costlens_reader_usage
//   what did that cost, exactly?     costlens_price
//   may it be made at all?           costlens_reserve ... costlens_settle, below
//
//   struct costlens_book *book;
//   struct costlens_reader *reader;
//   costlens_book_open(NULL, NULL, 0, &book, NULL, 0);
//   costlens_reader_open(NULL, COSTLENS_CHAT, "openai", 0, &reader);
//   costlens_reader_feed(reader, body, body_len);       // as often as pieces come
//   costlens_reader_end(reader, 1);
//   costlens_reader_usage(reader, &usage);
//   costlens_price(book, "openai", costlens_reader_model(reader), &usage, now_us, &cost);
//   costlens_usd(cost.picodollars, text, sizeof text);   // "0.000123000000"
//   costlens_explain(&cost, text, sizeof text);          // a line a bucket
//
// Rules that hold for every function here. Memory comes only from the allocator given at open
// (NULL: the C library's). Lack of it is an answer (COSTLENS_NO_MEMORY), never the end of the
// process. Nothing is logged; no signal, environment variable or locale is touched, and no file but
// a time zone's (costlens_budgets_zone). A book may be read by many threads at once; a reader
// belongs to one. A pointer that is returned lives as long as the object it came from, unless its
// comment says otherwise. Output parameters are written on success only, but for the pointer to
// what is opened or reserved: without success it is NULL, which may be closed like any other.
//
// The library is static. Link with what `pkg-config --libs costlens` says, in that order:
// -lcostlens -lcrypto -ldeflate -lpthread -lm
//
// Which model to ask, small or large, is answered by costlens_route.h.
//
// The version of this interface is COSTLENS_API; functions and enum values are only ever added.

#ifndef COSTLENS_H
#define COSTLENS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#    define COSTLENS_PUBLIC __attribute__((visibility("default")))
#else
#    define COSTLENS_PUBLIC
#endif

#define COSTLENS_API 1

enum costlens_status {
    COSTLENS_OK = 0,
    COSTLENS_NO_MEMORY = 1,
    COSTLENS_SYNTAX = 2,   // malformed text; the message says where
    COSTLENS_UNKNOWN = 3,  // no such vendor, model or endpoint
    COSTLENS_NO_USAGE = 4, // the answer carried no usage
    COSTLENS_RANGE = 5,    // a number is out of range
    COSTLENS_REFUSED = 6,  // a budget has no room for it
    COSTLENS_CONFLICT = 7, // it is there already, or has ended before
    COSTLENS_IO = 8,       // a callback of the caller failed, or a file cannot be read
    COSTLENS_DAMAGED = 9   // a journal or model that was written otherwise; the message says where
};

// A sentence in English. Never NULL.
COSTLENS_PUBLIC const char *costlens_status_text(enum costlens_status s);
// "0.1.0".
COSTLENS_PUBLIC const char *costlens_version(void);

// Where memory comes from: as realloc, but size 0 frees and returns NULL.
struct costlens_alloc {
    void *(*resize)(void *context, void *old, size_t size);
    void *context;
};

// --- the price book ---

struct costlens_book;

// Opens the compiled-in book, and over it `extra` (extra_len bytes in the format of doc/prices.md,
// or NULL): its prices win, name by name. `extra` must live as long as the book. `alloc` is
// copied; NULL is the heap. `message` (may be NULL) gets a sentence with the line on
// COSTLENS_SYNTAX.
COSTLENS_PUBLIC enum costlens_status costlens_book_open(const struct costlens_alloc *alloc,
                                                        const char *extra, size_t extra_len,
                                                        struct costlens_book **out, char *message,
                                                        size_t message_size);
COSTLENS_PUBLIC void costlens_book_close(struct costlens_book *book); // NULL is fine
// Twelve hex digits that name the book's content.
COSTLENS_PUBLIC const char *costlens_book_version(const struct costlens_book *book);

// What the book says of a model, without its prices.
struct costlens_model {
    char vendor[64];
    char model[256];           // the list's own name: an alias asked for is resolved
    int64_t context_tokens;    // 0: not known
    int64_t output_tokens_max; // 0: not known
};

// Finds a model by its vendor ("openai", "anthropic", "google", ...) and name: exact, else an
// alias, else an anchored pattern of the list. COSTLENS_UNKNOWN when the list does not name it.
COSTLENS_PUBLIC enum costlens_status costlens_find(const struct costlens_book *book,
                                                   const char *vendor, const char *model,
                                                   struct costlens_model *out);

// --- usage ---

// Disjoint: no token is in two buckets. Values are fixed for ever.
enum costlens_bucket {
    COSTLENS_INPUT = 0,          // uncached input tokens
    COSTLENS_CACHE_READ = 1,     // input tokens read from a cache
    COSTLENS_CACHE_WRITE = 2,    // written to a cache of five minutes, or of unnamed life
    COSTLENS_CACHE_WRITE_1H = 3, // written to a one-hour cache
    COSTLENS_AUDIO_INPUT = 4,
    COSTLENS_AUDIO_CACHE_READ = 5,
    COSTLENS_IMAGE_INPUT = 6,
    COSTLENS_OUTPUT = 7, // reasoning included
    COSTLENS_AUDIO_OUTPUT = 8,
    COSTLENS_IMAGE_OUTPUT = 9,
    COSTLENS_WEB_SEARCHES = 10, // calls, not tokens, from here on
    COSTLENS_FILE_SEARCHES = 11,
    COSTLENS_CALLS = 12,
    COSTLENS_SEARCH_UNITS = 13,
    COSTLENS_IMAGES = 14,
    COSTLENS_SECONDS = 15,
    COSTLENS_BUSY = 16 // microseconds that a machine of one's own worked, without its queue
};
#define COSTLENS_BUCKETS 17

// "input", "cache_read", ... NULL beyond the last.
COSTLENS_PUBLIC const char *costlens_bucket_name(enum costlens_bucket b);

// The tier that answered.
enum costlens_service {
    COSTLENS_STANDARD = 0,
    COSTLENS_BATCH = 1,
    COSTLENS_FLEX = 2,
    COSTLENS_PRIORITY = 3,
    COSTLENS_FAST = 4,
    COSTLENS_OTHER_SERVICE = 5 // one whose name is not known: unpriced
};

struct costlens_usage {
    int64_t count[COSTLENS_BUCKETS];
    int64_t reasoning; // of COSTLENS_OUTPUT; for information
    int64_t prompt;    // input of one request, the longest where there were several: for prices
                       // that depend on its length
    enum costlens_service service;
    int us_region;    // 1: processed in a region with a surcharge
    int estimated;    // 1: from bytes and events, not counted by the provider
    int uncounted;    // 1: images, audio or files were in it that no count holds: unpriced. An
                      // estimate knows of those that came; of those that were sent, the caller
    int has_reported; // 1: the provider named its own charge, and it wins
    int64_t reported_picodollars;
};

// --- reading an answer ---

enum costlens_endpoint {
    COSTLENS_CHAT = 0,            // OpenAI chat completions, and all that are compatible
    COSTLENS_COMPLETIONS = 1,     // OpenAI completions
    COSTLENS_EMBEDDINGS = 2,      // OpenAI embeddings
    COSTLENS_RESPONSES = 3,       // OpenAI responses
    COSTLENS_MESSAGES = 4,        // Anthropic messages
    COSTLENS_GENERATE = 5,        // Gemini generateContent
    COSTLENS_GENERATE_STREAM = 6, // Gemini streamGenerateContent?alt=sse
    COSTLENS_GEMINI_EMBED = 7,
    COSTLENS_OLLAMA_CHAT = 8,     // Ollama /api/chat; its streams are JSON lines
    COSTLENS_OLLAMA_GENERATE = 9, // Ollama /api/generate
    COSTLENS_OLLAMA_EMBED = 10    // Ollama /api/embed
};

struct costlens_reader;

// `vendor` decides about peculiarities (whether reasoning is inside the output count, ...); NULL
// or an unknown one: the plain dialect. `streaming`: 1 for a text/event-stream (of Ollama
// application/x-ndjson), 0 for a JSON body.
COSTLENS_PUBLIC enum costlens_status costlens_reader_open(const struct costlens_alloc *alloc,
                                                          enum costlens_endpoint endpoint,
                                                          const char *vendor, int streaming,
                                                          struct costlens_reader **out);
COSTLENS_PUBLIC void costlens_reader_close(struct costlens_reader *reader); // NULL is fine
// A piece of the answer's body, cut anywhere.
COSTLENS_PUBLIC void costlens_reader_feed(struct costlens_reader *reader, const void *bytes,
                                          size_t len);
// The body has ended; `clean` is 0 when the connection broke. Call it before the questions below.
COSTLENS_PUBLIC void costlens_reader_end(struct costlens_reader *reader, int clean);
// 1 when the answer is whole: its terminal event, or a finish reason before a clean end.
COSTLENS_PUBLIC int costlens_reader_complete(const struct costlens_reader *reader);
// What the provider counted. COSTLENS_NO_USAGE when it did not, or left out what went in or what
// its texts were; then costlens_reader_estimate. OK with `estimated` set is to be doubted: not all
// that it told can be true (more cached than went in, less than it told before, a total with more
// than anybody tells), and these are its counts as far as they can be corrected. The call may have
// cost more: whoever has a budget settles it with costlens_settle_estimated, as an estimate.
COSTLENS_PUBLIC enum costlens_status costlens_reader_usage(const struct costlens_reader *reader,
                                                           struct costlens_usage *out);
// Input from the bytes of the request's text / 4, output from those of the texts that came / 4, at
// least a token an event or text; each unless the provider told it. Of a total that it told alone
// the rest is input.
COSTLENS_PUBLIC void costlens_reader_estimate(struct costlens_reader *reader, int64_t request_bytes,
                                              struct costlens_usage *out);
// The model that answered, as it named itself; "" if it did not.
COSTLENS_PUBLIC const char *costlens_reader_model(const struct costlens_reader *reader);
// Where a local server's time went, in nanoseconds, as Ollama tells it; 0 = not told. What is left
// of the total was waiting.
struct costlens_times {
    int64_t total_ns, load_ns, input_ns, output_ns;
};
COSTLENS_PUBLIC void costlens_reader_times(const struct costlens_reader *reader,
                                           struct costlens_times *out);
// 1 when a local server says that another made the answer (Ollama's cloud): it is then not free.
COSTLENS_PUBLIC int costlens_reader_remote(const struct costlens_reader *reader);
// A provider may make several requests behind one answer, of other models too (an advisor, a
// fallback), and list them. This is the i-th: its counts, which the usage above holds too, and its
// model, "" for the one that answered, NULL for the one that was asked and declined. Its price is
// its own: price each share, price the usage without them, and add. Tier, region and reasoning are
// the call's in each: a price may ask whether it thought. 0 when there is none.
COSTLENS_PUBLIC int costlens_reader_share(const struct costlens_reader *reader, unsigned i,
                                          const char **model, struct costlens_usage *out);

// --- cost ---

enum costlens_price_state {
    COSTLENS_UNPRICED = 0, // no price is known for something that was used: never read it as zero
    COSTLENS_PRICED = 1,
    COSTLENS_FREE = 2,
    COSTLENS_BY_PROVIDER = 3 // the provider's own figure
};

struct costlens_line {
    enum costlens_bucket bucket;
    enum costlens_bucket priced_as; // another one where the bucket has no price of its own
    int64_t count;
    int64_t price_atto; // 10^-18 USD a unit (of COSTLENS_BUSY 3600), before the factors
};

#define COSTLENS_FACTORS 4

struct costlens_cost {
    enum costlens_price_state state;
    int64_t picodollars;                  // 10^-12 USD; 0 unless PRICED or BY_PROVIDER
    int too_large;                        // 1: it did not fit, picodollars is INT64_MAX
    enum costlens_bucket missing;         // UNPRICED: the first bucket without a price; BUSY:
                                          // nobody told the time
    int uncounted;                        // UNPRICED: 1: what was used is not known
    int tier_missing;                     // UNPRICED: 1: the tier that answered has no price
    unsigned factor_count;                // tiers and regions that multiply
    int64_t factor_ppm[COSTLENS_FACTORS]; // on the lines of tokens, in parts per million
    int64_t cliff; // the prompt length above which these prices hold; 0: none
    unsigned line_count;
    struct costlens_line lines[COSTLENS_BUCKETS];
};

// Sum of count x price, that of tokens times the factors, exact in 128 bits and rounded once, half
// to even, to picodollars. `at_us`: microseconds since 1970 UTC at which the call started (prices
// have dates). An unknown model is COSTLENS_OK with state UNPRICED, unless nothing was used: a
// price that is not known is a state, not an error. COSTLENS_RANGE for a negative count or a tier
// that does not exist.
COSTLENS_PUBLIC enum costlens_status costlens_price(const struct costlens_book *book,
                                                    const char *vendor, const char *model,
                                                    const struct costlens_usage *usage,
                                                    int64_t at_us, struct costlens_cost *out);
// Plain decimal USD with 12 places and a NUL. COSTLENS_RANGE when it does not fit (32 bytes always
// do).
COSTLENS_PUBLIC enum costlens_status costlens_usd(int64_t picodollars, char *out, size_t size);
// The arithmetic as text: a line a bucket, the factors, the total; with a NUL. COSTLENS_RANGE when
// it does not fit (COSTLENS_EXPLAIN_BYTES always do) or is no cost of costlens_price.
COSTLENS_PUBLIC enum costlens_status costlens_explain(const struct costlens_cost *cost, char *out,
                                                      size_t size);
#define COSTLENS_EXPLAIN_BYTES 4096

// --- amounts of budgets: whole nanodollars, 10^-9 USD ---

// Reads USD as a person writes them: "500.00", "0.01", "1e3". Exact: SYNTAX when it is no number,
// RANGE when it is negative, finer than a nanodollar or above 9223372036.854775807. Here and below
// `message` (may be NULL) gets a sentence that says what to write instead.
COSTLENS_PUBLIC enum costlens_status costlens_nano_read(const char *usd, int64_t *out,
                                                        char *message, size_t message_size);
// The same as text, exact: at least two places, "500.00", "0.000000001". COSTLENS_RANGE when it
// does not fit (32 bytes always do).
COSTLENS_PUBLIC enum costlens_status costlens_nano_usd(int64_t nanodollars, char *out, size_t size);
// What a budget counts for a cost: its picodollars rounded up, once. COSTLENS_UNKNOWN when it is
// unpriced: then the hold is to be captured. COSTLENS_RANGE when it is too large, or negative.
COSTLENS_PUBLIC enum costlens_status costlens_cost_nanodollars(const struct costlens_cost *cost,
                                                               int64_t *out);

// --- the most that a call can cost, before it is sent ---

#define COSTLENS_LONGEST_US (INT64_C(7) * 24 * 3600 * 1000000)

struct costlens_request {
    enum costlens_endpoint endpoint;
    const char *vendor; // that it goes to: "openai", ...
    const char *model;  // as it is sent; NULL: as the body says (Gemini's says none)
    const void *body;   // as it is sent: JSON
    size_t body_len;
    int64_t start_us;      // when: microseconds since 1970 UTC, >= 0; prices have dates
    int64_t longest_us;    // the caller surely ends it by then; 0: not known. Prices by the hour,
                           // and those that change soon, need it
    int64_t counted;       // its input in tokens, where it was counted exactly; 0: by its bytes
    int64_t output_unsaid; // > 0: an answer's maximum, where neither body nor book says one. Before
                           // it the book's own is taken, and before that what the body says where
                           // the vendor may ignore it: in another member, or as a text or a
                           // fraction. Who sets it puts `output_max` below
                           // into the body where `output_by` says so. 0: the body goes as it is,
                           // and one that says none is bounded by all that the model's window
                           // holds, whatever maximum the book has
    int us_region;         // 1: it goes to a host with a regional surcharge
};

enum costlens_bound_state {
    COSTLENS_BOUND_KNOWN = 0,
    COSTLENS_BOUND_UNPRICED = 1, // no price is known for it
    COSTLENS_BOUND_NONE = 2 // nothing limits what it can cost: a budget must not let it through
};

// Which maximum an answer was held to.
enum costlens_output {
    COSTLENS_OUTPUT_NONE = 0,   // no tokens come out
    COSTLENS_OUTPUT_ASKED = 1,  // the body's
    COSTLENS_OUTPUT_MODEL = 2,  // the book's for this model: the caller must send it
    COSTLENS_OUTPUT_UNSAID = 3, // output_unsaid, or what the body says where it may be ignored: the
                                // caller must send it
    COSTLENS_OUTPUT_WINDOW = 4  // none: all that the model's window holds
};

struct costlens_bound {
    enum costlens_bound_state state;
    const char *why; // in words; static
#define COSTLENS_FIELD_BYTES 64
    char field[COSTLENS_FIELD_BYTES]; // NONE: which member of the body must change, as in
                                      // "tools[2].max_uses"; "" where none can mend it
    int64_t nanodollars;              // KNOWN: rounded up
    int64_t input;                    // tokens that it assumes, of all answers
    int64_t output;                   // ...
    int64_t output_max;               // of each answer
    enum costlens_output output_by;
    const char *output_field; // in which member it is said, or is to be; static, may be NULL
};

// No usage that the request allows costs more, whatever tier answers, whether or not a cache is
// written. That a call has no bound is a state, not an error. COSTLENS_SYNTAX for a body that is no
// request of its endpoint, COSTLENS_RANGE for a time or a count that cannot be. Memory is the
// book's, and only while it runs.
COSTLENS_PUBLIC enum costlens_status costlens_bound(const struct costlens_book *book,
                                                    const struct costlens_request *request,
                                                    struct costlens_bound *out, char *message,
                                                    size_t message_size);

// --- budgets that cannot be overspent ---
//
//            costlens_reserve, _extend       costlens_settle, _capture
//    room  --------------------------->  held  ------------------->  spent
//          <---------------------------
//                 costlens_release: nothing was billed, for sure
//
//   struct costlens_budgets *budgets;
//   struct costlens_hold *hold;
//   struct costlens_refusal no;
//   costlens_budgets_open(NULL, NULL, NULL, &budgets);
//   const char *const cap[] = {"limit=5.00", "window=day", NULL};
//   costlens_budgets_define(budgets, "cap", cap, why, sizeof why);
//   costlens_budgets_load(budgets, read_file, old, &found, why, sizeof why); // if there is one
//   costlens_budgets_save(budgets, now_us, write_file, new);
//   costlens_bound(book, &request, &bound, why, sizeof why);
//   if (costlens_reserve(budgets, &call, bound.nanodollars, now_us, &hold, &no) != COSTLENS_OK)
//       puts(no.text);                                          // ... and it is not sent
//   ... send it, read the answer ...
//   if (costlens_cost_nanodollars(&cost, &n) == COSTLENS_OK)
//       usage.estimated ? costlens_settle_estimated(hold, n) : costlens_settle(hold, n);
//   costlens_hold_close(hold);                                  // captures what is still open
//
// An account is one window of one budget, for one value of what the budget tells apart. A call
// holds the most that it can cost in all of its accounts, or in none, before it is sent. For every
// account of a budget that blocks, at every moment, spent + held <= limit + overdraft, except where
// its limit was lowered below what is in use: there nothing new fits until that has drained. The
// overdraft is what passed the limit because calls cost more than they held: 0 where every bound
// was kept, and where the limit had room for what was not.
//
// Amounts are nanodollars. Moments are microseconds since 1970 UTC, by the caller's clock: the
// library has none. A table belongs to one thread at a time: the caller has the lock, for all
// functions of a table and its holds. Callbacks must not call them.

struct costlens_budgets;

struct costlens_account {
    const char *budget; // its name; lives as long as the table
#define COSTLENS_VALUE_BYTES 384
    char value[COSTLENS_VALUE_BYTES]; // of what the budget tells apart; "" when it does not
    const char *window;               // "day", "week", "month", "lifetime"; static
    int64_t start_us;                 // INT64_MIN: since ever
    int64_t end_us;                   // the first moment after it; INT64_MAX: without end
    int64_t limit, spent, held, overdraft;
    int observe;           // 1: it refuses nothing
    int paused;            // 1: it refuses every call
    uint64_t would_refuse; // calls that it let through because it only observes, since the start
};

// The account's spent has reached so many percent of its limit (`alert_at`): told once a window,
// in the middle of whatever function caused it.
typedef void costlens_alert_f(void *context, const struct costlens_account *account,
                              unsigned percent);

// An empty table. `alert` may be NULL.
COSTLENS_PUBLIC enum costlens_status costlens_budgets_open(const struct costlens_alloc *alloc,
                                                           costlens_alert_f *alert, void *context,
                                                           struct costlens_budgets **out);
// With all of its holds: those open are not captured in memory, but open in the journal, and so
// captured when it is loaded. NULL is fine.
COSTLENS_PUBLIC void costlens_budgets_close(struct costlens_budgets *budgets);

// A zone's rules, from the bytes of a TZif file (RFC 9636), for definitions that name it; each name
// once. Without it the system's is read from /usr/share/zoneinfo, the one file that this library
// ever opens. "UTC" needs none.
struct costlens_zone {
    const char *name;  // "Europe/Berlin"
    const void *bytes; // not needed afterwards
    size_t len;
};
COSTLENS_PUBLIC enum costlens_status costlens_budgets_zone(struct costlens_budgets *budgets,
                                                           const struct costlens_zone *zone,
                                                           char *message, size_t message_size);

// Defines a budget, or puts a new definition in the place of the one of that name: what its
// accounts have spent and hold stays. `members` ends with NULL; each is one of
//
//   limit=500.00               in USD; needed
//   scope.key=ci               which calls: all scopes must hold. org, team, project, key, user,
//                              tag:NAME, and by pattern (`*`) model, provider; in UTF-8 without
//                              control characters, of up to 64 bytes (team, project, user and
//                              tag 256, model 321)
//   per=tag:session            one account for each value of a dimension
//   per=request                no account: no single call may cost more than the limit, also not
//                              what it is extended to
//   window=day                 day, week, month, lifetime (the default)
//   week=sunday                on which day a week begins (monday)
//   timezone=Europe/Berlin     whose midnight (UTC)
//   alert_at=80%               as often as needed
//   enforce=observe            refuses nothing
//   paused=true                refuses everything
//
// Each but alert_at may be said once. A limit below what is spent and held is fine: nothing new
// fits until that has drained. With another window, week or timezone each open hold goes over, to
// the window that has the moment it was reserved at, and counts there whether or not it fits: one
// budget never holds more because it was changed. What is spent does not go over: the library knows
// sums, not the days of calls. It stays in the windows that it was spent in, which are there again
// when the former definition is; a new window begins with what is held. Who wants it to count on
// defines the new window under another name, beside the former, until that is over. With another
// `per` nothing goes over: what was reserved by the former stays where it is until that is said
// again. An account is of a value and a window: where two `per` have both alike, as a key and a
// user of one name, they share it, and what is spent and held there.
// COSTLENS_SYNTAX, COSTLENS_RANGE: the message says which member, and what to write. On failure the
// table is as it was, but for COSTLENS_IO: it is defined, and the journal did not take what went
// over.
COSTLENS_PUBLIC enum costlens_status costlens_budgets_define(struct costlens_budgets *budgets,
                                                             const char *name,
                                                             const char *const *members,
                                                             char *message, size_t message_size);
// It concerns no call any more. What its accounts have spent stays, for when it is defined again.
// COSTLENS_UNKNOWN when there is none.
COSTLENS_PUBLIC enum costlens_status costlens_budgets_remove(struct costlens_budgets *budgets,
                                                             const char *name);
// Every account: one begins with its first hold. The account lives as long as the call of `each`.
typedef void costlens_account_f(void *context, const struct costlens_account *account);
COSTLENS_PUBLIC void costlens_budgets_list(const struct costlens_budgets *budgets,
                                           costlens_account_f *each, void *context);

// --- what a call holds ---

struct costlens_tag {
    const char *name, *value; // in UTF-8 without control characters: 1 to 64 bytes, 0 to 256
};

// Whose call it is. What it has not is NULL.
struct costlens_call {
    const char *org, *team, *project, *key, *user;
    const char *provider, *model; // as it is sent
    const struct costlens_tag *tags;
    size_t tag_count; // at most 16
};

enum costlens_refusal_kind {
    COSTLENS_REFUSAL_NONE = 0,
    COSTLENS_REFUSAL_PAUSED = 1,
    COSTLENS_REFUSAL_SPENT = 2,  // it would not fit if every open hold ended at nothing
    COSTLENS_REFUSAL_HELD = 3,   // only open holds stand in the way
    COSTLENS_REFUSAL_REQUEST = 4 // more than a single call may cost
};

struct costlens_refusal {
    enum costlens_refusal_kind kind;  // NONE where the status is not COSTLENS_REFUSED
    const char *budget;               // the first in the order org, team, project, key, user, tag,
                                      // model, provider; lives as long as the table
    char value[COSTLENS_VALUE_BYTES]; // as the call said it, whatever characters that has: only a
                                      // tag's are checked
    int64_t limit, spent, held;
    int64_t resets_us; // when its window is over; INT64_MAX: never
    char text[1024];   // in a sentence, whatever the status; without control characters
};

struct costlens_hold;

// Holds so much for a call in each of the accounts that it concerns, or in none: COSTLENS_REFUSED.
// It is in the journal when it returns, and only then may the call be sent. A call that concerns no
// budget gets a hold too. COSTLENS_RANGE for a negative amount, texts that are too long, more than
// 16 tags or accounts; COSTLENS_SYNTAX for a tag of other characters than tags have, or without a
// name; COSTLENS_IO when the journal did not take it. `refusal` (may be NULL) is written always, so
// is `out`: NULL where nothing is held.
COSTLENS_PUBLIC enum costlens_status costlens_reserve(struct costlens_budgets *budgets,
                                                      const struct costlens_call *call,
                                                      int64_t nanodollars, int64_t now_us,
                                                      struct costlens_hold **out,
                                                      struct costlens_refusal *refusal);
// Holds so much more, in all of its accounts or in none. For a budget per=request all that it then
// holds is the cost of the single call. A paused budget does not stop it: the call is under way.
// COSTLENS_CONFLICT when it has ended. On COSTLENS_IO it is held, but only here: the provider must
// not go on.
COSTLENS_PUBLIC enum costlens_status costlens_extend(struct costlens_hold *hold,
                                                     int64_t nanodollars, int64_t now_us,
                                                     struct costlens_refusal *refusal);
// Each ends it, once: COSTLENS_CONFLICT when it had ended before, and nothing happens. On
// COSTLENS_IO it has ended, but the journal does not know.
// What it cost is known: all of it is spent, whatever was held.
COSTLENS_PUBLIC enum costlens_status costlens_settle(struct costlens_hold *hold,
                                                     int64_t nanodollars);
// What it cost is estimated, or told by a provider who contradicts himself (usage.estimated), and
// may be more: the larger of that and of what is held is spent.
COSTLENS_PUBLIC enum costlens_status costlens_settle_estimated(struct costlens_hold *hold,
                                                               int64_t nanodollars);
// Surely nothing was billed: it was never sent, or refused before anything was generated.
COSTLENS_PUBLIC enum costlens_status costlens_release(struct costlens_hold *hold);
// What it cost will never be known: all that is held is spent. A provider bills whether or not
// anybody listens.
COSTLENS_PUBLIC enum costlens_status costlens_capture(struct costlens_hold *hold);

enum costlens_hold_state {
    COSTLENS_HOLD_OPEN = 0,
    COSTLENS_HOLD_SETTLED = 1,
    COSTLENS_HOLD_RELEASED = 2,
    COSTLENS_HOLD_CAPTURED = 3
};

struct costlens_hold_facts {
    enum costlens_hold_state state;
    unsigned accounts; // in which it holds
    int64_t amount;    // held, or that was
    int64_t charged;   // once it has ended; above `amount` its price has broken its promise
};

COSTLENS_PUBLIC void costlens_hold_read(const struct costlens_hold *hold,
                                        struct costlens_hold_facts *out);
// Captures it when it is open. NULL is fine.
COSTLENS_PUBLIC void costlens_hold_close(struct costlens_hold *hold);

// --- the journal ---
//
// A run of small records, each with its version and its checksums: an account, a hold, its end.
// What a record tells does not depend on the definitions of the moment. A start is: define, load
// what the last process left, save into a new file, put that in the place of the old one, go on.
//
// A journal is of one process at a time. Two that load the same one would each have all of its
// room, and the library, which opens no file, cannot see that: the caller locks it from before he
// loads until he ends, by a file beside it, since the journal itself is replaced.

// Appends the bytes: whole records. 0 when they are kept: what must survive a crash of the process
// is written, what must survive that of the machine is synced. After anything else nothing more is
// let in (COSTLENS_IO) until costlens_budgets_save has begun another journal.
typedef int costlens_write_f(void *context, const void *bytes, size_t len);
// As read(2): how many bytes, 0 at the end, less than 0 when it failed.
typedef int64_t costlens_read_f(void *context, void *bytes, size_t size);

struct costlens_loaded {
    int64_t bytes;    // of whole records
    int64_t torn;     // bytes behind them: a last record that was not finished
    int64_t holds;    // that were open, and have been captured
    int64_t captured; // what they had held, nanodollars
};

// Takes a journal into a table that has no account yet. Holds that are open at its end are
// captured: their calls may have been billed. Accounts of budgets that are not defined are kept
// until they are. A last record that was not finished is no error, nor is a file of 0 bytes; any
// other damage, also of the last one, or of a file that is no journal or has zero bytes alone, is
// COSTLENS_DAMAGED, the message says at which byte, and the table is empty. COSTLENS_IO when `read`
// fails, COSTLENS_CONFLICT when there are accounts. `out` may be NULL.
COSTLENS_PUBLIC enum costlens_status costlens_budgets_load(struct costlens_budgets *budgets,
                                                           costlens_read_f *read, void *context,
                                                           struct costlens_loaded *out,
                                                           char *message, size_t message_size);
// Begins a journal: writes all that the table has, and from then on every hold and every end goes
// there. Accounts whose window was over a day before `now_us`, with no open hold, are left out and
// forgotten: so a long process saves now and then, into a new file. COSTLENS_IO when `write` fails:
// the journal is the one before. Without any there is nothing but memory.
COSTLENS_PUBLIC enum costlens_status costlens_budgets_save(struct costlens_budgets *budgets,
                                                           int64_t now_us, costlens_write_f *write,
                                                           void *context);

#ifdef __cplusplus
}
#endif

#endif
