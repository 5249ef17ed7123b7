// SPDX-License-Identifier: Apache-2.0
//
// Sizes and waits: each is within its bounds, and none makes another one meaningless.

#include "config/reading.h"
#include "config/value.h"

typedef void value_write_f(struct buf *b, int64_t value);

// "small" must not pass "large": a fault at the line of the first that the file has.
static void check_order(struct reading *r, const struct node *section, const char *const names[2],
                        const int64_t values[2], value_write_f *write)
{
    struct buf b;
    const struct node *n = node_get(section, names[0]);
    if (values[0] <= values[1])
        return;
    if (!n)
        n = node_get(section, names[1]);
    buf_init(&b, &alloc_heap, 0);
    buf_printf(&b, "%s (", names[0]);
    write(&b, values[0]);
    buf_printf(&b, ") is more than %s (", names[1]);
    write(&b, values[1]);
    reading_fault(r, n ? n->line : 0,
                  "%s), and could never be reached. Lower the one or raise the "
                  "other",
                  buf_cstr(&b));
    buf_fini(&b);
}

void reading_limits(struct reading *r)
{
    const struct node *n = node_get(r->root, "limits");
    struct config *c = r->c;
    unsigned faults = c->fault_count;
    if (node_is_null(n) || !reading_section(r, SECTION_LIMITS, n, c) || c->fault_count > faults)
        return; // what does not fit is not compared
    static const char *const names[] = {"body", "buffers"};
    const int64_t values[] = {(int64_t)c->body_bytes, (int64_t)c->buffer_bytes};
    check_order(r, n, names, values, value_size_write);
}

void reading_breaker(struct reading *r, const struct node *n, struct config_breaker *out)
{
    if (!node_is_null(n))
        (void)reading_section(r, SECTION_BREAKER, n, out); // the fault is noted
}

void reading_timeouts(struct reading *r, const struct node *n, struct origin_timeouts *out)
{
    unsigned faults = r->c->fault_count;
    if (node_is_null(n) || !reading_section(r, SECTION_TIMEOUTS, n, out) ||
        r->c->fault_count > faults)
        return;
    const struct {
        const char *name;
        int64_t ms;
    } parts[] = {
        {"connect", out->connect_ms}, {"first_byte", out->first_byte_ms}, {"idle", out->idle_ms}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!node_get(n, parts[i].name))
            continue; // a short `total` does not ask for the others
        const char *const names[] = {parts[i].name, "total"};
        const int64_t values[] = {parts[i].ms, out->total_ms};
        check_order(r, n, names, values, value_time_write);
    }
}
