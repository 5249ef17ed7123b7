# SPDX-License-Identifier: Apache-2.0
"""Calls that `costlens route replay` takes from the large to the small side, where answers are verified: as many are escalated
as shadows have seen refused, which are in no pair, and both attempts are paid."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until
from lib.told import Told

limit(90)
FINE, REFUSED = "It is fine.", "I'm sorry, but I can't help with that."
PRICES = "".join(f"  - {{ model: told/{name}, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n"
                 for name, usd in (("small", 1), ("second", 3), ("large", 10)))
MORE = "small: told/small, large: told/large, match: { key: nobody }, verify: [refusal], shadow: { budget: 5, rate: 100%, judge: none } }\n"
ROUTES = "routes:\n  - { name: desk, mode: certified, " + MORE
CALLS, OF = 16, 4  # each of so many is refused
SMALL, LARGE = 0.00011, 0.0011
told = Told()

with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=PRICES + ROUTES) as gateway:
    def shadows():
        return [row for row in gateway.rows() if row["route"] == "shadow desk: small"]

    for n in range(CALLS):
        told.unasked = {"small": REFUSED if n % OF == 0 else FINE}
        answer = gateway.chat("hello", model="desk", headers={"x-told": json.dumps({"large": "LARGE"})})
        expect((answer.status, answer.headers["x-costlens-model"]), (200, "told/large"))
        until(lambda: len(shadows()) == n + 1, 10, "its shadow")
    until(lambda: len(gateway.sql("SELECT 1 FROM pair")) == CALLS - CALLS // OF, 10, "those that are in pairs")

    def of(routes):
        file = gateway.state / "policy.yaml"
        file.write_text(gateway.config().replace(ROUTES, routes))
        done = gateway.costlens("route", "replay", "--policy", str(file), "--json")
        [found] = json.loads(done.stdout)["routes"]
        return found

    same = of(ROUTES)
    expect((same["changed"], same["cost_usd"]["low"]), (0, same["cost_usd"]["was"]))
    small = of(ROUTES.replace("mode: certified, ", ""))
    cost = small["cost_usd"]
    expect((small["to_small"], float(cost["escalated"]), float(small["answered_small"]["would"])), (CALLS, 1 / OF, 1 - 1 / OF))
    truth = CALLS * SMALL + CALLS // OF * LARGE
    expect_true(0.9 * truth < float(cost["would"]) < 1.1 * truth, cost)  # forecasts err
    # Of sixteen: a share of 10 % to 50 % with 95 %.
    expect_true(float(cost["low"]) < 0.75 * truth and 1.4 * truth < float(cost["high"]) < 2.5 * truth, cost)
    expect_in(f"of {CALLS} such answers that shadows had verifiers have refused {CALLS // OF}, and as many", " ".join(small["notes"]))
    # Another model, of which no shadow tells, and a verifier that none is asked of.
    for routes, note in ((ROUTES.replace("told/small", "told/second"), "small answers would be verified, and none was"),
                         (ROUTES.replace("[refusal]", "[refusal, { logprob: 0.9 }]"), "are asked of no shadow")):
        other = of(routes.replace("mode: certified, ", ""))
        expect((other["to_small"], other["cost_usd"]["low"], other["cost_usd"]["high"]), (CALLS, None, None), note)
        expect_in(note, " ".join(other["notes"]))
