# SPDX-License-Identifier: Apache-2.0
"""Every answer has its request's id, and what a browser needs to read it: also one that says no before it asked."""
import json

from lib.scene import KEY, Gateway, Mock, expect, expect_in, expect_true, raw

CHAT = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nOrigin: https://a.example\r\n"
CLAUDE = f"POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: {KEY}\r\nOrigin: https://a.example\r\n"

CASES = [  # what is sent, its status, whether its head could be read
    (CHAT + "Content-Length: 9999999\r\n\r\n", 413, True),
    (CHAT + "Transfer-Encoding: chunked\r\n\r\n" + "100000\r\n" + "x" * 0x100000 + "\r\n" + "100000\r\n" + "x" * 1000,
     413, True),
    (CHAT + "Transfer-Encoding: chunked\r\n\r\nno-size\r\n", 400, True),
    (CLAUDE + "Content-Length: 9999999\r\n\r\n", 413, True),
    (CHAT + "X : a\r\n\r\n", 400, False),
    (CHAT + "X: " + "a" * 70000 + "\r\n\r\n", 431, False),
    ("nonsense\r\n\r\n", 400, False),
    (CHAT + "Content-Length: 3\r\n\r\n{x}", 400, True),
    (CHAT.replace(KEY, "sk-cl-none") + "Content-Length: 2\r\n\r\n{}", 401, True),
]

with Mock() as mock, Gateway(mock, extra="cors: [https://a.example]\nlimits: { body: 1MiB }\n") as gateway:
    seen = set()
    for text, status, read in CASES:
        head, body = raw(gateway.port, text.encode(), 5, b"}}").decode().split("\r\n\r\n", 1)
        case = f"{text[:200]!r}: {head}"
        expect(int(head.split()[1]), status, case)
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:])
        name = fields.get("x-costlens-request-id", "")
        expect(len(name), 36, case)
        expect((fields.get("x-request-id"), fields.get("request-id")), (name, name), case)
        expect(fields.get("x-should-retry"), "false", case)
        expect_true(name not in seen, "an id of its own")
        seen.add(name)
        if read:
            expect(fields.get("access-control-allow-origin"), "https://a.example", case)
        error = json.loads(body)
        if "/v1/messages" in text:
            expect((error["type"], error["request_id"]), ("error", name), case)
    text, _, _ = CASES[0]
    expect_in("1048576", raw(gateway.port, text.encode(), 5, b"}}").decode(), "the limit is named")
    expect(gateway.metric("costlens_refused_total", reason="request_too_large"), 4)
