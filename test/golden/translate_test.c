// SPDX-License-Identifier: Apache-2.0
//
// Golden cases of the translator: golden/translate/NNNN-name/ holds
//
//   request.json   a client's body
//   sent.json      what then goes to the provider, unless the request is refused
//
//   answer.json, stream.txt or error.json   what a provider answers, byte for byte
//   client.txt     what then goes to the client
//
//   expect.txt     `key value` lines: how to read it; `---`; what must come out beside
//
// An answer is fed whole, byte by byte, and cut at every byte: the client gets the same.
//
// GOLDEN_WRITE=1 in the environment writes sent.json, client.txt and expect.txt anew: read the
// difference before you commit it.

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "files.h"
#include "translate/translate.h"

struct setting {
    enum endpoint endpoint;
    struct translate_wish wish;
    struct translate_setup answer;
    int64_t status;
};

static unsigned failures;
static unsigned cases;

static void fail(const char *name, const char *what, struct str got, struct str want)
{
    failures++;
    fprintf(stderr, "%s: %s\n--- got\n%.*s\n--- want\n%.*s\n", name, what, STR_ARG(got),
            STR_ARG(want));
}

static void set(void *setting, struct str key, struct str value)
{
    struct setting *s = setting;
    if (str_is(key, "endpoint")) {
        for (int i = 0; i < ENDPOINT_COUNT; i++) {
            if (str_is(value, endpoint_name((enum endpoint)i)))
                s->endpoint = (enum endpoint)i;
        }
    } else if (str_is(key, "model")) {
        s->wish.model = value;
    } else if (str_is(key, "cap")) {
        must(str_i64(value, &s->wish.output_cap));
    } else if (str_is(key, "output_max")) {
        must(str_i64(value, &s->wish.output_max));
    } else if (str_is(key, "context")) {
        must(str_i64(value, &s->wish.context));
    } else if (str_is(key, "usage")) {
        s->answer.usage_asked = str_is(value, "yes");
    } else if (str_is(key, "base64")) {
        s->answer.base64 = str_is(value, "yes");
    } else if (str_is(key, "cure")) {
        s->answer.cure = value;
    } else if (str_is(key, "status")) {
        must(str_i64(value, &s->status));
    } else if (key.len && key.ptr[0] != '#') {
        fprintf(stderr, "no setting %.*s\n", STR_ARG(key));
        exit(1);
    }
}

static void check_file(const char *folder, const char *name, struct str got)
{
    struct buf want;
    (void)read_file(folder, name, &want);
    if (getenv("GOLDEN_WRITE"))
        write_file(folder, name, got);
    else if (!str_eq(got, buf_str(&want)))
        fail(folder, name, got, buf_str(&want));
    buf_fini(&want);
}

static void check_expect(const char *folder, struct str expect, struct str want, struct str got)
{
    struct buf all;
    buf_init(&all, &alloc_heap, 0);
    buf_add(&all, str_from(expect.ptr, expect.len - want.len));
    buf_add(&all, got);
    check_file(folder, "expect.txt", buf_str(&all));
    buf_fini(&all);
}

// What is sent must be JSON, which the provider reads as we meant it.
static void check_json(const char *folder, struct str text)
{
    struct json *j = NULL;
    struct why why = {0};
    if (json_open(text, &alloc_heap, &j, &why) != STATUS_OK)
        fail(folder, why.text, text, STR_NONE);
    else
        json_close(j);
}

static void request_case(const char *folder, struct str body, struct str expect)
{
    struct setting s = {.endpoint = ENDPOINT_CHAT};
    struct str want = read_setting(expect, set, &s);
    const struct endpoint_found found = {.endpoint = s.endpoint};
    struct arena arena;
    struct buf sent;
    struct buf got;
    struct ask a;
    struct why why = {0};
    buf_init(&sent, &alloc_heap, 0);
    buf_init(&got, &alloc_heap, 0);
    arena_init(&arena, &alloc_heap, 4096, REQUEST_ARENA_MAX);
    must(ask_open(&a, &found, body, &alloc_heap, &why) == REFUSAL_NONE);
    if (s.wish.model.len == 0)
        s.wish.model = a.demand.model;
    enum endpoint to;
    must(translate_endpoint(s.endpoint, DIALECT_OLLAMA, &to));
    enum refusal r = translate_request(&a, &s.wish, &arena, &sent, &why);
    if (r != REFUSAL_NONE) {
        buf_printf(&got, "refused %s %s\n", refusal_code(r), why.text);
    } else {
        buf_printf(&got, "to %s\n", endpoint_name(to));
        check_json(folder, buf_str(&sent));
        buf_add_char(&sent, '\n');
        check_file(folder, "sent.json", buf_str(&sent));
    }
    check_expect(folder, expect, want, buf_str(&got));
    ask_close(&a);
    arena_fini(&arena);
    buf_fini(&sent);
    buf_fini(&got);
}

static void collect(void *context, struct str bytes)
{
    buf_add(context, bytes);
}

// Fed in three pieces; or byte by byte, where `first` lies beyond the text.
static void run(const struct translate_setup *setup, struct str text, size_t first, size_t second,
                struct buf *passed)
{
    struct translate t;
    buf_init(passed, &alloc_heap, 0);
    translate_init(&t, setup, &alloc_heap);
    if (first > text.len) {
        for (size_t i = 0; i < text.len; i++)
            translate_feed(&t, str_from(text.ptr + i, 1), collect, passed);
    } else {
        translate_feed(&t, str_from(text.ptr, first), collect, passed);
        translate_feed(&t, str_from(text.ptr + first, second - first), collect, passed);
        translate_feed(&t, str_skip(text, second), collect, passed);
    }
    translate_end(&t, collect, passed);
    buf_add_cstr(passed, translate_done(&t) ? "\n--- done\n" : "\n--- not done\n");
    if (translate_fault(&t))
        buf_printf(passed, "--- fault %d\n", translate_fault(&t));
    if (t.garbage)
        buf_add_cstr(passed, "--- garbage\n");
    translate_fini(&t);
}

static void try_cut(const char *folder, const struct translate_setup *setup, struct str text,
                    size_t at, const struct buf *whole)
{
    struct buf passed;
    size_t second = at + at / 2 < text.len ? at + at / 2 : text.len;
    run(setup, text, at, second, &passed);
    if (!str_eq(buf_str(&passed), buf_str(whole)))
        fail(folder, "depends on where it is cut", buf_str(&passed), buf_str(whole));
    buf_fini(&passed);
}

// Every event of a stream, and a whole answer, is JSON that a strict reader takes.
static void check_answer(const char *folder, bool stream, struct str text)
{
    text.len = str_search(text, str_of("\n--- "));
    if (!stream && text.len) {
        check_json(folder, text);
        return;
    }
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        if (line.len && !str_starts(line, str_of("data: ")))
            fail(folder, "no event", line, STR_NONE);
        else if (line.len && !str_is(line, "data: [DONE]"))
            check_json(folder, str_skip(line, 6));
    }
}

static void answer_case(const char *folder, struct str text, struct str expect, bool stream)
{
    struct setting s = {.endpoint = ENDPOINT_CHAT, .wish.model = STR("as-asked")};
    struct buf whole;
    (void)read_setting(expect, set, &s);
    s.answer.stream = stream;
    s.answer.client = s.endpoint;
    s.answer.id = str_of("0001");
    s.answer.created_s = 1795533403;
    s.answer.model = s.wish.model;
    must(translate_endpoint(s.endpoint, DIALECT_OLLAMA, &s.answer.provider));
    run(&s.answer, text, text.len, text.len, &whole);
    check_answer(folder, stream, buf_str(&whole));
    check_file(folder, "client.txt", buf_str(&whole));
    unsigned before = failures;
    size_t step = text.len > 9000 ? text.len / 101 : 1;
    for (size_t i = 0; i < text.len && failures < before + 2; i += step)
        try_cut(folder, &s.answer, text, i, &whole);
    try_cut(folder, &s.answer, text, text.len + 1, &whole);
    buf_fini(&whole);
}

static void error_case(const char *folder, struct str body, struct str expect)
{
    struct setting s = {.endpoint = ENDPOINT_CHAT, .wish.model = STR("as-asked")};
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    (void)read_setting(expect, set, &s);
    s.answer.model = s.wish.model;
    int status = translate_error(&s.answer, (int)s.status, body, &out);
    check_json(folder, buf_str(&out));
    buf_printf(&out, "\n--- status %d\n", status);
    check_file(folder, "client.txt", buf_str(&out));
    buf_fini(&out);
}

static void run_case(const char *folder)
{
    struct buf expect;
    struct buf input;
    if (!read_file(folder, "expect.txt", &expect))
        return;
    cases++;
    if (read_file(folder, "request.json", &input))
        request_case(folder, buf_str(&input), buf_str(&expect));
    else if (read_file(folder, "stream.txt", &input))
        answer_case(folder, buf_str(&input), buf_str(&expect), true);
    else if (read_file(folder, "answer.json", &input))
        answer_case(folder, buf_str(&input), buf_str(&expect), false);
    else if (read_file(folder, "error.json", &input))
        error_case(folder, buf_str(&input), buf_str(&expect));
    else
        fail(folder, "has no input", STR_NONE, STR_NONE);
    buf_fini(&input);
    buf_fini(&expect);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        run_case(argv[1]);
        return failures != 0;
    }
    struct dirent **names = NULL;
    const char *folder = TEST_ROOT "/golden/translate";
    int n = scandir(folder, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char path[2048];
        join(path, folder, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            run_case(path);
        free(names[i]);
    }
    free(names);
    printf("%u cases, %u failures\n", cases, failures);
    return failures != 0 || cases < 20;
}
