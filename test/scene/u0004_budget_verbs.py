# SPDX-License-Identifier: Apache-2.0
"""Budgets and teams by their verbs: beside a running gateway, by its admin API, and on the store alone."""
import fcntl
import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Timer

from lib.scene import PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, request

limit(60)


def said(done):
    return done.returncode, done.stderr


EXTRA = ("org: acme\n"
         "budgets:\n"
         "  - { name: company, scope: { org: acme }, limit: 500.00, window: month }\n")


def check(gateway):
    """The same, whoever owns the store."""
    def ask(*words, check=True):
        return gateway.costlens(*words, check=check)

    def shown(name):
        return json.loads(ask("budget", "show", name, "--json").stdout)["budget"]

    made = ask("budget", "set", "ci-day", "--scope", "key=ci", "--limit", "0.01", "--window", "day",
               "--hold", "full", "--timezone", "Europe/Berlin", "--alert-at", "50%", "--alert-at", "80%")
    expect_in("0.01 USD a day (Europe/Berlin) for key=ci", made.stderr)
    expect_in("warning: there is no key ci yet", made.stderr)
    expect_in("warning: there is no key ci yet", ask("budget", "show", "ci-day").stdout)
    budget = shown("ci-day")
    expect((budget["scope"], budget["limit"], budget["window"], budget["timezone"], budget["alert_at"]),
           ({"key": "ci"}, "0.01", "day", "Europe/Berlin", [50, 80]))
    expect((budget["spent"], budget["left"], budget["used_percent"]), ("0.00", "0.01", "0.0"))

    # What is not said stays.
    ask("budget", "set", "ci-day", "--wait", "30s", "--on-exceed", "downgrade", "--clamp", "true")
    budget = shown("ci-day")
    expect((budget["limit"], budget["wait"], budget["on_exceed"], budget["clamp"]),
           ("0.01", "30s", "downgrade", True))
    ask("budget", "set", "ci-day", "--wait", "1500ms")
    expect(shown("ci-day")["wait"], "1500ms")
    ask("budget", "set", "ci-day", "--reset", "wait", "--reset", "on-exceed")
    expect((shown("ci-day")["wait"], shown("ci-day")["on_exceed"]), ("0", "block"))

    ask("budget", "set", "ci-day", "--reset", "alert-at", "--reset", "clamp")
    expect((shown("ci-day")["alert_at"], shown("ci-day")["clamp"]), ([], False))
    ask("budget", "set", "ci-day", "--alert-at", "50%", "--alert-at", "80%", "--clamp", "true")
    for words, why in ((["--reset", "limit"], "a limit has no default"), (["--wait", "300d"], "1d at most"),
                       (["--reset", "name"], "a name has no default"),
                       (["--reset", "wait", "--wait", "3s"], "`wait` is set and reset: leave one out"),
                       (["--reset", "scope", "--scope", "key=a"], "`scope` is set and reset"),
                       (["--reset", "alert-at", "--reset", "alert_at"], "`--reset alert_at` is there twice"),
                       (["--reset", "nothing-at-all"], "`nothing-at-all` is nothing that a budget has")):
        code, text = said(ask("budget", "set", "ci-day", *words, check=False))
        expect(code, 2)
        expect_in(why, text)

    # Only upwards; `set` goes both ways.
    code, text = said(ask("budget", "raise", "ci-day", "0.005", check=False))
    expect(code, 2)
    expect_in(f"`costlens budget set --limit USD ci-day --config {gateway.file}` takes a lower one", text)
    ask("budget", "raise", "ci-day", "0.02")
    ask("budget", "raise", "ci-day", "--by", "0.03")
    expect(shown("ci-day")["limit"], "0.05")
    ask("budget", "set", "ci-day", "--limit", "0.04")
    expect(shown("ci-day")["limit"], "0.04")

    expect_in("costlens budget resume ci-day", ask("budget", "pause", "ci-day").stderr)
    expect(shown("ci-day")["paused"], True)
    expect_in("goes on", ask("budget", "resume", "ci-day").stderr)
    expect(shown("ci-day")["paused"], False)

    # Those of the file are shown, with their line.
    listed = ask("budget", "list").stdout
    expect_in("from file", next(x for x in listed.splitlines() if x.startswith("company ")))
    line = 1 + gateway.file.read_text().splitlines().index(EXTRA.splitlines()[2])
    expect_in(f"{gateway.file}, line {line}", ask("budget", "show", "company").stdout)
    for words in (("set", "company", "--limit", "1"), ("raise", "company", "900"), ("pause", "company"),
                  ("rm", "company")):
        code, text = said(ask("budget", *words, check=False))
        expect(code, 1, " ".join(words))
        expect_in(f"{gateway.file}, line {line}: change it there", text)

    # Wrong words.
    for words, phrase in ((("set", "x"), "limit"), (("set", "x", "--limit", "-1"), "negative"),
                          (("set", "x", "--limit", "NaN"), "NaN"),
                          (("set", "x", "--limit", "1", "--timezone", "Mars/Olympus", "--window", "day"),
                           "Mars/Olympus"),
                          (("set", "x", "--limit", "1", "--timezone", "Mars/Olympus"), "Mars/Olympus"),
                          (("set", "x", "--limit", "1", "--window", "fortnight"), "day, week, month"),
                          (("set", "x", "--limit", "1", "--scope", "key"), "key=ci"),
                          (("set", "x", "--limit", ""), "--limit is empty"),
                          (("set", b"x\xff", "--limit", "1"), "not UTF-8"), (("rm", b"x\xfe"), "not UTF-8"),
                          (("set", "x", "--limit", "1", "--scope", b"key=\xfe"), "not UTF-8"),
                          (("set", " x", "--limit", "1"), "leave the space at its beginning or end out"),
                          (("set", "x\t", "--limit", "1"), "leave the control character out"),
                          (("set", "x" * 65, "--limit", "1"), "take up to 64 bytes"),
                          (("raise", "ci-day", "2", "--by", "1"), "either the new limit"),
                          (("raise", "ci-day", "--limit", "2", "--by", "1"), "either the new limit"),
                          (("raise", "ci-day"), "to which limit"), (("pause",), "pause which"),
                          (("list", "--limit", "1"), "does not take"), (("show", "a", "b"), "one too many"),
                          (("drop", "x"), "set, list, show")):
        code, text = said(ask("budget", *words, check=False))
        expect(code, 2, words)
        expect_in(phrase, text)
    expect_in("which team?", ask("team", "add", "", "ci", check=False).stderr)
    expect_true("\nx " not in ask("budget", "list").stdout, "none was made")

    # Teams.
    for name in ("ci", "web"):
        ask("key", "create", name)
    ask("team", "add", "search", "ci", "web")
    ask("budget", "set", "search-month", "--scope", "team=search", "--limit", "200", "--window", "month")
    team = json.loads(ask("team", "list", "--json").stdout)["teams"][0]
    expect((team["name"], [k["name"] for k in team["keys"]], [b["name"] for b in team["budgets"]]),
           ("search", ["ci", "web"], ["search-month"]))
    ask("team", "rm", "search", "web")
    expect_in("search  ci    search-month", ask("team", "list").stdout)
    code, text = said(ask("team", "add", "search", "scene", check=False))
    expect(code, 1)
    expect_in("teams: { search: { keys: [scene] } }", text)

    expect_in("begins with nothing spent", ask("budget", "rm", "ci-day").stderr.replace("\n", " "))
    code, text = said(ask("budget", "show", "ci-day", check=False))
    expect(code, 1)
    expect_in("no budget is named ci-day", text)
    ask("budget", "rm", "search-month")
    for name in ("ci", "web"):
        ask("key", "revoke", name)


with Mock() as mock, Gateway(mock, extra=EXTRA) as gateway:
    check(gateway)

    # By the admin API, in the words of the file.
    token = (gateway.state / "admin.token").read_text().strip()

    def api(verb, arguments):
        return request(gateway.admin_port, "POST", f"/api/v1/{verb}", arguments,
                       {"Authorization": f"Bearer {token}"})
    answer = api("budgets/set", {"name": "agent", "per": "tag:session", "limit": 2.00, "hold": "grow",
                                 "scope": {"key": "scene"}, "alert_at": [50]})
    expect((answer.status, answer.json["made"]), (200, True))
    expect(answer.json["warnings"], ["budget agent: hold: grow has no effect while company holds in full: give that one "
                                     "hold: grow, too"])
    expect(api("budgets/set", {"name": "agent", "limit": None}).status, 400)
    expect(api("budgets/raise", {"name": "nobody", "by": 1}).status, 404)
    expect(api("budgets/set", {"name": "company", "limit": 1}).status, 403)
    found = request(gateway.admin_port, "GET", "/api/v1/budgets/list",
                    headers={"Authorization": f"Bearer {token}"}).json["budgets"]
    expect([b["name"] for b in found], ["company", "agent"])

# No gateway runs: the same on the store's folder.
gateway.costlens("budget", "rm", "agent")
check(gateway)

# Who owns the store for a moment is waited for; who keeps it is named.
gateway.costlens("budget", "set", "shared", "--limit", "1")
with ThreadPoolExecutor(8) as pool:
    done = list(pool.map(lambda words: gateway.costlens(*words, check=False),
                         [("budget", "raise", "shared", "--by", "0.001")] * 8 + [("ledger", "verify"), ("budget", "list")] * 4))
expect([said(d) for d in done if d.returncode != 0], [], "verbs at the same time")
expect(json.loads(gateway.costlens("budget", "show", "shared", "--json").stdout)["budget"]["limit"], "1.008")
with open(f"{gateway.store}.lock", "w", encoding="ascii") as held:
    fcntl.flock(held, fcntl.LOCK_EX)
    code, text = said(gateway.costlens("budget", "list", check=False))
    expect(code, 1)
    expect_in("is in use by another costlens: wait until it has ended, or stop it", text)
    held.write("12345\n")
    held.flush()
    Timer(1.0, held.close).start()
    gateway.costlens("budget", "list")

# So does a gateway that begins; of another gateway it says so at once.
held = open(f"{gateway.store}.lock", "w", encoding="ascii")
fcntl.flock(held, fcntl.LOCK_EX)
Timer(1.0, held.close).start()
with gateway:
    expect(gateway.program.errors().count("is in use by another costlens"), 1, "it says that it waits")
    begun = time.monotonic()
    code, text = said(gateway.costlens("serve", check=False))
    expect(code, 1)
    expect_in("is in use by another costlens (process ", text)
    expect_true("some seconds" not in text and time.monotonic() - begun < 2 * PATIENCE, text)
with open(f"{gateway.store}.lock", "w", encoding="ascii") as held:
    fcntl.flock(held, fcntl.LOCK_EX)
    code, text = said(gateway.costlens("serve", check=False))
    expect(code, 1)
    expect(text.count("it is waited for, some seconds"), 1)
