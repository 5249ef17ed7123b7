# SPDX-License-Identifier: Apache-2.0
"""Pairs of an earlier version do not say which calls belong together, and are no proof: a gateway that brings its store up to
date says so, and that a certificate has ended with that; the status says it until there is another."""
import json
import sqlite3

from lib.certified import certify, learn
from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(90)
BEFORE = 20  # the format
ROUTES = """  - { model: bench/small, input_per_mtok: 0.1, output_per_mtok: 0.1 }
  - { model: bench/large, input_per_mtok: 10, output_per_mtok: 10 }
routes:
  - { name: support, mode: certified, max_loss: 10%, small: bench/small, large: bench/large, shadow: { budget: 1, rate: 0.01% } }
"""
WHY = "they do not say which calls belong together"

with Mock() as mock, Gateway(mock, extra=ROUTES, models=[], providers=f"  bench: {{ dialect: openai, url: {mock.url}/v1, "
                             "models: [small, large] }\n") as gateway:
    def status():
        return json.loads(gateway.costlens("route", "status", "support", "--json").stdout)["routes"][0]

    certify(gateway, "support", "bench/small")
    expect((status()["rung"], status()["note"]), ("certified", ""))
    gateway.program.stop()
    with sqlite3.connect(gateway.store) as db:
        [[pairs]] = db.execute("SELECT count(*) FROM pair").fetchall()
        db.execute("ALTER TABLE pair DROP COLUMN talk")
        db.execute(f"PRAGMA user_version = {BEFORE}")
    db.close()
    gateway.start()
    expect_in(f"{pairs} pairs of an earlier version are no proof: {WHY}; certificates that have ended with that: 1", gateway.program.errors())
    expect(gateway.chat(model="support").headers["x-costlens-model"], "bench/large")
    found = status()
    expect((found["rung"] == "certified", found["certified"]), (False, None), str(found))
    note = (f"ended: an update of costlens asks more of its pairs; {pairs} of its pairs are of an earlier version of costlens and no "
            f"proof: {WHY}")
    for part in note.split("; "):
        expect_in(part, found["note"])
        expect_in(part, gateway.costlens("route", "status", "support").stdout)

    # It has looked, or does so now: what it needs is said besides, until there is another certificate.
    found = learn(gateway, "support")
    expect_in("100 pairs to learn from; it has 0", found["next"])
    for part in note.split("; "):
        expect_in(part, found["note"])
    certify(gateway, "support", "bench/small")
    expect(status()["note"], "")
