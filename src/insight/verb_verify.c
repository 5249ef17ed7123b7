// SPDX-License-Identifier: Apache-2.0
//
// Do the books balance? Asked in one read transaction:
//   rollups     does every hour's sum equal its rows, added up anew?
//   attempts    is every attempt of a request there once?
//   names       are the words there, whose numbers calls and sums have?
//   tags        can those of each call be read, and has it those that budgets counted it by?
//   arithmetic  does usage x price give the cost that was frozen, where the book is still the same?
//               Has a free call no cost and no charge of a provider, a priced one a cost, an
//               unpriced one none, and is no charge below 0?
//   budgets     was each call charged its cost, rounded up once to nanodollars, or all that it held
//               where nobody knows; and is that what its accounts settled? Is their overdraft
//               what passed the limit, and what is set aside the running process's? Is the budget
//               of each there?
//   journal     is every call whose end was written in the ledger? (outside of the transaction)

#include "insight/asked.h"
#include "insight/verbs.h"
#include "insight/verify.h"

static void check_all(struct verify *v)
{
    if (sql_run(v->db, "BEGIN") != SQLITE_OK) {
        verify_cannot_read(v);
        return;
    }
    bool fine = verify_rollups(v) && verify_attempts(v) && verify_names(v) && verify_tags(v) &&
                verify_arithmetic(v) && verify_budgets(v) && verify_journal(v);
    must(fine == (v->status == STATUS_OK));
    sql_run(v->db, "COMMIT");
}

static enum status run(struct verify *v, struct buf *json)
{
    buf_init(&v->checks, &alloc_heap, 0);
    buf_init(&v->differences, &alloc_heap, 0);
    check_all(v);
    enum status status = v->status;
    if (status == STATUS_OK) {
        buf_printf(json, "{\"balanced\":%s,\"checks\":[", v->found ? "false" : "true");
        buf_add(json, buf_str(&v->checks));
        buf_add_cstr(json, "],\"differences\":[");
        buf_add(json, buf_str(&v->differences));
        buf_printf(json, "],\"difference_count\":%lld}", (long long)v->found);
        if (buf_failed(json) || buf_failed(&v->checks) || buf_failed(&v->differences))
            status = why_set(v->why, STATUS_NO_MEMORY, "out of memory");
    }
    buf_fini(&v->checks);
    buf_fini(&v->differences);
    return status;
}

enum status verify_verb(struct store *s, const struct catalog *c, struct str args_json,
                        struct buf *out_json, struct why *why)
{
    struct verify v = {.store = s, .catalog = c, .why = why};
    enum status status = args_none(args_json, why);
    if (status == STATUS_OK)
        status = asked_reader(s, &v.db, why);
    if (status != STATUS_OK)
        return status;
    status = run(&v, out_json);
    store_reader_close(v.db);
    return status;
}
