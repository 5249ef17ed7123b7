# SPDX-License-Identifier: Apache-2.0
"""What is sent again is what the client sent, byte for byte, but for the model's name at another target; and
a connection of the pool that is reset under a request is tried once on a fresh one."""
import base64
import gzip
import json
import os
import re
import socket
import struct
import threading

from lib.scene import Gateway, Mock, expect, expect_true, limit

limit(60)


class Provider:
    """Keeps its connections. What it does with the n-th request: a status, or None to reset the connection."""

    def __init__(self, plan):
        self.plan, self.bodies, self.connections = plan, [], 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            connection = self.listener.accept()[0]
            self.connections += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        got = b""
        while True:
            while b"\r\n\r\n" not in got:
                piece = connection.recv(65536)
                if not piece:
                    return
                got += piece
            head, got = got.split(b"\r\n\r\n", 1)
            wanted = int(re.search(rb"(?i)\ncontent-length: *(\d+)", head)[1])
            while len(got) < wanted:
                got += connection.recv(65536)
            body, got = got[:wanted], got[wanted:]
            status = self.plan[len(self.bodies)] if len(self.bodies) < len(self.plan) else 200
            self.bodies.append(body)
            if status is None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
                return
            text = json.dumps({"id": "c", "object": "chat.completion", "model": json.loads(body)["model"],
                               "choices": [{"index": 0, "finish_reason": "stop",
                                            "message": {"role": "assistant", "content": "hi"}}],
                               "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}}
                              if status == 200 else {"error": {"message": "no", "type": "t", "code": None}})
            connection.sendall(f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nretry-after-ms: 5\r\n"
                               f"Content-Length: {len(text)}\r\n\r\n{text}".encode())


FILLER = base64.b64encode(os.urandom(75_000))


def body_of(size, model):
    return (b'{ "messages": [{"role":"user",\t"content":"' + FILLER[:size] + b'"}],\n "model" : "' + model +
            b'" , "temperature":1.00}')


def providers(one, two):
    return (f"  bench: {{ dialect: openai, url: {one.url}, models: [a] }}\n"
            f"  two: {{ dialect: openai, url: {two.url}, models: [b-long-name] }}\n")


ALIAS = "aliases:\n  both: [bench/a, two/b-long-name]\n"

with Mock() as mock:
    for size in (10, 100_000):  # copied by the transport, and referred to
        for coded in (False, True):
            one, two = Provider([503, 503, 503]), Provider([503])
            with Gateway(mock, providers=providers(one, two), extra=ALIAS) as gateway:
                sent = body_of(size, b"both")
                answer = gateway.request("POST", "/v1/chat/completions", gzip.compress(sent) if coded else sent,
                                         {"content-encoding": "gzip"} if coded else {})
                expect((answer.status, answer.headers["x-costlens-attempts"]), (200, "5"))
                expect(one.bodies, [body_of(size, b"a")] * 3, "the same bytes three times")
                expect(two.bodies, [body_of(size, b"b-long-name")] * 2, "with the other's name")
    # The second request finds its kept connection reset: once more, at once, on a fresh one.
    one, two = Provider([200, None, 200]), Provider([])
    with Gateway(mock, providers=providers(one, two), extra=ALIAS, workers=1) as gateway:
        expect(gateway.chat("first", model="both").status, 200)
        answer = gateway.chat("second", model="both")
        expect((answer.status, answer.headers["x-costlens-attempts"]), (200, "2"))
        expect(answer.headers["x-costlens-model"], "bench/a", "at the same target")
        expect((one.connections, len(one.bodies)), (2, 3))
        first, broken, again = gateway.rows(3)
        expect((broken["error"], broken["sure"], broken["followed"]), ("upstream_disconnected", "captured", 1))
        expect((again["route"], again["sure"], again["attempt"]), ("retry", "reported", 1))
        expect_true(again["duration_us"] < 1_000_000, "at once")
    # That takes nothing of what a provider may be tried again in a minute, nor of what is configured for a call.
    one = Provider([200] + [None, 200] * 12 + [503, None, 200])
    one_alone = f"  bench: {{ dialect: openai, url: {one.url}, models: [a], retries: 1 }}\n"
    with Gateway(mock, providers=one_alone, workers=1) as gateway:
        expect(gateway.chat("first", model="bench/a").status, 200)
        for i in range(12):
            answer = gateway.chat(f"again {i}", model="bench/a")
            expect((answer.status, answer.headers["x-costlens-attempts"]), (200, "2"), f"the {i}th")
        answer = gateway.chat("busy, then gone", model="bench/a")
        expect((answer.status, answer.headers["x-costlens-attempts"]), (200, "3"))
    # Nor does `retries: 0` forbid it: a provider that reads a call and closes gets it twice, and each attempt is booked.
    one = Provider([200, None, None])
    never = f"  bench: {{ dialect: openai, url: {one.url}, models: [a], retries: 0 }}\n"
    with Gateway(mock, providers=never, workers=1) as gateway:
        expect(gateway.chat("first", model="bench/a").status, 200)
        expect(gateway.chat("twice", model="bench/a").status, 502)
        expect(len(one.bodies), 3)
        expect([r["sure"] for r in gateway.rows(3)], ["reported", "captured", "captured"])
    # A fresh one that breaks is no such race: with another target that one is asked.
    one, two = Provider([None]), Provider([])
    with Gateway(mock, providers=providers(one, two), extra=ALIAS, workers=1) as gateway:
        answer = gateway.chat("only", model="both")
        expect((answer.status, answer.headers["x-costlens-model"]), (200, "two/b-long-name"))
        expect(len(one.bodies), 1)
    # The other dialects.
    with Gateway(mock, retries=2) as gateway:
        for n, stream in enumerate((False, True)):
            answer = gateway.messages(f"again {stream}", headers={"x-mock-fault": "529+once"}, stream=stream)
            expect((answer.status, answer.headers["x-costlens-attempts"]), (200, "2"), "Anthropic's")
            answer = gateway.post(f"/v1beta/models/gemini-2.5-flash:{'streamGenerateContent?alt=sse' if stream else 'generateContent'}",
                                  {"contents": [{"role": "user", "parts": [{"text": f"again {stream}"}]}]},
                                  {"x-mock-fault": "503+once"})
            expect((answer.status, answer.headers["x-costlens-attempts"]), (200, "2"), "Gemini's")
            rows = gateway.rows(4 * (n + 1))
            expect([r["followed"] for r in rows], [1, 0, 1, 0] * (n + 1))
