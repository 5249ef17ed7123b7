# SPDX-License-Identifier: Apache-2.0
"""SIGTERM: no new calls, not ready at once, and every running stream comes to its own end."""
import signal
import threading
import time

from lib.scene import (LONG, PATIENCE, Gateway, Mock, expect, expect_true, limit, request, until)

limit(90)
STREAMS = 1000 if LONG else 100

with Mock() as mock, Gateway(mock) as gateway:
    answers = []

    def ask(i):
        answers.append(gateway.chat(f"s{i}", stream=True, user=f"s{i}",
                                    headers={"x-mock-fault": f"slow=20+tokens={400 if LONG else 100}"}))
    clients = [threading.Thread(target=ask, args=(i,)) for i in range(STREAMS)]
    for c in clients:
        c.start()
    until(lambda: gateway.metric("costlens_reservations_inflight") >= STREAMS, 10, "all streams run")
    start = time.monotonic()
    gateway.program.signal(signal.SIGTERM)

    def refused():
        try:
            return request(gateway.port, "GET", "/readyz", timeout=1).status == 503
        except OSError:
            return True
    until(refused, 0.1, "not ready")
    print(f"no new calls after {(time.monotonic() - start) * 1000:.1f} ms")
    try:
        expect(request(gateway.admin_port, "GET", "/readyz", timeout=1).status, 503)
    except OSError:
        pass
    for c in clients:
        c.join()
    cut = [a for a in answers if not a.body.endswith(b"data: [DONE]\n\n")]
    expect(len(answers), STREAMS)
    expect(len(cut), 0, "streams that were cut")
    expect(gateway.program.process.wait(10 * PATIENCE), 0, "exit code")
    rows = gateway.rows()
    expect(len(rows), STREAMS)
    expect_true(all(r["outcome"] == "ok" and r["sure"] == "reported" for r in rows), "all settled")

    # With nothing to do it ends at once.
    gateway.start()
    start = time.monotonic()
    gateway.program.stop(5)
    expect_true(time.monotonic() - start < 2 * PATIENCE, "an idle gateway ends within 2 s")
