# SPDX-License-Identifier: Apache-2.0
"""A file whose routes name providers that it does not have: a vendor whose key is in the environment, the Ollama of this
machine. What is not to be found is left out, and is no fault. `openai` is the vendor's own host, behind a proxy."""
import json
import socket

from lib.internet import Internet, own_network
from lib.ollama import Ollama
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, skip, until
from lib.scripted import Scripted

limit(120)
FILE = """providers:
  openai: { dialect: openai, url: https://api.openai.com/v1, keys: [env:OPENAI_KEY_A, env:OPENAI_KEY_B] }
tiers:
  small: [local/llama3.2:3b]
  large: [openai/gpt-5.4, mistral/mistral-large-latest]        # in this order
routes:
  - name: support
    match: { tag: { feature: support }, max_tokens_in: 4000 }
    mode: measured
    max_loss: 2%
    confidence: 95%
    small: small
    large: large
    verify: [refusal, truncation, schema, { logprob: 0.9 }, { http: http://127.0.0.1:9000/check }]
    shadow: { budget: 2.00, window: day }
  - { name: private, match: { key: hr }, local_only: true, small: small }
"""
KEYS = {"OPENAI_KEY_A": "sk-openai-a-1234567890", "OPENAI_KEY_B": "sk-openai-b-1234567890"}
ALL = {**KEYS, "MISTRAL_API_KEY": "mistral-1234567890"}
SUPPORT = {"x-costlens-tags": "feature=support"}
OPENAI, MISTRAL = "api.openai.com", "api.mistral.ai"


class Written(Gateway):
    """The file as it is, with the places where this gateway may be; who calls has the key that it made."""

    def config(self):
        return (f"listen: [127.0.0.1:{self.port}]\nadmin: [127.0.0.1:{self.admin_port}]\nstate: {self.state}\n"
                f"store: sqlite:{self.store}\nworkers: {self.workers}\n{FILE}")

    def headers(self, more=None):
        return {"Authorization": f"Bearer {(self.state / 'dev.key').read_text().strip()}", **(more or {})}


class Checker(Scripted):
    good = True

    def answer(self, call, body):
        call.send({"ok": Checker.good})


def clean(gateway, **environment):
    """The environment with these keys, and no others."""
    unset = {name: "" for name in (*ALL, "OPENAI_API_KEY", "ANTHROPIC_API_KEY")}
    gateway.environment = {**gateway.environment, **unset, **environment}



def check(gateway, code, *phrases):
    gateway.file.write_text(gateway.config())
    done = gateway.costlens("config", "check", check=False)
    expect(done.returncode, code, done.stdout)
    for phrase in phrases:
        expect_in(phrase, done.stdout)
    return done.stdout


def answered(gateway, wanted, headers=None, model="auto"):
    answer = gateway.chat(headers=headers, model=model)
    expect((answer.status, answer.headers["x-costlens-model"]), (200, wanted), answer)
    return answer


def every_key(gateway, internet):
    said = check(gateway, 0, "local: ollama at http://", "mistral: openai at https://api.mistral.ai/v1, with a key, through a proxy (environment)",
                 "large: openai/gpt-5.4, mistral/mistral-large-latest")
    expect_true("left out" not in said, said)
    with gateway:
        expect(answered(gateway, "local/llama3.2:3b", SUPPORT).headers["x-costlens-reason"], "route support: small, rules")
        Checker.good = False
        answered(gateway, "openai/gpt-5.4", SUPPORT)
        internet.lose(OPENAI)
        answered(gateway, "mistral/mistral-large-latest", SUPPORT)
        expect(internet.asked[-1], MISTRAL)
        internet.lose(None)
        Checker.good = True
        answered(gateway, "mistral/mistral-large-latest", model="mistral/mistral-large-latest")  # for whoever names it

        token = json.loads(gateway.costlens("key", "create", "hr", "--json").stdout)["token"]
        hr = {"Authorization": f"Bearer {token}"}
        answered(gateway, "local/llama3.2:3b", hr)
        answer = gateway.chat(headers=hr, model="openai/gpt-5.4")
        expect((answer.status, answer.json["error"]["code"]), (403, "local_only"))
        for command in (("route", "list"), ("route", "status"), ("ledger", "verify")):
            expect(gateway.costlens(*command).returncode, 0, command)


def some_keys(gateway):
    """A vendor's key is missing: its model is left out. With no key at all the local side is what there is."""
    clean(gateway, **KEYS)
    check(gateway, 0, "left out: there is no provider mistral. Set MISTRAL_API_KEY, or add it under `providers`",
          "large: openai/gpt-5.4\n")
    clean(gateway)
    check(gateway, 1, "provider openai is left out: it has none of its keys. Set one of them, or remove the provider",
          "tier large: none of its models is there", "large: -\n")
    with gateway:
        expect_in("mistral/mistral-large-latest is left out", gateway.program.errors())
        answered(gateway, "local/llama3.2:3b", SUPPORT)
        # Its large side is shown, and what keeps it out.
        routes = json.loads(gateway.costlens("route", "list", "--json").stdout)["routes"]
        expect([(m["model"], m["price"], m["out"]) for m in routes[0]["sides"]["large"]],
               [("openai/gpt-5.4", None, "no key: the variable OPENAI_KEY_B is not set"),
                ("mistral/mistral-large-latest", None, "no provider mistral: MISTRAL_API_KEY is not set")])
        shown = gateway.costlens("route", "list").stdout
        for why in ("no key: the variable OPENAI_KEY_B is not set", "no provider mistral: MISTRAL_API_KEY is not set"):
            expect(shown.count(f"left out: {why}"), 2, "of `auto`, too")


def no_ollama(gateway):
    """Nothing listens where an Ollama would be: once it was looked for, nobody waits for it."""
    clean(gateway, **ALL)
    with gateway:
        answered(gateway, "openai/gpt-5.4", SUPPORT)
        until(lambda: "local/llama3.2:3b (not there)" in gateway.chat(model="private").body.decode(), 5, "it was looked for")
        expect(answered(gateway, "openai/gpt-5.4", SUPPORT).headers["x-costlens-reason"], "route support: large, the only side")
        sides = json.loads(gateway.costlens("route", "list", "--json").stdout)["routes"][0]["sides"]
        expect(sides["small"][0]["out"], "not there")


if not own_network():
    with socket.socket() as s:
        if s.connect_ex(("127.0.0.1", 9000)) == 0:
            skip("port 9000 is in use, and no network of its own is allowed")
Checker(9000)

with Mock() as mock, Internet(mock, OPENAI, MISTRAL) as internet:
    gateway = Written(mock, environment=internet.environment)
    with Ollama({"llama3.2:3b": 131072}) as ollama:
        gateway.environment["OLLAMA_HOST"] = f"127.0.0.1:{ollama.port}"
        clean(gateway, **ALL)
        every_key(gateway, internet)
        some_keys(gateway)
    no_ollama(gateway)
