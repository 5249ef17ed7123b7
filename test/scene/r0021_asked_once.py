# SPDX-License-Identifier: Apache-2.0
"""A model that stands on both sides of a route is asked once, and the configuration's check says so. A route that has a
small side only goes on within it whatever its provider's fault is."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, limit
from lib.told import Told

limit(60)
REFUSAL = "I'm sorry, but I can't help with that."
EXTRA = """  - { model: told/*, input_per_mtok: 1, output_per_mtok: 1 }
breaker: { failures: 0 }
routes:
  - { name: fails, match: { key: nobody }, small: told/small, large: [told/small, told/large], verify: [] }
  - { name: same, match: { key: nobody }, small: told/small, large: told/small, verify: [refusal] }
  - { name: only, match: { key: nobody }, small: [told/small, told/large], verify: [] }
"""
told = Told()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=EXTRA) as gateway:
    def ask(route, **says):
        told.asked.clear()
        answer = gateway.chat(model=route, headers={"x-told": json.dumps(says)})
        return answer, [body["model"] for body in told.asked]

    answer, asked = ask("fails", small={"status": 503}, large="LARGE")
    expect((answer.status, asked), (200, ["small", "large"]))
    answer, asked = ask("fails", small={"status": 503}, large={"status": 503})
    expect((answer.status, asked), (503, ["small", "large"]))
    answer, asked = ask("same", small=REFUSAL)
    expect((answer.status, asked), (200, ["small"]))
    expect_in(REFUSAL, answer.body.decode())
    for status in (500, 501):
        answer, asked = ask("only", small={"status": status}, large="LARGE")
        expect((answer.status, answer.headers["x-costlens-model"], asked), (200, "told/large", ["small", "large"]))
    answer, asked = ask("only", small={"status": 400}, large="LARGE")
    expect((answer.status, asked), (400, ["small"]), "its caller's fault")

    warnings = [w["text"] for w in json.loads(gateway.costlens("config", "check", "--json").stdout)["warnings"]]
    expect([w for w in warnings if "both sides" in w],
           ["route fails: told/small is on both sides: a call that it fails, or whose answer is refused, is not sent to it again",
            "route same: both sides have the same models: nothing can be saved, and what one fails is not sent to it again. "
            "Write a better one as `large`"])
