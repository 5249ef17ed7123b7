# SPDX-License-Identifier: Apache-2.0
"""Anthropic's and Google's own JavaScript clients (clients/*.mjs)."""
from lib.scene import KEY, Gateway, Mock, expect, expect_in, node

with Mock() as mock:
    expect_in("ok", node("anthropic.mjs", mock.url, KEY, "claude-sonnet-5-5"))
    expect_in("ok", node("google.mjs", mock.url, KEY, "gemini-2.5-flash"))
    with Gateway(mock) as gateway:
        expect_in("ok", node("anthropic.mjs", gateway.url, KEY, "claude-sonnet-5-5"))
        expect_in("ok", node("google.mjs", gateway.url, KEY, "gemini-2.5-flash"))
        plain = [r for r in gateway.rows(8) if r["outcome"] == "ok" and "count" not in r["endpoint"]]
        for row in plain:
            bill = next(b for b in mock.bills() if b["id"] == row["upstream_id"])
            expect((row["input"], row["output"]), (bill["input"], bill["output"]))
