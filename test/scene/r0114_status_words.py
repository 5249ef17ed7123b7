# SPDX-License-Identifier: Apache-2.0
"""What `route status` says of a route whose pairs lose late, whose large side answers all the same, or whose judge goes by
the place of an answer: no bound is below its estimate, and what is not in use is not said to be."""
import json
import random
import re
import sqlite3

from lib.certified import talk
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(120)
SIDES = "max_loss: 10%, small: [bench/small-a], large: [bench/large-a], shadow: { budget: 1, rate: 0.01% }"
ROUTES = f"""  - {{ model: bench/small-a, input_per_mtok: 0.1, output_per_mtok: 0.1 }}
  - {{ model: bench/large-a, input_per_mtok: 10, output_per_mtok: 10 }}
routes:
  - {{ name: late, mode: measured, {SIDES} }}
  - {{ name: waits, mode: certified, {SIDES} }}
  - {{ name: place, mode: certified, {SIDES} }}
"""
JUDGE, CONTRADICTED = 3, 5
dice = random.Random(7)


def traits(task):
    """As route/traits_pack.c writes a text without any."""
    return bytes([3]) + bytes(41 * 2) + task.to_bytes(8, "little") + bytes(2)


def add_pairs(gateway, route, count, weak=1, task=7, judged=JUDGE):
    """Of the terms that the route's last look was of."""
    with sqlite3.connect(gateway.store, timeout=30) as db:
        for _ in range(count):
            db.execute("INSERT INTO pair (id, at_us, tenant, route, task, weak, strong, served_strong, propensity_ppm, "
                       "judged, weak_ppm, strong_ppm, weak_pd, strong_pd, judge_pd, by_score, promised, traits, talk, calls) VALUES "
                       "(?1, ?2, 'default', ?3, ?4, 'bench/small-a', 'bench/large-a', 1, 250000, ?5, ?6, 1000000, 1000000, "
                       "9000000, 500000, 1, 0, ?7, ?8, (SELECT substr(terms, 18) FROM promise WHERE route = ?3 AND task = 0))",
                       (dice.randbytes(16), 1790000000 * 10 ** 6, route, task, judged, 10 ** 6 * weak, traits(task), talk(dice.randbytes)))


def learn(gateway, route):
    found = json.loads(gateway.costlens("route", "learn", route, "--json").stdout)["routes"][0]
    return found, gateway.costlens("route", "status", route).stdout


with Mock() as mock, Gateway(mock, providers=f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [small-a, large-a] }}\n",
                             extra=ROUTES, models=[]) as gateway:
    for name in ("late", "waits", "place"):
        learn(gateway, name)

    # Pairs that lose come last: the bound is of all of them, whatever the first ones would prove.
    add_pairs(gateway, "late", 1000)
    add_pairs(gateway, "late", 80, weak=0)
    found, text = learn(gateway, "late")
    expect((found["rung"], len(found["tasks"])), ("measured", 1), str(found))
    for told in (found["measured"], found["tasks"][0]["measured"]):
        expect_true(float(told["loss_upper"]) >= float(told["loss"]) > 0.05, str(found))
    loss, upper = re.search(r"([0-9.]+) % \(<= ([0-9.]+) %\)", text).groups()
    expect_true(float(upper) >= float(loss), text)
    # In percent, too, they look no better than they are: of what lost 80 of 1080 is no whole tenth.
    measured = found["measured"]
    expect_true(float(loss) >= 100 * float(measured["loss"]) and float(upper) >= 100 * float(measured["loss_upper"]),
                f"{measured}: {text}")
    expect_in("100.0 % go to the small side", text)

    # What is measured of a task goes nowhere where a certificate is waited for.
    add_pairs(gateway, "waits", 1000)
    add_pairs(gateway, "waits", 100, weak=0)
    found, text = learn(gateway, "waits")
    expect((found["certified"], found["tasks"][0]["certified"]), (None, None), str(found))
    expect_in("without a certificate the large side answers", text)
    expect_in("100.0 % would go to the small side", text)
    expect_in("(measured, and not in use)", text)

    # A judge who says A in either order of some pairs, and TIE of the others, has preferred nothing.
    add_pairs(gateway, "place", 800)
    add_pairs(gateway, "place", 290, judged=CONTRADICTED)
    found, text = learn(gateway, "place")
    expect((found["certified"], found["contradicted"], found["ties"], found["looks"]), (None, 290, 800, 0), str(found))
    expect_in("and preferred an answer in 0: ", found["next"])
    expect_in("contradicted itself in 290 of 1090 verdicts (26.7 %)", text)
    expect_in("a judge that prefers no answer may be none", text)

    # What was found with a model whose file is refused is told of no task, either: after a restart nothing goes by it.
    [late] = json.loads(gateway.costlens("route", "status", "late", "--json").stdout)["routes"]
    gateway.program.stop()
    (gateway.state / late["model"]).write_bytes(b"no model")
    gateway.start()
    found = json.loads(gateway.costlens("route", "status", "late", "--json").stdout)["routes"][0]
    expect((found["rung"], found["measured"], found["certified"]), ("rules", None, None), str(found))
    expect([(t["task"], t["certified"], t["measured"]) for t in found["tasks"]], [(late["tasks"][0]["task"], None, None)])
    text = gateway.costlens("route", "status", "late").stdout
    expect_true("the small side, loss" not in text, text)
    expect_in("its model's file is refused", text)
