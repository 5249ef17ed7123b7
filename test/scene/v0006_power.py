# SPDX-License-Identifier: Apache-2.0
"""The power fails under budgets: writes that no sync has reached are lost, torn or out of order. The store opens again, no
account is beyond its limit, and each was charged no less than its calls were billed, those too of which no row is left."""
import functools
import os
import random
import shutil
import signal
import time
from collections import Counter

from lib.books import accounts, odd_prices, up, verified, within
from lib.load import Load
from lib.power import Power
from lib.scene import LONG, PATIENCE, Gateway, Mock, cost_of, expect, expect_true, folder, limit

IMAGES = int(os.environ.get("COSTLENS_IMAGES") or (5000 if LONG else 10))
SEED = int(os.environ.get("COSTLENS_SEED") or 3)
ROOM = 5_000_000  # nanodollars that each round may spend
EACH = 50  # images of one store: each adds up all that was before
limit(120 + 10 * IMAGES)
odd_prices()
dice = random.Random(SEED)
BUDGETS = ("budgets:\n"
           "  - {{ name: all, limit: {:.9f} }}\n"
           "  - {{ name: month, limit: 500, window: month, timezone: Europe/Berlin }}\n"
           "  - {{ name: session, per: tag:session, limit: 0.002, window: lifetime }}\n")


def call(n, client, i):
    session = f"{n}.{client % 3}.{i // 20}"
    return {"user": f"{session}-{client}-{i + 1}", "max_tokens": 40, "stream": (i + 1) % 3 == 0,
            "headers": {"x-costlens-tags": f"session={session}"}}


def billed(mock):
    """What the provider billed in all, and of each session."""
    sums = Counter()
    for bill in mock.bills():
        cost = up(cost_of(bill))
        sums["all", ""] += cost
        sums["month", ""] += cost
        sums["session", bill["user"].split("-")[0]] += cost
    return sums


def check(gateway, mock, what):
    settled = Counter()
    for a in accounts(gateway):
        settled[a["name"], a["value"]] += a["settled"]
    for key, amount in billed(mock).items():
        expect_true(settled[key] >= amount, f"{what}: {key} was billed {amount} and is charged {settled[key]}")
    twice = gateway.sql("select id, attempt from call group by id, attempt having count(*) > 1")
    expect(twice, [], f"{what}: doubled")
    within(gateway)
    for file in (gateway.state / "journal").glob("*.damaged"):  # as its reader is told to
        file.unlink()
    verified(gateway)
    return settled["all", ""] - billed(mock)["all", ""]


def images(mock, power, gateway, count):
    """So many power failures of one store."""
    stranded = 0
    for n in range(count):
        gateway.start()
        if n:
            stranded = check(gateway, mock, f"seed {SEED}, image {n} of {gateway.state.name}")
        load = Load(gateway, functools.partial(call, n), clients=6)
        time.sleep(dice.uniform(0.05, 0.5) * PATIENCE)
        os.kill(gateway.program.process.pid, signal.SIGKILL)
        gateway.program.process.wait()
        load.stop()
        said["answers"].update(load.statuses)
        said["doubtful"] += power.fail(dice)
        gateway.extra = BUDGETS.format((billed(mock)["all", ""] + stranded + ROOM) / 1e9)
    gateway.start()
    said["stranded"] += check(gateway, mock, f"seed {SEED}, the last image of {gateway.state.name}")
    expect(gateway.program.stop(20), 0, "it ends well")


said = {"answers": Counter(), "doubtful": 0, "stranded": 0}
for first in range(0, IMAGES, EACH):
    state = folder / f"kept-{first}"
    state.mkdir()
    power = Power(state)
    with Mock() as mock:
        gateway = Gateway(mock, state=state, extra=BUDGETS.format(ROOM / 1e9), environment=power.environment)
        images(mock, power, gateway, min(EACH, IMAGES - first))
    shutil.rmtree(state)
print(f"{IMAGES} images, {said['doubtful']} changes were in doubt, answers {dict(said['answers'])}, "
      f"{said['stranded'] / 1e9:.9f} USD captured beyond what was billed")
expect_true(said["answers"][200] > 0 and said["doubtful"] > 0, "calls were made, and changes in doubt")
