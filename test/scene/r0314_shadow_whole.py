# SPDX-License-Identifier: Apache-2.0
"""A pair is begun only where its budget can pay for its judge, too: near its end the budget buys no answers that nobody
judges, and the route's status says why no more come."""
import json
import threading
from decimal import Decimal

from lib.scene import Gateway, expect, expect_in, expect_true, limit, until
from lib.speaker import Speaker

limit(90)
# A verdict holds 2048 tokens, 0.2048 USD and some, and takes 0.2: a pair takes 0.4.
SIDES = "mode: certified, small: bench/small, large: bench/large"  # without a certificate the large side is served
ROUTES = f"""  - {{ model: bench/small, input_per_mtok: 1, output_per_mtok: 1 }}
  - {{ model: bench/large, input_per_mtok: 1, output_per_mtok: 1 }}
  - {{ model: bench/judge, input_per_mtok: 1, output_per_mtok: 100 }}
routes:
  - {{ name: one, {SIDES}, shadow: {{ budget: 1.00, rate: 100%, judge: bench/judge }} }}
  - {{ name: many, {SIDES}, shadow: {{ budget: 3.00, rate: 100%, judge: bench/judge }} }}
"""


class Wordy(Speaker):
    @staticmethod
    def usage(body, said):
        count = 2000 if body["model"] == "judge" else 4
        return {"prompt_tokens": 10, "completion_tokens": count, "total_tokens": 10 + count}


with Wordy({"small": "small says so", "large": "LARGE says so", "judge": "TIE"}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=[], providers=f"  bench: {{ dialect: openai, url: {speaker.url}/v1, models: "
                "[small, large, judge] }\n") as gateway:
    asked = 0

    def ended():
        return until(lambda: gateway.metric("costlens_shadow_pairs_total") >= asked, 20, f"{asked} ended")

    def ask(route):
        expect(gateway.chat("why?", model=route).status, 200)

    def drawn(route):
        [status] = json.loads(gateway.costlens("route", "status", route, "--json").stdout)["routes"]
        return {one["result"]: (one["calls"], one["why"]) for one in status["drawn"]}

    # One after the other.
    for _ in range(6):
        ask("one")
        asked += 1
        ended()
    found = drawn("one")
    expect((found["pair"], found["refused"][0], sorted(found)), ((2, ""), 4, ["pair", "refused"]))
    expect_in("does not cover the judge of its pair", found["refused"][1])
    expect(len(speaker.of("small")), 2, "whose pair nobody would judge is not asked")
    told = gateway.costlens("route", "status", "one").stdout
    expect_in("one: of the calls drawn since the gateway began 4 were put to no other side (refused): ", told)

    # Once it is known what a verdict takes, many at a time as well.
    ask("many")
    asked += 1
    ended()
    threads = [threading.Thread(target=ask, args=("many",)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked += 16
    ended()
    found = drawn("many")
    expect(sorted(set(found) - {"busy"}), ["pair", "refused"], "none is left unjudged")
    expect_true(2 <= found["pair"][0] <= 7, f"{found}")
    expect(len(speaker.of("small")), 2 + found["pair"][0])
    expect(len(speaker.of("judge")), 2 * (2 + found["pair"][0]), "each is judged, in both orders")
    spent = Decimal(json.loads(gateway.costlens("budget", "show", "shadow:many", "--json").stdout)["budget"]["spent"])
    expect_true(spent <= 3, f"{spent}")
