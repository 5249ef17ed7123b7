# SPDX-License-Identifier: Apache-2.0
"""A report that takes its time holds up neither metrics nor a reload, nor does a reload take anything from it."""
import signal
import sqlite3
import threading
import time

from lib.scene import Gateway, Mock, expect, expect_true, limit, request, until

limit(60)

with Mock() as mock, Gateway(mock) as gateway:
    gateway.chat("x")
    gateway.rows(1)
    token = (gateway.state / "admin.token").read_text().strip()
    admin = {"Authorization": f"Bearer {token}"}

    # Somebody else holds the ledger: its writer waits, and a report waits for its writer.
    other = sqlite3.connect(gateway.store, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    gateway.chat("y")
    answers = []

    def report():
        answers.append(request(gateway.admin_port, "POST", "/api/v1/report", b'{"by":"model"}', admin, 60))

    asking = [threading.Thread(target=report) for _ in range(2)]
    for one in asking:
        one.start()
    time.sleep(0.3)  # by now both are asked for
    expect(request(gateway.admin_port, "GET", "/api/v1/status", headers=admin).status, 200)
    good = gateway.file.read_text()
    for n in range(3):  # what the report looks at is replaced meanwhile
        gateway.file.write_text(good.replace("models: [bench-model]", f"models: [bench-model, m{n}]"))
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.request("GET", f"/v1/models/bench/m{n}").status == 200, 5, "the reload took effect")
    expect(request(gateway.admin_port, "GET", "/metrics").status, 200)
    expect_true(len(answers) < 2, "the reports still wait")
    other.execute("ROLLBACK")
    other.close()
    for one in asking:
        one.join()
    expect([a.status for a in answers], [200, 200])
    expect_true(all(a.json["total"]["requests"] >= 2 for a in answers), "and show what was asked before them")
