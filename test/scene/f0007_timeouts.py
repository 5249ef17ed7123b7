# SPDX-License-Identifier: Apache-2.0
"""A provider that hangs, anywhere: the call ends at its timeout, is told so, and has its row."""
import socket
import time

from lib.scene import PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit

limit(60)

# What ends a call only if nothing sooner does: beyond all that a patient machine allows the others.
TOTAL = 4 * PATIENCE
# Fault, in a stream, timeout that ends it (s), status.
CASES = [("hang", False, 1.0, 504), ("hang", True, 1.0, 504), ("late=3000", False, 1.0, 504),
         ("hang=head", False, 1.0, 504), ("hang=head", True, 1.0, 504), ("hang=mid", True, 2.0, 200),
         (f"slow=100+tokens={int(100 * PATIENCE)}", True, TOTAL, 200)]


def milliseconds(seconds):
    return f"{int(1000 * seconds)}ms"


def closed_port():
    """Listens and never accepts, with its queue full: a connection to it hangs."""
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(0)
    held = []
    for _ in range(8):
        c = socket.socket()
        c.setblocking(False)
        c.connect_ex(s.getsockname())
        held.append(c)
    return s, held


with Mock() as mock:
    deaf, held = closed_port()
    waits = f"{{ connect: 1s, first_byte: 1s, idle: 2s, total: {milliseconds(TOTAL)} }}"
    providers = (f"  bench: {{ dialect: openai, retries: 0, url: \"{mock.url}/v1\", models: [bench-model], "
                 f"timeouts: {waits} }}\n"
                 f"  short: {{ dialect: openai, retries: 0, url: \"{mock.url}/+hang/v1\", models: [m, n], "
                 f"timeouts: {{ connect: 1s, first_byte: {milliseconds(PATIENCE)}, idle: 1s, "
                 f"total: {milliseconds(1.5 * PATIENCE)} }} }}\n"
                 f"  busy: {{ dialect: openai, url: \"{mock.url}/+rate=5/v1\", models: [m, n], "
                 f"timeouts: {{ total: 4s }} }}\n"
                 f"  deaf: {{ dialect: openai, retries: 0, url: \"http://127.0.0.1:{deaf.getsockname()[1]}/v1\", "
                 f"models: [deaf-model], timeouts: {waits} }}\n")
    with Gateway(mock, providers=providers, extra="aliases: { both: [short/m, short/n], elsewhere: [busy/n, bench/bench-model] }\n") as gateway:
        def timed(case, **more):
            start = time.monotonic()
            answer = gateway.chat(case, **more)
            return answer, time.monotonic() - start
        answer, took = timed("deaf", model="deaf/deaf-model")
        expect_true(answer.status in (502, 504), "an unreachable provider")
        expect_true(0.9 < took < 1.6 * PATIENCE, f"connecting took {took:.2f} s of 1")
        for n, (fault, stream, seconds, status) in enumerate(CASES, 2):
            more = {"stream": True} if stream else {}
            answer, took = timed(fault, headers={"x-mock-fault": fault}, **more)
            expect(answer.status, status, fault)
            # The figure is 5 %; a gate takes ten times that.
            patience = 1 if seconds == TOTAL else PATIENCE
            expect_true(seconds * 0.9 < took < seconds * 1.5 * patience,
                        f"{fault}: took {took:.2f} s of {seconds}")
            row = gateway.rows(n)[-1]
            expect_true(row["outcome"] in ("error", "incomplete"), f"{fault}: {row['outcome']}")
            expect_true(row["sure"] != "reported", f"{fault}: nobody counted")
            if status == 200:
                expect_in("error", answer.events[-1], fault)
        # The total is the whole call's, with all of its attempts.
        answer, took = timed("short", model="both")
        expect((answer.status, answer.headers["x-costlens-attempts"]), (504, "2"))
        expect_true(1.4 * PATIENCE < took < 1.9 * PATIENCE, f"its attempts took {took:.2f} s of {1.5 * PATIENCE}")
        # A wait that ends after the call's time is not begun: the next of the alias is asked, or it is over.
        answer, took = timed("a long wait", model="busy/m")
        expect((answer.status, answer.headers["retry-after"], answer.headers["x-costlens-attempts"]), (429, "5", None))
        expect_true(took < min(3, PATIENCE), f"nobody waits {took:.2f} s for that")
        answer, took = timed("elsewhere", model="elsewhere")
        expect((answer.status, answer.headers["x-costlens-model"]), (200, "bench/bench-model"))
        expect(len(gateway.rows(len(CASES) + 6)), len(CASES) + 6)
    for s in held:
        s.close()
    deaf.close()
