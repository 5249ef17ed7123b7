# SPDX-License-Identifier: Apache-2.0
"""The first call after a start, and the first after a reload that brings an Ollama, know what it has: they wait for its
list. For one that says nothing they wait a moment, and go where they can."""
import signal
import threading

from lib.ollama import Ollama
from lib.scene import Gateway, Mock, expect, expect_true, limit, until

limit(60)
EXTRA = "".join(f"  - {{ model: bench/{name}, input_per_mtok: {usd}, output_per_mtok: {usd}, context: 100000 }}\n"
                for name, usd in (("small-a", 0.5), ("large-a", 10)))
ROUTE = "routes:\n  - { name: own, match: { key: nobody }, local_only: true, small: local/llama3.2:3b, verify: [] }\n"


def first(name, wanted):
    """Where that call goes that came before the list."""
    seen = []
    caller = threading.Thread(target=lambda: seen.append(gateway.chat(model=name)))
    caller.start()
    until(lambda: seen or gateway.metric("costlens_reservations_inflight") >= 1, 10, "it is there")
    ollama.goes_on.set()
    caller.join()
    expect((seen[0].status, seen[0].headers.get("x-costlens-model")), (200, wanted))


with Mock() as mock:
    bench = f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [small-a, large-a] }}\n"
    for workers in (1, 2):
        for name in ("auto", "own"):
            with Ollama({"llama3.2:3b": 131072}) as ollama:
                ollama.silent.set()
                local = f"  local: {{ dialect: ollama, url: {ollama.url} }}\n"
                with Gateway(mock, providers=local + bench, models=[], extra=EXTRA + ROUTE, workers=workers) as gateway:
                    first(name, "local/llama3.2:3b")
                    expect(gateway.chat(model=name).headers["x-costlens-model"], "local/llama3.2:3b")

    with Ollama({"llama3.2:3b": 131072}) as ollama:
        ollama.silent.set()
        local = f"  local: {{ dialect: ollama, url: {ollama.url} }}\n"
        with Gateway(mock, providers=local + bench, models=[], extra=EXTRA) as gateway:
            expect(gateway.chat(model="auto").headers["x-costlens-model"], "bench/small-a")
            expect_true(not ollama.goes_on.is_set(), "it has said nothing")
        ollama.goes_on.set()

    # A reload that brings it.
    with Ollama({"llama3.2:3b": 131072}) as ollama:
        ollama.silent.set()
        with Gateway(mock, providers=bench, models=[], extra=EXTRA, workers=1) as gateway:
            expect(gateway.chat(model="auto").headers["x-costlens-model"], "bench/small-a")
            gateway.providers = f"  local: {{ dialect: ollama, url: {ollama.url} }}\n" + bench
            gateway.extra += "aliases: { fresh: [bench/small-a] }\n"
            aside = gateway.file.with_suffix(".new")
            aside.write_text(gateway.config())
            aside.replace(gateway.file)
            gateway.program.signal(signal.SIGHUP)
            until(lambda: b'"fresh"' in gateway.request("GET", "/v1/models").body, 10, "the reload")
            first("auto", "local/llama3.2:3b")
