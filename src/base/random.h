// SPDX-License-Identifier: Apache-2.0
//
// random - secrets from the operating system, ids that sort by time, and a seeded generator for the
// mock and the tests.

#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/must.h"
#include "base/str.h"

// From the system's CSPRNG; ends the process if it cannot.
void random_bytes(void *out, size_t n);

struct uuid {
    uint8_t bytes[16];
};

#define UUID_TEXT 36

// UUIDv7 (RFC 9562): milliseconds, then 12 bits of sub-millisecond or counter so that ids of one
// thread never go back, then random bits (buffered per thread: no system call on the hot path).
struct uuid uuid_new(int64_t wall_us);
void uuid_write(const struct uuid *u, char out[UUID_TEXT]); // no NUL
bool uuid_read(struct str s, struct uuid *out) MUST_USE;
int64_t uuid_wall_ms(const struct uuid *u);

// xoshiro256**: same seed, same numbers, everywhere.
struct dice {
    uint64_t state[4];
};

void dice_init(struct dice *d, uint64_t seed);
uint64_t dice_next(struct dice *d);              // 64 bits
uint64_t dice_below(struct dice *d, uint64_t n); // 0..n-1, unbiased; n > 0

#endif
