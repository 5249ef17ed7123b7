// SPDX-License-Identifier: Apache-2.0
//
// Each thread keeps two buffers: one that its next line is written into, so that a line costs no
// allocation, and one for the lines that may wait. Both go when the thread ends.

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"

#define LATER_BYTES ((size_t)64 * KIB)
#define LINE_BYTES  ((size_t)256 * KIB)

struct voice {
    struct buf spare; // memory for the next line
    struct buf later; // lines not yet written
};

static atomic_int least = LOG_INFO;
static atomic_bool json = true;
static atomic_bool colour;

static _Thread_local struct voice *voice;
static pthread_key_t voice_key;
static pthread_once_t voice_once = PTHREAD_ONCE_INIT;

static void write_out(struct str s)
{
    while (s.len > 0) {
        ssize_t n = write(STDERR_FILENO, s.ptr, s.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; // nobody listens: the program goes on
        s = str_skip(s, (size_t)n);
    }
}

static void voice_end(void *ptr)
{
    struct voice *v = ptr;
    write_out(buf_str(&v->later));
    buf_fini(&v->later);
    buf_fini(&v->spare);
    heap_free(v);
    voice = NULL;
}

static void voice_init(void)
{
    must(pthread_key_create(&voice_key, voice_end) == 0);
    (void)atexit(log_flush); // the first thread's lines
}

// NULL when out of memory: lines are then built in memory of their own, or lost.
static struct voice *voice_get(void)
{
    if (voice)
        return voice;
    pthread_once(&voice_once, voice_init);
    struct voice *v = alloc_zero(&alloc_heap, sizeof *v);
    if (!v)
        return NULL;
    buf_init(&v->spare, &alloc_heap, LINE_BYTES);
    buf_init(&v->later, &alloc_heap, LATER_BYTES);
    if (pthread_setspecific(voice_key, v) != 0) {
        alloc_free(&alloc_heap, v);
        return NULL;
    }
    voice = v;
    return v;
}

void log_open(enum log_format format, enum log_level level)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool terminal = isatty(STDERR_FILENO) == 1;
    bool dumb = !term || str_is(str_of(term), "dumb");
    bool text = format == LOG_TEXT || (format == LOG_AUTO && terminal);
    atomic_store(&json, !text);
    atomic_store(&colour, text && terminal && !dumb && !(no_color && *no_color));
    atomic_store(&least, (int)level);
}

bool log_wants(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&least, memory_order_relaxed);
}

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static void begin_json(struct log_line *l, struct str message)
{
    buf_add_cstr(&l->text, "{\"ts\":\"");
    civil_write(&l->text, clock_wall_us(), 3);
    buf_add_cstr(&l->text, "\",\"level\":\"");
    buf_add_cstr(&l->text, level_names[l->level]);
    buf_add_cstr(&l->text, "\",\"msg\":");
    buf_add_json(&l->text, message);
}

static void begin_text(struct log_line *l, struct str message)
{
    static const char *const colours[] = {"\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};
    bool coloured = atomic_load_explicit(&colour, memory_order_relaxed);
    civil_write(&l->text, clock_wall_us(), 0);
    buf_add_char(&l->text, ' ');
    if (coloured)
        buf_add_cstr(&l->text, colours[l->level]);
    buf_add_cstr(&l->text, level_names[l->level]);
    if (coloured)
        buf_add_cstr(&l->text, "\x1b[0m");
    buf_add_cstr(&l->text, l->level == LOG_INFO || l->level == LOG_WARN ? "  " : " ");
    size_t start = l->text.len;
    buf_add(&l->text, message);
    if (!buf_failed(&l->text))
        l->text.len = start + str_tame(l->text.ptr + start, message.len, false);
}

static struct str cut(struct str s)
{
    if (s.len <= LOG_VALUE_MAX)
        return s;
    size_t at = LOG_VALUE_MAX;
    while (at > LOG_VALUE_MAX - 4 && ((unsigned char)s.ptr[at] & 0xc0) == 0x80)
        at--;
    return str_from(s.ptr, at);
}

static void begin(struct log_line *l, struct str message)
{
    struct voice *v = voice_get();
    buf_init(&l->text, &alloc_heap, LINE_BYTES);
    if (v) { // lent until the line ends
        l->text = v->spare;
        buf_init(&v->spare, &alloc_heap, LINE_BYTES);
    }
    if (l->json)
        begin_json(l, cut(message));
    else
        begin_text(l, cut(message));
}

void log_begin(struct log_line *l, enum log_level level, const char *message)
{
    *l = (struct log_line){.level = level, .muted = !log_wants(level)};
    l->json = atomic_load_explicit(&json, memory_order_relaxed);
    if (!l->muted)
        begin(l, str_of(message));
}

static void add_name(struct log_line *l, const char *name)
{
    if (l->json) {
        buf_add(&l->text, (struct str)STR(",\""));
        buf_add_cstr(&l->text, name);
        buf_add(&l->text, (struct str)STR("\":"));
    } else {
        buf_add_char(&l->text, ' ');
        buf_add_cstr(&l->text, name);
        buf_add_char(&l->text, '=');
    }
}

// `,"name":"value"` in one go: most values need no escape, and every call has a line.
static void add_plain_json(struct buf *b, struct str name, struct str value)
{
    char *at = buf_room(b, name.len + value.len + 6);
    if (!at)
        return;
    memcpy(at, ",\"", 2);
    memcpy(at + 2, name.ptr, name.len);
    at += name.len + 2;
    memcpy(at, "\":\"", 3);
    if (value.len)
        memcpy(at + 3, value.ptr, value.len);
    at[value.len + 3] = '"';
    b->len += name.len + value.len + 6;
}

// Text without spaces and quotes needs no quotes on a terminal.
static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\')
            return false;
    }
    return s.len > 0;
}

void log_str(struct log_line *l, const char *name, struct str value)
{
    if (l->muted)
        return;
    value = cut(value);
    if (l->json && buf_json_plain(value)) {
        add_plain_json(&l->text, str_of(name), value);
        return;
    }
    add_name(l, name);
    if (!l->json && is_word(value))
        buf_add(&l->text, value);
    else
        buf_add_json(&l->text, value);
}

void log_i64(struct log_line *l, const char *name, int64_t value)
{
    if (l->muted)
        return;
    add_name(l, name);
    buf_add_i64(&l->text, value);
}

static struct str finish(struct log_line *l)
{
    static const struct str lost_json =
        STR("{\"level\":\"error\",\"msg\":\"a log line was lost: too long, or no memory\"}\n");
    static const struct str lost_text = STR("error a log line was lost: too long, or no memory\n");
    buf_add_cstr(&l->text, l->json ? "}\n" : "\n");
    if (buf_failed(&l->text))
        return l->json ? lost_json : lost_text;
    return buf_str(&l->text);
}

static void give_back(struct log_line *l)
{
    if (voice && !voice->spare.ptr && l->text.size <= LATER_BYTES) {
        buf_clear(&l->text);
        voice->spare = l->text;
    } else {
        buf_fini(&l->text);
    }
    l->muted = true;
}

void log_end(struct log_line *l)
{
    if (l->muted)
        return;
    log_flush(); // lines of one thread stay in order
    write_out(finish(l));
    give_back(l);
}

void log_end_later(struct log_line *l)
{
    if (l->muted)
        return;
    struct str line = finish(l);
    struct voice *v = voice;
    if (!v || line.len > LATER_BYTES) {
        log_flush();
        write_out(line);
    } else {
        if (v->later.len + line.len > LATER_BYTES)
            log_flush();
        buf_add(&v->later, line);
    }
    give_back(l);
}

void log_flush(void)
{
    if (!voice)
        return;
    write_out(buf_str(&voice->later));
    buf_clear(&voice->later);
}

void log_say(enum log_level level, const char *format, ...)
{
    if (!log_wants(level))
        return;
    char message[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct log_line l;
    log_begin(&l, level, n < 0 ? format : message);
    log_end(&l);
}
