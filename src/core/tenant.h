// SPDX-License-Identifier: Apache-2.0
//
// tenant - the organisation whose calls, keys and pairs are kept: by name in each row of the
// ledger. There is one yet.

#ifndef CORE_TENANT_H
#define CORE_TENANT_H

#define TENANT "default"

#endif
