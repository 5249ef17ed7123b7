# SPDX-License-Identifier: Apache-2.0
"""What a route's match and terms let through: instructions by their digest, texts by an expression, what a model cannot
do, how much it reads; and what may not leave the machine does not, whichever model it names."""
import hashlib
import json

from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(60)
PROMPT = "You answer mail of our customers. Be brief."
DIGEST = hashlib.sha256(PROMPT.encode()).hexdigest()
PROVIDERS = """  bench: {{ dialect: openai, url: "{url}/v1", models: [bench-model, narrow, blind], lacks: {{ blind: vision }} }}
  local: {{ dialect: ollama, url: "{url}" }}
  far: {{ dialect: openai, url: "https://api.example.com/v1", models: [far-model], retries: 0 }}
"""
ROUTES = f"""  - {{ model: bench/narrow, input_per_mtok: 1, context: 1000 }}
aliases:
  mixed: [far/far-model, bench/bench-model]
routes:
  - {{ name: told, match: {{ system: ["{DIGEST[:12].upper()}"] }}, small: bench/bench-model }}
  - {{ name: asked, match: {{ regex: ["(?i)\\\\brefund\\\\b", "^rechnung"] }}, small: bench/bench-model }}
  - {{ name: private, match: {{ key: hr, tag: {{ kind: "*" }} }}, local_only: true, small: [far/far-model, bench/bench-model] }}
  - {{ name: sees, match: {{ key: nobody }}, small: ["local/llama3.2:3b", bench/bench-model] }}
  - {{ name: blind, match: {{ key: nobody }}, small: [bench/blind, bench/bench-model] }}
  - {{ name: seeing, match: {{ key: nobody }}, require: [vision], small: [bench/blind, bench/bench-model] }}
  - {{ name: wide, match: {{ key: nobody }}, small: [bench/narrow, bench/bench-model] }}
  - {{ name: big, match: {{ key: nobody }}, require: [{{ context: 2000 }}], small: [bench/narrow, bench/bench-model] }}
  - {{ name: first, match: {{ key: nobody }}, small: [far/far-model, bench/bench-model] }}
  - {{ name: home, match: {{ key: nobody }}, local_only: true, small: far/far-model }}
"""
HR = {"Authorization": "Bearer hr-hr-hr-hr-hr-hr-hr", "x-costlens-tags": "kind=letter"}


def ask(text, system=None, **more):
    messages = [{"role": "system", "content": system}] if system else []
    return {"model": "auto", "messages": messages + [{"role": "user", "content": text}], **more}


with Mock(models="llama3.2:3b,bench-model,narrow,blind") as mock, Gateway(
        mock, providers=PROVIDERS.format(url=mock.url), extra=ROUTES, models=[],
        keys=["{ name: hr, token: hr-hr-hr-hr-hr-hr-hr }"]) as gateway:
    count = 0

    def goes(body, model, route, headers=None):
        global count
        answer = gateway.post("/v1/chat/completions", body, headers)
        expect((answer.status, answer.headers["x-costlens-model"]), (200, model), json.dumps(body)[:200])
        count += 1
        expect(gateway.calls(count)[-1]["route"], route)

    # Instructions are known by their digest: those of parts are joined.
    goes(ask("hello", PROMPT), "bench/bench-model", "route told: small")
    goes({**ask("x"), "messages": [{"role": "developer", "content": [{"type": "text", "text": PROMPT}]},
                                   {"role": "user", "content": "x"}]}, "bench/bench-model", "route told: small")
    # A text that was asked before does not count; the newest does.
    goes(ask("Please REFUND me"), "bench/bench-model", "route asked: small")
    goes(ask([{"type": "text", "text": "see"}, {"type": "text", "text": "rechnung 7"}]), "bench/bench-model",
         "route asked: small")

    # A picture is not for a model that sees none, nor a long text for a narrow one.
    picture = [{"type": "text", "text": "what is it?"},
               {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]
    goes({**ask("x"), "model": "sees"}, "local/llama3.2:3b", "route sees: small")
    goes({**ask(picture), "model": "sees"}, "bench/bench-model", "route sees: small")
    goes({**ask("x"), "model": "blind"}, "bench/blind", "route blind: small")
    goes({**ask(picture), "model": "blind"}, "bench/bench-model", "route blind: small")
    goes({**ask("x"), "model": "seeing"}, "bench/bench-model", "route seeing: small")
    goes({**ask("x" * 3000), "model": "wide"}, "bench/narrow", "route wide: small")
    goes({**ask("x" * 3000), "model": "wide", "max_tokens": 400}, "bench/bench-model", "route wide: small")
    goes({**ask("x" * 5000), "model": "wide"}, "bench/bench-model", "route wide: small")
    goes({**ask("x"), "model": "big"}, "bench/bench-model", "route big: small")

    # What must stay stays: by its route, by another one, by an alias, and by a model's name.
    goes(ask("hello"), "bench/bench-model", "route private: small", HR)
    goes({**ask("hello"), "model": "mixed"}, "bench/bench-model", "alias", HR)
    goes({**ask("hello"), "model": "bench/bench-model"}, "bench/bench-model", "asked", HR)
    for name in ("far/far-model", "far-model"):
        answer = gateway.post("/v1/chat/completions", {**ask("hello"), "model": name}, HR)
        expect((answer.status, answer.json["error"]["code"]), (403, "local_only"))
        expect_in('The route "private" is local_only and takes this call', answer.json["error"]["message"])
    # By another route, too.
    elsewhere = {**ask("x"), "model": "first"}
    goes(elsewhere, "bench/bench-model", "route first: small", HR)
    answer = gateway.post("/v1/chat/completions", {**ask("x"), "model": "home"})
    expect(answer.status, 404)
    expect_in("far/far-model (not local)", answer.json["error"]["message"])

    checked = gateway.costlens("config", "check").stdout
    expect_in("routes     told: rules, small bench/bench-model\n", checked)
    expect_in("home: rules, small far/far-model, local only\n", checked)
