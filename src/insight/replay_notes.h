// SPDX-License-Identifier: Apache-2.0
//
// replay_notes - what the figures of a replay do not say, in sentences, and where that is so much
// that an interval would be none.

#ifndef INSIGHT_REPLAY_NOTES_H
#define INSIGHT_REPLAY_NOTES_H

#include "insight/replay.h"

#define REPLAY_SEEN_LEAST 10 // forecasts of which it is known what they erred by, for an interval

// It is not known well enough what the side's forecasts err by.
bool replay_unseen(const struct replay_forecasts *f);
// What the policy asks for is of other calls, other checks or other verdicts than those that were
// seen, so that no interval would hold: of the costs; of what is lost, and how answers are rated.
bool replay_costs_open(const struct replay *r);
bool replay_quality_open(const struct replay *r);
// The member "notes".
void replay_notes(const struct replay *r, struct json_out *o);

#endif
