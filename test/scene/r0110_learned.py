# SPDX-License-Identifier: Apache-2.0
"""A route of a running gateway learns from its pairs: its rung and what the next one needs, calls that follow what was
learned, a certificate that is lost again, a model's file that was damaged, and a restart that remembers. A rung is no
higher than what chooses: of a route that does not use its certificate nothing is promised."""
import json
import random
import sqlite3

from lib.certified import talk
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(300)
ROUTES = """  - { model: bench/small-a, input_per_mtok: 0.1, output_per_mtok: 0.1 }
  - { model: bench/large-a, input_per_mtok: 10, output_per_mtok: 10 }
routes:
  - name: support
    mode: certified
    max_loss: 10%
    small: [bench/small-a]
    large: [bench/large-a]
    shadow: { budget: 1.00, window: day, rate: 0.01%, rate_certified: 0.01% }
  - { name: kept, local_only: true, match: { tag: { desk: hr } }, large: [bench/large-a] }
  - { name: dry, mode: measured, max_loss: 10%, small: [bench/small-a], large: [bench/large-a] }
  - { name: one, large: [bench/large-a] }
  - name: told
    mode: rules
    max_loss: 10%
    small: [bench/small-a]
    large: [bench/large-a]
    shadow: { budget: 1, rate: 0.01% }
  - { name: open, mode: certified, max_loss: 10%, small: small, large: large, shadow: { budget: 1, rate: 0.01% } }
"""
dice = random.Random(7)
# A text without any, as earlier versions wrote it (route/traits_pack.c).
TRAITS = bytes([3]) + bytes(41 * 2) + bytes(8) + bytes(2)


def add_pairs(gateway, count, small_knows, judged=3, route="support", promised=0):
    """What shadows leave behind: pairs that a judge has seen; of calls that a certificate gave to a side (1: small).
    They are of the terms that the route's last look was of."""
    with sqlite3.connect(gateway.store, timeout=30) as db:
        for _ in range(count):
            db.execute("INSERT INTO pair (id, at_us, tenant, route, task, weak, strong, served_strong, propensity_ppm, "
                       "judged, weak_ppm, strong_ppm, weak_pd, strong_pd, judge_pd, by_score, promised, traits, talk, calls) VALUES "
                       "(?1, ?2, 'default', ?3, 0, 'bench/small-a', 'bench/large-a', 1, 250000, ?4, ?5, ?6, 1000000, "
                       "9000000, 500000, 1, ?7, ?8, ?9, (SELECT substr(terms, 18) FROM promise WHERE route = ?3 AND task = 0))",
                       (dice.randbytes(16), 1790000000 * 10 ** 6, route, judged, 10 ** 6 * (dice.random() < small_knows),
                        10 ** 6 * (dice.random() < 0.95), promised, TRAITS, talk(dice.randbytes)))


def status(gateway, *words, verb="status"):
    return json.loads(gateway.costlens("route", verb, *words, "--json").stdout)["routes"]


def model_of(gateway, name="support"):
    return gateway.chat(model=name).headers["x-costlens-model"]


with Mock() as mock, Gateway(mock, providers=f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [small-a, large-a] }}\n",
                             extra=ROUTES, models=[]) as gateway:
    # At first nothing is known, and each says what it lacks.
    [support, _kept, dry, one, told, _open, auto] = status(gateway)
    expect((support["name"], support["mode"], support["rung"], support["certified"]), ("support", "certified", "rules", None))
    expect_in("100 pairs to learn from; it has 0", support["next"])
    expect_in("shadow: { budget: USD }", dry["next"])
    expect_in("one side", one["next"])
    expect((auto["name"], auto["built_in"], auto["rung"], told["built_in"]), ("auto", True, "rules", False))
    expect_in("built in", status(gateway, "auto")[0]["next"])
    expect((model_of(gateway), model_of(gateway, "dry")), ("bench/large-a", "bench/small-a"))
    text = gateway.costlens("route", "status").stdout
    expect_in("the next rung needs", text)
    wrong = gateway.costlens("route", "status", "suport", check=False)
    expect((wrong.returncode, "there is no route suport" in wrong.stderr), (1, True))

    # Pairs that nobody has judged prove nothing.
    add_pairs(gateway, 20, 1, judged=0)
    [support] = status(gateway, "support")
    expect((support["pairs"], support["unjudged"]), (20, 20))
    expect_in("cannot certify: no pair was judged: its judge has failed", support["next"])

    # A few are not enough; many are.
    add_pairs(gateway, 20, 0.95)
    [support] = status(gateway, "support", verb="learn")
    expect((support["rung"], support["pairs"]), ("rules", 40))
    expect_in("a promise of 10 % needs", support["note"])
    add_pairs(gateway, 500, 0.95)
    [support] = status(gateway, "support", verb="learn")
    expect((support["rung"], support["pairs"], support["next"]), ("certified", 540, ""))
    certified = support["certified"]
    expect_true(float(certified["share_small"]) > 0.9 and float(certified["loss_upper"]) <= 0.1, certified)
    expect((support["small_usd"], support["large_usd"], support["saved_usd"]), ("0.000001", "0.000009", "0.000008"))
    expect((support["shadow_usd"], support["judge_usd"]), ("0.00054", "0.00027"))
    until(lambda: model_of(gateway) == "bench/small-a", 10, "what was learned chooses")
    # It is of no call that must stay on the machine, which is never compared.
    stays = gateway.chat(model="support", headers={"x-costlens-tags": "desk=hr"})
    expect(stays.headers["x-costlens-model"], "bench/large-a")
    expect_in("no certificate of calls like it", stays.headers["x-costlens-reason"])
    asked = gateway.chat(model="support").headers["x-costlens-request-id"]
    expect_in("by weight in the route's own model", gateway.costlens("route", "explain", asked).stdout)
    known = json.loads(gateway.costlens("route", "explain", asked, "--json").stdout)["attempts"][0]["decision"]["known"]
    expect([known["modes"][mode]["score"] for mode in ("rules", "measured", "certified")], ["shipped", "own", "own"])
    text = gateway.costlens("route", "status", "support").stdout
    expect_in("loss <= 10 % with 95 % confidence", text)
    expect(status(gateway, "support", verb="learn")[0]["looks"], support["looks"], "nothing is new, so nothing is looked at")

    # The same pairs carry no promise where something else chooses.
    for name in ("dry", "told", "open"):
        status(gateway, name, verb="learn")
    add_pairs(gateway, 540, 0.95, route="dry")
    add_pairs(gateway, 540, 0.95, route="told")
    for name, rung, needs in (("dry", "measured", "mode: certified"), ("told", "rules", "mode: certified")):
        [found] = status(gateway, name, verb="learn")
        expect((found["rung"], found["certified"] is None), (rung, False))
        expect_in(needs, found["next"])
        text = gateway.costlens("route", "status", name).stdout
        expect_true("loss <=" not in text, text)
    expect(status(gateway, "told")[0]["saved_usd"], "0.00")

    # A file that is damaged is refused, and what was there stays.
    file = gateway.state / support["model"]
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    gateway.program.signal(1)
    until(lambda: "what it has learned is refused" in gateway.program.errors(), 10, "it is said")
    expect(model_of(gateway), "bench/small-a")
    [support] = status(gateway, "support")
    expect_in(file.name, support["refused"])
    expect_in("costlens route learn support", support["next"])
    expect((support["rung"], support["certified"]), ("certified", certified), "which it still goes by")

    # Who starts with it has nothing that was there, and says who chooses instead.
    gateway.program.stop()
    gateway.start()
    expect(model_of(gateway), "bench/large-a")
    expect_in("the large side answers", gateway.program.errors())
    expect_true("the shipped model chooses" not in gateway.program.errors(), "not where a promise is to be kept")
    for here in (True, False):  # nothing that the look has found is told as if it held
        [support] = status(gateway, "support")
        expect((support["rung"], support["certified"], support["measured"], support["saved_usd"]), ("rules", None, None, "0.00"))
        expect_in(file.name, support["refused"])
        text = gateway.costlens("route", "status", "support").stdout
        expect_true("loss <=" not in text, text)
        if here:
            gateway.program.stop()
    file.unlink()
    file.write_bytes(whole)
    gateway.start()
    expect(model_of(gateway), "bench/small-a")
    expect(status(gateway, "support")[0]["refused"], "")

    # The small model became worse: the certificate is revoked.
    add_pairs(gateway, 120, 0, promised=1)
    [support] = status(gateway, "support", verb="learn")
    expect((support["rung"], support["certified"]), ("measured", None))
    expect_in("revoked: the newest pairs lose more than was promised", support["note"])
    until(lambda: model_of(gateway) == "bench/large-a", 10, "the large side is asked again")
    gateway.program.stop()

    # Without a gateway the command does the same; with the next one it is remembered.
    add_pairs(gateway, 3000, 0.95)
    [support] = status(gateway, "support", verb="learn")
    expect(support["rung"], "certified")
    gateway.start()
    expect(model_of(gateway), "bench/small-a")
    text = gateway.costlens("route", "explain", asked).stdout  # by a model that has learned since
    expect_in("the route's own model that chose is there no more", text)
    expect_true("the shipped model" not in text, text)

    # A route between tiers that nobody has named learns of the models that are proposed for them.
    expect(model_of(gateway, "open"), "bench/large-a")
    add_pairs(gateway, 500, 0.95, route="open")
    expect(status(gateway, "open", verb="learn")[0]["rung"], "certified")
    until(lambda: model_of(gateway, "open") == "bench/small-a", 10, "what was learned chooses")

    # A judge that takes the first answer, in whichever order, makes ties of all: they prove nothing.
    add_pairs(gateway, 600, 1, judged=5, route="open")
    [found] = status(gateway, "open", verb="learn")
    expect((found["certified"], found["verdicts"], found["contradicted"]), (None, 1100, 600))
    expect((found["next"].startswith("cannot certify: the judge contradicted itself in "), found["note"]),
           (True, "lost: its pairs, as they are now, do not prove it"), str(found))
    expect_in("its judge contradicted itself in 600 of 1100 verdicts (54.6 %)", gateway.costlens("route", "status", "open").stdout)
    until(lambda: model_of(gateway, "open") == "bench/large-a", 10, "the large side is asked again")
