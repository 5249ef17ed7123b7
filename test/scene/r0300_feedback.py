# SPDX-License-Identifier: Apache-2.0
"""Feedback: a caller says of an answer how good it was; a key rates its own calls only."""
import gzip
import json
import uuid

from lib.scene import KEY, Gateway, Mock, expect, expect_in, expect_true, limit, request

limit(60)
OTHER = "another-key-" + "0b5e" * 8
PATH = "/costlens/v1/feedback"


def rate(gateway, body, token=KEY, **headers):
    return request(gateway.port, "POST", PATH, body, {"Authorization": f"Bearer {token}", **headers})


def kept(gateway):
    return gateway.sql("SELECT lower(hex(id)) AS id, score_ppm, comment FROM feedback ORDER BY at_us")


with Mock() as mock, Gateway(mock, keys=["{ name: other, token: env:SCENE_OTHER }"],
                             environment={"SCENE_OTHER": OTHER}) as gateway:
    call = gateway.chat("hello").headers["x-costlens-request-id"]
    answer = rate(gateway, {"request_id": call, "score": 0.25, "comment": "too short"})
    expect((answer.status, answer.json), (200, {"request_id": call, "score": 0.25}))
    expect(answer.headers["content-type"], "application/json")
    expect(kept(gateway), [{"id": call.replace("-", ""), "score_ppm": 250000, "comment": "too short"}])

    # Said anew it is said instead; a coded body is a body.
    body = gzip.compress(json.dumps({"request_id": call, "thumbs": "up"}).encode())
    expect(rate(gateway, body, **{"Content-Encoding": "gzip"}).status, 200)
    expect([(row["score_ppm"], row["comment"]) for row in kept(gateway)], [(1000000, "")])

    # Whose call it is not, and what is no call, looks the same.
    foreign, none = rate(gateway, {"request_id": call, "score": 0}, OTHER), str(uuid.uuid4())
    missing = rate(gateway, {"request_id": none, "score": 0})
    for refused, name in ((foreign, call), (missing, none)):
        expect((refused.status, refused.json["error"]["code"]), (404, "call_not_found"))
        expect_in(name, refused.json["error"]["message"])
    expect([row["score_ppm"] for row in kept(gateway)], [1000000], "nothing of it was kept")

    # What is wrong is said.
    for body, part in (({"request_id": call, "score": 2}, "from 0"), ({"score": 1}, "request_id"),
                       ({"request_id": call, "stars": 5}, "stars"), ({"request_id": call, "score": "1"}, '"score" is to be a number'),
                       ({"request_id": call, "thumbs": True}, '"thumbs" is to be a string'),
                       (b"{", "JSON"), (b"", "request_id")):
        refused = rate(gateway, body)
        expect((refused.status, refused.json["error"]["code"]), (400, "bad_request"), str(body))
        expect_in(part, refused.json["error"]["message"])
    expect(rate(gateway, {"request_id": call, "score": 1}, "nobody's").status, 401)
    got = gateway.request("GET", PATH)
    expect((got.status, got.headers["allow"]), (405, "POST"))

    # The operator rates any call; the gateway is asked, or the store, where none runs.
    api = {"Authorization": f"Bearer {(gateway.state / 'admin.token').read_text().strip()}"}
    rated = request(gateway.admin_port, "POST", "/api/v1/routes/feedback",
                    {"request_id": call, "thumbs": "down"}, api)
    expect((rated.status, rated.json), (200, {"request_id": call, "score": "0"}))
    expect([row["score_ppm"] for row in kept(gateway)], [0])
    pairs = request(gateway.admin_port, "POST", "/api/v1/routes/pairs", {"route": "support"}, api)
    expect((pairs.status, pairs.json["error"]["code"]), (404, "not_found"))

    said = gateway.costlens("route", "feedback", call, "--score", "0.75", "--comment", "better")
    expect((said.stdout, said.stderr), ("", f"Answer {call} has the score 0.75.\n"))
    expect([(row["score_ppm"], row["comment"]) for row in kept(gateway)], [(750000, "better")])
    for words, part in (((call,), "--thumbs"), ((call, "--score", "1", "--thumbs", "up"), "Either"),
                        ((call, "--score", "7"), "from 0"), ((call, "--score", "good"), "from 0"), ((), "which answer")):
        refused = gateway.costlens("route", "feedback", *words, check=False)
        expect(refused.returncode, 2, str(words))
        expect_in(part, refused.stderr)
    refused = gateway.costlens("route", "feedback", none, "--score", "1", check=False)
    expect(refused.returncode, 1)
    expect_in(none, refused.stderr)

    # It is no call of a model: no row, no cost, nothing goes upstream.
    expect(len(gateway.rows(1)), 1)
    expect(len(mock.bills()), 1)
    expect_true(gateway.metric("costlens_refused_total", reason="call_not_found") == 2, "it is counted")
