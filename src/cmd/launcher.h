// SPDX-License-Identifier: Apache-2.0
//
// launcher - what points a program at the gateway: variables, arguments of its own, and what in its
// settings overrides them.
//
// To add a program: its row in launchers[] (launcher.c), which names the fact it rests on. What has
// no row gets the variables of every dialect.

#ifndef CMD_LAUNCHER_H
#define CMD_LAUNCHER_H

#include "base/buf.h"

struct launcher;

struct launch_target {
    struct str base; // "http://127.0.0.1:7575", without a path
    struct str key;  // the token that its calls bring
};

// By its name or path ("claude", "/usr/bin/codex"); never NULL.
const struct launcher *launcher_find(const char *program);
const char *launcher_name(const struct launcher *l); // "" of what has no row
// Each variable in turn; a NULL value: it must not be set. Slices live during the call.
typedef void launcher_variable_f(void *context, const char *name, const char *value);
void launcher_variables(const struct launcher *l, const struct launch_target *t,
                        launcher_variable_f *f, void *context);
// Each argument that stands before its own.
typedef void launcher_text_f(void *context, struct str text);
void launcher_arguments(const struct launcher *l, const struct launch_target *t, launcher_text_f *f,
                        void *context);
// Each thing found, here and now, that leads its calls past the gateway or past this key.
void launcher_warnings(const struct launcher *l, const struct launch_target *t, launcher_text_f *f,
                       void *context);
// What to look at when no call came; a sentence or more.
const char *launcher_unseen(const struct launcher *l);

#endif
