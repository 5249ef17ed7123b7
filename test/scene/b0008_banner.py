# SPDX-License-Identifier: Apache-2.0
"""What `serve` prints to try works when it is pasted, whatever provider was found and wherever the state is."""
import json
import os
import re
import shutil
import subprocess

from lib.ollama import Ollama
from lib.scene import COSTLENS, Gateway, Mock, expect, expect_in, expect_true, folder, limit, skip, until

limit(60)
if not shutil.which("curl"):
    skip("no curl")


def pasted(lines):
    done = subprocess.run(["bash", "-c", "\n".join(lines)], capture_output=True, text=True, timeout=20)
    expect((done.returncode, done.stderr.count("rror")), (0, 0), f"{lines}: {done.stderr}")
    return done.stdout


def tried(gateway):
    """The answer of the printed call, and what the printed report says."""
    until(lambda: " report" in gateway.program.out.read_text(), 5, "it says what to try")
    block = gateway.program.out.read_text().split("try it, in another shell:\n\n", 1)[1]
    call, report = (part.splitlines() for part in re.split(r"\n\n", block.rstrip())[:2])
    call[0] = call[0].replace("curl ", "curl -sS --fail-with-body ")
    return json.loads(pasted(call)), pasted(report)


CASES = [  # providers, a member of the answer, a part of the report
    ("bench: {{ dialect: openai, url: {url}/v1, models: [bench-*, text-embedding-3-small, bench-model] }}", "choices",
     "bench-model"),
    ("mine: {{ dialect: openai, vendor: openai, url: {url}/v1 }}", "choices", "gpt-4o-mini"),
    ("a: {{ dialect: openai, url: {url}/v1, models: [bench-*] }}\n  b: {{ dialect: openai, url: {url}/v1, models: [m] }}",
     "choices", "m"),
    ("claude: {{ dialect: anthropic, vendor: anthropic, url: {url} }}", "content", "claude-haiku"),
    ("gemini: {{ dialect: gemini, vendor: google, url: {url} }}", "candidates", "gemini-2.5-flash"),
    ("own: {{ dialect: openai, vendor: vllm, url: {url}/v1 }}", "data", ""),
]
with Mock() as mock:
    for number, (providers, member, model) in enumerate(CASES):
        state = folder / (f"it's a \"{number}\"" if number == 0 else f"state{number}")
        state.mkdir()
        more = "" if number == 0 else f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [bench-*] }}\n"
        with Gateway(mock, providers="  " + providers.format(url=mock.url) + "\n" + more, state=state) as gateway:
            answer, report = tried(gateway)
            expect_true(answer[member], f"an answer: {answer}")
            expect_in(model, report)
            expect_true("gpt-4o-mini" in report or number != 1, report)

    # Of an Ollama one that chats, by its plain name: the newest only embeds, and what one is may be told late.
    with Ollama({"minilm:latest": 512, "tiny:latest": 2048}) as ollama:
        ollama.embeds = {"minilm:latest"}
        with Gateway(mock, providers=f"  local: {{ dialect: ollama, url: {ollama.url} }}\n", models=[]) as gateway:
            answer, report = tried(gateway)
            expect(answer["message"]["content"], "hello")
            expect_in("local/tiny", report)
            expect_in('{"model":"tiny",', gateway.program.out.read_text())

    # Also where the program and its file were named from a folder of theirs: another shell stands elsewhere.
    said = folder / "said"
    with said.open("w") as out, subprocess.Popen(
            [os.path.relpath(COSTLENS, gateway.state), "serve", "--config", "costlens.yaml"], cwd=gateway.state,
            env=gateway.environment, stdout=out, stderr=subprocess.DEVNULL) as program:
        try:
            until(lambda: " report" in said.read_text(), 5, "it says what to try")
        finally:
            program.terminate()
    expect_in(f"\n    {os.path.realpath(COSTLENS)} report --config {gateway.file}\n", said.read_text())
