# SPDX-License-Identifier: Apache-2.0
"""Where a budget does not cover a route's model, the call goes to the next one of its side, then to the large side; to
the small one only where the budget welcomes a cheaper model."""
import re

from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(60)
ROUTES = """budgets:
  - { name: tight, scope: { model: bench/small-a }, limit: 0.0000001 }
  - { name: yielding, scope: { model: bench/large-a }, limit: 0.0000001, on_exceed: downgrade }
  - { name: strict, scope: { model: bench/large-c }, limit: 0.0000001 }
  - { name: poor, scope: { "tag:of": poor }, limit: 0.0000001 }
routes:
  - { name: poor, match: { key: nobody }, small: bench/small-b, large: [bench/large-b, bench/large-c] }
  - { name: poor-first, match: { key: nobody }, mode: certified, small: bench/small-a, large: [bench/large-b, bench/small-b, bench/large-c] }
  - { name: beside, match: { key: nobody }, small: [bench/small-a, bench/small-b] }
  - { name: up, match: { key: nobody }, small: bench/small-a, large: bench/large-b }
  - { name: down, match: { key: nobody }, mode: certified, small: bench/small-b, large: bench/large-a }
  - { name: stuck, match: { key: nobody }, mode: certified, small: bench/small-b, large: bench/large-c }
"""
MODELS = ["small-a", "small-b", "large-a", "large-b", "large-c"]


class Priced(Gateway):
    def config(self):  # else nothing speaks for the small side
        text = super().config()
        for name in ("large-a", "large-b", "large-c"):
            text = text.replace(f'"bench/{name}", input_per_mtok: 0.15', f'"bench/{name}", input_per_mtok: 15')
        return text


with Mock() as mock, Priced(mock, extra=ROUTES, models=MODELS) as gateway:
    count = 0
    for route, model in (("beside", "small-b"), ("up", "large-b"), ("down", "small-b")):
        answer = gateway.chat(model=route)
        expect((answer.status, answer.headers["x-costlens-model"]), (200, f"bench/{model}"), route)
        count += 1
        row = gateway.calls(count)[-1]
        expect((row["route"], row["attempt"]), (f"route {route}: fallback", 0), "nothing was sent before")
    answer = gateway.chat(model="stuck")
    expect((answer.status, answer.json["error"]["code"]), (402, "budget_exceeded"))
    expect_in('"strict"', answer.json["error"]["message"])
    expect(len(mock.bills()), count)
    # Of all that do not fit the one that lacks least is told of.
    single = gateway.chat(model="bench/small-b", headers={"x-costlens-tags": "of=poor"}, max_tokens=100)
    expect(single.status, 402)
    amount = re.search(r"may cost up to [0-9.]+", single.json["error"]["message"])[0]
    for name in ("poor", "poor-first"):
        answer = gateway.chat(model=name, headers={"x-costlens-tags": "of=poor"}, max_tokens=100)
        expect(answer.status, 402)
        expect_in(amount, answer.json["error"]["message"])
