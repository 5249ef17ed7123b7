// SPDX-License-Identifier: Apache-2.0
//
// journal - what a worker writes before and after each call, so that no death of the process loses
// a row. One directory, one writer per segment, append-only, CRC-framed; one write(2) a record, or
// for all records of a turn of the worker's loop.
//
//   journal/00000000000c-w0.seg  00000000000d-w1.seg   8 MiB each, preallocated
//           00000000000b-reserve.seg                   64 MiB, for FINAL records when the disk is
//                                                      full
//
//   frame: u32 length | u32 crc32(type, payload) | u8 type | payload      little-endian
//
// Segments are preallocated, so a record inside one cannot meet a full disk. The ledger (ledger.h)
// is a projection of the journal: its writer thread reads the segments behind the workers,
// remembers in the same transaction how far it came, and deletes a segment when all of it is in the
// ledger.

#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <stdbool.h>

#include "base/status.h"
#include "core/entry.h"

struct journal; // of one worker thread
struct store;

// Starts a fresh segment for this worker. Belongs to an open store.
enum status journal_open(struct store *s, unsigned worker, struct journal **out,
                         struct why *why) MUST_USE;
void journal_close(struct journal *j);

// The record that must be on its way to the disk before the first byte goes upstream. On any
// failure (STATUS_FULL, STATUS_IO) the call must be refused: nothing was written.
enum status journal_dispatched(struct journal *j, const struct entry *e) MUST_USE;
// The record that must be there before the last byte goes to the client. Falls back to the reserve
// segment when the disk fails; false only when that failed too (logged by the journal, loudly).
bool journal_final(struct journal *j, const struct entry *e);

// From here on records are gathered: journal_flush must come before anything leaves that a record
// has to precede. Both functions above then only promise to try.
void journal_gather(struct journal *j);
// Writes what was gathered. On failure the FINAL records go to the reserve, and every call whose
// DISPATCHED record could not be written is told to `lost`: nothing of it may go upstream.
// False when an end was lost since the last time: the reserve did not take it either.
typedef void journal_lost_f(void *context, const struct uuid *id, uint8_t attempt);
bool journal_flush(struct journal *j, journal_lost_f *lost, void *context);
// False when the last write failed and a probe (at most one a second) still fails: refuse before
// dispatch.
bool journal_healthy(struct journal *j);

#endif
