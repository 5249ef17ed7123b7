# SPDX-License-Identifier: Apache-2.0
"""Malformed, deep, doubled, oversized: refused in the caller's own shape, nothing sent upstream."""
import json

from lib.scene import KEY, SANITIZED, Gateway, Mock, expect, expect_in, expect_true, limit, raw

limit(60)
CHAT = "/v1/chat/completions"
GOOD = b'{"model":"bench/bench-model","messages":[{"role":"user","content":"x"}]}'
WANTED = "A JSON object is wanted."
BODIES = [  # and what its answer names
    (b"", f"The body is empty. {WANTED}"), (b" \t\r\n", f"The body is blank. {WANTED}"), (b"{", "byte 1"),
    (b"[]", f"The body is a JSON array. {WANTED}"), (b'"text"', f"The body is a JSON string. {WANTED}"),
    (b"12", f"The body is a JSON number. {WANTED}"), (b"true", f"The body is a JSON boolean. {WANTED}"),
    (b"null", f"The body is a JSON null. {WANTED}"), (b"nonsense", "byte 0"), (GOOD[:-1], "byte 71"), (GOOD + b"x", "byte 72"),
    (b'{"model":"a","model":"b","messages":[]}', 'the key "model" occurs twice'),
    (b'{"model":"cheap","mod\\u0065l":"bench/bench-model","messages":[]}', 'the key "model" occurs twice'),
    (GOOD.replace(b'"x"', b'"\xff\xfe"'), "byte 67: invalid UTF-8"),
    (GOOD.replace(b'"x"', b'"\\ud800"'), "surrogate"), (GOOD.replace(b'"x"', b"NaN"), "byte 66"),
    (b'{"messages":[{"role":"user","content":"x"}]}', "no member `model`"),
    (GOOD.replace(b'"bench/bench-model"', b"7"), "`model` is not a text"),
    (GOOD.replace(b'"x"', b"[" * 200 + b"]" * 200), "deeper than 128"),
    (GOOD.replace(b'"x"', b'{"a":' * 10000 + b"1" + b"}" * 10000), "deeper than 128"),
]
HEAD = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n".encode()


def memory_kib(pid):
    return next(int(x.split()[1]) for x in open(f"/proc/{pid}/status") if x.startswith("VmRSS:"))


with Mock() as mock, Gateway(mock) as gateway:
    for body, named in BODIES:
        answer = gateway.post(CHAT, body)
        expect(answer.status, 400, f"{body[:60]!r}")
        expect_in(named, answer.json["error"]["message"], f"OpenAI's shape, {body[:60]!r}")
    for body in (b"{", b"[]", b" ", b'{"model":"claude-x","model":"claude-x","max_tokens":1,"messages":[]}'):
        answer = gateway.post("/v1/messages", body, {"anthropic-version": "2023-06-01"})
        expect((answer.status, answer.json["type"]), (400, "error"))
    answer = gateway.post("/v1beta/models/gemini-2.5-flash:generateContent", b"{")
    expect((answer.status, answer.json["error"]["status"]), (400, "INVALID_ARGUMENT"))
    answer = gateway.post("/v1beta/models/gemini-2.5-flash:generateContent", b"[]")
    expect_in(WANTED, answer.json["error"]["message"])

    # Unknown model: the near one is named. Unknown path: the way to the right one.
    missing = gateway.chat("x", model="bench/bench-modle")
    expect(missing.status, 404)
    expect_in("bench/bench-model", missing.json["error"]["message"])
    lost = gateway.post("/chat/completions", GOOD)
    expect(lost.status, 404)
    expect_in("/v1", lost.json["error"]["message"])
    expect(gateway.request("GET", CHAT).status, 405)
    expect(gateway.request("POST", CHAT, GOOD, {"Authorization": "Bearer sk-cl-wrong"}).status, 401)

    # Too large: said before it is read, and the client reads it although it still sends.
    huge = raw(gateway.port, HEAD + b"Content-Length: 68157440\r\n\r\n" + b" " * (1 << 22), 5)
    expect_in(b" 413 ", huge[:40])
    expect_in(b"32", huge.split(b"\r\n\r\n", 1)[1], "the limit is named")
    before = memory_kib(gateway.program.process.pid)
    gateway.post(CHAT, b'{"model":"bench/bench-model","messages":[' + b" " * (31 << 20) + b"}")
    if not SANITIZED:
        grown = memory_kib(gateway.program.process.pid) - before
        expect_true(grown < 2 * 32 * 1024, f"memory grew by {grown} KiB")

    # Heads: too long, too many, folded, with what no head may hold. Each answer says which.
    for fields, status, named in (
            (b"X: " + b"a" * 70000 + b"\r\n", 431, b"65536 bytes"),
            (b"".join(b"X-%d: 1\r\n" % i for i in range(300)), 431, b"200 fields"),
            (b"X: a\r\n b\r\n", 400, b"header"), (b"X: a\0b\r\n", 400, b"header"), (b"X: a\rb\r\n", 400, b"header"),
            (b"X : a\r\n", 400, b"header"), (b"Host: y\r\n", 400, b"`Host` stands there twice"),
            (b"Content-Length: x\r\n", 400, b"Content-Length"),
            (b"Content-Length: 3\r\n", 400, b"Content-Length"),
            (b"Transfer-Encoding: chunked\r\n", 400, b"Transfer-Encoding"),
            (b"Transfer-Encoding: gzip\r\n", 400, b"Transfer-Encoding")):
        got = raw(gateway.port, HEAD + fields + b"Content-Length: %d\r\n\r\n" % len(GOOD) + GOOD, 5)
        expect_in(b" %d " % status, got[:40], f"{fields[:20]!r}")
        expect_in(named, got.split(b"\r\n\r\n", 1)[1], f"{fields[:20]!r}")
    for text, named in ((b"nonsense\r\n\r\n", "no method"), (b"\x16\x03\x01\2\0\1\0", "http://"),
                        (b"GET / HTTP/1.1\r\n\r\n", "`Host` is missing"),
                        (b"GET / RTSP/1.0\r\n\r\n", "not HTTP/1"), (b"GET /v1#a HTTP/1.1\r\nHost: x\r\n\r\n", "path"),
                        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nno-size\r\n", "chunk")):
        got = raw(gateway.port, text, 5)
        expect_in(b" 400 ", got[:40], f"{text[:20]!r}")
        expect_in(named, json.loads(got.split(b"\r\n\r\n", 1)[1])["error"]["message"], f"{text[:20]!r}")
    claude = HEAD.replace(CHAT.encode(), b"/v1/messages") + b"X : a\r\n\r\n"
    expect(json.loads(raw(gateway.port, claude, 5).split(b"\r\n\r\n", 1)[1])["type"], "error", "Anthropic's shape")
    expect_in(b" 501 ", raw(gateway.port, HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                          b"Content-Length: 0\r\n\r\n", 5)[:40])
    expect(len(mock.bills()), 0, "nothing of it went upstream")
    expect(gateway.chat("still here").status, 200)
