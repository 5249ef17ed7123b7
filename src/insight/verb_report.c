// SPDX-License-Identifier: Apache-2.0

#include "insight/asked.h"
#include "insight/report.h"
#include "insight/verbs.h"

enum { BY, SINCE, UNTIL, TZ, AS };

static enum status read_query(const struct asked *a, const struct catalog *c, struct zone *zone,
                              struct report_query *q, struct why *why)
{
    enum status status = STATUS_OK;
    *q = (struct report_query){.tenant = STR(TENANT), .zone = zone};
    if (a[BY].text.len && !report_by_read(a[BY].text, &q->by, &q->tag))
        status =
            why_set(why, STATUS_SYNTAX,
                    "a report is by model, provider, key, team, project, user, tag:NAME, day or "
                    "hour; not by %.*s",
                    STR_ARG(a[BY].text));
    if (status == STATUS_OK)
        status = asked_span(a[SINCE].text, a[UNTIL].text, zone, &q->span, why);
    if (status == STATUS_OK && a[AS].text.len)
        status = asked_sheet(c, a[AS].text, &q->as, why);
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
    struct asked all[] = {{.name = "by"}, {.name = "since"}, {.name = "until"},
                          {.name = "tz"}, {.name = "as"},    {.name = NULL}};
    struct json *document = NULL;
    struct zone *zone = NULL;
    struct report_query q;
    enum status status = asked_read(args_json, all, &document, why);
    if (status == STATUS_OK && all[TZ].text.len)
        status = zone_open(all[TZ].text, &zone, why);
    if (status == STATUS_OK)
        status = read_query(all, c, zone, &q, why);
    if (status == STATUS_OK)
        status = run(s, &q, out_json, why);
    zone_close(zone);
    json_close(document);
    return status;
}
