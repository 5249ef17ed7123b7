// SPDX-License-Identifier: Apache-2.0
//
// tls - contexts for both sides (OpenSSL): at least TLS 1.2, verification always on, no switch to
// turn it off; a custom CA file is the only freedom.

#ifndef NET_TLS_H
#define NET_TLS_H

#include <openssl/types.h>

#include "base/status.h"
#include "base/str.h"

struct tls_client;
struct tls_server;

// `ca_file`: PEM with one certificate at least, or NULL for SSL_CERT_FILE / the system's store. IO
// when a file cannot be read, DAMAGED when what is wanted is not in it; `why` begins with its name.
enum status tls_client_open(const char *ca_file, struct tls_client **out, struct why *why) MUST_USE;
void tls_client_close(struct tls_client *t);
enum status tls_server_open(const char *cert_file, const char *key_file, struct tls_server **out,
                            struct why *why) MUST_USE;
void tls_server_close(struct tls_server *t);

// For net's own connections: one TLS state for one connection, or NULL when out of memory. The
// client's is bound to `host` (a name: SNI and certificate; an address: certificate); a session
// that `keep` (borrowed, may hold NULL) has from an earlier connection is taken up again, and new
// ones are put there.
struct ssl_session_st;
SSL *tls_server_ssl(struct tls_server *t);
SSL *tls_client_ssl(struct tls_client *t, struct str host, struct ssl_session_st **keep);
// Why the last handshake of `ssl` failed, for a person.
const char *tls_reason(const SSL *ssl);

#endif
