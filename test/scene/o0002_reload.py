# SPDX-License-Identifier: Apache-2.0
"""SIGHUP reads the configuration anew: a good one takes effect, a bad one changes nothing."""
import signal
import threading
import time

from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(60)

with Mock() as mock, Gateway(mock) as gateway:
    expect(gateway.chat("x", model="bench/late-model").status, 404)
    failures, over = [], threading.Event()

    def ask():
        while not over.is_set():
            try:
                answer = gateway.chat("steady")
                if answer.status != 200:
                    failures.append(answer)
            except OSError as error:
                failures.append(error)
    def write(text):  # as an editor does: the file is never half written
        aside = gateway.file.with_suffix(".new")
        aside.write_text(text)
        aside.replace(gateway.file)
    steady = threading.Thread(target=ask)
    steady.start()
    good = gateway.file.read_text()
    more = good.replace("models: [bench-model]", "models: [bench-model, late-model]")
    for n in range(20):
        write("listen: [\nnonsense" if n % 2 else more)
        gateway.program.signal(signal.SIGHUP)
        time.sleep(0.05)
    write(more)
    gateway.program.signal(signal.SIGHUP)
    until(lambda: gateway.chat("x", model="bench/late-model").status == 200, 3, "the new model")
    write("workers: many\n")
    gateway.program.signal(signal.SIGHUP)
    until(lambda: "many" in gateway.program.errors() or "workers" in gateway.program.errors(), 3,
          "the bad file is said")
    expect(gateway.chat("x", model="bench/late-model").status, 200, "the old one goes on")
    write("")  # a file that an editor emptied, or has not written yet
    gateway.program.signal(signal.SIGHUP)
    until(lambda: "says nothing" in gateway.program.errors(), 3, "the empty file is said")
    expect(gateway.chat("x", model="bench/late-model").status, 200, "and drops no provider")
    write("workers: many\n")
    over.set()
    steady.join()
    expect(failures, [], "calls that failed during reloads")
    checked = gateway.costlens("config", "check", check=False)
    expect_true(checked.returncode != 0, "config check fails")
    expect_in(":1:", checked.stderr + checked.stdout, "and names the line")
