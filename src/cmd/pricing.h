// SPDX-License-Identifier: Apache-2.0
//
// pricing - the price book as the commands see it: with what was imported, with the
// configuration's own prices, and models named as people name them (`gpt-4o`, `openai/gpt-4o`).

#ifndef CMD_PRICING_H
#define CMD_PRICING_H

#include "cmd/command.h"
#include "core/catalog.h"
#include "core/rate.h"
#include "tariff/shelf.h"

struct config;

struct pricing {
    struct config *config;
    struct shelf shelf; // imported prices
    struct catalog *catalog;
};

// False when the configuration or a text is wrong, said on stderr.
bool pricing_open(struct pricing *p, const struct cli *cli) MUST_USE;
void pricing_close(struct pricing *p); // once more does nothing
// The sheet of a name: an alias of the configuration stands for its first model that has one, a
// provider's name for its own rows and then its vendor's. A bare name is looked for on the lists of
// the configured providers, in their order (as the gateway does, but of an Ollama what is stated by
// name), then at the makers of models, then anywhere; a price of whatever a server on this machine
// has (`local/*`) comes last. NULL, with near names on stderr, when there is none. What an alias
// left out is said there, too.
const struct sheet *pricing_find(const struct pricing *p, const char *name);
// As the gateway prices a call of PROVIDER/MODEL; NULL where it has no price. Says nothing.
const struct sheet *pricing_called(const struct pricing *p, struct str full);
// Where else the same bare name is listed, as names that pricing_find takes: up to `most`.
size_t pricing_others(const struct pricing *p, const struct sheet *s, const char *name,
                      const struct sheet **out, size_t most);
// Says on stderr that there is no such vendor, with the nearest. Returns EXIT_FAILED.
int pricing_no_vendor(const struct pricing *p, const char *vendor);
// Now, or the moment that `text` names. False, said on stderr, when it is no time.
bool pricing_time(const char *text, int64_t *us) MUST_USE;
// A row of the table of prices as JSON members, without braces.
void pricing_write(const struct sheet *s, const struct quote *q, struct buf *out);
// Its prices under a condition, as the member `terms`, behind another.
void pricing_write_terms(const struct sheet *s, struct buf *out);

#endif
