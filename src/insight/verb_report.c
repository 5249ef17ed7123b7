// SPDX-License-Identifier: Apache-2.0

#include "core/tenant.h"
#include "insight/asked.h"
#include "insight/report.h"
#include "insight/verbs.h"

struct asked {
    struct str by, since, until, tz, as;
};

static const struct args_row rows[] = {{.name = "by", .offset = offsetof(struct asked, by)},
                                       {.name = "since", .offset = offsetof(struct asked, since)},
                                       {.name = "until", .offset = offsetof(struct asked, until)},
                                       {.name = "tz", .offset = offsetof(struct asked, tz)},
                                       {.name = "as", .offset = offsetof(struct asked, as)},
                                       {0}};

static enum status read_query(const struct asked *a, const struct catalog *c, struct zone *zone,
                              struct report_query *q, struct why *why)
{
    enum status status = STATUS_OK;
    q->tenant = str_of(TENANT);
    q->zone = zone;
    if (a->by.len && !report_by_read(a->by, &q->by, &q->tag))
        status = why_set(why, STATUS_SYNTAX,
                         "a report is by model, provider, key, team, project, user, tag:NAME, "
                         "budget, route, day or hour; not by %.*s",
                         STR_ARG(a->by));
    if (status == STATUS_OK)
        status = asked_span(a->since, a->until, zone, &q->span, why);
    if (status == STATUS_OK && a->as.len)
        status = asked_sheet(c, a->as, &q->as, why);
    return status;
}

static enum status run(struct store *s, const struct report_query *q, struct buf *out,
                       struct why *why)
{
    struct sqlite3 *db = NULL;
    enum status status = asked_reader(s, &db, why);
    if (status != STATUS_OK)
        return status;
    status = report_run(db, q, out, why);
    store_reader_close(db);
    return status;
}

enum status report_verb(struct store *s, const struct catalog *c, struct str args_json,
                        struct buf *out_json, struct why *why)
{
    struct report_query q = {.more = NULL};
    return report_asked(s, c, args_json, &q, out_json, why);
}

// Six parameters, each of which the caller has at hand. NOLINTNEXTLINE(readability-function-size)
enum status report_asked(struct store *s, const struct catalog *c, struct str args_json,
                         struct report_query *q, struct buf *out_json, struct why *why)
{
    struct asked a = {0};
    struct json *document = NULL;
    struct zone *zone = NULL;
    enum status status = args_read(args_json, rows, &a, &document, why);
    if (status == STATUS_OK && a.tz.len)
        status = zone_open(a.tz, &zone, why);
    if (status == STATUS_OK)
        status = read_query(&a, c, zone, q, why);
    if (status == STATUS_OK)
        status = run(s, q, out_json, why);
    zone_close(zone);
    json_close(document);
    return status;
}
