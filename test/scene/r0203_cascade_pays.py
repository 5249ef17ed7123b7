# SPDX-License-Identifier: Apache-2.0
"""A cascade is used while it pays: where most answers are refused, calls go to the large side at once, and one in
sixteen, drawn by its id, still tries the small one, by which it is seen whether it pays again."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, limit
from lib.told import Told

limit(120)
LEAST = 30
ROUTES = """  - { model: told/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/large, input_per_mtok: 2, output_per_mtok: 2 }
  - { model: router/small, input_per_mtok: 1, output_per_mtok: 1 }
tiers:
  small: [told/small]
  large: [told/large]
routes:
  - { name: billed, small: [router/small], large: large, match: { key: nobody }, verify: [refusal] }
  - { name: dear, small: small, large: large, match: { key: nobody }, verify: [refusal] }
"""
GOOD, BAD = "It is fine.", "I'm sorry, but I can't help with that."
told = Told()
PROVIDERS = told.providers() + (f"  router: {{ dialect: openai, vendor: openrouter, url: http://127.0.0.1:{told.port}/v1, "
                                "retries: 0, models: [small] }\n")
with Mock() as mock, Gateway(mock, providers=PROVIDERS, models=[], extra=ROUTES) as gateway:
    ids = []

    def asked(small):
        """The models that a call has asked."""
        before = len(told.asked)
        told_so = {"x-told": json.dumps({"small": small, "large": "LARGE"})}
        answer = gateway.chat(model="dear", headers=told_so)
        expect(answer.status, 200)
        ids.append(answer.headers["x-costlens-request-id"])
        return [body["model"] for body in told.asked[before:]]

    # Half of them are refused: 0.5 + 1 x 0.5 of the large one's price is no less than its own.
    for n in range(LEAST):
        expect(asked(BAD if n % 2 else GOOD), ["small", "large"] if n % 2 else ["small"])
    _, shown, auto = json.loads(gateway.costlens("route", "cascades", "--json").stdout)["cascades"]
    expect((auto["route"], auto["known"]), ("auto", False))
    expect(shown, {"route": "dear", "verify": ["refusal"], "known": True, "pays": False, "unpriced": False,
                   "unended": False, "escalated": 0.5,
                   "small_attempts": 1, "ratio": 0.5, "break_even": 1})
    expect_in("no", gateway.costlens("route", "cascades").stdout)
    # What was refused is paid beside the other.
    [row] = [row for row in gateway.report("--by", "route")["rows"] if row["route"] == "dear"]
    expect((row["small_share"], row["escalated"]), ("0.50", LEAST // 2))
    [status] = json.loads(gateway.costlens("route", "status", "dear", "--json").stdout)["routes"]
    served = status["served"]
    expect((served["calls"], served["small_share"], served["escalated"], served["saved_unknown"]),
           (LEAST, "0.50", LEAST // 2, 0))
    # Half of them saved half of the large one's price, and as much was paid in vain for the others.
    expect((served["saved_usd"], served["shadow_usd"], served["saved_net_usd"]), ("0.00", "0.00", "0.00"))
    # Now a few try; which ones is drawn by their ids, and told. None in 600 would be one time in 10^16.
    def decision(request):
        return json.loads(gateway.costlens("route", "explain", request, "--json").stdout)["attempts"][0]["decision"]

    seen, tries = {}, 0
    for _ in range(600):
        models, request = asked(BAD), ids[-1]
        tries += models == ["small", "large"]
        seen.setdefault(tuple(models), request)
        if len(seen) == 2:
            break
    tried, went = decision(seen["small", "large"]), decision(seen["large",])
    expect((tried["side"], tried["reason"], tried["propensity"]), ("small", "rules", "0.0625"))
    expect((went["side"], went["reason"], went["propensity"]), ("large", "the cascade does not pay", "0.9375"))
    expect_in("0.0625 of calls like it go that way", gateway.costlens("route", "explain", seen["small", "large"]).stdout)
    # It pays again, once one more of them is good than was bad.
    for _ in range(tries + 1):
        expect(next(models for models in (asked(GOOD) for _ in range(600)) if models != ["large"]), ["small"])
    expect([asked(GOOD) for _ in range(8)], [["small"]] * 8)

    # A bill of the small side's own, and its tier, tell nothing of the large side's price.
    small = {"content": GOOD, "cost": 0.000022, "tier": "flex"}
    for _ in range(LEAST):
        answer = gateway.chat(model="billed", headers={"x-told": json.dumps({"small": small})})
        expect((answer.status, answer.headers["x-costlens-cost"]), (200, "0.000022000000"))
    billed = json.loads(gateway.costlens("route", "cascades", "--json").stdout)["cascades"][0]
    expect(billed, {"route": "billed", "verify": ["refusal"], "known": True, "pays": True, "unpriced": False,
                    "unended": False, "escalated": 0,
                    "small_attempts": 1, "ratio": 0.1, "break_even": 0.1})
