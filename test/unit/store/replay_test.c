// SPDX-License-Identifier: Apache-2.0
//
// What a dead process left, written here by hand: whole, torn, damaged.

#include "store/segment.h"
#include "stored.h"

#define NOON_US (civil_days(2026, 11, 24) * DAY_US + 12 * 3600 * SECOND_US)

static int folder_of(const struct place *p)
{
    mkdir(p->journal, 0700);
    int fd = open(p->journal, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    return fd;
}

static struct segment *segment_at(int folder, uint64_t seq)
{
    struct segment *g = NULL;
    assert_int_equal(segment_create(folder, seq, 0, &g, NULL), STATUS_OK);
    return g;
}

static void append(struct segment *g, enum record type, const struct entry *e)
{
    struct buf frame;
    buf_init(&frame, &alloc_heap, 0);
    segment_begin(&frame);
    entry_pack(e, &frame);
    assert_int_equal(segment_append(g, type, &frame), STATUS_OK);
    buf_fini(&frame);
}

static void append_call(struct segment *g, const struct entry *e)
{
    append(g, RECORD_DISPATCHED, e);
    append(g, RECORD_FINAL, e);
}

static void scribble(const struct segment *g, uint32_t at, const char *bytes, size_t n)
{
    assert_int_equal(pwrite(g->fd, bytes, n, at), n);
}

static void records_become_rows_once(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    int folder = folder_of(&p);
    struct segment *first = segment_at(folder, 3);
    struct segment *second = segment_at(folder, 4);
    struct entry a = an_entry(NOON_US);
    struct entry b = an_entry(NOON_US + 1);
    struct entry c = an_open_entry(NOON_US + 2);
    append_call(first, &a);
    append(first, RECORD_DISPATCHED, &b); // it ends in the next segment
    append(first, RECORD_DISPATCHED, &c); // it never ends
    append(second, RECORD_FINAL, &b);
    append(second, RECORD_FINAL, &a); // once more, as a reserve may hold it
    segment_free(first);
    segment_free(second);
    store_close(store_at(&p, false));
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 3);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'reported'"), 2);
    assert_int_equal(ask(&p, "SELECT sum(requests) FROM rollup"), 3);
    assert_int_equal(ask(&p, "SELECT sum(captured) FROM rollup"), 1);
    assert_int_equal(journal_files(&p, ".seg"), 0);
    store_close(store_at(&p, false)); // nothing is left to be taken twice
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 3);
    close(folder);
    place_remove(&p);
}

static void a_torn_tail_is_cut(void **state)
{
    (void)state;
    for (uint32_t cut = 1; cut < 200; cut += 13) {
        struct place p;
        place_make(&p);
        int folder = folder_of(&p);
        struct segment *g = segment_at(folder, 1);
        struct entry e = an_entry(NOON_US);
        append_call(g, &e);
        uint32_t end = atomic_load(&g->end);
        struct entry torn = an_entry(NOON_US + 1);
        append(g, RECORD_FINAL, &torn);
        uint32_t whole = atomic_load(&g->end);
        char *zeros = calloc(1, whole - end);
        assert_non_null(zeros);
        scribble(g, end + cut, zeros, whole - end - cut); // only its start was written
        free(zeros);
        segment_free(g);
        store_close(store_at(&p, false));
        assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 1);
        assert_int_equal(journal_files(&p, ".damaged"), 0);
        close(folder);
        place_remove(&p);
    }
}

static void note_aside(void *context, const struct store_aside *a)
{
    struct store_aside *sum = context;
    assert_true(str_ends(str_of(a->path), str_of(".damaged")));
    assert_false(a->refused);
    sum->records += a->records;
    sum->from += a->from;
}

static void damage_in_the_middle_is_kept_aside(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    int folder = folder_of(&p);
    struct segment *g = segment_at(folder, 1);
    struct segment *next = segment_at(folder, 2);
    struct entry a = an_entry(NOON_US);
    struct entry b = an_entry(NOON_US + 1);
    struct entry c = an_entry(NOON_US + 2);
    append(g, RECORD_FINAL, &a);
    uint32_t at = atomic_load(&g->end);
    append(g, RECORD_FINAL, &b);
    append(g, RECORD_FINAL, &c);
    scribble(g, at + 40, "damage", 6);
    struct entry d = an_entry(NOON_US + 3);
    append(next, RECORD_FINAL, &d);
    segment_free(g);
    segment_free(next);
    struct store *s = store_at(&p, false);
    struct store_aside sum = {.path = NULL};
    store_aside_each(s, note_aside, &sum);
    assert_int_equal(sum.records, 1);
    assert_int_equal(sum.from, at);
    store_close(s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 2); // before it, and the next segment
    assert_int_equal(journal_files(&p, ".damaged"), 1);
    assert_int_equal(journal_files(&p, ".seg"), 0);
    close(folder);
    place_remove(&p);
}

static void files_that_are_no_segments_are_kept_aside(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    int folder = folder_of(&p);
    int fd = openat(folder, "000000000001-w0.seg", O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "something else that is longer than a head", 41), 41);
    close(fd);
    fd = openat(folder, "000000000002-w0.seg", O_WRONLY | O_CREAT, 0600); // died while making it
    assert_int_equal(ftruncate(fd, 8192), 0);
    close(fd);
    close(openat(folder, "000000000003-w0.seg", O_WRONLY | O_CREAT, 0600));
    fd = openat(folder, "000000000004-w0.seg", O_WRONLY | O_CREAT,
                0600); // or while writing its head
    assert_int_equal(write(fd, "CLSEG\0\0", 7), 7);
    assert_int_equal(ftruncate(fd, 8192), 0);
    close(fd);
    char name[204] = "";
    memset(name, 'x', 199);
    memcpy(name + 199, ".seg", 4);
    close(openat(folder, name, O_WRONLY | O_CREAT, 0600));
    struct store *s = store_at(&p, false);
    struct store_aside sum = {.path = NULL};
    store_aside_each(s, note_aside, &sum);
    assert_int_equal(sum.records + sum.from, 0);
    store_close(s);
    assert_int_equal(journal_files(&p, ".damaged"), 2);
    assert_int_equal(journal_files(&p, ".seg"), 0);
    close(folder);
    place_remove(&p);
}

static void positions_are_kept_with_the_rows(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    int folder = folder_of(&p);
    struct segment *g = segment_at(folder, 7);
    struct entry e = an_entry(NOON_US);
    struct entry open = an_open_entry(NOON_US + 1);
    append_call(g, &e);
    append(g, RECORD_DISPATCHED, &open);
    store_close(store_at(&p, false));
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 2);
    assert_int_equal(ask(&p, "SELECT count(*) FROM position"), 0);
    segment_free(g);
    close(folder);
    place_remove(&p);
}

static void long_calls_outlive_their_segment(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    struct entry open = an_entry(NOON_US);
    struct entry never = an_open_entry(NOON_US + 1);
    struct entry waits = an_open_entry(NOON_US + 2); // to be followed by another attempt
    assert_int_equal(journal_dispatched(j, &open), STATUS_OK);
    assert_int_equal(journal_dispatched(j, &never), STATUS_OK);
    assert_int_equal(journal_dispatched(j, &waits), STATUS_OK);
    for (int i = 0; i < 20000; i++) { // more than one segment holds
        struct entry e = an_entry(NOON_US + 2 + i);
        call(j, &e);
    }
    assert_int_equal(store_catch_up(s, 30000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM pending"), 3); // carried over
    assert_true(journal_final(j, &open));
    waits.outcome = OUTCOME_ERROR;
    waits.usage = (struct usage){.sure = SURE_REPORTED};
    waits.cost.pd = 0;
    assert_int_equal(journal_dispatched(j, &waits), STATUS_OK); // the newer word counts
    assert_int_equal(store_catch_up(s, 30000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM pending"), 1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 20001);
    journal_close(j);
    store_close(s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 20003);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'captured'"), 1);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE sure = 'reported' AND "
                             "outcome = 'error' AND cost_pd = 0"),
                     1);
    place_remove(&p);
}

static void old_rows_go_and_their_sums_stay(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = NULL;
    struct store_setup setup = {
        .path = str_of(p.path), .create = true, .writer = true, .keep_days = 400};
    assert_int_equal(store_open(&setup, &s, NULL), STATUS_OK);
    struct journal *j = journal_of(s, 0);
    int64_t now_us = clock_wall_us();
    for (int i = 0; i < 3; i++) {
        struct entry old = an_entry(now_us - 401 * DAY_US - i);
        struct entry young = an_entry(now_us - 399 * DAY_US - i);
        old.http_status = 201 + i;
        old.user = str_of("old user");
        old.error = old.model_asked = str_of("old");
        old.team = str_of("old team");
        young.user = str_of("user");
        if (i == 2)
            young.error = old.error; // both had it
        tag(&old, "feature", "chat");
        tag(&young, "feature", "chat");
        call(j, &old);
        call(j, &young);
    }
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    for (int i = 0; i < 50 && ask(&p, "SELECT count(*) FROM call") > 3; i++)
        usleep(100000);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 3);
    assert_int_equal(ask(&p, "SELECT count(*) FROM tag"), 3);
    assert_int_equal(ask(&p, "SELECT sum(requests) FROM rollup"), 6);
    for (int i = 0; i < 50 && ask(&p, "SELECT count(*) FROM kind") > 1; i++)
        usleep(100000);
    assert_int_equal(ask(&p, "SELECT count(*) FROM kind"), 1); // theirs went with them
    for (int i = 0; i < 50 && ask(&p, "SELECT count(*) FROM name WHERE text = 'old user'"); i++)
        usleep(100000);
    assert_int_equal(ask(&p, "SELECT count(*) FROM name WHERE text = 'old user'"), 0);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE user = 'user'"), 3);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls WHERE error = 'old'"), 1);
    assert_int_equal(ask(&p, "SELECT sum(requests) FROM rollup r JOIN name n ON n.id = r.team "
                             "WHERE n.text = 'old team'"),
                     3); // what sums name stays
    struct entry again = an_entry(now_us - 398 * DAY_US);
    again.http_status = 201;         // its kind was in the writer's memory
    again.user = str_of("old user"); // so was its number
    call(j, &again);
    assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
    assert_int_equal(ask(&p, "SELECT count(*) FROM calls"), 4);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

static struct store *store_keeping(const struct place *p, int keep_days)
{
    struct store *s = NULL;
    struct store_setup setup = {
        .path = str_of(p->path), .create = true, .writer = true, .keep_days = keep_days};
    assert_int_equal(store_open(&setup, &s, NULL), STATUS_OK);
    return s;
}

// A store with `n` rows so old then, and one of that moment, when it was last in use.
static void leave_store(const struct place *p, int n, int old_days, int64_t then_us)
{
    char text[120];
    struct store *s = store_at(p, true);
    struct journal *j = journal_of(s, 0);
    for (int i = 0; i <= n; i++) {
        struct entry e = an_entry(i < n ? then_us - old_days * DAY_US - i : then_us);
        call(j, &e);
    }
    journal_close(j);
    store_close(s);
    snprintf(text, sizeof text, "UPDATE fact SET value = %lld WHERE name = 'clock_us'",
             (long long)then_us);
    ask(p, text);
}

static int64_t rows_after(const struct place *p, int64_t wanted, int tenths_s)
{
    for (int i = 0; i < tenths_s && ask(p, "SELECT count(*) FROM call") != wanted; i++)
        usleep(100000);
    return ask(p, "SELECT count(*) FROM call");
}

// The clock jumps ahead by 500 days: seen from there, all rows are too old. Neither a call of that
// clock nor a restart makes it right.
static void a_jump_of_the_clock_deletes_nothing(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    leave_store(&p, 3, 1, clock_wall_us() - 500 * DAY_US);
    for (int run = 0; run < 3; run++) {
        struct store *s = store_keeping(&p, 400);
        struct journal *j = journal_of(s, 0);
        struct entry e = an_entry(clock_wall_us());
        call(j, &e);
        assert_int_equal(store_catch_up(s, 5000), STATUS_OK);
        assert_int_equal(rows_after(&p, 0, 25), 5 + run);
        journal_close(j);
        store_close(s);
    }
    place_remove(&p);
}

// An hour of running does, in however many runs.
static void a_doubted_clock_is_believed_after_an_hour(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    leave_store(&p, 0, 0, clock_wall_us() - 34 * DAY_US);
    struct store *s = store_keeping(&p, 30);
    usleep(1500000);
    store_close(s);
    assert_true(ask(&p, "SELECT value FROM fact WHERE name = 'clock_doubted_us'") > SECOND_US);
    assert_int_equal(ask(&p, "SELECT value / 86400000000 FROM fact WHERE name = 'clock_ahead_us'"),
                     34);
    ask(&p, "UPDATE fact SET value = 3000000000 WHERE name = 'clock_doubted_us'");
    s = store_keeping(&p, 30);
    store_close(s);
    assert_int_equal(ask(&p, "SELECT count(*) FROM call"), 1);
    ask(&p, "UPDATE fact SET value = 3598000000 WHERE name = 'clock_doubted_us'");
    s = store_keeping(&p, 30);
    assert_int_equal(rows_after(&p, 0, 300), 0);
    store_close(s);
    place_remove(&p);
}

// A store of a version that did not keep the time is as old as its newest row.
static void the_newest_row_tells_the_time_of_an_old_store(void **state)
{
    (void)state;
    for (int days = 0; days <= 40; days += 40) {
        struct place p;
        place_make(&p);
        leave_store(&p, 1, 420 - days, clock_wall_us() - days * DAY_US);
        ask(&p, "DELETE FROM fact");
        struct store *s = store_keeping(&p, 400);
        assert_int_equal(rows_after(&p, 1, 25), days ? 2 : 1);
        store_close(s);
        place_remove(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_become_rows_once),
        cmocka_unit_test(a_torn_tail_is_cut),
        cmocka_unit_test(damage_in_the_middle_is_kept_aside),
        cmocka_unit_test(files_that_are_no_segments_are_kept_aside),
        cmocka_unit_test(positions_are_kept_with_the_rows),
        cmocka_unit_test(long_calls_outlive_their_segment),
        cmocka_unit_test(old_rows_go_and_their_sums_stay),
        cmocka_unit_test(a_jump_of_the_clock_deletes_nothing),
        cmocka_unit_test(a_doubted_clock_is_believed_after_an_hour),
        cmocka_unit_test(the_newest_row_tells_the_time_of_an_old_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
