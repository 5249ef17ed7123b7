# SPDX-License-Identifier: Apache-2.0
"""What looks like a refusal or a loop is none where it was asked for, whichever of the verifiers a route names; where it
was not, the large model answers. A text that is full of numbers keeps nobody waiting."""
import json

from lib.scene import Gateway, Mock, expect, limit
from lib.told import Told

limit(60)
VERIFY = ["refusal, repetition", "repetition", "refusal", "refusal, repetition, schema"]
EXTRA = """  - { model: told/small, input_per_mtok: 1, output_per_mtok: 1 }
  - { model: told/large, input_per_mtok: 100, output_per_mtok: 100 }
routes:
""" + "".join(f"  - {{ name: r{i}, small: told/small, large: told/large, match: {{ key: nobody }}, hold: 60s, "
              f"verify: [{verify}] }}\n" for i, verify in enumerate(VERIFY))
LOOP = "0 " * 100
REFUSAL = "I'm sorry, but I can't come to your party. I cannot help with it."
CASES = [  # who refuses it where it was not asked for, what was asked, what the small model says, whether it stays
    ("repetition", "Print 100 zeros.", LOOP, True),
    ("repetition", "Print some zeros.", LOOP, False),
    ("repetition", [{"type": "text", "text": "5a" * 1024}] * 300, LOOP, False),
    ("refusal", "Write a reply that declines an invitation.", REFUSAL, True),
    ("refusal", "I wrote you a message: my card was rejected. What can I do?", REFUSAL, False),
]

told = Told()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=EXTRA) as gateway:
    for i, verify in enumerate(VERIFY):
        for verifier, content, small, stays in CASES:
            answer = gateway.chat(model=f"r{i}", messages=[{"role": "user", "content": content}],
                                  headers={"x-told": json.dumps({"small": small, "large": "well"})})
            kept = stays or verifier not in verify
            expect((answer.status, answer.headers["x-costlens-model"]), (200, f"told/{'small' if kept else 'large'}"),
                   f"{verify}: {content[:60]}")
