# SPDX-License-Identifier: Apache-2.0
"""scene - the real binary between a provider (the mock) and a client, for one page of test.

    with Mock() as mock, Gateway(mock) as gateway:
        answer = gateway.chat("hello")
        expect(answer.status, 200)
        row = gateway.rows(1)[0]

Everything lives in one temporary folder and on ports of its own, so scenes run side by side. A scene
ends itself after its limit (seconds). What the programs said is shown when a scene fails.
"""
import atexit
import base64
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

COSTLENS = os.environ.get("COSTLENS") or str(Path(__file__).resolve().parents[3] / "build/costlens")
SOURCE = Path(os.environ.get("COSTLENS_SOURCE") or Path(__file__).resolve().parents[3])
DEPS = SOURCE / ".deps"
LONG = bool(os.environ.get("COSTLENS_LONG"))
# Sanitizers make everything slower, and so do tests beside one another: what must happen within a time gets this much
# more of it.
PATIENCE = float(os.environ.get("COSTLENS_PATIENCE") or 1)
SANITIZED = bool(os.environ.get("COSTLENS_SANITIZED"))  # freed memory is kept, and the rest shadowed
ADDING_UP = 600 if LONG else 60  # seconds: a long version may have a million rows
# How many workers a gateway has, where the scene does not say it.
WORKERS = int(os.environ.get("COSTLENS_WORKERS") or 1)
KEY = "scene-" + "5ce4e" * 8
UPSTREAM_KEY = "upstream-" + "0dd5" * 8
MODEL = "bench/bench-model"
PRICES = {"input": "0.15", "output": "0.60", "cache_read": "0.075"}  # USD per million tokens

folder = Path(tempfile.mkdtemp(prefix="costlens-scene-"))
_said = []  # files that a failed scene shows


def _clean():
    shutil.rmtree(folder, ignore_errors=True)


atexit.register(_clean)


def limit(seconds):
    """The scene ends with a failure after that many seconds."""
    def late(_signal, _frame):
        raise TimeoutError(f"the scene took longer than {seconds} s")
    signal.signal(signal.SIGALRM, late)
    signal.alarm(int(seconds * PATIENCE))


limit(60)


def _fail(kind, value, trace):
    for path in _said:
        text = path.read_text(errors="replace") if path.exists() else ""
        if text:
            print(f"--- {path.name} (its end)\n{text[-4000:]}", file=sys.stderr)
    sys.__excepthook__(kind, value, trace)


sys.excepthook = _fail


def skip(reason):
    """The scene ends here, and with it what it has begun."""
    print(f"skipped: {reason}")
    sys.exit(77)


def expect(seen, wanted, what=""):
    if seen != wanted:
        raise AssertionError(f"{what or 'value'}: expected {wanted!r}, saw {seen!r}")


def expect_in(part, whole, what=""):
    if part not in whole:
        raise AssertionError(f"{what or 'text'}: expected {part!r} in {whole!r}")


def expect_true(condition, what):
    if not condition:
        raise AssertionError(what)


def until(check, seconds=5.0, what="condition"):
    """The first true value of check(), or a failure after that many seconds."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.01)


_given = []  # held for as long as the scene runs


def free_port():
    """One that nobody listens on and that no other scene is given: below those that the system gives to
    outgoing connections, and its name is held."""
    while True:
        port = random.randrange(10240, 32768)
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0costlens-scene-port-{port}")
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            name.close()
            continue
        _given.append(name)
        return port


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Program:
    """A program in the background, its output in a file."""

    def __init__(self, name, arguments, environment=None, preexec=None):
        self.said = folder / f"{name}.{len(_said)}.err"
        self.out = folder / f"{name}.{len(_said)}.out"
        _said.append(self.said)
        with open(self.said, "wb") as err, open(self.out, "wb") as out:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=err, env=environment, preexec_fn=preexec)
        atexit.register(self.kill)

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        if self.alive():
            self.process.kill()
        self.process.wait()

    def stop(self, seconds=10):
        if self.alive():
            self.process.terminate()
        try:
            return self.process.wait(seconds * PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.said.name}: still running {seconds} s after SIGTERM") from None

    def errors(self):
        return self.said.read_text(errors="replace")


def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
        return True
    except OSError:
        return False


class Mock:
    """The provider. Its bills are what the ledger must say."""

    def __init__(self, seed=1, ttft="0", rate=0, models=None, key=None, idle=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"bill.{self.port}.jsonl"
        arguments = [COSTLENS, "mock", "--listen", f"127.0.0.1:{self.port}", "--seed", str(seed),
                     "--ttft", ttft, "--rate", str(rate), "--log", str(self.log)]
        for name, value in (("--models", models), ("--key", key), ("--idle", idle)):
            if value:
                arguments += [name, value]
        self.program = Program("mock", arguments)

    def __enter__(self):
        until(lambda: connects(self.port) or not self.program.alive(), 10, "the mock listens")
        return self

    def __exit__(self, kind, *_):
        code = self.program.stop()
        if kind is None:  # a sanitizer says so here
            expect(code, 0, "the mock's exit code")
        return False

    def bills(self, count=0, seconds=5.0):
        """The lines of its log; waits until there are `count`."""
        def read():
            if not self.log.exists():
                return []
            return [json.loads(line) for line in self.log.read_text().splitlines() if line]
        if count:
            until(lambda: len(read()) >= count, seconds, f"{count} bills")
        return read()

    def request(self, method, path, body=None, headers=None):
        return request(self.port, method, path, body, headers)


class Answer:
    def __init__(self, status, headers, body, cut=False):
        self.status, self.headers, self.body, self.cut = status, headers, body, cut

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def events(self):
        """The data of each event of a stream: parsed, but for [DONE]."""
        found = []
        for block in re.split(rb"\r\n\r\n|\n\n|\r\r", self.body):
            lines = re.split(rb"\r\n|\n|\r", block)
            data = [re.sub(rb"^data: ?", b"", x) for x in lines if x.startswith(b"data:")]
            if data:
                text = b"\n".join(data).decode()
                found.append(text if text == "[DONE]" else json.loads(text))
        return found

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def request(port, method, path, body=None, headers=None, timeout=30):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout * PATIENCE)
    try:
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        fields = dict(headers or {})
        if data is not None and "content-type" not in {k.lower() for k in fields}:
            fields["Content-Type"] = "application/json"
        connection.request(method, path, data, fields)
        reply = connection.getresponse()
        try:
            whole = reply.read()
        except http.client.IncompleteRead as cut:
            return Answer(reply.status, reply.headers, cut.partial, True)
        return Answer(reply.status, reply.headers, whole)
    finally:
        connection.close()


def raw(port, data, seconds=10.0, stop=None):
    """Sends bytes as they are; what comes back until the other side closes (or `stop` is in it, or
    the seconds are over)."""
    end = time.monotonic() + seconds * PATIENCE
    with socket.create_connection(("127.0.0.1", port), 5) as s:
        s.settimeout(seconds * PATIENCE)
        try:
            s.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = b""
        try:
            while not (stop and stop in got):
                s.settimeout(max(end - time.monotonic(), 0.001))
                piece = s.recv(65536)
                if not piece:
                    break
                got += piece
        except (ConnectionResetError, TimeoutError):
            pass
        return got


def question(text="hello", model=MODEL, **more):
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


class Gateway:
    """costlens serve, with the mock as its providers `bench` (OpenAI), `claude` and `gemini`. A failed
    attempt is the last one, unless the scene says how many retries there are."""

    def __init__(self, mock, providers=None, keys=None, extra="", workers=WORKERS, path="",
                 environment=None, preexec=None, timeouts="", models=None, state=None, retries=0):
        self.mock = mock
        self.port, self.admin_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.state = Path(state or tempfile.mkdtemp(prefix="state-", dir=folder))
        self.file = self.state / "costlens.yaml"
        self.store = self.state / "costlens.db"
        self.keys = keys or []
        self.providers = providers
        self.extra, self.workers, self.path = extra, workers, path
        self.timeouts = f", retries: {retries}" + (f", timeouts: {{ {timeouts} }}" if timeouts else "")
        self.models = ["bench-model"] if models is None else models
        self.environment = {**os.environ, "SCENE_KEY": KEY, "SCENE_UPSTREAM_KEY": UPSTREAM_KEY,
                            **(environment or {})}
        self.preexec = preexec
        self.program = None

    def config(self):
        base = self.mock.url + self.path
        names = ", ".join(self.models)
        providers = self.providers or (
            f"  bench: {{ dialect: openai, url: {base}/v1, key: env:SCENE_UPSTREAM_KEY, "
            f"models: [{names}]{self.timeouts} }}\n"
            f"  claude: {{ dialect: anthropic, vendor: anthropic, url: {base}, "
            f"key: env:SCENE_UPSTREAM_KEY{self.timeouts} }}\n"
            f"  gemini: {{ dialect: gemini, vendor: google, url: {base}, "
            f"key: env:SCENE_UPSTREAM_KEY{self.timeouts} }}\n")
        prices = "".join(
            f"  - {{ model: \"bench/{name}\", input_per_mtok: {PRICES['input']}, output_per_mtok: "
            f"{PRICES['output']}, cache_read_per_mtok: {PRICES['cache_read']} }}\n"
            for name in sorted({x.strip('"').split("+")[0] for x in self.models}))
        keys = "".join(f"  - {line}\n" for line in self.keys)
        return (f"listen: [127.0.0.1:{self.port}]\nadmin: [127.0.0.1:{self.admin_port}]\n"
                f"store: sqlite:{self.store}\nstate: {self.state}\nworkers: {self.workers}\n"
                f"providers:\n{providers}keys:\n  - {{ name: scene, token: env:SCENE_KEY }}\n{keys}"
                f"prices:\n{prices}{self.extra}")

    def start(self, arguments=()):
        self.file.write_text(self.config())
        self.program = Program("serve", [COSTLENS, "serve", "--config", str(self.file), *arguments],
                               self.environment, self.preexec)
        until(lambda: self.ready() or not self.program.alive(), 10, "the gateway is ready")
        expect_true(self.program.alive(), "the gateway ended at once")
        return self

    def ready(self):
        try:
            return request(self.port, "GET", "/readyz", timeout=1).status == 200
        except OSError:
            return False

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if self.program and self.program.alive():
            code = self.program.stop(40)
            if kind is None:  # a sanitizer says so here
                expect(code, 0, "the gateway's exit code")
        return False

    # --- the client's side ---

    def headers(self, more=None):
        return {"Authorization": f"Bearer {KEY}", **(more or {})}

    def request(self, method, path, body=None, headers=None, timeout=30):
        return request(self.port, method, path, body, self.headers(headers), timeout)

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)

    def chat(self, text="hello", headers=None, **more):
        return self.post("/v1/chat/completions", question(text, **more), headers)

    def messages(self, text="hello", headers=None, **more):
        body = {"model": "claude-sonnet-5-5", "max_tokens": 200,
                "messages": [{"role": "user", "content": text}], **more}
        return self.post("/v1/messages", body, {"anthropic-version": "2023-06-01", **(headers or {})})

    # --- what it wrote down ---

    def costlens(self, *arguments, check=True):
        done = subprocess.run([COSTLENS, *arguments, "--config", str(self.file)], text=True,
                              capture_output=True, env=self.environment, timeout=ADDING_UP * PATIENCE)
        if done.returncode < 0 or check and done.returncode != 0:  # no signal ends it, whatever is wrong
            raise AssertionError(f"costlens {' '.join(arguments)}: {done.returncode} {done.stderr}")
        return done

    def report(self, *arguments):
        return json.loads(self.costlens("report", "--format", "json", *arguments).stdout)

    def sql(self, text):
        done = subprocess.run(["sqlite3", "-readonly", "-json", str(self.store), text], text=True,
                              capture_output=True, timeout=ADDING_UP * PATIENCE)
        if done.returncode != 0:
            raise AssertionError(f"sqlite3: {done.stderr}")
        return json.loads(done.stdout or "[]")

    def rows(self, count=0, seconds=5.0):
        """The ledger's rows, oldest first; waits until there are `count`."""
        def read():
            return self.sql(LEDGER) if self.store.exists() else []
        if count:
            until(lambda: len(read()) >= count, seconds, f"{count} rows in the ledger")
        return read()

    def calls(self, count):
        """The last row of each call, oldest first; waits until there are `count`."""
        def read():
            rows = [row for row in self.rows() if not row["followed"]]
            return rows if len(rows) >= count else None
        return until(read, 5, f"{count} calls in the ledger")

    def metrics(self):
        text = request(self.admin_port, "GET", "/metrics").body.decode()
        found = {}
        for line in text.splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                found[name] = Decimal(value)
        return found

    def metric(self, name, **labels):
        """The sum of the series with that name and those labels."""
        total = Decimal(0)
        for series, value in self.metrics().items():
            if re.split(r"\{", series)[0] == name and all(
                    f'{key}="{wanted}"' in series for key, wanted in labels.items()):
                total += value
        return total


# The calls in the order in which they began; `who` is the tag that the body's `user` became.
LEDGER = """
with who as materialized (
  select distinct lower(hex(id)) as call, value from tag where name = 'user')
select calls.*, who.value as who from calls
left join who on who.call = replace(calls.request, '-', '')
order by calls.start, calls.request"""


def cost_of(bill):
    """What a bill of bench-model costs, in picodollars, rounded as the ledger rounds."""
    cost = (bill["input"] * Decimal(PRICES["input"]) + bill["cache_read"] *
            Decimal(PRICES["cache_read"]) + bill["output"] * Decimal(PRICES["output"]))
    return int((cost * 10**6).to_integral_value(rounding="ROUND_HALF_EVEN"))


def node(script, *arguments, environment=None, seconds=60):
    """Runs a JavaScript client with the Node of .deps; its output."""
    binary = DEPS / "python/node/bin/node"
    if not binary.exists() or not (SOURCE / "test/scene/clients/node_modules").exists():
        skip("Node and the JavaScript clients are not installed (scripts/dependencies test)")
    done = subprocess.run([str(binary), str(SOURCE / "test/scene/clients" / script), *arguments],
                          text=True, capture_output=True, timeout=seconds * PATIENCE,
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise AssertionError(f"{script}: {done.stdout[-2000:]} {done.stderr[-4000:]}")
    return done.stdout


def client_of(module):
    """A provider's Python client, or the scene is skipped."""
    try:
        return __import__(module, fromlist=["x"])
    except ImportError:
        return skip(f"{module} is not installed (scripts/dependencies test)")


def unbase64(text):
    return base64.b64decode(text)
