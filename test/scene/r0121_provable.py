# SPDX-License-Identifier: Apache-2.0
"""A certificate is of calls that can be in a pair: one that no budget lets be compared, since its service tier has no
price on one of both sides, or since it would hold more than all that there is for pairs, goes by none. So does one that the
large side cannot take, or whose answer would be that of a model that is none of the small side's, or which must stay here."""
import json
import signal

from lib.certified import certify
from lib.scene import Gateway, expect, expect_in, limit, until
from lib.speaker import Speaker

limit(90)
BEGIN = "mode: certified, max_loss: 10%, large: [bench/large]"
RATES = "rate: 0.01%, rate_certified: 0.01%"
PRICES = "".join(f"  - {{ model: bench/{model}, input_per_mtok: 0.1, output_per_mtok: 0.1 }}\n" for model in "fab")
ROUTES = f"""{PRICES}  - {{ model: bench/small, input_per_mtok: 0.1, output_per_mtok: 0.1 }}
  - {{ model: bench/large, input_per_mtok: 10, output_per_mtok: 10 }}
routes:
  - {{ name: support, {BEGIN}, small: [bench/small], shadow: {{ budget: 1.00, {RATES} }} }}
  - {{ name: unjudged, {BEGIN}, small: [bench/small], shadow: {{ budget: 1.00, judge: none, {RATES} }} }}
  - {{ name: capped, {BEGIN}, small: [bench/small], verify: [], max_cost: 0.003, shadow: {{ budget: 100, {RATES} }} }}
  - {{ name: agreed, {BEGIN}, small: [bench/f, bench/a], verify: [{{ agree: bench/a }}, {{ agree: bench/b }}], shadow: {{ budget: 1.00,
      {RATES} }} }}
  - {{ name: drawn, {BEGIN}, small: [bench/small], verify: [], shadow: {{ budget: 1.00, {RATES} }} }}
"""
CONFINED = f"  - {{ name: confined, {BEGIN}, small: [bench/small], verify: [], XX }}\n"
SHADOW = f"shadow: {{ budget: 1.00, {RATES} }}"
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]


class Cheap(Speaker):
    """Nothing of a budget is used up: only what is held counts."""
    @staticmethod
    def usage(body, said):
        return {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def large(body):
    return "TIE" if "<answer A" in body["messages"][-1]["content"] else "four"


with Cheap({"small": "4", "large": large, "f": "5", "a": "5", "b": "5"}) as speaker, \
        Gateway(speaker, extra=ROUTES + CONFINED.replace("XX", SHADOW), models=[], providers="  bench: { dialect: openai, url: "
                f"{speaker.url}/v1, models: [small, large, f, a, b], lacks: {{ a: tools }} }}\n") as gateway:
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

    # What the large side may not take is compared with nothing.
    certify(gateway, "capped", "bench/small")
    expect(asked(model="capped", max_tokens=10), by)
    got = gateway.chat("why? " * 8000, model="capped", max_tokens=10)
    expect((got.status, got.json["error"]["code"]), (402, "max_cost_exceeded"))
    expect_in("bench/small (no certificate without the large side)", got.json["error"]["message"])

    # The model that is to agree instead of one that cannot take the call is none of the small side's.
    certify(gateway, "agreed", "bench/a")
    expect(asked(model="agreed"), ("bench/a", "second"))
    expect(asked(model="agreed", tools=TOOLS), by_none)

    # No pair is made of what must stay here.
    certify(gateway, "confined", "bench/small")
    expect(asked(model="confined"), by)
    certify(gateway, "drawn", "bench/small")
    gateway.extra = (ROUTES + CONFINED.replace("XX", "local_only: true")).replace("0.01%", "100%")
    gateway.file.write_text(gateway.config())
    gateway.program.signal(signal.SIGHUP)
    until(lambda: "the new configuration holds" in gateway.program.errors(), 10, "it is read")
    expect(asked(model="support"), by, "its promise holds")
    expect(asked(model="confined"), by_none)

    # What a certificate takes is not refused by all that there is for pairs: however its text is written, which is shown to
    # a judge as it stands, and whatever may be written anew.
    def ends():
        [route] = json.loads(gateway.costlens("route", "status", "drawn", "--json").stdout)["routes"]
        return {end["result"]: end["calls"] for end in route["drawn"]}

    seen = []
    for text, more in ([("why? " * (200 * kb), {}) for kb in (8, 24, 40)] +
                       [("\u4e3a\u4ec0\u4e48" * (111 * kb), {}) for kb in (8, 16, 20)] +
                       [("why?", {"tools": TOOLS * n}) for n in (10, 70, 130)]):
        seen.append(asked(text, "drawn", max_tokens=100, **more))
        until(lambda: sum(ends().values()) == len(seen), 10, "it is compared")
    expect((seen[0], seen[2], seen[3], seen[5], seen[6]), (by, by_none, by, by_none, by))
    expect(ends(), {"pair": len(seen)}, "each could be paid")
