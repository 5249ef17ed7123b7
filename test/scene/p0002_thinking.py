# SPDX-License-Identifier: Apache-2.0
"""Where reasoning makes all output dearer, a call that reasoned costs that, and the ledger says so again."""
import json

from lib.scene import Gateway, Mock, expect
from lib.strange import Strange

reasoning = 0


def answer(_head):
    body = json.dumps({"id": "x", "model": "qwen3-14b", "choices": [{"index": 0, "finish_reason": "stop"}], "usage": {
        "prompt_tokens": 100, "completion_tokens": 50,
        "completion_tokens_details": {"reasoning_tokens": reasoning}}}).encode()
    return (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%s" % (len(body), body))


with Mock() as mock, Strange(answer) as strange:
    own = (f"  dashscope: {{ dialect: openai, url: {strange.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"
           f"  bench: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n")
    with Gateway(mock, providers=own) as gateway:
        for n, (reasoning, output) in enumerate(((0, 1.4), (30, 4.2)), 1):
            expect(gateway.chat("hello", model="dashscope/qwen3-14b").status, 200)
            expect(gateway.rows(n)[-1]["cost_pd"], round((100 * 0.35 + 50 * output) * 10 ** 6))
        expect(json.loads(gateway.costlens("ledger", "verify", "--json").stdout)["balanced"], True)
