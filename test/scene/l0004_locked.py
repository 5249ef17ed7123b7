# SPDX-License-Identifier: Apache-2.0
"""Another program holds the ledger's lock for some seconds (a shell, a copy): nothing that was accepted is lost,
a refusal says what is wrong, and when the lock is free the gateway goes on by itself."""
import sqlite3
import threading
import time

from lib.scene import KEY, Gateway, Mock, expect, expect_in, expect_true, limit, request, until

limit(120)
HELD_S = 5
MOMENT_S = 0.8
WAITS = "another program holds the ledger's lock: it is waited for, some seconds"


def lock(gateway):
    connection = sqlite3.connect(gateway.store, isolation_level=None, timeout=5, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def calls_for(gateway, seconds):
    answers, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        answers.append(gateway.chat("hello"))
        time.sleep(0.02)
    return answers


for mode in ("block", "allow"):
    with Mock() as mock, Gateway(mock, extra=f"on_store_failure: {mode}\n") as gateway:
        expect(gateway.chat("before").status, 200)
        gateway.rows(1)
        holder = lock(gateway)
        answers = calls_for(gateway, MOMENT_S)
        holder.execute("ROLLBACK")
        expect({a.status for a in answers}, {200}, f"{mode}: nobody sees that it was held for a moment")
        gateway.rows(1 + len(answers))
        expect_true("the ledger cannot" not in gateway.program.errors(), f"{mode}: nor the log")

        before = 1 + len(answers)
        holder.execute("BEGIN IMMEDIATE")
        answers = calls_for(gateway, HELD_S)
        good = [a for a in answers if a.status == 200]
        bad = [a for a in answers if a.status != 200]
        print(f"{mode}: {len(good)} answered, {len(bad)} refused")
        expect_true(good, f"{mode}: calls until the writer has seen it")
        for answer in bad:
            expect((answer.status, answer.json["error"]["code"]), (503, "store_unavailable"), mode)
            expect_in("ledger", answer.json["error"]["message"], mode)
            expect(answer.headers["retry-after"], "2", mode)
        expect(bool(bad), mode == "block", f"{mode}: refuses")
        for port in (gateway.port, gateway.admin_port):
            ready = request(port, "GET", "/readyz", headers={"Authorization": f"Bearer {KEY}"})
            expect(ready.status, 503 if mode == "block" else 200, f"{mode}: ready, as calls are served")
            expect_in(b"the ledger cannot be written", ready.body, mode)
            expect(ready.headers["retry-after"], "2" if mode == "block" else None, mode)
        expect(len(gateway.rows()), before, f"{mode}: nothing is written meanwhile")
        expect_true(gateway.metric("costlens_ledger_failures_total") > 0, f"{mode}: it is counted")
        expect_true(gateway.metric("costlens_ledger_lag_seconds") > 1, f"{mode}: the rows wait")
        if mode == "allow":
            said = gateway.costlens("report", check=False).stderr
            expect_in("another program", said)
            expect_in(f"holds the lock of {gateway.store}", said)
            said = gateway.costlens("budget", "set", "b", "--limit", "1", check=False)
            expect(said.returncode, 1)
            expect_in("the budget cannot be kept: another program (a shell, a copy) holds the ledger's lock. End it, or try "
                      "again later", said.stderr)
        holder.execute("ROLLBACK")
        holder.close()
        until(gateway.ready, 5, f"{mode}: ready again by itself")
        expect(gateway.chat("after").status, 200, mode)
        count = before + len(good) + 1
        rows = gateway.rows(count)
        expect((len(rows), len(mock.bills())), (count, count), f"{mode}: rows and bills")
        expect({row["upstream_id"] for row in rows}, {bill["id"] for bill in mock.bills()}, mode)
        expect(gateway.costlens("ledger", "verify").returncode, 0, f"{mode}: the books balance")
        said = gateway.program.errors()
        expect(said.count("the ledger cannot be written"), 1, f"{mode}: said once")
        expect(said.count("the ledger can be written again"), 1, f"{mode}: and its end")

        # A start that has rows to take from the journal waits for the lock, too.
        holder = lock(gateway)
        expect(gateway.chat("last").status, 200, mode)
        gateway.program.kill()
        killed = gateway.program

        def release():  # once it has said so, which is when it begins to wait
            until(lambda: gateway.program is not killed and WAITS in gateway.program.errors(), 5, "it says that it waits")
            holder.close()
        releasing = threading.Thread(target=release)
        releasing.start()
        gateway.start()
        releasing.join()
        expect(len(gateway.rows(count + 1)), count + 1, f"{mode}: the last call's row")
        expect(gateway.program.errors().count(WAITS), 1, f"{mode}: {gateway.program.errors()}")

        # One that waits in vain names who stands in its way, which is no costlens.
        if mode == "allow":
            holder = lock(gateway)
            expect(gateway.chat("the very last").status, 200, mode)
            gateway.program.kill()
            said = gateway.costlens("serve", check=False)
            expect(said.returncode, 1)
            expect(said.stderr.count(WAITS), 1, said.stderr)
            expect_in(f"another program (a shell, a copy) holds the lock of {gateway.store}", said.stderr)
            expect_true("another costlens" not in said.stderr, said.stderr)
            holder.close()
