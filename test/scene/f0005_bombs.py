# SPDX-License-Identifier: Apache-2.0
"""Coded bodies: gzip and zstd are read within the limits, bombs and other codings refused. An answer is
asked for as it is; one that comes coded all the same is not read."""
import gzip
import json
import re
import socket
import threading
import zlib
from pathlib import Path

from lib.scene import SANITIZED, Gateway, Mock, expect, expect_in, expect_true, question, until

CHAT = "/v1/chat/completions"
PLAIN = json.dumps(question("packed " + "and packed " * 20)).encode()
OPEN, CLOSE = b'{"model":"bench/bench-model","messages":[', b"]}"
BLOCK = 128 << 10


def zstd(*parts, window=0x38):
    """A frame: bytes as they are, or a number of spaces, 32,768 for each byte that is sent."""
    blocks = []
    for part in parts:
        if isinstance(part, int):
            blocks += [(1, min(BLOCK, part - at), b" ") for at in range(0, part, BLOCK)]
        else:
            blocks += [(0, len(part[at:at + BLOCK]), part[at:at + BLOCK]) for at in range(0, len(part), BLOCK)]
    head = b"\x28\xb5\x2f\xfd\x00" + bytes([window])
    return head + b"".join(((i + 1 == len(blocks)) | kind << 1 | size << 3).to_bytes(3, "little") + data
                           for i, (kind, size, data) in enumerate(blocks))


def bomb(n):
    return gzip.compress(OPEN + b" " * n + CLOSE, 9)


# Within the size, beyond the ratio of 100:1; beyond both; a bomb in a bomb; a window of 2 TiB.
BOMBS = [("gzip", bomb(20 << 20)), ("gzip", bomb(200 << 20)), ("gzip", bomb(32 << 20)[:-9]),
         ("zstd", zstd(OPEN, 20 << 20, CLOSE)), ("zstd", zstd(OPEN, 1 << 30, CLOSE)),
         ("zstd", zstd(zstd(OPEN, 1 << 30, CLOSE), 1 << 30)), ("gzip", gzip.compress(b"\0" * (64 << 20), 9))]


def memory_kib(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


class Coder:
    """A provider that answers what it is told to, in one piece."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.head, self.body, self.asked = b"", b"", b""
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            s, _ = self.listener.accept()
            got = b""
            while b"\r\n\r\n" not in got:
                got += s.recv(65536)
            self.asked, _, rest = got.partition(b"\r\n\r\n")
            length = int(re.search(rb"(?i)content-length: (\d+)", self.asked)[1])
            while len(rest) < length:
                rest += s.recv(65536)
            try:
                s.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n\r\n"
                          % (len(self.body), self.head) + self.body)
            except OSError:
                pass
            s.close()


with Mock() as mock, Gateway(mock) as gateway:
    expect(gateway.post(CHAT, gzip.compress(PLAIN), {"Content-Encoding": "gzip"}).status, 200)
    expect(gateway.post(CHAT, zstd(PLAIN), {"Content-Encoding": "zstd"}).status, 200)
    sent = len(mock.bills(2))
    before = memory_kib(gateway.program.process.pid)
    for coding, data in BOMBS:
        answer = gateway.post(CHAT, data, {"Content-Encoding": coding})
        expect(answer.status, 413, f"{coding}, {len(data)} bytes")
    grown = memory_kib(gateway.program.process.pid) - before
    print(f"{len(BOMBS)} bombs, at most {grown} KiB more memory")
    if not SANITIZED:
        expect_true(grown < 33 << 10, f"at most the limit of a body and a little: {grown} KiB")
    for coding, data in (("gzip", b"not gzip"), ("gzip", gzip.compress(PLAIN)[:-9]),
                         ("gzip", gzip.compress(PLAIN) + b"x"), ("gzip", gzip.compress(gzip.compress(PLAIN))),
                         ("zstd", b"not zstd"), ("zstd", zstd(PLAIN)[:-3]), ("zstd", zstd(zstd(PLAIN))),
                         ("zstd", zstd(PLAIN, window=0xf8))):  # a window of 2 TiB
        expect(gateway.post(CHAT, data, {"Content-Encoding": coding}).status, 400, f"{coding} {data[:20]}")
    expect(gateway.post(CHAT, gzip.compress(PLAIN)).status, 400)
    for coding in ("br", "deflate", "gzip, gzip", "compress"):
        data = zlib.compress(PLAIN) if coding == "deflate" else PLAIN
        expect(gateway.post(CHAT, data, {"Content-Encoding": coding}).status, 415, coding)
    expect(len(mock.bills()), sent, "nothing of it went upstream")

coder = Coder()
with Gateway(coder) as gateway:
    before = memory_kib(gateway.program.process.pid)
    kinds = (b"application/json", b"text/event-stream")
    for coding, body in ((c, b) for c in ("gzip", "zstd", "br") for b in (
            gzip.compress(PLAIN), bomb(200 << 20), zstd(OPEN, 1 << 30, CLOSE))):
        for kind in kinds:
            coder.head = b"Content-Type: %s\r\nContent-Encoding: %s" % (kind, coding.encode())
            coder.body = body
            answer = gateway.chat("coded", stream=kind != kinds[0])
            expect(answer.status, 502, f"{coding} of {len(body)} bytes")
            expect(answer.json["error"]["code"], "upstream_invalid")
            expect_in("compressed", answer.json["error"]["message"])
    expect_in(b"accept-encoding: identity", coder.asked.lower())
    rows = until(lambda: (lambda r: len(r) == 18 and r)(gateway.rows()), 5, "a row each")
    expect({(r["outcome"], r["sure"], r["error"]) for r in rows}, {("error", "captured", "upstream_invalid")})
    grown = memory_kib(gateway.program.process.pid) - before
    if not SANITIZED:
        expect_true(grown < 1 << 10, f"nothing of it was kept: {grown} KiB")
    coder.head, coder.body = b"Content-Type: application/json\r\nContent-Encoding: identity", json.dumps(
        {"object": "chat.completion", "model": "bench-model", "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}],
         "usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()
    expect(gateway.chat("plain").status, 200)
