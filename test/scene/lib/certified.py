# SPDX-License-Identifier: Apache-2.0
"""certified - a route of a running gateway that has a certificate: pairs as shadows leave them, which prove that its small
model loses nothing.

    certify(gateway, "support", "bench/small")
    certify(gateway, "turns", "bench/one", "bench/other")  # which take turns
"""
import json
import os
import sqlite3

from .scene import expect, until

# A text without any, as earlier versions wrote it (route/traits_pack.c).
TRAITS = bytes([3]) + bytes(41 * 2) + bytes(8) + bytes(2)


def talk(draw=os.urandom):
    """Of a call that belongs to no other (route/talk.c): nobody has answered, and its user has said what no other has."""
    return bytes([1]) + bytes(11) + draw(4)


def proves(packed):
    """A pair of that talk is proof; the other half is learned from (route/talks.c, route/learner.c)."""
    mix, whole = 0x9e3779b97f4a7c15, 2 ** 64 - 1
    mixed = (1 ^ int.from_bytes(packed[12:], "little") * mix) * mix & whole  # of one message
    return ((mixed ^ mixed >> 32) | 1) * mix >> 63 & 1


def add_pairs(gateway, route, weak, strong="bench/large", count=500, good=True):
    """They are of the terms that the route's last look was of."""
    with sqlite3.connect(gateway.store, timeout=30) as db:
        for _ in range(count):
            db.execute("INSERT INTO pair (id, at_us, tenant, route, task, weak, strong, served_strong, propensity_ppm, "
                       "judged, weak_ppm, strong_ppm, weak_pd, strong_pd, judge_pd, by_score, promised, traits, talk, calls) VALUES "
                       "(?1, ?2, 'default', ?3, 0, ?4, ?5, 1, 250000, 3, ?6, 1000000, 1000000, 9000000, 500000, 1, 0, ?7, ?8, "
                       "(SELECT substr(terms, 18) FROM promise WHERE route = ?3 AND task = 0))",
                       (os.urandom(16), 1790000000 * 10 ** 6, route, weak, strong, 10 ** 6 * good, TRAITS, talk()))


def learn(gateway, route):
    [found] = json.loads(gateway.costlens("route", "learn", route, "--json").stdout)["routes"]
    return found


def certify(gateway, route, *weak):
    learn(gateway, route)  # so there are terms
    for model in weak:
        add_pairs(gateway, route, model, count=500 // len(weak))
    found = learn(gateway, route)
    expect((found["rung"], found["certified"]["share_small"]), ("certified", "1"), str(found))
    until(lambda: gateway.chat(model=route).headers["x-costlens-model"] in weak, 10, "it holds")
