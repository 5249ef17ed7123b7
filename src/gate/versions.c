// SPDX-License-Identifier: Apache-2.0

#include "gate/versions.h"

#include <ctype.h>

#define VERSION_PARTS 4

// Millions of parameters by a part of the name, "8b", "3.2B", "8x7b", "e2b" (those that it has in
// memory); 0 where none says so.
static int64_t size_at(struct str part)
{
    int64_t whole = 0, tenths = 0, times = 1;
    size_t i = 0;
    if (part.len && (part.ptr[0] == 'e' || part.ptr[0] == 'E'))
        part = str_skip(part, 1);
    for (; i < part.len && str_digit(part.ptr[i]) && whole < 100000; i++)
        whole = 10 * whole + part.ptr[i] - '0';
    if (i == 0)
        return 0;
    if (i + 1 < part.len && part.ptr[i] == 'x' && str_digit(part.ptr[i + 1])) {
        times = whole;
        whole = 0;
        for (i++; i < part.len && str_digit(part.ptr[i]) && whole < 100000; i++)
            whole = 10 * whole + part.ptr[i] - '0';
    }
    if (i + 1 < part.len && part.ptr[i] == '.' && str_digit(part.ptr[i + 1])) {
        tenths = part.ptr[i + 1] - '0';
        i += 2;
    }
    bool billions = i + 1 == part.len && (part.ptr[i] == 'b' || part.ptr[i] == 'B');
    bool millions = i + 1 == part.len && (part.ptr[i] == 'm' || part.ptr[i] == 'M');
    return billions ? times * (1000 * whole + 100 * tenths) : millions ? times * whole : 0;
}

static bool is_end_of_part(char c)
{
    return c == '-' || c == ':' || c == '_' || c == '/' || c == ' ';
}

int64_t versions_size(struct str name)
{
    int64_t most = 0;
    size_t from = 0;
    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && !is_end_of_part(name.ptr[i]))
            continue;
        int64_t size = size_at(str_from(name.ptr + from, i - from));
        most = size > most ? size : most;
        from = i + 1;
    }
    return most;
}

// One character of a name, or its number with all the parts that separators join: 3.5 is 3-5.
struct piece {
    char c; // 0: a number
    unsigned count;
    int64_t parts[VERSION_PARTS];
};

static bool joins(char c)
{
    return c == '-' || c == '.' || c == '_';
}

// "8b" behind that place is no version.
static bool is_size(struct str rest)
{
    size_t n = 0;
    while (n < rest.len && !is_end_of_part(rest.ptr[n]))
        n++;
    return size_at(str_from(rest.ptr, n)) > 0;
}

struct reading {
    struct str rest;
    bool inside; // what came before it belongs to the same part of the name,
    bool sized;  // ... which is a size
};

static struct piece next_piece(struct reading *r)
{
    struct piece p = {.c = 0};
    struct str *rest = &r->rest;
    size_t i = 0;
    r->sized = r->inside ? r->sized : is_size(*rest);
    r->inside = true;
    if (r->sized || !str_digit(rest->ptr[0])) {
        p.c = (char)(tolower)((unsigned char)rest->ptr[0]);
        r->inside = !is_end_of_part(p.c);
        *rest = str_skip(*rest, 1);
        return p;
    }
    for (;;) {
        int64_t n = 0; // three digits at the most: is_odd
        while (i < rest->len && str_digit(rest->ptr[i]))
            n = 10 * n + rest->ptr[i++] - '0';
        if (p.count < VERSION_PARTS)
            p.parts[p.count++] = n;
        if (i + 1 >= rest->len || !joins(rest->ptr[i]) || !str_digit(rest->ptr[i + 1]) ||
            is_size(str_skip(*rest, i + 1)))
            break;
        i++;
    }
    *rest = str_skip(*rest, i);
    return p;
}

static int piece_order(const struct piece *a, const struct piece *b)
{
    for (unsigned i = 0; i < a->count && i < b->count; i++) {
        if (a->parts[i] != b->parts[i])
            return a->parts[i] < b->parts[i] ? -1 : 1;
    }
    return a->count < b->count ? -1 : a->count > b->count;
}

int versions_order(struct str a, struct str b, int *version)
{
    struct reading of_a = {.rest = a}, of_b = {.rest = b};
    *version = 0;
    while (of_a.rest.len && of_b.rest.len) {
        const struct piece x = next_piece(&of_a), y = next_piece(&of_b);
        if (x.c != y.c)
            return x.c < y.c ? -1 : 1;
        if (*version == 0 && x.c == 0)
            *version = piece_order(&x, &y);
    }
    return (of_a.rest.len > 0) - (of_b.rest.len > 0);
}
