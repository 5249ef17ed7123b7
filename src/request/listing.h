// SPDX-License-Identifier: Apache-2.0
//
// listing - GET /v1/models and /v1/models/{id} (and Gemini's): what the caller's key may use,
// answered from the configuration and the book, in the shape that the caller's headers ask for.

#ifndef REQUEST_LISTING_H
#define REQUEST_LISTING_H

#include "request/req.h"

// END: it was a listing, and is answered. WAIT: an Ollama is asked for the model first. NEXT: it is
// none.
enum flow listing_answer(struct req *r);
// END: it was /api/show of `auto` or a route, which no Ollama has, and is answered as if it were a
// model: programs ask so before they call one. NEXT: it is none.
enum flow listing_shows(struct req *r);

// Joins `auto` and the routes that the key may use to an Ollama's list of its models; any other
// answer stays as it is, and so does a list where there is no room for them, or no memory.
void listing_join(struct req *r, struct buf *answer);

#endif
