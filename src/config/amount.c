// SPDX-License-Identifier: Apache-2.0

#include "base/decimal.h"
#include "config/price.h"

#define ATTO        1000000000000000000 // 10^-18 USD in one
#define TOKEN_LEAST (ATTO / 10000)      // USD per Mtok: less was meant per token
#define TOKEN_MOST  ((int128)ATTO * 1000000)
#define UNIT_MOST   ((int128)ATTO * 9) // what int64 holds

struct amount_name {
    const char *name; // in the file
    enum bucket bucket;
    bool token; // a price per Mtok
    bool hour;
};

static const struct amount_name names[] = {
#define X(id, name, words) {name "_per_mtok", BUCKET_##id, true, false},
    CONFIG_TOKEN_PRICES(X)
#undef X
#define X(id, name, words) {name, BUCKET_##id, false, false},
        CONFIG_UNIT_PRICES(X)
#undef X
#define X(id, name, words) {name, BUCKET_##id, false, true},
            CONFIG_HOUR_PRICES(X)
#undef X
};
#define NAME_COUNT (sizeof names / sizeof names[0])

// A decimal number within what is believable; a fault otherwise.
static bool read_amount(struct reading *r, const struct amount_name *name, const struct node *n,
                        int128 *value)
{
    struct str text = reading_text(r, n, name->name);
    if (text.len == 0)
        return false;
    enum status s = decimal_read(text, value);
    if (s == STATUS_LIMIT)
        reading_fault(r, n->line, "%s: `%.*s` has more than 18 places", name->name, STR_ARG(text));
    else if (s != STATUS_OK)
        reading_fault(r, n->line, "%s: `%.*s` is no amount of USD. Write it like 0.15", name->name,
                      STR_ARG(text));
    else if (*value < 0)
        reading_fault(r, n->line, "%s: a price is not negative", name->name);
    else if (name->token && *value > 0 && *value < TOKEN_LEAST)
        reading_fault(
            r, n->line,
            "%s: %.*s is below 0.0001: that was a price per token. Multiply it by 1000000",
            name->name, STR_ARG(text));
    else if ((name->token || name->hour) && *value % 1000000)
        reading_fault(r, n->line, "%s: `%.*s` has more than 12 places", name->name, STR_ARG(text));
    else if (*value > (name->token || name->hour ? TOKEN_MOST : UNIT_MOST))
        reading_fault(r, n->line, "%s: %.*s USD is beyond belief", name->name, STR_ARG(text));
    else
        return true;
    return false;
}

void reading_amounts(struct reading *r, const struct node *map, struct amounts *out)
{
    for (size_t i = 0; i < NAME_COUNT; i++) {
        const struct node *n = node_get(map, names[i].name);
        enum bucket b = names[i].bucket;
        if (node_is_null(n) || !read_amount(r, &names[i], n, &out->value[b]))
            continue;
        out->has[b] = true;
        out->stated++;
        out->any |= out->value[b] != 0;
    }
}

void amounts_write(struct buf *b, const struct amounts *a)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (!a->has[i])
            continue;
        buf_printf(b, " %s ", bucket_name((enum bucket)i));
        decimal_write(b, a->value[i], DECIMAL_PLACES, 0);
    }
}
