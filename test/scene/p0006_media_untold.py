# SPDX-License-Identifier: Apache-2.0
"""Usage that does not tell media from text, of a model with a dearer price for them: the call has no price, instead of
that of so much text."""
from lib.scene import Gateway, Mock, expect
from lib.strange import Strange, json_answer

IMAGE, AUDIO = "gemini-3.1-flash-image-preview", "gpt-4o-audio-preview"
PIXEL = "iVBORw0KGgo=" * 20
MADE = {"promptTokenCount": 10, "candidatesTokenCount": 1290, "totalTokenCount": 1300}
SENT = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


def gemini(usage):
    return {"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": PIXEL}}]},
                            "finishReason": "STOP", "index": 0}], "usageMetadata": usage, "modelVersion": IMAGE}


def openai(model, usage):
    return {"id": "c", "model": model, "usage": usage,
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}]}


def chat(model, part):
    return "/v1/chat/completions", {"model": model, "messages": [{"role": "user", "content": [part]}]}


DRAW = f"/v1beta/models/{IMAGE}:generateContent", {"contents": [{"role": "user", "parts": [{"text": "a cat"}]}]}
HEAR = chat(AUDIO, {"type": "input_audio", "input_audio": {"data": PIXEL, "format": "wav"}})
LOOK = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
# What is asked, what answers, and the cost in millionths: 10 x 0.5 + 1290 x 60; 100 x 100 + 10 x 10; of a model without
# a price for images 100 x 2.5 + 10 x 10.
CASES = [
    (DRAW, gemini(MADE), None),
    (DRAW, gemini({**MADE, "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}]}), 77405),
    (HEAR, openai(AUDIO, SENT), None),
    (HEAR, openai(AUDIO, {**SENT, "prompt_tokens_details": {"audio_tokens": 100}}), 10100),
    (chat(AUDIO, {"type": "text", "text": "hello"}), openai(AUDIO, SENT), 350),
    (chat("gpt-4o", LOOK), openai("gpt-4o", SENT), 350),
]

left = [made for _, made, _ in CASES]
with Mock() as mock, Strange(lambda _: json_answer(left.pop(0))) as strange:
    providers = f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [bench-model] }}\n" + "".join(
        f"  {name}: {{ dialect: {dialect}, vendor: {name}, url: {strange.url}{path}, key: env:SCENE_UPSTREAM_KEY }}\n"
        for name, dialect, path in (("openai", "openai", "/v1"), ("google", "gemini", "")))
    with Gateway(mock, providers) as gateway:
        for n, ((path, body), _, micro_usd) in enumerate(CASES, 1):
            gateway.post(path, body)
            row = gateway.rows(n)[-1]
            wanted = (None, "unpriced") if micro_usd is None else (micro_usd * 10**6, "priced")
            expect((row["cost_pd"], row["price_state"], row["sure"]), (*wanted, "reported"), f"call {n}")
        expect(gateway.costlens("ledger", "verify").returncode, 0)
