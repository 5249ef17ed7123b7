// SPDX-License-Identifier: Apache-2.0

#include "store/histogram.h"

#define LINEAR_BITS 7 // below 2^7 us the steps are as wide as the first ones above
#define STEP_BITS   3
#define STEPS       (1u << STEP_BITS)

unsigned histogram_step(int64_t us)
{
    uint64_t n = us < 0 ? 0 : (uint64_t)us;
    if (n < 1u << LINEAR_BITS)
        return (unsigned)(n >> (LINEAR_BITS - STEP_BITS));
    unsigned octave = 63u - (unsigned)__builtin_clzll(n);
    unsigned part = (unsigned)(n >> (octave - STEP_BITS)) & (STEPS - 1);
    unsigned step = (octave - LINEAR_BITS + 1) * STEPS + part;
    return step < HISTOGRAM_STEPS ? step : HISTOGRAM_STEPS - 1;
}

int64_t histogram_from(unsigned step)
{
    if (step < STEPS)
        return (int64_t)step << (LINEAR_BITS - STEP_BITS);
    unsigned octave = step / STEPS + LINEAR_BITS - 1;
    return (int64_t)(STEPS + step % STEPS) << (octave - STEP_BITS);
}

static char *put_varint(char *to, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        *to++ = (char)(unsigned char)(0x80 | (n & 0x7f));
    *to++ = (char)n;
    return to;
}

void histogram_pack(const struct histogram *h, struct buf *out)
{
    unsigned before = 0;
    for (unsigned i = 0; i < HISTOGRAM_STEPS; i++) {
        if (h->count[i] == 0)
            continue;
        char bytes[20];
        char *end = put_varint(put_varint(bytes, i - before), h->count[i]);
        buf_add(out, str_from(bytes, (size_t)(end - bytes)));
        before = i;
    }
}

static bool take_varint(struct str *from, uint64_t *n)
{
    *n = 0;
    for (unsigned shift = 0; shift < 63 && from->len > 0; shift += 7) {
        unsigned char byte = (unsigned char)*from->ptr;
        *from = str_skip(*from, 1);
        *n |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

bool histogram_take(struct str *packed, unsigned *step, uint64_t *count)
{
    uint64_t skip;
    if (!take_varint(packed, &skip) || !take_varint(packed, count) || skip >= HISTOGRAM_STEPS)
        return false;
    *step += (unsigned)skip;
    return *step < HISTOGRAM_STEPS;
}

bool histogram_add_packed(struct histogram *h, struct str packed)
{
    unsigned step = 0;
    uint64_t count;
    while (packed.len > 0) {
        if (!histogram_take(&packed, &step, &count))
            return false;
        h->count[step] += count;
    }
    return true;
}

int64_t histogram_quantile(const struct histogram *h, int64_t ppm)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < HISTOGRAM_STEPS; i++)
        total += h->count[i];
    if (total == 0)
        return -1;
    uint64_t rank = (total / 1000000) * (uint64_t)ppm + total % 1000000 * (uint64_t)ppm / 1000000;
    rank = rank < total ? rank : total - 1;
    unsigned step = 0;
    while (step < HISTOGRAM_STEPS - 1 && rank >= h->count[step])
        rank -= h->count[step++];
    int64_t from = histogram_from(step);
    uint64_t width = (uint64_t)(histogram_from(step + 1) - from);
    uint64_t count = h->count[step] ? h->count[step] : 1;
    return from + (int64_t)(width * (2 * rank + 1) / (2 * count));
}
