// SPDX-License-Identifier: Apache-2.0
//
// shelf - imported prices in the state folder: a text of the book each, numbered, never changed.
//
//   <state>/prices/0001-2026-11-28-litellm.book
//                  0002-2026-12-05-genai-prices.book       the later one goes before
//
// A text is written beside its place and linked into it: it is there whole or not at all. To take
// an import back is to remove its file. Who adds or removes one waits for others that do.

#ifndef TARIFF_SHELF_H
#define TARIFF_SHELF_H

#include "base/arena.h"
#include "base/status.h"
#include "core/catalog.h"

#define SHELF_TEXTS_MAX 9999
#define SHELF_BYTES_MAX ((size_t)64 * 1024 * 1024) // of all texts
#define SHELF_NAME      80

struct shelf_text {
    unsigned number;
    char name[SHELF_NAME];
    struct str text;
};

struct shelf {
    struct arena arena;       // of the texts
    struct shelf_text *texts; // by number
    size_t count, size;
};

// Reads all texts; none when there is no folder. It is due to shelf_close, also after a failure.
enum status shelf_open(struct str state, struct shelf *out, struct why *why) MUST_USE;
void shelf_close(struct shelf *s);
// The catalogue of the compiled-in book, then the texts, then `own` (may be empty): later ones go
// first. The shelf and `own` must outlive it. `why` names the file that is wrong and the cure.
enum status shelf_catalog(const struct shelf *s, struct str own, struct catalog **out,
                          struct why *why) MUST_USE;
// Adds a text behind the last: `fresh` has its label ("2026-11-28-litellm") as name and its text,
// and is given its number. CONFLICT when texts came or went since `s` was read: nothing is done.
enum status shelf_add(struct str state, const struct shelf *s, struct shelf_text *fresh,
                      struct why *why) MUST_USE;
// Removes that text. UNKNOWN when there is none.
enum status shelf_remove(struct str state, const struct shelf *s, unsigned number,
                         struct why *why) MUST_USE;
// The value of a head line `# key: value`; empty when there is none.
struct str shelf_head(struct str text, const char *key);

#endif
