// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "cmd/remote.h"
#include "cmd/table.h"

#define TOKEN_BYTES_MAX 512

static const char help[] =
    "usage: costlens key create [NAME] [options]\n"
    "       costlens key list\n"
    "       costlens key rotate NAME [--overlap TIME] [--token-file FILE]\n"
    "       costlens key revoke NAME\n"
    "\n"
    "Virtual keys: what clients send instead of a provider's key. A key says on whom its calls "
    "are\n"
    "booked, which models it may ask for, and until when. Its token (sk-cl-...) is shown once; "
    "kept\n"
    "is only a keyed hash of it. All of it works with and without a running gateway, and takes\n"
    "effect at once. Keys of the configuration file are changed there.\n";

struct options {
    const char *name, *team, *project, *user, *models, *expires, *token_file, *overlap;
};

#define FIELD(name) offsetof(struct options, name)
static const struct option_row rows[] = {
    {"name", "NAME", "what it is called in reports (default: key-...)", FIELD(name)},
    {"team", "NAME", "whom its calls are booked on; no tag of a call changes that", FIELD(team)},
    {"project", "NAME", "the same", FIELD(project)},
    {"user", "NAME", "the same", FIELD(user)},
    {"models", "PATTERNS", "what it may ask for: gpt-4o*,anthropic/* (default: everything)",
     FIELD(models)},
    {"expires", "WHEN", "90d, 12h, or 2027-01-31 (default: never)", FIELD(expires)},
    {"overlap", "TIME", "rotate: how long the old token still works (default: 24h)",
     FIELD(overlap)},
    {"token-file", "FILE",
     "take the token from FILE (- is standard input); where there is no FILE,\n"
     "the new token is written there (mode 0600) instead of being shown",
     FIELD(token_file)},
    {0},
};

// --- the token's file ---

struct token {
    char bytes[TOKEN_BYTES_MAX + 2];
    struct str text; // what was given; empty: a fresh one is wanted
    int fd;          // of the file that was made for the fresh one; -1 without
};

// Before the key is made: a token that cannot be kept would be lost.
static bool make_file(const char *file, struct token *t)
{
    t->fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (t->fd < 0)
        command_failed("%s: the token's file cannot be made: %s", file, strerror(errno));
    return t->fd >= 0;
}

static bool read_token(const char *file, struct token *t)
{
    bool input = strcmp(file, "-") == 0;
    int fd = input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = 1;
    if (fd < 0 && errno == ENOENT)
        return make_file(file, t);
    while (fd >= 0 && n > 0 && len < sizeof t->bytes) {
        n = read(fd, t->bytes + len, sizeof t->bytes - len);
        len += n > 0 ? (size_t)n : 0;
    }
    int error = errno;
    if (fd >= 0 && !input)
        close(fd);
    t->text = str_trim(str_from(t->bytes, len));
    if (fd >= 0 && n == 0 && t->text.len)
        return true;
    command_failed("%s: %s", file,
                   fd < 0 || n < 0 ? strerror(error)
                   : n > 0
                       ? "too long for a token"
                       : "there is no token in it; remove it, and a new token is written there");
    return false;
}

static bool write_token(const char *file, int fd, struct str token)
{
    bool written = write(fd, token.ptr, token.len) == (ssize_t)token.len &&
                   write(fd, "\n", 1) == 1 && fsync(fd) == 0;
    if (!written)
        command_failed("%s: %s", file, strerror(errno));
    return written;
}

// --- what is asked ---

static void add_options(struct buf *args, const struct options *o)
{
    remote_arg(args, "name", str_of(o->name));
    remote_arg(args, "team", str_of(o->team));
    remote_arg(args, "project", str_of(o->project));
    remote_arg(args, "user", str_of(o->user));
    remote_arg(args, "models", str_of(o->models));
    remote_arg(args, "expires", str_of(o->expires));
    remote_arg(args, "overlap", str_of(o->overlap));
}

// --- create and rotate ---

static void show_filed(struct str name, const char *file)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    buf_add_cstr(&out, "{\"name\":");
    buf_add_json(&out, name);
    buf_add_cstr(&out, ",\"token_file\":");
    buf_add_json(&out, str_of(file));
    buf_add_cstr(&out, "}\n");
    fwrite(out.ptr, 1, out.len, stdout);
    buf_fini(&out);
}

// With a file the token stands there alone; without, standard output has nothing but the token, so
// that KEY=$(costlens key create) works.
static int show_token(const struct cli *cli, const struct json *j, const struct buf *answer,
                      const struct options *o, const struct token *t)
{
    const struct json_val *root = json_root(j);
    struct str name = json_str(json_get(root, "name"));
    struct str token = json_str(json_get(root, "token"));
    bool to_file = t->fd >= 0;
    if (to_file && !write_token(o->token_file, t->fd, token))
        return command_failed("key %.*s was made, but its token is lost: costlens key rotate %.*s",
                              STR_ARG(name), STR_ARG(name));
    if (cli->json && to_file) {
        show_filed(name, o->token_file);
    } else if (cli->json) {
        printf("%.*s\n", STR_ARG(buf_str(answer)));
    } else if (to_file) {
        command_print(stderr, "Key %.*s: its token is in %s.\n", STR_ARG(name), o->token_file);
    } else if (t->text.len) {
        command_print(stderr, "Key %.*s has the token you gave.\n", STR_ARG(name));
    } else {
        command_print(stderr, "Key %.*s. Its token is shown this once:\n", STR_ARG(name));
        fflush(stderr);
        printf("%.*s\n", STR_ARG(token));
    }
    return EXIT_OK;
}

static int make(struct cli *cli, const char *verb, const struct options *o)
{
    struct token t = {.fd = -1};
    struct buf args, answer;
    struct json *j = NULL;
    if (o->token_file && !read_token(o->token_file, &t))
        return EXIT_FAILED;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    add_options(&args, o);
    remote_arg(&args, "token", t.text);
    int code = remote_ask(cli, verb, &args, &answer, &j);
    if (code == EXIT_OK)
        code = show_token(cli, j, &answer, o, &t);
    else if (t.fd >= 0)
        unlink(o->token_file);
    if (t.fd >= 0)
        close(t.fd);
    json_close(j);
    if (answer.ptr)
        digest_wipe(answer.ptr, answer.len);
    digest_wipe(&t, sizeof t);
    buf_fini(&args);
    buf_fini(&answer);
    return code;
}

// --- list and revoke ---

// Times are written so that their order is that of their letters.
static void write_state(const struct json_val *key, struct str now, struct buf *out)
{
    struct str revoked = json_str(json_get(key, "revoked"));
    struct str expires = json_str(json_get(key, "expires"));
    if (revoked.len && str_cmp(revoked, now) > 0)
        buf_printf(out, "rotated: ends %.*s", STR_ARG(revoked));
    else if (revoked.len)
        buf_add_cstr(out, "revoked");
    else if (expires.len && str_cmp(expires, now) <= 0)
        buf_add_cstr(out, "expired");
    else if (json_bool(json_get(key, "reserved"), false))
        buf_add_cstr(out, "not accepted: the name is reserved");
    else if (str_is(json_str(json_get(key, "source")), "file"))
        buf_add_cstr(out, "in the configuration file");
}

// "search (file)": the file's `teams:` say so, or its key.
static void write_team(const struct json_val *key, struct buf *out)
{
    buf_add(out, json_str(json_get(key, "team")));
    if (str_is(json_str(json_get(key, "team_source")), "file"))
        buf_add_cstr(out, " (file)");
}

static void print_list(const struct json *j)
{
    static const char *const names[] = {"name",  "team",    "project", "user",
                                        "last4", "expires", "models"};
    static const char *const titles[] = {"NAME", "TEAM",    "PROJECT", "USER",
                                         "ENDS", "EXPIRES", "MODELS"};
    static const size_t count = sizeof names / sizeof names[0];
    enum { TEAM = 1 };
    struct json_iter it = {0};
    struct str none;
    const struct json_val *key;
    struct buf now, cell;
    struct libscols_table *table = table_new();
    buf_init(&now, &alloc_heap, 0);
    buf_init(&cell, &alloc_heap, 0);
    civil_write(&now, clock_wall_us(), 0);
    for (size_t i = 0; i < count; i++)
        table_column(table, titles[i], false);
    table_column(table, "STATE", false);
    while (json_each(&it, json_get(json_root(j), "keys"), &none, &key)) {
        struct libscols_line *line = table_line(table);
        for (size_t i = 0; i < count; i++) {
            buf_clear(&cell);
            if (i == TEAM)
                write_team(key, &cell);
            else
                buf_add(&cell, json_str(json_get(key, names[i])));
            table_cell(line, i, cell.len ? buf_str(&cell) : str_of("-"));
        }
        buf_clear(&cell);
        write_state(key, buf_str(&now), &cell);
        table_cell(line, count, buf_str(&cell));
    }
    table_print(table);
    buf_fini(&cell);
    buf_fini(&now);
}

static int list_or_revoke(struct cli *cli, const char *verb, const struct options *o)
{
    struct buf args, answer;
    struct json *j = NULL;
    buf_init(&args, &alloc_heap, 0);
    buf_init(&answer, &alloc_heap, 0);
    add_options(&args, o);
    int code = remote_ask(cli, verb, &args, &answer, &j);
    if (code == EXIT_OK) {
        if (cli->json)
            puts(buf_cstr(&answer));
        else if (o->name)
            command_print(stderr, "Key %s is revoked.\n", o->name);
        else
            print_list(j);
    }
    json_close(j);
    buf_fini(&args);
    buf_fini(&answer);
    return code;
}

static bool any(const struct options *o)
{
    return o->team || o->project || o->user || o->models || o->expires;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct options o = {0};
    int code = command_options(&cmd_key, &argc, argv, &o);
    if (code != EXIT_OK)
        return code;
    const char *verb = argc > 1 ? argv[1] : "";
    bool create = strcmp(verb, "create") == 0;
    bool rotate = strcmp(verb, "rotate") == 0;
    bool revoke = strcmp(verb, "revoke") == 0;
    if (argc == 3 && (rotate || revoke || create) && !o.name)
        o.name = argv[2];
    else if (argc > 2)
        return command_usage(&cmd_key, "`%s` is one too many", argv[argc > 3 && !o.name ? 3 : 2]);
    if ((rotate || revoke) && !o.name)
        return command_usage(&cmd_key, "%s which? costlens key %s NAME", verb, verb);
    if (!create && (any(&o) || (!rotate && (o.token_file || o.overlap))))
        return command_usage(&cmd_key, "%s does not take these options", verb);
    if (create && o.overlap)
        return command_usage(&cmd_key, "--overlap is for rotate");
    if (create || rotate)
        return make(cli, create ? "keys/create" : "keys/rotate", &o);
    if (revoke)
        return list_or_revoke(cli, "keys/revoke", &o);
    if (strcmp(verb, "list") == 0 && !o.name)
        return list_or_revoke(cli, "keys/list", &o);
    return command_usage(&cmd_key, "create, list, rotate or revoke?");
}

const struct command cmd_key = {
    .name = "key",
    .summary = "virtual keys: create, list, rotate, revoke",
    .help = help,
    .run = run,
    .options = rows,
    .examples = "costlens key create ci --team web --models 'gpt-4o*' --expires 90d\n"
                "KEY=$(costlens key create laptop)\n"
                "costlens key rotate ci --overlap 1h\n",
};
