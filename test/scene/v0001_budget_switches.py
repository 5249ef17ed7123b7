# SPDX-License-Identifier: Apache-2.0
"""What a budget may do where a call does not fit: ask for a shorter answer (clamp), for another model (downgrade), hold
what is expected only (grow), refuse nothing (observe), refuse all (paused), limit each request; and what its caller is
told beside the answer."""
import re
import sqlite3

from lib.books import charges, shown, up, verified, within
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(90)


def refused(answer, code, *parts, status=402):
    expect((answer.status, answer.headers.get("x-should-retry")), (status, "false"), answer.body)
    error = answer.json["error"]
    expect(error["code"], code, error["message"])
    for part in parts:
        expect_in(part, error["message"])


def usd(answer, name):
    return round(float(answer.headers[f"x-costlens-{name}"]) * 1e9)


def told(mock):
    with Gateway(mock, extra="budgets:\n  - { name: all, limit: 1.00 }\n") as gateway:
        answer = gateway.chat(max_tokens=100)
        cost = up(gateway.rows(1)[0]["cost_pd"])
        expect((usd(answer, "remaining"), usd(answer, "held")), (10**9 - cost, 0), "a whole answer tells what is left")
        stream = gateway.chat(max_tokens=100, stream=True)
        expect_true(usd(stream, "held") > 0, "a stream holds as it begins")
        expect(usd(stream, "remaining"), 10**9 - cost - usd(stream, "held"))
        expect("x-costlens-max-tokens-injected" in stream.headers, False, "its caller said the most")
        free = gateway.chat()
        expect(free.headers["x-costlens-max-tokens-injected"], "4096", "nobody said the most, nor does the book")
        meant = gateway.chat(max_tokens="20")
        expect(meant.headers["x-costlens-max-tokens-injected"], "20", "a text is the number that it means")
        for most in (10**19, 1e30, "1e30"):  # it is not made less
            refused(gateway.chat(max_tokens=most), "cost_unbounded", "`max_tokens`", "lower it", status=400)
        verified(gateway)
    with Gateway(mock) as gateway:
        answer = gateway.chat()
        for name in ("remaining", "held", "max-tokens-injected"):
            expect(f"x-costlens-{name}" in answer.headers, False, "without a budget nothing is told of one")


def beyond_all(mock):
    """More than 64 bits hold is more than the window does: that is held, and what the caller said is sent as it is."""
    providers = f"  openai: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"
    with Gateway(mock, providers=providers, models=[], extra="budgets:\n  - { name: all, limit: 1.00 }\n") as gateway:
        held = []
        for most in (2**63 - 1, 10**19, 1e30):
            stream = gateway.chat(model="gpt-4o-mini", max_tokens=most, stream=True)
            held.append(usd(stream, "held"))
            expect("x-costlens-max-tokens-injected" in stream.headers, False, f"{most}: its caller said the most")
        expect_true(held[0] >= 0.6e-6 * 120000 * 1e9, f"nearly all of the window, 128,000 tokens: {held[0]}")
        expect_true(max(held) - min(held) < 10000, f"whatever way it is written: {held}")


def by_name(mock):
    """Who has OpenAI's prices by its name alone has its surcharges too: of the project's tier, of a search."""
    held = []
    for vendor in ("", ", vendor: openai"):
        providers = f"  openai: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY{vendor} }}\n"
        extra = "budgets:\n  - { name: all, limit: 1.00 }\n"
        with Gateway(mock, providers=providers, models=[], extra=extra) as gateway:
            held.append(usd(gateway.chat(model="gpt-4o-mini", max_tokens=1000, stream=True), "held"))
            searches = {"model": "gpt-4o-mini", "max_tokens": 10, "web_search_options": {}}
            if vendor:
                expect_true(usd(gateway.chat(stream=True, **searches), "held") >= 10_000_000, "a search has a fee")
            else:
                refused(gateway.chat(**searches), "cost_unbounded", "web_search_options", status=400)
    expect(held[0], held[1], "what a call holds")


def zero(mock):
    """0 may be no limit to who answers for a vendor by its name alone: then the most that is held is sent."""
    providers = f"  openai: {{ dialect: openai, vendor: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"
    with Gateway(mock, providers=providers, models=[], extra="budgets:\n  - { name: all, limit: 1.00 }\n") as gateway:
        answer = gateway.chat(model="gpt-4o-mini", max_tokens=0)
        expect((answer.status, answer.headers["x-costlens-max-tokens-injected"]), (200, "16384"), answer.body)
        refused(gateway.chat(model="gpt-4o-mini", n=2**64 + 1), "cost_unbounded", "`n`", status=400)
        verified(gateway)


def hoped(mock):
    """`max_completion_tokens`, which this provider may ignore: max_tokens of the same size goes with it, and is relied on."""
    with Gateway(mock, extra="budgets:\n  - { name: little, limit: 0.0002 }\n") as gateway:
        refused(gateway.chat(), "budget_exceeded", "little")
        for most in (3, 40):
            answer = gateway.chat(max_completion_tokens=most)
            expect((answer.status, answer.headers["x-costlens-max-tokens-injected"]), (200, str(most)), answer.body)
            expect_true(answer.json["usage"]["completion_tokens"] <= most, answer.body)
        refused(gateway.chat(max_completion_tokens=100000), "budget_exceeded", "little")
        verified(gateway)
    with Gateway(mock, extra="budgets:\n  - { name: all, limit: 1.00 }\n") as gateway:  # more than where nobody says it
        answer = gateway.chat(max_completion_tokens=10000)
        expect(answer.headers["x-costlens-max-tokens-injected"], "10000", "what was asked is not lowered")


def clamped(mock):
    with Gateway(mock, extra="budgets:\n  - { name: little, limit: 0.0002, clamp: true }\n") as gateway:
        answer = gateway.chat(max_completion_tokens=3)
        expect((answer.status, answer.headers["x-costlens-max-tokens-injected"]), (200, "3"), "never more than was asked")
        answer = gateway.chat(max_tokens=100000)
        expect(answer.status, 200, answer.body)
        most = int(answer.headers["x-costlens-max-tokens-injected"])
        expect_true(0 < most < 1000, f"it was lowered: {most}")
        tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
        refused(gateway.chat(max_tokens=100000, tools=[tool]), "budget_exceeded", "little")
        verified(gateway)


def downgraded(mock):
    extra = ("aliases:\n  fast: [bench/bench-model, bench/cheap]\n"
             "budgets:\n  - { name: dear, scope: { model: bench/bench-model }, limit: 0.0001, on_exceed: downgrade }\n")
    with Gateway(mock, extra=extra, models=["bench-model", "cheap"]) as gateway:
        answer = gateway.chat(model="fast", max_tokens=1000)
        expect((answer.status, answer.headers["x-costlens-model"]), (200, "bench/cheap"), answer.body)
        refused(gateway.chat(model="bench/bench-model", max_tokens=1000), "budget_exceeded", "dear")
        expect([row["model"] for row in gateway.rows(1)], ["cheap"])
        verified(gateway)


def grown(mock):
    with Gateway(mock, extra="budgets:\n  - { name: agent, limit: 0.01, hold: grow }\n") as gateway:
        # All that it may cost is 0.06 USD.
        refused(gateway.chat(max_tokens=100000), "budget_exceeded", "agent")
        stream = gateway.chat(max_tokens=100000, stream=True)
        expect(stream.status, 200, stream.body)
        expect_true(usd(stream, "held") < 1_000_000, "a stream holds the next tokens alone")
        verified(gateway)
        for fault in ("502", "504", "reset", "reset=head"):  # nobody knows what came of it: it has spent what it held
            gateway.chat(fault, headers={"x-mock-fault": fault}, max_tokens=100000, stream=True)
        until(lambda: shown(gateway, "agent")["held"] == "0.00", 5, "all have ended")
        lost = [row for row in gateway.rows(5) if row["sure"] == "captured"]
        expect_true(len(lost) >= 4, f"they are captured: {lost}")
        for row in lost:
            for held, charged, _ in charges(gateway)[row["request"].replace("-", "")]:
                expect_true(0 < held == charged < up(row["cost_pd"]), f"held {held}, charged {charged}: {row}")
        within(gateway)
        expect(gateway.chat(max_tokens=100000, stream=True).status, 200, "there is still room")
        verified(gateway)
    # 1,024 tokens are 0.0006144 USD: whatever may come beyond them is held when it is near.
    with Gateway(mock, extra="budgets:\n  - { name: short, limit: 0.0009, hold: grow }\n") as gateway:
        for most in (1000, 1025, 2048, 4000):
            expect((most, gateway.chat(max_tokens=most, stream=True, headers={"x-mock-fault": "tokens=5"}).status), (most, 200))
    long = {"headers": {"x-mock-fault": "tokens=9000"}, "max_tokens": 100000, "stream": True}
    with Gateway(mock, extra="budgets:\n  - { name: roomy, limit: 1.00, hold: grow }\n") as gateway:
        for _ in range(3):  # at full speed: it is read on when more is set aside
            expect_in("[DONE]", gateway.chat(**long).body.decode(), "it has room")
        verified(gateway)
    # It has room, which nobody can set aside: that is no empty budget.
    with Gateway(mock, extra="budgets:\n  - { name: roomy, limit: 1.00, hold: grow }\n") as gateway:
        expect_in("[DONE]", gateway.chat(**long).body.decode(), "as much again is set aside, and no more")
        holder = sqlite3.connect(gateway.store, isolation_level=None, timeout=5)
        holder.execute("BEGIN IMMEDIATE")
        text = gateway.chat(**dict(long, headers={"x-mock-fault": "tokens=60000"})).body.decode()
        holder.execute("ROLLBACK")
        holder.close()
        expect_in("no more is held for it", text)
        expect_in("budgets_unavailable", text)
        verified(gateway)
    # Two steps of 1,024 tokens (0.0006 USD each), and shorter ones from what is left.
    with Gateway(mock, extra="budgets:\n  - { name: narrow, limit: 0.0016, hold: grow }\n") as gateway:
        text = gateway.chat(**long).body.decode()
        expect_in("is used up: the answer is cut", text)
        expect_in('The budget \\"narrow\\": limit 0.0016 USD, spent 0.00, held by calls under way 0.001', text)
        expect_in("then reload.", text, "how to raise it")
        said = "".join(re.findall(r'"content":"([^"]*)"', text))
        expect_true(len(said) / 4 > 2300, f"it has all that is held for it: {len(said) / 4}")  # as it is estimated
        verified(gateway)


def observed(mock):
    with Gateway(mock, extra="budgets:\n  - { name: eye, limit: 0.00001, enforce: observe }\n") as gateway:
        expect([gateway.chat(max_tokens=1000).status for _ in range(3)], [200, 200, 200])
        total = sum(up(row["cost_pd"]) for row in gateway.rows(3))
        expect(int(gateway.sql("SELECT settled FROM account")[0]["settled"]), total, "it counts all the same")
        verified(gateway)
    # What has no price or no bound would be refused, too, however much is left.
    extra = "budgets:\n  - { name: eye, limit: 100.00, enforce: observe }\n"
    with Gateway(mock, extra=extra, models=["bench-model"]) as gateway:
        gateway.chat(max_tokens=10)
        gateway.messages(model="claude/nobody-knows", max_tokens=1)
        gateway.post("/v1/responses", {"model": "bench/bench-model", "input": "x", "previous_response_id": "resp_1",
                                       "max_output_tokens": 10})
        gateway.rows(3)
        expect(gateway.metrics()['costlens_budget_would_refuse{budget="eye",window="lifetime"}'], 2)


def refuses(mock):
    extra = ("budgets:\n  - { name: stop, scope: { tag:job: nightly }, limit: 1.00, paused: true }\n"
             "  - { name: single, per: request, limit: 0.001 }\n")
    with Gateway(mock, extra=extra, models=["bench-model"]) as gateway:
        refused(gateway.chat(headers={"x-costlens-tags": "job=nightly"}, max_tokens=1), "budget_exceeded", "paused",
                "take `paused` off in the configuration")
        refused(gateway.chat(max_tokens=10000), "budget_exceeded", "single", "no call cost more than 0.001 USD")
        expect(gateway.chat(max_tokens=10).status, 200)
        refused(gateway.messages(model="claude/nobody-knows", max_tokens=1), "price_unknown",
                "A budget cannot rely on its price. No price is known for it.", status=400)
        refused(gateway.post("/v1/responses", {"model": "bench/bench-model", "input": "x",
                                               "previous_response_id": "resp_1", "max_output_tokens": 10}),
                "cost_unbounded", "previous_response_id", status=400)


def crowded(mock):
    extra = "budgets:\n" + "".join(f"  - {{ name: b{i:02}, limit: 1.00 }}\n" for i in range(17))
    with Gateway(mock, extra=extra) as gateway:
        expect_in("17 budgets concern its calls", gateway.program.said.read_text())
        refused(gateway.chat(max_tokens=10), "budget_exceeded", "More than 16 budgets concern it", '"b00"',
                "Give some of them a narrower `scope`, or remove some")


def retried():
    """What an attempt that failed may have cost leaves no room for another one: its end is told."""
    # A 502 and its like are of somebody between, who does not know what came of the call.
    for free, dear in (("500+once", "reset+once"), ("503+once", "502+once"), ("529+once", "504+once"), ("501", "524+once")):
        extra = "budgets:\n  - { name: single, limit: 0.0002 }\n"
        with Mock() as mock, Gateway(mock, extra=extra, retries=2) as gateway:
            answer = gateway.chat("free", headers={"x-mock-fault": free}, max_tokens=50)
            expect(answer.status, 501 if free == "501" else 200, "one that was not billed leaves it")
            n = 1 if free == "501" else 2
            expect(gateway.rows(n)[0]["cost_pd"], 0, free)
            answer = gateway.chat(headers={"x-mock-fault": dear}, max_tokens=50)
            expect(answer.status, 502 if dear == "reset+once" else int(dear[:3]), "as it came")
            [row] = gateway.rows(n + 1)[n:]
            expect((row["attempt"], row["sure"]), (0, "captured"), dear)
            [(held, charged, _)] = charges(gateway)[row["request"].replace("-", "")]
            expect((charged, charged >= up(row["cost_pd"]) > 0), (held, True), "all that it held")
            refused(gateway.chat(max_tokens=50), "budget_exceeded", "single")
            verified(gateway)


with Mock() as server:
    told(server)
    beyond_all(server)
    by_name(server)
    zero(server)
    hoped(server)
    clamped(server)
    downgraded(server)
    grown(server)
    observed(server)
    crowded(server)
    refuses(server)
retried()
