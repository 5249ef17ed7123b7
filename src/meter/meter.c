// SPDX-License-Identifier: Apache-2.0
//
// Streams are cut into events, each of which its dialect judges: pass, drop, hold. Runs of passed
// events go on as one slice. What is too long to be kept, or of unknown length, is sifted as it
// passes, and the dialect reads what the sift kept: a long event, a JSON answer, and each element
// of a Gemini stream without `alt=sse`, which is a JSON array.

#include "base/limits.h"
#include "meter/meter_part.h"
#include "wire/vendor.h"

// Where in a JSON text.
enum { TEXT_START, TEXT_SCAN, TEXT_ARRAY, TEXT_END, TEXT_BROKEN };

static const struct sift_level *levels_of(const struct meter *m)
{
    switch (endpoint_dialect(m->setup.endpoint)) {
    case DIALECT_ANTHROPIC: return anthropic_levels;
    case DIALECT_GEMINI: return gemini_levels;
    case DIALECT_OLLAMA: return ollama_levels;
    case DIALECT_OPENAI:
    case DIALECT_COUNT: break;
    }
    return m->setup.endpoint == ENDPOINT_RESPONSES ? responses_levels : chat_levels;
}

static void drop_sift(struct meter *m)
{
    if (!m->sift)
        return;
    sift_fini(m->sift);
    alloc_free(m->alloc, m->sift);
    m->sift = NULL;
}

// Without memory there is none.
static void begin_sift(struct meter *m, unsigned root)
{
    drop_sift(m);
    m->sift = alloc_get(m->alloc, sizeof *m->sift);
    if (m->sift)
        sift_init(m->sift, levels_of(m), root, m->alloc);
}

// An event, or an array's element, of more goes on in parts.
static size_t long_bytes(const struct meter *m)
{
    return m->setup.holds_long ? VERIFIED_BYTES_MAX : SSE_EVENT_BYTES_MAX;
}

static void begin_cutting(struct meter *m)
{
    switch (m->setup.kind) {
    case METER_LINES:
        lines_init(&m->lines, m->alloc);
        m->lines.long_bytes = long_bytes(m);
        break;
    case METER_JSON: buf_init(&m->element, m->alloc, SSE_EVENT_BYTES_MAX); break;
    case METER_SSE:
    case METER_OTHER:
        sse_init(&m->sse, m->alloc);
        m->sse.long_bytes = long_bytes(m);
        break;
    }
}

void meter_init(struct meter *m, const struct meter_setup *setup, const struct alloc *alloc)
{
    *m = (struct meter){.setup = *setup, .alloc = alloc};
    m->usage.us_region = setup->vendor_flags & VENDOR_REGIONAL;
    begin_cutting(m);
    // Beside an element, what else a read has of others.
    buf_init(&m->held, alloc,
             setup->holds_long ? VERIFIED_BYTES_MAX + SSE_EVENT_BYTES_MAX : HELD_BYTES_MAX);
    m->parts = (struct meter_parts)METER_NO_PARTS;
    if (setup->kind != METER_JSON)
        return;
    begin_sift(m, LEVEL_WHOLE);
    if (m->sift)
        m->sift->once = true;
    else
        m->garbage = true;
}

void meter_fini(struct meter *m)
{
    if (m->setup.kind == METER_LINES)
        lines_fini(&m->lines);
    else if (m->setup.kind == METER_JSON)
        buf_fini(&m->element);
    else
        sse_fini(&m->sse);
    buf_fini(&m->held);
    drop_sift(m);
    alloc_free(m->alloc, m->shares);
    m->shares = NULL;
}

void meter_tier(struct meter *m, struct str word)
{
    gemini_tier(&m->usage, word);
}

// Of a long text the marks come with its end, but most of it passes before.
static size_t feed_sift(struct meter *m, struct str piece)
{
    size_t n = sift_feed(m->sift, piece);
    m->failing = m->failing || m->sift->met >> LEVEL_ERROR & 1;
    m->media = m->media || m->sift->data;
    return n;
}

static void hold(struct meter *m, struct str bytes)
{
    buf_add(&m->held, bytes);
    if (buf_failed(&m->held))
        m->garbage = true;
}

static void give_held(struct meter *m, meter_pass_f *pass, void *context)
{
    if (m->held.len)
        pass(context, buf_str(&m->held));
    buf_clear(&m->held);
}

static void give(struct str *span, meter_pass_f *pass, void *context)
{
    if (span->len)
        pass(context, *span);
    *span = STR_NONE;
}

static enum meter_verdict judge(struct meter *m, const struct sse_event *e)
{
    if (!e->has_data)
        return METER_PASS;
    m->spoken = true;
    m->failing = m->failing || str_is(e->name, "error");
    switch (endpoint_dialect(m->setup.endpoint)) {
    case DIALECT_ANTHROPIC: return anthropic_event(m, e->data);
    case DIALECT_GEMINI: return gemini_event(m, e->data);
    case DIALECT_OLLAMA: return ollama_event(m, e->data);
    case DIALECT_OPENAI:
    case DIALECT_COUNT: break;
    }
    if (m->setup.endpoint == ENDPOINT_RESPONSES)
        return responses_event(m, e->name, e->data);
    return chat_event(m, e->data);
}

// Its parts have gone on: what is left of it is passed or held.
static enum meter_verdict judge_long(struct meter *m, const struct sse_event *e)
{
    struct sse_event kept = *e;
    enum meter_verdict v = METER_PASS;
    if (m->sift && m->sift->done) {
        kept.data = sift_text(m->sift);
        m->sifted = true;
        v = judge(m, &kept);
        m->sifted = false;
    } else if (m->sift && (m->sift->broken || m->sift->walked > 0)) { // else a comment
        v = event_unreadable(m, (struct str)STR("{"));
    }
    drop_sift(m);
    m->inside = v == METER_HOLD; // until it is released
    return v == METER_DROP ? METER_PASS : v;
}

// The next run of data in a part of a long event.
static bool next_data(struct meter *m, struct str *part, struct str *data)
{
    if (m->setup.kind == METER_SSE)
        return sse_data(&m->sse, part, data);
    *data = *part;
    *part = STR_NONE;
    return data->len > 0;
}

static void read_part(struct meter *m, struct str part)
{
    struct str data;
    if (!m->inside)
        begin_sift(m, LEVEL_EVENT);
    m->inside = true;
    while (next_data(m, &part, &data)) {
        m->spoken = true;
        if (m->sift)
            (void)feed_sift(m, data);
    }
}

static enum meter_verdict judge_next(struct meter *m, const struct sse_event *e)
{
    if (e->tail)
        return (enum meter_verdict)m->last;
    if (!e->part)
        return judge(m, e);
    read_part(m, e->raw);
    return e->end ? judge_long(m, e) : METER_PASS;
}

bool told_last(const struct meter *m)
{
    return m->terminal || m->finished || m->text_state == TEXT_SCAN;
}

bool text_since(const struct meter *m, int64_t bytes)
{
    return m->text_state != TEXT_SCAN && m->text_bytes > bytes;
}

bool told_output(const struct meter *m)
{
    if (!m->counted || !told_last(m) || text_since(m, m->told_bytes))
        return false;
    if (m->text_bytes > 0)
        return !m->output_untold && usage_output(&m->usage) > 0;
    return !m->output_untold || !m->media;
}

// It was begun, and its end is told elsewhere: what it says of usage is not all. In a state that
// nobody knows, zeros of an answer without a text are no usage.
static bool goes_on(const struct meter *m)
{
    static const char *const ends[] = {"completed", "incomplete", "failed", "cancelled"};
    struct str state = str_of(m->finish);
    if (m->setup.endpoint != ENDPOINT_RESPONSES)
        return false;
    if (str_is(state, "queued") || str_is(state, "in_progress"))
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (str_is(state, ends[i]))
            return false;
    }
    return !usage_any(&m->usage) && m->text_bytes == 0 && !m->stream_error;
}

// Zeros alone, in a stream that does not say how it ended, are a placeholder; of an error they may
// be true.
static bool counts_nothing(const struct meter *m)
{
    return endpoint_makes_output(m->setup.endpoint) && meter_kind_streams(m->setup.kind) &&
           !usage_any(&m->usage) && !m->finished && !m->finish[0] && !m->stream_error;
}

// No text is fewer tokens than its words are.
static void outcount(struct meter *m)
{
    int64_t lacks = meter_least(m) - usage_output(&m->usage);
    if (!m->counted || m->output_untold || text_since(m, m->told_bytes) || lacks <= 0)
        return;
    usage_doubt(&m->usage);
    m->usage.count[BUCKET_OUTPUT] += lacks;
}

static void conclude(struct meter *m)
{
    outcount(m);
    if (m->terminal && counts_nothing(m))
        m->counted = false;
    m->begun = goes_on(m);
    m->has_usage = told_output(m) && !m->input_untold && !m->begun;
}

static bool next_event(struct meter *m, struct str *piece, struct sse_event *e)
{
    return m->setup.kind == METER_SSE ? sse_next(&m->sse, piece, e)
                                      : lines_next(&m->lines, piece, e);
}

static bool last_event(struct meter *m, struct sse_event *e)
{
    return m->setup.kind == METER_SSE ? sse_last(&m->sse, e) : lines_last(&m->lines, e);
}

// The place of what was given is used again by the next event.
static bool event_passes_by(const struct meter *m)
{
    return m->setup.kind == METER_SSE ? m->sse.given || m->sse.ends_given : m->lines.given;
}

static void feed_stream(struct meter *m, struct str piece, meter_pass_f *pass, void *context)
{
    struct str span = STR_NONE;
    struct sse_event e;
    while (!m->terminal && next_event(m, &piece, &e)) {
        enum meter_verdict v = judge_next(m, &e);
        m->last = (unsigned char)v;
        if (v == METER_HOLD)
            hold(m, e.raw);
        if (v != METER_PASS)
            continue;
        if (span.ptr && span.ptr + span.len == e.raw.ptr) {
            span.len += e.raw.len;
        } else {
            give(&span, pass, context);
            span = e.raw;
        }
        if (event_passes_by(m))
            give(&span, pass, context);
    }
    give(&span, pass, context);
    if (m->terminal)
        hold(m, piece);
    m->garbage = m->garbage || (m->setup.kind == METER_SSE ? m->sse.failed : m->lines.failed);
}

// One element of an array of answers. A sift keeps no texts: where they are counted it is read as
// it came, if it is not too long, as of a stream of events.
static void element(struct meter *m)
{
    m->sifted = !m->setup.least || buf_failed(&m->element);
    (void)gemini_event(m, m->sifted ? sift_text(m->sift) : buf_str(&m->element));
    m->sifted = false;
    m->in_element = false;
    m->behind_element = true;
    m->spoken = m->spoken || !m->stream_error;
    buf_clear(&m->element);
}

// Between elements. False when the byte is none of an array's.
static bool array_char(struct meter *m, char c)
{
    if (c == ']')
        m->text_state = TEXT_END;
    if (c == ',')
        m->behind_element = false;
    return c == ']' || c == ',' || str_blank(c);
}

// Gives how much of the piece was read; 0 when it is no array of objects.
static size_t array_part(struct meter *m, struct str piece)
{
    if (!m->in_element && piece.ptr[0] != '{')
        return array_char(m, piece.ptr[0]);
    if (!m->in_element)
        begin_sift(m, LEVEL_EVENT);
    m->in_element = true;
    size_t n = m->sift ? feed_sift(m, piece) : 0;
    if (!m->sift || m->sift->broken)
        return 0;
    if (m->setup.least)
        buf_add(&m->element, str_from(piece.ptr, n));
    if (m->sift->done)
        element(m);
    return n;
}

const char *meter_array_next(const struct meter *m)
{
    bool array = m->text_state == TEXT_ARRAY || m->text_state == TEXT_END;
    if (!array || m->inside)
        return NULL;
    return m->behind_element ? "," : "";
}

// Gives how many of the last bytes are of an element that has not ended and may be held.
static size_t feed_array(struct meter *m, struct str piece)
{
    size_t n = 0;
    while (piece.len && m->text_state == TEXT_ARRAY) {
        n = array_part(m, piece);
        if (n == 0) {
            m->text_state = TEXT_BROKEN;
            m->garbage = m->garbage || !m->setup.error;
        }
        piece = str_skip(piece, n);
        m->inside = m->inside && m->in_element;
    }
    m->whole = m->text_state == TEXT_END;
    if (m->text_state != TEXT_ARRAY || !m->in_element)
        return 0;
    m->inside = m->inside || m->held.len + n > long_bytes(m);
    return m->inside ? 0 : n;
}

static void whole_read(struct meter *m)
{
    if (!m->sift || m->text_state != TEXT_SCAN)
        return;
    struct str text = sift_text(m->sift);
    m->sifted = true;
    switch (endpoint_dialect(m->setup.endpoint)) {
    case DIALECT_ANTHROPIC: anthropic_whole(m, text); break;
    case DIALECT_GEMINI: (void)gemini_event(m, text); break;
    case DIALECT_OLLAMA: ollama_whole(m, text); break;
    case DIALECT_OPENAI:
    case DIALECT_COUNT:
        if (m->setup.endpoint == ENDPOINT_RESPONSES)
            responses_whole(m, text);
        else
            chat_whole(m);
        break;
    }
    m->sifted = false;
    m->text_bytes += m->sift->sum;
    m->events += m->sift->sums;
    drop_sift(m);
}

// A BOM may stand before a JSON text, and is no part of it (RFC 8259, 8.1).
static struct str behind_bom(struct meter *m, struct str piece)
{
    static const char bom[3] = "\xef\xbb\xbf";
    while (piece.len && m->bom < sizeof bom && piece.ptr[0] == bom[m->bom]) {
        piece = str_skip(piece, 1);
        m->bom++;
    }
    if (piece.len && m->bom % sizeof bom) // a part of one
        m->garbage = m->garbage || !m->setup.error;
    return piece;
}

// Gives how many of the last bytes are to be held, as feed_array.
static size_t feed_text(struct meter *m, struct str piece)
{
    if (m->text_state == TEXT_START) {
        piece = behind_bom(m, piece);
        struct str rest = str_trim(piece);
        if (rest.len == 0)
            return 0; // a vendor's blank lines while the call waits
        bool array = rest.ptr[0] == '[' && endpoint_dialect(m->setup.endpoint) == DIALECT_GEMINI;
        m->text_state = array ? TEXT_ARRAY : TEXT_SCAN;
        if (array)
            piece = str_skip(piece, (size_t)(rest.ptr - piece.ptr) + 1);
    }
    if (m->text_state != TEXT_SCAN)
        return feed_array(m, piece);
    if (!m->sift)
        return 0;
    (void)feed_sift(m, piece);
    m->whole = m->sift->done;
    m->garbage = m->garbage || (m->sift->broken && !m->whole && !m->setup.error);
    return 0;
}

// Bytes from the one that closes the text on.
static size_t closing_bytes(struct str piece)
{
    struct str text = str_trim(piece);
    return text.len ? piece.len - (size_t)(text.ptr - piece.ptr) - text.len + 1 : piece.len;
}

// The last byte of a whole answer is held back, so that the client does not see its end too early.
// So is an array's element until its end, as an event: what has passed can go on.
static void feed_json(struct meter *m, struct str piece, meter_pass_f *pass, void *context)
{
    size_t kept = piece.len;
    if (!m->whole) {
        kept = feed_text(m, piece);
        if (m->whole) {
            whole_read(m);
            kept = closing_bytes(piece);
        }
    }
    if (piece.len > kept) {
        const struct str goes = str_from(piece.ptr, piece.len - kept);
        const bool joins = m->held.len > 0 && m->text_state != TEXT_SCAN && // an element's rest
                           m->held.len + goes.len <= m->held.ceiling;
        if (joins)
            hold(m, goes);
        give_held(m, pass, context);
        if (!joins)
            pass(context, goes);
    }
    hold(m, str_skip(piece, piece.len - kept));
}

void meter_feed(struct meter *m, struct str piece, meter_pass_f *pass, void *context)
{
    if (piece.len == 0)
        return;
    m->body_bytes += (int64_t)piece.len;
    switch (m->setup.kind) {
    case METER_SSE:
    case METER_LINES:
        if (m->terminal)
            hold(m, piece);
        else
            feed_stream(m, piece, pass, context);
        break;
    case METER_JSON: feed_json(m, piece, pass, context); break;
    case METER_OTHER: pass(context, piece); break;
    }
    conclude(m);
}

// Some servers end without the blank line. What is whole without it counts and is passed on.
static void end_stream(struct meter *m)
{
    struct sse_event e;
    if (m->terminal || !last_event(m, &e))
        return;
    if (e.part) {
        if (m->sift && m->sift->done && judge_long(m, &e) != METER_DROP)
            hold(m, e.raw);
        return;
    }
    bool done = str_is(str_trim(e.data), "[DONE]");
    if (e.has_data && !done && !skim_whole(e.data))
        return;
    if (judge(m, &e) != METER_DROP)
        hold(m, e.raw);
}

void meter_end(struct meter *m, bool clean)
{
    m->clean = clean;
    if (meter_kind_streams(m->setup.kind) && clean)
        end_stream(m);
    if (m->setup.kind == METER_JSON)
        whole_read(m);
    if (m->setup.kind == METER_OTHER)
        m->text_bytes = m->body_bytes;
    conclude(m);
}

bool meter_complete(const struct meter *m)
{
    switch (m->setup.kind) {
    case METER_SSE:
    case METER_LINES: return m->terminal || (m->finished && m->clean);
    case METER_JSON: return m->whole && m->clean && (m->text_state != TEXT_END || m->finished);
    case METER_OTHER: return m->clean;
    }
    return false;
}

// Whether a complete answer says of its output anything at all: a count, a charge, a piece, or how
// it ended. A call in progress has not.
static bool tells_output(const struct meter *m)
{
    if (m->begun)
        return false;
    if (!endpoint_makes_output(m->setup.endpoint) || m->counted || m->usage.has_reported)
        return true;
    return m->text_bytes > 0 || m->events > 0 || m->media || m->finish[0];
}

// A single text is made before its first byte comes: how long it was, its beginning does not say.
bool meter_tells(const struct meter *m)
{
    if (m->has_usage || m->stream_error)
        return true;
    if (m->setup.background)
        return false;
    if (meter_complete(m))
        return tells_output(m);
    bool stream = meter_kind_streams(m->setup.kind) || m->text_state > TEXT_SCAN;
    return stream && !m->garbage && m->events > 0;
}

void meter_release(struct meter *m, meter_pass_f *pass, void *context)
{
    give_held(m, pass, context);
    m->inside = false;
}

static int64_t us_of(int64_t ns)
{
    int64_t us = ns / 1000 + (ns % 1000 >= 500);
    return us < METER_COUNT_MAX ? us : 0; // no call takes that long
}

struct meter_spent meter_spent(const struct meter *m)
{
    const struct meter_times *t = &m->times;
    int64_t work = count_add(t->input_ns, t->output_ns);
    int64_t busy = work ? count_add(t->load_ns, work) : t->total_ns;
    return (struct meter_spent){.busy_us = us_of(busy),
                                .load_us = us_of(t->load_ns),
                                .queue_us = t->total_ns > busy ? us_of(t->total_ns - busy) : 0};
}

static void nowhere(void *context, struct str bytes)
{
    (void)context;
    (void)bytes;
}

bool meter_read_json(enum endpoint e, unsigned vendor_flags, struct str body,
                     const struct alloc *alloc, struct meter *out)
{
    struct meter_setup setup = {.endpoint = e, .kind = METER_JSON, .vendor_flags = vendor_flags};
    meter_init(out, &setup, alloc);
    meter_feed(out, body, nowhere, NULL);
    meter_end(out, true);
    return out->has_usage;
}
