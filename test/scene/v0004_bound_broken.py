# SPDX-License-Identifier: Apache-2.0
"""A provider that bills more than its price allows: all of it is recorded and spent, the excess is told at once and kept,
and no budget that blocks relies on that price until it is read anew: for the key whose call that was, and for all keys once
another one's has passed it, too; nor does a call that had waited for its budget meanwhile. One that goes on past the maximum and tells no usage: its stream is cut as soon as that is sure, and it
is charged no less than what was seen, which is an estimate, and no proof against its price; what it has told of usage by then
is one. A call of which nothing came is charged what it held, whatever it asked for."""
import concurrent.futures
import json
import signal
import socket
import threading

from lib.books import charges, shown, up, verified
from lib.scene import MODEL, Gateway, Mock, cost_of, expect, expect_in, expect_true, limit, until

limit(60)
EXTRA = """budgets:
  - { name: all, limit: 1.00 }
  - { name: eye, limit: 1.00, enforce: observe }
"""
FAULT = {"x-mock-fault": "tokens=100+wrong-usage=20"}


def loud(gateway):
    lines = [json.loads(line) for line in gateway.program.errors().splitlines()]
    return [line for line in lines if line["level"] == "error"]


def ask(gateway, **more):
    return gateway.chat(max_tokens=100, **more)


def broken(answer, whose):
    error = answer.json["error"]
    expect((answer.status, error.get("details", [{"reason": error["code"]}])[-1]["reason"]), (400, "price_unknown"), answer.body)
    for part in (whose, "costlens price", "reload"):
        expect_in(part, error["message"])


def other_key(gateway, name):
    made = json.loads(gateway.costlens("key", "create", "--name", name, "--json").stdout)
    return {"Authorization": f"Bearer {made['token']}"}


with Mock() as mock, Gateway(mock, extra=EXTRA) as gateway:
    expect(ask(gateway).status, 200)
    expect(gateway.metrics()["costlens_bound_violation_total"], 0)
    expect(ask(gateway, headers=FAULT).status, 200)
    until(lambda: loud(gateway), 1, "it is in the log")
    [line] = loud(gateway)
    first, row = gateway.rows(2)
    beyond = round(float(line["beyond_usd"]) * 1e9)
    expect((line["budget"], line["request_id"]), ("all", row["request"]))
    expect_in("no budget relies on that price", line["msg"])
    cost = -(-row["cost_pd"] // 1000)
    expect(row["output"], mock.bills()[1]["output"], "all that was billed is recorded")
    expect_true(cost > 3 * (cost - beyond), f"more than three times its worst case: {cost}, {beyond}")
    expect(gateway.sql("SELECT settled, overdraft FROM account ORDER BY id LIMIT 1"),
           [{"settled": cost + -(-first["cost_pd"] // 1000), "overdraft": 0}],
           "all of it is spent, and the limit still has room")

    [event] = json.loads(gateway.costlens("budget", "events", "--json").stdout)["events"]
    expect((event["kind"], event["budget"], event["request"]), ("overdraft", "all", row["request"]))
    expect(round(float(event["beyond"]) * 1e9), beyond)
    expect_in("more than its worst case", gateway.costlens("budget", "events", "all").stdout)
    figures = gateway.metrics()
    expect(figures["costlens_bound_violation_total"], 1)
    expect(figures["costlens_budget_overdraft_total"], 1)
    expect(figures["costlens_budget_overrun_total"], 0)
    expect(figures['costlens_bound_utilisation_ratio_bucket{le="1"}'], 1)

    # For that key its price counts no more, until it is read anew; nobody else is shut off.
    broken(ask(gateway), "for that key")
    expect(len(mock.bills()), 2, "nothing was sent")
    web, app = (other_key(gateway, name) for name in ("web", "app"))
    expect(ask(gateway, headers=web).status, 200)
    expect(ask(gateway, headers=web | FAULT).status, 200)
    until(lambda: len(loud(gateway)), 2, "another key's call has passed it, too")
    for headers in ({}, web, app):
        broken(ask(gateway, headers=headers), "for calls of several keys")
    expect(len(mock.bills()), 4)
    gateway.program.signal(signal.SIGHUP)
    until(lambda: ask(gateway).status == 200, 5, "it is read anew")
    verify = gateway.costlens("ledger", "verify", check=False)
    expect((verify.returncode, verify.stderr), (0, ""), verify.stdout)

# A limit that the excess passes: the overdraft is in the account, and the books still add up.
with Mock() as mock, Gateway(mock, extra="budgets:\n  - { name: little, limit: 0.0005 }\n") as gateway:
    expect(ask(gateway, headers=FAULT).status, 200)
    [row] = gateway.rows(1)
    cost = -(-row["cost_pd"] // 1000)
    expect(gateway.sql("SELECT settled, overdraft FROM account"), [{"settled": cost, "overdraft": cost - 500_000}])
    expect(round(gateway.metric("costlens_budget_overdraft_usd", budget="little") * 10**9), cost - 500_000)
    gateway.program.signal(signal.SIGHUP)
    until(lambda: ask(gateway).status == 402, 5, "nothing more fits")
    verify = gateway.costlens("ledger", "verify", check=False)
    expect((verify.returncode, verify.stderr), (0, ""), verify.stdout)

# A call that began with the old prices says nothing of those that are read anew before it ends.
with Mock() as mock, Gateway(mock, extra=EXTRA) as gateway, concurrent.futures.ThreadPoolExecutor(1) as pool:
    late = pool.submit(ask, gateway, headers={"x-mock-fault": FAULT["x-mock-fault"] + "+late=1500"})
    until(lambda: gateway.metric("costlens_reservations_inflight") == 1, 5, "it is under way")
    gateway.program.signal(signal.SIGHUP)
    until(lambda: "the new configuration holds" in gateway.program.errors(), 5, "the prices are read anew")
    expect_true(not late.done(), "it is under way still")
    expect(late.result().status, 200)
    until(lambda: loud(gateway), 5, "what it cost is told")
    expect(ask(gateway).status, 200, "the new prices are relied on")
    verified(gateway)

# Who waits for room would have it when the long call ends, but a short one has broken the price before.
with Mock() as mock, Gateway(mock, extra="budgets:\n  - { name: queue, limit: 0.003, wait: 30s }\n") as gateway, \
        concurrent.futures.ThreadPoolExecutor(3) as pool:
    def begin(text, fault, most, metric):
        before = gateway.metric(metric)
        call = pool.submit(gateway.chat, text, {"x-mock-fault": fault}, max_tokens=most)
        until(lambda: gateway.metric(metric) > before, 5, f"the {text} call has begun")
        return call
    long = begin("long", "late=2500", 2800, "costlens_budget_held_usd")
    short = begin("short", "tokens=100+wrong-usage=5+late=1000", 100, "costlens_budget_held_usd")
    waits = begin("waiting", "tokens=1", 2800, "costlens_budget_waiting")
    expect(short.result().status, 200)
    expect_true(not long.done() and not waits.done(), "it waits still")
    expect(long.result().status, 200)
    broken(waits.result(), "for that key")
    expect(len(mock.bills()), 2, "what had waited is not sent")
    until(lambda: shown(gateway, "queue")["held"] == "0.00", 5, "nor does it hold")
    verified(gateway)

# A budget of single calls has no account, and relies on the price all the same.
with Mock() as mock, Gateway(mock, extra="budgets:\n  - { name: each, per: request, limit: 0.01 }\n") as gateway:
    expect(ask(gateway).status, 200)
    expect(ask(gateway, headers=FAULT).status, 200)
    until(lambda: loud(gateway), 1, "it is in the log")
    [row] = gateway.rows(2)[1:]
    expect(loud(gateway)[0]["request_id"], row["request"])
    expect(gateway.metrics()["costlens_bound_violation_total"], 1)
    broken(ask(gateway), "for that key")

# Who ignores the maximum and tells no usage.
IGNORES = "tokens=5000+ignore-max+no-usage"


def charged(gateway, row):
    [(held, amount, _)] = charges(gateway)[row["request"].replace("-", "")]
    return held, amount


def parts(answer):
    """Of a stream: its events, its elements or its lines. Each is JSON, also of one that was cut."""
    kind = answer.headers["content-type"]
    if kind.startswith("text/event-stream"):
        return answer.events
    return answer.json if "json" in kind and "nd" not in kind else [json.loads(x) for x in answer.body.splitlines()]


def overrun(mock, hold, ask, most):
    extra = f"budgets:\n  - {{ name: all, limit: 1.00, hold: {hold} }}\n"
    with Gateway(mock, extra=extra) as gateway:
        seen = len(mock.bills())
        answer = ask(gateway, {"x-mock-fault": IGNORES + "+slow=2"})
        expect((answer.status, answer.cut), (200, False))
        expect_in("max_tokens_ignored", str(parts(answer)[-1]), "its client is told")
        expect_true(len(parts(answer)) > most, "and has what came")
        [row] = gateway.rows(1)
        expect((row["error"], row["outcome"], row["sure"]), ("max_tokens_ignored", "incomplete", "estimated"))
        expect_true(most < row["output"] < 2 * most, f"it was cut: {row['output']}")
        held, amount = charged(gateway, row)
        expect(amount, max(held, up(row["cost_pd"])), "the larger of what it held and what was seen")
        [bill] = mock.bills(seen + 1)[seen:]
        expect_true(bill["output"] < 2.5 * most, f"its provider's connection was ended: {bill}")
        verified(gateway)


def no_proof(gateway, row):
    """An overrun is told as one, in the same words everywhere, and its price is relied on still."""
    held, amount = charged(gateway, row)
    expect(amount, up(row["cost_pd"]))
    expect_true(amount > held, f"{amount}, held {held}")
    until(lambda: len(loud(gateway)) == 1, 5, "it is in the log")
    [line] = loud(gateway)
    expect((line["budget"], line["request_id"]), ("all", row["request"]))
    expect_in("its provider ignores the maximum", line["msg"])
    [event] = json.loads(gateway.costlens("budget", "events", "--json").stdout)["events"]
    expect((event["kind"], event["request"]), ("overrun", row["request"]))
    for beyond in (line["beyond_usd"], event["beyond"]):
        expect(round(float(beyond) * 1e9), amount - held)
    expect_in("passed the maximum of its answer", gateway.costlens("budget", "events").stdout)
    figures = gateway.metrics()
    for name, wanted in (("bound_violation", 0), ("budget_overdraft", 0), ("budget_overrun", 1)):
        expect(figures[f"costlens_{name}_total"], wanted, name)
    expect(gateway.chat("a", max_tokens=300).status, 200, "its price is relied on")
    gateway.rows(2)
    verified(gateway)


def cut(mock):
    """What came of a stream until it was cut may be estimated at more than was held, though its bill is less."""
    with Gateway(mock, extra="budgets:\n  - { name: all, limit: 1.00 }\n") as gateway:
        answer = gateway.chat("a", headers={"x-mock-fault": IGNORES}, stream=True, max_tokens=900)
        expect_in("max_tokens_ignored", str(answer.events[-1]))
        [row] = gateway.rows(1)
        no_proof(gateway, row)
    # Where budgets of single calls alone concern it, the log tells it.
    with Gateway(mock, extra="budgets:\n  - { name: each, per: request, limit: 1.00 }\n") as gateway:
        gateway.chat("a", headers={"x-mock-fault": IGNORES}, stream=True, max_tokens=900)
        [row] = gateway.rows(1)
        until(lambda: len(loud(gateway)) == 1, 5, "it is in the log")
        expect(loud(gateway)[0]["request_id"], row["request"])
        expect_in("its provider ignores the maximum", loud(gateway)[0]["msg"])
        expect(gateway.metrics()["costlens_bound_violation_total"], 0)
        expect(gateway.chat("a", max_tokens=300).status, 200, "its price is relied on")


def whole(mock):
    """A plain answer cannot be cut, but is charged as it is, and told where it passes what was held."""
    with Gateway(mock, extra="budgets:\n  - { name: all, limit: 1.00 }\n") as gateway:
        seen = len(mock.bills())
        expect(gateway.chat("a", headers={"x-mock-fault": IGNORES}, max_tokens=300).status, 200)
        [row] = gateway.rows(1)
        held, amount = charged(gateway, row)
        [bill] = mock.bills(seen + 1)[seen:]
        expect((row["sure"], amount), ("estimated", up(row["cost_pd"])))
        expect_true(amount >= up(cost_of(bill)) and amount > held, f"{amount}, held {held}, billed {cost_of(bill)}")
        no_proof(gateway, row)


def told(mock, path, body, fault):
    """What a stream that is cut has told of its usage by then is no estimate: more than the bound breaks its price."""
    for budget in ("{ name: all, limit: 100.00 }", "{ name: each, per: request, limit: 100.00 }"):
        with Gateway(mock, extra=f"budgets:\n  - {budget}\n") as gateway:
            answer = gateway.post(path, body, {"x-mock-fault": "tokens=5000+ignore-max+wrong-usage=9+slow=2" + fault})
            expect_in("max_tokens_ignored", str(answer.events[-1]), "it was cut")
            [row] = gateway.rows(1)
            expect((row["sure"], row["outcome"]), ("estimated", "incomplete"))
            until(lambda: len(loud(gateway)) == 1, 5, "it is in the log")
            expect_in("the most that its price allows", loud(gateway)[0]["msg"])
            figures = gateway.metrics()
            kept = "all" in budget
            for name, wanted in (("bound_violation", 1), ("budget_overdraft", kept), ("budget_overrun", 0)):
                expect(figures[f"costlens_{name}_total"], wanted, name)
            seen = len(mock.bills())
            broken(gateway.post(path, body), "for that key")
            expect(len(mock.bills()), seen, "nothing was sent")
            verified(gateway)


def lost(mock, path, body, most, model=MODEL):
    """No byte of an answer comes: what was held is charged, and its row tells no more, whatever else its body names."""
    where = f"  openai: {{ dialect: openai, vendor: openai, url: {mock.url}/v1, models: [codex-mini], retries: 0 }}\n"
    own = {} if model == MODEL else {"providers": where, "models": []}
    for budget in ("{ name: all, limit: 2.00 }", "{ name: each, per: request, limit: 2.00 }"):
        with Gateway(mock, extra=f"budgets:\n  - {budget}\n", **own) as gateway:
            expect(gateway.post(path, {"model": model, **body}, {"x-mock-fault": "reset=head"}).status, 502)
            [row] = gateway.rows(1)
            expect((row["sure"], row["output"]), ("captured", most), f"the output that its bound was made of: {body}")
            if "all" in budget:
                held, amount = charged(gateway, row)
                expect(amount, held, f"no more than it held: {body}")
                expect_true(0 < up(row["cost_pd"]) <= held, f"nor does its row tell more: {row['cost_pd']}, held {held}")
            figures = gateway.metrics()
            for name in ("bound_violation", "budget_overdraft", "budget_overrun"):
                expect(figures[f"costlens_{name}_total"], 0, name)
            expect(loud(gateway), [], "and nobody is blamed")
            verified(gateway)


class Array:
    """Its stream is one JSON array, of which it sends so much and then nothing more."""

    def __init__(self, body):
        self.body = body
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self):
        client, _ = self.server.accept()
        with client:
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += client.recv(65536)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                           b"%x\r\n%s\r\n" % (len(self.body), self.body))
            while client.recv(65536):
                pass


def array_cut():
    """Wherever a read ends, what is cut of an array reaches its client as far as whole elements came, as JSON."""
    element = {"candidates": [{"content": {"parts": [{"text": "word and another one, " * 300}], "role": "model"}, "index": 0}]}
    for more in (b"", b",", b',\n{"candidates":[{"con'):
        upstream = Array(b"[" + json.dumps(element).encode() + more)
        provider = f"  gemini: {{ dialect: gemini, vendor: google, url: {upstream.url}, retries: 0 }}\n"
        with Gateway(upstream, extra="budgets:\n  - { name: all, limit: 100.00 }\n", providers=provider, models=[]) as gateway:
            answer = gateway.post("/v1beta/models/gemini-2.5-flash:streamGenerateContent", {
                "contents": [{"role": "user", "parts": [{"text": "a"}]}], "generationConfig": {"maxOutputTokens": 100}}, {})
            expect(answer.status, 200, answer.body)
            first, last = json.loads(answer.body)
            expect(first, element)
            expect_in("output maximum", last["error"]["message"])
        upstream.server.close()


array_cut()
with Mock() as mock:
    for path, ask_told, fault in (
            ("/v1/chat/completions", {"model": MODEL, "messages": [{"role": "user", "content": "a"}], "max_tokens": 100,
                                      "stream": True, "stream_options": {"include_usage": True,
                                                                         "continuous_usage_stats": True}}, "+as=vllm"),
            ("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", {
                "contents": [{"role": "user", "parts": [{"text": "a"}]}],
                "generationConfig": {"maxOutputTokens": 100}}, "")):
        told(mock, path, ask_told, fault)
    talk = {"messages": [{"role": "user", "content": "a"}]}
    for path, body, most in (
            ("/v1/chat/completions", {**talk, "max_tokens": 100, "max_output_tokens": 9_000_000_000}, 100),
            ("/v1/responses", {"input": "a", "max_output_tokens": 100, "max_tokens": 1_000_000}, 100),
            ("/v1/completions", {"prompt": "a", "max_tokens": 100, "max_completion_tokens": 1_000_000}, 100),
            ("/v1/chat/completions", {**talk, "max_tokens": "1000", "max_completion_tokens": 10}, 1000)):
        lost(mock, path, body, most)
    # No answer is longer than the window, and a prompt that is longer is not read.
    lost(mock, "/v1/chat/completions", {**talk, "max_tokens": 1_000_000}, 200_000, "codex-mini")
    lost(mock, "/v1/chat/completions", {"messages": [{"role": "user", "content": "four" * 300_000}], "max_tokens": 10}, 10,
         "codex-mini")
    for hold in ("full", "grow"):
        overrun(mock, hold, lambda g, fault: g.chat("a", headers=fault, stream=True, max_tokens=200), 200)
    overrun(mock, "full", lambda g, fault: g.messages("a", headers=fault, stream=True, max_tokens=200), 200)
    # A Gemini's stream is an array without alt=sse; of 900 tokens that passes on before it is cut, of 200 it is collected.
    for query, hold, most in (("?alt=sse", "full", 200), ("", "full", 200), ("", "grow", 200), ("?alt=json", "full", 900)):
        overrun(mock, hold, lambda g, fault: g.post(f"/v1beta/models/gemini-2.5-flash:streamGenerateContent{query}", {
            "contents": [{"role": "user", "parts": [{"text": "a"}]}], "generationConfig": {"maxOutputTokens": most}},
            fault), most)
    overrun(mock, "full", lambda g, fault: g.post("/v1/responses", {
        "model": MODEL, "input": "a", "stream": True, "max_output_tokens": 200}, fault), 200)
    # What its caller has begun, or asks to be told once more, is not the answer's own; the rest is.
    for more in ({"echo": False}, {"echo": True}):
        overrun(mock, "full", lambda g, fault: g.post("/v1/completions", {
            "model": MODEL, "prompt": "a", "stream": True, "max_tokens": 200, **more}, fault), 200)
    begun = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "so far " * 300, "prefix": True}]
    with Gateway(mock, extra="budgets:\n  - { name: all, limit: 1.00 }\n") as gateway:
        answer = gateway.chat("", headers={"x-mock-fault": "tokens=300+ignore-max+no-usage"}, messages=begun, stream=True,
                              max_tokens=200)
        expect((answer.events[-1], gateway.rows(1)[0]["outcome"]), ("[DONE]", "ok"), "a prefix told once more")
    cut(mock)
    whole(mock)
    # What is free relies on no maximum.
    own = f"  own: {{ dialect: openai, vendor: vllm, url: {mock.url}/v1, models: [m], retries: 0 }}\n"
    with Gateway(mock, extra="budgets:\n  - { name: all, limit: 1.00 }\n", providers=own, models=[]) as gateway:
        answer = gateway.chat("a", headers={"x-mock-fault": "tokens=50"}, model="m", stream=True, max_tokens=100)
        [row] = gateway.rows(1)
        expect((answer.events[-1], row["outcome"], row["cost_pd"]), ("[DONE]", "ok", 0))
    # Where no budget blocks, it goes on.
    with Gateway(mock, extra="budgets:\n  - { name: eye, limit: 1.00, enforce: observe }\n") as gateway:
        answer = gateway.chat("a", headers={"x-mock-fault": IGNORES}, stream=True, max_tokens=200)
        expect((answer.events[-1], gateway.rows(1)[0]["outcome"]), ("[DONE]", "ok"))
        # ... but what one that blocks would refuse from then on is counted.
        expect(gateway.chat("a", headers=FAULT, max_tokens=100).status, 200)
        gateway.rows(2)
        before = gateway.metrics()['costlens_budget_would_refuse{budget="eye",window="lifetime"}']
        expect(ask(gateway).status, 200)
        expect(gateway.metrics()['costlens_budget_would_refuse{budget="eye",window="lifetime"}'], before + 1)
