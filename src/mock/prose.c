// SPDX-License-Identifier: Apache-2.0

#include "mock/prose.h"

#define TOKEN_BYTES 8
#define FIT_DEPTH   12
#define NUMBER_MAX  1000000000000000

static const struct str words[] = {
    STR("the"),    STR("model"),   STR("answers"), STR("with"),  STR("words"),  STR("that"),
    STR("cost"),   STR("nothing"), STR("and"),     STR("mean"),  STR("little"), STR("but"),
    STR("arrive"), STR("in"),      STR("order"),   STR("every"), STR("time"),   STR("a"),
    STR("test"),   STR("asks"),    STR("for"),     STR("them"),  STR("so"),     STR("one"),
    STR("can"),    STR("count"),   STR("what"),    STR("was"),   STR("said"),   STR("by"),
    STR("whom"),   STR("when"),
};
#define WORD_COUNT (sizeof words / sizeof *words)

size_t prose_token(struct str text, size_t at)
{
    must(at < text.len);
    size_t end = at + 1;
    while (end < text.len && end - at < TOKEN_BYTES && text.ptr[end] != ' ')
        end++;
    while (end < text.len && ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
        end++;
    return end;
}

int64_t prose_count(struct str text)
{
    int64_t n = 0;
    for (size_t at = 0; at < text.len; at = prose_token(text, at))
        n++;
    return n;
}

void prose_write(struct dice *d, int64_t tokens, struct buf *out)
{
    uint64_t bits = 0;
    for (int64_t i = 0; i < tokens && !buf_failed(out); i++) {
        bits = i % 12 == 0 ? dice_next(d) : bits >> 5; // a word takes five bits
        if (i > 0)
            buf_add_char(out, ' ');
        buf_add(out, words[bits % WORD_COUNT]);
    }
}

static const struct json_val *follow(const struct json_val *root, const struct json_val *schema)
{
    for (unsigned hops = 0; hops < FIT_DEPTH; hops++) {
        struct str ref = json_str(json_get(schema, "$ref"));
        if (ref.len == 0)
            return schema;
        const struct json_val *at = root;
        struct str part = STR_NONE;
        while (str_cut(&ref, '/', &part)) {
            char key[128];
            if (str_is(part, "#") || !str_copy(part, key, sizeof key))
                continue;
            at = json_get(at, key);
        }
        schema = at;
    }
    return NULL;
}

static int64_t number_of(const struct json_val *schema, const char *key, int64_t absent)
{
    int64_t n = absent;
    if (!json_i64(json_get(schema, key), &n))
        return absent;
    return n > NUMBER_MAX ? NUMBER_MAX : n < -NUMBER_MAX ? -NUMBER_MAX : n;
}

// "type": "string", or the first that is not null of "type": ["null", "string"].
static struct str type_of(const struct json_val *schema)
{
    const struct json_val *type = json_get(schema, "type");
    const struct json_val *one = NULL;
    struct json_iter it = {0};
    struct str found = json_str(type);
    while (found.len == 0 && json_each(&it, type, NULL, &one)) {
        if (!str_is(json_str(one), "null"))
            found = json_str(one);
    }
    if (found.len == 0 && json_get(schema, "properties"))
        return (struct str)STR("object");
    return found;
}

static const struct json_val *first_of(const struct json_val *array)
{
    struct json_iter it = {0};
    const struct json_val *value = NULL;
    return json_each(&it, array, NULL, &value) ? value : NULL;
}

static void write_plain(struct buf *out, const struct json_val *value)
{
    int64_t n = 0;
    if (json_type(value) == JSON_STRING)
        buf_add_json(out, json_str(value));
    else if (json_type(value) == JSON_BOOL)
        buf_add_cstr(out, json_bool(value, false) ? "true" : "false");
    else if (json_i64(value, &n))
        buf_add_i64(out, n);
    else
        buf_add_cstr(out, "null");
}

static void write_text(struct dice *d, const struct json_val *schema, struct buf *out)
{
    struct str format = json_str(json_get(schema, "format"));
    if (str_is(format, "date"))
        buf_add_cstr(out, "\"2026-01-31\"");
    else if (str_is(format, "date-time"))
        buf_add_cstr(out, "\"2026-01-31T12:00:00Z\"");
    else if (str_is(format, "email"))
        buf_add_cstr(out, "\"someone@example.com\"");
    else if (str_is(format, "uuid"))
        buf_add_cstr(out, "\"01234567-89ab-7def-8123-456789abcdef\"");
    else
        buf_add_json(out, words[dice_below(d, WORD_COUNT)]);
}

static void fit(struct dice *d, const struct json_val *root, const struct json_val *schema,
                unsigned depth, struct buf *out);

// NOLINTNEXTLINE(misc-no-recursion): a schema is a tree; FIT_DEPTH ends it
static void fit_object(struct dice *d, const struct json_val *root, const struct json_val *schema,
                       unsigned depth, struct buf *out)
{
    struct json_iter it = {0};
    struct str key = STR_NONE;
    const struct json_val *value = NULL;
    bool first = true;
    buf_add_char(out, '{');
    while (json_each(&it, json_get(schema, "properties"), &key, &value)) {
        if (!first)
            buf_add_char(out, ',');
        first = false;
        buf_add_json(out, key);
        buf_add_char(out, ':');
        fit(d, root, value, depth + 1, out);
    }
    buf_add_char(out, '}');
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static void fit_array(struct dice *d, const struct json_val *root, const struct json_val *schema,
                      unsigned depth, struct buf *out)
{
    int64_t n = number_of(schema, "minItems", 1);
    if (n > 64)
        n = 64;
    buf_add_char(out, '[');
    for (int64_t i = 0; i < n; i++) {
        if (i > 0)
            buf_add_char(out, ',');
        fit(d, root, json_get(schema, "items"), depth + 1, out);
    }
    buf_add_char(out, ']');
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static void fit(struct dice *d, const struct json_val *root, const struct json_val *schema,
                unsigned depth, struct buf *out)
{
    schema = follow(root, schema);
    const struct json_val *choice = first_of(json_get(schema, "anyOf"));
    if (!choice)
        choice = first_of(json_get(schema, "oneOf"));
    if (choice)
        schema = follow(root, choice);
    const struct json_val *value = json_get(schema, "const");
    if (!value)
        value = first_of(json_get(schema, "enum"));
    struct str type = type_of(schema);
    if (value)
        write_plain(out, value);
    else if (!schema || depth > FIT_DEPTH)
        buf_add_cstr(out, "null");
    // Gemini writes its types in capitals.
    else if (str_eq_nocase(type, (struct str)STR("object")))
        fit_object(d, root, schema, depth, out);
    else if (str_eq_nocase(type, (struct str)STR("array")))
        fit_array(d, root, schema, depth, out);
    else if (str_eq_nocase(type, (struct str)STR("integer")))
        buf_add_i64(out, number_of(schema, "minimum", 1) + (int64_t)dice_below(d, 5));
    else if (str_eq_nocase(type, (struct str)STR("number")))
        buf_printf(out, "%lld.5", (long long)number_of(schema, "minimum", 1));
    else if (str_eq_nocase(type, (struct str)STR("boolean")))
        buf_add_cstr(out, "true");
    else
        write_text(d, schema, out);
}

void prose_fit(struct dice *d, const struct json_val *root, const struct json_val *schema,
               struct buf *out)
{
    if (schema)
        fit(d, root, schema, 0, out);
    else
        buf_add_cstr(out, "{\"answer\":\"yes\"}");
}

void prose_unfit(const struct json_val *schema, struct buf *out)
{
    struct json_iter it = {0};
    struct str key = STR_NONE;
    const struct json_val *value = NULL;
    const struct json_val *properties = json_get(schema, "properties");
    bool first = true;
    if (json_count(properties) == 0) {
        buf_add_cstr(out, "[\"unfit\"]");
        return;
    }
    buf_add_char(out, '{');
    while (json_each(&it, properties, &key, &value)) {
        if (!first)
            buf_add_char(out, ',');
        first = false;
        buf_add_json(out, key);
        buf_add_cstr(out,
                     str_eq_nocase(type_of(value), (struct str)STR("string")) ? ":7" : ":\"7\"");
    }
    buf_add_char(out, '}');
}
