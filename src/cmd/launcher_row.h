// SPDX-License-Identifier: Apache-2.0
//
// launcher_row - what a program needs to be pointed at the gateway, and what may override that: a
// row of launchers[] (launcher_rows.c).

#ifndef CMD_LAUNCHER_ROW_H
#define CMD_LAUNCHER_ROW_H

#include <stddef.h>

// In a value: %b the base URL, %k the key.
struct launcher_variable {
    const char *name;
    const char *value;   // NULL: taken out of the environment
    const char *dialect; // only where the gateway accepts it; NULL: always
};

// A file of settings that may override the variables.
struct launcher_settings {
    const char *path;           // ~ is the home, $NAME/ a variable (no file where it is not set)
    const char *const *members; // of a JSON document, as paths: "env.ANTHROPIC_BASE_URL"
    const char *const *lines;   // or how a line of a text begins
    const char *fine;           // a member of this value is no matter
    const char *effect;
};

struct launcher {
    const char *name;
    const struct launcher_variable *variables; // other than every program's; NULL: none
    const char *const *arguments;              // as values; NULL: none
    const struct launcher_settings *settings;
    const char *option;          // one that names settings of the kind of settings[0], or is them
    const char *const *words;    // arguments, or with = how they begin, that lead them elsewhere
    const char *const *bypasses; // variables that, when set, do
    const char *unseen;
};

// Every program gets these, but for what its own row says of them; ends with a row without a name.
extern const struct launcher_variable launcher_variables[];
// Of those that need more, or may be led elsewhere.
extern const struct launcher launchers[];
extern const size_t launcher_count;
extern const struct launcher launcher_any; // all others

#endif
