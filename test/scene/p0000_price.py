# SPDX-License-Identifier: Apache-2.0
"""costlens cost against a reference of its own: the books are read again here, with whole fractions, and
random calls of random models cost the same to the last digit."""
import datetime
import json
import os
import random
import subprocess

from lib.book import cost, read
from lib.scene import COSTLENS, LONG, SOURCE, expect, expect_true, folder, limit

UTC = datetime.timezone.utc
limit(900 if LONG else 200)
models, holidays = read(SOURCE / "prices")
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
    reasoning = dice.choice([0, 0, usage["output"]])
    service, us = dice.choice(["standard"] * 3 + ["batch", "priority", "fast"]), dice.random() < 0.2
    whole = usage["input"] + usage["cache_read"] + usage["cache_write"] + usage["cache_write_1h"]
    words = ["cost", f"{vendor}/{name}", "--json", "--input", str(whole), "--cached", str(usage["cache_read"]),
             "--cache-write", str(usage["cache_write"]), "--cache-write-1h", str(usage["cache_write_1h"]),
             "--output", str(usage["output"]), "--web-searches", str(usage["web_searches"]),
             "--reasoning", str(reasoning),
             "--at", at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "--service", service] + ["--us"] * us
    said = json.loads(costlens(*words))
    wanted = cost(models[vendor, name], usage, at, service, us, holidays, reasoning > 0)
    text = None if wanted is None else f"{wanted // 10 ** 12}.{wanted % 10 ** 12:012d}"
    expect(said["cost_usd"], text, f"seed {seed}: {' '.join(words)}")

# In a tier of its own prices cached tokens are as much dearer or cheaper as the input, rounded up to 10^-12 USD.
for model, tier, total in (("openai/gpt-4o-mini", "priority", "0.125000000000"),
                           ("openai/o4-mini", "priority", "0.500000000000"),
                           ("azure/us/gpt-4.1-nano-2025-04-14", "batch", "0.015273000000")):
    said = costlens("cost", model, "--service", tier, "--input", "1000000", "--cached", "1000000", "--json")
    expect(json.loads(said)["cost_usd"], total, model)
# Groq's flex is no cheaper; it has more room.
said = costlens("cost", "groq/openai/gpt-oss-20b", "--service", "flex", "--input", "1000000", "--json")
expect(json.loads(said)["cost_usd"], "0.075000000000")
# Fifty times the standard is no price of a tier.
said = costlens("cost", "openai/gpt-5-nano", "--service", "priority", "--input", "1", "--json")
expect(json.loads(said)["state"], "unpriced")

# With reasoning all output is dearer at some.
for reasoning, total in (("0", "0.000014000000"), ("3", "0.000042000000")):
    said = costlens("cost", "dashscope/qwen3-14b", "--output", "10", "--reasoning", reasoning, "--json")
    expect(json.loads(said)["cost_usd"], total)
expect_true("thinking: output 4.2" in costlens("price", "show", "dashscope/qwen3-14b"), "the condition")

# The arithmetic is spelled out; near names; what a month costs.
said = costlens("cost", "gpt-4o", "--input", "1200", "--cached", "1000", "--output", "300", "--per-day", "10000")
expect_true("1000 cache_read       x 1.25 USD/Mtok" in said, said)
expect_true("total: 0.004750000000 USD" in said and "1425.00 USD in 30 days" in said, said)
expect_true("openai/gpt-4o" in costlens("cost", "gpt-4oo", "--input", "1", code=1), "near names")
expect_true("cached" in costlens("cost", "gpt-4o", "--input", "3", "--cached", "5", code=2), "more cached than all")
expect_true("with reasoning included" in costlens("cost", "gpt-4o", "--output", "5", "--reasoning", "9", code=2),
            "more reasoning than output")
expect_true("how much" in costlens("cost", "gpt-4o", code=2), "nothing to price")
for words in ([], ["--per-day", "1000000000"], ["--json"]):
    said = costlens("cost", "gpt-4o", "--input", "1000000000000", "--output", "1000000000000", *words, code=1)
    expect_true("9,223,372 USD" in said and "total" not in said, "what is not kept is refused, not cut")
expect_true("openai/gpt-4o" in costlens("price", "show", "GPT-4o", code=1), "capitals")
expect_true("--vendor openai" in costlens("price", "show", "openai", code=1), "a vendor is no model")
expect_true("price list 'gpt-*'" in costlens("price", "show", "gpt-*", code=1), "a pattern is no model")
expect_true("did you mean `openai`" in costlens("price", "list", "--vendor", "OpenAI", code=1), "near vendors")
expect(json.loads(costlens("price", "show", "gpt-4o", "--json"))["also_at"], ["azure/gpt-4o"])
expect(json.loads(costlens("price", "show", "openai/gpt-4o", "--json"))["also_at"], [])
listed = [row["model"] for row in json.loads(costlens("price", "list", "GPT-5.6*", "--vendor", "openai", "--json"))["models"]]
expect(listed, sorted(m for v, m in models if v == "openai" and m.startswith("gpt-5.6")))
expect_true("input            1.5 USD/Mtok" in costlens("price", "show", "gemini-3.6-flash", "--at", "2027-01-01"), "dated")

# Prices of the configuration stand beside the book's.
config = folder / "costlens.yaml"
config.write_text("""
providers:
  bench: { vendor: together, url: http://127.0.0.1:9100/v1 }
aliases:
  quick: [bench/own]
prices:
  - { model: bench/bench-model, input_per_mtok: 0.15, output_per_mtok: 0.60, cache_read_per_mtok: 0.075 }
  - { model: bench/own, free: true }
""")
said = json.loads(costlens("cost", "bench/bench-model", "--input", "1000", "--cached", "400", "--output", "10", "--json",
                           "--config", str(config)))
expect((said["state"], said["cost_usd"]), ("priced", "0.000126000000"))
expect(json.loads(costlens("cost", "bench/own", "--input", "9", "--json", "--config", str(config)))["state"], "free")
for name, model in (("quick", "own"), ("own", "own"), ("bench-model", "bench-model")):
    said = json.loads(costlens("price", "show", name, "--json", "--config", str(config)))
    expect((said["vendor"], said["model"]), ("bench", model))
name = next(m for v, m in models if v == "together")
said = json.loads(costlens("price", "show", f"bench/{name}", "--json", "--config", str(config)))
expect((said["vendor"], said["model"]), ("together", name), "the rows of its vendor")

# An alias whose first model's provider has no key here: what is taken instead is said, and the report has the same rule.
config.write_text(f"""
state: {folder}/state
providers:
  openai: {{ key: env:NO_SUCH_SECRET }}
  bench: {{ url: http://127.0.0.1:9100/v1 }}
aliases:
  fast: [openai/gpt-5.4-mini, bench/own]
  gone: [openai/gpt-5.4-mini]
prices:
  - {{ model: bench/own, free: true }}
""")
asked = ("--config", str(config))
for secret, model in (("", "bench/own"), ("sk-0123456789", "openai/gpt-5.4-mini")):
    environment["NO_SUCH_SECRET"] = secret
    for words in (("cost", "fast", "--input", "9"), ("price", "show", "fast")):
        done = subprocess.run([COSTLENS, *words, *asked], capture_output=True, text=True, env=environment)
        expect((done.returncode, done.stdout.split(" ")[0]), (0, model), f"{words}")
        note = "alias fast: the provider of openai/gpt-5.4-mini is not there: left out, bench/own taken"
        expect(note in done.stderr, not secret, f"{words}: {done.stderr}")
environment["NO_SUCH_SECRET"] = ""
expect_true("openai/gpt-5.4-mini is not there" in costlens("price", "show", "gone", *asked, code=1), "nothing is left")
