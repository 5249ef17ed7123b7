# SPDX-License-Identifier: Apache-2.0
"""The ledger's file is locked by another program, its disk is full, or stands still for a while: calls within what is set
aside for their budgets go on, those that need more wait and are refused then, and none is sent that is not held."""
import concurrent.futures
import contextlib
import errno
import sqlite3
import threading
import time
from collections import Counter

from lib.books import accounts, covered, nano, shown, verified, within
from lib.disk import FOREVER, Disk
from lib.scene import LONG, Gateway, Mock, expect, expect_true, folder, limit, until

SHORT_S, AWAY_S, LONG_S = 0.1, 20 if LONG else 4, 600
limit(3600 if LONG else 180)
BUDGETS = ("on_store_failure: {}\n"
           "budgets:\n"
           "  - {{ name: all, limit: {} }}\n"
           "  - {{ name: session, per: tag:session, limit: {}, window: day }}\n")


@contextlib.contextmanager
def locked(gateway, disk):
    holder = sqlite3.connect(gateway.store, isolation_level=None, timeout=5)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.execute("ROLLBACK")
    holder.close()


@contextlib.contextmanager
def full(gateway, disk):
    disk.fail(errno.ENOSPC, 1, which="ledger")
    yield
    expect_true(disk.failed(), "it was full")
    disk.heal()


@contextlib.contextmanager
def still(gateway, disk):
    disk.fail(0, FOREVER, which="ledger", held=1)
    yield
    expect_true(disk.held(), "it stood still")
    disk.heal()


@contextlib.contextmanager
def slow(gateway, disk):
    """Each write of the ledger takes two seconds."""
    over, slowed = threading.Event(), []

    def slow_down():
        while not over.is_set():
            disk.fail(0, FOREVER, which="ledger", held=1)
            over.wait(2)
            slowed.append(disk.held())
            disk.heal()
            time.sleep(0.001)
    slowing = threading.Thread(target=slow_down)
    slowing.start()
    try:
        yield
    finally:
        over.set()
        slowing.join()
    expect_true(any(slowed), "it was slow")


def ask(gateway, session, user):
    answer = gateway.chat("on and on", max_tokens=50, user=user, headers={"x-costlens-tags": f"session={session}"})
    if answer.status == 503:
        expect(answer.headers["retry-after"], "2", answer.body)
    return answer.status if answer.status == 200 else answer.json["error"]["code"]


def many(gateway, session, name, seconds):
    """What eight clients are told meanwhile."""
    end, told = time.monotonic() + seconds, Counter()

    def client(i):
        n = 0
        while time.monotonic() < end:
            told[ask(gateway, session, f"{name}-{i}-{n}")] += 1
            n += 1
            time.sleep(0.01)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    return told


def away(mock, way, mode, seconds=AWAY_S):
    what = f"{way.__name__}, {mode}, {seconds} s"
    state = folder / f"{way.__name__}-{mode}-{seconds}"
    state.mkdir()
    disk = Disk(state)
    limits = max(1, int(seconds)), max(1, int(seconds)) / 10  # more than is spent
    with Gateway(mock, state=state, extra=BUDGETS.format(mode, *limits), environment=disk.environment) as gateway:
        def name(part):
            return f"{what}:{part}"
        expect(set(many(gateway, "known", name("before"), 1)), {200}, what)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            with way(gateway, disk):
                newcomer = pool.submit(ask, gateway, "new", name("new"))
                told = many(gateway, "known", name("away"), seconds)
                # What it spent and holds is within what the store has set aside, on the disk.
                for budget in ("all", "session"):
                    seen = shown(gateway, budget)
                    aside = sum(a["settled"] + a["leased"] for a in accounts(gateway) if a["name"] == budget)
                    expect_true(nano(seen["spent"]) + nano(seen["held"]) <= aside, f"{what}: {seen}, of {aside}")
                if seconds > SHORT_S:
                    newcomer.result()
            new = newcomer.result()
        expect_true(new == 200 or seconds > SHORT_S, f"{what}: {new}, which could have waited for it")
        print(f"{what}: {dict(told)}, one that needs more: {new}")
        expect_true(told[200] or mode == "block", f"{what}: what is set aside is used")
        fine = {200, "budgets_unavailable"} | ({"store_unavailable"} if mode == "block" else set())
        expect_true(set(told) <= fine and {new} <= fine, f"{what}: {told} {new}")
        until(gateway.ready, 10, f"{what}: ready again by itself")
        until(lambda: ask(gateway, "new", name(time.monotonic())) == 200, 10, f"{what}: new accounts are had again")
        expect(set(many(gateway, "known", name("after"), 0.5)), {200}, f"{what}: afterwards")
        bills = {b["user"]: b for b in mock.bills() if b["user"].startswith(what)}
        rows = gateway.rows(len(bills))
        expect(sorted(row["who"] for row in rows), sorted(bills), f"{what}: rows and bills")
        expect(covered(gateway, rows, bills), 0, f"{what}: captured")
        said = gateway.program.errors()
        expect_true(said.count("nothing can be set aside for budgets") <= 1 + seconds // 60, f"{what}: it is said once a minute")
        verified(gateway)
        within(gateway)


with Mock() as mock:
    for way, mode in [(locked, "allow"), (full, "block"), (still, "allow"), (slow, "allow")] + LONG * [
            (locked, "block"), (full, "allow"), (still, "block"), (slow, "block")]:
        away(mock, way, mode)
    for way, mode in (locked, "allow"), (still, "allow"):
        away(mock, way, mode, SHORT_S)
    if LONG:
        away(mock, locked, "allow", LONG_S)
        away(mock, still, "block", LONG_S)
