# SPDX-License-Identifier: Apache-2.0
"""kill -9 under load: no call is lost or doubled, and what never ended is a row too (captured).

The provider's own log is the witness: each call carries a name of its own, and each name that the
provider saw must be in the ledger exactly once."""
import os
import random
import signal
import threading
import time
from collections import Counter

from lib.scene import LONG, PATIENCE, Gateway, Mock, cost_of, expect, expect_true, folder, limit

KILLS = int(os.environ.get("COSTLENS_KILLS") or (1000 if LONG else 50))
limit(30 * KILLS if LONG else 240)
dice = random.Random(11)


class Load:
    """Clients that ask as fast as they are answered, until told to stop."""

    def __init__(self, gateway, n, clients=8):
        self.gateway, self.n, self.over, self.answered = gateway, n, False, set()
        self.threads = [threading.Thread(target=self.ask, args=(i,)) for i in range(clients)]
        for t in self.threads:
            t.start()

    def ask(self, client):
        i = 0
        while not self.over:
            user = f"k{self.n}-{client}-{i}"
            i += 1
            stream = {"stream": True} if i % 3 == 0 else {}
            fault = {"x-mock-fault": "slow=1"} if i % 5 == 0 else {}
            try:
                answer = self.gateway.chat("load", headers=fault, user=user, max_tokens=30, **stream)
                if answer.status == 200 and (not stream or answer.body.endswith(b"[DONE]\n\n")):
                    self.answered.add(user)
            except OSError:
                time.sleep(0.002)

    def stop(self):
        self.over = True
        for t in self.threads:
            t.join()


with Mock() as mock:
    state = folder / "kept"
    state.mkdir()
    gateway = Gateway(mock, state=state)
    answered = set()
    for n in range(KILLS):
        gateway.start()
        load = Load(gateway, n)
        time.sleep(dice.uniform(0.02, 0.25) * PATIENCE)
        os.kill(gateway.program.process.pid, signal.SIGKILL)
        gateway.program.process.wait()
        load.stop()
        answered |= load.answered
    gateway.start()
    time.sleep(0.3)
    bills = {b["user"]: b for b in mock.bills()}
    rows = gateway.rows()
    seen = Counter(r["who"] for r in rows)
    print(f"{KILLS} kills, {len(bills)} calls billed, {len(rows)} rows, "
          f"{sum(r['sure'] == 'captured' for r in rows)} captured")
    expect([u for u, n in seen.items() if n != 1], [], "doubled")
    expect(sorted(set(bills) - set(seen)), [], "billed but not in the ledger")
    expect(sorted(answered - set(seen)), [], "answered but not in the ledger")
    for row in rows:
        if row["sure"] == "reported":
            expect(row["cost_pd"], cost_of(bills[row["who"]]), f"{row['who']}: its cost")
        elif row["sure"] == "captured" and row["who"] in bills:
            expect_true(row["output"] >= bills[row["who"]]["output"], f"{row['who']}: most output")
    expect_true(any(r["sure"] == "captured" for r in rows), "some calls were under way")
    expect(gateway.costlens("ledger", "verify").returncode, 0)
    gateway.program.stop()
