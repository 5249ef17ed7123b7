// SPDX-License-Identifier: Apache-2.0
//
// Turns of a conversation are one group, however much of it a client sends, and so is a prompt that
// is asked again; what stands in all calls of a task joins nothing, nor does what is asked all the
// time.

#include "../unit.h"
#include "route/talks.h"

enum { MOST = 24000 };

static struct talks_call calls[MOST];
static uint64_t group[MOST];

// A letter is a message, told apart by its number, too. `run`: what was answered first, 0: nothing.
static struct talks_call said(const char *texts, uint32_t run)
{
    static uint32_t number;
    struct talks_call c = {.talk = {.known = true, .run = run}};
    number++;
    memcpy(c.id.bytes, &number, sizeof number);
    for (const char *p = texts; *p && c.talk.count < TALK_PARTS; p++)
        c.talk.said[c.talk.count++] = (unsigned char)*p;
    c.talk.one = c.talk.count == 1;
    return c;
}

static struct talks_call of(const char *texts)
{
    return said(texts, 0);
}

// The first `count`, by the order in which they are.
static void part(size_t count)
{
    struct talks t = {0};
    for (size_t i = 0; i < count; i++) {
        calls[i].number = (int64_t)i + 1;
        assert_true(talks_add(&t, &calls[i]));
    }
    assert_true(talks_part(&t));
    for (size_t i = 0; i < count; i++)
        group[i] = talks_group(&t, (int64_t)i + 1);
    assert_int_equal(talks_group(&t, (int64_t)count + 1), 0);
    talks_fini(&t);
}

static void turns_are_one(void **state)
{
    (void)state;
    static const char *const texts[] = {"a", "ab", "abc", "x", "abcdefghijkl", "x", "yz"};
    for (unsigned i = 0; i < 7; i++)
        calls[i] = of(texts[i]);
    part(7);
    assert_true(group[0] == group[1] && group[0] == group[2] && group[0] == group[4]);
    assert_true(group[3] == group[5] && group[0] != group[3] && group[6] != group[0] &&
                group[6] != group[3]);
}

// A client sends the last three messages, and a few of its calls are pairs.
static void they_are_where_the_oldest_are_left_out(void **state)
{
    (void)state;
    static const char *const texts[] = {"abc", "bcd", "cde", "def", "efg", "vwx", "wxy"};
    for (unsigned i = 0; i < 7; i++)
        calls[i] = of(texts[i]);
    part(7);
    for (unsigned i = 1; i < 5; i++)
        assert_int_equal(group[i], group[0]);
    assert_true(group[5] == group[6] && group[5] != group[0]);
}

// Neither an example that two calls have among others, nor a stock answer; but what was answered
// first is a conversation's.
static void what_stands_elsewhere_joins_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"abcx", "dbey", "fgcz", "xs", "ys", "zs"};
    for (unsigned i = 0; i < 6; i++)
        calls[i] = of(texts[i]);
    part(6);
    for (unsigned i = 1; i < 6; i++)
        for (unsigned k = 0; k < i; k++)
            assert_int_not_equal(group[i], group[k]);
    for (unsigned i = 3; i < 5; i++)
        calls[i].talk.run = 77;
    part(6);
    assert_true(group[3] == group[4] && group[4] != group[5]);
}

static void what_all_say_joins_nothing(void **state)
{
    (void)state;
    const size_t count = 2 * TALKS_MANY;
    for (size_t i = 0; i < count; i++) {
        const char text[] = {'e', 'f', (char)('A' + i / 2), i % 2 ? (char)('a' + i / 2) : '\0',
                             '\0'};
        calls[i] = of(text);
    }
    part(count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_equal(group[i] == group[k], i / 2 == k / 2);
    // One less, and it may be a conversation that was gone on from in several ways.
    part(count - 2);
    for (size_t i = 1; i < count - 2; i++)
        assert_int_equal(group[i], group[0]);
}

// A document of which something is asked twenty times within an hour, and examples before each call
// of a day; a health check that came late; agents that all begin alike.
static void what_comes_for_an_hour_is_no_head(void **state)
{
    (void)state;
    enum { ALL = 800 };
    for (uint32_t i = 0; i < ALL; i++) {
        calls[i] = said("", 1);
        calls[i].talk = (struct talk){.known = true, .one = true, .count = 1, .said = {1000 + i}};
        struct talk *t = &calls[i].talk;
        if (i >= 100 && i < 140 && i % 2)
            *t = (struct talk){.known = true, .count = 2, .said = {7, 2000 + i}};
        else if (i >= 600 && i % 3 == 0)
            t->said[0] = 8;
        else if (i % 5 == 0)
            *t = (struct talk){.known = true, .count = 2, .said = {9, 3000 + i}};
        else if (i % 5 == 1)
            *t = (struct talk){
                .known = true, .one = true, .count = 1, .said = {10}, .run = 1 + i / 20};
        t->told = 11 + i / 100; // the day
    }
    part(ALL);
    for (uint32_t i = 103; i < 140; i += 2)
        assert_int_equal(group[i], group[101]);
    for (uint32_t i = 600; i + 3 < ALL; i++)
        assert_true(i % 3 || group[i] != group[i + 3]);
    for (uint32_t i = 200; i + 5 < 600; i += 5)
        assert_int_not_equal(group[i], group[i + 5]);
    assert_true(group[201] == group[206] && group[206] != group[221]);
}

static void their_order_says_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"abc", "x", "a", "xy", "b"};
    uint64_t once[5];
    for (unsigned i = 0; i < 5; i++)
        calls[i] = of(texts[i]);
    part(5);
    memcpy(once, group, sizeof once);
    for (unsigned i = 0; i < 5; i++)
        calls[i] = of(texts[4 - i]);
    part(5);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(once[i], group[4 - i]);
    part(0);
}

// A greeting by which all begin, and one that many had for an hour.
static void what_recurs_is_what_calls_are_like(void **state)
{
    (void)state;
    enum { ALL = 8 * TALKS_RECUR };
    for (size_t i = 0; i < ALL; i++) {
        calls[i] = i % 4 == 1 ? said("h", 0) : of("");
        calls[i].talk.said[0] = i % 4 == 1 ? 'h' : 1000 + (uint32_t)i;
        calls[i].talk.count = 1;
        if (i % 4 == 2 && i < ALL / 4)
            calls[i] = said("g", 0);
    }
    part(ALL);
    for (size_t i = 1; i + 4 < ALL; i += 4)
        assert_int_not_equal(group[i], group[i + 4]);
    assert_int_equal(group[2], group[6]);
    // A run of it is one, whichever it is.
    for (size_t i = 1; i < ALL; i += 4)
        calls[i] = said("h", (uint32_t)(1 + i % 40));
    part(ALL);
    for (size_t i = 1; i + 40 < ALL; i += 4) {
        assert_int_equal(group[i], group[i + 40]);
        assert_int_not_equal(group[i], group[i + 4]);
    }
}

// What says nothing that is known belongs to nothing; what says nothing is by itself.
static void what_says_nothing_is_alone(void **state)
{
    (void)state;
    calls[0] = calls[1] = of("");
    calls[1].id.bytes[9] = 1;
    calls[2] = of("");
    calls[2].talk.known = false;
    part(3);
    assert_true(group[0] && group[1] && group[0] != group[1]);
    assert_int_equal(group[2], 0);
}

// Whatever is said in it, however many share that, and for however long.
static void what_has_one_name_is_one(void **state)
{
    (void)state;
    enum { CALLS = 800, EACH = 8, LONG = 80 };
    for (unsigned lasts = 0; lasts < 2; lasts++) {
        for (uint32_t i = 0; i < CALLS; i++) {
            calls[i] = of("");
            calls[i].talk.said[calls[i].talk.count++] = i % 2 ? 7 : 1000 + i;
            calls[i].talk.named = 1 + (lasts ? i / (4 * LONG) * 4 + i % 4 : i / EACH);
        }
        part(CALLS);
        for (uint32_t i = EACH; i < CALLS; i++)
            for (uint32_t k = i - EACH; k < i; k++)
                assert_int_equal(group[i] == group[k], calls[i].talk.named == calls[k].talk.named);
    }
}

// As many as are ever looked at: a third the same prompt, each answered otherwise; a third of
// conversations; the others distinct, but for an example before each.
static void many_are_parted_soon(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < MOST; i++) {
        calls[i] = of("");
        struct talk *t = &calls[i].talk;
        const uint32_t own = 1000 + i;
        if (i % 3 == 0)
            *t = (struct talk){.known = true, .one = true, .count = 1, .said = {7}, .run = i + 1};
        else if (i % 3 == 1)
            for (unsigned k = 0; k < 1 + i / 3 % 16; k++)
                t->said[t->count++] = 1000000 + i / 48 * 16 + k;
        else
            *t = (struct talk){.known = true, .count = 2, .said = {8, own}};
    }
    part(MOST);
    unsigned together = 0;
    for (uint32_t i = 48; i < MOST; i++)
        together += i % 3 == 1 && group[i] == group[i - 3];
    assert_true(together > MOST / 3 * 14 / 16);
    for (uint32_t i = 6; i < MOST; i++)
        if (i % 3 != 1)
            assert_int_not_equal(group[i], group[i - 3]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(turns_are_one),
        cmocka_unit_test(they_are_where_the_oldest_are_left_out),
        cmocka_unit_test(what_stands_elsewhere_joins_nothing),
        cmocka_unit_test(what_all_say_joins_nothing),
        cmocka_unit_test(what_comes_for_an_hour_is_no_head),
        cmocka_unit_test(their_order_says_nothing),
        cmocka_unit_test(what_recurs_is_what_calls_are_like),
        cmocka_unit_test(what_says_nothing_is_alone),
        cmocka_unit_test(what_has_one_name_is_one),
        cmocka_unit_test(many_are_parted_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
