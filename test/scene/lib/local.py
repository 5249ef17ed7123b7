# SPDX-License-Identifier: Apache-2.0
"""local - real servers with a real small model, for the scenes that want no imitation. A scene looks at the shape
of what they say and at its counts, never at the words: those are a small model's.

    with Llama() as llama, Gateway(llama, providers=f"  local: {{ vendor: llama.cpp, url: {llama.url}/v1 }}\\n", models=[]):
"""
import json

from lib.scene import DEPS, SOURCE, Program, expect, expect_true, free_port, node, request, skip, until

QUESTION = [{"role": "user", "content": "Count: 1, 2, 3,"}]
FEW = {"max_tokens": 8, "temperature": 0, "seed": 1}
SCHEMA = {"type": "object", "properties": {"even": {"type": "boolean"}}, "required": ["even"],
          "additionalProperties": False}


def need(path, group):
    """That file below .deps, or the scene is skipped."""
    if not (DEPS / path).exists():
        skip(f"{path} is not in .deps (scripts/dependencies {group})")
    return str(DEPS / path)


class Llama:
    """llama.cpp's own HTTP server with the model `gemma`: two slots of 512 tokens, and embeddings."""

    def __init__(self):
        python, model = need("llama/bin/python", "llama"), need("models/gemma.gguf", "llama")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.program = Program("llama", [python, str(SOURCE / "test/scene/lib/llama_server.py"), model,
                                         str(self.port)])

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
    return [used(json.loads(line)) for line in node("local.mjs", f"{url}/v1", key, model).splitlines()]
