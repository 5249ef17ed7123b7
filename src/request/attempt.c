// SPDX-License-Identifier: Apache-2.0

#include "request/attempt.h"

#include "base/limits.h"
#include "request/translation.h"
#include "wire/vendor.h"

void attempt_init(struct attempt *a)
{
    a->failure = (struct failure){.kind = FAILURE_OURS, .after_ms = -1};
    buf_init(&a->whole, &alloc_heap, 2 * WHOLE_ANSWER_BYTES_MAX);
    buf_init(&a->fields, &alloc_heap, HEAD_BYTES_MAX);
}

unsigned attempt_flags(const struct attempt *a)
{
    return vendor_flags(a->provider->vendor_row, a->provider->url.host);
}

struct secret *attempt_key(const struct attempt *a)
{
    const struct config_provider *p = a->provider;
    return a->lane < p->key_count ? p->keys[a->lane].secret : p->key;
}

int64_t attempt_passed_us(const struct attempt *a, int64_t now_us)
{
    return (a->ended_mono_us ? a->ended_mono_us : now_us) - a->dispatch_mono_us;
}

void attempt_fini(struct attempt *a)
{
    booking_drop(a->reservation.booking);
    if (a->call)
        call_cancel(a->call);
    if (a->metering)
        meter_fini(&a->meter);
    translation_free(a->translation);
    buf_fini(&a->whole);
    buf_fini(&a->fields);
}
