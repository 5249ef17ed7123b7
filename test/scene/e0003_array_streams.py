# SPDX-License-Identifier: Apache-2.0
"""A Gemini stream without `alt=sse` is one JSON array: each element goes on when it has come. The provider sends the next
one only once the client has the one before. Where the first one is an error, the client gets that error as an answer."""
import json
import socket
import threading

from lib.scene import KEY, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit
from lib.strange import Strange, json_answer

limit(90)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
has = [threading.Event() for _ in range(3)]  # the client has that element


def element(n, **more):
    return json.dumps({"candidates": [{"content": {"role": "model", "parts": [{"text": f"part {n}"}]}, "index": 0, **more}],
                       "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": n + 1, "totalTokenCount": n + 8},
                       "modelVersion": "gemini-2.5-flash"}).encode()


def one_by_one(_head):
    yield HEAD + b"[" + element(0)
    for n in range(1, 3):
        if not has[n - 1].wait(10 * PATIENCE):
            return  # cut: the client gets no whole answer
        yield b",\n" + element(n, **({"finishReason": "STOP"} if n == 2 else {}))
    yield b"]\n"


def ask(gateway):
    body = json.dumps({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}).encode()
    s = socket.create_connection(("127.0.0.1", gateway.port), 30 * PATIENCE)
    s.sendall(b"POST /v1beta/models/gemini-2.5-flash:streamGenerateContent HTTP/1.1\r\nHost: x\r\n"
              b"x-goog-api-key: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (KEY.encode(), len(body), body))
    got = b""
    while piece := s.recv(65536):
        got += piece
        for n, event in enumerate(has):
            if b"part %d" % n in got:
                event.set()
    s.close()
    return got


def providers(strange):
    return f"  bench: {{ dialect: gemini, url: {strange.url}, key: env:SCENE_UPSTREAM_KEY, models: [gemini-2.5-flash] }}\n"


with Mock() as mock:
    with Strange(one_by_one) as strange, Gateway(mock, providers=providers(strange)) as gateway:
        got = ask(gateway)
        expect_in(b"200 OK", got[:20], "it is answered")
        expect_true(has[2].is_set(), "the last element came, which was sent when the ones before it had gone through")
        row = gateway.calls(1)[0]
        expect((row["input"], row["output"], row["outcome"]), (7, 3, "ok"), "and is booked by its last usage")
    error = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
    with Strange(lambda _: json_answer([error])) as strange, Gateway(mock, providers=providers(strange)) as gateway:
        got = ask(gateway)
        expect_in(b"overloaded", got, "an error is told")
