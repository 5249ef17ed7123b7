// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "tariff/figure.h"

static struct price price;

// The price for 10^6 units; NULL for what is refused. `settled` as figure_settle says.
static const char *mtok(const char *text, int power, bool *settled, bool *rounded)
{
    static char room[80];
    struct figure f;
    struct buf b;
    if (figure_read(str_of(text), &f) != STATUS_OK)
        return "no number";
    *settled = figure_settle(&f);
    if (figure_price(f, power, &price, rounded) != STATUS_OK)
        return "out of range";
    buf_init(&b, &alloc_heap, 0);
    price_write(&b, price, 1000000);
    assert_true(str_copy(buf_str(&b), room, sizeof room));
    buf_fini(&b);
    return room;
}

static void reads_figures_exactly(void **state)
{
    static const struct {
        const char *text;
        int power;
        const char *price;
        bool settled, rounded;
    } rows[] = {
        {"1.5e-07", 0, "0.15", false, false},
        {"0.00000015", 0, "0.15", false, false},
        {"15E-8", 0, "0.15", false, false},
        {"1.5e-7", 0, "0.15", false, false},
        {"2.5", 6, "2.5", false, false},
        {"10", 3, "10000", false, false},
        {"0", 0, "0", false, false},
        {"0.0", 6, "0", false, false},
        {"2.9999999999999997e-07", 0, "0.3", true, false},
        {"3.0000000000000004e-07", 0, "0.3", true, false},
        {"1.5000020000000002e-05", 0, "15.00002", true, false},
        {"4.285999999999999e-06", 0, "4.286", true, false},
        {"0.30000000000000004", 6, "0.3", true, false},
        {"0.18000000000000002", 6, "0.18", true, false},
        {"8.333333333333334e-08", 0, "0.083333333333", false, true},
        {"0.08333333333333334", 6, "0.083333333333", false, true},
        {"1.234567890123e-06", 0, "1.234567890123", false, false},
        {"0.0833333", 6, "0.0833333", false, false},
        {"123456789012345678", 12, "out of range", false, false},
        {"1e-60", 0, "0", false, true},
        {"-1", 6, "out of range", false, false},
        {"1e30", 0, "out of range", false, false},
        {"9223372036854775808e-18", 0, "out of range", false, false},
        {"9223372036854775807e-18", 0, "9223372.036854775807", false, false},
        {"1e61", 0, "no number", false, false},
        {"12345678901234567890123456789012345", 0, "no number", false, false},
        {"", 0, "no number", false, false},
        {"-", 0, "no number", false, false},
        {"1.2.3", 0, "no number", false, false},
        {"1e", 0, "no number", false, false},
        {"0x10", 0, "no number", false, false},
        {"NaN", 0, "no number", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool settled = false, rounded = false;
        const char *seen = mtok(rows[i].text, rows[i].power, &settled, &rounded);
        if (strcmp(seen, rows[i].price) != 0)
            fail_msg("%s: %s, not %s", rows[i].text, seen, rows[i].price);
        if (settled != rows[i].settled || rounded != rows[i].rounded)
            fail_msg("%s: settled %d, rounded %d", rows[i].text, settled, rounded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_figures_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
