# SPDX-License-Identifier: Apache-2.0
"""Feedback that waits for the ledger, which another program holds, is in nobody's way: so much of it waits, the rest is
refused, and the operator is served meanwhile. None waits for those before it: each is told some seconds later."""
import sqlite3
from threading import Thread

from lib.scene import KEY, Gateway, Mock, expect, expect_true, limit, request, until

limit(90)
PATH = "/costlens/v1/feedback"
SENT, WAITING_MOST = 100, 64  # at a worker

with Mock() as mock, Gateway(mock, workers=1) as gateway:
    call = gateway.chat("hello").headers["x-costlens-request-id"]
    rating = {"request_id": call, "score": 0.5}
    api = {"Authorization": f"Bearer {(gateway.state / 'admin.token').read_text().strip()}"}
    gateway.rows(1)
    answers, rated = [], []

    def rate():
        answers.append(request(gateway.port, "POST", PATH, rating, {"Authorization": f"Bearer {KEY}"}, timeout=60))

    def rate_as_operator():
        rated.append(request(gateway.admin_port, "POST", "/api/v1/routes/feedback", rating, api, timeout=60))

    holder = sqlite3.connect(gateway.store, isolation_level=None, timeout=5)
    holder.execute("BEGIN IMMEDIATE")
    threads = [Thread(target=rate) for _ in range(SENT)] + [Thread(target=rate_as_operator)]
    for thread in threads:
        thread.start()
    until(lambda: len(answers) >= SENT - WAITING_MOST, 20, "the rest is refused")
    refused = [a for a in answers if a.status == 503 and a.json["error"]["code"] == "overloaded"]
    expect_true(len(refused) >= SENT - WAITING_MOST, f"{answers}")

    served = request(gateway.admin_port, "POST", "/api/v1/reload", {}, api)
    expect(served.status, 200, "while the ledger is held, and feedback waits")
    for thread in threads:
        thread.join()
    expect(len(answers), SENT, "all have their answer while the ledger is held")
    waited = [a for a in answers if a not in refused]
    expect_true(waited and all(a.json["error"]["code"] == "store_unavailable" for a in waited), f"{waited}")
    expect([a.status for a in rated], [503])
    holder.execute("ROLLBACK")
    answers.clear()
    rate()
    expect([a.status for a in answers], [200], "there is room again")
