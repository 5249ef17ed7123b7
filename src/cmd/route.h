// SPDX-License-Identifier: Apache-2.0
//
// route - the verbs of `costlens route`, each in a file of its own: route_<verb>.c. To add one: its
// row in the table of cmd_route.c, its lines in the help, its options in struct route_wishes.

#ifndef CMD_ROUTE_H
#define CMD_ROUTE_H

#include "base/json_out.h"
#include "cmd/command.h"
#include "route/model.h"
#include "route/rows.h"
#include "route/share.h"

struct route_wishes {
    char **files; // the operands behind the verb
    int file_count;
    struct option_list data;
    const char *prior;
    const char *out;
    const char *model;
    const char *threshold;
    const char *ratio;
    const char *loss, *confidence; // of a promise
    const char *verify;            // verifiers, with commas between
    bool structure;
    const char *policy, *route, *until;   // of a replay
    const char *score, *thumbs, *comment; // of an answer
    const char *since;                    // a time, as `costlens report` takes it
};

int route_explain(const struct cli *cli, const struct route_wishes *w);
int route_list(const struct cli *cli, const struct route_wishes *w);
int route_train(const struct cli *cli, const struct route_wishes *w);
int route_eval(const struct cli *cli, const struct route_wishes *w);
int route_certify(const struct cli *cli, const struct route_wishes *w);
int route_verify(const struct cli *cli, const struct route_wishes *w);
int route_pairs(const struct cli *cli, const struct route_wishes *w);
int route_feedback(const struct cli *cli, const struct route_wishes *w);
int route_status(const struct cli *cli, const struct route_wishes *w);
int route_learn(const struct cli *cli, const struct route_wishes *w);
int route_replay(const struct cli *cli, const struct route_wishes *w);
int route_cascades(const struct cli *cli, const struct route_wishes *w);

// The i-th file of rows: those of --data, then those behind them, `-` for what comes on stdin;
// NULL: there are no more.
const char *route_data(const struct route_wishes *w, size_t i);
// Reads the rows of all of them. EXIT_OK; else said on stderr, with the file and the line.
// rows_fini ends them in any case.
int route_read(const struct route_wishes *w, struct rows *out);
// How many of them ask what the model was trained on, as far as it knows.
size_t route_seen(const struct model *m, const struct rows *rows);
// Where its file has no marks of its rows: that nobody can tell whether these are among them, said
// on stderr; NULL: it has. Static.
const char *route_untold(const struct model *m);
// Opens --model: a file, or `shipped`, the one that is compiled in. EXIT_OK; else said on stderr.
int route_model(const struct route_wishes *w, struct model *out);
// A member with a number of six places.
void route_json(struct json_out *o, const char *name, double value);
// The same, rounded to a side.
void route_json_to(struct json_out *o, const char *name, double share, enum share_to to);
// A number of six places of a threshold; null where it is below all gains.
void route_json_threshold(struct json_out *o, const char *name, double value);
// The member `note`; null without one.
void route_json_note(struct json_out *o, const char *note);
// A number from `least` to `most`; without `text` what stands in *out stays. EXIT_OK, or
// EXIT_USAGE, said.
int route_number(const char *name, const char *text, double least, double most, double *out);

// A share, "0.05" or "5%", -1 to 1. False when it is none.
bool route_share(struct str text, double *out);

#endif
