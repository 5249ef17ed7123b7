# SPDX-License-Identifier: Apache-2.0
"""A price list is imported beside a running gateway: the next call has the new price to the last digit, the earlier
one keeps its own, the audit agrees; history, the way back, and what is refused."""
import json
from decimal import Decimal

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, folder, limit
from lib.scripted import Scripted

limit(90)
NAME = "mock-model"  # the built-in prices do not know it


def listed(price, output="6e-07"):
    return f'{{"{NAME}":{{"litellm_provider":"bench","input_cost_per_token":{price},"output_cost_per_token":{output}}}}}'


class Lists(Scripted):
    def answer(self, call, body):
        told = {"/good": listed("3e-07"), "/page": "<html>no list</html>"}.get(call.path.split("?")[0])
        call.send(told or "", status=200 if told else 404, sized=False)


base = Lists().url
file = folder / "list.json"


def price(*words):
    return gateway.costlens("price", *words, check=False)


def cost(answer):
    return Decimal(answer.headers["x-costlens-cost"])


def priced(answer, price_in, price_out):
    used = json.loads(answer.body)["usage"]
    return (used["prompt_tokens"] * Decimal(price_in) + used["completion_tokens"] * Decimal(price_out)) / 10 ** 6


class Unpriced(Gateway):
    def config(self):
        return "".join(line + "\n" for line in super().config().splitlines() if f"bench/{NAME}" not in line)


with Mock() as mock, Unpriced(mock, models=["bench-model", NAME]) as gateway:
    model = f"bench/{NAME}"
    before = gateway.chat("one", model=model)
    expect_true("x-costlens-cost" not in before.headers, "unpriced so far")
    expect(json.loads(gateway.costlens("report", "--request", before.headers["x-costlens-request-id"], "--json").stdout)
           ["attempts"][0]["price_state"], "unpriced")
    file.write_text(listed("1.5e-07"))
    expect(price("diff", str(file)).returncode, 1, "a list that differs")
    done = price("import", str(file))
    expect(done.returncode, 0, done.stderr)
    expect_in("import 1, from ", done.stdout)
    expect_in("the running gateway has taken them over", done.stderr)
    expect(price("diff", str(file)).returncode, 0, "the same list")
    expect_in("nothing to import", price("import", str(file)).stdout)

    first = gateway.chat("two", model=model)
    expect(cost(first), priced(first, "0.15", "0.6"), "the imported price")
    secret = base.replace("//", "//me:hush@")
    done = price("import", f"{secret}/good?token=hush#hush")
    expect(done.returncode, 0, done.stderr)
    expect_in("+100.0 %", done.stdout)
    expect_in("in use: bench/mock-model: input 0.15 -> 0.3; its tokens of 30 days: ", done.stderr)
    small = done.stderr.split("its tokens of 30 days: ")[1].split(" USD")[0].split(" -> ")
    expect_true(0 < Decimal(small[0]) < Decimal(small[1]), f"digits enough for little use: {small}")
    said = gateway.program.said.read_text()
    expect_in("the price of bench/mock-model has changed (USD/Mtok, or for one): input 0.15 -> 0.3; from litellm ", said)
    for words in (("diff", f"{secret}/none?token=hush"), ("diff", f"{secret}/page?token=hush")):
        refused = price(*words)
        expect_in(f"{base}/", refused.stderr)
        expect_true("hush" not in refused.stderr + refused.stdout, refused.stderr)
    kept = next((gateway.state / "prices").glob("0002-*")).read_text()
    expect_in(f"# from: {base}/good\n", kept)
    expect_true("hush" not in kept + done.stdout + done.stderr, "secrets of a URL are not kept")
    second = gateway.chat("three", model=model)
    expect(cost(second), priced(second, "0.3", "0.6"), "the price of the second import")
    rows = {row["request"]: row for row in gateway.rows(3)}
    booked = [rows[a.headers["x-costlens-request-id"]] for a in (first, second)]
    expect([Decimal(row["cost_pd"]) / 10 ** 12 for row in booked], [cost(first), cost(second)], "costs stay")
    checked = gateway.costlens("ledger", "verify", check=False)
    expect(checked.returncode, 0, checked.stdout)

    shown = price("show", model)
    expect_in("source           litellm ", shown.stdout)
    expect_in("unpriced", price("show", model, "--at", "2026-01-01").stdout)
    history = json.loads(price("history", model, "--json").stdout)["periods"]
    expect([p.get("usd", {}).get("input") for p in history], ["0.3", None], "one day, one price")
    expect(len(json.loads(price("history", "--json").stdout)["imports"]), 2)

    report = gateway.report("--since", "7d")
    expect([(c["model"], c["change"]) for c in report["price_changes"]],
           [(model, "input unpriced -> 0.3, output unpriced -> 0.6")], "what changed in the report's time")
    expect_in(f"the price of {model} changed on ", gateway.costlens("report").stdout)

    expect(price("forget", "2").returncode, 0)
    third = gateway.chat("four", model=model)
    expect(cost(third), priced(third, "0.15", "0.6"), "the first import again")
    expect(price("forget", "7").returncode, 1)

    file.write_text(listed("9e-07"))
    expect(price("import", str(file), "--from", "2027-06-01", "--only", "bench/*").returncode, 0)
    later = gateway.chat("five", model=model)
    expect(cost(later), priced(later, "0.15", "0.6"), "not before its day")
    shown = json.loads(price("show", model, "--at", "2027-06-01", "--json").stdout)
    expect((shown["usd"]["input"], shown["since"]), ("0.9", "2027-06-01T00:00:00Z"))
    expect(json.loads(price("show", model, "--json").stdout)["usd"]["input"], "0.15")
    file.write_text(listed("8e-07"))
    done = price("import", str(file))
    expect(done.returncode, 1, done.stdout)
    expect_in("import 2 holds from 2027-06-01", done.stderr)
    damaged = next((gateway.state / "prices").glob("0002-*"))
    damaged.write_text("vendor bench\nmodel m\nprice input -1\n")
    for words, code in ((("list",), 1), (("diff",), 2), (("diff", str(file)), 2), (("import", str(file)), 1)):
        done = price(*words)
        expect(done.returncode, code, done.stderr)
        expect_in("imported prices 0002-2027-06-01-litellm.book: ", done.stderr)
        expect_in("costlens price forget 2", done.stderr)
    expect(price("forget", "2").returncode, 0)

    for text, words in (("", "JSON"), ("[" * 200 + "]" * 200, "nested"), ("{}", "no price list"),
                        (listed("-1e-7"), "no model of the list"), (listed("2.5"), "no model of the list"),
                        ('{"a":{"litellm_provider":"x"},"a":{}}', "twice")):
        file.write_text(text)
        done = price("import", str(file))
        expect(done.returncode, 1, done.stdout)
        expect_in(words, done.stderr)
        expect(price("diff", str(file)).returncode, 2, "diff cannot tell")
    for path, words in (("/page", "JSON"), ("/none", "status 404")):
        done = price("import", base + path)
        expect(done.returncode, 1, done.stdout)
        expect_in(words, done.stderr)
    expect(price("import", str(folder / "missing")).returncode, 1)
