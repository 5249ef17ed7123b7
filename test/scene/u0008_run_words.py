# SPDX-License-Identifier: Apache-2.0
"""What a run says at its end is true: that its budget is paused, or was lowered; that the gateway died, and what is
booked; which budget lets it go on. What --json prints is JSON, and nothing else."""
import json
import os
import re
import shlex
import signal
import socket
import time

from lib.run import command, configured, owned, program, run, start
from lib.scene import PATIENCE, Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(120)

# Calls once for every line that it reads, and says the status; 0 where nobody answers.
STEADY = program("""
import json, os, sys, urllib.error, urllib.request
for line in sys.stdin:
    body = {"model": "bench/bench-model", "max_tokens": 1000, "messages": [{"role": "user", "content": "hi"}]}
    request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
        {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "Content-Type": "application/json"})
    try:
        print(urllib.request.urlopen(request).status, flush=True)
    except urllib.error.HTTPError as refusal:
        print(refusal.code, flush=True)
    except OSError:
        print(0, flush=True)
""")


def called(running, count=1):
    said = []
    for _ in range(count):
        running.stdin.write("x\n")
        running.stdin.flush()
        said.append(int(running.stdout.readline()))
    return said


def ended(running):
    said = running.communicate(timeout=60 * PATIENCE)[1]
    expect(running.returncode, 0, said)
    return said


def budget_of(running):
    return running.stderr.readline().split("budget raise ")[1].split()[0]


def paused(gateway):
    running = start(gateway, STEADY, "--budget", "1")
    name = budget_of(running)
    gateway.costlens("budget", "pause", name)
    expect(called(running, 2), [402, 402])
    said = ended(running)
    expect_in("THE BUDGET IS PAUSED: 2 calls were refused.\n", said)
    expect_in(f"While such a program runs, `costlens budget resume {name} --config {gateway.file}` lets it go on.", said)
    expect_true("REACHED" not in said and "raise" not in said, said)
    running = start(gateway, STEADY, "--budget", "1e-7")
    name = budget_of(running)
    expect(called(running), [402])
    gateway.costlens("budget", "pause", name)
    expect(called(running), [402])
    gateway.costlens("budget", "resume", name)
    said = ended(running)
    expect_in("THE BUDGET WAS REACHED: 1 call was refused", said)
    expect_in("THE BUDGET WAS PAUSED: 1 call was refused.\n", said)
    running = start(gateway, STEADY, "--budget", "1", "--json")
    [own] = until(lambda: json.loads(gateway.costlens("budget", "list", "--json").stdout)["budgets"], 10, "its budget")
    name = own["name"]
    gateway.costlens("budget", "pause", name)
    expect(called(running), [402])
    budget = json.loads(ended(running))["budget"]
    expect((budget["refused"], budget["refused_paused"]), (1, 1))


def lowered(gateway):
    """Below what a call holds, while another waits for it."""
    one = shlex.join(STEADY)
    running = start(gateway, ["sh", "-c", f"echo x | {one} & echo x | {one} & wait"], "--budget", "0.001")
    name = budget_of(running)
    until(lambda: '"held":"0.000' in gateway.costlens("budget", "list", "--json").stdout, 10, "one is under way")
    gateway.costlens("budget", "set", name, "--limit", "0.00001")
    said = ended(running)
    expect_in("THE BUDGET WAS REACHED: 1 call was refused, which could have passed its limit, lowered from 0.001 USD "
              "to 0.00001 meanwhile.\n", said)
    expect_in("lets it go on.\n", said)
    expect_true("higher --budget" not in said, said)
    expect_in("THE BUDGET IS OVERSPENT by 0.0", said)
    expect_in("USD: its limit was lowered meanwhile", said)


def whole(gateway):
    """A long refusal, to the end."""
    name = "n" * 64
    gateway.costlens("budget", "set", name, "--limit", "0.000000001", "--scope", "model=*", "--window", "month")
    said = run(gateway, STEADY, input="x\n").stderr
    expect_in(f"For more: `costlens budget raise {name} USD --config {gateway.file}`. (402)\n", said)
    gateway.costlens("budget", "rm", name)


def inside(gateway):
    """The budget of a run inside it is over, and cannot be raised."""
    inner = ["sh", "-c", f"echo x | {shlex.join(command(gateway, STEADY, ('--budget', '1e-7', '--json')))} 2>/dev/null"]
    for options in ((), ("--budget", "1")):
        done = run(gateway, inner, *options)
        expect(done.stdout, "402\n")
        name = re.search(r"budget (run-python3-\S+) of a run inside it, which has ended", done.stderr)
        expect_true(name, done.stderr)
        expect_in("give that run a higher --budget", done.stderr)
        expect_true(f"raise {name[1]}" not in done.stderr, done.stderr)


def under_way(gateway):
    with socket.socket(socket.AF_UNIX) as way:
        way.connect(str(gateway.state / "costlens.sock"))
        way.sendall(b"GET /api/v1/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        got = b""
        while part := way.recv(65536):
            got += part
    return b'"in_flight":1,' in got


def killed(gateway):
    for options in ((), ("--json",), ("--budget", "1"), ("--quiet",)):
        running = start(gateway, STEADY, *options)
        expect(called(running), [200])
        running.stdin.write("x\n")
        running.stdin.flush()
        until(lambda: under_way(gateway), 10, "one is under way")
        time.sleep(0.3 * PATIENCE)  # from its first byte on: it is sent a little later, and answered later still
        os.kill(int((gateway.state / "costlens.db.lock").read_text()), signal.SIGKILL)
        expect(running.stdout.readline(), "0\n")
        said = ended(running)
        if options == ("--json",):
            answer = json.loads(said)
            expect((answer["gateway_lost"], answer["bill"]["total"]["requests"], answer["bill"]["total"]["captured"]),
                   (True, 2, 1))
            continue
        expect_true('"msg"' not in said, said)
        expect_in("THE GATEWAY ENDED BEFORE THE PROGRAM DID", said)
        expect_in("2 calls that it had sent are booked: 1 of them, whose end is not known, at the most that it can cost",
                  said)


with Mock() as mock:
    gateway = configured(Gateway(mock))
    for each in (paused, inside):
        each(gateway)
        until(lambda: not owned(gateway), 10, "its own gateway has ended")
    with Gateway(mock) as gateway:
        paused(gateway)
        whole(gateway)
        inside(gateway)
with Mock(ttft=f"{int(2 * PATIENCE)}s") as mock:
    lowered(configured(Gateway(mock)))
with Mock(ttft=f"{int(700 * PATIENCE)}ms") as mock:
    killed(configured(Gateway(mock)))
