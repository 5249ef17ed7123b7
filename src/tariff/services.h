// SPDX-License-Identifier: Apache-2.0
//
// services - what a list says of service tiers, made whole: it often names a tier's input and
// output and leaves out its cached tokens.

#ifndef TARIFF_SERVICES_H
#define TARIFF_SERVICES_H

#include "tariff/list_part.h"

// Of each tier of the draft: a factor, where one explains all its prices; else its prices, and what
// it does not state at the multiple of its input, rounded up. A tier without a price of input, or
// of more than ten times the standard's, is not taken.
void draft_services(struct reading_list *r);

#endif
