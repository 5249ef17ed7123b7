# SPDX-License-Identifier: Apache-2.0
"""A Gemini stream without `alt=sse` is one JSON array: a small model's is held until it is verified, as other streams are,
and no longer than `hold`: then what has come goes on, and the rest element by element."""
import json
import socket
import threading

from lib.scene import KEY, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit
from lib.strange import Strange

limit(90)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
REFUSAL = "I'm sorry, ", "but I can't help with that."
silent = socket.create_server(("127.0.0.1", 0))  # a verifier that says nothing
ROUTES = f"""  - {{ model: bench/small, input_per_mtok: 1, output_per_mtok: 1 }}
  - {{ model: bench/large, input_per_mtok: 9, output_per_mtok: 9 }}
routes:
  - {{ name: held, small: [bench/small], large: [bench/large], match: {{ key: nobody }}, verify: [refusal], hold: 60s }}
  - {{ name: quick, small: [bench/small], large: [bench/large], match: {{ key: nobody }}, verify: [refusal], hold: 200ms }}
  - {{ name: asked, small: [bench/small], large: [bench/large], match: {{ key: nobody }}, hold: 3s,
      verify: [{{ http: "http://127.0.0.1:{silent.getsockname()[1]}/", timeout: 60s }}] }}
"""
says = {"large": ("The large one ", "says so.")}
began = threading.Event()  # the client has the first element
waits = False              # for that, before the last one


def element(model, text, **more):
    return json.dumps({"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "index": 0, **more}],
                       "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3, "totalTokenCount": 10},
                       "modelVersion": model}).encode()


def answer(head):
    model = "small" if b"/small:" in head else "large"
    first, last = says[model]
    yield HEAD + b"[" + element(model, first)
    if waits and not began.wait(20 * PATIENCE):
        return  # cut: the client gets no whole answer
    yield b",\n" + element(model, last, finishReason="STOP") + b"]\n"


def ask(gateway, route):
    """The head, and what the answer says."""
    body = json.dumps({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}).encode()
    s = socket.create_connection(("127.0.0.1", gateway.port), 30 * PATIENCE)
    s.sendall(b"POST /v1beta/models/%s:streamGenerateContent HTTP/1.1\r\nHost: x\r\nx-goog-api-key: %s\r\n"
              b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (route.encode(), KEY.encode(), len(body), body))
    got = b""
    while piece := s.recv(65536):
        got += piece
        if says["small"][0].encode() in got:
            began.set()
    s.close()
    head, _, rest = got.partition(b"\r\n\r\n")
    expect_in(b" 200 OK", head, got)
    elements = json.loads(rest[rest.index(b"["):rest.rindex(b"]") + 1])
    return head.decode().lower(), "".join(e["candidates"][0]["content"]["parts"][0]["text"] for e in elements)


with Mock() as mock, Strange(answer) as strange:
    providers = f"  bench: {{ dialect: gemini, url: {strange.url}, retries: 0, models: [small, large] }}\n"
    with Gateway(mock, providers=providers, models=[], extra=ROUTES) as gateway:
        count = 0

        def rows(*wanted):
            global count
            count += len(wanted)
            rows = gateway.rows(count)[-len(wanted):]
            expect([(row["model"], row["error"] or "", row["outcome"]) for row in rows], list(wanted))

        says["small"] = REFUSAL
        expect(ask(gateway, "held")[1], "The large one says so.")
        rows(("small", "verify_refusal", "ok"), ("large", "", "ok"))
        says["small"] = "It is ", "fine."
        expect(ask(gateway, "held")[1], "It is fine.")
        rows(("small", "", "ok"))

        # The last element comes once its client has the first one.
        says["small"], waits = REFUSAL, True
        began.clear()
        expect(ask(gateway, "quick")[1], "".join(REFUSAL))
        rows(("small", "", "ok"))

        # One that is complete by then goes as a whole, with what it cost.
        waits = False
        head, said = ask(gateway, "asked")
        expect(said, "".join(REFUSAL))
        expect_true("x-costlens-cost: 0.000010000000" in head, head)
        rows(("small", "", "ok"))
        # Who was asked outside had not said by then what it makes of it.
        request = gateway.rows(count)[-1]["request"]
        [attempt] = json.loads(gateway.costlens("route", "explain", request, "--json").stdout)["attempts"]
        expect((attempt["decision"]["verified"], attempt["decision"]["unseen_by"]), ("unseen", "hold"))
