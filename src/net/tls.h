// SPDX-License-Identifier: Apache-2.0
//
// tls - contexts for both sides (OpenSSL): at least TLS 1.2, verification always on, no switch to
// turn it off; a custom CA file is the only freedom.

#ifndef NET_TLS_H
#define NET_TLS_H

#include "base/status.h"

struct tls_client;
struct tls_server;

// `ca_file`: PEM, or NULL for SSL_CERT_FILE / the system's store.
enum status tls_client_open(const char *ca_file, struct tls_client **out, struct why *why) MUST_USE;
void tls_client_close(struct tls_client *t);
enum status tls_server_open(const char *cert_file, const char *key_file, struct tls_server **out,
                            struct why *why) MUST_USE;
void tls_server_close(struct tls_server *t);

#endif
