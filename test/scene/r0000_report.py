# SPDX-License-Identifier: Apache-2.0
"""costlens report, grouped and cut in every way, against sums over the provider's own log.

The gateway lives through several days, with its clock moved (fault/clock_preload.c): a winter day, both
nights on which Berlin changes its clocks, and today, each in the middle of an hour."""
import csv
import datetime
import io
import json
import math
import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from lib.scene import COSTLENS, UPSTREAM_KEY, Gateway, Mock, expect, expect_true, limit, request, skip

PRELOAD = Path(COSTLENS).parent / "test/clock_preload.so"
limit(90)
if not PRELOAD.exists():
    skip(f"{PRELOAD.name} is not built")
if not Path("/usr/share/zoneinfo/Europe/Berlin").exists():
    skip("no time zones here (tzdata)")

UTC = datetime.timezone.utc
MOMENTS = [datetime.datetime(2026, *m, tzinfo=UTC) for m in (
    (1, 31, 22, 40),   # in Berlin the last minutes of the month, in Kolkata the next one
    (3, 28, 22, 20),   # still the 28th in Berlin
    (3, 29, 0, 40),    # twenty minutes before its clocks go from 2 to 3
    (3, 29, 1, 40),    # forty after
    (10, 25, 0, 20),   # 02:20 there, the first time
    (10, 25, 1, 20),   # and the second
    (11, 24, 23, 50))]
# USD per million tokens: input, read from the cache, written to it, output.
PRICES = {"bench/bench-model": ("0.15", "0.075", None, "0.60"),
          "claude/claude-sonnet-5-5": ("3.1", "0.31", "3.875", "15.7")}
OTHER = ("2.3", "1.1", "2.9", "9.7")  # what --as prices with
MEMBERS = {"input_tokens": "input", "cache_read_tokens": "cache_read", "cache_write_tokens": "cache_write",
           "output_tokens": "output"}
BY = ("model", "provider", "key", "team", "project", "user", "day", "hour", "tag:feature")
KEYS = ["{ name: red, token: env:SCENE_RED, team: reds, project: apollo }",
        "{ name: blue, token: env:SCENE_BLUE, team: blues, user: ann }"]
LONG_TEXT = "remember this " * 800


def row(model, prices):
    names = ("input_per_mtok", "cache_read_per_mtok", "cache_write_per_mtok", "output_per_mtok")
    fields = "".join(f", {n}: {p}" for n, p in zip(names, prices) if p)
    return f"  - {{ model: \"{model}\"{fields} }}\n"


class Moved(Gateway):
    """With prices of its own for all it serves but one model."""

    def config(self):
        head, _ = super().config().split("prices:\n")
        return head + "prices:\n" + "".join(row(*x) for x in PRICES.items()) + row("bench/other", OTHER)

    def at(self, moment):
        """Starts it anew, with its clock at that moment."""
        if self.program:
            self.program.stop()
        shift = math.ceil(moment.timestamp() - time.time())
        self.environment.update(LD_PRELOAD=str(PRELOAD), CLOCK_SHIFT=str(shift))
        return self.start()


def calls(gateway, n):
    """The calls of one moment, in order: what each must be found under."""
    def say(token, path, body, **found):
        headers = {"Authorization": f"Bearer {token}", "anthropic-version": "2023-06-01",
                   **found.pop("headers", {})}
        answer = request(gateway.port, "POST", path, body, headers)
        expect(answer.status, found.pop("status", 200))
        return {"team": "(none)", "project": "(none)", "user": "(none)", "tag": "(none)", **found}

    def chat(text, token="red-" + "1" * 40, model="bench/bench-model", headers=None, status=200, more=None, **found):
        body = {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 30 + n, **(more or {})}
        return say(token, "/v1/chat/completions", body, key="red", team="reds", project="apollo",
                   model=model, headers=headers or {}, status=status, **found)

    yield chat("plain")
    yield chat("tagged", headers={"x-costlens-tags": "feature=chat,step=1"}, tag="chat")
    yield chat("tagged", headers={"x-costlens-tags": "feature=caf%C3%A9"}, tag="café", more={"stream": True})
    yield chat(LONG_TEXT)
    yield chat(LONG_TEXT)  # from the cache
    yield chat("who", more={"user": f"u{n % 2}"}, user=f"u{n % 2}")
    yield chat("broken", headers={"x-mock-fault": "500"}, status=500)
    yield chat("no price", model="bench/odd-model")
    text = {"type": "text", "text": LONG_TEXT, "cache_control": {"type": "ephemeral"}}
    for _ in range(2):  # written, then read
        yield say("blue-" + "2" * 40, "/v1/messages", {
            "model": "claude-sonnet-5-5", "max_tokens": 20, "messages": [{"role": "user", "content": [text]}]},
            key="blue", team="blues", user="ann", model="claude/claude-sonnet-5-5")


def cost(bill, prices):
    """In whole picodollars, rounded as the ledger rounds."""
    names = ("input", "cache_read", "cache_write", "output")
    exact = sum((Decimal(bill[n]) * Decimal(p) for n, p in zip(names, prices) if bill[n]), Decimal(0))
    return (exact * 10**6).to_integral_value(rounding="ROUND_HALF_EVEN") / 10**12


def label(call, by, zone):
    local = call["at"].astimezone(zone)
    if by == "day":
        return local.strftime("%Y-%m-%d")
    if by == "hour":
        text = local.replace(minute=0, second=0, microsecond=0).isoformat()
        return text.replace("+00:00", "Z")
    return call["model"].split("/")[0] if by == "provider" else call["tag" if by == "tag:feature" else by]


def reference(made, by, zone=UTC, since=None, until=None, other=None):
    groups = {}
    for call in made:
        if (since and call["at"] < since) or (until and call["at"] >= until):
            continue
        bill = call["bill"]
        prices = other or PRICES.get(call["model"])
        for name in (label(call, by, zone), None):
            g = groups.setdefault(name, dict.fromkeys(["requests", "errors", "unpriced", *MEMBERS], 0) |
                                  {"cost": Decimal(0)})
            g["requests"] += 1
            g["errors"] += bill["status"] != 200
            g["unpriced"] += prices is None
            g["cost"] += cost(bill, prices) if prices else 0
            for ours, theirs in MEMBERS.items():
                g[ours] += bill[theirs]
    return groups


def seen(answer, by):
    """The same of a report as JSON."""
    name = "tag" if by.startswith("tag:") else by
    groups = {}
    for r in [*answer["rows"], {name: None, **answer["total"]}]:
        kept = {m: r[m] for m in ("requests", "errors", "unpriced", *MEMBERS)}
        expect_true(r[name] not in groups, f"one row for {r[name]}")
        groups[r[name]] = kept | {"cost": Decimal(r["cost_usd"] or 0)}
    return groups


def compare(gateway, made, by, arguments=(), **cut):
    what = ["report", "--by", by, *arguments]
    wanted = reference(made, by, **cut)
    answer = json.loads(gateway.costlens(*what, "--format", "json").stdout)
    found = seen(answer, by)
    expect(sorted(map(str, found)), sorted(map(str, wanted)), f"groups of {what}")
    for name, group in wanted.items():
        expect(found[name], group, f"{what}: {name}")
    # CSV: the same rows, the same figures.
    rows = list(csv.DictReader(io.StringIO(gateway.costlens(*what, "--format", "csv").stdout)))
    plain = [{k: "" if v is None else str(v) for k, v in r.items()} for r in answer["rows"]]
    expect(rows, plain, f"{what} as CSV")
    table = gateway.costlens(*what, "--format", "table").stdout.splitlines()
    total = next(i for i, line in enumerate(table) if line.startswith("total "))
    expect(total, len(rows) + 1, f"{what} as a table: a head, a line for each row, the total")


with Mock() as mock:
    base = mock.url
    gateway = Moved(mock, providers=(
        f"  bench: {{ dialect: openai, retries: 0, url: {base}/v1, key: env:SCENE_UPSTREAM_KEY, "
        f"models: [bench-model, odd-model, other] }}\n"
        f"  claude: {{ dialect: anthropic, vendor: anthropic, url: {base}, key: env:SCENE_UPSTREAM_KEY }}\n"),
        keys=KEYS, environment={"SCENE_RED": "red-" + "1" * 40, "SCENE_BLUE": "blue-" + "2" * 40,
                                "SCENE_UPSTREAM_KEY": UPSTREAM_KEY})
    made = []
    for n, moment in enumerate(MOMENTS):
        gateway.at(moment)
        made += [{**call, "at": moment} for call in calls(gateway, n)]
    bills = mock.bills(len(made))
    expect(len(bills), len(made), "one bill a call")
    for call, bill in zip(made, bills):
        call["bill"] = bill
    expect_true(all(any(b[m] for b in bills) for m in MEMBERS.values()), "every kind of token occurs")

    for by in BY:
        compare(gateway, made, by)
        # From a moment inside an hour to one inside another.
        since, until = (m + datetime.timedelta(minutes=d) for m, d in ((MOMENTS[1], -5), (MOMENTS[5], -3)))
        compare(gateway, made, by, ["--since", f"{since:%Y-%m-%dT%H:%M:%SZ}", "--until", f"{until:%Y-%m-%dT%H:%M:%SZ}"],
                since=since, until=until)
        compare(gateway, made, by, ["--as", "bench/other"], other=OTHER)
    for by in ("day", "hour"):
        for name in ("Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"):
            compare(gateway, made, by, ["--tz", name], zone=ZoneInfo(name))
        # A date is midnight there.
        berlin = ZoneInfo("Europe/Berlin")
        compare(gateway, made, by, ["--since", "2026-03-29", "--until", "2026-10-25", "--tz", "Europe/Berlin"],
                zone=berlin, since=datetime.datetime(2026, 3, 29, tzinfo=berlin),
                until=datetime.datetime(2026, 10, 25, tzinfo=berlin))
    compare(gateway, made, "day", ["--since", "31d"], since=MOMENTS[4] - datetime.timedelta(hours=1))
    gateway.program.stop()
    for by in BY:
        compare(gateway, made, by)
    expect(gateway.costlens("ledger", "verify").returncode, 0)
    print(f"{len(made)} calls on {len(MOMENTS)} moments")
