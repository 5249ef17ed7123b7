// SPDX-License-Identifier: Apache-2.0
//
// A window goes over the journal, always as wide as the longest write: a record is read where it
// lies. What its records tell is done to the table at once; holds that have no end stand in a list
// until all is read, and are then captured. Only the last record may be torn.

#include <stdlib.h>
#include <string.h>

#include "core/usage.h"
#include "lib/record.h"
#include "lib/table.h"

#define WINDOW_BYTES (2 * RECORD_WRITE_MAX)
#define FEW          64

// A hold whose end has not been read.
struct open {
    uint64_t id;
    bool ended;
    int64_t amount;
    unsigned count;
    struct account *accounts[HOLD_ACCOUNTS_MAX];
};

struct reading {
    struct costlens_budgets *b;
    costlens_read_f *read;
    void *context;
    char *window; // WINDOW_BYTES
    size_t at, len;
    bool all;          // nothing follows the window
    struct open *open; // their ids rise
    size_t open_count, open_size, ended_count;
    struct costlens_loaded done;
    struct why *why;
};

static enum costlens_status damaged(struct reading *g, const char *says)
{
    why_set(g->why, STATUS_DAMAGED, "the record at byte %lld %s", (long long)g->done.bytes, says);
    return COSTLENS_DAMAGED;
}

static enum costlens_status no_memory(struct reading *g)
{
    why_set(g->why, STATUS_NO_MEMORY, "out of memory");
    return COSTLENS_NO_MEMORY;
}

// Fills the window.
static enum costlens_status fill(struct reading *g)
{
    memmove(g->window, g->window + g->at, g->len - g->at);
    g->len -= g->at;
    g->at = 0;
    while (!g->all && g->len < WINDOW_BYTES) {
        int64_t n = g->read(g->context, g->window + g->len, WINDOW_BYTES - g->len);
        if (n < 0 || n > (int64_t)(WINDOW_BYTES - g->len)) {
            why_set(g->why, STATUS_IO, "the callback that reads the journal failed");
            return COSTLENS_IO;
        }
        g->all = n == 0;
        g->len += (size_t)n;
    }
    return COSTLENS_OK;
}

// --- what it tells ---

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_account(const void *id, const void *at)
{
    return compare(*(const uint64_t *)id, (*(struct account *const *)at)->id);
}

static int compare_open(const void *id, const void *at)
{
    return compare(*(const uint64_t *)id, ((const struct open *)at)->id);
}

static struct account *account_of(const struct costlens_budgets *b, uint64_t id)
{
    struct account **found = b->account_count ? bsearch(&id, b->accounts, b->account_count,
                                                        sizeof *found, compare_account)
                                              : NULL;
    return found ? *found : NULL;
}

static struct open *open_of(const struct reading *g, uint64_t id)
{
    struct open *found =
        g->open_count ? bsearch(&id, g->open, g->open_count, sizeof *found, compare_open) : NULL;
    return found && !found->ended ? found : NULL;
}

static bool is_window(const struct window *w)
{
    switch (w->kind) {
    case WINDOW_LIFETIME:
    case WINDOW_DAY:
    case WINDOW_WEEK:
    case WINDOW_MONTH: return w->start_us < w->end_us;
    }
    return false;
}

static struct account_kept take_state(struct fields *f)
{
    struct account_kept kept = {0};
    kept.settled.n = record_take_amount(f);
    kept.overdraft.n = record_take_amount(f);
    kept.told = (uint8_t)record_take(f, 1);
    return kept;
}

static bool is_state(const struct account_kept *kept)
{
    return kept->overdraft.n >= 0 && kept->overdraft.n <= kept->settled.n;
}

static enum costlens_status apply_account(struct reading *g, struct fields *f)
{
    struct account_key key = {0};
    uint64_t id = record_take(f, 8);
    key.window.kind = (enum window_kind)record_take(f, 1);
    key.window.start_us = record_take_amount(f);
    key.window.end_us = record_take_amount(f);
    struct account_kept kept = take_state(f);
    struct str name = record_take_text(f, (size_t)record_take(f, 1));
    key.value = record_take_text(f, (size_t)record_take(f, 2));
    if (!record_taken(f) || id <= g->b->account_id || !is_window(&key.window) || !is_state(&kept) ||
        name.len == 0 || name.len > NAME_BYTES_MAX)
        return damaged(g, "tells of no account");
    const struct lib_budget *budget = table_named(g->b, name);
    if (!budget)
        return no_memory(g);
    key.budget = budget->is.id;
    struct account *a = NULL;
    enum status s = table_account(g->b, &key, 0, &a);
    if (s == STATUS_NO_MEMORY)
        return no_memory(g);
    if (s != STATUS_OK)
        return damaged(g, s == STATUS_CONFLICT ? "tells of an account that is there already"
                                               : "tells of no account");
    table_number(g->b, a, id);
    accounts_restore(a, &kept);
    return COSTLENS_OK;
}

static enum costlens_status push_open(struct reading *g, const struct open *o)
{
    if (o->id <= g->b->hold_id)
        return damaged(g, "tells of a hold that has ended, or is older than the one before it");
    struct open *more =
        alloc_grow(&g->b->alloc, g->open, sizeof *more, g->open_count, &g->open_size);
    if (!more)
        return no_memory(g);
    g->open = more;
    g->open[g->open_count++] = *o;
    g->b->hold_id = o->id;
    return COSTLENS_OK;
}

static enum costlens_status apply_hold(struct reading *g, struct fields *f)
{
    struct open o = {.id = record_take(f, 8),
                     .amount = record_take_amount(f),
                     .count = (unsigned)record_take(f, 1)};
    if (f->few || o.amount < 0 || o.count < 1 || o.count > HOLD_ACCOUNTS_MAX)
        return damaged(g, "tells of no hold");
    for (unsigned i = 0; i < o.count; i++) {
        o.accounts[i] = account_of(g->b, record_take(f, 8));
        if (!o.accounts[i])
            return damaged(g, "tells of a hold in an account that is not there");
    }
    if (!record_taken(f))
        return damaged(g, "tells of no hold");
    struct open *before = open_of(g, o.id);
    if (!before)
        return push_open(g, &o);
    if (o.amount < before->amount)
        return damaged(g, "tells of a hold that has become less");
    *before = o;
    return COSTLENS_OK;
}

// Those that have ended go once they are many.
static void shorten(struct reading *g)
{
    size_t kept = 0;
    if (++g->ended_count < FEW || g->ended_count * 2 < g->open_count)
        return;
    for (size_t i = 0; i < g->open_count; i++) {
        if (!g->open[i].ended)
            g->open[kept++] = g->open[i];
    }
    g->open_count = kept;
    g->ended_count = 0;
}

static enum costlens_status apply_end(struct reading *g, struct fields *f)
{
    struct open *o = open_of(g, record_take(f, 8));
    uint64_t count = record_take(f, 1);
    if (!o)
        return damaged(g, "ends a hold that is not open");
    for (uint64_t i = 0; i < count; i++) {
        struct account *a = account_of(g->b, record_take(f, 8));
        struct account_kept kept = take_state(f);
        if (!a || f->few || !is_state(&kept) || kept.settled.n < a->settled.n)
            return damaged(g, "ends a hold with what cannot be");
        accounts_restore(a, &kept);
    }
    if (!record_taken(f))
        return damaged(g, "tells of no end");
    o->ended = true;
    shorten(g);
    return COSTLENS_OK;
}

static enum costlens_status apply(struct reading *g, const struct frame *frame)
{
    struct fields f = {frame->payload, false};
    if (frame->version != RECORD_VERSION)
        return damaged(g, "was written by another version of the library");
    switch (frame->type) {
    case RECORD_ACCOUNT: return apply_account(g, &f);
    case RECORD_HOLD: return apply_hold(g, &f);
    case RECORD_END: return apply_end(g, &f);
    default: return damaged(g, "is of a kind that this version does not know");
    }
}

// --- its end ---

static size_t used_bytes(const struct reading *g)
{
    size_t len = g->len;
    while (len > g->at && g->window[len - 1] == 0)
        len--;
    return len - g->at;
}

// No whole record stands there. A write that was not finished leaves the beginning of one, and
// behind it nothing, or zeros where the file system had given the space already.
static bool is_torn(const struct reading *g)
{
    struct frame frame;
    size_t used = used_bytes(g);
    if (used < RECORD_HEAD_BYTES)
        return record_begins(str_from(g->window + g->at, used));
    bool head = record_head(str_from(g->window + g->at, g->len - g->at), &frame);
    return head && frame.bytes <= RECORD_WRITE_MAX && used < frame.bytes;
}

static enum costlens_status read_tail(struct reading *g)
{
    static const char says[] = "is damaged: it was changed, or more stands there than was written";
    if (g->done.bytes == 0 && used_bytes(g) == 0)
        return damaged(g, "is zero bytes: whatever the journal had is lost");
    if (!is_torn(g))
        return damaged(g, says);
    g->done.torn = (int64_t)(g->len - g->at);
    while (!g->all) {
        g->at = g->len;
        enum costlens_status s = fill(g);
        if (s != COSTLENS_OK)
            return s;
        if (used_bytes(g) > 0)
            return damaged(g, says);
        g->done.torn += (int64_t)g->len;
    }
    return COSTLENS_OK;
}

static enum costlens_status read_all(struct reading *g)
{
    for (;;) {
        struct frame frame;
        if (g->len - g->at < RECORD_WRITE_MAX) {
            enum costlens_status s = fill(g);
            if (s != COSTLENS_OK)
                return s;
        }
        struct str rest = str_from(g->window + g->at, g->len - g->at);
        if (rest.len == 0)
            return COSTLENS_OK;
        if (!record_read(rest, &frame)) {
            enum costlens_status s = fill(g);
            return s == COSTLENS_OK ? read_tail(g) : s;
        }
        enum costlens_status s = apply(g, &frame);
        if (s != COSTLENS_OK)
            return s;
        g->at += frame.bytes;
        g->done.bytes += (int64_t)frame.bytes;
    }
}

static void capture(struct reading *g, const struct open *o)
{
    for (unsigned i = 0; i < o->count; i++) {
        struct account *a = o->accounts[i];
        struct account_kept kept = {
            {count_add(a->settled.n, o->amount)}, a->overdraft, a->leased, a->told};
        accounts_restore(a, &kept);
    }
    g->done.holds++;
    g->done.captured = count_add(g->done.captured, o->amount);
}

// Thresholds that were passed since they were last told, or now.
static void finish(struct reading *g)
{
    for (size_t i = 0; i < g->open_count; i++) {
        if (!g->open[i].ended)
            capture(g, &g->open[i]);
    }
    for (size_t i = 0; i < g->b->account_count; i++) {
        struct account_terms same = g->b->accounts[i]->terms;
        accounts_terms(&g->b->table, g->b->accounts[i], &same);
    }
}

static void empty(struct costlens_budgets *b)
{
    for (size_t i = 0; i < b->account_count; i++) {
        bool forgotten = accounts_forget(&b->table, b->accounts[i]);
        must(forgotten);
    }
    b->account_count = 0;
    b->account_id = 0;
    b->hold_id = 0;
}

// Six parameters, each of which the caller has at hand. NOLINTNEXTLINE(readability-function-size)
enum costlens_status costlens_budgets_load(struct costlens_budgets *b, costlens_read_f *read,
                                           void *context, struct costlens_loaded *out,
                                           char *message, size_t message_size)
{
    struct why why = {.text = "the table has accounts already: load before the first hold"};
    struct reading g = {.b = b, .read = read, .context = context, .why = &why};
    enum costlens_status s = COSTLENS_CONFLICT;
    if (b->table.count == 0) {
        g.window = alloc_get(&b->alloc, WINDOW_BYTES);
        s = g.window ? read_all(&g) : no_memory(&g);
        if (s == COSTLENS_OK)
            finish(&g);
        else
            empty(b);
        alloc_free(&b->alloc, g.window);
        alloc_free(&b->alloc, g.open);
    }
    if (s != COSTLENS_OK)
        (void)lib_fault(&why, message, message_size);
    else if (out)
        *out = g.done;
    return s;
}
