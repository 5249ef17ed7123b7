# SPDX-License-Identifier: Apache-2.0
"""Answers that have more than their text tells, as an image, are not taken for the same because their texts are: such a pair
is kept unjudged, and nobody is asked to judge what he cannot see."""
from lib.scene import Gateway, Mock, expect, limit, until
from lib.told import Told

limit(60)
EXTRA = """  - { model: told/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/large, input_per_mtok: 100, output_per_mtok: 100 }
routes:
  - { name: drawn, small: told/small, large: told/large, match: { key: nobody }, verify: [],
      shadow: { budget: 500.00, rate: 100% } }
"""


def image(data):
    return {"content": "Here.", "images": [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}]}


told = Told()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=EXTRA) as gateway:
    def judged(small, large, count):
        told.unasked = {"small": small, "large": large}
        answer = gateway.chat(model="drawn")
        expect(answer.status, 200)
        rows = until(lambda: (rows := gateway.sql("SELECT judged FROM pair ORDER BY number"))[count - 1:] and rows, 10, "the pair")
        return rows[-1]["judged"]

    expect(judged("Here.", "Here.", 1), 1, "texts that are the same")
    expect(judged(image("U01B"), image("TEFS"), 2), 0, "two images")
    expect(judged("Here.", image("TEFS"), 3), 0, "one image")
    expect(len(told.asked), 6, "no judge was asked")
    expect(gateway.metric("costlens_shadow_pairs_total", result="unjudged"), 2)
