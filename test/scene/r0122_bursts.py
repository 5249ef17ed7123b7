# SPDX-License-Identifier: Apache-2.0
"""Of a burst of calls the other side is asked of so many at once; others wait for their turn. (One route has half of the
worker's room, another one half of what is left.) Those that are drawn beyond are pairs all the same that nobody has judged, which is the worst that they can prove; their callers may still say of the
small side's answers how good they are."""
import json
import sqlite3
import threading
import time

from lib.scene import PATIENCE, Gateway, expect, expect_in, expect_true, limit, until
from lib.speaker import Speaker

limit(120)
AT_ONCE, HELD, MORE = 32, 128, 8
LEFT = HELD // 2  # for another route
SHADOW = "shadow: { budget: 100, rate: 100%, judge: none }"
ROUTES = "".join(f"  - {{ model: bench/{model}, input_per_mtok: {usd}, output_per_mtok: {usd} }}\n"
                 for model, usd in (("quick", 0.1), ("slow-small", 0.1), ("large", 10), ("slow-large", 10)))
ROUTES += f"""routes:
  - {{ name: large, mode: certified, small: bench/slow-small, large: bench/large, {SHADOW} }}
  - {{ name: small, small: bench/quick, large: bench/slow-large, {SHADOW} }}
  - {{ name: judged, small: bench/quick, large: bench/large, shadow: {{ budget: 100, rate: 0.01% }} }}
"""
going = threading.Event()


def slow(_body):
    going.wait(100 * PATIENCE)
    return "at last"


with Speaker({"quick": "quick", "slow-small": slow, "slow-large": slow, "large": "LARGE"}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=[], workers=1, providers="  bench: { dialect: openai, url: "
                f"{speaker.url}/v1, models: [quick, slow-small, large, slow-large] }}\n") as gateway:
    def of(result):
        return int(gateway.metric("costlens_shadow_pairs_total", result=result))

    def pairs(where):
        return gateway.sql(f"SELECT lower(hex(id)) AS id, judged, served_strong, weak, strong, weak_pd, strong_pd, judge_pd, "
                           f"length(calls) AS calls, propensity_ppm AS drawn FROM pair WHERE {where} ORDER BY number")

    asked = [gateway.chat(model="large") for _ in range(HELD + MORE)]
    expect({a.headers["x-costlens-model"] for a in asked}, {"bench/large"})
    found = until(lambda: (lambda seen: seen if len(seen) == MORE else None)(pairs("route = 'large'")), 20, "they are kept")
    until(lambda: len(speaker.of("slow-small")) == AT_ONCE, 10, "no more are asked")
    expect({pair.pop("id") for pair in found}, {a.headers["x-costlens-request-id"].replace("-", "") for a in asked[HELD:]})
    cost = found[0]["strong_pd"]
    expect_true(cost > 0, "of what was given")
    expect(found, [{"judged": 0, "served_strong": 1, "weak": "bench/slow-small", "strong": "bench/large", "weak_pd": None,
                    "strong_pd": cost, "judge_pd": None, "calls": 16, "drawn": 1000000}] * MORE)
    expect((of("unjudged"), of("busy")), (MORE, 0))
    [status] = json.loads(gateway.costlens("route", "status", "large", "--json").stdout)["routes"]
    expect((status["pairs"], status["unjudged"], status["small_usd"], status["shadow_usd"]), (MORE, MORE, None, "0.00"))
    expect(status["drawn"], [{"result": "unjudged", "calls": MORE, "why": "Too many other comparisons are under way."}])
    expect_in("no pair was judged; name a `judge` under its `shadow`; or ", status["next"], "whatever its rate is")
    with sqlite3.connect(gateway.store, timeout=30) as db:  # of one that has a judge
        db.executemany("INSERT INTO pair (id, at_us, tenant, route, task, weak, strong, served_strong, propensity_ppm, judged, weak_ppm, "
                       "strong_ppm, asked) VALUES (?, ?, 'default', 'judged', 0, 'bench/quick', 'bench/large', 1, 1000000, 0, 0, 0, 0)",
                       [(bytes([i] * 16), time.time_ns() // 1000) for i in range(MORE)])
    db.close()
    [status] = json.loads(gateway.costlens("route", "status", "judged", "--json").stdout)["routes"]
    expect_in(f"no pair was judged: of none of the {MORE} the other side was asked: too many comparisons were under way when they "
              "came, ", status["next"])
    expect_in("A smaller `rate`", status["next"])
    told = gateway.costlens("route", "status", "large").stdout
    expect_in(f"{MORE} were not judged (unjudged): Too many other comparisons are under way.", told)

    # What its caller says: of the large side's answer nothing is known of the small one's; of the small side's it is.
    for _ in range(LEFT):
        expect(gateway.chat(model="small").headers["x-costlens-model"], "bench/quick")
    for call in (asked[-1], gateway.chat(model="small")):
        rated = gateway.post("/costlens/v1/feedback", {"request_id": call.headers["x-costlens-request-id"], "score": 0.25})
        expect(rated.status, 200)
    until(lambda: len(pairs("route = 'small'")) == 1, 10, "it is kept")
    seen = json.loads(gateway.costlens("route", "pairs", "large", "--json").stdout)["pairs"]
    expect({pair["judged"] for pair in seen}, {"not"})
    [pair] = json.loads(gateway.costlens("route", "pairs", "small", "--json").stdout)["pairs"]
    expect((pair["judged"], pair["weak_quality"], pair["strong_quality"]), ("feedback", "0.25", "1"), str(pair))

    # Those under way come to their end.
    going.set()
    until(lambda: len(pairs("route = 'large' AND weak_pd IS NOT NULL")) == HELD, 20, "all are kept")
    until(lambda: len(pairs("route <> 'judged'")) == HELD + MORE + LEFT + 1, 20, "all are kept")
    expect((len(speaker.of("slow-small")), len(speaker.of("slow-large")), of("busy")), (HELD, LEFT, 0))

    # What is long takes the room of many.
    going.clear()
    text = "why? " * 50000
    before = of("unjudged")
    for _ in range(8 * 2 ** 20 // len(text) + MORE):
        expect(gateway.chat(text, model="large").headers["x-costlens-model"], "bench/large")
    until(lambda: of("unjudged") >= before + MORE, 20, "not all are held")
    going.set()
