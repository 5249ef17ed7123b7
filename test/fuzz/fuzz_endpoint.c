// SPDX-License-Identifier: Apache-2.0
//
// Paths, hosts and field names as a stranger sends them. What is found is written as a path that is
// found again.
#include "base/buf.h"
#include "base/must.h"
#include "wire/dialect.h"
#include "wire/header.h"
#include "wire/vendor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str path = {(const char *)data, size};
    struct endpoint_found f = {0};
    struct buf out;
    (void)header_passes_up(path);
    (void)header_passes_down(path);
    (void)vendor_of_host(path);
    enum endpoint_match match = endpoint_find(str_of("POST"), path, &f);
    if (match != MATCH_FOUND || f.endpoint == ENDPOINT_FEEDBACK) // which goes to no provider
        return 0;
    buf_init(&out, &alloc_heap, 0);
    endpoint_path(&f, f.model, &out);
    struct str written = buf_str(&out);
    must(written.len > 1 && written.ptr[0] == '/');
    must(str_find(written, '?') == written.len && str_find(written, ' ') == written.len);
    if (endpoint_dialect(f.endpoint) == DIALECT_GEMINI) {
        struct endpoint_found again = {0};
        must(endpoint_find(str_of("POST"), written, &again) == MATCH_FOUND);
        must(again.endpoint == f.endpoint);
    }
    buf_fini(&out);
    return 0;
}
