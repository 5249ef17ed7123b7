// SPDX-License-Identifier: Apache-2.0

#include "store/believed.h"

#include <stdlib.h>

#include "store/rollup.h"
#include "store/sql.h"

bool believed_step(struct believed *b, int64_t wall_us, int64_t mono_us)
{
    int64_t ran_us = mono_us - b->mono_us;
    b->mono_us = mono_us;
    b->us += ran_us;
    int64_t ahead_us = wall_us - b->us;
    if (llabs(ahead_us) <= HOUR_US) {
        b->us = wall_us;
        b->ahead_us = b->doubted_us = 0;
        return false;
    }
    if (b->ahead_us == 0 || (ahead_us < 0) != (b->ahead_us < 0)) {
        b->ahead_us = ahead_us;
        b->doubted_us = 0;
        return true;
    }
    if (llabs(ahead_us) < llabs(b->ahead_us))
        b->ahead_us = ahead_us;
    b->doubted_us += ran_us;
    if (b->doubted_us >= HOUR_US) { // a clock that went further since is a new doubt
        b->us += b->ahead_us;
        b->ahead_us = b->doubted_us = 0;
    }
    return false;
}

static int64_t fact(sqlite3 *db, const char *name, int64_t none)
{
    int64_t value = 0;
    sqlite3_stmt *ask = sql_prepare(db, "SELECT value FROM fact WHERE name = ?1");
    if (ask)
        sql_bind_str(ask, 1, str_of(name));
    if (!ask || !sql_one_i64(ask, none, &value))
        value = 0;
    sqlite3_finalize(ask);
    return value;
}

static int64_t newest_us(sqlite3 *db, int64_t none)
{
    int64_t end_us = 0;
    sqlite3_stmt *ask = sql_prepare(db, "SELECT (hour + 1) * 3600000000 FROM rollup "
                                        "ORDER BY hour DESC LIMIT 1");
    if (!ask || !sql_one_i64(ask, none, &end_us))
        end_us = 0;
    sqlite3_finalize(ask);
    return end_us;
}

void believed_load(struct believed *b, sqlite3 *db, int64_t wall_us, int64_t mono_us)
{
    int64_t us = fact(db, "clock_us", -1);
    *b = (struct believed){.us = us < 0 ? newest_us(db, wall_us) : us,
                           .ahead_us = fact(db, "clock_ahead_us", 0),
                           .doubted_us = fact(db, "clock_doubted_us", 0),
                           .mono_us = mono_us};
}

bool believed_keep(const struct believed *b, sqlite3 *db)
{
    sqlite3_stmt *s = sql_prepare(
        db, "INSERT INTO fact (name, value) VALUES ('clock_us', ?1), ('clock_ahead_us', ?2), "
            "('clock_doubted_us', ?3) ON CONFLICT DO UPDATE SET value = excluded.value");
    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, b->us);
    sqlite3_bind_int64(s, 2, b->ahead_us);
    sqlite3_bind_int64(s, 3, b->doubted_us);
    bool fine = sql_done(s);
    sqlite3_finalize(s);
    return fine;
}
