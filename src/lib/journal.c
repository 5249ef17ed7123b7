// SPDX-License-Identifier: Apache-2.0
//
// An end tells what its accounts then have, not what is to be added to them: a journal means the
// same whatever the definitions are when it is read.

#include "base/clock.h"
#include "lib/record.h"
#include "lib/table.h"

#define FORGOTTEN_US  (INT64_C(24) * 3600 * SECOND_US)
#define ACCOUNT_BYTES (8 + 1 + 4 * 8 + 1 + 1 + NAME_BYTES_MAX + 2 + ACCOUNT_VALUE_BYTES)
#define END_BYTES     (8 + 8 + 8 + 1) // of each account

_Static_assert((ACCOUNT_BYTES + RECORD_HEAD_BYTES + RECORD_CHECK_BYTES) * HOLD_ACCOUNTS_MAX + 17 +
                       RECORD_HEAD_BYTES + RECORD_CHECK_BYTES + 8 * HOLD_ACCOUNTS_MAX <=
                   RECORD_WRITE_MAX,
               "the most that one write has");
_Static_assert(9 + END_BYTES * HOLD_ACCOUNTS_MAX + RECORD_HEAD_BYTES + RECORD_CHECK_BYTES <=
                   RECORD_WRITE_MAX,
               "an end");

static void put_state(struct batch *to, const struct account *a)
{
    record_put_amount(to, a->settled.n);
    record_put_amount(to, a->overdraft.n);
    record_put(to, a->told, 1);
}

static void put_account(struct batch *to, const struct costlens_budgets *b, const struct account *a,
                        uint64_t id)
{
    struct str name = table_budget(b, a->key.budget)->is.name;
    record_begin(to);
    record_put(to, id, 8);
    record_put(to, (uint64_t)a->key.window.kind, 1);
    record_put_amount(to, a->key.window.start_us);
    record_put_amount(to, a->key.window.end_us);
    put_state(to, a);
    record_put(to, name.len, 1);
    record_put_text(to, name);
    record_put(to, a->key.value.len, 2);
    record_put_text(to, a->key.value);
    record_end(to, RECORD_ACCOUNT);
}

static void put_hold(struct batch *to, const struct costlens_hold *h)
{
    record_begin(to);
    record_put(to, h->id, 8);
    record_put_amount(to, h->hold.amount.n);
    record_put(to, h->hold.count, 1);
    for (unsigned i = 0; i < h->hold.count; i++)
        record_put(to, h->hold.accounts[i]->id, 8);
    record_end(to, RECORD_HOLD);
}

static enum costlens_status keep(struct costlens_budgets *b, const struct batch *from)
{
    if (b->behind || (b->write && b->write(b->write_context, from->bytes, from->len) != 0))
        b->behind = true;
    return b->behind ? COSTLENS_IO : COSTLENS_OK;
}

enum costlens_status journal_hold(struct costlens_budgets *b, struct costlens_hold *h)
{
    struct batch to = {0};
    if (h->hold.count == 0)
        return COSTLENS_OK;
    for (unsigned i = 0; i < h->hold.count; i++) {
        struct account *a = h->hold.accounts[i];
        if (a->id)
            continue;
        table_number(b, a, b->account_id + 1);
        put_account(&to, b, a, a->id);
    }
    if (h->id == 0)
        h->id = ++b->hold_id;
    put_hold(&to, h);
    return keep(b, &to);
}

enum costlens_status journal_end(struct costlens_budgets *b, const struct costlens_hold *h)
{
    struct batch to = {0};
    if (h->hold.count == 0)
        return COSTLENS_OK;
    record_begin(&to);
    record_put(&to, h->id, 8);
    record_put(&to, h->hold.count, 1);
    for (unsigned i = 0; i < h->hold.count; i++) {
        record_put(&to, h->hold.accounts[i]->id, 8);
        put_state(&to, h->hold.accounts[i]);
    }
    record_end(&to, RECORD_END);
    return keep(b, &to);
}

// --- beginning anew ---

static bool is_over(const struct account *a, int64_t now_us)
{
    return a->uses == 0 && a->key.window.end_us < INT64_MAX - FORGOTTEN_US &&
           a->key.window.end_us + FORGOTTEN_US <= now_us;
}

static bool write_all(const struct costlens_budgets *b, int64_t now_us, costlens_write_f *write,
                      void *context)
{
    for (size_t i = 0; i < b->account_count; i++) {
        struct batch to = {0};
        if (is_over(b->accounts[i], now_us))
            continue;
        put_account(&to, b, b->accounts[i], b->accounts[i]->id);
        if (write(context, to.bytes, to.len) != 0)
            return false;
    }
    list_for (it, &b->holds) {
        const struct costlens_hold *h = list_of(it, struct costlens_hold, link);
        struct batch to = {0};
        if (h->hold.state != HOLD_OPEN || h->hold.count == 0)
            continue;
        put_hold(&to, h);
        if (write(context, to.bytes, to.len) != 0)
            return false;
    }
    return true;
}

enum costlens_status costlens_budgets_save(struct costlens_budgets *b, int64_t now_us,
                                           costlens_write_f *write, void *context)
{
    if (!write_all(b, now_us, write, context))
        return COSTLENS_IO;
    size_t kept = 0;
    for (size_t i = 0; i < b->account_count; i++) {
        struct account *a = b->accounts[i];
        if (!is_over(a, now_us)) {
            b->accounts[kept++] = a;
            continue;
        }
        bool forgotten = accounts_forget(&b->table, a);
        must(forgotten);
    }
    b->account_count = kept;
    b->write = write;
    b->write_context = context;
    b->behind = false;
    return COSTLENS_OK;
}
