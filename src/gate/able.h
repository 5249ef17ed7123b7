// SPDX-License-Identifier: Apache-2.0
//
// able - what is known of a model beside its price: what it cannot do, how much it reads, and
// whether what is sent to it stays here. Of most models of a cloud nobody says what they can do.

#ifndef GATE_ABLE_H
#define GATE_ABLE_H

#include "gate/snapshot.h"

struct able {
    unsigned lacks;  // enum ability: it surely has none of these
    int64_t context; // tokens; 0 = not known
    bool gone;       // of an Ollama that nobody named, which did not answer the last time
    bool unread;     // its Ollama, which is there, has not told of it
};

// Of a model by its name there (dialect_model). An Ollama tells most; the book tells the context.
void able_of(const struct snapshot *s, const struct config_provider *p, struct str model,
             struct able *out);
// What the model surely lacks (enum ability) as the file has it: an Ollama may tell more.
unsigned able_lacks(const struct config_provider *p, struct str model);
// What it has too little of for a route: "no tools", "context" (`context`: tokens that it is to
// read, 0: any); NULL: nothing. Static.
const char *able_short(const struct able *a, unsigned require, int64_t context);
// Whether it surely runs on this machine or in its private network: the address is private, the way
// there has no proxy, and it is none that an Ollama passes on to its cloud. Of a running gateway's
// Ollama that has to be known: what it has not told of may be anywhere.
bool able_stays(const struct snapshot *s, const struct config_provider *p, struct str model);

#endif
