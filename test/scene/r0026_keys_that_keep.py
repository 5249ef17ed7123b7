# SPDX-License-Identifier: Apache-2.0
"""What a provider keeps is one key's. After a restart, when it is not known with which key an answer was given, the
other keys are asked also by the first call of all, at the model that was asked. Over a reload the key is known wherever
it stands among its provider's; where it has gone, the others are asked."""
import signal

from lib.keeper import Keeper
from lib.scene import Gateway, Mock, expect, limit, until

limit(60)
KEYS = {"KEY_A": "sk-of-a-0123456789", "KEY_B": "sk-of-b-0123456789", "KEY_C": "sk-of-c-0123456789"}
c = Keeper("c")
EXTRA = """  - { model: c/m, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: c/n, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: c/l, input_per_mtok: 40, output_per_mtok: 40 }
aliases: { pair: [c/m, c/n] }
routes: [{ name: sides, match: { key: nobody }, small: c/m, large: c/l }]
"""


def providers(names):
    return (f"  c: {{ dialect: openai, url: {c.url}, models: [m, n, l], {names}, "
            "breaker: { failures: 0 }, retries: 0 }\n")


def ask(model, before=None):
    body = {"model": model, "input": "Hello there."}
    answer = gateway.post("/v1/responses", {**body, **({"previous_response_id": before} if before else {})})
    return (answer.status, answer.headers.get("x-costlens-model")), answer.json.get("id")


def given_with(name):
    return [made for key, made in sorted(c.kept) if key == f"Bearer {KEYS[name]}"]


def goes_on(made, refusals, model="c/m"):
    before = c.refused
    expect(ask(model, made)[0], (200, "c/m"), (model, made))
    expect(c.refused - before, refusals, (model, made))


def reload(names):
    gateway.providers = providers(names)
    aside = gateway.file.with_suffix(".new")
    aside.write_text(gateway.config())
    aside.replace(gateway.file)
    said = gateway.program.errors().count("configuration holds")
    gateway.program.signal(signal.SIGHUP)
    until(lambda: gateway.program.errors().count("configuration holds") > said, 10, "the reload")


with Mock() as mock, Gateway(mock, providers=providers("keys: [env:KEY_A, env:KEY_B]"), extra=EXTRA, models=[],
                             environment=KEYS, workers=1) as gateway:
    made = [ask("c/m")[1] for _ in range(6)]
    of_a, of_b = given_with("KEY_A"), given_with("KEY_B")
    expect((len(of_a), len(of_b)), (3, 3))
    gateway.rows(len(made))

    # The first call, with the first of the keys first.
    for model in ("c/m", "pair", "sides"):
        expect(gateway.program.stop(40), 0)
        gateway.start()
        goes_on(of_b[0], 1, model)
        goes_on(of_b[0], 0, model)

    # With no key at all: each of them once.
    expect(gateway.program.stop(40), 0)
    gateway.start()
    c.kept.remove((f"Bearer {KEYS['KEY_A']}", of_a[2]))
    c.kept.add(("nobody", of_a[2]))
    before = c.refused
    expect(ask("pair", of_a[2])[0][0], 400)
    expect(c.refused - before, 2)

    # It is known by now with which; then the keys change places.
    made = [ask("c/m")[1] for _ in range(6)]
    of_a, of_b = ([one for one in given_with(name) if one in made] for name in ("KEY_A", "KEY_B"))
    for names in ("keys: [env:KEY_B, env:KEY_A]", "keys: [env:KEY_C, env:KEY_A, env:KEY_B]",
                  "keys: [env:KEY_A, env:KEY_B]"):
        reload(names)
        for one in made:
            goes_on(one, 0)
            goes_on(one, 0, "pair")

    # Told to come later with it, or a moment after: no other key has it. Refused with it: one may.
    key_a = f"Bearer {KEYS['KEY_A']}"
    c.refuses[key_a] = 429
    for _ in range(4):
        expect(ask("c/m", of_a[0])[0], (429, "c/m"))
        goes_on(of_b[0], 0)
    reload("keys: [env:KEY_B, env:KEY_A, env:KEY_C]")
    c.refuses[key_a] = 401
    expect(ask("c/m", of_a[0])[0], (400, "c/m"))
    c.kept.add((f"Bearer {KEYS['KEY_C']}", of_a[0]))
    expect(ask("c/m", of_a[0])[0], (200, "c/m"))
    goes_on(of_a[0], 0)
    c.kept.remove((f"Bearer {KEYS['KEY_C']}", of_a[0]))
    c.kept.add(("nobody", of_a[0]))
    c.refuses.clear()
    del of_a[0]

    # One of them goes, and what it was asked for is another one's.
    for names in ("keys: [env:KEY_B]", "key: env:KEY_B"):
        reload(names)
        for one in of_b:
            goes_on(one, 0)
        expect(ask("c/m", of_a[0])[0], (400, "c/m"))
    c.kept |= {(f"Bearer {KEYS['KEY_C']}", one) for one in of_a}
    reload("keys: [env:KEY_B, env:KEY_C]")
    for one in of_a:
        expect(ask("c/m", one)[0], (200, "c/m"))
    for one in of_a + of_b:
        goes_on(one, 0)
    for key in KEYS.values():
        expect(key in gateway.program.errors(), False)
