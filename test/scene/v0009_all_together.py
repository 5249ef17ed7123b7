# SPDX-License-Identifier: Apache-2.0
"""All that budgets can do at once: calls of all kinds with faults, retries and other models, while budgets are set,
raised, paused and removed, the file is read anew, and the gateway is killed: it lives, and the books balance."""
import http.client
import os
import random
import threading
import time
from collections import Counter

from lib.books import charges, shown, verified, within
from lib.scene import LONG, Gateway, Mock, expect, expect_true, limit, request, until

SECONDS = int(os.environ.get("COSTLENS_SECONDS") or (1800 if LONG else 8))
SEED = int(os.environ.get("COSTLENS_SEED") or 3)
limit(3 * SECONDS + 90)
FAULTS = [None] * 30 + ["no-usage", "no-done", "mixed", "cut", "truncated", "error-event", "not-json", "reset", "reset=mid",
                        "500", "garbage", "html", "bills-on", "reset+once", "500+once", "rate=0+once", "cut+once", "slow=5"]
BUDGETS = """log: { requests: false }
org: acme
aliases: { both: [bench/bench-model, bench/cheap] }
budgets:
  - { name: company, scope: { org: acme }, limit: 500, window: month, timezone: Europe/Berlin }
  - { name: dear, per: tag:session, scope: { model: bench/bench-model }, limit: 0.002, on_exceed: downgrade, wait: 1s }
  - { name: session, per: tag:session, limit: 0.006, window: week, clamp: true }
  - { name: grown, per: tag:session, scope: { tag:kind: long }, limit: 0.002, hold: grow }
  - { name: each, per: request, limit: 0.01 }
  - { name: eye, per: key, limit: 0.001, enforce: observe, alert_at: [10%, 50%] }
"""
over, statuses = threading.Event(), Counter()


def client(gateway, number):
    dice, i = random.Random(SEED * 1000 + number), 0
    while not over.is_set():
        i += 1
        more = {"max_tokens": dice.choice((1, 20, 200, 3000))} if dice.random() < 0.8 else {}
        if dice.random() < 0.4:
            more["stream"] = True
        fields = {"x-costlens-tags": f"session={i // 40}" + dice.choice(("", ",kind=long"))}
        fault = dice.choice(FAULTS)
        if fault:
            fields["x-mock-fault"] = fault
        try:
            status = gateway.chat("chaos " * dice.randrange(1, 30), fields, user=f"c{number}.{i}",
                                  model=dice.choice(("both", "bench/bench-model", "bench/cheap")), **more).status
        except (OSError, http.client.HTTPException):
            status = 0  # it was killed
        statuses[status] += 1
        if status in (0, 402):
            time.sleep(0.02)


def change(gateway):
    """Budgets come, go and change, by the admin API and with the file."""
    dice, n = random.Random(SEED), 0
    token = (gateway.state / "admin.token").read_text().strip()

    def api(verb, **arguments):
        try:
            request(gateway.admin_port, "POST", f"/api/v1/budgets/{verb}", arguments, {"Authorization": f"Bearer {token}"})
        except (OSError, http.client.HTTPException):
            pass
    while not over.is_set():
        n, name, do = n + 1, dice.choice("abcd"), dice.random()
        if do < 0.5:
            scope = {"tag:session": str(dice.randrange(60))} if dice.random() < 0.8 else {"key": "scene"}
            api("set", name=name, limit=dice.choice((0, 0.001, 0.05, 5)), clamp=dice.random() < 0.5, scope=scope)
        else:
            verb, more = dice.choice((("raise", {"by": 0.003}), ("pause", {}), ("resume", {}), ("resume", {}), ("rm", {})))
            api(verb, name=name, **more)
        if n % 7 == 0 and gateway.ready():
            gateway.program.signal(1)
        time.sleep(0.05)


with Mock() as mock, Gateway(mock, extra=BUDGETS, models=["bench-model", "cheap"], workers=2, retries=2) as gateway:
    threads = [threading.Thread(target=client, args=(gateway, i), daemon=True) for i in range(8)]
    threads.append(threading.Thread(target=change, args=(gateway,), daemon=True))
    for t in threads:
        t.start()
    dice, end, kills = random.Random(SEED), time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        time.sleep(dice.uniform(1, 3))
        expect_true(gateway.program.alive(), "it lives")
        gateway.program.kill()
        gateway.start()
        kills += 1
        within(gateway)
        verified(gateway)
    over.set()
    for t in threads:
        t.join()
    until(lambda: gateway.metric("costlens_reservations_inflight") == 0, 30, "all calls end")
    for name in ("company", "session", "eye"):
        until(lambda name=name: shown(gateway, name)["held"] == "0.00", 10, f"{name} holds nothing")
    expect(gateway.program.stop(40), 0, "it ends well")
    sums = Counter()
    for attempts in charges(gateway).values():
        for _, charged, on in attempts:
            sums.update({account: charged for account in on})
    kept = gateway.sql("select id, settled, leased from account")
    expect({a["id"]: a["settled"] for a in kept if a["settled"]}, {n: s for n, s in sums.items() if s}, "the accounts")
    expect(sum(a["leased"] for a in kept), 0, "nothing stays set aside")
    within(gateway)
    verified(gateway)
    print(f"seed {SEED}, {kills} kills, answers {dict(statuses)}")
    expect_true(statuses[200] and statuses[402], "some calls fit, and some did not")
