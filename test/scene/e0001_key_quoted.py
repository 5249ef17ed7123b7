# SPDX-License-Identifier: Apache-2.0
"""A provider that quotes the credential it was sent in an error: the client never sees it, wherever it stands."""
import gzip
import re

from lib.scene import UPSTREAM_KEY, Gateway, Mock, expect, expect_in, expect_true, question, until
from lib.strange import Strange

JSON = b'{"id":"x","model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}'
stars = "*" * len(UPSTREAM_KEY)


def answer(head):
    key = UPSTREAM_KEY.encode()
    case = re.search(rb"(?i)\nx-case: (\S+)", head)[1]
    if case == b"echo":  # as a server that echoes the request does: no answer at all
        return head + b"\r\n\r\n"
    if case == b"late":  # a chunk's size that is none, with the key where the quotation begins and ends
        return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
                key[10:] + b" " * (200 - len(key[10:]) - 20) + key)
    if case == b"coded":
        body = gzip.compress(error(b"wrong key " + key))
        return (b"HTTP/1.1 429 Slow\r\nContent-Type: text/html\r\nContent-Encoding: gzip, " + key + b"\r\n"
                b"Retry-After: 7\r\nX-RateLimit-Reset: 3\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    if case == b"type":
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; key=" + key + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    status = b"401 Unauthorized" if case == b"error" else b"200 OK"
    body = b'{"error":{"message":"wrong key ' + key + b'"}}' if case == b"error" else JSON
    return (b"HTTP/1.1 " + status + b"\r\nContent-Type: application/json\r\nX-Echo: Bearer " + key +
            b", again " + key + b"\r\nX-Request-Id: " + key + b"\r\nX-Plain: kept\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n"
            % len(body) + body)


def error(text):
    return b'{"error":{"message":"' + text + b'","code":"wrong ' + text[-len(UPSTREAM_KEY):] + b'"}}'


def sse(*events):
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + b"".join(events)


def json_answer(*parts):
    body = b"".join(parts)
    return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + parts[0],
            *parts[1:])


def failing(head):
    """Answers that began with 200 and say in their body that there is none."""
    key = UPSTREAM_KEY.encode()
    case = re.search(rb"(?i)\nx-case: (\S+)", head)[1]
    chunk = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    long = b"x" * 70000
    return {
        b"json": json_answer(error(b"wrong key " + key)),
        b"text": json_answer(b'{"error":"wrong key ' + key + b'"}'),
        b"large": json_answer(error(long + key)),
        b"cut": json_answer(b'{"error":{"message":"' + long + key[:20], key[20:] + b'"}}'),
        b"event": sse(chunk, b"data: ", error(b"wrong key " + key), b"\n\n"),
        b"named": sse(chunk, b'event: error\ndata: {"message":"wrong key ', key, b'"}\n\n'),
        b"halves": sse(chunk, b"data: ", error(key[:24]), b"\n\ndata: ", error(key[24:]), b"\n\n"),
        b"reads": (sse(chunk, b"data: ", error(key)[:40]), error(key)[40:], b"\n\n"),
        b"typed": (sse(b'data: {"type":"error","code":"x","message":"', long, key[:20]), key[20:], b'"}\n\n'),
        b"long": (sse(chunk, b'data: {"error":{"message":"', long, key[:20]), key[20:], b'"}}\n\n'),
    }[case]


with Mock() as mock, Strange(failing) as strange:
    providers = f"  bench: {{ dialect: openai, retries: 0, url: {strange.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"
    with Gateway(mock, providers=providers) as gateway:
        cases = ("json", "text", "large", "cut", "event", "named", "halves", "reads", "long", "typed")
        for case in cases:
            path = "/v1/responses" if case == "typed" else "/v1/chat/completions"
            got = gateway.post(path, {**question(model="bench/m"), "input": "hi"}, {"X-Case": case})
            expect(got.status, {"json": 502, "text": 500}.get(case, 200), case)  # what is no more than an error
            said = got.body.decode()
            for part in (UPSTREAM_KEY, UPSTREAM_KEY[:20], UPSTREAM_KEY[20:], UPSTREAM_KEY[-12:]):
                expect_true(part not in said, f"{case}: no part of the key in {said[-300:]}")
            expect_in("*" * 12, said, case)
        rows = gateway.rows(len(cases))
        expect({row["outcome"] for row in rows}, {"error", "incomplete"})
        for said in (gateway.program.errors(), str(rows)):
            expect_true(UPSTREAM_KEY[-12:] not in said, "neither the log nor the ledger has it")

with Mock() as mock, Strange(answer) as strange:
    providers = f"  bench: {{ dialect: openai, retries: 0, url: {strange.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"
    with Gateway(mock, providers=providers) as gateway:
        for case, status in (("echo", 502), ("late", 502), ("type", 502), ("error", 401), ("fields", 200)):
            got = gateway.post("/v1/chat/completions", question(model="bench/m"), {"X-Case": case})
            expect(got.status, status, case)
            said = str(got.headers) + got.body.decode()
            expect_true(UPSTREAM_KEY not in said, f"{case}: no key in {said}")
            for part in (UPSTREAM_KEY[:12], UPSTREAM_KEY[12:]):
                expect_true(part not in said, f"{case}: no part of the key in {said}")
            expect_in("*" * 12, said, case)
            if status != 502:
                expect(got.headers["x-echo"], f"Bearer {stars}, again {stars}", case)
                expect(got.headers["x-plain"], "kept", case)
        # In a coding it could not be masked: its status and fields pass, its text does not.
        got = gateway.post("/v1/chat/completions", question(model="bench/m"), {"X-Case": "coded"})
        expect((got.status, got.headers["content-encoding"], got.headers["content-type"]),
               (429, None, "application/json"))
        expect((got.headers["retry-after"], got.headers["x-ratelimit-reset"]), ("7", "3"))
        expect((got.json["error"]["type"], got.json["error"]["code"]), ("rate_limit_error", "upstream_compressed"))
        expect_in("(gzip, ", got.json["error"]["message"])
        expect_true(UPSTREAM_KEY[:12] not in got.body.decode(), "nor is the key in the coding's name")
        expect(len(strange.heads), 6)
        expect_in(UPSTREAM_KEY, strange.heads[0], "the key went out")
        row = gateway.rows(6)[-1]
        expect((row["outcome"], row["http_status"], row["error"]), ("error", 429, "upstream_compressed"))
        until(lambda: gateway.program.errors().count('"msg":"call"') >= 6, 5, "a line of each call")
        log = gateway.program.errors()
        expect_true(UPSTREAM_KEY not in log, "nor does the log have it")
        expect_true("/chat/completions" not in log and "*****" not in log, "nor anything else of an answer")
        expect_in('"route":"asked","model_asked":"bench/m","model":"m"', log)
        expect_true(UPSTREAM_KEY not in str(gateway.rows()), "nor the ledger")
