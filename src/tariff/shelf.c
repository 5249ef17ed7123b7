// SPDX-License-Identifier: Apache-2.0

#include "tariff/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"
#include "base/limits.h"

static bool folder_of(struct str state, char out[PATH_MAX])
{
    int n = snprintf(out, PATH_MAX, "%.*s/prices", STR_ARG(state));
    return n > 0 && n + SHELF_NAME + 16 < PATH_MAX;
}

static bool is_text(const char *name, unsigned *number)
{
    uint64_t n;
    struct str s = str_of(name);
    if (s.len < 6 || s.len >= SHELF_NAME || s.ptr[4] != '-' ||
        !str_ends(s, (struct str)STR(".book")) || !str_u64(str_from(s.ptr, 4), &n) || n == 0)
        return false;
    *number = (unsigned)n;
    return true;
}

// --- reading ---

static enum status read_file(struct shelf *s, const char *path, struct str *out, struct why *why)
{
    struct buf text;
    buf_init(&text, &alloc_heap, SHELF_BYTES_MAX);
    enum status status = file_read(path, FILE_OWN, &text, why);
    if (status == STATUS_OK)
        *out = arena_dup(&s->arena, buf_str(&text));
    buf_fini(&text);
    if (status == STATUS_LIMIT || arena_failed(&s->arena))
        status = why_set(why, STATUS_LIMIT,
                         "%s: imported prices are more than %zu bytes. Take "
                         "older imports back: costlens price history, costlens price forget",
                         path, SHELF_BYTES_MAX);
    return status;
}

static enum status add_entry(struct shelf *s, const char *folder, const char *name, struct why *why)
{
    char path[PATH_MAX + SHELF_NAME];
    unsigned number;
    if (!is_text(name, &number))
        return STATUS_OK;
    struct shelf_text *texts = alloc_grow(&alloc_heap, s->texts, sizeof *texts, s->count, &s->size);
    if (!texts)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    s->texts = texts;
    struct shelf_text *t = &texts[s->count];
    *t = (struct shelf_text){.number = number};
    (void)!str_copy(str_of(name), t->name, sizeof t->name);
    snprintf(path, sizeof path, "%s/%s", folder, t->name);
    enum status status = read_file(s, path, &t->text, why);
    s->count += status == STATUS_OK;
    return status;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct shelf_text *)a)->name, ((const struct shelf_text *)b)->name);
}

enum status shelf_open(struct str state, struct shelf *out, struct why *why)
{
    char folder[PATH_MAX];
    struct dirent *entry;
    enum status status = STATUS_OK;
    memset(out, 0, sizeof *out);
    arena_init(&out->arena, &alloc_heap, 4 * KIB, SHELF_BYTES_MAX);
    if (!folder_of(state, folder))
        return why_set(why, STATUS_LIMIT, "the path of the state folder is too long");
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT ? STATUS_OK : file_failed(folder, "cannot be read", why);
    while (status == STATUS_OK && (entry = readdir(dir)))
        status = add_entry(out, folder, entry->d_name, why);
    closedir(dir);
    if (out->count)
        qsort(out->texts, out->count, sizeof *out->texts, by_name);
    return status;
}

void shelf_close(struct shelf *s)
{
    arena_fini(&s->arena);
    alloc_free(&alloc_heap, s->texts);
    s->texts = NULL;
    s->count = s->size = 0;
}

// --- the catalogue ---

// The first text with which the book cannot be read.
static enum status blame(const struct shelf *s, const struct str *texts, enum status status,
                         struct why *why)
{
    for (size_t n = 1; n <= s->count; n++) {
        struct catalog *c = NULL;
        struct why its = {0};
        enum status alone = catalog_open(&alloc_heap, texts, n, &c, &its);
        catalog_close(c);
        if (alone == STATUS_OK)
            continue;
        const struct shelf_text *t = &s->texts[n - 1];
        return why_set(why, alone,
                       "imported prices %s: %s. Take them back: costlens price forget %u", t->name,
                       its.text, t->number);
    }
    return status;
}

enum status shelf_catalog(const struct shelf *s, struct str own, struct catalog **out,
                          struct why *why)
{
    struct str *texts = alloc_get(&alloc_heap, (s->count + 1) * sizeof *texts);
    if (!texts)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < s->count; i++)
        texts[i] = s->texts[i].text;
    texts[s->count] = own;
    enum status status = catalog_open(&alloc_heap, texts, s->count + (own.len > 0), out, why);
    if (status != STATUS_OK)
        status = blame(s, texts, status, why);
    alloc_free(&alloc_heap, texts);
    return status;
}

// --- writing ---

static bool same_texts(const struct shelf *a, const struct shelf *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->texts[i].name, b->texts[i].name) == 0;
    return same;
}

// Waits for others, and holds them off until the descriptor is closed.
static enum status lock(const char *folder, int *fd, struct why *why)
{
    int failed;
    *fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    do {
        failed = *fd < 0 ? -1 : flock(*fd, LOCK_EX);
    } while (failed && errno == EINTR);
    if (failed && errno != ENOTSUP && errno != ENOSYS)
        return file_failed(folder, "cannot be locked", why);
    return STATUS_OK;
}

static enum status check_same(struct str state, const struct shelf *s, struct why *why)
{
    struct shelf now;
    enum status status = shelf_open(state, &now, why);
    if (status == STATUS_OK && !same_texts(s, &now))
        status = why_set(why, STATUS_CONFLICT,
                         "another import came in between: nothing was done. Run this one again");
    shelf_close(&now);
    return status;
}

// What a killed import left beside its place: its file is named after its process.
static void sweep(const char *folder)
{
    struct dirent *entry;
    uint64_t process;
    DIR *dir = opendir(folder);
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] == '.' && str_u64(str_of(entry->d_name + 1), &process))
            (void)!unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
}

static enum status add(const char *folder, unsigned next, struct shelf_text *fresh, struct why *why)
{
    char beside[PATH_MAX + SHELF_NAME], path[PATH_MAX + SHELF_NAME + 16];
    snprintf(beside, sizeof beside, "%s/.%ld", folder, (long)getpid());
    snprintf(path, sizeof path, "%s/%04u-%s.book", folder, next, fresh->name);
    enum status status = file_write(beside, FILE_OWN, fresh->text, why);
    if (status == STATUS_OK && link(beside, path) != 0)
        status = file_failed(path, "cannot be made", why);
    unlink(beside);
    if (status != STATUS_OK)
        return status;
    folder_sync(folder);
    fresh->number = next;
    return STATUS_OK;
}

enum status shelf_add(struct str state, const struct shelf *s, struct shelf_text *fresh,
                      struct why *why)
{
    char folder[PATH_MAX];
    int fd = -1;
    unsigned next = s->count ? s->texts[s->count - 1].number + 1 : 1;
    if (!folder_of(state, folder) || next > SHELF_TEXTS_MAX)
        return why_set(why, STATUS_LIMIT,
                       "there are too many imports, or the path of the state "
                       "folder is too long");
    enum status status = folder_make(str_of(folder), why);
    if (status == STATUS_OK)
        status = lock(folder, &fd, why);
    if (status == STATUS_OK)
        status = check_same(state, s, why);
    if (status == STATUS_OK && flock(fd, LOCK_EX) == 0) // the others wait: what is there is dead
        sweep(folder);
    if (status == STATUS_OK)
        status = add(folder, next, fresh, why);
    if (fd >= 0)
        close(fd);
    return status;
}

static enum status remove_file(const char *folder, const char *name, struct why *why)
{
    char path[PATH_MAX + SHELF_NAME];
    int fd = -1;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    enum status status = lock(folder, &fd, why);
    if (status == STATUS_OK && unlink(path) != 0)
        status = errno == ENOENT ? STATUS_UNKNOWN : file_failed(path, "cannot be removed", why);
    if (status == STATUS_OK)
        folder_sync(folder);
    if (fd >= 0)
        close(fd);
    return status;
}

enum status shelf_remove(struct str state, const struct shelf *s, unsigned number, struct why *why)
{
    char folder[PATH_MAX];
    enum status status = STATUS_UNKNOWN;
    for (size_t i = 0; i < s->count; i++)
        if (s->texts[i].number == number && folder_of(state, folder))
            status = remove_file(folder, s->texts[i].name, why);
    if (status == STATUS_UNKNOWN)
        why_set(why, status, "there is no import %u. See costlens price history", number);
    return status;
}

struct str shelf_head(struct str text, const char *key)
{
    struct str line;
    while (str_cut(&text, '\n', &line) && line.len && line.ptr[0] == '#') {
        struct str rest = str_trim(str_skip(line, 1));
        if (str_starts(rest, str_of(key)) && rest.len > strlen(key) && rest.ptr[strlen(key)] == ':')
            return str_trim(str_skip(rest, strlen(key) + 1));
    }
    return STR_NONE;
}
