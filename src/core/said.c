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
    enum { ROLE, TYPE, CONTENTS, NAMES = CONTENTS + 3 };
    static const struct str names[NAMES] = {STR("role"), STR("type"), STR("content"), STR("parts"),
                                            STR("output")};
    const struct json_val *member[NAMES];
    if (json_type(m) == JSON_STRING) {
        say(l, json_str(m));
        return;
    }
    json_pick(m, names, NAMES, member);
    l->now.by = speaker_of(json_str(member[ROLE]));
    if (str_is(json_str(member[TYPE]), "function_call_output"))
        l->now.by = SPEAKER_TOOL;
    for (unsigned i = CONTENTS; i < NAMES; i++)
        say_content(l, member[i]);
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
    enum { SYSTEMS = 4, NAMES = SYSTEMS + 4 };
    static const struct str names[NAMES] = {
        STR("system"),   STR("instructions"), STR("systemInstruction"), STR("system_instruction"),
        STR("messages"), STR("input"),        STR("contents"),          STR("prompt")};
    const struct json_val *member[NAMES];
    struct listener l = {.f = f, .context = context};
    json_pick(body, names, NAMES, member);
    for (unsigned i = 0; i < SYSTEMS; i++)
        say_system(&l, member[i]);
    for (unsigned i = SYSTEMS; i < NAMES; i++)
        say_messages(&l, member[i]);
}

static bool list_answered(const struct json_val *list)
{
    struct json_iter it = {0};
    const struct json_val *m = NULL;
    bool asked = false;
    if (json_type(list) != JSON_ARRAY)
        return false;
    while (json_each(&it, list, NULL, &m)) {
        enum speaker by = speaker_of(json_str(json_get(m, "role")));
        bool call = str_starts(json_str(json_get(m, "type")), str_of("function_call"));
        if (asked && (call || by == SPEAKER_ASSISTANT || by == SPEAKER_TOOL))
            return true;
        asked = asked || (!call && by == SPEAKER_USER);
    }
    return false;
}

bool said_answered(const struct json_val *body)
{
    return list_answered(json_get(body, "messages")) || list_answered(json_get(body, "input")) ||
           list_answered(json_get(body, "contents"));
}
