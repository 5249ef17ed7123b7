# SPDX-License-Identifier: Apache-2.0
"""A call whose attempt fails before a byte went to its client is tried again, or at its alias's next
target; each attempt has its row, and the ledger says what the mock billed."""
import json
import time
from decimal import Decimal

from lib.scene import PATIENCE, PRICES, Gateway, Mock, cost_of, expect, expect_true, limit
from lib.strange import Strange

limit(120)
# fault, attempts until it is over, status, what the last row says, x-should-retry
LASTING = [
    ("400", 1, 400, None, None),
    ("401", 1, 401, None, None),
    ("404", 1, 404, None, None),
    ("413", 1, 413, None, None),
    ("408", 3, 408, None, "false"),
    ("409", 3, 409, None, "false"),
    ("rate=0", 3, 429, "rate_limit_exceeded", "false"),
    ("rate=60", 1, 429, "rate_limit_exceeded", None),
    ("quota", 1, 429, "insufficient_quota", "false"),
    ("500", 2, 500, None, "false"),
    ("502", 2, 502, None, "false"),
    ("524", 2, 524, None, "false"),
    ("503", 3, 503, None, "false"),
    ("529", 3, 529, None, "false"),
    ("html=502", 2, 502, "http_502", "false"),
    ("reset", 3, 502, "upstream_disconnected", "false"),  # a kept connection first, which is no retry
    ("hang", 2, 504, "upstream_timeout", "false"),
    ("garbage", 1, 502, "upstream_invalid", "false"),
    ("not-json", 1, 502, "upstream_invalid", "false"),
]
# fault that strikes once, whether the failed one is booked at the most it can cost
PASSING = [
    ("409", False), ("rate=0", False), ("rate=1", False), ("500", False), ("503", False), ("529", False),
    ("reset", True), ("hang", True), ("502", True), ("504", True),
]
# fault of the first target of an alias, attempts there (a reset of a kept connection: once more on a fresh one)
ELSEWHERE = [
    ("401", 1), ("402", 1), ("403", 1), ("404", 1), ("rate=60", 1), ("quota", 1), ("503", 3), ("502", 1), ("reset", 2),
    ("hang", 1), ("garbage", 1), ("not-json", 1),
]


def there(fault):
    """The provider that has this fault: only one that never answers is given little time."""
    return "hasty" if fault.startswith("hang") else "bench"


# A price for what the scene's own do not name; then for each fault an alias whose first target has it.
EXTRA = "".join(
    f"  - {{ model: \"{model}\", input_per_mtok: {PRICES['input']}, output_per_mtok: {PRICES['output']}, "
    f"cache_read_per_mtok: {PRICES['cache_read']} }}\n"
    for model in ("spare/other-model", "hasty/bench-model", "bench/bench-model+*", "hasty/bench-model+*"))
EXTRA += "aliases:\n" + "".join(
    f"  either-{i}: [\"{there(fault)}/bench-model+{fault}\", spare/other-model]\n"
    for i, (fault, _) in enumerate(ELSEWHERE))


class Fresh:
    """A gateway with the providers; a new one before the last one's budget of ten is spent."""

    def __init__(self, mock):
        common = f"dialect: openai, url: {mock.url}/v1, key: env:SCENE_UPSTREAM_KEY"
        wait = f"{int(400 * min(PATIENCE, 5))}ms"
        self.providers = (
            f"  bench: {{ {common}, models: [\"bench-model*\"] }}\n"
            f"  hasty: {{ {common}, models: [\"bench-model*\"], timeouts: {{ first_byte: {wait}, idle: {wait} }} }}\n"
            f"  spare: {{ {common}, models: [other-model] }}\n")
        self.mock, self.gateway, self.retries, self.rows = mock, None, 0, 0

    def chat(self, case, fault, count, **more):
        """The answer, and the rows of its attempts."""
        if not self.gateway or self.retries + count > 11:
            self.end()
            # One worker: the next call meets the connection that is kept.
            self.gateway = Gateway(self.mock, providers=self.providers, extra=EXTRA, workers=1).start()
            expect(self.gateway.chat("a connection is kept").status, 200)
            self.retries, self.rows = 0, 1
            self.gateway.rows(1)
        answer = self.gateway.chat(case, headers={"x-mock-fault": fault} if fault else {},
                                   max_tokens=20, **more)
        expect(answer.headers["x-costlens-attempts"], str(count) if count > 1 else None, case)
        rows = self.gateway.rows(self.rows + count)[self.rows:]
        expect([r["attempt"] for r in rows], list(range(count)), f"{case}: the attempts' numbers")
        expect(len({r["request"] for r in rows}), 1, f"{case}: they are of one request")
        expect([r["followed"] for r in rows], [1] * (count - 1) + [0], f"{case}: all but the last")
        for row in rows:
            for bill in self.mock.bills():
                if row["sure"] == "reported" and bill["id"] == row["upstream_id"]:
                    expect(row["cost_pd"], cost_of(bill), f"{case}: {row}")
        self.retries += count - 1
        self.rows += count
        return answer, rows

    def end(self):
        if not self.gateway:
            return
        report = self.gateway.report()["total"]
        rows = self.gateway.rows(self.rows)
        expect(report["requests"], len({r["request"] for r in rows}), "a request counts once")
        expect(report["retries"], sum(r["followed"] for r in rows), "retries")
        pd = sum(r["cost_pd"] or 0 for r in rows if r["followed"])
        expect(Decimal(report["retry_cost_usd"]), Decimal(pd) / 10**12, "what they cost")
        pd = sum(r["cost_pd"] or 0 for r in rows)
        if report["cost_usd"]:
            expect(Decimal(report["cost_usd"]), Decimal(pd) / 10**12, "the cost of all")
        expect(self.gateway.costlens("ledger", "verify").returncode, 0)
        expect(self.gateway.program.stop(), 0)
        self.gateway = None


with Mock() as mock:
    fresh = Fresh(mock)
    for asked in ({}, {"stream": True}):
        for fault, count, status, error, tempts in LASTING:
            case = f"{fault} {asked}"
            if asked and fault == "not-json":
                continue
            answer, rows = fresh.chat(case, fault, count, model=f"{there(fault)}/bench-model", **asked)
            expect(answer.status, status, case)
            expect(answer.headers["x-should-retry"], tempts, case)
            if fault.startswith("rate="):
                expect(answer.headers["retry-after"], fault[5:], f"{case}: it is kept")
            if error:
                expect(rows[-1]["error"], error, case)
            expect([r["route"] for r in rows], ["asked"] + ["retry"] * (count - 1), case)
        for fault, captured in PASSING:
            case = f"{fault} once {asked}"
            began = time.monotonic()
            answer, rows = fresh.chat(case, f"{fault}+once", 2, model=f"{there(fault)}/bench-model", **asked)
            expect(answer.status, 200, case)
            expect(answer.headers["x-should-retry"], None, case)
            if fault == "rate=1":
                expect_true(time.monotonic() - began >= 1, f"{case}: Retry-After is waited for")
            expect(rows[0]["sure"], "captured" if captured else "reported", case)
            expect(rows[0]["cost_pd"] > 0, captured, case)
            expect((rows[1]["outcome"], rows[1]["http_status"]), ("ok", 200), case)
        for i, (fault, times) in enumerate(ELSEWHERE):
            case = f"{fault} at the first {asked}"
            answer, rows = fresh.chat(case, None, times + 1, model=f"either-{i}", **asked)
            expect(answer.status, 200, case)
            expect(answer.headers["x-costlens-model"], "spare/other-model", case)
            expect([r["provider"] for r in rows], [there(fault)] * times + ["spare"], case)
            expect(rows[-1]["route"], "fallback", case)
            expect({r["model_asked"] for r in rows}, {f"either-{i}"}, case)
    fresh.end()

TEXT = json.dumps({"error": {"message": "not yet"}})


def refusal(status, fields):
    return (f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{fields}"
            f"Connection: close\r\nContent-Length: {len(TEXT)}\r\n\r\n{TEXT}").encode()


# A provider that wants even a 400 tried again is obeyed by us; the client is told when we gave up.
with Mock() as mock, Strange(lambda head: refusal("400 Bad Request", "x-should-retry: true\r\n")) as strange:
    for retries, attempts, told in ((1, "2", "false"), (0, None, "true")):
        bench = f"  bench: {{ dialect: openai, url: {strange.url}, models: [bench-model], retries: {retries} }}\n"
        with Gateway(mock, providers=bench) as gateway:
            answer = gateway.chat("try again")
            expect((answer.status, answer.headers["x-costlens-attempts"], answer.headers["x-should-retry"]),
                   (400, attempts, told))

# A wait that is too long for us is the client's, who is told so as the provider said it; an alias alone is no target
# more.
LATER = "x-should-retry: true\r\nRetry-After: 60\r\n"
with Mock() as mock, Strange(lambda head: refusal("429 Too Many Requests", LATER)) as strange:
    bench = (f"  bench: {{ dialect: openai, url: {strange.url}, models: [bench-model] }}\n"
             f"  spare: {{ dialect: openai, url: {strange.url}, models: [spare-model] }}\n")
    extra = "aliases: { lone: [bench/bench-model], two: [bench/bench-model, spare/spare-model] }\n"
    with Gateway(mock, providers=bench, extra=extra) as gateway:
        for model, told in (("bench/bench-model", "true"), ("lone", "true"), ("two", "false")):
            answer = gateway.chat("later", model=model)
            expect((answer.status, answer.headers["x-should-retry"], answer.headers["retry-after"]),
                   (429, told, "60"), model)

# A success that turns out to be no answer has cost what it can cost, and is asked of the next target.
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
with Mock() as mock, Strange(lambda head: EMPTY) as strange:
    bench = (f"  bench: {{ dialect: openai, url: {strange.url}, models: [bench-model] }}\n"
             f"  spare: {{ dialect: openai, url: {mock.url}/v1, models: [other-model] }}\n")
    with Gateway(mock, providers=bench, extra="aliases: { two: [bench/bench-model, spare/other-model] }\n") as gateway:
        answer = gateway.chat("empty", model="two")
        expect((answer.status, answer.headers["x-costlens-model"]), (200, "spare/other-model"))
        failed, row = gateway.rows(2)
        expect((failed["followed"], failed["outcome"], failed["http_status"], failed["error"], failed["sure"]),
               (1, "error", 200, "upstream_invalid", "captured"))
        expect_true(failed["cost_pd"] > 0 and row["outcome"] == "ok", "the answer's row is its own")

# A head alone is no byte of an answer.
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 99\r\n\r\n"


def head_alone():
    yield HEAD
    time.sleep(5)


with Mock() as mock, Strange(lambda head: head_alone()) as strange:
    bench = (f"  bench: {{ dialect: openai, url: {strange.url}, models: [bench-model], "
             "timeouts: { first_byte: 400ms, idle: 400ms } }\n")
    with Gateway(mock, providers=bench) as gateway:
        answer = gateway.chat("head alone")
        expect((answer.status, answer.headers["x-costlens-attempts"]), (504, "2"))
        expect([row["sure"] for row in gateway.rows(2)], ["captured", "captured"])
