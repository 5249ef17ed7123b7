# SPDX-License-Identifier: Apache-2.0
"""10^5 calls with faults in between: the ledger and the provider's log differ by nothing.

Every row whose usage the provider reported costs what the log says, to the picodollar; the others are
listed by what happened to them."""
import http.client
import json
import random
import threading
from collections import Counter

from lib.scene import KEY, LONG, Gateway, Mock, cost_of, expect, expect_true, limit, question, until

CALLS = int(__import__("os").environ.get("COSTLENS_CALLS") or (1000000 if LONG else 100000))
CLIENTS = 16
limit(3600 if LONG else 560)
FAULTS = [None] * 60 + ["no-usage", "wrong-usage=3", "no-done", "mixed", "cut", "truncated", "error-event",
                        "reset", "reset=mid", "500", "529", "rate", "garbage", "html"]


def ask(port, client):
    dice = random.Random(client)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for i in range(client, CALLS, CLIENTS):
        fault = dice.choice(FAULTS)
        stream = dice.random() < 0.2
        body = question("reconcile", user=f"r{i}", max_tokens=dice.randrange(1, 20))
        fields = {"Authorization": f"Bearer {KEY}"}
        if stream:
            body["stream"] = True
        if fault:
            fields["x-mock-fault"] = fault
        try:
            connection.request("POST", "/v1/chat/completions", json.dumps(body), fields)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()


with Mock() as mock, Gateway(mock) as gateway:
    clients = [threading.Thread(target=ask, args=(gateway.port, i)) for i in range(CLIENTS)]
    for c in clients:
        c.start()
    for c in clients:
        c.join()
    count = until(lambda: (n := gateway.sql("select count(*) n from call")[0]["n"]) >= CALLS and n,
                  60, "a row each")
    expect(count, CALLS)
    bills = {b["user"]: b for b in mock.bills()}
    difference, kinds = 0, Counter()
    for row in gateway.rows():
        bill = bills.pop(row["who"])
        kinds[row["outcome"], row["sure"], row["http_status"]] += 1
        if row["sure"] == "reported":
            difference += abs(row["cost_pd"] - cost_of(bill))
            expect(row["upstream_id"], bill["id"])
        elif row["http_status"] >= 400 and bill["output"] == 0:
            expect(row["cost_pd"] or 0, 0, f"{row['who']}: a refused call costs nothing")
    for kind, n in sorted(kinds.items(), key=str):
        print(n, *kind)
    expect(difference, 0, "picodollars between the ledger and the provider")
    expect(len(bills), 0, "bills without a row")
    expect_true(kinds["ok", "reported", 200] > CALLS / 2, "most calls are plain")
    total = gateway.report()["total"]
    expect(total["requests"], CALLS, "the report")
    expect(gateway.costlens("ledger", "verify").returncode, 0)
