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
// What is not sure in a total, a report's too. Where one of its calls was tried again it speaks of
// attempts: those figures are of all of them.
void bill_doubts(const struct json_val *total, FILE *to);

#endif
