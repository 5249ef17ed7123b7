// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/faulty.h"
#include "cmd/remote.h"
#include "cmd/screen.h"
#include "cmd/top.h"
#include "config/config.h"

#define FILTER_MAX   200
#define INTERVAL_MAX (3600 * SECOND_US)
#define FOOT         "q quit   p pause   s sort   / filter"

struct options {
    const char *interval, *count, *by, *filter;
    bool once;
};

struct watching {
    struct config *config;
    struct top *top;
    struct buf answer; // the last
    int64_t interval_us;
    uint64_t count; // ticks left
    bool once, json;
    char filter[FILTER_MAX + 1];
    char typed[FILTER_MAX + 1]; // a filter that is being typed
    size_t typed_len;
    bool typing;
    char gone[9]; // when its gateway was found ended, HH:MM:SS; empty: it runs
};

static int say(const struct watching *w, enum status s, const struct why *why)
{
    if (s == STATUS_CLOSED)
        return command_failed("no gateway is running on this store (%.*s): there are no calls to "
                              "show. Start one with `costlens serve`; what ended is in `costlens "
                              "report`",
                              STR_ARG(w->config->state));
    return command_failed("%s", why->text[0] ? why->text : status_text(s));
}

// Takes in what happened since it was last asked.
static enum status ask(struct watching *w, struct why *why)
{
    struct buf args;
    struct json *answer = NULL;
    buf_init(&args, &alloc_heap, 0);
    remote_arg(&args, "after", str_of(w->top->cursor));
    remote_arg(&args, "filter", w->top->filter);
    if (args.len)
        buf_add_char(&args, '}');
    buf_clear(&w->answer);
    enum status s = remote_gateway(w->config, "live", buf_str(&args), &w->answer, why);
    if (s == STATUS_OK)
        s = json_open(buf_str(&w->answer), &alloc_heap, &answer, why);
    if (s == STATUS_OK)
        top_take(w->top, answer);
    json_close(answer);
    buf_fini(&args);
    return s;
}

// False when it is too long. Blanks around it are none of it.
static bool set_filter(struct watching *w, struct str text)
{
    struct str filter = str_trim(text);
    if (!str_copy(filter, w->filter, sizeof w->filter))
        return false;
    w->top->filter = str_from(w->filter, filter.len);
    return true;
}

static bool last_tick(struct watching *w)
{
    return w->count > 0 && --w->count == 0;
}

// --- without a screen ---

static void print_lines(const struct watching *w, uint64_t before)
{
    const struct top *t = w->top;
    const struct top_call *c;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    if (t->by.len)
        top_line_groups(t, &out);
    int128 total = top_total(t); // after each of the calls that came
    uint64_t fresh = t->by.len ? 0 : t->ended_count - before;
    for (uint64_t j = 0; j < fresh && (c = top_ended(t, j)) != NULL; j++)
        total -= c->cost;
    for (uint64_t j = fresh; j-- > 0;) {
        if ((c = top_ended(t, j)) == NULL)
            continue;
        total += c->cost;
        top_line(c, total, &out);
    }
    for (size_t i = 0; w->once && t->by.len == 0 && i < t->running_count; i++)
        top_line(&t->running[i], total, &out);
    fputs(buf_cstr(&out), stdout);
    buf_fini(&out);
}

static void print_picture(const struct watching *w)
{
    struct buf out;
    unsigned columns, rows;
    screen_size(&columns, &rows);
    buf_init(&out, &alloc_heap, 0);
    top_draw(w->top, columns, rows, STR_NONE, &out);
    puts(buf_cstr(&out));
    buf_fini(&out);
}

static bool print_tick(struct watching *w, uint64_t before)
{
    if (w->json)
        puts(buf_cstr(&w->answer));
    else if (w->once && screen_can())
        print_picture(w);
    else
        print_lines(w, before);
    return fflush(stdout) == 0 && !ferror(stdout);
}

static void print_titles(const struct watching *w)
{
    struct buf titles;
    if (w->json || (w->once && screen_can()))
        return;
    buf_init(&titles, &alloc_heap, 0);
    top_line_titles(w->top, &titles);
    fputs(buf_cstr(&titles), stdout);
    buf_fini(&titles);
}

static int watch_lines(struct watching *w)
{
    for (bool first = true;; first = false) {
        struct why why = {0};
        uint64_t before = w->top->ended_count;
        enum status s = ask(w, &why);
        if (s != STATUS_OK)
            return say(w, s, &why);
        if (first)
            print_titles(w);
        if (!print_tick(w, before))
            return command_failed("the output could not be written: %s", strerror(errno));
        if (last_tick(w))
            return EXIT_OK;
        (void)poll(NULL, 0, (int)(w->interval_us / 1000));
    }
}

// --- with one ---

static void draw(struct watching *w)
{
    struct buf out, foot;
    unsigned columns, rows;
    buf_init(&out, &alloc_heap, 0);
    buf_init(&foot, &alloc_heap, 0);
    if (w->typing)
        buf_printf(&foot, "filter: %.*s_   (enter: take it, escape: leave it)", (int)w->typed_len,
                   w->typed);
    else if (w->gone[0])
        buf_printf(&foot, "the gateway ended at %s UTC: waiting for it to come back   q quit",
                   w->gone);
    else
        buf_add_cstr(&foot, FOOT);
    screen_size(&columns, &rows);
    top_draw(w->top, columns, rows, buf_str(&foot), &out);
    screen_draw(buf_str(&out), rows, TOP_TITLES);
    buf_fini(&foot);
    buf_fini(&out);
}

// True when the filter is another one now.
static bool type(struct watching *w, int key)
{
    if (key == '\033') {
        w->typing = false;
    } else if (key == '\r' || key == '\n') {
        w->typing = false;
        (void)set_filter(w, str_from(w->typed, w->typed_len));
        top_reset(w->top);
        return true;
    } else if (key == 127 || key == '\b') {
        while (w->typed_len > 0 && ((unsigned char)w->typed[--w->typed_len] & 0xc0) == 0x80)
            continue; // a whole character
    } else if (key >= ' ' && w->typed_len < FILTER_MAX) {
        w->typed[w->typed_len++] = (char)key;
    }
    return false;
}

enum what { GO_ON, ASK_NOW, QUIT };

static enum what press(struct watching *w, int key)
{
    if (key == SCREEN_CLOSED)
        return QUIT;
    if (w->typing)
        return type(w, key) ? ASK_NOW : GO_ON;
    switch (key) {
    case 'q': return QUIT;
    case 'p': w->top->paused = !w->top->paused; return w->top->paused ? GO_ON : ASK_NOW;
    case 's': w->top->sort = (w->top->sort + 1) % TOP_SORT_COUNT; return GO_ON;
    case '/':
        w->typing = true;
        w->typed_len = 0;
        return GO_ON;
    default: return GO_ON;
    }
}

// Keys until it is time to ask again.
static enum what wait_next(struct watching *w)
{
    int64_t until_us = clock_mono_us() + w->interval_us;
    for (;;) {
        draw(w);
        int64_t left_us = until_us - clock_mono_us();
        if (left_us <= 0 && !w->top->paused)
            return GO_ON;
        int key = screen_key(w->top->paused ? 1000 : (int)(left_us / 1000) + 1);
        enum what what = key == SCREEN_NO_KEY ? GO_ON : press(w, key);
        if (what != GO_ON)
            return what;
    }
}

// As ask; a gateway that has ended may be about to start anew.
static enum status ask_again(struct watching *w, struct why *why)
{
    struct buf now;
    enum status s = ask(w, why);
    if (s != STATUS_CLOSED && s != STATUS_IO) {
        w->gone[0] = 0;
        return s;
    }
    buf_init(&now, &alloc_heap, 0);
    civil_write(&now, clock_wall_us(), 0);
    if (!w->gone[0])
        str_copy_clipped(str_skip(buf_str(&now), strlen("2026-11-24T")), w->gone, sizeof w->gone);
    buf_fini(&now);
    top_idle(w->top);
    return STATUS_OK;
}

static int watch_screen(struct watching *w)
{
    struct why why = {0};
    enum status s = ask(w, &why); // an error is said on the terminal as it is
    if (s == STATUS_OK && !screen_open())
        return command_failed("the terminal cannot be steered: use --once, or --json");
    while (s == STATUS_OK && wait_next(w) != QUIT && !last_tick(w))
        s = ask_again(w, &why);
    screen_close();
    return s == STATUS_OK ? EXIT_OK : say(w, s, &why);
}

// --- the command line ---

static const struct option_row option_rows[] = {
    {
        "interval",
        "TIME",
        "how often it looks: 1s (as it stands), 10s, 1m",
        offsetof(struct options, interval),
    },
    {"count", "N", "looks N times and ends", offsetof(struct options, count)},
    {"once", NULL, "looks once: who runs, and who ended last", offsetof(struct options, once)},
    {"by", "WHAT", "sums instead of calls: model, provider, key, team, user,\nendpoint or tag:NAME",
     offsetof(struct options, by)},
    {"filter", "TEXT",
     "only calls with this text in key, team, user, tags,\nprovider/model, "
     "endpoint or state",
     offsetof(struct options, filter)},
    {0}};

static int read_options(const struct options *o, struct watching *w)
{
    w->interval_us = SECOND_US;
    if (o->interval && (!span_read(str_of(o->interval), &w->interval_us) ||
                        w->interval_us < SECOND_US || w->interval_us > INTERVAL_MAX))
        return command_usage(&cmd_top, "--interval `%s` is no time from 1s to 1h", o->interval);
    if (o->count && (!str_u64(str_of(o->count), &w->count) || w->count == 0))
        return command_usage(&cmd_top, "--count `%s` is no number from 1 on", o->count);
    if (o->once && o->count)
        return command_usage(&cmd_top, "--once is --count 1: give one of them");
    if (o->by && !top_groups_by(str_of(o->by)))
        return command_usage(&cmd_top,
                             "--by `%s`: it is model, provider, key, team, user, endpoint or "
                             "tag:NAME",
                             o->by);
    if (o->filter && !set_filter(w, str_of(o->filter)))
        return command_usage(&cmd_top, "--filter is longer than %d bytes", FILTER_MAX);
    w->once = o->once;
    w->count = o->once ? 1 : w->count;
    w->top->by = str_of(o->by);
    return EXIT_OK;
}

static int watch(struct watching *w, const struct cli *cli)
{
    struct why why = {0};
    const struct config_source source = {.file = cli->config_file};
    if (config_read(&source, &w->config, &why) != STATUS_OK) {
        if (faulty_find(&source, &w->config) != STATUS_OK)
            return command_failed("%s", why.text);
        faulty_say(&why);
    }
    buf_init(&w->answer, &alloc_heap, 0);
    w->json = cli->json;
    top_widths();
    bool lines = w->json || w->once || !screen_can();
    int code = lines ? watch_lines(w) : watch_screen(w);
    buf_fini(&w->answer);
    config_free(w->config);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct options o = {0};
    struct watching w = {0};
    int code = command_options(&cmd_top, &argc, argv, &o);
    if (code != EXIT_OK)
        return code;
    if (argc > 1)
        return command_usage(&cmd_top, "`%s` is one too many", argv[1]);
    w.top = alloc_must(sizeof *w.top);
    code = read_options(&o, &w);
    if (code == EXIT_OK)
        code = watch(&w, cli);
    heap_free(w.top);
    return code;
}

const struct command cmd_top = {
    .name = "top",
    .summary = "watch the calls of the running gateway",
    .help =
        "usage: costlens top [options]\n"
        "\n"
        "Shows the calls of the running gateway as they come and go: when they began, whose they "
        "are,\n"
        "model, tokens, cost, the time to the first byte and all of it; above them the sums of "
        "today\n"
        "(UTC, as in `costlens report`) and of all since the gateway started. INPUT is what was in "
        "no\n"
        "cache, as in a report; CACHED was read from one, WRITTEN to one. What stands behind a ~ "
        "is\n"
        "estimated, or has something estimated in it: the provider has not told its count (yet).\n"
        "\n"
        "On a terminal: the whole screen; keys are in its last line; a gateway that ends is waited "
        "for.\n"
        "Elsewhere: a line a call "
        "that\n"
        "has ended, fields between tabs; total_usd is of all since the gateway started, shown_usd "
        "(with\n"
        "--filter) of the lines so far. With --json: what the gateway says, an object a line, "
        "whatever\n"
        "--by.\n"
        "\n"
        "The sums of --by begin with the calls that the gateway still knows one by one, its last "
        "200 at\n"
        "most: the title and of_last say how many calls they are of. Those of longer: `costlens "
        "report\n"
        "--by`.\n",
    .run = run,
    .options = option_rows,
    .examples = "costlens top\n"
                "costlens top --by key\n"
                "costlens top --once\n"
                "costlens top --json --interval 10s\n",
};
