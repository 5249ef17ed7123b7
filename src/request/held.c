// SPDX-License-Identifier: Apache-2.0

#include "request/held.h"

#include "base/clock.h"
#include "request/heads.h"
#include "request/relay.h"
#include "wire/within.h"

#define COMMENTS_US (10 * SECOND_US) // a client that hears nothing for longer may give up

// The first text of what came of a stream.
static void first_text(enum meter_kind kind, struct str came, struct buf *out)
{
    struct sse cutter;
    struct sse_event e;
    if (kind == METER_LINES) {
        came = str_trim(came);
        buf_add(out, str_from(came.ptr, str_find(came, '\n')));
        return;
    }
    sse_init(&cutter, &alloc_heap);
    while (out->len == 0 && (sse_next(&cutter, &came, &e) || sse_last(&cutter, &e)) && !e.part)
        buf_add(out, e.data);
    sse_fini(&cutter);
}

static void drop_type(struct buf *fields)
{
    struct str rest = buf_str(fields);
    struct str name = STR("content-type:");
    size_t kept = 0;
    while (rest.len) {
        struct str line = str_from(rest.ptr, str_find(rest, '\n') + 1);
        rest = str_skip(rest, line.len);
        if (str_starts_nocase(line, name))
            continue;
        memmove(fields->ptr + kept, line.ptr, line.len);
        kept += line.len;
    }
    fields->len = kept;
}

void held_be_json(struct attempt *a)
{
    drop_type(&a->fields);
    field_write(&a->fields, str_of("content-type"), str_of("application/json"));
}

void held_become_error(struct req *r, int status, struct str text)
{
    struct attempt *a = &r->attempt;
    buf_clear(&a->whole);
    within_body(text, &a->whole);
    buf_clear(&a->meter.held);
    a->upstream_status = status;
    a->mode = RELAY_WHOLE;
    a->upstream_ended = true;
    held_be_json(a);
}

static bool is_error(struct req *r)
{
    struct attempt *a = &r->attempt;
    struct buf text;
    if (!a->meter.stream_error)
        return false;
    buf_init(&text, &alloc_heap, a->whole.ceiling);
    first_text(a->meter.setup.kind, buf_str(&a->whole), &text);
    if (text.len == 0) // behind comments, or alone
        first_text(a->meter.setup.kind, buf_str(&a->meter.held), &text);
    int status = buf_failed(&text) ? 0 : within_status(buf_str(&text));
    if (status)
        held_become_error(r, status, buf_str(&text));
    buf_fini(&text);
    return status > 0;
}

void held_pass(struct req *r)
{
    struct attempt *a = &r->attempt;
    struct buf came = a->whole;
    if (buf_failed(&came)) // a part is missing: the attempt fails
        return;
    buf_init(&a->whole, &alloc_heap, came.ceiling);
    a->mode = RELAY_STREAM;
    heads_send(r, -1, false);
    relay_pass(r, buf_str(&came));
    buf_fini(&came);
    relay_give_back(r);
}

void held_came(struct req *r)
{
    const struct attempt *a = &r->attempt;
    if (a->whole.len && (a->meter.spoken || clock_mono_us() - a->dispatch_mono_us > COMMENTS_US))
        held_judge(r);
}

void held_judge(struct req *r)
{
    if (r->attempt.mode == RELAY_HELD && !buf_failed(&r->attempt.whole) && !is_error(r) &&
        !r->attempt.verifies)
        held_pass(r);
}
