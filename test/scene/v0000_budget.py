# SPDX-License-Identifier: Apache-2.0
"""Budgets: a call holds its worst case before it is sent, so no limit is passed, however many come at once; what
does not fit is refused with 402 and says why; what only open holds keep out may wait."""
import concurrent.futures
import re

from lib.books import charges, up, verified
from lib.scene import PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit

limit(90)


def spent(gateway):
    return gateway.sql("SELECT settled, leased, overdraft FROM account")


def one_after_the_other():
    extra = "budgets:\n  - { name: day, limit: 0.005, window: day }\n"
    with Mock() as mock, Gateway(mock, extra=extra) as gateway:
        answers = []
        while not answers or answers[-1].status == 200:
            answers.append(gateway.chat("What is a ledger?", max_tokens=100))
            expect_true(len(answers) < 2000, "it ends")
        refused = answers.pop()
        expect(refused.status, 402)
        expect(refused.headers["x-should-retry"], "false")
        error = refused.json["error"]
        expect(error["code"], "budget_exceeded")
        for part in ('"day"', "limit 0.005 USD", "spent 0.00", "begins anew at", "raise its `limit` in the configuration"):
            expect_in(part, error["message"])
        expect_true(len(answers) > 3, f"some were made: {len(answers)}")
        rows = gateway.rows(len(answers))
        expect(len(mock.bills()), len(answers), "what was refused was not sent")
        total = sum(up(row["cost_pd"]) for row in rows)
        expect_true(total <= 5_000_000, f"the limit holds: {total}")
        gateway.program.stop()
        gateway.start()
        expect(gateway.chat("What is a ledger?", max_tokens=100).status, 402, "it is remembered")
        verified(gateway)
        [account] = spent(gateway)
        expect((int(account["settled"]), int(account["overdraft"])), (total, 0))


def all_at_once():
    with Mock(ttft="1500ms") as mock, Gateway(mock, extra="budgets:\n  - { name: few, limit: 0.0009 }\n") as gateway:
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(lambda _: gateway.chat("hi", max_tokens=200), range(40)))
        made = [a for a in answers if a.status == 200]
        expect({a.status for a in answers}, {200, 402})
        gateway.rows(len(made))
        [most] = {held for [(held, _, _)] in charges(gateway).values()}
        expect(len(made), 900_000 // most, "as many as fit, with all of them under way at once")
        expect(len(mock.bills()), len(made), "what was refused was not sent")
        verified(gateway)


def who_waits():
    extra = "budgets:\n  - { name: few, limit: 0.0018, wait: 30s }\n"
    with Mock(ttft="300ms") as mock, Gateway(mock, extra=extra) as gateway:
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: gateway.chat("hi", max_tokens=200), range(20)))
        expect([a.json["error"]["message"] for a in answers if a.status != 200], [], "they end by waiting")
        expect(sum(up(row["cost_pd"]) for row in gateway.rows(20)), int(spent(gateway)[0]["settled"]))
        verified(gateway)


def who_waited_in_vain():
    extra = "budgets:\n  - { name: few, limit: 0.0009, wait: 1s }\n"
    with Mock(ttft=f"{int(3 * PATIENCE)}s") as mock, Gateway(mock, extra=extra) as gateway:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: gateway.chat("hi", max_tokens=200), range(8)))
        refused = [a.json["error"]["message"] for a in answers if a.status != 200]
        expect_true(0 < len(refused) < 8, f"some: {len(refused)}")
        for message in refused:
            expect_true(re.search(r"It has waited 1\.\d s\. It may fit once what is held is free\. ", message), message)
        verified(gateway)


one_after_the_other()
who_waited_in_vain()
all_at_once()
who_waits()
