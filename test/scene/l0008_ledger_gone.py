# SPDX-License-Identifier: Apache-2.0
"""A ledger that is lost beside its journal: the calls come back, and what they charge accounts that it does not have is
told in few lines, not in one for each."""
import re

from lib.scene import Gateway, Mock, expect, expect_true, limit

limit(60)
USERS = 100

with Mock() as mock, Gateway(mock, extra="budgets:\n  - { name: each, per: user, limit: 1 }\n") as gateway:
    for i in range(USERS):
        expect(gateway.chat("x", max_tokens=5, user=f"u{i}").status, 200)
    gateway.rows(USERS)
    gateway.program.kill()
    for file in gateway.store.parent.glob(gateway.store.name + "*"):
        file.unlink()
    gateway.start()
    gateway.rows(USERS)
    told = re.findall(r"calls charge (\d+) accounts? that this ledger does not have", gateway.program.errors())
    expect(sum(map(int, told)), USERS, "all of them")
    expect_true(len(told) < USERS / 10, f"in {len(told)} lines")
    expect(gateway.costlens("ledger", "verify", check=False).returncode, 0, "and what they cost is kept")
