# SPDX-License-Identifier: Apache-2.0
"""Why a route's call went where it went is told in its answer and kept with it: `costlens route explain` shows what of
the match fits, the candidates, what could not be used and why, each attempt, and what was saved."""
import json
import re

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)
EXTRA = """  - { model: big/large-a, input_per_mtok: 15, output_per_mtok: 60 }
tiers:
  small: ["bench/small-a+503", bench/small-b]
  large: [claude/claude-sonnet-5-5, big/large-a, big/large-b]
routes:
  - name: support
    match: { tag: { feature: support }, header: { x-tier: "*" }, regex: "^hel+o", max_tokens_in: 100 }
    small: small
    large: large
  - { name: plain, small: bench/small-b, large: big/large-a }
  - { name: unpriced, small: bench/small-b, large: big/large-b }
  - { name: one, small: bench/small-b }
"""


def providers(mock):
    def one(name, models):
        return (f"  {name}: {{ dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY, models: [{models}], "
                "retries: 0 }\n")
    return (one("bench", '"small-a+503", small-b') + one("big", "large-a, large-b") +
            f"  claude: {{ dialect: anthropic, vendor: anthropic, url: {mock.url}, key: env:SCENE_UPSTREAM_KEY }}\n")


def usd(text):
    whole, _, part = text.lstrip("-").partition(".")
    return (-1 if text.startswith("-") else 1) * int(whole + part.ljust(12, "0"))


with Mock() as mock, Gateway(mock, providers(mock), extra=EXTRA, models=["small-a", "small-b"],
                             keys=["{ name: open, token: open-open-open-open, models: [\"bench/*\", big/large-b] }"]
                             ) as gateway:
    def decision(answer):
        told = json.loads(gateway.costlens("route", "explain", answer.headers["x-costlens-request-id"], "--json").stdout)
        return [attempt["decision"] for attempt in told["attempts"]]

    # The small side answers: what the same tokens would have cost at the large one's first.
    answer = gateway.chat(model="plain")
    expect(answer.headers["x-costlens-reason"], "route plain: small, rules")
    used = answer.json["usage"]
    large = used["prompt_tokens"] * 15_000_000 + used["completion_tokens"] * 60_000_000
    expect(usd(answer.headers["x-costlens-saved"]), large - usd(answer.headers["x-costlens-cost"]))
    [of_plain] = decision(answer)
    # To the last place: nothing of it is rounded.
    text = gateway.costlens("route", "explain", answer.headers["x-costlens-request-id"]).stdout
    shown = re.search(r"^saved +([0-9.]+) USD: .* would have cost ([0-9.]+) USD", text, re.M)
    expect([usd(shown.group(n)) for n in (1, 2)], [large - usd(answer.headers["x-costlens-cost"]), large])
    expect((of_plain["route"], of_plain["mode"], of_plain["side"], of_plain["reason"], of_plain["match"]),
           ("plain", "rules", "small", "rules", "asked for by its name"))
    expect(usd(of_plain["large_usd"]), large)
    expect([(c["model"], c["side"], c["chosen"]) for c in of_plain["candidates"]],
           [("bench/small-b", "small", True), ("big/large-a", "large", False)])

    # What fails is followed: each attempt has its own, the first one all candidates.
    answer = gateway.chat(model="auto", headers={"x-costlens-tags": "feature=support", "x-tier": "x"})
    expect(answer.headers["x-costlens-reason"], "route support: fallback")
    first, second = decision(answer)
    expect(first["match"], "tag feature=support, header x-tier, text as its pattern wants it, 3 tokens in (up to 100)")
    expect([c["model"] for c in first["candidates"]],
           ["bench/small-a+503", "bench/small-b", "claude/claude-sonnet-5-5", "big/large-a", "big/large-b"])
    expect(([c["model"] for c in first["candidates"] if c["chosen"]], first["large_usd"]), (["bench/small-a+503"], None))
    expect([(c["model"], c["chosen"]) for c in second["candidates"]], [("bench/small-b", True)])
    expect(second["reason"], "fallback")
    text = gateway.costlens("route", "explain", answer.headers["x-costlens-request-id"]).stdout
    expect(first["traits"][:2], "83")
    expect_true("traits" not in second, "what it looked like stands in the first one's")
    for part in ("support (rules): tag feature=support, header x-tier, text as", "small first: rules", "attempt 2",
                 "what it looked like, by weight in the shipped model",
                 "bench/small-b: route support: fallback", "saved "):
        expect_in(part, text)

    # What the key may not use is told, and is not compared with.
    answer = gateway.chat(model="support", headers={"Authorization": "Bearer open-open-open-open"})
    told = decision(answer)
    expect([(c["model"], c["out"]) for c in told[0]["candidates"] if "out" in c],
           [("claude/claude-sonnet-5-5", "dialect"), ("big/large-a", "key")])
    expect(told[-1]["large_usd"], None)  # the one that may be used has no price
    narrow = gateway.chat(model="one")
    expect_true("x-costlens-saved" not in narrow.headers, "there is no large side")
    answer = gateway.chat(model="unpriced")
    expect_true("x-costlens-saved" not in answer.headers, "its large side has no price")
    expect_in("not known", gateway.costlens("route", "explain", answer.headers["x-costlens-request-id"]).stdout)

    # A stream tells why, and its ledger what it saved.
    answer = gateway.chat(model="plain", stream=True)
    expect(answer.headers["x-costlens-reason"], "route plain: small, rules")
    expect_true("x-costlens-saved" not in answer.headers, "it is not known yet")
    expect_true(usd(decision(answer)[0]["large_usd"]) > 0, "a stream is compared, too")

    # What a route saved, of its calls of which that is known.
    report = gateway.report("--by", "route")
    rows = {row["route"]: row for row in report["rows"]}
    expect(sorted(rows), ["one", "plain", "support", "unpriced"])
    plain = rows["plain"]
    expect((plain["requests"], plain["small_share"], plain["escalated"], plain["saved_unknown"]), (2, "1.00", 0, 0))
    expect_true(usd(plain["saved_usd"]) > usd(of_plain["large_usd"]) - usd(plain["cost_usd"]), "of both calls")
    expect((plain["shadow_usd"], plain["saved_net_usd"]), ("0.00", plain["saved_usd"]))
    expect((rows["unpriced"]["saved_usd"], rows["unpriced"]["saved_unknown"]), (None, 1))
    expect((rows["support"]["requests"], rows["support"]["retries"]), (2, 2))
    table = gateway.costlens("report", "--by", "route").stdout
    for part in ("ROUTE", "TO SMALL", "SAVED NET"):
        expect_in(part, table)

    # A model that is named is no route's.
    answer = gateway.chat(model="big/large-a")
    expect_true("x-costlens-reason" not in answer.headers, "no route chose")
    done = gateway.costlens("route", "explain", answer.headers["x-costlens-request-id"], check=False)
    expect((done.returncode, "no route chose" in done.stderr), (1, True))
    done = gateway.costlens("route", "explain", answer.headers["x-costlens-request-id"], "--json", check=False)
    expect((done.returncode, "no route chose" in done.stderr), (1, True))

    # A route without pairs has none; what is no route is none.
    expect(json.loads(gateway.costlens("route", "pairs", "support", "--json").stdout), {"pairs": []})
    done = gateway.costlens("route", "pairs", "nope", check=False)
    expect((done.returncode, "no route is called nope" in done.stderr), (1, True))
