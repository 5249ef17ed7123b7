// SPDX-License-Identifier: Apache-2.0
//
// limits - every limit by name, with its unit. What a user may change is in the configuration and
// has its default here; the rest is fixed.

#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define KIB                    1024
#define MIB                    (1024 * 1024)

#define HEAD_BYTES_MAX         (64 * KIB) // request line and fields together, and a response's
#define HEAD_FIELDS_MAX        200
#define TARGET_BYTES_MAX       (16 * KIB)
#define BODY_BYTES_MAX         (32 * MIB) // default of limits.body
#define DECODED_RATIO_MAX      100        // gzip and zstd: decoded bytes per coded byte
#define JSON_DEPTH_MAX         128
#define SSE_EVENT_BYTES_MAX    (64 * KIB)   // a longer event passes in parts, read as it passes
#define HELD_BYTES_MAX         (128 * KIB)  // of an answer, from its terminal event on
#define SIFT_BYTES_MAX         (256 * KIB)  // what is kept of a JSON text that passes
#define SIFT_VALUE_MAX         (16 * KIB)   // ... of one value in it
#define WHOLE_ANSWER_BYTES_MAX (64 * KIB)   // up to here an answer's cost stands in its head
#define VERIFIED_BYTES_MAX     (1 * MIB)    // of an answer that is held until it is verified
#define TRANSLATED_BYTES_MAX   (128L * MIB) // of a whole answer to be translated
#define REQUEST_ARENA_MAX      (4 * MIB)    // beside the body
#define STREAM_BUFFER_MAX      (64 * KIB) // unsent bytes of an answer before its upstream is paused
#define PROCESS_BUFFER_MAX     (1024L * MIB) // default of limits.buffers

#define HEAD_DEADLINE_MS       10000
#define BODY_DEADLINE_MS       30000      // plus the body's size at BODY_RATE_MIN
#define BODY_RATE_MIN          (64 * KIB) // bytes a second
#define STOP_BODY_MS           2000       // for a body that is half sent when the server stops
#define LINGER_MS              2000
#define STALL_MS               300000 // an answer of which the client takes nothing
#define KEEP_ALIVE_MS          75000  // an idle client connection
#define RETRY_AFTER_S          "2"    // when to ask again after a 503 of our own
#define POOL_IDLE_MS           60000  // an idle upstream connection
#define POOL_IDLE_MAX          1024   // idle connections a worker keeps to one origin

#define CONNECT_MS             5000 // defaults of a provider's timeouts
#define FIRST_BYTE_MS          600000
#define IDLE_MS                300000
#define TOTAL_MS               3600000
#define RETRIES                2     // default of a provider's retries
#define ATTEMPTS_MAX           20    // of one call, at all its targets
#define DRAIN_MS               30000 // default of drain

#define STANDING_MODELS_MAX    256 // of one provider, whose health is known

#define TAGS_MAX               16
#define TAG_NAME_MAX           64
#define TAG_VALUE_MAX          256
#define MODEL_BYTES_MAX        256
#define NAME_BYTES_MAX         64 // providers, keys, teams, projects, users, budgets

#define BUDGETS_MAX            1024 // of a configuration and its store together
#define CALL_ROUTES_MAX        256
#define PROVIDER_KEYS_MAX      64
#define TIER_MODELS_MAX        64
#define CONTEXT_TOKENS_MAX     100000000
#define ROUTE_LOSS_PPM         20000 // defaults of a route: max_loss, confidence, hold
#define ROUTE_CONFIDENCE_PPM   950000
#define ROUTE_HOLD_MS          5000
#define VERIFIERS_MAX          16   // of a route
#define TEAM_KEYS_MAX          4096 // keys that a configuration's teams name

#endif
