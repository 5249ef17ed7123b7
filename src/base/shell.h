// SPDX-License-Identifier: Apache-2.0
//
// shell - words that a person may paste into a shell.

#ifndef BASE_SHELL_H
#define BASE_SHELL_H

#include "base/buf.h"

// Appends `text` as one word of a POSIX shell, quoted where it has to be.
void shell_word(struct buf *out, struct str text);

#endif
