# SPDX-License-Identifier: Apache-2.0
"""costlens run leads the clients as they are: no base URL and no key in their code. What caching saved is
exact; settings that go before the environment are named."""
import json
import os
import shutil
from decimal import Decimal

from lib.run import bill_of, calling, configured, program, run
from lib.scene import DEPS, PRICES, SOURCE, Gateway, Mock, client_of, expect, expect_in, expect_true, folder

for module in ("openai", "anthropic", "google.genai"):
    client_of(module)

CLIENTS = {
    "openai": """
import openai
m = [{"role": "user", "content": "hello"}]
print(bool(openai.OpenAI().chat.completions.create(model="bench/bench-model", messages=m).choices))
""",
    "anthropic": """
import anthropic
m = [{"role": "user", "content": "hello"}]
print(bool(anthropic.Anthropic().messages.create(model="claude-sonnet-5-5", max_tokens=50, messages=m).content))
""",
    "google": """
from google import genai
client = genai.Client()
print(bool(client.models.generate_content(model="gemini-2.5-flash", contents="hello").text))
"""}
CURL = ("curl -sf \"$OPENAI_BASE_URL/chat/completions\" -H \"Authorization: Bearer $OPENAI_API_KEY\" "
        "-H 'Content-Type: application/json' -d '{\"model\":\"bench/bench-model\",\"messages\":"
        "[{\"role\":\"user\",\"content\":\"hello\"}]}' >/dev/null && echo True")
# A user's own keys and addresses do not matter.
ELSEWHERE = {"OPENAI_API_KEY": "sk-own", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "GOOGLE_API_KEY": "own",
             "ANTHROPIC_API_KEY": "sk-ant-own", "GEMINI_API_KEY": "own"}


def each_client(gateway):
    for name, text in CLIENTS.items():
        done = run(gateway, program(text), "--json", environment=ELSEWHERE)
        expect((done.stdout, done.returncode), ("True\n", 0), f"{name}: {done.stderr}")
        expect(bill_of(done)["total"]["requests"], 1, name)
        expect_true("are both set" not in done.stderr and "Both" not in done.stderr, done.stderr)
    if shutil.which("curl"):
        expect(run(gateway, ["sh", "-c", CURL], environment=ELSEWHERE).stdout, "True\n", "curl")
    node = DEPS / "python/node/bin/node"
    if node.exists() and (SOURCE / "test/scene/clients/node_modules").exists():
        done = run(gateway, [str(node), str(SOURCE / "test/scene/clients/run.mjs")], "--json",
                   environment=ELSEWHERE)
        expect((done.stdout, done.returncode), ("done\n", 0), done.stderr)
        expect(bill_of(done)["total"]["requests"], 3, "Node's clients")


def tells_what_caching_saved(gateway):
    long = "remember what this run says " * 600
    bill = bill_of(run(gateway, calling(long, long), "--json"))
    cached = bill["total"]["cache_read_tokens"]
    expect_true(cached >= 1024, "the second time most of it is cached")
    saved = cached * (Decimal(PRICES["input"]) - Decimal(PRICES["cache_read"])) / 10**6
    expect(Decimal(bill["cache"]["saved_usd"]), saved.quantize(Decimal("1e-12")))
    expect_in("caching   saved ", run(gateway, calling(long)).stderr)


def tells_what_went_wrong(gateway):
    done = run(gateway, calling("x"), environment={"SCENE_HEADERS": '{"x-mock-fault": "500"}'})
    expect_in("errors    1; the last: bench/bench-model answered 50", done.stderr)


def warns(gateway):
    """A program named claude, with settings that override."""
    home = folder / "home"
    (home / ".claude").mkdir(parents=True)
    (home / ".claude/settings.json").write_text(json.dumps(
        {"env": {"ANTHROPIC_BASE_URL": "https://elsewhere.example"}}))
    claude = home / "claude"
    claude.write_text("#!/bin/sh\necho \"${ANTHROPIC_API_KEY-none} $ANTHROPIC_AUTH_TOKEN\"\nexit 3\n")
    claude.chmod(0o755)
    done = run(gateway, ["claude"], environment={**ELSEWHERE, "HOME": str(home),
                                                 "PATH": f"{home}:{os.environ['PATH']}"})
    expect(done.returncode, 3)
    expect_true(done.stdout.startswith("none sk-cl-"), "a token, no key")
    expect_in(f"{home}/.claude/settings.json sets env.ANTHROPIC_BASE_URL", done.stderr)
    expect_in("led no call of claude", done.stderr)
    expect_in("/status", done.stderr)


def leads_what_an_agent_starts(gateway):
    """Agents run tests: what these call is led here, whatever the agent speaks."""
    def agent(name, words):
        fake = folder / name
        fake.write_text(f"#!/bin/sh\n{words}\n")
        fake.chmod(0o755)
        return str(fake)
    claude = agent("claude", "exec " + " ".join(program(CLIENTS["openai"])))
    done = run(gateway, [claude], "--json", environment=ELSEWHERE)
    expect((done.stdout, done.returncode), ("True\n", 0), done.stderr)
    expect(bill_of(done)["total"]["requests"], 1)
    codex = agent("codex", "echo \"$X $1 $ANTHROPIC_API_KEY\"")
    expect_true(run(gateway, ["env", "X=1", codex]).stdout.startswith("1 -c sk-cl-"), "past env")


def prints_variables(gateway):
    def env(*arguments):
        return gateway.costlens("env", *arguments)
    expect_in(f"export OPENAI_BASE_URL='{gateway.url}/v1'\n", env().stdout)
    expect_in(f"set -gx ANTHROPIC_BASE_URL '{gateway.url}'\n", env("--shell", "fish").stdout)
    expect_in("Remove-Item Env:ANTHROPIC_API_KEY", env("--shell", "powershell", "claude").stdout)
    expect_in("# arguments, too: codex -c 'model_provider=\"costlens\"' -c ", env("codex").stdout)
    expect_in("codex", env().stderr)
    expect(env("codex").stderr, "")
    told = json.loads(env("--json", "codex").stdout)
    expect(told["variables"]["OPENAI_BASE_URL"], f"{gateway.url}/v1")
    expect(told["variables"]["OPENAI_API_KEY"], (gateway.state / "dev.key").read_text().strip())
    expect(len(told["arguments"]), 4)
    unknown = gateway.costlens("env", "nosuch", check=False)
    expect((unknown.returncode, unknown.stdout), (2, ""))
    expect_in("claude, codex, gemini, opencode, aider", unknown.stderr)


with Mock() as mock:
    gateway = configured(Gateway(mock))
    expect_in("no gateway is running", gateway.costlens("env", check=False).stderr)
    each_client(gateway)
    tells_what_caching_saved(gateway)
    tells_what_went_wrong(gateway)
    warns(gateway)
    leads_what_an_agent_starts(gateway)
    with gateway:
        prints_variables(gateway)
