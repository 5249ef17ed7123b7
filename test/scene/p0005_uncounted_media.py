# SPDX-License-Identifier: Apache-2.0
"""Images of which nobody counted what they used: the call has no price, instead of that of the few words beside them."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, limit
from lib.strange import Strange, json_answer

limit(60)
PIXEL = "iVBORw0KGgo=" * 200
MADE = {"id": "resp_1", "object": "response", "status": "completed", "model": "bench-model", "output": [
    {"type": "image_generation_call", "result": PIXEL}]}
CAT = {"model": "bench-model", "messages": [{"role": "user", "content": [
    {"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]}]}


def ask(gateway, path, body, state, usage, **headers):
    answer = gateway.post(path, body, headers=headers)
    expect((answer.status, answer.headers["x-costlens-price-state"], answer.headers["x-costlens-usage"],
            answer.headers["x-costlens-cost"] is None), (200, state, usage, state == "unpriced"), path)
    return answer.headers["x-costlens-request-id"]


with Mock() as mock, Gateway(mock) as gateway:
    ask(gateway, "/v1/chat/completions", CAT, "priced", "reported")
    call = ask(gateway, "/v1/chat/completions", CAT, "unpriced", "estimated", **{"x-mock-fault": "no-usage"})
    expect_in("nobody counted", gateway.costlens("report", "--request", call).stdout)
    other = json.loads(gateway.costlens("report", "--as", "openai/gpt-4o", "--json").stdout)
    expect(other["total"]["unpriced"], 1, "what nobody counted has no price of another model")
    expect(gateway.costlens("ledger", "verify").returncode, 0)
with Mock() as mock, Strange(lambda _: json_answer(MADE)) as painter, Gateway(
        mock, providers=f"  bench: {{ dialect: openai, url: {painter.url}/v1, models: [bench-model] }}\n") as gateway:
    ask(gateway, "/v1/responses", {"model": "bench-model", "input": "a cat"}, "unpriced", "estimated")
    expect(gateway.costlens("ledger", "verify").returncode, 0)
