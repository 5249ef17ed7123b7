# SPDX-License-Identifier: Apache-2.0
"""What a route has saved is no more than what it would have cost: a small model that says three times as much as the large one
would is not compared with a large one that does so, too. One that says less saves as many tokens as it has."""
from decimal import Decimal

from lib.scene import Gateway, expect, expect_true, limit
from lib.speaker import Speaker

limit(60)
CALLS = 40
ROUTES = """  - { model: bench/rambles, input_per_mtok: 0.25, output_per_mtok: 2 }
  - { model: bench/brief, input_per_mtok: 0.25, output_per_mtok: 2 }
  - { model: bench/large, input_per_mtok: 1.25, output_per_mtok: 10 }
routes:
  - { name: all-large, large: bench/large }
  - { name: rambles, small: bench/rambles, large: bench/large, verify: [] }
  - { name: brief, small: bench/brief, large: bench/large, verify: [] }
"""
MODELS = ["rambles", "brief", "large"]

with Speaker({"rambles": "word " * 240, "brief": "word " * 40, "large": "word " * 80}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=[], providers=f"  bench: {{ dialect: openai, url: {speaker.url}/v1, "
                f"models: [{', '.join(MODELS)}] }}\n") as gateway:
    def run(route):
        """What the calls have cost, and are said to have saved, once each model's answers are known."""
        cost = saved = Decimal(0)
        for call in range(2 * CALLS):
            answer = gateway.chat(model=route, messages=[{"role": "user", "content": "Where is my parcel?"}])
            expect(answer.status, 200)
            cost += Decimal(answer.headers["x-costlens-cost"]) if call >= CALLS else 0
            saved += Decimal(answer.headers["x-costlens-saved"]) if call >= CALLS else 0
        return cost, saved

    large, _ = run("all-large")
    cost, saved = run("rambles")
    expect_true((large - cost) * Decimal("0.5") < saved <= (large - cost) * Decimal("1.25"), f"{large} - {cost}, not {saved}")
    cost, saved = run("brief")
    expect_true(saved < large - cost, "no more tokens than there were")
    expect_true(saved > cost * 3, "the same tokens at five times the price")
