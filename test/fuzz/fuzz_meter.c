// SPDX-License-Identifier: Apache-2.0
// However an answer is cut, it is metered the same and the client gets the same bytes: all that
// came, unless a usage chunk of ours was taken out or the stream broke off inside an event.
#include "base/limits.h"
#include "base/must.h"
#include "meter/meter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void keep(void *context, struct str bytes)
{
    buf_add(context, bytes);
}

static void run(const struct meter_setup *setup, size_t longest, struct str body, size_t step,
                struct meter *m, struct buf *out)
{
    meter_init(m, setup, &alloc_heap);
    if (setup->kind == METER_LINES)
        m->lines.long_bytes = longest;
    else
        m->sse.long_bytes = longest;
    for (size_t at = 0; at < body.len; at += step)
        meter_feed(m, str_from(body.ptr + at, step < body.len - at ? step : body.len - at), keep,
                   out);
    meter_end(m, true);
    meter_release(m, keep, out);
    if (!m->has_usage)
        meter_estimate(m, 1000);
}

static void same(const struct meter *a, const struct meter *b)
{
    must(a->has_usage == b->has_usage && a->finished == b->finished && a->terminal == b->terminal);
    must(a->garbage == b->garbage && a->stream_error == b->stream_error);
    must(meter_complete(a) == meter_complete(b));
    must(strcmp(a->model, b->model) == 0 && strcmp(a->error_code, b->error_code) == 0);
    for (int i = 0; i < BUCKET_COUNT; i++)
        must(a->usage.count[i] == b->usage.count[i] && a->usage.count[i] >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    struct meter_setup setup = {
        .endpoint = (enum endpoint)(data[0] % ENDPOINT_COUNT),
        .kind = (enum meter_kind)(data[1] % 3),
        .vendor_flags = data[1] >> 2 | (unsigned)(data[2] >> 3) << 6 |
                        (data[3] >> 5 & 3U) << 11, // all of vendor.h
        .drop_usage_chunk = data[2] & 1,
        .error = (data[2] & 6) == 6,
    };
    if (setup.kind == METER_SSE && endpoint_dialect(setup.endpoint) == DIALECT_OLLAMA)
        setup.kind = METER_LINES;
    struct str body = str_from((const char *)data + 4, size - 4);
    struct meter whole;
    struct meter cut;
    struct buf out[2];
    buf_init(&out[0], &alloc_heap, 0);
    buf_init(&out[1], &alloc_heap, 0);
    size_t longest = data[3] & 0x80 ? 14 : SSE_EVENT_BYTES_MAX;
    run(&setup, longest, body, body.len ? body.len : 1, &whole, &out[0]);
    run(&setup, longest, body, data[3] % 32 + 1U, &cut, &out[1]);
    same(&whole, &cut);
    must(str_eq(buf_str(&out[0]), buf_str(&out[1])));
    if (!setup.drop_usage_chunk)
        must(str_starts(body, buf_str(&out[0])));
    if (!meter_kind_streams(setup.kind))
        must(buf_str(&out[0]).len == body.len);
    meter_fini(&whole);
    meter_fini(&cut);
    buf_fini(&out[0]);
    buf_fini(&out[1]);
    return 0;
}
