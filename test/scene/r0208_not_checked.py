# SPDX-License-Identifier: Apache-2.0
"""What cannot be checked before it is given makes no cascade: streams of a route that holds none (`hold: 0`), however
fast they come, and what is made in the background. The small side's answer is given, and nobody asks the large one."""
from lib.scene import Gateway, Mock, expect, limit

limit(60)
EXTRA = """  - { model: bench/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: bench/large, input_per_mtok: 100, output_per_mtok: 100 }
routes:
  - { name: zero, small: bench/small+refuses, large: bench/large, match: { key: nobody }, hold: 0, verify: [refusal] }
  - { name: held, small: bench/small+refuses, large: bench/large, match: { key: nobody }, hold: 60s, verify: [refusal] }
"""
# What may be simple enough, as the shipped model judges it by its structure.
ASKED = ["My order is late.", "Yes", "Please send the invoice once more.", "ok, thank you", "And now?", "hello"]


def providers(mock):
    return f"  bench: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY, retries: 0 }}\n"


with Mock() as mock, Gateway(mock, providers(mock), models=[], extra=EXTRA) as gateway:
    def reason(path, body):
        answer = gateway.post(path, {"model": "zero", **body})
        expect(answer.status, 200, answer)
        return answer.headers["x-costlens-reason"]

    def chat(text, **more):
        return reason("/v1/chat/completions", {"messages": [{"role": "user", "content": text}], "max_tokens": 50, **more})

    simple = next(text for text in ASKED if not chat(text, stream=True).startswith("route zero: large"))
    for _ in range(20):
        expect(chat(simple, stream=True), "route zero: small, rules", "a stream")
    job = reason("/v1/responses", {"model": "held", "input": simple, "background": True})
    expect(job, "route held: small, rules", "in the background")
    # An answer that is no stream is checked whatever `hold` is, and a stream that is held.
    expect(chat(simple), "route zero: escalated", "no stream")
    expect(chat(simple, model="held", stream=True), "route held: escalated", "held")
