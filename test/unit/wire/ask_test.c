// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../unit.h"
#include "wire/ask.h"

static enum refusal open_ask(struct ask *a, enum endpoint e, const char *body)
{
    static struct why why;
    struct endpoint_found found = {.endpoint = e};
    return ask_open(a, &found, str_of(body), &alloc_heap, &why);
}

static struct str sent(const struct ask *a, const struct ask_edit *edit, struct arena *arena)
{
    struct ask_pieces p;
    assert_true(ask_splice(a, edit, arena, &p));
    char *all = arena_get(arena, p.bytes + 1);
    size_t n = 0;
    for (unsigned i = 0; i < p.count; i++) {
        memcpy(all + n, p.at[i].ptr, p.at[i].len);
        n += p.at[i].len;
    }
    assert_int_equal(n, p.bytes);
    return str_from(all, n);
}

// The caller's own bytes go on: slices of the body, not copies; a BOM is none of them.
static void unchanged_is_one_slice(void **state)
{
    (void)state;
    const char *body = "\xef\xbb\xbf{\"model\":\"m\",\"messages\":[]}";
    struct ask a;
    struct arena arena;
    struct ask_pieces p;
    struct ask_edit none = {0};
    arena_init(&arena, &alloc_heap, 256, 4096);
    assert_int_equal(open_ask(&a, ENDPOINT_CHAT, body), REFUSAL_NONE);
    assert_true(ask_splice(&a, &none, &arena, &p));
    assert_int_equal(p.count, 1);
    assert_ptr_equal(p.at[0].ptr, body + 3);
    assert_int_equal(arena.used, 0);
    ask_close(&a);
    arena_fini(&arena);
}

// Gemini takes either spelling.
static void schemas_are_seen(void **state)
{
    (void)state;
    static const char *const names[] = {"responseSchema", "response_schema", "responseJsonSchema",
                                        "response_json_schema"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char body[200];
        struct ask a;
        struct why why = {0};
        struct endpoint_found found = {.endpoint = ENDPOINT_GENERATE, .model = STR("gemini-pro")};
        (void)snprintf(body, sizeof body, "{\"contents\":[],\"generation_config\":{\"%s\":{}}}",
                       names[i]);
        assert_int_equal(ask_open(&a, &found, str_of(body), &alloc_heap, &why), REFUSAL_NONE);
        if (!a.demand.schema)
            fail_msg("%s", names[i]);
        ask_close(&a);
    }
}

static void usage_is_asked_of_chats_only(void **state)
{
    (void)state;
    struct ask a;
    struct arena arena;
    struct ask_edit edit = {.include_usage = true};
    arena_init(&arena, &alloc_heap, 256, 4096);
    const char *body = "{\"model\":\"m\",\"stream\":true,\"input\":\"x\"}";
    assert_int_equal(open_ask(&a, ENDPOINT_RESPONSES, body), REFUSAL_NONE);
    assert_true(str_is(sent(&a, &edit, &arena), body));
    ask_close(&a);
    body = "{\"model\":\"m\",\"stream\":true,\"prompt\":\"x\"}";
    assert_int_equal(open_ask(&a, ENDPOINT_COMPLETIONS, body), REFUSAL_NONE);
    assert_true(
        str_is(sent(&a, &edit, &arena),
               "{\"stream_options\":{\"include_usage\":true},\"model\":\"m\",\"stream\":true,"
               "\"prompt\":\"x\"}"));
    ask_close(&a);
    arena_fini(&arena);
}

static void tells_when_the_arena_is_full(void **state)
{
    (void)state;
    struct ask a;
    struct arena arena;
    struct ask_pieces p;
    struct ask_edit edit = {.model = STR("n")};
    arena_init(&arena, &alloc_heap, 16, 16);
    assert_int_equal(open_ask(&a, ENDPOINT_CHAT, "{\"model\":\"m\"}"), REFUSAL_NONE);
    assert_false(ask_splice(&a, &edit, &arena, &p));
    ask_close(&a);
    arena_fini(&arena);
}

// What was not written for us must not refuse the call.
static void skips_metadata_that_fits_no_tag(void **state)
{
    (void)state;
    char body[2048];
    char text[400];
    memset(text, 'x', sizeof text);
    snprintf(body, sizeof body,
             "{\"model\":\"m\",\"metadata\":{\"\":\"a\",\"%.70s\":\"b\",\"long\":\"%.300s\","
             "\"ctl\":\"a\\u0007\",\"ok\":\"yes\",\"n\":5}}",
             text, text);
    struct ask a;
    struct arena arena;
    struct tags tags = {0};
    arena_init(&arena, &alloc_heap, 256, 8192);
    assert_int_equal(open_ask(&a, ENDPOINT_CHAT, body), REFUSAL_NONE);
    ask_tags(&a, &tags, &arena);
    assert_int_equal(tags.count, 1);
    assert_true(str_is(tags_get(&tags, "ok"), "yes"));
    ask_close(&a);
    arena_fini(&arena);
}

static void a_list_to_embed_is_read_each_by_itself(void **state)
{
    (void)state;
    static const struct {
        enum endpoint endpoint;
        const char *input;
        int64_t longest, all;
    } cases[] = {
        {ENDPOINT_EMBEDDINGS, "[\"a\",\"abcdefgh\",\"abc\"]", 8, 12},
        {ENDPOINT_OLLAMA_EMBED, "[\"a\",\"abcdefgh\",\"abc\"]", 8, 12},
        {ENDPOINT_EMBEDDINGS, "[[1,2,3],[1]]", 12, 16},
        {ENDPOINT_EMBEDDINGS, "[1,2,3]", 0, 12},
        {ENDPOINT_EMBEDDINGS, "\"abc\"", 0, 3},
        {ENDPOINT_RESPONSES, "[\"a\",\"abc\"]", 0, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        char body[100];
        snprintf(body, sizeof body, "{\"model\":\"m\",\"input\":%s}", cases[i].input);
        assert_int_equal(open_ask(&a, cases[i].endpoint, body), REFUSAL_NONE);
        assert_int_equal(a.demand.longest_bytes, cases[i].longest);
        assert_int_equal(a.demand.text_bytes, cases[i].all);
        ask_close(&a);
    }
}

static void base64_is_no_text(void **state)
{
    (void)state;
    struct ask a;
    const char *body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
                       "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/y.png\"}},"
                       "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,"
                       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}]}]}";
    assert_int_equal(open_ask(&a, ENDPOINT_CHAT, body), REFUSAL_NONE);
    assert_int_equal(a.demand.images, 2);
    assert_int_equal(a.demand.text_bytes, 4 + 15); // the role and the address
    ask_close(&a);
}

// A member `data` is media in a part of media alone.
static void data_of_arguments_is_text(void **state)
{
    (void)state;
    static const struct {
        enum endpoint endpoint;
        const char *content;
        int64_t bytes;
    } cases[] = {
        {ENDPOINT_MESSAGES, "{\"type\":\"tool_use\",\"input\":{\"data\":\"ten bytes.\"}}", 10},
        {ENDPOINT_MESSAGES, "{\"args\":{\"data\":[\"ten bytes.\"]}}", 10},
        {ENDPOINT_MESSAGES,
         "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"data\":\"ten bytes.\"}}", 0},
        {ENDPOINT_MESSAGES, "{\"type\":\"redacted_thinking\",\"data\":\"ten bytes.\"}", 0},
        {ENDPOINT_CHAT, "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"ten bytes.\"}}", 0},
        {ENDPOINT_CHAT, "{\"inlineData\":{\"data\":\"ten bytes.\"}}", 0},
        {ENDPOINT_CHAT, "{\"inline_data\":{\"data\":\"ten bytes.\"}}", 0},
        {ENDPOINT_CHAT, "{\"functionCall\":{\"args\":{\"data\":\"ten bytes.\"}}}", 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        char body[300];
        snprintf(body, sizeof body, "{\"model\":\"m\",\"messages\":[{\"content\":[%s]}]}",
                 cases[i].content);
        assert_int_equal(open_ask(&a, cases[i].endpoint, body), REFUSAL_NONE);
        assert_int_equal(a.demand.text_bytes, cases[i].bytes);
        ask_close(&a);
    }
}

static void text_documents_are_text(void **state)
{
    (void)state;
    struct ask a;
    assert_int_equal(
        open_ask(&a, ENDPOINT_MESSAGES,
                 "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
                 "\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\","
                 "\"data\":\"ten bytes.\"}}]}]}"),
        REFUSAL_NONE);
    assert_int_equal(a.demand.text_bytes, 4 + 10 + 10); // the role, the type, the text
    assert_false(demand_media(&a.demand));
    ask_close(&a);
}

static void what_means_true_streams(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        bool stream;
    } cases[] = {
        {"{\"model\":\"m\",\"stream\":true}", true},
        {"{\"model\":\"m\",\"stream\":\"true\"}", true},
        {"{\"model\":\"m\",\"stream\":1}", true},
        {"{\"model\":\"m\",\"stream\":false}", false},
        {"{\"model\":\"m\",\"stream\":\"false\"}", false},
        {"{\"model\":\"m\",\"stream\":null}", false},
        {"{\"model\":\"m\",\"stream\":0}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        assert_int_equal(open_ask(&a, ENDPOINT_CHAT, cases[i].body), REFUSAL_NONE);
        assert_int_equal(a.demand.stream, cases[i].stream);
        ask_close(&a);
    }
}

static void sees_who_caches_and_how_long(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        bool write;
        bool hour;
    } cases[] = {
        {"{\"model\":\"m\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}", true, true},
        {"{\"model\":\"m\",\"system\":[{\"cache_control\":{\"ttl\":\"5m\"}},{\"cache_control\":{"
         "\"ttl\" "
         ":\n\"1h\"}}]}",
         true, true},
        {"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
         "\"text\":\"a\","
         "\"cache_control\":{\"type\":\"ephemeral\"}}]}]}",
         true, false},
        {"{\"model\":\"m\",\"tools\":[{\"name\":\"a\",\"cache_control\":{\"type\":\"ephemeral\","
         "\"ttl\":\"1h\"}}]}",
         true, true},
        {"{\"model\":\"m\",\"messages\":[{\"content\":[{\"cache_control\":null}]}]}", false, false},
        {"{\"model\":\"m\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"5m\"}}", true,
         false},
        {"{\"model\":\"m\",\"system\":\"\\\"cache_control\\\":{\\\"ttl\\\":\\\"1h\\\"\"}", false,
         false},
        {"{\"model\":\"m\",\"cache_control\":{\"x\":[\"ttl\",\"1h\"]}}", true, false},
        {"{\"model\":\"m\"}", false, false},
    };
    const struct endpoint_found messages = {.endpoint = ENDPOINT_MESSAGES};
    const struct endpoint_found chat = {.endpoint = ENDPOINT_CHAT};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        struct why why = {0};
        struct str body = str_of(cases[i].body);
        assert_int_equal(ask_open(&a, &messages, body, &alloc_heap, &why), REFUSAL_NONE);
        assert_int_equal(a.demand.cache_write, cases[i].write);
        assert_int_equal(a.demand.cache_hour, cases[i].hour);
        ask_close(&a);
        assert_int_equal(ask_open(&a, &chat, body, &alloc_heap, &why), REFUSAL_NONE);
        assert_int_equal(a.demand.cache_write, cases[i].write); // OpenRouter's, for Claude
        ask_close(&a);
    }
}

static void hears_what_may_sound(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        int64_t audio;
    } cases[] = {
        {"{\"inlineData\":{\"mimeType\":\"audio/wav\",\"data\":\"AAAA\"}}", 1},
        {"{\"fileData\":{\"mimeType\":\"video/mp4\",\"fileUri\":\"gs://b/f\"}}", 1},
        {"{\"fileData\":{\"fileUri\":\"gs://b/f\"}}", 1},
        {"{\"inlineData\":{\"mimeType\":\"application/pdf\",\"data\":\"AAAA\"}}", 0},
        {"{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AAAA\"}}", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        char body[256];
        snprintf(body, sizeof body, "{\"model\":\"m\",\"contents\":[{\"parts\":[%s]}]}",
                 cases[i].part);
        assert_int_equal(open_ask(&a, ENDPOINT_MESSAGES, body), REFUSAL_NONE);
        assert_int_equal(a.demand.audio, cases[i].audio);
        ask_close(&a);
    }
}

static void sees_what_is_dearer(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum service service;
        bool us;
    } cases[] = {
        {"{\"model\":\"m\",\"service_tier\":\"priority\"}", SERVICE_PRIORITY, false},
        {"{\"model\":\"m\",\"service_tier\":\"fast\"}", SERVICE_PRIORITY, false},
        {"{\"model\":\"m\",\"service_tier\":\"ultrafast\"}", SERVICE_FAST, false},
        {"{\"model\":\"m\",\"serviceTier\":\"SERVICE_TIER_PRIORITY\"}", SERVICE_PRIORITY, false},
        {"{\"model\":\"m\",\"service_tier\":\"scale\"}", SERVICE_OTHER, false},
        {"{\"model\":\"m\",\"serviceTier\":\"SERVICE_TIER_STANDARD\"}", SERVICE_STANDARD, false},
        {"{\"model\":\"m\",\"speed\":\"standard\",\"service_tier\":\"standard_only\"}",
         SERVICE_STANDARD, false},
        {"{\"model\":\"m\",\"speed\":\"fast\",\"service_tier\":\"auto\"}", SERVICE_FAST, false},
        {"{\"model\":\"m\",\"service_tier\":\"flex\",\"inference_geo\":\"us\"}", SERVICE_STANDARD,
         true},
        {"{\"model\":\"m\",\"service_tier\":null,\"inference_geo\":\"global\"}", SERVICE_STANDARD,
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        assert_int_equal(open_ask(&a, ENDPOINT_MESSAGES, cases[i].body), REFUSAL_NONE);
        assert_int_equal(a.demand.service, cases[i].service);
        assert_int_equal(a.demand.us_region, cases[i].us);
        bool flex = str_search(str_of(cases[i].body), str_of("flex")) < strlen(cases[i].body);
        assert_int_equal(a.demand.hoped, flex ? SERVICE_FLEX : SERVICE_STANDARD);
        ask_close(&a);
    }
}

// Servers written in Go take `Model` for `model`, and the last of them wins.
static void a_name_in_another_case_is_refused(void **state)
{
    (void)state;
    static const struct {
        enum endpoint endpoint;
        const char *body;
        const char *said; // NULL: it is taken
    } cases[] = {
        {ENDPOINT_CHAT, "{\"model\":\"a\",\"Model\":\"b\"}", "`Model`"},
        {ENDPOINT_CHAT, "{\"MODEL\":\"b\"}", "`MODEL`"},
        {ENDPOINT_CHAT, "{\"model\":\"a\",\"mod\\u0045l\":\"b\"}", "`modEl`"},
        {ENDPOINT_CHAT, "{\"model\":\"a\",\"\\u017ftream\":true}", "Write `stream`"},
        {ENDPOINT_CHAT,
         "{\"model\":\"a\",\"max_to\xe2\x84\xaa"
         "ens\":9}",
         "Write `max_tokens`"},
        {ENDPOINT_CHAT, "{\"model\":\"a\",\"Max_Completion_Tokens\":9}", "_Tokens`"},
        {ENDPOINT_RESPONSES, "{\"model\":\"a\",\"max_output_Tokens\":9}", "_Tokens`"},
        {ENDPOINT_CHAT, "{\"model\":\"a\",\"N\":9}", "`N`"},
        {ENDPOINT_CHAT, "{\"model\":\"a\",\"Models\":9,\"\":1,\"Truncate\":1,\"\xc5\":1}", "UTF-8"},
        {ENDPOINT_CHAT, "{\"model\":\"a\",\"Models\":9,\"\":1,\"Truncate\":1,\"m\xc3\xb6l\":1}",
         NULL},
        {ENDPOINT_CHAT, "{\"model\":\"a\",\"metadata\":{\"Model\":\"b\"}}", NULL},
        {ENDPOINT_OLLAMA_CHAT, "{\"model\":\"a\",\"Options\":{\"num_predict\":-1}}", "`Options`"},
        {ENDPOINT_OLLAMA_EMBED, "{\"model\":\"a\",\"Truncate\":true}", "`Truncate`"},
        {ENDPOINT_OLLAMA_GENERATE, "{\"model\":\"a\",\"\\u017fHift\":true}", "Write `shift`"},
        {ENDPOINT_OLLAMA_SHOW, "{\"model\":\"a\",\"Model\":\"b\"}", "`Model`"},
        {ENDPOINT_OLLAMA_CHAT, "{\"model\":\"a\",\"Unheard\":1}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        struct why why = {0};
        struct endpoint_found found = {.endpoint = cases[i].endpoint};
        enum refusal r = ask_open(&a, &found, str_of(cases[i].body), &alloc_heap, &why);
        if ((r == REFUSAL_NONE) != !cases[i].said)
            fail_msg("%s: %d", cases[i].body, r);
        if (!cases[i].said)
            ask_close(&a);
        else if (!strstr(why.text, cases[i].said))
            fail_msg("%s: %s", cases[i].body, why.text);
    }
}

// Ollama reads null as not said: what would be put in otherwise is put in its place.
static void null_is_not_said(void **state)
{
    (void)state;
    struct ask a;
    struct arena arena;
    struct ask_edit edit = {
        .no_truncate = true, .no_shift = true, .context = 4096, .keep_alive = STR("5")};
    arena_init(&arena, &alloc_heap, 256, 4096);
    assert_int_equal(open_ask(&a, ENDPOINT_OLLAMA_CHAT,
                              "{\"truncate\":null,\"model\":\"m\",\"shift\": null ,"
                              "\"keep_alive\":null}"),
                     REFUSAL_NONE);
    assert_true(str_is(sent(&a, &edit, &arena),
                       "{\"options\":{\"num_ctx\":4096},\"truncate\":false,\"model\":\"m\","
                       "\"shift\": false ,\"keep_alive\":5}"));
    ask_close(&a);
    assert_int_equal(
        open_ask(&a, ENDPOINT_OLLAMA_EMBED, "{\"truncate\":true,\"model\":\"m\",\"shift\":null}"),
        REFUSAL_NONE);
    edit.context = 0;
    edit.keep_alive = STR_NONE;
    assert_true(
        str_is(sent(&a, &edit, &arena), "{\"truncate\":true,\"model\":\"m\",\"shift\":null}"));
    ask_close(&a);
    arena_fini(&arena);
}

static void who_counts_them_is_known(void **state)
{
    (void)state;
    static const struct {
        enum endpoint endpoint;
        const char *body;
        bool counts;
    } cases[] = {
        {ENDPOINT_CHAT, "{\"model\":\"m\",\"messages\":[],\"top_logprobs\":99}", true},
        {ENDPOINT_CHAT, "{\"model\":\"m\",\"messages\":[],\"logprobs\":false}", false},
        {ENDPOINT_RESPONSES, "{\"model\":\"m\",\"input\":\"x\",\"top_logprobs\":2}", true},
        {ENDPOINT_GENERATE, "{\"generationConfig\":{\"logprobs\":99}}", true},
        {ENDPOINT_GENERATE, "{\"generation_config\":{\"logprobs\":99}}", true},
        {ENDPOINT_GENERATE, "{\"generationConfig\":{\"responseLogprobs\":false}}", false},
        {ENDPOINT_GENERATE, "{\"logprobs\":99}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        struct endpoint_found found = {.endpoint = cases[i].endpoint, .model = STR("g")};
        assert_int_equal(ask_open(&a, &found, str_of(cases[i].body), &alloc_heap, NULL),
                         REFUSAL_NONE);
        assert_int_equal(ask_counts_logprobs(&a), cases[i].counts);
        ask_close(&a);
    }
}

// Wherever it is asked of a Gemini, in either spelling, and beside a longest answer of ours.
static void a_gemini_is_asked_how_sure_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *body, *sent;
        bool has;
        int64_t output_max;
    } cases[] = {
        {"{\"contents\":[]}", "{\"generationConfig\":{\"responseLogprobs\":true},\"contents\":[]}",
         false, 0},
        {"{}", "{\"generationConfig\":{\"responseLogprobs\":true,\"maxOutputTokens\":9}}", false,
         9},
        {"{\"generationConfig\":{ \"topK\":1}}",
         "{\"generationConfig\":{\"responseLogprobs\":true, \"topK\":1}}", false, 0},
        {"{\"generation_config\":{}}", "{\"generation_config\":{\"responseLogprobs\":true}}", false,
         0},
        {"{\"generation_config\":{\"max_output_tokens\":99}}",
         "{\"generation_config\":{\"responseLogprobs\":true,\"max_output_tokens\":9}}", false, 9},
        {"{\"generationConfig\":null}", "{\"generationConfig\":{\"responseLogprobs\":true}}", false,
         0},
        {"{\"generationConfig\":{\"responseLogprobs\":false}}",
         "{\"generationConfig\":{\"responseLogprobs\":true}}", false, 0},
        {"{\"generationConfig\":{\"response_logprobs\":null}}",
         "{\"generationConfig\":{\"response_logprobs\":true}}", false, 0},
        {"{\"generationConfig\":7}", "{\"generationConfig\":7}", false, 0},
        {"{\"generation_config\":{\"response_logprobs\":true}}", NULL, true, 0},
        {"{\"generationConfig\":{\"responseLogprobs\":true}}", NULL, true, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        struct arena arena;
        const struct ask_edit edit = {.logprobs = true, .output_max = cases[i].output_max};
        struct endpoint_found found = {.endpoint = ENDPOINT_GENERATE, .model = STR("g")};
        arena_init(&arena, &alloc_heap, 256, 4096);
        assert_int_equal(ask_open(&a, &found, str_of(cases[i].body), &alloc_heap, NULL),
                         REFUSAL_NONE);
        assert_int_equal(ask_has_logprobs(&a), cases[i].has);
        struct str told = sent(&a, &edit, &arena);
        if (cases[i].sent && !str_is(told, cases[i].sent))
            fail_msg("%s: %.*s", cases[i].body, STR_ARG(told));
        ask_close(&a);
        arena_fini(&arena);
    }
}

static void lists_need_no_body(void **state)
{
    (void)state;
    struct ask a;
    struct arena arena;
    struct ask_edit edit = {.model = STR("n"), .include_usage = true};
    arena_init(&arena, &alloc_heap, 256, 4096);
    assert_int_equal(open_ask(&a, ENDPOINT_MODELS, ""), REFUSAL_NONE);
    assert_int_equal(sent(&a, &edit, &arena).len, 0);
    ask_close(&a);
    arena_fini(&arena);
}

static void may_be_told_once_more(void **state)
{
    (void)state;
    static const struct {
        enum endpoint endpoint;
        const char *body;
        bool repeats;
    } cases[] = {
        {ENDPOINT_COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"a\",\"echo\":true}", true},
        {ENDPOINT_COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"a\",\"echo\":false}", false},
        {ENDPOINT_CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}", false},
        {ENDPOINT_CHAT,
         "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"},{\"role\":\"assistant\"}]}", true},
        {ENDPOINT_CHAT,
         "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\"},{\"role\":\"user\"}]}", false},
        {ENDPOINT_CHAT, "{\"model\":\"m\",\"messages\":\"assistant\"}", false},
        {ENDPOINT_MESSAGES, // begun there is not told again
         "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":\"a\"}]}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask a;
        assert_int_equal(open_ask(&a, cases[i].endpoint, cases[i].body), REFUSAL_NONE);
        if (a.demand.repeats != cases[i].repeats)
            fail_msg("%s", cases[i].body);
        ask_close(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(may_be_told_once_more),
        cmocka_unit_test(unchanged_is_one_slice),
        cmocka_unit_test(schemas_are_seen),
        cmocka_unit_test(usage_is_asked_of_chats_only),
        cmocka_unit_test(tells_when_the_arena_is_full),
        cmocka_unit_test(skips_metadata_that_fits_no_tag),
        cmocka_unit_test(a_list_to_embed_is_read_each_by_itself),
        cmocka_unit_test(base64_is_no_text),
        cmocka_unit_test(data_of_arguments_is_text),
        cmocka_unit_test(text_documents_are_text),
        cmocka_unit_test(what_means_true_streams),
        cmocka_unit_test(sees_who_caches_and_how_long),
        cmocka_unit_test(hears_what_may_sound),
        cmocka_unit_test(sees_what_is_dearer),
        cmocka_unit_test(a_name_in_another_case_is_refused),
        cmocka_unit_test(null_is_not_said),
        cmocka_unit_test(a_gemini_is_asked_how_sure_it_is),
        cmocka_unit_test(who_counts_them_is_known),
        cmocka_unit_test(lists_need_no_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
