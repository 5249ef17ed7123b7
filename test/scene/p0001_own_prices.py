# SPDX-License-Identifier: Apache-2.0
"""Prices of the configuration, with everything that `when` can say: random rows and random calls cost what whole
fractions say, to the last digit, up to the largest cost there is."""
import datetime
import json
import os
import random
import subprocess
from fractions import Fraction

from lib.book import TOKENS, cost, unit
from lib.scene import COSTLENS, LONG, expect, expect_true, folder, limit

limit(1200 if LONG else 200)
UTC = datetime.timezone.utc
MOST = 2 ** 63 - 1  # picodollars
KEYS = {"calls": "per_call", "web_searches": "per_web_search", "file_searches": "per_file_search",
        "search_units": "per_search_unit", "images": "per_image", "seconds": "per_second",
        "busy": "cost_per_hour"}
KEYS.update({bucket: bucket + "_per_mtok" for bucket in TOKENS})
OPTIONS = {"cache_read": "cached", "audio_cache_read": "audio-cached"}
HOLIDAYS = {"ours": {"2026-12-24", "2027-01-01"}, "none": set()}
environment = dict(os.environ, HOME=str(folder), XDG_CONFIG_HOME=str(folder))
seed = random.randrange(10 ** 9)
dice = random.Random(seed)
file = folder / "costlens.yaml"


def amount(bucket):
    if bucket in TOKENS:
        return dice.choice(["0", "0.0001", "0.0833333", "3", "2.50", "1e-1", "1.234567890123", "0.999999999999", "1000000",
                            f"{dice.randrange(1, 10 ** 6)}.{dice.randrange(10 ** 12):012d}"])
    if bucket == "busy":
        return dice.choice(["0", "0.35", "0.000000000001", "1000000", f"{dice.randrange(100)}.{dice.randrange(10 ** 12):012d}"])
    return dice.choice(["0", "0.01", "0.000000000000000001", "9", f"0.{dice.randrange(10 ** 18):018d}"])


def some_amounts(least):
    buckets = dice.sample(sorted(KEYS), dice.randint(least, 6))
    return {bucket: amount(bucket) for bucket in buckets}


def entry(factors):
    """(YAML, the book's words, amounts, factor) of one entry of `when`."""
    said, words = {}, []
    for name in dice.sample(["from", "until", "days", "hours", "except", "above", "service", "us", "thinking"],
                            dice.randint(1, 3)):
        if name in ("from", "until"):
            value = dice.choice(["2026-11-24", "2027-01-01", "2026-12-24T16:00:00Z"])
            if {"from", "until"} & set(said):
                continue
            words += [name, value]
        elif name == "days":
            value = dice.choice(["mon-fri", "sun", "sat-sun", "thu"])
            words.append(value)
        elif name == "hours":
            value = dice.choice(["01:00-04:00", "00:00-24:00", "23:59-24:00", "12:00-16:30"])
            words.append(value)
        elif name == "except":
            value = dice.choice(["ours", "none"])
            words += [name, value]
        elif name == "above":
            value = dice.choice([1, 1000, 200000])
            words += [name, str(value)]
        elif name == "service":
            value = dice.sample(["batch", "flex", "priority", "fast", "standard"], dice.randint(1, 3))
            words += value
        else:
            value = "true"
            words.append(name)
        said[name] = "[" + ", ".join(value) + "]" if isinstance(value, list) else value
    factor = None
    if factors and dice.random() < 0.6:
        factor = dice.choice(["0.5", "1.1", "2", "0.000001", "1000", "0.333333", "1.000001"])
    return said, words, some_amounts(0 if factor else 1), factor


def row(name):
    base, entries, factors = some_amounts(1), [], 4
    if not any(Fraction(number) for number in base.values()):
        base["input"] = "1"
    for _ in range(dice.randint(0, 7)):
        entries.append(entry(factors))
        factors -= entries[-1][3] is not None
    lines = [f"  - model: bench/{name}"] + [f"    {KEYS[bucket]}: {number}" for bucket, number in base.items()]
    if entries:
        lines.append("    when:")
    for said, _, amounts, factor in entries:
        pairs = [f"{key}: {value}" for key, value in said.items()]
        pairs += [f"{KEYS[bucket]}: {number}" for bucket, number in amounts.items()]
        pairs += [f"factor: {factor}"] if factor else []
        dice.shuffle(pairs)
        lines.append("      - { " + ", ".join(pairs) + " }")

    def each(amounts):
        return {b: Fraction(n) / unit(b) for b, n in amounts.items()}
    model = {"price": each(base), "free": False,
             "when": [(words, each(amounts), Fraction(factor) if factor else None)
                      for _, words, amounts, factor in entries]}
    return "\n".join(lines), model


def usage(model):
    """Of what has a price, mostly: else every call would be unpriced."""
    counts = dict.fromkeys(KEYS, 0)
    buckets = sorted(model["price"]) if dice.random() < 0.8 else sorted(KEYS)
    for bucket in dice.sample(buckets, dice.randint(0, len(buckets))):
        counts[bucket] = dice.choice([0, 1, 2, 3, 500, 1001, 199999, 200001, dice.randrange(10 ** 7), 10 ** 12 // 8, 9223372, 9223373])
    return counts


def ask(name, counts, at, service, us):
    for side in ("input", "output"):  # what the options count is all of a side
        whole = sum(n for bucket, n in counts.items() if bucket in TOKENS and ("output" in bucket) == (side == "output"))
        yield from (f"--{side}", str(whole))
    for bucket, n in counts.items():
        if bucket not in ("input", "output"):
            yield from ("--" + OPTIONS.get(bucket, bucket.replace("_", "-")), str(n))
    yield from ("--at", at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "--service", service)
    if us:
        yield "--us"


states = {}
for _ in range(200 if LONG else 12):
    rows = {f"m-{n}": row(f"m-{n}") for n in range(10)}
    file.write_text("holidays: { ours: [2027-01-01, 2026-12-24], none: [] }\n"
                    "providers:\n  bench: { url: http://127.0.0.1:9/v1 }\nprices:\n" +
                    "\n".join(text for text, _ in rows.values()) + "\n")
    for _ in range(12):
        name = dice.choice(list(rows))
        counts, service, us = usage(rows[name][1]), dice.choice(["standard"] * 4 + ["batch", "priority", "fast"]), dice.random() < 0.3
        moments = [datetime.datetime(2026, 11, 20, tzinfo=UTC) + datetime.timedelta(minutes=dice.randrange(60 * 1440)),
                   datetime.datetime(2026, 12, 24, 16, tzinfo=UTC), datetime.datetime(2027, 1, 1, 4, tzinfo=UTC),
                   datetime.datetime(2027, 1, 1, tzinfo=UTC) - datetime.timedelta(microseconds=1)]
        at = dice.choice(moments)
        words = ["cost", f"bench/{name}", "--json", "--config", str(file), *ask(name, counts, at, service, us)]
        done = subprocess.run([COSTLENS, *words], capture_output=True, text=True, env=environment)
        about = f"seed {seed}: {' '.join(words)}\n{rows[name][0]}\n{done.stderr}"
        wanted = cost(rows[name][1], counts, at, service, us, HOLIDAYS)
        expect(done.returncode, 1 if wanted and wanted > MOST else 0, about)
        if wanted is None:
            said = json.loads(done.stdout)
            expect((said["state"], said["cost_usd"]), ("unpriced", None), about)
        elif wanted > MOST:
            expect_true("Give smaller counts" in done.stderr and not done.stdout, about)
        else:
            expect(json.loads(done.stdout)["cost_usd"], f"{wanted // 10 ** 12}.{wanted % 10 ** 12:012d}", about)
        kind = "unpriced" if wanted is None else "too large" if wanted > MOST else "priced"
        states[kind] = states.get(kind, 0) + 1
expect_true(states.get("priced", 0) > 30 and states.get("unpriced", 0) > 5, f"seed {seed}: {states}")
