// SPDX-License-Identifier: Apache-2.0
//
// rating - what a caller says of an answer that he got, as he writes it:
//
//   {"request_id": "0197...", "score": 0.8, "comment": "right, but too long"}
//   {"request_id": "0197...", "thumbs": "down"}

#ifndef SHADOW_RATING_H
#define SHADOW_RATING_H

#include "base/json.h"
#include "base/random.h"

#define RATING_BYTES_MAX   16384 // of the whole of it
#define RATING_COMMENT_MAX 2000
#define RATING_WHOLE_PPM   1000000 // a score of 1: as it should be

struct rating {
    struct uuid id;      // x-costlens-request-id of the answer
    uint32_t score_ppm;  // thumbs up: 1, down: 0
    struct str comment;  // of the document; may be empty
    struct json *source; // json_close ends it
};

// SYNTAX, RANGE, LIMIT or a status of json_open: `why` says what is wrong with it, and `out` needs
// no end.
enum status rating_read(struct str text, struct rating *out, struct why *why) MUST_USE;

#endif
