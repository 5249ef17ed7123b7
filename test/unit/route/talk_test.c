// SPDX-License-Identifier: Apache-2.0
//
// What is kept of what was said in a call.

#include "../unit.h"
#include "route/talk.h"

static struct talk of(const char *texts)
{
    struct talk t;
    struct talk_reading r;
    unsigned message = 0;
    talk_begin(&r, &t);
    for (const char *p = texts; *p; p++, message++) {
        const struct saying said = {SPEAKER_USER, message, str_from(p, 1)};
        const struct saying reply = {SPEAKER_ASSISTANT, ++message, str_of("well")};
        if (!talk_hear(&r, &said) || !talk_hear(&r, &reply))
            break;
    }
    return t;
}

static void a_message_may_be_several_texts(void **state)
{
    (void)state;
    struct talk one, other;
    struct talk_reading r;
    const struct saying parts[] = {{SPEAKER_USER, 1, STR("ab")}, {SPEAKER_USER, 1, STR("c")}};
    talk_begin(&r, &one);
    assert_true(talk_hear(&r, &parts[0]) && talk_hear(&r, &parts[1]));
    assert_int_equal(one.count, 1);
    const struct saying apart[] = {{SPEAKER_USER, 1, STR("ab")}, {SPEAKER_USER, 2, STR("c")}};
    talk_begin(&r, &other);
    assert_true(talk_hear(&r, &apart[0]) && talk_hear(&r, &apart[1]));
    assert_int_equal(other.count, 2);
    const struct saying rules = {SPEAKER_SYSTEM, 0, STR("It is noon.")};
    assert_true(talk_hear(&r, &rules));
    assert_int_equal(other.count, 2);
}

static void it_is_kept_as_bytes(void **state)
{
    (void)state;
    uint8_t bytes[TALK_BYTES];
    const char *const texts[] = {"a", "abc", "abcdefghijkl"};
    for (unsigned i = 0; i < 3; i++) {
        const struct talk t = of(texts[i]);
        struct talk again;
        const size_t len = talk_pack(&t, bytes);
        assert_int_equal(len, 4 * (t.count + 1));
        talk_unpack(str_from((const char *)bytes, len), &again);
        assert_memory_equal(&t, &again, sizeof t);
    }
    struct talk none = of("");
    assert_int_equal(talk_pack(&none, bytes), 0);
    static const size_t wrong[] = {0, 4, 9, TALK_BYTES + 4};
    static const char zeros[TALK_BYTES + 4];
    for (unsigned i = 0; i < 4; i++) {
        talk_unpack(str_from(zeros, wrong[i]), &none);
        assert_int_equal(none.count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_may_be_several_texts),
        cmocka_unit_test(it_is_kept_as_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
