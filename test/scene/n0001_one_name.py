# SPDX-License-Identifier: Apache-2.0
"""`NAME` and `NAME:latest` are one model at an Ollama: one price, one right, one line of a report, one name in lists.
At other providers a tag is a part of the name."""
from fractions import Fraction

from lib.ollama import Ollama
from lib.scene import Gateway, Mock, expect, until

MESSAGES = [{"role": "user", "content": "hi"}]
TOKENS = {"plain": "sk-of-the-plain-name", "tagged": "sk-of-the-tagged-name", "other": "sk-of-another-name",
          "full": "sk-of-the-full-name"}


def ask(gateway, model, key=None):
    body = {"model": model, "stream": False, "messages": MESSAGES}
    return gateway.post("/api/chat", body, {"Authorization": f"Bearer {TOKENS[key]}"} if key else None)


def ids(gateway, key=None):
    headers = {"Authorization": f"Bearer {TOKENS[key]}"} if key else None
    return {item["id"]: item["pricing"] for item in gateway.request("GET", "/v1/models", headers=headers).json["data"]}


with Mock() as mock, Ollama({"own:latest": 4096, "told:latest": 4096, "big:7b": 4096}) as ollama:
    providers = (f"  local: {{ dialect: ollama, url: {ollama.url} }}\n"
                 f"  bench: {{ url: {mock.url}/v1, models: [\"own\", \"own:latest\"] }}\n")
    prices = ("  - { model: local/own, cost_per_hour: 1 }\n  - { model: \"local/told:latest\", cost_per_hour: 2 }\n"
              "  - { model: local/*, cost_per_hour: 3 }\n  - { model: bench/own, input_per_mtok: 1, output_per_mtok: 1 }\n")
    keys = [f"{{ name: {name}, token: {TOKENS[name]}, models: [\"{models}\"] }}"
            for name, models in (("plain", "own"), ("tagged", "own:latest"), ("other", "own:7b"),
                                 ("full", "local/own:latest"))]
    aliases = "aliases: { fast: [local/own, bench/own] }\n"
    with Gateway(mock, providers=providers, extra=prices + aliases, keys=keys) as gateway:
        until(lambda: "local/own" in ids(gateway), 5, "the list, of plain names")
        hour = {name: {"cost_per_hour": str(usd)} for name, usd in
                (("local/own", 1), ("local/told", 2), ("local/big:7b", 3))}
        expect({name: price for name, price in ids(gateway).items() if name.startswith("local/")}, hour)
        expect([sorted(x for x in ids(gateway, key) if x.startswith("local/")) for key in TOKENS],
               [["local/own"], ["local/own"], [], ["local/own"]])
        for name in ("own", "own:latest", "local/own", "local/own:latest"):
            expect([ask(gateway, name, key).status for key in TOKENS], [200, 200, 403, 200], name)
        for name in ("told", "told:latest", "big:7b"):
            expect(ask(gateway, name).status, 200)
        rows = gateway.rows(15)
        usd = {"own": 1, "told": 2, "big:7b": 3}
        for row in rows:
            expect((row["price_state"], row["cost_pd"]),
                   ("priced", round(Fraction(usd[row["model"]] * row["busy"] * 10 ** 12, 3600 * 10 ** 6))))
        lines = {r["model"]: r["requests"] for r in gateway.report("--by", "model")["rows"] if r["requests"]}
        expect(lines, {"local/own": 12, "local/told": 2, "local/big:7b": 1})
        expect(gateway.request("GET", "/v1/models/local%2Fown:latest").json["id"], "local/own")
        # An alias is told as it is served: by its first target, to whoever may use that.
        for key in ("plain", "tagged"):
            expect(ids(gateway, key).get("fast"), hour["local/own"], key)
            expect(ask(gateway, "fast", key).status, 200)
        expect(ids(gateway, "other").get("fast"), None)
        # Elsewhere they are two.
        expect([gateway.chat(model=f"bench/{name}").status for name in ("own", "own:latest")], [200, 200])
        expect([row["price_state"] for row in gateway.rows(19)[17:]], ["priced", "unpriced"])
