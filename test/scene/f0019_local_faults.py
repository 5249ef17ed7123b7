# SPDX-License-Identifier: Apache-2.0
"""What only a local server does wrong: its queue is full, its runner dies, it cannot load its model, its cloud's limit
is used up, a call waits for its turn. Tried again at the same target, or at the alias's next, plain and streamed."""
import json

from lib.scene import PRICES, Gateway, Mock, cost_of, expect, expect_in, expect_true, limit

limit(60)
MODEL, TWIN = "llama3.2:3b", "gemma3:1b"  # of an alias the twin: what the one's provider said of when to come again is kept
# fault, stream, attempts until it is over (one retry is allowed), status, what the row says
LASTING = [
    ("queue-full", False, 2, 503, "queue_full"),
    ("queue-full", True, 2, 503, "queue_full"),
    ("load-fails", False, 2, 500, "model_load_failed"),
    ("load-fails", True, 2, 500, "model_load_failed"),
    ("runner-dies", False, 2, 500, "runner_died"),
    ("runner-dies", True, 1, 200, "runner_died"),  # its client has the beginning
    ("quota", False, 1, 429, "insufficient_quota"),
    ("quota", True, 1, 429, "insufficient_quota"),
]
FAULTS = list(dict.fromkeys(fault for fault, *_ in LASTING))


class Calls:
    def __init__(self, mock, gateway):
        self.mock, self.gateway, self.calls = mock, gateway, 0

    def chat(self, case, model, stream, attempts):
        """The answer, and the rows of its attempts."""
        answer = self.gateway.post("/api/chat", {
            "model": model, "messages": [{"role": "user", "content": case}], "stream": stream})
        self.calls += 1
        last = self.gateway.calls(self.calls)[-1]
        rows = [row for row in self.gateway.rows() if row["request"] == last["request"]]
        rows.sort(key=lambda row: row["attempt"])
        expect([row["attempt"] for row in rows], list(range(attempts)), f"{case}: its attempts")
        expect(answer.headers["x-costlens-attempts"], str(attempts) if attempts > 1 else None, case)
        for row in rows[:-1]:
            expect((row["outcome"], row["cost_pd"]), ("error", 0), f"{case}: what was refused costs nothing")
        return answer, rows

    def answered(self, case, answer, row):
        """The last attempt has all that was billed."""
        expect((answer.status, json.loads(answer.body.splitlines()[-1])["done"]), (200, True), case)
        expect((row["outcome"], row["sure"], row["error"]), ("ok", "reported", ""), case)
        [bill] = [b for b in self.mock.bills() if b["id"] == row["upstream_id"]]
        expect(row["cost_pd"], cost_of(bill), case)


def provider(name, path, model=MODEL):
    return f"  {name}: {{ dialect: ollama, url: \"{mock.url}{path}\", models: [\"{model}\", \"{TWIN}\"], retries: 1 }}\n"


with Mock() as mock:
    names = [f"{kind}-{fault}" for fault in FAULTS for kind in ("ever", "once")]
    providers = "".join(provider(f"ever-{fault}", f"/+{fault}") + provider(f"once-{fault}", f"/+{fault}+once")
                        for fault in FAULTS)
    providers += provider("turn", "/+queued=1000") + provider("spare", "", "phi3")
    extra = "".join(f"  - {{ model: \"{full}\", input_per_mtok: {PRICES['input']}, output_per_mtok: {PRICES['output']}, "
                    f"cache_read_per_mtok: {PRICES['cache_read']} }}\n"
                    for full in [f"{name}/{model}" for name in [*names, "turn"] for model in (MODEL, TWIN)] + ["spare/phi3"])
    extra += "aliases:\n" + "".join(f"  either-{fault}: [\"ever-{fault}/{TWIN}\", spare/phi3]\n" for fault in FAULTS)
    with Gateway(mock, providers=providers, models=[], extra=extra) as gateway:
        calls = Calls(mock, gateway)
        for fault, stream, attempts, status, error in LASTING:
            how = f"{fault}{' in a stream' if stream else ''}"
            case = f"{how}, for ever"
            answer, rows = calls.chat(case, f"ever-{fault}/{MODEL}", stream, attempts)
            expect((answer.status, rows[-1]["http_status"], rows[-1]["error"]), (status, status, error), case)
            expect([row["route"] for row in rows], ["asked", "retry"][:attempts], case)
            said = json.loads(answer.body.splitlines()[-1])
            expect_true(said["error"] and isinstance(said["error"], str), f"{case}: an error as Ollama says it: {said}")
            if status == 200:
                expect((rows[-1]["outcome"], rows[-1]["sure"]), ("error", "estimated"), case)
                expect_true(rows[-1]["output"] > 0, f"{case}: what came counts")

            case = f"{how}, once"
            if attempts == 2:
                answer, rows = calls.chat(case, f"once-{fault}/{MODEL}", stream, 2)
                expect((rows[0]["error"], rows[1]["route"]), (error, "retry"), case)
                calls.answered(case, answer, rows[-1])

            case = f"{how}, at the first of two"
            if status != 200:
                if (fault, stream) == ("quota", True):
                    attempts = 0  # it is not asked again so soon
                answer, rows = calls.chat(case, f"either-{fault}", stream, attempts + 1)
                expect([row["provider"] for row in rows], [f"ever-{fault}"] * attempts + ["spare"], case)
                expect((answer.headers["x-costlens-model"], rows[-1]["route"]), ("spare/phi3", "fallback"), case)
                calls.answered(case, answer, rows[-1])
            else:
                answer, rows = calls.chat(case, f"either-{fault}", stream, 1)
                expect((answer.status, rows[0]["error"]), (200, error), case)

        # A turn that is waited for is no fault: one attempt, and the row has the wait.
        for stream in (False, True):
            case = f"queued, stream {stream}"
            answer, rows = calls.chat(case, f"turn/{MODEL}", stream, 1)
            calls.answered(case, answer, rows[0])
            row = rows[0]  # the mock works for less time than it says: the wait is what is left of the whole
            expect_true(row["duration_us"] >= 10**6 and row["queue_us"] > 10**6 - row["busy"], f"{case}: {row}")
        total = gateway.report()["total"]
        expect((total["requests"], total["retries"]), (calls.calls, sum(r["followed"] for r in gateway.rows())))
        expect_in("The books balance.", gateway.costlens("ledger", "verify").stdout)
