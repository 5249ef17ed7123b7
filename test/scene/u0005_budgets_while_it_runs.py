# SPDX-License-Identifier: Apache-2.0
"""Verbs of budgets beside calls: what is held is seen while it is, and a change holds for the next call at once."""
import concurrent.futures
import json

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(60)


def shown(gateway, name):
    return json.loads(gateway.costlens("budget", "show", name, "--json").stdout)["budget"]


with Mock(ttft="1500ms") as mock, Gateway(mock) as gateway:
    gateway.costlens("budget", "set", "few", "--limit", "1", "--scope", "key=scene")

    # One is under way: it is held, and not spent.
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(gateway.chat, "hi", max_tokens=200)
        held = until(lambda: next((b for b in [shown(gateway, "few")] if b["held"] != "0.00"), None), 5, "a hold")
        expect(held["spent"], "0.00")
        note = gateway.costlens("budget", "set", "few", "--limit", held["held"]).stderr
        expect_in(f"0.00 USD of it are spent and {held['held']} held by calls under way", note)
        expect_in("is refused until such a call ends for less than it holds, or it is raised", note)
        gateway.costlens("budget", "set", "few", "--limit", held["limit"])
        expect_in("few ", gateway.costlens("budget", "list").stdout)
        expect(call.result().status, 200)
    budget = shown(gateway, "few")
    expect((budget["held"], budget["accounts"]), ("0.00", 1))
    expect_true(float(budget["spent"]) > 0, "it is spent")
    spent = budget["spent"]

    # A limit below what is spent is taken, says what follows, and holds for the next call.
    expect_in(f"{spent} USD of it are spent, and its limit is 0.00: every call there is refused until it is raised",
              gateway.costlens("budget", "set", "few", "--limit", "0").stderr)
    refused = gateway.chat("hi")
    expect((refused.status, refused.json["error"]["code"]), (402, "budget_exceeded"))
    gateway.costlens("budget", "raise", "few", "1")
    expect(gateway.chat("hi", max_tokens=50).status, 200)

    # Paused: nothing of its scope goes out, until it goes on.
    gateway.costlens("budget", "pause", "few")
    expect(gateway.chat("hi", max_tokens=50).status, 402)
    other = gateway.costlens("key", "create", "other").stdout.strip()
    expect(gateway.request("POST", "/v1/chat/completions",
                           {"model": "bench/bench-model", "messages": [{"role": "user", "content": "x"}]},
                           {"Authorization": f"Bearer {other}"}).status, 200, "the scope is a key's")
    gateway.costlens("budget", "resume", "few")
    expect(gateway.chat("hi", max_tokens=50).status, 200)

    # What is removed holds nobody back; another one of the name begins with nothing spent.
    gateway.costlens("budget", "set", "few", "--limit", "0")
    expect(gateway.chat("hi", max_tokens=50).status, 402)
    gateway.costlens("budget", "rm", "few")
    expect(gateway.chat("hi", max_tokens=50).status, 200)
    gateway.costlens("budget", "set", "few", "--limit", "1", "--per", "key")
    expect(shown(gateway, "few")["accounts"], 0)

    # A key that moves to a team is held to its budgets from the next call on.
    gateway.costlens("budget", "set", "red", "--limit", "0", "--scope", "team=red")

    def by_other():
        return gateway.request("POST", "/v1/chat/completions",
                               {"model": "bench/bench-model", "messages": [{"role": "user", "content": "x"}]},
                               {"Authorization": f"Bearer {other}"}).status
    expect(by_other(), 200)
    gateway.costlens("team", "add", "red", "other")
    expect(by_other(), 402)
    gateway.costlens("team", "rm", "red", "other")
    expect(by_other(), 200)
    each = json.loads(gateway.costlens("budget", "show", "few", "--json").stdout)["each"]
    expect([a["value"] for a in each], ["other"])
    expect(gateway.costlens("ledger", "verify").returncode, 0)

# No gateway: the same amounts, and nothing is held.
after = json.loads(gateway.costlens("budget", "show", "few", "--json").stdout)
expect([(a["spent"], a["held"]) for a in after["each"]], [(each[0]["spent"], "0.00")])
