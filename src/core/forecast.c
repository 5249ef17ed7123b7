// SPDX-License-Identifier: Apache-2.0

#include "core/forecast.h"

#include "core/density.h"

#define PPM INT64_C(1000000)

// What a more general mean weighs against so much evidence: what is known in full needs none. Two
// models' words differ by ten times, of which even a small part would be too much.
static int64_t prior_of(int64_t weight)
{
    const int64_t most = DECAYED_ONE * DECAYED_MEMORY;
    return FORECAST_PRIOR * DECAYED_ONE * (most - weight) / most;
}

int64_t forecast_mean(const struct decayed *kinds, size_t count, int64_t start)
{
    int64_t mean = start;
    for (size_t i = 0; i < count; i++) {
        int64_t weight = decayed_weight(kinds[i]);
        int64_t away = decayed_mean(kinds[i]) - mean;
        if (weight > 0)
            mean += away * weight / (weight + prior_of(weight));
    }
    return mean;
}

#define MEAN_MAX (INT64_C(1) << 42) // as decayed.h has it

// The ratio is drawn towards 1, of which nothing tells it apart at first.
int64_t forecast_of_task(int64_t mean, struct decayed task, struct decayed usual)
{
    const int64_t weight = decayed_weight(task), prior = prior_of(weight);
    const int64_t there = decayed_mean(usual);
    if (there <= 0)
        return mean;
    int128 of = (int128)there * prior + (int128)decayed_mean(task) * weight;
    int128 product = of * (mean < MEAN_MAX ? mean : MEAN_MAX) / ((int128)there * (prior + weight));
    return product < MEAN_MAX ? (int64_t)product : MEAN_MAX;
}

int64_t forecast_counted(int64_t seen, int64_t foreseen, int64_t token)
{
    int64_t most = FORECAST_OUTLIER_LEAST * token;
    if (foreseen > most / FORECAST_OUTLIER)
        most = count_times(foreseen, FORECAST_OUTLIER);
    return seen < most ? seen : most;
}

static int64_t least(int64_t a, int64_t b)
{
    return b > 0 && b < a ? b : a;
}

// Of so many parts of a whole, without passing 64 bits.
static int64_t share(int64_t n, int64_t parts, int64_t whole)
{
    int128 product = (int128)n * parts / whole;
    return product > INT64_MAX ? INT64_MAX : (int64_t)product;
}

static int64_t input_of(const struct forecast_call *c)
{
    const struct demand *d = c->demand;
    int64_t media = count_times(count_add(d->images, d->files), FORECAST_MEDIUM);
    return count_add(share(d->text_bytes, c->density, DENSITY_BYTES), media);
}

void forecast_usage(const struct forecast_call *c, struct usage *out)
{
    const struct demand *d = c->demand;
    int64_t input = input_of(c);
    int64_t cached = c->cached >= 0 ? c->cached : share(input, c->cached_ppm, PPM);
    cached = cached < input ? cached : input;
    enum bucket rest = !d->cache_write ? BUCKET_INPUT
                       : d->cache_hour ? BUCKET_CACHE_WRITE_1H
                                       : BUCKET_CACHE_WRITE_5M;
    *out = (struct usage){.sure = SURE_ESTIMATED,
                          .service = d->service != SERVICE_STANDARD ? d->service : d->hoped,
                          .us_region = d->us_region,
                          .prompt = input};
    out->count[BUCKET_CACHE_READ] = cached;
    out->count[rest] = input - cached;
    out->count[BUCKET_OUTPUT] =
        count_times(least(least(c->output, d->output_max), c->output_limit), demand_choices(d));
    out->count[BUCKET_BUSY] =
        c->busy_us > 0 ? c->busy_us : count_times(out->count[BUCKET_OUTPUT], FORECAST_TOKEN_US);
}
