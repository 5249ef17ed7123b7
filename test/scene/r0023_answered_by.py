# SPDX-License-Identifier: Apache-2.0
"""What a route's columns count: an answer that never began is none of the small side's, and what came to no end has cost what
it has cost all the same."""
import http.client
import json
import threading
from decimal import Decimal

from lib.scene import Gateway, expect, expect_in, expect_true, limit, question, until
from lib.speaker import Speaker

limit(60)
EXTRA = """  - { model: bench/small, input_per_mtok: 1, output_per_mtok: 3 }
  - { model: bench/hangs, input_per_mtok: 1, output_per_mtok: 3 }
  - { model: bench/waits, input_per_mtok: 100, output_per_mtok: 300 }
  - { model: bench/large, input_per_mtok: 100, output_per_mtok: 300 }
breaker: { failures: 0 }
routes:
  - { name: left, match: { key: nobody }, small: bench/hangs, large: bench/large, verify: [refusal] }
  - { name: gone, match: { key: nobody }, small: bench/small, large: bench/waits, verify: [schema] }
  - { name: open, match: { key: nobody }, small: bench/small, large: bench/free, verify: [refusal] }
"""
go_on = threading.Event()


def hangs(_body):
    go_on.wait(30)
    return "late"


with Speaker({"small": "no JSON", "hangs": hangs, "waits": hangs, "large": "LARGE", "free": "LARGE"}) as speaker, \
        Gateway(speaker, models=[], extra=EXTRA, providers=f"  bench: {{ dialect: openai, url: {speaker.url}/v1, retries: 0, "
                "models: [small, hangs, waits, large, free] }\n") as gateway:
    def served(route):
        return json.loads(gateway.costlens("route", "status", route, "--json").stdout)["routes"][0]["served"]

    def leave(route, model, **more):
        """Calls whose clients leave before a byte of that model has come."""
        for n in range(3):
            client = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=5)
            client.request("POST", "/v1/chat/completions", json.dumps(question(f"q{n}", model=route, **more)),
                           gateway.headers({"Content-Type": "application/json"}))
            until(lambda: len(speaker.of(model)) > n, 10, "it is asked")
            client.sock.close()
        until(lambda: served(route)["calls"] == 3, 20, "all have ended")

    def spent(where):
        return sum(row["cost_pd"] for row in gateway.sql(f"SELECT cost_pd FROM calls WHERE {where}"))

    leave("left", "hangs")
    left = served("left")
    expect((left["small_share"], left["saved_unknown"]), (None, 0))
    expect(Decimal(left["saved_usd"]) * 10 ** 12, -spent("route LIKE 'route left%'"), "what it cost is not saved")
    expect(gateway.metric("costlens_route_calls_total", route="left", side="small"), 0)

    # The small side's answers are no JSON, and their clients leave while the large side is asked, which costs the same
    # wherever a call goes: the refused answers are what was lost.
    leave("gone", "waits", response_format={"type": "json_object"})
    go_on.set()
    gone, refused = served("gone"), spent("route = 'route gone: small'")
    expect_true(refused > 0, "the refused answers were paid")
    expect((gone["small_share"], gone["saved_unknown"], Decimal(gone["saved_usd"]) * 10 ** 12), (None, 0, -refused))

    # What has no price is named.
    gateway.chat("q", model="open")
    until(lambda: served("open")["calls"] == 1, 20, "it is in the ledger")
    expect((served("open")["saved_usd"], served("open")["saved_unknown"]), (None, 1))
    expect_in("open: 1 of its calls are not in SAVED NET", gateway.costlens("route", "status", "open").stdout)
