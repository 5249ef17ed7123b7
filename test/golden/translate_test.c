// SPDX-License-Identifier: Apache-2.0
//
// Golden cases of the translator: golden/translate/NNNN-name/ holds
//
//   request.json   a client's body
//   sent.json      what then goes to the provider, unless the request is refused
//   expect.txt     `key value` lines: how to read it; `---`; what must come out beside
//
// GOLDEN_WRITE=1 in the environment writes sent.json and expect.txt anew: read the difference
// before you commit it.

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "translate/translate.h"

struct setting {
    enum endpoint endpoint;
    struct translate_wish wish;
};

static unsigned failures;
static unsigned cases;

static void fail(const char *name, const char *what, struct str got, struct str want)
{
    failures++;
    fprintf(stderr, "%s: %s\n--- got\n%.*s\n--- want\n%.*s\n", name, what, STR_ARG(got),
            STR_ARG(want));
}

static void join(char path[2048], const char *folder, const char *name)
{
    int n = snprintf(path, 2048, "%s/%s", folder, name);
    must(n > 0 && n < 2048);
}

static bool read_file(const char *folder, const char *name, struct buf *out)
{
    char path[2048];
    join(path, folder, name);
    FILE *f = fopen(path, "rb");
    buf_init(out, &alloc_heap, 0);
    if (!f)
        return false;
    char chunk[4096];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(out, str_from(chunk, n));
    fclose(f);
    return true;
}

static void write_file(const char *folder, const char *name, struct str text)
{
    char path[2048];
    join(path, folder, name);
    FILE *f = fopen(path, "wb");
    must(f && fwrite(text.ptr, 1, text.len, f) == text.len && fclose(f) == 0);
}

static void set(struct setting *s, struct str key, struct str value)
{
    if (str_is(key, "endpoint")) {
        for (int i = 0; i < ENDPOINT_COUNT; i++) {
            if (str_is(value, endpoint_name((enum endpoint)i)))
                s->endpoint = (enum endpoint)i;
        }
    } else if (str_is(key, "model")) {
        s->wish.model = value;
    } else if (str_is(key, "cap")) {
        must(str_i64(value, &s->wish.output_cap));
    } else if (str_is(key, "context")) {
        must(str_i64(value, &s->wish.context));
    } else if (key.len && key.ptr[0] != '#') {
        fprintf(stderr, "no setting %.*s\n", STR_ARG(key));
        exit(1);
    }
}

// Gives what stands after the line `---`.
static struct str read_setting(struct str text, struct setting *s)
{
    struct str line;
    while (str_cut(&text, '\n', &line) && !str_is(line, "---")) {
        struct str key;
        struct str rest = line;
        if (str_cut(&rest, ' ', &key))
            set(s, key, rest);
    }
    return text;
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
    struct str want = read_setting(expect, &s);
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
    must(translate_endpoint(s.endpoint, DIALECT_OLLAMA, &s.wish.endpoint));
    enum refusal r = translate_request(&a, &s.wish, &arena, &sent, &why);
    if (r != REFUSAL_NONE) {
        buf_printf(&got, "refused %s %s\n", refusal_code(r), why.text);
    } else {
        buf_printf(&got, "to %s\n", endpoint_name(s.wish.endpoint));
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

static void run_case(const char *folder)
{
    struct buf expect;
    struct buf input;
    if (!read_file(folder, "expect.txt", &expect))
        return;
    cases++;
    if (read_file(folder, "request.json", &input))
        request_case(folder, buf_str(&input), buf_str(&expect));
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
