# SPDX-License-Identifier: Apache-2.0
"""The library's router, compiled against an installed copy through pkg-config: it chooses as `costlens route` does,
certifies what the command certifies, and refuses a model that is none."""
import json
import random
import subprocess

from lib.library import compiled, run
from lib.scene import COSTLENS, expect, expect_in, expect_true, folder

program = compiled("route")

dice = random.Random(2)


def rows(count):
    for _ in range(count):
        hard = dice.random() < 0.5
        yield {"prompt": ("Prove this theorem of algebra." if hard else "Where is my parcel?") + f" {dice.randrange(10 ** 4)}",
               "weak": int(dice.random() < (0.3 if hard else 0.95)), "strong": int(dice.random() < 0.95)}


learn, proof = folder / "learn.jsonl", folder / "proof.jsonl"
proved = list(rows(1200))
asked = {r["prompt"] for r in proved}
learn.write_text("".join(json.dumps(r) + "\n" for r in rows(600) if r["prompt"] not in asked))  # or the command leaves them out
proof.write_text("".join(json.dumps(r) + "\n" for r in proved))
model = folder / "it.model"
run(COSTLENS, "route", "train", "--prior", "none", "--data", learn, "--out", model)
command = json.loads(run(COSTLENS, "route", "certify", "--model", model, "--data", proof, "--json"))

text = "Where is my parcel? 1\nProve this theorem of algebra. 2\n"
text += "".join(f"{r['prompt']}\t{r['weak']}\t{r['strong']}\n" for r in proved) + "Where is my parcel? 3\n"
lines = run(program, model, "0.025", "0.95", input=text).splitlines()
expect([line.split(":")[0] for line in lines[:2]], ["small", "large"])
expect_in("threshold", lines[0])
expect_true(lines[3].startswith("certified 1, threshold ") and lines[3].endswith("outcomes 1200"), lines[3])
expect_true(lines[4].startswith("small: ") and "certified threshold" in lines[4], lines[4])

# The first certificate of the library is asked at half of the risk, as is the command's: they are the same.
same = run(program, model, "0.05", "0.95", input=text).splitlines()[3]
expect_in(f"threshold {command['threshold']:.6f}, share_small {command['share_weak']:.4f}", same)

done = subprocess.run([program, proof, "0.05", "0.95"], capture_output=True, text=True, input="")
expect(done.returncode, 1)
expect_in("proof.jsonl", done.stderr)
expect_true(run(program, "-", "0.05", "0.95", input="Translate this: hello\n").startswith("small: "), "the shipped model")
