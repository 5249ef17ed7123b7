// SPDX-License-Identifier: Apache-2.0
//
// change_part - what comparing (change.c) and writing (change_write.c) share: what the terms of two
// sheets speak of.

#ifndef TARIFF_CHANGE_PART_H
#define TARIFF_CHANGE_PART_H

#include "tariff/change.h"

#define CHANGE_TERMS_MAX 64 // of a block

// What a term hangs on.
enum {
    ON_SERVICE = 1,
    ON_US = 2,
    ON_THINKING = 4,
    ON_PROMPT = 8,
    ON_HOURS = 16,
    ON_A_DAY = 32, // that has not come
    NARROW = ON_SERVICE | ON_US | ON_THINKING,
};

// As bits of the above; a day that is over by then is no condition.
unsigned change_hangs_on(const struct term *t, int64_t at_us);
// Whether prices of days to come are among them.
bool change_tells_days(const struct sheet *s, int64_t at_us);
// Conditions that the list is silent about: its own prices do not take them back.
bool change_untold(const struct change *c, const struct term *t);
// A term of the list. No list can state weekdays and holidays: at hours that are the book's, the
// book's stay.
struct term change_as_meant(const struct change *c, const struct term *t);

#endif
