// SPDX-License-Identifier: Apache-2.0
//
// wager - what a sample proves of its mean, whatever the distribution: a gambler's fortune.
//
// Before each number he sets a part of his fortune on its being above 0. Were the mean 0 or less,
// the game would be against him, and a fortune that began with 1 would ever come to 1 / risk with a
// probability of `risk` at most (Ville's inequality). So where it does, the mean is above 0: at
// that risk, however he chooses his stakes, if only from what came before.
//
//   fortune = Π (1 + stake · x)        x in -1..1
//
// Numbers that came by a coin of known odds are weighed by 1 / odds, all by one scale.

#ifndef ROUTE_WAGER_H
#define ROUTE_WAGER_H

#include <stdbool.h>
#include <stddef.h>

struct wager {
    double fortune, goal; // natural logarithms
    double sum, spread;   // of the numbers; of their squared distances from the mean
    double seen, count;   // numbers; how many there will be
};

// `count`: how many numbers are to come, about: he plays to be there by the last. `scale`, above 0:
// how large one usually is that is lost, before any has come. 0 < risk < 1.
void wager_begin(struct wager *w, size_t count, double risk, double scale);
// After a win nothing changes any more.
void wager_add(struct wager *w, double x);
// The mean is above 0, at the wager's risk.
bool wager_won(const struct wager *w);

#endif
