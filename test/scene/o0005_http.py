# SPDX-License-Identifier: Apache-2.0
"""Older and careful clients: HTTP/1.0, Connection: close, Expect: 100-continue, pipelining, chunks."""
import json
import socket
import time

from lib.scene import KEY, Gateway, Mock, expect, expect_in, expect_true, question, raw

BODY = json.dumps(question("old")).encode()
STREAM = json.dumps(question("old", stream=True)).encode()
AUTH = f"Host: x\r\nAuthorization: Bearer {KEY}\r\n".encode()


def post(body, version=b"1.1", more=b""):
    return (b"POST /v1/chat/completions HTTP/" + version + b"\r\n" + AUTH + more +
            b"Content-Length: %d\r\n\r\n" % len(body) + body)


with Mock() as mock, Gateway(mock) as gateway:
    # HTTP/1.0: no chunks; the end of the connection is the end of the stream.
    old = raw(gateway.port, post(STREAM, b"1.0"))
    head, body = old.split(b"\r\n\r\n", 1)
    expect_in(b" 200 ", head[:20])
    expect_true(b"transfer-encoding" not in head.lower(), "no chunks to an HTTP/1.0 client")
    expect_true(body.endswith(b"data: [DONE]\n\n"), "the whole stream")
    expect_in(b" 200 ", raw(gateway.port, post(BODY, b"1.0"))[:20])
    closed = raw(gateway.port, post(STREAM, more=b"Connection: close\r\n"))
    expect_in(b"connection: close", closed.split(b"\r\n\r\n")[0].lower())
    expect_in(b"[DONE]", closed)

    # Two requests in one packet are answered in order, on one connection.
    two = raw(gateway.port, post(BODY) + post(BODY, more=b"Connection: close\r\n"))
    expect(two.count(b"HTTP/1.1 200"), 2)

    # A body in chunks.
    parts = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (BODY[:7], BODY[7:])) + b"0\r\n\r\n"
    chunked = raw(gateway.port, b"POST /v1/chat/completions HTTP/1.1\r\n" + AUTH +
                  b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + parts)
    expect_in(b" 200 ", chunked[:20])

    # Expect: 100-continue is answered after the key and the length were looked at.
    with socket.create_connection(("127.0.0.1", gateway.port)) as s:
        s.settimeout(5)
        s.sendall(post(BODY, more=b"Expect: 100-continue\r\n")[:-len(BODY)])
        expect_in(b"100 Continue", s.recv(4096))
        s.sendall(BODY)
        expect_in(b" 200 ", s.recv(65536)[:20])
    wrong = post(BODY, more=b"Expect: 100-continue\r\n").replace(KEY.encode(), b"sk-cl-nobody")
    expect_in(b" 401 ", raw(gateway.port, wrong[:-len(BODY)], 4)[:20])
    large = post(BODY, more=b"Expect: 100-continue\r\n")[:-len(BODY)].replace(
        b"Content-Length: %d" % len(BODY), b"Content-Length: 99999999")
    expect_in(b" 413 ", raw(gateway.port, large, 4)[:20])

    # Whoever ends its side after asking has left (a close and a half-close look alike).
    with socket.create_connection(("127.0.0.1", gateway.port)) as s:
        s.settimeout(5)
        s.sendall(post(BODY, more=b"x-mock-fault: late=1000\r\n"))
        time.sleep(0.2)  # by now it is upstream
        s.shutdown(socket.SHUT_WR)
        expect(s.recv(4096), b"", "no answer")
    bill = next(b for b in mock.bills(8) if b["left"])
    expect_true(bill is not None, "the upstream was closed")
