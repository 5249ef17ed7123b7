// SPDX-License-Identifier: Apache-2.0
//
// Streams are cut into events, each of which its dialect judges: pass, drop, hold. Runs of passed
// events go on as one slice. JSON answers go through base/scan.h, which keeps a few members however
// long the text is; a Gemini stream without `alt=sse` is a JSON array, cut into its elements.

#include "base/limits.h"
#include "wire/meter_part.h"

// Where in a JSON text.
enum { TEXT_START, TEXT_SCAN, TEXT_ARRAY, TEXT_STRING, TEXT_ESCAPE, TEXT_END };

void meter_init(struct meter *m, const struct meter_setup *setup, const struct alloc *alloc)
{
    *m = (struct meter){.setup = *setup, .alloc = alloc};
    sse_init(&m->sse, alloc);
    buf_init(&m->held, alloc, 2 * SSE_EVENT_BYTES_MAX);
    for (size_t i = 0; i < sizeof m->parts / sizeof m->parts[0]; i++)
        m->parts[i] = -1;
    if (setup->kind != METER_JSON)
        return;
    m->scan = alloc_zero(alloc, sizeof *m->scan);
    if (!m->scan) {
        m->garbage = true;
        return;
    }
    scan_init(m->scan, alloc);
    switch (endpoint_dialect(setup->endpoint)) {
    case DIALECT_ANTHROPIC: anthropic_want(m->scan); break;
    case DIALECT_GEMINI: gemini_want(m->scan); break;
    case DIALECT_OPENAI:
    case DIALECT_COUNT:
        if (setup->endpoint == ENDPOINT_RESPONSES)
            responses_want(m->scan);
        else
            chat_want(m->scan);
        break;
    }
}

static void drop_scan(struct meter *m)
{
    if (!m->scan)
        return;
    scan_fini(m->scan);
    alloc_free(m->alloc, m->scan);
    m->scan = NULL;
}

void meter_fini(struct meter *m)
{
    sse_fini(&m->sse);
    buf_fini(&m->held);
    drop_scan(m);
}

static void hold(struct meter *m, struct str bytes)
{
    buf_add(&m->held, bytes);
    if (buf_failed(&m->held))
        m->garbage = true;
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
    switch (endpoint_dialect(m->setup.endpoint)) {
    case DIALECT_ANTHROPIC: return anthropic_event(m, e->data);
    case DIALECT_GEMINI: return gemini_event(m, e->data);
    case DIALECT_OPENAI:
    case DIALECT_COUNT: break;
    }
    if (m->setup.endpoint == ENDPOINT_RESPONSES)
        return responses_event(m, e->name, e->data);
    return chat_event(m, e->data);
}

// The provider's last count has come once the answer has ended; a single JSON text has but one.
static void conclude(struct meter *m)
{
    bool last = m->terminal || m->finished || m->text_state == TEXT_SCAN;
    m->has_usage = m->counted && last;
}

static void feed_stream(struct meter *m, struct str piece, meter_pass_f *pass, void *context)
{
    struct str span = STR_NONE;
    struct sse_event e;
    while (!m->terminal && sse_next(&m->sse, &piece, &e)) {
        enum meter_verdict v = e.tail ? (enum meter_verdict)m->last : judge(m, &e);
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
        if (m->sse.given)
            give(&span, pass, context); // the carry is used again by the next event
    }
    give(&span, pass, context);
    if (m->terminal)
        hold(m, piece);
    m->garbage = m->garbage || m->sse.too_long;
}

// One element of an array of answers.
static void element(struct meter *m)
{
    (void)gemini_event(m, buf_str(&m->sse.carry));
    buf_clear(&m->sse.carry);
}

static void array_char(struct meter *m, char c)
{
    switch (m->text_state) {
    case TEXT_STRING:
        if (c == '\\')
            m->text_state = TEXT_ESCAPE;
        else if (c == '"')
            m->text_state = TEXT_ARRAY;
        return;
    case TEXT_ESCAPE: m->text_state = TEXT_STRING; return;
    default: break;
    }
    if (c == '"') {
        m->text_state = TEXT_STRING;
    } else if (c == '{' || c == '[') {
        m->text_depth++;
    } else if ((c == '}' || c == ']') && m->text_depth > 0) {
        m->text_depth--;
        if (m->text_depth == 0)
            m->text_state = TEXT_END;
    }
}

static void feed_array(struct meter *m, struct str piece)
{
    for (size_t i = 0; i < piece.len && m->text_state != TEXT_END; i++) {
        unsigned before = m->text_depth;
        array_char(m, piece.ptr[i]);
        if (before > 1 || m->text_depth > 1)
            buf_add_char(&m->sse.carry, piece.ptr[i]);
        if (before == 2 && m->text_depth == 1)
            element(m);
    }
    m->whole = m->text_state == TEXT_END;
    m->garbage = m->garbage || buf_failed(&m->sse.carry);
}

static void whole_read(struct meter *m)
{
    if (!m->scan || m->text_state != TEXT_SCAN)
        return;
    switch (endpoint_dialect(m->setup.endpoint)) {
    case DIALECT_ANTHROPIC: anthropic_whole(m); break;
    case DIALECT_GEMINI: gemini_whole(m); break;
    case DIALECT_OPENAI:
    case DIALECT_COUNT:
        if (m->setup.endpoint == ENDPOINT_RESPONSES)
            responses_whole(m);
        else
            chat_whole(m);
        break;
    }
    drop_scan(m);
}

static void feed_text(struct meter *m, struct str piece)
{
    if (m->text_state == TEXT_START) {
        struct str rest = str_trim(piece);
        if (rest.len == 0)
            return; // a vendor's blank lines while the call waits
        bool array = rest.ptr[0] == '[' && endpoint_dialect(m->setup.endpoint) == DIALECT_GEMINI;
        m->text_state = array ? TEXT_ARRAY : TEXT_SCAN;
    }
    if (m->text_state != TEXT_SCAN) {
        feed_array(m, piece);
        return;
    }
    if (!m->scan)
        return;
    scan_feed(m->scan, piece);
    m->whole = m->scan->done;
    m->garbage = m->garbage || (m->scan->broken && !m->whole && !m->setup.error);
}

// Bytes from the one that closes the text on.
static size_t closing_bytes(struct str piece)
{
    struct str text = str_trim(piece);
    return text.len ? piece.len - (size_t)(text.ptr - piece.ptr) - text.len + 1 : piece.len;
}

// The last byte of a whole answer is held back, so that the client does not see its end too early.
static void feed_json(struct meter *m, struct str piece, meter_pass_f *pass, void *context)
{
    bool before = m->whole;
    if (!before) {
        feed_text(m, piece);
        if (m->whole)
            whole_read(m);
    }
    size_t kept = before ? piece.len : m->whole ? closing_bytes(piece) : 0;
    if (piece.len > kept)
        pass(context, str_from(piece.ptr, piece.len - kept));
    hold(m, str_skip(piece, piece.len - kept));
}

void meter_feed(struct meter *m, struct str piece, meter_pass_f *pass, void *context)
{
    if (piece.len == 0)
        return;
    m->body_bytes += (int64_t)piece.len;
    switch (m->setup.kind) {
    case METER_SSE:
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
    if (m->terminal || !sse_last(&m->sse, &e))
        return;
    bool done = str_is(str_trim(e.data), "[DONE]");
    if (e.has_data && !done && !skim_whole(e.data))
        return;
    if (judge(m, &e) != METER_DROP)
        hold(m, e.raw);
}

void meter_end(struct meter *m, bool clean)
{
    m->clean = clean;
    if (m->setup.kind == METER_SSE && clean)
        end_stream(m);
    if (m->setup.kind == METER_JSON)
        whole_read(m);
    bool elements = m->setup.kind == METER_JSON && m->text_state > TEXT_SCAN;
    if (m->setup.kind != METER_SSE && !elements)
        m->text_bytes = m->body_bytes;
    conclude(m);
}

bool meter_complete(const struct meter *m)
{
    switch (m->setup.kind) {
    case METER_SSE: return m->terminal || (m->finished && m->clean);
    case METER_JSON: return m->whole && m->clean && (m->text_state != TEXT_END || m->finished);
    case METER_OTHER: return m->clean;
    }
    return false;
}

void meter_release(struct meter *m, meter_pass_f *pass, void *context)
{
    if (m->held.len)
        pass(context, buf_str(&m->held));
    buf_clear(&m->held);
}

static int64_t tokens_of(int64_t bytes)
{
    return bytes > 0 ? (bytes + 3) / 4 : 0;
}

static bool has_output(enum endpoint e)
{
    return e != ENDPOINT_EMBEDDINGS && e != ENDPOINT_GEMINI_EMBED;
}

void meter_estimate(struct meter *m, int64_t input_bytes)
{
    struct usage *u = &m->usage;
    if (m->has_usage)
        return;
    u->sure = SURE_ESTIMATED;
    if (m->web_searches > u->count[BUCKET_WEB_SEARCHES])
        u->count[BUCKET_WEB_SEARCHES] = m->web_searches;
    u->count[BUCKET_FILE_SEARCHES] = m->file_searches;
    if (m->stream_error && m->setup.kind == METER_JSON)
        return; // an error in the place of an answer: nothing was made
    if (!m->partial || u->prompt == 0) {
        u->count[BUCKET_INPUT] = tokens_of(input_bytes);
        u->prompt = u->count[BUCKET_INPUT];
    }
    int64_t output = tokens_of(m->text_bytes);
    if (m->events > output)
        output = m->events;
    if (has_output(m->setup.endpoint) && output > u->count[BUCKET_OUTPUT])
        u->count[BUCKET_OUTPUT] = output;
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
