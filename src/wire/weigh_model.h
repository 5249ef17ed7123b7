// SPDX-License-Identifier: Apache-2.0
//
// weigh_model - what a model's name says of how much a body is there (weigh.h): what becomes of its
// letters, how large an image is, and what the model does by itself.

#ifndef WIRE_WEIGH_MODEL_H
#define WIRE_WEIGH_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

// It searches, or asks others, before it answers; of some the vendor says how often. A bit each.
#define WEIGH_MODEL_ONLINE          1U
#define WEIGH_MODEL_COMPOUND        2U
#define WEIGH_MODEL_DEEP            4U
#define WEIGH_MODEL_SEARCH          8U
#define WEIGH_MODEL_BEFORE_GEMINI_3 16U
unsigned weigh_model_marks(struct str model);
// Bytes that may come of one beyond ASCII, where its tokenizer writes a text anew: 1 or more.
int64_t weigh_model_growth(struct str model);
// The most tokens of an image that goes in; 0: not known.
int64_t weigh_model_image(struct str model);
// The most of all images of an answer, beyond what limits its text; 0: it draws none.
int64_t weigh_model_drawn(struct str model);
// A body weighs the same for either model, at vendors of the same flags.
bool weigh_model_alike(struct str a, struct str b);

#endif
