# SPDX-License-Identifier: Apache-2.0
"""What must stay on this machine goes to no model of an Ollama that the Ollama has not told of: it may be one that runs
elsewhere. Nor does a check by a second model send its text away."""
from lib.ownllama import OwnLlama, tag
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, until

limit(60)
ROUTES = """routes:
  - { name: private, match: { key: hr }, local_only: true, small: [local/here] }
  - { name: renamed, match: { key: nobody }, local_only: true, small: [local/alike] }
  - { name: secret, match: { regex: "patient" }, local_only: true, small: [local/here] }
  - { name: pair, match: { key: nobody }, local_only: true, small: [local/here], large: [local/large],
      verify: [{ agree: local/alike }] }
"""
HR = {"Authorization": "Bearer hr-hr-hr-hr-hr-hr-hr"}
FAR = {"remote_model": "kimi-k2", "remote_host": "https://ollama.com:443"}

with OwnLlama(lambda _: {"content": "The answer is 4."}) as ollama, Mock() as mock, \
        Gateway(mock, providers=f"  local: {{ dialect: ollama, url: \"{ollama.url}\" }}\n", models=[], extra=ROUTES,
                keys=["{ name: hr, token: hr-hr-hr-hr-hr-hr-hr }"]) as gateway:
    def asked():
        return {body["model"] for body in ollama.asked}

    # It was not told of: it may be one that the Ollama passes on.
    answer = gateway.chat(model="renamed")
    expect(answer.status, 404)
    expect_in("local/alike (not known to be local)", answer.json["error"]["message"])
    answer = gateway.chat(headers=HR, model="local/alike")
    expect((answer.status, answer.json["error"]["code"]), (403, "local_only"))
    expect(asked(), set())

    # Then it tells: one that it has here is used, one that it passes on is not.
    ollama.has(tag("here"), tag("large"), tag("alike", **FAR))
    until(lambda: gateway.chat(headers=HR, model="auto").status == 200, 10, "the Ollama was asked")
    expect(asked(), {"here"})
    answer = gateway.chat(model="renamed")
    expect(answer.status, 404)
    expect_in("local/alike (not local)", answer.json["error"]["message"])
    expect(gateway.chat(headers=HR, model="local/alike").status, 403)
    # The second model that is to agree is elsewhere: it is not asked, and the first answer is given.
    answer = gateway.chat(model="pair")
    expect((answer.status, answer.headers["x-costlens-model"]), (200, "local/here"))
    expect_true("alike" not in asked(), str(asked()))

    # A conversation that must stay here does so in its next turn, too; one that only the assistant made so does not.
    turns = [{"role": "user", "content": "patient 7"}, {"role": "assistant", "content": "Yes?"},
             {"role": "user", "content": "And now?"}]
    away = {"model": "local/alike", "messages": turns}
    expect(gateway.post("/v1/chat/completions", away).json["error"]["code"], "local_only")
    turns[0]["content"], turns[1]["content"] = "Hello", "patient 7"
    expect(gateway.post("/v1/chat/completions", away).status, 200)

    # A model that it had itself turns into one that it passes on: of that its answers tell first, whole or as a stream.
    for name, more in (("here", {}), ("large", {"stream": True})):
        private = f"local/{name}"
        ollama.far = {}
        expect(gateway.chat(headers=HR, model=private, **more).status, 200)
        expect(gateway.chat(headers=HR, model=private, **more).status, 200)
        ollama.far = {"remote_host": "https://ollama.com:443"}
        expect(gateway.chat(headers=HR, model=private, **more).status, 200)
        answer = gateway.chat(headers=HR, model=private, **more)
        expect((answer.status, answer.json["error"]["code"]), (403, "local_only"), name)
    expect(gateway.chat(headers=HR, model="auto").status, 404)
    until(lambda: gateway.program.errors().count("passes a model on to its cloud") == 2, what="one word of each")
