// SPDX-License-Identifier: Apache-2.0
//
// listing - GET /v1/models and /v1/models/{id} (and Gemini's): what the caller's key may use,
// answered from the configuration and the book, in the shape that the caller's headers ask for.

#ifndef REQUEST_LISTING_H
#define REQUEST_LISTING_H

#include <stdbool.h>

struct req;

// Answers when the call is a listing; false when it is not.
bool listing_answers(struct req *r);

#endif
