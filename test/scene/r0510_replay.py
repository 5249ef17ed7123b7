# SPDX-License-Identifier: Apache-2.0
"""`costlens route replay`: the calls of a logged hour, chosen for anew. The policy that holds gives the same choices at the
same cost, call by call; another one tells which calls go elsewhere, what that costs by forecast and by pairs, and what
it risks by pairs and ratings. A file that is wrong, a policy without the route and an empty store are told apart."""
import json
import re
import sqlite3

from lib.certified import proves, talk
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until
from lib.told import Told

limit(120)
FINE, REFUSED = "It is fine.", "I'm sorry, but I can't help with that."
PRICES = """  - { model: told/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/second, input_per_mtok: 3, output_per_mtok: 3 }
  - { model: told/large, input_per_mtok: 10, output_per_mtok: 10 }
"""
HOUR = """tiers: { small: [told/small], large: [told/large] }
routes:
  - { name: desk, small: small, large: large, match: { key: nobody } }
  - { name: careful, mode: certified, small: small, large: large, match: { key: nobody } }
  - { name: checked, small: small, large: large, match: { key: nobody }, verify: [refusal], sticky: tag:session }
  - { name: torn, small: small, large: large, match: { key: nobody }, verify: [refusal] }
"""
CHEAP = "verify: [], max_cost: 0.00005, "  # the large side is beyond it: all to the small one, unverified
told = Told()

# What is kept of a call in a pair, to be put into others.
SEEN = "routes: [ { name: seen, small: bench/small, large: bench/large, shadow: { budget: 1, rate: 100%, judge: none } } ]\n"
with Mock() as mock, Gateway(mock, models=["small", "large"], extra=SEEN) as gateway:
    gateway.chat("hello", model="seen")
    until(lambda: gateway.sql("SELECT 1 FROM pair"), 10, "a pair")
    TRAITS = bytes.fromhex(gateway.sql("SELECT hex(traits) AS traits FROM pair")[0]["traits"])


with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=PRICES + HOUR) as gateway:
    def ask(route, small=FINE, session="", text="hello"):
        headers = {"x-told": json.dumps({"small": small, "large": "LARGE"})}
        if session:
            headers["x-costlens-tags"] = f"session={session}"
        answer = gateway.chat(text, model=route, headers=headers)
        return answer.headers.get("x-costlens-request-id"), answer.status

    def replay(extra, *words, check=True):
        file = gateway.state / "policy.yaml"
        file.write_text(gateway.config().replace(HOUR, extra))
        done = gateway.costlens("route", "replay", "--policy", str(file), *words, check=check)
        return json.loads(done.stdout) if check and "--json" in words else done

    def of(extra, route, *words):
        [found] = [r for r in replay(extra, "--json", *words)["routes"] if r["route"] == route]
        return found

    # Nothing is there yet.
    none = replay(HOUR, check=False)
    expect((none.returncode, "nothing to replay" in none.stderr), (1, True))

    # An hour: prompts of all kinds, refused and escalated answers, sessions, ratings.
    desk = []
    for n in range(24):
        text = "hello" if n % 3 else "Prove that " + " and ".join(f"{k}^2 + {k} + 41 is prime" for k in range(4 * n + 9)) + "."
        desk.append(ask("desk", text=text)[0])
        ask("careful")
        ask("checked", REFUSED if n % 4 == 0 else FINE, session=f"s{n % 5}")
    # A cascade that does not pay: which calls still try it is drawn.
    torn = [ask("torn", REFUSED)[0] for _ in range(60)]
    # Money in the rows is what it was; each route gives the same choices again, at the same cost.
    until(lambda: len({row["request"] for row in gateway.rows()}) >= 132, 10, "the ledger has them")
    again = replay(HOUR, "--since", "1h", "--json")
    expect(sorted(r["route"] for r in again["routes"]), ["careful", "checked", "desk", "torn"])
    expect(again["without"], [])
    for route in again["routes"]:
        calls = 60 if route["route"] == "torn" else 24
        expect((route["calls"], route["replayed"], route["changed"], route["examples"]), (calls, calls, 0, []), route["route"])
        cost = route["cost_usd"]
        expect((cost["would"], cost["low"], cost["high"], cost["calls"]), (cost["was"],) * 3 + (calls,), route["route"])
        expect(route["share_small"]["was"], route["share_small"]["would"])
    billed = {row["route"]: row["cost_usd"] for row in gateway.report("--by", "route")["rows"]}
    for route in again["routes"]:
        expect(float(route["cost_usd"]["was"]), float(billed[route["route"]]), route["route"])

    # All to the large side, for want of a certificate: the forecast's price of as many calls.
    small_was = float(of(HOUR, "desk")["share_small"]["was"])
    expect_true(small_was > 0, "some of them went to the small side")
    strict = of(HOUR.replace("name: desk,", "name: desk, mode: certified,"), "desk")
    expect((strict["to_large"], strict["to_small"], strict["share_small"]["would"]), (round(24 * small_was), 0, "0"))
    expect_true(float(strict["cost_usd"]["would"]) > float(strict["cost_usd"]["was"]), "it costs more")
    expect((strict["cost_usd"]["seen"], strict["cost_usd"]["forecast"]), (0, strict["to_large"]))
    expect_true(any("is a forecast" in note for note in strict["notes"]), strict["notes"])
    expect((strict["cost_usd"]["low"], strict["cost_usd"]["high"]), (None, None))
    expect((strict["examples"][0]["would"], strict["examples"][0]["reason"]), ("told/large", "no certificate"))
    expect((strict["loss"]["would"], strict["rated"]["would"]), (None, None))
    lax = of(HOUR.replace("mode: certified, ", ""), "careful")
    expect((lax["to_small"], lax["share_small"]["would"]), (24, "1"))
    expect_true(float(lax["cost_usd"]["would"]) < float(lax["cost_usd"]["was"]), "it costs less")

    # Another model of a side, which the calls were not offered: as many tokens at its price.
    other = of(HOUR.replace("small: [told/small]", "small: [told/second]"), "desk")
    expect((other["to_other"], other["to_large"], other["to_small"]), (round(24 * small_was), 0, 0))
    expect_true(float(other["cost_usd"]["would"]) > float(other["cost_usd"]["was"]), "it costs more")
    # What is too dear for the policy goes elsewhere.
    dear = of(HOUR.replace("name: desk,", "name: desk, max_cost: 0.0005,"), "desk")
    expect_true(dear["replayed"] == 24 and float(dear["share_small"]["would"]) >= small_was, "no more of them to the large side")
    # Checks that are dropped, and new ones: what was escalated is known, and then guessed by the others.
    loose = of(HOUR.replace("verify: [refusal], sticky", CHEAP + "sticky"), "checked")
    expect_true(float(loose["cost_usd"]["would"]) < float(loose["cost_usd"]["was"]), "no escalation is paid")

    expect_true(float(of(HOUR, "torn")["share_small"]["was"]) < 1, "some went to the large side at once")
    sure = of(HOUR.replace("{ name: torn, small: small, large: large, match: { key: nobody }, verify: [refusal] }",
                           "{ name: torn, small: small, large: large, match: { key: nobody }, " + CHEAP + "}"), "torn")
    expect((sure["share_small"]["would"], sure["to_large"]), ("1", 0))
    expect_true(float(sure["cost_usd"]["would"]) < float(sure["cost_usd"]["was"]), "no escalation is paid")

    # Pairs tell the truth of both sides: what it costs, what it risks; ratings of what stays where it is.
    with sqlite3.connect(gateway.store, timeout=30) as db:
        for n, request in enumerate(desk):
            [row] = db.execute("SELECT start_us, side FROM decision WHERE id = ? AND attempt = 0",
                               (bytes.fromhex(request.replace("-", "")),)).fetchall()
            db.execute("INSERT INTO pair (id, at_us, tenant, route, task, weak, strong, served_strong, propensity_ppm, "
                       "judged, weak_ppm, strong_ppm, weak_pd, strong_pd, judge_pd, traits, talk) VALUES "
                       "(?, ?, 'default', 'desk', 0, 'told/small', 'told/large', ?, 250000, 3, ?, 1000000, ?, ?, 0, ?, ?)",
                       (bytes.fromhex(request.replace("-", "")), row[0], row[1] == 2, 1000000 * (n % 4 > 0), 110_000_000,
                        2_003_000_000, TRAITS, talk()))
        for n in range(20):  # of calls that are not known any more
            db.execute("INSERT INTO pair (id, at_us, tenant, route, task, weak, strong, served_strong, propensity_ppm, "
                       "judged, weak_ppm, strong_ppm, traits, talk) VALUES (?, ?, 'default', 'desk', 0, 'told/small', "
                       "'told/large', 1, 250000, 3, ?, 1000000, ?, ?)",
                       (bytes([1] * 15 + [n]), row[0], 1000000 * (n % 4 > 0), TRAITS, talk()))
    gateway.costlens("route", "learn", "desk")
    with sqlite3.connect(gateway.store, timeout=30) as db:
        db.execute("UPDATE pair SET calls = (SELECT substr(terms, 18) FROM promise WHERE route = 'desk' AND task = 0)")
        proofs = sum(proves(said) for [said] in db.execute("SELECT talk FROM pair WHERE route = 'desk'"))
    rated = [r for r in desk if r]
    for n, request in enumerate(rated[:8]):
        gateway.costlens("route", "feedback", request, "--score", "0.5" if n % 2 else "1")
    strict = of(HOUR.replace("name: desk,", "name: desk, mode: certified,"), "desk")
    cost = strict["cost_usd"]
    expect((cost["seen"], cost["forecast"]), (strict["to_large"],) * 2)
    # All that goes there costs what the pairs say; the rest stays as it is.
    expect(cost["would"], "0.048072")
    expect_true(float(cost["low"]) < 0.048072 < float(cost["high"]), "forecasts err now more, now less")
    # In words to a hundredth of a cent, and no narrower.
    words = replay(HOUR.replace("name: desk,", "name: desk, mode: certified,")).stdout.split("desk: ", 1)[1]
    low, high = re.search(r"^cost, USD .* ([0-9.]+) to ([0-9.]+) ", words, re.M).groups()
    expect_true(float(low) <= float(cost["low"]) and float(high) >= float(cost["high"]), f"{low} to {high}: {cost}")
    expect_true(len(low) <= 6 and len(high) <= 6, f"{low} to {high}")
    expect((strict["loss"]["was"]["pairs"], strict["loss"]["would"]["pairs"]), (24, 24))
    expect((strict["loss"]["would"]["is"], strict["loss"]["would"]["high"]), ("0", "0"))
    was = strict["loss"]["was"]
    expect_true(float(was["low"]) <= float(was["is"]) <= float(was["high"]) and float(was["is"]) > 0, was)
    all_small = of(HOUR.replace("large: large", "large: []", 1).replace("name: desk, small: small, large: []", "name: desk, small: small"),
                   "desk")
    expect((all_small["share_small"]["would"], all_small["loss"]["would"]["pairs"]), ("1", 24))
    expect_true(float(all_small["loss"]["would"]["is"]) >= float(was["is"]), "more goes to the small side")
    expect((strict["rated"]["was"]["calls"], strict["promise"]), (8, None))
    # Another promise has another threshold, which the same pairs give: three of four small answers are good.
    generous = of(HOUR.replace("name: desk,", "name: desk, mode: certified, max_loss: 70%, confidence: 60%,"), "desk")
    expect((generous["promise"]["calls"], generous["promise"]["pairs"]), (24, proofs))
    expect_true(generous["promise"]["threshold"] is not None and float(generous["share_small"]["would"]) > 0, generous)
    narrow = of(HOUR.replace("name: desk,", "name: desk, mode: certified, max_loss: 1%,"), "desk")
    expect((narrow["promise"]["threshold"], narrow["share_small"]["would"]), (None, "0"))
    expect_in(f"a test by {proofs} pairs gives now", " ".join(narrow["notes"]))

    # So have other models, and other checks of theirs.
    strict = HOUR.replace("name: desk,", "name: desk, mode: certified,")
    checked = of(strict.replace("match: { key: nobody } }", "match: { key: nobody }, verify: [refusal] }", 1), "desk")
    expect((checked["promise"]["calls"], checked["promise"]["pairs"], checked["share_small"]["would"]), (24, 0, "0"))
    others = of(strict.replace("small: [told/small]", "small: [told/second]"), "desk")
    expect((others["promise"]["calls"], others["promise"]["pairs"]), (24, 0))

    # So have other calls, and another judge: pairs of what it took, how they were checked, and by whom they were judged, prove
    # nothing of them.
    def desk_with(more, match="key: nobody"):
        return of(strict.replace("match: { key: nobody }", f"match: {{ {match} }}{more}", 1), "desk")

    for more, match in (("", "key: [nobody]"), (", shadow: { budget: 1, judge: told/large }", "key: nobody")):
        expect(desk_with(more, match)["promise"], None, f"{match}{more} is the same promise")
    for more, match in (("", "key: else"), (", require: [tools]", "key: nobody"), (", verify: [refusal]", "key: nobody"),
                        (", hold: 7s", "key: nobody"), (", max_cost: 1", "key: nobody"),
                        (", shadow: { budget: 1, judge: told/second }", "key: nobody")):
        other = desk_with(more, match)
        expect((other["promise"], other["share_small"]["would"]), ({"calls": 24, "pairs": 0, "threshold": None}, "0"), more + match)
        expect_in("takes other calls, checks answers otherwise", " ".join(other["notes"]))

    alone = of(strict.replace("small: [told/small]", "small: [{ model: told/small, weight: 3 }]"), "desk")
    expect(alone["promise"], None, "it comes first whatever its weight")

    # In words, and one route of them.
    text = replay(HOUR.replace("name: desk,", "name: desk, mode: certified,"), "--route", "desk").stdout
    for part in ("desk: 24 calls", "to the small side", "cost, USD", "loss", "no certificate", "rated"):
        expect_in(part, text)
    expect_true("careful" not in text, "it is not asked for")

    # What is wrong is told.
    wrong = replay("routes: [ { name: x, small: nobody/none } ]\n", check=False)
    expect((wrong.returncode, "policy.yaml:" in wrong.stderr), (1, True))
    renamed = replay(HOUR.replace("name: desk", "name: bureau"), "--route", "desk", check=False)
    expect((renamed.returncode, "the policy has no route desk" in renamed.stderr), (1, True))
    idle = replay(HOUR.replace("name: desk", "name: bureau"), "--route", "bureau", check=False)
    expect((idle.returncode, "chosen for no call in that time; those that have: careful, checked, desk, torn" in idle.stderr), (1, True))
    expect(replay(HOUR.replace("name: desk", "name: bureau"), "--json")["without"], ["desk"])
    many = [f"m-{k:060}" for k in range(64)]
    tiers = f"tiers: {{ wide: [{', '.join('told/' + name for name in many)}], "
    file = gateway.state / "vast.yaml"
    file.write_text(gateway.config().replace("models: [small", f"models: [{', '.join(many)}, small").replace("tiers: { ", tiers) +
                    "".join(f"  - {{ name: r{n}, small: wide, large: large, match: {{ key: nobody }} }}\n" for n in range(240)))
    vast = gateway.costlens("route", "replay", "--policy", str(file), check=False)
    expect((vast.returncode, "more than 1 MiB was sent" in vast.stderr), (1, True), vast.stderr)
    two = replay("routes: [ { name: x, small: nobody/none, large: nobody/none } ]\n", check=False)
    expect_in("(and 1 more: costlens config check FILE)", two.stderr)
    for words in (("--since", "yesterday"), ("--policy", str(gateway.state / "no.yaml")), ("surplus",)):
        expect_true(replay(HOUR, *words, check=False).returncode != 0, words)
    expect(gateway.costlens("route", "replay", check=False).returncode, 2)

# Without a gateway it is the same.
gateway.file.write_text(gateway.config())
alone = gateway.costlens("route", "replay", "--policy", str(gateway.file), "--since", "1h", "--json")
expect([(r["route"], r["changed"]) for r in json.loads(alone.stdout)["routes"]],
       [("desk", 0), ("careful", 0), ("checked", 0), ("torn", 0)])

# `auto` without tiers of its own: its sides are what they were when the calls came.
with Mock() as mock, Gateway(mock) as plain:
    for _ in range(3):
        expect(plain.chat(model="auto").status, 200)
    plain.calls(3)
    [auto] = json.loads(plain.costlens("route", "replay", "--policy", str(plain.file), "--json").stdout)["routes"]
    expect((auto["route"], auto["calls"], auto["replayed"], auto["changed"]), ("auto", 3, 3, 0))
    expect(auto["cost_usd"]["would"], auto["cost_usd"]["was"])
