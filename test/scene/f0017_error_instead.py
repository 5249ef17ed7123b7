# SPDX-License-Identifier: Apache-2.0
"""A success whose answer is an error, or breaks off before its client has any of it, is a failed attempt: the next
target is asked, and a lone one's error has the status that it means."""
import time

from lib.scene import Gateway, Mock, expect, expect_true, limit
from lib.strange import Strange, json_answer

limit(90)


def stream(text, kind="text/event-stream"):
    """A stream's head, and its body as one chunk, or if empty none: then the connection ends."""
    head = (f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n").encode()
    body = text.encode()
    return [head, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)] if text else head


OVERLOADED = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
SERVER = 'data: {"error":{"message":"engine failed","type":"server_error","code":null}}\n\n'
FLAT = 'event: error\ndata: {"type":"error","code":"server_error","message":"engine failed","param":null}\n\n'
RUNNER = '{"error":"llama runner process has terminated: exit status 2"}\n'
SPOKEN = ('data: {"id":"x","model":"bench-model","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n' + SERVER)
HALF = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\nConnection: close\r\n\r\n{"
CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"
# What it answers, its dialect, the path asked, the body's `stream`; then what a lone one's client gets, its error's
# words, and what of the failed attempt is sure.
CASES = [
    ("overloaded", stream(OVERLOADED), "anthropic", MESSAGES, True, 529, "Overloaded", "reported"),
    ("server", stream(SERVER), "openai", CHAT, True, 500, "engine failed", "reported"),
    ("in one piece", b"".join(stream(SERVER)), "openai", CHAT, True, 500, "engine failed", "reported"),
    ("without its member", stream(FLAT), "openai", RESPONSES, True, 500, "engine failed", "reported"),
    ("runner", stream(RUNNER, "application/x-ndjson"), "ollama", CHAT, True, 500, "terminated", "reported"),
    ("whole", json_answer({"error": {"code": 502, "message": "no upstream"}}), "openai", CHAT, False, 502,
     "no upstream", "reported"),
    ("whole in another dialect", json_answer({"error": "llama runner process has terminated: exit status 2"}), "ollama",
     CHAT, False, 500, "terminated", "reported"),
    ("a status as a text", json_answer({"error": {"code": "429", "type": "None", "message": "slow down"}}), "openai",
     CHAT, False, 429, "slow down", "reported"),
    ("behind a comment", stream(": PROCESSING\n\n" + OVERLOADED), "anthropic", MESSAGES, True, 529, "Overloaded",
     "reported"),
    ("whole without a code", json_answer({"error": {"message": "what"}}), "openai", CHAT, False, 502, "what",
     "reported"),
    ("cut", stream(""), "openai", CHAT, True, 502, "connection ended", "captured"),
    ("half", HALF, "openai", CHAT, False, 502, "connection ended", "captured"),
]


def ask(gateway, path, model, streams):
    body = {"model": model, "input" if path == RESPONSES else "messages": [{"role": "user", "content": "hello"}],
            "max_output_tokens" if path == RESPONSES else "max_tokens": 20, "stream": streams}
    return gateway.post(path, body)


for name, answer, dialect, path, streams, status, words, sure in CASES:
    with Mock() as mock, Strange(lambda head, answer=answer: answer) as strange:
        base = strange.url + ("/v1" if dialect == "openai" else "")
        second = mock.url + ("/v1" if dialect in ("openai", "ollama") else "")
        other = "openai" if dialect == "ollama" else dialect
        bench = (f"  bench: {{ dialect: {dialect}, url: {base}, models: [bench-model, same], retries: 0 }}\n"
                 f"  spare: {{ dialect: {other}, url: {second}, models: [other-model], retries: 0 }}\n")
        with Gateway(mock, providers=bench, extra="aliases: { two: [bench/same, spare/other-model] }\n") as gateway:
            got = ask(gateway, path, "bench/bench-model", streams)
            expect((got.status, got.headers["content-type"].split(";")[0]), (status, "application/json"), name)
            expect_true(words in got.json["error"]["message"], f"{name}: {got}")
            row = gateway.rows(1)[-1]
            expect((row["outcome"], row["http_status"], row["sure"]), ("error", status, sure), name)
            expect(sum(row[b] for b in ("input", "output")) > 0, sure == "captured", f"{name}: what was used")
            got = ask(gateway, path, "two", streams)
            if "engine failed" == words:  # a 500 may be the caller's own fault
                expect(got.status, 500, name)
                continue
            expect((got.status, got.headers["x-costlens-model"]), (200, "spare/other-model"), f"{name}: {got}")
            failed, row = gateway.rows(3)[-2:]
            expect((failed["followed"], failed["sure"], row["outcome"]), (1, sure, "ok"), name)

# Where the client has a part of the answer, it is too late: the error stays where it is.
with Mock() as mock, Strange(lambda head: stream(SPOKEN)) as strange:
    bench = f"  bench: {{ dialect: openai, url: {strange.url}/v1, models: [bench-model] }}\n"
    with Gateway(mock, providers=bench) as gateway:
        got = ask(gateway, CHAT, "bench/bench-model", True)
        expect((got.status, got.events[0]["choices"][0]["delta"]["content"]), (200, "Hi"))
        expect(gateway.rows(1)[0]["sure"], "estimated")

# Comments are no part of an answer, wherever the network cuts it; but they are sent on in time, lest the client take the
# provider for dead.
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
COMMENTED = b": PROCESSING\n\nretry: 9\n\n" + SERVER.encode()


def late():
    yield HEAD + b": PROCESSING\n\n"
    time.sleep(10.5)
    yield b": PROCESSING\n\n"
    yield SERVER.encode()


cuts = [[HEAD + COMMENTED[:i], COMMENTED[i:]] for i in range(len(COMMENTED))]
answers = iter(cuts + [late()])
with Mock() as mock, Strange(lambda head: next(answers)) as strange:
    bench = f"  bench: {{ dialect: openai, url: {strange.url}/v1, models: [bench-model], retries: 0 }}\n"
    with Gateway(mock, providers=bench) as gateway:
        for cut in cuts:
            got = ask(gateway, CHAT, "bench/bench-model", True)
            expect((got.status, got.json["error"]["message"]), (500, "engine failed"), f"{cut}")
        got = ask(gateway, CHAT, "bench/bench-model", True)
        expect((got.status, got.body.startswith(b": PROCESSING")), (200, True))
        row = gateway.rows(len(cuts) + 1)[-1]
        expect((row["outcome"], row["input"], row["output"]), ("error", 0, 0), "nothing was made")

# What its head says of trying again is heard as that of an error's head; the client gets one word: ours once we gave up.
ADVISED = "x-should-retry: true\r\nretry-after-ms: 5\r\n"
with Mock() as mock, Strange(lambda head: json_answer({"error": {"code": 400, "message": "not yet"}}, ADVISED)) as strange:
    for retries, attempts, told in ((1, "2", "false"), (0, None, "true")):
        bench = f"  bench: {{ url: {strange.url}/v1, models: [bench-model], retries: {retries} }}\n"
        with Gateway(mock, providers=bench) as gateway:
            got = ask(gateway, CHAT, "bench/bench-model", False)
            expect((got.status, got.headers["x-costlens-attempts"], got.headers.get_all("x-should-retry")),
                   (400, attempts, [told]))
