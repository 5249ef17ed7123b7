// SPDX-License-Identifier: Apache-2.0
//
// fuzz_model - a model's file as anybody may have left it. What is taken gives a finite gain of any
// text; the first four bytes of the input say whether its checksum is put right, so that what lies
// behind it is reached, too. A model that this program wrote is taken, each cut of it is not.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "route/model_file.h"
#include "route/prior.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct model *m)
{
    static const char *const texts[] = {"", "What is 3 * 60?", "Which?\nA. one\nB. two\nAnswer:"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct str text = str_of(texts[i]);
        struct traits t;
        struct reply r;
        struct model_parts parts;
        uint64_t key = m->head->keys ? m->keys[m->head->keys / 2].key : 1;
        traits_of(&(struct traits_source){.texts = &text, .count = 1, .task = key}, &t);
        reply_of(text, text, -1, &r);
        float gain = model_gain(m, &t, key);
        must(isfinite(gain) && isfinite(model_gain_after(m, gain, &r)));
        must(!(fabsf(model_explain(m, &t, key, &parts) - gain) > 0));
    }
}

// Aligned, as a mapped file is.
static void try(const uint8_t *data, size_t size, bool mend)
{
    struct model m;
    struct why why;
    uint64_t *bytes = malloc(size + 8);
    memcpy(bytes, data, size);
    struct str all = str_from((char *)bytes, size);
    if (mend && size >= sizeof(struct model_head)) {
        struct model_head *h = (struct model_head *)bytes;
        h->magic = MODEL_MAGIC;
        h->version = MODEL_VERSION;
        h->traits = TRAITS_VERSION;
        h->bytes = size;
        h->check = model_check(all);
    }
    if (model_view(all, "it", &m, &why) == STATUS_OK)
        use(&m);
    free(bytes);
}

// The model that is compiled in, with some of its bytes changed.
static void change(const uint8_t *data, size_t size)
{
    struct model prior;
    prior_open(&prior);
    size_t len = (size_t)prior.head->bytes;
    uint8_t *copy = malloc(len);
    memcpy(copy, prior.head, len);
    for (size_t i = 0; i + 2 < size && i < 64; i += 3)
        copy[(data[i] << 8 | data[i + 1]) % len] = data[i + 2];
    try(copy, len, true);
    try(copy, size ? data[0] * len / 256 : 0, false);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    try(data + 4, size - 4, data[0] & 1);
    change(data + 4, size - 4);
    return 0;
}
