// SPDX-License-Identifier: Apache-2.0

#include "cmd/launcher.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/launcher_row.h"
#include "net/url.h"
#include "wire/dialect.h"

// --- which ---

static bool is_program(struct str word, const char *name)
{
    while (str_find(word, '/') < word.len)
        word = str_skip(word, str_find(word, '/') + 1);
    return str_is(word, name);
}

static const struct launcher *find(struct str program)
{
    for (size_t i = 0; i < launcher_count; i++)
        if (is_program(program, launchers[i].name))
            return &launchers[i];
    return &launcher_any;
}

// Programs that start the one that is meant.
static const struct wrapper {
    const char *name;
    const char *with_value[11]; // options whose value is the next word; ends with NULL
    size_t words;               // of its own that stand before the program
} wrappers[] = {
    {"env", {"-u", "--unset", "-C", "--chdir"}, 0},
    {"nice", {"-n", "--adjustment"}, 0},
    {"timeout", {"-k", "--kill-after", "-s", "--signal"}, 1},
    {"nohup", {NULL}, 0},
    {"setsid", {NULL}, 0},
    {"time", {"-f", "--format", "-o", "--output"}, 0},
    {"xvfb-run",
     {"-e", "--error-file", "-f", "--auth-file", "-n", "--server-num", "-p", "--xauth-protocol",
      "-s", "--server-args"},
     0},
};

static const struct wrapper *find_wrapper(struct str word)
{
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++)
        if (is_program(word, wrappers[i].name))
            return &wrappers[i];
    return NULL;
}

// The word that a wrapper starts; 0 when that is none.
static size_t past_wrapper(const struct wrapper *w, char *const *argv)
{
    size_t at = 1;
    while (argv[at] && (argv[at][0] == '-' || strchr(argv[at], '='))) {
        bool value = false;
        for (const char *const *o = w->with_value; *o; o++)
            value |= strcmp(argv[at], *o) == 0;
        at += value && argv[at + 1] ? 2 : 1;
    }
    for (size_t i = 0; i < w->words && argv[at]; i++)
        at++;
    return argv[at] ? at : 0;
}

// The word that all of them start; 0 when that is none.
static size_t past_wrappers(char *const *argv)
{
    const struct wrapper *w;
    size_t at = 0;
    while ((w = find_wrapper(str_of(argv[at]))) != NULL) {
        size_t more = past_wrapper(w, argv + at);
        if (more == 0)
            return 0;
        at += more;
    }
    return at;
}

// The text of `sh -c TEXT`; empty where there is none.
static struct str shell_text(char *const *argv)
{
    static const char *const shells[] = {"sh", "bash", "dash", "ksh", "zsh", "fish"};
    bool shell = false;
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        shell |= is_program(str_of(argv[0]), shells[i]);
    bool text = shell && argv[1] && argv[1][0] == '-' && str_ends(str_of(argv[1]), str_of("c"));
    return text && argv[2] ? str_of(argv[2]) : STR_NONE;
}

// What stands behind the `cd DIR` that a text begins with.
static struct str past_cd(struct str text)
{
    size_t end = str_find(text, ';'), and = str_find(text, '&');
    size_t at = end < and? end : and;
    while (at < text.len && strchr(";&", text.ptr[at]))
        at++;
    return str_skip(text, at);
}

// Past `cd DIR &&`, assignments, `exec`, and wrappers without options.
static struct str first_program(struct str text)
{
    struct str word = STR_NONE;
    for (;;) {
        text = str_trim(text);
        struct str all = text;
        if (!str_cut(&text, ' ', &word))
            return STR_NONE;
        if (str_is(word, "cd"))
            text = past_cd(all);
        else if (str_find(word, '=') == word.len && !str_is(word, "exec") && !find_wrapper(word))
            return word;
    }
}

struct launch launch_of(char *const *argv)
{
    struct launch l = {.launcher = &launcher_any, .argv = argv};
    if (!argv[0])
        return l;
    l.at = past_wrappers(argv);
    struct str text = shell_text(argv + l.at);
    l.in_text = text.len > 0;
    l.launcher = find(l.in_text ? first_program(text) : str_of(argv[l.at]));
    return l;
}

void launch_names(struct buf *out)
{
    for (size_t i = 0; i < launcher_count; i++)
        buf_printf(out, "%s%s", i ? ", " : "", launchers[i].name);
}

const char *launch_name(const struct launch *l)
{
    return l->launcher->name;
}

const char *launch_unseen(const struct launch *l)
{
    return l->launcher->unseen;
}

// --- what it is given ---

static void fill(const char *pattern, const struct launch_target *t, struct buf *out)
{
    buf_clear(out);
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            buf_add_char(out, *pattern);
            continue;
        }
        pattern++;
        must(*pattern == 'b' || *pattern == 'k');
        buf_add(out, *pattern == 'b' ? t->base : t->key);
    }
}

// "http://[::1]:80" -> "::1".
static struct str host_of(struct str base)
{
    struct url url;
    return url_read(base, &url, NULL) == STATUS_OK ? url.host : STR_NONE;
}

// A proxy must not be asked for what is on this machine. Most programs look at one spelling alone:
// both say what either did.
static void no_proxy(const struct launch_target *t, launch_variable_f *f, void *context)
{
    static const char *const proxies[] = {"http_proxy",  "HTTP_PROXY", "https_proxy",
                                          "HTTPS_PROXY", "all_proxy",  "ALL_PROXY"};
    static const char *const names[] = {"no_proxy", "NO_PROXY"};
    struct str host = host_of(t->base);
    bool proxied = false;
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++)
        proxied |= getenv(proxies[i]) != NULL;
    for (size_t i = 0; proxied && i < sizeof names / sizeof names[0]; i++) {
        struct buf value;
        const char *before = getenv(names[i]);
        if (!before)
            before = getenv(names[1 - i]);
        buf_init(&value, &alloc_heap, 0);
        buf_printf(&value, "%s%s127.0.0.1,localhost", before ? before : "",
                   before && *before ? "," : "");
        if (host.len && !str_is(host, "127.0.0.1") && !str_is(host, "localhost"))
            buf_printf(&value, ",%.*s", STR_ARG(host));
        f(context, names[i], buf_cstr(&value));
        buf_fini(&value);
    }
}

static bool is_among(const struct launcher_variable *list, const char *name)
{
    for (; list && list->name; list++)
        if (strcmp(list->name, name) == 0)
            return true;
    return false;
}

// Each of the list that `but` does not have.
static void each_variable(const struct launcher_variable *list, const struct launcher_variable *but,
                          const struct launch_target *t, launch_variable_f *f, void *context)
{
    struct buf value;
    enum dialect d;
    buf_init(&value, &alloc_heap, 0);
    for (const struct launcher_variable *v = list; v && v->name; v++) {
        if ((v->dialect && !dialect_read(str_of(v->dialect), &d)) || is_among(but, v->name))
            continue;
        if (v->value)
            fill(v->value, t, &value);
        f(context, v->name, v->value ? buf_cstr(&value) : NULL);
    }
    buf_fini(&value);
}

void launch_variables(const struct launch *l, const struct launch_target *t, launch_variable_f *f,
                      void *context)
{
    each_variable(launcher_variables, l->launcher->variables, t, f, context);
    each_variable(l->launcher->variables, NULL, t, f, context);
    no_proxy(t, f, context);
}

void launch_arguments(const struct launch *l, const struct launch_target *t, launch_text_f *f,
                      void *context)
{
    struct buf value;
    buf_init(&value, &alloc_heap, 0);
    for (const char *const *a = l->launcher->arguments; a && *a && !l->in_text; a++) {
        fill(*a, t, &value);
        f(context, buf_str(&value));
    }
    buf_fini(&value);
}
