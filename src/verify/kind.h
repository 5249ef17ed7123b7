// SPDX-License-Identifier: Apache-2.0
//
// kind - the verifiers, as the configuration and the command line name them.

#ifndef VERIFY_KIND_H
#define VERIFY_KIND_H

// X(ENUM, name, whether a value follows)
#define VERIFIER_MAP(X)            \
    X(REFUSAL, "refusal", 0)       \
    X(TRUNCATION, "truncation", 0) \
    X(EMPTY, "empty", 0)           \
    X(REPETITION, "repetition", 0) \
    X(SCHEMA, "schema", 0)         \
    X(ARITHMETIC, "arithmetic", 0) \
    X(AGREE, "agree", 1)           \
    X(LOGPROB, "logprob", 1)       \
    X(HTTP, "http", 1)

enum verifier_kind {
#define X(id, name, valued) VERIFIER_##id,
    VERIFIER_MAP(X)
#undef X
        VERIFIER_COUNT
};

#endif
