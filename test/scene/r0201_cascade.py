# SPDX-License-Identifier: Apache-2.0
"""A cascade: the small model answers first, verifiers look at its answer, and what they refuse the large one answers.
Both are billed. A stream is held until then, but not for ever."""
import http.client
import json
import threading

from lib.scene import Gateway, Mock, expect, expect_in, limit, question, until
from lib.told import Told

limit(120)
ROUTES = """  - { model: told/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/second, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/large, input_per_mtok: 100, output_per_mtok: 100 }
tiers:
  small: [told/small]
  large: [told/large]
routes:
  - { name: all, small: small, large: large, match: { key: nobody }, hold: 60s,
      verify: [refusal, truncation, empty, repetition, schema, arithmetic] }
  - { name: quick, small: small, large: large, match: { key: nobody }, verify: [refusal], hold: 200ms }
  - { name: pair, small: small, large: large, match: { key: nobody }, hold: 60s,
      verify: [refusal, { agree: told/second }] }
  - { name: brief, small: small, large: large, match: { key: nobody }, hold: 200ms, verify: [{ agree: told/second }] }
  - { name: alone, small: small, match: { key: nobody }, verify: [refusal] }
budgets:
  - { name: cents, limit: 0.01, scope: { "tag:of": cents } }
"""
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {
    "type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object", "required": ["n"]}}}


def call(arguments, name="weather"):
    return {"tool_calls": [{"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}}]}


REFUSED = [
    ("refusal", "I'm sorry, but I can't help with that.", {}),
    ("refusal", {"content": "", "finish": "content_filter"}, {}),
    ("truncation", {"content": "It goes on and", "finish": "length"}, {}),
    ("empty", "  ", {}),
    ("repetition", "again and " * 40, {}),
    ("schema", "{}", {"response_format": SCHEMA}),
    ("schema", "no JSON", {"response_format": {"type": "json_object"}}),
    ("schema", call("{\"city\":1}"), {"tools": [TOOL]}),
    ("schema", call("{", "weather"), {"tools": [TOOL]}),
    ("schema", call("{}", "climate"), {"tools": [TOOL]}),
    ("arithmetic", "3 x 4 = 13", {}),
]
KEPT = [("It is fine.", {}), ("{\"n\":1}", {"response_format": SCHEMA}), (call("{\"city\":\"Bonn\"}"), {"tools": [TOOL]}),
        ("3 x 4 = 12", {})]


def said(answer):
    if answer.headers["content-type"].startswith("text/event-stream"):
        return "".join(event["choices"][0]["delta"].get("content") or "" for event in answer.events
                       if isinstance(event, dict) and event["choices"])
    return answer.json["choices"][0]["message"].get("content")


told = Told()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES) as gateway:
    count = 0

    def ask(route, small, large="LARGE", headers=None, **more):
        told = json.dumps({"small": small, "large": large})
        return gateway.chat(model=route, headers={"x-told": told, **(headers or {})}, **more)

    def rows(*wanted):
        """The newest call's attempts: its rows' models, routes and errors."""
        global count
        count += len(wanted)
        rows = gateway.rows(count)[-len(wanted):]
        expect([(row["model"], row["route"], row["error"] or "") for row in rows], list(wanted))
        return rows

    def judged(row):
        """What is said of each attempt's answer, and all of it in words."""
        found = json.loads(gateway.costlens("route", "explain", row["request"], "--json").stdout)["attempts"]
        return ([{k: d[k] for k in ("verified", "refused_by", "unseen_by") if k in d}
                 for d in (a["decision"] for a in found)], gateway.costlens("route", "explain", row["request"]).stdout)

    for stream in ({}, {"stream": True}):
        for verifier, small, more in REFUSED:
            answer = ask("all", small, **more, **stream)
            expect((answer.status, answer.headers["x-costlens-model"], said(answer)), (200, "told/large", "LARGE"),
                   f"{verifier} {small}")
            first, second = rows(("small", "route all: small", f"verify_{verifier}"),
                                 ("large", "route all: escalated", ""))
            expect((first["cost_pd"], first["followed"], second["cost_pd"]), (110_000_000, 1, 11_000_000_000))
            verdicts, text = judged(first)
            expect(verdicts, [{"verified": "refused", "refused_by": verifier}, {}])
            expect_in(f"USD; its answer: refused by {verifier}\n", text)
        for small, more in KEPT:
            answer = ask("all", small, **more, **stream)
            expect((answer.status, answer.headers["x-costlens-model"]), (200, "told/small"), small)
            if isinstance(small, str):
                expect(said(answer), small)
            rows(("small", "route all: small", ""))

    # Where nobody else could answer, or no budget covers who could, it is given after all.
    refusal = "I'm sorry, but I can't help with that."
    expect(said(ask("alone", refusal)), refusal)
    rows(("small", "route alone: small", ""))
    for stream in ({}, {"stream": True}):
        answer = ask("all", refusal, headers={"x-costlens-tags": "of=cents"}, max_tokens=20, **stream)
        expect(answer.status, 200, answer)
        expect(said(answer), refusal)
        [first] = rows(("small", "route all: small", ""))
        expect(answer.headers["x-costlens-attempts"], None)
        verdicts, text = judged(first)
        expect(verdicts, [{"verified": "refused", "refused_by": "refusal"}])
        expect_in("; its answer: refused by refusal, and given after all\n", text)
        # So where the large side has none; the attempts there are counted.
        answer = ask("all", refusal, {"status": 400}, **stream)
        expect((said(answer), answer.headers["x-costlens-attempts"]), (refusal, "2"))
        expect_in("small, the large side failed", answer.headers["x-costlens-reason"])
        first, _ = rows(("small", "route all: small", ""), ("large", "route all: escalated", "error"))
        expect(judged(first)[0], [{"verified": "refused", "refused_by": "refusal"}, {}])

    # A second small model has to agree.
    for stream in ({}, {"stream": True}):
        def pair(small, second):
            told = json.dumps({"small": small, "second": second, "large": "LARGE"})
            answer = gateway.chat(model="pair", headers={"x-told": told}, **stream)
            expect(answer.status, 200, answer)
            return said(answer)

        first = ("small", "route pair: small", "")
        expect(pair("The answer is 4.", "2 + 2: answer: 4"), "2 + 2: answer: 4")
        rows(first, ("second", "route pair: second", ""))
        expect(pair("The answer is 4.", "The answer is 5."), "LARGE")
        rows(first, ("second", "route pair: second", "verify_agree"), ("large", "route pair: escalated", ""))
        expect(pair("The answer is 4.", refusal), "LARGE")
        rows(first, ("second", "route pair: second", "verify_refusal"), ("large", "route pair: escalated", ""))
        expect(pair(refusal, "The answer is 4."), "LARGE")
        rows(("small", "route pair: small", "verify_refusal"), ("large", "route pair: escalated", ""))

    # One that gives no answer judges nothing: the first one's, which was good, is given, and is the call's.
    for stream in ({}, {"stream": True}):
        expect(pair("The answer is 4.", {"status": 500}), "The answer is 4.")
        first, second = rows(("small", "route pair: small", ""), ("second", "route pair: second", "error"))
        expect((first["followed"], first["outcome"], second["followed"]), (0, "ok", 1))
        explained = json.loads(gateway.costlens("route", "explain", first["request"], "--json").stdout)["attempts"]
        expect([[c["model"] for c in a["decision"]["candidates"]][0] for a in explained], ["told/small", "told/second"])
    [row] = [row for row in gateway.report("--by", "route")["rows"] if row["route"] == "pair"]
    expect((row["requests"], row["retries"], row["errors"], row["small_share"]), (10, 14, 0, "0.40"))
    # Nor is a stream held for it beyond its time.
    told.events["never"] = threading.Event()
    said_so = json.dumps({"small": "The answer is 4.", "second": {"content": "The answer is 5.", "wait": "never"}})
    answer = gateway.chat(model="brief", headers={"x-told": said_so}, stream=True)
    expect((answer.headers["x-costlens-model"], said(answer)), ("told/small", "The answer is 4."))
    told.events["never"].set()
    rows(("small", "route brief: small", ""), ("second", "route brief: second", "upstream_timeout"))

    # Nor is one that is too long to be looked at, whose length is told or not.
    for long, stream in (({}, {}), ({"unsized": True}, {}), ({}, {"stream": True})):
        said_so = pair("The answer is 4.", {"content": "The answer is 4. ", "times": 70_000, **long})
        expect(said_so[:40], "The answer is 4.")
        first, second = rows(("small", "route pair: small", ""), ("second", "route pair: second", "upstream_too_large"))
        expect((first["followed"], first["outcome"], second["followed"]), (0, "ok", 1))
    # Whose client leaves before it has said so was not escalated.
    def escalated():
        return (gateway.metric("costlens_route_escalations_total", route="pair"),
                [c["escalated"] for c in json.loads(gateway.costlens("route", "cascades", "--json").stdout)["cascades"]])

    before, asked = escalated(), len(told.asked)
    told.events["gone"] = threading.Event()
    said_so = json.dumps({"small": "The answer is 4.", "second": {"content": "The answer is 4.", "wait": "gone"}})
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    connection.request("POST", "/v1/chat/completions", json.dumps(question(model="pair", stream=True)),
                       {**gateway.headers(), "Content-Type": "application/json", "x-told": said_so})
    until(lambda: len(told.asked) == asked + 2, 10, "the second one is asked")
    connection.sock.close()
    until(lambda: gateway.rows(count + 2)[-1]["outcome"] == "left", 10, "it has left")
    told.events["gone"].set()
    rows(("small", "route pair: small", ""), ("second", "route pair: second", ""))
    expect(escalated(), before)

    # A model that is named is not verified.
    expect(said(ask("told/small", refusal)), refusal)
    rows(("small", "asked", ""))

    # A stream is not held for ever: what has come by then goes on, though it is a refusal.
    told.events["go"] = threading.Event()
    said_so = json.dumps({"small": {"content": refusal, "wait": "go"}, "large": "LARGE"})
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    connection.request("POST", "/v1/chat/completions", json.dumps(question(model="quick", stream=True)),
                       {**gateway.headers(), "Content-Type": "application/json", "x-told": said_so})
    response = connection.getresponse()
    expect(response.getheader("x-costlens-model"), "told/small")
    first = response.readline()
    expect_in("I'm sorry", first.decode())
    told.events["go"].set()
    expect_in("[DONE]", response.read().decode())
    [first] = rows(("small", "route quick: small", ""))
    verdicts, text = judged(first)
    expect(verdicts, [{"verified": "unseen", "unseen_by": "hold"}])
    expect_in("its answer: unseen, as its verdict took longer than the route's `hold`, and passed on as it came\n", text)
    # Nor is one that is too long.
    expect_in(refusal, said(ask("all", {"content": refusal + " ", "times": 70_000}, stream=True)))
    [first] = rows(("small", "route all: small", ""))
    verdicts, text = judged(first)
    expect(verdicts, [{"verified": "unseen", "unseen_by": "size"}])
    expect_in("its answer: unseen, as it was too long to be held, and passed on as it came\n", text)

    # Where the large side is in trouble by then, and they do not agree, the first one's, which was good, is given.
    told.events["later"] = threading.Event()
    said_so = json.dumps({"small": {"content": "The answer is 4.", "wait": "later"}, "second": "The answer is 5."})
    answers, asked = [], len(told.asked)
    client = threading.Thread(target=lambda: answers.append(gateway.chat(model="pair", headers={"x-told": said_so},
                                                                         stream=True)))
    client.start()
    until(lambda: len(told.asked) > asked, 10, "the first one is asked")
    for _ in range(20):
        expect(ask("told/large", "", {"status": 500}).status, 500)
    told.events["later"].set()
    client.join()
    expect((answers[0].headers["x-costlens-model"], said(answers[0])), ("told/small", "The answer is 4."))
    seen = gateway.rows(count + 22)[count:]
    expect([(row["model"], row["error"] or "") for row in seen if row["route"] != "asked"],
           [("small", ""), ("second", "verify_agree")])
