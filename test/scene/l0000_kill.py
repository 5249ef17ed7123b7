# SPDX-License-Identifier: Apache-2.0
"""kill -9 under load: no call is lost or doubled, and what never ended is a row too (captured).

The provider's own log is the witness: each call carries a name of its own, and each name that the
provider saw must be in the ledger exactly once."""
import functools
import os
import random
import signal
import time
from collections import Counter

from lib.load import Load
from lib.scene import LONG, PATIENCE, Gateway, Mock, cost_of, expect, expect_true, folder, limit

KILLS = int(os.environ.get("COSTLENS_KILLS") or (1000 if LONG else 50))
limit(30 * KILLS if LONG else 240)
dice = random.Random(11)


def call(n, client, i):
    fields = {"stream": True} if i % 3 == 0 else {}
    if i % 5 == 0:
        fields["headers"] = {"x-mock-fault": "slow=1"}
    return {"user": f"k{n}-{client}-{i}", "max_tokens": 30, **fields}


with Mock() as mock:
    state = folder / "kept"
    state.mkdir()
    gateway = Gateway(mock, state=state)
    answered = set()
    for n in range(KILLS):
        gateway.start()
        load = Load(gateway, functools.partial(call, n))
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
