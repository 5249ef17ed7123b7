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
// Whether a term of the list speaks of what that one does.
bool change_same_kind(const struct term *held, const struct term *listed, int64_t at_us);
// Conditions that the list is silent about: its own prices do not take them back.
bool change_untold(const struct change *c, const struct term *t);
// Of the sheet that holds now that which the list speaks of, too; the terms are in `terms`.
void change_told(const struct change *c, struct sheet *told, struct term terms[CHANGE_TERMS_MAX]);
// Whether what holds now has that very term.
bool change_held(const struct change *c, const struct term *meant);
// From then on; INT64_MIN: already.
int64_t change_begin(const struct term *t, int64_t at_us);

// The list's terms as they are meant (change_meant.c). It holds the prices of its terms: it is not
// copied.
struct meant {
    unsigned count, slots;
    struct term terms[CHANGE_TERMS_MAX];
    uint32_t kept[CHANGE_TERMS_MAX]; // buckets, as bits, whose price is that of now
    struct price prices[CHANGE_TERMS_MAX][BUCKET_COUNT]; // [slot]: of terms with something kept
};
void change_meant(const struct change *c, struct meant *out);

#endif
