# SPDX-License-Identifier: Apache-2.0
"""costlens run: a program's calls, its bill, its exit status; with a gateway of its own and with one that
runs."""
import fcntl
import json
import os
import shlex
import signal
import subprocess
import time
from decimal import Decimal

from lib.run import CALL, bill_of, calling, command, configured, owned, program, run, start
from lib.scene import COSTLENS, PATIENCE, Gateway, Mock, cost_of, expect, expect_in, expect_true, folder, until


class Unpriced(Gateway):
    """One of its models has no price."""

    def config(self):
        return "".join(x for x in super().config().splitlines(True) if '"bench/other"' not in x)


def usd(picodollars):
    return f"{picodollars // 10**12}.{picodollars % 10**12:012d}".rstrip("0")



def key_row(gateway, key):
    return next(r for r in gateway.report("--by", "key")["rows"] if r["key"] == key)


def bills_itself(gateway, mock, feature):
    """Its own gateway: the bill is the provider's and the report's, to the last digit."""
    before = len(mock.bills())
    file = folder / "bill.json"
    done = run(gateway, calling("one", "two"), "--json", "--bill", str(file), "--tag", f"feature={feature}",
               "--tag", "who=a,b %")
    expect(done.returncode, 0, done.stderr)
    expect(done.stdout, "True\nTrue\n", "nothing but the program's output")
    bill = bill_of(done)
    expect(json.loads(file.read_text())["bill"], bill, "--bill")
    bills = mock.bills()[before:]
    expect(bill["total"]["requests"], 2)
    expect(bill["total"]["cost_usd"], usd(sum(cost_of(b) for b in bills)))
    expect(bill["total"]["output_tokens"], sum(b["output"] for b in bills))
    same = ("requests", "input_tokens", "cache_read_tokens", "output_tokens", "cost_usd", "unpriced")
    reported = key_row(gateway, bill["key"])
    expect([bill["total"][x] for x in same], [reported[x] for x in same], "the report says the same")
    costs = [r["cost_usd"] for r in gateway.report("--by", "tag:feature")["rows"] if r["tag"] == feature]
    expect(costs, [bill["total"]["cost_usd"]], "its tag is on both")
    expect_in("a,b %", [r["tag"] for r in gateway.report("--by", "tag:who")["rows"]])
    dearest = json.loads(gateway.costlens("report", "--request", bill["dearest"]["request"],
                                          "--json").stdout)
    expect(float(dearest["attempts"][0]["cost_usd"]), float(bill["dearest"]["cost_usd"]))
    expect_true("run-" not in gateway.costlens("key", "list").stdout, "its key is forgotten")


def owns_its_tags(gateway):
    done = run(gateway, calling(), "--json", "--tag", "team=web", "--name", "nightly",
               environment={"SCENE_HEADERS": json.dumps({"x-costlens-tags": "team=other,run=x,mine=1"})})
    expect(done.returncode, 0, done.stderr)
    row = gateway.rows()[-1]
    expect(row["team"], "web", "no call overrides it")
    expect_in("nightly", [r["tag"] for r in gateway.report("--by", "tag:run")["rows"]])
    expect_true("x" not in [r["tag"] for r in gateway.report("--by", "tag:run")["rows"]], "nor this")
    expect_in("1", [r["tag"] for r in gateway.report("--by", "tag:mine")["rows"]], "its own stay")


def prints_it(gateway):
    done = run(gateway, calling("x"))
    lines = done.stderr.splitlines()
    expect_in("MODEL", lines[1])
    expect_in("COST USD", lines[1])
    expect_true(lines[1].endswith("COST USD") and len(lines[2]) == len(lines[1]), "right-aligned")
    expect_in("bench/bench-model", lines[2])
    expect_in("costlens report --request", done.stderr)
    expect_true("\033" not in done.stderr, "no colours")
    expect(run(gateway, calling("x"), "--quiet").stderr, "", "--quiet")


def is_transparent(gateway):
    """Exit status, signals' too; a filter; what cannot be run."""
    for cmd, code in ((["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -TERM $$"], 143),
                      (["sh", "-c", "kill -KILL $$"], 137), (["/nonexistent/x"], 127), (["/"], 126)):
        expect(run(gateway, cmd).returncode, code, str(cmd))
    done = run(gateway, ["tr", "a-z", "A-Z"], input="abc\n")
    expect(done.stdout, "ABC\n", "a filter")
    # Its reader sees the end when the program closes its output, not when it ends.
    slow = start(gateway, ["sh", "-c", f"echo first; exec >&-; sleep {3 * PATIENCE}"])
    expect(slow.stdout.readline(), "first\n")
    begun = time.monotonic()
    expect(slow.stdout.read(), "")
    expect_true(time.monotonic() - begun < 2.5 * PATIENCE, "the output ends with the program's own")
    expect(slow.wait(), 0)
    expect(run(gateway, ["sh", "-c", "ls -l /proc/self/fd | grep -c -e lease -e socket:"], input="").stdout, "0\n")


def passes_signals(gateway):
    trap = """
import signal, sys, time
def on(number, frame):
    print(number, flush=True)
    if number == signal.SIGTERM:
        sys.exit(9)
for s in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGWINCH, signal.SIGTERM):
    signal.signal(s, on)
print("ready", flush=True)
while True:
    time.sleep(0.05)
"""
    running = start(gateway, program(trap))
    expect(running.stdout.readline(), "ready\n")
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGWINCH,
                   signal.SIGTERM):
        running.send_signal(number)
        expect(running.stdout.readline(), f"{int(number)}\n")
    expect(running.wait(10), 9)
    # What the program sends its whole group comes once.
    own = program("import os, signal, time\nsignal.signal(signal.SIGUSR1, lambda *_: print('USR1', flush=True))\n"
                  "os.killpg(0, signal.SIGUSR1)\ntime.sleep(0.5)\n")
    running = start(gateway, own, process_group=0)
    expect(running.communicate(timeout=10)[0], "USR1\n")
    # Ignored by the caller, as nohup does: it stays ignored.
    done = subprocess.run(["sh", "-c", "trap '' HUP; exec \"$@\"", "x", *command(
        gateway, ["sh", "-c", "kill -HUP $$; kill -HUP $PPID; echo alive"])], text=True,
        capture_output=True, env=gateway.environment, timeout=30)
    expect((done.stdout, done.returncode), ("alive\n", 0))


def state_of(pid):
    with open(f"/proc/{pid}/stat") as f:
        return f.read().rsplit(")", 1)[1].split()[0]


def stops_and_goes_on(gateway):
    running = start(gateway, ["sh", "-c", "echo $$; read x; exit 4"], process_group=0)
    child = int(running.stdout.readline())
    running.send_signal(signal.SIGTSTP)
    until(lambda: state_of(child) == "T" and state_of(running.pid) == "T", 5, "both have stopped")
    running.send_signal(signal.SIGCONT)
    until(lambda: state_of(child) == "S" and state_of(running.pid) == "S", 5, "both go on")
    running.communicate("x\n", timeout=10)
    expect(running.returncode, 4)


def names_itself(gateway):
    """Its key's name is cut between two characters."""
    for name in ("x" + "\u00e9" * 40, "\U0001f600" * 30, "a" * 40 + "\u00e9"):
        bill = bill_of(run(gateway, calling("x"), "--json", "--name", name))
        expect_true(bill["key"].startswith(f"run-{name[:10]}") and "\ufffd" not in bill["key"], bill["key"])
        expect_in(name, [r["tag"] for r in gateway.report("--by", "tag:run")["rows"]])


def stands_without_a_standard_file(gateway):
    """A file that it opens does not come to stand in the place of one that is closed."""
    late = program("import time\ntime.sleep(1.5)\n" + CALL)
    for closed in ("<&-", ">&-", "<&- >&-"):
        done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "x", *command(gateway, late, ["--json"])],
                              text=True, capture_output=True, env=gateway.environment, timeout=60)
        expect(bill_of(done)["total"]["requests"], 1, done.stderr)


def says_that_nothing_was_seen(gateway):
    done = run(gateway, ["sh", "-c", "exit 5"])
    expect(done.returncode, 5)
    expect_in("NOTHING WAS SEEN", done.stderr)
    expect_in("NOTHING WAS SEEN", run(gateway, ["true"], "--quiet").stderr)


def says_what_was_refused(gateway):
    """The gateway itself saw these calls: each is counted, alone and beside others, by this run alone."""
    unknown = {"SCENE_MODEL": "nobody-has-it"}
    failing = " || ".join([shlex.join(calling("x"))] * 3)
    refused = run(gateway, ["sh", "-c", failing], environment=unknown).stderr
    expect_true("NOTHING WAS SEEN" not in refused, refused)
    expect_in("3 calls were refused by the gateway", refused)
    expect_in("nobody-has-it", refused.split("3 calls were refused")[1], "and it says why")
    expect_in("(404)", refused)
    both = ["sh", "-c", f"SCENE_MODEL=nobody-has-it {shlex.join(calling('x'))}; {shlex.join(calling('x'))}"]
    done = run(gateway, both)
    expect_in("total", done.stderr)
    expect_in("1 call was refused by the gateway", done.stderr)
    told = json.loads(run(gateway, both, "--json").stderr.splitlines()[-1])
    expect((told["refused"]["requests"], told["refused"]["http_status"], told["refused"]["error"]),
           (1, 404, "model_not_found"))
    expect(json.loads(run(gateway, calling("x"), "--json").stderr)["refused"], None)


def says_what_was_refused_last(mock):
    """Whichever of the workers it was that did."""
    gateway = configured(Gateway(mock, workers=2))
    several = program("""
import os, urllib.error, urllib.request
for i in range(12):
    try:
        urllib.request.urlopen(urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions",
            b'{"model":"nobody-%d","messages":[]}' % i, {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"],
            "Content-Type": "application/json"}))
    except urllib.error.HTTPError:
        pass
""")
    for _ in range(5):
        expect_in("12 calls were refused by the gateway itself; the last: nobody-11: ",
                  run(gateway, several).stderr)


def counts_runs_inside_it(gateway):
    """What a run inside a run spends is on both bills, at any depth, and the outer one says so."""
    def nested(*commands):
        return ["sh", "-c", "; ".join(shlex.join(c) for c in commands)]
    innermost = command(gateway, calling("x"), ("--json",))
    inner = command(gateway, nested(innermost, calling("y")), ("--json",))
    done = run(gateway, nested(inner, calling("z")), "--json", "--name", "a rather long name of a run, and more of it")
    bills = [json.loads(line)["bill"] for line in done.stderr.splitlines() if line.startswith("{")]
    expect([b["total"]["requests"] for b in bills], [1, 2, 3], done.stderr)
    expect([b["inside"] and b["inside"]["requests"] for b in bills], [None, 1, 2])
    costs = [Decimal(b["total"]["cost_usd"]) for b in bills]
    expect([b["inside"] and Decimal(b["inside"]["cost_usd"]) for b in bills], [None, *costs[:2]])
    expect(sum(r["requests"] for r in gateway.report("--by", "key")["rows"] if r["key"] in [b["key"] for b in bills]), 3,
           "in a report each call is there once")
    said = run(gateway, nested(command(gateway, calling("x")))).stderr
    expect_in("inside    1 of these calls", said)
    refused = run(gateway, nested(command(gateway, calling("x"))), environment={"SCENE_MODEL": "nobody-has-it"}).stderr
    expect(refused.count("1 call was refused by the gateway"), 2, "by both")
    for odd in ("", "x", "../..", "1a2b3c4d.", "1a2b3c4d" * 20):
        expect(bill_of(run(gateway, calling("x"), "--json", environment={"COSTLENS_RUN": odd}))["total"]["requests"], 1, odd)


def hands_its_tags_on(gateway):
    """They stand on what a run inside it calls, too; where both name one, the inner's does."""
    inner = command(gateway, calling("x"), ("--tag", "stage=inner", "--name", "within"))
    expect(run(gateway, inner, "--tag", "order=a,b %=c", "--tag", "stage=outer", "--name", "around").returncode, 0)
    for name, value in (("run", "within"), ("stage", "inner"), ("order", "a,b %=c")):
        expect_in(value, [r["tag"] for r in gateway.report("--by", f"tag:{name}")["rows"]])
    for name, value in (("run", "around"), ("stage", "outer")):
        expect_true(value not in [r["tag"] for r in gateway.report("--by", f"tag:{name}")["rows"]], name)
    many = [x for i in range(15) for x in ("--tag", f"t{i}=x")]
    done = run(gateway, command(gateway, ["true"], ("--tag", "one=more")), *many)
    expect(done.returncode, 2)
    expect_in("those of the run around it", done.stderr)
    expect(run(gateway, calling("x"), environment={"COSTLENS_RUN_TAGS": "=\xff"}).returncode, 0, "none of ours")


def keeps_its_word(gateway):
    """The example of its help, as it stands there."""
    text = gateway.costlens("run", "--help").stdout
    example = "costlens run --mock" + text.split("costlens run --mock")[-1]
    bare = {"PATH": f"{os.path.dirname(COSTLENS)}:{os.environ['PATH']}", "HOME": str(folder),
            "XDG_STATE_HOME": str(folder / "example"), "OLLAMA_HOST": "127.0.0.1:1"}
    done = subprocess.run(["sh", "-c", example], text=True, capture_output=True, env=bare, timeout=60)
    expect(json.loads(done.stdout)["object"], "chat.completion", done.stderr)
    expect_in("mock/fast", done.stderr)


def waits_for_the_store(gateway):
    """Another command holds it for a moment."""
    with open(f"{gateway.store}.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        running = start(gateway, calling("x"), "--json")
        time.sleep(1.5)
        expect(running.poll(), None, "it waits")
    out, error = running.communicate(timeout=30)
    expect((out, running.returncode), ("True\n", 0), error)


def shares(gateway, mock):
    """Five at once: one gateway, one ledger, and each bill is its own."""
    before = len(mock.bills())
    running = [start(gateway, calling(*["text"] * (i + 1)), "--json") for i in range(5)]
    total = 0
    for i, r in enumerate(running):
        out, error = r.communicate(timeout=60)
        expect((out, r.returncode), ("True\n" * (i + 1), 0), error)
        expect_true(error.startswith("{"), error)
        bill = json.loads(error.strip().splitlines()[-1])["bill"]
        expect(bill["total"]["requests"], i + 1)
        total += bill["total"]["output_tokens"]
    expect(total, sum(b["output"] for b in mock.bills()[before:]))
    until(lambda: not owned(gateway), 5, "the gateway has ended with the last of them")


def says_whose_providers_it_uses():
    """Beside a run with other keys: its gateway is used, with its providers."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_STATE_HOME": str(folder / "beside"),
            "OLLAMA_HOST": "127.0.0.1:1", "OPENAI_API_KEY": "x"}

    def go(**more):
        return subprocess.Popen([COSTLENS, "run", "--quiet", "--", "sh", "-c", "echo ready; read x"], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={**bare, **more})
    first = go()
    expect(first.stdout.readline(), "ready\n")
    same, other = go(), go(ANTHROPIC_API_KEY="y")
    errors = [r.communicate("x\n", timeout=30)[1] for r in (same, other, first)]
    expect([("has no provider anthropic:" in e) for e in errors], [False, True, False], str(errors))


def says_what_is_missing():
    """Nothing is configured: what to do is said, and --mock does it."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_STATE_HOME": str(folder / "bare"),
            "OLLAMA_HOST": "127.0.0.1:1"}

    def go(*options):
        return subprocess.run([COSTLENS, "run", *options, "--", *calling()], text=True, capture_output=True,
                              env={**bare, "SCENE_MODEL": "mock/fast"}, timeout=60)
    done = go()
    expect((done.returncode, done.stdout), (125, ""))
    expect_in("OPENAI_API_KEY", done.stderr)
    expect_in("--mock", done.stderr)
    done = go("--mock")
    expect((done.returncode, done.stdout), (0, "True\n"), done.stderr)
    expect_in("mock/fast", done.stderr)


def names_what_has_no_price(gateway):
    done = run(gateway, calling("x"), environment={"SCENE_MODEL": "bench/other"})
    expect_true(done.stderr.splitlines()[2].endswith("unpriced"), done.stderr)
    expect_in("1 call has no known price", done.stderr)


def counts_attempts_by_their_name(gateway):
    """A call that was tried again is one call, and as many attempts as were made."""
    done = run(gateway, calling("x"), "--name", "again", environment={
        "SCENE_MODEL": "bench/other", "SCENE_HEADERS": json.dumps({"x-mock-fault": "reset+once"})})
    expect_in("2 attempts have no known price", done.stderr)
    expect_in(" attempts have no known price", gateway.costlens("report").stdout)


def refuses(gateway):
    many = [x for i in range(16) for x in ("--tag", f"t{i}=x")]
    for options, text in ((("--tag", "x"), "NAME=VALUE"), (("--limit", "5"), "no option --limit"),
                          (("--tag", "run=x"), "--name x"), (many, "at most 15 tags"),
                          (("--tag", "a=" + "x" * 257), "256"), (("--tag", "a" * 65 + "=x"), "64"),
                          (("--tag", b"a=\xff"), "UTF-8"), (("--name", "x" * 257), "256")):
        done = run(gateway, ["true"], *options)
        expect(done.returncode, 2)
        expect_in(text, done.stderr)
    good = gateway.file.read_text()
    gateway.file.write_text("listen: nowhere\n")
    done = run(gateway, ["true"])
    gateway.file.write_text(good)
    expect(done.returncode, 125, done.stderr)  # the command line is right
    expect_in("listen", done.stderr)
    mark = folder / "it-ran"
    done = run(gateway, ["touch", str(mark)], "--bill", str(folder / "no-such" / "bill"))
    expect((done.returncode, mark.exists()), (125, False), "no bill can be written: nothing runs")
    expect_in("no-such/bill: No such file", done.stderr)
    done = run(gateway, ["sh", "-c", "exit 5"], "--bill", "/dev/full")
    expect(done.returncode, 5, "the program's own status, whatever becomes of the bill")
    expect_in("THE BILL WAS NOT WRITTEN: /dev/full: No space left", done.stderr)
    old = folder / "old.json"
    old.write_text("x" * 100000)
    run(gateway, ["true"], "--bill", str(old))
    expect(json.loads(old.read_text())["exit_code"], 0, "nothing of an older bill is left")


with Mock() as mock:
    gateway = configured(Unpriced(mock, models=["bench-model", "other"], retries=1))
    bills_itself(gateway, mock, "own")
    owns_its_tags(gateway)
    prints_it(gateway)
    is_transparent(gateway)
    passes_signals(gateway)
    stops_and_goes_on(gateway)
    names_itself(gateway)
    stands_without_a_standard_file(gateway)
    says_that_nothing_was_seen(gateway)
    says_what_was_refused(gateway)
    says_what_was_refused_last(mock)
    counts_runs_inside_it(gateway)
    hands_its_tags_on(gateway)
    keeps_its_word(gateway)
    waits_for_the_store(gateway)
    shares(gateway, mock)
    names_what_has_no_price(gateway)
    counts_attempts_by_their_name(gateway)
    refuses(gateway)
    says_what_is_missing()
    says_whose_providers_it_uses()
    with gateway:  # the same with one that runs, and other traffic beside it
        gateway.chat("not of the run")
        bills_itself(gateway, mock, "found")
        shares_with = start(gateway, calling("a", "b"), "--json")
        gateway.chat("nor this")
        out, error = shares_with.communicate(timeout=60)
        expect(out, "True\nTrue\n", error)
        expect(json.loads(error.splitlines()[-1])["bill"]["total"]["requests"], 2, error)
        expect_true(gateway.program.alive() and gateway.ready(), "it goes on")
