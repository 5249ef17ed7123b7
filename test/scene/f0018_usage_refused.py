# SPDX-License-Identifier: Apache-2.0
"""A provider that refuses the `stream_options` which only we asked for: its caller, who never sent them, gets the
stream all the same, and the next one at once."""
from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(30)

with Mock() as mock, Gateway(mock, path="/+as=strict", workers=1) as gateway:
    for n, attempts in ((2, "2"), (3, None)):
        answer = gateway.chat("hello", stream=True)
        expect((answer.status, answer.events[-1], answer.headers["x-costlens-attempts"]), (200, "[DONE]", attempts))
        rows = gateway.rows(n)
        expect((rows[-1]["outcome"], rows[-1]["sure"]), ("ok", "estimated"))
        expect((rows[0]["followed"], rows[0]["http_status"], rows[0]["cost_pd"]), (1, 400, 0))
    # Who asks for it by himself is told.
    answer = gateway.chat("hello", stream=True, stream_options={"include_usage": True})
    expect(answer.status, 400)
    expect_in("stream_options", answer.json["error"]["message"])
    expect(len(gateway.rows(4)), 4)
    expect(gateway.metric("costlens_upstream_retries_total"), 0, "it is no retry")
