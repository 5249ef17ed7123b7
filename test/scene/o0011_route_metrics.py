# SPDX-License-Identifier: Apache-2.0
"""What became of a route's calls, as metrics: by the side that answered, what was escalated, which verifier refused."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, limit, request
from lib.told import Told

limit(120)
ROUTES = """  - { model: told/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/large, input_per_mtok: 100, output_per_mtok: 100 }
tiers:
  small: [told/small]
  large: [told/large]
routes:
  - { name: checked, small: small, large: large, match: { key: nobody }, verify: [refusal, empty] }
  - { name: plain, small: small, match: { key: nobody } }
"""
BAD, EMPTY, FAILED = "I'm sorry, but I can't help with that.", " ", {"status": 404}
told = Told()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES) as gateway:
    def ask(route, small, large="LARGE", status=200):
        says = json.dumps({"small": small, "large": large})
        expect(gateway.chat(model=route, headers={"x-told": says}).status, status)

    def count(name, **labels):
        return int(gateway.metric(f"costlens_route_{name}", **labels))

    expect(count("calls_total"), 0)
    for small in ("It is fine.", "So is this.", BAD, EMPTY, BAD, "And this."):
        ask("checked", small)
    ask("plain", "hi")
    gateway.rows(10)
    expect([count("calls_total", route="checked", side=side) for side in ("small", "large")], [3, 3])
    expect(count("escalations_total", route="checked"), 3)
    expect([count("verdicts_total", verdict=verdict) for verdict in ("good", "refusal", "empty")], [3, 2, 1])
    text = request(gateway.admin_port, "GET", "/metrics").body.decode()
    expect_in('costlens_route_calls_total{route="plain",side="small"} 1\n', text)
    expect_in('costlens_route_certified{route="checked"} 0\n', text)

    # What failed was not judged, and what took its place was not escalated to.
    ask("checked", FAILED)
    gateway.rows(12)
    expect([count("calls_total", route="checked", side=side) for side in ("small", "large")], [3, 4])
    expect((count("escalations_total"), count("verdicts_total")), (3, 6))
