// SPDX-License-Identifier: Apache-2.0
//
// What is counted in a text, what is not looked at, and that stored traits are the same ones.

#include "../unit.h"
#include "route/traits.h"

static struct traits read(const char *text)
{
    struct traits t;
    struct str one = str_of(text);
    traits_of(&(struct traits_source){.texts = &one, .count = 1}, &t);
    return t;
}

static void logarithms(void **state)
{
    assert_int_equal(traits_log(0), 0);
    assert_int_equal(traits_log(1), TRAIT_ONE);
    assert_int_equal(traits_log(3), 2 * TRAIT_ONE);
    assert_int_equal(traits_log(2), TRAIT_ONE + TRAIT_ONE / 2);
    for (uint64_t n = 0; n < 5000; n++)
        assert_true(traits_log(n + 1) >= traits_log(n));
    assert_true(traits_log(UINT64_MAX) >= traits_log(UINT64_MAX / 2));
    assert_int_equal(traits_share(1, 2), TRAIT_ONE / 2);
    assert_int_equal(traits_share(1, 0), 0);
    assert_int_equal(traits_share(UINT64_MAX, 1), UINT16_MAX);
}

static const struct {
    const char *text;
    enum trait trait;
    unsigned count; // as a logarithm
} counts[] = {
    {"one two  three", TRAIT_WORDS, 3},
    {"", TRAIT_WORDS, 0},
    {"", TRAIT_LINES, 0},
    {"a\nb\n\nc", TRAIT_LINES, 4},
    {"Is it? Yes. It is", TRAIT_SENTENCES, 2},
    {"3.14 is no end", TRAIT_SENTENCES, 0},
    {"12 of 1984", TRAIT_NUMBERS, 2},
    {"12 of 1984", TRAIT_DIGITS, 6},
    {"NASA and IBM, not Mars", TRAIT_ALL_CAPS, 2},
    {"what? why?", TRAIT_QUESTIONS, 2},
    {"3 + 4 = 7", TRAIT_MATH, 2},
    {"$x^2$ and \\frac", TRAIT_TEX, 3},
    {"it costs $5 or 7%", TRAIT_MONEY, 2},
    {"a[0] = {b};", TRAIT_CODE, 4},
    {"fill ____ and __ in", TRAIT_BLANKS, 2},
    {"- one\n- two\n3. three\n-none", TRAIT_BULLETS, 3},
    {"Which?\nA. red\nB. blue\nC. 12\nAnswer:", TRAIT_OPTIONS, 3},
    {"Which?\nA. red\nB. blue\nC. 12\nAnswer:", TRAIT_STEM, 7},
    {"Which?\n(A) red\n(B) blue", TRAIT_OPTIONS, 2},
    {"A.I. is what?", TRAIT_OPTIONS, 0},
    {"Which?\nA. red\nB. violet", TRAIT_OPTION_LONGEST, 6},
    {"Which?\nA. red\nB. violet", TRAIT_OPTION_SPREAD, 3},
    {"\xc3\xa4\xc3\xb6 and u", TRAIT_WORDS, 3},
};

static void counted(void **state)
{
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct traits t = read(counts[i].text);
        if (t.value[counts[i].trait] != traits_log(counts[i].count))
            fail_msg("`%s`: %s is %u, not %u", counts[i].text, trait_text(counts[i].trait),
                     t.value[counts[i].trait], traits_log(counts[i].count));
    }
    assert_int_equal(read("a b\xc3\xa4").value[TRAIT_FOREIGN], 0); // a word that begins so counts
    assert_int_equal(read("Is it so? ").value[TRAIT_ENDS], TRAIT_ONE);
    assert_int_equal(read("the the cat").value[TRAIT_DISTINCT], traits_share(2, 3));
    assert_string_equal(trait_name(TRAIT_WORD_MEAN), "word_mean");
}

// The text is read in spans: a word counts the same wherever one ends within it.
static void counted_wherever_it_stands(void **state)
{
    static const char words[] = "NASA 3rd12 \xc3\xa4hm\xc3\xa4 Mars A iX Unquestionably no";
    for (size_t before = 0; before <= 130; before++) {
        char text[200] = "";
        memset(text, ' ', before);
        memcpy(text + before, words, sizeof words);
        struct traits t = read(text), u = read(words);
        assert_int_equal(t.value[TRAIT_NUMBERS], traits_log(1));
        assert_int_equal(t.value[TRAIT_DIGITS], traits_log(5));
        assert_int_equal(t.value[TRAIT_CAPITALS], traits_share(4, 8));
        assert_int_equal(t.value[TRAIT_ALL_CAPS], traits_log(1));
        assert_int_equal(t.value[TRAIT_FOREIGN], traits_share(6, strlen(text)));
        assert_int_equal(t.value[TRAIT_LONG_WORDS], traits_share(1, 8));
        assert_int_equal(t.value[TRAIT_WORD_MEAN], u.value[TRAIT_WORD_MEAN]);
        assert_memory_equal(t.grams, u.grams, u.gram_count * sizeof u.grams[0]);
    }
}

// Capitals and other digits are the same words; their order is not.
static void same_words(void **state)
{
    struct traits a = read("In 1984, the END"), b = read("in 1066 The end");
    assert_int_equal(a.gram_count, 7);
    assert_int_equal(b.gram_count, 7);
    assert_memory_equal(a.grams, b.grams, 7 * sizeof a.grams[0]);
    struct traits c = read("end the 1984 in");
    assert_int_equal(c.gram_count, 7);
    assert_memory_not_equal(a.grams, c.grams, 7 * sizeof a.grams[0]);
    assert_int_equal(read("no no no no").gram_count, 2); // each gram once
}

static void no_further_than(void **state)
{
    static char text[3 * TRAITS_BYTES];
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof text; i += 2)
        text[i] = ' ';
    struct str texts[2] = {{text, TRAITS_BYTES}, {text, sizeof text}};
    struct traits t, u;
    traits_of(&(struct traits_source){.texts = texts, .count = 1}, &t);
    traits_of(&(struct traits_source){.texts = texts, .count = 2}, &u);
    assert_int_equal(t.value[TRAIT_WORDS], traits_log(TRAITS_BYTES / 2));
    assert_int_equal(u.value[TRAIT_WORDS], t.value[TRAIT_WORDS]);
    assert_int_equal(u.value[TRAIT_BYTES], traits_log(TRAITS_BYTES + sizeof text));
    // As many different words as there is room for, no more.
    for (size_t i = 0; i < TRAITS_BYTES; i += 4) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
        text[i] = letters[i / 4 % 26];
        text[i + 1] = letters[i / 104 % 26];
        text[i + 2] = letters[i / 2704 % 26];
        text[i + 3] = ' ';
    }
    traits_of(&(struct traits_source){.texts = texts, .count = 1}, &t);
    assert_in_range(t.gram_count, 1900, TRAITS_GRAMS_MAX);
}

static void demanded(void **state)
{
    struct demand d = {.messages = 3, .tools = 1, .images = 1, .files = 2, .output_max = -1};
    struct str text = STR("hello");
    struct traits t;
    traits_of(&(struct traits_source){&d, 9, &text, 1, 7}, &t);
    assert_int_equal(t.value[TRAIT_MESSAGES], traits_log(3));
    assert_int_equal(t.value[TRAIT_TOOLS], traits_log(1));
    assert_int_equal(t.value[TRAIT_MEDIA], traits_log(3));
    assert_int_equal(t.value[TRAIT_OUTPUT_MAX], 0);
    assert_int_equal(t.value[TRAIT_SYSTEM], traits_log(9));
    assert_int_equal(t.task, 7);
}

static void tasks(void **state)
{
    struct str a = STR("Ticket 12 of 2026-11-29"), b = STR("Ticket 9 of 2027-01-01"),
               none = STR_NONE;
    struct str c = STR("Ticket of today");
    uint64_t of_a = traits_template(0, a);
    assert_int_equal(traits_template(0, none), 0);
    assert_true(of_a == traits_template(0, b));
    assert_false(of_a == traits_template(0, c));
    assert_true(of_a == traits_template(of_a, none));
    assert_false(of_a == traits_template(of_a, c));
    assert_int_equal(traits_task(0, none, none), 0);
    assert_false(traits_task(of_a, c, none) == traits_task(of_a, none, c));
    assert_false(traits_task(of_a, none, none) == traits_task(0, a, none));
    // Names that differ in nothing but digits are names of two.
    assert_false(traits_task(0, a, none) == traits_task(0, b, none));
    assert_false(traits_task(0, none, a) == traits_task(0, none, b));
}

// More grams than there is room for: the first ones stay.
static void no_more_grams_than_fit(void **state)
{
    static char text[TRAITS_BYTES];
    struct traits t, first;
    for (size_t i = 0; i + 1 < sizeof text;
         i += 2) { // words of one byte that no other has so often
        text[i] = (char)(0x80 + i / 2 % 128);
        text[i + 1] = i / 2 % 3 ? ' ' : (char)(0x80 + i / 256);
    }
    struct str whole = {text, sizeof text}, start = {text, 64};
    traits_of(&(struct traits_source){.texts = &whole, .count = 1}, &t);
    traits_of(&(struct traits_source){.texts = &start, .count = 1}, &first);
    assert_int_equal(t.gram_count, TRAITS_GRAMS_MAX);
    assert_memory_equal(t.grams, first.grams, (first.gram_count - 2u) * sizeof *t.grams);
}

static void packed(void **state)
{
    struct traits t = read("What is 3 * 60, and why is it so?"), u;
    struct buf b;
    t.task = UINT64_C(0xfedcba9876543210);
    buf_init(&b, &alloc_heap, 0);
    traits_pack(&t, true, &b);
    assert_true(traits_unpack(buf_str(&b), &u));
    assert_memory_equal(t.value, u.value, sizeof t.value);
    assert_int_equal(t.gram_count, u.gram_count);
    assert_memory_equal(t.grams, u.grams, t.gram_count * sizeof t.grams[0]);
    assert_true(t.task == u.task);
    for (size_t cut = 0; cut < b.len; cut++)
        assert_false(traits_unpack(str_from(b.ptr, cut), &u));
    assert_true(b.len < 1 + 2 * TRAIT_COUNT + 8 + 2 + 2 * (size_t)t.gram_count);
    b.ptr[0]++; // another version
    assert_false(traits_unpack(buf_str(&b), &u));
    buf_clear(&b);
    traits_pack(&t, false, &b);
    assert_true(traits_unpack(buf_str(&b), &u));
    assert_int_equal(u.gram_count, 0);
    assert_memory_equal(t.value, u.value, sizeof t.value);
    assert_true(t.task == u.task);
    buf_fini(&b);
}

// Every one of them, and none: the most and the fewest bytes.
static void packs_what_is_not_zero(void **state)
{
    struct traits t = {.task = 1}, u;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (unsigned filled = 0; filled <= TRAIT_COUNT; filled++) {
        if (filled)
            t.value[filled - 1] = UINT16_MAX;
        buf_clear(&b);
        traits_pack(&t, false, &b);
        assert_int_equal(b.len, 1 + (TRAIT_COUNT + 7) / 8 + 2 * filled + 8 + 2);
        assert_true(traits_unpack(buf_str(&b), &u));
        assert_memory_equal(t.value, u.value, sizeof t.value);
    }
    b.ptr[(TRAIT_COUNT + 7) / 8] |= (char)0x80; // a trait that is not there
    assert_false(traits_unpack(buf_str(&b), &u));
    buf_clear(&b);
    t.value[7] = 0;
    traits_pack(&t, false, &b);
    b.ptr[1] |= (char)0x80; // one that is said not to be 0, and is
    b.ptr[1 + (TRAIT_COUNT + 7) / 8 + 14] = b.ptr[1 + (TRAIT_COUNT + 7) / 8 + 15] = 0;
    assert_false(traits_unpack(buf_str(&b), &u));
    buf_fini(&b);
}

// As earlier versions wrote them: each trait with its two bytes.
static void unpacks_what_was_written_before(void **state)
{
    struct traits t = read("What is 3 * 60, and why is it so?"), u;
    char bytes[1 + 2 * TRAIT_COUNT + 8 + 2 + 2 * 32], *at = bytes;
    t.task = 0x0102030405060708;
    t.gram_count = 3;
    *at++ = TRAITS_VERSION;
    for (unsigned i = 0; i < TRAIT_COUNT; i++, at += 2)
        memcpy(at, (char[]){(char)t.value[i], (char)(t.value[i] >> 8)}, 2);
    memcpy(at, "\x08\x07\x06\x05\x04\x03\x02\x01\x03", 10);
    at += 10;
    for (unsigned i = 0; i < 3; i++, at += 2)
        memcpy(at, (char[]){(char)t.grams[i], (char)(t.grams[i] >> 8)}, 2);
    assert_true(traits_unpack(str_from(bytes, (size_t)(at - bytes)), &u));
    assert_memory_equal(t.value, u.value, sizeof t.value);
    assert_memory_equal(t.grams, u.grams, 3 * sizeof t.grams[0]);
    assert_true(u.gram_count == 3 && u.task == t.task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logarithms),
        cmocka_unit_test(counted),
        cmocka_unit_test(counted_wherever_it_stands),
        cmocka_unit_test(same_words),
        cmocka_unit_test(no_further_than),
        cmocka_unit_test(demanded),
        cmocka_unit_test(tasks),
        cmocka_unit_test(no_more_grams_than_fit),
        cmocka_unit_test(packed),
        cmocka_unit_test(packs_what_is_not_zero),
        cmocka_unit_test(unpacks_what_was_written_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
