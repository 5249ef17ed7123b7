// SPDX-License-Identifier: Apache-2.0
//
// Values against schemas, keyword by keyword: fits, does not, cannot be told.

#include "../unit.h"
#include "base/buf.h"
#include "verify/same.h"
#include "verify/schema.h"

static const struct {
    const char *schema, *value;
    enum finding_verdict want;
} cases[] = {
    {"{}", "1", VERDICT_GOOD},
    {"true", "1", VERDICT_GOOD},
    {"false", "1", VERDICT_BAD},
    {"{\"type\":\"string\"}", "\"a\"", VERDICT_GOOD},
    {"{\"type\":\"string\"}", "1", VERDICT_BAD},
    {"{\"type\":\"integer\"}", "1.0", VERDICT_GOOD},
    {"{\"type\":\"integer\"}", "1.5", VERDICT_BAD},
    {"{\"type\":\"number\"}", "1.5", VERDICT_GOOD},
    {"{\"type\":[\"string\",\"null\"]}", "null", VERDICT_GOOD},
    {"{\"type\":\"STRING\",\"nullable\":true}", "null", VERDICT_GOOD},
    {"{\"type\":\"STRING\"}", "null", VERDICT_BAD},
    {"{\"type\":\"STRING\",\"nullable\":false}", "null", VERDICT_BAD},
    {"{\"type\":\"TYPE_UNSPECIFIED\"}", "1", VERDICT_UNSURE},
    {"{\"type\":[\"string\",\"text\"]}", "1", VERDICT_UNSURE},
    {"{\"anyOf\":[{\"type\":\"STRING\"}],\"nullable\":true}", "null", VERDICT_GOOD},
    {"{\"$ref\":\"#/$defs/a\",\"nullable\":true,\"$defs\":{\"a\":{\"type\":\"string\"}}}", "null",
     VERDICT_GOOD},
    {"{\"enum\":[\"a\"],\"nullable\":true}", "null", VERDICT_GOOD},
    {"{\"type\":\"INTEGER\",\"enum\":[\"1\",\"2\"]}", "1", VERDICT_UNSURE},
    {"{\"type\":\"INTEGER\",\"enum\":[\"1\",\"2\"]}", "3", VERDICT_BAD},
    {"{\"enum\":[\"1\"]}", "1.0", VERDICT_UNSURE},
    {"{\"enum\":[\"0.50\"]}", "0.5", VERDICT_UNSURE},
    {"{\"enum\":[\"\",\"x\"]}", "0", VERDICT_BAD},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1,\"b\":2}", VERDICT_GOOD},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", VERDICT_BAD},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"c\":1}", VERDICT_GOOD},
    {"{\"dependencies\":{\"a\":{\"required\":[\"b\"]}}}", "{\"a\":1}", VERDICT_UNSURE},
    {"{\"type\":\"string\",\"x-order\":1,\"discriminator\":{\"propertyName\":\"t\"}}", "\"a\"",
     VERDICT_GOOD},
    {"{\"enum\":[\"a\",1]}", "1.0", VERDICT_GOOD},
    {"{\"enum\":[\"a\",1]}", "\"b\"", VERDICT_BAD},
    {"{\"const\":{\"a\":1,\"b\":[2]}}", "{\"b\":[2],\"a\":1}", VERDICT_GOOD},
    {"{\"const\":{\"a\":1}}", "{\"a\":1,\"b\":2}", VERDICT_BAD},
    {"{\"required\":[\"a\"]}", "{\"a\":null}", VERDICT_GOOD},
    {"{\"required\":[\"a\"]}", "{}", VERDICT_BAD},
    {"{\"required\":[\"a\"]}", "[]", VERDICT_GOOD},
    {"{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":\"x\"}", VERDICT_BAD},
    {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"a\":1}", VERDICT_GOOD},
    {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}", "{\"b\":1}", VERDICT_BAD},
    {"{\"additionalProperties\":{\"type\":\"string\"}}", "{\"b\":1}", VERDICT_BAD},
    {"{\"patternProperties\":{\"^b\":{}},\"additionalProperties\":false}", "{\"b\":1}",
     VERDICT_UNSURE},
    {"{\"items\":{\"type\":\"integer\"}}", "[1,2]", VERDICT_GOOD},
    {"{\"items\":{\"type\":\"integer\"}}", "[1,\"2\"]", VERDICT_BAD},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"integer\"}}", "[\"a\",2]",
     VERDICT_GOOD},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"integer\"}}", "[1,2]",
     VERDICT_BAD},
    {"{\"minItems\":1,\"maxItems\":2}", "[]", VERDICT_BAD},
    {"{\"minItems\":\"1\"}", "[]", VERDICT_BAD}, // Gemini's numbers
    {"{\"minItems\":1,\"maxItems\":2}", "[1,2]", VERDICT_GOOD},
    {"{\"uniqueItems\":true}", "[1,{\"a\":1},{\"a\":1.0}]", VERDICT_BAD},
    {"{\"uniqueItems\":true}", "[1,2,\"1\"]", VERDICT_GOOD},
    {"{\"minLength\":2,\"maxLength\":2}", "\"\xc3\xa9\xc3\xa9\"", VERDICT_GOOD},
    {"{\"maxLength\":1}", "\"ab\"", VERDICT_BAD},
    {"{\"minimum\":0.3}", "0.3", VERDICT_GOOD},
    {"{\"exclusiveMinimum\":0.3}", "0.30", VERDICT_BAD},
    {"{\"maximum\":10}", "1e1", VERDICT_GOOD},
    {"{\"exclusiveMaximum\":10}", "10", VERDICT_BAD},
    {"{\"maximum\":10}", "1e300", VERDICT_UNSURE},
    {"{\"multipleOf\":0.01}", "0.07", VERDICT_GOOD},
    {"{\"multipleOf\":0.01}", "0.075", VERDICT_BAD},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "null", VERDICT_GOOD},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1", VERDICT_BAD},
    {"{\"anyOf\":[{\"pattern\":\"x\"},{\"type\":\"null\"}]}", "\"a\"", VERDICT_UNSURE},
    {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "3", VERDICT_BAD},
    // Null tells schemas that all let it be not apart.
    {"{\"oneOf\":[{\"type\":\"string\",\"nullable\":true},{\"type\":\"integer\",\"nullable\":true}]"
     "}",
     "null", VERDICT_GOOD},
    {"{\"oneOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/"
     "b\"}],\"$defs\":{\"a\":{\"type\":\"string\","
     "\"nullable\":true},\"b\":{\"type\":\"integer\",\"nullable\":true}}}",
     "null", VERDICT_GOOD},
    {"{\"oneOf\":[{\"type\":\"string\",\"nullable\":true},{\"type\":\"null\"}]}", "null",
     VERDICT_BAD},
    {"{\"oneOf\":[{\"nullable\":true},{\"nullable\":true}]}", "1", VERDICT_BAD},
    // What is no schema says nothing of the value.
    {"{\"anyOf\":[]}", "1", VERDICT_UNSURE},
    {"{\"anyOf\":{\"type\":\"string\"}}", "1", VERDICT_UNSURE},
    {"{\"oneOf\":[]}", "1", VERDICT_UNSURE},
    {"{\"oneOf\":null}", "1", VERDICT_UNSURE},
    {"{\"allOf\":{\"type\":\"string\"}}", "1", VERDICT_UNSURE},
    {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "1", VERDICT_GOOD},
    {"{\"allOf\":[{\"minimum\":1},{\"pattern\":\"x\"},{\"maximum\":2}]}", "3", VERDICT_BAD},
    {"{\"not\":{\"type\":\"null\"}}", "null", VERDICT_BAD},
    {"{\"$ref\":\"#/$defs/a~1b\",\"$defs\":{\"a/b\":{\"type\":\"string\"}}}", "1", VERDICT_BAD},
    {"{\"$ref\":\"#/anyOf/1\",\"anyOf\":[true,{\"type\":\"string\"}]}", "1", VERDICT_BAD},
    {"{\"$ref\":\"http://example.com/x\"}", "1", VERDICT_UNSURE},
    {"{\"$ref\":\"#/nowhere\"}", "1", VERDICT_UNSURE},
    {"{\"$ref\":\"#\"}", "1", VERDICT_UNSURE}, // for ever
    // References begin at the nearest `$id`.
    {"{\"$id\":\"http://example.com/a\",\"$ref\":\"#/$defs/"
     "s\",\"$defs\":{\"s\":{\"type\":\"string\"}}}",
     "1", VERDICT_BAD},
    {"{\"properties\":{\"a\":{\"$id\":\"b\",\"$ref\":\"#/$defs/"
     "s\",\"$defs\":{\"s\":{\"type\":\"string\"}}}},"
     "\"$defs\":{\"s\":{\"type\":\"integer\"}}}",
     "{\"a\":\"x\"}", VERDICT_UNSURE},
    {"{\"items\":{\"id\":\"b\",\"anyOf\":[{\"$ref\":\"#/definitions/s\"}]},"
     "\"definitions\":{\"s\":{\"type\":\"integer\"}}}",
     "[\"x\"]", VERDICT_UNSURE},
    {"{\"$ref\":\"#/$defs/a/$defs/"
     "s\",\"$defs\":{\"a\":{\"$id\":\"a\",\"$defs\":{\"s\":{\"$ref\":\"#/$defs/t\"}}},"
     "\"t\":{\"type\":\"string\"}}}",
     "1", VERDICT_UNSURE},
    {"{\"allOf\":[{\"$id\":\"b\"},{\"$ref\":\"#/$defs/"
     "s\"}],\"$defs\":{\"s\":{\"type\":\"integer\"}}}",
     "\"x\"", VERDICT_BAD},
    {"{\"properties\":{\"id\":{\"type\":\"string\"},\"n\":{\"$ref\":\"#/properties/id\"}}}",
     "{\"n\":1}", VERDICT_BAD},
    {"{\"$anchor\":\"a\",\"type\":\"string\"}", "\"x\"", VERDICT_GOOD},
    {"{\"pattern\":\"^a\"}", "\"a\"", VERDICT_UNSURE},
    {"{\"pattern\":\"^a\",\"type\":\"string\"}", "1", VERDICT_BAD},
    {"{\"title\":\"t\",\"format\":\"date\",\"default\":1}", "\"x\"", VERDICT_GOOD},
};

static enum finding_verdict check(const char *schema, const char *value, struct finding *f)
{
    struct json *s = NULL;
    struct json *v = NULL;
    assert_int_equal(json_open(str_of(schema), &alloc_heap, &s, NULL), STATUS_OK);
    assert_int_equal(json_open(str_of(value), &alloc_heap, &v, NULL), STATUS_OK);
    unsigned left = SCHEMA_STEPS_MAX;
    schema_check(json_root(s), json_root(v), &left, f);
    json_close(s);
    json_close(v);
    return f->verdict;
}

static void keywords(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct finding f;
        enum finding_verdict is = check(cases[i].schema, cases[i].value, &f);
        if (is != cases[i].want)
            fail_msg("%s of %s: %s", cases[i].value, cases[i].schema, verdict_name(is));
        assert_int_equal(f.why[0] != '\0', is != VERDICT_GOOD);
    }
}

// A schema that refers to itself twice at each level would take for ever.
static void steps_are_bounded(void **state)
{
    (void)state;
    struct finding f;
    assert_int_equal(check("{\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}", "1", &f),
                     VERDICT_UNSURE);
}

// {"k00000":0,"k00001":1, ...}, or from its end.
static struct json *members(unsigned count, bool backwards)
{
    struct json *j = NULL;
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    for (unsigned i = 0; i < count; i++) {
        unsigned k = backwards ? count - 1 - i : i;
        buf_printf(&text, "%s\"k%05u\":%u", i ? "," : "{", k, k);
    }
    buf_add_char(&text, '}');
    assert_int_equal(json_open(buf_str(&text), &alloc_heap, &j, NULL), STATUS_OK);
    buf_fini(&text);
    return j;
}

// Two answers of a MiB cost a pass where their members are in one order, and else not the square
// of their number.
static void members_are_found_in_bounded_steps(void **state)
{
    (void)state;
    enum { MANY = 70000, SOME = 500 };
    struct json *a = members(MANY, false), *b = members(MANY, false), *c = members(MANY, true);
    struct json *few = members(SOME, false), *turned = members(SOME, true);
    unsigned left = SCHEMA_STEPS_MAX;
    assert_true(same_json(json_root(a), json_root(b), &left));
    assert_in_range(SCHEMA_STEPS_MAX - left, MANY, 4 * MANY);
    left = SCHEMA_STEPS_MAX;
    assert_false(same_json(json_root(a), json_root(c), &left));
    assert_int_equal(left, 0);
    left = SCHEMA_STEPS_MAX;
    assert_true(same_json(json_root(few), json_root(turned), &left));
    json_close(a);
    json_close(b);
    json_close(c);
    json_close(few);
    json_close(turned);
}

// `count` numbered names, each as `format` has it.
static char *numbered(const char *before, const char *each, unsigned count, bool backwards,
                      const char *after)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_cstr(&b, before);
    for (unsigned i = 0; i < count; i++) {
        buf_printf(&b, "%s\"k%u\"", i ? "," : "", backwards ? count - i : i + 1);
        buf_add_cstr(&b, each);
    }
    buf_add_cstr(&b, after);
    char *text = alloc_must(b.len + 1);
    memcpy(text, buf_cstr(&b), b.len + 1);
    buf_fini(&b);
    return text;
}

// Each keyword that looks through both sides, on sides that are made to be looked through.
static void keywords_take_bounded_steps(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    static const struct {
        const char *before, *each, *after;
        bool object;
    } rows[] = {
        {"{\"properties\":{", ":{}", "}}", true},
        {"{\"additionalProperties\":false,\"properties\":{", ":{}", "}}", true},
        {"{\"required\":[", "", "]}", true},
        {"{\"items\":{\"enum\":[", "", "]}}", false},
        {"{\"uniqueItems\":true,\"examples\":[", "", "]}", false},
    };
    char *object = numbered("{", ":1", MANY, false, "}");
    char *list = numbered("[", "", MANY, false, "]");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct finding f;
        char *schema = numbered(rows[i].before, rows[i].each, MANY, true, rows[i].after);
        if (check(schema, rows[i].object ? object : list, &f) != VERDICT_UNSURE)
            fail_msg("%s...: %s", rows[i].before, verdict_name(f.verdict));
        heap_free(schema);
    }
    heap_free(object);
    heap_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keywords),
        cmocka_unit_test(steps_are_bounded),
        cmocka_unit_test(members_are_found_in_bounded_steps),
        cmocka_unit_test(keywords_take_bounded_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
