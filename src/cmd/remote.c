// SPDX-License-Identifier: Apache-2.0

#include "cmd/remote.h"

#include <time.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "cmd/child.h"
#include "cmd/faulty.h"
#include "cmd/lost.h"
#include "cmd/patience.h"
#include "cold/http.h"
#include "config/config.h"
#include "config/place.h"
#include "panel/verb.h"
#include "tariff/shelf.h"

#define WAIT_MS       600000
#define SOCKET_BYTES  256
#define BUSY_US       (4 * SECOND_US)
#define BUSY_STEP_NS  100000000
#define OWNER_US      (5 * SECOND_US)
#define OWNER_STEP_NS 20000000

// What a code of the admin plane (panel/routes.c) says, else its HTTP status.
static enum status status_of(long http, struct str code)
{
    if (str_is(code, "busy"))
        return STATUS_BUSY;
    if (str_is(code, "disk_full"))
        return STATUS_FULL;
    return http == 400   ? STATUS_SYNTAX
           : http == 404 ? STATUS_UNKNOWN
           : http == 409 ? STATUS_CONFLICT
                         : STATUS_DENIED;
}

// {"error":{"code","message"}} of the admin plane, as a status and a sentence.
static enum status told(long http, struct str body, struct why *why)
{
    struct json *j = NULL;
    struct str code = STR_NONE, message = STR_NONE;
    if (json_open(body, &alloc_heap, &j, NULL) == STATUS_OK) {
        code = json_str(json_path(json_root(j), "error.code"));
        message = json_str(json_path(json_root(j), "error.message"));
    }
    enum status s = status_of(http, code);
    if (message.len)
        why_set(why, s, "%.*s", STR_ARG(message));
    else
        why_set(why, s, "the gateway answered with status %ld", http);
    json_close(j);
    return s;
}

enum status remote_gateway(const struct config *c, const char *verb, struct str args,
                           struct buf *answer, struct why *why)
{
    char socket[SOCKET_BYTES];
    if (!place_socket(c->state, socket, sizeof socket))
        return STATUS_CLOSED;
    struct buf path, body;
    buf_init(&path, &alloc_heap, 4096);
    buf_init(&body, &alloc_heap, HTTP_ANSWER_MAX);
    buf_printf(&path, "/api/v1/%s", verb);
    long code = 0;
    struct http_post post = {socket, buf_cstr(&path), args, WAIT_MS};
    enum status s = http_post_local(&post, &code, &body, why);
    if (s == STATUS_OK && code == 200)
        buf_add(answer, str_trim(buf_str(&body))); // the admin plane ends it with a newline
    else if (s == STATUS_OK)
        s = told(code, buf_str(&body), why);
    buf_fini(&path);
    buf_fini(&body);
    return s;
}

static enum status run_with_catalog(const struct verb *verb, struct verb_call *call,
                                    struct why *why)
{
    struct catalog *catalog = NULL;
    struct shelf shelf = {0};
    enum status s = STATUS_OK;
    if (verb->needs_catalog) {
        s = shelf_open(call->config->state, &shelf, why);
        if (s == STATUS_OK)
            s = shelf_catalog(&shelf, call->config->prices, &catalog, why);
    }
    call->catalog = catalog;
    s = s == STATUS_OK ? verb_run(verb, call, why) : STATUS_DAMAGED;
    catalog_close(catalog);
    shelf_close(&shelf);
    return s;
}

// No gateway: this process owns the store for a moment. Opening it replays the journal.
static enum status open_here(const struct verb *verb, struct verb_call *call, struct why *why)
{
    const struct config *c = call->config;
    if (verb->needs_gate)
        return why_set(why, STATUS_CLOSED, "no gateway is running on this store (%.*s)",
                       STR_ARG(c->state));
    if (verb->storeless)
        return STATUS_OK;
    struct store_setup setup = {.path = c->store,
                                .state = c->state,
                                .create = verb->makes_store,
                                .asks = verb->safe,
                                .copies = verb->copies,
                                .keep_days = c->keep_days};
    enum status s = store_open(&setup, &call->store, why);
    if (s != STATUS_UNKNOWN || !verb->without_store)
        return s;
    *why = (struct why){0};
    return STATUS_OK;
}

// What changes nothing and was not answered is as what was not taken: CLOSED, and asked again.
static enum status ask_gateway(const struct verb *verb, struct verb_call *call, struct why *why)
{
    enum status s = remote_gateway(call->config, verb->name, call->args, call->answer, why);
    if (s == STATUS_IO && verb->safe)
        return STATUS_CLOSED;
    if ((s == STATUS_IO || s == STATUS_TIMEOUT) && !verb->safe)
        lost_say(verb->name, call->args, call->config->given, why);
    return s;
}

// Another command that owns the store is done in a moment, and a gateway that begins takes the verb
// as soon as it listens. Nothing has run while the store could not be opened.
static enum status run_where_it_is(const struct verb *verb, struct verb_call *call, struct why *why)
{
    const struct timespec step = {.tv_nsec = OWNER_STEP_NS};
    int64_t until_us = clock_mono_us() + OWNER_US;
    for (;;) {
        enum status s = ask_gateway(verb, call, why);
        if (s != STATUS_CLOSED)
            return s;
        s = open_here(verb, call, why);
        if (s == STATUS_OK)
            break;
        if (s != STATUS_BUSY || child_hurried() || clock_mono_us() >= until_us)
            return s;
        nanosleep(&step, NULL);
    }
    enum status s = run_with_catalog(verb, call, why);
    store_close(call->store);
    return s;
}

// Are the arguments wrong? A gateway says so with a 400, which is read as STATUS_SYNTAX.
static bool is_usage(enum status s)
{
    return s == STATUS_SYNTAX || s == STATUS_RANGE || s == STATUS_LIMIT;
}

// `faulty`: what is wrong with the file, whose gateway is asked nevertheless; empty otherwise.
static enum status run_it(const struct cli *cli, const char *verb, struct verb_call *call,
                          struct why *faulty, struct why *why)
{
    const struct verb *found = verb_find(str_of(verb));
    struct config_source source = {.file = cli->config_file};
    struct config *config = NULL;
    struct patience p;
    must(found);
    *faulty = (struct why){0};
    bool good = config_read(&source, &config, why) == STATUS_OK;
    if (!good && faulty_find(&source, &config) != STATUS_OK)
        return STATUS_DAMAGED;
    if (!good) {
        *faulty = *why;
        *why = (struct why){0};
    }
    patience_begin(&p);
    call->config = config;
    enum status s = good ? run_where_it_is(found, call, why) : ask_gateway(found, call, why);
    patience_end(&p);
    config_free(config);
    return s;
}

enum status remote_run(const struct cli *cli, const char *verb, struct str args, struct buf *answer,
                       struct why *why)
{
    struct why faulty;
    struct verb_call call = {.args = args, .answer = answer};
    return run_it(cli, verb, &call, &faulty, why);
}

enum status remote_retry(const struct cli *cli, const char *verb, struct buf *args,
                         struct buf *answer, struct why *why)
{
    const struct timespec step = {.tv_nsec = BUSY_STEP_NS};
    int64_t until_us = clock_mono_us() + BUSY_US;
    buf_add_char(args, '}');
    for (;;) {
        enum status s =
            buf_failed(args) ? STATUS_NO_MEMORY : remote_run(cli, verb, buf_str(args), answer, why);
        if (s != STATUS_BUSY || child_hurried() || clock_mono_us() >= until_us)
            return s;
        nanosleep(&step, NULL);
        buf_clear(answer);
    }
}

static void add_name(struct buf *args, const char *name)
{
    buf_add_char(args, args->len ? ',' : '{');
    buf_add_json(args, str_of(name));
    buf_add_char(args, ':');
}

void remote_arg(struct buf *args, const char *name, struct str text)
{
    if (text.len == 0)
        return;
    add_name(args, name);
    remote_text(args, text);
}

bool remote_number(struct buf *args, const char *name, struct str text)
{
    int128 atto = 0;
    bool inexact;
    if (text.len == 0)
        return true;
    if (decimal_round(text, &atto, &inexact) != STATUS_OK)
        return false;
    add_name(args, name);
    decimal_write(args, atto, DECIMAL_PLACES, 0);
    return true;
}

// What is not UTF-8 stays so, and is refused with all of them: JSON would make two names of such
// bytes the same.
void remote_text(struct buf *args, struct str text)
{
    if (str_utf8(text))
        buf_add_json(args, text);
    else
        buf_add(args, text);
}

enum status remote_try(const struct cli *cli, const char *verb, struct buf *args, struct buf *text,
                       struct why *why)
{
    struct why faulty = {0};
    *why = (struct why){0};
    if (args->len)
        buf_add_char(args, '}');
    enum status s = STATUS_NO_MEMORY;
    if (!str_utf8(buf_str(args)))
        s = why_set(why, STATUS_SYNTAX, "one of these words is not UTF-8, as every name is");
    else if (!buf_failed(args))
        s = run_it(cli, verb, &(struct verb_call){.args = buf_str(args), .answer = text}, &faulty,
                   why);
    if (faulty.text[0])
        faulty_say(&faulty);
    return s;
}

int remote_fail(enum status s, const struct why *why)
{
    const int code = command_failed("%s", why->text[0] ? why->text : status_text(s));
    return is_usage(s) ? EXIT_USAGE : code;
}

static int read_answer(const struct buf *text, struct json **answer)
{
    struct why why;
    if (json_open(buf_str(text), &alloc_heap, answer, &why) != STATUS_OK)
        return command_failed("the answer makes no sense: %s", why.text);
    return EXIT_OK;
}

int remote_ask(const struct cli *cli, const char *verb, struct buf *args, struct buf *text,
               struct json **answer)
{
    struct why why;
    struct buf own;
    buf_init(&own, &alloc_heap, 0);
    text = text ? text : &own;
    enum status s = remote_try(cli, verb, args, text, &why);
    int code = s == STATUS_OK ? read_answer(text, answer) : remote_fail(s, &why);
    buf_fini(&own);
    return code;
}

int remote_print(const struct cli *cli, struct buf *text, void (*print)(const struct json *answer))
{
    struct json *answer = NULL;
    int code = read_answer(text, &answer);
    if (code == EXIT_OK && cli->json)
        puts(buf_cstr(text));
    else if (code == EXIT_OK)
        print(answer);
    json_close(answer);
    return code;
}

int remote_show(const struct cli *cli, const char *verb, struct buf *args,
                void (*print)(const struct json *answer))
{
    struct buf text;
    struct why why;
    buf_init(&text, &alloc_heap, 0);
    enum status s = remote_try(cli, verb, args, &text, &why);
    int code = s == STATUS_OK ? remote_print(cli, &text, print) : remote_fail(s, &why);
    buf_fini(&text);
    return code;
}

void remote_say_since(const struct json *answer, FILE *to)
{
    struct str since = json_str(json_get(json_root(answer), "rows_since"));
    if (since.len)
        command_print(to,
                      "calls before %.*s are not in it: `keep` has deleted their rows. Reports by "
                      "model, provider, key, team, project or day have them, in whole hours\n",
                      STR_ARG(since));
}
