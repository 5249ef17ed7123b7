// SPDX-License-Identifier: Apache-2.0
//
// book_line - the parts of a price text's lines: words, prices, conditions, days. Those that return
// a text return NULL when all is well, else what is wrong, with the word in `bad`.

#ifndef CORE_BOOK_LINE_H
#define CORE_BOOK_LINE_H

#include "core/catalog_make.h"

// Prices by bucket, not yet packed.
struct stated {
    uint32_t has;
    struct price price[BUCKET_COUNT];
};

extern const struct term book_term_always; // no condition, no change

// Takes the next word out of `rest`; false at the end.
bool book_word(struct str *rest, struct str *word);
// A model's or an alias's name.
bool book_is_name(struct str s);
// Where the colon stands that ends the conditions: the first one before a space or the end.
// s.len if there is none.
size_t book_colon(struct str s);
bool book_day(struct str s, int32_t *day);
bool book_add_day(struct catalog *c, struct days *d, int32_t day); // kept rising, each once
bool book_weekdays(struct str word, struct term *t); // `mon-fri` or `sat`: these days too
bool book_hours(struct str word, struct term *t);    // `01:00-04:00`, within one day
const char *book_factor(struct str number, uint32_t *factor_ppm);
// `input 4 output 20`, and `x1.1` where `factor_ppm` is given.
const char *book_prices(struct str s, struct stated *out, uint32_t *factor_ppm, struct str *bad);
// `from 2027-01-01 mon-fri 01:00-04:00 except china above 200000 batch us`.
const char *book_conditions(const struct catalog *c, struct str s, struct term *t, struct str *bad);

#endif
