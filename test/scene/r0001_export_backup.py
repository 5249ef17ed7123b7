# SPDX-License-Identifier: Apache-2.0
"""costlens export and costlens backup, through a running gateway and without one: what they give is the
ledger, the ledger is the provider's log, and a restored backup says what the store said."""
import csv
import io
import json
import os
import shutil
import threading
from decimal import Decimal

from lib.scene import Gateway, Mock, cost_of, expect, expect_in, expect_true, folder, limit, request

limit(90)
CALLS = 1200  # more than one piece of an export
MEMBERS = {"input_tokens": "input", "cache_read_tokens": "cache_read", "cache_write_tokens": "cache_write",
           "output_tokens": "output", "reasoning_tokens": "reasoning"}


def load(gateway, first, count, clients=8):
    def ask(client):
        for i in range(first + client, first + count, clients):
            headers = {"x-mock-fault": "500"} if i % 50 == 7 else {}
            stream = {"stream": True} if i % 3 == 0 else {}
            # A text that a spreadsheet would take for a formula, quotes, a comma.
            headers["x-costlens-tags"] = "note=%3D1%2B1" if i % 2 else "note=caf%C3%A9%20%22x%22%2C%20y"
            answer = gateway.chat("export " * (i % 5), headers=headers, user=f"e{i}", max_tokens=3 + i % 9, **stream)
            expect(answer.status, 500 if "x-mock-fault" in headers else 200)
    threads = [threading.Thread(target=ask, args=(c,)) for c in range(clients)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def export(gateway, *arguments):
    return gateway.costlens("export", *arguments).stdout


def lines_of(gateway, *arguments):
    return [json.loads(line) for line in export(gateway, "--format", "json", *arguments).splitlines()]


def compare(gateway, bills):
    """Each line is its bill; CSV says the same as JSON. The lines."""
    lines = lines_of(gateway)
    by_user = {line["tags"]["user"]: line for line in lines}
    expect(len(by_user), len(lines), "each call once")
    expect(set(by_user), set(bills), "the calls")
    for user, bill in bills.items():
        line = by_user[user]
        expect((line["upstream_id"], line["http_status"], line["stream"]),
               (bill["id"], bill["status"], bill["stream"]), user)
        expect([line[m] for m in MEMBERS], [bill[m] for m in MEMBERS.values()], f"tokens of {user}")
        expect(Decimal(line["cost_usd"]) * 10**12, cost_of(bill), f"the cost of {user}")
    rows = list(csv.DictReader(io.StringIO(export(gateway))))
    expect(len(rows), len(lines), "lines of CSV")
    for row, line in zip(rows, lines):
        for name in ("request", "start", "model", "outcome", "upstream_id", "cost_usd", *MEMBERS):
            expect(row[name], str(line[name]), name)
        expect_true(row["tags"][:1] not in ("=", "+", "-", "@"), "no formula")
    expect([line["start"] for line in lines], sorted(line["start"] for line in lines), "their order")
    # Cut in two, nothing is missing and nothing is twice.
    middle = lines[len(lines) // 2]["start"]
    halves = lines_of(gateway, "--until", middle), lines_of(gateway, "--since", middle)
    expect(halves[0] + halves[1], lines, "both halves")
    file = folder / f"export-{os.urandom(4).hex()}.csv"
    gateway.costlens("export", "--output", str(file))
    expect(file.read_text(), export(gateway), "into a file")
    expect_true(gateway.costlens("export", "--output", str(file), check=False).returncode != 0, "only a new file")
    return lines


def backup(gateway, file):
    gateway.costlens("backup", str(file))
    expect(os.stat(file).st_mode & 0o077, 0, "nobody else may read it")
    again = gateway.costlens("backup", str(file), check=False)
    expect_true(again.returncode != 0, "a file that exists is not written over")
    expect_in(str(file), again.stderr)


def restore(gateway, file):
    """As the help says it."""
    shutil.copyfile(file, gateway.store)
    for end in ("-wal", "-shm"):
        gateway.store.with_name(gateway.store.name + end).unlink(missing_ok=True)
    shutil.rmtree(gateway.state / "journal")


def said(gateway):
    return [gateway.report("--by", by) for by in ("model", "user", "hour")]


with Mock() as mock:
    gateway = Gateway(mock).start()
    token = json.loads(gateway.costlens("key", "create", "--name", "kept", "--json").stdout)["token"]
    load(gateway, 0, CALLS)
    bills = {bill["user"]: bill for bill in mock.bills(CALLS)}
    lines = compare(gateway, bills)
    before = said(gateway)
    backup(gateway, folder / "running.db")
    # While calls run: a backup holds whole calls only.
    others = threading.Thread(target=load, args=(gateway, CALLS, 400))
    others.start()
    backup(gateway, folder / "busy.db")
    others.join()
    gateway.program.stop()

    bills = {bill["user"]: bill for bill in mock.bills(CALLS + 400)}
    every = compare(gateway, bills)
    after = said(gateway)
    backup(gateway, folder / "stopped.db")

    for name, wanted, calls in (("running", before, lines), ("stopped", after, every)):
        restore(gateway, folder / f"{name}.db")
        expect(said(gateway), wanted, f"reports of the {name} store's backup")
        expect(lines_of(gateway), calls, f"its calls ({name})")
        expect(gateway.costlens("ledger", "verify").returncode, 0)
    restore(gateway, folder / "busy.db")
    there = lines_of(gateway)
    expect_true(CALLS <= len(there) <= CALLS + 400, "some of the calls that ran")
    expect([line for line in there if line not in every], [], "whole calls")
    expect(gateway.costlens("ledger", "verify").returncode, 0)
    print(f"{len(lines)} calls exported while it ran, {len(every)} after; the busy backup held {len(there)}")
    # A gateway goes on with it: the keys are in the store too.
    gateway.start()
    answer = request(gateway.port, "POST", "/v1/chat/completions",
                     {"model": "bench/bench-model", "messages": [{"role": "user", "content": "x"}]},
                     {"Authorization": f"Bearer {token}"})
    expect(answer.status, 200, "a key of the restored store")
    gateway.rows(len(there) + 1)
    expect(gateway.costlens("ledger", "verify").returncode, 0)
    expect(gateway.program.stop(), 0)
