// SPDX-License-Identifier: Apache-2.0
//
// http - outbound HTTP off the hot path (libcurl): the command line asking its gateway, and
// fetching what a user names.

#ifndef COLD_HTTP_H
#define COLD_HTTP_H

#include "base/buf.h"
#include "base/status.h"

#define HTTP_ANSWER_MAX ((size_t)64 * 1024 * 1024)

struct http_post {
    const char *socket_path;
    const char *path;
    struct str body; // JSON
    long wait_ms;
};

// POST over a UNIX socket. STATUS_CLOSED when nobody listens there, or whoever does ended before it
// had read the request; IO when it ended without an answer; STATUS_TIMEOUT after
// `wait_ms`, and within 10 s where whoever listens does not even answer GET /livez: `why` names its
// process then; STATUS_LIMIT when the answer is longer than HTTP_ANSWER_MAX. On STATUS_OK *code
// is the HTTP status and `answer` holds the body.
enum status http_post_local(const struct http_post *post, long *code, struct buf *answer,
                            struct why *why) MUST_USE;

// GET of an http or https URL, redirects within https followed, certificates checked. The answer's
// most bytes are the buffer's ceiling. `progress`: a line on stderr says how far it came. Anything
// but a 2xx is STATUS_DENIED; `why` is for people.
enum status http_fetch(const char *url, bool progress, struct buf *answer,
                       struct why *why) MUST_USE;

// True for `http://...` and `https://...`.
bool http_is_url(const char *text);
// Adds a URL as it may be shown and kept: without the user, the query and the fragment, where
// secrets stand. Any other text stays as it is.
void http_url_plain(struct buf *b, const char *url);

#endif
