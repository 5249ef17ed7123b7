// SPDX-License-Identifier: Apache-2.0
//
// What is learned from rows whose rule is known, the file it stands in, and the files that are
// refused.

#include <stdlib.h>
#include <unistd.h>

#include "../unit.h"
#include "base/file.h"
#include "base/random.h"
#include "route/evaluate.h"
#include "route/model_file.h"
#include "route/prior.h"
#include "route/train_part.h"

static void add(struct rows *r, const char *format, ...)
{
    struct buf b;
    struct why why;
    va_list args;
    buf_init(&b, &alloc_heap, 0);
    va_start(args, format);
    buf_vprintf(&b, format, args);
    va_end(args);
    if (rows_add(r, buf_str(&b), &why) != STATUS_OK)
        fail_msg("%s: %s", buf_cstr(&b), why.text);
    buf_fini(&b);
}

// The large model is better where the prompt has "prove" in it, and in the task "law"; an answer of
// "hmm" is wrong.
static void make(struct rows *r, size_t count, uint64_t seed)
{
    static const char *const nouns[] = {"cat",   "dog",   "sum",   "tree",
                                        "river", "cloud", "stone", "road"};
    struct dice d;
    dice_init(&d, seed);
    rows_init(r);
    for (size_t i = 0; i < count; i++) {
        bool prove = dice_below(&d, 2), law = dice_below(&d, 4) == 0,
             noise = dice_below(&d, 8) == 0;
        bool gain = (prove || law) != noise;
        add(r,
            "{\"prompt\":\"%s the %s of the %s\",\"task\":\"%s\",\"weak\":%d,\"strong\":1,"
            "\"weak_resp\":\"%s\"}",
            prove ? "prove" : "tell", nouns[dice_below(&d, 8)], nouns[dice_below(&d, 8)],
            law ? "law" : "talk", !gain, gain ? "hmm" : "so it is, because we know that");
    }
}

static void learn(const struct rows *r, const struct model *prior, struct buf *file,
                  struct model *m)
{
    struct why why;
    buf_init(file, &alloc_heap, 0);
    if (train(r, &(struct train_wishes){.prior = prior}, file, &why) != STATUS_OK ||
        model_view(buf_str(file), "it", m, &why) != STATUS_OK)
        fail_msg("%s", why.text);
}

static void learned(void **state)
{
    struct rows rows, others;
    struct buf file, again;
    struct model m, same;
    struct evaluation e;
    make(&rows, 800, 1);
    make(&others, 400, 2);
    learn(&rows, NULL, &file, &m);
    assert_int_equal(evaluate(&m, &others, &(struct evaluate_wishes){.ratio = .01}, &e, NULL),
                     STATUS_OK);
    assert_int_equal(e.rows, 400);
    assert_int_equal(e.answered, 400);
    assert_true(e.model.apgr > e.length.apgr + .1);
    assert_true(e.model.apgr > e.chance.apgr + .1);
    assert_true(e.cascade.apgr > e.oracle.apgr - .01); // the answer tells all
    assert_true(e.routed.loss < .1);
    learn(&rows, NULL, &again, &same); // the same bytes
    assert_true(str_eq(buf_str(&file), buf_str(&again)));
    buf_fini(&again);
    buf_fini(&file);
    rows_fini(&others);
    rows_fini(&rows);
}

static float gain_of(const struct model *m, const char *text, const char *task,
                     struct model_parts *p)
{
    struct traits t;
    struct str one = str_of(text);
    traits_of(&(struct traits_source){.texts = &one,
                                      .count = 1,
                                      .task = traits_task(0, str_of(task), STR_NONE)},
              &t);
    return model_explain(m, &t, 0, p);
}

static void explained(void **state)
{
    struct rows rows;
    struct buf file;
    struct model m;
    struct model_parts p;
    make(&rows, 800, 1);
    learn(&rows, NULL, &file, &m);
    float prove = gain_of(&m, "prove the cat of the dog", "talk", &p), sum = m.head->mean;
    for (unsigned i = 0; i < PART_COUNT; i++)
        sum += p.part[i];
    assert_float_equal(prove, sum, 1e-6);
    assert_true(prove > gain_of(&m, "tell the cat of the dog", "talk", &p) + .3f);
    assert_true(gain_of(&m, "tell the cat of the dog", "law", &p) >
                gain_of(&m, "tell the cat of the dog", "talk", &p));
    buf_fini(&file);
    rows_fini(&rows);
}

// Twenty or fifty rows that went well by luck send nothing to a small model that loses a sixth.
static void few_rows_propose_nothing(void **state)
{
    struct dice d;
    unsigned unsafe = 0, open = 0;
    struct model prior, m;
    prior_open(&prior);
    dice_init(&d, 8);
    for (int draw = 0; draw < 40; draw++) {
        struct rows few;
        struct buf file;
        rows_init(&few);
        for (int i = 0; i < (draw % 2 ? 50 : 20); i++)
            add(&few, "{\"prompt\":\"tell of %u\",\"weak\":%d,\"strong\":1}",
                (unsigned)dice_below(&d, 1000), dice_below(&d, 6) > 0);
        learn(&few, draw % 4 > 1 ? &prior : NULL, &file, &m);
        unsafe += m.head->threshold > m.head->mean;
        buf_fini(&file);
        rows_fini(&few);
    }
    for (int i = 0; i < 2; i++) { // where nothing is lost, a hundred are enough
        struct rows good;
        struct buf file;
        rows_init(&good);
        for (int k = 0; k < 100; k++)
            add(&good, "{\"prompt\":\"tell of %d\",\"weak\":1,\"strong\":1}", k);
        learn(&good, i ? &prior : NULL, &file, &m);
        open += m.head->threshold > 0;
        buf_fini(&file);
        rows_fini(&good);
    }
    assert_in_range(unsafe, 0, 4);
    assert_int_equal(open, 2);
}

// Few rows move little of what it began with; many have their way.
static void shrunk(void **state)
{
    struct rows few, many;
    struct buf file;
    struct model prior, m;
    prior_open(&prior);
    make(&few, 30, 3);
    make(&many, 3000, 3);
    learn(&few, &prior, &file, &m);
    float began = m.head->share[PART_PRIOR];
    float words = m.head->share[PART_WORDS] + m.head->share[PART_TREES];
    assert_true(began > 0);
    buf_fini(&file);
    learn(&many, &prior, &file, &m);
    assert_true(m.head->share[PART_PRIOR] < began);
    assert_true(m.head->share[PART_WORDS] + m.head->share[PART_TREES] > words);
    buf_fini(&file);
    rows_fini(&many);
    rows_fini(&few);
}

// Asked once or twice: the same gains, to the last bit.
static void both_asked(void **state)
{
    static const char *const texts[] = {"prove the cat of the dog", "tell", "Is 2 + 2 = 4? A. no"};
    struct rows rows;
    struct buf file, alone;
    struct model prior, m, none;
    prior_open(&prior);
    make(&rows, 800, 3);
    learn(&rows, &prior, &file, &m);
    learn(&rows, NULL, &alone, &none);
    const struct tree *own = m.prior;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 3; i++) {
            struct traits t;
            struct str one = str_of(texts[i]);
            traits_of(&(struct traits_source){.texts = &one, .count = 1, .task = 7 * i}, &t);
            const struct model_gains of = model_gain_both(&prior, &m, &t, i),
                                     others = model_gain_both(&prior, &none, &t, i);
            assert_memory_equal(&of.prior, &(float){model_gain(&prior, &t, i)}, sizeof of.prior);
            assert_memory_equal(&of.own, &(float){model_gain(&m, &t, i)}, sizeof of.own);
            assert_memory_equal(&others.own, &(float){model_gain(&none, &t, i)}, sizeof of.own);
        }
        assert_ptr_equal(m.prior, round ? prior.trees : own);
        model_share(&m, &prior);
        model_share(&none, &prior);
        assert_ptr_not_equal(none.prior, prior.trees);
    }
    buf_fini(&alone);
    buf_fini(&file);
    rows_fini(&rows);
}

static void too_few(void **state)
{
    struct rows rows;
    struct buf file;
    struct why why;
    buf_init(&file, &alloc_heap, 0);
    make(&rows, TRAIN_ROWS_MIN - 1, 1);
    assert_int_equal(train(&rows, &(struct train_wishes){0}, &file, &why), STATUS_RANGE);
    assert_int_equal(file.len, 0);
    rows_fini(&rows);
}

// One answer for all, and no words at all: nothing to learn, nothing breaks.
static void nothing_to_learn(void **state)
{
    struct rows rows;
    struct buf file;
    struct model m;
    struct model_parts p;
    rows_init(&rows);
    for (int i = 0; i < 40; i++)
        add(&rows, "{\"prompt\":\"\",\"weak\":1,\"strong\":1}");
    learn(&rows, NULL, &file, &m);
    assert_float_equal(gain_of(&m, "anything", "", &p), 0, 1e-6);
    buf_fini(&file);
    rows_fini(&rows);
}

// --- files ---

static enum status refused(struct buf *file, size_t len, const char *say)
{
    struct model m;
    struct why why = {.text = ""};
    enum status s = model_view(str_from(file->ptr, len), "some.model", &m, &why);
    if (s == STATUS_OK || !strstr(why.text, say) || !strstr(why.text, "some.model"))
        fail_msg("%d `%s`, not `%s`", (int)s, why.text, say);
    return s;
}

static void wrong_files(void **state)
{
    struct rows rows;
    struct buf file;
    struct model m;
    make(&rows, 100, 1);
    learn(&rows, NULL, &file, &m);
    uint32_t *words = (uint32_t *)(void *)file.ptr;
    assert_int_equal(refused(&file, 0, "no model"), STATUS_SYNTAX);
    assert_int_equal(refused(&file, 10, "no model"), STATUS_SYNTAX);
    assert_int_equal(refused(&file, file.len - 8, "cut"), STATUS_DAMAGED);
    file.ptr[file.len - 3] ^= 1;
    assert_int_equal(refused(&file, file.len, "checksum"), STATUS_DAMAGED);
    file.ptr[file.len - 3] ^= 1;
    words[1]++;
    assert_int_equal(refused(&file, file.len, "newer"), STATUS_NEWER);
    words[1]--;
    words[2]++;
    assert_int_equal(refused(&file, file.len, "newer"), STATUS_NEWER);
    words[2] -= 2;
    assert_int_equal(refused(&file, file.len, "older"), STATUS_EXPIRED);
    words[2]++;
    words[0]++;
    assert_int_equal(refused(&file, file.len, "no model"), STATUS_SYNTAX);
    words[0]--;
    struct model_head *head = (struct model_head *)(void *)file.ptr;
    head->spare = 1; // what a later version may put there
    head->check = model_check(buf_str(&file));
    assert_int_equal(refused(&file, file.len, "cannot be"), STATUS_DAMAGED);
    buf_fini(&file);
    rows_fini(&rows);
}

static void mapped(void **state)
{
    char path[] = "/tmp/model-test-XXXXXX";
    struct rows rows;
    struct buf file;
    struct model m, read;
    struct model_parts p;
    struct why why;
    close(mkstemp(path));
    make(&rows, 100, 1);
    learn(&rows, NULL, &file, &m);
    assert_int_equal(file_write(path, FILE_ANY, buf_str(&file), &why), STATUS_OK);
    assert_int_equal(model_open(path, &read, &why), STATUS_OK);
    assert_float_equal(gain_of(&read, "prove it", "talk", &p), gain_of(&m, "prove it", "talk", &p),
                       0);
    model_close(&read);
    model_close(&read);
    assert_int_equal(file_write(path, FILE_ANY, str_of(""), &why), STATUS_OK);
    assert_int_equal(model_open(path, &read, &why), STATUS_SYNTAX);
    unlink(path);
    assert_int_equal(model_open(path, &read, &why), STATUS_IO);
    assert_int_equal(model_open("/", &read, &why), STATUS_IO);
    buf_fini(&file);
    rows_fini(&rows);
}

static void shipped(void **state)
{
    struct model m;
    struct model_parts p;
    prior_open(&m);
    assert_true(m.head->trees > 0 && m.head->words == 0 && m.head->keys == 0);
    float gain = gain_of(&m, "What is the capital of France?", "", &p);
    assert_true(gain > -1 && gain < 1);
}

// Of more tasks than a model knows the rarest are left out, wherever their numbers lie.
static void the_rarest_tasks_are_left_out(void **state)
{
    (void)state;
    enum { TASKS = MODEL_KEYS_MAX + 100, ROWS = 2 * TASKS + 1 };
    struct row *at = calloc(ROWS, sizeof *at);
    struct training t = {.rows = &(struct rows){.at = at, .count = ROWS}, .count = ROWS};
    assert_true(at && (t.gain = calloc(ROWS, sizeof *t.gain)) && (t.fold = calloc(ROWS, 1)));
    for (size_t i = 0; i < PART_COUNT; i++)
        assert_non_null(t.part[i] = calloc(ROWS, sizeof *t.part[i]));
    for (size_t i = 0; i < ROWS; i++)
        at[i].task = i / 2 < TASKS ? i / 2 + 1 : TASKS; // the last one has three
    assert_true(train_keys(&t));
    assert_int_equal(t.head.keys, MODEL_KEYS_MAX);
    for (size_t i = 1; i < t.head.keys; i++)
        assert_true(t.keys[i - 1].key < t.keys[i].key);
    assert_int_equal(t.keys[MODEL_KEYS_MAX - 1].key, TASKS);
    assert_int_equal(t.keys[MODEL_KEYS_MAX - 2].key, MODEL_KEYS_MAX - 1);
    for (size_t i = 0; i < PART_COUNT; i++)
        free(t.part[i]);
    alloc_free(&alloc_heap, t.keys);
    free(t.gain);
    free(t.fold);
    free(at);
}

// Whoever proves something by rows knows which of them were learned from.
static void a_model_knows_its_texts(void **state)
{
    (void)state;
    struct rows rows[2];
    struct buf file, bare;
    struct model m;
    struct why why;
    unsigned taken = 0;
    for (unsigned k = 0; k < 2; k++) {
        rows_init(&rows[k]);
        for (unsigned i = 0; i < 2000; i++) // each line twice
            add(&rows[k], "{\"prompt\":\"number %u of %u\",\"weak\":%u,\"strong\":1}", i / 2, k,
                i / 2 % 2);
    }
    learn(&rows[0], NULL, &file, &m);
    assert_in_range(m.head->texts, 998, 1000);
    for (size_t i = 0; i < 2000; i++) {
        assert_true(model_has_text(&m, rows[0].at[i].text));
        taken += model_has_text(&m, rows[1].at[i].text);
    }
    assert_in_range(taken, 0, 2);
    assert_false(model_has_text(&m, 0)); // it is not known
    buf_init(&bare, &alloc_heap, 0);
    const struct train_wishes structure = {.structure = true};
    assert_int_equal(train(&rows[0], &structure, &bare, &why), STATUS_OK);
    assert_int_equal(model_view(buf_str(&bare), "bare", &m, &why), STATUS_OK);
    assert_int_equal(m.head->texts, 0); // as the one that is compiled in
    rows_fini(&rows[0]);
    rows_fini(&rows[1]);
    buf_fini(&file);
    buf_fini(&bare);
}

// Rows that a model has not seen are taken for ones that it has as often as chance has it.
static void chance_takes_some_texts(void **state)
{
    (void)state;
    const struct model_head all = {.texts = MODEL_TEXTS_MAX}, none = {.texts = 0};
    const struct model full = {.head = &all}, empty = {.head = &none};
    struct dice d;
    unsigned found_some = 0;
    dice_init(&d, 1);
    assert_int_equal(model_texts_by_chance(&full, 0), 0);
    assert_int_equal(model_texts_by_chance(&empty, ROWS_MAX), 0);
    assert_in_range(model_texts_by_chance(&full, 20000), 4, 6);      // 0.3 in the mean
    assert_in_range(model_texts_by_chance(&full, ROWS_MAX), 36, 42); // 15.3
    for (unsigned run = 0; run < 200; run++) {
        unsigned found = 0;
        for (unsigned i = 0; i < 20000; i++)
            found += dice_below(&d, (uint64_t)1 << 32) < MODEL_TEXTS_MAX;
        found_some += found > 0;
        assert_true(found <= model_texts_by_chance(&full, 20000));
    }
    assert_in_range(found_some, 30, 75); // a quarter of such files
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_knows_its_texts),
        cmocka_unit_test(chance_takes_some_texts),
        cmocka_unit_test(learned),
        cmocka_unit_test(explained),
        cmocka_unit_test(few_rows_propose_nothing),
        cmocka_unit_test(both_asked),
        cmocka_unit_test(shrunk),
        cmocka_unit_test(too_few),
        cmocka_unit_test(nothing_to_learn),
        cmocka_unit_test(wrong_files),
        cmocka_unit_test(mapped),
        cmocka_unit_test(shipped),
        cmocka_unit_test(the_rarest_tasks_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
