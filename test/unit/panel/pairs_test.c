// SPDX-License-Identifier: Apache-2.0
//
// The pairs of a route, more than one answer has: who asks for those behind the last one that he
// knows misses none.

#include "asked.h"

#define PAIRS 2500

static void fill(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(store_path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(
            db,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) "
            "INSERT INTO pair (id, at_us, task, served_strong, propensity_ppm, judged, "
            "weak_ppm, strong_ppm, tenant, route, weak, strong) SELECT randomblob(16), i, 0, "
            "0, 1000000, 0, 0, 0, 'default', 'support', 'a/small', 'b/large' FROM n",
            NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
}

// How many there are in an answer; the number of the first and the last one.
static size_t pairs_in(const char *args, int64_t *first, int64_t *last)
{
    struct json *j = answer_of("routes/pairs", args);
    const struct json_val *list = json_get(json_root(j), "pairs"), *pair = NULL;
    struct json_iter it = {0};
    const size_t count = json_count(list);
    for (size_t i = 0; json_each(&it, list, NULL, &pair); i++) {
        int64_t number = 0;
        assert_true(json_i64(json_get(pair, "number"), &number));
        if (i == 0)
            *first = number;
        *last = number;
    }
    json_close(j);
    return count;
}

static void the_next_ones_follow_the_last_known(void **state)
{
    (void)state;
    char args[80];
    int64_t first = 0, last = 0, before = 0;
    size_t seen = 0, count;
    fill();
    assert_int_equal(pairs_in("{\"route\":\"support\"}", &first, &last), 1000);
    const int64_t newest = last;
    last = 0;
    do {
        before = last;
        (void)snprintf(args, sizeof args, "{\"route\":\"support\",\"after\":%lld}",
                       (long long)last);
        count = pairs_in(args, &first, &last);
        assert_true(count == 0 || first == before + 1);
        seen += count;
    } while (count > 0);
    assert_int_equal(seen, PAIRS);
    assert_int_equal(last, newest);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_next_ones_follow_the_last_known, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
