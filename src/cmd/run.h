// SPDX-License-Identifier: Apache-2.0
//
// run - one `costlens run`: what these files share.
//
//   cmd_run.c     what is wished, and the order of the whole
//   run_key.c     its key, which is made for it and ends with it
//   run_child.c   its program: what that is given, and what a run inside it inherits
//   run_bill.c    what its calls came to
//   run_words.c   what went wrong, said

#ifndef CMD_RUN_H
#define CMD_RUN_H

#include "base/arena.h"
#include "cmd/cap.h"
#include "cmd/child.h"
#include "cmd/launcher.h"
#include "cmd/lease.h"
#include "core/tags.h"

#define EXIT_NOT_BEGUN 125 // as of env, timeout, nohup
#define RUN_NAME_BYTES 50  // of its key's name, with the place of the run around it

struct run_wish {
    struct option_list tags;
    const char *budget, *name, *bill;
    bool mock, quiet;
};

// Its calls that the gateway refused, and why the last of them: of those that its own budget let
// through, where there are any.
struct run_refused {
    int64_t calls, http_status;
    struct buf model, error, message;
    struct buf budget; // that refused it; empty: something else did
    bool paused;       // ... because it was
    bool budget_over;  // ... of a run inside it, which has ended: it can be raised no more
};

struct run {
    struct cli *cli;
    struct run_wish wish;
    char **argv;      // of CMD
    struct tags tags; // the first is its name; behind its own, those of the run around it
    struct arena arena;
    struct launch launch;
    struct lease lease;
    struct buf name, key, token, since;
    struct child_end end;
    struct cap cap;
    int bill_fd;      // of --bill; -1 without
    unsigned open;    // calls that have not ended with it
    bool over;        // the gateway has, and has cut these
    bool lost;        // the gateway had ended before the program
    struct buf notes; // said before the program, for --json: texts of a list
    struct run_refused refused;
};

// --- run_words.c ---

// "costlens: ..." on stderr; with --json it stands in what is printed at the end.
void run_note(struct run *r, const char *format, ...) PRINTF(2, 3);
// What went wrong, with the cure. `bill`: as the verb gave it.
void run_say_wrong(const struct run *r, const struct json_val *bill);

// --- run_key.c ---

// Names it and makes it: `key`, `token`, `since`. SYNTAX, LIMIT: of a tag, of the name.
enum status run_key_make(struct run *r, struct why *why) MUST_USE;
// What cannot be done is said.
void run_key_end(const struct run *r);
// Its tags from that one on, as tags_read reads them.
void run_tags_write(const struct run *r, unsigned from, struct buf *out);

// --- run_child.c ---

// The place of the run around this one; empty where there is none.
struct str run_outer(void);
// Adds the tags of the run around it that its own do not name: they lie in `arena`. An exit code;
// what is wrong is said.
int run_inherit(struct run *r);
// Runs the program to its end: `end`. What leads its calls past the gateway is said before.
void run_program(struct run *r);

// --- run_bill.c ---

// The file of --bill, before anything is spent: what is in it stays until there is a bill. An exit
// code; what is wrong is said.
int run_bill_open(struct run *r);
// Waits a little for calls that the program left in the middle: `open`, `refused`.
void run_settle(struct run *r);
// Prints and writes the bill; what cannot be had is said. `over` must be known.
void run_bill_show(struct run *r);

#endif
