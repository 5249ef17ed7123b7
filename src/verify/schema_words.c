// SPDX-License-Identifier: Apache-2.0
//
// The keywords that look at a value alone. Of a value of another type than theirs they ask nothing.

#include "base/decimal.h"
#include "verify/same.h"
#include "verify/schema_part.h"

static enum finding_verdict verdict_of(bool fits)
{
    return fits ? VERDICT_GOOD : VERDICT_BAD;
}

// --- type ---

static bool is_whole(const struct json_val *v)
{
    int128 n;
    int128 one = 1;
    for (unsigned i = 0; i < DECIMAL_PLACES; i++)
        one *= 10;
    enum status s = decimal_read(json_number(NULL, v), &n);
    return s == STATUS_RANGE || (s == STATUS_OK && n % one == 0);
}

// Gemini writes the names in capitals.
static bool is_type(struct str name, const struct json_val *v)
{
    switch (json_type(v)) {
    case JSON_NULL: return str_eq_nocase(name, str_of("null"));
    case JSON_BOOL: return str_eq_nocase(name, str_of("boolean"));
    case JSON_STRING: return str_eq_nocase(name, str_of("string"));
    case JSON_ARRAY: return str_eq_nocase(name, str_of("array"));
    case JSON_OBJECT: return str_eq_nocase(name, str_of("object"));
    case JSON_NUMBER:
        return str_eq_nocase(name, str_of("number")) ||
               (str_eq_nocase(name, str_of("integer")) && is_whole(v));
    case JSON_ABSENT: break;
    }
    return false;
}

// Gemini's TYPE_UNSPECIFIED is none of them.
static bool is_type_name(struct str name)
{
    static const char *const names[] = {"null",   "boolean", "string", "array",
                                        "object", "number",  "integer"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq_nocase(name, str_of(names[i])))
            return true;
    return false;
}

static enum finding_verdict word_type(const struct schema_word *w)
{
    struct json_iter it = {0};
    const struct json_val *name = NULL;
    bool fits = is_type(json_str(w->says), w->value);
    bool told = json_type(w->says) == JSON_ARRAY || is_type_name(json_str(w->says));
    while (!fits && json_type(w->says) == JSON_ARRAY && json_each(&it, w->says, NULL, &name) &&
           schema_spend(&w->run->left, 1)) {
        fits = is_type(json_str(name), w->value);
        told = told && is_type_name(json_str(name));
    }
    return !fits && !told ? VERDICT_UNSURE : verdict_of(fits);
}

static enum finding_verdict word_nullable(const struct schema_word *w)
{
    (void)w; // the walk looks at it: null fits, whatever else is asked
    return VERDICT_GOOD;
}

// --- equal ---

static enum finding_verdict word_const(const struct schema_word *w)
{
    return verdict_of(same_json(w->says, w->value, &w->run->left));
}

// "1" and 1.0
static bool is_text_of(struct str text, struct str number)
{
    int128 m;
    int128 n;
    if (text.len == 0 || number.len == 0)
        return false;
    return str_eq(text, number) ||
           (decimal_read(text, &m) == STATUS_OK && decimal_read(number, &n) == STATUS_OK && m == n);
}

// Of a number Gemini's are texts, too: whether "1" is for 1 cannot be told.
static enum finding_verdict word_enum(const struct schema_word *w)
{
    struct json_iter it = {0};
    const struct json_val *one = NULL;
    bool fits = false;
    bool text = false;
    while (!fits && json_type(w->says) == JSON_ARRAY && w->run->left > 0 &&
           json_each(&it, w->says, NULL, &one)) {
        fits = same_json(one, w->value, &w->run->left);
        text = text || is_text_of(json_str(one), json_number(NULL, w->value));
    }
    return !fits && text ? VERDICT_UNSURE : verdict_of(fits);
}

static enum finding_verdict word_unique(const struct schema_word *w)
{
    struct json_iter it = {0};
    const struct json_val *a = NULL;
    if (json_type(w->value) != JSON_ARRAY || !json_bool(w->says, false))
        return VERDICT_GOOD;
    while (w->run->left > 0 && json_each(&it, w->value, NULL, &a)) {
        struct json_iter rest = it;
        const struct json_val *b = NULL;
        while (w->run->left > 0 && json_each(&rest, w->value, NULL, &b))
            if (same_json(a, b, &w->run->left))
                return VERDICT_BAD;
    }
    return VERDICT_GOOD;
}

// --- counts ---

// Gemini writes 64-bit numbers as texts.
static bool count_of(const struct json_val *v, int64_t *out)
{
    return json_i64(v, out) || str_i64(json_str(v), out);
}

static size_t characters(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return n;
}

static enum finding_verdict compare_count(const struct schema_word *w, size_t count, bool least)
{
    int64_t limit = 0;
    if (!count_of(w->says, &limit) || limit < 0)
        return VERDICT_UNSURE;
    return verdict_of(least ? count >= (size_t)limit : count <= (size_t)limit);
}

static enum finding_verdict word_count(const struct schema_word *w)
{
    enum json_type type = str_ends(w->name, str_of("Properties")) ? JSON_OBJECT
                          : str_ends(w->name, str_of("Items"))    ? JSON_ARRAY
                                                                  : JSON_STRING;
    if (json_type(w->value) != type)
        return VERDICT_GOOD;
    size_t count = type == JSON_STRING ? characters(json_str(w->value)) : json_count(w->value);
    return compare_count(w, count, str_starts(w->name, str_of("min")));
}

static enum finding_verdict word_required(const struct schema_word *w)
{
    struct json_iter it = {0};
    struct schema_members members = {.object = w->value};
    const struct json_val *name = NULL;
    if (json_type(w->value) != JSON_OBJECT)
        return VERDICT_GOOD;
    while (json_type(w->says) == JSON_ARRAY && json_each(&it, w->says, NULL, &name))
        if (!schema_member(&members, json_str(name), &w->run->left))
            return VERDICT_BAD;
    return VERDICT_GOOD;
}

// {"a": ["b"]}: who has a has b, too. Draft 4's dependencies may also be schemas.
static enum finding_verdict word_dependent(const struct schema_word *w)
{
    struct json_iter it = {0};
    const struct json_val *names = NULL;
    enum finding_verdict all = VERDICT_GOOD;
    struct schema_word inner = *w;
    struct str key;
    while (json_type(w->value) == JSON_OBJECT && json_type(w->says) == JSON_OBJECT &&
           all != VERDICT_BAD && json_each(&it, w->says, &key, &names)) {
        struct schema_members members = {.object = w->value};
        if (!schema_member(&members, key, &w->run->left))
            continue;
        inner.says = names;
        const enum finding_verdict one =
            json_type(names) == JSON_ARRAY ? word_required(&inner) : VERDICT_UNSURE;
        all = one > all ? one : all;
    }
    return all;
}

// --- numbers ---

static bool number_of(const struct json_val *v, int128 *out)
{
    return decimal_read(json_number(NULL, v), out) == STATUS_OK;
}

static enum finding_verdict word_bound(const struct schema_word *w)
{
    int128 limit;
    int128 n;
    if (json_type(w->value) != JSON_NUMBER)
        return VERDICT_GOOD;
    if (!number_of(w->says, &limit) || !number_of(w->value, &n))
        return VERDICT_UNSURE; // also draft 4's exclusiveMinimum: true
    if (str_is(w->name, "minimum"))
        return verdict_of(n >= limit);
    if (str_is(w->name, "maximum"))
        return verdict_of(n <= limit);
    return verdict_of(str_is(w->name, "exclusiveMinimum") ? n > limit : n < limit);
}

static enum finding_verdict word_multiple(const struct schema_word *w)
{
    int128 step;
    int128 n;
    if (json_type(w->value) != JSON_NUMBER)
        return VERDICT_GOOD;
    if (!number_of(w->says, &step) || step <= 0 || !number_of(w->value, &n))
        return VERDICT_UNSURE;
    return verdict_of(n % step == 0);
}

static const struct {
    const char *name;
    schema_word_f *check;
} words[] = {
    {"type", word_type},
    {"nullable", word_nullable},
    {"const", word_const},
    {"enum", word_enum},
    {"uniqueItems", word_unique},
    {"minLength", word_count},
    {"maxLength", word_count},
    {"minItems", word_count},
    {"maxItems", word_count},
    {"minProperties", word_count},
    {"maxProperties", word_count},
    {"required", word_required},
    {"dependentRequired", word_dependent},
    {"dependencies", word_dependent},
    {"minimum", word_bound},
    {"maximum", word_bound},
    {"exclusiveMinimum", word_bound},
    {"exclusiveMaximum", word_bound},
    {"multipleOf", word_multiple},
};

schema_word_f *schema_plain(struct str name)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_is(name, words[i].name))
            return words[i].check;
    return NULL;
}

bool schema_is_annotation(struct str name)
{
    static const char *const names[] = {
        "title",
        "description",
        "default",
        "examples",
        "example",
        "format",
        "deprecated",
        "readOnly",
        "writeOnly",
        "$schema",
        "$id",
        "id",
        "$comment",
        "$defs",
        "definitions",
        "strict",
        "$anchor",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "discriminator",
        "externalDocs",
        "xml",
        "enumDescriptions",
        "enumNames",
        "markdownDescription",
        "$vocabulary",
        "propertyOrdering",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_is(name, names[i]))
            return true;
    return str_starts(name, str_of("x-")); // OpenAPI's extensions
}
