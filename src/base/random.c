// SPDX-License-Identifier: Apache-2.0
//
// UUIDv7: RFC 9562, section 6.2, method 3 (sub-millisecond bits, which never go back in a thread).
// The generator with a seed is xoshiro256** 1.0 (Blackman and Vigna), seeded by splitmix64.

#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

#define POOL_BYTES 4096

void random_bytes(void *out, size_t n)
{
    char *at = out;
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0) {
            must(errno == EINTR);
            continue;
        }
        at += got;
        n -= (size_t)got;
    }
}

// Random bytes fetched ahead, used once each. A forked child must not repeat its parent's: the
// program forks only to exec, and an id is no secret.
static void pool_take(uint8_t *out, size_t n)
{
    static _Thread_local uint8_t pool[POOL_BYTES];
    static _Thread_local size_t left;
    if (left < n) {
        random_bytes(pool, sizeof pool);
        left = sizeof pool;
    }
    left -= n;
    memcpy(out, pool + left, n);
}

// Time in units of 1/4096 ms: 48 bits of milliseconds and 12 below, one number that only grows.
static uint64_t ticks_of(int64_t wall_us)
{
    static _Thread_local uint64_t last;
    uint64_t us = wall_us > 0 ? (uint64_t)wall_us : 0;
    uint64_t now = ((us / 1000) << 12) | (us % 1000 * 4096 / 1000);
    last = now > last ? now : last + 1;
    return last;
}

struct uuid uuid_new(int64_t wall_us)
{
    struct uuid u;
    uint64_t ticks = ticks_of(wall_us);
    pool_take(u.bytes + 8, 8);
    for (int i = 0; i < 6; i++)
        u.bytes[i] = (uint8_t)(ticks >> (52 - 8 * i));
    u.bytes[6] = (uint8_t)(0x70 | (ticks >> 8 & 0x0f));
    u.bytes[7] = (uint8_t)ticks;
    u.bytes[8] = (uint8_t)(0x80 | (u.bytes[8] & 0x3f));
    return u;
}

static const char hex_digits[] = "0123456789abcdef";

void uuid_write(const struct uuid *u, char out[UUID_TEXT])
{
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex_digits[u->bytes[i] >> 4];
        *out++ = hex_digits[u->bytes[i] & 15];
    }
}

bool uuid_read(struct str s, struct uuid *out)
{
    struct uuid u = {{0}};
    if (s.len != UUID_TEXT)
        return false;
    const char *at = s.ptr;
    for (int i = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-')
            return false;
        int high = str_hex(at[0]);
        int low = str_hex(at[1]);
        if (high < 0 || low < 0)
            return false;
        u.bytes[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    *out = u;
    return true;
}

int64_t uuid_wall_ms(const struct uuid *u)
{
    uint64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | u->bytes[i];
    return (int64_t)ms;
}

void dice_init(struct dice *d, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += UINT64_C(0x9e3779b97f4a7c15);
        uint64_t z = seed;
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        d->state[i] = z ^ z >> 31;
    }
}

static uint64_t turn(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

uint64_t dice_next(struct dice *d)
{
    uint64_t *s = d->state;
    uint64_t result = turn(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = turn(s[3], 45);
    return result;
}

// Numbers from the incomplete last run of n are thrown again.
uint64_t dice_below(struct dice *d, uint64_t n)
{
    must(n > 0);
    uint64_t skip = (0 - n) % n;
    uint64_t x;
    do {
        x = dice_next(d);
    } while (x < skip);
    return x % n;
}
