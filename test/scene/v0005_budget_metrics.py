# SPDX-License-Identifier: Apache-2.0
"""What budgets come to, on /metrics: exact, one series a budget however many values it tells apart; promtool reads it."""
import subprocess
import threading

from lib.scene import DEPS, Gateway, Mock, expect, limit, request, until

limit(60)
BUDGETS = """budgets:
  - { name: all, limit: 1.00, window: month, alert_at: [1%] }
  - { name: job, per: tag:job, limit: 0.50 }
  - { name: eye, limit: 0.000001, enforce: observe, window: day }
  - { name: single, per: request, limit: 0.25 }
"""


def figure(gateway, name, budget, window):
    """In 10^-9."""
    return gateway.metrics()[f'costlens_budget_{name}{{budget="{budget}",window="{window}"}}'] * 10**9


with Mock() as mock, Gateway(mock, extra=BUDGETS) as gateway:
    expect(figure(gateway, "spent_usd", "all", "month"), 0, "before the first call, too")
    for job in ("a", "b", "b"):
        expect(gateway.chat(headers={"x-costlens-tags": f"job={job}"}, max_tokens=100).status, 200)
    costs = [-(-row["cost_pd"] // 1000) for row in gateway.rows(3)]
    for name, window in (("all", "month"), ("job", "lifetime"), ("eye", "day")):
        expect(figure(gateway, "spent_usd", name, window), sum(costs), name)
        expect(figure(gateway, "held_usd", name, window), 0, name)
        expect(figure(gateway, "overdraft_usd", name, window), 0, name)
    expect(figure(gateway, "limit_usd", "job", "lifetime"), 500_000_000, "of each value")
    expect(figure(gateway, "accounts", "job", "lifetime"), 2 * 10**9)
    expect(figure(gateway, "would_refuse", "eye", "day"), 3 * 10**9)
    expect(figure(gateway, "limit_usd", "single", "request"), 250_000_000)
    expect(figure(gateway, "utilisation_ratio", "all", "month"), sum(costs) // 1000 * 1000, "of 1 USD")
    figures = gateway.metrics()
    expect(figures["costlens_bound_utilisation_ratio_count"], 3)
    expect(figures["costlens_bound_violation_total"], 0)
    expect([figures[f'costlens_budget_alert_total{{budget="{name}"}}'] for name in ("all", "job", "eye")], [0, 0, 0])
    expect([name for name in figures if "job=" in name or 'value="' in name], [], "no value is a label")
    call = threading.Thread(target=gateway.chat, kwargs={"headers": {"x-mock-fault": "late=1500"}, "max_tokens": 100})
    call.start()
    until(lambda: figure(gateway, "held_usd", "all", "month") > 60_000, what="a call under way holds its worst case")
    call.join()
    costs = [-(-row["cost_pd"] // 1000) for row in gateway.rows(4)]
    expect(figure(gateway, "held_usd", "all", "month"), 0)

    promtool = DEPS / "daemons/usr/bin/promtool"
    if promtool.exists():
        text = request(gateway.admin_port, "GET", "/metrics").body
        done = subprocess.run([str(promtool), "check", "metrics"], input=text, capture_output=True)
        expect((done.returncode, done.stderr.decode()), (0, ""), "promtool")

    # After a restart what was spent is there, though no call has asked for it yet.
    gateway.program.stop()
    gateway.start()
    expect(figure(gateway, "spent_usd", "all", "month"), sum(costs))
