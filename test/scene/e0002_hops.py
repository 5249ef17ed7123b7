# SPDX-License-Identifier: Apache-2.0
"""Fields that a Connection field names end at the gateway, both ways, in whichever Connection field they are named."""
import json

from lib.scene import KEY, Gateway, Mock, expect, expect_in, expect_true, question, raw
from lib.strange import Strange

ANSWER = b'{"id":"x","model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}'
BODY = json.dumps(question()).encode()


def answer(_head):
    return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: keep-alive\r\nX-Inner: 1\r\n"
            b"X-Kept: 1\r\nConnection: x-inner, X-Other\r\nx-other: 2\r\nContent-Length: %d\r\n\r\n"
            % len(ANSWER) + ANSWER)


with Mock() as mock, Strange(answer) as strange:
    providers = f"  bench: {{ dialect: openai, url: {strange.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"
    with Gateway(mock, providers=providers) as gateway:
        got = raw(gateway.port, b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                  b"X-First: 1\r\nX-Second: 2\r\nX-Kept: 3\r\nconnection: X-First\r\nConnection: a, x-second\r\n"
                  b"Authorization: Bearer " + KEY.encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)
        head = got.split(b"\r\n\r\n")[0].decode().lower()
        expect_in(" 200 ", head.splitlines()[0])
        expect_in("\r\nx-kept: 1", head)
        for name in ("x-inner", "x-other"):
            expect_true(name not in head, f"{name} does not go to the client")
        expect(len(strange.heads), 1)
        up = strange.heads[0].lower()
        expect_in("\r\nx-kept: 3", up)
        for name in ("x-first", "x-second"):
            expect_true(name not in up, f"{name} does not go upstream")
