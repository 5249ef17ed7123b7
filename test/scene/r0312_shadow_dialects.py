# SPDX-License-Identifier: Apache-2.0
"""Shadow pairs of Claude's and Gemini's calls, whole and as streams: each is asked, and judged, in its own dialect."""
from lib.scene import Gateway, Mock, expect, expect_true, limit, until

limit(90)
ROUTES = """routes:
  - name: claude
    small: [claude/claude-haiku-4-5]
    large: [claude/claude-sonnet-5-5]
    shadow: { budget: 5, rate: 100% }
  - name: gemini
    small: [gemini/gemini-2.5-flash]
    large: [gemini/gemini-2.5-pro]
    shadow: { budget: 5, rate: 100% }
"""
with Mock() as mock, Gateway(mock, extra=ROUTES) as gateway:
    contents = {"contents": [{"role": "user", "parts": [{"text": "why?"}]}]}
    asks = (
        ("claude", lambda: gateway.messages("why?", model="claude")),
        ("claude", lambda: gateway.messages("why then?", model="claude", stream=True)),
        ("gemini", lambda: gateway.post("/v1beta/models/gemini:generateContent", contents)),
        ("gemini", lambda: gateway.post("/v1beta/models/gemini:streamGenerateContent?alt=sse", contents)),
        ("gemini", lambda: gateway.post("/v1beta/models/gemini:streamGenerateContent", contents)),
    )
    for count, (route, ask) in enumerate(asks, 1):
        answer = ask()
        expect(answer.status, 200, answer.body[:300])
        pairs = until(lambda: (lambda found: found if len(found) >= count else None)(
            gateway.sql("SELECT route, judged, strong_pd, judge_pd FROM pair ORDER BY number")), 10, f"{count} pairs")
        pair = pairs[-1]
        expect(pair["route"], route)
        expect_true(pair["strong_pd"] > 0, "the other answer's cost")
        # The mock says the same, or as a judge nothing that can be read: then it was asked once.
        expect_true(pair["judged"] == 1 or pair["judged"] == 0 and pair["judge_pd"] > 0, str(pair))
    until(lambda: all(bill["status"] == 200 for bill in mock.bills()), 5, "nobody was refused")
    gateway.costlens("ledger", "verify")
