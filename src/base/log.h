// SPDX-License-Identifier: Apache-2.0
//
// log - what the program says on stderr: sentences on a terminal, JSON lines else. Thread-safe; a
// line is one write. Never give it a secret or a body: fields are listed by the caller one by one.

#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

#define LOG_VALUE_MAX 4096

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_AUTO, LOG_TEXT, LOG_JSON };

// Auto: text with colours when stderr is a terminal (and NO_COLOR is unset), else JSON.
// Lines below `level` are not written.
void log_open(enum log_format format, enum log_level level);
bool log_wants(enum log_level level);
// {"ts":"...","level":"warn","msg":"..."}: one sentence, no newline.
void log_say(enum log_level level, const char *format, ...) PRINTF(2, 3);

// A line with fields, ended by the thread that began it. `name` is a literal of letters and _; a
// value over LOG_VALUE_MAX bytes is cut. Built in memory of the thread, then sent:
//   struct log_line l; log_begin(&l, LOG_INFO, "call"); log_str(&l, "model", m); ... log_end(&l);
struct log_line {
    enum log_level level;
    bool muted; // below the least level: the fields cost nothing
    bool json;
    struct buf text;
};
void log_begin(struct log_line *l, enum log_level level, const char *message);
void log_str(struct log_line *l, const char *name, struct str value);
void log_i64(struct log_line *l, const char *name, int64_t value);
void log_end(struct log_line *l);
// Request lines are many: they are gathered in a buffer of the calling thread (64 KiB) and written
// when it is full or by log_flush, which a loop calls at least every 100 ms.
void log_end_later(struct log_line *l);
void log_flush(void);

#endif
