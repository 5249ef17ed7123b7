# SPDX-License-Identifier: Apache-2.0
"""Several keys of a provider take turns by their weights; one that is refused or limited is left out, at once and until
its time has come. What a provider tells of its rate limits is kept before it bites."""
import json
import re
from collections import Counter

from lib.scene import PRICES, Gateway, Mock, expect, expect_in, expect_true, limit, until
from lib.strange import Strange

limit(60)
KEYS = {f"KEY_{name}": f"sk-secret-of-{name.lower()}-0123456789" for name in "ABC"}
DONE = {"id": "x", "object": "chat.completion", "model": "bench-model", "usage": {"prompt_tokens": 10, "completion_tokens": 5},
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Yes."}}]}
PRICE = "".join(f"  - {{ model: \"{name}/*\", input_per_mtok: {PRICES['input']}, output_per_mtok: {PRICES['output']} }}\n"
                for name in ("many", "spare", "calm"))


class House:
    """A provider that says to each key what it is told to: a status, an error, fields of its head."""

    def __init__(self):
        self.said, self.seen = {}, []

    def __call__(self, head):
        token = re.search(rb"(?i)\r\nauthorization: bearer (\S+)", head)[1].decode()
        name = {v: k[-1] for k, v in KEYS.items()}.get(token, "?")
        self.seen.append(name)
        status, error, fields = self.said.get(name, (200, None, ""))
        text = json.dumps({"error": {"message": f"{error} for {token}", "code": error}} if error else DONE)
        return (f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
                f"{fields}Connection: close\r\n\r\n{text}").encode()

    def took(self):
        seen, self.seen = self.seen, []
        return Counter(seen)


def rate(after):
    return (429, "rate_limit_exceeded", f"Retry-After: {after}\r\n")


def left(requests, reset="1h", tokens=None):
    more = f"x-ratelimit-limit-tokens: 60000\r\nx-ratelimit-remaining-tokens: {tokens}\r\nx-ratelimit-reset-tokens: 1h\r\n"
    return (f"x-ratelimit-limit-requests: 60\r\nx-ratelimit-remaining-requests: {requests}\r\n"
            f"x-ratelimit-reset-requests: {reset}\r\n{more if tokens is not None else ''}")


house = House()
with Mock() as mock, Strange(house) as strange:
    keys = "keys: [{ key: env:KEY_A, weight: 2 }, env:KEY_B, env:KEY_C]"
    providers = (f"  many: {{ dialect: openai, url: {strange.url}/v1, {keys}, retries: 0 }}\n"
                 f"  calm: {{ dialect: openai, url: {strange.url}/v1, key: env:KEY_C, retries: 0 }}\n"
                 f"  spare: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY }}\n")
    extra = PRICE + "aliases:\n  both: [many/both, spare/other]\n  soon: [calm/soon, spare/other]\n  long: [calm/long, spare/other]\n"
    extra += "  huge: [calm/huge, spare/other]\n  again: [calm/again, spare/other]\n"
    with Gateway(mock, providers=providers, extra=extra, models=[], environment=KEYS) as gateway:
        def ask(model, count=1, text="hello"):
            got = [gateway.chat(text, model=model) for _ in range(count)]
            return got[0] if count == 1 else got

        # By their weights.
        expect({a.status for a in ask("many/m", 40)}, {200})
        expect(house.took(), {"A": 20, "B": 10, "C": 10})

        # A name that nobody serves gets no standing, however many callers invent: models that are served need theirs.
        house.said = dict.fromkeys("ABC", (404, "model_not_found", ""))
        expect({a.status for a in (gateway.chat(model=f"many/invented-{n}") for n in range(20))}, {404})
        expect(house.took(), {"A": 10, "B": 5, "C": 5})
        house.said = {}
        expect_true("invented" not in gateway.costlens("provider", "status").stdout, "no standing")

        # A limited key: another one is taken at once, and it is left out from then on.
        house.said["A"] = rate(3600)
        answers = ask("many/m", 12)
        expect({a.status for a in answers}, {200})
        took = house.took()
        expect(took["A"], 1, "it is asked once")
        expect(sum(took.values()), 13)
        [twice] = [a for a in answers if a.headers["x-costlens-attempts"]]
        expect(twice.headers["x-costlens-attempts"], "2")
        call = twice.headers["x-costlens-request-id"]
        gateway.rows(60 + 13)
        rows = [r for r in gateway.rows() if r["request"] == call]
        expect([(r["http_status"], r["route"], r["followed"]) for r in rows],
               [(429, "asked", 1), (200, "other key", 0)])
        # A spent one, and one that is refused: whichever call meets them gets its answer.
        house.said["B"] = (429, "insufficient_quota", "")
        expect({a.status for a in ask("many/m", 6)}, {200})
        expect(house.took()["B"], 1)
        house.said["B"] = house.said["A"] = (401, "invalid_api_key", "")
        expect({a.status for a in ask("many/refused", 20)}, {200})
        took = house.took()
        expect((took["A"], took["B"], took["C"]), (3, 3, 20), "three in a row, then it is left out")
        [status] = [line for line in gateway.costlens("provider", "status").stdout.splitlines() if line.split()[:2] == ["many", "refused"]]
        expect_in("asked; refused with key 1, 2", status)
        expect(status.split()[3:5], ["20", "6"], "answered and failed")
        expect([gateway.metric("costlens_key_refused", model="refused", key=str(n)) for n in (1, 2, 3)], [1, 1, 0])
        until(lambda: gateway.program.errors().count("refuses its key") == 2, what="one word of each")
        told = [json.loads(line) for line in gateway.program.errors().splitlines() if "refuses its key" in line]
        expect(sorted((line["level"], line["model"], line["key"]) for line in told),
               [("warn", "refused", 1), ("warn", "refused", 2)])
        # All are: their error is told without any of them; an alias goes elsewhere, without asking.
        house.said = dict.fromkeys("ABC", rate(3600))
        answer = ask("many/none")
        expect(answer.status, 429)
        expect_in("*" * 20, answer.json["error"]["message"])
        expect(house.took(), {"A": 1, "B": 1, "C": 1})
        expect(answer.headers["x-costlens-attempts"], "3")
        for secret in KEYS.values():
            expect_true(secret.encode() not in answer.body, "no key is told")
            expect_true(secret not in gateway.program.errors(), "nor logged")
        answer = ask("both")
        expect((answer.status, answer.headers["x-costlens-model"], answer.headers["x-costlens-attempts"]),
               (200, "spare/other", "4"))
        house.took()
        answer = ask("both")
        expect((answer.headers["x-costlens-model"], answer.headers["x-costlens-attempts"]), ("spare/other", None))
        expect(house.took(), {})

        # Rate limits, before they bite: two calls are left, and a long one has too many tokens.
        house.said = {"C": (200, None, left(2))}
        expect([ask("soon").headers["x-costlens-model"] for _ in range(2)], ["calm/soon"] * 2)
        house.said = {"C": (200, None, left(0))}
        expect([ask("soon").headers["x-costlens-model"] for _ in range(3)], ["calm/soon", "spare/other", "spare/other"])
        # Some say with an answer, too, when to come again; and a proxy in front of them has limits of its own.
        house.said = {"C": (200, None, "Retry-After: 600\r\n" + left(0) + "RateLimit-Remaining: 999\r\n")}
        expect([ask("again").headers["x-costlens-model"] for _ in range(2)], ["calm/again", "spare/other"])
        # The provider says that a call is larger than its limit: the next target, and nothing of it for other calls.
        house.took()
        house.said = {"C": (413, "rate_limit_exceeded", "")}
        for _ in range(2):
            answer = ask("huge")
            expect((answer.headers["x-costlens-model"], answer.headers["x-costlens-attempts"]), ("spare/other", "2"))
        expect(house.took(), {"C": 2})
        expect(ask("calm/huge").status, 413, "nobody else can be asked")
        house.said = {}
        expect(ask("huge").headers["x-costlens-model"], "calm/huge")
        house.said = {"C": (413, "rate_limit_exceeded", "Retry-After: 30\r\n" + left(50, tokens=60000))}  # and what it is
        expect(ask("huge", text="word " * 60000).headers["x-costlens-attempts"], "2")
        house.took()
        expect(ask("huge", text="word " * 60000).headers["x-costlens-attempts"], None)
        expect(house.took(), {})
        # A call larger than the whole limit, all of which is left: elsewhere, where there is another target.
        house.said = {"C": (200, None, left(50, tokens=60000))}
        expect(ask("long").headers["x-costlens-model"], "calm/long")
        house.took()
        larger = "word " * 60000
        expect([ask("long", text=larger).headers["x-costlens-model"] for _ in range(2)], ["spare/other"] * 2)
        expect(house.took(), {})
        expect(ask("calm/long", text=larger).status, 200, "nobody else can be asked")
        house.said = {"C": (200, None, left(50, tokens=500))}
        expect([ask("long").headers["x-costlens-model"] for _ in range(2)], ["calm/long"] * 2)
        expect(ask("long", text="word " * 800).headers["x-costlens-model"], "spare/other")
        expect(ask("long").headers["x-costlens-model"], "calm/long")
        expect(ask("calm/soon").status, 200, "who names it alone is served: its provider knows better")

        told = json.loads(gateway.costlens("provider", "status", "--json").stdout)["providers"]
        models = {f"{p['name']}/{m['model']}": m for p in told for m in p["models"]}
        left_of = models["calm/long"]["keys"][0]["left"]  # it fills evenly, from what was told on
        expect_true(50 <= left_of["requests"] < 100 and 500 <= left_of["tokens"] < 5000, left_of)
        expect([k["key"] for k in models["many/none"]["keys"]], [1, 2, 3])
        expect((models["many/none"]["bar"], models["many/none"]["breaker"]), ("it was told to come later", "closed"))
        expect_true(all(k["wait_ms"] > 3_500_000 for k in models["many/none"]["keys"]), "each is told to come in an hour")
        shown = gateway.metric("costlens_ratelimit_remaining", model="long", key="1", of="tokens")
        expect_true(500 <= shown < 5000, shown)
        listed = json.loads(gateway.costlens("provider", "list", "--json").stdout)["providers"]
        expect({p["name"]: p["keys"] for p in listed}, {"many": 3, "calm": 1, "spare": 1})
        expect(gateway.costlens("ledger", "verify").returncode, 0)
