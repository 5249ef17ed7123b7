# SPDX-License-Identifier: Apache-2.0
"""The product on one page: one call, its answer, its row in the ledger, its metric."""
from lib.scene import Gateway, Mock, cost_of, expect, expect_true

with Mock() as mock, Gateway(mock) as gateway:
    # A client that knows nothing but the base URL.
    answer = gateway.chat("What is a ledger?")
    expect(answer.status, 200)
    expect(answer.json["choices"][0]["finish_reason"], "stop")
    expect_true(answer.json["choices"][0]["message"]["content"], "the answer says something")

    # The provider billed once, and the ledger says the same to the last digit.
    [bill] = mock.bills(1)
    [row] = gateway.rows(1)
    expect(row["upstream_id"], bill["id"])
    expect(row["input"], bill["input"])
    expect(row["output"], bill["output"])
    expect(row["outcome"], "ok")
    expect(row["sure"], "reported")
    expect(row["cost_pd"], cost_of(bill))
    expect(answer.headers["x-request-id"], bill["id"])
    expect(int(answer.headers["x-costlens-cost"].replace(".", "")), cost_of(bill))
    expect(answer.headers["x-costlens-usage"], "reported")

    # The report and the metric agree with it.
    report = gateway.report()
    expect(report["total"]["requests"], 1)
    expect(int(report["total"]["output_tokens"]), bill["output"])
    expect(gateway.metric("costlens_requests_total"), 1)
