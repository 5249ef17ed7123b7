# SPDX-License-Identifier: Apache-2.0
"""Two budgets without room, of which the file has one at every moment: no call gets through, however they change."""
import http.client
import signal
import threading

from lib.scene import Gateway, Mock, expect, expect_true, limit, until

RELOADS = 60
limit(120)
BUDGETS = """log: {{ requests: false }}
budgets:
  - {{ name: {}, limit: 0, scope: {{ user: no }} }}
  - {{ name: each, per: user, limit: 1 }}
"""
HOLDS = "the new configuration holds"

with Mock() as mock, Gateway(mock, extra=BUDGETS.format("a")) as gateway:
    for i in range(600):  # a change of the budgets looks at all accounts
        expect(gateway.chat("x", max_tokens=1, user=f"u{i}").status, 200)
    statuses, over = [], threading.Event()

    def ask():
        while not over.is_set():
            try:
                statuses.append(gateway.chat("x", max_tokens=1, user="no").status)
            except (OSError, http.client.HTTPException) as error:
                statuses.append(repr(error))
    callers = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
    for caller in callers:
        caller.start()
    text = gateway.file.read_text()
    for n in range(RELOADS):
        aside = gateway.file.with_suffix(".new")
        aside.write_text(text if n % 2 else text.replace("name: a,", "name: b,"))
        aside.replace(gateway.file)
        before = gateway.program.errors().count(HOLDS)
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.program.errors().count(HOLDS) > before, 5, HOLDS)
    over.set()
    for caller in callers:
        caller.join()
    expect(set(statuses), {402}, f"{len(statuses)} calls, {RELOADS} reloads")
    expect_true(len(statuses) > RELOADS, "they were made meanwhile")
    expect(len(mock.bills()), 600, "nothing of theirs was sent")
