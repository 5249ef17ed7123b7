# SPDX-License-Identifier: Apache-2.0
"""Several deployments of one model share a tier's calls by their weights, one in trouble takes part no more; a model that
was slow lately is passed over where the route says how long a first token may take."""
from collections import Counter

from lib.scene import PRICES, Gateway, Mock, expect, expect_true, limit

limit(60)
PRICE = "".join(f"  - {{ model: \"{name}/*\", input_per_mtok: {PRICES['input']}, output_per_mtok: {PRICES['output']}, "
                f"cache_read_per_mtok: {PRICES['cache_read']} }}\n" for name in ("east", "west"))
ROUTES = PRICE + """tiers:
  large:
    - { model: east/m, weight: 3 }
    - { model: west/m, weight: 1 }
    - west/rest
  shaky:
    - { model: "east/shaky+503", weight: 100 }
    - { model: west/m, weight: 1 }
  slow: ["east/slow+late=3000", west/m]
routes:
  - { name: shared, large: large }
  - { name: loyal, large: large, sticky: user }
  - { name: ailing, large: shaky }
  - { name: quick, large: slow, max_ttft: 2s }
  - { name: patient, large: slow }
"""
CALLS = 300

with Mock() as mock:
    common = f"dialect: openai, url: {mock.url}/v1, retries: 0, breaker: {{ failures: 3, turn: 1h }}"
    with Gateway(mock, providers=f"  east: {{ {common} }}\n  west: {{ {common} }}\n", extra=ROUTES, models=[]) as gateway:
        def where(route, **more):
            answer = gateway.chat(model=route, **more)
            expect(answer.status, 200, route)
            return answer.headers["x-costlens-model"], answer.headers["x-costlens-attempts"]

        # One in four goes west; by chance it is not one in seven, nor three in seven.
        seen = Counter(where("shared") for _ in range(CALLS))
        expect(set(seen), {("east/m", None), ("west/m", None)}, "what has no weight is for when these fail")
        expect_true(CALLS / 7 < seen["west/m", None] < 3 * CALLS / 7, f"by their weights: {seen}")

        # Not within a session.
        for user in range(8):
            seen = {where("loyal", user=f"user-{user}") for _ in range(8)}
            expect(len(seen), 1, f"a session stays where it began: {seen}")

        # The one that fails is followed by the other, and then out of turn.
        seen = Counter(where("ailing") for _ in range(20))
        expect(seen["west/m", "2"], 3, "three failures open its breaker")
        expect(sum(seen.values()) - seen["west/m", None], 3, "then nobody meets it")

        # Not measured: it may be as quick as any.
        expect(where("quick", stream=True), ("east/slow+late=3000", None))
        expect([where("quick", stream=True) for _ in range(3)], [("west/m", None)] * 3, "it was too slow")
        expect(where("patient")[0], "east/slow+late=3000", "who does not mind gets it")
