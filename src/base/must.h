// SPDX-License-Identifier: Apache-2.0
//
// must - assertions that stay on in release: a bug ends the process before it costs money.

#ifndef BASE_MUST_H
#define BASE_MUST_H

// Ends the process with the condition, file and line on stderr.
_Noreturn void must_fail(const char *cond, const char *file, int line);

#define must(cond)   ((cond) ? (void)0 : must_fail(#cond, __FILE__, __LINE__))

#define MUST_USE     __attribute__((warn_unused_result))
#define INLINED      inline __attribute__((always_inline))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

// A large local that is written before it is read: the compiler need not make it zero first.
#define UNSET __attribute__((uninitialized))

#endif
