# SPDX-License-Identifier: Apache-2.0
"""A machine of one's own has a price an hour: a call costs the time that the machine worked for it, to the last
digit, and not its waiting; loading and waiting are no part of the time to the first token."""
import json
from decimal import Decimal
from fractions import Fraction

from lib.run import configured
from lib.scene import Gateway, Mock, expect, expect_in, expect_true

HOUR_US = 3600 * 10 ** 6
PRICE = Fraction("0.35")
MESSAGES = [{"role": "user", "content": "hello there"}]


def picodollars(usd):
    return round(usd * 10 ** 12)  # half to even


def microseconds(ns):
    return (ns + 500) // 1000


def told(answer):
    """What the machine worked, loaded and let wait, in microseconds, for the only call there: its total is all work."""
    return microseconds(answer["total_duration"]), microseconds(answer["load_duration"]), 0


with Mock(ttft="100ms", rate=500) as mock:
    own = f"dialect: ollama, url: {mock.url}, retries: 0, " \
          "models: [\"llama3.2:3b\", \"llama3.2:3b+503\", \"gpt-oss:120b-cloud\"]"
    providers = (f"  local: {{ {own} }}\n  sums: {{ {own} }}\n"
                 f"  bench: {{ url: {mock.url}/v1, models: [bench-model] }}\n"
                 f"  silent: {{ url: {mock.url}/v1, models: [bench-model] }}\n")
    prices = ("  - { model: \"local/*\", cost_per_hour: 0.35 }\n"
              "  - { model: \"sums/*\", cost_per_hour: 98.000000000001, input_per_mtok: 0.1, output_per_mtok: 0.2 }\n"
              "  - { model: \"silent/*\", cost_per_hour: 0.35 }\n")
    with Gateway(mock, providers=providers, extra=prices) as gateway:
        chat = {"model": "local/llama3.2:3b", "messages": MESSAGES}
        cold = gateway.post("/api/chat", {**chat, "stream": True})
        cold = json.loads(cold.body.decode().splitlines()[-1])
        warm = gateway.post("/api/chat", {**chat, "stream": False}).json
        embedded = gateway.post("/api/embed", {"model": "local/llama3.2:3b", "input": "hello"}).json
        rows = gateway.rows(3)
        for row, answer in zip(rows, (cold, warm, embedded)):
            expect((row["busy"], row["load_us"], row["queue_us"]), told(answer))
            expect((row["price_state"], row["sure"]), ("priced", "reported"))
            expect(row["cost_pd"], picodollars(PRICE * row["busy"] / HOUR_US))
        expect_true(rows[0]["load_us"] > 500_000 > rows[1]["load_us"], "only the first call loads long")
        expect(rows[0]["queue_us"], 0)
        expect_true(0 < rows[0]["ttft_us"] < 450_000, f"the first token without the load: {rows[0]['ttft_us']} us")

        expect_in(f"local: ollama at {mock.url}, free but for your own prices\n",
                  gateway.costlens("config", "check").stdout)

        # The same figures wherever they are shown.
        shown = gateway.costlens("report", "--request", rows[0]["request"]).stdout
        usd = f"{rows[0]['cost_pd'] / 10 ** 12:.12f}"
        for part in (f"{rows[0]['busy'] / 10 ** 6:.6f} seconds busy ", "x 0.35 USD/hour", f"total: {usd} USD",
                     f"tokens         {rows[0]['input']} in, {rows[0]['output']} out", f"loading {rows[0]['load_us'] // 1000}."):
            expect_in(part, shown)
        head, first = gateway.costlens("export", "--format", "csv").stdout.splitlines()[:2]
        cells = dict(zip(head.split(","), first.split(",")))
        expect([int(cells[name]) for name in ("busy", "load_us", "queue_us")],
               [rows[0][name] for name in ("busy", "load_us", "queue_us")])
        total = gateway.report("--by", "model")["total"]
        for name in ("busy", "load_us", "queue_us"):
            expect(total[name], sum(row[name] for row in rows))

        # Prices of tokens beside it: both are added, and rounded once.
        gateway.post("/api/chat", {**chat, "model": "sums/llama3.2:3b", "stream": False})
        both = gateway.rows(4)[3]
        tokens = (Fraction(both["input"]) / 10 + Fraction(both["output"]) / 5) / 10 ** 6
        expect(both["cost_pd"], picodollars(Fraction("98.000000000001") * both["busy"] / HOUR_US + tokens))

        # A server that does not tell: the time is measured, and the row says so.
        gateway.chat(model="silent/bench-model")
        silent = gateway.rows(5)[4]
        expect((silent["price_state"], silent["sure"], silent["load_us"]), ("priced", "estimated", 0))
        expect_true(0 < silent["busy"] <= silent["duration_us"], "its time, measured")
        expect(silent["cost_pd"], picodollars(PRICE * silent["busy"] / HOUR_US))
        # A client of OpenAI's over the same Ollama.
        gateway.chat(model="local/llama3.2:3b")
        openai = gateway.rows(6)[5]
        expect((openai["price_state"], openai["sure"]), ("priced", "reported"))
        expect(openai["cost_pd"], picodollars(PRICE * openai["busy"] / HOUR_US))
        expect(gateway.metric("costlens_busy_seconds_total"),
               Decimal(sum(row["busy"] for row in gateway.rows(6))) / 10 ** 6)
        expect(gateway.metric("costlens_tokens_total", type="busy"), 0)
        models = {item["id"]: item for item in gateway.request("GET", "/v1/models").json["data"]}
        expect(models["local/llama3.2:3b"]["pricing"], {"cost_per_hour": "0.35"})
        # What Ollama passes on to its cloud is no work of this machine.
        gateway.post("/api/chat", {**chat, "model": "local/gpt-oss:120b-cloud", "stream": False})
        cloud = gateway.rows(7)[6]
        expect((cloud["outcome"], cloud["price_state"]), ("ok", "unpriced"))
        models = {item["id"]: item for item in gateway.request("GET", "/v1/models").json["data"]}
        expect(models["local/gpt-oss:120b-cloud"]["pricing"], None)
        # What failed before it was sent, or was refused, worked for nobody.
        gateway.post("/api/chat", {**chat, "model": "local/llama3.2:3b+503", "stream": False})
        refused = gateway.rows(8)[7]
        expect((refused["busy"], refused["cost_pd"]), (0, 0))
        expect_in("The books balance.", gateway.costlens("ledger", "verify").stdout)

    # A price of whatever the machine has names no model: a bare name is who lists it, to every verb.
    local = f"  local: {{ dialect: ollama, url: {mock.url} }}\n"
    hour = ("  - { model: \"local/*\", cost_per_hour: 0.36 }\n"
            "  - { model: \"local/phi3\", cost_per_hour: 0.72 }\n")
    for more in ("", f"  openai: {{ url: {mock.url}/v1, vendor: openai }}\n"):
        gateway = configured(Gateway(mock, providers=local + more, models=[], extra=hour))

        def told(*words):
            return gateway.costlens(*words).stdout
        for name, vendor, model in (("gpt-5.4-mini", "openai", "gpt-5.4-mini"), ("phi3", "local", "phi3"),
                                    ("local/gpt-5.4-mini", "local", "*"), ("nobodys:3b", "local", "*")):
            said = json.loads(told("price", "show", name, "--json"))
            expect((said["vendor"], said["model"]), (vendor, model), f"{name} {more}")
            expect_true("local/*" not in said["also_at"], f"{name} {more}")
            expect_in(f"{vendor}/{model}", told("price", "history", name))
        expect_in("total: 0.001200000000 USD", told("cost", "gpt-5.4-mini", "--input", "1000", "--output", "100"))
