# SPDX-License-Identifier: Apache-2.0
"""What pairs have cost is told where all of them have a price: one of which nobody was asked has cost nothing, and one of
which nobody knows what it has cost is not taken for such a one."""
import json
import os
import sqlite3

from lib.scene import Gateway, expect, expect_in, limit
from lib.speaker import Speaker

limit(60)
ROUTES = """  - { model: bench/small, free: true }
  - { model: bench/large, free: true }
routes:
  - { name: kept, small: bench/small, large: bench/large, shadow: { budget: 1 } }
"""

with Speaker({}) as speaker, Gateway(speaker, extra=ROUTES, models=[], providers="  bench: { dialect: openai, url: "
                                     f"{speaker.url}/v1, models: [small, large] }}\n") as gateway:
    def costs(asked, strong, judge):
        """After one more pair that the small side has answered."""
        with sqlite3.connect(gateway.store, timeout=30) as db:
            db.execute("INSERT INTO pair (id, at_us, tenant, route, task, weak, strong, served_strong, propensity_ppm, judged, "
                       "weak_ppm, strong_ppm, weak_pd, strong_pd, judge_pd, asked) VALUES (?1, 1790000000000000, 'default', "
                       "'kept', 0, 'bench/small', 'bench/large', 0, 250000, 0, 0, 0, 5000000, ?2, ?3, ?4)",
                       (os.urandom(16), strong, judge, asked))
        db.close()
        [told] = json.loads(gateway.costlens("route", "status", "kept", "--json").stdout)["routes"]
        return told["shadow_usd"], told["judge_usd"]

    expect(costs(1, 10 ** 10, 2 * 10 ** 10), ("0.01", "0.02"))
    expect(costs(1, 10 ** 10, 0), ("0.02", "0.02"), "no judge was needed")
    expect(costs(0, None, None), ("0.02", "0.02"), "nobody was asked")
    expect(costs(None, None, None), ("0.02", "0.02"), "an earlier version's")
    expect(costs(1, 10 ** 10, None), ("0.03", None), "its judge has no price")
    expect_in("kept: its pairs have cost 0.03 USD, their judge ?", gateway.costlens("route", "status", "kept").stdout)
    expect(costs(1, None, None), (None, None), "neither has one")
