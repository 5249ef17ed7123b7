# SPDX-License-Identifier: Apache-2.0
"""A provider that is overloaded through and through: few retries, spread in time, and no more than the
budget allows."""
import csv
import signal
from concurrent.futures import ThreadPoolExecutor

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(120)
RETRIES = 2


def storm(gateway, calls, side_by_side):
    with ThreadPoolExecutor(side_by_side) as pool:
        return list(pool.map(lambda n: gateway.chat(f"call {n}", headers={"x-mock-fault": "529"}), range(calls)))


def attempts_of(rows):
    found = {}
    for row in rows:
        found.setdefault(row["request"], []).append(row)
    return found


with Mock() as mock:
    # Few calls: ten retries and not one more.
    with Gateway(mock, retries=RETRIES, workers=1) as gateway:
        answers = storm(gateway, 40, 8)
        expect({a.status for a in answers}, {529}, "the provider's own error")
        expect({a.headers["x-should-retry"] for a in answers}, {"false"}, "given up")
        rows = gateway.rows(50)
        expect(len(rows), 50, "40 calls and 10 retries")
        expect(len(mock.bills()), 50, "and so the provider saw them")
        calls = attempts_of(rows)
        expect(len(calls), 40)
        expect_true(max(len(c) for c in calls.values()) <= 1 + RETRIES, "attempts of a call")
        gaps = []
        for each in calls.values():
            each.sort(key=lambda r: r["attempt"])
            gaps += [b["duration_us"] - a["duration_us"] for a, b in zip(each, each[1:])]
        expect_true(len({g // 10000 for g in gaps}) >= 5, f"they are spread: {gaps}")
        expect_true(max(gaps) < 2_000_000, f"at most a second: {gaps}")
        expect(gateway.metric("costlens_upstream_retries_total"), 10)
        report = gateway.report()["total"]
        expect((report["requests"], report["errors"], report["retries"]), (40, 40, 10))
        text = gateway.costlens("report").stdout
        expect_in("RETRIES", text, "a column")
        expect_in("10 attempts failed and were followed by others: they cost 0.00 USD of it", text)
        twice = next(c for c in calls.values() if len(c) > 1)
        text = gateway.costlens("report", "--request", twice[0]["request"]).stdout
        expect_in("attempt        1: it failed, and the next one followed it", text)
        expect_in(f"attempt        {len(twice)}\n", text)
        expect_in("route          retry", text)
        lines = csv.DictReader(gateway.costlens("export", "--format", "csv").stdout.splitlines())
        expect(sum(line["followed"] == "1" for line in lines), 10, "marked in an export")
    # They are of the whole gateway, however many workers it has, and a reload brings no others.
    with Gateway(mock, retries=RETRIES, workers=2) as gateway:
        storm(gateway, 20, 8)
        gateway.file.write_text(gateway.config() + "drain: 7s\n")
        gateway.program.signal(signal.SIGHUP)
        until(lambda: "the new configuration holds" in gateway.program.errors(), 5, "it is read")
        storm(gateway, 20, 8)
        expect(gateway.report()["total"]["retries"], 10, "ten of both workers")
    # Many calls: a tenth.
    with Gateway(mock, retries=RETRIES, workers=1) as gateway:
        for n in range(300):
            expect(gateway.chat(f"good {n}").status, 200)
        storm(gateway, 100, 8)
        total = gateway.report()["total"]
        expect(total["requests"], 400)
        expect_true(30 <= total["retries"] <= 40, f"a tenth of what came before: {total['retries']}")
        expect(gateway.costlens("ledger", "verify").returncode, 0)
    # None where none are wanted.
    with Gateway(mock, retries=0, workers=1) as gateway:
        answer = gateway.chat("once", headers={"x-mock-fault": "529"})
        expect((answer.status, answer.headers["x-should-retry"]), (529, None), "as the provider said it")
        expect(len(gateway.rows(1)), 1)
