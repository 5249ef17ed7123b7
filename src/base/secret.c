// SPDX-License-Identifier: Apache-2.0
//
// Secrets lie in pages that are never swapped out nor dumped, as far as the system allows:
//
//    [ block | block | block ... ]   a region of equal blocks; free ones form a list
//
// A secret that fits no block has pages of its own.

#include "base/secret.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/digest.h"
#include "base/map.h"

#define BLOCK_BYTES  256
#define REGION_BYTES (64 * 1024)

struct secret {
    atomic_uint owners;
    size_t size; // of the memory, head included
    size_t len;
    char bytes[];
};

struct block {
    struct block *next;
};

static struct block *free_blocks;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *pages_get(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
    (void)mlock(pages, size); // the limit may be 0: then it is not locked, but works
    (void)madvise(pages, size, MADV_DONTDUMP);
    return pages;
}

static bool region_add(void)
{
    char *region = pages_get(REGION_BYTES);
    if (!region)
        return false;
    for (size_t at = 0; at < REGION_BYTES; at += BLOCK_BYTES) {
        struct block *b = (struct block *)(void *)(region + at);
        b->next = free_blocks;
        free_blocks = b;
    }
    return true;
}

static void *block_get(void)
{
    struct block *b = NULL;
    pthread_mutex_lock(&lock);
    if (free_blocks || region_add()) {
        b = free_blocks;
        free_blocks = b->next;
    }
    pthread_mutex_unlock(&lock);
    return b;
}

static void block_put(void *memory)
{
    struct block *b = memory;
    pthread_mutex_lock(&lock);
    b->next = free_blocks;
    free_blocks = b;
    pthread_mutex_unlock(&lock);
}

struct secret *secret_new(struct str s)
{
    if (s.len > SIZE_MAX / 2)
        return NULL;
    size_t size = sizeof(struct secret) + s.len;
    struct secret *new = size <= BLOCK_BYTES ? block_get() : pages_get(size);
    if (!new)
        return NULL;
    atomic_init(&new->owners, 1);
    new->size = size;
    new->len = s.len;
    if (s.len)
        memcpy(new->bytes, s.ptr, s.len);
    return new;
}

struct secret *secret_ref(struct secret *s)
{
    must(atomic_fetch_add_explicit(&s->owners, 1, memory_order_relaxed) > 0);
    return s;
}

void secret_free(struct secret *s)
{
    if (!s)
        return;
    unsigned before = atomic_fetch_sub_explicit(&s->owners, 1, memory_order_acq_rel);
    must(before > 0);
    if (before > 1)
        return;
    size_t size = s->size;
    digest_wipe(s, size);
    if (size <= BLOCK_BYTES)
        block_put(s);
    else
        munmap(s, size);
}

struct str secret_expose(const struct secret *s)
{
    return str_from(s->bytes, s->len);
}

uint64_t secret_hash(const struct secret *s)
{
    return map_hash(secret_expose(s));
}

bool secret_within(const struct secret *s, struct str text)
{
    struct str bytes = secret_expose(s);
    return bytes.len >= SECRET_SEEN_MIN && str_search(text, bytes) < text.len;
}

// A shorter run of its bytes is not known for a part of it.
static size_t part_least(struct str secret)
{
    return secret.len < SECRET_PART_MIN ? secret.len : SECRET_PART_MIN;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

// The secret from each of its bytes on, in order: what is most like a text stands where the text
// would stand, so that a text of its very letters costs no more than others. NULL without memory.
static struct str *tails_new(struct str secret)
{
    struct str *tails = alloc_get(&alloc_heap, secret.len * sizeof *tails);
    if (!tails)
        return NULL;
    for (size_t i = 0; i < secret.len; i++)
        tails[i] = str_skip(secret, i);
    qsort(tails, secret.len, sizeof *tails, by_text);
    return tails;
}

static size_t common(struct str a, struct str b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
        n++;
    return n;
}

// The longest run of bytes at the start of `text` that stands in the secret too.
static size_t part_at(const struct str *tails, size_t count, struct str text)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(tails[middle], text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    size_t before = low > 0 ? common(tails[low - 1], text) : 0;
    size_t after = low < count ? common(tails[low], text) : 0;
    return before > after ? before : after;
}

// How many of the first bytes of `text` cannot begin a part of `least` bytes, since one of these is
// none of the secret's: in words of a language most often all of them.
static size_t innocent(const bool own[256], struct str text, size_t least)
{
    size_t n = least;
    while (n > 0 && own[(unsigned char)text.ptr[n - 1]])
        n--;
    return n;
}

static void add_stars(struct buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_add_char(out, '*');
}

static void mask(struct str secret, const struct str *tails, struct str text, struct buf *out)
{
    size_t least = part_least(secret);
    bool own[256] = {false};
    for (size_t i = 0; i < secret.len; i++)
        own[(unsigned char)secret.ptr[i]] = true;
    size_t at = 0; // what stands before it is innocent, and waits
    while (at + least <= text.len) {
        size_t n = innocent(own, str_skip(text, at), least);
        size_t part = n ? 0 : part_at(tails, secret.len, str_skip(text, at));
        if (part < least) {
            at += n ? n : 1;
            continue;
        }
        buf_add(out, str_from(text.ptr, at));
        add_stars(out, part);
        text = str_skip(text, at + part);
        at = 0;
    }
    buf_add(out, text);
}

void secret_mask(const struct secret *s, struct str text, struct buf *out)
{
    struct str secret = secret_expose(s);
    if (secret.len < SECRET_SEEN_MIN || text.len < part_least(secret)) {
        buf_add(out, text);
        return;
    }
    struct str *tails = tails_new(secret);
    if (tails)
        mask(secret, tails, text, out);
    else
        add_stars(out, text.len);
    heap_free(tails);
}
