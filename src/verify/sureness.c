// SPDX-License-Identifier: Apache-2.0

#include "verify/sureness.h"

#include <stdlib.h>

#include "verify/verify.h"

#define LEAST_SURE_PPM 100000
#define PPM            1000000

static int by_size(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a;
    int32_t y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

// The smallest one that at least that part of all are not above.
static int32_t quantile(const int32_t *sorted, unsigned count, uint32_t ppm)
{
    uint64_t at = ((uint64_t)count * ppm + PPM - 1) / PPM;
    return sorted[at > 0 ? at - 1 : 0];
}

bool sureness_of(const struct answer *a, struct how_sure *out)
{
    if (a->token_odd || (a->token_count == 0 && !a->mean_told))
        return false;
    if (a->token_count == 0) {
        *out = (struct how_sure){a->mean, true};
        return true;
    }
    size_t bytes = a->token_count * sizeof *a->tokens;
    int32_t *sorted = alloc_get(a->alloc, bytes);
    if (!sorted)
        return false;
    memcpy(sorted, a->tokens, bytes);
    qsort(sorted, a->token_count, sizeof *sorted, by_size);
    *out = (struct how_sure){quantile(sorted, a->token_count, LEAST_SURE_PPM), false};
    alloc_free(a->alloc, sorted);
    return true;
}

void sureness_add(struct sureness *s, struct how_sure of_answer)
{
    struct sureness_ring *r = &s->of[of_answer.mean];
    r->kept[r->next] = of_answer.ppm;
    r->next = (r->next + 1) % SURENESS_KEPT;
    r->count += r->count < SURENESS_KEPT;
}

bool sureness_known(const struct sureness *s, bool mean)
{
    return s->of[mean].count >= SURENESS_LEAST;
}

int32_t sureness_least(const struct sureness *s, bool mean, uint32_t keep_ppm)
{
    const struct sureness_ring *r = &s->of[mean];
    int32_t sorted[SURENESS_KEPT];
    if (!sureness_known(s, mean))
        return mean ? SURENESS_START_MEAN : SURENESS_START;
    memcpy(sorted, r->kept, r->count * sizeof *sorted);
    qsort(sorted, r->count, sizeof *sorted, by_size);
    return quantile(sorted, r->count, keep_ppm < PPM ? PPM - keep_ppm : 0);
}

void verifier_logprob(const struct verify_case *c, struct finding *out)
{
    struct how_sure sure = {0, false};
    if (!sureness_of(c->answer, &sure))
        finding_set(out, VERDICT_UNSURE,
                    c->answer->token_odd ? "what it tells of how sure its model was cannot be"
                                         : "it does not tell how sure its model was");
    else if (sure.ppm < c->sure_least)
        finding_set(out, VERDICT_BAD,
                    "its model was less sure of it than usual (-%d.%03d < -%d.%03d)",
                    abs(sure.ppm) / PPM, abs(sure.ppm % PPM) / 1000, abs(c->sure_least) / PPM,
                    abs(c->sure_least % PPM) / 1000);
}
