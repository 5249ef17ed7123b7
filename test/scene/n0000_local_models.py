# SPDX-License-Identifier: Apache-2.0
"""An Ollama's models are listed with their sizes and served while they are there; nothing is cut without a word:
the context grows as calls need it, and an answer has an end."""
import threading
import time

from lib.ollama import Ollama
from lib.scene import KEY, PATIENCE, Gateway, Mock, expect, expect_in, expect_true, request, until

AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
BIG = "word " * 6000  # some 10,000 tokens as it is reckoned


def chat(gateway, model, text="hi", **more):
    return gateway.post("/api/chat", {"model": model, "stream": False,
                                      "messages": [{"role": "user", "content": text}], **more})


def listed(gateway):
    items = request(gateway.port, "GET", "/v1/models", None, AUTHORIZED).json["data"]
    return {item["id"]: item for item in items}


class Found(Gateway):
    """Its file names no provider."""

    def config(self):
        return "".join(line for line in super().config().splitlines(True) if "bench" not in line and
                       not line.startswith(("  claude", "  gemini", "providers", "prices")))


def one(gateway, name):
    return request(gateway.port, "GET", f"/v1/models/{name}", None, AUTHORIZED).json


with Mock() as mock, Ollama({"llama3.2:3b": 131072, "tiny:latest": 2048}) as ollama:
    providers = (f"  local: {{ dialect: ollama, url: {ollama.url}, num_ctx: 16384, num_predict: 500, "
                 f"keep_alive: 30m }}\n  bench: {{ dialect: openai, url: {mock.url}/v1 }}\n")
    with Gateway(mock, providers=providers) as gateway:
        until(lambda: listed(gateway).get("local/tiny", {}).get("context_window"), 5, "the list, described")
        model = listed(gateway)["local/llama3.2:3b"]
        expect((model["size_bytes"], model["context_window"], model["parameter_size"], model["pricing"]),
               (2_019_393_189, 131072, "3.2B", {"free": True}))

        # One alone is told as in the list, whatever name of it is asked for, and a moment after it was pulled.
        tiny = listed(gateway)["local/tiny"]
        for name in ("tiny", "local/tiny", "tiny:latest", "local/tiny:latest"):
            expect(one(gateway, name), tiny, name)
        time.sleep(1.1)  # it is asked once a second at most
        ollama.models["phi3:latest"] = 4096
        expect(one(gateway, "phi3")["id"], "local/phi3")
        expect_in("ollama pull all-minilm", one(gateway, "all-minilm")["error"]["message"])

        # The context: powers of two that only grow, up to num_ctx and what the model was trained for.
        for text, context, status in (("hi", 4096, 200), (BIG, 16384, 200), ("hi", 16384, 200),
                                      (BIG * 4, 16384, 400)):
            expect(chat(gateway, "llama3.2:3b", text).status, status)
            sent = ollama.calls()[-1]
            expect((sent["options"], sent["truncate"], sent["shift"], sent["keep_alive"]),
                   ({"num_ctx": context, "num_predict": 500}, False, False, "1800000ms"))
        chat(gateway, "tiny", "hi")
        expect(ollama.calls()[-1]["options"]["num_ctx"], 2048, "not more than it was trained for")
        # What a caller says himself stays; no limit at all is none.
        chat(gateway, "local/tiny", "hi", truncate=True, keep_alive=0,
             options={"num_ctx": 1024, "num_predict": 7, "seed": 1})
        sent = ollama.calls()[-1]
        expect((sent["model"], sent["truncate"], sent["keep_alive"], sent["options"]),
               ("tiny", True, 0, {"num_ctx": 2048, "num_predict": 7, "seed": 1}), "it is not loaded anew")
        # A caller who wants it cut gets it cut, and the row says so.
        chat(gateway, "tiny", BIG, truncate=True)
        expect(gateway.rows(7)[-1]["error"], "prompt_cut")
        # Also where he asked for more than it was trained for.
        chat(gateway, "tiny", BIG, truncate=True, options={"num_ctx": 8192})
        expect(gateway.rows(8)[-1]["error"], "prompt_cut")
        # And where its count is above the context.
        ollama.counts = 4096
        chat(gateway, "tiny")
        ollama.counts = None
        expect(gateway.rows(9)[-1]["error"], "prompt_cut")
        chat(gateway, "tiny", options={"num_predict": -1})
        expect(ollama.calls()[-1]["options"]["num_predict"], 500)

        # What was reckoned too short is asked again with the next larger context, and from then on at once.
        ollama.models["dense:7b"] = 131072
        time.sleep(1.1)
        ollama.heavy = 4  # tokens where a quarter of them was reckoned
        for again in (1, 0):
            asked = len(ollama.calls())
            answer = chat(gateway, "dense:7b", "x" * 5000)
            expect((answer.status, answer.headers["x-costlens-attempts"]), (200, "2" if again else None))
            expect([c["options"]["num_ctx"] for c in ollama.calls()[asked:]], [4096, 8192] if again else [8192])
        # The same for a client of another dialect; only what follows a busy moment is a retry.
        ollama.models["denser:7b"] = 131072
        ollama.busy = 1
        time.sleep(1.1)
        answer = gateway.post("/v1/chat/completions", {"model": "denser:7b", "messages": [
            {"role": "user", "content": "x" * 5000}]})
        expect((answer.status, answer.headers["x-costlens-attempts"]), (200, "3"))
        expect(gateway.metric("costlens_upstream_retries_total"), 1)
        answer = chat(gateway, "tiny", "x" * 5000)
        expect((answer.status, answer.json["error"]), (400, "the input length exceeds the context length"))
        ollama.heavy = 1

        # A model that is missing is told how to be had, and served as soon as it is.
        answer = chat(gateway, "local/gemma3:1b")
        expect(answer.status, 404)
        expect_in("ollama pull gemma3:1b (about 815 MB)", answer.json["error"])
        time.sleep(1.1)  # it is asked once a second at most
        ollama.models["gemma3:1b"] = 32768
        expect(chat(gateway, "gemma3:1b").status, 200, "a moment after it was pulled")

        # One that takes the connection and says nothing holds nobody up for long.
        ollama.silent.set()
        time.sleep(1.1)
        start = time.monotonic()
        expect(chat(gateway, "local/unheard").status, 404)
        expect(gateway.chat(model="unheard:1b").status, 404)
        expect_true(time.monotonic() - start < 10 * PATIENCE, "it is not waited for")
        expect(chat(gateway, "llama3.2:3b").status, 200, "what it had is served")
        rows = gateway.rows(19)
        long = [row for row in rows if row["http_status"] == 400]
        expect([row["model"] for row in long], ["llama3.2:3b", "dense:7b", "denser:7b", "tiny"])
        expect({(row["price_state"], row["output"]) for row in rows if row["http_status"] == 200}, {("free", 2)})

# A name that nobody lists is asked of the Ollama before another provider gets it; one that looks like an Ollama's goes
# to no other.
with Mock() as mock, Ollama({"tiny:latest": 2048}) as ollama:
    providers = (f"  local: {{ dialect: ollama, url: {ollama.url} }}\n"
                 f"  bench: {{ dialect: openai, url: {mock.url}/v1 }}\n")
    with Gateway(mock, providers=providers) as gateway:
        until(lambda: "local/tiny" in listed(gateway), 5, "the list")
        expect(gateway.chat(model="our-own").headers["x-costlens-model"], "bench/our-own", "newer than the book")
        time.sleep(1.1)
        ollama.models["our-own:latest"] = 2048
        expect(gateway.chat(model="our-own").headers["x-costlens-model"], "local/our-own", "it was pulled")
        time.sleep(1.1)
        ollama.models["own-more:latest"] = 2048
        expect(one(gateway, "own-more")["id"], "local/own-more")
        for lacking in ("all-minilm", "own:7b"):
            answer = gateway.chat(model=lacking)
            expect(answer.status, 404, lacking)
            expect_in(f"ollama pull {lacking}", answer.json["error"]["message"])

# A context that was asked for holds for calls that come meanwhile, unless the model cannot be loaded with it.
with Mock() as mock, Ollama({"wide": 131072, "fat": 131072, "embed": 131072, "own": 131072}) as ollama:
    providers = (f"  local: {{ dialect: ollama, url: {ollama.url}, retries: 0, num_predict: 500 }}\n"
                 f"  bench: {{ dialect: openai, url: {mock.url}/v1 }}\n")
    with Gateway(mock, providers=providers) as gateway:
        until(lambda: {"local/wide", "local/fat", "local/embed"} <= set(listed(gateway)), 5, "the list")
        waits = threading.Thread(target=chat, args=(gateway, "wide", "wait " + BIG))
        waits.start()
        until(ollama.calls, 5, "it has begun")
        chat(gateway, "wide")
        expect([c["options"]["num_ctx"] for c in ollama.calls()], [16384, 16384])
        ollama.held.set()
        waits.join()
        # One that was too long for it does not leave it with the largest.
        expect(chat(gateway, "embed", BIG * 5).status, 400)
        expect([c["options"]["num_ctx"] for c in ollama.calls()[-1:]], [32768])
        chat(gateway, "embed")
        expect(ollama.calls()[-1]["options"]["num_ctx"], 4096)
        # What it cannot see is its caller's mistake, in its own words, whatever status they had.
        ollama.blind = {"embed"}
        answer = gateway.post("/api/chat", {"model": "embed", "stream": False, "messages": [
            {"role": "user", "content": "hi", "images": ["aGk="]}]})
        expect((answer.status, gateway.rows(5)[-1]["error"]), (400, "unsupported"))
        expect_in("missing data required for image input", answer.json["error"])
        # So is what does not fit, or is of a wrong type, where it says 500.
        for error, code in (("the input length exceeds the context length", "context_length_exceeded"),
                            ('option "num_predict" must be of type integer', "invalid_option")):
            ollama.fails = error
            answer = gateway.post("/api/embeddings", {"model": "embed", "prompt": "x"})
            expect((answer.status, answer.json["error"]), (400, error))
            until(lambda: gateway.rows()[-1]["error"] == code, 5, code)
        ollama.fails = None
        ollama.broken = {"fat"}
        count = len(gateway.rows())
        for text, context in ((BIG, 16384), ("hi", 4096)):
            expect(chat(gateway, "fat", text).status, 500)
            expect(ollama.calls()[-1]["options"]["num_ctx"], context)

        # Of a list each input is embedded by itself: the longest must fit.
        for path, body, context in (("/api/embed", {"input": ["word " * 200] * 100}, 4096),
                                    ("/v1/embeddings", {"input": ["word " * 200] * 100}, 4096),
                                    ("/v1/embeddings", {"input": [BIG, "word"]}, 16384),
                                    ("/api/embeddings", {"prompt": "word"}, 16384)):
            expect(gateway.post(path, {"model": "embed", **body}).status, 200)
            expect(ollama.calls()[-1]["options"]["num_ctx"], context, path)
        expect({row["error"] for row in gateway.rows(count + 6)[-4:]}, {""}, "a list's count may be above it")
        expect_true("truncate" not in ollama.calls()[-1], "the old path does not know it")
        # The longest of a list has been cut where its part of the count says so.
        ollama.models["narrow"] = 512
        time.sleep(1.1)
        one(gateway, "local/narrow")
        until(lambda: listed(gateway).get("local/narrow", {}).get("context_window"), 5, "its context is known")
        for rows, (inputs, error) in enumerate(((["word " * 600, "a"], "prompt_cut"), (["word " * 400, "word " * 300], "")), count + 7):
            expect(gateway.post("/api/embed", {"model": "narrow", "input": inputs, "truncate": True}).status, 200)
            expect(gateway.rows(rows)[-1]["error"], error)

        # What a caller says is kept between what the model is loaded with and the provider's largest.
        for model, said, context in (("own", 5000, 5000), ("own", None, 5000), ("own", 2048, 5000),
                                     ("own", 1048576, 32768)):
            chat(gateway, model, **({"options": {"num_ctx": said}} if said else {}))
            expect(ollama.calls()[-1]["options"]["num_ctx"], context, f"{model} {said}")
        # It is not asked with a larger one when what he says was too short.
        ollama.models["short"] = 131072
        time.sleep(1.1)
        asked = len(ollama.calls())
        expect(chat(gateway, "short", BIG, options={"num_ctx": 5000}).status, 400)
        expect(len(ollama.calls()) - asked, 1)

# One that was found and is slow to tell its list is there all the same.
with Mock() as mock, Ollama({"tiny:latest": 2048}) as ollama:
    bare = {"OLLAMA_HOST": f"127.0.0.1:{ollama.port}"}
    with Found(mock, environment=bare) as gateway:
        until(lambda: "ollama/tiny" in listed(gateway), 5, "the list")
        ollama.silent.set()
        time.sleep(1.1)
        expect(chat(gateway, "unheard").status, 404)
        expect(chat(gateway, "tiny").status, 200)
        ollama.models["unheard"] = 2048
        ollama.goes_on.set()
        until(lambda: "ollama/unheard" in listed(gateway), 5, "late")

# A list of one's own, and an alias, have the details of what stands behind them.
with Mock() as mock, Ollama({"tiny:latest": 2048}) as ollama:
    providers = (f"  local: {{ dialect: ollama, url: {ollama.url}, models: [tiny] }}\n"
                 f"  bench: {{ url: {mock.url}/v1 }}\n")
    with Gateway(mock, providers=providers, extra="aliases:\n  fast: [local/tiny]\n") as gateway:
        until(lambda: listed(gateway)["local/tiny"].get("context_window"), 5, "the list, described")
        items = listed(gateway)
        for item in (items["local/tiny"], items["fast"], one(gateway, "local/tiny"), one(gateway, "fast")):
            expect((item["size_bytes"], item["context_window"]), (2_019_393_189, 2048), item["id"])

# Asked in OpenAI's dialect it lists nothing: what it has, no book knows. Any name goes there.
with Mock() as mock, Ollama({"tiny:latest": 2048}) as ollama:
    providers = (f"  local: {{ dialect: ollama, url: {ollama.url} }}\n"
                 f"  v1: {{ vendor: ollama, dialect: openai, url: {mock.url}/v1 }}\n")
    with Gateway(mock, providers=providers, models=[]) as gateway:
        until(lambda: "local/tiny" in listed(gateway), 5, "the list")
        expect([name for name in listed(gateway) if not name.startswith("local/")], [])
        expect(gateway.chat(model="v1/llama2:13b").status, 200)

# What it passes on to its cloud under a name that does not say so is not free, answered or not.
with Mock() as mock, Ollama({"fast": 131072}) as ollama:
    ollama.remote, ollama.mute = {"fast"}, {"fast"}
    providers = f"  local: {{ dialect: ollama, url: {ollama.url}, retries: 0 }}\n  bench: {{ url: {mock.url}/v1 }}\n"
    with Gateway(mock, providers=providers) as gateway:
        until(lambda: "local/fast" in listed(gateway), 5, "the list")
        expect(chat(gateway, "fast").status, 502)
        ollama.mute = set()
        expect(chat(gateway, "fast").status, 200)
        expect([(row["sure"], row["price_state"]) for row in gateway.rows(2)],
               [("captured", "unpriced"), ("reported", "unpriced")])

# So it is while a call is tried again with the context that its first attempt had.
with Mock() as mock, Ollama({"wide": 131072}) as ollama:
    providers = (f"  local: {{ dialect: ollama, url: {ollama.url}, retries: 1, num_predict: 500 }}\n"
                 f"  bench: {{ url: {mock.url}/v1 }}\n")
    with Gateway(mock, providers=providers) as gateway:
        until(lambda: "local/wide" in listed(gateway), 5, "the list")
        ollama.unloaded = 1
        waits = threading.Thread(target=chat, args=(gateway, "wide", "wait " + BIG))
        waits.start()
        until(lambda: len(ollama.calls()) == 2, 5, "it is tried again")
        chat(gateway, "wide")
        expect([c["options"]["num_ctx"] for c in ollama.calls()], [16384] * 3)
        ollama.held.set()
        waits.join()
