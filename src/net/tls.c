// SPDX-License-Identifier: Apache-2.0

#include "net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

struct tls_client {
    SSL_CTX *context;
};

struct tls_server {
    SSL_CTX *context;
};

// `what`, and the cause that OpenSSL met first.
static enum status ssl_why(struct why *why, enum status s, const char *what, const char *file)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    return why_set(why, s, "%s%s (%s)", file, what, reason ? reason : "unknown reason");
}

// A new session of a client connection replaces the one its owner keeps.
static int on_session(SSL *ssl, SSL_SESSION *session)
{
    SSL_SESSION **keep = SSL_get_app_data(ssl);
    if (!keep)
        return 0;
    SSL_SESSION_free(*keep);
    *keep = session;
    return 1;
}

static SSL_CTX *new_context(const SSL_METHOD *method)
{
    SSL_CTX *c = SSL_CTX_new(method);
    if (!c)
        return NULL;
    if (SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) != 1) {
        SSL_CTX_free(c);
        return NULL;
    }
    SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    return c;
}

static enum status check_file(const char *file, struct why *why)
{
    struct stat is;
    if (stat(file, &is) != 0 || access(file, R_OK) != 0)
        return why_set(why, STATUS_IO, "%s cannot be read: %s", file, strerror(errno));
    if (!S_ISREG(is.st_mode))
        return why_set(why, STATUS_IO, "%s is no file", file);
    return STATUS_OK;
}

static enum status trust(SSL_CTX *c, const char *file, struct why *why)
{
    X509_LOOKUP *lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(c), X509_LOOKUP_file());
    enum status s = check_file(file, why);
    if (s != STATUS_OK)
        return s;
    if (lookup && X509_load_cert_file(lookup, file, X509_FILETYPE_PEM) > 0)
        return STATUS_OK;
    return ssl_why(why, STATUS_DAMAGED, ": no certificate could be read from it, PEM is expected",
                   file);
}

enum status tls_client_open(const char *ca_file, struct tls_client **out, struct why *why)
{
    SSL_CTX *c = new_context(TLS_client_method());
    struct tls_client *t = alloc_get(&alloc_heap, sizeof *t);
    enum status s = STATUS_OK;
    if (!c || !t || (!ca_file && SSL_CTX_set_default_verify_paths(c) != 1))
        s = ssl_why(why, STATUS_NO_MEMORY, "no TLS", "");
    else if (ca_file)
        s = trust(c, ca_file, why);
    if (s != STATUS_OK || !t) {
        SSL_CTX_free(c);
        alloc_free(&alloc_heap, t);
        return s;
    }
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(c, on_session);
    t->context = c;
    *out = t;
    return STATUS_OK;
}

void tls_client_close(struct tls_client *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->context);
    alloc_free(&alloc_heap, t);
}

static bool bind_host(SSL *ssl, const char *host)
{
    unsigned char bytes[16];
    if (inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // SSL_set_tlsext_host_name, without its cast.
    return SSL_set1_host(ssl, host) == 1 &&
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    (void *)(uintptr_t)host) == 1;
}

SSL *tls_client_ssl(struct tls_client *t, struct str host, SSL_SESSION **keep)
{
    char name[256];
    SSL *ssl = SSL_new(t->context);
    if (!ssl)
        return NULL;
    // Without a bound name any valid certificate would do: then there is no connection at all.
    if (!str_copy(host, name, sizeof name) || name[0] == 0 || !bind_host(ssl, name)) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_app_data(ssl, keep);
    if (keep && *keep)
        SSL_set_session(ssl, *keep);
    SSL_set_connect_state(ssl);
    return ssl;
}

static enum status present(SSL_CTX *c, const char *cert, const char *key, struct why *why)
{
    enum status s = check_file(cert, why);
    if (s == STATUS_OK)
        s = check_file(key, why);
    if (s != STATUS_OK)
        return s;
    if (SSL_CTX_use_certificate_chain_file(c, cert) != 1)
        return ssl_why(why, STATUS_DAMAGED, ": no certificate could be read from it", cert);
    if (SSL_CTX_use_PrivateKey_file(c, key, SSL_FILETYPE_PEM) != 1)
        return ssl_why(why, STATUS_DAMAGED, ": no private key of the certificate", key);
    return STATUS_OK;
}

enum status tls_server_open(const char *cert_file, const char *key_file, struct tls_server **out,
                            struct why *why)
{
    SSL_CTX *c = new_context(TLS_server_method());
    struct tls_server *t = alloc_get(&alloc_heap, sizeof *t);
    enum status s = c && t ? present(c, cert_file, key_file, why)
                           : ssl_why(why, STATUS_NO_MEMORY, "no TLS", "");
    if (s != STATUS_OK || !t) {
        SSL_CTX_free(c);
        alloc_free(&alloc_heap, t);
        return s;
    }
    t->context = c;
    *out = t;
    return STATUS_OK;
}

void tls_server_close(struct tls_server *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->context);
    alloc_free(&alloc_heap, t);
}

SSL *tls_server_ssl(struct tls_server *t)
{
    SSL *ssl = SSL_new(t->context);
    if (ssl)
        SSL_set_accept_state(ssl);
    return ssl;
}

const char *tls_reason(const SSL *ssl)
{
    long result = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
    if (result != X509_V_OK)
        return X509_verify_cert_error_string(result);
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    return text ? text : "handshake failed";
}
