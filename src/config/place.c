// SPDX-License-Identifier: Apache-2.0

#include "config/place.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/digest.h"
#include "config/reading.h"

#define SOCKET_PATH_MAX sizeof((struct sockaddr_un *)NULL)->sun_path // with its NUL

// A user's session has one of its own; a service has /run/costlens.
static const char *runtime_folder(void)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    return folder && folder[0] == '/' ? folder : "/run/costlens";
}

bool place_socket(struct str state, char *out, size_t size)
{
    size_t most = size < SOCKET_PATH_MAX ? size : SOCKET_PATH_MAX;
    int n = snprintf(out, most, "%.*s/costlens.sock", STR_ARG(state));
    if (n > 0 && (size_t)n < most)
        return true;
    uint8_t digest[DIGEST_BYTES];
    char hex[17] = "";
    if (!digest_sha256(state, digest))
        return false;
    hex_write(digest, 8, hex);
    n = snprintf(out, most, "%s/costlens-%.16s.sock", runtime_folder(), hex);
    return n > 0 && (size_t)n < most;
}

enum status place_make(const char *socket, struct why *why)
{
    char folder[SOCKET_PATH_MAX] = "";
    const char *slash = strrchr(socket, '/');
    if (!slash || slash == socket ||
        !str_copy(str_from(socket, (size_t)(slash - socket)), folder, sizeof folder) ||
        mkdir(folder, 0700) == 0 || errno == EEXIST)
        return STATUS_OK;
    return why_set(why, STATUS_IO,
                   "the folder %s for the gateway's socket cannot be made: %s. Set "
                   "XDG_RUNTIME_DIR to a folder of yours, or `state` to a shorter path",
                   folder, strerror(errno));
}

// --- the files ---

static struct str state_default(struct reading *r)
{
    struct arena *a = &r->c->arena;
    const char *service = reading_env(r, "STATE_DIRECTORY"); // systemd's word
    const char *xdg = reading_env(r, "XDG_STATE_HOME");
    const char *home = reading_env(r, "HOME");
    if (service && service[0] == '/')
        return arena_dup_cstr(a, service);
    if (xdg && xdg[0] == '/')
        return arena_printf(a, "%s/costlens", xdg);
    bool root = geteuid() == 0 && (!home || strcmp(home, "/root") == 0);
    if (root || !home || home[0] != '/')
        return str_of("/var/lib/costlens");
    return arena_printf(a, "%s/.local/state/costlens", home);
}

static struct str folder_of(struct str path)
{
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/')
        at--;
    return str_from(path.ptr, at > 1 ? at - 1 : at);
}

// A folder that is there, or that could be made below the nearest one that is: said without making
// anything.
static void check_folder(struct reading *r, const struct node *n, const char *key,
                         struct str folder)
{
    char path[PATH_MAX];
    struct stat is;
    int line = n ? n->line : 0;
    if (!str_copy(folder, path, sizeof path) || path[0] != '/')
        return;
    int error = stat(path, &is) == 0 ? 0 : errno;
    while (error == ENOENT || error == ENOTDIR) {
        char *slash = strrchr(path, '/');
        slash[slash == path] = 0;
        error = stat(path, &is) == 0 ? 0 : errno;
    }
    if (error == 0 && !S_ISDIR(is.st_mode))
        reading_fault(r, line,
                      "%s: `%s` is a file, so no folder `%.*s` can be made. Name another one", key,
                      path, STR_ARG(folder));
    else if (error || access(path, W_OK | X_OK) != 0)
        reading_warn(r, line,
                     "%s: who runs this may not write in %s (%s), which `costlens serve` must. Let "
                     "it, or name another folder than %.*s",
                     key, path, strerror(error ? error : errno), STR_ARG(folder));
}

// Looks, and opens nothing: a reload comes here too, and whoever closes a file of the store takes
// all of SQLite's locks on it from the process (POSIX, fcntl).
static void check_places(struct reading *r, const struct node *store, const struct node *state)
{
    const struct config *c = r->c;
    struct stat is;
    struct str folder = folder_of(c->store);
    if (c->store.len && stat(c->store.ptr, &is) == 0 && S_ISDIR(is.st_mode))
        reading_fault(r, store ? store->line : 0,
                      "store: `%.*s` is a folder, and a file is expected. Write "
                      "sqlite:%.*s/costlens.db",
                      STR_ARG(c->store), STR_ARG(c->store));
    bool same = str_eq(c->state, folder);
    if (!same || node_is_null(state))
        check_folder(r, store, "store", folder);
    if (!same || !node_is_null(state))
        check_folder(r, state, "state", c->state);
}

static void read_store(struct reading *r, const struct node *n)
{
    struct str text = reading_text(r, n, "store");
    if (str_starts(text, str_of("sqlite:")) && text.len > 7)
        r->c->store = reading_path(r, str_skip(text, 7));
    else if (str_starts(text, str_of("postgres")))
        reading_fault(r, n->line, "store: PostgreSQL is not there yet. Write sqlite:PATH");
    else if (n->kind == NODE_TEXT)
        reading_fault(r, n->line, "store: `%.*s` is no store. Write sqlite:PATH", STR_ARG(text));
    if (r->c->store.len && r->c->store.ptr[r->c->store.len - 1] == '/')
        reading_fault(r, n->line,
                      "store: a file is expected, not a folder. Write "
                      "sqlite:%.*scostlens.db",
                      STR_ARG(r->c->store));
}

void reading_places(struct reading *r)
{
    struct config *c = r->c;
    const struct node *store = node_get(r->root, "store");
    if (!node_is_null(store))
        read_store(r, store);
    if (c->store.len == 0) {
        struct str folder = c->state.len ? c->state : state_default(r);
        c->store = arena_printf(&c->arena, "%.*s/costlens.db", STR_ARG(folder));
    }
    if (c->state.len == 0)
        c->state = arena_dup(&c->arena, folder_of(c->store));
    while (c->state.len > 1 && c->state.ptr[c->state.len - 1] == '/')
        c->state = arena_dup(&c->arena, str_from(c->state.ptr, c->state.len - 1));
    check_places(r, store, node_get(r->root, "state"));
}
