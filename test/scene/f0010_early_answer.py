# SPDX-License-Identifier: Apache-2.0
"""A provider that has answered before it read the request gets no more of it."""
import json
import socket
import threading

from lib.scene import PATIENCE, Gateway, Mock, expect, expect_true, limit, question, until

limit(60)
TEXT = "x" * (12 << 20)
CHUNK = json.dumps({"id": "1", "object": "chat.completion.chunk", "model": "bench-model",
                    "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]})
ANSWER = f"data: {CHUNK}\n\ndata: [DONE]\n\n".encode()
seen = []


def serve(listener):
    while True:
        line, _ = listener.accept()
        line.recv(1000)  # its beginning
        # The answer is whole, its framing stays open.
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                     + f"{len(ANSWER):x}\r\n".encode() + ANSWER + b"\r\n")
        threading.Event().wait(0.1)
        line.settimeout(5 * PATIENCE)
        count, strange = 0, 0
        try:
            while part := line.recv(1 << 20):
                count += len(part)
                strange += len(part.strip(b"x"))
        except TimeoutError:
            count = -1
        except OSError:
            pass
        seen.append((count, strange))
        line.close()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
with Mock() as mock:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    with Gateway(mock, providers=f"  bench: {{ dialect: openai, url: \"{url}\", models: [bench-model] }}\n") as gateway:
        for n in range(1, 4):
            answer = gateway.post("/v1/chat/completions", question(TEXT, stream=True))
            expect(answer.status, 200)
            # At once: what the gateway waits for the end of a framing is 2 s.
            until(lambda: len(seen) == n, 1.8 * PATIENCE, "the provider's connection ends")
            count, strange = seen[-1]
            expect_true(0 <= count < len(TEXT), f"the rest of the body stays here: {count} bytes came")
            expect_true(strange < 4000, "and nothing else goes there")
        expect([row["outcome"] for row in gateway.rows(3)], ["ok"] * 3)
