# SPDX-License-Identifier: Apache-2.0
"""What a call leaves to be kept, feedback and pairs, waits for no report; and whatever was asked of the other side is kept:
where too many pairs wait for the ledger, calls are passed over before anything is paid, and the route's status says so."""
import json
import sqlite3
from threading import Thread

from lib.scene import Gateway, Mock, expect, expect_true, limit, request, until

limit(180)
ROUTES = """  - { model: bench/small, free: true }
  - { model: bench/large, free: true }
routes:
  - { name: kept, mode: certified, small: bench/small, large: bench/large, shadow: { budget: 1000, rate: 100%, judge: none } }
  - { name: old, match: { key: nobody }, small: bench/small, large: bench/large }
"""
WAITING_MOST, RUNNING_MOST = 256, 32  # of a worker
OLD_PAIRS = """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
    INSERT INTO pair (id, at_us, task, served_strong, propensity_ppm, judged, weak_ppm, strong_ppm, tenant, route, weak,
    strong, judge_pd, by_score, promised) SELECT randomblob(16), i, 0, 0, 1000000, 1, 1000000, 1000000, 'default', 'old',
    'bench/small', 'bench/large', 0, 0, 0 FROM n"""
REPORTS = 24

with Mock() as mock, Gateway(mock, extra=ROUTES, models=[], workers=1, providers=f"  bench: {{ dialect: openai, url: "
                             f"{mock.url}/v1, models: [small, large] }}\n") as gateway:
    api = {"Authorization": f"Bearer {(gateway.state / 'admin.token').read_text().strip()}"}

    def pairs():
        return gateway.sql("SELECT count(*) AS n FROM pair WHERE route = 'kept'")[0]["n"]

    def drawn():
        [status] = json.loads(gateway.costlens("route", "status", "kept", "--json").stdout)["routes"]
        return {one["result"]: (one["calls"], one["why"]) for one in status["drawn"]}

    # While one thread goes through the ledger for many who ask.
    call = gateway.chat("hello", model="kept").headers["x-costlens-request-id"]
    gateway.rows(1)
    until(lambda: pairs() == 1, 10, "a pair")
    with sqlite3.connect(gateway.store, timeout=30) as base:
        base.execute(OLD_PAIRS)
    base.close()
    done = []

    def report():
        done.append(request(gateway.admin_port, "POST", "/api/v1/routes/status", {"route": "old"}, api, timeout=100).status)

    threads = [Thread(target=report) for _ in range(REPORTS)]
    for thread in threads:
        thread.start()
    until(lambda: done, 60, "the first of them has its answer")
    rated = gateway.post("/costlens/v1/feedback", {"request_id": call, "score": 1})
    expect(rated.status, 200)
    expect_true(len(done) < REPORTS, "feedback goes before the others")
    expect(gateway.chat("hello", model="kept").status, 200)
    until(lambda: pairs() == 2, 30, "so does a pair")
    expect_true(len(done) < REPORTS, "it does")
    for thread in threads:
        thread.join()
    expect(done, [200] * REPORTS)

    # Another program holds the ledger: pairs wait for it, and beyond so many no more are begun. (Nobody needs the ledger
    # for a budget, since nothing costs; where it is held for seconds a pair is lost, and that is said.)
    holder = sqlite3.connect(gateway.store, isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    for _ in range(WAITING_MOST + RUNNING_MOST + 50):
        expect_true(gateway.chat("hello", model="kept").status in (200, 503), "or the journal is full")
    holder.execute("ROLLBACK")
    holder.close()
    calls = int(gateway.metric("costlens_route_calls_total", route="kept"))
    until(lambda: gateway.metric("costlens_shadow_pairs_total") == calls, 30, "all have ended")
    found = drawn()
    expect(sorted(found), ["busy", "unjudged"])
    expect(found["busy"][1], "Too many pairs wait for the ledger's file.")

    def asked():
        return gateway.sql("SELECT count(*) AS n FROM calls WHERE key = 'shadow:kept'")[0]["n"]
    expect(found["unjudged"][0], calls - found["busy"][0])
    until(lambda: asked() == found["unjudged"][0], 30, "who is passed over is not asked")
    lost = gateway.program.errors().count("a pair of answers cannot be kept")
    until(lambda: pairs() + lost == asked(), 30, "each that was asked is kept")
