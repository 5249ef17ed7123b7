// SPDX-License-Identifier: Apache-2.0
//
// Golden cases of the wire: golden/<dialect>/NNNN-name/ holds
//
//   answer.txt or stream.txt  a provider's body, byte for byte, fed to the meter
//   or lines.txt              (a whole JSON text, an event stream, JSON lines)
//   request.json              a client's body, read and spliced; beside an answer the one that it
//                             answers, which bound_test.c weighs
//   sent.json                 what then goes upstream, if it differs
//   expect.txt                `key value` lines: how to read it; `---`; what must come out
//
// An answer is fed whole, then one byte at a time, then cut at every byte, and at pairs of bytes; a
// stream also with CRLF, with CR, behind a BOM, and as if each of its events were too long to be
// kept. What comes out must be the same each time, and
// the bytes passed on and held must be those that came in, but for the chunk that is to be dropped.
//
// GOLDEN_WRITE=1 in the environment writes what came out into expect.txt: read the difference
// before you commit it. COSTLENS_CUTS=7 takes every seventh cut only (the sanitizers are slow).

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "files.h"
#include "meter/meter.h"
#include "wire/ask.h"
#include "wire/vendor.h"

#define PAIRS_BYTES_MAX 160   // up to here the second cut goes everywhere, else
#define PAIR_BYTES      4     // so far behind the first,
#define NEAR_BYTES_MAX  1500  // up to here; and one cut goes everywhere
#define CUTS_BYTES_MAX  12000 // up to here

struct setting {
    struct meter_setup meter;
    bool cut; // the body ends without its framing's end
    bool raw; // no variants with other line ends
    struct ask_edit edit;
    struct str path_model;
    uint64_t repeat;   // so often stands what the input has between << and >>
    size_t long_bytes; // a longer event is too long to be kept, where this is not 0
};

struct outcome {
    struct buf passed;
    struct buf text; // what the meter found
    unsigned pieces; // calls of pass
};

static unsigned failures;
static unsigned cases;
static size_t cuts_step = 1;

static void fail(const char *name, const char *what, struct str got, struct str want)
{
    failures++;
    fprintf(stderr, "%s: %s\n--- got\n%.*s\n--- want\n%.*s\n", name, what,
            got.len > 3000 ? 3000 : (int)got.len, got.ptr ? got.ptr : "",
            want.len > 3000 ? 3000 : (int)want.len, want.ptr ? want.ptr : "");
}

static enum endpoint endpoint_of(struct str name)
{
    for (int i = 0; i < ENDPOINT_COUNT; i++) {
        if (str_is(name, endpoint_name((enum endpoint)i)))
            return (enum endpoint)i;
    }
    fprintf(stderr, "no endpoint %.*s\n", STR_ARG(name));
    exit(1);
}

static void set(void *setting, struct str key, struct str value)
{
    struct setting *s = setting;
    if (str_is(key, "endpoint"))
        s->meter.endpoint = endpoint_of(value);
    else if (str_is(key, "vendor"))
        s->meter.vendor_flags = vendor_find(value)->flags;
    else if (str_is(key, "host"))
        s->meter.vendor_flags = vendor_flags(vendor_of_host(value), value);
    else if (str_is(key, "cache_hour"))
        s->meter.cache_hour = str_is(value, "yes");
    else if (str_is(key, "media"))
        s->meter.media = str_is(value, "yes");
    else if (str_is(key, "searches"))
        s->meter.searches = str_is(value, "yes");
    else if (str_is(key, "output_max") && str_i64(value, &s->meter.output_max))
        return;
    else if (str_is(key, "drop"))
        s->meter.drop_usage_chunk = str_is(value, "yes");
    else if (str_is(key, "error"))
        s->meter.error = str_is(value, "yes");
    else if (str_is(key, "end"))
        s->cut = str_is(value, "cut");
    else if (str_is(key, "raw"))
        s->raw = str_is(value, "yes");
    else if (str_is(key, "model"))
        s->edit.model = value;
    else if (str_is(key, "include_usage"))
        s->edit.include_usage = str_is(value, "yes");
    else if (str_is(key, "no_truncate"))
        s->edit.no_truncate = str_is(value, "yes");
    else if (str_is(key, "no_shift"))
        s->edit.no_shift = str_is(value, "yes");
    else if (str_is(key, "num_ctx") && str_i64(value, &s->edit.context))
        return;
    else if (str_is(key, "num_predict") && str_i64(value, &s->edit.output_max))
        return;
    else if (str_is(key, "keep_alive"))
        s->edit.keep_alive = value;
    else if (str_is(key, "path_model"))
        s->path_model = value;
    else if (str_is(key, "repeat") && str_u64(value, &s->repeat))
        return;
    else if (key.len && key.ptr[0] != '#') {
        fprintf(stderr, "no setting %.*s\n", STR_ARG(key));
        exit(1);
    }
}

static void collect(void *context, struct str bytes)
{
    struct outcome *o = context;
    buf_add(&o->passed, bytes);
    o->pieces++;
}

static void say(struct buf *b, const char *key, int64_t n)
{
    if (n)
        buf_printf(b, "%s %lld\n", key, (long long)n);
}

static void say_text(struct buf *b, const char *key, const char *value)
{
    if (value[0])
        buf_printf(b, "%s %s\n", key, value);
}

static void describe_usage(const struct usage *u, struct buf *b)
{
    for (int i = 0; i < BUCKET_COUNT; i++)
        say(b, bucket_name((enum bucket)i), u->count[i]);
    say(b, "reasoning", u->reasoning);
    say(b, "prompt", u->prompt);
    if (u->service != SERVICE_STANDARD)
        say_text(b, "service", service_name(u->service));
    if (u->us_region)
        say_text(b, "region", "us");
    if (u->has_reported) {
        buf_add_cstr(b, "reported_cost ");
        money_write(b, u->reported);
        buf_add_char(b, '\n');
    }
    if (u->uncounted)
        buf_add_cstr(b, "uncounted\n");
    if (u->inconsistent)
        buf_add_cstr(b, "inconsistent\n");
}

static void describe_share(const struct meter_share *s, struct buf *b)
{
    buf_printf(b, "share of %s: prompt %lld", s->declined ? "the asked" : s->model,
               (long long)s->usage.prompt);
    for (int i = 0; i < BUCKET_COUNT; i++) {
        if (s->usage.count[i])
            buf_printf(b, ", %s %lld", bucket_name((enum bucket)i), (long long)s->usage.count[i]);
    }
    buf_add_char(b, '\n');
}

static void describe(struct meter *m, struct buf *b)
{
    buf_add_cstr(b, meter_complete(m) ? "complete\n" : "incomplete\n");
    if (m->stream_error)
        buf_add_cstr(b, "stream error\n");
    if (m->garbage)
        buf_add_cstr(b, "garbage\n");
    if (!m->has_usage && !m->setup.error)
        meter_estimate(m, 400);
    buf_printf(b, "usage %s\n",
               m->has_usage     ? sure_name(m->usage.sure)
               : m->setup.error ? "none"
                                : "estimated");
    describe_usage(&m->usage, b);
    for (unsigned i = 0; meter_share_at(m, i); i++)
        describe_share(meter_share_at(m, i), b);
    say_text(b, "model", m->model);
    say_text(b, "id", m->id);
    say_text(b, "finish", m->finish);
    say_text(b, "error_code", m->error_code);
    say(b, "total_ns", m->times.total_ns);
    say(b, "load_ns", m->times.load_ns);
    say(b, "input_ns", m->times.input_ns);
    say(b, "output_ns", m->times.output_ns);
    if (m->remote)
        buf_add_cstr(b, "remote\n");
    if (meter_kind_streams(m->setup.kind)) {
        say(b, "events", m->events);
        say(b, "text", m->text_bytes);
    }
}

// Feeds `text` in three pieces, or byte by byte when `first` is beyond its end.
static void run(const struct setting *s, struct str text, size_t first, size_t second,
                struct outcome *o)
{
    struct meter m;
    text.ptr = text.ptr ? text.ptr : "";
    *o = (struct outcome){0};
    buf_init(&o->passed, &alloc_heap, 0);
    buf_init(&o->text, &alloc_heap, 0);
    meter_init(&m, &s->meter, &alloc_heap);
    if (s->long_bytes && s->meter.kind == METER_LINES)
        m.lines.long_bytes = s->long_bytes;
    else if (s->long_bytes)
        m.sse.long_bytes = s->long_bytes;
    if (first > text.len) {
        for (size_t i = 0; i < text.len; i++)
            meter_feed(&m, str_from(text.ptr + i, 1), collect, o);
    } else {
        meter_feed(&m, str_from(text.ptr, first), collect, o);
        meter_feed(&m, str_from(text.ptr + first, second - first), collect, o);
        meter_feed(&m, str_from(text.ptr + second, text.len - second), collect, o);
    }
    meter_end(&m, !s->cut);
    size_t before = o->passed.len;
    bool held_back = m.held.len > 0;
    meter_release(&m, collect, o);
    describe(&m, &o->text);
    if (m.terminal && before == o->passed.len && held_back)
        buf_add_cstr(&o->text, "nothing was held\n");
    buf_printf(&o->text, "held %zu\nlost %zu\n", o->passed.len - before, text.len - o->passed.len);
    meter_fini(&m);
}

static void done(struct outcome *o)
{
    buf_fini(&o->passed);
    buf_fini(&o->text);
}

// What was passed on is the text without one run of bytes: a dropped event, or a torn end.
static bool is_cut_of(struct str passed, struct str text)
{
    size_t head = 0;
    while (head < passed.len && head < text.len && passed.ptr[head] == text.ptr[head])
        head++;
    struct str tail = str_skip(passed, head);
    return tail.len <= text.len && str_eq(tail, str_skip(text, text.len - tail.len));
}

static void compare(const char *name, const struct setting *s, struct str text, size_t first,
                    size_t second, const struct outcome *whole)
{
    struct outcome o;
    char what[80];
    run(s, text, first, second, &o);
    snprintf(what, sizeof what, "cut at %zu and %zu", first, second);
    if (!str_eq(buf_str(&o.text), buf_str(&whole->text)))
        fail(name, what, buf_str(&o.text), buf_str(&whole->text));
    else if (!str_eq(buf_str(&o.passed), buf_str(&whole->passed)))
        fail(name, what, buf_str(&o.passed), buf_str(&whole->passed));
    done(&o);
}

static void try_cuts(const char *name, const struct setting *s, struct str text,
                     const struct outcome *whole)
{
    unsigned before = failures;
    size_t step = text.len > CUTS_BYTES_MAX ? text.len / 61 : cuts_step;
    for (size_t i = 0; i <= text.len && failures < before + 3; i += step) {
        size_t last = text.len <= PAIRS_BYTES_MAX ? text.len : i + PAIR_BYTES;
        if (text.len > NEAR_BYTES_MAX)
            compare(name, s, text, i, text.len, whole);
        for (size_t k = i; text.len <= NEAR_BYTES_MAX && k <= last && k <= text.len; k++)
            compare(name, s, text, i, k, whole);
    }
    compare(name, s, text, text.len + 1, 0, whole);
}

// Every event goes on in parts and is sifted. What is found is the same; but less is held, and a
// chunk of ours cannot be dropped.
static void try_long(const char *name, const struct setting *s, struct str text, bool cuts)
{
    struct setting other = *s;
    struct outcome kept;
    struct outcome sifted;
    other.meter.drop_usage_chunk = false;
    run(&other, text, text.len, text.len, &kept);
    other.long_bytes = 20; // [DONE] is kept
    run(&other, text, text.len, text.len, &sifted);
    size_t same = str_search(buf_str(&kept.text), str_of("held "));
    if (same > sifted.text.len || memcmp(kept.text.ptr, sifted.text.ptr, same) != 0)
        fail(name, "as long events", buf_str(&sifted.text), buf_str(&kept.text));
    if (!is_cut_of(buf_str(&sifted.passed), text))
        fail(name, "bytes changed", buf_str(&sifted.passed), text);
    if (cuts)
        try_cuts(name, &other, text, &sifted);
    else
        compare(name, &other, text, text.len + 1, 0, &sifted);
    done(&kept);
    done(&sifted);
}

// The same stream as another server would write it. Sizes differ, nothing else may.
static void try_variant(const char *name, const struct setting *s, struct str text,
                        const char *line_end, const char *head)
{
    struct buf other;
    struct outcome o;
    buf_init(&other, &alloc_heap, 0);
    buf_add_cstr(&other, head);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n')
            buf_add_cstr(&other, line_end);
        else
            buf_add_char(&other, text.ptr[i]);
    }
    struct outcome plain;
    run(s, text, text.len, text.len, &plain);
    run(s, buf_str(&other), other.len, other.len, &o);
    size_t same = str_search(buf_str(&plain.text), str_of("held "));
    if (same > o.text.len || memcmp(plain.text.ptr, o.text.ptr, same) != 0)
        fail(name, "with other line ends", buf_str(&o.text), buf_str(&plain.text));
    if (!is_cut_of(buf_str(&o.passed), buf_str(&other)))
        fail(name, "bytes changed", buf_str(&o.passed), buf_str(&other));
    try_cuts(name, s, buf_str(&other), &o);
    try_long(name, s, buf_str(&other), false);
    done(&o);
    done(&plain);
    buf_fini(&other);
}

static void repeat(struct str text, uint64_t times, struct buf *out)
{
    size_t from = str_search(text, str_of("<<"));
    size_t until = str_search(text, str_of(">>"));
    buf_init(out, &alloc_heap, 0);
    buf_add(out, str_from(text.ptr, from));
    for (uint64_t i = 0; i < times && until < text.len; i++)
        buf_add(out, str_from(text.ptr + from + 2, until - from - 2));
    buf_add(out, str_skip(text, until + 2));
}

static void check(const char *folder, struct str expect, struct str want, struct str got)
{
    if (str_eq(want, got))
        return;
    if (!getenv("GOLDEN_WRITE")) {
        fail(folder, "differs from expect.txt", got, want);
        return;
    }
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add(&b, str_from(expect.ptr, expect.len - want.len));
    buf_add(&b, got);
    write_file(folder, "expect.txt", buf_str(&b));
    buf_fini(&b);
}

static void answer_case(const char *folder, struct str input, struct str expect,
                        enum meter_kind kind)
{
    struct setting s = {.meter.kind = kind};
    struct str want = read_setting(expect, set, &s);
    struct outcome whole;
    struct buf body;
    buf_init(&body, &alloc_heap, 0);
    buf_add(&body, input);
    if (s.repeat) {
        buf_fini(&body);
        repeat(input, s.repeat, &body);
    }
    struct str text = str_of(buf_cstr(&body));
    text.len = body.len;
    run(&s, text, text.len, text.len, &whole);
    check(folder, expect, want, buf_str(&whole.text));
    if (!is_cut_of(buf_str(&whole.passed), text))
        fail(folder, "bytes changed", buf_str(&whole.passed), text);
    try_cuts(folder, &s, text, &whole);
    if (meter_kind_streams(kind) && !s.raw) {
        try_long(folder, &s, text, true);
        try_variant(folder, &s, text, "\r\n", "");
    }
    if (kind == METER_SSE && !s.raw) {
        try_variant(folder, &s, text, "\r", "");
        try_variant(folder, &s, text, "\n", "\xef\xbb\xbf");
    }
    done(&whole);
    buf_fini(&body);
}

static void describe_demand(const struct demand *d, struct buf *b)
{
    buf_printf(b, "model %.*s\n", STR_ARG(d->model));
    say(b, "stream", d->stream);
    say(b, "usage_asked", d->usage_asked);
    say(b, "text_bytes", d->text_bytes);
    say(b, "messages", d->messages);
    say(b, "tools", d->tools);
    say(b, "images", d->images);
    say(b, "files", d->files);
    say(b, "choices", d->choices);
    say(b, "output_max", d->output_max);
    say(b, "context", d->context);
    say(b, "stored_context", d->stored_context);
    say(b, "server_tools", d->server_tools);
    say(b, "web_search", d->web_search);
    say(b, "background", d->background);
    if (d->user.len)
        buf_printf(b, "user %.*s\n", STR_ARG(d->user));
}

static void describe_tags(const struct ask *a, struct arena *arena, struct buf *b)
{
    struct tags tags = {0};
    ask_tags(a, &tags, arena);
    for (unsigned i = 0; i < tags.count; i++)
        buf_printf(b, "tag %.*s=%.*s\n", STR_ARG(tags.at[i].name), STR_ARG(tags.at[i].value));
}

static void splice(const char *folder, const struct ask *a, const struct setting *s,
                   struct arena *arena)
{
    struct ask_pieces p;
    struct buf sent;
    struct buf want;
    buf_init(&sent, &alloc_heap, 0);
    if (!ask_splice(a, &s->edit, arena, &p))
        fail(folder, "not spliced", STR_NONE, STR_NONE);
    for (unsigned i = 0; i < p.count; i++)
        buf_add(&sent, p.at[i]);
    if (sent.len != p.bytes)
        fail(folder, "length of the body", buf_str(&sent), STR_NONE);
    bool changed = read_file(folder, "sent.json", &want);
    if (getenv("GOLDEN_WRITE") && !str_eq(buf_str(&sent), a->body))
        write_file(folder, "sent.json", buf_str(&sent));
    else if (!str_eq(buf_str(&sent), changed ? buf_str(&want) : a->body))
        fail(folder, "sent", buf_str(&sent), changed ? buf_str(&want) : a->body);
    buf_fini(&sent);
    buf_fini(&want);
}

static void request_case(const char *folder, struct str body, struct str expect)
{
    struct setting s = {0};
    struct str want = read_setting(expect, set, &s);
    struct endpoint_found found = {.endpoint = s.meter.endpoint, .model = s.path_model};
    struct arena arena;
    struct buf got;
    struct ask a;
    struct why why = {0};
    buf_init(&got, &alloc_heap, 0);
    arena_init(&arena, &alloc_heap, 4096, 4 * MIB);
    enum refusal r = ask_open(&a, &found, body, &alloc_heap, &why);
    if (r != REFUSAL_NONE) {
        buf_printf(&got, "refused %s\n", refusal_code(r));
    } else {
        describe_demand(&a.demand, &got);
        describe_tags(&a, &arena, &got);
        splice(folder, &a, &s, &arena);
        ask_close(&a);
    }
    check(folder, expect, want, buf_str(&got));
    arena_fini(&arena);
    buf_fini(&got);
}

static void run_case(const char *folder)
{
    struct buf expect;
    struct buf input;
    if (!read_file(folder, "expect.txt", &expect))
        return;
    cases++;
    if (read_file(folder, "stream.txt", &input))
        answer_case(folder, buf_str(&input), buf_str(&expect), METER_SSE);
    else if (read_file(folder, "lines.txt", &input))
        answer_case(folder, buf_str(&input), buf_str(&expect), METER_LINES);
    else if (read_file(folder, "answer.txt", &input))
        answer_case(folder, buf_str(&input), buf_str(&expect), METER_JSON);
    else if (read_file(folder, "request.json", &input))
        request_case(folder, buf_str(&input), buf_str(&expect));
    else
        fail(folder, "has no input", STR_NONE, STR_NONE);
    buf_fini(&input);
    buf_fini(&expect);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void run_folder(const char *folder)
{
    struct dirent **names = NULL;
    int n = scandir(folder, &names, NULL, by_name);
    for (int i = 0; i < n; i++) {
        char path[2048];
        join(path, folder, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            run_case(path);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    static const char *const dialects[] = {"openai", "responses", "anthropic", "gemini", "ollama"};
    if (argc > 1) {
        run_case(argv[1]);
        return failures != 0;
    }
    const char *cuts = getenv("COSTLENS_CUTS");
    if (cuts)
        cuts_step = strtoul(cuts, NULL, 10);
    if (cuts_step == 0)
        cuts_step = 1;
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        char path[2048];
        join(path, TEST_ROOT "/golden", dialects[i]);
        run_folder(path);
    }
    printf("%u cases, %u failures\n", cases, failures);
    if (cases < 60)
        fprintf(stderr, "cases are missing\n");
    return failures != 0 || cases < 60;
}
