// SPDX-License-Identifier: Apache-2.0

#include "core/usage.h"

static const char *const bucket_names[] = {
#define X(id, name, words) [BUCKET_##id] = (name),
    BUCKET_MAP(X)
#undef X
};

static const char *const bucket_texts[] = {
#define X(id, name, words) [BUCKET_##id] = (words),
    BUCKET_MAP(X)
#undef X
};

static const char *const sure_names[] = {
#define X(id, name) [SURE_##id] = (name),
    SURE_MAP(X)
#undef X
};

static const char *const service_names[] = {
#define X(id, name) [SERVICE_##id] = (name),
    SERVICE_MAP(X)
#undef X
};

const char *bucket_name(enum bucket b)
{
    must(b < BUCKET_COUNT);
    return bucket_names[b];
}

const char *bucket_words(enum bucket b)
{
    must(b < BUCKET_COUNT);
    return bucket_texts[b];
}

bool bucket_is_token(enum bucket b)
{
    return b <= BUCKET_IMAGE_OUTPUT;
}

int64_t bucket_units(enum bucket b)
{
    must(b < BUCKET_COUNT);
    return bucket_is_token(b) || b == BUCKET_BUSY ? 1000000 : 1;
}

const char *bucket_per(enum bucket b)
{
    if (b == BUCKET_BUSY)
        return "/hour";
    return bucket_is_token(b) ? "/Mtok" : "";
}

bool bucket_find(struct str name, enum bucket *out)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (str_is(name, bucket_names[i])) {
            *out = (enum bucket)i;
            return true;
        }
    }
    return false;
}

const char *sure_name(enum sure s)
{
    must(s < SURE_COUNT);
    return sure_names[s];
}

const char *service_name(enum service s)
{
    must(s < SERVICE_COUNT);
    return service_names[s];
}

bool service_find(struct str name, enum service *out)
{
    for (unsigned i = 0; i < SERVICE_COUNT; i++) {
        if (str_is(name, service_names[i])) {
            *out = (enum service)i;
            return true;
        }
    }
    return false;
}

int64_t count_add(int64_t a, int64_t b)
{
    int64_t all;
    return __builtin_add_overflow(a, b, &all) ? INT64_MAX : all;
}

int64_t count_times(int64_t a, int64_t b)
{
    int64_t all;
    return __builtin_mul_overflow(a, b, &all) ? INT64_MAX : all;
}

static int64_t sum(const struct usage *u, enum bucket first, enum bucket last)
{
    int64_t total = 0;
    for (unsigned i = first; i <= last; i++)
        total = count_add(total, u->count[i]);
    return total;
}

bool usage_any(const struct usage *u)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        if (u->count[i] > 0)
            return true;
    }
    return false;
}

int64_t usage_input(const struct usage *u)
{
    return sum(u, BUCKET_INPUT, BUCKET_IMAGE_INPUT);
}

int64_t usage_output(const struct usage *u)
{
    return sum(u, BUCKET_OUTPUT, BUCKET_IMAGE_OUTPUT);
}
