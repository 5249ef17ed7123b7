# SPDX-License-Identifier: Apache-2.0
"""OpenAI's clients, its own in Python and JavaScript among them, whose model is an Ollama's."""
import json

from lib.scene import KEY, Gateway, Mock, client_of, expect, expect_in, expect_true, node, until

openai = client_of("openai")
pydantic = client_of("pydantic")
MODEL = "local/llama3.2:3b"
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}


class Event(pydantic.BaseModel):
    name: str
    day: int


def ollama(mock, path=""):
    return Gateway(mock, providers=f"  local: {{ dialect: ollama, url: \"{mock.url}{path}\", retries: 0 }}\n"
                                   f"  bench: {{ url: \"{mock.url}/v1\", models: [bench-model] }}\n")


def chat(gateway, **more):
    return gateway.post("/v1/chat/completions", {"model": MODEL, "messages": MESSAGES, **more})


def events(answer):
    """The data of each event; the last is [DONE], or the answer broke off."""
    return [line[6:] for line in answer.body.decode().splitlines() if line]


def fails(kind, code, call):
    try:
        call()
        raise AssertionError(f"no {kind.__name__}")
    except kind as error:
        expect(error.code, code, error.message)
        return error


def talk(client):
    answer = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    expect_true(answer.choices[0].message.content and answer.usage.completion_tokens > 0, "an answer")
    expect(answer.choices[0].finish_reason, "stop")
    text, usage = "", None
    with client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True,
                                        stream_options={"include_usage": True}) as stream:
        for chunk in stream:
            usage = chunk.usage or usage
            text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    expect_true(text and usage.total_tokens > usage.completion_tokens > 0, "a stream with usage")
    with client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True) as stream:
        expect_true(all(c.choices and c.usage is None for c in stream), "no usage unasked")

    call = client.chat.completions.create(model=MODEL, messages=MESSAGES, tools=[TOOL])
    expect(call.choices[0].finish_reason, "tool_calls")
    made = call.choices[0].message.tool_calls[0]
    expect((made.function.name, list(json.loads(made.function.arguments))), ("weather", ["city"]))
    with client.chat.completions.stream(model=MODEL, messages=MESSAGES, tools=[TOOL]) as stream:
        last = stream.get_final_completion()
    expect(last.choices[0].message.tool_calls[0].function.name, "weather")
    answered = MESSAGES + [call.choices[0].message, {"role": "tool", "tool_call_id": made.id, "content": "rain"}]
    expect_true(client.chat.completions.create(model=MODEL, messages=answered).choices[0].message.content, "a turn on")
    parsed = client.chat.completions.parse(model=MODEL, messages=MESSAGES, response_format=Event)
    expect_true(isinstance(parsed.choices[0].message.parsed, Event), "JSON that fits the schema")
    short = client.chat.completions.create(model=MODEL, messages=MESSAGES, max_completion_tokens=3)
    expect((short.choices[0].finish_reason, short.usage.completion_tokens), ("length", 3))
    expect(client.completions.create(model=MODEL, prompt="Once", max_tokens=3).usage.completion_tokens, 3)
    expect_true("".join(c.choices[0].text for c in client.completions.create(
        model=MODEL, prompt="Once", stream=True)), "a completion's stream")

    as_base64 = client.embeddings.create(model=MODEL, input=["a", "b"])
    as_floats = client.embeddings.create(model=MODEL, input=["a", "b"], encoding_format="float")
    expect([len(v.embedding) for v in as_base64.data], [256, 256])
    for one, other in zip(as_base64.data[1].embedding, as_floats.data[1].embedding):
        expect_true(abs(one - other) < 1e-6, f"{one} is not {other}")
    many = client.embeddings.create(model=MODEL, input=[f"text {i}" for i in range(300)])
    expect([(v.index, len(v.embedding)) for v in many.data], [(i, 256) for i in range(300)])


with Mock(models="llama3.2:3b,echo") as mock, ollama(mock) as gateway:
    client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=KEY)
    talk(client)
    expect_in("ok", node("openai-ollama.mjs", f"{gateway.url}/v1", KEY, MODEL))

    # The ledger has what the provider billed, call by call.
    bills = mock.bills()
    rows = gateway.rows(len(bills))
    for row, bill in zip(rows, bills):
        expect((row["input"], row["output"]), (bill["input"], bill["output"]), row["endpoint"])
        expect((row["sure"], row["price_state"], row["outcome"], row["provider"]), ("reported", "free", "ok", "local"))
    expect({row["endpoint"] for row in rows}, {"chat", "completions", "embeddings"})

    # What is sent: the limit, nothing cut in silence, none of the client's own fields.
    echoed = chat(gateway, model="local/echo", user="u", metadata={"a": "b"})
    head, body = echoed.json["choices"][0]["message"]["content"].split("\r\n\r\n", 1)
    expect(head.splitlines()[0], "POST /api/chat HTTP/1.1")
    expect_true(KEY not in head, "our key stays here")
    sent = json.loads(body)
    expect_true(sent["options"].pop("num_ctx", 8192) >= 4096, "a context that the call fits into")
    expect(sent, {"model": "echo", "messages": MESSAGES, "stream": False, "truncate": False, "shift": False,
                  "options": {"num_predict": 4096}})
    expect(echoed.headers["content-type"], "application/json")
    expect_true(float(echoed.headers["x-costlens-cost"]) == 0 and echoed.headers["x-costlens-usage"] == "reported",
                "the cost in the head")
    streamed = gateway.post("/v1/chat/completions", {"model": MODEL, "messages": MESSAGES, "stream": True},
                            headers={"x-costlens-receipt": "1"})
    expect(streamed.headers["content-type"], "text/event-stream")
    expect(events(streamed)[-1], "[DONE]")
    expect_in(": costlens request_id=", streamed.body.decode().split("\n\n")[-4])

    # What cannot be carried is refused, and costs no row.
    refused = []
    for more, field in (({"n": 2}, "`n`"), ({"max_tokens": 0}, "`max_tokens`"), ({"logit_bias": {"1": 1}}, "`logit_bias`"),
                        ({"tools": [TOOL], "tool_choice": "required"}, "`tool_choice`")):
        answer = chat(gateway, **more)
        expect(answer.status, 400, field)
        expect_in(field, answer.json["error"]["message"])
        refused.append(answer.headers["x-costlens-request-id"])
    after = chat(gateway).headers["x-costlens-request-id"]
    until(lambda: after in {row["request"] for row in gateway.rows()}, 5, "the row of a call after them")
    expect([row for row in gateway.rows() if row["request"] in refused], [], "rows")
    image = [{"type": "image_url", "image_url": {"url": "http://example.com/a.png"}}]
    fails(openai.BadRequestError, "unsupported_parameter", lambda: client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": image}]))

    error = fails(openai.BadRequestError, "context_length_exceeded", lambda: client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "word " * 60000}]))
    expect(error.type, "invalid_request_error")
    until(lambda: [row["error"] for row in gateway.rows()].count("context_length_exceeded") == 1, 5, "it has a row")

    # Another dialect of callers is not translated.
    expect(gateway.post("/v1/messages", {"model": MODEL, "max_tokens": 1, "messages": MESSAGES}).status, 400)
    expect(gateway.costlens("ledger", "verify").returncode, 0)

with Mock(models="phi3") as mock, ollama(mock) as gateway:
    client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=KEY, max_retries=0)
    error = fails(openai.NotFoundError, "model_not_found",
                  lambda: client.chat.completions.create(model="local/nope:1b", messages=MESSAGES))
    expect_in("ollama pull nope:1b", error.message)

# Its faults. What broke off has no end that looks like one.
FAULTS = [("queue-full", False, 503, "queue_full"), ("quota", False, 429, "insufficient_quota"),
          ("load-fails", True, 500, "model_load_failed"),
          ("runner-dies", False, 500, "runner_died"), ("runner-dies", True, 200, "runner_died"),
          ("no-done", True, 200, "upstream_disconnected"), ("cut", True, 200, "upstream_disconnected"),
          ("truncated", True, 200, "upstream_disconnected")]
with Mock(models="llama3.2:3b,phi3,m,bench-model") as mock:
    for fault, stream, status, code in FAULTS:
        with ollama(mock, f"/+{fault}") as gateway:
            answer = chat(gateway, stream=stream)
            expect(answer.status, status, fault)
            last = json.loads(events(answer)[-1]) if status == 200 else answer.json
            expect(last["error"]["code"], code, fault)
            expect_true(b"[DONE]" not in answer.body and b'"stop"' not in answer.body, f"{fault}: an end")
            row = gateway.rows(1)[-1]
            expect(row["error"], code, fault)
            if status == 200:
                expect((row["sure"], row["output"] > 0), ("estimated", True), f"{fault}: what came counts")

# An alias has targets of both dialects; what the second cannot carry is answered by the first.
with Mock(models="llama3.2:3b,phi3,m,bench-model") as mock:
    targets = (f"  ill: {{ url: \"{mock.url}/+503/v1\", models: [m], retries: 0 }}\n"
               f"  full: {{ dialect: ollama, url: \"{mock.url}/+queue-full\", retries: 0 }}\n"
               f"  spent: {{ dialect: ollama, url: \"{mock.url}/+quota\" }}\n"
               f"  local: {{ dialect: ollama, url: \"{mock.url}\" }}\n"
               f"  bench: {{ url: \"{mock.url}/v1\", models: [bench-model] }}\n")
    with Gateway(mock, providers=targets, extra="aliases:\n  near: [ill/m, local/phi3]\n"
                                                "  far: [full/phi3, bench/bench-model]\n"
                                                "  dry: [spent/phi3, bench/bench-model]\n"
                                                "  drier: [spent/m, bench/bench-model]\n") as gateway:
        for name, stream, provider in (("near", True, "local"), ("near", False, "local"), ("far", True, "bench"),
                                       ("dry", True, "bench"),
                                       ("drier", False, "bench")):  # a quota that is used up is remembered
            answer = chat(gateway, model=name, stream=stream)
            expect((answer.status, answer.headers["x-costlens-provider"]), (200, provider), name)
            expect(answer.headers["x-costlens-attempts"], "2", f"{name}: none of its first target is tried again")
            expect_true(not stream or events(answer)[-1] == "[DONE]", "its end")
        expect(chat(gateway, model="near", n=2).status, 503)

# A client that leaves: the provider sees it go, and what was made is booked.
with Mock(rate=50, models="llama3.2:3b") as mock, ollama(mock) as gateway:
    client = openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=KEY)
    stream = client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
    next(stream)
    next(stream)
    stream.close()
    until(lambda: [b for b in mock.bills() if b["left"]], 2, "the mock is left")
    row = gateway.rows(1)[-1]
    expect((row["outcome"], row["sure"]), ("left", "estimated"))
