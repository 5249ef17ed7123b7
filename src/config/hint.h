// SPDX-License-Identifier: Apache-2.0
//
// hint - commands that a person is told to give next, as they can be pasted into a shell.

#ifndef CONFIG_HINT_H
#define CONFIG_HINT_H

#include "base/buf.h"

// What may be left out is empty, or NULL.
struct hint {
    const char *verb;       // "budget raise"
    struct str operands[2]; // "ci", "USD": whatever they are
    struct str config;      // the --config that was given
};

// Appends `costlens budget raise ci USD --config FILE`, in backticks and with quotes where a shell
// needs them.
void hint_write(struct buf *out, const struct hint *h);
// The same without the backticks.
void hint_bare(struct buf *out, const struct hint *h);

#endif
