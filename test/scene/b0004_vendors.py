# SPDX-License-Identifier: Apache-2.0
"""Vendors that speak OpenAI's dialect in their own way: the ledger says what each really bills."""
from lib.scene import Gateway, Mock, expect, expect_true

# Vendor, and what its rows are called: reasoning outside, usage unasked, x_groq, charges of its own.
VENDORS = ["openai", "deepseek", "mistral", "groq", "together", "openrouter", "xai", "moonshot", "vllm",
           "azure"]

with Mock() as mock:
    providers = "".join(
        f"  {v}: {{ dialect: openai, vendor: {v}, url: \"{mock.url}/+as={v}/v1\", "
        f"key: env:SCENE_UPSTREAM_KEY, models: [gpt-5-mini] }}\n" for v in VENDORS)
    prices = "".join(f"  - {{ model: {v}/gpt-5-mini, input_per_mtok: 1, output_per_mtok: 4, "
                     f"cache_read_per_mtok: 0.1 }}\n" for v in VENDORS)

    class Vendors(Gateway):
        def config(self):
            text = super().config()
            return text[:text.index("prices:\n")] + "prices:\n" + prices

    with Vendors(mock, providers=providers) as gateway:
        n = 0
        for vendor in VENDORS:
            for stream in (False, True):
                n += 1
                case = f"{vendor}{' in a stream' if stream else ''}"
                more = {"stream": True} if stream else {}
                answer = gateway.chat(case, model=f"{vendor}/gpt-5-mini", **more)
                expect(answer.status, 200, case)
                row, bill = gateway.rows(n)[-1], mock.bills(n)[-1]
                expect(row["upstream_id"], bill["id"], case)
                for bucket in ("input", "cache_read", "output"):
                    expect(row[bucket], bill[bucket], f"{case}: {bucket}")
                expect(row["sure"], "reported", case)
                expect_true(bill["reasoning"] > 0, "this model thinks")
                if vendor in ("openrouter", "xai"):  # they name their charge, and it wins
                    expect(row["price_state"], "provider", case)
                    expect(row["cost_pd"], bill["micro_usd"] * 10**6, case)
                else:
                    expect(row["cost_pd"], (bill["input"] + 4 * bill["output"]) * 10**6, case)
                if stream:
                    expect(answer.events[-1], "[DONE]", case)

# What runs on the own machine is free, whether the book knows the model or not; what Ollama passes on is not.
with Mock() as mock:
    local = f"  ollama: {{ url: \"{mock.url}/v1\" }}\n  bench: {{ url: \"{mock.url}/v1\", models: [bench-*] }}\n"
    with Gateway(mock, providers=local) as gateway:
        states = {"llama3": "free", "of-my-own": "free", "gpt-oss:20b-cloud": "unpriced", "new:1b-cloud": "unpriced"}
        for n, (model, state) in enumerate(states.items(), 1):
            answer = gateway.chat(model, model=f"ollama/{model}")
            expect((answer.status, answer.headers["x-costlens-price-state"]), (200, state), model)
            expect(gateway.rows(n)[-1]["price_state"], state, model)
        expect(gateway.costlens("ledger", "verify").returncode, 0)
