// SPDX-License-Identifier: Apache-2.0
//
// curt - a text that says nothing but no, in eight languages: each of its words is one of denial,
// of apology, or one that names nothing, so that it can be no answer, whatever was asked.
//
//   Nope  ,  not able   to do this  .     Sorry    -  that  is not  possible  .
//   none     it denies  empty             apology     empty none    empty

#ifndef VERIFY_CURT_H
#define VERIFY_CURT_H

#include "base/str.h"

enum curt {
    CURT_NOT,
    CURT_BARE, // "Impossible": so may any answer be
    CURT_NONE, // with an apology, or stressed, but of nobody: "Sorry, no" may answer a question
    CURT_MINE, // its author does not do what he was asked
};

// Of a whole text, or of its first sentence: that may go on.
enum curt curt_of(struct str text);

#endif
