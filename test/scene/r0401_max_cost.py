# SPDX-License-Identifier: Apache-2.0
"""A route's max_cost leaves out the models at which a call is expected to cost more: how long answers are is learned."""
from lib.scene import Gateway, Mock, expect, expect_in, limit

limit(60)
EXTRA = """  - { model: bench/wordy+tokens=3000, input_per_mtok: 0, output_per_mtok: 1 }
  - { model: bench/other, input_per_mtok: 0, output_per_mtok: 0.9 }
  - { model: bench/machine, cost_per_hour: 3600 }
  - { model: bench/dear, input_per_mtok: 9000, output_per_mtok: 1 }
  - { model: bench/new, input_per_mtok: 0, output_per_mtok: 100 }
routes:
  - { name: capped, match: { key: nobody }, max_cost: 0.002, small: ["bench/wordy+tokens=3000", bench/other] }
  - { name: first, match: { key: nobody }, max_cost: 0.002, small: [bench/new] }
  - { name: dear, match: { key: nobody }, max_cost: 0.002, small: [bench/dear, bench/unheard, bench/other] }
  - { name: timed, match: { key: nobody }, max_cost: 0.4, small: [bench/machine, bench/other] }
  - { name: partly, match: { key: nobody }, max_cost: 0.002, require: [tools], small: [bench/other, bench/dear] }
  - { name: unknown, match: { key: nobody }, max_cost: 0.002, small: [bench/unheard] }
  - { name: nothing, match: { key: nobody }, max_cost: 0.002, small: [bench/dear, bench/unheard] }
"""

with Mock() as mock:
    names = "wordy+tokens=3000, other, dear, new, unheard, machine"
    providers = f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [{names}], lacks: {{ other: tools }} }}\n"
    with Gateway(mock, providers=providers, models=[], extra=EXTRA) as gateway:
        # A route that is called as a model is goes before it, and that is said.
        expect_in("route dear: bench has a model of that name. A call for `dear` goes to the route, and one for "
                  "`bench/dear` to the model", gateway.program.errors())
        expect_in("route dear: bench has a model of that name", gateway.costlens("config", "check").stdout)
        done = 0

        def asked(model, wanted, **more):
            global done
            answer = gateway.chat(model=model, **more)
            expect((answer.status, answer.headers["x-costlens-model"]), (200, f"bench/{wanted}"), f"{model} {answer}")
            done += 1
            gateway.calls(done)  # it is learned from

        # Of a model that has not answered yet nobody knows how much it says: it is asked, which tells.
        asked("first", "new", headers={"x-mock-fault": "tokens=12"})
        asked("first", "new")
        for _ in range(2):  # of the first answer only a part counts
            asked("capped", "wordy+tokens=3000")
        for _ in range(5):
            asked("bench/wordy+tokens=3000", "wordy+tokens=3000")
        asked("capped", "other")
        # That model is known for long answers, whatever the task.
        brief = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}]
        asked("capped", "other", messages=brief)
        asked("dear", "other")
        # What its caller bounds is within it.
        asked("capped", "wordy+tokens=3000", max_tokens=100)
        # A tier that has no price of its own here is expected to cost what any call does.
        asked("capped", "wordy+tokens=3000", max_tokens=100, service_tier="flex")
        expect(gateway.chat(model="capped", max_tokens=100, service_tier="priority").status, 402, "which may be dearer")
        # A machine by the hour, here 1 USD a second, is asked once, and then its time is known.
        expect_in("3600/h", gateway.costlens("route", "list").stdout)
        asked("timed", "machine", max_tokens=300, headers={"x-mock-fault": "late=500"})
        asked("timed", "other", max_tokens=300)

        # Where it leaves none, that is what is said, and by how much; not that there were no such model.
        def refused(model, text):
            answer = gateway.chat(model=model, max_tokens=100)
            error = answer.json["error"]
            expect((answer.status, error["code"]), (402, "max_cost_exceeded"), model)
            expect_in(f'The route "{model}" has no model that can take this call within its `max_cost` of 0.002 USD: '
                      + text, error["message"])
        refused("nothing", "bench/dear (cost: 0.")
        refused("partly", "bench/other (no tools), bench/dear (cost: 0.")
        refused("unknown", "bench/unheard (no price).")
