# SPDX-License-Identifier: Apache-2.0
"""OpenAI's own JavaScript client (clients/openai.mjs): against the mock, then through the gateway."""
from lib.scene import KEY, Gateway, Mock, expect_in, node, until

with Mock() as mock:
    expect_in("ok", node("openai.mjs", f"{mock.url}/v1", KEY, "bench-model"))
    with Gateway(mock) as gateway:
        expect_in("ok", node("openai.mjs", f"{gateway.url}/v1", KEY, "bench/bench-model"))
        for url in (mock.url, gateway.url):
            until(lambda: [b for b in mock.bills() if b["user"] == f"js {url}/v1" and b["left"]], 2,
                  "the mock is left")
        until(lambda: [r for r in gateway.rows() if r["outcome"] == "left"], 2, "the row of who left")
