# SPDX-License-Identifier: Apache-2.0
"""People leave answers that are bad: a call whose client has left is compared all the same, by an answer of its side that is asked
for once more. One of the small side that broke off was given as far as it came, and counts as lost."""
import contextlib
import http.client
import json
import signal
import socket
import threading

from lib.scene import KEY, Gateway, Mock, expect, expect_true, limit, until
from lib.speaker import Speaker

limit(120)
SHADOW = "shadow: { budget: 100, rate: 100%, judge: none }, verify: []"
PRICES = """  - { model: bench/small, input_per_mtok: 0.1, output_per_mtok: 0.1 }
  - { model: "bench/small-b+cut", input_per_mtok: 0.1, output_per_mtok: 0.1 }
  - { model: bench/large, input_per_mtok: 10, output_per_mtok: 10 }
"""
ROUTES = PRICES + f"""routes:
  - {{ name: held, small: bench/small, large: bench/large, {SHADOW} }}
"""
# What may be simple enough, as the shipped model judges it by its structure, and what is not.
TEXTS = ["hello", "My order is late.", "Yes", "Please send the invoice once more.", "ok, thank you", "And now?"]
CUT = PRICES + f"""routes:
  - {{ name: cuts, small: "bench/small-b+cut", large: bench/large, {SHADOW} }}
breaker: {{ failures: 100 }}
"""
goes = threading.Event()


def slowly(_body):
    goes.wait(20)
    return "Your parcel is on its way."


def leave(gateway, text, left, lets_go=True):
    """A client that goes away before it has an answer."""
    goes.clear()
    speaker.asked.clear()
    body = json.dumps({"model": "held", "messages": [{"role": "user", "content": text}]}).encode()
    with socket.create_connection(("127.0.0.1", gateway.port)) as client:
        client.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
                       f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        until(lambda: speaker.asked, 10, "it is asked")
    until(lambda: gateway.program.errors().count('"outcome":"left"') >= left, 10, "it has left")
    if lets_go:
        goes.set()


with Speaker({"small": slowly, "large": slowly}) as speaker, Gateway(
        speaker, extra=ROUTES, models=[], workers=1,
        providers=f"  bench: {{ dialect: openai, url: {speaker.url}/v1, models: [small, large] }}\n") as gateway:
    firsts = set()
    for left, text in enumerate(TEXTS, 1):
        leave(gateway, text, left)
        until(lambda: len(gateway.sql("SELECT 1 FROM pair")) == left, 20, "its pair")
        [pair] = gateway.sql("SELECT served_strong, judged, weak_ppm, strong_ppm, weak_pd, strong_pd FROM pair ORDER BY number DESC LIMIT 1")
        first, *more = (asked["model"] for asked in speaker.asked)
        expect(pair["served_strong"], int(first == "large"))
        expect(more, [first, "large" if first == "small" else "small"])
        expect_true(pair["judged"], "by its text")
        expect((pair["weak_ppm"], pair["strong_ppm"]), (1000000, 1000000))
        expect_true(pair["weak_pd"] > 0 and pair["strong_pd"] > 0, "both answers were whole")
        firsts.add(first)
    expect_true("small" in firsts, "some were the small side's")

# Between the two answers the route may come to compare nothing: then nobody else gets the text.
with Speaker({"small": slowly, "large": slowly}) as speaker, Gateway(
        speaker, extra=ROUTES, models=[], workers=1,
        providers=f"  bench: {{ dialect: openai, url: {speaker.url}/v1, models: [small, large] }}\n") as gateway:
    leave(gateway, TEXTS[0], 1, lets_go=False)
    until(lambda: len(speaker.asked) == 2, 10, "it is asked for once more")
    aside = gateway.file.with_suffix(".new")
    aside.write_text(gateway.config().replace(SHADOW, "verify: []") + "aliases: { fresh: [bench/small] }\n")
    aside.replace(gateway.file)
    gateway.program.signal(signal.SIGHUP)
    until(lambda: b'"fresh"' in gateway.request("GET", "/v1/models").body, 10, "the reload")
    goes.set()
    until(lambda: gateway.sql("SELECT 1 FROM pair"), 20, "its pair")
    expect([gateway.sql("SELECT judged, asked FROM pair"), len(speaker.asked)], [[{"judged": 0, "asked": 0}], 2])

# As a stream, and where the small side is the other one.
with Mock() as mock, Gateway(mock, extra=CUT, models=[], providers=f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: "
                             '["small-b+cut", large] }\n') as gateway:
    for number, text in enumerate([*TEXTS, "Prove that there are infinitely many primes. " * 20], 1):
        with contextlib.suppress(http.client.HTTPException, OSError):  # it breaks off
            gateway.post("/v1/chat/completions", {"model": "cuts", "stream": True, "messages": [{"role": "user", "content": text}]})
        until(lambda: len(gateway.sql("SELECT 1 FROM pair")) == number, 20, "its pair")
    pairs = gateway.sql("SELECT served_strong, judged FROM pair")
    expect({pair["judged"] for pair in pairs}, {0})
    expect({pair["served_strong"] for pair in pairs}, {0, 1})
