# SPDX-License-Identifier: Apache-2.0
"""Where no judge is named, the first model of the large side judges every pair of the route, also where that one failed and the
next one answered: a pair says by whose judgement it is, and proves by it. While it is in trouble no pair is begun."""
import json

from lib.scene import Gateway, expect, expect_in, limit, until
from lib.speaker import Speaker

limit(60)
ROUTES = """  - { model: calm/first, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: calm/next, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: calm/small, input_per_mtok: 0.1, output_per_mtok: 0.1 }
  - { model: rash/first, input_per_mtok: 1, output_per_mtok: 1 }
routes:
  - { name: usual, mode: certified, small: calm/small, large: [calm/first, calm/next], shadow: { budget: 5, rate: 100% } }
  - { name: away, mode: certified, small: calm/small, large: [rash/first, calm/next], shadow: { budget: 5, rate: 100% } }
"""


def first(body):
    """Answers nobody, but judges."""
    return "TIE" if "<answer A" in body["messages"][-1]["content"] else 503


with Speaker({"first": first, "next": "NEXT", "small": "SMALL"}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=[], workers=1, providers=f"  calm: {{ dialect: openai, url: {speaker.url}/v1, retries: 0, "
                f"models: [first, next, small], breaker: {{ failures: 0 }} }}\n  rash: {{ dialect: openai, url: {speaker.url}/v1, "
                "retries: 0, models: [first], breaker: { failures: 1, turn: 10m } }\n") as gateway:

    def judged():
        return [body["model"] for body in speaker.asked if "<answer A" in body["messages"][-1]["content"]]

    def drawn(route):
        [status] = json.loads(gateway.costlens("route", "status", route, "--json").stdout)["routes"]
        return {one["result"]: (one["calls"], one["why"]) for one in status["drawn"]}

    answer = gateway.chat("why?", model="usual")
    expect((answer.status, answer.headers["x-costlens-model"]), (200, "calm/next"))
    [pair] = until(lambda: gateway.sql("SELECT strong, judged FROM pair"), 10, "its pair")
    expect((pair["strong"], pair["judged"], judged()), ("calm/next", 3, ["first", "first"]))

    # Whoever answers next, its judge is asked of nothing just now.
    expect(gateway.chat("why?", model="away").status, 200)
    expect(gateway.chat("how?", model="away").status, 200)
    found = until(lambda: (lambda d: d if sum(calls for calls, _ in d.values()) == 2 else None)(drawn("away")), 10, "both")
    expect(list(found), ["refused"])
    expect(found["refused"], (2, "Its judge cannot be asked just now."))
    expect(len(judged()), 2)
    expect_in("Its judge cannot be asked just now.", gateway.costlens("route", "status", "away").stdout)
