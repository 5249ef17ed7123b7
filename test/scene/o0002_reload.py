# SPDX-License-Identifier: Apache-2.0
"""SIGHUP reads the configuration anew: a good one takes effect, a bad one changes nothing."""
import gzip
import json
import os
import random
import signal
import threading
import time

from lib.scene import COSTLENS, Gateway, Mock, Program, expect, expect_in, expect_true, limit, question, until

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
    steady = threading.Thread(target=ask, daemon=True)
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
        expect_in("but for what needs a restart: workers, limits.body, keep", gateway.program.errors())
    # Until then all of it stays: no half of a limit holds, and no other folder is made or looked into.
    elsewhere = gateway.state / "elsewhere"
    moved = more.replace(f"state: {gateway.state}", f"state: {elsewhere}").replace(
        f"sqlite:{gateway.state}", f"sqlite:{elsewhere}")
    dev = {"Authorization": f"Bearer {(gateway.state / 'dev.key').read_text().strip()}"}
    write(moved + "limits: { body: 1MiB, buffers: 32MiB }\n")
    gateway.program.signal(signal.SIGHUP)
    until(lambda: "restart: store, state, limits.body, limits.buffers" in gateway.program.errors(), 3, "all are named")
    large = json.dumps(question(random.randbytes(1 << 20).hex())).encode()
    expect(gateway.post("/v1/chat/completions", large, dev).status, 200, "the old limit of bodies")
    expect(gateway.post("/v1/chat/completions", gzip.compress(large), {**dev, "Content-Encoding": "gzip"}).status, 200,
           "the same in a coding")
    time.sleep(0.3)  # the memory is measured meanwhile
    expect(gateway.chat("x", headers=dev).status, 200, "the old limit of buffers")
    expect_true(not elsewhere.exists(), "nothing is made elsewhere")
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
    # Where it listens it goes on listening: that is no provider, whatever the file says of `listen`.
    write(more.replace(f"listen: [127.0.0.1:{gateway.port}]", "listen: [127.0.0.1:9]").replace(
        f"url: {mock.url}/v1", f"url: {gateway.url}/v1"))
    gateway.program.signal(signal.SIGHUP)
    until(lambda: "circles" in gateway.program.errors(), 3, "the circle is said")
    expect(gateway.chat("x", model="bench/late-model").status, 200, "and not made")
    write("workers: many\n")
    over.set()
    steady.join()
    expect(failures, [], "calls that failed during reloads")
    checked = gateway.costlens("config", "check", check=False)
    expect_true(checked.returncode != 0, "config check fails")
    expect_in(":1:", checked.stderr + checked.stdout, "and names the line")


def early():
    """One that comes before the configuration is read ends nobody, and has it read anew."""
    with Mock() as mock:
        gateway = Gateway(mock)
        good = gateway.config()
        os.mkfifo(gateway.file)  # so that it waits
        gateway.program = Program("serve", [COSTLENS, "serve", "--config", str(gateway.file)], gateway.environment)

        def opened():
            try:
                return os.open(gateway.file, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                return None
        writer = until(opened, 10, "it reads its configuration")
        gateway.program.signal(signal.SIGHUP)
        aside = gateway.file.with_suffix(".new")
        aside.write_text(good.replace("models: [bench-model]", "models: [bench-model, late-model]"))
        aside.replace(gateway.file)
        os.write(writer, good.encode())
        os.close(writer)
        until(lambda: gateway.ready() or not gateway.program.alive(), 10, "the gateway is ready")
        expect_true(gateway.program.alive(), "it lives")
        until(lambda: gateway.chat("x", model="bench/late-model").status == 200, 3, "the new model")
        expect(gateway.program.stop(), 0)


early()


def warned():
    """What is dropped, or taken and most likely a slip, is told as at a start; what was told before is not again."""
    with Mock() as mock, Gateway(mock) as gateway:
        whole = gateway.config()
        lines = ("  gone: { url: https://gone.example/v1, key: file:nosuch.key }\n",
                 "  - { name: nobody, token: env:SCENE_NOT_THERE }\n")
        bad = whole.replace("providers:\n", f"providers:\n{lines[0]}").replace("keys:\n", f"keys:\n{lines[1]}")
        bad += ("tiers: { cheap: [gone/x] }\nroutes:\n"
                "  - { name: a, match: { key: nobody }, small: bench/bench-model }\n"
                "  - { name: held, match: { tag: { x: y } }, mode: certified, local_only: true, small: bench/bench-model, "
                "large: claude/x }\n")
        told = ("nosuch.key", "SCENE_NOT_THERE", "tier cheap: none of its models is there", "route held: mode certified")

        def reload(text):
            aside = gateway.file.with_suffix(".new")
            aside.write_text(text)
            aside.replace(gateway.file)
            before = len(gateway.program.errors())
            gateway.program.signal(signal.SIGHUP)
            until(lambda: "configuration holds" in gateway.program.errors()[before:], 5, "it is read")
            return gateway.program.errors()[before:]
        expect_true(not any(text in gateway.program.errors() for text in told), "nothing is told of the first one")
        said = reload(bad)
        for text in told:
            expect(said.count(text), 1, text)
        again = reload(f"# a line before\n{bad}" + "keep: 1d\n")
        expect_true(not any(text in again for text in told), "it was told")
        reload(whole)
        said = reload(bad)
        for text in told:
            expect(said.count(text), 1, text)


warned()
