# SPDX-License-Identifier: Apache-2.0
"""load - clients that ask as fast as they are answered, until told to stop, whatever becomes of the gateway meanwhile.

    load = Load(gateway, lambda client, i: {"user": f"{client}-{i}", "stream": i % 3 == 0})
    ...
    load.stop()
    load.answered  # whose answers came whole
"""
import threading
import time
from collections import Counter


class Load:
    """call(client, i) is what the i-th call of a client has, as Gateway.chat takes it; a `user` names it."""

    def __init__(self, gateway, call, clients=8):
        self.gateway, self.call, self.over, self.answered, self.statuses = gateway, call, False, set(), Counter()
        self.threads = [threading.Thread(target=self.ask, args=(i,)) for i in range(clients)]
        for t in self.threads:
            t.start()

    def ask(self, client):
        i = 0
        while not self.over:
            call = self.call(client, i)
            i += 1
            try:
                answer = self.gateway.chat("load", **call)
            except OSError:
                time.sleep(0.002)
                continue
            self.statuses[answer.status] += 1
            if answer.status != 200:
                time.sleep(0.005)
            elif not call.get("stream") or answer.body.endswith(b"[DONE]\n\n"):
                self.answered.add(call["user"])

    def stop(self):
        self.over = True
        for t in self.threads:
            t.join()
