// SPDX-License-Identifier: Apache-2.0

#include "core/refusal.h"

#include "base/must.h"

struct row {
    const char *code;
    const char *text;
    int http;
    int retry;
};

static const struct row rows[REFUSAL_COUNT] = {[REFUSAL_NONE] = {"", "", 0, 0},
#define X(id, name, status, words, again) [REFUSAL_##id] = {(name), (words), (status), (again)},
                                               REFUSAL_MAP(X)
#undef X
};

static const struct row *row_of(enum refusal r)
{
    must(r < REFUSAL_COUNT);
    return &rows[r];
}

const char *refusal_code(enum refusal r)
{
    return row_of(r)->code;
}

int refusal_http(enum refusal r)
{
    return row_of(r)->http;
}

const char *refusal_text(enum refusal r)
{
    return row_of(r)->text;
}

int refusal_retry(enum refusal r)
{
    return row_of(r)->retry;
}
