# SPDX-License-Identifier: Apache-2.0
"""A session keeps no call at the small side that is not for it: without a certificate the large side answers, though the
small one answered the call before. What the small side answers in a session is verified as ever; and once the large
side has answered, the session stays there."""
import json
import signal

from lib.scene import Gateway, Mock, expect, limit, until
from lib.told import Told

limit(60)
PRICES = """  - { model: told/small, input_per_mtok: 0.01, output_per_mtok: 0.01 }
  - { model: told/large, input_per_mtok: 10, output_per_mtok: 10 }
routes:
"""
ALONE = PRICES + "  - { name: talk, small: told/small, sticky: tag:session }\n"
UNPROVED = PRICES + "  - { name: talk, mode: certified, small: told/small, large: told/large, sticky: tag:session }\n"
CHECKED = PRICES + "  - { name: talk, small: told/small, large: told/large, sticky: tag:session, verify: [refusal] }\n"
FINE, REFUSED = "It is fine.", "I'm sorry, but I can't help with that."
told = Told()
with Mock() as mock, Gateway(mock, providers=told.providers(), models=[], extra=ALONE, workers=1) as gateway:
    probes = []

    def reload(extra):
        probe = f"probe{len(probes)}"
        probes.append(probe)
        gateway.file.write_text(gateway.config().replace(ALONE, extra) + f"  - {{ name: {probe}, small: told/small }}\n")
        gateway.program.signal(signal.SIGHUP)
        until(lambda: gateway.chat(model=probe, headers={"x-told": "{}"}).status == 200, 10, "the file is read")

    def asked(session, small=FINE):
        """The models that a call has asked, and why."""
        before = len(told.asked)
        answer = gateway.chat(model="talk", headers={"x-costlens-tags": f"session={session}",
                                                     "x-told": json.dumps({"small": small, "large": "LARGE"})})
        expect(answer.status, 200)
        return [body["model"] for body in told.asked[before:]], answer.headers["x-costlens-reason"]

    for session in "abc":
        expect(asked(session)[0], ["small"])
    reload(UNPROVED)
    expect(asked("a"), (["large"], "route talk: large, no certificate"))
    reload(CHECKED)
    expect(asked("b"), (["small"], "route talk: small, rules"))
    expect(asked("b", REFUSED)[0], ["small", "large"])
    expect(asked("b"), (["large"], "route talk: large, sticky"))
    expect(asked("a"), (["large"], "route talk: large, sticky"))
    expect(asked("c"), (["small"], "route talk: small, rules"))
