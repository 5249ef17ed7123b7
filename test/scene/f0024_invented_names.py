# SPDX-License-Identifier: Apache-2.0
"""While a provider is down, callers may invent any number of its models: those that the file names, and those that answer,
have a breaker all the same."""
import json

from lib.scene import PRICES, Gateway, Mock, expect, expect_true, limit
from lib.strange import Strange

limit(90)
INVENTED = 280  # more than the models of a provider whose health is known
DONE = {"id": "x", "object": "chat.completion", "model": "bench-model", "usage": {"prompt_tokens": 10, "completion_tokens": 5},
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Yes."}}]}
EXTRA = "".join(f"  - {{ model: \"{name}/*\", input_per_mtok: {PRICES['input']}, output_per_mtok: {PRICES['output']} }}\n"
                for name in ("house", "spare"))
EXTRA += ("aliases:\n  both: [house/listed, spare/other]\n"
          "routes:\n  - { name: sides, large: [house/tiered, spare/other] }\n")


class House:
    def __init__(self):
        self.down, self.seen = True, []

    def __call__(self, head):
        self.seen.append(head)
        status, said = (503, {"error": {"message": "down"}}) if self.down else (200, DONE)
        text = json.dumps(said)
        return (f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
                f"Connection: close\r\n\r\n{text}").encode()


house = House()
with Mock() as mock, Strange(house) as strange:
    common = "dialect: openai, key: env:SCENE_UPSTREAM_KEY, retries: 0, breaker: { failures: 2, turn: 1h }"
    providers = f"  house: {{ {common}, url: {strange.url}/v1 }}\n  spare: {{ {common}, url: {mock.url}/v1 }}\n"
    with Gateway(mock, providers=providers, extra=EXTRA, models=[]) as gateway:
        for n in range(INVENTED):
            expect(gateway.chat(model=f"house/invented-{n}").status, 503)
        for model in ("both", "sides"):
            for _ in range(2):
                expect(gateway.chat(model=model).status, 200, "spare has it")
            before = len(house.seen)
            expect(gateway.chat(model=model).status, 200)
            expect(len(house.seen), before, f"{model}: its breaker is open")
        house.down = False
        expect(gateway.chat(model="house/new").status, 200)
        told = json.loads(gateway.costlens("provider", "status", "--json").stdout)["providers"]
        known = {m["model"] for p in told if p["name"] == "house" for m in p["models"]}
        expect_true({"listed", "tiered", "new"} <= known, f"{sorted(known)}")
        expect_true(sum(name.startswith("invented") for name in known) < INVENTED / 2, f"{len(known)} names")
