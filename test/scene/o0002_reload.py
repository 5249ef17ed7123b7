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
    # What cannot change while it runs is named, at every reload.
    for _ in range(2):
        said = gateway.program.errors().count("limits.body")
        write(more.replace(f"workers: {gateway.workers}", "workers: 7") + "limits: { body: 1MiB }\nkeep: 1d\n")
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.program.errors().count("limits.body") > said, 3, "what waits for the next start")
        expect_in("next start only: workers, limits.body, keep", gateway.program.errors())
    said = gateway.program.errors().count("configuration holds")
    write(more)
    gateway.program.signal(signal.SIGHUP)
    until(lambda: gateway.program.errors().count("configuration holds") > said, 3, "the first file again")
    last = [x for x in gateway.program.errors().splitlines() if "configuration holds" in x][-1]
    expect_true("but for" not in last, "nothing waits any more")
    write("workers: many\n")
    gateway.program.signal(signal.SIGHUP)
    until(lambda: "many" in gateway.program.errors(), 3,
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
