// SPDX-License-Identifier: Apache-2.0
//
//   'C' 'L'  version  type  length  check     payload      check
//    1   1      1       1     2       2      `length`         4     bytes, little-endian
//
// The first check is of the six bytes before it (the lower half of their CRC-32), so that a length
// is believed before it is followed; the second of all that is before it. An end tells what its
// accounts then have, not what is to be added to them: a journal means the same whatever the
// definitions are when it is read.

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "lib/table.h"

#define VERSION       1
#define HEAD_BYTES    8
#define CHECK_BYTES   4
#define WRITE_MAX     8192 // of one write: a hold, and as many accounts as it can have
#define WINDOW_BYTES  (2 * WRITE_MAX)
#define FORGOTTEN_US  (INT64_C(24) * 3600 * SECOND_US)
#define FEW           64
#define ACCOUNT_BYTES (8 + 1 + 4 * 8 + 1 + 1 + NAME_BYTES_MAX + 2 + ACCOUNT_VALUE_BYTES)
#define END_BYTES     (8 + 8 + 8 + 1) // of each account

enum record {
    RECORD_ACCOUNT = 1, // id, window, spent, overdraft, told, budget, value
    RECORD_HOLD = 2,    // id, amount, ids of accounts; a second time when it has grown
    RECORD_END = 3      // id; of each account: id, spent, overdraft, told
};

_Static_assert((ACCOUNT_BYTES + HEAD_BYTES + CHECK_BYTES) * HOLD_ACCOUNTS_MAX + 17 + HEAD_BYTES +
                       CHECK_BYTES + 8 * HOLD_ACCOUNTS_MAX <=
                   WRITE_MAX,
               "the most that one write has");
_Static_assert(9 + END_BYTES * HOLD_ACCOUNTS_MAX + HEAD_BYTES + CHECK_BYTES <= WRITE_MAX, "an end");

// --- writing ---

struct batch {
    size_t len;
    size_t start; // of the record under way
    char bytes[WRITE_MAX];
};

static void put(struct batch *to, uint64_t n, unsigned bytes)
{
    must(to->len + bytes <= sizeof to->bytes);
    for (unsigned i = 0; i < bytes; i++)
        to->bytes[to->len++] = (char)(n >> 8 * i & 0xff);
}

static void put_amount(struct batch *to, int64_t n)
{
    put(to, (uint64_t)n, 8);
}

static void put_text(struct batch *to, struct str text)
{
    must(to->len + text.len <= sizeof to->bytes);
    if (text.len)
        memcpy(to->bytes + to->len, text.ptr, text.len);
    to->len += text.len;
}

static void begin(struct batch *to)
{
    to->start = to->len;
    to->len += HEAD_BYTES;
}

static void end(struct batch *to, enum record type)
{
    size_t behind = to->len;
    char *head = to->bytes + to->start;
    to->len = to->start;
    put_text(to, str_of("CL"));
    put(to, VERSION, 1);
    put(to, (uint64_t)type, 1);
    put(to, behind - to->start - HEAD_BYTES, 2);
    put(to, digest_crc32(0, head, HEAD_BYTES - 2), 2);
    to->len = behind;
    put(to, digest_crc32(0, head, behind - to->start), CHECK_BYTES);
}

static void put_state(struct batch *to, const struct account *a)
{
    put_amount(to, a->settled.n);
    put_amount(to, a->overdraft.n);
    put(to, a->told, 1);
}

static void put_account(struct batch *to, const struct costlens_budgets *b, const struct account *a,
                        uint64_t id)
{
    struct str name = table_budget(b, a->key.budget)->is.name;
    begin(to);
    put(to, id, 8);
    put(to, (uint64_t)a->key.window.kind, 1);
    put_amount(to, a->key.window.start_us);
    put_amount(to, a->key.window.end_us);
    put_state(to, a);
    put(to, name.len, 1);
    put_text(to, name);
    put(to, a->key.value.len, 2);
    put_text(to, a->key.value);
    end(to, RECORD_ACCOUNT);
}

static void put_hold(struct batch *to, const struct costlens_hold *h)
{
    begin(to);
    put(to, h->id, 8);
    put_amount(to, h->hold.amount.n);
    put(to, h->hold.count, 1);
    for (unsigned i = 0; i < h->hold.count; i++)
        put(to, h->hold.accounts[i]->id, 8);
    end(to, RECORD_HOLD);
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
    begin(&to);
    put(&to, h->id, 8);
    put(&to, h->hold.count, 1);
    for (unsigned i = 0; i < h->hold.count; i++) {
        put(&to, h->hold.accounts[i]->id, 8);
        put_state(&to, h->hold.accounts[i]);
    }
    end(&to, RECORD_END);
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

// --- reading ---

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

struct fields {
    struct str left;
    bool few; // there were fewer than were taken
};

static struct str take_text(struct fields *f, size_t len)
{
    f->few = f->few || len > f->left.len;
    if (f->few)
        return STR_NONE;
    struct str text = str_from(f->left.ptr, len);
    f->left = str_skip(f->left, len);
    return text;
}

static uint64_t take(struct fields *f, unsigned bytes)
{
    struct str text = take_text(f, bytes);
    uint64_t n = 0;
    for (size_t i = text.len; i > 0; i--)
        n = n << 8 | (unsigned char)text.ptr[i - 1];
    return n;
}

static int64_t take_amount(struct fields *f)
{
    return (int64_t)take(f, 8);
}

static bool is_whole(const struct fields *f)
{
    return !f->few && f->left.len == 0;
}

struct frame {
    unsigned version, type;
    struct str payload;
    size_t bytes;
};

// A head that is whole. The rest may be cut off.
static bool read_head(struct str bytes, struct frame *out)
{
    if (bytes.len < HEAD_BYTES || bytes.ptr[0] != 'C' || bytes.ptr[1] != 'L')
        return false;
    struct fields f = {str_skip(bytes, 2), false};
    out->version = (unsigned)take(&f, 1);
    out->type = (unsigned)take(&f, 1);
    size_t len = (size_t)take(&f, 2);
    out->payload = str_from(bytes.ptr + HEAD_BYTES, len);
    out->bytes = HEAD_BYTES + len + CHECK_BYTES;
    return take(&f, 2) == (digest_crc32(0, bytes.ptr, HEAD_BYTES - 2) & 0xffff);
}

static bool read_frame(struct str bytes, struct frame *out)
{
    if (!read_head(bytes, out) || out->bytes > bytes.len)
        return false;
    size_t checked = out->bytes - CHECK_BYTES;
    struct fields f = {str_skip(bytes, checked), false};
    return take(&f, CHECK_BYTES) == digest_crc32(0, bytes.ptr, checked);
}

// --- what it tells ---

static struct account *account_of(const struct costlens_budgets *b, uint64_t id)
{
    size_t low = 0;
    size_t high = b->account_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (b->accounts[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->account_count && b->accounts[low]->id == id ? b->accounts[low] : NULL;
}

static struct open *open_of(const struct reading *g, uint64_t id)
{
    size_t low = 0;
    size_t high = g->open_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (g->open[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < g->open_count && g->open[low].id == id && !g->open[low].ended;
    return found ? &g->open[low] : NULL;
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
    kept.settled.n = take_amount(f);
    kept.overdraft.n = take_amount(f);
    kept.told = (uint8_t)take(f, 1);
    return kept;
}

static bool is_state(const struct account_kept *kept)
{
    return kept->overdraft.n >= 0 && kept->overdraft.n <= kept->settled.n;
}

static enum costlens_status apply_account(struct reading *g, struct fields *f)
{
    struct account_key key = {0};
    uint64_t id = take(f, 8);
    key.window.kind = (enum window_kind)take(f, 1);
    key.window.start_us = take_amount(f);
    key.window.end_us = take_amount(f);
    struct account_kept kept = take_state(f);
    struct str name = take_text(f, (size_t)take(f, 1));
    key.value = take_text(f, (size_t)take(f, 2));
    if (!is_whole(f) || id <= g->b->account_id || !is_window(&key.window) || !is_state(&kept) ||
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
    struct open o = {.id = take(f, 8), .amount = take_amount(f), .count = (unsigned)take(f, 1)};
    if (f->few || o.amount < 0 || o.count < 1 || o.count > HOLD_ACCOUNTS_MAX)
        return damaged(g, "tells of no hold");
    for (unsigned i = 0; i < o.count; i++) {
        o.accounts[i] = account_of(g->b, take(f, 8));
        if (!o.accounts[i])
            return damaged(g, "tells of a hold in an account that is not there");
    }
    if (!is_whole(f))
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
    struct open *o = open_of(g, take(f, 8));
    uint64_t count = take(f, 1);
    if (!o)
        return damaged(g, "ends a hold that is not open");
    for (uint64_t i = 0; i < count; i++) {
        struct account *a = account_of(g->b, take(f, 8));
        struct account_kept kept = take_state(f);
        if (!a || f->few || !is_state(&kept) || kept.settled.n < a->settled.n)
            return damaged(g, "ends a hold with what cannot be");
        accounts_restore(a, &kept);
    }
    if (!is_whole(f))
        return damaged(g, "tells of no end");
    o->ended = true;
    shorten(g);
    return COSTLENS_OK;
}

static enum costlens_status apply(struct reading *g, const struct frame *frame)
{
    struct fields f = {frame->payload, false};
    if (frame->version != VERSION)
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
    if (used < HEAD_BYTES)
        return true;
    bool head = read_head(str_from(g->window + g->at, g->len - g->at), &frame);
    return head && frame.bytes <= WRITE_MAX && used < frame.bytes;
}

static enum costlens_status read_tail(struct reading *g)
{
    static const char says[] = "is damaged: it was changed, or more stands there than was written";
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
        if (g->len - g->at < WRITE_MAX) {
            enum costlens_status s = fill(g);
            if (s != COSTLENS_OK)
                return s;
        }
        struct str rest = str_from(g->window + g->at, g->len - g->at);
        if (rest.len == 0)
            return COSTLENS_OK;
        if (!read_frame(rest, &frame)) {
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

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static void capture(struct reading *g, const struct open *o)
{
    for (unsigned i = 0; i < o->count; i++) {
        struct account *a = o->accounts[i];
        struct account_kept kept = {
            {add(a->settled.n, o->amount)}, a->overdraft, a->leased, a->told};
        accounts_restore(a, &kept);
    }
    g->done.holds++;
    g->done.captured = add(g->done.captured, o->amount);
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
