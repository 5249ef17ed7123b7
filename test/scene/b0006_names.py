# SPDX-License-Identifier: Apache-2.0
"""Which model a name means: with its provider, bare, by alias, by the book; and what is answered."""
from lib.scene import Gateway, Mock, expect, expect_in, expect_true

LONG = ["é" * 120 + end for end in "abcd"]

with Mock() as mock:
    providers = (f"  closed: {{ dialect: openai, url: \"{mock.url}/v1\", models: [own, a/b, {', '.join(LONG)}] }}\n"
                 f"  open: {{ dialect: openai, vendor: openai, url: \"{mock.url}/v1\" }}\n"
                 f"  some: {{ dialect: openai, vendor: openai, url: \"{mock.url}/v1\", models: [\"gpt-4o*\"] }}\n"
                 f"  claude: {{ dialect: anthropic, vendor: anthropic, url: \"{mock.url}\" }}\n")

    class Named(Gateway):
        def config(self):
            text = super().config()
            return text[:text.index("prices:\n")] + ("aliases:\n  fast: [closed/own]\n  mini: [open/gpt-4o, closed/own]\n"
                                                     "  either: [claude/claude-x, open/gpt-4o]\n  theirs: [claude/claude-x]\n"
                                                     "prices:\n  - { model: closed/own, free: true }\n"
                                                     "  - { model: open/gpt-4o, input_per_mtok: 1 }\n"
                                                     "  - { model: open/our-own, input_per_mtok: 1 }\n"
                                                     "  - { model: claude/claude-x, input_per_mtok: 7 }\n")

    more = f"  more: {{ dialect: openai, vendor: groq, url: \"{mock.url}/v1\" }}\n"
    with Named(mock, providers=providers) as gateway:
        def asked(model):
            answer = gateway.chat("x", model=model)
            return answer.status, answer.headers["x-costlens-model"], answer
        expect(asked("closed/own")[:2], (200, "closed/own"))
        expect(asked("own")[:2], (200, "closed/own"))
        expect(asked("closed/a/b")[:2], (200, "closed/a/b"))
        expect(asked("fast")[:2], (200, "closed/own"))
        expect(asked("gpt-4o-mini")[:2], (200, "open/gpt-4o-mini"))
        expect(asked("open/never-heard-of")[:2], (200, "open/never-heard-of"))
        status, _, answer = asked("closed/other")
        expect(status, 404)
        expect(answer.json["error"]["code"], "model_not_found")
        # What nobody lists goes to the only open one of the caller's dialect.
        expect(asked("nobody-has-this")[:2], (200, "open/nobody-has-this"))
        expect(gateway.messages("x", model="nobody-has-this").headers["x-costlens-model"], "claude/nobody-has-this")
        states = {r["model"]: r["price_state"] for r in gateway.rows(8)}
        expect(states["own"], "free")
        expect(states["gpt-4o-mini"], "priced")
        expect((states["never-heard-of"], states["nobody-has-this"]), ("unpriced", "unpriced"))
        nulls = [r for r in gateway.rows() if r["price_state"] == "unpriced"]
        expect_true(all(r["cost_pd"] is None for r in nulls), "an unknown price is not nothing")

        # An alias has the prices of its first target, which is named.
        both = {m["id"]: m for m in gateway.request("GET", "/v1/models").json["data"]}
        for alias, target in (("fast", "closed/own"), ("mini", "open/gpt-4o")):
            one = gateway.request("GET", f"/v1/models/{alias}").json
            expect(one, both[alias], "the same in the list")
            expect((one["first_target"], one["pricing"]), (target, both[target]["pricing"]), alias)
        expect(both["mini"]["pricing"]["input_per_mtok"], "1")
        expect(both["fast"]["pricing"], {"free": True})
        expect_true("first_target" not in both["open/gpt-4o"], "only an alias has one")

        # It is the first of the caller's dialect; where there is none, of the one that it is to be asked in.
        claude = {"anthropic-version": "2023-06-01"}
        for headers, name, target, price in (({}, "either", "open/gpt-4o", "1"), (claude, "either", "claude/claude-x", "7"),
                                             ({}, "theirs", "claude/claude-x", "7")):
            one = gateway.request("GET", f"/v1/models/{name}", headers=headers).json
            expect((one["first_target"], one["pricing"]["input_per_mtok"]), (target, price), f"{name} {headers}")

        # The list has models, not patterns; what is served can be asked about by itself.
        listed = [m["id"] for m in gateway.request("GET", "/v1/models").json["data"]]
        expect_true(not [m for m in listed if "*" in m], "no pattern in the list")
        for name in ("fast", "closed/own", "closed/a/b", "open/gpt-4o", "open/our-own", "open/gpt-4o-mini",
                     "some/gpt-4o", "some/gpt-4o-mini"):
            expect_true(name in listed, f"{name} in the list")
        expect(len(listed), len(set(listed)), "each once")
        expect_true("some/o1" not in listed, "of a pattern only what fits")
        for path, name in (("closed/a/b", "closed/a/b"), ("closed%2Fa%2fb", "closed/a/b"), ("a%2Fb", "closed/a/b"),
                           ("own", "closed/own"), ("some/gpt-4o", "some/gpt-4o"), ("some/gpt-4o-new", "some/gpt-4o-new"),
                           ("some/gpt-4o%20new", "some/gpt-4o new"), ("open/never-heard-of", "open/never-heard-of")):
            one = gateway.request("GET", f"/v1/models/{path}")
            expect((one.status, one.json.get("id")), (200, name), path)
        for path in ("closed/other", "some/o1", "%zz", "closed%2"):
            expect(gateway.request("GET", f"/v1/models/{path}").status, 404, path)

        # A name that nobody has gets near ones, asked about or called.
        def is_near(gateway, name, near):
            for answer in (gateway.request("GET", f"/v1/models/{name}"), gateway.chat("x", model=name)):
                expect(answer.status, 404)
                expect_in(f"Did you mean {near}", answer.json["error"]["message"])
        is_near(gateway, "closed/owm", "closed/own")

        # All of them, however long.
        message = asked(f"closed/{'é' * 120}x")[2].json["error"]["message"]
        for name in LONG[:3]:
            expect_in(name, message)

        # The answer names another model than was asked: the row says which, and its price counts.
        gateway.chat("x", model="gpt-4o-mini", headers={"x-mock-fault": "dated"})
        row = gateway.rows(9)[-1]
        expect(row["model_answered"], "gpt-4o-mini-2026-01-01")
        expect(row["model"], "gpt-4o-mini")
        expect_true(gateway.report()["total"]["unpriced"] >= 1, "the report counts the unpriced")
        expect_in("never-heard-of", str(gateway.report()["rows"]))

    # Several could have it: the name's provider has to be said.
    with Named(mock, providers=providers + more) as gateway:
        is_near(gateway, "o3-minii", "open/o3-mini, ")
        message = gateway.post("/v1/responses", {"model": "gpt-6.2-sol", "input": "x"}).json["error"]["message"]
        expect_in('"gpt-6.2-sol" is on no provider\'s list.', message)
        expect_in("open/gpt-6.2-sol goes to open unpriced.", message)
        expect(gateway.chat("x", model="open/gpt-6.2-sol").headers["x-costlens-model"], "open/gpt-6.2-sol")
