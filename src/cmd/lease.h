// SPDX-License-Identifier: Apache-2.0
//
// lease - a gateway for as long as somebody needs it: the one that runs on the state folder, or one
// that is begun here and ends by itself once the last lease on it has.
//
//     run A ---- lease (shared lock) ----.
//     run B ---- lease (shared lock) ----+---> <state>/run.lease <--- the gateway waits for it
//                                        |     alone (exclusive), and then ends
//     whoever dies lets go of its lock --'
//
// Which of several that start at once begins the gateway is settled by a lock on the state folder.
// The gateway is a process of its own, without a terminal: no signal meant for a program reaches
// it, and its output is in <state>/run.log. It listens on a free port of 127.0.0.1.

#ifndef CMD_LEASE_H
#define CMD_LEASE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/secret.h"
#include "base/status.h"
#include "cmd/command.h"

struct lease {
    int fd;             // of run.lease
    struct buf base;    // "http://127.0.0.1:7575"
    bool begun_here;    // and not found running
    bool own_end;       // the gateway ends with its leases: it is none of `costlens serve`
    bool mocked;        // the built-in mock is among its providers
    struct buf lacking; // ", openai": providers of the caller's configuration that it does not have
};

// CLOSED: no gateway runs and none can be begun, `why` names the cure; else what the start or the
// gateway said. lease_end and lease_fini are due on success only. Before any thread was started.
enum status lease_begin(const struct cli *cli, bool mock, struct lease *l,
                        struct why *why) MUST_USE;
// Waits for the gateway's end, where this was the last lease on it: true. What else it holds stays
// until lease_fini.
bool lease_end(struct lease *l);
void lease_fini(struct lease *l);
// Where the gateway that runs is reached, and the key of its dev.key, which secret_free ends; no
// lease. UNKNOWN: none runs, `why` names the cure.
enum status lease_look(const struct cli *cli, struct buf *base, struct secret **key,
                       struct why *why) MUST_USE;

#endif
