// SPDX-License-Identifier: Apache-2.0

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"
#include "base/random.h"
#include "costlens_route.h"
#include "route/train.h"

static struct costlens_router *open_shipped(void)
{
    struct costlens_router *r = NULL;
    assert_int_equal(costlens_router_open(NULL, NULL, &r, NULL, 0), COSTLENS_OK);
    return r;
}

static void test_pick_says_why(void **state)
{
    struct costlens_router *r = open_shipped();
    struct costlens_features f;
    struct costlens_choice c;
    costlens_router_pair(r, "local/small",
                         "openai/large"); // of which the shipped model knows nothing
    costlens_features(NULL, "Translate this: hello", NULL, &f);
    costlens_pick(r, &f, &c);
    assert_int_equal(c.side, COSTLENS_SMALL);
    assert_true(c.gain < c.threshold && !c.certified);
    assert_true(c.gain >= -1 && c.gain <= 1);
    assert_non_null(strstr(c.reason, "below the model's threshold"));
    costlens_router_close(r);
    costlens_router_close(NULL);
}

// By a file, which is there as long as it takes.
static struct costlens_router *open_file(struct str bytes)
{
    char path[] = "/tmp/costlens-route-XXXXXX";
    struct costlens_router *r = NULL;
    const int fd = mkstemp(path);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
    close(fd);
    assert_int_equal(costlens_router_open(NULL, path, &r, NULL, 0), COSTLENS_OK);
    unlink(path);
    return r;
}

// Few rows carry none: what stands for that in the file is no gain.
static void test_a_model_without_a_threshold_takes_the_large_one(void **state)
{
    struct costlens_features f;
    struct costlens_choice c;
    struct rows rows;
    struct buf file;
    struct why why;
    rows_init(&rows);
    buf_init(&file, &alloc_heap, 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(
            rows_add(&rows, str_of("{\"prompt\":\"tell me\",\"weak\":1,\"strong\":1}"), &why),
            STATUS_OK);
    assert_int_equal(train(&rows, &(struct train_wishes){.prior = NULL}, &file, &why), STATUS_OK);
    struct costlens_router *r = open_file(buf_str(&file));
    costlens_features(NULL, "tell me", NULL, &f);
    costlens_pick(r, &f, &c);
    assert_int_equal(c.side, COSTLENS_LARGE);
    assert_true(isinf(c.threshold) && c.threshold < 0);
    assert_non_null(strstr(c.reason, "the model has no threshold"));
    costlens_router_close(r);
    rows_fini(&rows);
    buf_fini(&file);
}

// Where the small model is always wrong at what the large one knows, a sum of all that tells so
// comes to more than 1.
static void test_a_gain_is_within_1(void **state)
{
    static const char *const prompts[] = {"prove that the sum is odd", "where is my parcel"};
    for (int reversed = 0; reversed < 2; reversed++) {
        struct costlens_features f;
        struct rows rows;
        struct buf file;
        struct why why;
        struct model model;
        rows_init(&rows);
        buf_init(&file, &alloc_heap, 0);
        for (int i = 0; i < 1000; i++) {
            char row[200];
            const bool first = i % 8 == 0;
            (void)snprintf(row, sizeof row, "{\"prompt\":\"%s %d\",\"weak\":%d,\"strong\":%d}",
                           prompts[!first], i, first ? reversed : 1, first ? !reversed : 1);
            assert_int_equal(rows_add(&rows, str_of(row), &why), STATUS_OK);
        }
        assert_int_equal(train(&rows, &(struct train_wishes){.prior = NULL}, &file, &why),
                         STATUS_OK);
        assert_int_equal(model_view(buf_str(&file), "it", &model, &why), STATUS_OK);
        struct costlens_router *r = open_file(buf_str(&file));
        double most = 0;
        for (int i = 0; i < 1000; i++) {
            char text[100];
            (void)snprintf(text, sizeof text, "%s %d", prompts[0], i);
            costlens_features(NULL, text, NULL, &f);
            most = fmax(most, fabs(costlens_gain(r, &f)));
        }
        assert_true(most >= 1 && most <= 1); // what the model gives is more
        costlens_router_close(r);
        rows_fini(&rows);
        buf_fini(&file);
    }
}

static void test_features_are_the_same_for_the_same_text(void **state)
{
    struct costlens_features a, b;
    costlens_features("Be brief.", "What is a ring?", NULL, &a);
    costlens_features("Be brief.", "What is a ring?", NULL, &b);
    assert_memory_equal(&a, &b, sizeof a);
    costlens_features("Be brief.", "What is a ring?", "maths", &b);
    assert_memory_not_equal(&a, &b, sizeof a);
}

static void test_outcomes_carry_a_certificate(void **state)
{
    struct costlens_router *r = open_shipped();
    struct costlens_features f;
    struct costlens_certificate c;
    struct costlens_choice choice;
    struct dice d;
    dice_init(&d, 1);
    costlens_features(NULL, "Translate this: hello", NULL, &f);
    assert_int_equal(costlens_certify(r, 0.05, 0.95, &c), COSTLENS_OK); // of nothing
    assert_int_equal(c.certified, 0);
    costlens_pick(r, &f, &choice);
    assert_int_equal(choice.side, COSTLENS_LARGE);
    assert_non_null(strstr(choice.reason, "no share can be promised"));
    assert_true(choice.gain >= choice.threshold); // as is said of it, whatever the gain is
    assert_true(isinf(choice.threshold));
    assert_int_equal(costlens_router_odds(r, 0.25), COSTLENS_OK);
    for (int i = 0; i < 600; i++) {
        double large = dice_below(&d, 10) > 0, small = dice_below(&d, 10) > 0;
        assert_int_equal(costlens_outcome_add(r, &f, small, large, 0.25), COSTLENS_OK);
    }
    assert_int_equal(costlens_certify(r, 0.1, 0.95, &c), COSTLENS_OK);
    assert_int_equal(c.certified, 1);
    assert_int_equal(c.outcomes, 600);
    assert_true(c.share_small > 0.99 && c.loss_upper <= 0.1 + 1e-9);
    costlens_pick(r, &f, &choice);
    assert_int_equal(choice.side, COSTLENS_SMALL);
    assert_int_equal(choice.certified, 1);
    costlens_router_close(r);
}

// Six hundred turns of a few conversations are a few.
static void test_turns_prove_what_one_does(void **state)
{
    struct costlens_certificate c;
    struct costlens_features f;
    costlens_features(NULL, "Translate this: hello", NULL, &f);
    for (int together = 1; together >= 0; together--) {
        struct costlens_router *r = open_shipped();
        for (int i = 0; i < 600; i++) {
            char name[16];
            snprintf(name, sizeof name, "chat %d", i / 30);
            costlens_router_conversation(r, together ? name : NULL);
            assert_int_equal(costlens_outcome_add(r, &f, 1, 1, 1), COSTLENS_OK);
        }
        assert_int_equal(costlens_certify(r, 0.1, 0.95, &c), COSTLENS_OK);
        assert_int_equal(c.certified, !together);
        costlens_router_close(r);
    }
}

// Their numbers tell conversations apart.
static void test_each_name_is_one(void **state)
{
    static const char *const forms[] = {"%d", "session-%d", "%08d-7d8e-4f00-9f00-112233445566"};
    struct costlens_certificate c;
    struct costlens_features f;
    costlens_features(NULL, "Translate this: hello", NULL, &f);
    for (unsigned form = 0; form < 3; form++) {
        struct costlens_router *r = open_shipped();
        for (int i = 0; i < 600; i++) {
            char name[64];
            snprintf(name, sizeof name, forms[form], i);
            costlens_router_conversation(r, name);
            assert_int_equal(costlens_outcome_add(r, &f, 1, 1, 1), COSTLENS_OK);
        }
        assert_int_equal(costlens_certify(r, 0.1, 0.95, &c), COSTLENS_OK);
        assert_int_equal(c.certified, 1);
        assert_true(c.loss_upper < 0.02);
        costlens_router_close(r);
    }
}

// A fifth of the calls is lost, and asked of both models fifty times less often: before one of them
// has come all looks well.
static void test_what_is_seldom_seen_is_feared(void **state)
{
    struct costlens_features f;
    struct costlens_certificate c;
    struct dice d;
    unsigned broken = 0;
    dice_init(&d, 7);
    costlens_features(NULL, "What is 2+2?", NULL, &f);
    for (int draw = 0; draw < 200; draw++) {
        struct costlens_router *r = open_shipped();
        assert_int_equal(costlens_router_odds(r, 0.02), COSTLENS_OK);
        for (int n = 0; n < 200;) {
            const bool rare = dice_below(&d, 5) == 0;
            if (rare && dice_below(&d, 50) > 0)
                continue;
            assert_int_equal(costlens_outcome_add(r, &f, !rare, 1, rare ? 0.02 : 1), COSTLENS_OK);
            n++;
        }
        assert_int_equal(costlens_certify(r, 0.05, 0.95, &c), COSTLENS_OK);
        broken += c.certified != 0; // a fifth is lost
        costlens_router_close(r);
    }
    assert_in_range(broken, 0, 10);
}

static void test_odds_are_declared_before(void **state)
{
    struct costlens_router *r = open_shipped();
    struct costlens_features f;
    costlens_features(NULL, "", "", &f);
    assert_int_equal(costlens_outcome_add(r, &f, 1, 1, 0.5), COSTLENS_RANGE);
    assert_int_equal(costlens_router_odds(r, 0), COSTLENS_RANGE);
    assert_int_equal(costlens_router_odds(r, 1.5), COSTLENS_RANGE);
    assert_int_equal(costlens_router_odds(r, 0.1), COSTLENS_OK);
    assert_int_equal(costlens_outcome_add(r, &f, 1, 1, 0.1), COSTLENS_OK);
    assert_int_equal(costlens_outcome_add(r, &f, 1, 1, 0.09), COSTLENS_RANGE);
    assert_int_equal(costlens_router_odds(r, 0.05), COSTLENS_CONFLICT);
    costlens_router_close(r);
}

static void test_what_is_refused(void **state)
{
    struct costlens_features f;
    struct costlens_certificate c;
    struct costlens_router *r = (struct costlens_router *)&c; // it was something
    char message[400] = "";
    assert_int_equal(costlens_router_open(NULL, "/nowhere/it.model", &r, message, sizeof message),
                     COSTLENS_IO);
    assert_non_null(strstr(message, "/nowhere/it.model"));
    assert_null(r);
    assert_int_equal(costlens_router_open(NULL, "/etc/passwd", &r, NULL, 0), COSTLENS_DAMAGED);
    assert_null(r);
    r = open_shipped();
    costlens_features(NULL, "", "", &f);
    static const double bad[][3] = {{-0.1, 1, 1}, {0, 1.1, 1}, {0, 1, 0}, {0, 1, 1.5}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(costlens_outcome_add(r, &f, bad[i][0], bad[i][1], bad[i][2]),
                         COSTLENS_RANGE);
    assert_int_equal(costlens_certify(r, 0, 0.95, &c), COSTLENS_RANGE);
    assert_int_equal(costlens_certify(r, 0.05, 1, &c), COSTLENS_RANGE);
    costlens_router_close(r);
}

// They were kept somewhere, and came back otherwise; or none has made them.
static void test_damaged_features_are_refused(void **state)
{
    struct costlens_features f[4];
    struct costlens_choice c;
    struct rows rows;
    struct buf file;
    struct why why;
    rows_init(&rows);
    buf_init(&file, &alloc_heap, 0);
    for (int i = 0; i < 40; i++) // a model that reads words
        assert_int_equal(
            rows_add(&rows,
                     str_of(i % 2 ? "{\"prompt\":\"tell me\",\"weak\":1,\"strong\":1}"
                                  : "{\"prompt\":\"prove it\",\"weak\":0,\"strong\":1}"),
                     &why),
            STATUS_OK);
    assert_int_equal(train(&rows, &(struct train_wishes){.prior = NULL}, &file, &why), STATUS_OK);
    struct costlens_router *r = open_file(buf_str(&file));
    memset(&f[0], 255, sizeof f[0]);
    memset(&f[1], 0, sizeof f[1]);
    costlens_features(NULL, "tell me", NULL, &f[2]);
    costlens_features(NULL, "tell me", NULL, &f[3]);
    ((struct traits *)f[2].opaque)->gram_count = UINT16_MAX;
    f[3].opaque[COSTLENS_FEATURES_WORDS - 1]++; // another version
    for (size_t i = 0; i < 4; i++) {
        assert_true(isnan(costlens_gain(r, &f[i])));
        costlens_pick(r, &f[i], &c);
        assert_int_equal(c.side, COSTLENS_LARGE);
        assert_non_null(strstr(c.reason, "no features of this version"));
        assert_int_equal(costlens_outcome_add(r, &f[i], 1, 1, 1), COSTLENS_DAMAGED);
    }
    costlens_router_close(r);
    rows_fini(&rows);
    buf_fini(&file);
}

static void *no_memory(void *context, void *old, size_t size)
{
    return NULL;
}

static void test_lack_of_memory_is_an_answer(void **state)
{
    const struct costlens_alloc none = {no_memory, NULL};
    struct costlens_router *r = NULL;
    assert_int_equal(costlens_router_open(&none, NULL, &r, NULL, 0), COSTLENS_NO_MEMORY);
    assert_null(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pick_says_why),
        cmocka_unit_test(test_a_model_without_a_threshold_takes_the_large_one),
        cmocka_unit_test(test_a_gain_is_within_1),
        cmocka_unit_test(test_features_are_the_same_for_the_same_text),
        cmocka_unit_test(test_outcomes_carry_a_certificate),
        cmocka_unit_test(test_what_is_seldom_seen_is_feared),
        cmocka_unit_test(test_each_name_is_one),
        cmocka_unit_test(test_turns_prove_what_one_does),
        cmocka_unit_test(test_odds_are_declared_before),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_damaged_features_are_refused),
        cmocka_unit_test(test_lack_of_memory_is_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
