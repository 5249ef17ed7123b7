# SPDX-License-Identifier: Apache-2.0
"""Images of MiBs inside of an event or a body pass byte for byte, and their usage is found; an event
without an end needs no memory."""
import json
import re

from lib.scene import SANITIZED, Gateway, cost_of, expect, expect_in, expect_true, limit
from lib.scripted import Scripted

limit(120)
KIB, MIB = 1 << 10, 1 << 20
IMAGE = "iVBORw0KGgoAAAANSUhEUgAA" * (3 * MIB // 24)
USAGE = {"input_tokens": 5000, "input_tokens_details": {"cached_tokens": 1000},
         "output_tokens": 900, "output_tokens_details": {"reasoning_tokens": 64}, "total_tokens": 5900}


def response(**more):
    return {"id": "resp_9", "object": "response", "status": "in_progress", "error": None,
            "model": "bench-model", "output": [], "service_tier": "default", "usage": None, **more}


DONE = response(status="completed", usage=USAGE, output=[
    {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": IMAGE},
    {"type": "message", "role": "assistant",
     "content": [{"type": "output_text", "text": '"usage":{"input_tokens":1}}'}]}])
CHUNK = {"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": IMAGE}}],
                                     "role": "model"}, "finishReason": "STOP", "index": 0}],
         "usageMetadata": {"promptTokenCount": 70, "candidatesTokenCount": 13, "totalTokenCount": 83},
         "modelVersion": "gemini-2.5-flash", "responseId": "r-2"}


def events(*list_of):
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in list_of).encode()


STREAM = events({"type": "response.created", "response": response()},
                {"type": "response.image_generation_call.partial_image", "partial_image_b64": IMAGE},
                {"type": "response.completed", "response": DONE})
BODIES = {  # what is asked for: content type and body
    "stream": ("text/event-stream", STREAM),
    "cut": ("text/event-stream", STREAM[:len(STREAM) // 4]),
    "plain": ("application/json", json.dumps(DONE).encode()),
    "sse": ("text/event-stream", b"data: " + json.dumps(CHUNK).encode() + b"\r\n\r\n"),
    "array": ("application/json", b"[" + json.dumps(CHUNK, indent=1).encode() + b"\n]\n"),
}


class Provider(Scripted):
    def answer(self, call, body):
        what = re.search("say (\\w+)", call.raw.decode())[1]
        kind, told = BODIES.get(what, ("text/event-stream", b""))
        if what == "plain":
            return call.send(told, kind)
        call.head(kind, **{"Transfer-Encoding": "chunked"})
        if what == "endless":
            endless(call)
        else:
            for at in range(0, len(told), 50021):
                chunk(call, told[at:at + 50021])
            if what != "cut":
                chunk(call, b"")
        call.close_connection = what in ("cut", "endless")


def endless(call):
    chunk(call, b"event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"x\":[\"")
    try:
        for _ in range(64):
            chunk(call, b"AAAA\",\"" * (MIB // 7))
    except OSError:
        pass


def chunk(call, data):
    call.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


def memory_kib(gateway, field):
    with open(f"/proc/{gateway.program.process.pid}/status", encoding="ascii") as f:
        return int(re.search(field + r":\s+(\d+)", f.read())[1])


def ask(gateway, what, **headers):
    if what in ("sse", "array"):
        path = "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
        body = {"contents": [{"parts": [{"text": f"say {what}"}]}]}
        return gateway.post(path + ("?alt=sse" if what == "sse" else ""), body, headers)
    return gateway.post("/v1/responses", {"model": "bench/bench-model", "input": f"say {what}",
                                          "stream": what != "plain"}, headers)


with Gateway(Provider()) as gateway:
    cost = cost_of({"input": 4000, "cache_read": 1000, "output": 900})
    rows = 0
    for what in ("stream", "plain", "sse", "array"):
        answer = ask(gateway, what)
        rows += 1
        expect_true(answer.body == BODIES[what][1], f"{what}: to the byte")
        row = gateway.rows(rows)[-1]
        openai = what in ("stream", "plain")
        for name, wanted in (("input", 4000 if openai else 70), ("cache_read", 1000 if openai else 0),
                             ("output", 900 if openai else 13), ("reasoning", 64 if openai else 0),
                             ("sure", "reported"), ("outcome", "ok"), ("price_state", "priced")):
            expect(row[name], wanted, f"{what} {name}")
        if openai:
            expect(row["cost_pd"], cost, f"{what} cost")

    # A receipt becomes one more line of the last event: without it, the bytes are the provider's.
    answer = ask(gateway, "stream", **{"x-costlens-receipt": "1"})
    comment = re.search(rb"\n: costlens [^\n]*", answer.body)
    expect_in(b"input_tokens=5000 output_tokens=900", comment[0])
    expect_true(answer.body.replace(comment[0], b"") == STREAM, "but for the receipt, to the byte")
    expect(answer.events[-1]["response"]["usage"], USAGE)

    # Cut inside of a long event: what came went on, then the connection breaks; nothing is put in.
    answer = ask(gateway, "cut")
    whole = BODIES["cut"][1]
    expect_true(answer.cut and whole.startswith(answer.body), "the torn event ends as it was torn")
    expect_true(len(answer.body) > len(whole) // 2, "most of it went on before")
    row = gateway.rows(rows + 2)[-1]
    expect((row["outcome"], row["sure"]), ("incomplete", "captured"), "no event came whole that tells of output")

    # An event that does not end is passed on in constant memory.
    before = memory_kib(gateway, "VmHWM")
    answer = ask(gateway, "endless")
    expect_true(len(answer.body) > 60 * MIB, "it went on as it came")
    grown = memory_kib(gateway, "VmHWM") - before
    if not SANITIZED:
        expect_true(grown < 8 * KIB, f"memory grew by {grown} KiB")
    else:
        print("memory is not judged under a sanitizer")
    expect(gateway.rows(rows + 3)[-1]["outcome"], "incomplete")
