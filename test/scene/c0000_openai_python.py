# SPDX-License-Identifier: Apache-2.0
"""OpenAI's own Python client: against the mock, then through the gateway, and sees no difference."""
from lib.scene import KEY, Gateway, Mock, client_of, expect, expect_true, until

openai = client_of("openai")
pydantic = client_of("pydantic")
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]
WEATHER = {"type": "function", "function": {
    "name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}},
                                      "required": ["city"]}}}


class Event(pydantic.BaseModel):
    name: str
    day: int
    guests: list[str]


def fault(text):
    return {"extra_headers": {"x-mock-fault": text}}


def talk(url, model):
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=KEY)
    chat = client.chat.completions.create(model=model, messages=MESSAGES)
    expect_true(chat.choices[0].message.content, "chat says something")
    expect_true(chat.usage.completion_tokens > 0 and chat._request_id, "usage and request id")

    text, usage = "", None
    with client.chat.completions.create(model=model, messages=MESSAGES, stream=True,
                                        stream_options={"include_usage": True}) as stream:
        for chunk in stream:
            usage = chunk.usage or usage
            text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    expect_true(text and usage.completion_tokens > 0, "a stream with usage")
    with client.chat.completions.create(model=model, messages=MESSAGES, stream=True) as stream:
        expect_true(all(c.choices for c in stream), "no chunk of usage unasked")

    call = client.chat.completions.create(model=model, messages=MESSAGES, tools=[WEATHER])
    expect(call.choices[0].finish_reason, "tool_calls")
    expect(call.choices[0].message.tool_calls[0].function.name, "weather")
    parsed = client.chat.completions.parse(model=model, messages=MESSAGES, response_format=Event)
    expect_true(isinstance(parsed.choices[0].message.parsed, Event), "JSON that fits the schema")

    vectors = client.embeddings.create(model=model, input=["a", "b"])
    expect((len(vectors.data), vectors.data[1].index), (2, 1))
    expect_true(isinstance(vectors.data[0].embedding[0], float), "base64 was decoded")

    answer = client.responses.create(model=model, input="hello")
    expect_true(answer.output_text and answer.usage.output_tokens > 0, "a response")
    with client.responses.stream(model=model, input="hello") as stream:
        kinds = [event.type for event in stream]
        expect_true(stream.get_final_response().output_text, "the final response")
    expect(kinds[-1], "response.completed")
    expect_true(len(list(client.models.list())) > 0, "models")

    for status, kind in ((400, openai.BadRequestError), (401, openai.AuthenticationError),
                         (404, openai.NotFoundError), (422, openai.UnprocessableEntityError)):
        try:
            client.chat.completions.create(model=model, messages=MESSAGES, **fault(str(status)))
            raise AssertionError(f"{status} was no error")
        except kind as error:
            expect(error.status_code, status)
            expect_true(error.request_id, "an error names its request")
    try:
        client.chat.completions.create(model=model, messages=MESSAGES, **fault("quota"))
        raise AssertionError("the quota was no error")
    except openai.RateLimitError as error:
        expect(error.code, "insufficient_quota")

    again = [{"role": "user", "content": f"try again {url}"}]
    retried = client.chat.completions.create(model=model, messages=again, **fault("503+once"))
    expect_true(retried.choices[0].message.content, "the client's own retry succeeds")
    try:
        list(client.chat.completions.create(model=model, messages=MESSAGES, stream=True,
                                            **fault("error-event")))
        raise AssertionError("the error in the stream was not seen")
    except openai.APIError as error:
        expect(error.code, "mock_failure")


def leave(url, model, mock):
    """A client that closes a stream: the provider sees it go."""
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=KEY)
    stream = client.chat.completions.create(model=model, messages=MESSAGES, stream=True, user=url,
                                            **fault("slow=20+tokens=400"))
    next(stream)
    stream.close()
    until(lambda: [b for b in mock.bills() if b["user"] == url and b["left"]], 2, "the mock is left")


with Mock() as mock:
    talk(mock.url, "bench-model")
    leave(mock.url, "bench-model", mock)
    with Gateway(mock) as gateway:
        talk(gateway.url, "bench/bench-model")
        leave(gateway.url, "bench/bench-model", mock)
        until(lambda: [r for r in gateway.rows() if r["outcome"] == "left"], 2, "the row of who left")
