# SPDX-License-Identifier: Apache-2.0
"""What reports tell of budgets: of one call what it held, where, and what it was charged; of rows that have a budget
its limit and what is spent and held of it."""
import csv
import io
import json
import sqlite3

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)
EXTRA = """budgets:
  - { name: all, limit: 1.00, window: month }
  - { name: job, per: tag:job, limit: 0.50 }
"""


def usd(nano):
    return f"{nano // 10**9}.{nano % 10**9:09d}"


def nano(text):
    return round(float(text) * 1e9)


with Mock() as mock, Gateway(mock, extra=EXTRA) as gateway:
    expect(gateway.chat(max_tokens=100).status, 200)
    expect(gateway.chat(max_tokens=100, headers={"x-costlens-tags": "job=nightly"}).status, 200)
    first, second = gateway.rows(2)

    # One call.
    [attempt] = json.loads(gateway.costlens("report", "--request", second["request"], "--json").stdout)["attempts"]
    expect([(b["budget"], b.get("value"), b["window"]) for b in attempt["budgets"]],
           [("all", None, "month"), ("job", "nightly", "lifetime")])
    expect(attempt["charged_usd"], usd(-(-second["cost_pd"] // 1000)))
    held = attempt["held_usd"]
    text = gateway.costlens("report", "--request", second["request"]).stdout
    expect_in(f"held           {held} USD, charged {attempt['charged_usd']} USD", text)
    expect_in("budget         job of nightly", text)

    # All of them.
    lines = list(csv.DictReader(io.StringIO(gateway.costlens("export", "--format", "csv").stdout)))
    expect([(line["held_usd"], line["charged_usd"]) for line in lines],
           [(held, usd(-(-row["cost_pd"] // 1000))) for row in (first, second)])
    lines = [json.loads(line) for line in gateway.costlens("export", "--format", "json").stdout.splitlines()]
    expect([line["held_usd"] for line in lines], [held, held])

    # By budget: a call stands in each, and once in the total.
    costs = [-(-row["cost_pd"] // 1000) for row in (first, second)]
    report = gateway.report("--by", "budget")
    expect(report["total"]["requests"], 2)
    rows = {row["budget"]: row for row in report["rows"]}
    expect({name: row["requests"] for name, row in rows.items()}, {"all": 2, "job": 1})
    expect(nano(rows["all"]["budget_spent_usd"]), sum(costs))
    expect((rows["all"]["budget_limit_usd"], rows["all"]["budget_held_usd"]), ("1.00", "0.00"))
    expect((rows["job"]["budget_value"], nano(rows["job"]["budget_spent_usd"])), ("nightly", costs[1]))

    # By what a budget is of.
    report = gateway.report("--by", "tag:job")
    rows = {row["tag"]: row for row in report["rows"]}
    expect((rows["nightly"]["budget"], nano(rows["nightly"]["budget_spent_usd"])), ("job", costs[1]))
    expect((rows["(none)"]["budget"], rows["(none)"]["budget_limit_usd"]), (None, None))
    expect("budget" in gateway.report("--by", "key")["rows"][0], False, "none is of a key")
    gateway.costlens("budget", "set", "scene", "--scope", "key=scene", "--limit", "0.25")
    table = gateway.costlens("report", "--by", "key").stdout.splitlines()
    expect_in("BUDGET", table[0])
    expect(table[1].split()[-5:], ["scene", "0.25", "0.00", "0.00", "0.0"])
    [line] = csv.DictReader(io.StringIO(gateway.costlens("report", "--by", "key", "--format", "csv").stdout))
    expect((line["key"], line["budget"], line["budget_limit_usd"]), ("scene", "scene", "0.25"))
    expect("BUDGET" in gateway.costlens("report").stdout, False, "none is of a model")

with Mock() as mock, Gateway(mock) as gateway:
    expect(gateway.chat().status, 200)
    [row] = gateway.rows(1)
    [attempt] = json.loads(gateway.costlens("report", "--request", row["request"], "--json").stdout)["attempts"]
    expect((attempt["held_usd"], attempt["charged_usd"], attempt["budgets"]), (None, None, []))

    # Whoever writes past the gateway is found out.
    expect(gateway.costlens("ledger", "verify").returncode, 0)
    gateway.program.stop()
    with sqlite3.connect(gateway.store) as db:
        db.execute("UPDATE call SET cost_pd = NULL")
        db.execute("DELETE FROM name WHERE text = 'scene'")
    db.close()
    found = gateway.costlens("ledger", "verify", check=False)
    expect_true(found.returncode != 0, found.stdout)
    expect_in(f"request {row['request']}, attempt 0: it has a price (priced), and no cost", found.stdout)
    expect_in("which calls or their sums have, is not there", found.stdout)
