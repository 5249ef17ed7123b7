# SPDX-License-Identifier: Apache-2.0
"""book - the price book once more: its files read and calls priced with whole fractions, as
doc/prices.md tells. What the program says is held against it."""
import datetime
import re
from fractions import Fraction

TOKENS = {"input", "cache_read", "cache_write", "cache_write_1h", "audio_input", "audio_cache_read", "image_input",
          "output", "audio_output", "image_output"}
FALLBACK = {"cache_read": ["input"], "cache_write": ["input"], "cache_write_1h": ["cache_write", "input"],
            "audio_input": ["input"], "audio_cache_read": ["cache_read", "audio_input", "input"],
            "image_input": ["input"], "audio_output": ["output"], "image_output": ["output"]}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
UTC = datetime.timezone.utc


def moment(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=UTC)


def unit(bucket):
    """How many of it a written price is for; of an hour the microseconds."""
    return {"busy": 3600 * 10 ** 6}.get(bucket, 10 ** 6 if bucket in TOKENS else 1)


def prices(words):
    stated, factor = {}, None
    while words:
        if re.fullmatch(r"x[\d.]+", words[0]):
            factor = Fraction(words.pop(0)[1:])
        else:
            name, number = words.pop(0), words.pop(0)
            stated[name] = Fraction(number) / unit(name)
    return stated, factor


def read(folder):
    """The books of a folder: (vendor, model) -> its prices, and the days by name."""
    models, holidays = {}, {}
    for book in sorted(folder.glob("*.book")):
        vendor = model = None
        for line in book.read_text().splitlines():
            word, _, rest = line.partition(" ")
            if word == "vendor":
                vendor = rest
            elif word == "days":
                holidays.setdefault(rest.split()[0], set()).update(rest.split()[1:])
            elif word == "model":
                model = models[vendor, rest] = {"price": {}, "when": [], "free": False, "names": []}
            elif word == "alias":
                model["names"] += rest.split()
            elif word in ("context", "output_max"):
                model[word] = int(rest)
            elif word == "price":
                model["price"] = prices(rest.split())[0]
            elif word == "free":
                model["free"] = True
            elif word == "when":
                conditions, _, change = rest.partition(": ")
                model["when"].append((conditions.split(), *prices(change.split())))
    return models, holidays


def holds(words, at, prompt, service, us, holidays, thinking=False):
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
        elif word == "thinking":
            true &= thinking
        elif re.match(r"\d\d:", word):
            start, end = word.split("-")
            true &= start <= at.strftime("%H:%M") < end
        elif word[:3] in DAYS:
            first, _, last = word.partition("-")
            weekdays.update(DAYS[DAYS.index(first):DAYS.index(last or first) + 1])
        else:
            tiers.append(word)
    return true and (not tiers or service in tiers) and (not weekdays or DAYS[at.weekday()] in weekdays), bool(tiers)


def quote(model, at, prompt, service, us, holidays, thinking=False):
    """(prices of one by bucket, factor on token prices, whether the tier has a stated price)."""
    price, factor = dict(model["price"]), Fraction(1)
    tier = service == "standard"
    for conditions, change, multiple in model["when"]:
        true, of_tier = holds(conditions, at, prompt, service, us, holidays, thinking)
        if true:
            price.update(change)
            factor *= multiple or 1
            tier |= of_tier
    return price, factor, tier


def cost(model, usage, at, service, us, holidays, thinking=False):
    """Picodollars, or None when unpriced."""
    if model["free"] or not any(usage.values()):
        return 0
    prompt = sum(n for bucket, n in usage.items() if bucket in TOKENS and "output" not in bucket)
    price, factor, tier = quote(model, at, prompt, service, us, holidays, thinking)
    if not tier or not price or ("busy" in price and not usage.get("busy")):
        return None
    by_time = "busy" in price and not TOKENS & set(price)
    tokens = fees = Fraction(0)
    for bucket, count in usage.items():
        if count == 0:
            continue
        name = next((b for b in [bucket] + FALLBACK.get(bucket, []) if b in price), None)
        if name is None and (bucket in ("calls", "busy") or by_time):
            continue
        if name is None:
            return None
        if bucket in TOKENS:
            tokens += count * price[name]
        else:
            fees += count * price[name]
    if any(usage.values()) and not usage.get("calls"):
        fees += price.get("calls", 0)
    return round((tokens * factor + fees) * 10 ** 12)  # round() of a Fraction is half to even
