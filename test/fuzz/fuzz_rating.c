// SPDX-License-Identifier: Apache-2.0
//
// fuzz_rating - what callers say of answers.

#include "shadow/rating.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rating r;
    if (rating_read(str_from((const char *)data, size), &r, NULL) != STATUS_OK)
        return 0;
    must(size <= RATING_BYTES_MAX);
    must(r.score_ppm <= RATING_WHOLE_PPM && r.comment.len <= RATING_COMMENT_MAX);
    json_close(r.source);
    return 0;
}
