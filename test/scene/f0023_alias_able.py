# SPDX-License-Identifier: Apache-2.0
"""A model of an alias that is known not to be able to take a call is passed over, at first and when another has failed.
Where none is known to be able the first one is asked, and says so itself."""
from lib.scene import Gateway, Mock, expect, limit

limit(60)
PROVIDERS = """  bench: {{ dialect: openai, url: "{url}/v1", models: [blind, "broken+503", narrow, sees], retries: 0,
           lacks: {{ blind: [vision, tools] }}, breaker: {{ failures: 0 }} }}
"""
EXTRA = """  - { model: bench/narrow, input_per_mtok: 1, context: 1000 }
aliases:
  any: [bench/blind, bench/sees]
  falls: ["bench/broken+503", bench/blind, bench/narrow, bench/sees]
  none: [bench/blind]
"""
PICTURE = [{"type": "text", "text": "what is it?"},
           {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]
TOOLS = {"tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]}

with Mock() as mock, Gateway(mock, providers=PROVIDERS.format(url=mock.url), models=[], extra=EXTRA) as gateway:
    def goes(model, wanted, attempts, content="hello", **more):
        answer = gateway.chat(model=model, messages=[{"role": "user", "content": content}], **more)
        expect((answer.status, answer.headers["x-costlens-model"]), (200, f"bench/{wanted}"), f"{model} {more}")
        expect(answer.headers["x-costlens-attempts"], attempts)

    goes("any", "blind", None)
    goes("any", "sees", None, PICTURE)
    goes("any", "sees", None, **TOOLS)
    # What has failed is followed by what can.
    goes("falls", "blind", "2")
    goes("falls", "narrow", "2", PICTURE)
    goes("falls", "narrow", "2", **TOOLS)
    goes("falls", "sees", "2", "x" * 16000, **TOOLS)
    # An estimate of its length alone passes over nothing: what four bytes a token would make too much may fit.
    goes("falls", "narrow", "2", "x" * 4800, **TOOLS)
    # None can: the first one is asked.
    goes("none", "blind", None, **TOOLS)
