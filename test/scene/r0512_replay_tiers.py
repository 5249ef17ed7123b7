# SPDX-License-Identifier: Apache-2.0
"""`costlens route replay` of tiers that no file names: the one that a route has is what it was when its calls came; another
one is what is proposed now by the policy's providers, and so are the sides of `auto` where the file comes to name a tier."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)
NAMES = {"small-8b": 0.1, "mid": 2, "large-x": 5}
PRICES = "".join(f"  - {{ model: big/{name}, input_per_mtok: {usd}, output_per_mtok: {usd}, context: 200000 }}\n"
                 for name, usd in NAMES.items())
ROUTE = "routes:\n  - { name: r, match: { key: nobody }, small: small, large: large, verify: [] }\n"
CALLS = 3

with Mock() as mock, Gateway(mock, models=[], extra=PRICES + ROUTE, environment={"OLLAMA_HOST": "127.0.0.1:1"},
                             providers=f"  big: {{ url: {mock.url}/v1, models: [{', '.join(NAMES)}] }}\n"
                             f"  gone: {{ url: {mock.url}/v1, key: env:SCENE_NO_SUCH_KEY, models: [tiny-1b] }}\n") as gateway:
    for n in range(CALLS):
        for name in ("r", "auto"):
            expect(gateway.chat(f"hello {n}", model=name).headers["x-costlens-model"], "big/small-8b")
    gateway.calls(2 * CALLS)

    def replay(extra, route):
        file = gateway.state / "policy.yaml"
        file.write_text(gateway.config().replace(ROUTE, extra))
        done = gateway.costlens("route", "replay", "--policy", str(file), "--json")
        [found] = [r for r in json.loads(done.stdout)["routes"] if r["route"] == route]
        return found

    for route in ("r", "auto"):
        same = replay(ROUTE, route)
        expect((same["replayed"], same["changed"], same["cost_usd"]["would"]), (CALLS, 0, same["cost_usd"]["was"]), route)
        expect_true(not any("proposed" in note for note in same["notes"]), same["notes"])  # nor is `gone` of theirs

    # The route's small side is another tier.
    other = replay(ROUTE.replace("small: small", "small: medium"), "r")
    expect((other["to_other"], {e["would"] for e in other["examples"]}), (CALLS, {"big/mid"}))
    expect_in("the small side is the tier `medium`, which no file names: it is taken as it is proposed now by the policy's "
              "providers, big/mid",
              " ".join(other["notes"]))
    away = replay(ROUTE.replace("small: small", "local_only: true, small: medium"), "r")
    expect((away["replayed"], away["to_other"]), (CALLS, CALLS))  # the mock is on this machine

    # What the policy asks of its models is looked at anew where the tier is what it was, too.
    big = gateway.providers.split("\n")[0]

    def strict(terms, lacks=None, route="r"):
        file = gateway.state / "policy.yaml"
        text = gateway.config().replace(ROUTE, ROUTE.replace("small: small", f"{terms}, small: small"))
        file.write_text(text.replace(big, big.replace(" }", f", lacks: {{ {lacks} }} }}")) if lacks else text)
        done = gateway.costlens("route", "replay", "--policy", str(file), "--json", "--route", route)
        [found] = json.loads(done.stdout)["routes"]
        return found["refused"], found["to_large"]

    expect(strict("local_only: true"), ({}, 0))  # the mock is on this machine
    expect(strict("require: [tools]"), ({}, 0))  # nobody says what it lacks
    expect(strict("require: [tools]", "small-8b: [tools]"), ({}, CALLS))
    expect(strict("require: [vision]", "'*': [vision]"), ({"no vision": CALLS}, 0))
    expect(strict("require: [{ context: 500000 }]"), ({"context": CALLS}, 0))
    expect(strict("require: [{ context: 50000 }]"), ({}, 0))
    named = ROUTE.replace("small: small, large: large", "require: [{ context: 500000 }], small: big/small-8b, large: big/large-x")
    expect(replay(named, "r")["refused"], {"context": CALLS}, "and where the policy names them")
    # So it is for `auto`, which asks nothing of them, whatever the provider lacks.
    expect(strict("require: [vision]", "'*': [vision]", "auto"), ({}, 0))

    # A tier that the file comes to name is none of the sides of `auto` while there are the two others.
    auto = replay(ROUTE + "tiers: { medium: [big/mid] }\n", "auto")
    expect((auto["replayed"], auto["changed"]), (CALLS, 0))
    auto = replay(ROUTE + "tiers: { small: [big/mid] }\n", "auto")
    expect((auto["to_other"], {e["would"] for e in auto["examples"]}), (CALLS, {"big/mid"}))
    taken = replay(ROUTE + "  - { name: all, small: small, large: large }\n", "auto")
    expect_in("the policy's route takes other calls", " ".join(taken["notes"]))
    gone = replay(ROUTE + "tiers: { large: [big/mid] }\n", "r")
    expect((gone["replayed"], gone["changed"]), (CALLS, 0))  # all went to the small side

    # The policy's providers propose its tiers, where its file names any: the prices are those that hold.
    def of_providers(providers, extra=ROUTE):
        file = gateway.state / "policy.yaml"
        text = gateway.config().replace(ROUTE, extra).replace(f"prices:\n{PRICES}", "")
        file.write_text(text.replace(f"providers:\n{gateway.providers}", providers))
        done = gateway.costlens("route", "replay", "--policy", str(file), "--json", "--route", "r")
        [found] = json.loads(done.stdout)["routes"]
        return found, " ".join(found["notes"])

    one = f"providers:\n  big: {{ url: {mock.url}/v1, models: [NAME] }}\n"
    less, notes = of_providers(one.replace("NAME", "mid, tiny-1b"))
    expect((less["to_other"], {e["would"] for e in less["examples"]}), (CALLS, {"big/tiny-1b"}), notes)
    expect_in("the small side is the tier `small`, which no file names: it is taken as it is proposed now by the policy's "
              "providers, big/tiny-1b", notes)
    other, notes = of_providers(f"providers:\n  else: {{ url: {mock.url}/v1, models: [own-7b] }}\n")
    expect((other["to_other"], {e["would"] for e in other["examples"]}), (CALLS, {"else/own-7b"}), notes)
    far, notes = of_providers("providers:\n  far: { dialect: ollama, url: http://127.0.0.1:9 }\n"
                              f"  else: {{ url: {mock.url}/v1, models: [own-7b] }}\n")
    expect((far["to_other"], {e["would"] for e in far["examples"]}), (CALLS, {"else/own-7b"}), notes)
    expect_in("what `far` has, an Ollama of the policy's, is not known", notes)
    # A file that names none has those that hold.
    none, notes = of_providers("", ROUTE.replace("small: small", "small: medium"))
    expect((none["to_other"], {e["would"] for e in none["examples"]}), (CALLS, {"big/mid"}), notes)
    expect_in("by the providers of the configuration that holds, since the policy's file names none, big/mid", notes)
    none, notes = of_providers("")
    expect((none["replayed"], none["changed"]), (CALLS, 0), notes)

# What an Ollama passes on to its cloud is not on this machine.
CLOUD = PRICES.replace("model: big/", "model: far/").replace(", input", "-cloud, input")
with Mock() as mock, Gateway(mock, models=[], extra=CLOUD + ROUTE, environment={"OLLAMA_HOST": "127.0.0.1:1"},
                             providers=f"  far: {{ dialect: openai, vendor: ollama, url: {mock.url}/v1, "
                             f"models: [{', '.join(name + '-cloud' for name in NAMES)}] }}\n") as far:
    for n in range(CALLS):
        expect(far.chat(f"hello {n}", model="r").headers["x-costlens-model"], "far/small-8b-cloud")
    far.calls(CALLS)
    policy = far.state / "policy.yaml"
    for side in ("small", "medium"):  # as it was, and as it is proposed now
        policy.write_text(far.config().replace("small: small", f"local_only: true, small: {side}"))
        [r] = json.loads(far.costlens("route", "replay", "--policy", str(policy), "--json").stdout)["routes"]
        expect((r["replayed"], r["refused"]), (0, {"not local": CALLS}), side)

# Without a gateway it is the same.
gateway.file.write_text(gateway.config())
file = gateway.state / "policy.yaml"
file.write_text(gateway.config().replace("small: small", "small: medium"))
alone = json.loads(gateway.costlens("route", "replay", "--policy", str(file), "--route", "r", "--json").stdout)
expect([(r["to_other"], {e["would"] for e in r["examples"]}) for r in alone["routes"]], [(CALLS, {"big/mid"})])
