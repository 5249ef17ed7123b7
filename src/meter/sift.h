// SPDX-License-Identifier: Apache-2.0
//
// sift - reads a JSON object of any length as it passes and keeps a short one with the few members
// that matter, wherever they stand. A table says which; all else leaves nothing behind:
//
//   {"type":"response.completed","response":{"output":[{"type":"image_generation_call","result":
//    "iVBORw0KGgo... three MiB ..."}],"usage":{"input_tokens":9}}}
//                                    |
//                                    v
//   {"type":"response.completed","response":{"output":[{"type":"image_generation_call"}],"usage":
//    {"input_tokens":9}}}
//
// However the text is cut, the same is kept, and never more than SIFT_BYTES_MAX: beyond half of it
// further elements of lists are left out, and a value over SIFT_VALUE_MAX is kept as 0.
//
// It checks how the text is built as far as the table leads, and inside of what is skipped only the
// brackets. What is kept is for skim.h and base/json.h to judge.

#ifndef METER_SIFT_H
#define METER_SIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "meter/skim.h"

enum sift_take {
    SIFT_SKIP,
    SIFT_KEEP, // as it stands
    SIFT_TEXT, // only how many bytes of text are in it (as skim_text_bytes counts): a number
    SIFT_SUM,  // the same, but nothing is kept: it is added to `sum`
    SIFT_INTO, // an object, or a list of them, by the table of its own; anything else as it stands
};

struct sift_name {
    struct str name;
    unsigned char take;
    unsigned char level; // SIFT_INTO: which table
};

// The members of one kind of object.
struct sift_level {
    const struct sift_name *names;
    unsigned char count;
    unsigned char
        other; // what of a member that is not named: SIFT_SKIP or SIFT_TEXT (without name)
};

#define SIFT_WALKED_MAX 12 // brackets that tables lead into
#define SIFT_KEY_MAX    64
#define SIFT_PLACES     8

// Where in what is kept the value of a member of the outermost object stands.
struct sift_place {
    size_t at, len; // len 0: nowhere
};

struct sift {
    const struct sift_level *levels;
    struct buf out;
    struct sift_place places[SIFT_PLACES]; // of the first names of the outermost table
    size_t place_at;                       // of the member that is read, and whose it is
    unsigned place;
    size_t member_at; // where the member or element that is read begins in `out`, and its value
    size_t value_at;
    unsigned walked;                     // open brackets that the tables led into
    unsigned depth;                      // all open brackets
    uint64_t kinds[JSON_DEPTH_MAX / 64]; // a bit each: 1 for {
    uint64_t seen;                       // names of the outermost object, by place in its table
    uint32_t met;                        // tables whose values have begun, a bit each
    int64_t text;                        // SIFT_TEXT: of the value, and of the string that is read
    int64_t string_bytes;
    int64_t sum; // SIFT_SUM: of all values, and how many had text
    int64_t sums;
    size_t key_len; // goes beyond the room for what is too long to matter
    uint32_t unit;  // of a \u escape
    unsigned char state;
    unsigned char take; // of the value that is read, and its table
    unsigned char into;
    unsigned char escape;  // SIFT_TEXT: how far inside of an escape
    enum skim_label label; // SIFT_TEXT: what the next string is (skim_label_of)
    bool data;             // SIFT_TEXT: some was met that is no text (as of skim_text_bytes)
    bool sealed;           // SIFT_TEXT: the data to come is a thought (skim_is_sealed)
    bool summing;          // SIFT_SUM, which is then read as SIFT_TEXT
    bool escaped;          // the last byte was a backslash that counts
    bool once;             // a named member of the outermost object that comes twice breaks it
    bool done;             // the object has ended
    bool broken;           // not JSON, too deep, or no memory
    unsigned char level[SIFT_WALKED_MAX];
    char key[SIFT_KEY_MAX]; // the key, or the beginning of a text, that is read
};

// The outermost object's table is that of `root`. `levels` must outlive it.
void sift_init(struct sift *s, const struct sift_level *levels, unsigned root,
               const struct alloc *alloc);
void sift_fini(struct sift *s);
// Gives how many bytes were read: all but those after the object, or where it broke.
size_t sift_feed(struct sift *s, struct str piece);
// What was kept, as a whole object also where the text was cut. Nothing may be fed afterwards.
struct str sift_text(struct sift *s);
// After sift_text: what was kept there last of the outermost table's name `i` (< SIFT_PLACES), raw.
// Empty when nothing was, or of SIFT_SUM.
struct str sift_value(const struct sift *s, unsigned i);

#endif
