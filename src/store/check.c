// SPDX-License-Identifier: Apache-2.0
//
// The journal held against the ledger, while both are in use: the files are opened anew, and read
// only as far as the position that stands in the same snapshot as the rows.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "store/inside.h"
#include "store/sql.h"

struct check {
    struct store *store;
    sqlite3_stmt *position;
    sqlite3_stmt *row;
    char *bytes;
    store_lost_f *lost;
    void *context;
    int64_t *checked;
};

static bool check_record(struct check *c, const struct frame *f)
{
    struct entry e;
    int64_t found;
    if (f->type != RECORD_FINAL || !entry_unpack(f->payload, &e))
        return true;
    sql_bind_str(c->row, 1, e.tenant);
    sqlite3_bind_int64(c->row, 2, e.start_us);
    sql_bind_blob(c->row, 3, e.id.bytes, sizeof e.id.bytes);
    sqlite3_bind_int(c->row, 4, e.attempt);
    if (!sql_one_i64(c->row, 0, &found))
        return false;
    ++*c->checked;
    if (!found)
        c->lost(c->context, &e);
    return true;
}

static bool check_segment(struct check *c, const struct segment *g)
{
    int64_t end;
    sqlite3_bind_int64(c->position, 1, (int64_t)g->seq);
    if (!sql_one_i64(c->position, 0, &end))
        return false;
    uint32_t offset = SEGMENT_HEAD;
    while (offset < end) {
        int64_t left = end - offset;
        int64_t n =
            segment_read(g, offset, c->bytes, left < READ_BYTES ? (uint32_t)left : READ_BYTES);
        struct str bytes = str_from(c->bytes, n > 0 ? (size_t)n : 0);
        struct frame f;
        uint32_t before = offset;
        while (frame_read(bytes, &f) == FRAME_OK) {
            if (!check_record(c, &f))
                return false;
            offset += f.size;
            bytes = str_skip(bytes, f.size);
        }
        if (offset == before)
            return true; // it is gone, or damaged, which was said
    }
    return true;
}

static bool check_files(struct check *c)
{
    int fd = openat(c->store->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    bool fine = dir != NULL;
    for (const struct dirent *file; fine && (file = readdir(dir));) {
        struct segment *g;
        if (!str_ends(str_of(file->d_name), (struct str)STR(".seg")) ||
            segment_load(c->store->folder, file->d_name, &g, NULL) != STATUS_OK)
            continue; // the writer deletes what is done
        fine = check_segment(c, g);
        segment_free(g);
    }
    if (dir)
        closedir(dir);
    return fine;
}

enum status store_check_journal(struct store *s, struct sqlite3 *db, store_lost_f *f, void *context,
                                int64_t *checked) // NOLINT(readability-non-const-parameter): kept
{
    struct check c = {.store = s, .lost = f, .context = context, .checked = checked};
    c.position = sql_prepare(db, "SELECT offset FROM position WHERE segment = ?1");
    // A row so old that it was removed is no loss.
    c.row =
        sql_prepare(db, "SELECT count(*) + (?2 < (SELECT coalesce(max(value), 0) FROM fact WHERE "
                        "name = 'rows_from_us')) FROM call WHERE tenant = (SELECT id FROM name "
                        "WHERE text = ?1) AND start_us = ?2 AND id = ?3 AND attempt = ?4");
    c.bytes = alloc_get(&alloc_heap, READ_BYTES);
    bool fine = c.position && c.row && c.bytes && check_files(&c);
    sqlite3_finalize(c.position);
    sqlite3_finalize(c.row);
    heap_free(c.bytes);
    return fine ? STATUS_OK : STATUS_IO;
}

// --- files that are kept aside ---

static void count_records(const struct segment *g, char *bytes, struct store_aside *a)
{
    for (int64_t before = -1; before < a->from;) {
        before = a->from;
        int64_t n = segment_read(g, (uint32_t)a->from, bytes, READ_BYTES);
        struct str left = str_from(bytes, n > 0 ? (size_t)n : 0);
        for (struct frame f; frame_read(left, &f) == FRAME_OK; left = str_skip(left, f.size)) {
            a->records++;
            a->from += f.size;
        }
    }
}

static void look_at(const struct store *s, const char *name, char *bytes, struct store_aside *a)
{
    struct segment *g = NULL;
    if (a->refused) { // has no head
        struct segment frames = {.fd = openat(s->folder, name, O_RDONLY | O_CLOEXEC)};
        count_records(&frames, bytes, a);
        if (frames.fd >= 0)
            close(frames.fd);
    } else if (segment_load(s->folder, name, &g, NULL) == STATUS_OK) {
        a->from = SEGMENT_HEAD;
        count_records(g, bytes, a);
        segment_free(g);
    }
}

void store_aside_each(const struct store *s, store_aside_f *f, void *context)
{
    char path[STORE_PATH_SIZE + 512];
    char *bytes = alloc_get(&alloc_heap, READ_BYTES);
    int fd = openat(s->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    for (const struct dirent *file; dir && bytes && (file = readdir(dir));) {
        struct str name = str_of(file->d_name);
        struct store_aside a = {.path = path,
                                .refused = str_ends(name, (struct str)STR(".refused"))};
        if (!a.refused && !str_ends(name, (struct str)STR(".damaged")))
            continue;
        snprintf(path, sizeof path, "%s/journal/%s", s->state, file->d_name);
        look_at(s, file->d_name, bytes, &a);
        f(context, &a);
    }
    if (dir)
        closedir(dir);
    heap_free(bytes);
}
