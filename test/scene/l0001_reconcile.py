# SPDX-License-Identifier: Apache-2.0
"""10^5 calls with faults in between: the ledger and the provider's log differ by nothing.

Every row whose usage the provider reported costs what the log says, to the picodollar; the others are
listed by what happened to them."""
import http.client
import json
import random
import threading
import time
from collections import Counter

from lib.scene import KEY, LONG, Gateway, Mock, cost_of, expect, expect_true, limit, question

CALLS = int(__import__("os").environ.get("COSTLENS_CALLS") or (1000000 if LONG else 100000))
CLIENTS = 16
limit(3600 if LONG else 560)
FAULTS = [None] * 60 + ["no-usage", "wrong-usage=3", "no-done", "mixed", "cut", "truncated", "error-event",
                        "reset", "reset=mid", "500", "529", "rate", "garbage", "html"]


def ask(port, client, answered):
    """Asks its share; a call that met a closed connection is asked again under another name."""
    dice = random.Random(client)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for i in range(client, CALLS, CLIENTS):
        fault, stream = dice.choice(FAULTS), dice.random() < 0.2
        body = question("reconcile", max_tokens=dice.randrange(1, 20))
        fields = {"Authorization": f"Bearer {KEY}"}
        if stream:
            body["stream"] = True
        if fault:
            fields["x-mock-fault"] = fault
        for attempt in range(5):
            body["user"] = f"r{i}.{attempt}"
            try:
                connection.request("POST", "/v1/chat/completions", json.dumps(body), fields)
                reply = connection.getresponse()
                answered.append((body["user"], reply.status))
                reply.read()
                break
            except (OSError, http.client.HTTPException):
                connection.close()
                if answered and answered[-1][0] == body["user"]:
                    break  # an answer had begun


with Mock() as mock, Gateway(mock) as gateway:
    answered = [[] for _ in range(CLIENTS)]
    clients = [threading.Thread(target=ask, args=(gateway.port, i, answered[i]))
               for i in range(CLIENTS)]
    for c in clients:
        c.start()
    for c in clients:
        c.join()
    names = dict(call for part in answered for call in part)
    expect(len(names), CALLS, "answered calls")
    counting = "select count(*) n from calls where followed = 0"  # a kept connection that was gone is replaced
    counted = [-1, gateway.sql(counting)[0]["n"]]
    while counted[-1] < CALLS and counted[-1] != counted[-2]:
        time.sleep(3)
        counted.append(gateway.sql(counting)[0]["n"])
    rows, bills = gateway.rows(), {b["user"]: b for b in mock.bills()}
    last = [row for row in rows if not row["followed"]]
    seen = Counter(row["who"] for row in last)
    expect([who for who, n in seen.items() if n > 1][:5], [], "doubled")
    expect({(row["error"], row["attempt"]) for row in rows if row["followed"]} - {("upstream_disconnected", 0)}, set(),
           "what another attempt followed")
    expect([call for call in names.items() if call[0] not in seen][:9], [], "answered, but no row")
    expect([name for name in bills if name not in seen][:5], [], "billed, but no row")
    difference, kinds = 0, Counter()
    for row in rows:
        bill = bills.get(row["who"])
        kinds[row["outcome"], row["sure"], row["http_status"], row["error"]] += 1
        if row["sure"] == "reported":
            difference += abs(row["cost_pd"] - cost_of(bill))
            if row["http_status"] == 200:
                expect(row["upstream_id"], bill["id"])
    for kind, n in sorted(kinds.items(), key=str):
        print(n, *kind)
    expect(difference, 0, "picodollars between the ledger and the provider")
    plain = sum(n for kind, n in kinds.items() if kind[:3] == ("ok", "reported", 200))
    expect_true(plain > CALLS / 2, "most calls are plain")
    total = gateway.report()["total"]
    expect(total["requests"], len(last), "the report")
    expect(gateway.costlens("ledger", "verify").returncode, 0)
