# SPDX-License-Identifier: Apache-2.0
"""A disk that takes nothing: calls are refused before the provider hears of them, whatever
`on_store_failure` says, for no row could tell of them, and /readyz says why. When there is space again it is ready
again, though no call comes, and they go on."""
import resource
import signal
import threading

from lib.scene import PATIENCE, Gateway, Mock, expect, expect_in, limit, request, until

limit(60)
AT_ONCE = 12


def survive_full_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails, as on a full disk


def calls(gateway, count):
    """So many at once, so that a turn of the loop begins several."""
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(gateway.chat("hello")))
               for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(len(answers), count, "answers")
    return answers


def ready(gateway):
    return request(gateway.admin_port, "GET", "/readyz")


for mode in ("block", "allow"):
    with Mock() as mock, Gateway(mock, extra=f"on_store_failure: {mode}\n",
                                 preexec=survive_full_files) as gateway:
        expect([a.status for a in calls(gateway, AT_ONCE)], [200] * AT_ONCE, "before")
        expect(len(gateway.rows(AT_ONCE)), AT_ONCE, "rows before")
        pid = gateway.program.process.pid
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, most))
        for answer in calls(gateway, AT_ONCE) + calls(gateway, AT_ONCE):
            expect(answer.status, 503, f"{mode}: with a full disk")
            expect(answer.json["error"]["code"], "store_unavailable", mode)
        expect(len(mock.bills()), AT_ONCE, f"{mode}: what the provider saw")
        answer = ready(gateway)
        expect(answer.status, 503, f"{mode}: /readyz")
        expect_in(b"the journal cannot be written", answer.body)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        until(lambda: ready(gateway).status == 200, 10 * PATIENCE, f"{mode}: it is ready again")
        served = AT_ONCE

        def all_served():  # each worker finds out for itself that there is space
            global served
            good = sum(a.status == 200 for a in calls(gateway, AT_ONCE))
            served += good
            return good == AT_ONCE
        until(all_served, 10 * PATIENCE, f"{mode}: calls go on")
        bills = mock.bills(served)
        rows = gateway.rows(served)
        expect(len(rows), len(bills), f"{mode}: rows and bills")
        expect({row["upstream_id"] for row in rows}, {bill["id"] for bill in bills}, mode)
        expect(gateway.costlens("ledger", "verify").returncode, 0, f"{mode}: the books balance")
