// SPDX-License-Identifier: Apache-2.0
//
// fence - the line that begins or ends a block of code: three or more of "`" or "~", as CommonMark
// has it. With some of them behind it is code in a line of text, and no fence.

#ifndef VERIFY_FENCE_H
#define VERIFY_FENCE_H

#include "base/str.h"

struct fence {
    char sign;
    size_t signs;
    bool bare; // nothing stands behind the signs, as where a block ends
};

// Of a line without the blanks before it. False: it is none.
bool fence_read(struct fence *f, struct str line) MUST_USE;
// `f` ends a block that `open` begins.
bool fence_ends(const struct fence *f, const struct fence *open);

#endif
