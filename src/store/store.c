// SPDX-License-Identifier: Apache-2.0

#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/log.h"
#include "store/inside.h"
#include "store/schema.h"
#include "store/sql.h"

#define BUSY_MS       200 // the writer waits so long for a lock of somebody else, then tries again
#define BUSY_START_MS 10000 // who opens it
#define BUSY_STEP_MS  20
#define LOCK_TEXT_MAX 32

// --- folders and locks ---

static enum status set_paths(struct store *s, const struct store_setup *setup, struct why *why)
{
    struct str state = setup->state;
    if (state.len == 0) {
        state = setup->path;
        while (state.len > 0 && state.ptr[state.len - 1] != '/')
            state.len--;
        state = state.len == 0 ? (struct str)STR(".") : state;
    }
    while (state.len > 1 && state.ptr[state.len - 1] == '/')
        state.len--;
    if (setup->path.len == 0 || setup->path.len + 16 > sizeof s->path ||
        state.len + 32 > sizeof s->state || !str_copy(setup->path, s->path, sizeof s->path) ||
        !str_copy(state, s->state, sizeof s->state))
        return why_set(why, STATUS_RANGE, "the path of the store is empty or too long");
    s->setup = *setup;
    s->setup.path = str_of(s->path);
    s->setup.state = str_of(s->state);
    return STATUS_OK;
}

static enum status open_folders(struct store *s, struct why *why)
{
    char path[STORE_PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s", s->path);
    char *slash = strrchr(path, '/');
    if (slash && slash != path) {
        *slash = 0;
        enum status status = folder_make(str_of(path), why);
        if (status != STATUS_OK)
            return status;
    }
    snprintf(path, sizeof path, "%s/journal", s->state);
    enum status status = folder_make(str_of(path), why);
    if (status != STATUS_OK)
        return status;
    s->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return s->folder >= 0 ? STATUS_OK : why_set(why, STATUS_IO, "%s: %s", path, strerror(errno));
}

static enum status lock_file(struct store *s, int folder, const char *path, int *out,
                             struct why *why)
{
    char text[LOCK_TEXT_MAX] = "";
    int fd = openat(folder, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return why_set(why, STATUS_IO, "%s cannot be opened: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int error = errno;
        ssize_t n = pread(fd, text, sizeof text - 1, 0);
        text[n > 0 ? n : 0] = 0;
        text[strcspn(text, "\n")] = 0;
        close(fd);
        if (error != EWOULDBLOCK)
            return why_set(why, STATUS_IO, "%s cannot be locked: %s", path, strerror(error));
        return why_set(why, STATUS_BUSY,
                       "%s is in use by another costlens%s%s%s: wait until it has ended, or stop "
                       "it. Commands reach a gateway through its socket",
                       s->path, text[0] ? " (process " : "", text, text[0] ? ")" : "");
    }
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
        log_say(LOG_DEBUG, "the lock's file cannot be written"); // the lock itself holds
    *out = fd;
    return STATUS_OK;
}

static enum status take_locks(struct store *s, struct why *why)
{
    char path[PATH_MAX + 16], real[PATH_MAX];
    bool there = realpath(s->path, real) != NULL; // links to one ledger are one ledger
    snprintf(path, sizeof path, "%s.lock", there ? real : s->path);
    enum status status = lock_file(s, AT_FDCWD, path, &s->path_lock, why);
    return status == STATUS_OK ? lock_file(s, s->folder, "lock", &s->state_lock, why) : status;
}

// --- the database ---

// Somebody else's lock is waited for while the ledger is opened. What lasts is said as it begins.
static int wait_for_lock(void *store, int tries)
{
    struct store *s = store;
    const struct timespec step = {.tv_nsec = BUSY_STEP_MS * 1000000};
    if (tries == BUSY_MS / BUSY_STEP_MS)
        log_say(LOG_INFO,
                "another program holds the ledger's lock: it is waited for, some seconds");
    s->in_vain = s->in_vain || tries == BUSY_START_MS / BUSY_STEP_MS;
    if (s->in_vain)
        return 0;
    nanosleep(&step, NULL);
    return 1;
}

static enum status find_file(const struct store *s, struct why *why)
{
    int flags = O_RDWR | O_CLOEXEC | (s->setup.create ? O_CREAT : 0);
    int fd = open(s->path, flags, 0600);
    if (fd < 0 && errno == ENOENT)
        return why_set(why, STATUS_UNKNOWN,
                       "there is no ledger at %s yet: `costlens serve` makes it", s->path);
    if (fd < 0)
        return why_set(why, STATUS_IO, "%s cannot be opened: %s", s->path, strerror(errno));
    close(fd);
    return STATUS_OK;
}

// SQLite counts its memory under one lock of the process: nobody asks for the figures. Only before
// its first use; a program that embeds us and was earlier keeps its own setting.
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static sqlite3 *connect(const struct store *s, int flags, int busy_ms)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(s->path, &db, flags, NULL) != SQLITE_OK) {
        sqlite3_close(db);
        return NULL;
    }
    sqlite3_busy_timeout(db, busy_ms);
    sqlite3_extended_result_codes(db, 1);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return db;
}

// While it is not known whether anything may be changed, what SQLite has in its log stays there.
static void keep_log(const struct store *s, bool keep)
{
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, NULL);
    sqlite3_db_config(s->keys, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, NULL);
}

static bool changes_nothing(const struct store *s)
{
    return s->setup.asks || s->setup.copies;
}

// Changes nothing.
static enum status open_database(struct store *s, struct why *why)
{
    enum status status = find_file(s, why);
    if (status != STATUS_OK)
        return status;
    s->db = connect(s, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, 0);
    s->keys = connect(s, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, BUSY_MOST_MS);
    if (!s->db || !s->keys)
        return why_set(why, STATUS_IO, "%s cannot be opened as a database", s->path);
    sqlite3_busy_handler(s->db, wait_for_lock, s);
    keep_log(s, true);
    status = schema_ours(s->db, s->path, why);
    if (status == STATUS_OK && changes_nothing(s))
        status = schema_current(s->db, s->path, &s->older, why);
    if (status == STATUS_OK)
        keep_log(s, false);
    return status;
}

static enum status set_up_database(struct store *s, struct why *why)
{
    // A commit is safe against the death of the process at once, against power loss together with
    // the journal (doc/why/journal.md): NORMAL is enough.
    // A file keeps the size of page it was made with. What is deleted is not overwritten: that is
    // for what nobody may read, and the ledger's file is its owner's.
    if (sql_run(s->db, "PRAGMA page_size = 8192") != SQLITE_OK ||
        sql_run(s->db, "PRAGMA secure_delete = OFF") != SQLITE_OK ||
        sql_run(s->db, "PRAGMA journal_mode = WAL") != SQLITE_OK ||
        sql_run(s->db, "PRAGMA synchronous = NORMAL") != SQLITE_OK ||
        sql_run(s->db, "PRAGMA wal_autocheckpoint = 4000") != SQLITE_OK ||
        sql_run(s->db, "PRAGMA journal_size_limit = 67108864") != SQLITE_OK ||
        sql_run(s->db, FEW_PAGES) != SQLITE_OK ||
        sql_run(s->keys, "PRAGMA synchronous = FULL") != SQLITE_OK)
        return sql_why(why, s->db, s->path);
    return STATUS_OK;
}

static bool init_locks(struct store *s)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0)
        return false;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    bool fine = pthread_mutex_init(&s->lock, NULL) == 0 &&
                pthread_mutex_init(&s->reserve_lock, NULL) == 0 &&
                pthread_mutex_init(&s->keys_lock, NULL) == 0 &&
                pthread_cond_init(&s->wake, &attr) == 0 && pthread_cond_init(&s->done, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return fine;
}

static enum status make_reserve(struct store *s, struct why *why)
{
    enum status status =
        segment_create(s->folder, s->next_seq++, SEGMENT_RESERVE, &s->reserve, why);
    if (status == STATUS_OK)
        list_push(&s->segments, &s->reserve->link);
    return status;
}

// Signals are for the program's own threads.
static enum status start_writer(struct store *s, struct why *why)
{
    sigset_t all;
    sigset_t before;
    enum status status = make_reserve(s, why);
    if (status == STATUS_FULL && s->trimmed) // the ledger took what the last one gave back
        store_bare(s);
    else if (status != STATUS_OK)
        return status == STATUS_FULL ? store_full(s, s->state, "state", why) : status;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    s->running = pthread_create(&s->thread, NULL, writer_run, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s->running ? STATUS_OK : why_set(why, STATUS_NO_MEMORY, "no thread for the writer");
}

bool store_complains(int64_t *said_us)
{
    int64_t now = clock_mono_us();
    if (*said_us && now - *said_us < 60 * SECOND_US)
        return false;
    *said_us = now;
    return true;
}

void store_bare(const struct store *s)
{
    log_say(LOG_WARN, "the journal in %s has no reserve until there are %u MiB for it", s->state,
            (unsigned)(RESERVE_BYTES / MIB));
}

enum status store_full(const struct store *s, const char *place, const char *key, struct why *why)
{
    if (!why)
        return STATUS_FULL;
    struct why first = *why;
    // A row and its place in the sums are written twice, to SQLite's log and to its file.
    uint64_t bytes = 2 * atomic_load_explicit(&s->journal_bytes, memory_order_relaxed) +
                     RESERVE_BYTES + START_SEGMENTS * SEGMENT_BYTES;
    return why_set(why, STATUS_FULL,
                   "%.160s. Free some %llu MiB on the disk of %s, or move it to a larger one "
                   "(`%s` says where it is); nothing is lost",
                   first.text, (unsigned long long)(bytes / MIB), place, key);
}

static enum status say_damaged(const struct store *s, struct why *why)
{
    if (!why)
        return STATUS_DAMAGED;
    struct why first = *why;
    return why_set(why, STATUS_DAMAGED,
                   "%s is no ledger of CostLens, or a damaged one (%.80s). Restore a backup "
                   "(`costlens backup --help`), or move it away with its -wal and -shm: the next "
                   "start makes an empty one, without keys. The journal stays",
                   s->path, first.text);
}

static enum status say_locked(const struct store *s, struct why *why)
{
    return why_set(why, STATUS_TIMEOUT,
                   "another program (a shell, a copy) holds the lock of %s, and has for %d s. End "
                   "it, or try again later",
                   s->path, BUSY_START_MS / 1000);
}

static enum status open_ledger(struct store *s, struct why *why)
{
    if (!changes_nothing(s))
        replay_trim(s); // the database may need the space
    enum status status = open_database(s, why);
    if (status == STATUS_OLDER && s->setup.copies)
        return STATUS_OK; // as it is
    if (status == STATUS_OK && changes_nothing(s))
        replay_trim(s); // not before an older store is left as it is
    if (status == STATUS_OK)
        status = set_up_database(s, why);
    if (status == STATUS_OK) {
        status = schema_migrate(s->db, s->path, why);
        if (status == STATUS_FULL)
            return status; // it needs more, and has said so
    }
    if (status == STATUS_OK)
        status = writer_open(s, why);
    if (status == STATUS_OK)
        status = replay_load(s, why); // not before a newer program's store is refused
    if (status == STATUS_OK)
        status = replay_all(s, why);
    if (status == STATUS_FULL)
        return store_full(s, s->path, "store", why);
    if (status == STATUS_BUSY)
        return say_locked(s, why);
    return status == STATUS_DAMAGED ? say_damaged(s, why) : status;
}

static enum status open_all(struct store *s, struct why *why)
{
    // Nothing is made for who only asks: no folder, no file.
    enum status status = s->setup.create ? STATUS_OK : find_file(s, why);
    if (status == STATUS_OK)
        status = open_folders(s, why);
    if (status == STATUS_OK)
        status = take_locks(s, why);
    if (status == STATUS_OK)
        status = open_ledger(s, why);
    if (status == STATUS_OK) // whoever is waited for from now on, it is not said here
        sqlite3_busy_timeout(s->db, s->setup.writer ? BUSY_MS : BUSY_MOST_MS);
    if (status == STATUS_OK && s->setup.writer)
        status = start_writer(s, why);
    return status;
}

enum status store_open(const struct store_setup *setup, struct store **out, struct why *why)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    struct store *s = alloc_zero(&alloc_heap, sizeof *s);
    if (!s || !init_locks(s)) {
        heap_free(s);
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    s->folder = s->path_lock = s->state_lock = -1;
    s->next_seq = 1;
    list_init(&s->segments);
    leases_read_boot(s);
    atomic_store(&s->healthy, true);
    enum status status = set_paths(s, setup, why);
    if (status == STATUS_OK)
        status = open_all(s, why);
    if (status != STATUS_OK) {
        store_close(s);
        return status;
    }
    *out = s;
    return STATUS_OK;
}

static void stop_writer(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    leases_refuse(s); // nothing is set aside any more
    writer_finish(s);
    s->running = false;
}

static void close_file(int fd)
{
    if (fd >= 0)
        close(fd);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->running)
        stop_writer(s);
    list_for (it, &s->segments)
        segment_free(list_of(it, struct segment, link));
    writer_close(s);
    sqlite3_finalize(s->pair_add);
    sqlite3_close(s->keys);
    sqlite3_close(s->db);
    close_file(s->state_lock);
    close_file(s->path_lock);
    close_file(s->folder);
    pthread_cond_destroy(&s->done);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->keys_lock);
    pthread_mutex_destroy(&s->reserve_lock);
    pthread_mutex_destroy(&s->lock);
    heap_free(s);
}

// --- while it is open ---

enum status store_catch_up(struct store *s, int64_t deadline_ms)
{
    if (!s->running)
        return STATUS_OK; // replayed at open, and nobody writes
    int64_t us = clock_mono_us() + deadline_ms * 1000;
    struct timespec until = {.tv_sec = us / SECOND_US, .tv_nsec = us % SECOND_US * 1000};
    int error = 0;
    pthread_mutex_lock(&s->lock);
    uint64_t ticket = ++s->asked;
    pthread_cond_signal(&s->wake);
    while (s->answered < ticket && error == 0)
        error = pthread_cond_timedwait(&s->done, &s->lock, &until);
    bool answered = s->answered >= ticket;
    pthread_mutex_unlock(&s->lock);
    return answered ? STATUS_OK : STATUS_TIMEOUT;
}

enum status store_behind(const struct store *s, struct why *why)
{
    static const char begin[] = "the ledger is behind its journal";
    static const char end[] = "nothing is lost, its rows come by themselves";
    enum status trouble = store_healthy(s) ? STATUS_OK : (enum status)s->trouble;
    if (trouble == STATUS_OK)
        return why_set(why, STATUS_TIMEOUT, "%s and reads it: try again", begin);
    if (trouble == STATUS_BUSY)
        return why_set(why, STATUS_TIMEOUT,
                       "%s: another program (a shell, a copy) holds the lock of %s. End it, or "
                       "wait; %s",
                       begin, s->path, end);
    if (trouble == STATUS_FULL)
        return why_set(why, STATUS_TIMEOUT, "%s: no space is left for %s. Free some; %s", begin,
                       s->path, end);
    return why_set(why, STATUS_TIMEOUT, "%s: it cannot be written (%s), see the log", begin,
                   status_text(trouble));
}

bool store_healthy(const struct store *s)
{
    return atomic_load_explicit(&s->healthy, memory_order_acquire);
}

bool store_journals(const struct store *s)
{
    return atomic_load_explicit(&s->failing, memory_order_relaxed) == 0;
}

void store_stats(const struct store *s, struct store_stats *out)
{
    int64_t since = atomic_load_explicit(&s->behind_us, memory_order_relaxed);
    *out = (struct store_stats){
        .rows = atomic_load_explicit(&s->rows, memory_order_relaxed),
        .batches = atomic_load_explicit(&s->batches, memory_order_relaxed),
        .failures = atomic_load_explicit(&s->failures, memory_order_relaxed),
        .lag_us = since ? clock_mono_us() - since : 0,
        .journal_bytes = atomic_load_explicit(&s->journal_bytes, memory_order_relaxed),
        .captured = atomic_load_explicit(&s->captured, memory_order_relaxed),
        .fsync_us = atomic_load_explicit(&s->fsync_us, memory_order_relaxed),
        .imbalance_pd = atomic_load_explicit(&s->imbalance_pd, memory_order_relaxed)};
}

#define BACKUP_CATCH_UP_MS 5000

enum status store_backup(struct store *s, const char *file, struct why *why)
{
    struct sqlite3 *db = NULL;
    if (store_catch_up(s, BACKUP_CATCH_UP_MS) != STATUS_OK)
        return store_behind(s, why);
    enum status status = store_reader_open(s, &db, why);
    if (status != STATUS_OK)
        return status;
    status = schema_copy(db, file, why);
    store_reader_close(db);
    return status;
}

int store_older(const struct store *s)
{
    return s->older;
}

enum status store_reader_open(struct store *s, struct sqlite3 **out, struct why *why)
{
    sqlite3 *db = connect(s, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, BUSY_MOST_MS);
    if (!db)
        return why_set(why, STATUS_IO, "%s cannot be opened for reading", s->path);
    sql_run(db, "PRAGMA query_only = 1");
    *out = db;
    return STATUS_OK;
}

void store_reader_close(struct sqlite3 *db)
{
    sqlite3_close(db);
}
