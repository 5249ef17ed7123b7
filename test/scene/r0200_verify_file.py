# SPDX-License-Identifier: Apache-2.0
"""costlens route verify: what each verifier says of answers in a file, and what is wrong with a file."""
import json
import subprocess

from lib.scene import COSTLENS, expect, expect_in, expect_true, folder, limit

limit(60)
SCHEMA = {"type": "json_schema", "json_schema": {"schema": {"required": ["a"]}}}
rows = [
    {"weak_resp": "I'm sorry, but I can't help with that.", "weak": 0, "strong": 1},
    {"weak_resp": "3 x 4 = 13, so it is 13.", "weak": 0, "strong": 1, "agree": "12"},
    {"weak_resp": "The answer is 17.", "weak": 1, "strong": 1, "agree": "#### 17"},
    {"weak_resp": "{\"b\": 2}", "weak": 0, "strong": 1, "response_format": SCHEMA},
    {"weak_resp": "It goes on and on and", "finish_reason": "length", "weak": 0, "strong": 0.5},
    {"request": {}, "response": {"choices": [{"message": {"content": " "}, "finish_reason": "stop"}]}},
    {"weak_resp": "Hm.", "logprobs": [-0.01, -3.5], "weak": 0, "strong": 1},
]


def verify(text, *words, code=0):
    (folder / "answers.jsonl").write_text(text)
    done = subprocess.run([COSTLENS, "route", "verify", str(folder / "answers.jsonl"), *words],
                          capture_output=True, text=True)
    expect(done.returncode, code, done.stderr)
    return done.stderr if code else done.stdout


text = "\n".join(json.dumps(row) for row in rows) + "\n\n"
out = json.loads(verify(text, "--json", "--ratio", "0.1"))
expect({name: found["bad"] for name, found in out["verifiers"].items()},
       {"refusal": 1, "truncation": 1, "empty": 1, "repetition": 0, "schema": 1, "arithmetic": 1, "agree": 1,
        "logprob": 1})
expect(out["verifiers"]["agree"], {"good": 1, "unsure": 5, "bad": 1, "weak_of_good": 1, "weak_of_bad": 0,
                                    "precision": 1, "recall": 0.2})
expect(out["verifiers"]["repetition"]["precision"], None)
expect((out["rows"], out["weak"], out["cascade"]), (7, 0.166667, 0.916666))
# 6/7 + 8/7 x 0.1: what it costs is never told as less than it is.
expect((out["escalated"], out["break_even"], out["pays"]), (0.857143, 0.971429, True))
expect(out["small_attempts"], 1.142858)  # the second model is asked of what no other verifier refuses: one in seven
expect(json.loads(verify(text, "--json", "--ratio", "0.2"))["pays"], False)
even = json.loads(verify(text, "--json", "--ratio", "0.125"))  # 1
expect((even["break_even"], even["pays"]), (1, False))
expect_in("0.858 escalated + 1.143 x 0.125 price ratio = 1.000 of the large model's alone: it does not pay",
          verify(text, "--ratio", "0.125"))
out = json.loads(verify(text, "--json", "--verify", "refusal,logprob=0.5"))
expect(list(out["verifiers"]), ["refusal", "logprob"])
expect_in("it pays", verify(text))
# Logarithms are read as those of a provider: above 0 by rounding alone is sure, further above there are none, and what is far
# below is as unsure as can be.
for logprobs, verdict in (([0.000002, -0.0001], "good"), ([0.2], "unsure"), ([-0.1, 1e308], "unsure"), ([-9999, 0.2], "unsure"), ([-0.1, -9999], "bad"), ([-1e300], "bad"), ([], "unsure")):
    out = json.loads(verify(json.dumps({"weak_resp": "Hm.", "logprobs": logprobs}), "--json", "--verify", "logprob"))
    expect(out["verifiers"]["logprob"][verdict], 1, logprobs)

# What is no row is named by its line.
expect_in("answers.jsonl:2: ", verify("{\"weak_resp\":\"x\"}\n{\"weak_resp\":\n", code=1))
expect_in("answers.jsonl:1: it has neither", verify("{\"prompt\":\"x\"}\n", code=1))
expect_in("`weak` and `strong`", verify("{\"weak_resp\":\"x\",\"weak\":2,\"strong\":1}\n", code=1))
# So is what would be passed over, but for a null.
for name, value, says in (("logprobs", "x", "`logprobs` is a list"), ("agree", 7, "`agree` is the second model's text"),
                          ("agree", [], "`agree` is"), ("request", 3, "`request` is the body"),
                          ("finish_reason", 3, "`finish_reason` is a text"), ("weak", 1, "it has `weak` and no `strong`"),
                          ("strong", 1, "it has `strong` and no `weak`")):
    expect_in(f"answers.jsonl:2: {says}", verify("\n" + json.dumps({"weak_resp": "x", name: value}), code=1))
    verify(json.dumps({"weak_resp": "x", name: None}))
# A reason of its end that nobody knows is none that passes, in a row and in a whole answer.
for row in ({"weak_resp": "x", "finish_reason": "lenght"},
            {"response": {"choices": [{"message": {"content": "x"}, "finish_reason": "lenght"}]}}):
    said = verify(json.dumps(row), code=1)
    expect_in("answers.jsonl:1: `finish_reason` `lenght` is unknown", said)
    expect_in("stop, tool_calls, function_call, length, content_filter", said)
for reason, verdict in (("model_length", "bad"), ("length", "bad"), ("function_call", "good"), (None, "unsure")):
    out = json.loads(verify(json.dumps({"weak_resp": "x", "finish_reason": reason}), "--json", "--verify", "truncation"))
    expect(out["verifiers"]["truncation"][verdict], 1, reason)
# What was asked for is no failure: the row's own prompt says so, or the request's last message.
zeros = " ".join(["0"] * 100)
for row, name, verdict in (
        ({"prompt": "Print 100 zeros.", "weak_resp": zeros}, "repetition", "good"),
        ({"prompt": "Print a zero.", "weak_resp": zeros}, "repetition", "bad"),
        ({"prompt": "Translate: Lo siento, pero no puedo ayudarte.", "weak_resp": "Sorry, I can't help you."}, "refusal", "unsure"),
        ({"request": {"messages": [{"role": "user", "content": "Write a reply that declines."}]},
          "weak_resp": "I can't help with that."}, "refusal", "unsure"),
        ({"prompt": "How do I reset it?", "weak_resp": "I must respectfully decline."}, "refusal", "bad"),
        ({"prompt": "Is 1 + 1 = 3 true?", "weak_resp": "Is 1 + 1 = 3 true? No."}, "arithmetic", "unsure"),
        ({"weak_resp": "12", "response_format": {"type": "json_object"}}, "schema", "bad")):
    out = json.loads(verify(json.dumps(row), "--json", "--verify", name))
    expect(out["verifiers"][name][verdict], 1, row)
# From another program.
piped = [COSTLENS, "route", "verify", "-", "--json"]
expect(json.loads(subprocess.run(piped, input=text, capture_output=True, text=True, check=True).stdout)["rows"], 7)
expect_in("-:1: it has neither", subprocess.run(piped, input="{}", capture_output=True, text=True).stderr)
for words in (["--verify", "spelling"], ["--verify", "http"], ["--verify", "refusal=1"], ["--ratio", "-1"]):
    verify(text, *words, code=2)
expect_in("there is no answer", verify("\n", code=1))  # nor a verdict of it
