# SPDX-License-Identifier: Apache-2.0
"""An attempt has failed, and a budget refuses the one that was to follow: the client gets the first one's failure, with a
sentence that says so, and the log, the metrics and the bill of refused calls know of it."""
import json

from lib.books import verified
from lib.scene import MODEL, Gateway, Mock, expect, expect_in, limit, request

limit(60)
BOTH = "aliases:\n  both: [bench/bench-model, bench/cheap]\n"
SAYS = "a budget refused the attempt that was to follow a failed one"


def lines(gateway):
    return [line for line in map(json.loads, gateway.program.errors().splitlines()) if line["msg"] == SAYS]


def refused(gateway):
    token = (gateway.state / "admin.token").read_text().strip()
    answer = request(gateway.admin_port, "POST", "/api/v1/live", {}, {"Authorization": f"Bearer {token}"})
    return answer.json["refused"]


def ask(gateway, fault, **more):
    return gateway.chat(f"of {gateway.port}", max_tokens=2000, headers={"x-mock-fault": fault + "+once"}, **more)


def told(gateway, answer, target, code, budget):
    """One refusal, everywhere the same."""
    [line] = lines(gateway)
    call = answer.headers["x-costlens-request-id"]
    expect((line["request_id"], line["target"], line["error"], line.get("budget")), (call, target, code, budget))
    [one] = refused(gateway)
    expect((one["requests"], one["error"], one["budget"]), (1, code, budget or ""))
    expect_in(line["detail"], one["message"])
    expect(gateway.metric("costlens_refused_total", reason=code), 1)


with Mock() as mock:
    budget = "budgets:\n  - { name: small, limit: 0.002 }\n"
    for retries, model, target in ((0, "both", "bench/cheap"), (1, MODEL, MODEL)):
        with Gateway(mock, extra=BOTH + budget, models=["bench-model", "cheap"], retries=retries) as gateway:
            answer = ask(gateway, "reset=head", model=model, stream=True)
            expect(answer.status, 502)
            error = answer.json["error"]
            expect(error["code"], "upstream_disconnected")
            expect_in(f'Another attempt, at "{target}", was refused (budget_exceeded) by the budget "small".', error["message"])
            told(gateway, answer, target, "budget_exceeded", "small")
            expect_in('The budget "small": limit 0.002 USD', lines(gateway)[0]["detail"])
            [row] = gateway.rows(1)
            expect((row["error"], row["followed"], row["sure"]), ("upstream_disconnected", 0, "captured"))
            verified(gateway)

    # What it was told of the attempt before ends as a sentence.
    with Gateway(mock, extra=BOTH + budget, models=["bench-model", "cheap"], retries=0) as gateway:
        error = ask(gateway, "not-json", model="both").json["error"]
        expect_in('was to be JSON". Another attempt, at "bench/cheap", was refused', error["message"])

    # A provider's own words stay as they are.
    with Gateway(mock, extra=BOTH + budget, models=["bench-model", "cheap"]) as gateway:
        answer = ask(gateway, "status=502", model="both")
        expect((answer.status, b"refused" in answer.body), (502, False), answer.body)
        told(gateway, answer, "bench/cheap", "budget_exceeded", "small")

    # Nor does it go to a model whose price is not known.
    where = "".join(f"  {name}: {{ dialect: openai, url: {mock.url}/v1, models: [{model}], retries: 0 }}\n"
                    for name, model in (("bench", "bench-model"), ("other", "nameless")))
    extra = "aliases:\n  both: [bench/bench-model, other/nameless]\nbudgets:\n  - { name: large, limit: 1.00 }\n"
    with Gateway(mock, extra=extra, providers=where) as gateway:
        answer = ask(gateway, "reset=head", model="both")
        expect_in('Another attempt, at "other/nameless", was refused (price_unknown).', answer.json["error"]["message"])
        told(gateway, answer, "other/nameless", "price_unknown", None)
