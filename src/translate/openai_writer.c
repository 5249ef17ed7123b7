// SPDX-License-Identifier: Apache-2.0
//
// What all chunks of a stream begin with is written once; a token is then three copies:
//
//   data: {"id":"chatcmpl-...","object":"chat.completion.chunk",...,"choices":[   <- head
//   {"index":0,"delta":{"content":"token"},"finish_reason":null}]}

#include "translate/openai_writer.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/json_out.h"
#include "meter/skim.h"
#include "translate/part.h"

void openai_writer_init(struct openai_writer *w, const struct translate_setup *setup,
                        const struct alloc *alloc)
{
    *w = (struct openai_writer){.setup = setup};
    buf_init(&w->head, alloc, 0);
    buf_init(&w->texts, alloc, 0);
    buf_init(&w->thoughts, alloc, 0);
    buf_init(&w->logprobs, alloc, 0);
    buf_init(&w->items, alloc, 0);
    buf_init(&w->scratch, alloc, 0);
}

void openai_writer_fini(struct openai_writer *w)
{
    buf_fini(&w->head);
    buf_fini(&w->texts);
    buf_fini(&w->thoughts);
    buf_fini(&w->logprobs);
    buf_fini(&w->items);
    buf_fini(&w->scratch);
}

bool openai_writer_failed(const struct openai_writer *w)
{
    return w->failed || buf_failed(&w->head) || buf_failed(&w->texts) || buf_failed(&w->thoughts) ||
           buf_failed(&w->logprobs) || buf_failed(&w->items) || buf_failed(&w->scratch);
}

static bool is_chat(const struct openai_writer *w)
{
    return w->setup->client == ENDPOINT_CHAT;
}

static struct str inside(struct str raw)
{
    return raw.len >= 2 ? str_from(raw.ptr + 1, raw.len - 2) : STR_NONE;
}

// --- what all answers have ---

static void write_usage(const struct event *e, struct buf *out)
{
    int64_t total = e->input < INT64_MAX - e->output ? e->input + e->output : INT64_MAX;
    buf_printf(out,
               "\"usage\":{\"prompt_tokens\":%lld,\"completion_tokens\":%lld,\"total_tokens\":"
               "%lld}",
               (long long)e->input, (long long)e->output, (long long)total);
}

static void write_finish(const struct openai_writer *w, const struct event *e, struct buf *out)
{
    bool calls = w->item_count > 0;
    buf_add_cstr(out, ",\"finish_reason\":");
    buf_add_cstr(out, e->finish == FINISH_LENGTH ? "\"length\""
                      : calls                    ? "\"tool_calls\""
                                                 : "\"stop\"");
}

// {"id":...,"object":...,"created":...,"model":...
static void write_names(const struct openai_writer *w, const char *object, struct str model,
                        struct buf *out)
{
    buf_add_cstr(out, is_chat(w) ? "{\"id\":\"chatcmpl-" : "{\"id\":\"cmpl-");
    buf_add(out, w->setup->id);
    buf_add_cstr(out, "\",\"object\":\"");
    buf_add_cstr(out, object);
    buf_add_cstr(out, "\",\"created\":");
    buf_add_i64(out, w->setup->created_s);
    buf_add_cstr(out, ",\"model\":");
    buf_add(out, model);
}

static void write_model(const struct openai_writer *w, const struct event *e, struct buf *out)
{
    if (e->text.len)
        buf_add(out, e->text);
    else
        buf_add_json(out, w->setup->model);
}

// A call without an id of its own gets one of ours: this answer's, and its place in it.
static void write_call(const struct openai_writer *w, const struct event *e, struct buf *out)
{
    buf_add_cstr(out, "{\"index\":");
    buf_add_u64(out, w->item_count);
    buf_add_cstr(out, ",\"id\":");
    if (e->id.len) {
        buf_add(out, e->id);
    } else {
        buf_add_cstr(out, "\"call_");
        buf_add(out, w->setup->id);
        buf_add_char(out, '_');
        buf_add_u64(out, w->item_count);
        buf_add_char(out, '"');
    }
    buf_add_cstr(out, ",\"type\":\"function\",\"function\":{\"name\":");
    buf_add(out, e->name);
    buf_add_cstr(out, ",\"arguments\":");
    if (skim_is_object(e->text))
        buf_add_json(out, e->text);
    else
        buf_add(out, e->text);
    buf_add_cstr(out, "}}");
}

// --- log-probabilities of completions: four lists side by side ---

struct token {
    struct str token, logprob, top;
};

static const struct skim_field token_fields[] = {
    {STR("token"), offsetof(struct token, token)},
    {STR("logprob"), offsetof(struct token, logprob)},
    {STR("top_logprobs"), offsetof(struct token, top)},
};

static struct token token_of(struct str raw)
{
    struct token t = {0};
    (void)skim_fields(raw, token_fields, sizeof token_fields / sizeof token_fields[0], &t);
    return t;
}

// Characters of a raw string.
static int64_t characters(struct str raw)
{
    int64_t n = 0;
    struct str s = inside(raw);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\\' && i + 1 < s.len && s.ptr[++i] == 'u') {
            bool low = i + 2 < s.len && (s.ptr[i + 1] == 'd' || s.ptr[i + 1] == 'D') &&
                       str_hex(s.ptr[i + 2]) >= 12; // the second half of one
            n -= low;
            i += 4;
        }
        n += ((unsigned char)(i < s.len ? s.ptr[i] : 0) & 0xc0) != 0x80;
    }
    return n;
}

static bool named_before(struct str top, struct str until, struct str token)
{
    struct skim list = skim_of(top);
    struct str raw;
    while (skim_each(&list, NULL, &raw) && raw.ptr != until.ptr) {
        if (str_eq(token_of(raw).token, token))
            return true;
    }
    return false;
}

// {"token":logprob,...}: of tokens that read alike, the likeliest, which comes first.
static void write_top(struct str top, struct buf *out)
{
    struct skim list = skim_of(top);
    struct str raw;
    bool first = true;
    buf_add_char(out, '{');
    while (skim_each(&list, NULL, &raw)) {
        struct token t = token_of(raw);
        if (t.token.len == 0 || t.logprob.len == 0 || named_before(top, raw, t.token))
            continue;
        buf_add_cstr(out, first ? "" : ",");
        buf_add(out, t.token);
        buf_add_char(out, ':');
        buf_add(out, t.logprob);
        first = false;
    }
    buf_add_char(out, '}');
}

enum column { COLUMN_TOKENS, COLUMN_LOGPROBS, COLUMN_TOP, COLUMN_OFFSETS };

static void write_column(struct openai_writer *w, struct str list, enum column column,
                         struct buf *out)
{
    struct skim tokens = skim_of(list);
    struct str raw;
    bool first = true;
    while (skim_each(&tokens, NULL, &raw)) {
        struct token t = token_of(raw);
        if (t.token.len == 0 || t.logprob.len == 0)
            continue;
        buf_add_cstr(out, first ? "" : ",");
        first = false;
        switch (column) {
        case COLUMN_TOKENS: buf_add(out, t.token); break;
        case COLUMN_LOGPROBS: buf_add(out, t.logprob); break;
        case COLUMN_TOP: write_top(t.top, out); break;
        case COLUMN_OFFSETS:
            buf_add_i64(out, w->text_offset);
            w->text_offset += characters(t.token);
            break;
        }
    }
}

static void write_columns(struct openai_writer *w, struct str list, struct buf *out)
{
    buf_add_cstr(out, "{\"tokens\":[");
    write_column(w, list, COLUMN_TOKENS, out);
    buf_add_cstr(out, "],\"token_logprobs\":[");
    write_column(w, list, COLUMN_LOGPROBS, out);
    buf_add_cstr(out, "],\"top_logprobs\":[");
    write_column(w, list, COLUMN_TOP, out);
    buf_add_cstr(out, "],\"text_offset\":[");
    write_column(w, list, COLUMN_OFFSETS, out);
    buf_add_cstr(out, "]}");
}

// ,"logprobs":... of a choice; `list` with its brackets.
static void write_logprobs(struct openai_writer *w, struct str list, struct buf *out)
{
    if (list.len == 0)
        return;
    buf_add_cstr(out, ",\"logprobs\":");
    if (is_chat(w)) {
        buf_add_cstr(out, "{\"content\":");
        buf_add(out, list);
        buf_add_char(out, '}');
    } else {
        write_columns(w, list, out);
    }
}

// --- streams ---

static void begin_chunk(const struct openai_writer *w, struct buf *out)
{
    buf_add(out, buf_str(&w->head));
    buf_add_cstr(out, is_chat(w) ? "{\"index\":0,\"delta\":{" : "{\"index\":0,\"text\":");
}

// `usage` is null in each chunk of a client that asked for it, but for the last.
static void end_chunk(const struct openai_writer *w, struct buf *out)
{
    buf_add_cstr(out, w->setup->usage_asked ? "}],\"usage\":null}\n\n" : "}]}\n\n");
}

static void stream_delta(struct openai_writer *w, const char *name, const struct event *e,
                         struct buf *out)
{
    begin_chunk(w, out);
    if (is_chat(w)) {
        buf_add_cstr(out, name);
        buf_add(out, e->text);
        buf_add_char(out, '}');
    } else {
        buf_add(out, e->text);
    }
    write_logprobs(w, e->logprobs, out);
    buf_add_cstr(out, ",\"finish_reason\":null");
    end_chunk(w, out);
}

static void stream_begin(struct openai_writer *w, const struct event *e, struct buf *out)
{
    buf_clear(&w->scratch);
    write_model(w, e, &w->scratch);
    buf_add_cstr(&w->head, "data: ");
    write_names(w, is_chat(w) ? "chat.completion.chunk" : "text_completion", buf_str(&w->scratch),
                &w->head);
    buf_add_cstr(&w->head, ",\"choices\":[");
    if (!is_chat(w))
        return;
    begin_chunk(w, out);
    buf_add_cstr(out, "\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null");
    end_chunk(w, out);
}

static void stream_call(struct openai_writer *w, const struct event *e, struct buf *out)
{
    begin_chunk(w, out);
    buf_add_cstr(out, "\"tool_calls\":[");
    write_call(w, e, out);
    buf_add_cstr(out, "]},\"finish_reason\":null");
    end_chunk(w, out);
    w->item_count++;
}

static void stream_end(struct openai_writer *w, const struct event *e, struct buf *out)
{
    begin_chunk(w, out);
    buf_add_cstr(out, is_chat(w) ? "}" : "\"\"");
    write_finish(w, e, out);
    end_chunk(w, out);
    if (w->setup->usage_asked) {
        buf_add(out, buf_str(&w->head));
        buf_add_cstr(out, "],");
        write_usage(e, out);
        buf_add_cstr(out, "}\n\n");
    }
    buf_add_cstr(out, "data: [DONE]\n\n");
}

static void write_stream(struct openai_writer *w, const struct event *e, struct buf *out)
{
    switch (e->kind) {
    case EVENT_BEGIN: stream_begin(w, e, out); break;
    case EVENT_TEXT: stream_delta(w, "\"content\":", e, out); break;
    case EVENT_THOUGHT:
        if (is_chat(w)) // a completion has no place for it
            stream_delta(w, "\"reasoning_content\":", e, out);
        break;
    case EVENT_CALL: stream_call(w, e, out); break;
    case EVENT_VECTOR: break;
    case EVENT_END: stream_end(w, e, out); break;
    case EVENT_FAULT:
        buf_add_cstr(out, w->setup->whole ? "" : "data: ");
        openai_write_fault(w->setup, e, out);
        buf_add_cstr(out, w->setup->whole ? "" : "\n\n");
        break;
    }
}

// --- whole answers ---

// A list of numbers as the bytes of 32-bit floats, little end first. False when it is none.
static bool floats(struct str list, struct buf *out)
{
    const char *p = list.ptr + 1;
    const char *end = list.ptr + list.len - 1; // a bracket, at which a number ends
    while (p < end) {
        char *after = NULL;
        float value = strtof(p, &after);
        uint32_t bits;
        if (after == p || after > end)
            return false;
        memcpy(&bits, &value, sizeof bits);
        for (unsigned i = 0; i < 4; i++)
            buf_add_char(out, (char)(bits >> (8 * i) & 0xff));
        for (p = after; p < end && (str_blank(*p) || *p == ','); p++)
            ;
    }
    return true;
}

// A list of numbers and nothing else: no null, text or list in it.
static bool is_vector(struct str list)
{
    if (list.len < 2 || list.ptr[0] != '[')
        return false;
    for (size_t i = 1; i + 1 < list.len; i++) {
        char c = list.ptr[i];
        bool number = (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || (c | 32) == 'e';
        if (!number && c != ',' && !str_blank(c))
            return false;
    }
    return true;
}

static void write_vector(struct openai_writer *w, struct str list, struct buf *out)
{
    if (!is_vector(list)) {
        w->failed = true;
        return;
    }
    if (!w->setup->base64) {
        buf_add(out, list);
        return;
    }
    buf_clear(&w->scratch);
    w->failed = w->failed || !floats(list, &w->scratch);
    buf_add_char(out, '"');
    char *room = buf_room(out, BASE64_TEXT(w->scratch.len));
    if (room) {
        base64_write(w->scratch.ptr, w->scratch.len, room);
        out->len += BASE64_TEXT(w->scratch.len);
    }
    buf_add_char(out, '"');
}

static void gather(struct openai_writer *w, const struct event *e)
{
    struct buf *items = &w->items;
    if (e->kind == EVENT_BEGIN) {
        write_model(w, e, &w->head);
        return;
    }
    if (e->kind == EVENT_TEXT || e->kind == EVENT_THOUGHT) {
        buf_add(e->kind == EVENT_TEXT ? &w->texts : &w->thoughts, inside(e->text));
        buf_add_cstr(&w->logprobs, w->logprobs.len && e->logprobs.len ? "," : "");
        buf_add(&w->logprobs, inside(e->logprobs));
        return;
    }
    buf_add_cstr(items, w->item_count > 0 ? "," : "");
    if (e->kind == EVENT_CALL) {
        write_call(w, e, items);
    } else {
        buf_add_cstr(items, "{\"object\":\"embedding\",\"index\":");
        buf_add_u64(items, w->item_count);
        buf_add_cstr(items, ",\"embedding\":");
        write_vector(w, e->text, items);
        buf_add_char(items, '}');
    }
    w->item_count++;
}

static void add_quoted(struct buf *out, const struct buf *text)
{
    buf_add_char(out, '"');
    buf_add(out, buf_str(text));
    buf_add_char(out, '"');
}

static void write_message(const struct openai_writer *w, struct buf *out)
{
    buf_add_cstr(out, "{\"role\":\"assistant\",\"content\":");
    if (w->item_count > 0 && w->texts.len == 0)
        buf_add_cstr(out, "null");
    else
        add_quoted(out, &w->texts);
    if (w->thoughts.len) {
        buf_add_cstr(out, ",\"reasoning_content\":");
        add_quoted(out, &w->thoughts);
    }
    if (w->item_count > 0) {
        buf_add_cstr(out, ",\"tool_calls\":[");
        buf_add(out, buf_str(&w->items));
        buf_add_char(out, ']');
    }
    buf_add_char(out, '}');
}

static void write_whole(struct openai_writer *w, const struct event *e, struct buf *out)
{
    write_names(w, is_chat(w) ? "chat.completion" : "text_completion", buf_str(&w->head), out);
    buf_add_cstr(out, ",\"choices\":[{\"index\":0,");
    buf_add_cstr(out, is_chat(w) ? "\"message\":" : "\"text\":");
    if (is_chat(w))
        write_message(w, out);
    else
        add_quoted(out, &w->texts);
    buf_clear(&w->scratch);
    if (w->logprobs.len) {
        buf_add_char(&w->scratch, '[');
        buf_add(&w->scratch, buf_str(&w->logprobs));
        buf_add_char(&w->scratch, ']');
    }
    write_logprobs(w, buf_str(&w->scratch), out);
    write_finish(w, e, out);
    buf_add_cstr(out, "}],");
    write_usage(e, out);
    buf_add_char(out, '}');
}

static void write_vectors(const struct openai_writer *w, const struct event *e, struct buf *out)
{
    buf_add_cstr(out, "{\"object\":\"list\",\"data\":[");
    buf_add(out, buf_str(&w->items));
    buf_add_cstr(out, "],\"model\":");
    buf_add(out, buf_str(&w->head));
    buf_printf(out, ",\"usage\":{\"prompt_tokens\":%lld,\"total_tokens\":%lld}}",
               (long long)e->input, (long long)e->input);
}

void openai_write(struct openai_writer *w, const struct event *e, struct buf *out)
{
    if (w->setup->stream)
        write_stream(w, e, out);
    else if (e->kind == EVENT_FAULT)
        openai_write_fault(w->setup, e, out);
    else if (e->kind != EVENT_END)
        gather(w, e);
    else if (w->setup->client == ENDPOINT_EMBEDDINGS)
        write_vectors(w, e, out);
    else
        write_whole(w, e, out);
}

// --- errors ---

static const struct {
    const char *type;
    const char *code; // NULL: none
} faults[] = {
    [FAULT_OTHER] = {"server_error", "upstream_error"},
    [FAULT_CALLER] = {"invalid_request_error", NULL},
    [FAULT_MISSING] = {"invalid_request_error", "model_not_found"},
    [FAULT_CONTEXT] = {"invalid_request_error", "context_length_exceeded"},
    [FAULT_INCAPABLE] = {"invalid_request_error", "unsupported_parameter"},
    [FAULT_KEY] = {"authentication_error", "upstream_key_refused"},
    [FAULT_RATE] = {"rate_limit_error", "rate_limit_exceeded"},
    [FAULT_QUOTA] = {"insufficient_quota", "insufficient_quota"},
    [FAULT_BUSY] = {"server_error", "queue_full"},
    [FAULT_LOAD] = {"server_error", "model_load_failed"},
    [FAULT_RUNNER] = {"server_error", "runner_died"},
};

// What to do about a model that is not there.
static void write_cure(struct str cure, struct buf *out)
{
    struct buf quoted;
    buf_init(&quoted, out->alloc, 0);
    buf_add_json(&quoted, cure);
    buf_add_cstr(out, ". ");
    buf_add(out, inside(buf_str(&quoted)));
    buf_fini(&quoted);
}

void openai_write_fault(const struct translate_setup *setup, const struct event *e, struct buf *out)
{
    buf_add_cstr(out, "{\"error\":{\"message\":\"");
    buf_add(out, inside(e->text));
    if (e->fault == FAULT_MISSING && setup->cure.len)
        write_cure(setup->cure, out);
    buf_add_cstr(out, "\",\"type\":\"");
    buf_add_cstr(out, faults[e->fault].type);
    buf_add_cstr(out, "\",\"param\":null,\"code\":");
    buf_add_cstr(out, faults[e->fault].code ? "\"" : "null");
    if (faults[e->fault].code) {
        buf_add_cstr(out, faults[e->fault].code);
        buf_add_char(out, '"');
    }
    buf_add_cstr(out, "}}");
}
