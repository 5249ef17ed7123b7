// SPDX-License-Identifier: Apache-2.0
//
// watch - the gateway's calls as they are: who runs, who ended since one last looked, and sums.

#ifndef PANEL_WATCH_H
#define PANEL_WATCH_H

#include "panel/verb.h"

// {"after","filter"}: a cursor of an earlier answer, and a text that a call has (live_fits).
// -> {"at","since","cursor","in_flight",
//     "running":[{"request","attempt","start","key","team","user","tags":{NAME:VALUE},"tags_cut",
//                 "endpoint","provider","model","stream","state","duration_us","ttft_us",
//                 "input_tokens","output_tokens","prompt_tokens","estimated","price_state",
//                 "cost_usd"}],
//     "missed",
//     "ended":[{as running; "outcome","http_status","error","followed"}],
//     "refused":[{"key","budget","requests","model","http_status","error","message"}],
//     "started":{sums_write_tally}, "today":{a report's total}|null}
// "input_tokens" are the uncached ones, as in a report; "cache_read_tokens" and the other kinds
// (BUCKET_MAP) stand beside them where a call has any. "prompt_tokens": all that went in.
// "refused": calls (or attempts after a failed one) that the gateway refused itself, which are on
// no bill: by key, and by the budget that refused them where one did, of the keys that fit and had
// one last (each worker tells its own, so a key may stand there again), and why the last of them
// was.
// "tags_cut": it has more of them, for which there was no room.
// Running are the oldest WATCH_RUNNING, whatever "in_flight" says; ended the newest WATCH_ENDED, in
// the order of their end. "missed": calls that ended since the cursor and are not told, since too
// many did. Of what is "estimated" the provider has not told its count; the cost is null where
// nobody knows it. "started" is since the gateway did, "today" the ledger's day in UTC; null when
// the ledger cannot be read.
enum status watch_live(struct verb_call *c, struct why *why) MUST_USE;

#define WATCH_RUNNING 200
#define WATCH_ENDED   200

#endif
