// SPDX-License-Identifier: Apache-2.0
//
// prompt - what the router looks at of a request, in any dialect: its instructions, and what was
// said, the newest first. A row that it learns from and a call that it routes go the same way.
//
//   instructions ──► template, their hash         (those before anything else is said)
//   texts        ──► the newest PROMPT_TEXTS_MAX  (of a message with several, the last goes first)
//
// What was answered before is none of them. In pairs it is by other models than where the route has
// chosen, and a conversation would be known by the mistakes of a small one until a large one took
// over, and no longer then.

#ifndef ROUTE_PROMPT_H
#define ROUTE_PROMPT_H

#include "base/json.h"
#include "base/str.h"
#include "core/demand.h"
#include "core/said.h"
#include "route/traits.h"

#define PROMPT_TEXTS_MAX 64

struct prompt {
    uint64_t template;     // of the instructions, by traits_template; 0: there are none
    uint64_t system_bytes; // of them
    struct str texts[PROMPT_TEXTS_MAX]; // whoever says them; borrowed from the document
    unsigned count;
};

// It is read by what said_each tells, beside others who listen. `to` is whole after prompt_end.
struct prompt_reading {
    struct prompt *to;
    struct str ring[PROMPT_TEXTS_MAX];
    size_t said; // texts, also those that are gone
};
void prompt_begin(struct prompt_reading *r, struct prompt *to);
void prompt_hear(struct prompt_reading *r, const struct saying *s);
void prompt_end(struct prompt_reading *r);
// Of a list of messages (or one text) alone. In one pass, whatever its length.
void prompt_read_list(struct prompt *p, const struct json_val *list);
// Its traits. `demand` may be NULL.
void prompt_traits(const struct prompt *p, const struct demand *demand, uint64_t task,
                   struct traits *out);
// A hash of what is asked, never 0: of the instructions, as they name a task, and of the texts, as
// they are. Who says them is not in it.
uint64_t prompt_mark(const struct prompt *p);

#endif
