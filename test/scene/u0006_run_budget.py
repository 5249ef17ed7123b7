# SPDX-License-Identifier: Apache-2.0
"""costlens run --budget: the calls of a program, and of runs inside it, stop at a limit of their own; what only
open calls keep out waits; a person raises it meanwhile; it is gone when the run is."""
import json
import os
import shlex
import signal
import socket
import socketserver
import threading
from decimal import Decimal

from lib.run import command, configured, owned, program, run, start
from lib.scene import PATIENCE, Gateway, Mock, client_of, expect, expect_in, expect_true, limit, until

limit(120)
client_of("openai")

# Calls once for every line that it reads, and says "True", or the refusal.
STEADY = program("""
import json, os, sys, urllib.error, urllib.request
for line in sys.stdin:
    body = {"model": "bench/bench-model", "max_tokens": 1000, "messages": [{"role": "user", "content": "hi"}]}
    request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
        {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "Content-Type": "application/json",
        **json.loads(os.environ.get("SCENE_HEADERS", "{}"))})
    try:
        print(bool(json.load(urllib.request.urlopen(request))["choices"]), flush=True)
    except urllib.error.HTTPError as refusal:
        print(refusal.code, json.load(refusal)["error"]["message"], flush=True)
""")
# Ten that begin at once; each calls four times.
AGENTS = program("""
import concurrent.futures, openai, threading
ready = threading.Barrier(10)
def agent(number):
    client = openai.OpenAI()
    ready.wait()
    for i in range(4):
        messages = [{"role": "user", "content": f"agent {number}, step {i}: what is next?"}]
        answer = client.chat.completions.create(model="bench/bench-model", max_tokens=1000, messages=messages)
        assert answer.choices[0].message.content
    return "done"
with concurrent.futures.ThreadPoolExecutor(10) as pool:
    print(*pool.map(agent, range(10)), flush=True)
""")
# A stream of 9,000 tokens that might have 100,000, for every line that it reads.
STREAM = program("""
import json, os, sys, urllib.request
for line in sys.stdin:
    body = {"model": "bench/bench-model", "max_tokens": 100000, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
        {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "Content-Type": "application/json", "x-mock-fault": "tokens=9000"})
    answer = urllib.request.urlopen(request)
    print(answer.headers["x-costlens-request-id"], "used up" in answer.read().decode(), flush=True)
""")
# A stream that may have 900.
LONG = program("""
import json, os, urllib.request
body = {"model": "bench/bench-model", "max_tokens": 900, "stream": True, "messages": [{"role": "user", "content": "hi"}]}
request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
    {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "Content-Type": "application/json",
    **json.loads(os.environ["SCENE_HEADERS"])})
print(urllib.request.urlopen(request).read()[-300:].decode())
""")
WORST = Decimal("0.0006")  # at least that is held for such a call: its 1000 tokens out; it costs less


def told(done):
    """What --json printed."""
    return json.loads(done.stderr.strip().splitlines()[-1])


def budgets(gateway):
    return json.loads(gateway.costlens("budget", "list", "--json").stdout)["budgets"]


def calls(running, count=1):
    """What so many calls say."""
    said = []
    for _ in range(count):
        running.stdin.write("x\n")
        running.stdin.flush()
        said.append(running.stdout.readline().strip())
    return said


def ended(running):
    return running.communicate(timeout=60 * PATIENCE)[1]


def of_one_call(gateway):
    """A limit that takes one call of STEADY, and no second one."""
    said = run(gateway, STEADY, "--budget", "1e-7", "--quiet", input="x\n").stdout
    worst = Decimal(said.split("may cost up to ")[1].split(". ")[0])
    expect_true(WORST < worst < 2 * WORST, said)
    return str(worst)


def ten_agents_finish(gateway, mock, cap):
    before = len(mock.bills())
    done = run(gateway, AGENTS, "--budget", str(cap), "--json")
    expect(done.stdout.split(), ["done"] * 10, done.stderr)
    answer = told(done)
    budget = answer["budget"]
    expect(len(mock.bills()) - before, 40)
    expect((answer["bill"]["total"]["requests"], answer["refused"]), (40, None), "all of them by waiting")
    expect((Decimal(budget["limit"]), Decimal(budget["held"]), budget["refused"]), (cap, 0, 0))
    expect_true(Decimal(budget["spent"]) <= cap, f"the cap holds: {budget}")
    expect(Decimal(budget["spent"]) + Decimal(budget["left"]), cap)
    expect_true(0 <= Decimal(budget["spent"]) - Decimal(answer["bill"]["total"]["cost_usd"]) < Decimal("4e-8"),
                "each rounded up to a nanodollar")
    expect_true(cap < 10 * WORST, "not all at once")
    return budget



def stops_at_its_limit(gateway):
    """The program is told, and whoever started it; the bill says how it stands."""
    done = run(gateway, STEADY, "--budget", "0.001", input="x\n" * 40)
    said = done.stdout.splitlines()
    name = done.stderr.split("costlens budget raise ")[1].split()[0]
    expect_true(name.startswith("run-"), done.stderr)
    made, refused = said.count("True"), [x for x in said if x != "True"]
    expect_true(made > 1 and len(refused) > 1 and made + len(refused) == 40, done.stdout)
    for part in ("402 ", f'"{name}"', "limit 0.001 USD", f"`costlens budget raise {name} USD --config {gateway.file}`"):
        expect_in(part, refused[0])
    lines = done.stderr.splitlines()
    expect(lines[0], f"costlens: its calls stop at 0.001 USD; `costlens budget raise {name} USD "
                     f"--config {gateway.file}` raises that while it runs")
    [line] = [x for x in lines if x.startswith("budget ")]
    expect_true(line.startswith("budget    0.001 USD: spent 0.000"), line)
    expect_in(", held by calls under way 0.00, left 0.000", line)
    expect_in(f"THE BUDGET WAS REACHED: {len(refused)} calls were refused", done.stderr)
    expect_true("refused by the gateway" not in done.stderr, "that is said once")
    expect(budgets(gateway), [], "it is gone")
    quiet = run(gateway, STEADY, "--budget", "0.0000001", "--quiet", input="x\n").stderr
    expect_true(quiet.startswith("costlens: THE BUDGET WAS REACHED: 1 call was refused"), quiet)
    answer = told(run(gateway, STEADY, "--budget", "1e-7", "--json", input="x\n"))
    expect({**answer["budget"], "name": ""}, {"name": "", "limit": "0.0000001", "spent": "0.00", "held": "0.00",
                                              "left": "0.0000001", "hold": "full", "enforce": "block",
                                              "scope_changed": False, "would_refuse": 0, "refused": 1, "refused_paused": 0})
    expect(told(run(gateway, STEADY, "--json", input="x\n"))["budget"], None)


def goes_on_when_it_is_raised(gateway):
    running = start(gateway, STEADY, "--budget", "0.0000001", "--json", "--name", "my run/it's")
    expect_in("402", calls(running)[0])
    [budget] = budgets(gateway)
    expect((budget["scope"], budget["window"], budget["hold"], budget["wait"]),
           ({"key": budget["name"]}, "lifetime", "full", "30s"))
    expect_true(shlex.quote(budget["name"]) == budget["name"] and budget["name"].startswith("run-my-run-it-s-"),
                "a name that one can type")
    gateway.costlens("budget", "raise", budget["name"], "1")
    expect(calls(running, 2), ["True"] * 2)
    answer = json.loads(ended(running).strip().splitlines()[-1])
    expect((answer["budget"]["limit"], answer["budget"]["refused"]), ("1.00", 1))
    expect(budgets(gateway), [])


def bills_the_limit_of_now(gateway):
    running = start(gateway, STEADY, "--budget", "0.0000001", "--name", "raised")
    name = running.stderr.readline().split("budget raise ")[1].split()[0]
    expect_in("402", calls(running)[0])
    gateway.costlens("budget", "raise", name, "1")
    expect(calls(running), ["True"])
    said = ended(running)
    expect_in("budget    1.00 USD: spent 0.000", said)
    expect_in("its limit, raised from 0.0000001 USD to 1.00 meanwhile.", said)


def says_that_it_is_overspent(gateway):
    """Its provider bills more than its price allows."""
    fault = {"SCENE_HEADERS": json.dumps({"x-mock-fault": "tokens=900+wrong-usage=20"})}
    for option in ("--quiet", "--json"):
        done = run(gateway, STEADY, "--budget", of_one_call(gateway), option, input="x\n", environment=fault)
        expect(done.stdout, "True\n", done.stderr)
        if option == "--quiet":
            expect_in("A CALL IS CHARGED MORE THAN WAS HELD FOR IT: 0.0", done.stderr)
            expect_in("THE BUDGET IS OVERSPENT by 0.0", done.stderr)
            os.kill(gateway.program.process.pid, signal.SIGHUP)  # else its price is relied on no more
            until(lambda: "True" in run(gateway, STEADY, "--budget", "1", "--quiet", input="x\n").stdout, 10, "it is read")
        else:
            budget = told(done)["budget"]
            expect(Decimal(budget["overdraft"]), Decimal(budget["spent"]) - Decimal(budget["limit"]))


def says_what_passed_a_maximum(gateway):
    """Its provider ignores that: what came until it was cut is estimated at more than was held, within the limit."""
    fault = {"SCENE_HEADERS": json.dumps({"x-mock-fault": "tokens=5000+ignore-max+no-usage"})}
    for option in ("--quiet", "--json", "--name=x"):
        done = run(gateway, LONG, "--budget", "1", option, environment=fault)
        expect_in("max_tokens_ignored", done.stdout)
        if option == "--json":
            answer = told(done)
            expect_true(Decimal(answer["budget"]["beyond_worst_case"]) > 0, str(answer["budget"]))
            expect_true("overdraft" not in answer["budget"], "its limit covers it")
            expect((answer["bill"]["answers_cut"], answer["bill"]["answers_too_long"]), (1, 1))
        else:
            expect_in("costlens: A CALL IS CHARGED MORE THAN ITS WORST CASE: 0.0", done.stderr)
            expect_in("costlens: 1 ANSWER WAS CUT: its provider ignores the maximum of an answer", done.stderr)
            expect_true("hold: grow" not in done.stderr and "OVERSPENT" not in done.stderr, done.stderr)


def changed(gateway, cmd, cap, option, *change):
    """A run whose budget is changed before its one call: what that said, and what the run said."""
    running = start(gateway, cmd, "--budget", cap, option)
    budget = until(lambda: budgets(gateway), 10, "it is there")[0]["name"]
    gateway.costlens("budget", "set", budget, *change)
    [call] = calls(running)
    return call, ended(running)


def says_that_it_holds_less(gateway):
    for option in ("--quiet", "--json", "--name=x"):
        call, said = changed(gateway, STREAM, "0.0016", option, "--hold", "grow")
        request, cut = call.split()
        expect(cut, "True")
        if option == "--json":
            answer = json.loads(said.strip().splitlines()[-1])
            expect((answer["budget"]["hold"], answer["budget"]["enforce"], answer["bill"]["answers_cut"]), ("grow", "block", 1))
        else:
            expect_in("costlens: 1 ANSWER WAS CUT: a budget that holds less than all it may cost (`hold: grow`) was used up", said)
            expect_in("budget raise run-", said)
            expect("`hold: grow`: of a stream it holds" in said, option != "--quiet", said)
    expect_in("cut            a budget that holds less than all it may cost (`hold: grow`) was used up",
              gateway.costlens("report", "--request", request).stdout)


def says_that_it_refuses_nothing(gateway):
    change = ("--enforce", "observe", "--reset", "wait")
    call, said = changed(gateway, STEADY, "1e-7", "--json", *change)
    budget = json.loads(said.strip().splitlines()[-1])["budget"]
    expect((call, budget["enforce"], budget["would_refuse"]), ("True", "observe", 1))
    call, said = changed(gateway, STEADY, "1e-7", "--name=x", *change)
    expect_in("`enforce: observe`: it refuses nothing, and would have refused 1 call", said)
    expect_in("THE BUDGET IS OVERSPENT by 0.0", said)
    expect_true("lowered" not in said, said)


def says_that_it_is_of_others(gateway):
    for scope, words in (("key=other", "concerns none of these calls"), ("model=bench/*", "has not spent what they cost")):
        call, said = changed(gateway, STEADY, "1", "--json", "--scope", scope)
        expect((call, json.loads(said.strip().splitlines()[-1])["budget"]["scope_changed"]), ("True", True))
        call, said = changed(gateway, STEADY, "1", "--name=x", "--scope", scope)
        expect_in(f"its scope was changed meanwhile ({scope}): it {words}", said)
    call, said = changed(gateway, STEADY, "1", "--name=x", "--per", "request", "--reset", "wait")
    expect_in("budget    1.00 USD for key=run-", said)


def warns_of_a_crowd(gateway):
    for i in range(16):
        gateway.costlens("budget", "set", f"wide-{i}", "--limit", "1")
    done = run(gateway, ["sh", "-c", "echo begun >&2"], "--budget", "1")
    warning, begun = done.stderr.index("17 budgets concern its calls"), done.stderr.index("begun")
    expect_true(warning < begun, done.stderr)
    expect_in("17 budgets concern its calls", " ".join(told(run(gateway, ["true"], "--budget", "1", "--json"))["notes"]))
    for i in range(16):
        gateway.costlens("budget", "rm", f"wide-{i}")


def ends_with_125_where_there_are_too_many(gateway):
    """No more budgets can be: the command line is not wrong."""
    many = configured(Gateway(gateway.mock, extra="budgets:\n" + "".join(
        f"  - {{ name: b{i}, scope: {{ key: k{i} }}, limit: 1 }}\n" for i in range(1024))))
    done = run(many, ["echo", "begun"], "--budget", "1")
    expect((done.returncode, done.stdout), (125, ""), done.stderr)
    expect_in("there are 1024 budgets, the most", done.stderr)
    until(lambda: not owned(many), 10, "its own gateway has ended")
    for _ in range(2):  # without a gateway, and by one
        done = many.costlens("budget", "set", "x", "--limit", "1", check=False)
        expect(done.returncode, 1, done.stderr)
        expect_in("there are 1024 budgets, the most", done.stderr)
        if not many.program:
            many.start()
    many.program.stop(10)


def lets_what_waits_through(gateway):
    """It waits for a call that is under way; the limit rises, and both are; the run is interrupted."""
    running = start(gateway, ["sh", "-c", f"echo x | {shlex.join(STEADY)} & echo x | {shlex.join(STEADY)} & wait"],
                    "--budget", "0.001")
    name = running.stderr.readline().split("budget raise ")[1].split()[0]
    held = lambda: Decimal(budgets(gateway)[0]["held"])
    until(lambda: held() > WORST, 10, "one is under way")
    expect_true(held() < 2 * WORST, "the other waits")
    gateway.costlens("budget", "raise", name, "1")
    until(lambda: held() > 2 * WORST, 10, "both are")
    running.terminate()
    ended(running)
    expect(running.returncode, 143)
    expect(budgets(gateway), [], "an interrupted run's is gone, too")


def holds_for_runs_inside_it(gateway):
    inner = command(gateway, STEADY, ("--budget", "1", "--json"))
    innermost = ["sh", "-c", f"printf 'x\\nx\\n' | {shlex.join(command(gateway, inner, ('--quiet',)))}"]
    done = run(gateway, innermost, "--budget", of_one_call(gateway), "--json")
    said = done.stdout.splitlines()
    inside, outer = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    expect(said[0], "True", done.stderr)
    expect_in(f'"{outer["budget"]["name"]}"', said[1], "the outer one refuses it")
    expect((outer["budget"]["refused"], inside["budget"]["refused"], inside["refused"]["requests"]), (1, 0, 1))
    expect(outer["budget"]["spent"], inside["budget"]["spent"], "it counts for both")
    expect_true(Decimal(outer["budget"]["spent"]) > 0, "something was spent")
    nested = ["true"]
    for _ in range(6):
        nested = command(gateway, nested, ("--quiet",))
    expect_true("inside six others" not in run(gateway, nested[nested.index("--") + 1:], "--quiet").stderr, "six are fine")
    done = run(gateway, nested, "--quiet")
    expect_in("inside six others", done.stderr)
    expect(done.returncode, 125)


def outlives_a_run_that_is_killed(gateway):
    """Its program goes on, and so does the limit, until their key is over."""
    running = start(gateway, STEADY, "--budget", of_one_call(gateway), "--json")
    expect(calls(running), ["True"])
    running.kill()
    running.wait(10)
    expect_in("402", calls(running)[0])
    [left] = budgets(gateway)
    running.stdin.close()
    expect(running.stdout.read(), "")
    run(gateway, ["true"], "--budget", "1")
    expect([b["name"] for b in budgets(gateway)], [left["name"]], "while its key may be used")
    gateway.costlens("key", "revoke", left["name"])
    run(gateway, ["true"], "--budget", "1")
    expect(budgets(gateway), [])


def refuses_what_is_no_limit(gateway):
    for text, cure in (("-1", "is negative"), ("nan", "Write it like 500.00"), ("inf", "Write it like 500.00"),
                       ("", "is empty"), ("5 USD", "Write it like 500.00"), ("0", "Write it like 5.00"),
                       ("0.0000000001", "write whole nanodollars"), ("1e30", "the most")):
        done = run(gateway, ["sh", "-c", "echo started"], f"--budget={text}")
        expect((done.returncode, done.stdout), (2, ""), text)
        expect_in(cure, done.stderr)
        expect_in("--budget", done.stderr)
    done = run(gateway, ["/nonexistent/x"], "--budget", "1")
    expect((done.returncode, budgets(gateway)), (127, []), "of one that could not be started")


def says_when_a_gateway_is_too_old(gateway):
    """It knows no budgets: its admin plane says so."""
    [path] = gateway.state.glob("*.sock")
    keys = gateway.costlens("key", "list").stdout
    real = path.rename(f"{path}.real")

    class Old(socketserver.StreamRequestHandler):
        def handle(self):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += self.rfile.readline()
            length = int(dict(x.split(b": ", 1) for x in head.lower().split(b"\r\n")[1:-2]).get(b"content-length", 0))
            body = self.rfile.read(length)
            if b"budgets/" in head:
                self.wfile.write(b"HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n"
                                 b'{"error":{"code":"not_found","message":"no such verb"}}')
                return
            with socket.socket(socket.AF_UNIX) as way:
                way.connect(str(real))
                way.sendall(head.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n") + body)
                while part := way.recv(65536):
                    self.wfile.write(part)

    with socketserver.ThreadingUnixStreamServer(str(path), Old) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = run(gateway, ["echo", "started"], "--budget", "1")
        server.shutdown()
    path.unlink()
    real.rename(path)
    expect((done.returncode, done.stdout), (125, ""), done.stderr)
    expect_in("knows no budgets", done.stderr)
    expect_in("Restart it", done.stderr)
    expect(gateway.costlens("key", "list").stdout, keys, "its key is forgotten")


with Mock(ttft="100ms") as mock:
    gateway = configured(Gateway(mock))
    ten_agents_finish(gateway, mock, Decimal("0.0035"))
    for each in (stops_at_its_limit, goes_on_when_it_is_raised, bills_the_limit_of_now, holds_for_runs_inside_it,
                 says_that_it_refuses_nothing, refuses_what_is_no_limit, says_what_passed_a_maximum):
        each(gateway)
        until(lambda: not owned(gateway), 10, "its own gateway has ended")
    with Gateway(mock) as gateway:
        ten_agents_finish(gateway, mock, Decimal("0.0035"))
        for each in (stops_at_its_limit, goes_on_when_it_is_raised, holds_for_runs_inside_it,
                     outlives_a_run_that_is_killed, says_when_a_gateway_is_too_old, says_that_it_holds_less,
                     says_what_passed_a_maximum, says_that_it_refuses_nothing, says_that_it_is_of_others, warns_of_a_crowd,
                     ends_with_125_where_there_are_too_many):
            each(gateway)
        says_that_it_is_overspent(gateway)
        expect(gateway.costlens("ledger", "verify", check=False).returncode, 0)

with Mock(ttft=f"{int(20 * PATIENCE)}s") as mock:
    lets_what_waits_through(configured(Gateway(mock)))
