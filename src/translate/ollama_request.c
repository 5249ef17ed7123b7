// SPDX-License-Identifier: Apache-2.0
//
// Ollama's requests. Nothing is ever cut in silence: `truncate` and `shift` are off, so a prompt
// that is too long is an error, and an answer that fills the context ends with "length". `stream`
// is always said, because Ollama streams where it is not.

#include "base/json_out.h"
#include "translate/part.h"

static void write_raw(struct json_out *o, const char *name, struct str json)
{
    if (json.len == 0)
        return;
    json_out_name(o, name);
    buf_add(o->buf, json);
}

static void write_keep_alive(struct json_out *o, struct str said, const struct translate_wish *wish)
{
    write_raw(o, "keep_alive", said.len ? said : wish->keep_alive);
}

static bool has(const struct chat_message *m, enum chat_kind kind)
{
    for (size_t i = 0; i < m->count; i++) {
        if (m->parts[i].kind == kind)
            return true;
    }
    return false;
}

// Texts of one kind become one, each on its own line.
static void write_texts(struct json_out *o, const char *name, const struct chat_message *m,
                        enum chat_kind kind)
{
    struct buf text;
    buf_init(&text, o->buf->alloc, 0);
    const struct chat_part *only = NULL;
    for (size_t i = 0; i < m->count; i++) {
        if (m->parts[i].kind != kind)
            continue;
        if (only && text.len == 0)
            buf_add(&text, only->text);
        if (only) {
            buf_add_char(&text, '\n');
            buf_add(&text, m->parts[i].text);
        }
        only = &m->parts[i];
    }
    json_out_text(o, name, text.len ? buf_str(&text) : only ? only->text : STR_NONE);
    o->buf->failed = o->buf->failed || buf_failed(&text);
    buf_fini(&text);
}

static void write_images(struct json_out *o, const struct chat_message *m)
{
    if (!has(m, CHAT_IMAGE))
        return;
    json_out_begin(o, "images", '[');
    for (size_t i = 0; i < m->count; i++) {
        if (m->parts[i].kind == CHAT_IMAGE)
            json_out_text(o, NULL, m->parts[i].text);
    }
    json_out_end(o, ']');
}

static void write_calls(struct json_out *o, const struct chat_message *m)
{
    if (!has(m, CHAT_CALL))
        return;
    json_out_begin(o, "tool_calls", '[');
    for (size_t i = 0; i < m->count; i++) {
        const struct chat_part *p = &m->parts[i];
        if (p->kind != CHAT_CALL)
            continue;
        json_out_begin(o, NULL, '{');
        json_out_text(o, "id", p->id);
        json_out_begin(o, "function", '{');
        json_out_text(o, "name", p->name);
        write_raw(o, "arguments", p->text);
        json_out_end(o, '}');
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
}

static void write_message(struct json_out *o, const struct chat_message *m)
{
    static const char *const roles[] = {[CHAT_SYSTEM] = "system",
                                        [CHAT_USER] = "user",
                                        [CHAT_ASSISTANT] = "assistant",
                                        [CHAT_TOOL] = "tool"};
    json_out_begin(o, NULL, '{');
    json_out_text(o, "role", str_of(roles[m->role]));
    write_texts(o, "content", m, CHAT_TEXT);
    if (has(m, CHAT_THOUGHT))
        write_texts(o, "thinking", m, CHAT_THOUGHT);
    write_images(o, m);
    write_calls(o, m);
    if (m->call_name.len)
        json_out_text(o, "tool_name", m->call_name);
    if (m->call_id.len)
        json_out_text(o, "tool_call_id", m->call_id);
    json_out_end(o, '}');
}

static void write_tools(struct json_out *o, const struct chat *c)
{
    if (c->tool_count == 0)
        return;
    json_out_begin(o, "tools", '[');
    for (size_t i = 0; i < c->tool_count; i++) {
        const struct chat_tool *t = &c->tools[i];
        json_out_begin(o, NULL, '{');
        json_out_text(o, "type", str_of("function"));
        json_out_begin(o, "function", '{');
        json_out_text(o, "name", t->name);
        json_out_text(o, "description", t->description);
        write_raw(o, "parameters",
                  t->schema.len ? t->schema : str_of("{\"type\":\"object\",\"properties\":{}}"));
        json_out_end(o, '}');
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
}

static void write_options(struct json_out *o, const struct chat *c,
                          const struct translate_wish *wish)
{
    static const char *const names[CHAT_NUMBER_COUNT] = {
#define X(id, name) [CHAT_##id] = (name),
        CHAT_NUMBER_MAP(X)
#undef X
    };
    json_out_begin(o, "options", '{');
    if (wish->context > 0)
        json_out_number(o, "num_ctx", wish->context);
    int64_t most = c->output_max > 0 ? c->output_max : wish->output_cap;
    if (wish->output_max > 0 && (most == 0 || wish->output_max < most))
        most = wish->output_max;
    if (most > 0)
        json_out_number(o, "num_predict", most);
    for (size_t i = 0; i < CHAT_NUMBER_COUNT; i++)
        write_raw(o, names[i], c->numbers[i]);
    if (c->stop_count > 0) {
        json_out_begin(o, "stop", '[');
        for (size_t i = 0; i < c->stop_count; i++)
            json_out_text(o, NULL, c->stops[i]);
        json_out_end(o, ']');
    }
    json_out_end(o, '}');
}

static void write_effort(struct json_out *o, enum chat_effort effort)
{
    switch (effort) {
    case CHAT_EFFORT_UNSAID: break;
    case CHAT_EFFORT_NONE: json_out_flag(o, "think", false); break;
    case CHAT_LOW: json_out_text(o, "think", str_of("low")); break;
    case CHAT_MEDIUM: json_out_text(o, "think", str_of("medium")); break;
    case CHAT_HIGH: json_out_text(o, "think", str_of("high")); break;
    }
}

// What chat and completions share, to the end of the body.
static void write_rest(struct json_out *o, const struct chat *c, const struct translate_wish *wish)
{
    if (c->form == CHAT_FORM_JSON)
        json_out_text(o, "format", str_of("json"));
    else if (c->form == CHAT_FORM_SCHEMA)
        write_raw(o, "format", c->schema);
    write_effort(o, c->effort);
    json_out_flag(o, "stream", c->stream);
    write_keep_alive(o, c->keep_alive, wish);
    json_out_flag(o, "truncate", false);
    json_out_flag(o, "shift", false);
    if (c->logprobs)
        json_out_flag(o, "logprobs", true);
    if (c->top_logprobs > 0)
        json_out_number(o, "top_logprobs", c->top_logprobs);
    write_options(o, c, wish);
    json_out_end(o, '}');
}

void ollama_write_chat(const struct chat *c, const struct translate_wish *wish, struct buf *out)
{
    struct json_out o = {out, true};
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "model", wish->model);
    json_out_begin(&o, "messages", '[');
    for (size_t i = 0; i < c->message_count; i++)
        write_message(&o, &c->messages[i]);
    json_out_end(&o, ']');
    write_tools(&o, c);
    write_rest(&o, c, wish);
}

void ollama_write_generate(const struct chat *c, const struct translate_wish *wish, struct buf *out)
{
    struct json_out o = {out, true};
    must(c->message_count == 1);
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "model", wish->model);
    write_texts(&o, "prompt", &c->messages[0], CHAT_TEXT);
    if (c->suffix.len)
        json_out_text(&o, "suffix", c->suffix);
    write_rest(&o, c, wish);
}

void ollama_write_embed(const struct embed *e, const struct translate_wish *wish, struct buf *out)
{
    struct json_out o = {out, true};
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "model", wish->model);
    json_out_begin(&o, "input", '[');
    for (size_t i = 0; i < e->count; i++)
        json_out_text(&o, NULL, e->inputs[i]);
    json_out_end(&o, ']');
    if (e->dimensions > 0)
        json_out_number(&o, "dimensions", e->dimensions);
    json_out_flag(&o, "truncate", false);
    write_keep_alive(&o, e->keep_alive, wish);
    if (wish->context > 0) {
        json_out_begin(&o, "options", '{');
        json_out_number(&o, "num_ctx", wish->context);
        json_out_end(&o, '}');
    }
    json_out_end(&o, '}');
}
