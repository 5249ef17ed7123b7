# SPDX-License-Identifier: Apache-2.0
"""Many calls with faults in between, under five budgets each: what is spent and the provider's log differ by nothing.

A call whose usage the provider reported is charged what the log says, rounded up to the nanodollar; every other one is
charged what it held, which the log does not exceed. Each account has spent the sum of its calls' charges."""
import http.client
import json
import os
import random
import socket
import threading
import time
from collections import Counter

from lib.books import accounts, charges, covered, nano, odd_prices, shown, verified, within
from lib.scene import KEY, LONG, PATIENCE, Gateway, Mock, expect, expect_true, limit, question

CALLS = int(os.environ.get("COSTLENS_CALLS") or (1000000 if LONG else 10000))
CLIENTS = 16
limit(7200 if LONG else 300)
odd_prices()
FAULTS = [None] * 400 + 5 * ["no-usage", "no-done", "mixed", "cut", "truncated", "error-event", "not-json", "reset",
                             "reset=mid", "500", "529", "rate", "garbage", "html", "bills-on"] + ["hang=mid"]
BUDGETS = ("log: { requests: false }\n"
           "org: acme\n"
           "budgets:\n"
           "  - { name: company, scope: { org: acme }, limit: 500, window: month, timezone: Europe/Berlin }\n"
           "  - { name: all, limit: 5000 }\n"
           "  - { name: key, per: key, limit: 400, window: day, timezone: Asia/Kathmandu, alert_at: [1%] }\n"
           f"  - {{ name: session, per: tag:session, limit: {CALLS * 4e-7:.9f}, window: week }}\n"
           "  - { name: model, scope: { model: bench/* }, limit: 300, hold: grow }\n")


def leave(port, body, fields, after):
    """Asks, reads so many bytes of the answer, and goes."""
    text = json.dumps(body)
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        s.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {len(text)}\r\n\r\n{text}".encode())
        while after > 0:
            piece = s.recv(after)
            after -= len(piece) or after


class Client(threading.Thread):
    """Asks its share; a call that met a closed connection is asked again under another name."""

    def __init__(self, port, number):
        super().__init__()
        self.port, self.number, self.statuses, self.refused = port, number, Counter(), set()
        self.dice = random.Random(number)
        self.start()

    def run(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for i in range(self.number, CALLS, CLIENTS):
            fault = self.dice.choice(FAULTS)
            body = question("reconcile", max_tokens=self.dice.randrange(1, 20))
            if self.dice.random() < 0.2:
                body["stream"] = True
            fields = {"Authorization": f"Bearer {KEY}", "x-costlens-tags": f"session={i % 40}"}
            if fault:
                fields["x-mock-fault"] = fault
            if fault == "bills-on" or self.dice.random() < 0.01:
                fields["x-mock-fault"] = f"{fault + '+' if fault else ''}slow=1"
                leave(self.port, {**body, "user": f"b{i}"}, fields, self.dice.choice((0, 1, 300)))
            else:
                self.ask(i, body, fields)

    def ask(self, i, body, fields):
        for attempt in range(5):
            body["user"] = f"b{i}.{attempt}"
            began = False
            try:
                self.connection.request("POST", "/v1/chat/completions", json.dumps(body), fields)
                reply = self.connection.getresponse()
                began = True
                self.statuses[reply.status] += 1
                if reply.status == 402:
                    self.refused.add(body["user"])
                reply.read()
                return
            except (OSError, http.client.HTTPException):
                self.connection.close()
                if began:
                    return


def quiet(gateway, mock):
    """Waits until neither the ledger nor the provider's log grows."""
    seen = [None]
    while len(seen) < 3 or seen[-1] != seen[-3]:
        time.sleep(PATIENCE)
        seen.append((gateway.sql("select count(*) n from calls"), mock.log.stat().st_size,
                     gateway.metric("costlens_reservations_inflight")))


with Mock() as mock, Gateway(mock, extra=BUDGETS, timeouts="first_byte: 3s, idle: 3s") as gateway:
    clients = [Client(gateway.port, i) for i in range(CLIENTS)]
    for c in clients:
        c.join()
    quiet(gateway, mock)
    statuses, refused = sum((c.statuses for c in clients), Counter()), set().union(*(c.refused for c in clients))
    rows, bills = gateway.rows(), {b["user"]: b for b in mock.bills()}
    seen = Counter(row["who"] for row in rows if not row["followed"])
    expect([who for who, n in seen.items() if n > 1][:5], [], "doubled")
    expect(sorted(set(bills) - set(seen))[:5], [], "billed, but no row")
    expect(sorted(refused & (set(seen) | set(bills)))[:5], [], "refused, and yet sent")
    captured = covered(gateway, rows, bills)
    for kind, n in sorted(Counter((r["outcome"], r["sure"], r["http_status"], r["error"]) for r in rows).items(), key=str):
        print(n, *kind)
    print(f"{len(rows)} rows, {captured} charged what they held, answers {dict(statuses)}")
    expect_true(statuses[200] > CALLS / 2 and statuses[402] > 0 and captured > 0, "most calls are plain")

    # Who reads an export finds each of those, by the name that its provider's log has.
    listed = map(json.loads, gateway.costlens("export", "--format", "json").stdout.splitlines())
    expect(sorted(x["user"] for x in listed if x["sure"] != "reported"),
           sorted(row["who"] for row in rows if row["sure"] != "reported"), "listed one by one")

    # Each account is the sum of its calls, and what it shows.
    sums = Counter()
    for attempts in charges(gateway).values():
        for _, charged, on in attempts:
            for account in on:
                sums[account] += charged
    kept = accounts(gateway)
    expect({a["id"]: a["settled"] for a in kept if a["settled"]}, {n: s for n, s in sums.items() if s}, "the accounts")
    for name in ("company", "all", "key", "model"):
        budget = shown(gateway, name)
        expect((nano(budget["spent"]), nano(budget["held"])), (sum(a["settled"] for a in kept if a["name"] == name), 0), name)
    within(gateway)
    verified(gateway)
