// SPDX-License-Identifier: Apache-2.0
//
// Is every call whose end was written in the ledger?

#include "core/entry.h"
#include "insight/verify.h"
#include "store/store.h"

static void lost(void *context, const struct entry *e)
{
    verify_call(context, str_from((const char *)e->id.bytes, sizeof e->id.bytes), e->attempt,
                "its end stands in the journal, its row is not in the ledger");
}

// With what its owner can do.
static void name_aside(void *context, const struct store_aside *a)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    if (a->refused)
        buf_printf(&text,
                   "%s holds calls that the ledger refused (%lld); they have no row, and the log "
                   "says why. Remove the file when you have noted them",
                   a->path, (long long)a->records);
    else if (a->from > 0)
        buf_printf(&text,
                   "%s is damaged: its records before byte %lld (%lld) are in the ledger. How many "
                   "stood behind is not known: calls of that time may be missing, or counted at "
                   "the most they can cost. Hold that time against your providers' bills, then "
                   "remove the file",
                   a->path, (long long)a->from, (long long)a->records);
    else
        buf_printf(&text,
                   "%s is no file of the journal, or its head is damaged: nothing of it is in the "
                   "ledger. Hold its time against your providers' bills, then remove the file",
                   a->path);
    verify_differ(context, buf_str(&text));
    buf_fini(&text);
}

bool verify_journal(struct verify *v)
{
    v->status = store_check_journal(v->store, v->db, lost, v, &v->checked);
    if (v->status != STATUS_OK) {
        why_set(v->why, v->status, "the journal cannot be read");
        return false;
    }
    store_aside_each(v->store, name_aside, v);
    return verify_end(v, "journal");
}
