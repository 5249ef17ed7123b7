// SPDX-License-Identifier: Apache-2.0

#include "core/key.h"

#include "base/limits.h"

#define PREFIX_CHARS (sizeof KEY_PREFIX - 1)
#define BODY_CHARS   43
#define CHECK_CHARS  6

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// Divides the big-endian number by 62 in place; the remainder.
static unsigned divide(uint8_t number[32])
{
    unsigned rest = 0;
    for (size_t i = 0; i < 32; i++) {
        unsigned n = rest << 8 | number[i];
        number[i] = (uint8_t)(n / 62);
        rest = n % 62;
    }
    return rest;
}

static void write_check(const char *token, char out[CHECK_CHARS])
{
    uint32_t crc = digest_crc32(0, token, PREFIX_CHARS + BODY_CHARS);
    for (size_t i = CHECK_CHARS; i-- > 0; crc /= 62)
        out[i] = digits[crc % 62];
}

void key_token_make(const uint8_t random[32], char out[KEY_TOKEN_CHARS])
{
    uint8_t number[32];
    memcpy(number, random, sizeof number);
    memcpy(out, KEY_PREFIX, PREFIX_CHARS);
    for (size_t i = BODY_CHARS; i-- > 0;) // 62^43 > 2^256
        out[PREFIX_CHARS + i] = digits[divide(number)];
    write_check(out, out + PREFIX_CHARS + BODY_CHARS);
    digest_wipe(number, sizeof number);
}

bool key_token_ours(struct str token)
{
    return str_starts(token, str_of(KEY_PREFIX));
}

bool key_token_valid(struct str token)
{
    if (token.len != KEY_TOKEN_CHARS || !key_token_ours(token))
        return false;
    for (size_t i = PREFIX_CHARS; i < token.len; i++) {
        if (!token.ptr[i] || !strchr(digits, token.ptr[i]))
            return false;
    }
    char check[CHECK_CHARS];
    write_check(token.ptr, check);
    return memcmp(check, token.ptr + PREFIX_CHARS + BODY_CHARS, CHECK_CHARS) == 0;
}

bool key_allows(const struct key *k, struct str full, struct str asked)
{
    struct str bare = str_skip(full, str_find(full, '/') + 1);
    struct str rest = k->models;
    struct str pattern;
    if (rest.len == 0)
        return true;
    while (str_cut(&rest, ',', &pattern)) {
        pattern = str_trim(pattern);
        if (pattern.len == 0)
            continue;
        if (str_glob(pattern, full) || str_glob(pattern, asked))
            return true;
        if (str_find(pattern, '/') == pattern.len && bare.len && str_glob(pattern, bare))
            return true;
    }
    return false;
}

bool key_run_valid(struct str place)
{
    struct str id;
    if (place.len % (KEY_RUN_ID + 1) != KEY_RUN_ID)
        return false;
    while (str_cut(&place, '.', &id)) {
        for (size_t i = 0; i < id.len; i++)
            if (!(id.ptr[i] >= '0' && id.ptr[i] <= '9') && !(id.ptr[i] >= 'a' && id.ptr[i] <= 'f'))
                return false;
        if (id.len != KEY_RUN_ID)
            return false;
    }
    return true;
}

bool key_name_valid(struct str name)
{
    bool good = name.len > 0 && name.len <= NAME_BYTES_MAX;
    for (size_t i = 0; good && i < name.len; i++) {
        char c = name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     ((unsigned char)c >= 0x80 && !str_control_at(name, i));
        good = plain || (i && memchr("._-@+", c, 5)) ||
               (i && i + 1 < name.len && (c == '/' || c == ' '));
    }
    return good;
}

struct str key_run(struct str name)
{
    if (!str_starts(name, str_of(KEY_OF_RUN)))
        return STR_NONE;
    size_t at = name.len;
    while (name.ptr[at - 1] != '-')
        at--;
    struct str place = str_skip(name, at);
    return key_run_valid(place) ? place : STR_NONE;
}

bool key_run_inside(struct str name, struct str outer)
{
    struct str place = key_run(name);
    return outer.len > 0 && place.len > outer.len && str_starts(place, outer);
}
