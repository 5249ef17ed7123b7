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

# As an Ollama.
with Mock() as mock:
    def generate(fault="", **more):
        return mock.request("POST", "/api/generate", {"model": "m", "prompt": "x", "stream": False, **more},
                            {"x-mock-fault": fault})
    names = [m["name"] for m in mock.request("GET", "/api/tags").json["models"]]
    for name, status in (("mock/queue-full:latest", 503), ("mock/runner-dies:latest", 500),
                         ("mock/load-fails:latest", 500), ("mock/queued:latest", 200), ("mock/fast:latest", 200)):
        expect_in(name, names)
        expect(generate(model=name).status, status, name)
    expect(generate(model="mock/bogus:latest").status, 400)

    for form, text in (({"type": "nonsense"}, "invalid JSON schema in format"),
                       ("bogus", r'invalid format: "\"bogus\""; expected "json" or a valid JSON Schema object'),
                       (7, 'invalid format: "7"; expected "json" or a valid JSON Schema object')):
        told = generate(format=form)
        expect((told.status, told.json), (500, {"error": text}))
    for model, context in (("all-minilm", 512), ("m", 32768)):
        expect(mock.request("POST", "/api/show", {"model": model}).json["model_info"]["mock.context_length"], context)

    # What is loaded stays, until its process dies; a call that fails at once or cannot load it does not matter.
    load = lambda fault="": generate(fault).json["load_duration"] > 20_000_000
    expect([load(), load()], [True, False])
    expect((generate("queue-full").status, load()), (503, False))
    for fault, stream, status in (("runner-dies", False, 500), ("runner-dies", True, 200), ("load-fails", False, 500)):
        expect((generate(fault, stream=stream).status, load(), load()), (status, True, False), fault)
    fresh = {"options": {"num_ctx": 2048}}
    expect((generate("queue-full", **fresh).status, load()), (503, False))

    # A turn that is waited for is in the whole time alone.
    start, told = time.monotonic(), generate("queued=300").json
    parts = sum(told.get(f"{part}_duration", 0) for part in ("load", "prompt_eval", "eval"))
    expect_true(0.3 <= told["total_duration"] / 1e9 - parts / 1e9 < 0.31, f"{told}")
    expect_true(time.monotonic() - start >= 0.3, "and it was waited for")

    # What is no call of its.
    for method, path, fields, status, text in (
            ("GET", "/", {}, 200, b"Ollama is running"), ("HEAD", "/", {}, 200, b""),
            ("GET", "/api/nope", {}, 404, b"404 page not found"), ("POST", "/api/pull", {}, 404, b"404 page not found"),
            ("GET", "/v1/nope", {"User-Agent": "ollama-python/0.6"}, 404, b"404 page not found"),
            ("GET", "/api/chat", {}, 405, b"405 method not allowed")):
        told = mock.request(method, path, None, fields)
        expect((told.status, told.body), (status, text), f"{method} {path}")
        expect_in("text/plain", told.headers["content-type"])
    expect(told.headers["allow"], "POST")
    expect_in("nothing", mock.request("GET", "/v1/nope").json["error"]["message"])

with Mock(models="a,b", key="secret") as closed:
    fields = {"Authorization": "Bearer secret"}
    expect(closed.request("POST", CHAT, question("x")).status, 401)
    expect(closed.request("POST", CHAT, question("x"), fields).status, 404)
    expect(closed.request("POST", CHAT, question("x", model="a"), fields).status, 200)
    expect([m["id"] for m in request(closed.port, "GET", "/v1/models", None, fields).json["data"]],
           ["a", "b"])
