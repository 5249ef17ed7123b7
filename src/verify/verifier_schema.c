// SPDX-License-Identifier: Apache-2.0

#include "verify/schema.h"
#include "verify/verify.h"

// The worse of both stays.
static void keep_worse(struct finding *out, const struct finding *one)
{
    if (one->verdict > out->verdict)
        *out = *one;
}

static void check_text(const struct verify_case *c, struct finding *out)
{
    struct json *json = NULL;
    unsigned left = SCHEMA_STEPS_MAX;
    if (json_open(answer_text(c->answer), c->answer->alloc, &json, NULL) != STATUS_OK) {
        finding_set(out, VERDICT_BAD, "JSON was asked, and it is none");
        return;
    }
    if (c->asked->form == ASKED_OBJECT && json_type(json_root(json)) != JSON_OBJECT)
        finding_set(out, VERDICT_BAD, "a JSON object was asked, and it is none");
    if (c->asked->form == ASKED_SCHEMA)
        schema_check(c->asked->schema, json_root(json), &left, out);
    json_close(json);
}

static void check_call(const struct verify_case *c, const struct answer_call *call, unsigned *left,
                       struct finding *out)
{
    struct json *json = NULL;
    struct asked_tool tool;
    struct str name = buf_str(&call->name);
    struct str arguments = str_trim(buf_str(&call->arguments));
    if (!asked_tool(c->asked, name, &tool)) {
        finding_set(out, VERDICT_BAD, "it calls \"%.*s\", which is no tool of the request",
                    STR_ARG(str_clip(name, 64)));
        return;
    }
    if (tool.text)
        return;
    if (json_open(arguments.len ? arguments : str_of("{}"), c->answer->alloc, &json, NULL) !=
            STATUS_OK ||
        json_type(json_root(json)) != JSON_OBJECT)
        finding_set(out, VERDICT_BAD, "the arguments of its call of \"%.*s\" are no JSON object",
                    STR_ARG(str_clip(name, 64)));
    else if (tool.schema)
        schema_check(tool.schema, json_root(json), left, out);
    json_close(json);
}

static void check_calls(const struct verify_case *c, struct finding *out)
{
    bool named = c->asked->call_name.len == 0;
    unsigned left = SCHEMA_STEPS_MAX;
    for (unsigned i = 0; i < c->answer->call_count; i++) {
        struct finding one = {.verdict = VERDICT_GOOD};
        check_call(c, &c->answer->calls[i], &left, &one);
        keep_worse(out, &one);
        named = named || str_eq(buf_str(&c->answer->calls[i].name), c->asked->call_name);
    }
    if (c->asked->call_barred)
        finding_set(out, VERDICT_BAD, "it calls a tool, and must call none");
    if (c->asked->call_needed && (!named || c->answer->call_count == 0))
        finding_set(out, VERDICT_BAD, "it does not call the tool that it must");
}

void verifier_schema(const struct verify_case *c, struct finding *out)
{
    bool calls = c->answer->call_count > 0 || c->asked->call_needed;
    if (c->answer->call_count == 0 && (c->answer->more || c->answer->begun))
        finding_set(out, VERDICT_UNSURE, "it is no text"); // a shell that it runs is a call, too
    else if (calls)
        check_calls(c, out);
    else if (c->asked->form != ASKED_TEXT)
        check_text(c, out);
    else
        finding_set(out, VERDICT_UNSURE, "no form was asked");
}
