# SPDX-License-Identifier: Apache-2.0
"""Certificates are of calls that both sides can take: what its large side cannot take nobody takes where a route goes by them,
and the refusal says why."""
from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(60)
ROUTE = "mode: certified, shadow: { budget: 1, rate: 0.01% }, small: bench/small"
EXTRA = f"""  - {{ model: bench/small, input_per_mtok: 1, output_per_mtok: 1 }}
  - {{ model: bench/large, input_per_mtok: 100, output_per_mtok: 100 }}
routes:
  - {{ name: free, match: {{ key: nobody }}, {ROUTE}, large: bench/large }}
  - {{ name: capped, match: {{ key: nobody }}, {ROUTE}, large: bench/large, max_cost: 0.003 }}
  - {{ name: keyless, match: {{ key: nobody }}, {ROUTE}, large: other/large }}
  - {{ name: unable, match: {{ key: nobody }}, {ROUTE}, large: plain/large }}
  - {{ name: ruled, match: {{ key: nobody }}, small: bench/small, large: bench/large, max_cost: 0.003 }}
"""
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]

with Mock() as mock:
    providers = (f"  plain: {{ dialect: openai, url: {mock.url}/v1, models: [large], lacks: {{ large: tools }} }}\n"
                 f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [small, large] }}\n"
                 f"  other: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_NO_SUCH_KEY, models: [large] }}\n")
    with Gateway(mock, providers=providers, models=[], extra=EXTRA) as gateway:
        def asked(model, **more):
            answer = gateway.chat(model=model, max_tokens=100, **more)
            message = answer.json["error"]["message"] if answer.status >= 400 else ""
            return answer.status, answer.headers.get("x-costlens-model"), message

        expect(asked("free")[:2], (200, "bench/large"))
        expect(asked("ruled")[:2], (200, "bench/small"), "the only side")
        for route, status, why, more in (("capped", 402, "bench/large (cost: ", {}),
                                         ("keyless", 404, "\"keyless\"", {}),
                                         ("unable", 404, "plain/large (no tools)", {"tools": TOOLS})):
            seen, model, message = asked(route, **more)
            expect((seen, model), (status, None), message)
            expect_in("bench/small (no certificate without the large side)", message)
            expect_in(why, message)
        expect(len(mock.bills()), 2, "nobody else was asked")
