// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/run.h"
#include "core/key.h"

#define RUN_VARIABLE  "COSTLENS_RUN"
#define TAGS_VARIABLE "COSTLENS_RUN_TAGS" // of the run around it, as tags_read reads them
#define ARGUMENTS_MAX 8                   // of a launcher

// --- of the run around it ---

struct str run_outer(void)
{
    const char *text = getenv(RUN_VARIABLE);
    struct str place = text ? str_of(text) : STR_NONE;
    return key_run_valid(place) ? place : STR_NONE;
}

int run_inherit(struct run *r)
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

// --- what its own is given ---

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
    run_tags_write(r, 1, &text);
    set_variable(NULL, TAGS_VARIABLE, text.len ? buf_cstr(&text) : NULL);
    buf_fini(&text);
}

static void prepare(void *context)
{
    const struct run *r = context;
    struct launch_target t = target_of(r);
    char place[RUN_NAME_BYTES + KEY_RUN_ID + 1];
    launch_variables(&r->launch, &t, set_variable, NULL);
    if (str_copy(key_run(buf_str(&r->key)), place, sizeof place))
        setenv(RUN_VARIABLE, place, 1);
    hand_on_tags(r);
}

static void warn(void *context, struct str text)
{
    run_note(context, "%.*s", STR_ARG(text));
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

static void start(struct run *r)
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

void run_program(struct run *r)
{
    struct launch_target t = target_of(r);
    launch_warnings(&r->launch, &t, warn, r);
    fflush(stderr);
    start(r);
}
