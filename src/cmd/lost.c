// SPDX-License-Identifier: Apache-2.0

#include "cmd/lost.h"

#include "base/buf.h"
#include "base/json.h"
#include "cmd/shell.h"

// Of `verb`, how to see what it changes; nothing where there is no such way.
static void add_look(struct buf *out, struct str verb, struct str args)
{
    static const struct {
        const char *verbs, *look;
        bool named;
    } looks[] = {{"budgets/", "budget show ", true},
                 {"keys/", "key list", false},
                 {"teams/", "team list", false}};
    struct json *j = NULL;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (!str_starts(verb, str_of(looks[i].verbs)))
            continue;
        buf_printf(out, ": look with `costlens %s", looks[i].look);
        if (looks[i].named && json_open(args, &alloc_heap, &j, NULL) == STATUS_OK)
            shell_word(out, json_str(json_get(json_root(j), "name")));
        buf_add_char(out, '`');
    }
    json_close(j);
}

void lost_say(const char *verb, struct str args, struct why *why)
{
    struct why cause = *why;
    struct buf look;
    buf_init(&look, &alloc_heap, 0);
    add_look(&look, str_of(verb), args);
    why_set(why, cause.status, "%s. It may have been done%.*s", cause.text,
            STR_ARG(buf_str(&look)));
    buf_fini(&look);
}
