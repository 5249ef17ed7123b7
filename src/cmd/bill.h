// SPDX-License-Identifier: Apache-2.0
//
// bill - what a run cost, for people: the answer of the verb `bill` (insight/verbs.h) as a table
// and the sentences below it.

#ifndef CMD_BILL_H
#define CMD_BILL_H

#include <stdio.h>

#include "base/json.h"

// `config`: the --config that finds its ledger again, or NULL.
void bill_print(const struct json_val *bill, const char *config, FILE *to);

#endif
