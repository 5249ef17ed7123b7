// SPDX-License-Identifier: Apache-2.0

#include "panel/books.h"

#include "insight/verbs.h"

enum status books_report(struct verb_call *c, struct why *why)
{
    return report_verb(c->store, c->catalog, c->args, c->answer, why);
}

enum status books_request(struct verb_call *c, struct why *why)
{
    return request_verb(c->store, c->catalog, c->args, c->answer, why);
}

enum status books_verify(struct verb_call *c, struct why *why)
{
    return verify_verb(c->store, c->catalog, c->args, c->answer, why);
}

enum status books_export(struct verb_call *c, struct why *why)
{
    return export_verb(c->store, c->catalog, c->args, c->answer, why);
}

enum status books_backup(struct verb_call *c, struct why *why)
{
    return backup_verb(c->store, c->catalog, c->args, c->answer, why);
}
