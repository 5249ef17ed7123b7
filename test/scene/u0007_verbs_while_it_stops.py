# SPDX-License-Identifier: Apache-2.0
"""Verbs beside a gateway that ends: what was done is answered, what was not taken is done without it, and of what
nobody can tell that is said. None is done twice."""
import signal
import sqlite3
import subprocess
import time
from threading import Thread

from lib.scene import COSTLENS, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(120)
MOMENT = min(0.5 * PATIENCE, 0.8)  # in which it is begun; two are within what is waited for a locked store


def raising(gateway):
    return subprocess.Popen([COSTLENS, "budget", "raise", "few", "--by", "1", "--config", str(gateway.file)], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=gateway.environment)


def ended(running):
    said = running.communicate(timeout=30 * PATIENCE)[1]
    return running.returncode, said


def held(gateway):
    """The store cannot be written."""
    connection = sqlite3.connect(gateway.store, isolation_level=None, timeout=5)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def limit_of(gateway):
    [row] = gateway.sql("SELECT limit_nd FROM budget WHERE name = 'few' AND archived_us = 0")
    return row["limit_nd"] // 10**9


with Mock() as mock, Gateway(mock) as gateway:
    gateway.costlens("budget", "set", "few", "--limit", "1")

    # It is being done when the gateway is told to end: its answer comes first.
    holder = held(gateway)
    running = raising(gateway)
    time.sleep(MOMENT)
    gateway.program.signal(signal.SIGTERM)
    time.sleep(MOMENT)
    holder.close()
    expect(ended(running), (0, "Budget few: 2.00 USD for every call; 0.00 spent.\n"))
    expect(gateway.program.process.wait(10 * PATIENCE), 0)

    # Many, whenever it is: each is done once, by the gateway or without it.
    done = []

    def raise_on():
        while len(done) < 200 and not over:
            done.append(ended(raising(gateway)))
    for _ in range(5):
        before, over = limit_of(gateway), []
        done.clear()
        gateway.start()
        threads = [Thread(target=raise_on) for _ in range(4)]
        for t in threads:
            t.start()
        until(lambda: len(done) > 8, 20, "some are done")
        expect(gateway.program.stop(10), 0)
        until(lambda: len(done) > 16, 20, "some are done without it")
        over.append(True)
        for t in threads:
            t.join()
        expect([d for d in done if d[0] != 0], [])
        expect(limit_of(gateway), before + len(done), "each once")

    # It is killed while it does one: nobody can tell, and that is said.
    gateway.start()
    before = limit_of(gateway)
    holder = held(gateway)
    running = raising(gateway)
    time.sleep(MOMENT)
    gateway.program.kill()
    holder.close()
    code, said = ended(running)
    expect(code, 1, said)
    expect_in("It may have been done: look with `costlens budget show few --config", said)
    expect(limit_of(gateway), before, "it was not, this time")

    # It is killed before it has read one: that is done without it.
    gateway.start()
    gateway.program.signal(signal.SIGSTOP)
    running = raising(gateway)
    time.sleep(MOMENT)
    gateway.program.kill()
    code, said = ended(running)
    expect(code, 0, said)
    expect(limit_of(gateway), before + 1)
