# SPDX-License-Identifier: Apache-2.0
"""Whatever the provider does wrong: the client is told, and the ledger has a row that says so."""
from lib.scene import PATIENCE, Gateway, Mock, cost_of, expect, expect_in, expect_true, limit

limit(90)
OPENAI = "/v1/chat/completions"

# fault, stream, status the client sees, outcome in the ledger, how sure
CASES = [
    ("400", False, 400, "error", None),
    ("401", False, 401, "error", None),
    ("404", False, 404, "error", None),
    ("rate=7", False, 429, "error", None),
    ("quota", False, 429, "error", None),
    ("500", False, 500, "error", None),
    ("502", True, 502, "error", "captured"),  # of somebody between, who does not know what came of it
    ("503", False, 503, "error", None),
    ("529", True, 529, "error", None),
    ("html", False, 502, "error", "captured"),
    ("504", False, 504, "error", "captured"),
    ("524", False, 524, "error", "captured"),
    ("garbage", False, 502, "error", "captured"),
    ("reset", False, 502, "error", None),
    ("reset", True, 502, "error", None),
    ("hang", False, 504, "error", None),
    ("not-json", False, 502, "error", "captured"),
    ("no-usage", False, 200, "ok", "estimated"),
    ("no-usage", True, 200, "ok", "estimated"),
    ("no-done", True, 200, "ok", "reported"),
    ("wrong-usage=3", False, 200, "ok", "reported"),
    ("wrong-usage=3", True, 200, "ok", "reported"),
    ("mixed", True, 200, "ok", "reported"),
    ("big=2", False, 200, "ok", "reported"),
    ("huge-event=200", True, 200, "ok", "reported"),
    ("reset=mid", True, 200, "incomplete", "estimated"),
    ("cut", True, 200, "incomplete", "estimated"),
    ("truncated", True, 200, "incomplete", "estimated"),
    ("hang=mid", True, 200, "incomplete", "estimated"),
    ("error-event", True, 200, "error", "estimated"),
    ("ignore-max", False, 200, "ok", "reported"),
]

LONGEST = f"{int(1000 * PATIENCE)}ms"  # that is waited for who hangs: an answer of megabytes takes its time, too
with Mock() as mock, Gateway(mock, timeouts=f"first_byte: {LONGEST}, idle: {LONGEST}") as gateway:
    for n, (fault, stream, status, outcome, sure) in enumerate(CASES, 1):
        case = f"{fault}{' in a stream' if stream else ''}"
        asked = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
        answer = gateway.chat(case, headers={"x-mock-fault": fault}, max_tokens=40, **asked)
        expect(answer.status, status, case)
        if fault == "not-json":
            expect_in("It begins with", answer.json["error"]["message"], "what was seen")
        row = gateway.calls(n)[-1]
        expect(row["http_status"], status, f"{case}: the row's status")
        if outcome:
            expect(row["outcome"], outcome, f"{case}: the row's outcome")
        expect(bool(row["error"]), outcome != "ok", f"{case}: an error has a name: {row['error']}")
        if fault == "html":
            expect(row["error"], "http_502", case)
        if sure:
            expect(row["sure"], sure, f"{case}: how sure")
        if sure and answer.headers["x-costlens-price-state"]:
            expect(answer.headers["x-costlens-usage"], sure, f"{case}: the client is told how sure")
        if sure == "reported":
            [bill] = [b for b in mock.bills() if b["id"] == row["upstream_id"]]
            expect(row["cost_pd"], cost_of(bill), f"{case}: the cost")
        if sure == "estimated" and status == 200:
            expect_true(row["cost_pd"] > 0, f"{case}: an estimate is not nothing")
        if status >= 400 and fault not in ("html",):
            expect_true(answer.json["error"]["message"], f"{case}: an error in OpenAI's shape")
        if sure == "estimated" and stream and fault != "no-usage":
            expect_true(answer.events[-1] != "[DONE]", f"{case}: never a clean end")
            expect_in("error", answer.events[-1], f"{case}: an error event")
        if stream and outcome == "ok" and fault != "no-done":
            expect(answer.events[-1], "[DONE]", case)
    # What a torn answer's bytes say is no more than was asked.
    for n, fault in enumerate(("cut", "truncated", "reset=mid"), len(CASES) + 1):
        gateway.chat(fault, headers={"x-mock-fault": fault}, max_tokens=20)
        row = gateway.calls(n)[-1]
        expect((row["sure"], row["output"]), ("captured", 20), f"{fault}: the most that was asked")
    limited = gateway.chat("limited", headers={"x-mock-fault": "rate=7"})
    expect(limited.headers["retry-after"], "7")
    receipt = gateway.chat("receipt", headers={"x-mock-fault": "no-usage", "x-costlens-receipt": "1"}, stream=True)
    expect_in(b" usage=estimated ", receipt.body)

    # The books balance after all that.
    expect(gateway.costlens("ledger", "verify").returncode, 0)
