// SPDX-License-Identifier: Apache-2.0
//
// meter_part - what meter.c and the dialects' readers share. Not for other rooms.

#ifndef WIRE_METER_PART_H
#define WIRE_METER_PART_H

#include "base/json.h"
#include "base/scan.h"
#include "wire/meter.h"
#include "wire/skim.h"

enum meter_verdict { METER_PASS, METER_DROP, METER_HOLD };

// One event of a stream, by dialect.
enum meter_verdict chat_event(struct meter *m, struct str data);
enum meter_verdict responses_event(struct meter *m, struct str name, struct str data);
enum meter_verdict anthropic_event(struct meter *m, struct str data);
enum meter_verdict gemini_event(struct meter *m, struct str data);

// A whole JSON answer: which outermost members are wanted, and reading them.
void chat_want(struct scan *s);
void chat_whole(struct meter *m);
void responses_want(struct scan *s);
void responses_whole(struct meter *m);
void anthropic_want(struct scan *s);
void anthropic_whole(struct meter *m);
void gemini_want(struct scan *s);
void gemini_whole(struct meter *m);

// As skim_fields, out of what a scan has kept.
void scanned_fields(const struct scan *s, const struct skim_field *fields, size_t count, void *out);

// The usage object of the OpenAI family (chat, completions, embeddings, responses) into m->usage.
// False when it names no count.
bool openai_usage(struct meter *m, struct str raw);
bool anthropic_usage(struct meter *m, struct str raw);
bool gemini_usage(struct meter *m, struct str raw);

// A usage object being read into `u`.
struct counts {
    struct usage *u;
    struct json *json;
    const struct json_val *root;
    bool absurd; // a counter was read that nobody can have meant
};

// False when it is no object.
bool counts_open(struct counts *c, struct usage *u, struct str raw, const struct alloc *alloc);
void counts_close(struct counts *c);
bool counts_has(const struct counts *c, const char *path); // a number stands there, or a text
// A counter: absent and null are 0; a negative or absurd one counts as 0 and a fraction is rounded
// up, both mark the usage as inconsistent. Where a main counter is absurd the whole usage is not
// believed.
int64_t counts_get(struct counts *c, const char *path);
int64_t counts_of(struct counts *c, const struct json_val *v);
// Takes at most `n` out of *rest, marks the usage as inconsistent when there was less.
int64_t counts_take(struct usage *u, int64_t *rest, int64_t n);

void usage_seen(struct meter *m); // m->usage says what went in and came out so far
// The tier that answered: "default", "flex", "priority", ...; an unknown word leaves it as it was.
void service_read(struct usage *u, struct str word);
// An `error` member: true when it says that there was one.
bool error_read(struct meter *m, struct str raw);
void model_read(struct meter *m, struct str raw); // the first that is named stays
void id_read(struct meter *m, struct str raw);
void finish_read(struct meter *m, struct str raw);
// A delta's text, as raw JSON.
void delta_read(struct meter *m, struct str raw);
void choice_seen(struct meter *m, struct str raw_index, bool finished);

#endif
