# SPDX-License-Identifier: Apache-2.0
"""A certificate is of calls that can be in a pair: one that no budget lets be compared, since its service tier has no
price on one of both sides, or since it would hold more than all that there is for pairs, goes by none."""
from lib.certified import certify
from lib.scene import Gateway, expect, limit
from lib.speaker import Speaker

limit(90)
BEGIN = "mode: certified, max_loss: 10%, large: [bench/large]"
RATES = "rate: 0.01%, rate_certified: 0.01%"
ROUTES = f"""  - {{ model: bench/small, input_per_mtok: 0.1, output_per_mtok: 0.1 }}
  - {{ model: bench/large, input_per_mtok: 10, output_per_mtok: 10 }}
routes:
  - {{ name: support, {BEGIN}, small: [bench/small], shadow: {{ budget: 1.00, {RATES} }} }}
  - {{ name: unjudged, {BEGIN}, small: [bench/small], shadow: {{ budget: 1.00, judge: none, {RATES} }} }}
"""

with Speaker({"small": "4", "large": "four"}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=[], providers="  bench: { dialect: openai, url: "
                f"{speaker.url}/v1, models: [small, large] }}\n") as gateway:
    def asked(text="hello", model="support", **more):
        got = gateway.chat(text, model=model, **more)
        return got.headers["x-costlens-model"], got.headers["x-costlens-reason"].partition(": ")[2]

    by, by_none = ("bench/small", "small, certified"), ("bench/large", "large, no certificate of calls like it")
    for route in ("support", "unjudged"):
        certify(gateway, route, "bench/small")
        expect(asked(model=route), by)

    # A tier whose price nobody states; who has no flex one is no dearer for being asked for it.
    for tier, seen in (("priority", by_none), ("default", by), ("flex", by)):
        expect(asked(service_tier=tier), seen, tier)

    # Two verdicts on 60 KB, and up to 32 KB of an answer, hold 1.8 USD; on what may be short less.
    long = "why? " * 12000
    expect(asked(long), by_none)
    expect(asked(long, model="unjudged"), by, "nobody is paid for a verdict")
    expect(asked("why? " * 5000), by_none)
    expect(asked("why? " * 5000, max_tokens=100), by)
