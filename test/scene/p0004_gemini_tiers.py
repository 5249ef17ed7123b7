# SPDX-License-Identifier: Apache-2.0
"""Gemini tells the tier that answered in its answer's head, or beside its counts: that is what is billed."""
import json

from lib.scene import Gateway, Mock, expect
from lib.strange import Strange

ASK = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}], "serviceTier": "priority"}
# The head's field, the body's, and what 1000 tokens at 2 USD/Mtok then cost: x 1.8, or half; of an unknown tier nobody
# knows.
CASES = [("", "", 2000), ("priority", "", 3600), ("standard", "", 2000), ("provisioned", "", None),
         ("provisioned", "standard", 2000),
         ("", "PRIORITY", 3600), ("standard", "priority", 3600), ("priority", "SERVICE_TIER_STANDARD", 2000),
         ("", "SERVICE_TIER_BATCH", 1000), ("", "a new word", None)]


def answer(head, body):
    usage = {"promptTokenCount": 1000, "candidatesTokenCount": 0, "totalTokenCount": 1000, **({"serviceTier": body} if body else {})}
    text = json.dumps({"candidates": [{"content": {"parts": []}, "finishReason": "STOP", "index": 0}],
                       "usageMetadata": usage, "modelVersion": "gemini-3.1-pro-preview"})
    field = f"X-Gemini-Service-Tier: {head}\r\n" if head else ""
    return (f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\nConnection: close\r\n{field}"
            f"Connection: close\r\n\r\n{text}").encode()


left = list(CASES)
with Mock() as mock, Strange(lambda _: answer(*left.pop(0)[:2])) as strange:
    providers = (f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [bench-model] }}\n"
                 f"  gemini: {{ dialect: gemini, vendor: google, url: {strange.url}, key: env:SCENE_UPSTREAM_KEY }}\n")
    with Gateway(mock, providers) as gateway:
        for n, (head, body, micro_usd) in enumerate(CASES, 1):
            gateway.post("/v1beta/models/gemini-3.1-pro-preview:generateContent", ASK)
            row = gateway.rows(n)[-1]
            expect(row["cost_pd"], micro_usd and micro_usd * 10**6, f"{head!r} in the head, {body!r} in the body")
        expect(gateway.costlens("ledger", "verify").returncode, 0)
