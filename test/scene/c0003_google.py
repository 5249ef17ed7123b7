# SPDX-License-Identifier: Apache-2.0
"""Google's own Python client: generate, stream, tools, counting, embeddings, errors."""
from lib.scene import KEY, Gateway, Mock, client_of, expect, expect_true

genai = client_of("google.genai")
errors = client_of("google.genai.errors")
MODEL = "gemini-2.5-flash"
TOOLS = [{"function_declarations": [{"name": "weather", "parameters": {
    "type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}]}]


def talk(url):
    client = genai.Client(api_key=KEY, http_options={"base_url": url})
    answer = client.models.generate_content(model=MODEL, contents="hello")
    expect_true(answer.text and answer.usage_metadata.total_token_count > 0, "an answer")
    chunks = list(client.models.generate_content_stream(model=MODEL, contents="hello"))
    expect_true(len(chunks) > 2 and chunks[-1].usage_metadata.candidates_token_count > 0, "a stream")
    call = client.models.generate_content(model=MODEL, contents="weather?", config={"tools": TOOLS})
    expect(call.function_calls[0].name, "weather")
    expect_true(client.models.count_tokens(model=MODEL, contents="hello").total_tokens > 0, "count")
    vectors = client.models.embed_content(model="gemini-embedding-001", contents=["a", "b"])
    expect_true(len(vectors.embeddings) >= 1, "embeddings")
    try:
        client.models.generate_content(model=MODEL, contents="hello", config={
            "http_options": {"headers": {"x-mock-fault": "400"}}})
        raise AssertionError("400 was no error")
    except errors.ClientError as error:
        expect(error.code, 400)


with Mock() as mock:
    talk(mock.url)
    with Gateway(mock) as gateway:
        talk(gateway.url)
        row = next(r for r in gateway.rows(4) if r["endpoint"] == "generate")
        bill = next(b for b in mock.bills() if b["id"] == row["upstream_id"])
        expect((row["input"], row["output"]), (bill["input"], bill["output"]))
        expect_true(bill["reasoning"] > 0, "thoughts are billed beside the candidates")
