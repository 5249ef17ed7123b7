// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../unit.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

// What is written to stderr goes to a file, and is read from there.
static FILE *file;
static int real_stderr;
static struct buf said;

static void listen_begin(void)
{
    file = tmpfile();
    assert_non_null(file);
    real_stderr = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
}

static struct str listen_end(void)
{
    log_flush();
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    buf_fini(&said);
    buf_init(&said, &alloc_heap, 0);
    rewind(file);
    for (;;) {
        char *room = buf_room(&said, 65536);
        assert_non_null(room);
        size_t n = fread(room, 1, 65536, file);
        said.len += n;
        if (n == 0)
            break;
    }
    fclose(file);
    return buf_str(&said);
}

// Each line is JSON; how many there are.
static size_t lines_of_json(struct str text)
{
    size_t n = 0;
    struct str line;
    assert_true(text.len == 0 || str_ends(text, str_of("\n")));
    for (; str_cut(&text, '\n', &line); n++) {
        struct json *j = NULL;
        struct why why = {0};
        if (json_open(line, &alloc_heap, &j, &why) != STATUS_OK)
            fail_msg("%.*s: %s", STR_ARG(line), why.text);
        const struct json_val *root = json_root(j);
        int64_t us;
        assert_true(civil_read(json_str(json_get(root, "ts")), &us));
        assert_int_equal(json_type(json_get(root, "level")), JSON_STRING);
        assert_int_equal(json_type(json_get(root, "msg")), JSON_STRING);
        json_close(j);
    }
    return n;
}

static void speaks_json(void **state)
{
    (void)state;
    log_open(LOG_JSON, LOG_INFO);
    listen_begin();
    log_say(LOG_DEBUG, "not said");
    log_say(LOG_WARN, "a \"quoted\" %s\n\x1b[31m", "\xff word");
    struct log_line l;
    log_begin(&l, LOG_INFO, "call");
    log_str(&l, "model", str_of("gpt"));
    log_i64(&l, "n", -5);
    log_str(&l, "none", STR_NONE);
    log_end(&l);
    log_begin(&l, LOG_DEBUG, "not said");
    log_str(&l, "model", str_of("gpt"));
    log_end_later(&l);
    struct str text = listen_end();
    assert_int_equal(lines_of_json(text), 2);
    struct str line;
    assert_true(str_cut(&text, '\n', &line));
    assert_true(str_ends(line, str_of("\"level\":\"warn\",\"msg\":\"a \\\"quoted\\\" \xef\xbf\xbd "
                                      "word\\n\\u001b[31m\"}")));
    assert_true(str_cut(&text, '\n', &line));
    assert_true(
        str_ends(line, str_of("\"level\":\"info\",\"msg\":\"call\",\"model\":\"gpt\",\"n\":-5,"
                              "\"none\":\"\"}")));
}

// Whatever bytes come, cut wherever, each line stays JSON.
static void stays_json(void **state)
{
    (void)state;
    log_open(LOG_JSON, LOG_INFO);
    listen_begin();
    static char bytes[9000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    for (size_t i = 0; i < 300; i++) {
        struct log_line l;
        log_begin(&l, LOG_INFO, "bytes");
        log_str(&l, "a", str_from(bytes + i, i * 29));
        log_str(&l, "b", str_from(bytes + i % 256, LOG_VALUE_MAX + i % 5 - 2));
        log_end_later(&l);
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        memcpy(bytes + i, &"\xe2\x82\xac"[i % 3], 1);
    struct log_line l;
    log_begin(&l, LOG_INFO, "cut");
    for (size_t i = 0; i < 40; i++)
        log_str(&l, "c", str_from(bytes + i % 3, 4000 + i * 10)); // the same name: only looked at
    log_end(&l);
    struct str text = listen_end();
    size_t last = text.len - 1;
    while (last > 0 && text.ptr[last - 1] != '\n')
        last--;
    assert_int_equal(lines_of_json(str_from(text.ptr, last)), 300);
    assert_true(str_utf8(text));
}

static void says_that_a_line_was_lost(void **state)
{
    (void)state;
    static char bytes[LOG_VALUE_MAX];
    log_open(LOG_JSON, LOG_INFO);
    listen_begin();
    struct log_line l;
    log_begin(&l, LOG_INFO, "long");
    for (int i = 0; i < 100; i++)
        log_str(&l, "a", str_from(bytes, sizeof bytes)); // \u0000 each
    log_end_later(&l);
    log_say(LOG_INFO, "after");
    struct str text = listen_end();
    assert_true(text.len < 1000);
    assert_true(str_search(text, str_of("was lost")) < text.len);
    assert_true(str_search(text, str_of("\"after\"")) < text.len);
}

static void gathers_lines(void **state)
{
    (void)state;
    log_open(LOG_JSON, LOG_INFO);
    listen_begin();
    struct log_line l;
    log_begin(&l, LOG_INFO, "later");
    log_end_later(&l);
    assert_int_equal(lseek(fileno(file), 0, SEEK_END), 0);
    log_say(LOG_INFO, "now");
    assert_true(lseek(fileno(file), 0, SEEK_END) > 0);
    for (int i = 0; i < 3000; i++) {
        log_begin(&l, LOG_INFO, "many");
        log_i64(&l, "i", i);
        log_end_later(&l);
    }
    assert_true(lseek(fileno(file), 0, SEEK_END) > 65536);
    struct str text = listen_end();
    assert_true(str_search(text, str_of("\"later\"")) < str_search(text, str_of("\"now\"")));
    assert_int_equal(lines_of_json(text), 3002);
}

// A value is cut between characters, and never by more than it must be.
static void cuts_long_values(void **state)
{
    (void)state;
    static char bytes[LOG_VALUE_MAX + 10];
    log_open(LOG_JSON, LOG_INFO);
    for (size_t head = 0; head < 4; head++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = i < head ? 'x' : "\xe2\x82\xac"[(i - head) % 3];
        for (size_t len = LOG_VALUE_MAX - 1; len <= LOG_VALUE_MAX + 4; len++) {
            listen_begin();
            struct log_line l;
            log_begin(&l, LOG_INFO, "cut");
            log_str(&l, "v", str_from(bytes, len));
            log_end(&l);
            log_end(&l); // a line goes out once
            struct str text = listen_end();
            assert_int_equal(lines_of_json(text), 1);
            size_t from = str_search(text, str_of("\"v\":\"")) + 5;
            size_t got = text.len - from - 3; // "} and a newline
            size_t least = len < LOG_VALUE_MAX ? len : LOG_VALUE_MAX;
            if (len > LOG_VALUE_MAX) {
                assert_in_range(got, least - 3, least);
                assert_true(str_utf8(text));
            } else if ((len - head) % 3 == 0) {
                assert_int_equal(got, len);
            }
        }
    }
}

static void *talk(void *ptr)
{
    struct log_line l;
    for (int i = 0; i < 500; i++) {
        log_begin(&l, LOG_INFO, ptr);
        log_i64(&l, "i", i);
        log_end_later(&l);
        if (i % 50 == 0)
            log_say(LOG_WARN, "%s at %d", (const char *)ptr, i);
    }
    return NULL; // what was gathered goes out with the thread
}

static void threads_do_not_mix(void **state)
{
    (void)state;
    static char words[4][8] = {"one", "two", "three", "four"};
    log_open(LOG_JSON, LOG_INFO);
    listen_begin();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, talk, words[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(lines_of_json(listen_end()), 4 * 510);
}

static void speaks_text(void **state)
{
    (void)state;
    setenv("NO_COLOR", "1", 1);
    log_open(LOG_TEXT, LOG_DEBUG);
    assert_true(log_wants(LOG_DEBUG));
    listen_begin();
    struct log_line l;
    log_begin(&l, LOG_WARN,
              "it\x1b[2J is\xc2\xa0 \xc2\x9b"
              "31m \xff done");
    log_str(&l, "word", str_of("gpt-4o"));
    log_str(&l, "words", str_of("a \"b\" \xc2\x9b\x1b"));
    log_str(&l, "none", STR_NONE);
    log_end(&l);
    struct str text = listen_end();
    assert_true(str_ends(
        text, str_of("Z warn  it?[2J is\xc2\xa0 ?31m ? done word=gpt-4o words=\"a \\\"b\\\" "
                     "\\u009b\\u001b\" none=\"\"\n")));
    log_open(LOG_TEXT, LOG_ERROR);
    assert_false(log_wants(LOG_WARN));
}

// A terminal may hand a line over in pieces.
static struct str line_of(int fd, char *text, size_t most)
{
    size_t len = 0;
    while (len < most && !memchr(text, '\n', len)) {
        ssize_t n = read(fd, text + len, most - len);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    return str_from(text, len);
}

// A terminal gets sentences with colours, unless it asked for none.
static void knows_terminals(void **state)
{
    (void)state;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master))
        skip();
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    if (slave < 0)
        skip();
    int before = dup(STDERR_FILENO);
    static const struct {
        const char *no_color, *term;
        bool colours;
    } cases[] = {{NULL, "xterm", true},
                 {"", "xterm", true},
                 {"1", "xterm", false},
                 {NULL, "dumb", false},
                 {NULL, NULL, false}};
    bool right = true;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsetenv("NO_COLOR");
        unsetenv("TERM");
        if (cases[i].no_color)
            setenv("NO_COLOR", cases[i].no_color, 1);
        if (cases[i].term)
            setenv("TERM", cases[i].term, 1);
        dup2(slave, STDERR_FILENO);
        log_open(LOG_AUTO, LOG_INFO);
        log_say(LOG_WARN, "hello");
        dup2(before, STDERR_FILENO);
        char text[200];
        struct str got = line_of(master, text, sizeof text);
        right = right && str_search(got, str_of("hello")) < got.len && got.ptr[0] == '2';
        right = right && (str_find(got, '\x1b') < got.len) == cases[i].colours;
    }
    listen_begin(); // no terminal: JSON
    log_open(LOG_AUTO, LOG_INFO);
    log_say(LOG_WARN, "hello");
    assert_int_equal(lines_of_json(listen_end()), 1);
    close(before);
    close(slave);
    close(master);
    assert_true(right);
}

static int forget(void **state)
{
    (void)state;
    buf_fini(&said);
    return 0;
}

int main(void)
{
    buf_init(&said, &alloc_heap, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_json),        cmocka_unit_test(stays_json),
        cmocka_unit_test(gathers_lines),      cmocka_unit_test(says_that_a_line_was_lost),
        cmocka_unit_test(cuts_long_values),   cmocka_unit_test(knows_terminals),
        cmocka_unit_test(threads_do_not_mix), cmocka_unit_test(speaks_text),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
