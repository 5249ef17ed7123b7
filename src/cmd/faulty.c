// SPDX-License-Identifier: Apache-2.0

#include "cmd/faulty.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/remote.h"

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// A gateway that was given a relative path tells it so, and not from where.
static bool same_file(struct str mine, struct str its)
{
    char one[PATH_MAX], other[PATH_MAX], said[PATH_MAX];
    if (!its.len || !str_copy(its, said, sizeof said) || !realpath(mine.ptr, one))
        return false;
    if (said[0] != '/')
        return strcmp(last_part(mine.ptr), last_part(said)) == 0;
    return realpath(said, other) && strcmp(one, other) == 0;
}

// What is left of the file may lead to another one's gateway.
static bool runs_on_it(const struct config *c)
{
    struct buf answer;
    struct json *j = NULL;
    buf_init(&answer, &alloc_heap, 0);
    bool is = remote_gateway(c, "status", STR_NONE, &answer, NULL) == STATUS_OK &&
              json_open(buf_str(&answer), &alloc_heap, &j, NULL) == STATUS_OK &&
              same_file(c->file, json_str(json_get(json_root(j), "file")));
    json_close(j);
    buf_fini(&answer);
    return is;
}

enum status faulty_find(const struct config_source *source, struct config **out)
{
    struct config *c = NULL;
    struct why why;
    if (config_check(source, &c, &why) != STATUS_OK)
        return STATUS_CLOSED;
    if (c->file.len && c->state.len && runs_on_it(c)) {
        *out = c;
        return STATUS_OK;
    }
    config_free(c);
    return STATUS_CLOSED;
}

void faulty_say(const struct why *why)
{
    command_print(stderr,
                  "costlens: warning: %s. The gateway runs on with what it has read before\n",
                  why->text);
}
