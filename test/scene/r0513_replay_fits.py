# SPDX-License-Identifier: Apache-2.0
"""What a model can read and do is looked at anew in `costlens route replay`, as it is for a call that comes: an Ollama's
`num_ctx`, what a provider `lacks`, also of models that the calls were not offered. A `sticky` that is dropped binds nothing."""
import json

from lib.ollama import Ollama
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)
LONG = [{"role": "system", "content": "Be kind. " * 2500},  # more than a context of 2048, less than one of 12288
        {"role": "user", "content": "hello"}]
TOOL = [{"type": "function", "function": {"name": "find", "description": "finds", "parameters": {"type": "object"}}}]
PRICES = "".join(f"  - {{ model: {name}/large, input_per_mtok: 5, output_per_mtok: 5 }}\n" for name in ("bench", "else", "claude"))
ROUTE = "routes:\n  - { name: r, match: { key: nobody }, small: local/phi3, large: bench/large, verify: [refusal] }\n"

with Mock() as mock, Ollama({"phi3:latest": 131072, "tiny:latest": 131072}) as ollama:
    providers = (f"  local: {{ dialect: ollama, url: {ollama.url}, num_ctx: 16384 }}\n"
                 f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [large] }}\n"
                 f"  claude: {{ dialect: anthropic, url: {mock.url}, models: [large] }}\n"
                 f"  else: {{ dialect: openai, url: {mock.url}/v1, models: [large] }}\n")
    with Gateway(mock, providers=providers, models=[], extra=PRICES + ROUTE) as gateway:
        def went(**more):
            answer = gateway.chat("hello", model="r", **more)
            expect(answer.status, 200, answer)
            return answer.headers["x-costlens-model"]

        def replay(*changes):
            """Of the file with each of `changes`, old text and new: where calls go, what is refused, notes."""
            text = gateway.config()
            for old, new in changes:
                expect_true(old in text, old)
                text = text.replace(old, new)
            file = gateway.state / "policy.yaml"
            file.write_text(text)
            [r] = json.loads(gateway.costlens("route", "replay", "--policy", str(file), "--json").stdout)["routes"]
            return r

        expect([went(), went(messages=LONG), went(tools=TOOL)], ["local/phi3"] * 3)
        gateway.calls(3)
        same = replay()
        expect((same["replayed"], same["changed"]), (3, 0))

        # A smaller context: the long call goes where it would go.
        small = replay(("num_ctx: 16384", "num_ctx: 2048"))
        expect((small["to_large"], small["to_other"]), (1, 0), small)
        expect(replay(("num_ctx: 16384", "num_ctx: 12288"))["changed"], 0)
        unread = replay(("dialect: ollama, url: " + ollama.url + ", num_ctx: 16384",
                         "dialect: ollama, url: http://127.0.0.1:9, models: [phi3], num_ctx: 2048"))
        expect(unread["to_large"], 1, "of one that nobody asks, too")
        # What is said to lack tools is asked for none.
        lacking = replay(("num_ctx: 16384", "num_ctx: 16384, lacks: { '*': [tools] }"))
        expect((lacking["to_large"], lacking["examples"][0]["would"]), (1, "bench/large"))
        # Another one of that Ollama's costs as little.
        tiny = replay(("small: local/phi3", "small: local/tiny"))
        expect((tiny["to_other"], float(tiny["cost_usd"]["would"])), (3, 0))
        # Nor is one that the calls were not offered.
        other = replay(("small: local/phi3", "small: else/large"))
        expect((other["to_other"], other["to_large"]), (3, 0))
        other = replay(("small: local/phi3", "small: else/large"),
                       (f"else: {{ dialect: openai, url: {mock.url}/v1", f"else: {{ lacks: {{ large: [tools] }}, "
                        f"dialect: openai, url: {mock.url}/v1"))
        expect((other["to_other"], other["to_large"]), (2, 1))
        # Nor is one that takes no calls of their dialect, for want of a translation.
        other = replay(("small: local/phi3", "small: claude/large"))
        expect((other["to_other"], other["to_large"]), (0, 3))
        other = replay(("small: local/phi3", "small: claude/large"), ("large: bench/large", "large: [claude/large]"), ("verify: [refusal]", "verify: []"))
        expect((other["replayed"], other["refused"]), (0, {"dialect": 3}))
        # What the records cannot tell is said.
        notes = " ".join(replay(("verify: [refusal]", "verify: [], max_ttft: 1s, sticky: user"))["notes"])
        expect_in("another `max_ttft`", notes)
        expect_in("another `sticky`", notes)

        # The same holds where such a call comes.
        gateway.providers = providers.replace("num_ctx: 16384", "num_ctx: 2048, lacks: { '*': [tools] }")
        expect(gateway.program.stop(40), 0)
        gateway.start()
        expect([went(), went(messages=LONG), went(tools=TOOL)], ["local/phi3", "bench/large", "bench/large"])
        gateway.calls(6)
        more = replay(("num_ctx: 2048, ", "num_ctx: 16384, "))  # nobody has judged a call that one side could take
        expect((more["replayed"], more["changed"]), (5, 0))
        expect_in("1 calls are left out: then they had one side", " ".join(more["notes"]))
