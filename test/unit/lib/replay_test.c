// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "base/digest.h"
#include "scarce.h"
#include "tape.h"

static void captures_what_was_open(void **state)
{
    (void)state;
    write_some();
    for (tape.piece = 0; tape.piece < 40; tape.piece += 13) {
        struct costlens_budgets *b = open_table();
        struct costlens_loaded loaded;
        assert_int_equal(load(b, &loaded), COSTLENS_OK);
        assert_int_equal(loaded.bytes, tape.len);
        assert_int_equal(loaded.torn, 0);
        assert_int_equal(loaded.holds, 2);
        assert_int_equal(loaded.captured, 5 * USD);
        struct sums s = sums_of(b);
        assert_int_equal(s.count, 3);
        assert_int_equal(s.spent, 2 * 6 * USD);
        assert_int_equal(s.held, 0);
        assert_int_equal(load(b, NULL), COSTLENS_CONFLICT);
        assert_non_null(strstr(why, "has accounts already"));
        costlens_budgets_close(b);
    }
}

static void on_alert(void *context, const struct costlens_account *a, unsigned percent)
{
    unsigned *sum = context;
    (void)a;
    *sum += percent;
}

static void tells_what_a_capture_crosses(void **state)
{
    struct costlens_budgets *b = NULL;
    struct costlens_hold *h;
    struct costlens_call call = {0};
    unsigned sum = 0;
    (void)state;
    tape.len = tape.count = 0;
    assert_int_equal(costlens_budgets_open(NULL, on_alert, &sum, &b), COSTLENS_OK);
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &tape), COSTLENS_OK);
    const char *const members[] = {"limit=10", "alert_at=10%", "alert_at=50%", NULL};
    assert_int_equal(costlens_budgets_define(b, "a", members, NULL, 0), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &call, USD, NOW, &h, NULL), COSTLENS_OK);
    assert_int_equal(costlens_settle(h, USD), COSTLENS_OK);
    assert_int_equal(sum, 10);
    assert_int_equal(costlens_reserve(b, &call, 4 * USD, NOW, &h, NULL), COSTLENS_OK);
    costlens_budgets_close(b);
    assert_int_equal(sum, 10);
    assert_int_equal(costlens_budgets_open(NULL, on_alert, &sum, &b), COSTLENS_OK);
    assert_int_equal(costlens_budgets_define(b, "a", members, NULL, 0), COSTLENS_OK);
    assert_int_equal(load(b, NULL), COSTLENS_OK);
    assert_int_equal(sum, 60); // once each
    costlens_budgets_close(b);
}

// --- torn and damaged ---

static void bears_any_torn_end(void **state)
{
    struct costlens_loaded loaded;
    (void)state;
    write_some();
    size_t whole = tape.len;
    for (size_t len = 0; len <= whole; len++) {
        struct costlens_budgets *b = open_table();
        tape.len = len;
        assert_int_equal(load(b, &loaded), COSTLENS_OK);
        assert_int_equal(loaded.bytes + loaded.torn, len);
        assert_int_equal(loaded.torn == 0 || loaded.bytes < (int64_t)len, 1);
        costlens_budgets_close(b);
    }
    // Space that the file system had given already.
    for (size_t len = whole - 20; len <= whole; len += 20) {
        struct costlens_budgets *b = open_table();
        tape.len = len + 100000;
        memset(tape.bytes + len, 0, 100000);
        assert_int_equal(load(b, &loaded), COSTLENS_OK);
        assert_int_equal(loaded.bytes + loaded.torn, tape.len);
        assert_true(loaded.torn >= 100000);
        costlens_budgets_close(b);
    }
}

static void says_where_it_is_damaged(void **state)
{
    (void)state;
    write_some();
    size_t last = tape.starts[tape.count - 1];
    for (size_t i = 0; i < tape.len; i++) {
        struct costlens_budgets *b = open_table();
        struct costlens_loaded loaded;
        tape.bytes[i] = (char)(tape.bytes[i] ^ 0x10);
        enum costlens_status s = load(b, &loaded);
        char final = tape.bytes[tape.len - 1];
        tape.bytes[i] = (char)(tape.bytes[i] ^ 0x10);
        if (s == COSTLENS_OK) { // its last byte is a zero: it may be torn
            assert_true(i >= last && loaded.bytes == (int64_t)last);
            assert_true(final == 0);
        } else {
            long long byte = -1;
            assert_int_equal(s, COSTLENS_DAMAGED);
            assert_int_equal(sscanf(why, "the record at byte %lld is damaged", &byte), 1);
            assert_true(byte >= 0 && byte <= (long long)i);
            assert_int_equal(sums_of(b).count, 0);
        }
        costlens_budgets_close(b);
    }
    size_t whole = tape.len;
    for (size_t more = 1; more < 200000; more *= 2) {
        struct costlens_budgets *b = open_table();
        memset(tape.bytes + whole, 'x', more);
        tape.len = whole + more;
        assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
        costlens_budgets_close(b);
    }
    // Of another file, however short.
    for (size_t len = 1; len < 12; len++) {
        struct costlens_budgets *b = open_table();
        memcpy(tape.bytes, "Copyleft \0\0\0", len);
        tape.len = len;
        assert_int_equal(load(b, NULL), len == 1 ? COSTLENS_OK : COSTLENS_DAMAGED);
        costlens_budgets_close(b);
    }
    // Zeros alone: what was there is lost.
    for (size_t len = 1; len < 200000; len *= 3) {
        struct costlens_budgets *b = open_table();
        memset(tape.bytes, 0, len);
        tape.len = len;
        assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
        assert_string_equal(why, "the record at byte 0 is zero bytes: whatever the journal had is "
                                 "lost");
        costlens_budgets_close(b);
    }
    write_some();
    // Zeros, and then something: no end of a write.
    struct costlens_budgets *b = open_table();
    memset(tape.bytes + whole, 0, 100000);
    tape.len = whole + 100000;
    tape.bytes[tape.len - 1] = 1;
    assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
    costlens_budgets_close(b);
}

static void put_record(unsigned version, unsigned type, const void *payload, size_t len)
{
    char record[600] = {'C', 'L', (char)version, (char)type, (char)(len & 0xff), (char)(len >> 8)};
    uint32_t check = digest_crc32(0, record, 6);
    memcpy(record + 6, &check, 2);
    memcpy(record + 8, payload, len);
    check = digest_crc32(0, record, 8 + len);
    memcpy(record + 8 + len, &check, 4);
    (void)tape_write(&tape, record, len + 12);
}

struct account_record {
    int64_t id;
    uint8_t kind;
    int64_t start, end, spent, overdraft;
    uint8_t told, name_len;
    char name[3];
    uint16_t value_len;
} __attribute__((packed));

struct end_record {
    int64_t id;
    uint8_t count;
    int64_t account, spent, overdraft;
    uint8_t told;
} __attribute__((packed));

struct hold_record {
    int64_t id, amount;
    uint8_t count;
    int64_t account;
} __attribute__((packed));

// A hold of an account where none is.
static void refuses_a_hold_of_nothing(void **state)
{
    const struct hold_record hold = {3, 4, 1, 7};
    (void)state;
    struct costlens_budgets *b = open_table();
    tape.len = tape.count = tape.piece = 0;
    put_record(1, 2, &hold, sizeof hold);
    assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
    assert_non_null(strstr(why, "account that is not there"));
    costlens_budgets_close(b);
}

// Whole records that no library has written: each after one account, of which one hold is open.
static void refuses_what_makes_no_sense(void **state)
{
    const struct account_record good = {7, 0, INT64_MIN, INT64_MAX, 5, 1, 0, 3, "cap", 0};
    const struct hold_record hold = {3, 4, 1, 7};
    struct {
        unsigned version, type;
        size_t cut;
        union {
            struct account_record account;
            struct hold_record hold;
            struct end_record end;
        } is;
        const char *says;
    } bad[] = {
        {1, 1, 0, {.account = good}, "tells of no account"}, // its number does not rise
        {1, 1, 0, {.account = {8, 1, 0, 1, 0, 0, 0, 3, "cap", 0}}, "tells of no account"},
        {1, 1, 0, {.account = {8, 2, 1, 1, 0, 0, 0, 3, "cap", 0}}, "tells of no account"},
        {1, 1, 0, {.account = {8, 2, 0, 1, 5, 6, 0, 3, "cap", 0}}, "tells of no account"},
        {1, 1, 0, {.account = {8, 2, 0, 1, 5, -1, 0, 3, "cap", 0}}, "tells of no account"},
        {1, 1, 0, {.account = {8, 2, 0, 1, 0, 0, 0, 3, "cap", 1}}, "tells of no account"},
        {1, 1, 0, {.account = {8, 2, 0, 1, 0, 0, 0, 2, "cap", 0}}, "tells of no account"},
        {1, 1, 3, {.account = {8, 2, 0, 1, 0, 0, 0, 0, "", 0}}, "tells of no account"},
        {1,
         1,
         0,
         {.account = {8, 0, INT64_MIN, INT64_MAX, 0, 0, 0, 3, "cap", 0}},
         "is there already"},
        {1, 2, 0, {.hold = {3, 3, 1, 7}}, "has become less"},
        {1, 2, 0, {.hold = {2, 3, 1, 7}}, "has ended, or is older"},
        {1, 2, 0, {.hold = {4, -1, 1, 7}}, "tells of no hold"},
        {1, 2, 0, {.hold = {4, 1, 0, 7}}, "tells of no hold"},
        {1, 2, 0, {.hold = {4, 1, 17, 7}}, "tells of no hold"},
        {1, 2, 8, {.hold = {4, 1, 1, 7}}, "account that is not there"},
        {1, 2, 0, {.hold = {4, 1, 1, 8}}, "account that is not there"},
        {1, 2, 20, {.hold = {4, 1, 1, 7}}, "tells of no hold"},
        {1, 3, 0, {.end = {4, 1, 7, 9, 1, 0}}, "is not open"},
        {1, 3, 0, {.end = {3, 1, 8, 9, 1, 0}}, "with what cannot be"},
        {1, 3, 0, {.end = {3, 1, 7, 4, 1, 0}}, "with what cannot be"},
        {1, 3, 0, {.end = {3, 1, 7, 9, 10, 0}}, "with what cannot be"},
        {1, 3, 1, {.end = {3, 1, 7, 9, 1, 0}}, "with what cannot be"},
        {1, 3, 0, {.end = {3, 0, 7, 9, 1, 0}}, "tells of no end"},
        {1, 4, 0, {.end = {0}}, "of a kind that"},
        {2, 3, 0, {.end = {0}}, "another version"},
    };
    static const size_t sizes[] = {0, sizeof good, sizeof hold, sizeof(struct end_record),
                                   sizeof(struct end_record)};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct costlens_budgets *b = open_table();
        tape.len = tape.count = tape.piece = 0;
        put_record(1, 1, &good, sizeof good);
        put_record(1, 2, &hold, sizeof hold);
        size_t start = tape.len;
        put_record(bad[i].version, bad[i].type, &bad[i].is, sizes[bad[i].type] - bad[i].cut);
        assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
        if (!strstr(why, bad[i].says))
            fail_msg("%zu: %s", i, why);
        long long byte = -1;
        assert_int_equal(sscanf(why, "the record at byte %lld", &byte), 1);
        assert_int_equal(byte, start);
        assert_int_equal(sums_of(b).count, 0);
        tape.len = start;
        assert_int_equal(load(b, NULL), COSTLENS_OK); // it is empty, so it may be tried again
        assert_int_equal(sums_of(b).spent, 9);
        costlens_budgets_close(b);
    }
}

static void refuses_texts_that_are_too_long(void **state)
{
    struct account_record a = {8, 2, 0, 1, 0, 0, 0, 65, "", 0};
    char bytes[600] = {0};
    const size_t before = offsetof(struct account_record, name);
    (void)state;
    tape.len = tape.count = tape.piece = 0;
    memcpy(bytes, &a, before);
    put_record(1, 1, bytes, before + 65 + 2);
    struct costlens_budgets *b = open_table();
    assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
    a.name_len = 1;
    tape.len = 0;
    memcpy(bytes, &a, before);
    memcpy(bytes + before, "x\x42\x01", 3); // 322
    put_record(1, 1, bytes, before + 3 + 322);
    assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
    assert_non_null(strstr(why, "tells of no account"));
    costlens_budgets_close(b);
}

// More than was written, and an end that comes twice.
static void refuses_odd_holds(void **state)
{
    struct account_record a = {7, 2, 0, 1, 0, 0, 0, 3, "cap", 0};
    struct hold_record hold[2] = {{3, 4, 1, 7}};
    struct end_record end = {3, 1, 7, 4, 0, 0};
    struct costlens_budgets *b = open_table();
    (void)state;
    tape.len = tape.count = tape.piece = 0;
    put_record(1, 1, &a, sizeof a);
    put_record(1, 2, hold, sizeof hold[0] + 1);
    assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
    assert_non_null(strstr(why, "tells of no hold"));
    tape.len = sizeof a + 12;
    put_record(1, 2, hold, sizeof hold[0]);
    put_record(1, 3, &end, sizeof end);
    put_record(1, 3, &end, sizeof end);
    assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
    assert_non_null(strstr(why, "is not open"));
    // A head that tells of more than any record has.
    char head[8] = {'C', 'L', 1, 1, 0, 0x40};
    uint32_t check = digest_crc32(0, head, 6);
    memcpy(head + 6, &check, 2);
    tape.len = 0;
    (void)tape_write(&tape, head, sizeof head);
    assert_int_equal(load(b, NULL), COSTLENS_DAMAGED);
    costlens_budgets_close(b);
}

// One hold stays open while hundreds come and go, and the amounts are as large as they can be.
static void reads_a_long_one(void **state)
{
    const char *const huge[] = {"limit=9223372036.854775807", "per=user", NULL};
    struct costlens_budgets *b = NULL;
    struct costlens_call call = {.user = "ann"};
    struct costlens_hold *h;
    struct costlens_loaded loaded;
    (void)state;
    tape.len = tape.count = tape.piece = 0;
    assert_int_equal(costlens_budgets_open(NULL, NULL, NULL, &b), COSTLENS_OK);
    assert_int_equal(costlens_budgets_define(b, "huge", huge, NULL, 0), COSTLENS_OK);
    assert_int_equal(costlens_budgets_save(b, NOW, tape_write, &tape), COSTLENS_OK);
    assert_int_equal(costlens_reserve(b, &call, INT64_MAX - 500, NOW, &h, NULL), COSTLENS_OK);
    for (int i = 0; i < 400; i++) {
        assert_int_equal(costlens_reserve(b, &call, 1, NOW, &h, NULL), COSTLENS_OK);
        assert_int_equal(costlens_settle(h, 1), COSTLENS_OK);
        costlens_hold_close(h);
    }
    call.user = "bob";
    for (int i = 0; i < 300; i++)
        assert_int_equal(costlens_reserve(b, &call, 0, NOW, &h, NULL), COSTLENS_OK);
    for (int i = 0; i < 70; i++) { // fewer than are open
        assert_int_equal(costlens_reserve(b, &call, 1, NOW, &h, NULL), COSTLENS_OK);
        assert_int_equal(costlens_release(h), COSTLENS_OK);
    }
    assert_int_equal(costlens_reserve(b, &call, INT64_MAX, NOW, &h, NULL), COSTLENS_OK);
    costlens_budgets_close(b);
    assert_int_equal(costlens_budgets_open(NULL, NULL, NULL, &b), COSTLENS_OK);
    assert_int_equal(load(b, &loaded), COSTLENS_OK);
    assert_int_equal(loaded.holds, 302);
    assert_int_equal(loaded.captured, INT64_MAX);
    costlens_budgets_close(b);
    // A callback that fails anywhere, also in the zeros behind the end.
    size_t whole = tape.len;
    memset(tape.bytes + whole, 0, 50000);
    tape.len += 50000;
    for (tape.stops = 1; tape.stops < tape.len; tape.stops += 101) {
        tape.piece = 101;
        assert_int_equal(costlens_budgets_open(NULL, NULL, NULL, &b), COSTLENS_OK);
        assert_int_equal(load(b, &loaded), COSTLENS_IO);
        costlens_budgets_close(b);
    }
    tape.stops = tape.piece = 0;
}

static int64_t read_too_much(void *context, void *bytes, size_t size)
{
    (void)context;
    (void)bytes;
    return (int64_t)size + 1;
}

static void believes_no_callback(void **state)
{
    struct costlens_budgets *b = open_table();
    (void)state;
    assert_int_equal(costlens_budgets_load(b, read_too_much, NULL, NULL, why, sizeof why),
                     COSTLENS_IO);
    costlens_budgets_close(b);
}

// --- memory ---

// All that takes memory, until one thing has none.
static enum costlens_status use_all(struct costlens_budgets *b)
{
    static char zone[32768];
    const char *const each[] = {"limit=50", "per=user", NULL};
    const char *const day[] = {"limit=90", "window=day", "timezone=Europe/Berlin", NULL};
    const char *const by_day[] = {"limit=9", "per=user", "window=day", NULL};
    const char *const one[] = {"limit=9", "per=request", NULL};
    struct costlens_zone own = {"Own", zone, 0};
    struct costlens_call call = {.user = "eve"}, last = {.user = "gus"};
    struct costlens_call later[] = {{.user = "fay"}, {.user = "fry"}, {.user = "fox"}};
    struct costlens_hold *h, *other;
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    enum costlens_status s = COSTLENS_OK;
    if (file) {
        own.len = fread(zone, 1, sizeof zone, file);
        fclose(file);
        s = costlens_budgets_zone(b, &own, NULL, 0);
        if (s == COSTLENS_OK)
            s = costlens_budgets_define(b, "cap", day, NULL, 0);
    }
    if (s == COSTLENS_OK)
        s = load(b, NULL);
    if (s == COSTLENS_OK)
        s = costlens_budgets_define(b, "each", each, NULL, 0);
    if (s == COSTLENS_OK)
        s = costlens_budgets_define(b, "one", one, NULL, 0);
    if (s == COSTLENS_OK)
        s = costlens_reserve(b, &call, USD, NOW, &h, NULL);
    if (s == COSTLENS_OK)
        s = costlens_extend(h, USD, NOW, NULL);
    for (size_t i = 0; s == COSTLENS_OK && i < sizeof later / sizeof *later; i++)
        s = costlens_reserve(b, &later[i], 0, NOW, &other, NULL);
    if (s == COSTLENS_OK)
        s = costlens_budgets_define(b, "each", by_day, NULL, 0);
    if (s == COSTLENS_OK)
        s = costlens_reserve(b, &last, 0, NOW, &other, NULL);
    if (s == COSTLENS_OK) // who was there before has an account again, the last one gets it
        s = costlens_budgets_define(b, "each", each, NULL, 0);
    return s == COSTLENS_OK ? costlens_settle(h, USD) : s;
}

static void survives_every_failed_allocation(void **state)
{
    enum costlens_status s = COSTLENS_NO_MEMORY;
    (void)state;
    write_some();
    for (long n = 0; s != COSTLENS_OK; n++) {
        struct scarce scarce = {n, 0};
        struct costlens_alloc alloc = {scarce_resize, &scarce};
        struct costlens_budgets *b = NULL;
        s = costlens_budgets_open(&alloc, NULL, NULL, &b);
        if (s == COSTLENS_OK)
            s = use_all(b);
        assert_true(s == COSTLENS_OK || s == COSTLENS_NO_MEMORY);
        if (s == COSTLENS_OK)
            assert_int_equal(sums_of(b).spent, 14 * USD);
        costlens_budgets_close(b);
        assert_int_equal(scarce.out, 0);
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captures_what_was_open),
        cmocka_unit_test(tells_what_a_capture_crosses),
        cmocka_unit_test(bears_any_torn_end),
        cmocka_unit_test(says_where_it_is_damaged),
        cmocka_unit_test(refuses_a_hold_of_nothing),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(refuses_texts_that_are_too_long),
        cmocka_unit_test(refuses_odd_holds),
        cmocka_unit_test(reads_a_long_one),
        cmocka_unit_test(believes_no_callback),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
