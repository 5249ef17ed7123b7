# SPDX-License-Identifier: Apache-2.0
"""Metrics, health and the two planes; promtool reads the metrics."""
import re
import subprocess
import time
from datetime import datetime

from lib.scene import DEPS, KEY, SOURCE, Gateway, Mock, expect, expect_in, expect_true, request

with Mock() as mock, Gateway(mock) as gateway:
    gateway.chat("a")
    gateway.chat("b", stream=True)
    gateway.chat("c", headers={"x-mock-fault": "500"})
    gateway.rows(3)
    text = request(gateway.admin_port, "GET", "/metrics").body
    expect(gateway.metric("costlens_requests_total"), 3)
    expect(gateway.metric("costlens_requests_total", status="500"), 1)
    billed = sum(b["output"] for b in mock.bills())
    expect(gateway.metric("costlens_tokens_total", type="output"), billed)
    expect_true(gateway.metric("costlens_cost_usd_total") > 0, "the cost")
    figures = gateway.metrics()
    expect(figures["costlens_ledger_imbalance_usd"], 0, "the books balance")
    expect(figures["costlens_client_disconnect_cancel_seconds_count"], 0, "no client left")
    newest = max(re.findall(r"(?m)^source .*(\d{4}-\d\d-\d\d)$", "\n".join(
        path.read_text() for path in (SOURCE / "prices").glob("*.book"))))
    age = time.time() - datetime.fromisoformat(f"{newest}T00:00Z".replace("Z", "+00:00")).timestamp()
    expect_true(abs(float(figures["costlens_price_table_age_seconds"]) - age) < 60, f"the book is from {newest}")

    # All of them are described, and nothing else is.
    described = re.findall(r"(?m)^\| `(costlens_\w+)` \|", (SOURCE / "doc/metrics.md").read_text())
    expect(sorted(described), sorted(re.findall(r"(?m)^# HELP (\S+)", text.decode())))

    # Health on both planes, without a key; nothing else of the admin plane is open.
    for port in (gateway.port, gateway.admin_port):
        for path in ("/livez", "/readyz"):
            expect(request(port, "GET", path).status, 200, path)
            head = request(port, "HEAD", path)
            expect((head.status, head.body), (200, b""), f"HEAD {path}")
    for headers in ({}, {"Authorization": f"Bearer {KEY}"}):
        answer = request(gateway.admin_port, "GET", "/api/v1/keys", headers=headers)
        expect_true(answer.status in (401, 403), f"the admin plane is closed to {headers}")
    token = (gateway.state / "admin.token").read_text().strip()
    admin = {"Authorization": f"Bearer {token}"}
    expect(request(gateway.admin_port, "GET", "/api/v1/keys/list", headers=admin).status, 200)
    for method, query in (("GET", "by=provider"), ("GET", "by="), ("POST", "bogus=1")):
        told = request(gateway.admin_port, method, f"/api/v1/report?{query}", headers=admin)
        expect(told.status, 400, f"arguments in the path: {query}")
        expect_in("as JSON in the body of a POST", told.json["error"]["message"])
    by = request(gateway.admin_port, "POST", "/api/v1/report", b'{"by":"provider"}', admin)
    expect((by.status, by.json["by"]), (200, "provider"))
    strange = request(gateway.admin_port, "GET", "/api/v1/keys/list", headers={**admin, "Host": "evil.example"})
    expect(strange.status, 421, "a foreign Host is refused, whatever it knows")

    promtool = DEPS / "daemons/usr/bin/promtool"
    if promtool.exists():
        done = subprocess.run([str(promtool), "check", "metrics"], input=text, capture_output=True)
        expect((done.returncode, done.stderr.decode()), (0, ""), "promtool")

# A model of the configuration is shown by its name, priced or not, also while it fails; an invented one is not.
with Mock() as mock:
    providers = (f"  bench: {{ dialect: openai, url: {mock.url}/v1, models: [bench-model, listed] }}\n"
                 f"  open: {{ dialect: openai, url: {mock.url}/v1 }}\n")
    with Gateway(mock, providers=providers, extra="aliases: { small: [open/aliased] }\n") as gateway:
        fault = {"x-mock-fault": "500"}
        for model in ("bench/listed", "small", "open/aliased", "open/invented", "open/invented-2"):
            expect(gateway.chat("a", headers=fault, model=model).status, 500, model)
        gateway.rows(5)
        for model, count in (("listed", 1), ("aliased", 2), ("other", 2)):
            expect(gateway.metric("costlens_requests_total", model=model, status="500"), count, model)
