// SPDX-License-Identifier: Apache-2.0

#include "mock/trouble.h"

static const struct {
    struct str name;
    int64_t argument;
    const char *words;
} rows[TROUBLE_COUNT] = {
#define X(id, name, argument, words) {STR(name), argument, words},
    TROUBLE_MAP(X)
#undef X
};

static const struct str odds[] = {
#define X(id, name) STR(name),
    ODD_MAP(X)
#undef X
};

const char *trouble_name(unsigned i)
{
    return i < TROUBLE_COUNT ? rows[i].name.ptr : NULL;
}

const char *trouble_words(unsigned i)
{
    return i < TROUBLE_COUNT ? rows[i].words : NULL;
}

const char *trouble_vendor(unsigned i)
{
    return i < sizeof odds / sizeof *odds ? odds[i].ptr : NULL;
}

static unsigned find(struct str name)
{
    unsigned i = 0;
    while (i < TROUBLE_COUNT && !str_eq(rows[i].name, name))
        i++;
    return i;
}

static bool is_status(struct str name, uint64_t *status)
{
    return name.len == 3 && str_u64(name, status) && *status >= 400 && *status <= 599;
}

static enum place read_place(struct str argument)
{
    if (str_is(argument, "mid"))
        return PLACE_MID;
    return str_is(argument, "head") ? PLACE_HEAD : PLACE_BEFORE;
}

static void read_odd(struct trouble *t, struct str argument)
{
    for (unsigned i = 0; i < sizeof odds / sizeof *odds; i++) {
        if (str_eq(odds[i], argument)) {
            t->odd = (enum odd)i;
            return;
        }
    }
    t->unknown = true;
}

static void add_one(struct trouble *t, struct str part)
{
    struct str argument = part;
    struct str name = STR_NONE;
    uint64_t number = 0;
    if (!str_cut(&argument, '=', &name))
        return;
    if (str_is(name, "as")) {
        read_odd(t, argument);
        return;
    }
    unsigned kind = find(name);
    if (kind == TROUBLE_COUNT && is_status(name, &number)) {
        t->on[TROUBLE_STATUS] = true;
        t->argument[TROUBLE_STATUS] = (int64_t)number;
        return;
    }
    if (kind == TROUBLE_COUNT) {
        t->unknown = true;
        return;
    }
    t->on[kind] = true;
    t->argument[kind] = rows[kind].argument;
    if (str_u64(argument, &number) && number <= 100000000)
        t->argument[kind] = (int64_t)number;
    if (kind == TROUBLE_HANG)
        t->hang_place = read_place(argument);
    if (kind == TROUBLE_RESET)
        t->reset_place = read_place(argument);
}

void trouble_add(struct trouble *t, struct str text)
{
    struct str part;
    while (text.len > 0) {
        size_t end = 0;
        while (end < text.len && text.ptr[end] != '+' && text.ptr[end] != ',')
            end++;
        part = str_trim(str_from(text.ptr, end));
        text = str_skip(text, end + 1);
        if (part.len > 0)
            add_one(t, part);
    }
}

bool trouble_is(struct str name)
{
    struct str bare = STR_NONE;
    uint64_t status = 0;
    return str_cut(&name, '=', &bare) && (find(bare) < TROUBLE_COUNT || is_status(bare, &status));
}

void trouble_calm(struct trouble *t)
{
    bool long_answer = t->on[TROUBLE_TOKENS];
    int64_t tokens = t->argument[TROUBLE_TOKENS];
    enum odd odd = t->odd;
    *t = (struct trouble){.odd = odd};
    t->on[TROUBLE_TOKENS] = long_answer;
    t->argument[TROUBLE_TOKENS] = tokens;
}
