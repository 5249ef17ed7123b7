// SPDX-License-Identifier: Apache-2.0

#include "net/pipe.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#if defined(__linux__)
#    include <linux/tcp.h>
#endif
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void on_event(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    struct pipe *p = argument;
    look_cancel(&p->look);
    p->poked = true;
    if (what & (EV_READ | EV_CLOSED))
        p->readable = true;
    if (what & EV_WRITE)
        p->writable = true;
    if (what & EV_CLOSED)
        p->hung_up = true;
    // libevent tells of an error (a RST) as both directions' readiness and nothing else.
    if ((what & EV_READ) && (what & EV_WRITE))
        p->perhaps_broken = true;
    p->on_ready(p);
}

static void on_look(struct look *look)
{
    struct pipe *p = list_of(look, struct pipe, look);
    p->poked = p->readable = true;
    p->on_ready(p);
}

static void on_work(struct work *w)
{
    struct pipe *p = list_of(w, struct pipe, work);
    p->on_turn(p);
}

bool pipe_open(struct pipe *p, struct loop *l, int fd, void (*on_ready)(struct pipe *p),
               void (*on_turn)(struct pipe *p))
{
    *p = (struct pipe){.loop = l, .fd = fd, .on_ready = on_ready, .on_turn = on_turn};
    work_init(&p->work, on_work);
    look_init(&p->look, on_look);
    short what = EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST;
    event_assign(&p->event, loop_base(l), fd, what, on_event, p);
    if (event_add(&p->event, NULL) == 0)
        return true;
    close(fd);
    p->fd = -1;
    return false;
}

void pipe_close(struct pipe *p)
{
    if (p->fd < 0)
        return;
    if (p->ssl && !p->shaking && p->writable)
        SSL_shutdown(p->ssl); // says that nothing was cut; does not wait for the peer's
    ERR_clear_error();
    SSL_free(p->ssl);
    p->ssl = NULL;
    work_cancel(&p->work);
    look_cancel(&p->look);
    event_del(&p->event);
    close(p->fd);
    p->fd = -1;
}

void pipe_cut(struct pipe *p)
{
    p->writable = false; // no farewell
    pipe_close(p);
}

void pipe_reset(struct pipe *p)
{
    if (p->fd < 0)
        return;
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    pipe_cut(p);
}

void pipe_later(struct pipe *p)
{
    if (p->fd >= 0)
        work_later(p->loop, &p->work);
}

bool pipe_secure(struct pipe *p, SSL *ssl)
{
    p->ssl = ssl;
    p->shaking = true;
    SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                          SSL_MODE_RELEASE_BUFFERS);
    return SSL_set_fd(ssl, p->fd) == 1;
}

// The system tells an error of a socket once: a read after it looks like an end. That of a RST
// behind the peer's FIN is EPIPE, and the FIN stays as it was.
static void note_error(struct pipe *p, int error)
{
    p->failed = p->failed || error != EPIPE;
}

static bool ended_without_notice(void)
{
    return ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

// What a failed SSL call means. The other direction's want is not told apart: both edges are
// watched.
static long ssl_result(struct pipe *p, int n, bool *ready)
{
    int error = errno;
    switch (SSL_get_error(p->ssl, n)) {
    case SSL_ERROR_WANT_READ:
        if (ready == &p->readable)
            *ready = false;
        return 0;
    case SSL_ERROR_WANT_WRITE:
        if (ready == &p->writable)
            *ready = false;
        return 0;
    case SSL_ERROR_ZERO_RETURN: return PIPE_END;
    case SSL_ERROR_SYSCALL: note_error(p, error); return PIPE_BROKEN;
    default: p->failed = p->failed || !ended_without_notice(); return PIPE_BROKEN;
    }
}

enum pipe_shake pipe_shake(struct pipe *p)
{
    ERR_clear_error();
    int n = SSL_do_handshake(p->ssl);
    if (n == 1) {
        p->shaking = false;
        p->readable = p->writable = true; // what came behind the handshake may lie in OpenSSL
        return PIPE_SHAKE_DONE;
    }
    bool none = false;
    return ssl_result(p, n, &none) == 0 ? PIPE_SHAKE_WAIT : PIPE_SHAKE_FAILED;
}

// A short read emptied the socket. A FIN behind it has been told; a RST may stand there untold, and
// is looked for a little later: most often the next bytes come first.
static void emptied(struct pipe *p)
{
    p->readable = false;
    if (!p->perhaps_broken)
        return;
    p->poked = p->perhaps_broken = false;
    look_later(p->loop, &p->look);
}

static long read_plain(struct pipe *p, char *out, size_t size)
{
    ssize_t n;
    do
        n = recv(p->fd, out, size, 0);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        if ((size_t)n < size && !p->hung_up)
            emptied(p);
        return n;
    }
    if (n == 0)
        return PIPE_END;
    if (errno != EAGAIN) {
        note_error(p, errno);
        return PIPE_BROKEN;
    }
    p->readable = false;
    p->perhaps_broken = false;
    return 0;
}

long pipe_read(struct pipe *p, char *out, size_t size)
{
    long n;
    if (p->ssl) {
        ERR_clear_error();
        int got = SSL_read(p->ssl, out, size > INT_MAX ? INT_MAX : (int)size);
        n = got > 0 ? got : ssl_result(p, got, &p->readable);
    } else {
        n = read_plain(p, out, size);
    }
    if (n == PIPE_END)
        p->hung_up = true;
    if (n < 0)
        p->readable = false;
    return n;
}

// Adds to *sum what went out. 1 when the piece is through, 0 to wait, PIPE_BROKEN.
static int write_piece(struct pipe *p, struct str piece, long *sum)
{
    while (piece.len) {
        ERR_clear_error();
        int n = SSL_write(p->ssl, piece.ptr, piece.len > INT_MAX ? INT_MAX : (int)piece.len);
        if (n <= 0) {
            bool wait = ssl_result(p, n, &p->writable) == 0;
            p->writable = false;
            return wait ? 0 : PIPE_BROKEN;
        }
        piece = str_skip(piece, (size_t)n);
        *sum += n;
    }
    return 1;
}

static long write_secure(struct pipe *p, const struct str *pieces, unsigned count)
{
    long sum = 0;
    int went = 1;
    for (unsigned i = 0; i < count && went == 1; i++)
        went = write_piece(p, pieces[i], &sum);
    return went == PIPE_BROKEN ? PIPE_BROKEN : sum;
}

long pipe_write(struct pipe *p, const struct str *pieces, unsigned count)
{
    must(count <= PIPE_PIECES_MAX);
    if (p->ssl)
        return write_secure(p, pieces, count);
    struct iovec parts[PIPE_PIECES_MAX];
    size_t sum = 0;
    for (unsigned i = 0; i < count; i++) {
        parts[i].iov_base = (void *)(uintptr_t)pieces[i].ptr;
        parts[i].iov_len = pieces[i].len;
        sum += pieces[i].len;
    }
    if (sum == 0)
        return 0;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t n;
    do
        n = sendmsg(p->fd, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN) {
        note_error(p, errno);
        return PIPE_BROKEN;
    }
    if (n < 0)
        n = 0;
    if ((size_t)n < sum)
        p->writable = false;
    p->written += (uint64_t)n;
    return n;
}

void pipe_half_close(struct pipe *p)
{
    if (p->ssl)
        SSL_shutdown(p->ssl);
    ERR_clear_error();
    shutdown(p->fd, SHUT_WR);
}

bool pipe_failed(struct pipe *p)
{
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0;
}

uint64_t pipe_written(const struct pipe *p)
{
    // What a proxy was asked went out before TLS.
    return p->written + (p->ssl ? BIO_number_written(SSL_get_wbio(p->ssl)) : 0);
}

bool pipe_unheard(const struct pipe *p, uint64_t before)
{
    if (pipe_written(p) == before)
        return true;
#if defined(__linux__)
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    size_t needed = offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked;
    // One more for the SYN.
    return !p->failed && getsockopt(p->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           size >= needed && info.tcpi_bytes_acked <= before + 1;
#else
    return false;
#endif
}
