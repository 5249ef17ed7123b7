// SPDX-License-Identifier: Apache-2.0
//
// launcher - what points a program at the gateway: variables, arguments of its own, and what
// overrides them.
//
//   launcher.c             which program a command line starts, and what it is given
//   launcher_overrides.c   what of its settings, arguments and environment goes before that
//   launcher_rows.c        the table of programs (launcher_row.h)
//
// Every program gets the variables of every dialect: an agent runs tests, and these call whom they
// want. To add a program that needs more: its row in launchers[], which names the fact it rests on.

#ifndef CMD_LAUNCHER_H
#define CMD_LAUNCHER_H

#include "base/buf.h"

struct launcher;

struct launch_target {
    struct str base; // "http://127.0.0.1:7575", without a path
    struct str key;  // the token that its calls bring
};

// A command line, and the program in it: past `env A=b`, `nice`, `timeout 5` and their like, or the
// first of `sh -c TEXT`.
struct launch {
    const struct launcher *launcher;
    char *const *argv; // borrowed; ends with NULL
    size_t at;         // the word that is the program: its arguments go behind it
    bool in_text;      // of a shell: it can be given no arguments
};

struct launch launch_of(char *const *argv);
const char *launch_name(const struct launch *l); // "codex"; "" of what has no row
void launch_names(struct buf *out);              // "claude, codex, ..."
// Each variable in turn; a NULL value: it must not be set. Slices live during the call.
typedef void launch_variable_f(void *context, const char *name, const char *value);
void launch_variables(const struct launch *l, const struct launch_target *t, launch_variable_f *f,
                      void *context);
// Each argument that stands before its own.
typedef void launch_text_f(void *context, struct str text);
void launch_arguments(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                      void *context);
// Each thing found, here and now, that leads its calls past the gateway or past this key.
void launch_warnings(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                     void *context);
// What to look at when no call came; a sentence or more.
const char *launch_unseen(const struct launch *l);

#endif
