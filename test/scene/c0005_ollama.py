# SPDX-License-Identifier: Apache-2.0
"""Ollama's own clients, Python and JavaScript: chat, stream, tools, schema, generate, embed, lists, errors."""
import json

from lib.scene import KEY, Gateway, Mock, client_of, expect, expect_in, expect_true, node, until

ollama = client_of("ollama")
MODEL = "llama3.2:3b"
MESSAGES = [{"role": "user", "content": "hello"}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": "weather", "description": "", "parameters": SCHEMA}}]


def talk(url):
    client = ollama.Client(host=url, headers={"Authorization": f"Bearer {KEY}"})
    answer = client.chat(model=MODEL, messages=MESSAGES)
    expect_true(answer.message.content and answer.eval_count > 0, "an answer")
    parts = list(client.chat(model=MODEL, messages=MESSAGES, stream=True))
    expect_true(len(parts) > 2 and parts[-1].done and parts[-1].prompt_eval_count > 0, "a stream")
    call = client.chat(model=MODEL, messages=MESSAGES, tools=TOOLS)
    expect(call.message.tool_calls[0].function.name, "weather")
    shaped = client.chat(model=MODEL, messages=MESSAGES, format=SCHEMA)
    expect_true(isinstance(json.loads(shaped.message.content)["city"], str), "a schema")
    expect_true(client.generate(model=MODEL, prompt="hello").response, "generate")
    expect(len(client.embed(model=MODEL, input=["a", "b"]).embeddings), 2)
    expect_true(client.list().models and client.ps().models and client.show(MODEL).details.family, "lists")
    for fault, status in (("503", 503), ("load-fails", 500)):
        try:
            client.chat(model=f"{MODEL}+{fault}", messages=MESSAGES)
            raise AssertionError(f"{fault} was no error")
        except ollama.ResponseError as error:
            expect(error.status_code, status)
    try:
        list(client.chat(model=f"{MODEL}+runner-dies", messages=MESSAGES, stream=True))
        raise AssertionError("a dead runner was no error")
    except ollama.ResponseError as error:
        expect_in("unexpected EOF", error.error)


with Mock() as mock:
    talk(mock.url)
    expect_in("ok", node("ollama.mjs", mock.url, KEY, MODEL))
    providers = (f"  local: {{ dialect: ollama, url: {mock.url}, models: ['*'] }}\n"
                 f"  bench: {{ url: {mock.url}/v1, models: [bench-model] }}\n")
    with Gateway(mock, providers=providers) as gateway:
        talk(gateway.url)
        expect_in("ok", node("ollama.mjs", gateway.url, KEY, MODEL))
        bills = {b["id"]: b for b in mock.bills()}
        billed = []

        def all_booked():
            billed[:] = [r for r in gateway.rows() if r["outcome"] == "ok" and r["upstream_id"] in bills]
            return len(billed) == 12
        until(all_booked, 5, "six calls of each client in the ledger")
        for row in billed:
            bill = bills[row["upstream_id"]]
            expect((row["input"], row["output"]), (bill["input"], bill["output"]))
            expect((row["sure"], row["price_state"]), ("reported", "free"))
