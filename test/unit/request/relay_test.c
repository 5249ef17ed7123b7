// SPDX-License-Identifier: Apache-2.0
//
// An answer on its way to the client: what is cut while it is still looked at.

#include "../unit.h"
#include "request/relay.h"

static void begin(struct req *r)
{
    static const struct config_provider provider;
    const struct meter_setup setup = {.endpoint = ENDPOINT_GENERATE_STREAM, .kind = METER_JSON};
    arena_init(&r->arena, &alloc_heap, 512, 4096);
    buf_init(&r->attempt.whole, &alloc_heap, 512);
    r->attempt.provider = &provider;
    r->attempt.mode = RELAY_WHOLE;
    r->attempt.upstream_status = 200;
    meter_init(&r->attempt.meter, &setup, &alloc_heap);
    r->attempt.metering = true;
    meter_feed(&r->attempt.meter, str_of("[{\"candidates\":[]}"), relay_pass, r);
}

static void end(struct req *r)
{
    meter_fini(&r->attempt.meter);
    buf_fini(&r->attempt.whole);
    arena_fini(&r->arena);
}

// An array that is cut goes on as far as it came; but what is to be verified as a whole goes to
// nobody in part.
static void what_is_verified_is_not_given_in_part(void **state)
{
    (void)state;
    for (int verifies = 0; verifies < 2; verifies++) {
        struct req r = {.attempt.verifies = verifies};
        begin(&r);
        relay_cut(&r, REFUSAL_BUDGET, "It is cut.");
        assert_int_equal(r.attempt.mode, verifies ? RELAY_WHOLE : RELAY_STREAM);
        assert_int_equal(r.attempt.refusal, REFUSAL_BUDGET);
        assert_true(r.attempt.upstream_ended);
        end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_verified_is_not_given_in_part)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
