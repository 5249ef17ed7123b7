# SPDX-License-Identifier: Apache-2.0
"""How sure a Gemini is of its answer: it is asked for log-probabilities, whole and in both of its streams, and its client
does not get those that he has not asked for. A model that refuses to be asked is not asked again; others of it are. An
error that is its caller's own ends nobody's asking."""
import json

from lib.scene import Gateway, Mock, expect, expect_true, limit

limit(90)
SMALL = {"sure": "small", "guess": "small+logprob=2500", "strict": "small+as=strict", "slow": "small+slow=40+logprob=2500",
         "long": "small+late=700+huge-event=100+logprob=2500"}
ROUTES = "routes:\n" + "".join(
    f"  - {{ name: {name}, small: [\"bench/{model}\"], large: [bench/large], match: {{ key: nobody }}, "
    f"verify: [{{ logprob: 0.9 }}], hold: {'200ms' if name in ('slow', 'long') else '60s'} }}\n" for name, model in SMALL.items())
PRICES = "".join(f"  - {{ model: \"{model}\", input_per_mtok: {price}, output_per_mtok: {price} }}\n"
                 for model, price in [(f"bench/{model}", 1) for model in SMALL.values()] + [("bench/large", 100)])

with Mock() as mock, Gateway(mock, models=[], workers=1, extra=PRICES + ROUTES,
                             providers=f"  bench: {{ dialect: gemini, url: {mock.url}, key: env:SCENE_UPSTREAM_KEY, "
                                       f"retries: 0, breaker: {{ failures: 0 }} }}\n") as gateway:
    asked = 0

    def ask(route, way, *wanted, status=200, config=None):
        """Wanted are its attempts: (model, error). What came, as a list of what it says."""
        global asked
        body = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}
        body |= {"generationConfig": {"maxOutputTokens": 12, **config}} if config is not None else {}
        answer = gateway.post(f"/v1beta/models/{route}:{way}", body)
        expect(answer.status, status, answer)
        asked += len(wanted)
        expect([(row["model"], row["error"] or "") for row in gateway.rows(asked)[-len(wanted):]], list(wanted), route)
        if status != 200:
            return ""
        text = answer.body.decode()
        if "alt=sse" in way:
            chunks = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
        else:
            chunks = json.loads(text) if way.startswith("stream") else [json.loads(text)]
        said = "".join(part.get("text", "") for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"])
        expect_true(said, text)
        return text

    LARGE = ("large", "")
    refused = [("small+as=strict", "INVALID_ARGUMENT")]
    # What its caller says of them himself: wrong in any case; or refused with ours, and answered without.
    wrong = ("small+logprob=2500", "INVALID_ARGUMENT")
    ask("guess", "generateContent", wrong, wrong, status=400, config={"logprobs": 99})
    ask("strict", "generateContent", *refused, ("small+as=strict", ""), config={"logprobs": 5})
    for way in ("generateContent", "streamGenerateContent?alt=sse", "streamGenerateContent"):
        for config in (None, {}, {"responseLogprobs": False}):
            expect_true("logprobsResult" not in ask("sure", way, ("small", ""), config=config), way)
            # Unsure: the large one answers, and is not asked how sure it is.
            text = ask("guess", way, ("small+logprob=2500", "verify_logprob"), LARGE, config=config)
            expect_true("ogprobs" not in text, text)
        # Who asks gets them.
        for name in ("responseLogprobs", "response_logprobs"):
            expect_true("\"logProbability\":-0.250" in ask("sure", way, ("small", ""), config={name: True}), way)
        # One that refuses it is asked without, from then on at once; that says nothing of the others.
        ask("strict", way, *refused, ("small+as=strict", ""))
        refused = []
    # A client that has waited enough gets what has come, and the rest as it comes: without them all the same, also where
    # one chunk is a long one.
    for way in ("streamGenerateContent?alt=sse", "streamGenerateContent"):
        text = ask("long", way, (SMALL["long"], ""), config={"maxOutputTokens": 40000})
        expect_true("logprobsResult" not in text and "avgLogprobs" in text, text[:2000])
        text = ask("slow", way, ("small+slow=40+logprob=2500", ""), config={})
        expect_true("logprobsResult" not in text and "avgLogprobs" in text, text)
