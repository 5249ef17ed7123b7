# SPDX-License-Identifier: Apache-2.0
"""What stays where it is in `costlens route replay`: each attempt by its model. An answer that was escalated, fell back or
was sent down by a budget leaves with the model that gave it; a model stays whatever its side; what nobody may take is
refused. None of a policy's secrets is looked for."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(90)
NAMES = {"s": 1, "second": 5, "l": 10, "dear": 1000, "ref": 1, "bad": 1}
PRICES = "".join(f"  - {{ model: {name}/m, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n" for name, usd in NAMES.items())
ROUTES = """budgets: [ { name: none-there, scope: { key: poor, provider: l }, limit: 0.000001, window: day, on_exceed: downgrade } ]
routes:
  - { name: escalated, match: { key: nobody }, small: ref/m, large: l/m }
  - { name: fell, match: { key: nobody }, small: bad/m, large: l/m }
  - { name: down, match: { key: nobody }, mode: certified, small: s/m, large: l/m }
  - { name: agree, match: { key: nobody }, small: s/m, large: l/m, verify: [ { agree: second/m } ] }
  - { name: after, match: { key: nobody }, small: ref/m, large: bad/m }
  - { name: plain, match: { key: nobody }, small: s/m, large: l/m, verify: [] }
"""
CALLS = 3


def providers(mock, key="env:SCENE_UPSTREAM_KEY"):
    fault = {"ref": "/+refuses", "bad": "/+500"}
    return "".join(f"  {name}: {{ url: \"{mock.url}{fault.get(name, '')}/v1\", models: [m], key: {key}, retries: 0, "
                   "breaker: { failures: 0 } }\n" for name in NAMES)


with Mock() as mock, Gateway(mock, providers=providers(mock), models=[], extra=PRICES + ROUTES,
                             keys=["{ name: poor, token: env:POOR }"],
                             environment={"POOR": "poor-token-0123456789"}) as gateway:
    poor = {"Authorization": "Bearer poor-token-0123456789"}
    for n in range(CALLS):
        for route in ("escalated", "fell", "agree", "after", "plain"):
            expect(gateway.chat(f"hello {n}", model=route).status, 200, route)
        expect(gateway.chat(f"hello {n}", model="down", headers=poor).status, 200)
    until(lambda: len({row["request"] for row in gateway.rows()}) >= 6 * CALLS, 10, "the ledger has them")

    def replay(old="", new="", keys="env:SCENE_UPSTREAM_KEY", words=("--json",)):
        file = gateway.state / "policy.yaml"
        text = gateway.config()
        expect_true(old in text, old)
        file.write_text(text.replace(old, new).replace("env:SCENE_UPSTREAM_KEY", keys))
        done = gateway.costlens("route", "replay", "--policy", str(file), *words)
        return {r["route"]: r for r in json.loads(done.stdout)["routes"]} if words == ("--json",) else done.stdout

    # As it was, whatever secrets the shell of the command has.
    served = {r["route"]: r for r in gateway.report("--by", "route")["rows"]}
    for keys in ("env:SCENE_UPSTREAM_KEY", "env:NOT_SET_HERE", "file:not/there.key"):
        same = replay(keys=keys)
        expect(sorted(same), ["after", "agree", "down", "escalated", "fell", "plain"])
        for route, r in same.items():
            cost = r["cost_usd"]
            expect((r["replayed"], r["changed"], r["refused"]), (CALLS, 0, {}), route)
            expect((cost["would"], cost["low"], cost["high"], cost["forecast"]), (cost["was"],) * 3 + (0,), route)
            # Which side is asked first is one thing, which has answered another: the report tells the latter.
            expect(float(r["answered_small"]["was"]), float(served[route]["small_share"]), route)
            expect(r["answered_small"]["would"], r["answered_small"]["was"], route)
    expect((same["escalated"]["share_small"]["was"], same["escalated"]["answered_small"]["was"]), ("1", "0"))
    expect((same["after"]["share_small"]["was"], same["after"]["answered_small"]["was"]), ("1", "1"))  # the large side failed
    expect((same["down"]["share_small"]["was"], same["down"]["answered_small"]["was"]), ("0", "1"))

    # Who has answered is the policy's no more: its successor's price, which is a forecast.
    dear = replay("large: l/m", "large: dear/m")
    for route, reason in (("escalated", "escalated"), ("fell", "fallback")):
        r = dear[route]
        expect((r["changed"], r["to_other"], r["cost_usd"]["forecast"], r["cost_usd"]["low"]), (CALLS, CALLS, CALLS, None), route)
        expect_true(float(r["cost_usd"]["would"]) > 20 * float(r["cost_usd"]["was"]), r)
        expect([(e["was"], e["would"], e["reason"]) for e in r["examples"]], [("l/m", "dear/m", reason)] * CALLS)
    expect_true(float(dear["down"]["cost_usd"]["would"]) > 20 * float(dear["down"]["cost_usd"]["was"]), dear["down"])
    expect((dear["agree"]["changed"], dear["plain"]["changed"]), (0, 0))  # nobody has asked it
    other = replay("mode: certified, small: s/m", "mode: certified, small: second/m")["down"]
    expect((other["to_other"], other["examples"][0]["was"], other["examples"][0]["would"]), (CALLS, "s/m", "second/m"))
    expect_true(float(other["cost_usd"]["would"]) > 2 * float(other["cost_usd"]["was"]), other)
    agree = replay("agree: second/m", "agree: dear/m")["agree"]
    expect((agree["changed"], agree["cost_usd"]["forecast"]), (0, CALLS))
    expect_true(float(agree["cost_usd"]["would"]) > 20 * float(agree["cost_usd"]["was"]), agree)

    # At the other side, and at its model.
    swapped = replay("small: s/m, large: l/m, verify: [] }", "small: l/m, large: s/m, verify: [] }")["plain"]
    expect((swapped["changed"], swapped["cost_usd"]["would"], swapped["cost_usd"]["forecast"]), (0, swapped["cost_usd"]["was"], 0))
    expect((swapped["answered_small"]["was"], swapped["answered_small"]["would"]), ("1", "0"))

    # What nobody may take.
    tight = replay("name: plain,", "name: plain, max_cost: 0.0000001,")["plain"]
    expect((tight["calls"], tight["replayed"], tight["refused"]), (CALLS, 0, {"max_cost": CALLS}))
    expect_in(f"{CALLS} calls would go otherwise by a `max_cost`", " ".join(tight["notes"]))
    expect((tight["share_small"], tight["cost_usd"]), ({"was": None, "would": None}, None))
    told = replay("name: plain,", "name: plain, max_cost: 0.0000001,", words=("--route", "plain"))
    expect_in(f"; {CALLS} would be refused: max_cost", told)
    expect_in("small side first", told)
    expect_in("small side answers", told)

# A provider that the gateway itself has no key for was not there, and is not in a replay either.
ABSENT = "routes: [ { name: next, small: [absent/m, s/m], large: l/m, verify: [] } ]\n"
with Mock() as mock, Gateway(mock, models=[], extra=PRICES + ABSENT, providers=providers(mock) + f"  absent: {{ url: "
                             f"\"{mock.url}/v1\", models: [m], key: env:NOT_SET_HERE }}\n") as gateway:
    expect(gateway.chat(model="next").status, 200)
    gateway.calls(1)
    [r] = json.loads(gateway.costlens("route", "replay", "--policy", str(gateway.file), "--json").stdout)["routes"]
    expect((r["replayed"], r["changed"]), (1, 0))
