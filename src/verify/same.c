// SPDX-License-Identifier: Apache-2.0

#include "verify/same.h"

#include "base/decimal.h"
#include "verify/schema_part.h"

// --- JSON ---

static bool same_number(const struct json_val *a, const struct json_val *b)
{
    int128 m;
    int128 n;
    struct str x = json_number(NULL, a);
    struct str y = json_number(NULL, b);
    if (decimal_read(x, &m) == STATUS_OK && decimal_read(y, &n) == STATUS_OK)
        return m == n;
    return str_eq(x, y);
}

// NOLINTNEXTLINE(misc-no-recursion): json_open bounds the depth
static bool same_items(const struct json_val *a, const struct json_val *b, unsigned *left)
{
    struct json_iter i = {0};
    struct json_iter j = {0};
    const struct json_val *x = NULL;
    const struct json_val *y = NULL;
    while (json_each(&i, a, NULL, &x) && json_each(&j, b, NULL, &y))
        if (!same_json(x, y, left))
            return false;
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static bool same_members(const struct json_val *a, const struct json_val *b, unsigned *left)
{
    struct json_iter it = {0};
    struct schema_members others = {.object = b};
    const struct json_val *v = NULL;
    struct str key;
    while (json_each(&it, a, &key, &v))
        if (!same_json(v, schema_member(&others, key, left), left))
            return false;
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
bool same_json(const struct json_val *a, const struct json_val *b, unsigned *left)
{
    if (!schema_spend(left, schema_steps(a)) || json_type(a) != json_type(b) ||
        json_count(a) != json_count(b))
        return false;
    switch (json_type(a)) {
    case JSON_ABSENT:
    case JSON_NULL: return true;
    case JSON_BOOL: return json_bool(a, false) == json_bool(b, false);
    case JSON_NUMBER: return same_number(a, b);
    case JSON_STRING: return str_eq(json_str(a), json_str(b));
    case JSON_ARRAY: return same_items(a, b, left);
    case JSON_OBJECT: return same_members(a, b, left);
    }
    return false;
}

bool same_texts(struct str a, struct str b, const struct alloc *alloc)
{
    struct json *x = NULL;
    struct json *y = NULL;
    unsigned left = SCHEMA_STEPS_MAX;
    bool same = json_open(a, alloc, &x, NULL) == STATUS_OK &&
                json_open(b, alloc, &y, NULL) == STATUS_OK &&
                same_json(json_root(x), json_root(y), &left);
    json_close(x);
    json_close(y);
    return same;
}

// --- calls ---

// A call without arguments has {}, or none at all.
static bool same_arguments(const struct answer_call *a, const struct answer_call *b,
                           const struct alloc *alloc)
{
    struct str x = str_trim(buf_str(&a->arguments));
    struct str y = str_trim(buf_str(&b->arguments));
    const struct str none = STR("{}");
    return str_eq(x, y) || same_texts(x.len ? x : none, y.len ? y : none, alloc);
}

bool same_calls(const struct answer *a, const struct answer *b)
{
    if (a->call_count != b->call_count)
        return false;
    for (unsigned i = 0; i < a->call_count; i++) {
        if (!str_eq(buf_str(&a->calls[i].name), buf_str(&b->calls[i].name)) ||
            !same_arguments(&a->calls[i], &b->calls[i], a->alloc))
            return false;
    }
    return true;
}
