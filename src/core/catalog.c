// SPDX-License-Identifier: Apache-2.0

#include "core/catalog.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/fnv.h"
#include "base/limits.h"
#include "core/catalog_make.h"

// --- names ---

// The names that are put in come from price texts, never from a call.
static uint32_t hash_of(struct str vendor, struct str name)
{
    return fnv32_text(fnv32(fnv32_text(FNV32, vendor), '/'), name);
}

// The slot that holds the name, or the empty one where it would go.
static uint32_t *slot_of(const struct catalog *c, struct str vendor, struct str text, uint32_t hash)
{
    size_t at = hash & (c->slot_count - 1);
    for (;; at = (at + 1) & (c->slot_count - 1)) {
        uint32_t *slot = &c->slots[at];
        if (*slot == 0)
            return slot;
        const struct name *n = &c->names[*slot - 1];
        if (n->hash == hash && str_eq(n->text, text) && str_eq(n->of->sheet.vendor, vendor))
            return slot;
    }
}

static bool grow_slots(struct catalog *c)
{
    if (c->name_count * 2 < c->slot_count)
        return true;
    size_t count = c->slot_count ? c->slot_count * 2 : 256;
    uint32_t *slots = alloc_zero(c->alloc, count * sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < c->name_count; i++) {
        size_t at = c->names[i].hash & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = (uint32_t)(i + 1);
    }
    alloc_free(c->alloc, c->slots);
    c->slots = slots;
    c->slot_count = count;
    return true;
}

static enum status new_name(struct catalog *c, const struct name *n)
{
    if (!grow_slots(c))
        return STATUS_NO_MEMORY;
    struct name *names =
        alloc_grow(c->alloc, c->names, sizeof *c->names, c->name_count, &c->name_size);
    if (!names)
        return STATUS_NO_MEMORY;
    c->names = names;
    *slot_of(c, n->of->sheet.vendor, n->text, n->hash) = (uint32_t)(c->name_count + 1);
    names[c->name_count++] = *n;
    return STATUS_OK;
}

// An exact name goes before an alias, a later text before an earlier one.
static enum status put_name(struct catalog *c, const struct name *n)
{
    uint32_t index = c->slot_count ? *slot_of(c, n->of->sheet.vendor, n->text, n->hash) : 0;
    if (index == 0)
        return new_name(c, n);
    struct name *old = &c->names[index - 1];
    if (old->text_number == n->text_number && old->alias == n->alias)
        return old->of == n->of ? STATUS_OK : STATUS_DUPLICATE;
    if (old->text_number == n->text_number && n->alias)
        return STATUS_OK;
    if (!old->alias)
        old->of->replaced_by = n->of;
    *old = *n;
    return STATUS_OK;
}

bool catalog_is_pattern(struct str name)
{
    return str_find(name, '?') < name.len || (name.len && name.ptr[name.len - 1] == '*');
}

static enum status add_pattern(struct catalog *c, struct listed *l, struct str text)
{
    struct pattern *all =
        alloc_grow(c->alloc, c->patterns, sizeof *all, c->pattern_count, &c->pattern_size);
    if (!all)
        return STATUS_NO_MEMORY;
    c->patterns = all;
    c->pattern_text = l->text;
    all[c->pattern_count++] = (struct pattern){text, l, l->text};
    return STATUS_OK;
}

static enum status add_name(struct catalog *c, struct listed *l, struct str name, bool alias)
{
    struct name n = {name, l, hash_of(l->sheet.vendor, name), (uint16_t)l->text, alias};
    if (catalog_is_pattern(name)) {
        enum status s = add_pattern(c, l, name);
        if (s != STATUS_OK || alias)
            return s;
    }
    return put_name(c, &n);
}

enum status catalog_add_alias(struct catalog *c, struct listed *l, struct str name)
{
    return add_name(c, l, name, true);
}

static const struct listed *find_listed(const struct catalog *c, struct str vendor,
                                        struct str model, unsigned before);

// What the texts before say of the model; a sheet without prices where they do not know it.
static const struct sheet *earlier(struct catalog *c, const struct listed *l)
{
    const struct listed *known = find_listed(c, l->sheet.vendor, l->sheet.model, l->text);
    if (known)
        return &known->sheet;
    struct sheet *none = arena_new(&c->arena, struct sheet);
    if (none) {
        none->vendor = l->sheet.vendor;
        none->model = l->sheet.model;
    }
    return none;
}

enum status catalog_add_sheet(struct catalog *c, struct listed *l)
{
    if (l->begins && !(l->sheet.before = earlier(c, l)))
        return STATUS_NO_MEMORY;
    struct listed **sheets =
        alloc_grow(c->alloc, c->sheets, sizeof *sheets, c->sheet_count, &c->sheet_size);
    if (!sheets)
        return STATUS_NO_MEMORY;
    c->sheets = sheets;
    sheets[c->sheet_count++] = l;
    return add_name(c, l, l->sheet.model, false);
}

enum status catalog_add_vendor(struct catalog *c, struct str name)
{
    if (catalog_has_vendor(c, name))
        return STATUS_OK;
    struct str *all =
        alloc_grow(c->alloc, c->vendors, sizeof *all, c->vendor_count, &c->vendor_size);
    if (!all)
        return STATUS_NO_MEMORY;
    c->vendors = all;
    all[c->vendor_count++] = name;
    return STATUS_OK;
}

struct days *catalog_days(const struct catalog *c, struct str name)
{
    for (size_t i = 0; i < c->day_count; i++) {
        if (str_eq(c->days[i]->name, name))
            return c->days[i];
    }
    return NULL;
}

enum status catalog_add_days(struct catalog *c, struct days *d)
{
    struct days **all =
        alloc_grow(c->alloc, c->days, sizeof(struct days *), c->day_count, &c->day_size);
    if (!all)
        return STATUS_NO_MEMORY;
    c->days = all;
    all[c->day_count++] = d;
    return STATUS_OK;
}

// --- opening ---

static int by_vendor_and_model(const void *a, const void *b)
{
    const struct sheet *x = &(*(struct listed *const *)a)->sheet;
    const struct sheet *y = &(*(struct listed *const *)b)->sheet;
    int order = str_cmp(x->vendor, y->vendor);
    return order ? order : str_cmp(x->model, y->model);
}

static int by_vendor_and_rank(const void *a, const void *b)
{
    const struct pattern *x = a;
    const struct pattern *y = b;
    int order = str_cmp(x->of->sheet.vendor, y->of->sheet.vendor);
    if (order)
        return order;
    if (x->text_number != y->text_number)
        return x->text_number > y->text_number ? -1 : 1;
    if (x->text.len != y->text.len)
        return x->text.len > y->text.len ? -1 : 1;
    return str_cmp(x->text, y->text);
}

static void order_patterns(struct catalog *c)
{
    if (c->pattern_count > c->pattern_ready)
        qsort(c->patterns, c->pattern_count, sizeof *c->patterns, by_vendor_and_rank);
    c->pattern_ready = c->pattern_count;
}

static void order_sheets(struct catalog *c)
{
    size_t kept = 0;
    bool sorted = true;
    for (size_t i = 0; i < c->sheet_count; i++) {
        if (c->sheets[i]->replaced_by)
            continue;
        c->sheets[kept++] = c->sheets[i];
        sorted &= kept < 2 || by_vendor_and_model(&c->sheets[kept - 2], &c->sheets[kept - 1]) < 0;
    }
    c->sheet_count = kept;
    if (!sorted)
        qsort(c->sheets, kept, sizeof *c->sheets, by_vendor_and_model);
}

// The version is the digest of the texts' digests, so that where one text ends matters.
static enum status name_version(struct catalog *c, const struct str *texts, size_t count)
{
    uint8_t all[2 * DIGEST_BYTES] = {0};
    for (size_t i = 0; i < count; i++) {
        if (!digest_sha256(texts[i], all + DIGEST_BYTES) ||
            !digest_sha256(str_from((char *)all, sizeof all), all))
            return STATUS_NO_MEMORY;
    }
    hex_write(all, CATALOG_VERSION_CHARS / 2, c->version);
    return STATUS_OK;
}

static enum status read_texts(struct catalog *c, const struct str *texts, size_t count,
                              struct why *why)
{
    char what[32];
    if (count > UINT16_MAX)
        return why_set(why, STATUS_LIMIT, "too many price texts");
    for (size_t i = 0; i < count; i++) {
        bool own = texts[i].ptr == book_text().ptr;
        snprintf(what, sizeof what, own ? "the price book" : "price text %zu", i);
        enum status s = book_read(c, texts[i], what, (unsigned)i, why);
        if (s != STATUS_OK)
            return s;
        order_patterns(c);
    }
    order_sheets(c);
    return name_version(c, texts, count);
}

enum status catalog_open_texts(const struct alloc *alloc, const struct str *texts, size_t count,
                               struct catalog **out, struct why *why)
{
    struct catalog *c = alloc_zero(alloc, sizeof *c);
    if (!c)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    c->alloc = alloc;
    arena_init(&c->arena, alloc, 64 * KIB, CATALOG_BYTES_MAX);
    enum status s = read_texts(c, texts, count, why);
    if (s != STATUS_OK) {
        catalog_close(c);
        if (s == STATUS_NO_MEMORY)
            why_set(why, s, "out of memory");
        return s;
    }
    *out = c;
    return STATUS_OK;
}

enum status catalog_open(const struct alloc *alloc, const struct str *extra, size_t extra_count,
                         struct catalog **out, struct why *why)
{
    struct str *texts = alloc_get(alloc, (extra_count + 1) * sizeof *texts);
    if (!texts)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    texts[0] = book_text();
    for (size_t i = 0; i < extra_count; i++)
        texts[i + 1] = extra[i];
    enum status s = catalog_open_texts(alloc, texts, extra_count + 1, out, why);
    alloc_free(alloc, texts);
    return s;
}

void catalog_close(struct catalog *c)
{
    if (!c)
        return;
    arena_fini(&c->arena);
    alloc_free(c->alloc, c->sheets);
    alloc_free(c->alloc, c->names);
    alloc_free(c->alloc, c->slots);
    alloc_free(c->alloc, c->patterns);
    alloc_free(c->alloc, c->vendors);
    alloc_free(c->alloc, c->days);
    alloc_free(c->alloc, c);
}

// --- finding ---

int64_t catalog_dated_us(const struct catalog *c)
{
    return c->dated_us;
}

struct str catalog_version(const struct catalog *c)
{
    return str_from(c->version, sizeof c->version);
}

static bool fits(struct str pattern, struct str name)
{
    bool rest = pattern.len && pattern.ptr[pattern.len - 1] == '*';
    size_t n = pattern.len - rest;
    if (rest ? name.len < n : name.len != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool digit = name.ptr[i] >= '0' && name.ptr[i] <= '9';
        if (pattern.ptr[i] == '?' ? !digit : pattern.ptr[i] != name.ptr[i])
            return false;
    }
    return true;
}

// The pattern that fits best, of a text after `after` (-1: of any).
static const struct listed *find_pattern(const struct catalog *c, struct str vendor,
                                         struct str model, int after)
{
    size_t low = 0;
    if (after >= (int)c->pattern_text)
        return NULL;
    for (size_t high = c->pattern_ready; low < high;) { // the vendor's first one
        size_t middle = low + (high - low) / 2;
        if (str_cmp(c->patterns[middle].of->sheet.vendor, vendor) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < c->pattern_ready; low++) {
        const struct pattern *p = &c->patterns[low];
        if ((int)p->text_number <= after || !str_eq(p->of->sheet.vendor, vendor))
            return NULL;
        if (fits(p->text, model))
            return p->of;
    }
    return NULL;
}

// As the texts before number `before` have it.
static const struct listed *find_listed(const struct catalog *c, struct str vendor,
                                        struct str model, unsigned before)
{
    const struct listed *exact = NULL;
    int text = -1;
    if (c->slot_count) {
        uint32_t index = *slot_of(c, vendor, model, hash_of(vendor, model));
        if (index) {
            exact = c->names[index - 1].of;
            text = c->names[index - 1].text_number;
        }
    }
    const struct listed *l = find_pattern(c, vendor, model, text);
    if (!l)
        l = exact;
    while (l && l->replaced_by && l->replaced_by->text < before)
        l = l->replaced_by;
    return l && l->text < before ? l : NULL;
}

const struct sheet *catalog_find(const struct catalog *c, struct str vendor, struct str model)
{
    const struct listed *l = find_listed(c, vendor, model, UINT_MAX);
    return l ? &l->sheet : NULL;
}

bool catalog_lists(const struct catalog *c, struct str vendor, struct str model)
{
    return catalog_find(c, vendor, model) != NULL;
}

void catalog_aliases(const struct catalog *c, const struct sheet *s, catalog_alias_f *f,
                     void *context)
{
    for (size_t i = 0; i < c->name_count; i++) {
        if (c->names[i].alias && &c->names[i].of->sheet == s)
            f(context, c->names[i].text);
    }
    for (size_t i = 0; i < c->pattern_count; i++) {
        if (&c->patterns[i].of->sheet == s && !str_eq(c->patterns[i].text, s->model))
            f(context, c->patterns[i].text);
    }
}

bool catalog_has_fit(const struct catalog *c, struct str vendor, struct str pattern)
{
    for (size_t i = 0; i < c->name_count; i++) {
        if (fits(pattern, c->names[i].text) && str_eq(c->names[i].of->sheet.vendor, vendor))
            return true;
    }
    for (size_t i = 0; i < c->pattern_count; i++) {
        if (fits(pattern, c->patterns[i].text) && str_eq(c->patterns[i].of->sheet.vendor, vendor))
            return true;
    }
    return false;
}

bool catalog_has_vendor(const struct catalog *c, struct str vendor)
{
    for (size_t i = 0; i < c->vendor_count; i++) {
        if (str_eq(c->vendors[i], vendor))
            return true;
    }
    return false;
}

struct str catalog_vendor_at(const struct catalog *c, size_t i)
{
    return i < c->vendor_count ? c->vendors[i] : STR_NONE;
}

size_t catalog_count(const struct catalog *c)
{
    return c->sheet_count;
}

const struct sheet *catalog_at(const struct catalog *c, size_t i)
{
    must(i < c->sheet_count);
    return &c->sheets[i]->sheet;
}

const struct days *catalog_days_at(const struct catalog *c, size_t i)
{
    return i < c->day_count ? c->days[i] : NULL;
}

// --- near names ---

struct near {
    const struct sheet **sheets;
    size_t distance[CATALOG_NEAR_MAX];
    size_t count;
};

static void keep_near(struct near *n, const struct sheet *s, size_t distance)
{
    if (n->count == CATALOG_NEAR_MAX && n->distance[n->count - 1] <= distance)
        return;
    size_t at = n->count < CATALOG_NEAR_MAX ? n->count++ : n->count - 1;
    for (; at > 0 && n->distance[at - 1] > distance; at--) {
        n->sheets[at] = n->sheets[at - 1];
        n->distance[at] = n->distance[at - 1];
    }
    n->sheets[at] = s;
    n->distance[at] = distance;
}

// How far the name is from what was asked for; beyond `most` when it is not near.
static size_t distance_of(struct str name, struct str asked, size_t most)
{
    size_t apart = name.len > asked.len ? name.len - asked.len : asked.len - name.len;
    if (asked.len >= 3 && str_starts(name, asked)) {
        size_t longer = apart ? 1 + apart / 8 : 0;
        return longer < most ? longer : most;
    }
    // "meta-llama/llama-4" is near "llama-4".
    if (asked.len >= 3 && str_ends(name, asked) && name.ptr[apart - 1] == '/')
        return 1;
    return str_distance(asked, name, most);
}

size_t catalog_near(const struct catalog *c, struct str vendor, struct str model,
                    const struct sheet *out[CATALOG_NEAR_MAX])
{
    char rooms[2][MODEL_BYTES_MAX];
    struct near n = {.sheets = out};
    if (model.len > MODEL_BYTES_MAX)
        return 0;
    size_t most = model.len / 3 < 8 ? model.len / 3 : 8;
    struct str asked = str_lower(model, rooms[0]);
    for (size_t i = 0; i < c->sheet_count; i++) {
        const struct sheet *s = &c->sheets[i]->sheet;
        if (vendor.len && !str_eq(s->vendor, vendor))
            continue;
        size_t distance = distance_of(str_lower(s->model, rooms[1]), asked, most);
        if (distance <= most)
            keep_near(&n, s, distance);
    }
    return n.count;
}
