# SPDX-License-Identifier: Apache-2.0
"""What a call leaves to be kept, feedback and pairs, waits for no report; and whatever was asked of the other side is kept:
where too many pairs wait for the ledger, nobody else is asked or paid, and it is kept, or counted, that the calls were drawn."""
import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

from lib.scene import COSTLENS, Gateway, Mock, expect, expect_in, expect_true, folder, limit, request, skip, until

limit(180)
ROUTES = """  - { model: bench/small, free: true }
  - { model: bench/large, free: true }
routes:
  - { name: kept, mode: certified, small: bench/small, large: bench/large, shadow: { budget: 1000, rate: 100%, judge: none } }
on_store_failure: allow
"""
WAITING_MOST, HELD_MOST, BARE_MOST = 256, 128, 1024  # of a worker; of what is held a route alone has half
PRELOAD = Path(COSTLENS).parent / "test/reader_preload.so"
if not PRELOAD.exists():
    skip(f"{PRELOAD.name} is not built")
hold = folder / "hold"
held = hold.with_suffix(".held")

with Mock() as mock, Gateway(mock, extra=ROUTES, models=[], workers=1, providers=f"  bench: {{ dialect: openai, url: "
                             f"{mock.url}/v1, models: [small, large] }}\n",
                             environment={"LD_PRELOAD": str(PRELOAD), "READER_HOLD": str(hold)}) as gateway:
    api = {"Authorization": f"Bearer {(gateway.state / 'admin.token').read_text().strip()}"}

    def pairs():
        return gateway.sql("SELECT count(*) AS n FROM pair WHERE route = 'kept'")[0]["n"]

    def drawn():
        [status] = json.loads(gateway.costlens("route", "status", "kept", "--json").stdout)["routes"]
        return {one["result"]: (one["calls"], one["why"]) for one in status["drawn"]}

    def rate():
        return gateway.post("/costlens/v1/feedback", {"request_id": call, "score": 1}).status

    # While somebody's report goes through the ledger.
    call = gateway.chat("hello", model="kept").headers["x-costlens-request-id"]
    gateway.rows(1)
    until(lambda: pairs() == 1, 10, "a pair")
    done = []

    def report():
        done.append(request(gateway.admin_port, "POST", "/api/v1/routes/status", {}, api, timeout=100).status)

    hold.touch()
    thread = Thread(target=report)
    thread.start()
    until(held.exists, 20, "it has begun")
    expect(rate(), 200)
    expect(gateway.chat("hello", model="kept").status, 200)
    until(lambda: pairs() == 2, 30, "a pair is kept, too")
    expect(done, [])
    hold.unlink()
    thread.join()
    expect(done, [200])

    # Another program holds the ledger: pairs wait for it, which feedback behind them does not do for long. (Nobody needs
    # the ledger for a budget, since nothing costs; where it is held for half a minute a pair is lost, and that is said.)
    def lost():
        return gateway.program.errors().count("a pair of answers cannot be kept")

    def ended():
        return int(gateway.metric("costlens_shadow_pairs_total"))

    holder = sqlite3.connect(gateway.store, isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    waiting = [gateway.chat("hello", model="kept").headers["x-costlens-request-id"].replace("-", "") for _ in range(3)]
    until(lambda: ended() == 5, 10, "they wait")
    expect(rate(), 503)
    expect(lost(), 0)

    # Beyond so many no other side is asked, and each call is an unjudged pair all the same, as far as there is room for
    # that; the rest is counted.
    more = WAITING_MOST + HELD_MOST + BARE_MOST + 50
    with ThreadPoolExecutor(8) as pool:
        expect(set(pool.map(lambda _: gateway.chat("hello", model="kept").status, range(more))), {200})
    # The first of them is kept by itself, the others with those behind them: but one of these has a pair by then. That is
    # said of it alone, and it takes none of the others with it.
    holder.execute("INSERT INTO pair (id, at_us, tenant, route, task, weak, strong, served_strong, propensity_ppm, judged, weak_ppm, "
                   "strong_ppm, weak_pd, strong_pd) VALUES (?, ?, 'default', 'kept', 0, 'a', 'b', 1, 1000000, 0, 0, 0, 0, 0)",
                   (bytes.fromhex(waiting[1]), time.time_ns() // 1000))
    holder.execute("COMMIT")
    holder.close()
    until(lambda: ended() == 5 + more, 30, "all have ended")
    found = drawn()
    kept, left_out = found["unjudged"][0], found.get("busy", (0, ""))[0]
    expect(kept + left_out, 5 + more)
    expect_true(lost() or left_out, "what there is no room for")
    expect({why for _, why in found.values()}, {"Too many pairs wait for the ledger's file."})

    def asked():
        return gateway.sql("SELECT count(*) AS n FROM calls WHERE key = 'shadow:kept'")[0]["n"]
    until(lambda: pairs() + lost() == kept, 60, "each is kept")
    until(lambda: gateway.program.errors().count("the call has a pair already") == 1, 10, "said of one")
    expect([one["n"] for one in gateway.sql(f"SELECT count(*) AS n FROM pair WHERE weak <> 'a' AND hex(id) IN "
                                            f"('{waiting[0].upper()}', '{waiting[2].upper()}')")], [2])
    # Of who was asked each is kept but for those that the log calls lost, which make room for as many.
    answered = gateway.sql("SELECT count(weak_pd) AS n FROM pair")[0]["n"]
    until(lambda: answered <= asked() <= answered + lost(), 30, "of who was asked")
    expect_in(f"kept: nobody has judged {pairs()} of its {pairs()} pairs", gateway.costlens("route", "status", "kept").stdout)
    expect_true(asked() <= 5 + WAITING_MOST + HELD_MOST + lost(), "the others were not")
