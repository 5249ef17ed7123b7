// SPDX-License-Identifier: Apache-2.0
//
// screen - a whole terminal for one picture after the other, given back as it was, whatever ends
// the process: q, a signal, a crash.
//
// Plain control sequences (ECMA-48: alternate screen, home, erase to the end of the line) and
// termios, and no library with a database of terminals: one picture is written over the other,
// nothing is scrolled or inserted, and every terminal of today knows these six sequences.

#ifndef CMD_SCREEN_H
#define CMD_SCREEN_H

#include <stdbool.h>

#include "base/str.h"

#define SCREEN_NO_KEY (-1)
#define SCREEN_CLOSED (-2) // the terminal has gone

// Standard input and output are both a terminal that can be steered (TERM=dumb is none).
bool screen_can(void);
// Takes the terminal. Signals that end the process give it back first; SIGTSTP does, and SIGCONT
// takes it again. False, nothing taken, when the terminal refuses.
bool screen_open(void) MUST_USE;
void screen_close(void);
// Columns and rows now; 80 and 24 where the terminal does not say.
void screen_size(unsigned *columns, unsigned *rows);
// Puts the lines there, each cut by whoever wrote it. The line `marked` (from 0) is inverse.
void screen_draw(struct str lines, unsigned rows, unsigned marked);
// The next key, waited for so long: a byte; SCREEN_NO_KEY after that time, or at once when the
// picture is to be drawn anew (its size changed). Keys that are several bytes are none.
int screen_key(int wait_ms);

#endif
