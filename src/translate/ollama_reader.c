// SPDX-License-Identifier: Apache-2.0

#include "translate/ollama_reader.h"

#include "meter/skim.h"
#include "wire/ollama_error.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct line {
    struct str model, message, response, done, done_reason, logprobs, input, output;
    struct str error, embeddings;
};

static const struct skim_field line_fields[] = {
    {STR("model"), offsetof(struct line, model)},
    {STR("message"), offsetof(struct line, message)},
    {STR("response"), offsetof(struct line, response)},
    {STR("done"), offsetof(struct line, done)},
    {STR("done_reason"), offsetof(struct line, done_reason)},
    {STR("logprobs"), offsetof(struct line, logprobs)},
    {STR("prompt_eval_count"), offsetof(struct line, input)},
    {STR("eval_count"), offsetof(struct line, output)},
    {STR("error"), offsetof(struct line, error)},
    {STR("embeddings"), offsetof(struct line, embeddings)},
};

struct message {
    struct str content, thinking, tool_calls;
};

static const struct skim_field message_fields[] = {
    {STR("content"), offsetof(struct message, content)},
    {STR("thinking"), offsetof(struct message, thinking)},
    {STR("tool_calls"), offsetof(struct message, tool_calls)},
};

struct call {
    struct str id, function, name, arguments;
};

static const struct skim_field call_fields[] = {
    {STR("id"), offsetof(struct call, id)},
    {STR("function"), offsetof(struct call, function)},
};

static const struct skim_field function_fields[] = {
    {STR("name"), offsetof(struct call, name)},
    {STR("arguments"), offsetof(struct call, arguments)},
};

struct output {
    event_f *to;
    void *context;
};

static bool is_string(struct str raw)
{
    return raw.len >= 2 && raw.ptr[0] == '"';
}

static bool has_text(struct str raw)
{
    return is_string(raw) && raw.len > 2;
}

static bool is_list(struct str raw)
{
    return raw.len > 0 && raw.ptr[0] == '[';
}

static int64_t number_of(struct str raw)
{
    int64_t n = 0;
    return str_i64(raw, &n) && n > 0 ? n : 0;
}

// --- errors ---

static const struct {
    enum event_fault fault;
    int status;
} faults[] = {
    [OLLAMA_LONG] = {FAULT_CONTEXT, 400},  [OLLAMA_CANNOT] = {FAULT_INCAPABLE, 400},
    [OLLAMA_OPTION] = {FAULT_CALLER, 400}, [OLLAMA_FORMAT] = {FAULT_CALLER, 400},
    [OLLAMA_FULL] = {FAULT_BUSY, 503},     [OLLAMA_LOAD] = {FAULT_LOAD, 500},
    [OLLAMA_RUNNER] = {FAULT_RUNNER, 500}, [OLLAMA_NO_MODEL] = {FAULT_MISSING, 404},
    [OLLAMA_QUOTA] = {FAULT_QUOTA, 429},
};

static enum event_fault fault_of_status(int status)
{
    switch (status) {
    case 401:
    case 403: return FAULT_KEY;
    case 429: return FAULT_RATE;
    case 503: return FAULT_BUSY;
    default: return status < 500 ? FAULT_CALLER : FAULT_OTHER;
    }
}

// `text`: a JSON string.
static struct event fault_of(int status, struct str text)
{
    struct event e = {.kind = EVENT_FAULT, .status = status, .text = text};
    enum ollama_error error = ollama_error(text);
    e.fault = fault_of_status(status);
    if (error == OLLAMA_OTHER || (error == OLLAMA_NO_MODEL && status != 404))
        return e;
    e.fault = faults[error].fault;
    e.status = faults[error].status;
    return e;
}

// A text, or an object with one; empty when it is neither.
static struct str words_of(struct str error)
{
    if (skim_is_object(error))
        error = skim_get(error, (struct str)STR("message"));
    return has_text(error) ? error : STR_NONE;
}

struct event ollama_fault(int status, struct str body)
{
    return fault_of(status, words_of(skim_get(body, (struct str)STR("error"))));
}

// --- answers ---

static bool give_call(const struct output *out, struct str raw)
{
    struct call c = {0};
    (void)skim_fields(raw, call_fields, COUNT(call_fields), &c);
    (void)skim_fields(c.function, function_fields, COUNT(function_fields), &c);
    struct event e = {.kind = EVENT_CALL, .text = c.arguments, .name = c.name};
    if (skim_is_null(e.text))
        e.text = str_of("{}");
    if (!skim_is_object(e.text) && !is_string(e.text))
        return false;
    if (has_text(c.id))
        e.id = c.id;
    if (is_string(e.name))
        out->to(out->context, &e);
    return true;
}

static void give_text(const struct output *out, enum event_kind kind, struct str text,
                      struct str logprobs)
{
    bool probable = kind == EVENT_TEXT && is_list(logprobs);
    if (!has_text(text) && !probable)
        return;
    struct event e = {.kind = kind, .text = is_string(text) ? text : str_of("\"\"")};
    if (probable)
        e.logprobs = logprobs;
    out->to(out->context, &e);
}

static bool give_chat(const struct output *out, const struct line *l)
{
    struct message m = {0};
    (void)skim_fields(l->message, message_fields, COUNT(message_fields), &m);
    give_text(out, EVENT_THOUGHT, m.thinking, STR_NONE);
    give_text(out, EVENT_TEXT, m.content, l->logprobs);
    if (!is_list(m.tool_calls))
        return true;
    struct skim calls = skim_of(m.tool_calls);
    struct str call;
    bool read = true;
    while (read && skim_each(&calls, NULL, &call))
        read = give_call(out, call);
    return read;
}

static void give_vectors(const struct output *out, struct str embeddings)
{
    struct skim list = skim_of(embeddings);
    struct str vector;
    while (skim_each(&list, NULL, &vector)) {
        const struct event e = {.kind = EVENT_VECTOR, .text = vector};
        out->to(out->context, &e);
    }
}

static void give_end(struct ollama_reader *r, const struct output *out, const struct line *l)
{
    r->done = true;
    const struct event e = {
        .kind = EVENT_END,
        .finish = str_is(l->done_reason, "\"length\"") ? FINISH_LENGTH : FINISH_STOP,
        .input = number_of(l->input),
        .output = number_of(l->output),
    };
    out->to(out->context, &e);
}

static void give_begin(struct ollama_reader *r, const struct output *out, const struct line *l)
{
    struct event e = {.kind = EVENT_BEGIN};
    if (r->begun)
        return;
    r->begun = true;
    if (has_text(l->model))
        e.text = l->model;
    out->to(out->context, &e);
}

static void give_fault(struct ollama_reader *r, const struct output *out, struct str error)
{
    struct str words = words_of(error);
    struct event e = fault_of(
        500, words.len ? words : str_of("\"The provider's answer broke off with an error.\""));
    r->status = e.status;
    out->to(out->context, &e);
}

bool ollama_read(struct ollama_reader *r, enum endpoint provider, struct str text, event_f *to,
                 void *context)
{
    const struct output out = {to, context};
    struct line l = {0};
    if (r->done || r->status)
        return true;
    if (!skim_fields(text, line_fields, COUNT(line_fields), &l))
        return false;
    if (!skim_is_null(l.error)) {
        give_fault(r, &out, l.error);
        return true;
    }
    bool embeds = provider == ENDPOINT_OLLAMA_EMBED;
    if (embeds && !is_list(l.embeddings))
        return false;
    give_begin(r, &out, &l);
    if (embeds)
        give_vectors(&out, l.embeddings);
    else if (provider == ENDPOINT_OLLAMA_CHAT && !give_chat(&out, &l))
        return false;
    else if (provider != ENDPOINT_OLLAMA_CHAT)
        give_text(&out, EVENT_TEXT, l.response, l.logprobs);
    if (embeds || str_is(l.done, "true"))
        give_end(r, &out, &l);
    return true;
}
