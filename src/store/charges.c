// SPDX-License-Identifier: Apache-2.0
//
// No sum of the statements can leave 64 bits: all amounts are 0 or more, so differences fit, and
// what is settled ends at the largest number. The account's CHECK is the last line of defence.

#include "store/charges.h"

#include "base/alloc.h"
#include "base/golden.h"
#include "base/log.h"
#include "store/sql.h"

#define SIZE_FIRST 64

// What an account has after ?2 more was charged.
#define SETTLED "(min(settled, 9223372036854775807 - ?2) + ?2)"
#define LEASED  "max(0, leased - ?2)"

bool charges_open(struct charges *c, sqlite3 *db)
{
    *c = (struct charges){.db = db};
    c->apply = sql_prepare(
        db, "UPDATE account SET settled = " SETTLED ", leased = " LEASED ", overdraft = "
            "max(overdraft, " SETTLED " - (ceiling - " LEASED ")) WHERE id = ?1");
    c->make = sql_prepare(
        db, "INSERT INTO account (id, budget, value, window, start_us, end_us, limit_nd, "
            "ceiling, settled, overdraft, leased, aged, told, boot, epoch) "
            "VALUES (?1, 0, '', 0, ?1, ?1, 0, 0, ?2, ?2, 0, 0, 0, '', 0)");
    return c->apply && c->make;
}

void charges_close(struct charges *c)
{
    sqlite3_finalize(c->apply);
    sqlite3_finalize(c->make);
    heap_free(c->slots);
    *c = (struct charges){0};
}

static struct account_charge *slot_of(const struct charges *c, uint64_t account)
{
    size_t i = (size_t)(golden(account) >> 32);
    while (c->slots[i & (c->size - 1)].account != 0 &&
           c->slots[i & (c->size - 1)].account != account)
        i++;
    return &c->slots[i & (c->size - 1)];
}

static bool grow(struct charges *c)
{
    struct charges larger = {.size = c->size ? c->size * 2 : SIZE_FIRST};
    larger.slots = alloc_zero(&alloc_heap, larger.size * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < c->size; i++) {
        if (c->slots[i].account)
            *slot_of(&larger, c->slots[i].account) = c->slots[i];
    }
    heap_free(c->slots);
    c->slots = larger.slots;
    c->size = larger.size;
    return true;
}

static bool add(struct charges *c, uint64_t account, int64_t amount)
{
    if ((c->count + 1) * 2 > c->size && !grow(c))
        return false;
    struct account_charge *slot = slot_of(c, account);
    c->count += slot->account == 0;
    slot->account = account;
    if (__builtin_add_overflow(slot->amount, amount, &slot->amount))
        slot->amount = INT64_MAX;
    return true;
}

bool charges_add(struct charges *c, const struct charge *charge)
{
    for (unsigned i = 0; i < charge->count; i++) {
        if (!add(c, charge->accounts[i], charge->charged))
            return false;
    }
    return true;
}

int64_t charges_of(const struct charges *c, uint64_t account)
{
    return c->count ? slot_of(c, account)->amount : 0;
}

const struct account_charge *charges_each(const struct charges *c, size_t *at)
{
    while (*at < c->size) {
        const struct account_charge *slot = &c->slots[(*at)++];
        if (slot->account)
            return slot;
    }
    return NULL;
}

static bool run(sqlite3_stmt *s, const struct account_charge *charge)
{
    sqlite3_bind_int64(s, 1, (int64_t)charge->account);
    sqlite3_bind_int64(s, 2, charge->amount);
    return sql_done(s);
}

// Those that are not there are counted.
static bool apply(struct charges *c, const struct account_charge *charge, unsigned *made)
{
    if (!run(c->apply, charge))
        return false;
    if (sqlite3_changes(c->db) > 0)
        return true;
    ++*made;
    return run(c->make, charge);
}

bool charges_flush(struct charges *c)
{
    size_t at = 0;
    unsigned made = 0;
    for (const struct account_charge *charge; (charge = charges_each(c, &at));) {
        if (!apply(c, charge, &made))
            return false;
    }
    if (made > 0)
        log_say(LOG_ERROR,
                "calls charge %u %s that this ledger does not have (was it lost, or restored from "
                "a copy?): what they cost is kept under %s, and counts for no budget",
                made, made == 1 ? "account" : "accounts",
                made == 1 ? "its number" : "their numbers");
    charges_forget(c);
    return true;
}

void charges_forget(struct charges *c)
{
    for (size_t i = 0; c->count > 0 && i < c->size; i++)
        c->slots[i] = (struct account_charge){0};
    c->count = 0;
}
