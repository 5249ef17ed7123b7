// SPDX-License-Identifier: Apache-2.0
//
// A schema is a conjunction of its keywords. Three values are joined as Kleene joins them: what
// says BAD wins in a conjunction, what says GOOD in a disjunction, and UNSURE stays where nothing
// else decides.

#include "base/limits.h"
#include "verify/schema_part.h"

#define POINTER_MAX 256 // bytes of a reference
#define STEP_BYTES  32

static enum finding_verdict check(struct schema_run *run, const struct json_val *schema,
                                  const struct json_val *value, unsigned depth);

static enum finding_verdict both(enum finding_verdict a, enum finding_verdict b)
{
    return a > b ? a : b;
}

// --- keywords that have schemas in them ---

// NOLINTNEXTLINE(misc-no-recursion): a schema is a tree; its depth and its steps are bounded
static enum finding_verdict word_properties(const struct schema_word *w)
{
    struct json_iter it = {0};
    struct schema_members schemas = {.object = w->says};
    const struct json_val *v = NULL;
    struct str key;
    enum finding_verdict all = VERDICT_GOOD;
    while (all != VERDICT_BAD && json_type(w->value) == JSON_OBJECT &&
           json_each(&it, w->value, &key, &v)) {
        const struct json_val *schema = schema_member(&schemas, key, &w->run->left);
        if (schema)
            all = both(all, check(w->run, schema, v, w->depth + 1));
    }
    return all;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static enum finding_verdict word_additional(const struct schema_word *w)
{
    struct json_iter it = {0};
    struct schema_members named = {.object = json_get(w->schema, "properties")};
    const struct json_val *v = NULL;
    struct str key;
    enum finding_verdict all = VERDICT_GOOD;
    bool patterns = json_get(w->schema, "patternProperties");
    while (all != VERDICT_BAD && json_type(w->value) == JSON_OBJECT &&
           json_each(&it, w->value, &key, &v)) {
        if (schema_member(&named, key, &w->run->left))
            continue;
        enum finding_verdict one = check(w->run, w->says, v, w->depth + 1);
        all = both(all, patterns && one == VERDICT_BAD ? VERDICT_UNSURE : one);
    }
    return all;
}

// `items` behind `prefixItems`, or as a list in their place (draft 4).
// NOLINTNEXTLINE(misc-no-recursion): as above
static enum finding_verdict word_items(const struct schema_word *w)
{
    struct json_iter it = {0};
    struct json_iter of = {0};
    const struct json_val *v = NULL;
    const struct json_val *schema = NULL;
    enum finding_verdict all = VERDICT_GOOD;
    bool prefix = json_type(w->says) == JSON_ARRAY;
    size_t skip = prefix ? 0 : json_count(json_get(w->schema, "prefixItems"));
    while (all != VERDICT_BAD && json_type(w->value) == JSON_ARRAY &&
           json_each(&it, w->value, NULL, &v)) {
        if (prefix && !json_each(&of, w->says, NULL, &schema))
            break;
        if (skip > 0)
            skip--;
        else
            all = both(all, check(w->run, prefix ? schema : w->says, v, w->depth + 1));
    }
    return all;
}

// How many of them say what. An empty list, or none, is no schema, and is unsure.
struct tally {
    unsigned of[VERDICT_BAD + 1];
    unsigned nullable; // say GOOD to a null for `nullable`
};

// NOLINTNEXTLINE(misc-no-recursion): as above
static struct tally tally(const struct schema_word *w)
{
    struct json_iter it = {0};
    const struct json_val *schema = NULL;
    struct tally t = {{0}, 0};
    while (json_type(w->says) == JSON_ARRAY && json_each(&it, w->says, NULL, &schema)) {
        const unsigned nulls = w->run->nulls;
        const enum finding_verdict one = check(w->run, schema, w->value, w->depth + 1);
        t.of[one]++;
        t.nullable +=
            one == VERDICT_GOOD && json_type(w->value) == JSON_NULL && w->run->nulls != nulls;
    }
    t.of[VERDICT_UNSURE] += json_type(w->says) != JSON_ARRAY || json_count(w->says) == 0;
    return t;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static enum finding_verdict word_all(const struct schema_word *w)
{
    struct tally t = tally(w);
    if (t.of[VERDICT_BAD])
        return VERDICT_BAD;
    return t.of[VERDICT_UNSURE] ? VERDICT_UNSURE : VERDICT_GOOD;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static enum finding_verdict word_any(const struct schema_word *w)
{
    struct tally t = tally(w);
    if (t.of[VERDICT_GOOD])
        return VERDICT_GOOD;
    return t.of[VERDICT_UNSURE] ? VERDICT_UNSURE : VERDICT_BAD;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static enum finding_verdict word_one(const struct schema_word *w)
{
    struct tally t = tally(w);
    if (t.of[VERDICT_GOOD] > 1 && t.of[VERDICT_GOOD] > t.nullable)
        return VERDICT_BAD; // schemas that all let null be are not told apart by it
    if (t.of[VERDICT_UNSURE])
        return VERDICT_UNSURE;
    return t.of[VERDICT_GOOD] ? VERDICT_GOOD : VERDICT_BAD;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static enum finding_verdict word_not(const struct schema_word *w)
{
    switch (check(w->run, w->says, w->value, w->depth + 1)) {
    case VERDICT_GOOD: return VERDICT_BAD;
    case VERDICT_BAD: return VERDICT_GOOD;
    case VERDICT_UNSURE: break;
    }
    return VERDICT_UNSURE;
}

// --- references ---

// A part of a JSON pointer (RFC 6901): ~1 is /, ~0 is ~.
static struct str unescape(struct str part, char out[POINTER_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < part.len; i++) {
        bool escaped = part.ptr[i] == '~' && i + 1 < part.len;
        out[n++] = !escaped ? part.ptr[i] : part.ptr[i + 1] == '1' ? '/' : '~';
        i += escaped;
    }
    return str_from(out, n);
}

static const struct json_val *item(const struct json_val *list, struct str index, unsigned *left)
{
    struct json_iter it = {0};
    const struct json_val *v = NULL;
    uint64_t before = 0;
    if (!str_u64(index, &before))
        return NULL;
    while (schema_spend(left, 1) && json_each(&it, list, NULL, &v))
        if (before-- == 0)
            return v;
    return NULL;
}

// It has a name of its own, which references in it begin at; draft 4 calls it `id`.
static bool has_id(const struct json_val *schema)
{
    return json_type(json_get(schema, "$id")) == JSON_STRING ||
           json_type(json_get(schema, "id")) == JSON_STRING;
}

static const struct json_val *find(struct schema_run *run, struct str reference)
{
    char text[POINTER_MAX];
    struct str part;
    const struct json_val *v = run->root;
    if (run->elsewhere || !str_starts(reference, str_of("#")) || reference.len > POINTER_MAX)
        return NULL;
    struct str rest = str_skip(reference, 1);
    if (rest.len > 0 && rest.ptr[0] != '/')
        return NULL; // an anchor
    rest = str_skip(rest, 1);
    while (v && str_cut(&rest, '/', &part)) {
        if (v != run->root && has_id(v))
            return NULL;
        struct str name = unescape(part, text);
        struct schema_members members = {.object = v};
        v = json_type(v) == JSON_ARRAY ? item(v, name, &run->left)
                                       : schema_member(&members, name, &run->left);
    }
    return v;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static enum finding_verdict word_ref(const struct schema_word *w)
{
    const struct json_val *schema = find(w->run, json_str(w->says));
    return schema ? check(w->run, schema, w->value, w->depth + 1) : VERDICT_UNSURE;
}

static const struct {
    const char *name;
    schema_word_f *check;
} words[] = {
    {"properties", word_properties},
    {"additionalProperties", word_additional},
    {"items", word_items},
    {"prefixItems", word_items},
    {"allOf", word_all},
    {"anyOf", word_any},
    {"oneOf", word_one},
    {"not", word_not},
    {"$ref", word_ref},
};

// --- steps ---

// The last step is never taken: what is found with it could be for want of more.
bool schema_spend(unsigned *left, size_t steps)
{
    *left = *left > steps ? *left - (unsigned)steps : 0;
    return *left > 0;
}

const struct json_val *schema_member(struct schema_members *m, struct str name, unsigned *left)
{
    const struct json_val *v = NULL;
    struct str key;
    for (size_t n = json_type(m->object) == JSON_OBJECT ? json_count(m->object) : 0; n > 0; n--) {
        if (!json_each(&m->at, m->object, &key, &v)) {
            m->at = (struct json_iter){0};
            (void)json_each(&m->at, m->object, &key, &v);
        }
        size_t compared = key.len == name.len ? key.len : 0;
        if (!schema_spend(left, 1 + compared / STEP_BYTES))
            return NULL;
        if (str_eq(key, name))
            return v;
    }
    return NULL;
}

size_t schema_steps(const struct json_val *v)
{
    size_t bytes = json_type(v) == JSON_STRING ? json_str(v).len : json_number(NULL, v).len;
    return 1 + bytes / STEP_BYTES;
}

// --- the walk ---

static schema_word_f *word_of(struct str name)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_is(name, words[i].name))
            return words[i].check;
    return schema_plain(name);
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static enum finding_verdict check_word(const struct schema_word *w)
{
    schema_word_f *word = word_of(w->name);
    if (!word)
        return schema_is_annotation(w->name) ? VERDICT_GOOD : VERDICT_UNSURE;
    enum finding_verdict v = word(w);
    if (w->run->left == 0)
        v = VERDICT_UNSURE;
    if (v > w->run->out->verdict)
        finding_set(w->run->out, v, "%s the schema's \"%.*s\"",
                    v == VERDICT_BAD ? "it does not fit" : "it cannot be told whether it fits",
                    STR_ARG(str_clip(w->name, 40)));
    return v;
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static enum finding_verdict check(struct schema_run *run, const struct json_val *schema,
                                  const struct json_val *value, unsigned depth)
{
    struct schema_word w = {.run = run, .schema = schema, .value = value, .depth = depth};
    struct json_iter it = {0};
    enum finding_verdict all = VERDICT_GOOD;
    // Its keywords ask for each other by name: a quarter of a step for each that is passed by.
    if (!schema_spend(&run->left, 1 + json_count(schema) / 4))
        return VERDICT_UNSURE;
    if (json_type(schema) == JSON_BOOL)
        return json_bool(schema, true) ? VERDICT_GOOD : VERDICT_BAD;
    if (json_type(schema) != JSON_OBJECT || depth > JSON_DEPTH_MAX)
        return VERDICT_UNSURE;
    if (json_type(value) == JSON_NULL && json_bool(json_get(schema, "nullable"), false)) {
        run->nulls++;
        return VERDICT_GOOD; // OpenAPI 3.0, beside anyOf and $ref, too
    }
    const bool elsewhere = run->elsewhere;
    run->elsewhere = elsewhere || (schema != run->root && has_id(schema));
    while (all != VERDICT_BAD && json_each(&it, schema, &w.name, &w.says) &&
           schema_spend(&run->left, schema_steps(value)))
        all = both(all, check_word(&w));
    run->elsewhere = elsewhere;
    return run->left > 0 ? all : VERDICT_UNSURE;
}

void schema_check(const struct json_val *schema, const struct json_val *value, unsigned *left,
                  struct finding *out)
{
    struct finding first = {.verdict = VERDICT_GOOD};
    struct schema_run run = {.root = schema, .left = *left, .out = &first};
    enum finding_verdict v = check(&run, schema, value, 0);
    *left = run.left;
    if (v == VERDICT_GOOD)
        *out = (struct finding){.verdict = VERDICT_GOOD};
    else if (first.verdict == v)
        *out = first;
    else
        finding_set(out, v,
                    v == VERDICT_BAD ? "it does not fit its schema"
                                     : "it cannot be told whether it fits its schema");
}
