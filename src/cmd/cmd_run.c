// SPDX-License-Identifier: Apache-2.0

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "base/random.h"
#include "cmd/bill.h"
#include "cmd/cap.h"
#include "cmd/child.h"
#include "cmd/launcher.h"
#include "cmd/lease.h"
#include "cmd/remote.h"
#include "core/key.h"
#include "core/tags.h"

#define EXIT_NOT_BEGUN 125 // as of env, timeout, nohup
#define KEY_LIVES      TEXT_OF(KEY_RUN_DAYS) "d"
#define TEXT_OF(x)     TEXT_OF_(x)
#define TEXT_OF_(x)    #x
#define NAME_BYTES     50 // of the key's name, with its place
#define ARGUMENTS_MAX  8  // of a launcher
#define RUN_VARIABLE   "COSTLENS_RUN"
#define TAGS_VARIABLE  "COSTLENS_RUN_TAGS" // of the run around it, as tags_read reads them
#define TAGS_ARENA_MAX ((size_t)64 * KIB)
#define OUTER_BYTES    44 // five runs around it
#define SETTLE_NS      50000000
#define OPEN_TRIES     20
#define OPEN_STEP_NS   100000000

static const char help[] =
    "usage: costlens run [--budget USD] [--tag NAME=VALUE]... [--name NAME] [--mock] -- CMD "
    "ARGS...\n"
    "\n"
    "Runs CMD with its model calls led through the gateway, and prints on standard error what "
    "they\n"
    "cost: this run's calls alone, whatever else goes through the gateway at the same time.\n"
    "\n"
    "The gateway is the one that runs on the state folder; where none does, one is begun, which\n"
    "ends with the last program that uses it (its output: run.log in the state folder). CMD gets\n"
    "the variables that `costlens env CMD` prints, with a key made for this run, which ends with\n"
    "it: what CMD leaves running in the background can make no more calls then.\n"
    "\n"
    "With --budget, each call holds the most that it can cost before it is sent, and what would "
    "pass\n"
    "the limit waits up to 30 s for calls under way, or is refused with 402. `costlens budget "
    "raise\n"
    "NAME USD` lets CMD go on; the run says its NAME. Calls of runs inside it count, too.\n"
    "\n"
    "Input, output, signals and the terminal are CMD's. The exit status is CMD's: 128+N of a "
    "signal,\n"
    "127 when it is not found, 126 when it cannot be run; 125 when there is no gateway, or the "
    "file\n"
    "of --bill cannot be opened: CMD is not started then.\n";

struct wish {
    struct option_list tags;
    const char *budget, *name, *bill;
    bool mock, quiet;
};

static const struct option_row options[] = {
    {"budget", "USD", "what the calls of CMD may cost together: 5.00",
     offsetof(struct wish, budget)},
    {"tag", "NAME=VALUE...",
     "stands on every call of CMD, whatever the call says, and of\nthe runs inside it that name no "
     "other",
     offsetof(struct wish, tags)},
    {"name", "NAME", "what the run is called in reports, as the tag `run` (default: CMD)",
     offsetof(struct wish, name)},
    {"bill", "FILE", "writes the bill as JSON there, too", offsetof(struct wish, bill)},
    {"quiet", NULL, "prints no bill; what went wrong is said", offsetof(struct wish, quiet)},
    {"mock", NULL, "a gateway that is begun has the mock: models named mock/..., without cost",
     offsetof(struct wish, mock)},
    {0}};

// Its calls that the gateway refused, and why the last of them.
struct refused {
    int64_t calls, http_status;
    struct buf model, error, message;
};

struct run {
    struct cli *cli;
    struct wish wish;
    char **argv;      // of CMD
    struct tags tags; // the first is its name; behind its own, those of the run around it
    struct arena arena;
    struct launch launch;
    struct lease lease;
    struct buf name, key, token, since;
    struct child_end end;
    struct cap cap;
    int bill_fd;   // of --bill; -1 without
    unsigned open; // calls that have not ended with it
    bool over;     // the gateway has, and has cut these
    struct refused refused;
};

static void pause_ns(long ns)
{
    struct timespec t = {.tv_nsec = ns};
    nanosleep(&t, NULL);
}

// --- the key of the run ---

static void add_tags(const struct run *r, unsigned from, struct buf *out)
{
    for (unsigned i = from; i < r->tags.count; i++)
        tags_add(out, r->tags.at[i].name, r->tags.at[i].value);
}

// The run around it, or none.
static struct str outer_run(void)
{
    const char *text = getenv(RUN_VARIABLE);
    struct str place = text ? str_of(text) : STR_NONE;
    return key_run_valid(place) ? place : STR_NONE;
}

// What need not be quoted when it is typed.
static void add_plain(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        bool plain = c >= 0x80 || isalnum(c) || strchr("_-.:@%+,=", c);
        buf_add_char(out, plain ? (char)c : '-');
    }
}

// "run-NAME-1a2b3c4d": another run of the same name is another key.
static void name_key(struct run *r)
{
    uint8_t bytes[KEY_RUN_ID / 2];
    char hex[KEY_RUN_ID];
    struct str outer = outer_run();
    struct str name = str_clip(buf_str(&r->name), NAME_BYTES - outer.len);
    random_bytes(bytes, sizeof bytes);
    hex_write(bytes, sizeof bytes, hex);
    buf_add_cstr(&r->key, KEY_OF_RUN);
    add_plain(&r->key, name);
    buf_printf(&r->key, "-%.*s%s%.*s", STR_ARG(outer), outer.len ? "." : "", (int)sizeof hex, hex);
}

static enum status make_key(struct run *r, struct why *why)
{
    struct buf args, tags, answer;
    struct json *j = NULL;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&tags, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    name_key(r);
    add_tags(r, 0, &tags);
    remote_arg(&args, "name", buf_str(&r->key));
    remote_arg(&args, "tags", buf_str(&tags));
    remote_arg(&args, "expires", str_of(KEY_LIVES));
    enum status s = remote_retry(r->cli, "keys/create", &args, &answer, why);
    if (s == STATUS_OK)
        s = json_open(buf_str(&answer), &alloc_heap, &j, why);
    if (s == STATUS_OK) {
        buf_add(&r->token, json_str(json_get(json_root(j), "token")));
        buf_add(&r->since, json_str(json_get(json_root(j), "created")));
    }
    json_close(j);
    if (answer.ptr)
        digest_wipe(answer.ptr, answer.len);
    buf_fini(&answer);
    buf_fini(&tags);
    buf_fini(&args);
    return s;
}

static void end_key(const struct run *r)
{
    struct buf args, answer;
    struct why why = {0};
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    remote_arg(&args, "name", buf_str(&r->key));
    if (remote_retry(r->cli, "keys/forget", &args, &answer, &why) != STATUS_OK)
        command_failed("the key %.*s could not be ended: %s. It ends by itself after " KEY_LIVES,
                       STR_ARG(buf_str(&r->key)), why.text);
    buf_fini(&answer);
    buf_fini(&args);
}

static enum status begin_cap(struct run *r, struct why *why)
{
    r->cap.name = buf_str(&r->key);
    enum status s = cap_begin(&r->cap, why);
    if (s == STATUS_OK && !r->cli->json && !r->wish.quiet)
        cap_announce(&r->cap, stderr);
    return s;
}

// --- the program ---

static void set_variable(void *context, const char *name, const char *value)
{
    (void)context;
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static struct launch_target target_of(const struct run *r)
{
    return (struct launch_target){buf_str(&r->lease.base), buf_str(&r->token)};
}

// For the runs inside it; the name is its own.
static void hand_on_tags(const struct run *r)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    add_tags(r, 1, &text);
    set_variable(NULL, TAGS_VARIABLE, text.len ? buf_cstr(&text) : NULL);
    buf_fini(&text);
}

static void prepare(void *context)
{
    const struct run *r = context;
    struct launch_target t = target_of(r);
    char place[NAME_BYTES + KEY_RUN_ID + 1];
    launch_variables(&r->launch, &t, set_variable, NULL);
    if (str_copy(key_run(buf_str(&r->key)), place, sizeof place))
        setenv(RUN_VARIABLE, place, 1);
    hand_on_tags(r);
}

static void warn(void *context, struct str text)
{
    (void)context;
    command_print(stderr, "costlens: %.*s\n", STR_ARG(text));
}

struct arguments {
    char *at[ARGUMENTS_MAX];
    unsigned count;
};

static void add_argument(void *context, struct str text)
{
    struct arguments *a = context;
    must(a->count < ARGUMENTS_MAX);
    a->at[a->count] = alloc_must(text.len + 1);
    memcpy(a->at[a->count++], text.ptr, text.len);
}

static void run_child(struct run *r)
{
    struct arguments own = {.count = 0};
    struct launch_target t = target_of(r);
    size_t given = 0;
    launch_arguments(&r->launch, &t, add_argument, &own);
    while (r->argv[given])
        given++;
    char **argv = alloc_must((given + own.count + 1) * sizeof *argv);
    size_t before = r->launch.at + 1;
    memcpy(argv, r->argv, before * sizeof *argv);
    memcpy(argv + before, own.at, own.count * sizeof *argv);
    memcpy(argv + before + own.count, r->argv + before, (given - before) * sizeof *argv);
    struct child_setup setup = {.argv = argv, .prepare = prepare, .context = r};
    child_run(&setup, &r->end);
    for (unsigned i = 0; i < own.count; i++)
        heap_free(own.at[i]);
    heap_free(argv);
    if (r->end.error)
        command_failed("%s: %s", r->argv[0],
                       r->end.error == ENOENT ? "there is no such program"
                                              : strerror(r->end.error));
}

// --- the bill ---

static void say_unseen(const struct run *r)
{
    command_print(
        stderr,
        "costlens: NOTHING WAS SEEN: the gateway (%.*s) led no call of %s to a provider, "
        "and what it may have spent elsewhere is in no ledger.\n"
        "costlens: Had it called with another key, it was refused and told why. A `costlens run` "
        "inside it, with another state folder, has a ledger of its own.\n"
        "costlens: %s\n",
        STR_ARG(buf_str(&r->lease.base)), r->argv[0], launch_unseen(&r->launch));
}

static void say_refused(const struct run *r)
{
    const struct refused *f = &r->refused;
    command_print(stderr,
                  "costlens: %lld %s refused by the gateway and went to no provider%s %.*s%s%.*s "
                  "(%lld)\n",
                  (long long)f->calls, f->calls == 1 ? "call was" : "calls were",
                  f->calls == 1 ? ":" : "; the last:", STR_ARG(buf_str(&f->model)),
                  f->model.len ? ": " : "", STR_ARG(buf_str(&f->message)),
                  (long long)f->http_status);
}

static void write_refused(const struct refused *f, struct json_out *o)
{
    if (f->calls == 0) {
        json_out_null(o, "refused");
        return;
    }
    json_out_begin(o, "refused", '{');
    json_out_number(o, "requests", f->calls);
    json_out_number(o, "http_status", f->http_status);
    json_out_text(o, "model", buf_str(&f->model));
    json_out_text(o, "error", buf_str(&f->error));
    json_out_text(o, "message", buf_str(&f->message));
    json_out_end(o, '}');
}

static void say_open(const struct run *r)
{
    if (r->over) {
        command_print(stderr,
                      "costlens: %u %s still under way and %s cut: the gateway ended with this "
                      "run, the last that used it. What is known of %s is on the bill\n",
                      r->open, r->open == 1 ? "call was" : "calls were",
                      r->open == 1 ? "was" : "were", r->open == 1 ? "it" : "them");
        return;
    }
    command_print(stderr,
                  "costlens: %u %s still under way and on no bill yet. Later: costlens report --by "
                  "key (%.*s)\n",
                  r->open, r->open == 1 ? "call is" : "calls are", STR_ARG(buf_str(&r->key)));
}

static void write_json(const struct run *r, struct str bill, struct buf *out)
{
    struct json_out o = {out, true};
    json_out_begin(&o, NULL, '{');
    json_out_number(&o, "exit_code", r->end.exit_code);
    json_out_text(&o, "name", buf_str(&r->name));
    json_out_number(&o, "open_calls", r->over ? 0 : r->open);
    json_out_number(&o, "cut_calls", r->over ? r->open : 0);
    write_refused(&r->refused, &o);
    cap_write(&r->cap, &o);
    json_out_name(&o, "bill");
    buf_add(out, bill);
    json_out_end(&o, '}');
    buf_add_char(out, '\n');
}

static void keep_json(const struct run *r, struct str text)
{
    bool kept = ftruncate(r->bill_fd, 0) == 0 || errno == EINVAL; // a pipe, a device
    if (!kept || !file_write_to(r->bill_fd, text) || close(r->bill_fd) != 0)
        command_failed("THE BILL WAS NOT WRITTEN: %s: %s", r->wish.bill, strerror(errno));
}

static void say_rest(const struct run *r, bool seen)
{
    cap_say_passed(&r->cap, stderr);
    cap_say_reached(&r->cap, stderr);
    if (r->refused.calls > r->cap.refused)
        say_refused(r);
    if (r->open > 0)
        say_open(r);
    if (!seen && r->open == 0 && r->refused.calls == 0)
        say_unseen(r);
}

static void show(const struct run *r, struct str text, const struct json_val *bill)
{
    struct buf json;
    int64_t calls = 0;
    buf_init(&json, &alloc_heap, 0);
    write_json(r, text, &json);
    if (r->bill_fd >= 0)
        keep_json(r, buf_str(&json));
    bool seen = json_i64(json_path(bill, "total.requests"), &calls) && calls > 0;
    if (r->cli->json)
        fwrite(json.ptr, 1, json.len, stderr);
    else if (seen && !r->wish.quiet)
        bill_print(bill, r->cli->config_file, stderr);
    if (!r->cli->json && !r->wish.quiet)
        cap_print(&r->cap, json_get(bill, "total"), stderr);
    if (!r->cli->json)
        say_rest(r, seen);
    buf_fini(&json);
}

// Its own, or of a run inside it.
static bool is_mine(const struct run *r, const struct json_val *call)
{
    struct str key = json_str(json_get(call, "key"));
    return str_eq(key, buf_str(&r->key)) || key_run_inside(key, key_run(buf_str(&r->key)));
}

static void take_text(const struct json_val *v, const char *member, struct buf *out)
{
    buf_clear(out);
    buf_add(out, json_str(json_get(v, member)));
}

static void read_refused(struct run *r, const struct json_val *list, struct refused *f)
{
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v;
    int64_t newest_us = 0;
    f->calls = r->cap.refused = 0;
    while (json_each(&it, list, &name, &v)) { // one a key, budget and worker
        int64_t calls = 0, last_us = 0;
        if (!is_mine(r, v) || !json_i64(json_get(v, "requests"), &calls) ||
            !json_i64(json_get(v, "last_us"), &last_us))
            continue;
        f->calls += calls;
        if (r->cap.limit && str_eq(json_str(json_get(v, "budget")), r->cap.name))
            r->cap.refused += calls;
        if (last_us < newest_us || !json_i64(json_get(v, "http_status"), &f->http_status))
            continue;
        newest_us = last_us;
        take_text(v, "model", &f->model);
        take_text(v, "error", &f->error);
        take_text(v, "message", &f->message);
    }
}

// What of the run no bill can say: calls under way, and those that were refused. None when nobody
// can tell.
static void look(struct run *r)
{
    struct buf args, text;
    struct json *j = NULL;
    struct why why = {0};
    struct json_iter it = {0};
    struct str name;
    const struct json_val *call;
    r->open = 0;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    remote_arg(&args, "filter", key_run(buf_str(&r->key)));
    buf_add_char(&args, '}');
    if (remote_run(r->cli, "live", buf_str(&args), &text, &why) == STATUS_OK &&
        json_open(buf_str(&text), &alloc_heap, &j, &why) == STATUS_OK) {
        while (json_each(&it, json_get(json_root(j), "running"), &name, &call))
            r->open += is_mine(r, call);
        read_refused(r, json_get(json_root(j), "refused"), &r->refused);
    }
    json_close(j);
    buf_fini(&text);
    buf_fini(&args);
}

// A call that the program left in the middle ends when the gateway sees that; one whose client
// lives on in the background does not.
static void settle(struct run *r)
{
    pause_ns(SETTLE_NS);
    look(r);
    for (int i = 0; r->open > 0 && i < OPEN_TRIES && !child_hurried(); i++) {
        pause_ns(OPEN_STEP_NS);
        look(r);
    }
}

// A gateway that ends here has written the last of its rows by then.
static void present(struct run *r)
{
    struct buf args, text;
    struct json *j = NULL;
    struct why why = {0};
    buf_init(&args, &alloc_heap, 0);
    buf_init(&text, &alloc_heap, 0);
    remote_arg(&args, "key", buf_str(&r->key));
    remote_arg(&args, "since", buf_str(&r->since));
    enum status s = remote_retry(r->cli, "bill", &args, &text, &why);
    if (s == STATUS_OK)
        s = json_open(buf_str(&text), &alloc_heap, &j, &why);
    if (s == STATUS_OK) {
        cap_look(&r->cap);
        show(r, buf_str(&text), json_root(j));
    } else {
        command_failed("the bill cannot be had: %s. Later: costlens report --by key",
                       why.text[0] ? why.text : status_text(s));
    }
    json_close(j);
    buf_fini(&text);
    buf_fini(&args);
}

// --- the whole ---

static int not_begun(const struct why *why, enum status s, int code)
{
    command_failed("%s", why->text[0] ? why->text : status_text(s));
    return code;
}

// Only of another run's: what `costlens serve` has is somebody's decision.
static void warn_lacking(const struct lease *l)
{
    if (l->own_end && !l->begun_here && l->lacking.len)
        command_print(stderr,
                      "costlens: the gateway of an earlier run, which is used, has no provider "
                      "%.*s: it has that run's environment\n",
                      STR_ARG(str_skip(buf_str(&l->lacking), 2)));
}

// A program checks the certificate, and few are made for an address of this machine.
static void warn_tls(const struct lease *l)
{
    struct str base = buf_str(&l->base), scheme = STR("https://");
    if (str_starts(base, scheme))
        command_print(stderr,
                      "costlens: the gateway that runs speaks TLS: calls to %.*s fail unless the "
                      "program trusts its certificate, and that names this address\n",
                      STR_ARG(str_skip(base, scheme.len)));
}

static int run_all(struct run *r)
{
    struct why why = {0};
    enum status s = lease_begin(r->cli, r->wish.mock, &r->lease, &why);
    if (s != STATUS_OK)
        return not_begun(&why, s, EXIT_NOT_BEGUN);
    if (r->wish.mock && !r->lease.mocked)
        warn(NULL, str_of("the gateway that runs already has no mock: --mock changes nothing"));
    warn_lacking(&r->lease);
    warn_tls(&r->lease);
    s = make_key(r, &why);
    if (s == STATUS_OK && (s = begin_cap(r, &why)) != STATUS_OK)
        end_key(r);
    if (s == STATUS_OK) {
        struct launch_target t = target_of(r);
        launch_warnings(&r->launch, &t, warn, NULL);
        fflush(stderr);
        run_child(r);
        end_key(r);
        if (!r->end.error)
            settle(r);
    }
    r->over = lease_end(&r->lease);
    if (s == STATUS_OK && !r->end.error)
        present(r);
    if (s == STATUS_OK)
        cap_end(&r->cap);
    lease_fini(&r->lease);
    if (s == STATUS_OK)
        return r->end.exit_code;
    bool usage = s == STATUS_SYNTAX || s == STATUS_LIMIT; // of a tag, of the name
    return not_begun(&why, s, usage ? EXIT_USAGE : EXIT_NOT_BEGUN);
}

static int check_tag(struct tags *tags, const char *what, struct str name, struct str value)
{
    enum status s = tags_set(tags, name, value);
    if (s == STATUS_OK)
        return EXIT_OK;
    if (s == STATUS_SYNTAX)
        return command_usage(&cmd_run, "a tag is UTF-8 without control characters, not `%s`", what);
    if (tags->count == TAGS_MAX)
        return command_usage(&cmd_run, "a run has at most %d tags besides its name", TAGS_MAX - 1);
    return command_usage(&cmd_run, "a tag has a name of at most %d bytes and a value of %d: %s",
                         TAG_NAME_MAX, TAG_VALUE_MAX, what);
}

static int check_own(struct run *r)
{
    for (unsigned i = 0; i < r->wish.tags.count; i++) {
        const char *tag = r->wish.tags.at[i];
        const char *equals = strchr(tag, '=');
        if (!equals || equals == tag)
            return command_usage(&cmd_run, "a tag is NAME=VALUE, not `%s`", tag);
        if (strncmp(tag, "run=", 4) == 0)
            return command_usage(&cmd_run, "the tag `run` is the run's name: --name %s", tag + 4);
        int code =
            check_tag(&r->tags, tag, str_from(tag, (size_t)(equals - tag)), str_of(equals + 1));
        if (code != EXIT_OK)
            return code;
    }
    return EXIT_OK;
}

// Of the run around it, what its own do not name.
static int inherit(struct run *r)
{
    struct tags outer = {0};
    const char *text = getenv(TAGS_VARIABLE);
    if (!text || tags_read(&outer, str_of(text), &r->arena, NULL) != STATUS_OK)
        return EXIT_OK; // none of ours
    for (unsigned i = 0; i < outer.count; i++) {
        const struct tag *tag = &outer.at[i];
        if (!tags_has(&r->tags, tag->name) &&
            tags_set(&r->tags, tag->name, tag->value) != STATUS_OK)
            return command_usage(&cmd_run,
                                 "a run has at most %d tags besides its name, those of the run "
                                 "around it (" TAGS_VARIABLE ") included: leave some out",
                                 TAGS_MAX - 1);
    }
    return EXIT_OK;
}

static int check_budget(struct run *r)
{
    struct why why = {0};
    r->cap.limit = r->wish.budget;
    if (r->cap.limit && cap_check(r->cap.limit, &why) != STATUS_OK)
        return command_usage(&cmd_run, "--budget: %s", why.text);
    return EXIT_OK;
}

// Deeper ones would have no place in a name, and be on nobody's bill.
static int check_depth(void)
{
    if (outer_run().len <= OUTER_BYTES)
        return EXIT_OK;
    command_failed("this is a `costlens run` inside six others, whose bills and budgets could not "
                   "have its calls: leave one of them out");
    return EXIT_NOT_BEGUN;
}

static int check(struct run *r)
{
    int code = check_depth();
    if (code == EXIT_OK)
        code = check_budget(r);
    if (code != EXIT_OK)
        return code;
    code = check_tag(&r->tags, buf_cstr(&r->name), str_of("run"), buf_str(&r->name));
    if (code == EXIT_OK)
        code = check_own(r);
    return code == EXIT_OK ? inherit(r) : code;
}

// Before anything is spent. What is in it stays until there is a bill.
static int open_bill(struct run *r)
{
    if (!r->wish.bill)
        return EXIT_OK;
    r->bill_fd = open(r->wish.bill, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (r->bill_fd >= 0)
        return EXIT_OK;
    command_failed("%s: %s", r->wish.bill, strerror(errno));
    return EXIT_NOT_BEGUN;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct run r = {.cli = cli, .bill_fd = -1};
    int own = 1;
    while (own < argc && strcmp(argv[own], "--") != 0)
        own++;
    int before = own;
    int code = command_options(&cmd_run, &before, argv, &r.wish);
    if (code != EXIT_OK)
        return code;
    if (before > 1)
        return command_usage(&cmd_run, "write -- before the program: costlens run -- %s ...",
                             argv[1]);
    if (own + 1 >= argc)
        return command_usage(&cmd_run, "which program? costlens run -- CMD ARGS...");
    r.argv = argv + own + 1;
    r.launch = launch_of(r.argv);
    struct buf *const texts[] = {&r.name,          &r.key,           &r.token,          &r.since,
                                 &r.refused.model, &r.refused.error, &r.refused.message};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        buf_init(texts[i], &alloc_heap, 0);
    const char *slash = strrchr(r.argv[0], '/');
    arena_init(&r.arena, &alloc_heap, KIB, TAGS_ARENA_MAX);
    cap_init(&r.cap, cli);
    buf_add_cstr(&r.name, r.wish.name ? r.wish.name : slash ? slash + 1 : r.argv[0]);
    code = check(&r);
    if (code == EXIT_OK)
        code = open_bill(&r);
    if (code == EXIT_OK)
        code = run_all(&r);
    if (r.token.ptr)
        digest_wipe(r.token.ptr, r.token.len);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        buf_fini(texts[i]);
    arena_fini(&r.arena);
    cap_fini(&r.cap);
    return code;
}

const struct command cmd_run = {
    .name = "run",
    .summary = "run any program through the gateway, and print its bill",
    .help = help,
    .run = run,
    .options = options,
    .examples = "costlens run -- python3 app.py\n"
                "costlens run --budget 5 -- claude -p 'tidy the tests'\n"
                "costlens run --tag feature=search -- claude -p 'explain main.c'\n"
                "costlens run --mock -- sh -c 'curl -s $OPENAI_BASE_URL/chat/completions \\\n"
                "  -H \"Authorization: Bearer $OPENAI_API_KEY\" \\\n"
                "  -d \"{\\\"model\\\": \\\"mock/fast\\\", \\\"messages\\\": [{\\\"role\\\": "
                "\\\"user\\\", \\\"content\\\": \\\"hi\\\"}]}\"'\n"};
