// SPDX-License-Identifier: Apache-2.0
//
// Turns of a conversation are one group, and so is a prompt that is asked again; what stands before
// every question of a task parts nothing, nor does what is asked all the time.

#include "../unit.h"
#include "route/talks.h"

// A letter is what the user said; each was answered. `answer`: the first time so.
static struct talks_call said(const char *texts, const char *answer)
{
    static uint8_t number;
    struct talks_call c = {.id.bytes = {++number, 7}};
    struct talk_reading r;
    unsigned message = 0;
    talk_begin(&r, &c.talk);
    for (const char *p = texts; *p; p++, message++) {
        const struct saying said = {SPEAKER_USER, message, str_from(p, 1)};
        const struct saying reply = {SPEAKER_ASSISTANT, ++message, str_of(answer)};
        if (!talk_hear(&r, &said) || (*answer && !talk_hear(&r, &reply)))
            break;
    }
    return c;
}

static struct talks_call of(const char *texts)
{
    return said(texts, "well");
}

// The groups of calls, by the order in which they are.
static void part(const struct talks_call *calls, size_t count, uint64_t *out)
{
    struct talks t = {0};
    for (size_t i = 0; i < count; i++) {
        struct talks_call c = calls[i];
        c.number = (int64_t)i + 1;
        assert_true(talks_add(&t, &c));
    }
    assert_true(talks_part(&t));
    for (size_t i = 0; i < count; i++)
        out[i] = talks_group(&t, (int64_t)i + 1);
    assert_int_equal(talks_group(&t, (int64_t)count + 1), 0);
    talks_fini(&t);
}

static void turns_are_one(void **state)
{
    (void)state;
    const struct talks_call calls[] = {of("a"), of("ab"), of("abc"), of("x"), of("abcdefghijkl"),
                                       of(""),  of("x"),  of("ba")};
    uint64_t group[8];
    part(calls, 8, group);
    assert_int_equal(group[0], group[1]);
    assert_int_equal(group[0], group[2]);
    assert_int_equal(group[0], group[4]);
    assert_int_not_equal(group[0], group[3]);
    assert_int_equal(group[3], group[6]);
    assert_int_not_equal(group[0], group[7]);
    assert_int_equal(group[5], 0);
}

static void examples_part_nothing(void **state)
{
    (void)state;
    struct talks_call calls[2 * TALKS_FORK + 1];
    uint64_t group[2 * TALKS_FORK + 1];
    const size_t count = sizeof calls / sizeof calls[0];
    for (size_t i = 0; i + 1 < count; i++) {
        const char text[] = {'e', 'f', (char)('A' + i / 2), '\0'};
        calls[i] = of(text);
    }
    calls[count - 1] = of("ef");
    part(calls, count, group);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_equal(group[i] == group[k], i < count - 1 && i / 2 == k / 2);
    // One way less, and it may be a conversation that was gone on from in several ways.
    part(calls, count - 3, group);
    for (size_t i = 1; i < count - 3; i++)
        assert_int_equal(group[i], group[0]);
}

static void their_order_says_nothing(void **state)
{
    (void)state;
    struct talks_call calls[] = {of("abc"), of("x"), of("a"), of("xy"), of("b")}, turned[5];
    uint64_t group[5], again[5];
    part(calls, 5, group);
    for (unsigned i = 0; i < 5; i++)
        turned[i] = calls[4 - i];
    part(turned, 5, again);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(again[i], group[4 - i]);
    part(calls, 0, group);
}

// A greeting by which all begin, and one that many had for an hour.
static void what_recurs_is_what_calls_are_like(void **state)
{
    (void)state;
    enum { ALL = 8 * TALKS_RECUR };
    static struct talks_call calls[ALL];
    static uint64_t group[ALL];
    for (size_t i = 0; i < ALL; i++) {
        const char other[] = {(char)('A' + i % 40), (char)('a' + i / 40), '\0'};
        calls[i] = i % 4 == 1 ? said("h", "") : of(other);
        if (i % 4 == 2 && i < ALL / 4)
            calls[i] = said("g", "");
    }
    part(calls, ALL, group);
    for (size_t i = 1; i + 4 < ALL; i += 4)
        assert_int_not_equal(group[i], group[i + 4]);
    assert_int_equal(group[2], group[6]);
    // A run of it is one, whichever it is.
    for (size_t i = 1; i < ALL; i += 4)
        calls[i] = said("h", i % 8 == 1 ? "first" : "other");
    part(calls, ALL, group);
    for (size_t i = 1; i + 8 < ALL; i += 4) {
        assert_int_equal(group[i], group[i + 8]);
        assert_int_not_equal(group[i], group[i + 4]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_are_one),
        cmocka_unit_test(examples_part_nothing),
        cmocka_unit_test(their_order_says_nothing),
        cmocka_unit_test(what_recurs_is_what_calls_are_like),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
