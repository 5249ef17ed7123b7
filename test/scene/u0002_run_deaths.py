# SPDX-License-Identifier: Apache-2.0
"""costlens run when something dies: the run that began the gateway, or the gateway itself. Others go on,
nothing is lost, and the next one begins anew."""
import json
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

from lib.run import CALL, bill_of, calling, configured, owned, program, run, start
from lib.scene import COSTLENS, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, until

# Calls once, and once more for every line that it reads.
STEADY = "def call():\n" + "".join(f"    {line}\n" for line in CALL.strip().splitlines()) + """
import sys
call()
for line in sys.stdin:
    call()
"""


def begin(gateway, *options):
    running = start(gateway, program(STEADY), *options)
    expect(running.stdout.readline(), "True\n")
    return running


def end(running):
    out, error = running.communicate("x\n", timeout=60)
    expect((out, running.returncode), ("True\n", 0), error)
    return json.loads(error.strip().splitlines()[-1])["bill"]


def pid_of_gateway(gateway):
    return int((gateway.state / "costlens.db.lock").read_text())


def blocks(pid, number):
    """The signal is held back, for the program that runs."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("SigBlk:")[1].split()[0], 16) >> (number - 1) & 1


with Mock() as mock:
    gateway = configured(Gateway(mock))

    # Whoever began it ends first: the gateway stays for the others.
    first, second = begin(gateway, "--json"), begin(gateway, "--json")
    expect(end(first)["total"]["requests"], 2)
    expect_true(owned(gateway), "it stays")
    expect(end(second)["total"]["requests"], 2)
    until(lambda: not owned(gateway), 5, "and ends with the last")

    # Or is killed.
    first, second = begin(gateway, "--json"), begin(gateway, "--json")
    keeper = pid_of_gateway(gateway)
    expect_true(keeper not in (first.pid, second.pid), "the gateway is a process of its own")
    expect(Path(f"/proc/{keeper}/comm").read_text(), "costlens-gate\n", "and named so")
    expect(os.readlink(f"/proc/{keeper}/cwd"), "/", "it holds no folder of the first run")
    first.kill()
    first.stdin.close()
    expect(first.wait(10), -signal.SIGKILL)
    expect(end(second)["total"]["requests"], 2)
    until(lambda: not owned(gateway), 5, "it ends though one was killed")

    # It reads the file anew that was named from the first run's folder.
    here = subprocess.Popen([COSTLENS, "run", "--config", gateway.file.name, "--quiet", "--", "sh", "-c",
                             "echo ready; read x"], cwd=gateway.file.parent, env=gateway.environment, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    expect(here.stdout.readline(), "ready\n")
    os.kill(pid_of_gateway(gateway), signal.SIGHUP)
    until(lambda: "reload: the new configuration holds" in (gateway.state / "run.log").read_text(), 5, "it reads it")
    here.communicate("x\n", timeout=30)
    until(lambda: not owned(gateway), 5, "it ends")

    # The gateway is killed: what it had answered is billed, by two at once; the next run begins another.
    first, second = begin(gateway, "--json"), begin(gateway, "--json")
    os.kill(pid_of_gateway(gateway), signal.SIGKILL)
    until(lambda: not owned(gateway), 5, "it is dead")
    for running in (first, second):
        running.stdin.close()
    for running in (first, second):
        error = running.stderr.read()
        expect(running.wait(30), 0, error)
        expect(json.loads(error.strip().splitlines()[-1])["bill"]["total"]["requests"], 1)
    expect(bill_of(run(gateway, calling(), "--json"))["total"]["requests"], 1)
    expect_in("balance", gateway.costlens("ledger", "verify").stdout)

    # A gateway that hangs: once the program has ended, a signal ends who waits for the bill.
    running = begin(gateway)
    keeper = pid_of_gateway(gateway)
    child = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    os.kill(keeper, signal.SIGSTOP)
    running.stdin.close()
    until(lambda: not child.read_text() and not blocks(running.pid, signal.SIGTERM), 10, "the program has ended")
    running.terminate()
    try:
        expect(running.wait(10), 0, "the program's")
        expect_in("interrupted before the bill was had", running.stderr.read())
    finally:
        os.kill(keeper, signal.SIGCONT)
    until(lambda: not owned(gateway), 5, "and the gateway with it")

# What it leaves running makes its call to the end: that is waited for a little, and said.
LATE = """
import os, sys, time
if os.fork() == 0:
    os.close(1); os.close(2); os.close(0)
    os.open("/dev/null", os.O_RDWR); os.dup(0); os.dup(0)
""" + "".join(f"    {line}\n" for line in CALL.strip().splitlines()) + """
    os._exit(0)
time.sleep(%f)
""" % (0.7 * PATIENCE)
for ttft, cut in (("1500ms", 0), (f"{int(6 * PATIENCE)}s", 1)):
    with Mock(ttft=ttft) as mock:
        gateway = configured(Gateway(mock))
        begun = time.monotonic()
        done = run(gateway, program(LATE), "--bill", str(gateway.state / "bill.json"))
        expect_true(time.monotonic() - begun < (0.7 + 3.5) * PATIENCE, "two seconds, and what a gateway takes to end")
        bill = json.loads((gateway.state / "bill.json").read_text())
        expect((bill["bill"]["total"]["requests"], bill["cut_calls"], bill["open_calls"]), (1, cut, 0), done.stderr)
        expect_true(("1 call was still under way and was cut" in done.stderr) == bool(cut), done.stderr)
        expect_true("NOTHING WAS SEEN" not in done.stderr, done.stderr)

# Where the gateway lives on, so does the call; a signal ends the wait, not the bill.
with Mock(ttft=f"{int(6 * PATIENCE)}s") as mock:
    gateway = configured(Gateway(mock))
    other = start(gateway, ["sh", "-c", "echo ready; read x"])
    expect(other.stdout.readline(), "ready\n")
    done = run(gateway, program(LATE), "--bill", str(gateway.state / "bill.json"))
    bill = json.loads((gateway.state / "bill.json").read_text())
    expect((bill["bill"]["total"]["requests"], bill["cut_calls"], bill["open_calls"]), (0, 0, 1), done.stderr)
    expect_in("1 call is still under way", done.stderr)
    other.communicate("x\n", timeout=60)
    until(lambda: not owned(gateway), 5, "it has ended")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        running = start(gateway, program(LATE + "print('called', flush=True)\nsys.exit(3)\n"), "--bill", str(gateway.state / "bill.json"))
        child = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        expect(running.stdout.readline(), "called\n")
        until(lambda: not child.read_text() and not blocks(running.pid, number), 10, "the program has ended")
        running.send_signal(number)
        error = running.communicate(timeout=60)[1]
        expect(running.returncode, 3, error)
        bill = json.loads((gateway.state / "bill.json").read_text())
        expect((bill["bill"]["total"]["requests"], bill["cut_calls"]), (1, 1), error)

# The gateway waits for such a call as little when it has read its configuration anew.
with Mock(ttft=f"{int(30 * PATIENCE)}s") as mock:
    gateway = configured(Gateway(mock))
    running = start(gateway, ["sh", "-c", f"{shlex.join(program(LATE))}; echo called; read x"])
    expect(running.stdout.readline(), "called\n")
    os.kill(pid_of_gateway(gateway), signal.SIGHUP)
    until(lambda: "the new configuration holds" in (gateway.state / "run.log").read_text(), 10, "it has read it")
    running.communicate("x\n", timeout=15 * PATIENCE)
    until(lambda: not owned(gateway), 5, "it has ended")

# The program is killed in the middle of a stream: that call is in the bill, as an estimate.
STREAM = CALL.replace('"messages"', '"stream": True, "messages"').replace(
    "print(bool(json.load(urllib.request.urlopen(request))[\"choices\"][0][\"message\"][\"content\"]), flush=True)",
    "answer = urllib.request.urlopen(request); answer.readline(); print(True, flush=True); import time; time.sleep(50)")
with Mock(rate=5) as mock:
    gateway = configured(Gateway(mock))
    running = start(gateway, program(STREAM), "--json")
    expect(running.stdout.readline(), "True\n")
    running.terminate()
    error = running.communicate(timeout=60)[1]
    expect(running.returncode, 143)
    total = json.loads(error.strip().splitlines()[-1])["bill"]["total"]
    expect((total["requests"], total["estimated"] + total["captured"]), (1, 1), error)
