// SPDX-License-Identifier: Apache-2.0
//
// standing - how each model fares at its provider, as all workers together see it: whether it is to
// be asked now, and how fast it answers. It outlives a reload that leaves the provider as it is.
//
//   standings            of the gateway
//     '- ward            of one provider (its name, its address, its keys)
//          '- standing   of one model there: breaker, latency
//               '- lane  of one of the provider's keys: cooling, what is left of its rate limits
//
// Whoever reads takes no lock, and whoever counts takes one only where something failed lately.

#ifndef GATE_STANDING_H
#define GATE_STANDING_H

#include "base/must.h"
#include "base/str.h"
#include "core/breaker.h"
#include "wire/ratelimit.h"

struct incidents; // gate/incidents.h
struct standings;
struct ward;
struct standing;

struct standings *standings_new(void) MUST_USE; // NULL when out of memory
void standings_free(struct standings *all);     // NULL is fine
// What its breakers did of late; it lives as long.
struct incidents *standings_incidents(struct standings *all);

// The ward of that identity, made at its first use with so many keys; it lives as long as `all`.
// `provider` is its name, for who looks. Asked for again, by a new configuration, its lanes are
// warm: a key may be another one by now. NULL when out of memory.
struct ward *standings_ward(struct standings *all, struct str identity, struct str provider,
                            unsigned keys) MUST_USE;

// NULL: nothing is known of it.
struct standing *ward_find(const struct ward *w, struct str model);
// The same, made where it is none. NULL where the ward has as many as `most`, which is at most
// STANDING_MODELS_MAX, or out of memory.
struct standing *ward_at(struct ward *w, struct str model, unsigned most);

// The key of the ward, by its place, whose turn it is among those with these weights (NULL: all the
// same): of calls to models without a standing, so that their keys take turns.
unsigned ward_lane(struct ward *w, const uint32_t *weights);

// Why a model is not to be asked now, if another can be. The first that holds.
// SIZE: the call needs more tokens than the whole of a limit.
enum bar { BAR_NONE, BAR_BREAKER, BAR_COOLING, BAR_ABSENT, BAR_RATE, BAR_SIZE };
const char *bar_text(enum bar b); // static, for people: "its breaker is open"

// Of the model, with any key, for a call of so many input tokens. `s` may be NULL: nothing bars it.
// Times are monotonic.
enum bar standing_bar(const struct standing *s, int64_t tokens, int64_t now_us);
// Another key than those of `tried` (a bit each) may be used now.
bool standing_other_lane(const struct standing *s, uint64_t tried, int64_t tokens, int64_t now_us);

// An attempt, before it is sent.
struct standing_start {
    const struct breaker_terms *terms;
    const uint32_t *weights; // of the ward's keys; NULL: all the same
    uint64_t tried;          // keys that the call has been refused with, a bit each
    int64_t tokens;          // of its input, as they are estimated
    int64_t now_us;
};
// It becomes the probe of a breaker whose turn is over, and gets a key: of those that may be used
// the one whose turn it is by their weights; of one that was not tried, if there is one. One that
// has no weight, where another has, it does not get. False: it is barred, also where it was not a
// moment ago; the lane holds all the same.
bool standing_enter(struct standing *s, const struct standing_start *start,
                    unsigned *lane) MUST_USE;
// What an answer's head said of the limits of the key.
void standing_heard(struct standing *s, unsigned lane, const struct ratelimit *said,
                    int64_t now_us);
// A call that was sent with it at `sent_us` was answered, and nothing was said of its limits: those
// that had been used up before then are not known any more.
void standing_unsaid(struct standing *s, unsigned lane, int64_t sent_us);

// One has ended.
struct standing_end {
    bool failed;
    struct failure failure; // `failed`
    unsigned lane;          // of the key it went with
    int64_t sent_us;        // monotonic
    int64_t ttft_us;        // first token of a stream; 0: it was none, or failed
    int64_t duration_us;    // to its end; 0: it failed
};
// What came of that: the breaker's state has changed, or a lane cools; or its key is known from now
// on to be refused, whatever is asked.
enum standing_news {
    STANDING_SAME,
    STANDING_OPENED,
    STANDING_CLOSED,
    STANDING_COOLS,
    STANDING_REFUSED
};
enum standing_news standing_end(struct standing *s, const struct breaker_terms *t,
                                const struct standing_end *e, int64_t now_us);

// As it is now, for who looks.
struct standing_view {
    const struct standing *standing;
    struct str model; // lives as long as the standing
    enum breaker_state breaker;
    enum bar bar;
    int64_t wait_us;              // until it may be asked; 0: now
    int64_t ttft_us, duration_us; // decayed means; 0: not known
    uint64_t good, bad;   // attempts that ended since the start; one whose key was refused: bad
    uint64_t opened;      // times that its breaker has
    uint64_t passed_over; // calls that went elsewhere
};
void standing_look(const struct standing *s, int64_t now_us, struct standing_view *out);
unsigned standing_lanes(const struct standing *s); // as many as the ward has keys
// The provider has refused the key again and again, and not answered with it since.
bool standing_lane_refused(const struct standing *s, unsigned lane);
// For how long the key is not to be used; 0: it may be.
int64_t standing_lane_wait_us(const struct standing *s, unsigned lane, int64_t now_us);
// What is left of a limit of the key; INT64_MAX: it is not known.
int64_t standing_lane_left(const struct standing *s, unsigned lane, enum allowance_kind k,
                           int64_t now_us);
// The decayed mean of the time to the first token, where it was measured within the last minute;
// else 0. After a minute without one it begins anew. `s` may be NULL.
int64_t standing_ttft_us(const struct standing *s, int64_t now_us);
void standing_passed_over(struct standing *s); // NULL is fine
// It refuses to be asked for log-probabilities, as it told any worker. NULL is fine: it does not.
bool standing_logprobs_refused(const struct standing *s);
void standing_refuse_logprobs(struct standing *s); // it did now

typedef void standing_each_f(void *context, const struct standing *s);
// The ward that was asked for last of those with that provider's name; NULL when there is none.
const struct ward *standings_current(struct standings *all, struct str provider);
// Each of its standings, in no order.
void ward_each(const struct ward *w, standing_each_f *f, void *context);

#endif
