// SPDX-License-Identifier: Apache-2.0
//
// unit - cmocka and what must stand before it.

#ifndef UNIT_H
#define UNIT_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#endif
