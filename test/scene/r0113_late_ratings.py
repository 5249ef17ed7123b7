# SPDX-License-Identifier: Apache-2.0
"""What a certificate stands on may change: callers rate its pairs late, its route takes other calls, another judge is
named. It is asked again, or is of something else; and where nothing can be proved the status says what helps."""
import json
import random
import sqlite3
import time

from lib.certified import proves, talk
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(200)
ROUTES = """  - {{ model: bench/small-a, input_per_mtok: 0.1, output_per_mtok: 0.1 }}
  - {{ model: bench/large-a, input_per_mtok: 10, output_per_mtok: 10 }}
routes:
  - name: late
    match: {{ tag: {{ {} }} }}
    mode: certified
    max_loss: 10%
    small: [bench/small-a]
    large: [bench/large-a]
    shadow: {{ budget: 1.00, window: day, rate: 0.01%, rate_certified: 0.01% }}
  - name: blind
    match: {{ key: nobody }}
    mode: certified
    max_loss: 10%
    small: [bench/small-a]
    large: [bench/large-a]
    shadow: {{ budget: 1.00, window: day, rate: 0.01%, judge: none }}
"""
dice = random.Random(11)
# A text without any, as earlier versions wrote it (route/traits_pack.c).
TRAITS = bytes([3]) + bytes(41 * 2) + bytes(8) + bytes(2)


def add_pairs(gateway, count, route="late", judged=3, served_strong=0):
    """Pairs that a judge, who prefers nothing, has seen: of the terms that the route's last look was of."""
    with sqlite3.connect(gateway.store, timeout=30) as db:
        for _ in range(count):
            db.execute("INSERT INTO pair (id, at_us, tenant, route, task, weak, strong, served_strong, propensity_ppm, "
                       "judged, weak_ppm, strong_ppm, weak_pd, strong_pd, by_score, promised, traits, talk, calls) VALUES "
                       "(?1, ?2, 'default', ?3, 0, 'bench/small-a', 'bench/large-a', ?4, 250000, ?5, 1000000, 1000000, "
                       "500000, 9000000, 1, 0, ?6, ?7, (SELECT substr(terms, 18) FROM promise WHERE route = ?3 AND task = 0))",
                       (dice.randbytes(16), 1790000000 * 10 ** 6, route, served_strong, judged, TRAITS, talk(dice.randbytes)))


def rate(gateway, count, route="late"):
    """Callers say of so many pairs that prove that they were useless."""
    with sqlite3.connect(gateway.store, timeout=30) as db:
        ids = [i for i, said in db.execute("SELECT id, talk FROM pair WHERE route = ? ORDER BY number", (route,)) if proves(said)]
        db.executemany("INSERT INTO feedback VALUES (?, ?, 'default', 0, '')",
                       [(i, time.time_ns() // 1000) for i in ids[:count]])


def status(gateway, route="late", verb="status"):
    return json.loads(gateway.costlens("route", verb, route, "--json").stdout)["routes"][0]


def model_of(gateway):
    return gateway.chat(model="late").headers["x-costlens-model"]


with Mock() as mock, Gateway(mock, providers=f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [small-a, large-a] }}\n",
                             extra=ROUTES.format("feature: sums"), models=[]) as gateway:
    def reload():
        before = gateway.program.errors().count("the new configuration holds")
        gateway.file.write_text(gateway.config())
        gateway.program.signal(1)
        until(lambda: gateway.program.errors().count("the new configuration holds") > before, 10, "it is read")

    for name in ("late", "blind"):
        status(gateway, name, verb="learn")

    # A judge that prefers nothing proves anything: that is said.
    add_pairs(gateway, 540)
    late = status(gateway, verb="learn")
    expect((late["rung"], late["ties"], late["verdicts"]), ("certified", 540, 540))
    until(lambda: model_of(gateway) == "bench/small-a", 10, "the small side takes them")
    text = gateway.costlens("route", "status", "late").stdout
    expect_in("its judge found 540 of 540 pairs equally good (100.0 %)", text)
    expect_in("a judge that prefers no answer may be none", text)

    # Its callers rate some of what proves, late: it is asked again, and does not hold.
    rate(gateway, 60)
    gateway.program.stop()
    gateway.start()  # it looks when it begins, and each minute
    until(lambda: "its certificate is revoked: its pairs, as they were rated since" in gateway.program.errors(), 70, "revoked")
    until(lambda: model_of(gateway) == "bench/large-a", 10, "the large side answers")
    revoked = status(gateway)
    expect((revoked["certified"], revoked["looks"]), (None, late["looks"]), "and no look is spent")
    expect_true(revoked["rung"] != "certified" and revoked["note"].startswith("revoked: its pairs"), str(revoked))

    # Another look finds none, either: that one has ended is said all the same, once, and what is next says what is needed.
    still = status(gateway, verb="learn")
    expect((still["certified"], still["looks"], still["note"]),
           (None, late["looks"] + 1, "revoked: its pairs, as they were rated since, do not prove it"), str(still))
    expect_in("the pairs do not prove that any share can go to the small side", still["next"])
    expect(gateway.program.errors().count("its certificate is revoked"), 1)

    # Rated pairs are news: what they carry now a look may find. Other calls are another promise, and need their own pairs.
    add_pairs(gateway, 2400)
    again = status(gateway, verb="learn")
    expect((again["rung"], again["looks"], again["note"]), ("certified", late["looks"] + 2, ""), str(again))
    until(lambda: model_of(gateway) == "bench/small-a", 10, "certified again")
    gateway.extra = ROUTES.format('feature: "*"')
    reload()
    until(lambda: model_of(gateway) == "bench/large-a", 10, "no promise was made of all calls")
    wide = status(gateway, verb="learn")
    expect((wide["certified"], wide["proved"], wide["looks"]), (None, 0, 0), str(wide))
    expect_in("0 of its pairs are proof; a promise of 10 % needs", wide["next"])

    # Where nobody can judge the status says what helps, and what cannot be proved costs no risk.
    add_pairs(gateway, 550, route="blind", judged=0, served_strong=1)
    rate(gateway, 200, route="blind")
    blind = status(gateway, "blind", verb="learn")
    expect((blind["unjudged"], blind["looks"], blind["rung"] == "certified"), (550, 0, False), str(blind))
    expect_in("name a `judge`", blind["next"])
    expect_in("begin with `mode: rules` or `measured`", blind["next"])
    warnings = [w["text"] for w in json.loads(gateway.costlens("config", "check", "--json").stdout)["warnings"]]
    expect(len([w for w in warnings if "route blind: mode certified with `judge: none`" in w]), 1, str(warnings))
