# SPDX-License-Identifier: Apache-2.0
"""The mock by itself: the same answer for the same request, a bill for each, and every fault."""
import json
import time

from lib.scene import PATIENCE, Mock, expect, expect_in, expect_true, question, raw, request, until

CHAT = "/v1/chat/completions"


def broken(mock, fault, stream=False, seconds=2.0):
    """What a client sees on the wire."""
    body = json.dumps(question(fault, stream=stream, user=fault)).encode()
    return raw(mock.port, f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nx-mock-fault: "
                          f"{fault}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body, seconds, b"\r\n0\r\n\r\n")


with Mock() as mock, Mock() as twin, Mock(seed=2) as stranger:
    here = mock.request("POST", CHAT, question("same"))
    expect(here.body, twin.request("POST", CHAT, question("same")).body, "one seed, one answer")
    expect_true(here.body != stranger.request("POST", CHAT, question("same")).body, "another seed")
    [bill] = mock.bills(1)
    usage = here.json["usage"]
    expect((bill["input"], bill["output"]), (usage["prompt_tokens"], usage["completion_tokens"]))
    expect(bill["id"], here.headers["x-request-id"])

    # Cached the second time; told to stop at a length; a vendor's manner.
    long = question("remember " * 1000)
    expect(mock.request("POST", CHAT, long).json["usage"]["prompt_tokens_details"]["cached_tokens"], 0)
    again = mock.request("POST", CHAT, long).json["usage"]
    expect_true(again["prompt_tokens_details"]["cached_tokens"] >= 1024, "cached")
    short = mock.request("POST", CHAT, question("x", max_tokens=4)).json
    expect((short["choices"][0]["finish_reason"], short["usage"]["completion_tokens"]), ("length", 4))
    odd = mock.request("POST", CHAT, question("x", model="grok+as=xai")).json
    expect(odd["model"], "grok")
    expect_true(odd["usage"]["cost_in_usd_ticks"] > 0, "xAI's charge")

    # Faults that are answers.
    for fault, status in (("503", 503), ("rate=9", 429), ("quota", 429), ("html", 502), ("early", 401)):
        expect(mock.request("POST", CHAT, question("x"), {"x-mock-fault": fault}).status, status, fault)
    expect(mock.request("POST", CHAT, question("x"), {"x-mock-fault": "rate=9"})
           .headers["retry-after"], "9")
    expect(mock.request("POST", f"/+503{CHAT}", question("x")).status, 503)
    expect(mock.request("POST", CHAT, question("x", model="mock/503")).status, 503)
    once = [mock.request("POST", CHAT, question("once", model="m+500+times=2")).status for _ in range(3)]
    expect(once, [500, 500, 200])

    # A fault that there is not would test nothing: it is told, with those there are.
    for path, fields, model in ((CHAT, {"x-mock-fault": "early+bogus"}, "m"), (f"/+bogus{CHAT}", {}, "m"),
                                (CHAT, {}, "m+bogus")):
        told = mock.request("POST", path, question("x", model=model), fields)
        expect(told.status, 400)
        expect_in("bogus", told.json["error"]["message"])
        expect_in("no-done", told.json["error"]["message"])
    expect(mock.request("GET", "/v1/models", None, {"x-mock-fault": "hang=middle"}).status, 400)
    for fault in [f"{kind}={n}" for kind in ("status", "html", "early") for n in (0, 99, 100, 199, 600, 999, 1000)]:
        expect(mock.request("POST", CHAT, question("x"), {"x-mock-fault": fault}).status, 400, fault)
        expect(mock.request("POST", CHAT, question("x", model=f"mock/{fault}")).status, 400, fault)
    for status in (200, 204, 304, 599):
        expect(mock.request("POST", CHAT, question("x"), {"x-mock-fault": f"status={status}"}).status, status)

    # Nor is there a model of the mock's own by any name.
    for name in ("mock/hagn", "mock/queue-fulll", "mock/smal"):
        told = mock.request("POST", CHAT, question("x", model=name))
        expect(told.status, 400, name)
        expect_in(name[5:], told.json["error"]["message"])
    for name in ("mock/fast", "mock/small+tokens=3", "mock/embed+dated", "mock-like", "other/bogus"):
        expect(mock.request("POST", CHAT, question("x", model=name)).status, 200, name)

    # Faults below HTTP.
    expect(broken(mock, "garbage")[:8], b"SSH-2.0-")
    expect(broken(mock, "reset"), b"")
    expect_true(b"[DONE]" not in broken(mock, "cut", True), "cut before its end")
    expect_true(not broken(mock, "cut", True).endswith(b"0\r\n\r\n"), "and not cleanly")
    expect_true(broken(mock, "truncated", True).endswith(b"0\r\n\r\n"), "truncated, but cleanly framed")
    expect_true(b"[DONE]" not in broken(mock, "truncated", True), "without its end")
    expect_true(b"[DONE]" not in broken(mock, "no-done", True), "no [DONE]")
    expect_in(b"mock_failure", broken(mock, "error-event", True))
    expect(broken(mock, "hang", False, 0.3), b"")
    expect_in(b"200", broken(mock, "hang=head", False, 0.3)[:20])
    expect_in(b"content", broken(mock, "hang=mid", True, 0.5))
    mixed = broken(mock, "mixed", True)
    for part in (b"\xef\xbb\xbf", b"\r\r", b"\n\n", b"data:{", b": still here"):
        expect_in(part, mixed)
    expect_true(len(mock.request("POST", CHAT, question("x", model="m+big=2")).body) > 2 << 20, "2 MiB")
    huge = mock.request("POST", CHAT, question("x", model="m+huge-event=300", stream=True)).events
    expect_true(max(len(str(e)) for e in huge) > 300 << 10, "one event of 300 KiB")
    echo = mock.request("POST", CHAT, question("x", model="m+echo"), {"X-Odd": "yes"}).json
    expect_in("X-Odd: yes\r\n", echo["choices"][0]["message"]["content"])

    # Time.
    start = time.monotonic()
    mock.request("POST", CHAT, question("x", stream=True), {"x-mock-fault": "slow=10+tokens=30"})
    expect_true(0.25 < time.monotonic() - start < 2 * PATIENCE, "30 tokens, 10 ms each")

    # Who leaves early pays for what was said.
    broken(mock, "slow=20+tokens=500", True, 0.3)
    [left] = until(lambda: [b for b in mock.bills() if b["user"] == "slow=20+tokens=500"], 2, "a bill")
    expect_true(left["left"] and 0 < left["output"] < 400, f"{left}")

with Mock(models="a,b", key="secret") as closed:
    fields = {"Authorization": "Bearer secret"}
    expect(closed.request("POST", CHAT, question("x")).status, 401)
    expect(closed.request("POST", CHAT, question("x"), fields).status, 404)
    expect(closed.request("POST", CHAT, question("x", model="a"), fields).status, 200)
    expect([m["id"] for m in request(closed.port, "GET", "/v1/models", None, fields).json["data"]],
           ["a", "b"])
