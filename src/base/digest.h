// SPDX-License-Identifier: Apache-2.0
//
// digest - HMAC-SHA-256, SHA-256, CRC-32 and constant-time comparison (OpenSSL, libdeflate inside),
// and bytes as text: hex and Base64.

#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define DIGEST_BYTES 32
#define MAC_KEY_MIN  16 // shorter keys are refused: an empty secret makes any MAC valid

struct mac; // a prepared HMAC key; one per thread

// NULL when the key is shorter than MAC_KEY_MIN or memory ends.
struct mac *mac_open(struct str key) MUST_USE;
void mac_close(struct mac *m); // wipes
// The HMAC or digest of `text`. False when OpenSSL fails (out of memory): `out` says nothing then.
bool mac_sign(struct mac *m, struct str text, uint8_t out[DIGEST_BYTES]) MUST_USE;
bool digest_sha256(struct str text, uint8_t out[DIGEST_BYTES]) MUST_USE;
// zlib's polynomial; seed 0 first.
uint32_t digest_crc32(uint32_t seed, const void *ptr, size_t len);
bool digest_equal(const void *a, const void *b, size_t len); // in constant time
void digest_wipe(void *ptr, size_t len);
void hex_write(const void *bytes, size_t n, char *out);    // 2n lower-case digits, no NUL
bool hex_read(struct str s, void *out, size_t n) MUST_USE; // exactly 2n digits
// Base64 with its padding (RFC 4648, 4). Writes BASE64_TEXT(n) characters, no NUL.
#define BASE64_TEXT(n) (((n) + 2) / 3 * 4)
void base64_write(const void *bytes, size_t n, char *out);

#endif
