# SPDX-License-Identifier: Apache-2.0
"""costlens cost against a reference of its own: the books are read again here, with whole fractions, and
random calls of random models cost the same to the last digit."""
import datetime
import json
import os
import random
import re
import subprocess
from fractions import Fraction

from lib.scene import COSTLENS, LONG, SOURCE, expect, expect_true, folder, limit

TOKENS = {"input", "cache_read", "cache_write", "cache_write_1h", "audio_input", "audio_cache_read", "image_input",
          "output", "audio_output", "image_output"}
FALLBACK = {"cache_read": ["input"], "cache_write": ["input"], "cache_write_1h": ["cache_write", "input"]}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UTC = datetime.timezone.utc


def moment(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


def prices(words):
    stated, factor = {}, None
    while words:
        if re.fullmatch(r"x[\d.]+", words[0]):
            factor = Fraction(words.pop(0)[1:])
        else:
            name, number = words.pop(0), words.pop(0)
            stated[name] = Fraction(number) / (10 ** 6 if name in TOKENS else 1)
    return stated, factor


def read():
    models, holidays = {}, {}
    for book in sorted((SOURCE / "prices").glob("*.book")):
        vendor = model = None
        for line in book.read_text().splitlines():
            word, _, rest = line.partition(" ")
            if word == "vendor":
                vendor = rest
            elif word == "days":
                holidays.setdefault(rest.split()[0], set()).update(rest.split()[1:])
            elif word == "model":
                model = models[vendor, rest] = {"price": {}, "when": [], "free": False}
            elif word == "price":
                model["price"] = prices(rest.split())[0]
            elif word == "free":
                model["free"] = True
            elif word == "when":
                conditions, _, change = rest.partition(": ")
                model["when"].append((conditions.split(), *prices(change.split())))
    return models, holidays


def holds(words, at, prompt, service, us, holidays):
    words = list(words)
    tiers, weekdays = [], set()
    true = True
    while words:
        word = words.pop(0)
        if word == "from":
            true &= at >= moment(words.pop(0))
        elif word == "until":
            true &= at < moment(words.pop(0))
        elif word == "above":
            true &= prompt > int(words.pop(0))
        elif word == "except":
            true &= at.date().isoformat() not in holidays[words.pop(0)]
        elif word == "us":
            true &= us
        elif re.match(r"\d\d:", word):
            start, end = word.split("-")
            true &= start <= at.strftime("%H:%M") < end
        elif word[:3] in DAYS:
            first, _, last = word.partition("-")
            weekdays.update(DAYS[DAYS.index(first):DAYS.index(last or first) + 1])
        else:
            tiers.append(word)
    return true and (not tiers or service in tiers) and (not weekdays or DAYS[at.weekday()] in weekdays), bool(tiers)


def cost(model, usage, at, service, us, holidays):
    """Picodollars, or None when unpriced."""
    if model["free"]:
        return 0
    price, factor = dict(model["price"]), Fraction(1)
    tier = service == "standard"
    prompt = sum(n for bucket, n in usage.items() if bucket in TOKENS and "output" not in bucket)
    for conditions, change, multiple in model["when"]:
        true, of_tier = holds(conditions, at, prompt, service, us, holidays)
        if true:
            price.update(change)
            factor *= multiple or 1
            tier |= of_tier
    if not tier or not price:
        return None
    tokens = fees = Fraction(0)
    for bucket, count in usage.items():
        if count == 0:
            continue
        name = next((b for b in [bucket] + FALLBACK.get(bucket, []) if b in price), None)
        if name is None:
            return None
        if bucket in TOKENS:
            tokens += count * price[name]
        else:
            fees += count * price[name]
    if any(usage.values()):
        fees += price.get("calls", 0)
    return round((tokens * factor + fees) * 10 ** 12)  # round() of a Fraction is half to even


limit(900 if LONG else 200)
models, holidays = read()
environment = dict(os.environ, HOME=str(folder), XDG_CONFIG_HOME=str(folder))
environment.pop("COSTLENS_CONFIG", None)


def costlens(*words, code=0):
    done = subprocess.run([COSTLENS, *words], capture_output=True, text=True, env=environment)
    expect(done.returncode, code, f"{words}: {done.stderr}")
    return done.stdout if code == 0 else done.stderr


# Every model of the books is in the program, and says what it costs without terms.
listed = json.loads(costlens("price", "list", "--json", "--at", "2026-11-24T12:00:00Z"))["models"]
expect(len(listed), len(models))
for row in listed:
    expect_true((row["vendor"], row["model"]) in models, row)

seed = random.randrange(10 ** 9)
dice = random.Random(seed)
interesting = [name for name in models if models[name]["when"]]
for n in range(2000 if LONG else 100):
    vendor, name = dice.choice(interesting if n % 2 else list(models))
    usage = {"input": dice.choice([0, 1, 77, 1200, 99999, 100001, 200000, 272001, dice.randrange(10 ** 6)]),
             "cache_read": dice.choice([0, 0, 1, dice.randrange(300000)]),
             "cache_write": dice.choice([0, 0, 3, dice.randrange(5000)]),
             "cache_write_1h": dice.choice([0, 0, 0, dice.randrange(5000)]),
             "output": dice.choice([0, 1, dice.randrange(64000)]),
             "web_searches": dice.choice([0, 0, 0, 3])}
    day = datetime.datetime(2026, 7, 1, tzinfo=UTC) + datetime.timedelta(minutes=dice.randrange(300 * 1440))
    at = dice.choice([day, datetime.datetime(2027, 1, 1, tzinfo=UTC), datetime.datetime(2026, 11, 24, 4, tzinfo=UTC),
                      datetime.datetime(2026, 8, 21, tzinfo=UTC) - datetime.timedelta(microseconds=1)])
    service, us = dice.choice(["standard"] * 3 + ["batch", "priority", "fast"]), dice.random() < 0.2
    whole = usage["input"] + usage["cache_read"] + usage["cache_write"] + usage["cache_write_1h"]
    words = ["cost", f"{vendor}/{name}", "--json", "--input", str(whole), "--cached", str(usage["cache_read"]),
             "--cache-write", str(usage["cache_write"]), "--cache-write-1h", str(usage["cache_write_1h"]),
             "--output", str(usage["output"]), "--web-searches", str(usage["web_searches"]),
             "--at", at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "--service", service] + ["--us"] * us
    said = json.loads(costlens(*words))
    wanted = cost(models[vendor, name], usage, at, service, us, holidays)
    text = None if wanted is None else f"{wanted // 10 ** 12}.{wanted % 10 ** 12:012d}"
    expect(said["cost_usd"], text, f"seed {seed}: {' '.join(words)}")

# The arithmetic is spelled out; near names; what a month costs.
said = costlens("cost", "gpt-4o", "--input", "1200", "--cached", "1000", "--output", "300", "--per-day", "10000")
expect_true("1000 cache_read       x 1.25 USD/Mtok" in said, said)
expect_true("total: 0.004750000000 USD" in said and "1425.00 USD in 30 days" in said, said)
expect_true("openai/gpt-4o" in costlens("cost", "gpt-4oo", code=1), "near names")
expect_true("cached" in costlens("cost", "gpt-4o", "--input", "3", "--cached", "5", code=2), "more cached than all")
expect_true("input            1.5 USD/Mtok" in costlens("price", "show", "gemini-3.6-flash", "--at", "2027-01-01"), "dated")

# Prices of the configuration stand beside the book's.
config = folder / "costlens.yaml"
config.write_text("""
providers:
  bench: { dialect: openai, url: http://127.0.0.1:9100/v1, models: [bench-model, own] }
prices:
  - { model: bench/bench-model, input_per_mtok: 0.15, output_per_mtok: 0.60, cache_read_per_mtok: 0.075 }
  - { model: bench/own, free: true }
""")
said = json.loads(costlens("cost", "bench/bench-model", "--input", "1000", "--cached", "400", "--output", "10", "--json",
                           "--config", str(config)))
expect((said["state"], said["cost_usd"]), ("priced", "0.000126000000"))
expect(json.loads(costlens("cost", "bench/own", "--input", "9", "--json", "--config", str(config)))["state"], "free")
