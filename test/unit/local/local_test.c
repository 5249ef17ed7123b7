// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "local/local.h"

static const char tags[] =
    "{\"models\":[{\"name\":\"gemma3:270m\",\"model\":\"gemma3:270m\",\"size\":253113793,"
    "\"digest\":\"3f44\",\"details\":{\"format\":\"gguf\",\"parameter_size\":\"268.10M\","
    "\"quantization_level\":\"Q4_K_M\"}},"
    "{\"name\":\"all-minilm:latest\",\"size\":45960996,\"digest\":\"1b22\",\"details\":{}},"
    "{\"name\":\"gpt-oss:120b-cloud\",\"size\":384,\"digest\":\"569f\",\"remote_model\":\"gpt-oss:"
    "120b\","
    "\"remote_host\":\"https://example.com:443\"}]}";
static const char show[] =
    "{\"modelfile\":\"FROM x\",\"details\":{},\"capabilities\":[\"completion\",\"tools\",\"new\"],"
    "\"model_info\":{\"general.architecture\":\"gemma3\",\"gemma3.context_length\":32768}}";

struct world {
    struct locals *all;
    struct local *l;
};

static struct world begin(void)
{
    struct world w = {.all = locals_new()};
    w.l = locals_at(w.all, str_of("127.0.0.1:11434"));
    assert_non_null(w.l);
    assert_int_equal(local_there(w.l), LOCAL_UNASKED);
    assert_true(local_take_tags(w.l, str_of(tags)));
    assert_int_equal(local_there(w.l), LOCAL_UP);
    return w;
}

static void models_are_found_by_both_names(void **state)
{
    (void)state;
    struct world w = begin();
    struct local_model m;
    assert_ptr_equal(w.l, locals_at(w.all, str_of("127.0.0.1:11434")));
    assert_ptr_not_equal(w.l, locals_at(w.all, str_of("127.0.0.1:11435")));
    assert_true(local_find(w.l, str_of("all-minilm"), &m));
    assert_string_equal(m.name, "all-minilm:latest");
    assert_true(local_find(w.l, str_of("all-minilm:latest"), &m));
    assert_true(local_find(w.l, str_of("gemma3:270m"), &m));
    assert_int_equal(m.size_bytes, 253113793);
    assert_string_equal(m.parameters, "268.10M");
    assert_string_equal(m.quantization, "Q4_K_M");
    assert_false(m.remote);
    assert_false(local_find(w.l, str_of("gemma3"), &m));
    assert_false(local_find(w.l, str_of(""), &m));
    assert_true(local_find(w.l, str_of("gpt-oss:120b-cloud"), &m));
    assert_true(m.remote);
    local_unanswered(w.l);
    assert_int_equal(local_there(w.l), LOCAL_DOWN);
    assert_true(local_find(w.l, str_of("gemma3:270m"), &m)); // what it had is still shown
    locals_free(w.all);
}

static void what_show_tells_stays_until_the_model_is_another(void **state)
{
    (void)state;
    struct world w = begin();
    struct local_model m;
    char name[MODEL_BYTES_MAX + 1];
    assert_true(local_undescribed(w.l, name));
    assert_string_equal(name, "gemma3:270m");
    assert_true(local_take_show(w.l, str_of(name), str_of(show)));
    assert_true(local_find(w.l, str_of(name), &m));
    assert_int_equal(m.context_trained, 32768);
    assert_int_equal(m.abilities, LOCAL_COMPLETION | LOCAL_TOOLS);
    // An answer that makes no sense is not asked for again and again.
    assert_false(local_take_show(w.l, str_of("all-minilm"), str_of("<html>")));
    assert_true(local_take_show(w.l, str_of("gpt-oss:120b-cloud"), str_of("{\"model_info\":7}")));
    assert_false(local_undescribed(w.l, name));
    assert_true(local_take_tags(w.l, str_of(tags)));
    assert_false(local_undescribed(w.l, name));
    assert_true(local_take_tags(
        w.l, str_of("{\"models\":[{\"name\":\"gemma3:270m\",\"digest\":\"other\"}]}")));
    assert_true(local_undescribed(w.l, name));
    assert_false(local_find(w.l, str_of("all-minilm"), &m));
    locals_free(w.all);
}

static void an_answer_tells_that_it_was_passed_on(void **state)
{
    (void)state;
    struct world w = begin();
    struct local_model m;
    assert_true(local_passed_on(w.l, str_of("all-minilm")));
    assert_true(local_find(w.l, str_of("all-minilm:latest"), &m));
    assert_true(m.remote);
    assert_false(local_passed_on(w.l, str_of("all-minilm:latest"))); // which is known
    assert_false(local_passed_on(w.l, str_of("nobody")));
    assert_true(local_find(w.l, str_of("gemma3:270m"), &m));
    assert_false(m.remote);
    assert_true(local_take_tags(w.l, str_of(tags))); // says nothing of it, and has the same model
    assert_true(local_find(w.l, str_of("all-minilm"), &m));
    assert_true(m.remote);
    locals_free(w.all);
}

static void answers_that_are_none_change_nothing(void **state)
{
    (void)state;
    struct world w = begin();
    struct local_model m;
    static const char *const none[] = {
        "",
        "{}",
        "[]",
        "{\"models\":7}",
        "{\"models\":\"x\"}",
        "404 page not found",
        "{\"models\":[",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_false(local_take_tags(w.l, str_of(none[i])));
        assert_false(local_take_ps(w.l, str_of(none[i])));
        assert_true(local_find(w.l, str_of("gemma3:270m"), &m));
    }
    // Items that are no models are left out; null is its word for none.
    assert_true(local_take_tags(
        w.l,
        str_of("{\"models\":[1,{},{\"name\":7},{\"name\":\"a\",\"size\":-1,\"details\":9}]}")));
    assert_true(local_find(w.l, str_of("a"), &m));
    assert_int_equal(m.size_bytes, 0);
    assert_true(local_take_tags(w.l, str_of("{\"models\":null}")));
    assert_false(local_find(w.l, str_of("a"), &m));
    locals_free(w.all);
}

static void contexts_are_powers_of_two_that_only_grow(void **state)
{
    (void)state;
    struct world w = begin();
    struct str gemma = STR("gemma3:270m"), minilm = STR("all-minilm"), other = STR("unheard");
    const int64_t cap = 65536;
    assert_int_equal(local_context(w.l, gemma, 1, cap), 4096);
    assert_int_equal(local_context(w.l, gemma, 4096, cap), 4096);
    assert_int_equal(local_context(w.l, gemma, 4097, cap), 8192);
    assert_int_equal(local_context(w.l, gemma, 100, cap), 4096); // it may not have loaded with that
    local_loaded(w.l, gemma, 8192);
    assert_int_equal(local_context(w.l, gemma, 100, cap), 8192); // a smaller one would load it anew
    assert_int_equal(local_context(w.l, minilm, 100, cap), 4096);
    assert_int_equal(local_context(w.l, str_of("all-minilm:latest"), 9000, cap), 16384);
    local_loaded(w.l, str_of("all-minilm:latest"), 16384);
    local_loaded(w.l, minilm, 4096);
    assert_int_equal(local_context(w.l, minilm, 100, cap), 16384); // it is the same model
    assert_int_equal(local_context(w.l, other, 5000, cap), 8192);
    assert_int_equal(local_context(w.l, other, INT64_MAX, cap), cap);
    assert_int_equal(local_context(w.l, other, 1, 2048), 2048);
    // What a call on its way was given holds for others, until the model fails with it.
    local_asked(w.l, minilm, 32768);
    local_asked(w.l, other, 32768); // nobody has it
    assert_int_equal(local_context(w.l, minilm, 100, cap), 32768);
    assert_int_equal(local_context(w.l, other, 100, cap), 4096);
    local_refused(w.l, minilm, 16384); // another call's
    assert_int_equal(local_context(w.l, minilm, 100, cap), 32768);
    local_refused(w.l, minilm, 32768);
    assert_int_equal(local_context(w.l, minilm, 100, cap), 16384);
    // What it was trained for is the most.
    assert_true(local_take_show(w.l, gemma, str_of(show)));
    assert_int_equal(local_context(w.l, gemma, 40000, cap), 32768);
    locals_free(w.all);
}

static void a_loaded_model_keeps_its_context(void **state)
{
    (void)state;
    struct world w = begin();
    struct local_model m;
    static const char ps[] =
        "{\"models\":[{\"name\":\"gemma3:270m\",\"size_vram\":0,\"context_length\":16384},"
        "{\"name\":\"all-minilm:latest\"},{\"name\":\"gone\",\"context_length\":1}]}";
    assert_true(local_take_ps(w.l, str_of(ps)));
    assert_true(local_find(w.l, str_of("gemma3:270m"), &m));
    assert_int_equal(m.context_loaded, 16384);
    assert_int_equal(local_context(w.l, str_of("gemma3:270m"), 10, 65536), 16384);
    assert_true(local_find(w.l, str_of("all-minilm"), &m));
    assert_int_equal(m.context_loaded, 1); // loaded, in an Ollama that does not tell
    assert_true(local_take_ps(w.l, str_of("{\"models\":[]}")));
    assert_true(local_find(w.l, str_of("gemma3:270m"), &m));
    assert_int_equal(m.context_loaded, 0);
    locals_free(w.all);
}

static void an_advice_knows_the_size_of_common_models(void **state)
{
    (void)state;
    assert_int_equal(local_pull_bytes(str_of("llama3.2")), 2000000000);
    assert_int_equal(local_pull_bytes(str_of("llama3.2:latest")), 2000000000);
    assert_int_equal(local_pull_bytes(str_of("phi3:mini")), 2200000000);
    assert_int_equal(local_pull_bytes(str_of("llama3.2:70b")), 0);
    static const char *const advice[][2] = {
        {"llama3.2", "To have it: ollama pull llama3.2 (about 2.0 GB)."},
        {"gemma3:1b", "To have it: ollama pull gemma3:1b (about 815 MB)."},
        {"own:1b", "To have it: ollama pull own:1b."},
    };
    for (size_t i = 0; i < 3; i++) {
        struct buf text;
        buf_init(&text, &alloc_heap, 0);
        local_pull_write(str_of(advice[i][0]), &text);
        assert_string_equal(buf_cstr(&text), advice[i][1]);
        buf_fini(&text);
    }
}

static void a_call_works_when_none_before_it_is_there(void **state)
{
    (void)state;
    struct world w = begin();
    uint64_t a = local_turn(w.l, 100);
    uint64_t b = local_turn(w.l, 110);
    uint64_t c = local_turn(w.l, 120);
    assert_int_equal(local_turn_end(w.l, b, 150, 0), 0); // it was behind the first all the time
    assert_int_equal(local_turn_end(w.l, a, 200, 0), 100);
    assert_int_equal(local_turn_end(w.l, a, 210, 0), 0); // it is not there any more
    assert_int_equal(local_turn_end(w.l, c, 230, 0), 30);
    a = local_turn(w.l, 1000);
    assert_int_equal(local_turn_end(w.l, a, 1007, 0), 7);
    for (unsigned i = 0; i < 256; i++)
        assert_int_not_equal(local_turn(w.l, 2000), 0);
    assert_int_equal(local_turn(w.l, 2000), 0);
    assert_int_equal(local_turn_end(w.l, 0, 3000, 0), 0);
    locals_free(w.all);
}

static void the_one_that_is_answered_is_the_first(void **state)
{
    (void)state;
    struct world w = begin();
    uint64_t a = local_turn(w.l, 100);
    uint64_t b = local_turn(w.l, 110);
    uint64_t c = local_turn(w.l, 120);
    assert_int_equal(local_turn_end(w.l, a, 200, 0), 100);
    local_heard(w.l, c, 210);
    assert_int_equal(local_turn_end(w.l, b, 260, 0), 0); // c was taken before it
    assert_int_equal(local_turn_end(w.l, c, 300, 0), 90);
    a = local_turn(w.l, 400);
    b = local_turn(w.l, 410);
    local_heard(w.l, a, 450); // it was the first
    local_heard(w.l, b, 460); // at once with it
    assert_int_equal(local_turn_end(w.l, b, 480, 0), 20);
    assert_int_equal(local_turn_end(w.l, a, 490, 0), 10);
    a = local_turn(w.l, 500);
    local_heard(w.l, 0, 520); // one whose turn is not known
    assert_int_equal(local_turn_end(w.l, a, 530, 0), 10);
    locals_free(w.all);
}

static void what_a_call_left_behind_is_waited_for(void **state)
{
    (void)state;
    struct world w = begin();
    uint64_t a = local_turn(w.l, 100);
    uint64_t b = local_turn(w.l, 110);
    assert_int_equal(local_turn_end(w.l, a, 200, 1000), 100);
    assert_int_equal(local_turn_end(w.l, b, 300, 1000), 0); // behind what the first left
    a = local_turn(w.l, 310);                               // nobody else is there, but that
    b = local_turn(w.l, 320);
    assert_int_equal(local_turn_end(w.l, a, 1250, 0), 50); // which is over by then
    local_heard(w.l, b, 1260);
    assert_int_equal(local_turn_end(w.l, b, 1300, 500), 50);
    a = local_turn(w.l, 1310);
    local_heard(w.l, 0, 1400); // another is answered: it is over before its time
    assert_int_equal(local_turn_end(w.l, a, 1420, 0), 20);
    locals_free(w.all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_found_by_both_names),
        cmocka_unit_test(what_show_tells_stays_until_the_model_is_another),
        cmocka_unit_test(an_answer_tells_that_it_was_passed_on),
        cmocka_unit_test(answers_that_are_none_change_nothing),
        cmocka_unit_test(contexts_are_powers_of_two_that_only_grow),
        cmocka_unit_test(a_loaded_model_keeps_its_context),
        cmocka_unit_test(an_advice_knows_the_size_of_common_models),
        cmocka_unit_test(a_call_works_when_none_before_it_is_there),
        cmocka_unit_test(the_one_that_is_answered_is_the_first),
        cmocka_unit_test(what_a_call_left_behind_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
