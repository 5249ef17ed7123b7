// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "core/tags.h"

#define LETTERS64 "abcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, &alloc_heap, 256, KIB * 64);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static enum status read(struct tags *t, const char *text)
{
    t->count = 0;
    return tags_read(t, str_of(text), &arena, NULL);
}

static void is(const struct tags *t, const char *name, const char *value)
{
    struct str got = tags_get(t, name);
    assert_true(got.ptr != NULL);
    if (!str_is(got, value))
        fail_msg("%s is %.*s, not %s", name, STR_ARG(got), value);
}

static void reads_plain_and_encoded(void **state)
{
    (void)state;
    struct tags t;
    assert_int_equal(read(&t, "feature=chat, customer = acme ,x=a%2Cb%3d%C3%a9,n=\xC3\xA9=,e="),
                     STATUS_OK);
    assert_int_equal(t.count, 5);
    is(&t, "feature", "chat");
    is(&t, "customer", "acme");
    is(&t, "x", "a,b=\xC3\xA9");
    is(&t, "n", "\xC3\xA9=");
    is(&t, "e", "");
    assert_true(tags_get(&t, "none").ptr == NULL);
    assert_int_equal(read(&t, "a=1,a=1,,"), STATUS_OK);
    assert_int_equal(t.count, 1);
    assert_int_equal(read(&t, "a=1,b=2,%61=3"), STATUS_DUPLICATE);
    assert_int_equal(read(&t, "a=1,a="), STATUS_DUPLICATE);
    assert_int_equal(read(&t, "a=,a=1"), STATUS_DUPLICATE);
    is(&t, "a", "");
    assert_int_equal(read(&t, ""), STATUS_OK);
    assert_int_equal(t.count, 0);
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    static const char *const texts[] = {"chat", "a,b=c", " edges ", "100%2C", "\xC3\xA9/", ""};
    struct tags t;
    struct buf text;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_init(&text, &alloc_heap, 0);
        tags_add(&text, str_of("n,="), str_of(texts[i]));
        tags_add(&text, str_of("last"), str_of("x"));
        assert_int_equal(read(&t, buf_cstr(&text)), STATUS_OK);
        assert_int_equal(t.count, 2);
        is(&t, "n,=", texts[i]);
        is(&t, "last", "x");
        buf_fini(&text);
    }
}

static void refuses_what_is_no_tag(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "feature", "=x",     "a=%",    "a=%4",  "a=%4g", "a=%00",
        "a=\x01",  "a=\x7f", "a=\xff", "%ff=a", " =b",
    };
    struct tags t;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(read(&t, texts[i]), STATUS_SYNTAX);
}

static void holds_to_its_limits(void **state)
{
    (void)state;
    struct tags t;
    assert_int_equal(read(&t, LETTERS64 "=1"), STATUS_OK);
    assert_int_equal(read(&t, LETTERS64 "x=1"), STATUS_LIMIT);
    assert_int_equal(read(&t, "a=" LETTERS64 LETTERS64 LETTERS64 LETTERS64), STATUS_OK);
    assert_int_equal(read(&t, "a=" LETTERS64 LETTERS64 LETTERS64 LETTERS64 "x"), STATUS_LIMIT);
    assert_int_equal(read(&t, "a=,b=,c=,d=,e=,f=,g=,h=,i=,j=,k=,l=,m=,n=,o=,p="), STATUS_OK);
    assert_int_equal(tags_set(&t, str_of("a"), str_of("2")), STATUS_OK);
    assert_int_equal(tags_set(&t, str_of("q"), str_of("2")), STATUS_LIMIT);
    assert_int_equal(t.count, 16);
}

static void packs_and_unpacks(void **state)
{
    (void)state;
    struct tags t;
    struct tags back;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    assert_int_equal(read(&t, "feature=chat,v=" LETTERS64 LETTERS64 LETTERS64 LETTERS64),
                     STATUS_OK);
    tags_pack(&t, &b);
    assert_true(tags_unpack(buf_str(&b), &back));
    assert_int_equal(back.count, 2);
    is(&back, "feature", "chat");
    is(&back, "v", LETTERS64 LETTERS64 LETTERS64 LETTERS64);
    for (size_t n = 0; n < b.len; n++)
        assert_false(tags_unpack(str_from(b.ptr, n), &back));
    buf_add_char(&b, 'x');
    assert_false(tags_unpack(buf_str(&b), &back));
    buf_fini(&b);
    assert_false(tags_unpack(str_from("\2\1a\0\0\1a\0\0", 9), &back)); // a name twice
    assert_false(tags_unpack(str_from("\1\0\0\0", 4), &back));         // a name of nothing
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_plain_and_encoded), cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(refuses_what_is_no_tag),  cmocka_unit_test(holds_to_its_limits),
        cmocka_unit_test(packs_and_unpacks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
