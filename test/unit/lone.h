// SPDX-License-Identifier: Apache-2.0
//
// lone - what is kept of a call that belongs to no other: its user has said what nobody else has.

#ifndef UNIT_LONE_H
#define UNIT_LONE_H

#include "base/digest.h"
#include "route/learner.h"
#include "route/talks.h"
#include "unit.h"

// Until the next one.
static inline struct str lone_talk(const struct uuid *id)
{
    static uint8_t bytes[TALK_BYTES];
    const uint32_t said = digest_crc32(0, id->bytes, sizeof id->bytes);
    const struct talk t = {.known = true, .one = true, .count = 1, .said = {said}};
    return str_from((const char *)bytes, talk_pack(&t, bytes));
}

// Its pair is proof.
static inline bool lone_proves(const struct uuid *id)
{
    struct talks t = {0};
    assert_true(talks_hear(&t, 1, id, lone_talk(id)) && talks_part(&t));
    const bool proves = learner_proves(talks_group(&t, 1));
    talks_fini(&t);
    return proves;
}

#endif
