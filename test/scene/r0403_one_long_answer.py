# SPDX-License-Identifier: Apache-2.0
"""One answer that runs away shuts its model out of no route, also where the means are read from the ledger."""
from lib.scene import Gateway, Mock, expect, limit

limit(60)
EXTRA = """  - { model: bench/small, input_per_mtok: 0.25, output_per_mtok: 2 }
  - { model: bench/large, input_per_mtok: 1.25, output_per_mtok: 10 }
routes:
  - { name: capped, match: { key: nobody }, max_cost: 0.001, small: bench/small }
  - { name: both, match: { key: nobody }, small: bench/small, large: bench/large, verify: [] }
"""
EASY = [{"role": "user", "content": "Where is my parcel?"}]

with Mock() as mock:
    providers = f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [small, large] }}\n"
    with Gateway(mock, providers=providers, models=[], extra=EXTRA) as gateway:
        done = 0

        def ask(model, times, tokens, status=200, small=True):
            global done
            for _ in range(times):
                answer = gateway.chat(model=model, messages=EASY, headers={"x-mock-fault": f"tokens={tokens}"})
                expect(answer.status, status, f"{model} {answer}")
                expect(answer.headers["x-costlens-model"], "bench/small" if small else "bench/large")
                done += 1
            gateway.calls(done)  # they are learned from

        ask("bench/large", 20, 50, small=False)
        ask("capped", 20, 50)
        ask("capped", 1, 16000)
        ask("capped", 3, 50)
        ask("both", 3, 50)
        gateway.program.kill()
        gateway.start()
        ask("capped", 3, 50)
        ask("both", 3, 50)
