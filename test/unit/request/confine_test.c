// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "request/confine.h"

static void what_must_stay_is_shown_to_nobody(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &alloc_heap, 1024, 65536);
    struct config_verifier checks[] = {{.kind = VERIFIER_REFUSAL},
                                       {.kind = VERIFIER_HTTP, .url = {.host = STR("127.0.0.1")}},
                                       {.kind = VERIFIER_HTTP, .url = {.host = STR("example.com")}},
                                       {.kind = VERIFIER_AGREE, .model = STR("far/tiny")},
                                       {.kind = VERIFIER_SCHEMA}};
    const struct config_route route = {.name = STR("r"),
                                       .verifiers = checks,
                                       .verifier_count = 5,
                                       .shadow = {.on = true, .rate_ppm = 250000}};
    const struct config_route *own = confine(&route, &arena);
    assert_non_null(own);
    assert_true(own->local_only && !own->shadow.on);
    assert_int_equal(own->verifier_count, 3);
    assert_int_equal(own->verifiers[0].kind, VERIFIER_REFUSAL);
    assert_true(str_is(own->verifiers[1].url.host, "127.0.0.1"));
    assert_int_equal(own->verifiers[2].kind, VERIFIER_SCHEMA);
    assert_true(!route.local_only && route.shadow.on && route.verifier_count == 5);
    assert_ptr_equal(confine(own, &arena), own);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_must_stay_is_shown_to_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
