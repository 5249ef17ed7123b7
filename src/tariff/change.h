// SPDX-License-Identifier: Apache-2.0
//
// change - what a price list changes: each of its sheets against the one that holds now. Two sheets
// are the same when they give the same prices wherever the list has something to say; how they
// write it does not matter. What changed becomes a text of the book that holds from a day on:
//
//   book now        input 3 output 15 web_searches 0.01 · when batch: x0.5
//   list            input 2 output 10
//   text of import  input 2 output 10 web_searches 0.01 · when batch: x0.5
//
// No price is lost by a row's silence: what it leaves out stays as it was, and is told; so it is
// with what one of its conditions leaves out. A row without input or output, where these have
// prices now, is half a row: it is not taken.

#ifndef TARIFF_CHANGE_H
#define TARIFF_CHANGE_H

#include "base/buf.h"
#include "core/catalog.h"

enum change_kind {
    CHANGE_NONE,
    CHANGE_PRICE,   // other prices than now
    CHANGE_NEW,     // nobody has a price for it now
    CHANGE_LACKING, // would be CHANGE_PRICE, and lacks a price: it is not taken
    CHANGE_BEHIND,  // the caller knows a price that goes before the list's (change_find does not)
};

struct change {
    enum change_kind kind;
    const struct sheet *old;    // that holds now; NULL if there is none
    const struct sheet *fresh;  // the list's
    int64_t at_us;              // when the list's begin
    struct quote before, after; // standard service, a short prompt, at no hour of its own price
    unsigned lacks; // buckets of CHANGE_LACKING, as bits: priced now, and not by the list
    bool others;    // only under a condition: a tier, an hour, a long prompt
    bool listed;    // the new one is a list's, which states no weekdays and no holidays
};

// How a whole sheet stands to the one that held (NULL: none).
void change_between(const struct sheet *old, const struct sheet *fresh, int64_t at_us,
                    struct change *out);
// How the list's sheet stands to the catalogue at that moment, in what the list speaks of: prices
// of hours, long prompts and days to come differ only where the list has some, too, and hours that
// are the same keep their weekdays and holidays.
void change_find(const struct catalog *now, const struct sheet *fresh, int64_t at_us,
                 struct change *out);
// Whether the prices of a bucket differ: of one that the list does not state they do not.
bool change_of(const struct change *c, enum bucket b);
// `input 0.15 -> 0.3, output 0.6 -> 1.2; then batch: x0.4`: what changed, for people.
void change_line(struct buf *b, const struct change *c);
typedef void change_term_f(void *context, const struct term *t);
// The terms to come that what holds now has not. Lent for the call.
void change_added(const struct change *c, change_term_f *f, void *context);
// The terms of what holds now whose place other ones of the list take: it speaks of the same.
void change_replaced(const struct change *c, change_term_f *f, void *context);
// The terms of what holds now that the list does not speak of and that are not kept.
void change_dropped(const struct change *c, change_term_f *f, void *context);
// The prices of tokens that the list leaves out and that stay as they are while others move.
typedef void change_price_f(void *context, enum bucket b, struct price price);
void change_kept(const struct change *c, change_price_f *f, void *context);
// Likewise under a condition that the list has, too: the term, with what stays alone.
void change_kept_terms(const struct change *c, change_term_f *f, void *context);
// The model's block as the book has it from then on: the list's prices, and of what holds now what
// the list does not speak of: tiers, long prompts, hours, days to come. Of these the prices stated
// in USD under a condition go when input or output moved, and end where the list moves these on a
// day to come: nobody knows their new ones.
void change_write(struct buf *b, const struct change *c);
// A whole text: head lines, `since` that day, and the block of each sheet of `list` that changed.
// Gives how many; those that lack a price are not in the text.
struct change_counts {
    unsigned same, changed, fresh, lacking;
};
struct change_counts change_text(const struct catalog *now, const struct catalog *list,
                                 int64_t since_us, struct buf *b);

#endif
