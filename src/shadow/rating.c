// SPDX-License-Identifier: Apache-2.0

#include "shadow/rating.h"

#include "base/args.h"
#include "base/decimal.h"

#define ATTO_PER_PPM INT64_C(1000000000000)

struct words {
    struct str id, score, thumbs, comment;
};

static const struct args_row rows[] = {
    {.name = "request_id", .offset = offsetof(struct words, id), .needed = true},
    {.name = "score", .offset = offsetof(struct words, score), .kind = ARGS_NUMBER},
    {.name = "thumbs", .offset = offsetof(struct words, thumbs)},
    {.name = "comment", .offset = offsetof(struct words, comment), .bytes_max = RATING_COMMENT_MAX},
    {0},
};

static enum status read_score(struct str text, uint32_t *out, struct why *why)
{
    int128 atto = 0;
    bool inexact;
    enum status s = decimal_round(text, &atto, &inexact);
    if (s == STATUS_SYNTAX)
        return why_set(why, s, "\"score\" is a number from 0 to 1");
    if (s != STATUS_OK || atto < 0 || atto > (int128)RATING_WHOLE_PPM * ATTO_PER_PPM)
        return why_set(why, STATUS_RANGE, "\"score\" is from 0 (useless) to 1 (as it should be)");
    *out = (uint32_t)decimal_divide(atto, ATTO_PER_PPM);
    return STATUS_OK;
}

static enum status take(const struct words *w, struct rating *out, struct why *why)
{
    if (!uuid_read(w->id, &out->id))
        return why_set(why, STATUS_SYNTAX,
                       "\"request_id\" is what an answer's x-costlens-request-id says");
    out->comment = w->comment;
    if ((w->score.len > 0) == (w->thumbs.len > 0))
        return why_set(why, STATUS_SYNTAX, "say either \"score\" or \"thumbs\"");
    if (w->score.len)
        return read_score(w->score, &out->score_ppm, why);
    if (!str_is(w->thumbs, "up") && !str_is(w->thumbs, "down"))
        return why_set(why, STATUS_SYNTAX, "\"thumbs\" is \"up\" or \"down\"");
    out->score_ppm = str_is(w->thumbs, "up") ? RATING_WHOLE_PPM : 0;
    return STATUS_OK;
}

enum status rating_read(struct str text, struct rating *out, struct why *why)
{
    struct words words = {.id = STR_NONE};
    struct rating r = {.score_ppm = 0};
    if (text.len > RATING_BYTES_MAX)
        return why_set(why, STATUS_LIMIT, "it has at most %d bytes", RATING_BYTES_MAX);
    enum status s = args_read(text, rows, &words, &r.source, why);
    if (s == STATUS_OK)
        s = take(&words, &r, why);
    if (s == STATUS_OK)
        *out = r;
    else
        json_close(r.source);
    return s;
}
