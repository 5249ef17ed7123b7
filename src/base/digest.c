// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL's fetches are slow (they look through the providers), so each algorithm is fetched once,
// and a MAC keeps its context with the key's two padded blocks already hashed.

#include "base/digest.h"

#include <libdeflate.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>

#include "base/alloc.h"

static EVP_MAC *hmac;
static EVP_MD *sha256;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch(void)
{
    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

struct mac {
    EVP_MAC_CTX *context;
};

struct mac *mac_open(struct str key)
{
    if (key.len < MAC_KEY_MIN)
        return NULL;
    pthread_once(&fetched, fetch);
    struct mac *m = hmac ? alloc_zero(&alloc_heap, sizeof *m) : NULL;
    if (!m)
        return NULL;
    char name[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                           OSSL_PARAM_construct_end()};
    m->context = EVP_MAC_CTX_new(hmac);
    if (!m->context || !EVP_MAC_init(m->context, (const unsigned char *)key.ptr, key.len, params)) {
        mac_close(m);
        return NULL;
    }
    return m;
}

void mac_close(struct mac *m)
{
    if (!m)
        return;
    EVP_MAC_CTX_free(m->context);
    alloc_free(&alloc_heap, m);
}

bool mac_sign(struct mac *m, struct str text, uint8_t out[DIGEST_BYTES])
{
    size_t len = 0;
    return EVP_MAC_init(m->context, NULL, 0, NULL) &&
           EVP_MAC_update(m->context, (const unsigned char *)text.ptr, text.len) &&
           EVP_MAC_final(m->context, out, &len, DIGEST_BYTES) && len == DIGEST_BYTES;
}

bool digest_sha256(struct str text, uint8_t out[DIGEST_BYTES])
{
    pthread_once(&fetched, fetch);
    unsigned len = 0;
    return sha256 && EVP_Digest(text.ptr, text.len, out, &len, sha256, NULL) && len == DIGEST_BYTES;
}

uint32_t digest_crc32(uint32_t seed, const void *ptr, size_t len)
{
    return len ? libdeflate_crc32(seed, ptr, len) : seed;
}

bool digest_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void digest_wipe(void *ptr, size_t len)
{
    if (len) // of nothing there may be no address
        explicit_bzero(ptr, len);
}

void hex_write(const void *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *at = bytes;
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[at[i] >> 4];
        out[2 * i + 1] = digits[at[i] & 15];
    }
}

bool hex_read(struct str s, void *out, size_t n)
{
    uint8_t *to = out;
    if (s.len % 2 != 0 || s.len / 2 != n)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (str_hex(s.ptr[i]) < 0)
            return false;
    for (size_t i = 0; i < n; i++)
        to[i] = (uint8_t)(str_hex(s.ptr[2 * i]) << 4 | str_hex(s.ptr[2 * i + 1]));
    return true;
}

void base64_write(const void *bytes, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *in = bytes;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < n ? in[i + k] : 0U);
        for (size_t k = 0; k < 4; k++)
            *out++ = i + k > n ? '=' : digits[three >> (18 - 6 * k) & 63];
    }
}
