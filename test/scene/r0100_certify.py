# SPDX-License-Identifier: Apache-2.0
"""costlens route certify: what is promised of rows that the model has not seen, what is not, and what is refused."""
import json
import pathlib
import random
import struct
import subprocess
import zlib

from lib.scene import COSTLENS, expect, expect_in, expect_true, folder, limit

limit(200)
dice = random.Random(5)


def row(hard):
    """A small model that knows what is easy and fails what is hard; the large one knows nearly all of both."""
    prompt = "Prove this theorem about groups, rings and fields." if hard else "What is the capital of a country?"
    return {"prompt": f"{prompt} No. {dice.randrange(10 ** 9)}", "weak": int(dice.random() < (0.3 if hard else 0.95)),
            "strong": int(dice.random() < 0.95)}


def rows(name, count):
    file = folder / name
    file.write_text("".join(json.dumps(row(dice.random() < 0.5)) + "\n" for _ in range(count)))
    return str(file)


def route(*arguments, code=0):
    done = subprocess.run([COSTLENS, "route", *arguments], capture_output=True, text=True, timeout=100)
    expect(done.returncode, code, f"route {arguments}: {done.stderr}")
    return done.stdout if code == 0 else done.stderr


model = str(folder / "it.model")
route("train", "--prior", "none", "--data", rows("learn.jsonl", 800), "--out", model)
many, few = rows("many.jsonl", 1500), rows("few.jsonl", 30)

said = json.loads(route("certify", "--model", model, "--data", many, "--loss", "0.05", "--confidence", "0.95", "--json"))
expect(said["certified"], True)
expect(said["pairs"], 1500)
expect_true(0.35 < said["share_weak"] < 0.65, f"about the easy half goes to the small model: {said}")
expect_true(said["loss_upper"] <= 0.05, f"the bound is that of the promise: {said}")

# What was promised is what eval finds at that threshold in other rows.
other = json.loads(route("eval", "--model", model, "--data", rows("other.jsonl", 4000), "--threshold",
                         str(said["threshold"]), "--json"))
expect_true(other["loss"] <= 0.05, f"the promise holds elsewhere: {other['loss']}")

# A stricter promise gives no more, per cent may be written, and the default is 5 % with 95 %.
strict = json.loads(route("certify", "--model", model, "--data", many, "--loss", "2%", "--confidence", "99%", "--json"))
expect_true(strict["share_weak"] <= said["share_weak"], f"{strict}")
expect(json.loads(route("certify", "--model", model, "--data", many, "--json")), said)

# The rows that it was trained on prove nothing, in whatever order; rows that are given twice are told.
learned = (folder / "learn.jsonl").read_text().splitlines(keepends=True)
(folder / "turned.jsonl").write_text("".join(reversed(learned)))
for name in ("learn.jsonl", "turned.jsonl"):
    expect_in("was trained on these rows", route("certify", "--model", model, "--data", str(folder / name), code=1))

# Some of them among others are left out, and told: the rest says what it says alone.
mixed = folder / "mixed.jsonl"
mixed.write_text("".join(learned[:300]) + (folder / "many.jsonl").read_text() + "".join(learned[300:]))
some = subprocess.run([COSTLENS, "route", "certify", "--model", model, "--data", str(mixed), "--json"], capture_output=True, text=True,
                      timeout=100)
expect_in("800 of the 2300 rows are left out: the model was trained on them", some.stderr)
expect(json.loads(some.stdout), said | {"left_out": 800})
expect_in("800 of the 2300 rows are ones that the model was trained on", subprocess.run(
    [COSTLENS, "route", "eval", "--model", model, "--data", str(mixed)], capture_output=True, text=True, timeout=100).stderr)

# They are known by what they ask, however their lines are written and whatever else they say.
old = [json.loads(line) for line in learned]
forms = {
    "spaced": lambda r: json.dumps(r, separators=(" , ", " : ")),
    "turned about": lambda r: json.dumps(dict(reversed(r.items()))),
    "as decimals": lambda r: json.dumps(r | {"weak": float(r["weak"]), "strong": float(r["strong"])}),
    "with more": lambda r: json.dumps({"id": 7} | r | {"task": "another", "weak_model": "a", "strong_model": "b"}),
    "as messages": lambda r: json.dumps({"messages": [{"role": "user", "content": r["prompt"]}], "weak": r["weak"], "strong": r["strong"]}),
    "of other labels": lambda r: json.dumps(r | {"weak": 0, "weak_resp": "none"}),
}
again = folder / "again.jsonl"
for form, write in forms.items():
    again.write_text("".join(write(r) + "\n" for r in old))
    expect_in("was trained on these rows", route("certify", "--model", model, "--data", str(again), code=1), form)
    again.write_text("".join(write(r) + "\n" for r in old[:500]) + (folder / "many.jsonl").read_text())
    expect(json.loads(route("certify", "--model", model, "--data", str(again), "--json")), said | {"left_out": 500}, form)

# A model without marks of its rows cannot tell, and says so.
bare = str(folder / "bare.model")
route("train", "--structure", "--data", str(folder / "learn.jsonl"), "--out", bare)
copy = folder / "copy.model"
copy.write_bytes((pathlib.Path(__file__).parents[2] / "models" / "prior.model").read_bytes())
for verb in ("certify", "eval"):
    for name, about in ((bare, "--structure"), ("shipped", "MMLU-Pro"), (str(copy), "MMLU-Pro")):
        done = subprocess.run([COSTLENS, "route", verb, "--model", name, "--data", many, "--json"], capture_output=True, text=True, timeout=100)
        expect(done.returncode, 0, done.stderr)
        for text in (done.stderr, json.loads(done.stdout)["note"]):
            expect_in("cannot be told whether it was trained on some of these rows", text)
            expect_in(about, text)
    expect(json.loads(route(verb, "--model", model, "--data", many, "--json"))["note"], None)
expect_in("was trained on these rows", route("certify", "--model", bare, "--data", str(folder / "turned.jsonl"), code=1))

twice = subprocess.run([COSTLENS, "route", "certify", "--model", model, "--data", few, few], capture_output=True, text=True, timeout=100)
expect_in("30 of the 60 rows belong to another one", twice.stderr)

# Turns of conversations: each has six, and its rows come from the same twenty.
turns = folder / "turns.jsonl"
with turns.open("w") as out:
    for n in range(120):
        talk = [{"role": "user", "content": f"Topic {n % 20}, turn {turn}"} for turn in range(n // 20 + 1)]
        out.write(json.dumps({"messages": talk, "weak": 1, "strong": 1}) + "\n")
told = subprocess.run([COSTLENS, "route", "certify", "--model", model, "--data", str(turns), "--loss", "10%", "--json"],
                      capture_output=True, text=True, timeout=100)
expect_in("100 of the 120 rows belong to another one", told.stderr)
expect((json.loads(told.stdout)["certified"], json.loads(told.stdout)["pairs"]), (False, 120))

# A model that has learned from more rows than it has marks of: what chance takes for its rows is left out, and no reason
# to refuse the others; more than that is.
LINES, MARKS = 112, 65536  # where its head says how many marks end the file, and how many there may be
whole = bytearray((folder / "it.model").read_bytes())
count = struct.unpack_from("<I", whole, LINES)[0]
marks = set(struct.unpack(f"<{count}I", whole[-4 * count:]))
while len(marks) < MARKS:
    marks.add(dice.randrange(2 ** 32))
whole[-4 * count:] = struct.pack(f"<{MARKS}I", *sorted(marks))
struct.pack_into("<I", whole, LINES, MARKS)
struct.pack_into("<Q", whole, 16, len(whole))
struct.pack_into("<I", whole, 12, zlib.crc32(whole[16:]))
full = folder / "full.model"
full.write_bytes(whole)
one = folder / "one.jsonl"
one.write_text(learned[0] + (folder / "many.jsonl").read_text())
expect(json.loads(route("certify", "--model", str(full), "--data", str(one), "--json")), said | {"left_out": 1})
expect_in("trained on 800 of the 2300 rows, and perhaps on more", route("certify", "--model", str(full), "--data", str(mixed), code=1))

# Too little evidence is no promise.
none = json.loads(route("certify", "--model", model, "--data", few, "--json"))
expect([none["certified"], none["threshold"], none["share_weak"], none["pairs"]], [False, None, 0, 30])
expect_in("not certified", route("certify", "--model", model, "--data", few))
expect_in("certified: threshold", route("certify", "--model", model, "--data", many))

expect_in("--loss: `0` is no share", route("certify", "--model", model, "--data", many, "--loss", "0", code=2))
expect_in("--confidence: `1.5`", route("certify", "--model", model, "--data", many, "--confidence", "1.5", code=2))
expect_in("which model?", route("certify", "--data", many, code=2))
expect_in("by which rows?", route("certify", "--model", model, code=2))
bad = folder / "bad.model"
bad.write_bytes(b"no model")
expect_in("bad.model", route("certify", "--model", str(bad), "--data", many, code=1))
