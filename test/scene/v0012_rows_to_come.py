# SPDX-License-Identifier: Apache-2.0
"""A start beside many calls of a killed gateway whose rows come later, or cannot come for now: what they cost counts as
spent in all that is shown, before anybody calls and after."""
import contextlib
import sqlite3

from lib.books import nano, shown, up, verified
from lib.load import Load
from lib.scene import Gateway, Mock, cost_of, expect, expect_in, limit, until

CALLS = 1000  # with so long tags, more than are taken at once
limit(120)
BUDGETS = ("on_store_failure: allow\n"
           "budgets:\n"
           "  - { name: all, limit: 100 }\n"
           "  - { name: day, limit: 100, window: day }\n"
           "  - { name: each, limit: 100, per: key }\n"
           "  - { name: seen, limit: 100, enforce: observe }\n")
NAMES = ("all", "day", "each", "seen")
TAGS = ",".join(f"t{i}={'x' * 256}" for i in range(16))


def run(gateway, sql):
    with contextlib.closing(sqlite3.connect(gateway.store, isolation_level=None, timeout=10)) as db:
        db.execute(sql)


def spent(gateway, name):
    of_metric = gateway.metric("costlens_budget_spent_usd", budget=name)
    of_verb = nano(shown(gateway, name)["spent"])
    expect(int(of_metric * 10**9), of_verb, f"{name}: the metric, and the verb")
    return of_verb


with Mock() as mock, Gateway(mock, extra=BUDGETS) as gateway:
    def check(when):
        due = sum(up(cost_of(b)) for b in mock.bills())
        expect({name: spent(gateway, name) for name in NAMES}, dict.fromkeys(NAMES, due), when)

    expect(gateway.chat("hi", max_tokens=20).status, 200)
    gateway.rows(1)
    run(gateway, "CREATE TRIGGER away BEFORE INSERT ON call BEGIN SELECT abs(-9223372036854775807 - 1); END")
    load = Load(gateway, lambda client, i: {"user": f"{client}-{i}", "max_tokens": 20,
                                            "headers": {"x-costlens-tags": TAGS}})
    until(lambda: len(load.answered) >= CALLS, 60, f"{CALLS} calls")
    load.stop()
    expect(set(load.statuses), {200})
    check("while it runs")
    for _ in range(2):  # the second one finds what the first one left
        gateway.program.kill()
        gateway.start()
        expect_in("are still in the journal", gateway.program.errors())
        check("nobody has called")
        expect(gateway.chat("hi", max_tokens=20).status, 200)
        check("somebody has")
        expect(len(gateway.rows()), 1, "no row can be made")
    gateway.program.kill()
    text = gateway.file.read_text()
    gateway.file.write_text(text.replace("name: day, limit: 100, window: day", "name: day, limit: 100"))
    gateway.start()
    check("a window was changed meanwhile")
    run(gateway, "DROP TRIGGER away")
    gateway.rows(len(mock.bills()))
    check("all rows are there")
    verified(gateway)
