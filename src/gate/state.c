// SPDX-License-Identifier: Apache-2.0

#include "gate/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/random.h"
#include "core/key.h"
#include "gate/gate.h"

#define SECRET_FILE_MAX 4096
#define SECRET_MIN      MAC_KEY_MIN
#define PEPPER_BYTES    32
#define TRIES_MAX       3

struct file {
    char folder[PATH_MAX];
    char path[PATH_MAX];
    const char *name;
};

static enum status init_file(struct file *f, struct str state, const char *name, struct why *why)
{
    enum status s = folder_make(state, why);
    if (s != STATUS_OK)
        return s;
    f->name = name;
    int n = snprintf(f->path, sizeof f->path, "%.*s/%s", STR_ARG(state), name);
    if (!str_copy(state, f->folder, sizeof f->folder) || n < 0 || n + 32 > (int)sizeof f->path)
        return why_set(why, STATUS_LIMIT, "the path of the state folder is too long");
    return STATUS_OK;
}

// Another process may have been first: then its file stays, and that is fine.
static enum status make_file(const struct file *f, struct str text, struct why *why)
{
    char beside[PATH_MAX + 40];
    uint8_t salt[8];
    char hex[16];
    random_bytes(salt, sizeof salt);
    hex_write(salt, sizeof salt, hex);
    snprintf(beside, sizeof beside, "%s/.%s.%.16s", f->folder, f->name, hex);
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_failed(beside, "cannot be written", why);
    bool written = fchmod(fd, 0600) == 0 && file_write_to(fd, text) && fsync(fd) == 0;
    enum status s = written ? STATUS_OK : file_failed(beside, "cannot be written", why);
    close(fd);
    if (s == STATUS_OK && link(beside, f->path) != 0 && errno != EEXIST)
        s = file_failed(f->path, "cannot be made", why);
    unlink(beside);
    folder_sync(f->folder);
    return s;
}

// `*text` is a slice of `room`. STATUS_UNKNOWN when there is no such file.
static enum status read_file(const struct file *f, char room[SECRET_FILE_MAX], struct str *text,
                             struct why *why)
{
    int fd = open(f->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return STATUS_UNKNOWN;
    if (fd < 0)
        return file_failed(f->path, "cannot be read", why);
    struct stat is;
    ssize_t n = fstat(fd, &is) == 0 && S_ISREG(is.st_mode) ? read(fd, room, SECRET_FILE_MAX) : -1;
    close(fd);
    if (n < 0)
        return why_set(why, STATUS_IO, "%s: cannot be read as a file", f->path);
    if (is.st_mode & 077)
        return why_set(why, STATUS_DENIED, "%s: others can read it; chmod 600 '%s'", f->path,
                       f->path);
    *text = str_trim(str_from(room, (size_t)n));
    if (text->len < SECRET_MIN || n == SECRET_FILE_MAX)
        return why_set(why, STATUS_DAMAGED,
                       "%s: too short or too long to be what it should be; remove it, and the next "
                       "start makes a new one",
                       f->path);
    return STATUS_OK;
}

typedef void draw_f(char out[128]); // a fresh secret as text

static enum status read_or_make(struct str state, const char *name, draw_f *draw,
                                struct secret **out, struct why *why)
{
    struct file f;
    char room[SECRET_FILE_MAX];
    struct str text = STR_NONE;
    enum status s = init_file(&f, state, name, why);
    if (s != STATUS_OK)
        return s;
    s = read_file(&f, room, &text, why);
    for (int i = 0; s == STATUS_UNKNOWN && i < TRIES_MAX; i++) {
        char fresh[128];
        draw(fresh);
        s = make_file(&f, str_of(fresh), why);
        digest_wipe(fresh, sizeof fresh);
        if (s == STATUS_OK)
            s = read_file(&f, room, &text, why);
    }
    if (s == STATUS_OK) {
        *out = secret_new(text);
        s = *out ? STATUS_OK : why_set(why, STATUS_NO_MEMORY, "out of memory");
    } else if (s == STATUS_UNKNOWN) {
        s = why_set(why, STATUS_IO, "%s: disappears as soon as it is made", f.path);
    }
    digest_wipe(room, sizeof room);
    return s;
}

static void draw_hex(char out[128])
{
    uint8_t bytes[PEPPER_BYTES];
    random_bytes(bytes, sizeof bytes);
    hex_write(bytes, sizeof bytes, out);
    memcpy(out + 2 * sizeof bytes, "\n", 2);
    digest_wipe(bytes, sizeof bytes);
}

static void draw_key(char out[128])
{
    uint8_t bytes[32];
    random_bytes(bytes, sizeof bytes);
    key_token_make(bytes, out);
    memcpy(out + KEY_TOKEN_CHARS, "\n", 2);
    digest_wipe(bytes, sizeof bytes);
}

enum status state_dev_key(struct str state, struct secret **out, struct why *why)
{
    return read_or_make(state, "dev.key", draw_key, out, why);
}

enum status state_admin_token(struct str state, struct secret **out, struct why *why)
{
    return read_or_make(state, "admin.token", draw_hex, out, why);
}

struct known {
    int64_t now_us;
    unsigned count;
};

static void count_known(void *context, const struct key *k)
{
    struct known *known = context;
    bool revoked = k->revoked_us && k->revoked_us <= known->now_us;
    bool expired = k->expires_us && k->expires_us <= known->now_us;
    known->count += !revoked && !expired;
}

// Another pepper would lock out whoever has a key.
static enum status need_none(struct str state, struct store *store, const char *wrong,
                             struct why *why)
{
    struct known known = {.now_us = clock_wall_us()};
    enum status s = store_key_each(store, count_known, &known, why);
    if (s != STATUS_OK || known.count == 0)
        return s;
    return why_set(
        why, STATUS_UNKNOWN,
        "%.*s/pepper is %s, and the ledger has keys that are known by it alone (%u): put "
        "it back. If it is lost, stop the gateway and give each of them a new token: "
        "costlens key rotate NAME",
        STR_ARG(state), wrong, known.count);
}

static enum status need_file(struct str state, struct store *store, struct why *why)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%.*s/pepper", STR_ARG(state));
    if (n < 0 || n >= (int)sizeof path || access(path, F_OK) == 0 || errno != ENOENT)
        return STATUS_OK; // whoever reads it says what is wrong
    return need_none(state, store, "missing", why);
}

int64_t gate_pepper_mark(const uint8_t pepper[PEPPER_BYTES])
{
    uint8_t digest[DIGEST_BYTES];
    int64_t mark = 0;
    struct mac *mac = mac_open(str_from((const char *)pepper, PEPPER_BYTES));
    if (mac && mac_sign(mac, (struct str)STR("pepper"), digest))
        memcpy(&mark, digest, sizeof mark);
    if (mac)
        mac_close(mac);
    return mark;
}

static enum status need_same(struct str state, struct store *store,
                             const uint8_t pepper[PEPPER_BYTES], struct why *why)
{
    int64_t kept = 0;
    enum status s = store_pepper_mark(store, &kept, why);
    if (s != STATUS_OK || kept == 0 || kept == gate_pepper_mark(pepper))
        return s;
    return need_none(state, store, "another one", why);
}

enum status gate_pepper(struct str state, struct store *store, uint8_t out[PEPPER_BYTES],
                        struct why *why)
{
    struct secret *secret = NULL;
    enum status s = store ? need_file(state, store, why) : STATUS_OK;
    if (s == STATUS_OK)
        s = read_or_make(state, "pepper", draw_hex, &secret, why);
    if (s == STATUS_OK && !hex_read(secret_expose(secret), out, PEPPER_BYTES))
        s = STATUS_DAMAGED;
    secret_free(secret);
    if (s == STATUS_DAMAGED)
        s = why_set(why, s,
                    "%.*s/pepper: empty, or not 64 hex digits: put the right file back. Keys are "
                    "known by it: when you remove it, no key made so far is known any more (stop "
                    "the gateway, and costlens key rotate NAME, for each)",
                    STR_ARG(state));
    if (s == STATUS_OK && store)
        s = need_same(state, store, out, why);
    return s;
}
