# SPDX-License-Identifier: Apache-2.0
"""A model that its provider does not know is not asked before every call of an alias or a route: once, and again after a
while. What clients invent is not remembered."""
import json

from lib.scene import Gateway, Mock, expect, limit

limit(60)
EXTRA = """aliases: { either: [bench/gone, bench/there] }
routes:
  - { name: sides, match: { key: nobody }, small: bench/past, large: bench/there }
"""


def providers(mock):
    return f"  bench: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY, retries: 0 }}\n"


with Mock(models="there") as mock, Gateway(mock, providers(mock), extra=EXTRA, models=[]) as gateway:
    for model in ("either", "sides"):
        seen = [gateway.chat(model=model) for _ in range(4)]
        expect([(a.status, a.headers["x-costlens-model"]) for a in seen], [(200, "bench/there")] * 4)
        expect([a.headers["x-costlens-attempts"] for a in seen], ["2", None, None, None], model)
    for name in ("mine-1", "mine-2"):
        expect(gateway.chat(model=f"bench/{name}").status, 404)
    expect(gateway.chat(model="bench/gone").status, 404, "who names it gets its provider's own word")
    [told] = json.loads(gateway.costlens("provider", "status", "--json").stdout)["providers"]
    expect({m["model"]: m["bar"] for m in told["models"]},
           {"there": None, "gone": "its provider has no such model", "past": "its provider has no such model"})
    expect(all(0 < m["wait_ms"] <= 60_000 for m in told["models"] if m["bar"]), True)
