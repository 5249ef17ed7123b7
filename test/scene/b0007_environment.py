# SPDX-License-Identifier: Apache-2.0
"""No file: providers from the environment, or none at all, or the built-in mock.

Without a file the gateway takes the usual ports: they are free in a network of its own."""
import os
import re
import socket
import subprocess
import tempfile

from lib.internet import own_network
from lib.ollama import Ollama
from lib.scene import COSTLENS, Mock, Program, expect, expect_in, expect_true, folder, question, request, skip, until


def serve(name, arguments=(), **environment):
    home = tempfile.mkdtemp(prefix=name, dir=folder)
    clean = {k: v for k, v in os.environ.items()
             if not k.endswith("_API_KEY") and not k.startswith(("COSTLENS_CONFIG", "XDG_"))}
    program = Program(name, [COSTLENS, "serve", *arguments],
                      {**clean, "HOME": home, "XDG_STATE_HOME": f"{home}/state",
                       "XDG_CONFIG_HOME": f"{home}/config", **environment})
    until(lambda: "data plane" in program.out.read_text() or not program.alive(), 10, "ready")
    expect_true(program.alive(), f"it runs: {program.errors()}")
    keys = [os.path.join(d, f) for d, _, files in os.walk(home) for f in files if f == "dev.key"]
    expect(len(keys), 1, "a dev key")
    expect(os.stat(keys[0]).st_mode & 0o777, 0o600)
    return program, open(keys[0]).read().strip()


def chat(token, model):
    return request(7575, "POST", "/v1/chat/completions", question("hi", model=model),
                   {"Authorization": f"Bearer {token}"})


if not own_network():
    with socket.socket() as s:
        if s.connect_ex(("127.0.0.1", 7575)) == 0:
            skip("port 7575 is in use, and no network of its own is allowed")

program, token = serve("none")
answer = chat(token, "gpt-4o")
expect(answer.status, 503)
expect(answer.json["error"]["code"], "no_provider")
expect_in("OPENAI_API_KEY", answer.json["error"]["message"])
program.stop(2)

program, token = serve("mocked", ["--mock-if-empty"])
expect_in("mock", program.out.read_text())
listed = request(7575, "GET", "/v1/models", None, {"Authorization": f"Bearer {token}"}).json["data"]
expect_in("mock/fast", [m["id"] for m in listed])
for model in listed[:3]:
    expect(chat(token, model["id"]).status, 200, "what is listed works")
expect(chat(token, "gpt-4o").status, 404)
line = re.search(r"curl \S+/v1/chat/completions", program.out.read_text())
expect_true(line, "it prints what to try")
program.stop(2)

program, token = serve("keys", OPENAI_API_KEY="sk-x", ANTHROPIC_API_KEY="sk-cl-" + "1" * 40)
models = [m["id"] for m in request(7575, "GET", "/v1/models", None,
                                   {"Authorization": f"Bearer {token}"}).json["data"]]
expect_true(any(m.startswith("openai/") for m in models), "OpenAI's models")
expect_true(not any(m.startswith("anthropic/") for m in models), "a key of ours is no provider")
expect_in("ANTHROPIC_API_KEY", program.errors())
program.stop(2)

# Who asks for `auto` gets a small model, and a large one where it fails: that of this machine before what costs money.
with Mock() as mock, Ollama({"llama3.2:3b": 131072}) as ollama:
    program, token = serve("auto", OPENAI_API_KEY="sk-x", OPENAI_BASE_URL=f"{mock.url}/v1",
                           OLLAMA_HOST=f"127.0.0.1:{ollama.port}")
    until(lambda: chat(token, "auto").headers["x-costlens-model"] == "ollama/llama3.2:3b", 5, "it was found")
    ollama.broken.add("llama3.2:3b")
    answer = chat(token, "auto")
    expect((answer.status, answer.headers["x-costlens-provider"]), (200, "openai"))
    expect_in("route auto: fallback", answer.headers["x-costlens-reason"])
    program.stop(2)
    program, token = serve("cloud", OPENAI_API_KEY="sk-x", OPENAI_BASE_URL=f"{mock.url}/v1")
    answer = chat(token, "auto")
    expect((answer.status, answer.headers["x-costlens-provider"]), (200, "openai"))
    expect_in("route auto: small", answer.headers["x-costlens-reason"])
    program.stop(2)

# A file without providers leaves them to the environment: what is wrong there is not said of the file.
file = folder / "silent.yaml"
file.write_text("workers: 1\n")
program, token = serve("silent", ["--config", str(file)], OPENAI_API_KEY="sk-cl-" + "1" * 40)
expect_in("environment: OPENAI_API_KEY holds", program.errors())
expect_true("silent.yaml" not in program.errors(), f"the file is not to blame: {program.errors()}")
program.stop(2)

# In a file a provider without its secret is left out; the check fails for it, and the gateway runs with the others.
file = folder / "missing.yaml"
file.write_text("providers:\n  openai: { key: env:SCENE_NOT_SET }\n  near: { url: http://127.0.0.1:9/v1 }\n")
checked = subprocess.run([COSTLENS, "config", "check", file], text=True, capture_output=True)
expect(checked.returncode, 1)
expect_in("missing.yaml:2: provider openai is left out: the variable SCENE_NOT_SET is not set", checked.stdout)
program, token = serve("missing", ["--config", str(file)])
expect(program.errors().count("missing.yaml:2: provider openai is left out: the variable SCENE_NOT_SET"), 1, "said once")
expect_in("providers    near\n", program.out.read_text())
program.stop(2)
