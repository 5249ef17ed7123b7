# SPDX-License-Identifier: Apache-2.0
"""Thresholds of budgets: each is told once in a window, in the log within a second and in the store, whatever dies or is
read anew meanwhile."""
import json
import signal
import sqlite3
import time

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, request, until

limit(90)
EXTRA = """budgets:
  - { name: all, limit: 0.001, window: month, alert_at: [50%, 80%] }
  - { name: job, per: tag:job, limit: 1.00, alert_at: [1%] }
  - { name: nothing, limit: 1.00, alert_at: [99%] }
"""


def told(gateway):
    """The thresholds in the log of the process that runs."""
    lines = [json.loads(line) for line in gateway.program.errors().splitlines()]
    return [(line["budget"], line["percent"]) for line in lines if "threshold" in line["msg"]]


def events(gateway, *name):
    found = json.loads(gateway.costlens("budget", "events", *name, "--json").stdout)["events"]
    return [(e["budget"], e["percent"]) for e in found if e["kind"] == "alert"]


def spent(gateway):
    return int(gateway.sql("SELECT coalesce(max(settled), 0) AS spent FROM account a JOIN budget b ON b.id = a.budget "
                           "WHERE b.name = 'all'")[0]["spent"])


def spend_until(gateway, nano):
    while spent(gateway) < nano:
        answer = gateway.chat(max_tokens=100)
        expect(answer.status, 200, answer.body)
        expect(gateway.costlens("report").returncode, 0)  # the ledger has the call


def change(gateway, sql):
    with sqlite3.connect(gateway.store) as db:
        db.execute(sql)
    db.close()


def again(gateway):
    """Killed, and begun anew with a call in the same window."""
    gateway.program.kill()
    gateway.start()
    expect(gateway.chat(max_tokens=1).status, 200)
    time.sleep(0.5)


with Mock() as mock, Gateway(mock, extra=EXTRA) as gateway:
    spend_until(gateway, 500_000)
    until(lambda: told(gateway), 1, "the threshold is in the log")
    expect(told(gateway), [("all", 50)])
    expect(gateway.metrics()['costlens_budget_alert_total{budget="all"}'], 1)
    expect(events(gateway), [("all", 50)])
    [event] = json.loads(gateway.costlens("budget", "events", "all", "--json").stdout)["events"]
    expect((event["limit"], event["window"], event["held"]), ("0.001", "month", "0.00"))
    expect_true(0.0005 <= float(event["spent"]) < 0.0006, event["spent"])
    expect_in("50% reached", gateway.costlens("budget", "events").stdout)

    # Death, at once.
    again(gateway)
    expect((told(gateway), events(gateway)), ([], [("all", 50)]))
    # What was told was not kept any more when it died, and the reverse.
    gateway.program.kill()
    change(gateway, "UPDATE account SET told = 0")
    again(gateway)
    expect((told(gateway), events(gateway)), ([], [("all", 50)]), "it was told before")
    gateway.program.kill()
    change(gateway, "DELETE FROM event")
    again(gateway)
    until(lambda: told(gateway), 1, "the threshold is in the log")
    expect((told(gateway), events(gateway)), ([("all", 50)], [("all", 50)]), "it was not told before")

    # The configuration read anew.
    gateway.program.signal(signal.SIGHUP)
    until(lambda: "reload: the new configuration holds" in gateway.program.errors(), 5, "it is read anew")
    expect(gateway.chat(max_tokens=1).status, 200)
    spend_until(gateway, 800_000)
    until(lambda: len(told(gateway)) == 2, 1, "the next threshold is in the log")
    expect(events(gateway, "all"), [("all", 50), ("all", 80)])

    # Each value has its own.
    for job in ("a", "b"):
        expect(gateway.chat(headers={"x-costlens-tags": f"job={job}"}, max_tokens=1).status, 200)
    expect(events(gateway, "job"), [], "1% was not reached")
    expect(gateway.costlens("budget", "events", "nothing").stdout, "")
    unknown = gateway.costlens("budget", "events", "nothin", check=False)
    expect(unknown.returncode, 1, unknown.stderr)
    expect_in("no budget is named nothin", unknown.stderr)

    # The admin API, from a number on.
    token = (gateway.state / "admin.token").read_text().strip()
    admin = {"Authorization": f"Bearer {token}"}
    first, last = request(gateway.admin_port, "GET", "/api/v1/budgets/events", headers=admin).json["events"]
    answer = request(gateway.admin_port, "POST", "/api/v1/budgets/events", {"after": str(first["id"])}, admin)
    expect(answer.json["events"], [last])
    answer = request(gateway.admin_port, "POST", "/api/v1/budgets/events", {"after": first["id"]}, admin)
    expect(answer.json["events"], [last])
    expect(request(gateway.admin_port, "POST", "/api/v1/budgets/events", {"after": "x"}, admin).status, 400)

    # Without a gateway.
    gateway.program.stop()
    expect(events(gateway, "all"), [("all", 50), ("all", 80)])
