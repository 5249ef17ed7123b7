# SPDX-License-Identifier: Apache-2.0
"""Budgets of the file: what they name and is nowhere is told, a reload says what it changes, a bad one changes nothing."""
import http.client
import json
import os
import signal
import threading

from lib.books import shown, verified
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(300)
RELOADS = int(os.environ.get("COSTLENS_RELOADS") or 1000)
BUDGETS = """log: { requests: false }
org: acme
teams: { search: { keys: [scene, wob] } }
budgets:
  - { name: company, scope: { org: acme }, limit: 500.00, window: month, timezone: Europe/Berlin, alert_at: [50%, 80%] }
  - { name: scene-day, scope: { key: scene }, limit: 10.00, window: day, hold: full }
  - { name: agent, per: tag:session, limit: 2.00, window: lifetime, hold: grow }
  - { name: slip, scope: { key: secne }, limit: 1 }
"""

with Mock() as mock, Gateway(mock, extra=BUDGETS) as gateway:
    def reload(text, said):  # as an editor does: the file is never half written
        aside = gateway.file.with_suffix(".new")
        aside.write_text(text)
        aside.replace(gateway.file)
        before = gateway.program.errors().count(said)
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.program.errors().count(said) > before, 5, said)
        return gateway.program.errors()

    good, holds, stays = gateway.file.read_text(), "the new configuration holds", "the running configuration stays"
    expect_in("budget slip concerns no call: no key is named `secne`", gateway.program.errors())
    expect_in("team search: no key is named `wob`", gateway.program.errors())
    expect_in("budget agent: hold: grow has no effect while company holds in full", gateway.program.errors())
    expect(gateway.chat("x").status, 200, "a call")
    changed = good.replace("limit: 10.00, window: day", "limit: 4.50, window: week").replace(
        "  - { name: slip, scope: { key: secne }, limit: 1 }\n", "  - { name: new, limit: 3, window: day }\n").replace(
        "limit: 500.00", "limit: 500, paused: false, enforce: observe").replace("hold: full", "hold: grow").replace(
        "agent, per: tag:session", "agent, scope: { org: acme }, alert_at: [80%, 50%]")
    log = reload(changed, holds)
    expect_in("budget scene-day has changed: limit 4.50 (before: 10.00), window week (before: day), week monday "
              "(before: none), hold grow (before: full)\"", log)
    expect_in("budget agent has changed: scope {\\\"org\\\":\\\"acme\\\"} (before: {}), per none (before: tag:session), "
              "alert_at [50,80] (before: [])\"", log)
    expect_in("a new budget holds: new, 3.00 USD (day)", log)
    expect_in("budget slip holds no more", log)
    expect_in("budget company only observes now", log)
    expect_in("budget agent: hold: grow has no effect while new holds in full", log)
    expect_true("budget company has changed" not in log, "and of the others nothing")
    expect_in("`scene-day` is here twice (also on line", reload(changed.replace("name: new", "name: scene-day"), stays))
    expect_in("limit: `-3` is negative", reload(changed.replace("limit: 3,", "limit: -3,"), stays))
    expect_in("there is no time zone Europe/Bern1", reload(changed.replace("Berlin", "Bern1"), stays))
    expect(gateway.chat("x").status, 200, "the running one goes on")

    # Under load, good ones and bad ones: no call fails, and the last good one holds.
    statuses, over = [], threading.Event()

    def ask():
        while not over.is_set():
            try:
                answer = gateway.chat("steady")
                statuses.append((answer.status, "x-costlens-remaining" in answer.headers))
            except (OSError, http.client.HTTPException) as error:
                statuses.append(repr(error))
    callers = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
    for caller in callers:
        caller.start()
    for n in range(RELOADS):
        fine = changed.replace("limit: 3,", f"limit: {n + 4},") if n % 3 else good
        reload(fine if n % 2 else fine.replace("name: agent", "name: company"), holds if n % 2 else stays)
    over.set()
    for caller in callers:
        caller.join()
    expect(set(statuses), {(200, True)}, "calls during reloads, all under a budget that refuses")
    expect_true(len(statuses) > RELOADS, f"they were under load: {len(statuses)} calls")
    reload(changed.replace("limit: 4.50", "limit: 0.0001"), holds)
    expect(gateway.chat("x").status, 402, "more than that is spent")
    reload(changed.replace("limit: 3,", "limit: 7,"), holds)
    expect(gateway.chat("x").status, 200, "and less than this")
    expect((shown(gateway, "new")["limit"], shown(gateway, "company")["held"]), ("7.00", "0.00"), "what holds now")
    verified(gateway)
    gateway.file.write_text(good)
    checked = gateway.costlens("config", "check", "--json")
    config = json.loads(checked.stdout)["config"]
    expect([b["name"] for b in config["budgets"]], ["company", "scene-day", "agent", "slip"])
    expect(config["org"], "acme")
    expect_in("this file has no key `secne`; the store may", checked.stdout)
    expect_in(": warning: budget slip: this file has no key `secne`", gateway.costlens("config", "check").stdout)
    expect_in("org        acme\n", gateway.costlens("config", "check").stdout)
    expect_in("budgets    company: ", gateway.costlens("config", "check").stdout)
    expect_in(" agent: 2.00 USD, lifetime, per tag:session\n", gateway.costlens("config", "check").stdout)
    expect_in(" search (file) ", gateway.costlens("key", "list").stdout)
