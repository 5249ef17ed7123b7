# SPDX-License-Identifier: Apache-2.0
"""One write of the journal fails while a second model is asked whether it agrees: what is refused was never sent, and
what was sent is answered, ends in its row, and is held against its bound once."""
import errno
import json
import tempfile
import time
from pathlib import Path

from lib.disk import Disk
from lib.scene import Gateway, Mock, expect, expect_true, folder, limit, until
from lib.told import Told

limit(60)
ROUTES = """  - { model: told/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/second, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/large, input_per_mtok: 100, output_per_mtok: 100 }
routes:
  - { name: pair, small: told/small, large: told/large, match: { key: nobody }, hold: 60s,
      verify: [{ agree: told/second }] }
budgets:
  - { name: single, per: request, limit: 100 }
"""
LEAST = 3  # of such a call: one before each of the two is asked, and one of what they cost
MOST = 30  # more than it makes, and what a slow machine has written beside it
SAID = {"x-told": json.dumps({"small": "The answer is 4.", "second": "So: answer: 4", "large": "LARGE"})}

told = Told()
state = Path(tempfile.mkdtemp(prefix="second-", dir=folder))
disk = Disk(state)
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES, state=state,
                             environment=disk.environment) as gateway:
    def ask():
        return gateway.chat(model="pair", headers=SAID)

    def quiet():
        seen = disk.seen()
        time.sleep(0.1)
        return disk.seen() == seen

    # The first one's row is written several times, and held against its bound once.
    expect(ask().status, 200)
    until(quiet, 10, "its rows are written")
    expect(gateway.metric("costlens_bound_utilisation_ratio_count"), 2)

    n, failed = 0, True
    while failed and n < MOST:
        n += 1
        until(lambda: ask().status == 200, 10, "the journal is well")
        until(quiet, 10, "its rows are written")
        asked = len(told.asked)
        disk.fail(errno.EIO, n, n + 1, which="journal")
        answer = ask()
        until(disk.failed if n <= LEAST else quiet, 10, f"write {n} has come")  # what it cost is written after it
        failed = disk.failed()
        disk.heal()
        expect_true(answer.status == 200 or len(told.asked) == asked, f"write {n}: sent, and {answer!r}")
    expect_true(not failed and n > LEAST, f"write {n} of such a call was its last")
    gateway.program.stop()
    gateway.start()
    rows = gateway.rows()
    expect([row["model"] for row in rows if row["sure"] != "reported"], [], "what has no end")
