// SPDX-License-Identifier: Apache-2.0

#include "tariff/list.h"

#include "base/clock.h"
#include "base/limits.h"
#include "tariff/list_part.h"

#define TEXT_BYTES_MAX    ((size_t)32 * MIB)
#define SETTLED_BYTES_MAX ((size_t)MIB)

static const char *const names[LIST_FORMAT_COUNT] = {
    [LIST_LITELLM] = "litellm",
    [LIST_GENAI] = "genai-prices",
    [LIST_MODELS_DEV] = "models.dev",
};

const char *list_format_name(enum list_format f)
{
    return f < LIST_FORMAT_COUNT ? names[f] : NULL;
}

bool list_format_find(struct str name, enum list_format *out)
{
    for (unsigned i = LIST_LITELLM; i < LIST_FORMAT_COUNT; i++) {
        if (!str_is(name, names[i]))
            continue;
        *out = (enum list_format)i;
        return true;
    }
    return false;
}

bool list_wants(struct str only, struct str vendor, struct str model)
{
    struct buf full;
    if (only.len == 0 || (!memchr(only.ptr, '/', only.len) && str_glob(only, model)))
        return true;
    buf_init(&full, &alloc_heap, 0);
    buf_printf(&full, "%.*s/%.*s", STR_ARG(vendor), STR_ARG(model));
    bool wants = str_glob(only, buf_str(&full));
    buf_fini(&full);
    return wants;
}

static bool any_member(const struct json_val *object, const char *key)
{
    struct json_iter it = {0};
    const struct json_val *value;
    while (json_each(&it, object, NULL, &value)) {
        if (json_get(value, key))
            return true;
    }
    return false;
}

static enum list_format recognise(const struct json_val *root)
{
    bool object = json_type(root) == JSON_OBJECT;
    if (json_type(root) == JSON_ARRAY ||
        (object && json_type(json_get(root, "providers")) == JSON_ARRAY))
        return any_member(json_get(root, "providers") ? json_get(root, "providers") : root,
                          "models")
                   ? LIST_GENAI
                   : LIST_ANY;
    if (object && (json_get(root, "sample_spec") || any_member(root, "litellm_provider")))
        return LIST_LITELLM;
    return object && any_member(root, "models") ? LIST_MODELS_DEV : LIST_ANY;
}

static enum status read_as(struct reading_list *r, struct why *why)
{
    const struct json_val *root = json_root(r->json);
    switch (r->list->format) {
    case LIST_LITELLM: return list_litellm(r, root, why);
    case LIST_GENAI: return list_genai(r, root, why);
    case LIST_MODELS_DEV: return list_models_dev(r, root, why);
    case LIST_ANY:
    case LIST_FORMAT_COUNT: break;
    }
    return why_set(why, STATUS_SYNTAX,
                   "the JSON is no price list that is known (litellm, genai-prices, models.dev)");
}

static enum status judge(const struct reading_list *r, struct why *why)
{
    const struct list *l = r->list;
    if (r->failed || buf_failed(&l->text) || arena_failed(&r->arena))
        return why_set(why, STATUS_LIMIT, "the list is too large, or memory is out");
    if (r->absurd > 2 && r->absurd * 2 > l->wanted)
        return why_set(why, STATUS_RANGE,
                       "the prices of %u of %u models are beyond belief as %s: is the list's unit "
                       "another, or its format? Say --format",
                       r->absurd, l->wanted, list_format_name(l->format));
    if (l->wanted == 0 && r->wish->only.len)
        return why_set(why, STATUS_UNKNOWN, "none of the %u models of the list fits `%.*s`",
                       l->seen, STR_ARG(r->wish->only));
    if (l->taken == 0 && l->note_count)
        return why_set(why, STATUS_UNKNOWN,
                       "no model of the list has a price that can be taken: %s (%s)",
                       l->notes[0].what, l->notes[0].example);
    if (l->taken == 0)
        return why_set(why, STATUS_UNKNOWN, "no model of the list has a price that can be taken");
    return STATUS_OK;
}

static enum status read_open(struct reading_list *r, struct why *why)
{
    char day[CIVIL_DATE];
    struct list *l = r->list;
    l->format = r->wish->format ? r->wish->format : recognise(json_root(r->json));
    r->source = r->wish->source;
    if (r->source.len == 0 && l->format)
        r->source =
            arena_printf(&r->arena, "%s %s", list_format_name(l->format),
                         civil_date(r->wish->read_us ? r->wish->read_us : r->wish->day_us, day));
    enum status s = read_as(r, why);
    return s == STATUS_OK ? judge(r, why) : s;
}

enum status list_read(struct str json, const struct list_wish *wish, struct list *out,
                      struct why *why)
{
    memset(out, 0, sizeof *out);
    buf_init(&out->text, &alloc_heap, TEXT_BYTES_MAX);
    buf_init(&out->settled, &alloc_heap, SETTLED_BYTES_MAX);
    if (json.len > LIST_BYTES_MAX)
        return why_set(why, STATUS_LIMIT, "the list has more than %zu bytes", LIST_BYTES_MAX);
    struct reading_list *r = alloc_zero(&alloc_heap, sizeof *r);
    if (!r)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    r->list = out;
    r->wish = wish;
    enum status s = json_open(json, &alloc_heap, &r->json, why);
    if (s == STATUS_OK) {
        arena_init(&r->arena, &alloc_heap, 64 * KIB, 2 * TEXT_BYTES_MAX);
        map_init(&r->blocks, &alloc_heap);
        map_init(&r->named, &alloc_heap);
        s = read_open(r, why);
        map_fini(&r->named);
        map_fini(&r->blocks);
        arena_fini(&r->arena);
        json_close(r->json);
    }
    heap_free(r);
    return s;
}

void list_free(struct list *l)
{
    buf_fini(&l->text);
    buf_fini(&l->settled);
}
