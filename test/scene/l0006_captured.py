# SPDX-License-Identifier: Apache-2.0
"""A captured row is no cheaper than the call can have been: what may have been written to a cache is priced so, and a
dearer tier or region that was asked is taken for the one that answered."""
import json
from decimal import Decimal

from lib.scene import Gateway, Mock, expect, expect_true

LONG = "remember this " * 800
LOST = {"x-mock-fault": "not-json"}  # an answer that nobody can read
OPENAI = "  bench: {{ dialect: openai, vendor: openai, url: {}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"


def expect_captured(gateway, n, model, bucket, *tier):
    """The n-th row has all its input in one bucket, and costs what that does in that tier."""
    row = gateway.rows(n)[-1]
    inputs = [b for b in ("input", "cache_read", "cache_write", "cache_write_1h") if row[b]]
    expect((row["sure"], inputs), ("captured", [bucket]), f"row {n}")
    expect_true(row[bucket] >= 1024, f"all of the prompt: {row}")
    apart = [] if bucket == "input" else ["--" + bucket.replace("_", "-"), str(row[bucket])]
    said = gateway.costlens("cost", model, "--input", str(row[bucket]), *apart, "--output", str(row["output"]), *tier,
                            "--json")
    expect(row["cost_pd"], int(Decimal(json.loads(said.stdout)["cost_usd"]) * 10**12), f"row {n}: the cost")


with Mock() as mock, Gateway(mock) as gateway:
    for n, ttl, bucket in ((1, "1h", "cache_write_1h"), (2, "5m", "cache_write")):
        gateway.messages("unused", LOST, messages=[{"role": "user", "content": [
            {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral", "ttl": ttl}}]}])
        expect_captured(gateway, n, "anthropic/claude-sonnet-5-5", bucket)
    opus = "claude-opus-4-8"
    gateway.messages(LONG, LOST, model=opus)
    expect_captured(gateway, 3, opus, "input")
    gateway.messages(LONG, LOST, model=opus, speed="fast", inference_geo="us")
    expect_captured(gateway, 4, opus, "input", "--service", "fast", "--us")

# OpenAI's later models write every long prompt, asked or not, and bill it.
with Mock() as mock, Gateway(mock, OPENAI.format(mock.url)) as gateway:
    gateway.chat(LONG, LOST, model="gpt-5.6-sol")
    expect_captured(gateway, 1, "openai/gpt-5.6-sol", "cache_write")
    gateway.chat(LONG, LOST, model="gpt-4o", service_tier="priority")
    expect_captured(gateway, 2, "openai/gpt-4o", "input", "--service", "priority")
    # One that is cheaper may not have answered. Of one without a stated price nobody knows what the call cost.
    gateway.chat(LONG, LOST, model="gpt-4o", service_tier="flex")
    expect_captured(gateway, 3, "openai/gpt-4o", "input")
    for n, model, tier in ((4, "gpt-4-turbo", "priority"), (5, "gpt-5.6-sol", "priority"), (6, "gpt-4o", "scale")):
        gateway.chat(LONG, LOST, model=model, service_tier=tier)
        row = gateway.rows(n)[-1]
        expect((row["sure"], row["price_state"], row["cost_pd"]), ("captured", "unpriced", None), f"{model}, {tier}")

# Who resells Claude in OpenAI's dialect passes on what is marked.
with Mock() as mock, Gateway(mock, OPENAI.format(mock.url).replace("vendor: openai", "vendor: openrouter")) as gateway:
    for n, mark, bucket in ((1, {"cache_control": {"type": "ephemeral"}}, "cache_write"), (2, {}, "input")):
        gateway.chat("", LOST, model="bench/anthropic/claude-opus-4.8",
                     messages=[{"role": "user", "content": [{"type": "text", "text": LONG, **mark}]}])
        expect_captured(gateway, n, "openrouter/anthropic/claude-opus-4.8", bucket)
    # Where a write is priced below the input, that it may have been none is the most.
    hour = {"type": "ephemeral", "ttl": "1h"}
    gateway.chat("", LOST, model="bench/google/gemini-2.5-flash-lite",
                 messages=[{"role": "user", "content": [{"type": "text", "text": LONG, "cache_control": hour}]}])
    expect_captured(gateway, 3, "openrouter/google/gemini-2.5-flash-lite", "input")
