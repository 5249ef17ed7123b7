// SPDX-License-Identifier: Apache-2.0
//
// study - a route learns from its pairs: what is found of it goes into the store, its model into
// the state folder, where learned.h reads both. Now and then by the running gateway, or when one
// asks for it.
//
//   pairs, now and then ──► learner.h ──► routes/<route>-<time>.model, store/promises.h
//   those seen, whose
//   callers rate them late ► the last look's test once more: what falls is revoked, none is given
//   the newest ones     ──► doubt.h: do they prove that the certificate is broken? then it is
//                           revoked, and only what came since the change is proof, whatever is
//                           promised from then on

#ifndef GATE_STUDY_H
#define GATE_STUDY_H

#include "config/route.h"
#include "store/store.h"

struct study {
    const struct config_route *route; // with the models of its tiers
    struct str state;                 // the folder
    struct store *store;
    bool now; // whether or not there are pairs enough since the last time
};
// *changed: something was found anew. Takes seconds where pairs are many: not from a loop.
enum status study(const struct study *wish, bool *changed, struct why *why) MUST_USE;

#endif
