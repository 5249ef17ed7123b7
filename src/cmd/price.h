// SPDX-License-Identifier: Apache-2.0
//
// price - the parts of `costlens price` that bring prices in: import, diff, history, forget.

#ifndef CMD_PRICE_H
#define CMD_PRICE_H

#include "cmd/pricing.h"
#include "tariff/change.h"
#include "tariff/list.h"

struct price_wishes {
    const char *vendor;
    const char *at;
    const char *name; // NULL = any
    const char *format;
    const char *only;
    const char *from;
    bool dry_run, gone;
};

// A price list that was read.
struct price_list {
    struct list list;
    struct catalog *catalog; // of its text
    char digest[65];         // of its bytes, with a NUL
};

// Reads a file, `-` or a URL. False, said on stderr. `day_us`: from when its prices are to hold.
bool price_list_open(struct price_list *l, const struct cli *cli, const struct price_wishes *w,
                     int64_t day_us) MUST_USE;
void price_list_close(struct price_list *l);
// What of the list the book does not hold, and which figures were made short: on stderr, or as
// members of an object.
void price_list_say(const struct price_list *l);
void price_list_write(const struct price_list *l, struct buf *b);

// The changes from `now` to the sheets of `to`, as a table on stdout or as members `changed`,
// `new`, `not_taken`, `priced_by_configuration` and `gone`.
struct price_changes {
    const struct catalog *now, *to;
    const struct catalog *held; // `now` with the configuration's own prices, which go before `to`
    int64_t at_us;
    bool begun;      // only the sheets of `to` that begin at a moment
    bool whole;      // prices of new models, too, not their names alone
    bool gone;       // names of those that are gone, not their number alone
    struct str only; // of what is gone
};
// How many changed or are new: what is gone keeps its prices, and so does what the configuration
// prices.
unsigned price_changes_print(const struct price_changes *c);
unsigned price_changes_write(const struct price_changes *c, struct buf *b);

int price_import(const struct cli *cli, const struct price_wishes *w);
int price_diff(const struct cli *cli, const struct price_wishes *w);
int price_history(const struct cli *cli, const struct price_wishes *w);
int price_forget(const struct cli *cli, const struct price_wishes *w);

#endif
