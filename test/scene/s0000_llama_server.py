# SPDX-License-Identifier: Apache-2.0
"""llama.cpp's own server with a real small model, behind the gateway: what its clients see and what it counts, a
prompt that is too long, two calls at once, a client that leaves, and idle connections that it closes."""
import concurrent.futures
import signal
import time

from lib.local import FEW, QUESTION, Llama, counted, settled, talk_openai, talk_openai_js, used
from lib.scene import KEY, LONG, Gateway, client_of, expect, expect_in, expect_true, limit, question, until

limit(120)
openai = client_of("openai")
anthropic = client_of("anthropic")
IDLE = 5  # seconds after which it closes an idle connection


def chat(gateway, **more):
    return gateway.chat(QUESTION[0]["content"], model="local/gemma", **{**FEW, **more})


def every_call(gateway, client):
    """Each kind of call, and what the server said that it used."""
    told = talk_openai(client, "local/gemma") + talk_openai_js(gateway.url, KEY, "local/gemma")
    text = client.completions.create(model="local/gemma", prompt="1, 2, 3,", **FEW)
    chunks = list(client.completions.create(model="local/gemma", prompt="1, 2, 3,", stream=True,
                                            stream_options={"include_usage": True}, **FEW))
    asked = {"model": "local/gemma", "input": "1, 2, 3,", "max_output_tokens": 8, "temperature": 0}
    answer = client.responses.create(**asked)
    events = list(client.responses.create(**asked, stream=True))
    vectors = client.embeddings.create(model="local/gemma", input=["a cat", "a dog"])
    expect([len(v.embedding) for v in vectors.data], [640, 640], "two vectors")
    expect_true(text.choices[0].text and answer.output_text, "words")
    expect(events[-1].type, "response.completed")
    told += map(used, (text.usage, chunks[-1].usage, answer.usage, events[-1].response.usage, vectors.usage))

    claude = anthropic.Anthropic(base_url=gateway.url, api_key=KEY)
    message = claude.messages.create(model="claude/gemma", messages=QUESTION, max_tokens=8)
    with claude.messages.stream(model="claude/gemma", messages=QUESTION, max_tokens=8) as stream:
        streamed = stream.get_final_message()
    for usage in (message.usage, streamed.usage):
        cached = usage.cache_read_input_tokens
        told.append((usage.input_tokens + cached, cached, usage.output_tokens))
    return told


def same_counts(gateway, client):
    told = every_call(gateway, client)
    rows = gateway.rows(len(told))
    expect([counted(row) for row in rows], told, "the ledger counts what the server told")
    expect_true(all(r["price_state"] == "free" and r["cost_pd"] == 0 for r in rows), "nothing costs anything")
    expect_true(all(r["sure"] == "reported" and r["outcome"] == "ok" for r in rows), f"all of it reported: {rows}")
    expect_true(all(r["model_answered"] == "gemma" for r in rows if r["endpoint"] != "embeddings"), "the model")
    expect({r["endpoint"] for r in rows}, {"chat", "completions", "responses", "embeddings", "messages"})


def usage_unasked(gateway):
    """A stream whose usage nobody asked for is counted all the same, and shows none."""
    n = settled(gateway)
    plain, streamed = chat(gateway, ignore_eos=True), chat(gateway, ignore_eos=True, stream=True)
    expect_true(all("usage" not in event and event["choices"] for event in streamed.events[:-1]), "no usage unasked")
    rows = gateway.rows(n + 2)[-2:]
    expect((rows[1]["prompt"], rows[1]["output"]), (rows[0]["prompt"], rows[0]["output"]), "same counts in a stream")
    expect(used(plain.json["usage"])[0], rows[1]["prompt"])


def too_long(gateway, llama, client):
    n = settled(gateway)
    asked = question("word " * 700, model="local/gemma", **FEW)
    theirs = llama.request("POST", "/v1/chat/completions", {**asked, "model": "gemma"})
    for more in ({}, {"stream": True}):
        ours = gateway.post("/v1/chat/completions", {**asked, **more})
        expect((ours.status, ours.body), (400, theirs.body), "as it came")
    try:
        client.chat.completions.create(**asked)
        raise AssertionError("too long, and no error")
    except openai.BadRequestError as error:
        expect(error.body["type"], "exceed_context_size_error")
        expect_true(error.body["n_prompt_tokens"] > error.body["n_ctx"], f"it says by how much: {error.body}")
    row = gateway.rows(n + 3)[-1]
    expect((row["outcome"], row["error"], row["cost_pd"]), ("error", "exceed_context_size_error", 0))


def closed_when_idle(gateway):
    """A call after the server closed the connection of the one before."""
    expect(chat(gateway, max_tokens=1).status, 200)
    time.sleep(IDLE + 1)
    expect(chat(gateway, max_tokens=1).status, 200, "after a silence")


def closed_unseen(gateway):
    """The same when the gateway could not see it: both slept, and wake to a call."""
    expect(chat(gateway, max_tokens=1).status, 200)
    gateway.program.signal(signal.SIGSTOP)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        time.sleep(IDLE + 1)
        call = pool.submit(chat, gateway, max_tokens=1)
        time.sleep(0.2)
        gateway.program.signal(signal.SIGCONT)
        expect(call.result().status, 200, "after a sleep")


def a_client_leaves(gateway, llama, client):
    stream = client.chat.completions.create(model="local/gemma", messages=QUESTION, stream=True,
                                            **{**FEW, "max_tokens": 400}, extra_body={"ignore_eos": True})
    next(stream)
    expect(llama.busy(), 1, "it is making an answer")
    stream.close()
    until(lambda: llama.busy() == 0, 2, "the slot is free")
    row = until(lambda: [r for r in gateway.rows() if r["outcome"] == "left"], 2, "the row of who left")[0]
    expect_true(row["output"] < 400 and row["price_state"] == "free", f"what was made: {row}")


def two_at_once(gateway):
    n = settled(gateway)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: chat(gateway), range(2)))
    told = sorted(used(answer.json["usage"]) for answer in answers)
    expect(sorted(counted(row) for row in gateway.rows(n + 2)[-2:]), told, "each has its own counts")


with Llama() as llama:
    providers = (f"  local: {{ vendor: llama.cpp, url: {llama.url}/v1, models: [gemma] }}\n"
                 f"  claude: {{ vendor: llama.cpp, dialect: anthropic, url: {llama.url} }}\n")
    with Gateway(llama, providers=providers, models=[]) as gateway:
        client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=KEY, max_retries=0)
        same_counts(gateway, client)
        usage_unasked(gateway)
        too_long(gateway, llama, client)
        two_at_once(gateway)
        a_client_leaves(gateway, llama, client)
        closed_when_idle(gateway)
        if LONG:
            closed_unseen(gateway)
        expect_in("local/gemma", [model.id for model in client.models.list()], "its models")
        expect(gateway.costlens("ledger", "verify").returncode, 0)
