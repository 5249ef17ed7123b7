// SPDX-License-Identifier: Apache-2.0
//
// refusal - does a text refuse what it was asked for? By its words alone, in English, German,
// French, Spanish, Italian, Portuguese, Chinese and Japanese: in its first sentence, behind
// courtesies, somebody says of himself that he does not help.

#ifndef VERIFY_REFUSAL_H
#define VERIFY_REFUSAL_H

#include "base/str.h"

bool refusal_is(struct str text);
// It says no more than no, if it be only of the matter: "Sorry, that's not possible." So may
// somebody answer a question.
bool refusal_curt(struct str text);
// One of its sentences does, or one that it quotes.
bool refusal_within(struct str text);
// It is a letter: with a salutation and a closing. What it declines is its sender's affair.
bool refusal_letter(struct str text);

#endif
