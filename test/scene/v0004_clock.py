# SPDX-License-Identifier: Apache-2.0
"""The wall clock jumps, by an hour or ten years, forth and back: a day is never spent twice, calls that are under way or
wait end, and nothing lasts less than no time."""
import calendar
import concurrent.futures
import itertools
import mmap
import os
import signal
import time
from collections import Counter
from pathlib import Path

from lib.books import accounts, covered, verified, within
from lib.scene import COSTLENS, LONG, Gateway, Mock, expect, expect_true, folder, limit, question, skip, until

PRELOAD = Path(COSTLENS).parent / "test/clock_preload.so"
HOUR, DAY, TEN_YEARS = 3600, 86400, 3652 * 86400
ROUNDS = 100 if LONG else 3
STANDSTILL_S = 60 if LONG else 2
serial = itertools.count()
limit(60 * ROUNDS if LONG else 120)
if not PRELOAD.exists():
    skip(f"{PRELOAD.name} is not built")
BUDGETS = ("keep: 0\nbudgets:\n"
           "  - { name: day, limit: 0.0008, window: day }\n"
           "  - { name: month, limit: 100, window: month, timezone: America/Santiago }\n"
           "  - { name: user, per: tag:user, limit: 1, window: week, timezone: Asia/Tehran }\n"
           "  - { name: queue, scope: { tag:job: queued }, limit: 0.0002, window: day, wait: 1s }\n")


class Clock:
    """The gateway's wall clock."""

    def __init__(self):
        path = folder / "clock"
        path.write_bytes(bytes(8))
        with open(path, "r+b") as file:
            self.shift = mmap.mmap(file.fileno(), 8)
        self.environment = {"LD_PRELOAD": str(PRELOAD), "CLOCK_FILE": str(path)}
        self.noon = calendar.timegm((2030, 6, 12, 12, 0, 10))

    def jump(self, seconds):
        """To so long after that noon."""
        self.shift[:] = int(self.noon + seconds - time.time()).to_bytes(8, "little", signed=True)


def fill(gateway):
    """Calls until the day is spent; how many there were."""
    for n in range(1000):
        answer = gateway.chat("tick", max_tokens=50, user=f"t{next(serial)}")
        if answer.status != 200:
            expect((answer.status, answer.json["error"]["code"]), (402, "budget_exceeded"))
            return n
    raise AssertionError("the day has no end")


def windows(gateway):
    """Where its time goes, and back: it is one day each, however often the clock comes by."""
    spent = set()

    def at(seconds):
        clock.jump(seconds)
        day = (clock.noon + seconds) // DAY
        n = fill(gateway)
        if day in spent:
            expect(n, 0, f"{seconds} s: a day that was spent is spent")
        else:
            expect_true(n > 2, f"{seconds} s: {n} calls in a new day")
        spent.add(day)
    base = 0
    for _ in range(ROUNDS):
        for jump in (0, HOUR, -HOUR, 0, DAY, HOUR, DAY - HOUR, TEN_YEARS, HOUR, -TEN_YEARS, TEN_YEARS - HOUR,
                     -TEN_YEARS + HOUR, -DAY, 11 * HOUR, 12 * HOUR):
            at(base + jump)
        base += 5 * DAY
    seen = Counter((a["name"], a["value"], a["start_us"]) for a in accounts(gateway))
    expect([key for key, n in seen.items() if n > 1], [], "two accounts of one window")


def chat(gateway, text, headers, **more):
    return gateway.request("POST", "/v1/chat/completions", question(text, **more), headers, 30 + STANDSTILL_S)


def under_way(gateway, base, jump, still_s=0):
    """The clock jumps while streams run and calls wait, or the machine stands still for so long."""
    clock.jump(base)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        fields = {"x-costlens-tags": "job=queued"}
        before = gateway.metric("costlens_reservations_inflight")
        streams = [pool.submit(chat, gateway, "slow", {"x-mock-fault": "slow=15+tokens=40"}, user=f"s{next(serial)}",
                               max_tokens=40, stream=True) for i in range(2)]
        waiting = [pool.submit(chat, gateway, "wait", {**fields, "x-mock-fault": "late=300"}, user=f"w{next(serial)}",
                               max_tokens=50) for i in range(6)]
        until(lambda: gateway.metric("costlens_reservations_inflight") >= before + 4, 5, "they are under way")
        if still_s:
            gateway.program.signal(signal.SIGSTOP)
            time.sleep(still_s)
            gateway.program.signal(signal.SIGCONT)
        else:
            clock.jump(base + jump)
        late = {503} if still_s else set()  # one that waited for the store, which did not answer in time
        for s in streams:
            answer = s.result()
            expect_true(answer.status in late or (answer.status, answer.body[-8:]) == (200, b"[DONE]\n\n"),
                        f"a stream, {jump} s: {answer}")
        statuses = Counter(w.result().status for w in waiting)
        expect_true(statuses[200] and set(statuses) <= {200, 402} | late, f"{jump} s: those that wait end: {statuses}")


with Mock() as mock:
    clock = Clock()
    clock.jump(0)
    with Gateway(mock, extra=BUDGETS, environment=clock.environment) as gateway:
        windows(gateway)
        first = 5 * ROUNDS + 100  # days of which nothing is spent
        for n, jump in enumerate((HOUR, -HOUR, TEN_YEARS, -TEN_YEARS, DAY, -DAY)):
            under_way(gateway, (first + 3 * n) * DAY, jump)
        under_way(gateway, (first + 30) * DAY, 0, STANDSTILL_S)
        # It dies at one time, and starts at another one.
        for jump in (TEN_YEARS, -TEN_YEARS, 0):
            os.kill(gateway.program.process.pid, signal.SIGKILL)
            gateway.program.process.wait()
            clock.jump(jump)
            gateway.start()
            expect(fill(gateway), 0, f"{jump} s: a day that was spent, after a start")
        gateway.program.stop()
        rows = gateway.rows()
        expect(len(rows), len(mock.bills()), "rows and bills")
        for row in rows:
            expect_true(row["duration_us"] >= 0 and (row["ttft_us"] or 0) >= 0 and row["overhead_us"] >= 0,
                        f"no time is less than none: {row}")
        within(gateway)
        covered(gateway, rows, {b["user"]: b for b in mock.bills()})
        verified(gateway)
