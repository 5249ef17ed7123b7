// SPDX-License-Identifier: Apache-2.0
//
// stretch - what the rows of a tenant that began in one time charged each account, read once. When
// a window is changed every account of its budget asks for that, one a key or a user; the rows
// which come meanwhile are added as they come.

#ifndef STORE_STRETCH_H
#define STORE_STRETCH_H

#include "store/charges.h"

struct stretch {
    bool known;
    int64_t tenant; // its name's number
    int64_t start_us, end_us;
    struct charges sums;
};

// Zeroed is begun.
void stretch_close(struct stretch *s);
// Reads the rows, unless it has them. False when the database failed or memory ended.
bool stretch_read(struct stretch *s, sqlite3 *db, int64_t tenant, int64_t start_us,
                  int64_t end_us) MUST_USE;
// A row has come. False when memory is out.
bool stretch_add(struct stretch *s, int64_t tenant, int64_t start_us,
                 const struct charge *c) MUST_USE;
// Rows have gone, or those that came did not come after all.
void stretch_forget(struct stretch *s);

#endif
