// SPDX-License-Identifier: Apache-2.0
//
// maker - the vendor that a price list means, by the name that the list has for it.

#ifndef TARIFF_MAKER_H
#define TARIFF_MAKER_H

#include "base/limits.h"
#include "base/str.h"

// The name in this program's books, into `room`: `gemini` is google. One that no table knows is
// made small, `_` a `-`. Empty when it is no vendor's name.
struct str maker_find(struct str listed, char room[NAME_BYTES_MAX]);
// Who really serves the model: Claude is no model of the Gemini API. Empty: nobody does.
struct str maker_of_model(struct str vendor, struct str model);

#endif
