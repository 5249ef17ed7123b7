# SPDX-License-Identifier: Apache-2.0
"""What a caller or a provider wrote does not steer the terminal on which it is read."""
from lib.scene import Gateway, Mock, expect, expect_in, expect_true, limit, question

limit(60)
ODD = "bench/a\u009b31mb\u0085c\u00e9"

PROVIDERS = "  bench: {{ dialect: openai, url: {}/v1, key: env:SCENE_UPSTREAM_KEY }}\n"

with Mock() as mock, Gateway(mock, providers=PROVIDERS.format(mock.url)) as gateway:
    answer = gateway.post("/v1/chat/completions", question(model=ODD))
    gateway.rows(1)
    told = gateway.costlens("report", "--request", answer.headers["x-costlens-request-id"])
    expect_in("bench/a?31mb?c\u00e9", told.stdout)
    table = gateway.costlens("report", "--by", "model").stdout
    expect_true("\u009b" not in told.stdout + table, "nothing steers the terminal")
    csv = gateway.costlens("report", "--by", "model", "--format", "csv")
    expect_in("a\u009b31mb", csv.stdout, "data is as it was")
    for words in (("key", "create", "a\u009bb"), ("key", "create", "--user", "a\u009bb", "b")):
        got = gateway.costlens(*words, check=False)
        expect((got.returncode, got.stdout), (2, ""))
        expect_in("control characters", got.stderr)
