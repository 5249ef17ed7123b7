# SPDX-License-Identifier: Apache-2.0
"""What the client wrote reaches the provider as it wrote it, but for the model's name."""
from lib.scene import KEY, UPSTREAM_KEY, Gateway, Mock, expect, expect_in, expect_true

# Spaces, escapes, numbers and an order of members that no serialiser would keep.
ODD = (b'{ "messages" :[{"role":"user","content":"caf\\u00e9 \xe2\x82\xac \\/ \\n"} ],\r\n\t'
       b'"temperature":1.0e0, "unknown":{"b":[1,2.50,-0],"a":null},"model" : "%s" , "top_p":0.10}')

TOKEN = "sk-cl-" + "a" * 40


def echoed(answer):
    """Head and body as the provider saw them."""
    text = answer.json["choices"][0]["message"]["content"]
    head, body = text.split("\r\n\r\n", 1)
    lines = head.split("\r\n")
    return lines[0], {x.split(": ", 1)[0].lower(): x.split(": ", 1)[1] for x in lines[1:]}, body


with Mock() as mock, Gateway(mock) as gateway:
    answer = gateway.post("/v1/chat/completions?api-version=1", ODD % b"bench/bench-model", {
        "Content-Type": "application/json; charset=utf-8", "X-Custom": "kept", "x-mock-fault": "echo",
        "x-costlens-tags": "a=b", "Cookie": "session=1", "X-Forwarded-For": "10.1.1.1",
        "Connection": "close, X-Hop", "X-Hop": "1", "Accept-Encoding": "gzip, br",
        "User-Agent": "scene/1"})
    expect(answer.status, 200)
    line, fields, body = echoed(answer)
    expect(line, "POST /v1/chat/completions?api-version=1 HTTP/1.1")
    expect(body.encode(), ODD % b"bench-model", "the body")

    # The provider's own credential, and none of the client's; nothing of the way here.
    expect(fields["authorization"], f"Bearer {UPSTREAM_KEY}")
    expect_true(KEY not in str(fields), "the client's key stays here")
    for name in ("cookie", "x-forwarded-for", "x-hop", "x-costlens-tags"):
        expect_true(name not in fields, f"{name} does not go upstream")
    expect(fields["x-custom"], "kept")
    expect(fields["user-agent"], "scene/1")
    expect(fields["accept-encoding"], "identity")
    expect(fields["host"], f"127.0.0.1:{mock.port}")
    expect(fields["content-type"], "application/json; charset=utf-8")

    # A stream that did not ask for usage: that is put in, and nothing else.
    stream = gateway.post("/v1/chat/completions", (ODD % b"bench/bench-model")[:-1] +
                          b',"stream" : true}', {"x-mock-fault": "echo"})
    text = "".join(e["choices"][0]["delta"].get("content", "") for e in stream.events[:-1])
    seen = text.split("\r\n\r\n", 1)[1].encode()
    expect_in(b'"include_usage":true', seen.replace(b" ", b""))
    start = (ODD % b"bench-model")[:40]
    expect(seen[:40] == start or start[2:] in seen, True, "the rest is as it was")

    # A key of ours does not belong into this query; it goes no further all the same.
    for key in (f"key={TOKEN}", f"key={KEY}", f"k%65y={KEY}", "key=" + KEY.replace("-", "%2D")):
        answer = gateway.post(f"/v1/chat/completions?a=1&{key}&b=2", ODD % b"bench/bench-model",
                              {"x-mock-fault": "echo"})
        expect(echoed(answer)[0], "POST /v1/chat/completions?a=1&b=2 HTTP/1.1")
    answer = gateway.post("/v1/chat/completions?key=theirs", ODD % b"bench/bench-model", {"x-mock-fault": "echo"})
    expect(echoed(answer)[0], "POST /v1/chat/completions?key=theirs HTTP/1.1")

    # Gemini's key in the query is ours: taken out, and the rest of the query goes on.
    # Also where the same name stands there again, or written with escapes.
    for query in (f"key={KEY}&x=1", f"key={KEY}&key=&x=1", f"k%65y={KEY}&x=1", f"key=&key={KEY}&x=1",
                  f"key={KEY}&x=1&key={TOKEN}", f"key={KEY}&x=1&key"):
        gemini = gateway.request(
            "POST", f"/v1beta/models/gemini-2.5-flash:generateContent?{query}",
            {"contents": [{"parts": [{"text": "hi"}]}]},
            {"Authorization": "", "x-mock-fault": "echo"})
        expect(gemini.status, 200, query)
        seen = gemini.json["candidates"][0]["content"]["parts"][0]["text"]
        expect_true(KEY not in seen and TOKEN not in seen, f"our key in {query} stays here")
        expect_in("?x=1 HTTP", seen)
