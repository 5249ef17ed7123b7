// SPDX-License-Identifier: Apache-2.0
//
// The dialects share one table of names, since none means two things:
//
//   chat, Claude, Ollama   messages[] role content           system
//   Responses              input, or input[] role content    instructions
//   Gemini                 contents[] role parts[] text      systemInstruction parts[] text
//   completions, generate  prompt                            system

#include "wire/prompt.h"

// A text, or the first part that has one.
static struct str text_of(const struct json_val *v)
{
    const struct json_val *part;
    struct json_iter it = {0};
    if (json_type(v) == JSON_OBJECT)
        v = json_get(v, "parts");
    if (json_type(v) != JSON_ARRAY)
        return json_str(v);
    while (json_each(&it, v, NULL, &part)) {
        struct str text =
            json_type(part) == JSON_STRING ? json_str(part) : json_str(json_get(part, "text"));
        if (text.len)
            return text;
    }
    return STR_NONE;
}

// The oldest goes when there are too many.
static void push(struct prompt *p, struct str text)
{
    if (text.len == 0)
        return;
    unsigned keep = p->count < PROMPT_TEXTS_MAX - 1 ? p->count : PROMPT_TEXTS_MAX - 1;
    memmove(p->texts + 1, p->texts, keep * sizeof p->texts[0]);
    p->texts[0] = text;
    p->count = keep + 1;
}

static void read_message(struct prompt *p, const struct json_val *message)
{
    struct str role = json_str(json_get(message, "role"));
    const struct json_val *content = json_get(message, "content");
    struct str text = text_of(content ? content : json_get(message, "parts"));
    if (!str_is(role, "system") && !str_is(role, "developer"))
        push(p, text);
    else if (text.len)
        p->system = text;
}

static void read_list(struct prompt *p, const struct json_val *list)
{
    const struct json_val *message;
    struct json_iter it = {0};
    if (json_type(list) != JSON_ARRAY) {
        push(p, json_str(list));
        return;
    }
    while (json_each(&it, list, NULL, &message)) {
        if (json_type(message) == JSON_STRING)
            push(p, json_str(message));
        else
            read_message(p, message);
    }
}

void prompt_read(struct prompt *p, const struct json_val *body)
{
    static const char *const systems[] = {"system", "instructions", "systemInstruction",
                                          "system_instruction"};
    static const char *const lists[] = {"messages", "input", "contents", "prompt"};
    *p = (struct prompt){.count = 0};
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        struct str text = text_of(json_get(body, systems[i]));
        p->system = text.len ? text : p->system;
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        read_list(p, json_get(body, lists[i]));
}
