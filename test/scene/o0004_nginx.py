# SPDX-License-Identifier: Apache-2.0
"""nginx in front: answers and streams come through as without it."""
from lib.scene import (DEPS, Gateway, Mock, Program, connects, expect, expect_true, folder, free_port,
                       question, request, skip, until)

NGINX = DEPS / "daemons/usr/sbin/nginx"
if not NGINX.exists():
    skip("nginx is not in .deps (scripts/dependencies test)")

with Mock() as mock, Mock() as other, Gateway(mock) as gateway:
    port = free_port()
    here = folder / "nginx"
    here.mkdir()
    (here / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {here}/pid; error_log {here}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {here}/b; proxy_temp_path {here}/p;
  fastcgi_temp_path {here}/f; uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
  upstream costlens {{ server 127.0.0.1:{gateway.port}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://costlens; proxy_http_version 1.1; proxy_buffering off;
                 proxy_set_header Connection ""; proxy_set_header Host $host;
                 proxy_read_timeout 600s; client_max_body_size 32m; }}
  }}
}}""")
    nginx = Program("nginx", [str(NGINX), "-p", str(here), "-c", str(here / "nginx.conf")])
    until(lambda: connects(port) or not nginx.alive(), 10, "nginx listens")
    for i in range(20):
        body = question(f"through nginx {i}")
        answer = request(port, "POST", "/v1/chat/completions", body, gateway.headers())
        expect(answer.status, 200)
        direct = other.request("POST", "/v1/chat/completions", {**body, "model": "bench-model"})
        expect(answer.body, direct.body, "the answer")
    stream = request(port, "POST", "/v1/chat/completions", question("stream", stream=True),
                     gateway.headers())
    expect(stream.events[-1], "[DONE]")
    expect(request(port, "POST", "/v1/chat/completions", b"{", gateway.headers()).status, 400)
    big = question("x" * (2 << 20))
    expect(request(port, "POST", "/v1/chat/completions", big, gateway.headers()).status, 200)
    expect_true(len(gateway.rows(22)) == 22, "a row each")
    nginx.stop()
