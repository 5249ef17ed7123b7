// SPDX-License-Identifier: Apache-2.0

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/launcher.h"
#include "cmd/launcher_row.h"

#define SETTINGS_MAX ((size_t)1 * MIB)
#define PATH_SIZE    4096

PRINTF(3, 4)
static void say(launch_text_f *f, void *context, const char *format, ...)
{
    struct buf text;
    va_list args;
    buf_init(&text, &alloc_heap, 0);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    f(context, buf_str(&text));
    buf_fini(&text);
}

// --- settings ---

// False when there is no such place.
static bool place(const char *path, char out[PATH_SIZE])
{
    char name[64];
    const char *folder = "";
    const char *rest = path;
    if (*path == '~') {
        folder = getenv("HOME");
        rest = path + 1;
    } else if (*path == '$') {
        rest = strchr(path, '/');
        if (!str_copy(str_from(path + 1, (size_t)(rest - path) - 1), name, sizeof name))
            return false;
        folder = getenv(name);
    }
    int n = folder ? snprintf(out, PATH_SIZE, "%s%s", folder, rest) : -1;
    return n > 0 && n < PATH_SIZE;
}

struct finding {
    launch_text_f *f;
    void *context;
    const struct launcher_settings *settings;
    const char *path;
};

static void found(const struct finding *g, struct str what)
{
    say(g->f, g->context, "%s sets %.*s: %s", g->path, STR_ARG(what), g->settings->effect);
}

static void look_members(const struct finding *g, const struct launch_target *t, struct str text)
{
    struct json *j = NULL;
    if (str_starts(text, str_of("\xEF\xBB\xBF")))
        text = str_skip(text, 3);
    if (json_open(text, &alloc_heap, &j, NULL) != STATUS_OK)
        return; // the program itself will say so
    for (const char *const *m = g->settings->members; *m; m++) {
        const struct json_val *v = json_path(json_root(j), *m);
        bool fine = json_type(v) != JSON_STRING || json_str(v).len == 0 ||
                    (g->settings->fine && str_is(json_str(v), g->settings->fine)) ||
                    str_eq(json_str(v), t->base) || str_eq(json_str(v), t->key);
        if (!fine)
            found(g, str_of(*m));
    }
    json_close(j);
}

static void look_lines(const struct finding *g, struct str text)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, str_of("export ")))
            line = str_trim(str_skip(line, 7));
        for (const char *const *m = g->settings->lines; *m; m++)
            if (str_starts(line, str_of(*m)))
                found(g, str_from(line.ptr, strcspn(*m, ":")));
    }
}

static void look_settings(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                          void *context)
{
    char path[PATH_SIZE];
    struct buf text;
    buf_init(&text, &alloc_heap, SETTINGS_MAX);
    for (const struct launcher_settings *s = l->launcher->settings; s && s->path; s++) {
        struct finding g = {f, context, s, path};
        buf_clear(&text);
        if (!place(s->path, path) || file_read(path, FILE_AT_ONCE, &text, NULL) != STATUS_OK)
            continue;
        if (s->members)
            look_members(&g, t, buf_str(&text));
        else
            look_lines(&g, buf_str(&text));
    }
    buf_fini(&text);
}

// --- its own arguments ---

// The value of an option, as `--settings X` or `--settings=X`; NULL: it is another argument.
static const char *value_of(const char *option, char *const *argument)
{
    size_t n = strlen(option);
    if (strncmp(argument[0], option, n) != 0)
        return NULL;
    return argument[0][n] == '=' ? argument[0] + n + 1 : argument[0][n] ? NULL : argument[1];
}

// A file, or the JSON itself.
static void look_option(const struct launch *l, const struct launch_target *t, const char *value,
                        launch_text_f *f, void *context)
{
    struct buf text;
    struct finding g = {f, context, l->launcher->settings, l->launcher->option};
    must(g.settings && g.settings->members);
    buf_init(&text, &alloc_heap, SETTINGS_MAX);
    if (*value == '{') {
        look_members(&g, t, str_of(value));
    } else if (file_read(value, FILE_AT_ONCE, &text, NULL) == STATUS_OK) {
        g.path = value;
        look_members(&g, t, buf_str(&text));
    }
    buf_fini(&text);
}

static bool leads_elsewhere(const char *const *words, const char *argument)
{
    for (; words && *words; words++) {
        bool begins = (*words)[strlen(*words) - 1] == '=';
        if (begins ? strncmp(argument, *words, strlen(*words)) == 0 : strcmp(argument, *words) == 0)
            return true;
    }
    return false;
}

static void look_arguments(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                           void *context)
{
    const struct launcher *of = l->launcher;
    for (char *const *a = l->argv[0] ? l->argv + l->at + 1 : l->argv; *a; a++) {
        const char *value = of->option ? value_of(of->option, a) : NULL;
        if (value)
            look_option(l, t, value, f, context);
        if (leads_elsewhere(of->words, *a))
            say(f, context,
                "%s goes before what %s is given here, and may lead its calls past the "
                "gateway: leave it out",
                *a, of->name);
    }
    if (l->in_text && of->arguments)
        say(f, context,
            "%s is led by arguments, which cannot be put into a shell's text: its calls go past "
            "the gateway. Write costlens run -- %s ...",
            of->name, of->name);
}

// --- the environment ---

struct assigning {
    const struct launch *launch;
    launch_text_f *f;
    void *context;
};

static void look_assignment(void *context, const char *name, const char *value)
{
    const struct assigning *a = context;
    const struct launch *l = a->launch;
    size_t n = strlen(name);
    (void)value;
    for (size_t i = 0; i < l->at; i++)
        if (strncmp(l->argv[i], name, n) == 0 && l->argv[i][n] == '=')
            say(a->f, a->context, "%s stands before %s, and goes before what it is given here",
                l->argv[i], l->argv[l->at]);
}

void launch_warnings(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                     void *context)
{
    look_settings(l, t, f, context);
    look_arguments(l, t, f, context);
    launch_variables(l, t, look_assignment, &(struct assigning){l, f, context});
    for (const char *const *b = l->launcher->bypasses; b && *b; b++)
        if (getenv(*b))
            say(f, context, "%s is set: with it the calls go past the gateway. Unset it", *b);
}
