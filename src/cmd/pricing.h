// SPDX-License-Identifier: Apache-2.0
//
// pricing - the price book as the commands see it: with the configuration's own prices, and models
// named as people name them (`gpt-4o`, `openai/gpt-4o`).

#ifndef CMD_PRICING_H
#define CMD_PRICING_H

#include "cmd/command.h"
#include "core/catalog.h"
#include "core/rate.h"

struct config;

struct pricing {
    struct config *config;
    struct catalog *catalog;
};

// False when the configuration or a text is wrong, said on stderr.
bool pricing_open(struct pricing *p, const struct cli *cli) MUST_USE;
void pricing_close(struct pricing *p);
// The sheet of a name. A bare one is looked for at its maker first; NULL, with near names on
// stderr, when there is none.
const struct sheet *pricing_find(const struct pricing *p, const char *name);
// Now, or the moment that `text` names. False, said on stderr, when it is no time.
bool pricing_time(const char *text, int64_t *us) MUST_USE;
// A row of the table of prices as JSON members, without braces.
void pricing_write(const struct sheet *s, const struct quote *q, struct buf *out);

#endif
