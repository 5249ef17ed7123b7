// SPDX-License-Identifier: Apache-2.0

#include "request/judge.h"

#include "request/held.h"
#include "request/relay.h"
#include "request/translation.h"
#include "wire/within.h"

#define QUOTED_MAX 80 // bytes of a body that is no answer

// What came was no answer, or cannot be one for this client: another target may give one.
static void fail(struct req *r, const char *detail, struct str seen)
{
    r->attempt.failure.kind = FAILURE_GARBAGE;
    relay_fail_quoting(r, REFUSAL_UPSTREAM_GARBAGE, detail, " It begins with ",
                       seen.len > QUOTED_MAX ? str_from(seen.ptr, QUOTED_MAX) : seen);
}

// The transport saw a body's end, and the meter none of an answer.
static void fail_incomplete(struct req *r)
{
    if (r->attempt.overran)
        relay_fail(r, REFUSAL_UPSTREAM_GARBAGE, "It sent more bytes than its Content-Length said.");
    else if (r->attempt.meter.body_bytes == 0)
        fail(r, "Its body is empty.", STR_NONE);
    else
        relay_fail(r, REFUSAL_UPSTREAM_LOST, "It ended before it was complete.");
}

// It is translated to its end before it is judged, and before the client has that.
static bool untranslatable(struct req *r)
{
    return r->attempt.translation && r->attempt.upstream_status < 400 && !relay_release(r);
}

// Some tell an error behind a success (OpenRouter: {"error":{"code":502}}).
static void read_whole_error(struct req *r)
{
    struct attempt *a = &r->attempt;
    const struct translation *t = a->translation;
    if (a->mode != RELAY_WHOLE || a->upstream_status >= 400)
        return;
    meter_release(&a->meter, relay_pass, r); // its end
    struct str came = buf_str(t ? &t->answer.carry : &a->whole);
    int status = within_status(came);
    if (status && t)
        held_become_error(r, status, came);
    else if (status)
        a->upstream_status = status;
}

// One that is held tells of an error in its middle: nothing of it has gone out, and nothing has to.
// What came of it is billed, like that of one that broke off.
static bool failed_held(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    return a->verifies && a->meter.stream_error && a->upstream_status < 400;
}

void judge(struct req *r)
{
    if (!r->attempt.metering || r->attempt.refusal != REFUSAL_NONE || r->client_gone)
        return;
    if (r->attempt.meter.stream_error) {
        read_whole_error(r);
        held_judge(r);
    }
    bool told = r->attempt.upstream_status >= 400 || r->attempt.meter.stream_error;
    if (r->attempt.meter.garbage)
        fail(r, "Its body is not what its content type says.", buf_str(&r->attempt.whole));
    else if (failed_held(r))
        relay_fail(r, REFUSAL_UPSTREAM_LOST, "It told of an error in the middle of its answer.");
    else if (!told && !meter_complete(&r->attempt.meter))
        fail_incomplete(r);
    else
        held_judge(r);
    if (r->attempt.refusal == REFUSAL_NONE && !r->attempt.verifies && untranslatable(r))
        fail(r, "Its answer cannot be translated.", STR_NONE);
}
