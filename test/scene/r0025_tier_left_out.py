# SPDX-License-Identifier: Apache-2.0
"""Where none of a file's tier `small` or `large` is there, `auto` makes do with the others, and all that tell of it say so: the check, the list, the call. A call that no model could take has no decision, and is told to have none."""
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)
EXTRA = "".join(f"  - {{ model: bench/{name}, input_per_mtok: {usd}, output_per_mtok: {usd}, context: 100000 }}\n"
                for name, usd in (("s", 0.1), ("m", 1), ("l", 10)))
TIGHT = ("routes:\n  - { name: tight, match: { key: nobody }, mode: certified, max_cost: 0.00000001, small: bench/s, "
         "large: bench/l }\n")

with Mock() as mock:
    providers = f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [s, m, l] }}\n"
    for tier, asked, sides in (("small", "bench/m", ("bench/m", "bench/l")), ("large", "bench/s", ("bench/s", "bench/m"))):
        with Gateway(mock, providers=providers, models=[], extra=f"{EXTRA}tiers: {{ {tier}: [mistral/x] }}\n{TIGHT}",
                     environment={"MISTRAL_API_KEY": ""}) as gateway:
            checked = gateway.costlens("config", "check")
            expect_in(f"tier {tier}: none of its models is there, so nobody is asked; `auto` makes do with those of the tiers small, "
                      "medium and large that have models", checked.stdout + checked.stderr)
            listed = gateway.costlens("route", "list").stdout
            auto = listed[listed.index("\nauto "):]
            for model in sides:
                expect_in(model, auto)
            expect_in("left out: no provider mistral", auto)
            expect(gateway.chat(model="auto").headers["x-costlens-model"], asked)

            refused = gateway.chat(model="tight")
            expect(refused.status, 402)
            for how in ("route", "explain"), ("report", "--request"):
                done = gateway.costlens(*how, refused.headers["x-costlens-request-id"], check=False)
                expect(done.returncode, 1)
                expect_in("was refused before a model was asked has no row and no decision: its answer said why", done.stderr)
                expect_true("bench" not in done.stdout, "nothing is told")

    # Of both it is one side only.
    with Gateway(mock, providers=providers, models=[], extra=f"{EXTRA}tiers: {{ small: [mistral/x], large: [mistral/y] }}\n",
                 environment={"MISTRAL_API_KEY": ""}) as gateway:
        checked = gateway.costlens("config", "check")
        expect((checked.stdout + checked.stderr).count("`auto` makes do with"), 2)
        expect_true("instead" not in checked.stdout + checked.stderr, "no more is said")
        expect(gateway.chat(model="auto").headers["x-costlens-model"], "bench/m")
