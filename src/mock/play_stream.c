// SPDX-License-Identifier: Apache-2.0
//
// An answer as a stream: a token at a time, when each is due, and what breaks in its middle.

#include "base/clock.h"
#include "mock/play_part.h"
#include "mock/prose.h"
#include "mock/voice.h"

bool play_breaks_midway(const struct play *p)
{
    return play_has(p, TROUBLE_CUT) || play_has(p, TROUBLE_TRUNCATED) ||
           (play_has(p, TROUBLE_RESET) && p->order.trouble.reset_place == PLACE_MID) ||
           (play_has(p, TROUBLE_HANG) && p->order.trouble.hang_place == PLACE_MID);
}

// What comes after the first half of the answer, when the trouble is there.
void play_break_midway(struct play *p)
{
    struct billed t = play_so_far(p);
    if (play_has(p, TROUBLE_HANG)) {
        p->stage = STAGE_HUNG;
        return;
    }
    play_bill(p, &t, false, false);
    play_break_soon(p);
}

// Rewrites the events in p->out as other servers write them: each event with its own line ends,
// some without the space after "data:", some behind a comment, the first behind a BOM.
static void mix(struct play *p)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    struct buf mixed;
    buf_init(&mixed, &alloc_heap, 0);
    struct str rest = buf_str(&p->out);
    struct str line = STR_NONE;
    const char *end = ends[p->events % 3];
    if (p->events == 0)
        buf_add_cstr(&mixed, "\xEF\xBB\xBF: a comment first\n");
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (p->events % 2 == 1 && str_starts(line, (struct str)STR("data: "))) {
            buf_add_cstr(&mixed, "data:");
            line = str_skip(line, 6);
        }
        buf_add(&mixed, line);
        buf_add_cstr(&mixed, end);
        if (line.len == 0) {
            end = ends[++p->events % 3];
            if (p->events % 4 == 0)
                buf_printf(&mixed, ": still here%s", end);
        }
    }
    buf_fini(&p->out);
    p->out = mixed;
}

static void flush(struct play *p)
{
    if (play_has(p, TROUBLE_MIXED) && p->order.family != FAMILY_OLLAMA)
        mix(p);
    if (p->out.len > 0)
        exchange_write(p->x, buf_str(&p->out));
    buf_clear(&p->out);
}

static void end_stream(struct play *p)
{
    struct exchange *x = p->x;
    voice_of(p->order.wish)->close(&p->order, p->pieces, &p->out);
    play_bill(p, &p->order.billed, true, false);
    flush(p);
    p->stage = STAGE_OVER;
    exchange_end(x); // on_done frees the play
}

static struct str next_piece(const struct play *p)
{
    struct str text = buf_str(&p->order.text);
    if (play_has(p, TROUBLE_HUGE_EVENT))
        return str_skip(text, p->at);
    return str_from(text.ptr + p->at, prose_token(text, p->at) - p->at);
}

static void say_piece(struct play *p)
{
    struct str piece = next_piece(p);
    voice_of(p->order.wish)->delta(&p->order, p->pieces, piece, &p->out);
    p->at += piece.len;
    p->pieces += play_has(p, TROUBLE_HUGE_EVENT) ? p->order.tokens : 1;
}

// The middle of a stream has come and something happens there.
static bool middle_strikes(struct play *p)
{
    struct billed t = play_so_far(p);
    if (p->pieces * 2 < p->order.tokens || p->at == 0)
        return false;
    if (play_has(p, TROUBLE_ERROR_EVENT) || play_has(p, TROUBLE_RUNNER_DIES)) {
        struct exchange *x = p->x;
        if (play_has(p, TROUBLE_RUNNER_DIES))
            loaded_drop(&p->mock->loaded, p->order.answered);
        voice_of(p->order.wish)->error(&p->order, &p->out);
        play_bill(p, &t, false, false);
        flush(p);
        p->stage = STAGE_OVER;
        exchange_end(x);
        return true;
    }
    if (!play_breaks_midway(p))
        return false;
    if (play_has(p, TROUBLE_TRUNCATED)) {
        // Half an event, and then the end as if all were well.
        struct exchange *x = p->x;
        if (p->at < p->order.text.len)
            voice_of(p->order.wish)->delta(&p->order, p->pieces, next_piece(p), &p->out);
        p->out.len /= 2;
        play_bill(p, &t, false, false);
        flush(p);
        p->stage = STAGE_OVER;
        exchange_end(x);
        return true;
    }
    play_break_midway(p);
    return true;
}

// Milliseconds until the next token may be said; 0 = now.
static int64_t wait_ms(const struct play *p)
{
    const struct mock_setup *s = &p->mock->setup;
    int64_t due_us = 0;
    if (play_has(p, TROUBLE_SLOW))
        due_us = p->pieces * play_argument(p, TROUBLE_SLOW) * 1000;
    else if (s->tokens_per_second > 0)
        due_us = p->pieces * SECOND_US / s->tokens_per_second;
    if (due_us == 0)
        return 0;
    int64_t left_us = p->start_us + due_us - clock_mono_us();
    return left_us > 0 ? left_us / 1000 + 1 : 0;
}

void play_pump(struct play *p)
{
    while (p->at < p->order.text.len) {
        if (middle_strikes(p))
            return;
        if (exchange_full(p->x))
            return; // on_room
        int64_t wait = wait_ms(p);
        if (wait > 0) {
            timer_set(&p->timer, wait);
            return;
        }
        say_piece(p);
        flush(p);
    }
    if (!middle_strikes(p))
        end_stream(p);
}

void play_stream(struct play *p)
{
    play_begin(p, 200, voice_stream_type(&p->order));
    play_field(p, "Cache-Control", "no-cache");
    exchange_head(p->x, -1);
    p->stage = STAGE_STREAM;
    p->start_us = clock_mono_us();
    voice_of(p->order.wish)->open(&p->order, &p->out);
    flush(p);
    play_pump(p);
}
