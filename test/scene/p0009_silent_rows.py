# SPDX-License-Identifier: Apache-2.0
"""A price list loses no price by leaving it out: what a row does not state stays and is told; half a row is not
taken; what changes under a condition is shown; what the list lacks is counted."""
import json

from lib.run import configured
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, folder

file = folder / "list.json"


def row(**prices):
    return {"litellm_provider": "openai", "mode": "chat", **prices}


def price(*words):
    return gateway.costlens("price", *words, check=False)


def shown(model):
    return json.loads(price("show", f"openai/{model}", "--json").stdout)["usd"]


with Mock() as mock:
    gateway = configured(Gateway(mock))
    before = shown("gpt-5")
    file.write_text(json.dumps({
        "gpt-5": row(input_cost_per_token=1.3e-06, output_cost_per_token=None),
        "gpt-5-mini": row(input_cost_per_token=2.6e-07, output_cost_per_token=2e-06),
        "gpt-5-nano": row(input_cost_per_token=6e-08, output_cost_per_token="NaN"),
        "gpt-9": row(input_cost_per_token=1e-06, output_cost_per_token=2e-06)}))
    told = price("diff", str(file))
    expect_in("openai/gpt-5       not taken: the list has no price of output ", told.stdout)
    expect_in("kept: cache_read 0.025 ", told.stdout)
    expect_in("a broken price of output: the model is not taken", told.stderr)
    expect_in("1 changed, 1 new, 1 not taken, ", told.stdout)
    expect_true(" gone\n" not in told.stdout, "only counted")
    expect_true(" gone\n" in price("diff", str(file), "--gone").stdout, "where that is asked")
    told = json.loads(price("diff", str(file), "--json").stdout)
    expect([(m["model"], m["lacks"]) for m in told["not_taken"]], [("gpt-5", ["output"])])
    expect([(m["model"], m["kept"]) for m in told["changed"]], [("gpt-5-mini", {"cache_read": "0.025"})])

    done = price("import", str(file))
    expect(done.returncode, 0, done.stderr)
    expect_in("kept: cache_read 0.025 ", done.stdout)
    expect_in("not taken: the list has no price of output", done.stdout)
    expect_in("new: openai/gpt-9\n", done.stdout)
    expect(shown("gpt-5"), before)
    mini = shown("gpt-5-mini")
    expect([mini[b] for b in ("input", "cache_read", "output")], ["0.26", "0.025", "2"])
    expect(shown("gpt-5-nano")["input"], "0.05")
    expect_in("nothing to import", price("import", str(file)).stdout)

    file.write_text(json.dumps({"gpt-9": row(input_cost_per_token=1e-06, output_cost_per_token=2e-06,
                                             input_cost_per_token_batches=5e-07, output_cost_per_token_batches=1e-06)}))
    expect_in("then batch: x0.5", price("diff", str(file)).stdout)
    file.write_text(json.dumps({"gpt-5-mini": row(input_cost_per_token=2.6e-07, output_cost_per_token=2e-06,
                                                  input_cost_per_token_batches=1.04e-07,
                                                  output_cost_per_token_batches=8e-07)}))
    told = price("diff", str(file)).stdout
    expect_in("until now batch: x0.5", told)
    expect_in("then batch: x0.4", told)
    expect_true("flex" not in told and "priority" not in told, "what stays is no change")

    # What a tier leaves out stays, too.
    def long_prompt():
        return gateway.costlens("cost", "gpt-5.4", "--input", "300000", "--cached", "299000", "--output", "1000",
                                "--json").stdout

    tier = {"tier": {"size": 272000}, "input": 6, "output": 27}
    file.write_text(json.dumps({"openai": {"id": "openai", "npm": "x", "models": {"gpt-5.4": {
        "id": "gpt-5.4", "cost": {"input": 2.5, "output": 15, "cache_read": 0.25, "tiers": [tier]}}}}}))
    expect(json.loads(long_prompt())["cost_usd"], "0.177000000000")
    told = price("import", str(file)).stdout
    expect_in("kept: above 272000: cache_read 0.5", told)
    expect(json.loads(long_prompt())["cost_usd"], "0.182500000000")
    periods = json.loads(price("history", "openai/gpt-5.4", "--json").stdout)["periods"]
    expect([p["terms"][0] for p in periods], ["above 272000: input 6 cache_read 0.5 output 27",
                                              "above 272000: input 5 cache_read 0.5 output 22.5"])
    expect({p["usd"]["input"] for p in periods}, {"2.5"})
    told = price("history", "openai/gpt-5.4").stdout
    expect_in("\n             when above 272000: input 6 cache_read 0.5 output 27\n", told)
    expect_in("\n             when above 272000: input 5 cache_read 0.5 output 22.5\n", told)
    expect_in("nothing to import", price("import", str(file)).stdout)

    # What the configuration prices, it goes on pricing: the list changes nothing there.
    file.write_text(json.dumps({"bench-model": {"litellm_provider": "bench", "mode": "chat", "input_cost_per_token": 9e-06,
                                                "output_cost_per_token": 9e-06}}))
    said = "bench/bench-model  priced by the configuration, which goes before a list"
    for turn in ("new", "imported"):
        told = price("diff", *([str(file)] if turn == "new" else []))
        expect_in(said, told.stdout)
        expect_in("1 priced by the configuration", told.stdout)
        if turn == "new":
            expect_in("0 changed, 0 new, ", told.stdout)
            expect(told.returncode, 0, "nothing changes")
            told = json.loads(price("diff", str(file), "--json").stdout)
            expect([m["model"] for m in told["priced_by_configuration"]], ["bench-model"])
            expect((told["changed"], told["new"]), ([], []))
            before = price("show", "bench/bench-model", "--json").stdout
            expect_in(said, price("import", str(file)).stdout)
            expect(json.loads(price("show", "bench/bench-model", "--json").stdout)["usd"], json.loads(before)["usd"])
