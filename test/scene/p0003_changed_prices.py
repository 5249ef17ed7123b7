# SPDX-License-Identifier: Apache-2.0
"""After a price has changed a row keeps its cost, and what the new prices would give is not passed off as its sum."""
from lib.scene import PRICES, Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)
with Mock() as mock, Gateway(mock) as gateway:
    calls = [gateway.chat(f"call {n}") for n in range(2)]
    cost = calls[0].headers["x-costlens-cost"]
    dear = gateway.config().replace(f"input_per_mtok: {PRICES['input']}", "input_per_mtok: 77")
    gateway.program.stop(10)
    gateway.config = lambda: dear
    gateway.start()
    later = gateway.chat("call 0")
    expect_true(later.headers["x-costlens-cost"] != cost, "the new price holds for new calls")
    told = gateway.costlens("report", "--request", calls[0].headers["x-costlens-request-id"]).stdout
    expect_in("at the prices of today, which have changed since", told)
    expect_in(f"{cost} USD (priced)\n", told)
    told = gateway.costlens("report", "--request", later.headers["x-costlens-request-id"]).stdout
    expect_true("changed since" not in told, told)
    checked = gateway.costlens("ledger", "verify")
    expect(checked.returncode, 0, checked.stdout)
    expect_in("arithmetic   1 checked, all agree; 2 not checked: their prices have changed since\n", checked.stdout)
