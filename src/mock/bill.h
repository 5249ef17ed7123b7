// SPDX-License-Identifier: Apache-2.0
//
// bill - the mock's own log of what it billed: one JSON line a request, one write(2) a line.

#ifndef MOCK_BILL_H
#define MOCK_BILL_H

#include "base/status.h"
#include "mock/order.h"

struct bill_line {
    const struct order *order;
    struct billed billed; // what is billed, which is not always what the order would have cost
    const char *id;       // as sent in x-request-id
    int status;           // 0 = none was sent
    bool finished;        // the answer was complete
    bool left;            // the client went away
    bool reported;        // the client was told the usage
};

// Opens for appending; -1 and `why` when it cannot.
int bill_open(const char *path, struct why *why);
void bill_write(int fd, const struct bill_line *line);
void bill_close(int fd);

#endif
