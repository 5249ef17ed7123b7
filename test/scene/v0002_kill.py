# SPDX-License-Identifier: Apache-2.0
"""kill -9 at any moment, and inside writes, under budgets that are nearly used up: after each start no call is lost or
doubled, none was charged less than its provider billed, and no account is beyond its limit."""
import functools
import http.client
import json
import os
import random
import signal
import time
from collections import Counter

from lib.books import accounts, covered, odd_prices, verified, within
from lib.disk import FOREVER, Disk
from lib.load import Load
from lib.scene import LONG, MODEL, PATIENCE, Gateway, Mock, expect, expect_true, folder, limit, until

KILLS = int(os.environ.get("COSTLENS_KILLS") or (1000 if LONG else 50))
ROOM = 2_000_000  # nanodollars that each round may spend: some 50 calls
limit(60 + 10 * KILLS)
odd_prices()
dice = random.Random(5)
BUDGETS = ("budgets:\n"
           "  - {{ name: all, limit: {:.9f} }}\n"
           "  - {{ name: day, limit: 500, window: day, timezone: Europe/Berlin }}\n"
           "  - {{ name: session, per: tag:session, limit: 0.0004, window: month, wait: 2s }}\n")


def call(n, client, i):
    fields = {"stream": True} if i % 3 == 0 else {}
    headers = {"x-costlens-tags": f"session={n}.{client % 4}"}  # shared by two
    if i % 5 == 0:
        headers["x-mock-fault"] = "slow=2"
    return {"user": f"k{n}-{client}-{i}", "max_tokens": dice.randrange(20, 60), "headers": headers, **fields}


def under_way(gateway, n):
    """A stream that has begun, and does not end before the kill."""
    fields = {"x-costlens-tags": f"session={n}.open", "x-mock-fault": "slow=100"}
    stream = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10 * PATIENCE)
    stream.request("POST", "/v1/chat/completions", json.dumps({
        "model": MODEL, "messages": [{"role": "user", "content": "load"}], "stream": True, "max_tokens": 60,
        "user": f"k{n}-open"}), gateway.headers({"Content-Type": "application/json", **fields}))
    answer = stream.getresponse()
    if answer.status == 200:
        answer.readline()
    return stream if answer.status == 200 else None


def of_all(gateway):
    return next((a for a in accounts(gateway) if a["name"] == "all"), {"settled": 0, "leased": 0, "limit_nd": 0})


def check(gateway, answered):
    """The ledger and the provider's log name the same calls; how many were captured."""
    rows, bills = gateway.rows(), {b["user"]: b for b in mock.bills()}
    seen = Counter(r["who"] for r in rows)
    expect([u for u, n in seen.items() if n != 1], [], "doubled")
    expect(sorted(set(bills) - set(seen)), [], "billed but not in the ledger")
    expect(sorted(answered - set(seen)), [], "answered but not in the ledger")
    return covered(gateway, rows, bills)


with Mock() as mock:
    state = folder / "kept"
    state.mkdir()
    disk = Disk(state)
    gateway = Gateway(mock, state=state, extra=BUDGETS.format(ROOM / 1e9), environment=disk.environment)
    answered, statuses, captured, inside = set(), Counter(), 0, 0
    for n in range(KILLS):
        gateway.start()
        load = Load(gateway, functools.partial(call, n))
        stream = None
        if n % 2:  # inside a write, unless all is spent before
            disk.fail(0, FOREVER, which=("journal", "ledger")[n // 2 % 2], held=1)
            until(lambda: disk.held() or load.statuses[402], 10, "a write, or all is spent")
            time.sleep(dice.uniform(0, 0.1))
            inside += disk.held()
        elif n % 4:
            until(lambda: load.statuses[402], 10, "some do not fit")
        else:
            stream = under_way(gateway, n)
            time.sleep(dice.uniform(0, 0.5))
        os.kill(gateway.program.process.pid, signal.SIGKILL)
        gateway.program.process.wait()
        load.stop()
        if stream:
            stream.close()
        disk.heal()
        answered |= load.answered
        statuses += load.statuses
        # It starts with the limit of before, and has everything that the journal knows.
        gateway.start()
        within(gateway)
        verified(gateway)
        if n % 20 == 0 or n == KILLS - 1:
            captured = check(gateway, answered)
        expect(gateway.program.stop(20), 0, "it ends well")
        expect(of_all(gateway)["leased"], 0, "nothing is set aside for a process that has ended")
        gateway.extra = BUDGETS.format((of_all(gateway)["settled"] + ROOM) / 1e9)
    print(f"{KILLS} kills, {inside} inside a write, answers {dict(statuses)}, {captured} captured, {of_all(gateway)['settled'] / 1e9} USD")
    expect_true(inside > 0, "some writes were under way")
    expect_true(captured > 0, "some calls were under way")
    expect_true(statuses[200] > 0 and statuses[402] > 0, "some fit, and some did not")
    expect(set(statuses), {200, 402}, "the answers")
