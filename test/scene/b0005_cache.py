# SPDX-License-Identifier: Apache-2.0
"""Cached tokens are priced as such: OpenAI's inside the input, Anthropic's written, then read."""
import json
from decimal import Decimal

from lib.scene import Gateway, Mock, cost_of, expect, expect_true

LONG = "remember this " * 800
MARKED = [{"role": "user", "content": [
    {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]}]


def expect_captured(gateway, n, model, bucket):
    """The n-th row has all its input in one bucket, and what that costs."""
    row = gateway.rows(n)[-1]
    inputs = {b: row[b] for b in ("input", "cache_read", "cache_write", "cache_write_1h") if row[b]}
    expect((row["sure"], list(inputs)), ("captured", [bucket]))
    expect_true(row[bucket] >= 1024, f"of the whole prompt: {row}")
    apart = [] if bucket == "input" else ["--" + bucket.replace("_", "-"), str(row[bucket])]
    said = gateway.costlens("cost", model, "--input", str(row[bucket]), *apart, "--output", str(row["output"]), "--json")
    expect(row["cost_pd"], int(Decimal(json.loads(said.stdout)["cost_usd"]) * 10**12))


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

    # An answer that cannot be read: all that was to be written may have been.
    for n, ttl, bucket in ((5, "1h", "cache_write_1h"), (6, "5m", "cache_write")):
        gateway.messages("unused", {"x-mock-fault": "not-json"}, messages=[{"role": "user", "content": [
            {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral", "ttl": ttl}}]}])
        expect_captured(gateway, n, "anthropic/claude-sonnet-5-5", bucket)

# OpenAI's later models write every long prompt, asked or not, and bill it.
OPENAI = "  bench: {{ dialect: openai, vendor: openai, url: {}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"
with Mock() as mock, Gateway(mock, OPENAI.format(mock.url)) as gateway:
    for n, model, bucket in ((1, "gpt-5.6-sol", "cache_write"), (2, "gpt-4o", "input")):
        gateway.chat(LONG, {"x-mock-fault": "not-json"}, model=model)
        expect_captured(gateway, n, f"openai/{model}", bucket)
