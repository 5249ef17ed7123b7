// SPDX-License-Identifier: Apache-2.0

#include "translate/translate.h"

#include "base/limits.h"
#include "translate/part.h"

#define GIVEN_BYTES (32 * KIB) // so much is gathered before it goes on
#define QUOTED_MAX  200

bool translate_endpoint(enum endpoint client, enum dialect provider, enum endpoint *out)
{
    static const struct {
        enum endpoint client;
        enum endpoint provider;
    } ways[] = {
        {ENDPOINT_CHAT, ENDPOINT_OLLAMA_CHAT},
        {ENDPOINT_COMPLETIONS, ENDPOINT_OLLAMA_GENERATE},
        {ENDPOINT_EMBEDDINGS, ENDPOINT_OLLAMA_EMBED},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (ways[i].client == client && endpoint_dialect(ways[i].provider) == provider) {
            *out = ways[i].provider;
            return true;
        }
    }
    return false;
}

static enum refusal write_embed(struct reading *r, const struct json_val *body,
                                const struct translate_wish *wish, struct buf *out)
{
    struct embed embed = {0};
    enum refusal refusal = openai_read_embed(r, body, &embed);
    if (refusal == REFUSAL_NONE)
        ollama_write_embed(&embed, wish, out);
    return refusal;
}

static enum refusal write_chat(struct reading *r, const struct ask *a,
                               const struct translate_wish *wish, struct buf *out)
{
    const struct json_val *body = json_root(a->json);
    struct chat chat = {.stream = a->demand.stream};
    if (a->endpoint == ENDPOINT_CHAT) {
        enum refusal refusal = openai_read_chat(r, body, &chat);
        chat.logprobs = chat.logprobs || wish->logprobs;
        if (refusal == REFUSAL_NONE)
            ollama_write_chat(&chat, wish, out);
        return refusal;
    }
    enum refusal refusal = openai_read_completion(r, body, &chat);
    if (refusal == REFUSAL_NONE)
        ollama_write_generate(&chat, wish, out);
    return refusal;
}

enum refusal translate_request(const struct ask *a, const struct translate_wish *wish,
                               struct arena *arena, struct buf *out, struct why *why)
{
    struct reading r = {
        .json = a->json, .source = a->body, .arena = arena, .alloc = out->alloc, .why = why};
    enum refusal refusal = a->endpoint == ENDPOINT_EMBEDDINGS
                               ? write_embed(&r, json_root(a->json), wish, out)
                               : write_chat(&r, a, wish, out);
    if (refusal == REFUSAL_NONE && buf_failed(out))
        refusal = reading_no_memory(&r);
    return refusal;
}

void translate_read(const struct ask *a, struct translate_setup *out)
{
    struct str encoding = json_str(json_get(json_root(a->json), "encoding_format"));
    out->stream = a->demand.stream && a->endpoint != ENDPOINT_EMBEDDINGS;
    out->usage_asked = a->demand.usage_asked;
    const struct json_val *input = json_get(json_root(a->json), "input");
    bool embeds = a->endpoint == ENDPOINT_EMBEDDINGS;
    out->base64 = embeds && str_is(encoding, "base64");
    out->vectors = !embeds ? 0 : json_type(input) == JSON_ARRAY ? json_count(input) : 1;
}

void translate_init(struct translate *t, const struct translate_setup *setup,
                    const struct alloc *alloc)
{
    *t = (struct translate){.setup = *setup};
    buf_init(&t->carry, alloc, 0);
    buf_init(&t->out, alloc, 0);
    openai_writer_init(&t->writer, &t->setup, alloc);
}

void translate_fini(struct translate *t)
{
    buf_fini(&t->carry);
    buf_fini(&t->out);
    openai_writer_fini(&t->writer);
}

static void on_event(void *context, const struct event *e)
{
    struct translate *t = context;
    struct event told = *e;
    if (t->setup.no_logprobs)
        told.logprobs = STR_NONE;
    openai_write(&t->writer, &told, &t->out);
}

// A control character inside a line of JSON is an error of its writer's, and a CR would be a line's
// end to the client.
static bool clean(struct str line)
{
    unsigned char low = 0;
    for (size_t i = 0; i < line.len; i++)
        low |= (unsigned char)((unsigned char)line.ptr[i] < 0x20);
    return !low;
}

static void read_text(struct translate *t, struct str text)
{
    size_t before = t->out.len;
    struct str line = str_trim(text);
    if (line.len == 0 || t->garbage)
        return;
    bool read = (!t->setup.stream || clean(line)) &&
                ollama_read(&t->reader, t->setup.provider, line, on_event, t);
    bool whole = !t->reader.done || !t->setup.vectors || t->writer.item_count == t->setup.vectors;
    t->garbage = !read || !whole || openai_writer_failed(&t->writer) || buf_failed(&t->out);
    if (t->garbage)
        t->out.len = before; // what stands there is of the lines before
}

static void give(struct translate *t, translate_pass_f *pass, void *context)
{
    if (t->out.len)
        pass(context, buf_str(&t->out));
    buf_clear(&t->out);
}

// The piece up to its line's end, which is known to be in it, with what was carried.
static void read_line(struct translate *t, struct str head)
{
    if (t->carry.len == 0) {
        read_text(t, head);
        return;
    }
    buf_add(&t->carry, head);
    t->garbage = t->garbage || buf_failed(&t->carry);
    read_text(t, buf_str(&t->carry));
    buf_clear(&t->carry);
}

void translate_feed(struct translate *t, struct str piece, translate_pass_f *pass, void *context)
{
    while (t->setup.stream && piece.len && !t->garbage) {
        size_t end = str_find(piece, '\n');
        if (end == piece.len)
            break;
        read_line(t, str_from(piece.ptr, end));
        piece = str_skip(piece, end + 1);
        if (t->out.len >= GIVEN_BYTES)
            give(t, pass, context);
    }
    t->large = t->large || t->carry.len + piece.len > TRANSLATED_BYTES_MAX;
    t->garbage = t->garbage || t->large;
    if (!t->garbage)
        buf_add(&t->carry, piece);
    t->garbage = t->garbage || buf_failed(&t->carry);
    give(t, pass, context);
}

void translate_end(struct translate *t, translate_pass_f *pass, void *context)
{
    read_text(t, buf_str(&t->carry));
    buf_clear(&t->carry);
    give(t, pass, context);
}

bool translate_done(const struct translate *t)
{
    return t->reader.done && !t->garbage;
}

int translate_fault(const struct translate *t)
{
    return t->reader.status;
}

// A provider's own server, or a proxy before it, answers in other words than its dialect's.
static void quote(int status, struct str body, struct buf *out)
{
    struct buf text;
    buf_init(&text, out->alloc, KIB);
    buf_printf(&text, "The provider answered %d", status);
    body = str_trim(body);
    size_t len = body.len < QUOTED_MAX ? body.len : QUOTED_MAX;
    if (len)
        buf_printf(&text, ": %.*s", (int)len, body.ptr);
    buf_add_json(out, buf_str(&text));
    buf_fini(&text);
}

int translate_error(const struct translate_setup *setup, int status, struct str body,
                    struct buf *out)
{
    struct buf quoted;
    buf_init(&quoted, out->alloc, 0);
    struct event e = ollama_fault(status, body);
    if (e.text.len == 0 || !clean(e.text)) {
        quote(status, body, &quoted);
        e.text = buf_str(&quoted);
    }
    openai_write_fault(setup, &e, out);
    buf_fini(&quoted);
    return e.status;
}
