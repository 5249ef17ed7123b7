# SPDX-License-Identifier: Apache-2.0
"""Streams are metered whether or not the client asked for usage, and it gets what it asked for."""
from lib.scene import Gateway, Mock, cost_of, expect, expect_in, expect_true, question

with Mock() as mock, Mock() as other, Gateway(mock) as gateway:
    # Not asked: every byte as the provider sends it to somebody who did not ask, but for usage:null.
    plain = gateway.chat("not asked", stream=True)
    expect(plain.events[-1], "[DONE]")
    expect_true(all(e["choices"] for e in plain.events[:-1]), "no usage chunk was passed on")
    expect_true(plain.headers["content-type"].startswith("text/event-stream"), "a stream")

    # Asked: the same bytes that the provider sends.
    body = question("asked", stream=True, stream_options={"include_usage": True})
    through = gateway.post("/v1/chat/completions", body)
    expect(through.events[-2]["choices"], [])
    usage = through.events[-2]["usage"]
    direct = other.request("POST", "/v1/chat/completions", {**body, "model": "bench-model"})
    expect(through.body, direct.body, "the stream")

    rows = gateway.rows(2)
    for row, bill in zip(rows, mock.bills(2)):
        expect(row["upstream_id"], bill["id"])
        expect(row["output"], bill["output"])
        expect(row["cost_pd"], cost_of(bill))
        expect(row["sure"], "reported")
    expect(rows[1]["output"], usage["completion_tokens"])
    expect_true(rows[0]["ttft_us"] > 0, "the time to the first token is known")

    # A receipt when asked for: a comment at the end, which no client reads as data.
    receipt = gateway.chat("receipt", headers={"x-costlens-receipt": "1"}, stream=True)
    comments = [x for x in receipt.body.split(b"\n") if x.startswith(b": costlens")]
    expect(len(comments), 1)
    expect_in(b" usage=reported ", comments[0])
    expect(receipt.events[-1], "[DONE]")
