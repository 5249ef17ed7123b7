// SPDX-License-Identifier: Apache-2.0
//
// calls - where calls come from and what ends them before their time: the server's events on one
// side, the worker's orders (drain, a journal that cannot be written) on the other.

#ifndef REQUEST_CALLS_H
#define REQUEST_CALLS_H

#include "gate/gate.h"

extern const struct gate_calls request_calls;

#endif
