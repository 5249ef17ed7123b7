# SPDX-License-Identifier: Apache-2.0
"""Who asks for `auto`, or for a route, gets a model of it: the first of the small side, else what follows; who names
a model keeps it."""
import json

from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(60)
ROUTES = """tiers:
  small: [bench/small-a, bench/small-b]
  large: [bench/large-a]
  broken: ["bench/small-a+503", bench/small-b]
  dead: ["bench/large-a+503"]
routes:
  - name: support
    match: { tag: { feature: "support*" }, max_tokens_in: 100 }
    small: small
    large: large
  - { name: good, match: { header: { x-tier: good } }, mode: certified, small: small, large: large }
  - { name: shaky, match: { key: nobody }, small: broken, large: large }
  - { name: dying, match: { team: nobody }, small: ["bench/small-a+503"], large: large }
  - { name: dead, match: { key: nobody }, mode: certified, small: small, large: dead }
  - { name: mixed, match: { key: nobody }, small: [bench/small-a, claude/claude-sonnet-5-5] }
  - { name: team, match: { team: [web, search] }, small: bench/small-b }
  - { name: one, match: { min_tokens_in: 1000 }, large: bench/large-a }
"""
MODELS = ["small-a", "small-b", "large-a", '"small-a+503"', '"large-a+503"']
KEYS = ["{ name: narrow, token: narrow-narrow-narrow, models: [bench/small-b] }",
        "{ name: routed, token: routed-routed-routed, models: [support] }",
        "{ name: mine, token: mines-mines-mines, team: web }",
        "{ name: auto, token: autos-autos-autos, models: [auto] }"]


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class Priced(Gateway):
    def config(self):  # else nothing speaks for the small side
        return super().config().replace('"bench/large-a", input_per_mtok: 0.15', '"bench/large-a", input_per_mtok: 15')


with Mock() as mock, Priced(mock, extra=ROUTES, models=MODELS, keys=KEYS) as gateway:
    support = {"x-costlens-tags": "feature=support-mail"}
    count = 0

    def asked(model, wanted, route, headers=None, **more):
        global count
        answer = gateway.chat(model=model, headers=headers, **more)
        expect((answer.status, answer.headers["x-costlens-model"]), (200, f"bench/{wanted}"), model)
        count += 1
        row = gateway.calls(count)[-1]
        expect((row["model"], row["model_asked"], row["route"]), (wanted, model, route), model)

    asked("auto", "small-a", "route support: small", support)
    asked("auto", "large-a", "route good: large", {"x-tier": "good"})
    asked("support", "small-a", "route support: small")
    asked("good", "large-a", "route good: large")
    asked("one", "large-a", "route one: large")
    asked("auto", "small-b", "route team: small", bearer("mines-mines-mines"))
    # The header chooses, whatever the model is called; `auto` in it is as in the body.
    asked("gpt-4o", "small-a", "route support: small", {"x-costlens-route": "support"})
    asked("auto", "large-a", "route good: large", {"x-costlens-route": "good", **support})
    asked("gpt-4o", "small-a", "route support: small", {"x-costlens-route": "auto", **support})
    # A model that is named is kept.
    asked("bench/large-a", "large-a", "asked", support)
    asked("large-a", "large-a", "listed", support)
    # What fails is followed: on its side, then on the large one.
    asked("shaky", "small-b", "route shaky: fallback")
    asked("dying", "large-a", "route dying: fallback")
    # What no route takes goes by the proposed tiers.
    asked("auto", "small-a", "route auto: small")
    asked("auto", "small-a", "route auto: small", {"x-costlens-tags": "feature=support"}, text="x" * 401)
    # What the key may not use is left out.
    asked("support", "small-b", "route support: small", bearer("narrow-narrow-narrow"))
    asked("support", "small-a", "route support: small", bearer("routed-routed-routed"))
    asked("auto", "small-a", "route support: small", {**bearer("autos-autos-autos"), **support})

    # A model that the caller's dialect does not reach is left out; streams go the same ways.
    answer = gateway.messages(model="mixed")
    expect((answer.status, answer.headers["x-costlens-model"]), (200, "claude/claude-sonnet-5-5"))
    expect_in("bench/small-a (dialect)", gateway.messages(model="support").json["error"]["message"])
    expect(gateway.chat(model="support", stream=True).events[-1], "[DONE]")

    def refused(status, code, phrase, headers=None, **more):
        answer = gateway.chat(headers=headers, **more)
        error = answer.json["error"]
        expect((answer.status, error["code"]), (status, code))
        expect_in(phrase, error["message"])

    names = "Those here are: support, good, shaky, dying, dead, mixed, team, one."
    refused(400, "bad_request", f"no route is called \"none\". {names}", {"x-costlens-route": "none"})
    refused(400, "bad_request", f"no route is called \"suport\". {names}", {"x-costlens-route": "suport"})
    refused(404, "model_not_found", "The route \"good\" has no model that can take this call: bench/small-a (key), "
            "bench/small-b (key), bench/large-a (key).", bearer("routed-routed-routed"), model="good")
    answer = gateway.post("/v1/embeddings", {"model": "auto", "input": "x"}, support)
    expect((answer.status, answer.json["error"]["code"]), (400, "bad_request"))
    # Whose client always says a route in its head embeds with the model that it names.
    answer = gateway.post("/v1/embeddings", {"model": "bench/small-a", "input": "x"}, {"x-costlens-route": "good", **support})
    expect((answer.status, answer.headers.get("x-costlens-reason")), (200, None))
    # An Ollama's programs say ":latest", and ask what a model is before they call it.
    for name in ("auto:latest", "good:latest"):
        shown = gateway.post("/api/show", {"model": name})
        expect((shown.status, shown.json["capabilities"]), (200, ["completion", "tools"]))
    expect(gateway.post("/api/show", {"model": "nothing:latest"}).status, 404)
    # Never from the large side to the small one: the error is the client's.
    expect(gateway.chat(model="dead").status, 503)

    listed = {m["id"]: m for m in gateway.request("GET", "/v1/models").json["data"]}
    for name in ("auto", "support", "good", "one"):
        expect(listed[name]["owned_by"], "costlens", name)
        expect(gateway.request("GET", f"/v1/models/{name}").json, listed[name], name)
    mine = gateway.request("GET", "/v1/models", headers=bearer("routed-routed-routed")).json["data"]
    expect([m["id"] for m in mine], ["support"])

    shown = json.loads(gateway.costlens("route", "list", "--json").stdout)["routes"]
    expect([r["name"] for r in shown], ["support", "good", "shaky", "dying", "dead", "mixed", "team", "one", "auto"])
    expect(shown[0]["match"], {"tag": {"feature": "support*"}, "max_tokens_in": 100})
    expect(shown[0]["sides"]["small"][0], {"model": "bench/small-a", "price": {"input": "0.15", "output": "0.6"},
                                           "context": None, "local": True, "out": None})
    expect([m["model"] for m in shown[-1]["sides"]["large"]], ["bench/large-a"])
    text = gateway.costlens("route", "list").stdout
    expect_in("tag, max_tokens_in", text)
    expect_in("what is left", text)

# The same without a gateway.
expect(json.loads(gateway.costlens("route", "list", "--json").stdout)["routes"], shown)
