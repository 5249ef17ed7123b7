// SPDX-License-Identifier: Apache-2.0
//
// mock - a provider that costs nothing: it answers every dialect the gateway relays, always the
// same for the same seed and request, counts usage as a real one would, and breaks on demand
// (trouble.h).
//
//   request --> order (what was asked, what will be answered) --> play (when, how broken) --> bill
//
// What it billed stands in its own log, one line a request, written before the answer's last byte:
// a test that kills the gateway compares the ledger with it.

#ifndef MOCK_MOCK_H
#define MOCK_MOCK_H

#include <stdint.h>

#include "base/status.h"

struct mock;

struct mock_setup {
    const char *listen;        // "127.0.0.1:7590"; NULL = an ephemeral port of 127.0.0.1
    uint64_t seed;             // same seed, same answers
    int64_t ttft_ms;           // before the first token
    int64_t tokens_per_second; // 0 = all at once
    const char *log;           // the billing log, appended to; NULL = none
    const char *models;        // comma-separated: any other is 404; NULL = any name is served
    const char *key;           // the key that callers must bring; NULL = none is needed
    int64_t idle_ms;           // closes a connection that was idle that long; 0 = KEEP_ALIVE_MS
};

// Listens and serves on a thread of its own until mock_stop. Strings of the setup are copied.
enum status mock_start(const struct mock_setup *setup, struct mock **out, struct why *why) MUST_USE;
uint16_t mock_port(const struct mock *m);
void mock_stop(struct mock *m); // cuts what is open; NULL is fine

#endif
