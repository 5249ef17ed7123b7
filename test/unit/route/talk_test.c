// SPDX-License-Identifier: Apache-2.0
//
// What is kept of what was said in a call.

#include <stdio.h>

#include "../unit.h"
#include "base/json.h"
#include "route/talk.h"

static struct talk of(const char *body)
{
    struct talk t;
    struct json *j;
    struct why why;
    if (json_open(str_of(body), &alloc_heap, &j, &why) != STATUS_OK)
        fail_msg("%s: %s", body, why.text);
    talk_of(json_root(j), &t);
    json_close(j);
    assert_true(t.known);
    return t;
}

#define SAYS(who, text) "{\"role\":\"" who "\",\"content\":\"" text "\"}"
#define CHAT(messages)  "{\"model\":\"auto\",\"messages\":[" messages "]}"
#define PARCEL          "Where is the parcel that I have ordered?"
#define LAMP            "The lamp that was in it does not shine."

static void a_long_message_is_itself(void **state)
{
    (void)state;
    const struct talk one = of(CHAT(SAYS("system", "It is noon.") "," SAYS("user", PARCEL)));
    const struct talk two =
        of(CHAT(SAYS("user", PARCEL) "," SAYS("assistant", "Soon.") "," SAYS("user", LAMP)));
    const struct talk late = of(CHAT(SAYS("assistant", "Soon.") "," SAYS("user", LAMP)));
    assert_int_equal(one.count, 1);
    assert_int_equal(two.count, 2);
    assert_int_equal(one.said[0], two.said[0]);
    assert_int_equal(late.said[0], two.said[1]);
    assert_true(one.run == 0 && two.run != 0 && late.run == two.run);
}

static void a_short_one_takes_what_was_said_before(void **state)
{
    (void)state;
    const struct talk one = of(CHAT(SAYS("user", PARCEL) "," SAYS("user", "yes")));
    const struct talk other = of(CHAT(SAYS("user", LAMP) "," SAYS("user", "yes")));
    const struct talk more =
        of(CHAT(SAYS("user", "hello") "," SAYS("user", PARCEL) "," SAYS("user", "yes")));
    assert_int_not_equal(one.said[1], other.said[1]);
    assert_int_equal(one.said[1], more.said[2]);
    // What both messages say alike is not lost.
    const struct talk a =
        of(CHAT(SAYS("user", "Topic 3, turn 0") "," SAYS("user", "Topic 3, turn 1")));
    const struct talk b =
        of(CHAT(SAYS("user", "Topic 4, turn 0") "," SAYS("user", "Topic 4, turn 1")));
    assert_int_not_equal(a.said[1], b.said[1]);
}

static void a_message_may_be_several_texts(void **state)
{
    (void)state;
    const struct talk whole = of(CHAT(SAYS("user", "ab")));
    const struct talk parts =
        of(CHAT("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
                "{\"type\":\"text\",\"text\":\"b\"}]}"));
    assert_int_equal(parts.count, 1);
    assert_int_equal(parts.said[0], whole.said[0]);
}

// All dialects say the same.
static void whatever_the_dialect(void **state)
{
    (void)state;
    const uint32_t said = of(CHAT(SAYS("user", PARCEL))).said[0];
    static const char *const same[] = {
        "{\"input\":\"" PARCEL "\"}", "{\"prompt\":\"" PARCEL "\"}",
        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" PARCEL "\"}]}]}",
        "{\"system\":\"Be brief.\",\"messages\":[" SAYS("user", PARCEL) "]}"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_int_equal(of(same[i]).said[0], said);
}

// Where only instructions are there, they are what is asked; and there may be no text at all.
static void what_has_no_user_is_known_all_the_same(void **state)
{
    (void)state;
    const struct talk told = of(CHAT(SAYS("system", PARCEL))),
                      other = of(CHAT(SAYS("system", LAMP)));
    assert_true(told.count == 0 && other.count == 0 && told.told && told.told != other.told);
    assert_int_equal(of("{\"prompt\":[1,2,3]}").count, 0);
    assert_int_equal(of("{}").count, 0);
}

static struct talk of_prompt(size_t bytes)
{
    static char body[100000];
    size_t n = (size_t)snprintf(body, sizeof body, "{\"prompt\":\"");
    for (size_t i = 0; i < bytes; i++)
        body[n++] = (char)('a' + i * i % 23);
    snprintf(body + n, sizeof body - n, "\"}");
    return of(body);
}

static bool shares(const struct talk *x, const struct talk *y)
{
    for (unsigned i = 0; i < x->count; i++)
        for (unsigned k = 0; k < y->count; k++)
            if (x->said[i] == y->said[k])
                return true;
    return false;
}

// A conversation that is written into one text: what it begins with is known again.
static void a_text_may_grow(void **state)
{
    (void)state;
    const struct talk few = of_prompt(255), some = of_prompt(300), more = of_prompt(900),
                      most = of_prompt(90000);
    assert_true(few.count == 1 && some.count == 2 && more.count == 3 && most.count == 9);
    assert_false(shares(&few, &some));
    assert_true(shares(&some, &more) && shares(&more, &most));
}

// The first eight and the last.
static void of_many_messages_some_are_kept(void **state)
{
    (void)state;
    static char body[40][4000];
    struct talk of_turn[40];
    for (unsigned turn = 0; turn < 40; turn++) {
        size_t n = (size_t)snprintf(body[turn], sizeof body[turn], "{\"messages\":[");
        for (unsigned i = 0; i <= turn; i++)
            n += (size_t)snprintf(body[turn] + n, sizeof body[turn] - n,
                                  "%s{\"role\":\"user\",\"content\":\"%03u: " PARCEL "\"}",
                                  i ? "," : "", i);
        snprintf(body[turn] + n, sizeof body[turn] - n, "]}");
        of_turn[turn] = of(body[turn]);
        assert_int_equal(of_turn[turn].count, turn < TALK_PARTS ? turn + 1 : TALK_PARTS);
        assert_int_equal(of_turn[turn].said[0], of_turn[0].said[0]);
    }
    for (unsigned i = 0; i < TALK_PARTS / 2 - 1; i++) // in the order in which they were said
        assert_int_equal(of_turn[39].said[TALK_PARTS / 2 + i],
                         of_turn[38].said[TALK_PARTS / 2 + i + 1]);
}

static void a_name_is_its_callers(void **state)
{
    (void)state;
    struct talk a = of(CHAT(SAYS("user", PARCEL))), b = a, other = a;
    talk_name(&a, str_of("shop"), STR_NONE);
    assert_int_equal(a.named, 0);
    talk_name(&a, str_of("shop"), str_of("7"));
    talk_name(&b, str_of("shop"), str_of("7"));
    talk_name(&other, str_of("desk"), str_of("7"));
    assert_true(a.named != 0 && a.named == b.named && a.named != other.named);
    talk_name(&b, str_of("shop"), str_of("8"));
    assert_int_not_equal(a.named, b.named);
}

static void it_is_kept_as_bytes(void **state)
{
    (void)state;
    uint8_t bytes[TALK_BYTES];
    struct talk talks[] = {of_prompt(10), of_prompt(90000),
                           of(CHAT(SAYS("system", PARCEL) "," SAYS("assistant", LAMP))),
                           of(CHAT(SAYS("user", PARCEL)))};
    talk_name(&talks[3], str_of("shop"), str_of("7"));
    for (unsigned i = 0; i < 4; i++) {
        struct talk again;
        const size_t len = talk_pack(&talks[i], bytes);
        assert_int_equal(len, 4 * (talks[i].count + 3 + (i == 3)));
        talk_unpack(str_from((const char *)bytes, len), &again);
        assert_memory_equal(&talks[i], &again, sizeof again);
    }
    struct talk none = {.known = false};
    assert_int_equal(talk_pack(&none, bytes), 0);
    static const size_t wrong[] = {0, 8, 13, TALK_BYTES + 4};
    static const char zeros[TALK_BYTES + 4];
    for (unsigned i = 0; i < 4; i++) {
        talk_unpack(str_from(zeros, wrong[i]), &none);
        assert_false(none.known);
    }
    static const char flags[] = "\4\0\0\0"
                                "\0\0\0\0"
                                "\0\0\0\0"; // of a later version
    talk_unpack(str_from(flags, 12), &none);
    assert_false(none.known);
    talk_unpack(str_from("\2\0\0\0"
                         "\0\0\0\0"
                         "\0\0\0\0",
                         12),
                &none); // and no name
    assert_false(none.known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_message_is_itself),
        cmocka_unit_test(a_short_one_takes_what_was_said_before),
        cmocka_unit_test(a_message_may_be_several_texts),
        cmocka_unit_test(whatever_the_dialect),
        cmocka_unit_test(what_has_no_user_is_known_all_the_same),
        cmocka_unit_test(a_text_may_grow),
        cmocka_unit_test(of_many_messages_some_are_kept),
        cmocka_unit_test(a_name_is_its_callers),
        cmocka_unit_test(it_is_kept_as_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
