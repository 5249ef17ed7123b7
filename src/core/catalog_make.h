// SPDX-License-Identifier: Apache-2.0
//
// catalog_make - how a catalogue comes into being: book.c reads the texts and adds what they say.
//
//   names   [hash slots] -> name { vendor's sheet, of which text, exact or alias }
//   sheets  by vendor, then model; a replaced one points to what replaced it

#ifndef CORE_CATALOG_MAKE_H
#define CORE_CATALOG_MAKE_H

#include "base/arena.h"
#include "core/catalog.h"

#define CATALOG_BYTES_MAX (64 * MIB) // of memory, whatever the texts say

struct listed {
    struct sheet sheet;
    struct listed *replaced_by; // by a later text; NULL
    unsigned text;              // the number of the text it is from
    bool begins;                // at sheet.since_us: what the earlier texts say holds before
};

struct name {
    struct str text;
    struct listed *of;
    uint32_t hash;
    uint16_t text_number;
    bool alias;
};

struct pattern {
    struct str text;
    struct listed *of;
    unsigned text_number;
};

struct catalog {
    const struct alloc *alloc;
    struct arena arena;
    struct listed **sheets;
    size_t sheet_count, sheet_size;
    struct name *names;
    size_t name_count, name_size;
    uint32_t *slots; // index into names + 1; 0 = empty
    size_t slot_count;
    struct pattern *patterns; // by vendor, then later text, then longer
    size_t pattern_count, pattern_size;
    size_t pattern_ready;  // of the texts that are read: these are in order
    unsigned pattern_text; // the last text that has a pattern
    struct str *vendors;   // in the order of the texts
    size_t vendor_count, vendor_size;
    struct days **days;
    size_t day_count, day_size;
    int64_t dated_us; // the newest source
    char version[CATALOG_VERSION_CHARS];
};

// STATUS_DUPLICATE when the text has the name already, STATUS_NO_MEMORY.
enum status catalog_add_sheet(struct catalog *c, struct listed *l) MUST_USE;
enum status catalog_add_alias(struct catalog *c, struct listed *l, struct str name) MUST_USE;
enum status catalog_add_vendor(struct catalog *c, struct str name) MUST_USE; // again: no matter
enum status catalog_add_days(struct catalog *c, struct days *d) MUST_USE;
struct days *catalog_days(const struct catalog *c, struct str name); // NULL if there are none
bool catalog_is_pattern(struct str name);

// Reads one text. `what` names it to people.
enum status book_read(struct catalog *c, struct str text, const char *what, unsigned number,
                      struct why *why) MUST_USE;
// The book that is compiled in.
struct str book_text(void);

#endif
