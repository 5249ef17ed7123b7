// SPDX-License-Identifier: Apache-2.0
//
// serving - the gateway in this process: its store, the built-in mock where it is wanted, the calls
// and the admin plane.

#ifndef CMD_SERVING_H
#define CMD_SERVING_H

#include "gate/gate.h"

// Runs until a signal ends it (gate_run). Of the setup: `source`, `config` (taken over),
// `drain_most_ms`, `on_ready` and `context` are the caller's; the rest is filled in here.
// `patient`: a command that owns the store is waited for, some seconds. Else it is BUSY at once, as
// it is where another gateway runs on it.
enum status serving_run(struct gate_setup *setup, bool patient, struct why *why) MUST_USE;

// A provider is configured, or an Ollama that nobody named is there. Takes a moment if not.
bool serving_has_provider(const struct config *c);

#endif
