# SPDX-License-Identifier: Apache-2.0
"""A call that waited long for room in one model's budget goes on to another model, whose budget has no account yet: it
waits for the store there, however long it stood in the queue before."""
import concurrent.futures

from lib.books import verified
from lib.scene import Gateway, Mock, expect, limit, until

limit(90)
LATE_MS = 11000  # longer than the store may take

extra = ("aliases:\n  both: [bench/bench-model, bench/cheap]\n"
         "budgets:\n"
         "  - { name: dear, scope: { model: bench/bench-model }, limit: 0.00013, wait: 60s, on_exceed: downgrade }\n"
         "  - { name: cheap, scope: { model: bench/cheap }, limit: 1.00 }\n")
with Mock() as mock, Gateway(mock, extra=extra, models=["bench-model", "cheap"]) as gateway:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(gateway.chat, max_tokens=50, headers={"x-mock-fault": f"late={LATE_MS}"})
        until(lambda: gateway.metric("costlens_budget_held_usd") > 0, 5, "the first one holds")
        answer = gateway.chat(model="both", max_tokens=50)
        expect(first.result().status, 200)
    expect((answer.status, answer.headers.get("x-costlens-model")), (200, "bench/cheap"), answer.body)
    expect([row["model"] for row in gateway.rows(2)], ["bench-model", "cheap"])
    verified(gateway)
