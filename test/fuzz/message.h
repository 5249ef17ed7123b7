// SPDX-License-Identifier: Apache-2.0
//
// message - one HTTP message read whole and in pieces: what came out must not depend on the cuts.

#ifndef FUZZ_MESSAGE_H
#define FUZZ_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"
#include "net/reader.h"

struct seen {
    enum reader_state head;
    enum reader_state body;
    size_t used; // of the input, when the message ended
    size_t len;
    char text[64 * 1024]; // fields and body, one after the other
    bool pausing;
};

static inline void seen_add(struct seen *s, struct str bytes)
{
    size_t room = sizeof s->text - s->len;
    if (bytes.len > room)
        bytes.len = room;
    if (bytes.len)
        memcpy(s->text + s->len, bytes.ptr, bytes.len);
    s->len += bytes.len;
}

static inline bool seen_sink(void *owner, struct str bytes)
{
    struct seen *s = owner;
    seen_add(s, bytes);
    return !s->pausing;
}

// What the rest of the program relies on in every head that is let through.
static inline void check_head(const struct head *h, struct seen *s)
{
    must(h->field_count <= 200);
    must(h->content_length >= -1);
    must(!(h->chunked && h->content_length >= 0));
    seen_add(s, h->method);
    seen_add(s, h->path);
    seen_add(s, h->query);
    for (unsigned i = 0; i < h->field_count; i++) {
        must(field_name_safe(h->fields[i].name));
        must(field_value_safe(h->fields[i].value));
        seen_add(s, h->fields[i].name);
        seen_add(s, h->fields[i].value);
    }
}

static inline struct loop *fuzz_loop(void)
{
    static struct loop *l;
    if (!l)
        l = loop_new();
    return l;
}

// Reads `input` in pieces of `step` bytes, of one block each, so that reading past one is seen.
static inline void read_message(struct str input, bool request, size_t step, struct seen *s)
{
    struct reader r;
    reader_init(&r, fuzz_loop());
    reader_start(&r, request);
    s->head = READER_MORE;
    s->body = READER_MORE;
    s->used = s->len = 0;
    r.sink = seen_sink;
    r.sink_owner = s;
    while (s->used < input.len) {
        size_t n = input.len - s->used < step ? input.len - s->used : step, used = 0;
        struct str piece = str_from(input.ptr + s->used, n);
        if (s->head == READER_MORE) {
            s->head = reader_head(&r, piece, &used);
            if (s->head == READER_DONE)
                check_head(&r.head, s);
        } else if (r.head.chunked) {
            s->body = reader_chunks(&r, piece, &used);
            must(s->body != READER_PAUSED || s->pausing);
            if (s->body == READER_DONE) {
                s->used += used;
                break;
            }
        } else {
            break;
        }
        must(used <= n);
        s->used += used;
        bool failed = (s->head != READER_MORE && s->head != READER_DONE) ||
                      (s->body != READER_MORE && s->body != READER_PAUSED);
        if (failed)
            break;
    }
    if (s->body == READER_PAUSED)
        s->body = READER_MORE;
    reader_drop(&r);
}

// Where a message is both too large and malformed, a cut may show the one or the other first.
static inline bool same_verdict(enum reader_state a, enum reader_state b)
{
    bool a_refused = a == READER_BAD || a == READER_LARGE;
    bool b_refused = b == READER_BAD || b == READER_LARGE;
    return a == b || (a_refused && b_refused);
}

static inline void compare_cuts(struct str input, bool request)
{
    static struct seen whole, cut;
    static const size_t steps[] = {1, 2, 3, 7, 61};
    whole.pausing = cut.pausing = false;
    read_message(input, request, input.len, &whole);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        cut.pausing = i % 2;
        read_message(input, request, steps[i], &cut);
        must(same_verdict(cut.head, whole.head));
        must(same_verdict(cut.body, whole.body));
        bool whole_ok =
            whole.head == READER_DONE && (whole.body == READER_DONE || whole.body == READER_MORE);
        if (!whole_ok)
            continue;
        must(cut.used == whole.used);
        must(cut.len == whole.len && memcmp(cut.text, whole.text, whole.len) == 0);
    }
}

#endif
