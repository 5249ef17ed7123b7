// SPDX-License-Identifier: Apache-2.0

#include "net/listen.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "net/url.h"

#define BACKLOG 4096

union any_address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

// --- who has the port ---

// The n-th word of a line, counted from 0; empty when there are fewer.
static struct str word(const char *line, unsigned n)
{
    struct str rest = str_of(line), part = {NULL, 0};
    while (str_cut(&rest, ' ', &part))
        if (part.len && n-- == 0)
            return str_trim(part);
    return str_from(NULL, 0);
}

// Of a line of /proc/net/tcp: "sl: address:port peer:port state queues timer retransmits uid
// timeout inode ...". False when it is no listener.
static bool read_listener(const char *line, uint16_t *port, uint64_t *inode)
{
    struct str local = word(line, 1);
    unsigned char bytes[2];
    size_t colon = str_find(local, ':');
    if (!str_is(word(line, 3), "0A") || !hex_read(str_skip(local, colon + 1), bytes, 2))
        return false;
    *port = (uint16_t)(bytes[0] << 8 | bytes[1]);
    return str_u64(word(line, 9), inode);
}

// The inode of the n-th listener on `port` in a table of /proc/net. Listeners come first there.
static bool listener_inode(const char *table, uint16_t port, unsigned n, uint64_t *inode)
{
    FILE *f = fopen(table, "re");
    if (!f)
        return false;
    char line[512];
    uint16_t found = 0;
    bool more = fgets(line, sizeof line, f) != NULL; // the heading
    do
        more = more && fgets(line, sizeof line, f) && read_listener(line, &found, inode);
    while (more && (found != port || n-- > 0));
    fclose(f);
    return more;
}

static bool process_has(const char *pid, const char *wanted)
{
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    bool has = false;
    struct dirent *entry;
    while (!has && (entry = readdir(dir)) != NULL) { // NOLINT(concurrency-mt-unsafe): own stream
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);
        if (n <= 0)
            continue;
        target[n] = 0;
        has = strcmp(target, wanted) == 0;
    }
    closedir(dir);
    return has;
}

// The process that holds a socket, or 0.
static long inode_owner(uint64_t inode)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "socket:[%llu]", (unsigned long long)inode);
    if (process_has("self", wanted))
        return getpid();
    DIR *dir = opendir("/proc");
    if (!dir)
        return 0;
    long pid = 0;
    struct dirent *entry;
    while (pid == 0 && (entry = readdir(dir)) != NULL) { // NOLINT(concurrency-mt-unsafe)
        uint64_t n;
        if (isdigit((unsigned char)entry->d_name[0]) && process_has(entry->d_name, wanted) &&
            str_u64(str_of(entry->d_name), &n))
            pid = (long)n;
    }
    closedir(dir);
    return pid;
}

static void process_name(long pid, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    out[0] = 0;
    FILE *f = fopen(path, "re");
    if (!f)
        return;
    if (!fgets(out, (int)size, f))
        out[0] = 0;
    out[strcspn(out, "\n")] = 0;
    fclose(f);
}

static enum status say_owner(struct str address, long pid, struct why *why)
{
    char name[64];
    if (pid == 0)
        return why_set(why, STATUS_BUSY,
                       "%.*s is in use by another program: stop that, or take another port",
                       STR_ARG(address));
    process_name(pid, name, sizeof name);
    return why_set(why, STATUS_BUSY,
                   "%.*s is in use by %s (process %ld): stop that, or take another port",
                   STR_ARG(address), name[0] ? name : "another program", pid);
}

static enum status port_taken(struct str address, uint16_t port, struct why *why)
{
    uint64_t inode = 0;
    if (!listener_inode("/proc/net/tcp", port, 0, &inode) &&
        !listener_inode("/proc/net/tcp6", port, 0, &inode))
        return say_owner(address, 0, why);
    return say_owner(address, inode_owner(inode), why);
}

// With SO_REUSEPORT the system would let us share a port with another process of the same user, and
// every second call would go astray: a listener that is not our own is refused.
static bool port_is_foreign(const char *table, uint16_t port)
{
    uint64_t inode;
    char wanted[64];
    for (unsigned i = 0; listener_inode(table, port, i, &inode); i++) {
        snprintf(wanted, sizeof wanted, "socket:[%llu]", (unsigned long long)inode);
        if (!process_has("self", wanted))
            return true;
    }
    return false;
}

// --- TCP ---

static bool to_address(struct str host, uint16_t port, union any_address *out, socklen_t *size)
{
    char text[64];
    memset(out, 0, sizeof *out);
    if (str_is(host, "localhost"))
        host = str_of("127.0.0.1");
    if (!str_copy(host, text, sizeof text))
        return false;
    if (inet_pton(AF_INET, text, &out->four.sin_addr) == 1) {
        out->four.sin_family = AF_INET;
        out->four.sin_port = htons(port);
        *size = sizeof out->four;
        return true;
    }
    if (inet_pton(AF_INET6, text, &out->six.sin6_addr) != 1)
        return false;
    out->six.sin6_family = AF_INET6;
    out->six.sin6_port = htons(port);
    *size = sizeof out->six;
    return true;
}

// Options that accepted sockets inherit are set here once.
static void set_options(int fd, const union any_address *a, bool shared)
{
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (shared)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (a->any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

static enum status open_tcp(struct str address, bool shared, struct listening *out, struct why *why)
{
    struct str host;
    uint16_t port;
    union any_address a;
    socklen_t size;
    if (!address_read(address, &host, &port) || !to_address(host, port, &a, &size))
        return why_set(why, STATUS_SYNTAX, "%.*s is no address to listen on (127.0.0.1:7575)",
                       STR_ARG(address));
    if (shared && port &&
        port_is_foreign(a.any.sa_family == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6", port))
        return port_taken(address, port, why);
    int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return why_set(why, STATUS_IO, "no socket for %.*s: %s", STR_ARG(address), strerror(errno));
    set_options(fd, &a, shared);
    if (bind(fd, &a.any, size) < 0 || listen(fd, BACKLOG) < 0) {
        int error = errno;
        close(fd);
        if (error == EADDRINUSE)
            return port_taken(address, port, why);
        return why_set(why, error == EACCES ? STATUS_DENIED : STATUS_IO,
                       "cannot listen on %.*s: %s", STR_ARG(address), strerror(error));
    }
    getsockname(fd, &a.any, &size);
    *out = (struct listening){.fd = fd};
    out->port = ntohs(a.any.sa_family == AF_INET ? a.four.sin_port : a.six.sin6_port);
    return STATUS_OK;
}

// --- UNIX sockets ---

// A socket file that nobody answers was left behind by a process that died.
static enum status clear_stale(int fd, const struct sockaddr_un *a, struct why *why)
{
    struct stat st;
    if (lstat(a->sun_path, &st) < 0)
        return STATUS_OK;
    if (!S_ISSOCK(st.st_mode))
        return why_set(why, STATUS_CONFLICT, "%s exists and is no socket", a->sun_path);
    if (connect(fd, (const struct sockaddr *)(const void *)a, sizeof *a) == 0 || errno == EAGAIN) {
        struct ucred peer = {0};
        socklen_t size = sizeof peer;
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
        return say_owner(str_of(a->sun_path), peer.pid, why);
    }
    if (unlink(a->sun_path) < 0)
        return why_set(why, STATUS_DENIED, "cannot remove the stale socket %s: %s", a->sun_path,
                       strerror(errno));
    return STATUS_OK;
}

static int unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static enum status open_unix(struct str path, struct listening *out, struct why *why)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (path.len == 0 || !str_copy(path, a.sun_path, sizeof a.sun_path))
        return why_set(why, STATUS_LIMIT, "the socket path %.*s is empty or longer than %zu bytes",
                       STR_ARG(path), sizeof a.sun_path - 1);
    int probe = unix_socket();
    if (probe < 0)
        return why_set(why, STATUS_IO, "no socket: %s", strerror(errno));
    enum status status = clear_stale(probe, &a, why);
    close(probe);
    if (status != STATUS_OK)
        return status;
    int fd = unix_socket();
    if (fd < 0)
        return why_set(why, STATUS_IO, "no socket: %s", strerror(errno));
    // Before bind, so that the file is never open to others, not even for a moment (Linux).
    fchmod(fd, 0600);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || chmod(a.sun_path, 0600) < 0 ||
        listen(fd, BACKLOG) < 0) {
        int error = errno;
        close(fd);
        return why_set(why, error == EACCES ? STATUS_DENIED : STATUS_IO, "cannot listen on %s: %s",
                       a.sun_path, strerror(error));
    }
    *out = (struct listening){.fd = fd, .local = true};
    out->unix_path = alloc_must(path.len + 1);
    memcpy(out->unix_path, path.ptr, path.len);
    return STATUS_OK;
}

enum status listen_open(struct str address, bool shared, struct listening *out, struct why *why)
{
    struct str prefix = str_of("unix:");
    if (str_starts(address, prefix))
        return open_unix(str_skip(address, prefix.len), out, why);
    return open_tcp(address, shared, out, why);
}
