# SPDX-License-Identifier: Apache-2.0
"""A client that does not read stops its provider, whose silence is then no fault of its own: no timeout counts it. Once
the client reads on, one does."""
import json
import socket
import threading
import time

from lib.scene import KEY, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, question, until

limit(90)
EVENTS = 20000  # some 20 MB, more than the kernel keeps for the two sockets
IDLE = 1


def event(n, finish=None):
    return b"data: " + json.dumps({"id": "1", "object": "chat.completion.chunk", "model": "bench-model", "choices": [
        {"index": 0, "delta": {"content": f"{n} ".ljust(900, "x")}, "finish_reason": finish}]}).encode() + b"\n\n"


class Provider:
    """Streams as fast as it is read; then it ends its answer, or says nothing more."""

    def __init__(self, ends):
        self.ends, self.sent, self.stalls = ends, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        s = self.listener.accept()[0]
        while b"\r\n\r\n" not in s.recv(65536):
            pass
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        for n in range(EVENTS):
            s.sendall(event(n))
            self.sent = n + 1
        if self.ends:
            s.sendall(event("last", "stop") + b"data: [DONE]\n\n")
            s.close()
        else:
            s.recv(1)  # until the gateway closes it


def ask(gateway):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", gateway.port))
    s.settimeout(10 * PATIENCE)
    body = json.dumps(question("slow", stream=True)).encode()
    s.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nConnection: close\r\n"
              f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    expect_in(b"200 OK", s.recv(200), "the stream begins")
    return s


def stalled(provider):
    """It could not send for three times the timeout."""
    last, since = -1, 0.0
    while time.monotonic() - since < 3 * IDLE * PATIENCE or last < 0:
        if provider.sent != last:
            last, since = provider.sent, time.monotonic()
        time.sleep(0.05)
    expect_true(0 < last < EVENTS, f"the client's pause reaches the provider: {last} of {EVENTS} events went out")


def read_all(s):
    got = bytearray()
    while piece := s.recv(1 << 20):
        got += piece
    return bytes(got)


for ends in (True, False):
    provider = Provider(ends)
    providers = (f"  bench: {{ dialect: openai, url: {provider.url}/v1, models: [bench-model], "
                 f"timeouts: {{ first_byte: {IDLE}s, idle: {IDLE}s }} }}\n")
    with Mock() as mock, Gateway(mock, providers=providers) as gateway:
        s = ask(gateway)
        stalled(provider)
        expect(gateway.metric("costlens_reservations_inflight"), 1, "it runs on")
        got = read_all(s)
        row = gateway.rows(1)[0]
        expect_in(f'"{EVENTS - 1} '.encode(), got[-20000:], "all of it came")
        expect(got.count(b"xxx\""), EVENTS + ends, "every event, once")
        if ends:
            expect_in(b"data: [DONE]", got[-100:], "to its end")
            expect(row["outcome"], "ok")
        else:
            expect_in(b"upstream_timeout", got[-1000:], "and then its silence counts")
            expect((row["outcome"], row["error"]), ("incomplete", "upstream_timeout"))
        expect_true(row["output"] >= EVENTS, f"all of it is booked: {row['output']}")
        s.close()
        until(lambda: gateway.metric("costlens_reservations_inflight") == 0, 5, "it is over")
    provider.listener.close()
