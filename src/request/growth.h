// SPDX-License-Identifier: Apache-2.0
//
// growth - a stream that goes on is kept to what its budgets hold for it.
//
//   tokens   0 ------- made ---|--- half a step ---|held
//                              '-> from here on a step more is to be held
//
// While the store is asked for that and all that is held may be under way, the stream is not read.
// When a budget has no more, or when it has surely passed the output maximum that its bound relies
// on, it is cut.

#ifndef REQUEST_GROWTH_H
#define REQUEST_GROWTH_H

#include "request/req.h"

// Something of it came.
void growth_came(struct req *r);
// The store has answered: it is read again, cut, or waits on.
void growth_go_on(struct req *r);

#endif
