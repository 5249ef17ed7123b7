// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "config/reading.h"

#define SECRET_BYTES_MAX 8192

static bool is_variable(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!letter && !(i && c >= '0' && c <= '9'))
            return false;
    }
    return name.len > 0;
}

// It goes into a header line: no white space or control character may be inside.
static bool is_sendable(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= ' ' || c >= 0x7f)
            return false;
    }
    return true;
}

static bool keep(struct reading *r, struct str text, const char *from, struct secret **out,
                 struct str *reason)
{
    text = str_trim(text);
    if (str_starts(text, str_of("\xef\xbb\xbf")))
        text = str_trim(str_skip(text, 3));
    if (text.len == 0) {
        *reason = arena_printf(&r->c->arena, "%s is empty", from);
        return false;
    }
    if (!is_sendable(text)) {
        *reason = arena_printf(&r->c->arena, "%s has white space or odd characters inside", from);
        return false;
    }
    *out = secret_new(text);
    return *out != NULL;
}

static bool from_variable(struct reading *r, struct str name, struct secret **out,
                          struct str *reason)
{
    const char *cname = arena_dup(&r->c->arena, name).ptr;
    const char *value = cname ? reading_env(r, cname) : NULL;
    if (!value) {
        *reason = arena_printf(&r->c->arena, "the variable %.*s is not set", STR_ARG(name));
        return false;
    }
    return keep(r, str_of(value), cname, out, reason);
}

static bool from_file(struct reading *r, struct str path, struct secret **out, struct str *reason)
{
    char room[SECRET_BYTES_MAX];
    struct str whole = reading_path(r, path);
    struct stat is;
    int fd = whole.ptr ? open(whole.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd < 0) {
        *reason = arena_printf(&r->c->arena, "the file %.*s cannot be read: %s", STR_ARG(whole),
                               strerror(errno));
        return false;
    }
    ssize_t n = fstat(fd, &is) == 0 && !S_ISDIR(is.st_mode) ? read(fd, room, sizeof room) : -1;
    close(fd);
    bool kept = false;
    if (n < 0 || n == sizeof room)
        *reason = arena_printf(&r->c->arena, "the file %.*s is no file with a secret in it",
                               STR_ARG(whole));
    else
        kept = keep(r, str_from(room, (size_t)n), whole.ptr, out, reason);
    digest_wipe(room, sizeof room);
    return kept;
}

// No two are the same: keys must not be.
static bool stand_in(struct reading *r, struct secret **out)
{
    *out = secret_new(arena_printf(&r->c->arena, "a-secret-not-looked-for-%u", ++r->stand_ins));
    return *out != NULL;
}

static bool in_the_file(struct reading *r, const struct node *n, struct str text, const char *what,
                        struct secret **out)
{
    struct str odd = STR("out of memory");
    if (r->others_read)
        reading_warn(r, n->line,
                     "%s: a secret stands in a file that everybody here can read. "
                     "chmod o-r, or write env:NAME or file:PATH",
                     what);
    r->others_read = false; // said once
    bool kept = keep(r, text, what, out, &odd);
    if (!kept)
        reading_fault(r, n->line, "%.*s", STR_ARG(odd));
    node_wipe(n);
    return kept;
}

// ENV: is meant as env:, and would go out as the secret itself.
static bool is_shouted(struct str text, struct str word)
{
    return str_starts_nocase(text, word) && !str_starts(text, word);
}

bool reading_secret(struct reading *r, const struct node *n, const char *what, struct secret **out,
                    struct str *reason)
{
    *reason = STR_NONE;
    struct str text = str_trim(reading_text(r, n, what));
    struct str name = STR_NONE;
    if (text.len == 0 || !text.ptr) {
        if (n->kind == NODE_TEXT)
            reading_fault(r, n->line, "%s: empty. Write env:NAME or file:PATH", what);
        return false;
    }
    if (is_shouted(text, str_of("env:")) || is_shouted(text, str_of("file:"))) {
        reading_fault(r, n->line, "%s: write env: and file: in small letters", what);
        return false;
    }
    if (str_starts(text, str_of("file:")) && r->source->unread)
        return stand_in(r, out);
    if (str_starts(text, str_of("file:")))
        return from_file(r, str_trim(str_skip(text, 5)), out, reason);
    if (str_starts(text, str_of("env:")))
        name = str_skip(text, 4);
    else if (str_starts(text, str_of("${")) && str_ends(text, str_of("}")))
        name = str_from(text.ptr + 2, text.len - 3);
    else if (text.ptr[0] != '$')
        return in_the_file(r, n, text, what, out);
    if (is_variable(name) && r->source->unread)
        return stand_in(r, out);
    if (is_variable(name))
        return from_variable(r, name, out, reason);
    reading_fault(r, n->line, "%s: this names no variable. Write env:NAME or \"${NAME}\"", what);
    return false;
}
