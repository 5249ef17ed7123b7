// SPDX-License-Identifier: Apache-2.0
//
// fuzz_policy - the policy of a replay, which comes as JSON: what is read holds to its limits.

#include "insight/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct policy p;
    struct why why;
    arena_init(&arena, &alloc_heap, 256, 1 << 20);
    if (policy_read(str_from((const char *)data, size), &arena, &p, &why) == STATUS_OK) {
        must(p.count <= POLICY_ROUTES_MAX && p.provider_count <= POLICY_PROVIDERS_MAX);
        for (unsigned i = 0; i < p.provider_count; i++)
            must(p.providers[i].name.len > 0 && p.providers[i].dialect < DIALECT_COUNT);
        for (unsigned i = 0; i < p.count; i++) {
            must(p.routes[i].name.len > 0 && p.routes[i].max_cost.n >= 0);
            must(p.routes[i].small.count <= POLICY_MODELS_MAX);
            must(p.routes[i].second.count <= POLICY_MODELS_MAX);
            must(!p.routes[i].large.proposed || p.routes[i].large.count == 0);
        }
    }
    arena_fini(&arena);
    return 0;
}
