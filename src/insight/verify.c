// SPDX-License-Identifier: Apache-2.0

#include "insight/verify.h"

#include <string.h>

#include "base/random.h"

#define DIFFERENCES_MAX 100 // that are spelt out; all are counted

void verify_cannot_read(struct verify *v)
{
    if (v->status == STATUS_OK)
        v->status = sql_why(v->why, v->db, "the ledger cannot be read");
}

bool verify_step(struct verify *v, sqlite3_stmt *s)
{
    if (v->status != STATUS_OK)
        return false;
    int code = s ? sqlite3_step(s) : SQLITE_ERROR;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        verify_cannot_read(v);
    return code == SQLITE_ROW;
}

int64_t verify_number(struct verify *v, sqlite3_stmt *s)
{
    int64_t n = verify_step(v, s) ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return n;
}

void verify_differ(struct verify *v, struct str text)
{
    v->here++;
    v->found++;
    if (v->named >= DIFFERENCES_MAX)
        return;
    if (v->named++ > 0)
        buf_add_char(&v->differences, ',');
    buf_add_json(&v->differences, text);
}

bool verify_end(struct verify *v, const char *name)
{
    if (v->checks.len > 0)
        buf_add_char(&v->checks, ',');
    buf_printf(&v->checks, "{\"name\":\"%s\",\"checked\":%lld,\"differences\":%lld", name,
               (long long)v->checked, (long long)v->here);
    if (v->other_prices)
        buf_printf(&v->checks, ",\"other_prices\":%lld", (long long)v->other_prices);
    buf_add_char(&v->checks, '}');
    v->checked = v->here = v->other_prices = 0;
    return v->status == STATUS_OK;
}

void verify_call(struct verify *v, struct str id, int64_t attempt, const char *what)
{
    char text[UUID_TEXT];
    struct uuid u = {{0}};
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    if (id.len == sizeof u.bytes)
        memcpy(u.bytes, id.ptr, id.len);
    uuid_write(&u, text);
    buf_printf(&out, "request %.*s, attempt %lld: %s", UUID_TEXT, text, (long long)attempt, what);
    verify_differ(v, buf_str(&out));
    buf_fini(&out);
}
