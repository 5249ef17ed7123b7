# SPDX-License-Identifier: Apache-2.0
"""A provider that breaks HTTP: each call ends, well-formed, with its row, and its connection is not used again."""
import gzip
import json
import re
import socket
import struct
import threading
import time

from lib.scene import PATIENCE, Gateway, Mock, expect, expect_true, limit, question, until

limit(120)
MOST = 77  # max_tokens of each call
JSON = json.dumps({"id": "1", "object": "chat.completion", "model": "bench-model", "choices": [
    {"index": 0, "message": {"role": "assistant", "content": "well"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}}).encode()


def event(content=None, finish=None):
    return b"data: " + json.dumps({"id": "1", "object": "chat.completion.chunk", "model": "bench-model", "choices": [
        {"index": 0, "delta": {"content": content} if content else {}, "finish_reason": finish}]}).encode() + b"\n\n"


EVENTS = event("half an answer") + event(None, "stop") + b"data: [DONE]\n\n"
OK, TYPE, SSE = b"HTTP/1.1 200 OK\r\n", b"Content-Type: application/json\r\n", b"Content-Type: text/event-stream\r\n"
BOM = b"\xef\xbb\xbf"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def sized(body, size=None, head=OK, fields=TYPE):
    return head + fields + b"Content-Length: %s\r\n\r\n" % (b"%d" % len(body) if size is None else size) + body


def chunk(body):
    return b"%x\r\n%s\r\n" % (len(body), body)


WHOLE, STREAM = OK + TYPE + CHUNKED + b"\r\n", OK + SSE + CHUNKED + b"\r\n"
END = b"0\r\n\r\n"


def slowly(data, pause, first=b""):
    def send(s):
        s.sendall(first)
        for i in range(len(data)):
            s.sendall(data[i:i + 1])
            time.sleep(pause)
    return send


def endless(first, piece, pause=0):
    def send(s):
        s.sendall(first)
        end = time.monotonic() + 10 * PATIENCE
        while time.monotonic() < end:
            s.sendall(piece * 100)
            time.sleep(pause)
        raise AssertionError("nobody closed it")
    return send


def reset(data):
    def send(s):
        s.sendall(data)
        time.sleep(0.05)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return send


# What it sends, what the client sees, how sure the row is. Bytes alone leave the connection open; a tuple closes it.
#   whole   200; "fine" and its connection is at its end; "pooled" and it can go on
#   lost    502; "late" 504; "empty" 502 of what was clean HTTP
#   cut     200 and told to be broken
CASES = {
    "two answers": (sized(JSON) * 2, "fine", "reported"),
    "an answer to nothing behind it": (sized(JSON) + b"HTTP/1.1 200", "fine", "reported"),
    "a body longer than its length": (sized(JSON, b"%d" % (len(JSON) - 9)), "lost", "captured"),
    "a body shorter than its length": ((sized(JSON, b"999"),), "lost", "reported"),
    "a length that never comes": (sized(JSON[:40], b"1000000"), "cut", "captured"),
    "two lengths": (sized(JSON, b"5\r\nContent-Length: 6"), "lost", "captured"),
    "a list of lengths": (sized(JSON, b"5, 6"), "lost", "captured"),
    "a negative length": (sized(JSON, b"-1"), "lost", "captured"),
    "a length beyond all": (sized(JSON, b"99999999999999999999"), "lost", "captured"),
    "a length with a sign": (sized(JSON, b"+%d" % len(JSON)), "lost", "captured"),
    "both framings": (OK + TYPE + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n" + chunk(JSON) + END, "lost", "captured"),
    "another coding": (OK + TYPE + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk(JSON) + END, "lost", "captured"),
    "chunked twice": (OK + TYPE + CHUNKED + CHUNKED + b"\r\n" + chunk(JSON) + END, "lost", "captured"),
    "an empty body": (sized(b""), "empty", "captured"),
    "an empty body in chunks": (WHOLE + END, "empty", "captured"),
    "no content": (sized(b"", b"0", b"HTTP/1.1 204 No Content\r\n"), "lost", "captured"),
    "no content, and a body": (b"HTTP/1.1 204 No Content\r\n" + TYPE + b"\r\n" + JSON, "lost", "captured"),
    "not modified, and a body": (sized(JSON, None, b"HTTP/1.1 304 Not Modified\r\n"), "lost", None),
    "a redirect": (sized(JSON, None, b"HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:1/\r\n"), "lost", None),
    "an upgrade": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
                   "lost", "captured"),
    "hints before it": (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + sized(JSON),
                        "pooled", "reported"),
    "a flood of hints": (endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "lost", "captured"),
    "hints with a body": (b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello" + sized(JSON),
                          "lost", "captured"),
    "a flood of fields": (endless(OK, b"X-More: yes\r\n"), "lost", "captured"),
    "a field without end": (endless(OK + b"X-More: ", b"yes"), "lost", "captured"),
    "a folded field": (OK + b"X-A: b\r\n c\r\n" + sized(JSON, head=b""), "lost", "captured"),
    "a zero in a field": (OK + b"X-A: b\0c\r\n" + sized(JSON, head=b""), "lost", "captured"),
    "a bare CR in a field": (OK + b"X-A: b\rX-B: c\r\n" + sized(JSON, head=b""), "lost", "captured"),
    "a space before the colon": (OK + b"X-A : b\r\n" + sized(JSON, head=b""), "lost", "captured"),
    "a head that stops": ((OK + TYPE,), "lost", "captured"),
    "no byte at all": ((b"",), "lost", "captured"),
    "HTTP/2": (sized(JSON, head=b"HTTP/2.0 200 OK\r\n"), "lost", "captured"),
    "no HTTP": ((b"ICY 200 OK\r\n\r\n" + JSON,), "lost", "captured"),
    "another protocol": ((b"\x16\x03\x01\x02\x00\x01\x00",), "lost", "captured"),
    "status 99": (sized(JSON, head=b"HTTP/1.1 099 No\r\n"), "lost", "captured"),
    "status 2000": (sized(JSON, head=b"HTTP/1.1 2000 OK\r\n"), "lost", "captured"),
    "no status": (sized(JSON, head=b"HTTP/1.1 OK\r\n"), "lost", "captured"),
    "HTTP/1.0 until it closes": ((b"HTTP/1.0 200 OK\r\n" + TYPE + b"\r\n" + JSON,), "fine", "reported"),
    "gzip": (sized(gzip.compress(JSON), fields=TYPE + b"Content-Encoding: gzip\r\n"), "lost", "captured"),
    "brotli in a stream": (STREAM.replace(b"\r\n\r\n", b"\r\nContent-Encoding: br\r\n\r\n") + chunk(b"\x0b\x02") + END,
                           "lost", "captured"),
    "a page": (sized(b"<html>hello</html>", fields=b"Content-Type: text/html\r\n"), "lost", "captured"),
    "a BOM": (sized(BOM + JSON), "pooled", "reported"),
    "a BOM in parts": (WHOLE + chunk(BOM[:1]) + chunk(BOM[1:]) + chunk(JSON) + END, "pooled", "reported"),
    "a part of a BOM": (sized(BOM[:2] + JSON), "lost", "reported"),
    "no JSON": (sized(b"hello, this is a proxy"), "lost", "captured"),
    "a chunk's size that is none": (WHOLE + b"zz\r\n", "lost", "captured"),
    "a chunk without end": (WHOLE + b"fffffff\r\n" + JSON, "late", "reported"),
    "a chunk's size beyond all": (WHOLE + b"1ffffffffffffffff\r\n" + JSON, "lost", "captured"),
    "a negative chunk": (WHOLE + b"-5\r\n" + JSON, "lost", "captured"),
    "a chunk longer than its size": (WHOLE + b"5\r\n" + JSON + b"\r\n" + END, "lost", "captured"),
    "a chunk's line without end": (endless(WHOLE, b"0"), "lost", "captured"),
    "an extension without end": (endless(WHOLE + b"5;", b"x"), "lost", "captured"),
    "closed in a chunk's size": ((WHOLE + chunk(JSON[:50]) + b"1",), "lost", "captured"),
    "closed behind a chunk's size": ((WHOLE + chunk(JSON[:50]) + b"1f\r",), "lost", "captured"),
    "closed before the last chunk": ((WHOLE + chunk(JSON),), "lost", "reported"),
    "closed in the last chunk": ((WHOLE + chunk(JSON) + b"0\r\n",), "lost", "reported"),
    "reset in a chunk": (reset(WHOLE + b"ff\r\n" + JSON[:50]), "lost", "captured"),
    "trailers": (WHOLE + chunk(JSON) + b"0\r\nX-A: b\r\nSet-Cookie: x\r\n\r\n", "pooled", "reported"),
    "a length in the trailers": (WHOLE + chunk(JSON) + b"0\r\nContent-Length: 5\r\n\r\n", "lost", "reported"),
    "trailers without end": (endless(WHOLE + chunk(JSON) + b"0\r\n", b"X-A: b\r\n"), "lost", "reported"),
    "trailers that are none": (WHOLE + chunk(JSON) + b"0\r\nX A\r\n\r\n", "lost", "reported"),
    "bytes behind the last chunk": (WHOLE + chunk(JSON) + END + b"more", "fine", "reported"),
    "spaces without end behind it": (endless(WHOLE + chunk(JSON), chunk(b" " * 500)), "lost", "reported"),
    # With pauses, as the client keeps all of them.
    "spaces without end before it": (endless(WHOLE, chunk(b" " * 500), 0.02), "cut", "captured"),
    "a byte at a time": (slowly(sized(JSON), 0.004), "pooled", "reported"),
    "chunks of a byte": (WHOLE + b"".join(chunk(JSON[i:i + 1]) for i in range(len(JSON))) + END, "pooled", "reported"),
    "a head that takes for ever": (slowly(b"HTTP/1.1 200 OK\r\n" + b"X: y" * 500, 0.02), "late", "captured"),
    "a body that takes for ever": (slowly(b"fff\r\n" + b":" * 900, 0.02, STREAM + chunk(event("half"))),
                                  "cut", "estimated"),
    "a stream closed in a chunk's size": ((STREAM + chunk(event("half")) + b"f",), "cut", "estimated"),
    "a stream closed in an event": ((STREAM + chunk(event("half")) + b"ff\r\ndata: {\"cho",), "cut", "estimated"),
    "a stream closed at once": ((STREAM,), "lost", "captured"),
    "a stream that only ends": (STREAM + chunk(b"data: [DONE]\n\n") + END, "pooled", "captured"),
    "a stream with a bad chunk": (STREAM + chunk(event("half")) + b"zz\r\n", "cut", "estimated"),
    "a stream reset": (reset(STREAM + chunk(event("half"))), "cut", "estimated"),
    "a stream longer than its length": (sized(EVENTS, b"%d" % (len(event("half an answer")) + 9), fields=SSE),
                                        "cut", "estimated"),
    "a stream, and more behind it": (STREAM + chunk(EVENTS + event("more")) + END, "pooled", "estimated"),
    "a stream, another answer behind it": (STREAM + chunk(EVENTS) + END + sized(JSON), "fine", "estimated"),
    "a stream with an event that is no object": (STREAM + chunk(b"data: \"oops\"\n\n" + EVENTS) + END, "pooled", "estimated"),
    "a stream that is JSON": (STREAM + chunk(JSON) + END, "empty", "captured"),
    "JSON that is a stream": (WHOLE + chunk(EVENTS) + END, "lost", "captured"),
    # The last: its connection comes back when the framing has ended, which may be between two of the next calls.
    "a stream, a byte at a time": (slowly(STREAM + chunk(EVENTS) + END, 0.002), "whole", "estimated"),
}
# What the client is told of it.
SAID = {
    "a body longer than its length": "more bytes than its Content-Length said",
    "an empty body": "body is empty",
    "an empty body in chunks": "body is empty",
    "no content": "It answered 204, which is no answer of a model",
    "no content, and a body": "It answered 204, which is no answer of a model",
    "a body shorter than its length": "broke off",
    "a flood of fields": "its head is too large. The limits are 65536 bytes and 200 fields",
    "a field without end": "its head is too large. The limits are 65536 bytes and 200 fields",
    "no HTTP": "It sent",
}
STREAMS = {name for name, (sent, *_) in CASES.items()
           if "stream" in name or "body that takes" in name} - {"brotli in a stream", "JSON that is a stream"}


class Hostile:
    """Each connection is one thread; it knows which connection served which call."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.served = []  # (case, number of the connection)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        number = 0
        while True:
            number += 1
            threading.Thread(target=self._serve, args=(self.listener.accept()[0], number), daemon=True).start()

    def _serve(self, s, number):
        with s:
            try:
                while self._one(s, number):
                    pass
            except OSError:
                pass

    def _one(self, s, number):
        got = b""
        while b"\r\n\r\n" not in got:
            piece = s.recv(65536)
            if not piece:
                return False
            got += piece
        head, body = got.split(b"\r\n\r\n", 1)
        case = re.search(rb"(?i)\nx-mock-fault: (.*)", head)[1].strip().decode()
        self.served.append((case, number))
        if case != "early":
            while len(body) < int(re.search(rb"(?i)\ncontent-length: (\d+)", head)[1]):
                body += s.recv(65536)
        sent = CASES[case][0] if case in CASES else sized(JSON)
        if callable(sent):
            sent(s)
        else:
            s.sendall(sent[0] if isinstance(sent, tuple) else sent)
        if case == "early":
            time.sleep(1)
        return not isinstance(sent, tuple) and case != "early" and "reset" not in case


def check(case, answer, seen):
    if seen in ("lost", "late", "empty"):
        expect(answer.status, 504 if seen == "late" else 502, case)
        said = answer.json["error"]["message"]
        expect_true(said and SAID.get(case, "") in said, f"{case}: an error in OpenAI's shape that says what was seen")
        expect_true("The provider ended" not in said, f"{case}: what was not seen: {said}")
    elif seen in ("whole", "fine", "pooled"):
        expect((answer.status, answer.cut), (200, False), case)
        body = BOM + JSON if "a BOM" in case else JSON  # every byte of it
        expect_true("[DONE]" in answer.events if case in STREAMS else answer.body == body, f"{case}: {answer}")
    else:
        expect(answer.status, 200, case)
        expect_true(answer.cut or "error" in answer.events[-1], f"{case}: {answer}")


with Mock() as mock:
    hostile = Hostile()
    providers = (f"  bench: {{ dialect: openai, retries: 0, url: {hostile.url}/v1, models: [bench-model], "
                 "timeouts: { first_byte: 1s, idle: 1s, total: 4s } }\n")
    with Gateway(mock, providers=providers, workers=1) as gateway:  # one pool of connections
        wrong, answers = [], {}
        cases = {**CASES, "early": (None, "fine", "reported")}
        for case, (_, seen, _) in cases.items():
            text = "x" * (8 << 20) if case == "early" else "hello"
            start = time.monotonic()
            answer = gateway.post("/v1/chat/completions",
                                  question(text, stream=case in STREAMS, max_tokens=MOST, user=case),
                                  {"x-mock-fault": case})
            took = time.monotonic() - start
            answers[case] = answer
            try:
                check(case, answer, seen)
                expect_true(took < 5 * PATIENCE, f"{case}: took {took:.1f} s")
                name, connection = hostile.served[-1]
                expect(name, case)
                # A kept connection that ends without a byte was gone, as far as can be seen.
                expect([c for c, _ in hostile.served].count(case), 1 + (case == "no byte at all"), f"{case}: asked once")
                honest = gateway.chat("honest", headers={"x-mock-fault": "honest"})
                expect((honest.status, honest.body), (200, JSON), f"the call after: {case}")
                if seen != "whole":
                    expect(hostile.served[-1][1] == connection, seen in ("pooled", "empty"),
                           f"{case}: its connection is used again")
            except (AssertionError, ValueError, KeyError, IndexError) as e:
                wrong.append(f"{case}: {e} {answer}"[:600])
        until(lambda: cases.keys() <= {row["who"] for row in gateway.rows()}, 5, "a row of each")
        rows = {row["who"]: row for row in gateway.rows()}
        for case, (_, _, sure) in cases.items():
            row = rows[case]
            if (row["http_status"], row["sure"]) != (answers[case].status, sure or row["sure"]):
                wrong.append(f"{case}: its row is {row}")
            if row["sure"] == "captured" and row["output"] < MOST:
                wrong.append(f"{case}: {row['output']} tokens do not cover the bill")
        line = until(lambda: next((x for x in gateway.program.errors().splitlines() if "unreadable_event" in x), None), 5,
                     "it is logged")
        broken = answers["a stream with an event that is no object"]
        expect(json.loads(line)["request_id"], broken.headers["x-costlens-request-id"], "its row says what it held")
        print("\n".join(wrong))
        expect(len(wrong), 0, "cases that went wrong")
        until(lambda: gateway.metric("costlens_reservations_inflight") == 0, 5, "no call hangs")
        expect(gateway.costlens("ledger", "verify").returncode, 0)
