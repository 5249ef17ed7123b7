# SPDX-License-Identifier: Apache-2.0
"""What reports tell of budgets: of one call what it held, where, and what it was charged."""
import csv
import io
import json

from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(60)
EXTRA = """budgets:
  - { name: all, limit: 1.00, window: month }
  - { name: job, per: tag:job, limit: 0.50 }
"""


def usd(nano):
    return f"{nano // 10**9}.{nano % 10**9:09d}"


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

with Mock() as mock, Gateway(mock) as gateway:
    expect(gateway.chat().status, 200)
    [row] = gateway.rows(1)
    [attempt] = json.loads(gateway.costlens("report", "--request", row["request"], "--json").stdout)["attempts"]
    expect((attempt["held_usd"], attempt["charged_usd"], attempt["budgets"]), (None, None, []))
