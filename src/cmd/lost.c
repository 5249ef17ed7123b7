// SPDX-License-Identifier: Apache-2.0

#include "cmd/lost.h"

#include "base/buf.h"
#include "base/json.h"
#include "config/hint.h"

// Of `verb`, how to see what it changes; nothing where there is no such way.
static void add_look(struct buf *out, struct str verb, struct str args, struct str config)
{
    static const struct {
        const char *verbs, *look;
        bool named;
    } looks[] = {{"budgets/", "budget show", true},
                 {"keys/", "key list", false},
                 {"teams/", "team list", false}};
    struct json *j = NULL;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (!str_starts(verb, str_of(looks[i].verbs)))
            continue;
        struct hint look = {.verb = looks[i].look, .config = config};
        if (looks[i].named && json_open(args, &alloc_heap, &j, NULL) == STATUS_OK)
            look.operands[0] = json_str(json_get(json_root(j), "name"));
        buf_add_cstr(out, ": look with ");
        hint_write(out, &look);
    }
    json_close(j);
}

void lost_say(const char *verb, struct str args, struct str config, struct why *why)
{
    struct why cause = *why;
    struct buf look;
    buf_init(&look, &alloc_heap, 0);
    add_look(&look, str_of(verb), args, config);
    why_set(why, cause.status, "%s. It may have been done%.*s", cause.text,
            STR_ARG(buf_str(&look)));
    buf_fini(&look);
}
