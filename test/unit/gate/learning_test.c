// SPDX-License-Identifier: Apache-2.0
//
// What routes have learned, where it cannot be read anew.

#include "../unit.h"
#include "gate/learned.h"
#include "gate/learning.h"
#include "gate/snapshot.h"

#define TOO_MANY (UINT32_C(1) << 24) // routes: there is no room for them, and none is looked at

static struct learned *nothing(void)
{
    const struct learned_from from = {0};
    struct learned *l = NULL;
    struct why why;
    assert_int_equal(learned_new(&from, &l, &why), STATUS_OK);
    return l;
}

static void stays_without_memory(void **state)
{
    (void)state;
    struct config config = {.route_count = TOO_MANY};
    struct snapshot before = {.config = &config, .learned = nothing()};
    struct snapshot fresh = {.config = &config, .learned = learned_ref(before.learned)};
    learning_read(&fresh, &before, NULL);
    assert_ptr_equal(fresh.learned, before.learned);
    learned_free(fresh.learned);
    learned_free(before.learned);
}

// Whose promises may be others.
static void not_of_another_configuration(void **state)
{
    (void)state;
    struct config old = {0}, config = {.route_count = TOO_MANY};
    struct snapshot before = {.config = &old, .learned = nothing()};
    struct snapshot fresh = {.config = &config, .learned = learned_ref(before.learned)};
    learning_read(&fresh, &before, NULL);
    assert_null(fresh.learned);
    fresh.learned = nothing();
    learning_read(&fresh, NULL, NULL); // the first of all
    assert_null(fresh.learned);
    learned_free(before.learned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_without_memory),
        cmocka_unit_test(not_of_another_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
