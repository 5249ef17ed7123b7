# SPDX-License-Identifier: Apache-2.0
"""A real Ollama with real small models, behind the gateway: what its own and OpenAI's clients see and what it
counts, a prompt that is too long, a runner that dies, two calls at once and a client that leaves. With --long."""
import concurrent.futures
import json
import os
import signal

from lib.local import (FEW, QUESTION, WEATHER, Ollama, counted, settled, talk_ollama, talk_ollama_js, talk_openai,
                       talk_openai_js, turns_with_calls, used, used_natively)
from lib.scene import KEY, LONG, Gateway, client_of, expect, expect_in, expect_true, limit, skip, until

if not LONG:
    skip("only with --long")
limit(550)
ollama = client_of("ollama")
openai = client_of("openai")


def same_counts(gateway, client):
    told = talk_ollama(client) + talk_ollama_js(gateway.url, KEY)
    rows = [row for row in gateway.rows(len(told)) if row["prompt"]]  # not the lists of models
    expect([counted(row) for row in rows], told, "the ledger counts what the server told")
    expect_true(all(r["price_state"] == "free" and r["cost_pd"] == 0 for r in rows), "nothing costs anything")
    expect_true(all(r["sure"] == "reported" and r["outcome"] == "ok" for r in rows), f"all of it reported: {rows}")


def same_counts_for_openai(gateway, client):
    n = settled(gateway)
    told = talk_openai(client, "local/gemma") + talk_openai_js(gateway.url, KEY, "local/gemma")
    asked = {"model": "local/caller", "messages": turns_with_calls(lambda city: json.dumps({"city": city})),
             "tools": [WEATHER], **{**FEW, "max_completion_tokens": 60}}
    del asked["max_tokens"]
    chat = client.chat.completions.create(**asked)
    expect(chat.choices[0].finish_reason, "tool_calls")
    call = chat.choices[0].message.tool_calls[0].function
    expect((call.name, list(json.loads(call.arguments))), ("weather", ["city"]), "a tool is called")
    with client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as stream:
        streamed = stream.get_final_completion()
    expect(streamed.choices[0].message.tool_calls[0].function.name, "weather")
    vectors = client.embeddings.create(model="local/minilm", input=["a cat", "a dog"])
    expect([len(vector.embedding) for vector in vectors.data], [384, 384], "two vectors")
    told += map(used, (chat.usage, streamed.usage, vectors.usage))
    expect([counted(row) for row in gateway.rows(n + len(told))[n:]], told, "the ledger counts what was told")


def too_long_for_openai(client):
    asked = {"model": "local/gemma", "messages": [{"role": "user", "content": "word " * 3000}], **FEW}
    for stream in (False, True):
        try:
            list(client.chat.completions.create(**asked, stream=stream))
            raise AssertionError("too long, and no error: it was cut")
        except openai.BadRequestError as error:
            expect(error.code, "context_length_exceeded")


def a_runner_dies_for_openai(client, server):
    stream = client.chat.completions.create(model="local/gemma", messages=QUESTION, stream=True, max_tokens=900)
    for _ in range(3):
        next(stream)
    for pid in server.runners():
        os.kill(pid, signal.SIGKILL)
    try:
        list(stream)
        raise AssertionError("the runner died, and no error")
    except openai.APIError as error:
        expect_true(error.message, "what became of it")
    again = client.chat.completions.create(model="local/gemma", messages=QUESTION, **FEW)
    expect_true(again.choices, "it comes back")


def lists(client, server):
    expect({m.model for m in client.list().models}, {"gemma:latest", "caller:latest", "minilm:latest"}, "its models")
    expect_true(client.show("gemma").modelinfo, "what a model is")
    expect({m.model for m in client.ps().models}, set(server.loaded()), "what is loaded")


def too_long(gateway, client, server):
    asked = [{"role": "user", "content": "word " * 3000}]  # the provider's num_ctx is 2048
    for stream in (False, True):
        try:
            list(client.chat("gemma", asked, options={"num_ctx": 1024, "num_predict": 4}, stream=stream))
            raise AssertionError("too long, and no error: it was cut")
        except ollama.ResponseError as error:
            expect((error.status_code, error.error), (400, "the input length exceeds the context length"))


def long_stream(client):
    stream = client.chat("gemma", QUESTION, options={"num_predict": 900, "num_ctx": 1024}, stream=True)
    for _ in range(3):
        next(stream)
    return stream


def a_runner_dies(gateway, client, server):
    stream = long_stream(client)
    for pid in server.runners():
        os.kill(pid, signal.SIGKILL)
    try:
        list(stream)
        raise AssertionError("the runner died, and no error")
    except ollama.ResponseError as error:
        expect_in("EOF", error.error, "what became of it")
    row = until(lambda: [r for r in gateway.rows() if r["error"] == "runner_died"], 5, "the row of what broke off")[0]
    expect((row["outcome"], row["sure"], row["http_status"]), ("error", "estimated", 200), "nobody told its counts")
    expect_true(row["prompt"] > 0 and row["output"] > 0, f"what came is counted: {row}")
    expect_true(client.chat("gemma", QUESTION, options={"num_predict": 4, "num_ctx": 1024}).done, "it comes back")


def two_at_once(gateway, client):
    n = settled(gateway)
    def ask(words):
        return client.generate("gemma", "1, 2, 3, " * words, options={"num_predict": 6, "num_ctx": 1024})
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        told = sorted(used_natively(answer) for answer in pool.map(ask, (1, 2)))
    expect(sorted(counted(row) for row in gateway.rows(n + 2)[-2:]), told, "each has its own counts")


def a_client_leaves(gateway, client, server):
    n = server.answered("/api/chat")
    long_stream(client).close()
    until(lambda: server.answered("/api/chat") > n, 3, "Ollama makes no more of it")
    row = until(lambda: [r for r in gateway.rows() if r["outcome"] == "left"], 3, "the row of who left")[0]
    expect_true(row["output"] < 900 and row["price_state"] == "free", f"what was made: {row}")


with Ollama() as server:
    providers = f"  local: {{ dialect: ollama, url: {server.url}, num_ctx: 2048 }}\n"
    with Gateway(server, providers=providers, models=[]) as gateway:
        client = ollama.Client(gateway.url, headers={"Authorization": f"Bearer {KEY}"})
        same_counts(gateway, client)
        over = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=KEY, max_retries=0)
        same_counts_for_openai(gateway, over)
        too_long_for_openai(over)
        a_runner_dies_for_openai(over, server)
        lists(client, server)
        too_long(gateway, client, server)
        a_runner_dies(gateway, client, server)
        two_at_once(gateway, client)
        a_client_leaves(gateway, client, server)
        expect(gateway.costlens("ledger", "verify").returncode, 0)
