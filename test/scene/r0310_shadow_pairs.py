# SPDX-License-Identifier: Apache-2.0
"""Shadow pairs: of a route's calls the other side is asked the same behind the client's back, the answers are
compared, by a judge that is asked twice where they differ, and what that costs is on a budget of its own."""
import json
import re
from decimal import Decimal

from lib.scene import Gateway, expect, expect_in, expect_true, limit, until
from lib.speaker import Speaker

limit(90)
ROUTES = """tiers:
  small: [bench/small]
  large: [bench/large]
routes:
  - name: support
    mode: certified  # without a certificate the large side is served
    small: small
    large: large
    shadow: { budget: 2.00, window: day, rate: 100%, judge: bench/judge }
  - { name: plain, small: small, large: large, shadow: { budget: 1, rate: 100%, judge: none } }
  - { name: quiet, small: small, large: large }
  - { name: careful, small: small, large: [bench/broken, bench/large], verify: [refusal],
      shadow: { budget: 1, rate: 100%, judge: none } }
  - { name: agreed, small: [bench/small, bench/second], large: large, verify: [{ agree: bench/second }],
      shadow: { budget: 1, rate: 100%, judge: none } }
  - { name: proven, mode: certified, small: [bench/small, bench/second], large: large, verify: [{ agree: bench/second }],
      shadow: { budget: 1, rate: 100%, judge: none } }
  - { name: apart, small: small, large: large, verify: [{ agree: bench/second }],
      shadow: { budget: 1, rate: 100%, judge: none } }
"""
MODELS = ["small", "second", "large", "judge", "broken"]
WORD = {"text": "TIE"}


def question(body):
    return body["messages"][-1]["content"]


def judge(body):
    """Always says which of both is the strong one's, or what the scene wants."""
    if WORD["text"] != "strong":
        return WORD["text"]
    parts = re.search(r"<answer A \w+>\n(.*?)\n</answer A", question(body), re.S)
    return "A" if parts.group(1).startswith("LARGE") else "Verdict: **B**"


def small(body):
    if "help" in question(body):
        return "I'm sorry, but I can't help with that."
    return "4" if "2+2" in question(body) else "small says so"


with Speaker({"small": small, "second": "The answer is 4", "broken": 503, "large": lambda b: "4" if "2+2" in question(b) else "LARGE says so", "judge": judge}) as speaker, \
        Gateway(speaker, extra=ROUTES, models=MODELS) as gateway:

    def pairs(count):
        """The pairs, once there are so many, oldest first."""
        return until(lambda: (lambda found: found if len(found) >= count else None)(gateway.sql(
            "SELECT lower(hex(id)) AS id, route, weak, strong, served_strong, propensity_ppm, judged, weak_ppm, "
            "strong_ppm, weak_pd, strong_pd, judge_pd FROM pair ORDER BY number")), 10, f"{count} pairs")

    # Both say the same: a tie, and nobody is asked to judge.
    answer = gateway.chat("2+2?", model="support")
    expect((answer.status, answer.headers["x-costlens-model"]), (200, "bench/large"))
    first = pairs(1)[0]
    # Of which calls it is, by whose judgement, and that no part of its route had been asked of.
    expect(gateway.sql("SELECT length(calls) AS n, doubts FROM pair"), [{"n": 16, "doubts": 0}])
    expect(first["id"], answer.headers["x-costlens-request-id"].replace("-", ""))
    expect((first["route"], first["weak"], first["strong"], first["served_strong"], first["propensity_ppm"]),
           ("support", "bench/small", "bench/large", 1, 1000000))
    expect((first["judged"], first["weak_ppm"], first["strong_ppm"]), (1, 1000000, 1000000))
    expect(speaker.of("judge"), [])
    asked = [{k: v for k, v in body.items() if k not in ("model", "max_tokens", "max_completion_tokens")}
             for body in speaker.asked]
    expect(asked[0], asked[1], "the other side is asked the same")

    # The cost of each stands in the pair as in the ledger; the shadow's row says what it is, and is of its own key.
    rows = {row["model"]: row for row in gateway.calls(2)}
    expect((rows["small"]["route"], rows["small"]["key"]), ("shadow support: small", "shadow:support"))
    expect((first["weak_pd"], first["strong_pd"], first["judge_pd"]),
           (rows["small"]["cost_pd"], rows["large"]["cost_pd"], 0))
    expect(gateway.sql("SELECT value FROM tag WHERE name = 'shadow'"),
           [{"value": "support"}])

    # They differ: the judge sees both orders. Its first answer alone, whatever that is, is a tie, and told apart.
    judged = 0
    for word, by, weak, strong in (("A", 5, 1000000, 1000000), ("TIE", 3, 1000000, 1000000), ("strong", 3, 0, 1000000)):
        WORD["text"] = word
        expect(gateway.chat("why?", model="support").status, 200)
        judged += 1
        pair = pairs(1 + judged)[-1]
        expect((pair["judged"], pair["weak_ppm"], pair["strong_ppm"]), (by, weak, strong), word)
        asked = [question(body) for body in speaker.of("judge")[-2:]]
        expect(len(speaker.of("judge")), 2 * judged)
        for text, order in zip(asked, (("small", "LARGE"), ("LARGE", "small"))):
            expect_true(text.index(f"{order[0]} says so") < text.index(f"{order[1]} says so"), "their order")
            expect_in("why?", text)
    expect_true(pair["judge_pd"] > 0, "the judge's cost")

    # A stream is compared like any other answer, and passes as it came.
    WORD["text"] = "strong"
    streamed = gateway.chat("why?", model="support", stream=True)
    expect("".join(e["choices"][0]["delta"].get("content", "") for e in streamed.events if e != "[DONE]"),
           "LARGE says so")
    expect(streamed.events[-1], "[DONE]")
    pair = pairs(5)[-1]
    expect((pair["judged"], pair["weak_ppm"], pair["strong_ppm"]), (3, 0, 1000000))

    # What its caller says of the answer goes over the judge's word.
    rated = gateway.post("/costlens/v1/feedback",
                         {"request_id": streamed.headers["x-costlens-request-id"], "score": 0.5})
    expect(rated.status, 200)
    expect_in('"judged":"feedback","weak_quality":"0","strong_quality":"0.5"',
              gateway.costlens("route", "pairs", "support", "--json").stdout)

    expect_in('"judged":"contradicted"', gateway.costlens("route", "pairs", "support", "--json").stdout)
    expect_in("its judge contradicted itself in 1 of 3 verdicts", gateway.costlens("route", "status", "support").stdout)

    # A judge that says nothing of use: the pair is there, unjudged.
    WORD["text"] = "I cannot say"
    expect(gateway.chat("why?", model="support").status, 200)
    expect(pairs(6)[-1]["judged"], 0)
    expect_in('"judged":"not"', gateway.costlens("route", "pairs", "support", "--json").stdout)

    # Whichever side was served, the other one is the shadow. Nobody judges.
    before = len(speaker.of("judge"))
    served = gateway.chat("why?", model="plain").headers["x-costlens-model"]
    pair = pairs(7)[-1]
    expect((pair["route"], pair["served_strong"], pair["judged"]), ("plain", int(served == "bench/large"), 0))
    expect(len(speaker.of("judge")), before)
    # A route without `shadow` has none.
    expect(gateway.chat("why?", model="quiet").status, 200)

    # What was escalated is none, whichever model of the large side has answered then.
    escalated = gateway.chat("help!", model="careful")
    expect((escalated.headers["x-costlens-model"], escalated.headers["x-costlens-attempts"]), ("bench/large", "3"))
    expect(escalated.headers["x-costlens-reason"], "route careful: escalated")
    expect(gateway.chat("2+2?", model="careful").headers["x-costlens-model"], "bench/small")
    until(lambda: gateway.metric("costlens_shadow_pairs_total") >= 9, 10, "the other call was compared")
    expect(len(pairs(7)), 7, "its other side is broken")

    # What cannot be shown, or would be done twice, is not compared: several answers, images, what is long.
    image = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}, {"type": "text", "text": "?"}]
    seen = len(speaker.asked)
    for body in ({"n": 2}, {"messages": [{"role": "user", "content": image}]},
                 {"messages": [{"role": "user", "content": "x" * 300000}]}):
        speaker.says["large"] = "LARGE says so"
        answer = gateway.chat(model="support", **body)
        expect(answer.status, 200, answer.body[:300])
    expect(len(speaker.asked), seen + 3)

    # The route's status tells of them, too.
    def drawn(route):
        [status] = json.loads(gateway.costlens("route", "status", route, "--json").stdout)["routes"]
        return {one["result"]: one["calls"] for one in status["drawn"]}
    expect(drawn("support"), {"pair": 5, "unjudged": 1, "unfit": 3})
    expect(drawn("careful"), {"failed": 1, "escalated": 1})
    expect_in("3 were not to be compared (unfit): It has several answers,", gateway.costlens("route", "status", "support").stdout)

    # What they cost is on the budget of the route, and reports show it.
    spent = {b["name"]: b for b in json.loads(gateway.costlens("budget", "list", "--json").stdout)["budgets"]}
    expect_true("shadow:support" in spent and "shadow:plain" in spent, str(spent))
    total = gateway.sql("SELECT sum(cost_pd) AS pd FROM calls WHERE key = 'shadow:support'")[0]["pd"]
    expect_true(total > 0, "the shadows' cost")
    # And of what the route saved it is taken off: nothing, here, where the large side served all.
    [status] = json.loads(gateway.costlens("route", "status", "support", "--json").stdout)["routes"]
    served = {name: round(Decimal(status["served"][name]) * 10 ** 12) for name in ("saved_usd", "shadow_usd", "saved_net_usd")}
    expect(served, {"saved_usd": 0, "shadow_usd": total, "saved_net_usd": -total})
    [status] = json.loads(gateway.costlens("route", "status", "support", "--since", "2000-01-01", "--json").stdout)["routes"]
    expect((status["served"]["since"], status["served"]["small_share"]), ("2000-01-01T00:00:00Z", "0.00"))
    wrong = gateway.costlens("route", "status", "--since", "soon", check=False)
    expect((wrong.returncode, "soon is no time" in wrong.stderr), (2, True))
    report = gateway.report("--by", "key")
    expect_true(any(row.get("key") == "shadow:support" for row in report["rows"]), str(report)[:500])
    expect(gateway.metric("costlens_shadow_pairs_total", result="pair"), 5)
    expect(gateway.metric("costlens_shadow_pairs_total", result="unjudged"), 2)
    expect(len(gateway.sql("SELECT 1 FROM pair")), 7, "no call has two, and quiet has none")

    # A second model that agrees is given: the pair is its, at its cost; and there is none where it is of no side.
    for route in ("apart", "agreed"):
        answer = gateway.chat("2+2?", model=route)
        expect((answer.headers["x-costlens-model"], answer.headers["x-costlens-attempts"]), ("bench/second", "2"), route)
    pair = pairs(8)[-1]
    expect((pair["route"], pair["weak"], pair["strong"], pair["served_strong"]), ("agreed", "bench/second", "bench/large", 0))
    [row] = [row for row in gateway.rows() if row["request"].replace("-", "") == pair["id"] and row["model"] == "second"]
    expect(pair["weak_pd"], row["cost_pd"])
    expect(len(gateway.sql("SELECT 1 FROM pair WHERE route = 'apart'")), 0)
    expect(drawn("apart"), {"unfit": 1})

    # So it is where the large side was served: had it gone to the small one, no other answer would have been given.
    expect(gateway.chat("2+2?", model="proven").headers["x-costlens-model"], "bench/large")
    pair = pairs(9)[-1]
    expect((pair["route"], pair["weak"], pair["strong"], pair["served_strong"]), ("proven", "bench/second", "bench/large", 1))

    # No text of them is kept.
    for path in gateway.state.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for text in (b"says so", b"2+2"):
                expect_true(text not in data, f"{text} is in {path.name}")

    # What a judge has said speaks for and against itself only: another one has said nothing yet, and the first one again has.
    def verdicts(judge):
        gateway.file.write_text(gateway.config().replace("judge: bench/judge", f"judge: {judge}"))
        held = gateway.program.errors().count("the new configuration holds")
        gateway.program.signal(1)
        until(lambda: gateway.program.errors().count("the new configuration holds") > held, 10, f"{judge} judges")
        said = json.loads(gateway.costlens("route", "status", "support", "--json").stdout)["routes"][0]
        return said["verdicts"], said["contradicted"], said["pairs"]

    before = verdicts("bench/judge")
    expect(before[1], 1)
    expect(verdicts("bench/second"), (0, 0, before[2]))
    expect(verdicts("bench/judge"), before)
