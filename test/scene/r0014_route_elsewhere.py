# SPDX-License-Identifier: Apache-2.0
"""A client that sends x-costlens-route with all that it asks: its lists, its questions and its embeddings are what they
are without it. An Ollama's list has `auto` and the routes, too, where there is room for them. And a route of proposed tiers, the file naming none, makes shadow pairs as any other."""
import json

from lib.ollama import Ollama
from lib.scene import Gateway, Mock, expect, expect_true, limit, until

limit(90)
HABIT = {"x-costlens-route": "easy"}
EXTRA = """routes:
  - { name: easy, small: [local/phi3], large: [local/m], verify: [] }
"""
PROPOSED = """  - { model: bench/small-a, input_per_mtok: 0.1, output_per_mtok: 0.1 }
  - { model: bench/large-a, input_per_mtok: 5, output_per_mtok: 15 }
routes:
  - { name: pairs, small: small, large: large, verify: [], shadow: { budget: 1.00, rate: 100%, judge: none } }
"""

with Mock(models="phi3,m,bench-model") as mock:
    providers = f"  local: {{ dialect: ollama, url: \"{mock.url}\" }}\n  bench: {{ url: \"{mock.url}/v1\", models: [bench-model] }}\n"
    with Gateway(mock, providers=providers, extra=EXTRA) as gateway:
        for path in ("/api/tags", "/api/ps", "/api/version", "/v1/models"):
            plain, habit = gateway.request("GET", path), gateway.request("GET", path, headers=HABIT)
            expect((habit.status, len(habit.body)), (plain.status, len(plain.body)), path)
            expect(gateway.request("GET", path, headers={"x-costlens-route": "auto"}).status, plain.status, path)
        tags = gateway.request("GET", "/api/tags").json["models"]
        expect([m["name"] for m in tags[:2]], ["auto", "easy"], "as /v1/models")
        expect_true("phi3" in tags[2]["name"] and all(len(m["digest"]) >= 12 and m["details"] for m in tags), tags)
        answer = gateway.post("/v1/embeddings", {"model": "local/m", "input": "a"}, HABIT)
        expect(answer.status, 200, "its model is named")
        expect(gateway.chat("hello", HABIT, model="bench/bench-model").headers["x-costlens-provider"], "local", "a chat's is the route's")


class Long(Ollama):
    """Its list is as long as an answer that is held."""

    def value(self, path, body):
        status, value = super().value(path, body)
        if path != "/api/tags":
            return status, value
        text = json.dumps(value)
        return status, text[:-1] + " " * (65536 - 1 - len(text)) + "}"


with Mock() as mock, Long({"phi3": 8192, "m": 8192}) as ollama:
    providers = f"  local: {{ dialect: ollama, url: {ollama.url} }}\n"
    many = "routes:\n" + "".join(f"  - {{ name: {f'{n:03}' * 20}, small: [local/phi3] }}\n" for n in range(250))
    for extra, named in ((EXTRA, ["auto", "easy", "phi3", "m"]), (many, ["phi3", "m"])):
        with Gateway(mock, providers=providers, models=[], extra=extra) as gateway:
            tags = gateway.request("GET", "/api/tags")
            expect((tags.status, [m["name"] for m in tags.json["models"]]), (200, named), "as it came, where all is too long")

with Mock() as mock:
    providers = f"  bench: {{ url: \"{mock.url}/v1\", models: [small-a, large-a] }}\n"
    with Gateway(mock, providers=providers, models=[], extra=PROPOSED) as gateway:
        for n in range(4):
            expect(gateway.chat(f"hello {n}", model="pairs").status, 200)
        until(lambda: gateway.metric("costlens_shadow_pairs_total") >= 4, 10, "each was compared")
        expect_true(gateway.program.alive(), "it is there")
