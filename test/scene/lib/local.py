# SPDX-License-Identifier: Apache-2.0
"""local - real servers with a real small model, for the scenes that want no imitation. A scene looks at the shape
of what they say and at its counts, never at the words: those are a small model's.

    with Llama() as llama, Gateway(llama, providers=f"  local: {{ vendor: llama.cpp, url: {llama.url}/v1 }}\\n", models=[]):
"""
import json
import os
import subprocess
import time
from pathlib import Path

from lib.scene import (DEPS, PATIENCE, SOURCE, Program, expect, expect_true, folder, free_port, node, request, skip,
                       until)

QUESTION = [{"role": "user", "content": "Count: 1, 2, 3,"}]
FEW = {"max_tokens": 8, "temperature": 0, "seed": 1}
SCHEMA = {"type": "object", "properties": {"even": {"type": "boolean"}}, "required": ["even"],
          "additionalProperties": False}


def need(path, group):
    """That file below .deps, or the scene is skipped."""
    found = DEPS.resolve() / path
    if not found.exists():
        skip(f"{path} is not in .deps (scripts/dependencies {group})")
    return str(found)


class Llama:
    """llama.cpp's own HTTP server with the model `gemma`: two slots of 512 tokens, and embeddings. `plain`: it goes on
    with what the messages say, and knows no turns."""

    def __init__(self, plain=False):
        python, model = need("llama/bin/python", "llama"), need("models/gemma.gguf", "llama")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.program = Program("llama", [python, str(SOURCE / "test/scene/lib/llama_server.py"), model,
                                         str(self.port), *(["plain"] if plain else [])])

    def __enter__(self):
        until(lambda: self.ready() or not self.program.alive(), 60, "llama.cpp's server is ready")
        expect_true(self.program.alive(), "llama.cpp's server ended at once")
        return self

    def __exit__(self, *_):
        self.program.stop()
        return False

    def ready(self):
        try:
            return self.request("GET", "/health").status == 200
        except OSError:
            return False

    def request(self, method, path, body=None):
        return request(self.port, method, path, body)

    def busy(self):
        """How many answers it is making."""
        return sum(slot["is_processing"] for slot in self.request("GET", "/slots").json)


def used(usage):
    """(prompt, of it cached, output) as a server of OpenAI's dialect told it."""
    usage = usage if isinstance(usage, dict) else usage.model_dump()
    details = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    return (usage.get("prompt_tokens") or usage.get("input_tokens"), details.get("cached_tokens") or 0,
            usage.get("completion_tokens") or usage.get("output_tokens") or 0)


def counted(row):
    """The same of a row of the ledger."""
    return row["prompt"], row["cache_read"], row["output"]


def settled(gateway):
    """How many rows the ledger has, once no more come."""
    def same():
        n = len(gateway.rows())
        time.sleep(0.5)
        return n and n == len(gateway.rows()) and n
    return until(same, 10, "all rows")


def talk_openai(client, model):
    """OpenAI's Python client: chat, stream, JSON that fits a schema, log-probabilities. What each call used."""
    told = []
    create = client.chat.completions.create
    chat = create(model=model, messages=QUESTION, **FEW)
    expect_true(chat.choices[0].message.content and chat.usage.completion_tokens <= 8, f"an answer: {chat}")
    told.append(used(chat.usage))

    chunks = list(create(model=model, messages=QUESTION, stream=True, stream_options={"include_usage": True}, **FEW))
    expect_true(any(c.choices[0].delta.content for c in chunks if c.choices), "words in pieces")
    expect([c.choices for c in chunks if c.usage], [[]], "the usage comes alone, once")
    told.append(used(chunks[-1].usage))

    chat = create(model=model, messages=QUESTION, **{**FEW, "max_tokens": 60}, response_format={
        "type": "json_schema", "json_schema": {"name": "parity", "strict": True, "schema": SCHEMA}})
    parsed = json.loads(chat.choices[0].message.content)
    expect_true(list(parsed) == ["even"] and isinstance(parsed["even"], bool), f"fits the schema: {parsed}")
    told.append(used(chat.usage))

    chat = create(model=model, messages=QUESTION, logprobs=True, top_logprobs=3, **FEW)
    tokens = chat.choices[0].logprobs.content
    expect(len(tokens), chat.usage.completion_tokens, "a log-probability for each token")
    expect_true(all(t.logprob <= 0 and len(t.top_logprobs) == 3 for t in tokens), f"three guesses each: {tokens}")
    told.append(used(chat.usage))
    return told


def talk_openai_js(url, key, model):
    """The same with OpenAI's JavaScript client."""
    return [used(json.loads(line)) for line in node("local.mjs", f"{url}/v1", key, model, seconds=200).splitlines()]


# How turns look, for a model that was taught none; the second can also call a tool, when earlier turns do.
TURNS = '''{{ range .Messages }}<start_of_turn>{{ if eq .Role "assistant" }}model{{ else }}user{{ end }}
{{ .Content }}<end_of_turn>
{{ end }}<start_of_turn>model
'''
CALLS = '''{{ if .Tools }}Functions: {{ .Tools }}

{{ end }}{{ range .Messages }}{{ if eq .Role "user" }}Question: {{ .Content }}
Function:
{{ else if .ToolCalls }}{{ range .ToolCalls }}{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}{{ end }}

{{ else if eq .Role "tool" }}Result: {{ .Content }}
{{ else }}{{ .Content }}

{{ end }}{{ end }}'''


class Ollama:
    """A real Ollama: `gemma`, `caller` (the same, and it calls tools) and `minilm` (vectors)."""

    def __init__(self, **environment):
        binary, gemma = need("ollama/ollama", "ollama"), need("models/gemma.gguf", "ollama")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        home = folder / "ollama"
        home.mkdir()
        self.environment = {**os.environ, "HOME": str(home), "OLLAMA_MODELS": str(home / "models"),
                            "OLLAMA_HOST": f"127.0.0.1:{self.port}", "OLLAMA_NO_CLOUD": "1", **environment}
        quiet = "PARAMETER num_thread 1\nPARAMETER temperature 0\nPARAMETER seed 1\n"
        self.models = {"gemma": f'FROM {gemma}\nTEMPLATE """{TURNS}"""\nPARAMETER stop <end_of_turn>\n{quiet}',
                       "caller": f'FROM {gemma}\nTEMPLATE """{CALLS}"""\nPARAMETER stop Question\n{quiet}',
                       "minilm": f"FROM {need('models/minilm', 'ollama')}\n"}
        self.program = Program("ollama", [binary, "serve"], self.environment)
        self.binary = binary

    def __enter__(self):
        until(lambda: self.ready() or not self.program.alive(), 60, "Ollama is ready")
        for name, text in self.models.items():
            file = folder / f"{name}.modelfile"
            file.write_text(text)
            done = subprocess.run([self.binary, "create", name, "-f", str(file)], text=True, capture_output=True,
                                  env=self.environment, timeout=120 * PATIENCE)
            expect(done.returncode, 0, f"ollama create {name}: {done.stderr[-500:]}")
        return self

    def __exit__(self, *_):
        self.program.stop(20)
        return False

    def ready(self):
        try:
            return self.request("GET", "/api/version").status == 200
        except OSError:
            return False

    def request(self, method, path, body=None):
        return request(self.port, method, path, body)

    def loaded(self):
        """What is in memory: the context of each model."""
        return {model["name"]: model["context_length"] for model in self.request("GET", "/api/ps").json["models"]}

    def runners(self):
        """The processes that it started for its models."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(stat.read_text().rpartition(")")[2].split()[1]) == self.program.process.pid:
                    found.append(int(stat.parent.name))
            except OSError:
                pass  # it ended meanwhile
        return found

    def answered(self, path):
        """How many calls of that path ended, so or so."""
        return (self.program.out.read_text() + self.program.errors()).count(f'"{path}"')


WEATHER = {"type": "function", "function": {
    "name": "weather", "description": "Weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}


def turns_with_calls(arguments=lambda city: {"city": city}):
    """A talk in which a tool was called twice, so that it is called again."""
    def call(city):
        return {"role": "assistant", "content": "", "tool_calls": [
            {"id": f"call_{city}", "type": "function",
             "function": {"name": "weather", "arguments": arguments(city)}}]}
    return [{"role": "user", "content": "What is the weather in Rome?"}, call("Rome"),
            {"role": "user", "content": "Is it raining in Oslo?"}, call("Oslo"),
            {"role": "user", "content": "How warm is it in Paris?"}]


def used_natively(answer):
    """(prompt, of it cached: Ollama does not tell, output)"""
    return answer.prompt_eval_count, 0, answer.get("eval_count") or 0


def talk_ollama(client):
    """Ollama's Python client: chat, stream, generate, JSON that fits a schema, log-probabilities, a tool, vectors.
    What each call used."""
    few = {"num_predict": 8, "num_ctx": 1024}
    more = {**few, "num_predict": 60}
    told = []
    chat = client.chat("gemma", QUESTION, options=few)
    expect_true(chat.done and isinstance(chat.message.content, str), f"an answer: {chat}")
    told.append(used_natively(chat))

    parts = list(client.chat("gemma", QUESTION, options=few, stream=True))
    expect([part.done for part in parts], [False] * (len(parts) - 1) + [True], "only the last is the last")
    told.append(used_natively(parts[-1]))

    told.append(used_natively(client.generate("gemma", "1, 2, 3,", options=few)))
    told.append(used_natively(list(client.generate("gemma", "1, 2, 3,", options=few, stream=True))[-1]))

    chat = client.chat("gemma", QUESTION, options=more, format=SCHEMA)
    expect(type(json.loads(chat.message.content)["even"]), bool, "fits the schema")
    told.append(used_natively(chat))

    chat = client.chat("gemma", QUESTION, options=few, logprobs=True, top_logprobs=3)
    expect([len(token.top_logprobs) for token in chat.logprobs], [3] * chat.eval_count, "three guesses each")
    told.append(used_natively(chat))

    for stream in (False, True):
        answer = client.chat("caller", turns_with_calls(), tools=[WEATHER], options=more, stream=stream)
        parts = list(answer) if stream else [answer]
        call = [part.message.tool_calls for part in parts if part.message.tool_calls][0][0].function
        expect((call.name, list(call.arguments)), ("weather", ["city"]), "a tool is called")
        told.append(used_natively(parts[-1]))

    vectors = client.embed("minilm", ["a cat", "a dog"])
    expect([len(vector) for vector in vectors.embeddings], [384, 384], "two vectors")
    told.append(used_natively(vectors))
    return told


def talk_ollama_js(url, key):
    """Nearly the same with Ollama's JavaScript client."""
    return [tuple(json.loads(line))
            for line in node("local_ollama.mjs", url, key, "gemma", "caller", "minilm", seconds=200).splitlines()]
