# SPDX-License-Identifier: Apache-2.0
"""Cached tokens are priced as such: OpenAI's inside the input, Anthropic's written, then read."""
from lib.scene import Gateway, Mock, cost_of, expect, expect_true

LONG = "remember this " * 800
MARKED = [{"role": "user", "content": [
    {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]}]

with Mock() as mock, Gateway(mock) as gateway:
    for _ in range(2):
        gateway.chat(LONG)
    first, second = gateway.rows(2)
    expect(first["cache_read"], 0)
    expect_true(second["cache_read"] >= 1024, "the second time most of it is cached")
    for row, bill in zip((first, second), mock.bills(2)):
        expect((row["input"], row["cache_read"]), (bill["input"], bill["cache_read"]))
        expect(row["cost_pd"], cost_of(bill))
    expect_true(second["cost_pd"] < first["cost_pd"], "and cheaper")

    for _ in range(2):
        gateway.messages("unused", messages=MARKED)
    written, read = gateway.rows(4)[2:]
    bills = mock.bills(4)[2:]
    expect(written["cache_write_1h"], bills[0]["cache_write_1h"])
    expect_true(written["cache_write_1h"] >= 1024, "written for an hour")
    expect(read["cache_read"], bills[1]["cache_read"])
    expect_true(read["cache_read"] >= 1024, "and read")
    expect(read["input"], bills[1]["input"])
