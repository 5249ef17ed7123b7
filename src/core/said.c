// SPDX-License-Identifier: Apache-2.0

#include "core/said.h"

struct listener {
    said_f *f;
    void *context;
    struct saying now;
    bool over;
};

static void say(struct listener *l, struct str text)
{
    if (text.len == 0 || l->over)
        return;
    l->now.text = text;
    l->over = !l->f(l->context, &l->now);
}

static void say_part(struct listener *l, const struct json_val *part)
{
    say(l, json_type(part) == JSON_STRING ? json_str(part) : json_str(json_get(part, "text")));
}

// A text, a part with one, or a list of either.
static void say_parts(struct listener *l, const struct json_val *content)
{
    struct json_iter it = {0};
    const struct json_val *part = NULL;
    if (json_type(content) != JSON_ARRAY) {
        say_part(l, content);
        return;
    }
    while (!l->over && json_each(&it, content, NULL, &part))
        say_part(l, part);
}

// In Claude's messages what a tool has said is a part of the user's, with parts of its own.
static void say_content(struct listener *l, const struct json_val *content)
{
    struct json_iter it = {0};
    const struct json_val *part = NULL;
    const enum speaker by = l->now.by;
    if (json_type(content) != JSON_ARRAY) {
        say_part(l, content);
        return;
    }
    while (!l->over && json_each(&it, content, NULL, &part)) {
        bool result = str_is(json_str(json_get(part, "type")), "tool_result");
        l->now.by = result ? SPEAKER_TOOL : by;
        say_parts(l, result ? json_get(part, "content") : part);
    }
    l->now.by = by;
}

static enum speaker speaker_of(struct str role)
{
    if (str_is(role, "system") || str_is(role, "developer"))
        return SPEAKER_SYSTEM;
    if (str_is(role, "assistant") || str_is(role, "model"))
        return SPEAKER_ASSISTANT;
    return str_is(role, "tool") || str_is(role, "function") ? SPEAKER_TOOL : SPEAKER_USER;
}

static void say_message(struct listener *l, const struct json_val *m)
{
    static const char *const names[] = {"content", "parts", "output"};
    if (json_type(m) == JSON_STRING) {
        say(l, json_str(m));
        return;
    }
    l->now.by = speaker_of(json_str(json_get(m, "role")));
    if (str_is(json_str(json_get(m, "type")), "function_call_output"))
        l->now.by = SPEAKER_TOOL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        say_content(l, json_get(m, names[i]));
}

// A list of messages, or one text of the user's.
static void say_messages(struct listener *l, const struct json_val *list)
{
    struct json_iter it = {0};
    const struct json_val *m = NULL;
    l->now = (struct saying){.by = SPEAKER_USER, .message = 1};
    if (json_type(list) != JSON_ARRAY) {
        say_content(l, list);
        return;
    }
    for (; !l->over && json_each(&it, list, NULL, &m); l->now.message++) {
        l->now.by = SPEAKER_USER;
        say_message(l, m);
    }
}

static void say_system(struct listener *l, const struct json_val *v)
{
    l->now = (struct saying){.by = SPEAKER_SYSTEM};
    say_parts(l, json_type(v) == JSON_OBJECT ? json_get(v, "parts") : v);
}

void said_list(const struct json_val *list, said_f *f, void *context)
{
    struct listener l = {.f = f, .context = context};
    say_messages(&l, list);
}

void said_each(const struct json_val *body, said_f *f, void *context)
{
    static const char *const systems[] = {"system", "instructions", "systemInstruction",
                                          "system_instruction"};
    static const char *const lists[] = {"messages", "input", "contents", "prompt"};
    struct listener l = {.f = f, .context = context};
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
        say_system(&l, json_get(body, systems[i]));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        say_messages(&l, json_get(body, lists[i]));
}
