# SPDX-License-Identifier: Apache-2.0
"""Anthropic's own Python client: messages, stream, tools, counting, errors, retries, leaving."""
from lib.scene import KEY, Gateway, Mock, client_of, expect, expect_true, until

anthropic = client_of("anthropic")
MODEL = "claude-sonnet-5-5"
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]
TOOL = {"name": "weather", "description": "the weather",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}


def fault(text):
    return {"extra_headers": {"x-mock-fault": text}}


def talk(url):
    client = anthropic.Anthropic(base_url=url, api_key=KEY)
    base = {"model": MODEL, "max_tokens": 300, "messages": MESSAGES}
    message = client.messages.create(**base)
    expect_true(message.content[0].text and message.usage.output_tokens > 0, "a message")
    with client.messages.stream(**base) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    expect(final.content[0].text, text)
    expect_true(final.usage.output_tokens > 1, "cumulative usage")
    call = client.messages.create(**base, tools=[TOOL])
    expect((call.stop_reason, call.content[-1].name), ("tool_use", "weather"))
    expect(client.messages.create(**{**base, "max_tokens": 3}).stop_reason, "max_tokens")
    expect_true(client.messages.count_tokens(model=MODEL, messages=MESSAGES).input_tokens > 0, "count")
    for status, kind in ((400, anthropic.BadRequestError), (401, anthropic.AuthenticationError),
                         (404, anthropic.NotFoundError)):
        try:
            client.messages.create(**base, **fault(str(status)))
            raise AssertionError(f"{status} was no error")
        except kind as error:
            expect(error.status_code, status)
    again = {**base, "messages": [{"role": "user", "content": f"again {url}"}]}
    expect_true(client.messages.create(**again, **fault("529+once")).content, "the retry succeeds")
    try:
        with client.messages.stream(**base, **fault("error-event")) as stream:
            list(stream.text_stream)
        raise AssertionError("the error in the stream was not seen")
    except anthropic.APIError as error:
        expect_true("middle" in str(error), "the error's text")
    with client.messages.stream(**base, metadata={"user_id": url},
                                **fault("slow=20+tokens=200")) as stream:
        next(iter(stream.text_stream))


with Mock() as mock:
    talk(mock.url)
    with Gateway(mock) as gateway:
        talk(gateway.url)
        rows = [r for r in gateway.rows(6) if r["outcome"] == "ok" and r["endpoint"] == "messages"]
        expect_true(rows and all(r["sure"] == "reported" for r in rows), "usage was read")
        for url in (mock.url, gateway.url):
            until(lambda: [b for b in mock.bills() if b["user"] == url and b["left"]], 2, "left")
