# SPDX-License-Identifier: Apache-2.0
"""What a pair's judge may cost is what that pair's judge may cost: a long call that the budget cannot have judged is not
asked, and is no reason against the short ones behind it."""
import json

from lib.scene import Gateway, expect, expect_in, limit, until
from lib.speaker import Speaker

limit(60)
SIDES = "mode: certified, small: bench/small, large: bench/large"  # without a certificate the large side is served
ROUTES = f"""  - {{ model: bench/small, input_per_mtok: 1, output_per_mtok: 1 }}
  - {{ model: bench/large, input_per_mtok: 1, output_per_mtok: 1 }}
  - {{ model: bench/judge, input_per_mtok: 15, output_per_mtok: 75 }}
routes:
  - {{ name: dear, {SIDES}, shadow: {{ budget: 2.00, rate: 100%, judge: bench/judge }} }}
"""
# Two verdicts of 90 KB hold 3 USD; of a short question and an answer of 8192 tokens at most 1.3.
LONG = "why? " * 18000

with Speaker({"small": "small says so", "large": "LARGE says so", "judge": "TIE"}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=[], providers=f"  bench: {{ dialect: openai, url: {speaker.url}/v1, models: "
                "[small, large, judge] }\n") as gateway:
    def drawn():
        [status] = json.loads(gateway.costlens("route", "status", "dear", "--json").stdout)["routes"]
        return {one["result"]: one["calls"] for one in status["drawn"]}

    def ask(text, **more):
        before = gateway.metric("costlens_shadow_pairs_total")
        expect(gateway.chat(text, model="dear", **more).status, 200)
        until(lambda: gateway.metric("costlens_shadow_pairs_total") == before + 1, 20, "it has ended")

    ask(LONG)
    expect(drawn(), {"refused": 1})
    expect(len(speaker.of("small")), 0, "what nobody would judge is not asked")
    for count in range(1, 4):
        ask("hi")
        expect(drawn(), {"refused": 1, "pair": count})
    expect(len(speaker.of("judge")), 6)

    # What its caller says of the longest answer holds of the other one's, too.
    ask(LONG[:40000], max_tokens=50)
    expect(drawn(), {"refused": 1, "pair": 4})
    ask(LONG[:40000])
    expect(drawn(), {"refused": 2, "pair": 4})
    told = gateway.costlens("route", "status", "dear").stdout
    expect_in("does not cover the judge of its pair", told)
