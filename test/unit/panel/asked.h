// SPDX-License-Identifier: Apache-2.0
//
// asked - a store in a folder of its own, and verbs that are asked of it.

#ifndef ASKED_H
#define ASKED_H

#include <sqlite3.h>
#include <string.h>

#include "../folder.h"
#include "../unit.h"
#include "base/json.h"
#include "panel/verb.h"

static struct store *store;
static struct config config;
static char store_path[256];

// Runs a verb; its answer replaces `answer`.
static inline enum status ask(const char *verb, const char *args, struct buf *answer,
                              struct why *why)
{
    const struct verb *v = verb_find(str_of(verb));
    assert_non_null(v);
    buf_clear(answer);
    *why = (struct why){0};
    struct verb_call call = {
        .store = store, .config = &config, .args = str_of(args), .answer = answer};
    return v->run(&call, why);
}

static inline struct json *answer_of(const char *verb, const char *args)
{
    struct buf answer;
    struct why why;
    struct json *j = NULL;
    buf_init(&answer, &alloc_heap, 0);
    enum status s = ask(verb, args, &answer, &why);
    if (s != STATUS_OK)
        fail_msg("%s %s: %s", verb, args, why.text);
    assert_int_equal(json_open(buf_str(&answer), &alloc_heap, &j, &why), STATUS_OK);
    buf_fini(&answer);
    return j;
}

static inline void refused(const char *verb, const char *args, enum status want, const char *phrase)
{
    struct buf answer;
    struct why why;
    buf_init(&answer, &alloc_heap, 0);
    enum status s = ask(verb, args, &answer, &why);
    if (s != want || !strstr(why.text, phrase))
        fail_msg("%s %s: %d, %s", verb, args, s, why.text);
    buf_fini(&answer);
}

static inline int setup(void **state)
{
    struct why why = {0};
    if (folder_begin(state) != 0)
        return -1;
    snprintf(store_path, sizeof store_path, "%s/costlens.db", folder);
    struct store_setup s = {.path = str_of(store_path), .state = str_of(folder), .create = true};
    config.state = str_of(folder);
    return store_open(&s, &store, &why) == STATUS_OK ? 0 : -1;
}

static inline int teardown(void **state)
{
    store_close(store);
    return folder_end(state);
}

#endif
