// SPDX-License-Identifier: Apache-2.0
//
// feedback - POST /costlens/v1/feedback: what a caller says of an answer that he got from here
// (shadow/rating.h). It is kept beside the ledger (store/feedback.h) by a thread for chores,
// which may wait for the disk.
//
// A key rates its own calls only; of others it is not even told whether there are any.

#ifndef REQUEST_FEEDBACK_H
#define REQUEST_FEEDBACK_H

#include "request/req.h"

// The body is here. NEXT: the call is no feedback. WAIT: it is being kept. END: it is answered.
enum flow feedback_answer(struct req *r);
void feedback_free(struct req *r); // with the call

#endif
