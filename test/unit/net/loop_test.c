// SPDX-License-Identifier: Apache-2.0

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/random.h"
#include "net/turn.h"
#include "rig.h"

// --- timers, against the obvious ---

#define TIMERS 500

struct watched {
    struct timer timer;
    int64_t due_us; // what it should be; 0 = not running
    int fired;
    struct bench *bench;
};

struct bench {
    struct loop *loop;
    struct watched timers[TIMERS];
    struct timer stir;
    struct dice dice;
    int rounds;
    int wrong;
};

// Never early, and in the first turn that is not too early, however late a busy machine makes it.
static void on_fire(void *argument)
{
    struct watched *w = argument;
    struct loop *l = w->bench->loop;
    if (w->due_us == 0 || w->due_us > loop_now_us(l) || w->due_us <= loop_turned_us(l))
        w->bench->wrong++;
    w->due_us = 0;
    w->fired++;
}

static void on_stir(void *argument)
{
    struct bench *b = argument;
    if (b->rounds == 100) {
        loop_stop(b->loop);
        return;
    }
    for (int i = 0; i < 200; i++) {
        struct watched *w = &b->timers[dice_below(&b->dice, TIMERS)];
        int64_t delay = (int64_t)dice_below(&b->dice, 40);
        switch (dice_below(&b->dice, 4)) {
        case 0:
            timer_clear(&w->timer);
            w->due_us = 0;
            break;
        case 1:
            timer_fini(&w->timer);
            timer_init(&w->timer, b->loop, on_fire, w);
            w->due_us = 0;
            break;
        default:
            timer_set(&w->timer, delay);
            w->due_us = loop_now_us(b->loop) + (delay ? delay * 1000 : 1);
        }
        if (timer_running(&w->timer) != (w->due_us != 0))
            b->wrong++;
    }
    timer_set(&b->stir, ++b->rounds < 100 ? 2 : 150); // by the last, all that runs has fired
}

static void test_timers(void **state)
{
    (void)state;
    static struct bench b;
    b.loop = loop_new();
    dice_init(&b.dice, 7);
    for (int i = 0; i < TIMERS; i++) {
        b.timers[i].bench = &b;
        timer_init(&b.timers[i].timer, b.loop, on_fire, &b.timers[i]);
    }
    timer_init(&b.stir, b.loop, on_stir, &b);
    timer_set(&b.stir, 0);
    loop_run(b.loop);
    assert_int_equal(b.wrong, 0);
    int fired = 0;
    for (int i = 0; i < TIMERS; i++) {
        fired += b.timers[i].fired;
        assert_int_equal(b.timers[i].due_us, 0);
        timer_fini(&b.timers[i].timer);
    }
    assert_true(fired > 1000);
    timer_fini(&b.stir);
    loop_free(b.loop);
}

// --- a moment that is over stays so, however often it is asked for ---

struct pressed {
    struct timer timer;
    int64_t due_us;
    bool fired;
};

static void on_pressed_event(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    struct pressed *p = argument;
    timer_at(&p->timer, p->due_us);
    if (clock_mono_us() - p->due_us > 3 * SECOND_US)
        loop_stop(p->timer.loop);
}

static void on_pressed(void *argument)
{
    struct pressed *p = argument;
    p->fired = true;
    loop_stop(p->timer.loop);
}

static void test_moments(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    struct pressed p = {.due_us = clock_mono_us() + 2000};
    struct event event;
    int fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC); // something comes in every turn
    timer_init(&p.timer, l, on_pressed, &p);
    event_assign(&event, loop_base(l), fd, EV_READ | EV_PERSIST, on_pressed_event, &p);
    event_add(&event, NULL);
    loop_run(l);
    assert_true(p.fired);
    assert_true(clock_mono_us() >= p.due_us);
    event_del(&event);
    close(fd);
    timer_fini(&p.timer);
    loop_free(l);
}

// --- posts ---

static _Atomic int posted;

static void on_post(void *argument)
{
    (void)argument;
    posted++;
}

static void *post_many(void *argument)
{
    for (int i = 0; i < 10000; i++)
        while (!loop_post(argument, on_post, NULL))
            ;
    return NULL;
}

static int order[3], order_count;

static void on_number(void *argument)
{
    order[order_count++] = *(int *)argument;
}

static void test_posts(void **state)
{
    (void)state;
    struct rig r;
    pthread_t threads[4];
    rig_start(&r);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post_many, r.loop), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    int numbers[3] = {1, 2, 3};
    struct post lent;
    assert_true(loop_post(r.loop, on_number, &numbers[0]));
    loop_post_lent(r.loop, &lent, on_number, &numbers[1]);
    assert_true(loop_post(r.loop, on_number, &numbers[2]));
    rig_do(&r, on_post, NULL);
    assert_int_equal(posted, 40001);
    for (int i = 0; i < 3; i++)
        assert_int_equal(order[i], i + 1);
    rig_do(&r, rig_nothing, NULL); // so the turn before it has ended
    assert_true(loop_turned_us(r.loop) > 0);
    rig_stop(&r);
}

// --- work and blocks ---

static void on_late(void *argument);
static int ran;
static struct work again;
static struct loop *work_loop;

static void on_again(struct work *w)
{
    if (++ran < 100)
        work_later(work_loop, w);
    else
        loop_stop(work_loop);
}

static void test_work(void **state)
{
    (void)state;
    struct work never;
    work_loop = loop_new();
    work_init(&again, on_again);
    work_init(&never, on_again);
    work_later(work_loop, &never);
    work_later(work_loop, &again);
    work_later(work_loop, &again);
    work_cancel(&never);
    loop_run(work_loop); // does not sleep while there is work
    assert_int_equal(ran, 100);
    loop_free(work_loop);
}

static struct work doomed;
static char story[16];

static void tell(char c)
{
    must(strlen(story) + 1 < sizeof story);
    story[strlen(story)] = c;
}

static void on_work(struct work *w)
{
    tell(w == &doomed ? 'd' : 'w');
}

static void on_turns_end(void *argument)
{
    tell('e');
    if (strchr(story, 'w')) {
        work_cancel(&doomed); // it is the next
        loop_stop(argument);
    }
}

// What is gathered in a turn is written before any of the turn's output, and also when there is
// none.
static void test_turns_end(void **state)
{
    (void)state;
    struct work first, last;
    struct loop *l = loop_new();
    int late = 0;
    memset(story, 0, sizeof story);
    work_init(&first, on_work);
    work_init(&doomed, on_work);
    work_init(&last, on_work);
    work_later(l, &first);
    work_later(l, &doomed);
    work_later(l, &last);
    loop_at_end(l, on_turns_end, l);
    loop_run(l);
    assert_string_equal(story, "ewewee"); // last: the round's end and the turn's
    assert_true(loop_post(l, on_late, &late));
    loop_run(l);
    assert_int_equal(late, 1);
    assert_string_equal(story, "eweweee"); // a turn without work
    loop_free(l);
}

static void on_late(void *argument)
{
    ++*(int *)argument;
}

static void test_posts_after_the_last_turn(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    int late = 0;
    assert_true(loop_post(l, on_late, &late));
    assert_true(loop_post(l, on_late, &late));
    assert_int_equal(late, 0);
    loop_run_posts(l);
    assert_int_equal(late, 2);
    loop_run_posts(l);
    assert_int_equal(late, 2);
    loop_free(l);
}

// --- a turn ends before it has gathered too much ---

#define CROWD    300
#define GATHERED 64 // more than these never wait for the end of a turn

struct crowd {
    struct loop *loop;
    int fds[CROWD];
    struct event events[CROWD];
    struct timer timers[CROWD];
    struct look looks[CROWD];
    struct work work[3 * CROWD];
    int given, done, most;
};
static struct crowd crowd;

static void on_crowd_work(struct work *w)
{
    (void)w;
    if (++crowd.done == 3 * CROWD)
        loop_stop(crowd.loop);
}

static void gather(void)
{
    work_later(crowd.loop, &crowd.work[crowd.given++]);
    if (crowd.given - crowd.done > crowd.most)
        crowd.most = crowd.given - crowd.done;
}

static void on_crowd_event(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    (void)argument;
    gather();
}

static void on_crowd_timer(void *argument)
{
    (void)argument;
    gather();
}

static void on_crowd_look(struct look *look)
{
    (void)look;
    gather();
}

static void test_crowded_turns(void **state)
{
    (void)state;
    crowd.loop = loop_new();
    for (int i = 0; i < 3 * CROWD; i++)
        work_init(&crowd.work[i], on_crowd_work);
    for (int i = 0; i < CROWD; i++) {
        crowd.fds[i] = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
        event_assign(&crowd.events[i], loop_base(crowd.loop), crowd.fds[i], EV_READ | EV_ET,
                     on_crowd_event, NULL);
        event_add(&crowd.events[i], NULL);
        timer_init(&crowd.timers[i], crowd.loop, on_crowd_timer, NULL);
        timer_set(&crowd.timers[i], 0);
        look_init(&crowd.looks[i], on_crowd_look);
        look_later(crowd.loop, &crowd.looks[i]);
    }
    loop_run(crowd.loop);
    assert_int_equal(crowd.given, 3 * CROWD);
    assert_int_equal(crowd.most, GATHERED);
    for (int i = 0; i < CROWD; i++)
        close(crowd.fds[i]);
    loop_free(crowd.loop);
}

static void test_blocks(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    size_t size = 0, used = 0;
    char *b = NULL;
    for (size_t want = 1; want < 200000; want = want * 3 / 2 + 1) {
        b = block_grow(l, b, &size, used, want);
        assert_non_null(b);
        assert_true(size >= want);
        for (; used < want; used++)
            b[used] = (char)used;
    }
    for (size_t i = 0; i < used; i++)
        assert_int_equal(b[i], (char)i);
    block_put(l, b, size);
    loop_free(l);
}

static void test_date(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    const char *date = turn_date(l);
    assert_int_equal(strlen(date), HTTP_DATE_LEN);
    assert_string_equal(date + 25, " GMT");
    assert_ptr_equal(turn_date(l), date);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timers),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_posts),
        cmocka_unit_test(test_work),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_turns_end),
        cmocka_unit_test(test_crowded_turns),
        cmocka_unit_test(test_date),
        cmocka_unit_test(test_posts_after_the_last_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
