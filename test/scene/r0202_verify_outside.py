# SPDX-License-Identifier: Apache-2.0
"""The user's own verifier, and log-probabilities that only the gateway asked for."""
import json
import threading
import time

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until
from lib.scripted import Scripted
from lib.told import Told

limit(120)
seen = []
reply = {"body": b"", "status": 200}
clients = set()
go = threading.Event()
go.set()


class Checker(Scripted):
    def answer(self, call, body):
        seen.append((call.path, body))
        clients.add(call.client_address)
        go.wait(60)
        call.send(reply["body"], status=500 if call.path.endswith("none") else reply["status"])


SILENT = ({"verified": "refused", "refused_by": "http", "on_error": "refuse"},
          "refused, as http gave no answer (on_error: refuse)")
ACCEPTED = ({"verified": "good", "on_error": "accept"}, "accepted, as http gave no answer (on_error: accept)")
checker = Checker()
URL = f"{checker.url}/check"
ROUTES = f"""tiers:
  small: [told/small]
  large: [told/large]
routes:
  - {{ name: strict, small: small, large: large, match: {{ key: nobody }}, hold: 60s,
      verify: [refusal, {{ http: "{URL}" }}] }}
  - {{ name: mild, small: small, large: large, match: {{ key: nobody }}, hold: 60s,
      verify: [{{ http: "{URL}", on_error: accept }}] }}
  - {{ name: late, small: small, large: large, match: {{ key: nobody }},
      verify: [{{ http: "{URL}", timeout: 100ms }}] }}
  - {{ name: two, small: small, large: large, match: {{ key: nobody }},
      verify: [{{ http: "{URL}/none", on_error: accept }}, {{ http: "{URL}" }}] }}
  - {{ name: sure, small: small, large: large, match: {{ key: nobody }}, hold: 60s, verify: [{{ logprob: 0.9 }}] }}
  - {{ name: both, small: small, large: large, match: {{ key: nobody }}, verify: [{{ logprob: 0.9 }}, refusal] }}
"""
told = Told()


def told_of(gateway, answer):
    """What `route explain` says of the small side's answer, and in words."""
    call = answer.headers["x-costlens-request-id"]
    found = json.loads(gateway.costlens("route", "explain", call, "--json").stdout)["attempts"][0]["decision"]
    words = gateway.costlens("route", "explain", call).stdout.split("attempt 1", 1)[1].split("\n")[0]
    return {k: found[k] for k in ("verified", "refused_by", "on_error") if k in found}, words.split("its answer: ")[1]


with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES) as gateway:
    def ask(route, small, **more):
        return gateway.chat(model=route, headers={"x-told": json.dumps({"small": small, "large": "LARGE"})}, **more)

    def model(route, small, **more):
        answer = ask(route, small, **more)
        expect(answer.status, 200, answer)
        return answer.headers["x-costlens-model"]

    def explained(answer):
        return told_of(gateway, answer)

    for stream in ({}, {"stream": True}):
        reply.update(body=b'{"ok":true,"score":0.9}', status=200)
        expect(model("strict", "It is fine.", **stream), "told/small")
        path, told_to = seen[-1]
        expect((path, told_to["text"], told_to["finish"], told_to["route"], told_to["model"], told_to["tool_calls"]),
               ("/check", "It is fine.", "stop", "strict", "told/small", []))
        expect(told_to["request"]["model"], "strict")
        # What another verifier has refused it is not asked about.
        count = len(seen)
        expect(model("strict", "I'm sorry, but I can't help with that.", **stream), "told/large")
        expect(len(seen), count)
        reply.update(body=b'{"ok":false}')
        expect(explained(ask("strict", "It is fine.", **stream)),
               ({"verified": "refused", "refused_by": "http"}, "refused by http"))
        expect(model("mild", "It is fine.", **stream), "told/large")
        # What is no answer: as the route says.
        for body, status in ((b'{"ok":false}', 500), (b"", 200), (b'{"ok":1}', 200), (b"x" * 100000, 200)):
            reply.update(body=body, status=status)
            expect(model("strict", "It is fine.", **stream), "told/large")
            expect(model("mild", "It is fine.", **stream), "told/small")
            # That nobody has said so is told.
            expect(explained(ask("strict", "It is fine.", **stream)), SILENT)
            expect(explained(ask("mild", "It is fine.", **stream)), ACCEPTED)

        # Log-probabilities are asked for, looked at, and taken out again.
        sure = {"content": "It is.", "logprobs": [-0.01, -0.02]}
        unsure = {"content": "It is.", "logprobs": [-0.01, -5.5]}
        answer = ask("sure", sure, **stream)
        expect(answer.headers["x-costlens-model"], "told/small")
        expect_true(told.asked[-1]["logprobs"] is True, "it was asked for")
        expect_true(b'"logprob"' not in answer.body, answer)
        expect_in('"logprobs": null', answer.body.decode())
        expect(model("sure", unsure, **stream), "told/large")
        expect_true("logprobs" not in told.asked[-1], "the large one is not asked for them")
        # Who asks for them gets them.
        answer = ask("sure", sure, logprobs=True, **stream)
        expect_in('"logprob"', answer.body.decode())
        # Who does not tell is not refused.
        expect(model("sure", "It is.", **stream), "told/small")
        # The same of responses, which name what they tell besides.
        for include in ({}, {"include": []}, {"include": ["reasoning.encrypted_content"]}):
            def respond(small, **more):
                return gateway.post("/v1/responses", {"model": "sure", "input": "hello", **stream, **more},
                                    {"x-told": json.dumps({"small": small, "large": "LARGE"})})

            answer = respond(sure, **include)
            expect((answer.status, answer.headers["x-costlens-model"]), (200, "told/small"), answer)
            expect(sorted(told.asked[-1]["include"]),
                   sorted(include.get("include", []) + ["message.output_text.logprobs"]))
            expect_true(b'"logprob"' not in answer.body and b'"logprobs": []' in answer.body, answer)
            expect(respond(unsure, **include).headers["x-costlens-model"], "told/large")
            expect(told.asked[-1].get("include"), include.get("include"))
        answer = respond(sure, include=["message.output_text.logprobs"])
        expect_in('"logprob"', answer.body.decode())
        expect(told.asked[-1]["include"], ["message.output_text.logprobs"])
    reply.update(body=b'{"ok":true}', status=200)
    expect(explained(ask("two", "It is fine.")), ACCEPTED)
    reply.update(body=b'{"ok":false}')
    expect(explained(ask("two", "It is fine."))[1], "refused by http")
    go.clear()
    expect(explained(ask("late", "It is fine.")), SILENT)
    go.set()
    # Its connections are kept, as a provider's are.
    expect_true(len(clients) < len(seen) / 2, f"{len(clients)} connections for {len(seen)} questions")

# What came is given where the gateway ends before it was verified: it is paid.
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra="drain: 1s\n" + ROUTES) as gateway:
    for stream in ({}, {"stream": True}):
        if not gateway.program.alive():
            gateway.start()
        go.clear()
        count, answers = len(seen), []
        said = {"x-told": json.dumps({"small": "It is fine.", "large": "LARGE"})}
        client = threading.Thread(target=lambda: answers.append(gateway.chat(model="strict", headers=said, **stream)))
        client.start()
        until(lambda: len(seen) > count, 10, "it is being verified")
        gateway.program.stop()
        client.join()
        go.set()
        expect((answers[0].status, answers[0].headers["x-costlens-model"]), (200, "told/small"))
        expect_in("fine", answers[0].body.decode())
        [row] = gateway.rows(1)[-1:]
        expect((row["outcome"], row["error"] or "", row["followed"]), ("ok", "", 0))

# Where a machine has its price an hour, and nobody tells how long it worked: its work ends with the answer, and not with
# what is thought of that. So does the time that the model is taken for.
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[],
                             extra="  - { model: told/small, cost_per_hour: 3600 }\n" + ROUTES) as gateway:
    def passed(count):
        """The row of a call's first attempt, and how long its verifier thought, in microseconds."""
        go.clear()
        asked, answers = len(seen), []
        said = {"x-told": json.dumps({"small": "It is fine.", "large": "LARGE"})}
        client = threading.Thread(target=lambda: answers.append(gateway.chat(model="strict", headers=said)))
        client.start()
        until(lambda: len(seen) > asked, 10, "it is being verified")
        began = time.monotonic()
        time.sleep(0.5)
        thought = int((time.monotonic() - began) * 10 ** 6)
        go.set()
        client.join()
        rows = gateway.rows(count)
        return rows[-1 if answers[0].headers["x-costlens-model"] == "told/small" else -2], thought

    reply.update(body=b'{"ok":true}', status=200)
    row, thought = passed(1)
    expect((row["model"], row["price_state"], row["sure"]), ("small", "priced", "estimated"))
    expect_true(0 < row["busy"] <= row["duration_us"] - thought, f"{row['busy']} of {row['duration_us']}, thought {thought}")
    [provider] = json.loads(gateway.costlens("provider", "status", "--json").stdout)["providers"]
    [model] = [model for model in provider["models"] if model["model"] == "small"]
    expect_true(0 < float(model["duration_ms"]) * 1000 <= row["duration_us"] - thought, f"{model} of {row['duration_us']}")
    reply.update(body=b'{"ok":false}')
    row, thought = passed(3)
    expect((row["model"], row["error"], row["sure"]), ("small", "verify_http", "estimated"))
    expect_true(0 < row["busy"] <= row["duration_us"] - thought, f"{row['busy']} of {row['duration_us']}, thought {thought}")
checker.server.shutdown()

with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ROUTES) as gateway:
    # What is usual is learned: a model that is always as unsure is no longer refused for it.
    usual = {"content": "It is.", "logprobs": [-2.5]}
    def model(route, small):
        told = {"x-told": json.dumps({"small": small, "large": "LARGE"})}
        return gateway.chat(model=route, headers=told).headers["x-costlens-model"]

    answers = [model("sure", usual) for _ in range(31)]
    expect(answers, ["told/large"] * 30 + ["told/small"])
    # How sure it was is looked at where no other verifier has refused it, in whatever order they are written.
    expect(model("both", {"content": "I'm sorry, but I can't help with that.", "logprobs": [-5.5]}), "told/large")
    until(lambda: gateway.sql("SELECT error FROM calls WHERE error LIKE 'verify%' AND route LIKE 'route both%'") ==
          [{"error": "verify_refusal"}], 10, "it was refused for what it says")
    # Nobody listens any more: there is no verifier.
    checker.server.server_close()
    def answer(route, small):
        return gateway.chat(model=route, headers={"x-told": json.dumps({"small": small, "large": "LARGE"})})

    expect(model("strict", "It is fine."), "told/large")
    expect(model("mild", "It is fine."), "told/small")
    expect(told_of(gateway, answer("strict", "It is fine.")), SILENT)
    expect(told_of(gateway, answer("mild", "It is fine.")), ACCEPTED)
    # What another one has refused it does not concern; nor what another one says no to behind it.
    expect(told_of(gateway, answer("strict", "I'm sorry, but I can't help with that."))[1], "refused by refusal")
