// SPDX-License-Identifier: Apache-2.0
//
// coding - content encodings of request bodies: gzip (also x-gzip, deflate's zlib form is not
// taken) and zstd, decoded under a limit of bytes and of ratio, so that a bomb costs nothing.

#ifndef REQUEST_CODING_H
#define REQUEST_CODING_H

#include "base/buf.h"
#include "base/status.h"

bool coding_none(struct str encoding);  // absent or identity
bool coding_known(struct str encoding); // one that coding_decode takes
// Appends the decoded bytes to `out`, whose ceiling is the limit. STATUS_LIMIT beyond it or beyond
// DECODED_RATIO_MAX, STATUS_SYNTAX on damaged or cut input, STATUS_UNSUPPORTED.
enum status coding_decode(struct str encoding, struct str coded, struct buf *out) MUST_USE;

#endif
