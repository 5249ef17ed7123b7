// SPDX-License-Identifier: Apache-2.0
//
// fuzz_catalog - price texts: none may break the reader, and each sheet read can be rated.

#include "core/catalog.h"
#include "core/rate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rate_all(const struct catalog *c, uint64_t seed)
{
    for (size_t i = 0; i < catalog_count(c) && i < 50; i++) {
        const struct sheet *s = catalog_at(c, i);
        must(catalog_find(c, s->vendor, s->model) != NULL);
        struct usage u = {.count = {1, 2, 3, 4, 5, 6, 7, 8, 9}, .us_region = seed & 1};
        u.service = (enum service)(seed % SERVICE_COUNT);
        u.prompt = (int64_t)(seed % 1000000);
        struct cost cost;
        rate(s, &u, (int64_t)(seed * 0x9e3779b97f4a7c15u >> 8), &cost);
        must(cost.total.pd >= 0 && cost.line_count <= BUCKET_COUNT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct catalog *c;
    struct why why;
    const char *text = (const char *)data;
    struct str texts[2] = {str_from(text, size / 2), str_from(text + size / 2, size - size / 2)};
    struct str whole = str_from(text, size);
    const struct sheet *near[CATALOG_NEAR_MAX];
    if (catalog_open_texts(&alloc_heap, &whole, 1, &c, &why) == STATUS_OK) {
        rate_all(c, size);
        (void)catalog_near(c, STR_NONE, str_from(text, size < 40 ? size : 40), near);
        catalog_close(c);
    }
    if (catalog_open_texts(&alloc_heap, texts, 2, &c, NULL) == STATUS_OK) {
        rate_all(c, size * 7);
        catalog_close(c);
    }
    return 0;
}
