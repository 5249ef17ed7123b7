// SPDX-License-Identifier: Apache-2.0
//
// child - a program run as if it had been called itself: it has our terminal, files and process
// group, what a terminal sends reaches it directly, what is sent to us alone is passed on, and when
// it stops, we stop.

#ifndef CMD_CHILD_H
#define CMD_CHILD_H

#include <stdbool.h>

struct child_setup {
    char *const *argv;              // argv[0] is looked for in $PATH; ends with NULL
    void (*prepare)(void *context); // in the child, before the program: setenv and unsetenv
    void *context;
};

struct child_end {
    int exit_code; // as a shell tells it: 128 + n of a signal, 127 not found, 126 not to be run
    int error;     // errno of what kept it from starting; 0: it ran
};

// Runs it to its end. While it runs our standard input and output are not held open here; after it
// they are /dev/null. SIGPIPE is ignored from then on.
void child_run(const struct child_setup *setup, struct child_end *end);
bool child_hurried(void);

#endif
