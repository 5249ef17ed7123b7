// SPDX-License-Identifier: Apache-2.0
//
// Two machines that read one message differently are how requests are smuggled (RFC 9112, 11.2). So
// what could be read in two ways is refused here, also where the RFC lets a server guess.

#include "net/reader.h"

#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "net/turn.h"

#define BLOCK_LEAST    2048
#define SPANS_LEAST    512
#define OVERHEAD_FIRST (16 * KIB) // bytes around a chunked body's data,
#define OVERHEAD_CHUNK 16         // and so many more for each chunk

enum part { PART_NONE, PART_METHOD, PART_TARGET, PART_NAME, PART_VALUE };

static bool add_text(struct reader *r, const char *at, size_t len)
{
    char *block = block_grow(r->loop, r->block, &r->block_size, r->text_len, r->text_len + len);
    if (!block) {
        r->failed_memory = true;
        return false;
    }
    r->block = block;
    memcpy(block + r->text_len, at, len);
    r->text_len += (uint32_t)len;
    return true;
}

// Appends to the span, which starts at the text's end when `fresh`.
static int add_span(struct reader *r, struct reader_span *s, const char *at, size_t len)
{
    if (s->len == 0)
        s->start = r->text_len;
    if (!add_text(r, at, len))
        return HPE_USER;
    s->len += (uint32_t)len;
    return HPE_OK;
}

static int on_method(llhttp_t *p, const char *at, size_t len)
{
    struct reader *r = p->data;
    r->part = PART_METHOD;
    return add_span(r, &r->method, at, len);
}

static int on_target(llhttp_t *p, const char *at, size_t len)
{
    struct reader *r = p->data;
    r->part = PART_TARGET;
    if (r->target.len + len > TARGET_BYTES_MAX) {
        r->failed_large = true;
        return HPE_USER;
    }
    return add_span(r, &r->target, at, len);
}

// llhttp takes RTSP/1.0 and ICE/1.0 for requests too.
static int on_version(llhttp_t *p, const char *at, size_t len)
{
    static const char name[] = "HTTP/";
    struct reader *r = p->data;
    (void)len;
    if (r->versioned)
        return HPE_OK;
    r->versioned = true;
    for (size_t back = 1; back <= sizeof r->tail; back++) {
        size_t here = (size_t)(at - r->input);
        char c = back <= here ? at[-(ptrdiff_t)back] : r->tail[sizeof r->tail - (back - here)];
        if (c == name[sizeof r->tail - back])
            continue;
        r->fault = "the protocol is not HTTP/1";
        return HPE_USER;
    }
    return HPE_OK;
}

static bool add_field(struct reader *r)
{
    if (r->fields >= HEAD_FIELDS_MAX) {
        r->failed_large = true;
        return false;
    }
    size_t used = 2U * r->fields * sizeof(struct reader_span);
    size_t least = used + 2 * sizeof(struct reader_span);
    if (least < SPANS_LEAST)
        least = SPANS_LEAST;
    struct reader_span *spans = block_grow(r->loop, r->spans, &r->spans_size, used, least);
    if (!spans) {
        r->failed_memory = true;
        return false;
    }
    r->spans = spans;
    spans[2 * r->fields] = spans[2 * r->fields + 1] = (struct reader_span){r->text_len, 0};
    r->fields++;
    return true;
}

static int on_name(llhttp_t *p, const char *at, size_t len)
{
    struct reader *r = p->data;
    if (r->in_body)
        return HPE_OK; // a trailer
    if (r->part != PART_NAME && !add_field(r))
        return HPE_USER;
    r->part = PART_NAME;
    return add_span(r, &r->spans[2 * (r->fields - 1)], at, len);
}

static int on_value(llhttp_t *p, const char *at, size_t len)
{
    struct reader *r = p->data;
    if (r->in_body)
        return HPE_OK;
    r->part = PART_VALUE;
    return add_span(r, &r->spans[2 * (r->fields - 1) + 1], at, len);
}

static int on_headers_complete(llhttp_t *p)
{
    (void)p;
    return HPE_PAUSED;
}

static int on_message_complete(llhttp_t *p)
{
    struct reader *r = p->data;
    r->ended = true;
    return HPE_PAUSED;
}

static int on_chunk_header(llhttp_t *p)
{
    struct reader *r = p->data;
    if (p->content_length > 0)
        r->overhead += OVERHEAD_CHUNK;
    return HPE_OK;
}

static int on_body(llhttp_t *p, const char *at, size_t len)
{
    struct reader *r = p->data;
    r->overhead += (uint32_t)len; // is no overhead: reader_chunks takes all bytes off
    return r->sink(r->sink_owner, str_from(at, len)) ? HPE_OK : HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_method = on_method,
    .on_url = on_target,
    .on_version = on_version,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_headers_complete = on_headers_complete,
    .on_message_complete = on_message_complete,
    .on_chunk_header = on_chunk_header,
    .on_body = on_body,
};

void reader_init(struct reader *r, struct loop *l)
{
    *r = (struct reader){.loop = l};
}

void reader_start(struct reader *r, bool request)
{
    reader_drop(r);
    r->head = (struct head){.content_length = -1};
    r->text_len = r->taken = r->overhead = 0;
    r->fields = r->part = 0;
    r->failed_memory = r->failed_large = r->in_body = r->ended = r->versioned = false;
    r->method = r->target = (struct reader_span){0, 0};
    r->fault = NULL;
    llhttp_init(&r->parser, request ? HTTP_REQUEST : HTTP_RESPONSE, &settings);
    r->parser.data = r;
}

bool reader_begun(const struct reader *r)
{
    return r->taken > 0;
}

void reader_drop(struct reader *r)
{
    block_put(r->loop, r->block, r->block_size);
    block_put(r->loop, r->spans, r->spans_size);
    r->block = NULL;
    r->spans = NULL;
    r->block_size = r->spans_size = 0;
    r->head.field_count = 0;
    r->head.fields = NULL;
    r->head.method = r->head.path = r->head.query = str_from(NULL, 0);
}

// --- what a whole head must be ---

static struct str span_str(const struct reader *r, struct reader_span s)
{
    return str_from(r->block + s.start, s.len);
}

// The table of fields behind the text, in the same block.
static bool make_fields(struct reader *r)
{
    size_t start = (r->text_len + 15U) & ~(size_t)15;
    size_t least = start + r->fields * sizeof(struct field);
    char *block = block_grow(r->loop, r->block, &r->block_size, r->text_len, least);
    if (!block)
        return false;
    r->block = block;
    struct field *fields = (struct field *)(void *)(block + start);
    for (unsigned i = 0; i < r->fields; i++) {
        fields[i].name = span_str(r, r->spans[2 * i]);
        fields[i].value = str_trim(span_str(r, r->spans[2 * i + 1]));
    }
    block_put(r->loop, r->spans, r->spans_size);
    r->spans = NULL;
    r->spans_size = 0;
    r->head.fields = fields;
    r->head.field_count = r->fields;
    return true;
}

static bool host_is_sane(struct str host)
{
    static const bool odd[256] = {
        ['/'] = true, ['\\'] = true, ['@'] = true,  ['?'] = true, ['#'] = true, [','] = true,
        [';'] = true, ['"'] = true,  ['\''] = true, ['<'] = true, ['>'] = true,
    };
    for (size_t i = 0; i < host.len; i++) {
        unsigned char c = (unsigned char)host.ptr[i];
        if (c <= ' ' || c >= 0x7f || odd[c])
            return false;
    }
    return true;
}

struct counted {
    unsigned hosts, codings, lengths;
};

static const char *field_fault(const struct field *f, struct counted *n)
{
    static const char host[] = "host", coding[] = "transfer-encoding", length[] = "content-length";
    uint64_t bytes;
    if (f->name.len == sizeof host - 1 && str_eq_nocase(f->name, str_of(host))) {
        n->hosts++;
        return host_is_sane(f->value) ? NULL : "`Host` is no name of a host";
    }
    if (f->name.len == sizeof coding - 1 && str_eq_nocase(f->name, str_of(coding))) {
        n->codings++;
        return str_eq_nocase(f->value, str_of("chunked"))
                   ? NULL
                   : "`Transfer-Encoding` is something else than `chunked`";
    }
    if (f->name.len == sizeof length - 1 && str_eq_nocase(f->name, str_of(length))) {
        n->lengths++;
        return str_u64(f->value, &bytes) && bytes <= INT64_MAX ? NULL
                                                               : "`Content-Length` is no number";
    }
    return NULL;
}

// The fields on which framing and routing hang, each at most once and without a second reading.
static const char *fields_fault(const struct reader *r, bool request)
{
    struct counted n = {0};
    const char *fault = NULL;
    for (unsigned i = 0; i < r->head.field_count && !fault; i++)
        fault = field_fault(&r->head.fields[i], &n);
    if (fault)
        return fault;
    if (n.codings > 1 || n.lengths > 1)
        return "`Transfer-Encoding` or `Content-Length` stands there twice";
    if (n.codings && n.lengths)
        return "`Transfer-Encoding` and `Content-Length` exclude each other";
    if (n.codings && r->head.minor == 0)
        return "HTTP/1.0 has no `Transfer-Encoding`";
    if (request && n.hosts > 1)
        return "`Host` stands there twice";
    return request && n.hosts == 0 && r->head.minor > 0 ? "`Host` is missing" : NULL;
}

// Splits the target; an absolute one loses its scheme and authority (RFC 9112, 3.2.2).
static const char *split_target(struct reader *r)
{
    struct str t = span_str(r, r->target);
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.ptr[i] <= ' ' || (unsigned char)t.ptr[i] >= 0x7f || t.ptr[i] == '#')
            return "the path has a character that has to be percent-encoded";
    if (str_starts_nocase(t, str_of("http://")) || str_starts_nocase(t, str_of("https://"))) {
        t = str_skip(t, str_search(t, str_of("://")) + 3);
        size_t slash = str_find(t, '/');
        if (slash == 0 || slash == t.len)
            return "the URL has no path";
        t = str_skip(t, slash);
    }
    bool star = str_is(t, "*") && r->parser.method == HTTP_OPTIONS;
    if (!star && !str_starts(t, str_of("/")) && r->parser.method != HTTP_CONNECT)
        return "the path does not begin with a slash";
    size_t mark = str_find(t, '?');
    r->head.method = span_str(r, r->method);
    r->head.path = str_from(t.ptr, mark);
    r->head.query = str_skip(t, mark + 1);
    return NULL;
}

static enum reader_state finish_head(struct reader *r)
{
    struct head *h = &r->head;
    const llhttp_t *p = &r->parser;
    bool request = p->type == HTTP_REQUEST;
    if (!make_fields(r))
        return READER_MEMORY;
    h->minor = p->http_minor;
    h->status = request ? 0 : p->status_code;
    h->chunked = (p->flags & F_CHUNKED) != 0;
    if (p->flags & F_CONTENT_LENGTH)
        h->content_length = (int64_t)p->content_length;
    h->keep_alive =
        h->minor > 0 ? !(p->flags & F_CONNECTION_CLOSE) : (p->flags & F_CONNECTION_KEEP_ALIVE) != 0;
    h->upgrade = p->upgrade != 0;
    r->parser.upgrade = 0; // or llhttp would end a chunked body's message early
    if (p->http_major != 1)
        r->fault = "the protocol is not HTTP/1";
    if (!r->fault && request)
        r->fault = split_target(r);
    if (!r->fault)
        r->fault = fields_fault(r, request);
    if (r->fault)
        return READER_BAD;
    if (!request)
        return READER_DONE;
    h->expect_continue = h->minor > 0 && head_has_token(h, "expect", "100-continue");
    return READER_DONE;
}

// The path is there for the refusal's dialect, where it was whole before the fault.
static enum reader_state failure(struct reader *r)
{
    if (r->failed_memory)
        return READER_MEMORY;
    if (!r->in_body && r->versioned && r->parser.type == HTTP_REQUEST)
        (void)split_target(r);
    if (!r->fault)
        r->fault = llhttp_get_error_reason(&r->parser);
    return r->failed_large ? READER_LARGE : READER_BAD;
}

static void keep_tail(struct reader *r, struct str bytes)
{
    size_t size = sizeof r->tail, n = bytes.len < size ? bytes.len : size;
    memmove(r->tail, r->tail + n, size - n);
    memcpy(r->tail + size - n, bytes.ptr + bytes.len - n, n);
}

static const char *method_fault(struct str first_bytes)
{
    static const struct str tls = STR("\x16\x03");
    return str_starts(first_bytes, tls) ? "it is TLS, and here is plain HTTP: use http://"
                                        : "its first word is no method of HTTP";
}

enum reader_state reader_head(struct reader *r, struct str bytes, size_t *used)
{
    r->input = bytes.ptr;
    llhttp_errno_t error = llhttp_execute(&r->parser, bytes.ptr, bytes.len);
    *used = bytes.len;
    if (error == HPE_PAUSED)
        *used = (size_t)(llhttp_get_error_pos(&r->parser) - bytes.ptr);
    if (error == HPE_INVALID_METHOD)
        r->fault = method_fault(r->taken ? STR_NONE : bytes);
    if (error == HPE_PAUSED_H2_UPGRADE)
        r->fault = "it is HTTP/2, and here is HTTP/1.1";
    if (!r->versioned)
        keep_tail(r, bytes);
    r->taken += (uint32_t)*used;
    if (error != HPE_OK && error != HPE_PAUSED)
        return failure(r);
    if (r->taken > HEAD_BYTES_MAX)
        return READER_LARGE;
    return error == HPE_OK ? READER_MORE : finish_head(r);
}

enum reader_state reader_chunks(struct reader *r, struct str bytes, size_t *used)
{
    if (!r->in_body) {
        r->in_body = true;
        r->overhead = OVERHEAD_FIRST;
    }
    llhttp_resume(&r->parser);
    uint32_t allowed = r->overhead + (uint32_t)bytes.len; // never less than nothing inside
    r->overhead = allowed;
    llhttp_errno_t error = llhttp_execute(&r->parser, bytes.ptr, bytes.len);
    *used = bytes.len;
    if (error == HPE_PAUSED)
        *used = (size_t)(llhttp_get_error_pos(&r->parser) - bytes.ptr);
    else if (error != HPE_OK)
        return failure(r);
    r->overhead -= (uint32_t)bytes.len;
    if (r->overhead < *used) {
        r->fault = "the chunked body has more framing than data";
        return READER_BAD;
    }
    r->overhead -= (uint32_t)*used;
    if (error == HPE_OK)
        return READER_MORE;
    return r->ended ? READER_DONE : READER_PAUSED;
}
