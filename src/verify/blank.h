// SPDX-License-Identifier: Apache-2.0
//
// blank - would a reader of this text see anything? Not of what Unicode calls white space, default
// ignorable (of no width, invisible) or a control; nor of the Braille pattern without a dot, of
// HTML's marks and references that show nothing, of the marks of a quote, or of a block of code
// with nothing in it.

#ifndef VERIFY_BLANK_H
#define VERIFY_BLANK_H

#include "base/str.h"

// True: none of it is seen. What is no UTF-8 is. A lone ">" is a sign, and no quote.
bool blank_text(struct str text);

#endif
