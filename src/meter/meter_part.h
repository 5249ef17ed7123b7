// SPDX-License-Identifier: Apache-2.0
//
// meter_part - what meter.c and the dialects' readers share. Not for other rooms.

#ifndef METER_METER_PART_H
#define METER_METER_PART_H

#include "base/json.h"
#include "meter/meter.h"
#include "meter/sift.h"
#include "meter/skim.h"

enum meter_verdict { METER_PASS, METER_DROP, METER_HOLD };

// One event of a stream, by dialect.
enum meter_verdict chat_event(struct meter *m, struct str data);
enum meter_verdict responses_event(struct meter *m, struct str name, struct str data);
enum meter_verdict anthropic_event(struct meter *m, struct str data);
enum meter_verdict gemini_event(struct meter *m, struct str data);
enum meter_verdict ollama_event(struct meter *m, struct str data);

// What to keep of an event that is too long, and of a whole JSON answer.
enum { LEVEL_EVENT, LEVEL_WHOLE, LEVEL_ERROR, LEVEL_OWN /* here a dialect's others begin */ };
extern const struct sift_level chat_levels[];
extern const struct sift_level responses_levels[];
extern const struct sift_level anthropic_levels[];
extern const struct sift_level gemini_levels[];
extern const struct sift_level ollama_levels[];
#define LEVEL(names)                                         \
    {                                                        \
        (names), sizeof(names) / sizeof(names)[0], SIFT_SKIP \
    }

// Of an error: for a table that has it as its member.
#define ERROR_NAMES                                                                          \
    {STR("code"), SIFT_KEEP, 0}, {STR("status"), SIFT_KEEP, 0}, {STR("type"), SIFT_KEEP, 0}, \
    {                                                                                        \
        STR("message"), SIFT_KEEP, 0                                                         \
    }

// A whole JSON answer, of which the sift has kept `text`.
void chat_whole(struct meter *m);
void responses_whole(struct meter *m, struct str text);
void anthropic_whole(struct meter *m, struct str text);
void ollama_whole(struct meter *m, struct str text);

// The usage object of the OpenAI family (chat, completions, embeddings, responses) into m->usage.
// False when it names no count.
bool openai_usage(struct meter *m, struct str raw);
bool anthropic_usage(struct meter *m, struct str raw);
bool gemini_usage(struct meter *m, struct str raw);
void gemini_tier(struct usage *u, struct str word); // as service_read, of Gemini's words

// More tokens than any call can have: beyond it a counter is not believed.
#define METER_COUNT_MAX 1000000000000

// A usage object being read into `u`.
struct counts {
    struct usage *u;
    struct json *json;
    const struct json_val *root;
};

// False when it is no object.
bool counts_open(struct counts *c, struct usage *u, struct str raw, const struct alloc *alloc);
void counts_close(struct counts *c);
// Not all of it can be true, and what it holds may be less than what is billed: it is inconsistent,
// and an estimate.
void usage_doubt(struct usage *u);
// A counter, a number or a text. False, and *out stays, where none is told: it is absent, null or
// impossible (negative, absurd), which is doubted. A fraction is rounded up, and inconsistent.
bool counts_told(struct counts *c, const struct json_val *v, int64_t *out);
bool counts_has(struct counts *c, const char *name);
int64_t counts_get(struct counts *c, const char *name); // 0 where none is told
int64_t counts_of(struct counts *c, const struct json_val *v);
// Notes what a usage tells of the counter in place `i`, and gives what it is then: a zero does not
// undo what was told before.
int64_t part_keep(struct meter_parts *p, unsigned i, int64_t n);
// The same of a counter that the usage need not tell. False where none has told it yet.
bool part_read(struct counts *c, const struct json_val *v, struct meter_parts *p, unsigned i,
               int64_t *out);
// Takes `n` out of *rest; where that is less, all of it is beside the rest, and the usage doubted.
int64_t counts_take(struct usage *u, int64_t *rest, int64_t n);

// What went in and came out as a usage tells it, and their sum; 0 where untold.
struct sides {
    int64_t input, output, total;
    bool input_untold, output_untold;
};
// Where one side is untold, what the total has beyond the other is its own. What then is still
// untold, and a total that is all there is, go into `m`.
void sides_settle(struct meter *m, struct sides *s);

// An empty list of requests behind the answer; false without memory: the usage is doubted.
bool shares_begin(struct meter *m);
// None is listed any more: before a usage that replaces an earlier one.
void shares_drop(struct meter *m);
// Adds one, of a model of its own if one is named. NULL when it has no place: its counts are then
// priced like the rest, and the usage is doubted.
struct meter_share *share_add(struct meter *m, struct str model, const struct usage *u);

// What has come tells of the answer as a whole: that has ended, or is a single JSON text, which
// tells it once.
bool told_last(const struct meter *m);
// And with that what came out. No text is made of 0 tokens: such a count is a placeholder.
bool told_output(const struct meter *m);
// More text has come than the `bytes` that had as something was told: that does not hold it. Where
// an answer is one JSON text it has no order.
bool text_since(const struct meter *m, int64_t bytes);
void usage_seen(struct meter *m); // m->usage says what went in and came out so far
// It says more than before. What was told is never taken back: where it is less of a side than an
// earlier one told, that much stands, and the usage is doubted.
void usage_told(struct meter *m);
// An empty usage that is to replace m->usage: what no count is, it keeps, and what was doubted.
struct usage usage_anew(const struct meter *m);
// The tier that answered: "default", "flex", "priority", ...; a word not known is SERVICE_OTHER.
void service_read(struct usage *u, struct str word);
// An `error` member: true when it says that there was one.
bool error_read(struct meter *m, struct str raw);
void model_read(struct meter *m, struct str raw); // the first that is named stays
void id_read(struct meter *m, struct str raw);
void finish_read(struct meter *m, struct str raw);
// An event that is no JSON object. The client judges it for itself; the row's error says that it
// was there, unless something worse happens.
enum meter_verdict event_unreadable(struct meter *m, struct str data);
// A delta's text, as raw JSON; or how many bytes a sift has counted in it.
void delta_read(struct meter *m, struct str raw);
// A text of the model's own, raw, for meter_least.
void made_read(struct meter *m, struct str raw);
void choice_seen(struct meter *m, struct str raw_index, bool finished);

#endif
