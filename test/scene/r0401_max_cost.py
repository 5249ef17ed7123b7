# SPDX-License-Identifier: Apache-2.0
"""A route's max_cost leaves out the models at which a call is expected to cost more: how long answers are is learned."""
from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(60)
EXTRA = """  - { model: bench/wordy+tokens=3000, input_per_mtok: 0, output_per_mtok: 1 }
  - { model: bench/other, input_per_mtok: 0, output_per_mtok: 0.9 }
  - { model: bench/dear, input_per_mtok: 9000, output_per_mtok: 1 }
routes:
  - { name: capped, match: { key: nobody }, max_cost: 0.002, small: "bench/wordy+tokens=3000", large: bench/other }
  - { name: dear, match: { key: nobody }, max_cost: 0.002, small: [bench/dear, bench/unheard], large: bench/other }
  - { name: nothing, match: { key: nobody }, max_cost: 0.002, small: [bench/dear, bench/unheard] }
"""

with Mock() as mock:
    names = "wordy+tokens=3000, other, dear, unheard"
    providers = f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [{names}] }}\n"
    with Gateway(mock, providers=providers, models=[], extra=EXTRA) as gateway:
        done = 0

        def asked(route, **more):
            global done
            answer = gateway.chat(**more)
            expect(answer.status, 200, f"{route} {answer}")
            done += 1
            expect(gateway.calls(done)[-1]["route"], route)

        # 300 tokens are expected at first, and more with each answer that has 3000.
        asked("route capped: small", model="capped")
        for _ in range(3):
            asked("asked", model="bench/wordy+tokens=3000")
        asked("route capped: large", model="capped")
        # What its caller bounds is within it.
        asked("route capped: small", model="capped", max_tokens=100)
        # That model is known for long answers, whatever the task.
        brief = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]
        asked("route capped: large", model="capped", messages=brief)
        asked("route dear: large", model="dear")
        message = gateway.chat(model="nothing").json["error"]["message"]
        expect_in("bench/dear (cost), bench/unheard (no price)", message)
