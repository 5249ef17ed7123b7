// SPDX-License-Identifier: Apache-2.0

#include "mock/trouble.h"

#define ARGUMENT_MAX 100000000
#define STATUS_MIN   200 // below it is no answer yet
#define STATUS_MAX   599

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
    return name.len == 3 && str_u64(name, status) && *status >= 400 && *status <= STATUS_MAX;
}

static bool read_place(struct str argument, enum place *place)
{
    *place = str_is(argument, "mid")    ? PLACE_MID
             : str_is(argument, "head") ? PLACE_HEAD
                                        : PLACE_BEFORE;
    return *place != PLACE_BEFORE || argument.len == 0;
}

static bool read_odd(struct str argument, enum odd *odd)
{
    for (unsigned i = 0; i < sizeof odds / sizeof *odds; i++) {
        if (str_eq(odds[i], argument)) {
            *odd = (enum odd)i;
            return true;
        }
    }
    return false;
}

static bool takes_status(unsigned kind)
{
    return kind == TROUBLE_STATUS || kind == TROUBLE_HTML || kind == TROUBLE_EARLY;
}

static bool read_number(unsigned kind, struct str argument, int64_t *number)
{
    int64_t least = takes_status(kind) ? STATUS_MIN : 0;
    int64_t most = takes_status(kind) ? STATUS_MAX : ARGUMENT_MAX;
    if (argument.len == 0)
        return true;
    return str_i64(argument, number) && *number >= least && *number <= most;
}

// False: there is no such fault, or it takes no such argument.
static bool add_one(struct trouble *t, struct str part)
{
    struct str argument = part;
    struct str name = STR_NONE;
    uint64_t status = 0;
    if (!str_cut(&argument, '=', &name))
        return false;
    if (str_is(name, "as"))
        return read_odd(argument, &t->odd);
    if (is_status(part, &status)) {
        t->on[TROUBLE_STATUS] = true;
        t->argument[TROUBLE_STATUS] = (int64_t)status;
        return true;
    }
    unsigned kind = find(name);
    if (kind == TROUBLE_COUNT)
        return false;
    t->on[kind] = true;
    t->argument[kind] = rows[kind].argument;
    if (kind == TROUBLE_HANG)
        return read_place(argument, &t->hang_place);
    if (kind == TROUBLE_RESET)
        return read_place(argument, &t->reset_place);
    return read_number(kind, argument, &t->argument[kind]);
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
        if (part.len > 0 && !add_one(t, part) && t->unknown.len == 0)
            t->unknown = part;
    }
}

int trouble_status(const struct trouble *t)
{
    if (t->on[TROUBLE_HTML])
        return (int)t->argument[TROUBLE_HTML];
    if (t->on[TROUBLE_QUOTA] || t->on[TROUBLE_RATE])
        return 429;
    return t->on[TROUBLE_STATUS] ? (int)t->argument[TROUBLE_STATUS] : 200;
}

void trouble_explain(const struct trouble *t, struct buf *out)
{
    buf_printf(out, "The mock has no fault `%.*s`. It has", STR_ARG(t->unknown));
    for (unsigned i = 0; i < TROUBLE_COUNT; i++)
        buf_printf(out, " %s,", rows[i].name.ptr);
    buf_add_cstr(out,
                 " as=VENDOR and 400 to 599 (status=, html= and early=: 200 to 599); costlens mock "
                 "--faults explains them.");
}

bool trouble_is(struct str name)
{
    uint64_t number = 0;
    return find(name) < TROUBLE_COUNT || str_find(name, '=') < name.len || str_u64(name, &number);
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
