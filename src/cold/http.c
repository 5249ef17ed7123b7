// SPDX-License-Identifier: Apache-2.0

#include "cold/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

static size_t take(char *ptr, size_t size, size_t n, void *context)
{
    struct buf *answer = context;
    buf_add(answer, str_from(ptr, size * n));
    return buf_failed(answer) ? 0 : size * n;
}

static enum status status_of(CURLcode code)
{
    switch ((int)code) {
    case CURLE_OK: return STATUS_OK;
    case CURLE_COULDNT_CONNECT: return STATUS_CLOSED;
    case CURLE_OPERATION_TIMEDOUT: return STATUS_TIMEOUT;
    case CURLE_WRITE_ERROR: return STATUS_LIMIT;
    case CURLE_OUT_OF_MEMORY: return STATUS_NO_MEMORY;
    default: return STATUS_IO;
    }
}

// Whoever closes a UNIX socket with bytes in it that were not read says so (ECONNRESET), also when
// it is killed: it had not the whole request, and has not begun with it.
static bool was_read(CURL *curl, CURLcode code)
{
    long error = 0;
    if (code != CURLE_SEND_ERROR && code != CURLE_RECV_ERROR)
        return true;
    curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &error);
    return error != ECONNRESET && error != EPIPE;
}

static void setup(CURL *curl, const struct http_post *post, const char *url)
{
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, post->socket_path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->body.ptr ? post->body.ptr : "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)post->body.len);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, post->wait_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

// --- whether it lives ---

// A long answer is waited for, but not from a process that was stopped.
#define QUIET_MS 5000
#define LIVEZ_MS 5000L

struct liveness {
    const char *socket_path;
    int64_t next_us;
    bool dead;
};

static size_t skip(const char *ptr, size_t size, size_t n, void *context)
{
    (void)ptr;
    (void)context;
    return size * n;
}

static bool lives(const char *socket_path)
{
    CURL *curl = curl_easy_init();
    if (!curl)
        return true;
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
    curl_easy_setopt(curl, CURLOPT_URL, "http://localhost/livez");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, LIVEZ_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, skip);
    CURLcode result = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    return result != CURLE_OPERATION_TIMEDOUT;
}

static int look_alive(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                      curl_off_t up)
{
    struct liveness *l = context;
    (void)total;
    (void)up_total;
    (void)up;
    if (now > 0 || clock_mono_us() < l->next_us)
        return 0;
    l->dead = !lives(l->socket_path);
    l->next_us = clock_mono_us() + QUIET_MS * 1000;
    return l->dead;
}

// The process that listens; 0 when it cannot be had.
static int owner_of(const char *socket_path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred owner = {0};
    socklen_t len = sizeof owner;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    if (!str_copy(str_of(socket_path), address.sun_path, sizeof address.sun_path) ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &owner, &len) != 0)
        owner.pid = 0;
    close(fd);
    return owner.pid;
}

static enum status say_dead(const char *socket_path, struct why *why)
{
    int pid = owner_of(socket_path);
    if (pid == 0)
        return why_set(why, STATUS_TIMEOUT,
                       "the gateway at %s does not answer. If it was stopped, let it go on; else "
                       "end it and start it again",
                       socket_path);
    return why_set(why, STATUS_TIMEOUT,
                   "the gateway at %s (process %d) does not answer. If it was stopped, `kill -CONT "
                   "%d` lets it go on; else end it and start it again",
                   socket_path, pid, pid);
}

enum status http_post_local(const struct http_post *post, long *code, struct buf *answer,
                            struct why *why)
{
    struct buf url;
    buf_init(&url, &alloc_heap, 4096);
    buf_printf(&url, "http://localhost%s", post->path);
    CURL *curl = curl_easy_init();
    struct curl_slist *fields = curl_slist_append(NULL, "Content-Type: application/json");
    if (!curl || !fields || buf_failed(&url)) {
        curl_easy_cleanup(curl);
        curl_slist_free_all(fields);
        buf_fini(&url);
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    setup(curl, post, buf_cstr(&url));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    struct liveness liveness = {post->socket_path, clock_mono_us() + QUIET_MS * 1000, false};
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_alive);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &liveness);
    CURLcode result = curl_easy_perform(curl);
    enum status s = was_read(curl, result) ? status_of(result) : STATUS_CLOSED;
    if (s == STATUS_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, code);
    else if (liveness.dead)
        s = say_dead(post->socket_path, why);
    else
        why_set(why, s, "the gateway at %s: %s", post->socket_path, curl_easy_strerror(result));
    curl_easy_cleanup(curl);
    curl_slist_free_all(fields);
    buf_fini(&url);
    return s;
}

// --- fetching ---

#define FETCH_WAIT_S    120L
#define FETCH_CONNECT_S 10L
#define FETCH_SLOW_S    20L // with fewer bytes a second than the next: no list comes so
#define FETCH_SLOW      100L
#define REDIRECTS_MAX   5L

struct progress {
    int64_t begun_us;
    int64_t shown_s;
};

// Once a second.
static int show_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                         curl_off_t up)
{
    struct progress *p = context;
    int64_t seconds = (clock_mono_us() - p->begun_us) / SECOND_US;
    (void)total;
    (void)up_total;
    (void)up;
    if (seconds > p->shown_s)
        fprintf(stderr, "\r%lld KiB, %lld s ", (long long)(now / 1024), (long long)seconds);
    p->shown_s = seconds;
    return 0;
}

static void setup_fetch(CURL *curl, const char *url, struct progress *shown)
{
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MAX);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "costlens");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, FETCH_CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, FETCH_WAIT_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, FETCH_SLOW);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, FETCH_SLOW_S);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    if (!shown)
        return;
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, shown);
}

// curl calls both "unsupported protocol"; a server without TLS waits for the request for ever.
static const char *reason(CURL *curl, const char *url, CURLcode result, long code)
{
    const char *connected = NULL;
    curl_off_t encrypted = 0;
    curl_easy_getinfo(curl, CURLINFO_PRIMARY_IP, &connected);
    curl_easy_getinfo(curl, CURLINFO_APPCONNECT_TIME_T, &encrypted);
    if (result == CURLE_UNSUPPORTED_PROTOCOL)
        return code >= 300 && code < 400
                   ? "it leads on to an address that is not https://. Say that one, if you trust it"
                   : "what came is no answer of HTTP";
    bool shaking = str_starts_nocase(str_of(url), (struct str)STR("https://")) && encrypted == 0 &&
                   connected && *connected;
    if (result == CURLE_OPERATION_TIMEDOUT && shaking)
        return "it took the connection and did not answer. It may have no TLS: is it http://?";
    if (result == CURLE_OPERATION_TIMEDOUT && connected && *connected)
        return "it answers too slowly. Fetch the list some other way and name the file";
    return curl_easy_strerror(result);
}

static void say_fetch(enum status s, const char *url, long code, const char *what, struct why *why)
{
    struct buf plain;
    buf_init(&plain, &alloc_heap, 0);
    http_url_plain(&plain, url);
    if (s == STATUS_DENIED)
        why_set(why, s, "%s: the server answered with status %ld", buf_cstr(&plain), code);
    else if (s == STATUS_LIMIT)
        why_set(why, s, "%s: more bytes than a list may have", buf_cstr(&plain));
    else
        why_set(why, s, "%s: %s", buf_cstr(&plain), what);
    buf_fini(&plain);
}

enum status http_fetch(const char *url, bool progress, struct buf *answer, struct why *why)
{
    struct progress shown = {.begun_us = clock_mono_us()};
    long code = 0;
    CURL *curl = curl_easy_init();
    if (!curl)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    setup_fetch(curl, url, progress ? &shown : NULL);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    CURLcode result = curl_easy_perform(curl);
    enum status s = status_of(result);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    const char *what = reason(curl, url, result, code);
    curl_easy_cleanup(curl);
    if (shown.shown_s)
        fprintf(stderr, "\r%*s\r", 30, "");
    if (s == STATUS_OK && (code < 200 || code > 299))
        s = STATUS_DENIED;
    if (s != STATUS_OK)
        say_fetch(s, url, code, what, why);
    return s;
}

// --- what is shown of a URL ---

bool http_is_url(const char *text)
{
    struct str s = str_of(text);
    return str_starts_nocase(s, (struct str)STR("https://")) ||
           str_starts_nocase(s, (struct str)STR("http://"));
}

void http_url_plain(struct buf *b, const char *url)
{
    if (!http_is_url(url)) {
        buf_add_cstr(b, url);
        return;
    }
    const char *host = url + strcspn(url, "/") + 2;
    const char *end = host + strcspn(host, "?#");
    const char *path = host + strcspn(host, "/?#");
    buf_add(b, str_from(url, (size_t)(host - url)));
    for (const char *p = host; p < path; p++)
        if (*p == '@')
            host = p + 1;
    buf_add(b, str_from(host, (size_t)(end - host)));
}
