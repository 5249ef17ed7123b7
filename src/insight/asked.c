// SPDX-License-Identifier: Apache-2.0

#include "insight/asked.h"

#include "base/clock.h"
#include "wire/vendor.h"

#define CATCH_UP_MS 5000

enum status asked_time(struct str text, const struct zone *z, int64_t now_us, int64_t *us,
                       struct why *why)
{
    int64_t ago_us;
    if (span_read(text, &ago_us)) {
        *us = now_us > ago_us ? now_us - ago_us : 0;
        return STATUS_OK;
    }
    if (!civil_read(text, us))
        return why_set(
            why, STATUS_SYNTAX,
            "%.*s is no time. Write 7d, 24h, 90s, a date (2026-11-24), or a date and time with "
            "zone (2026-11-24T10:00:00Z)",
            STR_ARG(text));
    if (text.len == 10) { // a date: twice, since the offset at midnight there is what counts
        int64_t near = *us - zone_offset(z, *us) * SECOND_US;
        *us -= zone_offset(z, near) * SECOND_US;
    }
    return STATUS_OK;
}

enum status asked_span(struct str since, struct str until, const struct zone *z, struct span *out,
                       struct why *why)
{
    int64_t now_us = clock_wall_us();
    enum status status = STATUS_OK;
    *out = (struct span){0, INT64_MAX};
    if (since.len)
        status = asked_time(since, z, now_us, &out->since_us, why);
    if (status == STATUS_OK && until.len)
        status = asked_time(until, z, now_us, &out->until_us, why);
    if (status == STATUS_OK && out->until_us < out->since_us)
        status = why_set(why, STATUS_RANGE, "--until is before --since");
    return status;
}

static enum status unknown_model(const struct catalog *c, struct str vendor, struct str model,
                                 struct str text, struct why *why)
{
    const struct sheet *near[CATALOG_NEAR_MAX];
    size_t n = catalog_near(c, vendor, model, near);
    if (n == 0)
        return why_set(why, STATUS_UNKNOWN, "the price book has no %.*s; see `costlens price list`",
                       STR_ARG(text));
    return why_set(why, STATUS_UNKNOWN, "the price book has no %.*s; near it is %.*s/%.*s",
                   STR_ARG(text), STR_ARG(near[0]->vendor), STR_ARG(near[0]->model));
}

enum status asked_sheet(const struct catalog *c, struct str text, const struct sheet **out,
                        struct why *why)
{
    size_t slash = str_find(text, '/');
    struct str vendor = str_from(text.ptr, slash);
    struct str model = str_skip(text, slash + 1);
    bool bare = slash == text.len || !catalog_has_vendor(c, vendor);
    const struct sheet *found = bare ? vendor_sheet(c, text) : catalog_find(c, vendor, model);
    if (!found)
        return unknown_model(c, bare ? STR_NONE : vendor, bare ? text : model, text, why);
    *out = found;
    return STATUS_OK;
}

enum status asked_reader(struct store *s, struct sqlite3 **db, struct why *why)
{
    if (store_catch_up(s, CATCH_UP_MS) != STATUS_OK)
        return store_behind(s, why);
    return store_reader_open(s, db, why);
}
