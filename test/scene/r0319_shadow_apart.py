# SPDX-License-Identifier: Apache-2.0
"""A worker's room for comparisons is shared: a route whose other side hangs takes no more than half of it, and the calls of
the others are compared all the same, in the order in which they came."""
import json
import threading

from lib.scene import PATIENCE, Gateway, expect, expect_true, limit, until
from lib.speaker import Speaker

limit(120)
AT_ONCE, HELD = 32, 128  # of a route alone: half of the worker's
SHADOW = "shadow: { budget: 100, rate: 100%, judge: none }"
MODELS = ("small", "other", "hung", "slow", "large")
ROUTES = "".join(f"  - {{ model: bench/{model}, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n"
                 for model, usd in zip(MODELS, (0.1, 0.1, 10, 10, 10)))
ROUTES += f"""routes:
  - {{ name: hangs, small: bench/small, large: bench/hung, {SHADOW} }}
  - {{ name: hangs-too, small: bench/small, large: bench/slow, {SHADOW} }}
  - {{ name: goes, small: bench/other, large: bench/large, {SHADOW} }}
"""
going = threading.Event()


def hang(_body):
    going.wait(100 * PATIENCE)
    return "at last"


with Speaker({"small": "quick", "other": "quick", "hung": hang, "slow": hang, "large": "LARGE"}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=[], workers=1, providers="  bench: { dialect: openai, url: "
                f"{speaker.url}/v1, models: [{', '.join(MODELS)}] }}\n") as gateway:
    def pairs(route):
        asked = gateway.sql(f"SELECT strong_pd IS NOT NULL AS asked FROM pair WHERE route = '{route}'")
        return sum(pair["asked"] for pair in asked), len(asked)

    def ask(route, calls):
        for _ in range(calls):
            expect(gateway.chat(model=route).status, 200)

    ask("hangs", HELD + 8)
    until(lambda: len(speaker.of("hung")) == AT_ONCE, 20, "so many are asked")
    until(lambda: pairs("hangs") == (0, 8), 20, "half of the room is all of it")
    ask("hangs-too", HELD)
    until(lambda: len(speaker.of("slow")) == AT_ONCE // 2, 20, "half of what is left")
    until(lambda: pairs("hangs-too") == (0, HELD // 2), 20, "half of what is left")
    for calls in range(1, 41):
        ask("goes", 1)
        until(lambda: pairs("goes") == (calls, calls), 20, "another one's is compared")
    expect(len(speaker.of("large")), 40)
    going.set()
    until(lambda: pairs("hangs") == (HELD, HELD + 8), 40, "all that had room")
    until(lambda: pairs("hangs-too") == (HELD // 2, HELD), 40, "all that had room")
    [status] = json.loads(gateway.costlens("route", "status", "goes", "--json").stdout)["routes"]
    expect(status["pairs"], 40)
    expect_true(all(one["result"] == "unjudged" and one["calls"] == 40 for one in status["drawn"]), str(status["drawn"]))
