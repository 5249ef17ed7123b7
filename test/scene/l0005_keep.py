# SPDX-License-Identifier: Apache-2.0
"""Rows past `keep` go, and the log says so; a clock far ahead of when the ledger was last in use is said
first, and deletes nothing until it has been run under for an hour."""
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from lib.scene import COSTLENS, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(60)
PRELOAD = Path(COSTLENS).parent / "test/clock_preload.so"
DAY = 86400


def start(gateway, shift):
    gateway.environment.update(LD_PRELOAD=str(PRELOAD), CLOCK_SHIFT=str(shift))
    gateway.start()


with Mock() as mock:
    gateway = Gateway(mock, extra="keep: 400d\n")
    start(gateway, -500 * DAY)
    gateway.chat("a")
    gateway.chat("b")
    gateway.rows(2)
    gateway.program.stop()
    expect_true("ahead" not in gateway.program.errors(), "an empty ledger doubts no clock")

    for minutes in (60, 59):  # neither a call of this clock nor a restart makes it right
        start(gateway, 0)
        expect_in(" days ahead of when this ledger was last in use", gateway.program.errors())
        expect_in(f"are deleted after {minutes} minutes of running", gateway.program.errors())
        gateway.chat("c")
        gateway.rows(3 if minutes == 60 else 4)
        time.sleep(2)
        gateway.program.stop()
        expect_true("deleted from" not in gateway.program.errors(), "nothing went")

    with closing(sqlite3.connect(gateway.store, isolation_level=None)) as store:
        store.execute("UPDATE fact SET value = 3598000000 WHERE name = 'clock_doubted_us'")
    start(gateway, 0)
    until(lambda: len(gateway.rows()) == 2, 10 * PATIENCE, "the old rows went")
    until(lambda: "2 rows older than" in gateway.program.errors(), 5 * PATIENCE, "the log says so")
    expect_in("\"level\":\"warn\",\"msg\":\"2 rows older than", gateway.program.errors())

    # A report that needs rows says that it lacks some; one from sums does not.
    expect(gateway.report()["total"]["requests"], 4)
    expect("rows_since" in gateway.report(), False)
    expect(gateway.report("--by", "user")["total"]["requests"], 2)
    said = f"calls before {gateway.report('--by', 'user')['rows_since']} are not in it"
    expect_in(said, gateway.costlens("report", "--by", "user").stdout)
    expect_in(said, gateway.costlens("report", "--by", "user", "--format", "csv").stderr)
    expect(gateway.costlens("export").stderr.count(said), 1)
    gateway.program.stop()
