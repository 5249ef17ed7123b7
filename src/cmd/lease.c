// SPDX-License-Identifier: Apache-2.0

#include "cmd/lease.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/log.h"
#include "cmd/remote.h"
#include "cmd/serving.h"
#include "gate/state.h"
#include "net/url.h"

#define PORT_TRIES    5
#define BUSY_TRIES    50
#define BUSY_STEP_NS  100000000
#define DRAIN_MOST_MS 200  // nobody is left who waits for an answer; who ends has waited
#define END_TRIES     1000 // of a gateway on a busy machine
#define END_STEP_NS   2000000

// --- files ---

static int open_in(struct str state, const char *name, int flags)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%.*s/%s", STR_ARG(state), name);
    return n > 0 && n < (int)sizeof path ? open(path, flags | O_CLOEXEC, 0600) : -1;
}

static bool lock(int fd, int how)
{
    int code;
    while ((code = flock(fd, how)) != 0 && errno == EINTR)
        ;
    return code == 0;
}

// The state folder of the configuration, in `state`.
static enum status find_state(const struct cli *cli, char state[PATH_MAX], struct why *why)
{
    struct config_source source = {.file = cli->config_file};
    struct config *c = NULL;
    enum status s = config_read(&source, &c, why);
    if (s != STATUS_OK)
        return s;
    s = folder_make(c->state, why);
    if (s == STATUS_OK && !str_copy(c->state, state, PATH_MAX))
        s = why_set(why, STATUS_LIMIT, "the path of the state folder is too long");
    config_free(c);
    return s;
}

// --- the gateway that is begun here ---

struct keeper {
    const struct cli *cli;
    bool mock;
    const char *state;
    int report; // a pipe: "." once it listens, else why it does not, after "!" when that may pass
    bool ready;
};

// Waits until no lease is left; the lock stays until the process has ended, so that whoever comes
// meanwhile waits and begins a new gateway.
static void *wait_for_leases(void *argument)
{
    const struct keeper *k = argument;
    int fd = open_in(str_of(k->state), "run.lease", O_RDWR | O_CREAT);
    if (fd < 0 || !lock(fd, LOCK_EX))
        log_say(LOG_ERROR, "run.lease cannot be locked: %s", strerror(errno));
    else
        log_say(LOG_INFO, "the last program has ended");
    kill(getpid(), SIGTERM);
    return NULL;
}

static void on_ready(struct gate *g, void *context)
{
    (void)g;
    struct keeper *k = context;
    pthread_t thread;
    if (chdir("/") != 0) // it may outlive the folder of the first run
        log_say(LOG_WARN, "its folder is held: %s", strerror(errno));
    k->ready = pthread_create(&thread, NULL, wait_for_leases, k) == 0;
    if (k->ready) {
        pthread_detach(thread);
        (void)!write(k->report, ".", 1);
    } else {
        kill(getpid(), SIGTERM);
    }
    close(k->report);
}

static uint16_t free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool fine = fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
                getsockname(fd, (struct sockaddr *)&a, &len) == 0;
    if (fd >= 0)
        close(fd);
    return fine ? ntohs(a.sin_port) : 0;
}

// As the configuration says, but for where it listens.
static bool confine(struct config *c)
{
    struct config_listen *l = arena_new(&c->arena, struct config_listen);
    if (!l)
        return false;
    *l = (struct config_listen){.address =
                                    arena_printf(&c->arena, "127.0.0.1:%u", (unsigned)free_port())};
    c->listen = l;
    c->listen_count = 1;
    c->admin_count = 0;
    c->tls_cert = STR_NONE;
    c->tls_key = STR_NONE;
    return !arena_failed(&c->arena);
}

// What was found wrong with a key in the environment is the likely cause.
static enum status no_provider(const struct config *c, struct why *why)
{
    struct str cause = c && c->warning_count ? c->warnings[0].text : STR_NONE;
    return why_set(
        why, STATUS_CLOSED,
        "no provider%s%.*s: set OPENAI_API_KEY or another provider's key, or name one in "
        "the configuration. --mock tries it without cost",
        cause.len ? " - " : "", STR_ARG(cause));
}

// The file that was read, for the next reading: from another folder.
static void keep_file(struct gate_setup *s, char file[PATH_MAX])
{
    char here[PATH_MAX];
    struct str read = s->config->file;
    if (read.len == 0 || read.ptr[0] == '/' || !getcwd(here, sizeof here))
        return;
    int n = snprintf(file, PATH_MAX, "%s/%.*s", here, STR_ARG(read));
    if (n > 0 && n < PATH_MAX)
        s->source.file = file;
}

// Paths of certificates that the environment names from here, for the same reason. `between`: what
// parts several of them.
static void keep_paths(const char *variable, char between)
{
    char here[PATH_MAX];
    const char *value = getenv(variable);
    struct str rest = str_of(value);
    struct buf all;
    if (!value || !getcwd(here, sizeof here))
        return;
    buf_init(&all, &alloc_heap, 0);
    while (rest.len) {
        struct str path = str_from(rest.ptr, str_find(rest, between));
        bool relative = path.len && path.ptr[0] != '/';
        buf_printf(&all, "%s%s%s%.*s", all.len ? ":" : "", relative ? here : "",
                   relative ? "/" : "", STR_ARG(path));
        rest = str_skip(rest, path.len + 1);
    }
    if (!buf_failed(&all))
        setenv(variable, buf_cstr(&all), true);
    buf_fini(&all);
}

static enum status serve_once(struct keeper *k, struct why *why)
{
    struct gate_setup setup = {.source = {.file = k->cli->config_file, .mock = k->mock},
                               .drain_most_ms = DRAIN_MOST_MS,
                               .on_ready = on_ready,
                               .context = k};
    char file[PATH_MAX];
    enum status s = config_read(&setup.source, &setup.config, why);
    if (s != STATUS_OK)
        return s;
    keep_file(&setup, file);
    log_open(setup.config->log_format, setup.config->log_level);
    if (!serving_has_provider(setup.config))
        s = no_provider(setup.config, why);
    else if (!confine(setup.config))
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (s == STATUS_OK)
        return serving_run(&setup, false, why);
    config_free(setup.config);
    return s;
}

// Another program may take the port first: then another one is tried, at once.
static void serve(struct keeper *k)
{
    struct why why = {0};
    enum status s = STATUS_IO;
    for (int i = 0; i < PORT_TRIES && !k->ready; i++) {
        s = serve_once(k, &why);
        if (s != STATUS_CONFLICT && s != STATUS_BUSY && s != STATUS_DUPLICATE)
            break;
    }
    if (k->ready)
        return;
    const char *text = why.text[0] ? why.text : status_text(s);
    if (s == STATUS_BUSY)
        (void)!write(k->report, "!", 1);
    (void)!write(k->report, text, strlen(text));
}

static void take_output(const char *state)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int log = open_in(str_of(state), "run.log", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
    dup2(null, STDIN_FILENO);
    dup2(log >= 0 ? log : null, STDOUT_FILENO);
    dup2(log >= 0 ? log : null, STDERR_FILENO);
}

// In the child: nothing of what the program's shell gave it is held open, and its terminal is none
// of ours.
static _Noreturn void keep(struct keeper *k)
{
    setsid();
    if (fork() != 0)
        _exit(0);
    int report = dup2(k->report, STDERR_FILENO + 1);
    take_output(k->state);
    closefrom(report + 1);
    k->report = report;
    fcntl(report, F_SETFD, FD_CLOEXEC);
    flock(STDOUT_FILENO, LOCK_EX | LOCK_NB); // run.log: a gateway that ends with its leases
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NAME, "costlens-gate"); // its arguments are those of the first run
    keep_paths("SSL_CERT_FILE", '\0');
    keep_paths("SSL_CERT_DIR", ':');
    serve(k);
    _exit(k->ready ? 0 : 1);
}

// Until the gateway listens, or its reason why not; BUSY when another holds what it needs.
static enum status begin(const struct cli *cli, bool mock, const char *state, struct why *why)
{
    int pipe_of[2];
    char text[sizeof why->text] = "";
    size_t len = 0;
    ssize_t n;
    if (pipe2(pipe_of, O_CLOEXEC) != 0)
        return why_set(why, STATUS_IO, "no pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        struct keeper k = {.cli = cli, .mock = mock, .state = state, .report = pipe_of[1]};
        keep(&k);
    }
    close(pipe_of[1]);
    if (child > 0)
        waitpid(child, NULL, 0);
    while (len < sizeof text - 1 && (n = read(pipe_of[0], text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)n;
    close(pipe_of[0]);
    if (child > 0 && strcmp(text, ".") == 0)
        return STATUS_OK;
    bool busy = text[0] == '!';
    return why_set(why, busy ? STATUS_BUSY : STATUS_CLOSED, "%s",
                   len ? text + busy : "the gateway could not be started");
}

// --- the gateway as it runs ---

// Where a client of this machine reaches it: never by an address that means "all".
static void add_base(const struct json *status, struct buf *out)
{
    struct json_iter it = {0};
    struct str key, host;
    const struct json_val *v;
    const char *scheme = json_bool(json_path(json_root(status), "tls"), false) ? "https" : "http";
    while (out->len == 0 && json_each(&it, json_get(json_root(status), "listen"), &key, &v)) {
        uint16_t port = 0;
        struct str address = json_str(v);
        if (str_starts(address, str_of("unix:")) || !address_read(address, &host, &port))
            continue;
        if (str_is(host, "0.0.0.0"))
            host = str_of("127.0.0.1");
        else if (str_is(host, "::"))
            host = str_of("::1");
        bool six = str_find(host, ':') < host.len;
        buf_printf(out, "%s://%s%.*s%s:%u", scheme, six ? "[" : "", STR_ARG(host), six ? "]" : "",
                   (unsigned)port);
    }
}

static enum status read_status(const struct json *status, struct lease *l, struct why *why)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *p;
    unsigned providers = 0;
    buf_clear(&l->base);
    add_base(status, &l->base);
    while (json_each(&it, json_get(json_root(status), "providers"), &key, &p)) {
        providers++;
        l->mocked |= str_is(json_str(json_get(p, "name")), "mock");
    }
    enum status s = STATUS_OK;
    if (providers == 0)
        s = no_provider(NULL, why);
    else if (l->base.len == 0)
        s = why_set(why, STATUS_CLOSED,
                    "the running gateway listens on no TCP port: add one to `listen`");
    return s;
}

static bool has_provider(const struct json *status, struct str name)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *p;
    while (json_each(&it, json_get(json_root(status), "providers"), &key, &p))
        if (str_eq(json_str(json_get(p, "name")), name))
            return true;
    return false;
}

static void find_lacking(const struct cli *cli, const struct json *status, struct buf *out)
{
    struct config_source source = {.file = cli->config_file};
    struct config *c = NULL;
    buf_clear(out);
    if (config_read(&source, &c, NULL) != STATUS_OK)
        return;
    for (unsigned i = 0; i < c->provider_count; i++)
        if (!has_provider(status, c->providers[i].name))
            buf_printf(out, ", %.*s", STR_ARG(c->providers[i].name));
    config_free(c);
}

// CLOSED when none runs.
static enum status ask(const struct cli *cli, struct lease *l, struct why *why)
{
    struct buf answer;
    struct json *j = NULL;
    buf_init(&answer, &alloc_heap, 0);
    enum status s = remote_run(cli, "status", STR_NONE, &answer, why);
    if (s == STATUS_OK)
        s = json_open(buf_str(&answer), &alloc_heap, &j, why);
    else if (s == STATUS_CLOSED)
        s = STATUS_UNKNOWN;
    if (s == STATUS_OK)
        s = read_status(j, l, why);
    if (s == STATUS_OK)
        find_lacking(cli, j, &l->lacking);
    json_close(j);
    buf_fini(&answer);
    return s;
}

static bool ends_with_leases(const char *state)
{
    int fd = open_in(str_of(state), "run.log", O_RDONLY);
    bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (fd >= 0)
        close(fd);
    return held;
}

static enum status ask_or_begin_once(const struct cli *cli, bool mock, const char *state,
                                     struct lease *l, struct why *why)
{
    enum status s = ask(cli, l, why);
    if (s != STATUS_UNKNOWN)
        return s;
    s = begin(cli, mock, state, why);
    l->begun_here = s == STATUS_OK;
    return s == STATUS_OK ? ask(cli, l, why) : s;
}

// One at a time: whoever comes second finds the gateway of the first. Who holds the store without
// one is a command that ends soon, or a gateway that begins.
static enum status ask_or_begin(const struct cli *cli, bool mock, const char *state,
                                struct lease *l, struct why *why)
{
    int folder = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || !lock(folder, LOCK_EX)) {
        if (folder >= 0)
            close(folder);
        return why_set(why, STATUS_IO, "%s: %s", state, strerror(errno));
    }
    const struct timespec step = {.tv_nsec = BUSY_STEP_NS};
    enum status s = ask_or_begin_once(cli, mock, state, l, why);
    for (int i = 0; s == STATUS_BUSY && i < BUSY_TRIES; i++) {
        nanosleep(&step, NULL);
        s = ask_or_begin_once(cli, mock, state, l, why);
    }
    close(folder);
    return s;
}

enum status lease_begin(const struct cli *cli, bool mock, struct lease *l, struct why *why)
{
    char state[PATH_MAX];
    *l = (struct lease){.fd = -1};
    buf_init(&l->base, &alloc_heap, 0);
    buf_init(&l->lacking, &alloc_heap, 0);
    enum status s = find_state(cli, state, why);
    if (s != STATUS_OK)
        return s;
    l->fd = open_in(str_of(state), "run.lease", O_RDWR | O_CREAT);
    if (l->fd < 0 || !lock(l->fd, LOCK_SH))
        s = why_set(why, STATUS_IO, "%s/run.lease: %s", state, strerror(errno));
    if (s == STATUS_OK)
        s = ask(cli, l, why);
    if (s == STATUS_UNKNOWN)
        s = ask_or_begin(cli, mock, state, l, why);
    if (s == STATUS_OK) {
        l->own_end = ends_with_leases(state);
        return s;
    }
    if (l->fd >= 0)
        close(l->fd);
    lease_fini(l);
    return s;
}

enum status lease_look(const struct cli *cli, struct buf *base, struct secret **key,
                       struct why *why)
{
    char state[PATH_MAX];
    struct lease l = {.fd = -1};
    buf_init(&l.base, &alloc_heap, 0);
    buf_init(&l.lacking, &alloc_heap, 0);
    enum status s = find_state(cli, state, why);
    if (s == STATUS_OK)
        s = ask(cli, &l, why);
    if (s == STATUS_UNKNOWN)
        why_set(why, s, "no gateway is running on %s: `costlens serve` starts one", state);
    if (s == STATUS_OK)
        s = state_dev_key(str_of(state), key, why);
    buf_add(base, buf_str(&l.base));
    lease_fini(&l);
    return s;
}

bool lease_end(struct lease *l)
{
    bool ended = false;
    struct timespec step = {.tv_nsec = END_STEP_NS};
    lock(l->fd, LOCK_UN);
    // While others have leases, both locks are had at once or not at all; else the gateway takes
    // its own soon, and is waited for.
    for (int i = 0; l->own_end && i < END_TRIES; i++) {
        nanosleep(&step, NULL);
        if (flock(l->fd, LOCK_SH | LOCK_NB) != 0) {
            ended = lock(l->fd, LOCK_SH);
            break;
        }
        bool others = flock(l->fd, LOCK_EX | LOCK_NB) != 0;
        lock(l->fd, LOCK_UN);
        if (others && i > 2)
            break;
    }
    close(l->fd);
    return ended;
}

void lease_fini(struct lease *l)
{
    buf_fini(&l->lacking);
    buf_fini(&l->base);
}
