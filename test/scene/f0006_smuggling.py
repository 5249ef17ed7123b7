# SPDX-License-Identifier: Apache-2.0
"""Messages that two servers would read differently: refused, closed, and no byte goes upstream."""
import socket

from lib.scene import KEY, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, raw

limit(90)
BODY = b'{"model":"bench/bench-model","messages":[{"role":"user","content":"x"}]}'
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
LINE = b"POST /v1/chat/completions HTTP/1.1\r\n"
REST = f"Host: x\r\nAuthorization: Bearer {KEY}\r\n".encode()
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
TE = b"Transfer-Encoding: chunked\r\n"


def corpus():
    for a, b in ((LENGTH, TE), (TE, LENGTH)):  # both framings at once
        for data in (BODY, CHUNKED):
            yield LINE + REST + a + b + b"\r\n" + data
    for n in (b"1", b"0", b"72, 72", b"+72", b"-1", b"0x48", b"7 2", b"", b"18446744073709551688",
              b"99999999999999999999", b"72\x0b", b"\x0072", b"72;", b"7_2", b"1e2"):
        yield LINE + REST + LENGTH + b"Content-Length: " + n + b"\r\n\r\n" + BODY
        if n not in (b"1", b"0"):
            yield LINE + REST + b"Content-Length: " + n + b"\r\n\r\n" + BODY
    for te in (b"chunked, x", b"x, chunked, y", b"gzip", b"chunked, chunked", b"identity, chunked",
               b"xchunked", b"chunkedx", b"chunked\x0b", b"\x0bchunked", b"\"chunked\"", b"chunked;q=1",
               b"", b",", b"chunked,", b"cow"):
        yield LINE + REST + b"Transfer-Encoding: " + te + b"\r\n\r\n" + CHUNKED
        yield LINE + REST + LENGTH + b"Transfer-Encoding: " + te + b"\r\n\r\n" + CHUNKED
        yield LINE + REST + TE + b"Transfer-Encoding: " + te + b"\r\n\r\n" + CHUNKED
    for name in (b"Transfer-Encoding ", b" Transfer-Encoding", b"Transfer-Encoding\t", b"Transfer\0Encoding",
                 b"Content-Length ", b" Content-Length", b"Content-Length\t", b"Content\x7fLength", b""):
        value = b"chunked" if b"T" in name else b"%d" % len(BODY)
        yield LINE + REST + name + b": " + value + b"\r\n\r\n" + BODY
    for size in (b"10000000000000000", b"-1", b"+48", b"0x48", b"", b" 48",
                 b"48 ", b"4g", b"4\x008", b"48\t;", b"FFFFFFFFFFFFFFFFF"):
        yield LINE + REST + TE + b"\r\n" + size + b"\r\n" + BODY + b"\r\n0\r\n\r\n"
    for end in (b"\n", b"\r", b"", b"\rX", b"XX"):  # after the size, after the data
        yield LINE + REST + TE + b"\r\n%x" % len(BODY) + end + BODY + b"\r\n0\r\n\r\n"
        yield LINE + REST + TE + b"\r\n%x\r\n" % len(BODY) + BODY + end + b"0\r\n\r\n"
    yield LINE + REST + TE + b"\r\n48;" + b"a" * (1 << 20) + b"\r\n" + BODY + b"\r\n0\r\n\r\n"
    for line in (b"POST /v1/chat/completions\r\n", b"POST /v1/chat/completions HTTP/1.\r\n",
                 b"POST /v1/chat/completions HTTP/1.1 x\r\n", b"POST /v1/chat/completions HTTP/2.0\r\n",
                 b"POST /v1/chat/completions HTTP/0.9\r\n", b"POST\t/v1/chat/completions HTTP/1.1\r\n",
                 b" POST /v1/chat/completions HTTP/1.1\r\n", b"POST /v1/chat/comp letions HTTP/1.1\r\n",
                 b"POST /v1/chat\0/completions HTTP/1.1\r\n", b"P\0ST /v1/chat/completions HTTP/1.1\r\n",
                 b"POST /v1/chat/completions http/1.1\r\n", b"POST /v1/chat/completions HTTP/1.10\r\n",
                 b"POST /v1/chat/completions HTTPS/1.1\r\n", b"post /v1/chat/completions HTTP/1.1\r\n",
                 b"POST HTTP/1.1\r\n", b"POST /v1/chat/completions HTTP/1.1\r\r\n",
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n"):
        yield line + REST + LENGTH + b"\r\n" + BODY
    for text in (b"X: a\nContent-Length: 1", b"X: a\rContent-Length: 1", b"X: a\0", b"X", b": x",
                 b"X\x01: y", b"X(y): z", b"X: a\r\n Content-Length: 1", b"X: a\r\n\tb",
                 b"\xe2\x82\xac: x", b"X\r: y", b"X: \x7f\x00", b"(X): y", b"X[]: y",
                 b"X@: y", b"X{: y", b"X\"q\": y", b"X, Y: z", b"X/: y", b"X\\: y", b"X:\r y", b"Content-Length\xa0: 3"):
        yield LINE + REST + text + b"\r\n" + LENGTH + b"\r\n" + BODY
    for framing in (LENGTH, TE):  # line ends of one byte
        yield (LINE + REST + framing).replace(b"\r\n", b"\n") + b"\n" + BODY
        yield (LINE + REST + framing).replace(b"\r\n", b"\r") + b"\r" + BODY
    for host in (b"", b"Host: a\r\nHost: b\r\n"):  # none, or two
        yield LINE + host + REST.split(b"\r\n", 1)[1] + LENGTH + b"\r\n" + BODY


def answer_and_end(port, data):
    """All that comes back, and whether the other side closed by itself."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), 5) as s:
        s.settimeout(5 * PATIENCE)
        try:
            s.sendall(data)
            while piece := s.recv(65536):
                got += piece
        except (BrokenPipeError, ConnectionResetError):
            pass
        except TimeoutError:
            return got, False
    return got, True


with Mock() as mock, Gateway(mock) as gateway:
    cases = list(corpus())
    passed = []
    for case in cases:
        # What follows must not be taken for a second request.
        got, closed = answer_and_end(gateway.port, case + LINE + REST + LENGTH + b"\r\n" + BODY)
        if not closed or got[:10] not in (b"HTTP/1.1 4", b"HTTP/1.1 5") or b"HTTP/1.1 2" in got:
            passed.append((case[:260], got[:30]))
    print(f"{len(cases)} cases")
    expect(passed, [], "cases that were not refused")
    expect_true(len(cases) >= 150, "the corpus is large enough")
    expect(len(mock.bills()), 0, "bytes upstream")
    whole = raw(gateway.port, LINE + REST + LENGTH + b"Connection: close\r\n\r\n" + BODY, 5)
    expect_in(b"200 OK", whole[:20], "an honest request is served")
