// SPDX-License-Identifier: Apache-2.0
//
// Both sides of TLS, with an authority made here.

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

#include "../certificate.h"
#include "../folder.h"
#include "echo.h"
#include "net/client.h"
#include "net/tls.h"

static char text[1 << 16];

// --- an authority and what it signs ---

static int make_certificates(void **state)
{
    if (folder_begin(state) != 0)
        return -1;
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
    X509 *ca = make_cert(ca_key, NULL, ca_key, NULL, 86400);
    X509 *good = make_cert(key, ca, ca_key, "IP:127.0.0.1,DNS:localhost,DNS:origin.test", 86400);
    X509 *other = make_cert(key, ca, ca_key, "DNS:other.test,IP:127.0.0.2", 86400);
    X509 *old = make_cert(key, ca, ca_key, "IP:127.0.0.1", -3600);
    EVP_PKEY *stranger_key = EVP_EC_gen("P-256");
    X509 *stranger = make_cert(stranger_key, NULL, stranger_key, NULL, 86400);
    write_pem(in_folder("ca"), ca, NULL);
    write_pem(in_folder("stranger"), stranger, NULL);
    write_pem(in_folder("key"), NULL, key);
    write_pem(in_folder("stranger-key"), NULL, stranger_key);
    write_pem(in_folder("good"), good, NULL);
    write_pem(in_folder("other"), other, NULL);
    write_pem(in_folder("old"), old, NULL);
    X509 *certs[] = {ca, good, other, old, stranger};
    for (int i = 0; i < 5; i++)
        X509_free(certs[i]);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
    EVP_PKEY_free(stranger_key);
    return 0;
}

// --- a client on a rig of its own ---

struct outcome {
    _Atomic int ended, failed;
    int status;
    enum call_fail fail;
    bool sent;
    char seen[256];
    char *body;
    size_t len;
};

struct caller {
    struct rig rig;
    struct tls_client *tls;
    struct origin *origin;
    struct origin_setup setup;
    struct call_setup call;
    struct outcome out;
};

static void on_head(struct call *c, void *owner)
{
    ((struct outcome *)owner)->status = call_response(c)->status;
}

static void on_data(struct call *c, void *owner, struct str bytes)
{
    struct outcome *o = owner;
    (void)c;
    o->body = realloc(o->body, o->len + bytes.len); // NOLINT: the test's own
    memcpy(o->body + o->len, bytes.ptr, bytes.len);
    o->len += bytes.len;
}

static void on_end(struct call *c, void *owner)
{
    (void)c;
    ((struct outcome *)owner)->ended++;
}

static void on_fail(struct call *c, void *owner, enum call_fail fail, bool sent, struct str seen)
{
    struct outcome *o = owner;
    (void)c;
    o->fail = fail;
    o->sent = sent;
    memcpy(o->seen, seen.ptr ? seen.ptr : "", seen.len);
    o->failed++;
}

static const struct call_events events = {on_head, on_data, on_end, on_fail};

static void open_origin(void *argument)
{
    struct caller *c = argument;
    c->origin = origin_new(c->rig.loop, &c->setup);
}

static void start_call(void *argument)
{
    struct caller *c = argument;
    assert_non_null(call_start(c->origin, &c->call));
}

static void close_origin(void *argument)
{
    origin_free(((struct caller *)argument)->origin);
}

static void begin(struct caller *c, const char *host, uint16_t port, const char *ca)
{
    memset(c, 0, sizeof *c);
    assert_int_equal(tls_client_open(in_folder(ca), &c->tls, NULL), STATUS_OK);
    c->setup = (struct origin_setup){.host = str_of(host), .port = port, .tls = true};
    c->setup.tls_client = c->tls;
    c->setup.timeouts = (struct origin_timeouts){1000, 3000, 3000, 10000};
    c->call = (struct call_setup){.method = str_of("POST"), .target = str_of("/t")};
    c->call.events = &events;
    c->call.owner = &c->out;
    rig_start(&c->rig);
}

static void start(struct caller *c)
{
    if (!c->origin)
        rig_do(&c->rig, open_origin, c);
    free(c->out.body);
    memset(&c->out, 0, sizeof c->out);
    rig_do(&c->rig, start_call, c);
}

static void end(struct caller *c)
{
    rig_do(&c->rig, close_origin, c);
    rig_stop(&c->rig);
    tls_client_close(c->tls);
    free(c->out.body);
}

static void echo_start_tls(struct echo *e, const char *cert)
{
    assert_int_equal(tls_server_open(in_folder(cert), in_folder("key"), &e->tls, NULL), STATUS_OK);
    echo_start(e);
    assert_int_equal(e->status, STATUS_OK);
}

static void echo_stop_tls(struct echo *e)
{
    echo_stop(e);
    tls_server_close(e->tls);
}

static void test_both_sides(void **state)
{
    (void)state;
    static const char *const hosts[] = {"127.0.0.1", "localhost"};
    static char body[900000];
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (char)('a' + i % 25);
    struct echo e = {0};
    int files = count_descriptors();
    echo_start_tls(&e, "good");
    for (int h = 0; h < 2; h++) {
        struct caller c;
        begin(&c, hosts[h], e.port, "ca");
        for (size_t size = 0; size < 3; size++) {
            struct str piece = str_from(body, size == 2 ? sizeof body : size * 1500);
            c.call.pieces = &piece;
            c.call.piece_count = 1;
            start(&c);
            assert_true(reached(&c.out.ended, 1));
            assert_int_equal(c.out.status, 200);
            if (size) {
                assert_int_equal(c.out.len, piece.len);
                assert_memory_equal(c.out.body, body, piece.len);
            }
        }
        c.call.target = str_of("/stream");
        c.call.piece_count = 0;
        start(&c);
        assert_true(reached(&c.out.ended, 1));
        assert_int_equal(c.out.len, 8);
        end(&c);
    }
    echo_stop_tls(&e);
    assert_int_equal(count_descriptors(), files);
}

// Nobody of these may get as much as the first byte of a request.
static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *cert, *ca, *host, *reason;
    } cases[] = {
        {"good", "stranger", "127.0.0.1", "certificate signature failure"},
        {"other", "ca", "127.0.0.1", "IP address mismatch"},
        {"other", "ca", "localhost", "hostname mismatch"},
        {"old", "ca", "127.0.0.1", "certificate has expired"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct echo e = {0};
        struct caller c;
        echo_start_tls(&e, cases[i].cert);
        begin(&c, cases[i].host, e.port, cases[i].ca);
        start(&c);
        assert_true(reached(&c.out.failed, 1));
        assert_int_equal(c.out.fail, CALL_FAIL_TLS);
        assert_false(c.out.sent);
        if (!strstr(c.out.seen, cases[i].reason))
            fail_msg("%s: %s", cases[i].reason, c.out.seen);
        assert_int_equal(e.heads, 0);
        end(&c);
        echo_stop_tls(&e);
    }
}

// A server in this thread on an accepted socket.
static SSL *shake_hands(SSL_CTX *context, int fd)
{
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1)
        return ssl;
    SSL_free(ssl);
    return NULL;
}

static SSL_CTX *server_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate_file(context, in_folder("good"), SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(context, in_folder("key"), SSL_FILETYPE_PEM), 1);
    return context;
}

static void serve_once(SSL *ssl, const char *answer)
{
    int n = SSL_read(ssl, text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = 0;
    assert_int_equal(SSL_write(ssl, answer, (int)strlen(answer)), (int)strlen(answer));
}

static void test_sessions_are_taken_up(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    SSL_CTX *context = server_context();
    struct caller c;
    begin(&c, "127.0.0.1", port, "ca");
    for (int i = 0; i < 3; i++) {
        start(&c);
        int fd = raw_accept(listener);
        SSL *ssl = shake_hands(context, fd);
        assert_non_null(ssl);
        assert_int_equal(SSL_session_reused(ssl), i > 0);
        assert_null(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)); // an address has none
        serve_once(ssl, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        assert_true(reached(&c.out.ended, 1));
        SSL_free(ssl);
        close(fd);
    }
    end(&c);
    SSL_CTX_free(context);
    close(listener);
}

static void test_a_cut_is_no_end(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    SSL_CTX *context = server_context();
    struct caller c;
    begin(&c, "127.0.0.1", port, "ca");
    for (int polite = 0; polite < 2; polite++) {
        start(&c);
        int fd = raw_accept(listener);
        SSL *ssl = shake_hands(context, fd);
        serve_once(ssl, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
        if (polite)
            SSL_shutdown(ssl);
        SSL_free(ssl);
        close(fd);
        assert_true(reached(polite ? &c.out.ended : &c.out.failed, 1));
        assert_int_equal(c.out.len, 13);
    }
    end(&c);
    SSL_CTX_free(context);
    close(listener);
}

#define OK_AND_ON "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// The FIN of a pooled connection, without TLS's word, as the request leaves: it is sent again. A
// RST after the request was read, and before that was acknowledged: it is not.
static void test_stale(void **state)
{
    (void)state;
    uint16_t port;
    const int off = 0;
    int listener = raw_listen(&port);
    SSL_CTX *context = server_context();
    struct caller c;
    begin(&c, "127.0.0.1", port, "ca");
    start(&c);
    int fd = raw_accept(listener);
    SSL *ssl = shake_hands(context, fd);
    serve_once(ssl, OK_AND_ON);
    assert_true(reached(&c.out.ended, 1));
    SSL_free(ssl);
    rig_do_unseen(&c.rig, start_call, &c, raw_close, fd);
    fd = raw_accept(listener);
    ssl = shake_hands(context, fd);
    serve_once(ssl, OK_AND_ON);
    assert_true(reached(&c.out.ended, 2));
    assert_int_equal(c.out.failed, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
    start(&c);
    assert_true(SSL_read(ssl, text, sizeof text) > 0);
    raw_reset(fd);
    assert_true(reached(&c.out.failed, 1));
    assert_int_equal(c.out.fail, CALL_FAIL_STALE);
    assert_false(raw_wait(listener, 50));
    SSL_free(ssl);
    end(&c);
    SSL_CTX_free(context);
    close(listener);
}

static void test_old_versions(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    SSL_CTX *context = server_context();
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    struct caller c;
    begin(&c, "127.0.0.1", port, "ca");
    start(&c);
    int fd = raw_accept(listener);
    assert_null(shake_hands(context, fd));
    close(fd);
    assert_true(reached(&c.out.failed, 1));
    assert_int_equal(c.out.fail, CALL_FAIL_TLS);
    assert_non_null(strstr(c.out.seen, "protocol version"));
    end(&c);
    SSL_CTX_free(context);
    close(listener);
}

static void test_proxy(void **state)
{
    (void)state;
    uint16_t port;
    int listener = raw_listen(&port);
    SSL_CTX *context = server_context();
    struct secret *secret = secret_new(str_of("Basic dXNlcjpwYXNz"));
    struct caller c;
    begin(&c, "origin.test", 443, "ca");
    c.setup.proxy_host = str_of("127.0.0.1");
    c.setup.proxy_port = port;
    c.setup.proxy_authorization = secret;
    start(&c);
    int fd = raw_accept(listener);
    raw_read(fd, text, sizeof text, "\r\n\r\n", 1000);
    assert_string_equal(text, "CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\n"
                              "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
    raw_say(fd, "HTTP/1.1 200 Connection established\r\n\r\n");
    SSL *ssl = shake_hands(context, fd);
    assert_non_null(ssl);
    assert_string_equal(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name), "origin.test");
    serve_once(ssl, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert_ptr_equal(strstr(text, "POST /t HTTP/1.1\r\nHost: origin.test\r\n"), text);
    assert_null(strstr(text, "Proxy-"));
    assert_true(reached(&c.out.ended, 1));
    SSL_free(ssl);
    close(fd);
    usleep(20000);
    static const char *const refusals[] = {
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\ntoo much", "garbage\r\n\r\n"};
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        start(&c);
        fd = raw_accept(listener);
        raw_read(fd, text, sizeof text, "\r\n\r\n", 1000);
        raw_say(fd, refusals[i]);
        assert_true(reached(&c.out.failed, 1));
        assert_int_equal(c.out.fail, CALL_FAIL_PROXY);
        assert_false(c.out.sent);
        close(fd);
    }
    end(&c);
    secret_free(secret);
    SSL_CTX_free(context);
    close(listener);
}

static void test_server_against_others(void **state)
{
    (void)state;
    struct echo e = {.limits = {.head_ms = 300}};
    echo_start_tls(&e, "good");
    int plain = raw_connect(e.port), silent = raw_connect(e.port);
    raw_say(plain, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_true(raw_closed(plain, 10000));
    assert_true(raw_closed(silent, 10000)); // the handshake has the head's deadline
    close(plain);
    close(silent);
    // One that leaves while it waits.
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    int fd = raw_connect(e.port);
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    assert_int_equal(SSL_connect(ssl), 1);
    static const char request[] = "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n";
    SSL_write(ssl, request, sizeof request - 1);
    assert_true(reached(&e.bodies, 1));
    SSL_free(ssl);
    close(fd);
    assert_true(reached(&e.gone, 1));
    SSL_CTX_free(context);
    echo_stop_tls(&e);
}

static void test_bad_files(void **state)
{
    (void)state;
    static const struct {
        const char *cert, *key; // no key: what a client is to trust
        enum status status;
        const char *file, *phrase;
    } bad[] = {
        {"none", "key", STATUS_IO, "none", "cannot be read"},
        {"good", "none", STATUS_IO, "none", "cannot be read"},
        {"good", "stranger-key", STATUS_DAMAGED, "stranger-key", "no private key of"},
        {"good", "good", STATUS_DAMAGED, "good", "no private key of"},
        {"key", "key", STATUS_DAMAGED, "key", "no certificate"},
        {"", "key", STATUS_IO, folder, "is no file"},
        {"none", NULL, STATUS_IO, "none", "cannot be read"},
        {"key", NULL, STATUS_DAMAGED, "key", "no certificate"},
        {"empty", NULL, STATUS_DAMAGED, "empty", "no certificate"},
        {"", NULL, STATUS_IO, folder, "is no file"},
    };
    write_pem(in_folder("empty"), NULL, NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tls_server *s = NULL;
        struct tls_client *c = NULL;
        struct why why = {0};
        const char *cert = in_folder(bad[i].cert), *key = bad[i].key ? in_folder(bad[i].key) : NULL;
        enum status got =
            key ? tls_server_open(cert, key, &s, &why) : tls_client_open(cert, &c, &why);
        if (got != bad[i].status || !strstr(why.text, bad[i].file) ||
            !strstr(why.text, bad[i].phrase))
            fail_msg("case %zu: %d %s", i, (int)got, why.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_sides),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_sessions_are_taken_up),
        cmocka_unit_test(test_a_cut_is_no_end),
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_old_versions),
        cmocka_unit_test(test_proxy),
        cmocka_unit_test(test_server_against_others),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, make_certificates, folder_end);
}
