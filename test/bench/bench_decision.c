// SPDX-License-Identifier: Apache-2.0
//
// bench_decision - what choosing costs: the traits of a prompt, the gain that a whole model (words,
// trees, a prior, tasks) expects of it, and that of the shipped one, and what is asked where a
// certificate would take the call: whether a pair of it could be paid, with the body weighed, what
// both sides hold and the judge (request/provable.h). Mean and 99th percentile beside their bounds;
// exits 1 when one is missed by far (ten times), or when a decision takes
// memory.
// Prompts are as long as those of benchmarks: 628 bytes in the mean, some beyond the 4,096 that are
// looked at.
// bench-decision FILE.jsonl takes the prompts of a file instead.

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "budget/bound.h"
#include "route/prior.h"
#include "route/train.h"
#include "wire/weigh.h"
#include "wire/weigh_model.h"

#define PROMPTS    4000
#define ROUNDS     25
#define MEAN_US    4.0
#define P99_US     20.0
#define MEAN_BYTES 628
#define TOOLS      128       // of a body that has many
#define READ_BYTES (4 * KIB) // request/provable.c

static struct str prompts[20000];
static struct ask *asks[20000]; // bodies that have them
static size_t count;
static double spent[20000];

// --- what takes memory: the linker lets it come here first (--wrap) ---

static unsigned long allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t items, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t items, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t items, size_t size)
{
    allocations++;
    return __real_calloc(items, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    allocations++;
    return __real_realloc(old, size);
}

// --- time ---

static double read_us(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double used_us(void)
{
    return read_us(CLOCK_PROCESS_CPUTIME_ID);
}

static double now_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Text of made words, of which some are frequent.
static void make_prompt(struct dice *d, struct buf *b)
{
    uint64_t chance = dice_below(d, 1000) + 1;
    size_t bytes = 40 + (size_t)(MEAN_BYTES - 40) * 1000 / chance / 8; // a long tail
    bytes = bytes > 9000 ? 9000 : bytes + 150;
    buf_clear(b);
    for (unsigned n = 0; b->len < bytes; n++) {
        uint64_t rank = dice_below(d, dice_below(d, dice_below(d, 60000) + 1) + 1);
        unsigned letters = 2 + (unsigned)(rank * 7919 % 9);
        for (unsigned i = 0; i < letters; i++)
            buf_add_char(b, (char)('a' + (rank * (i + 3) * 31 + i * rank) % 26));
        buf_add_cstr(b, n % 13 == 12 ? ".\n" : n % 5 == 4 ? ", " : " ");
    }
}

static void make_prompts(void)
{
    struct dice d;
    struct buf b;
    dice_init(&d, 1);
    buf_init(&b, &alloc_heap, 0);
    for (; count < PROMPTS; count++) {
        make_prompt(&d, &b);
        prompts[count] = str_from(strndup(b.ptr, b.len), b.len);
    }
    buf_fini(&b);
}

static void read_prompts(const char *path)
{
    struct buf text;
    struct str line;
    buf_init(&text, &alloc_heap, 0);
    if (file_read(path, FILE_ANY, &text, NULL) != STATUS_OK)
        exit(1);
    struct str rest = buf_str(&text);
    while (count < sizeof prompts / sizeof prompts[0] && str_cut(&rest, '\n', &line)) {
        struct json *j;
        if (json_open(line, &alloc_heap, &j, NULL) != STATUS_OK)
            continue;
        struct str p = json_str(json_get(json_root(j), "prompt"));
        prompts[count++] = str_from(strndup(p.ptr ? p.ptr : "", p.len), p.len);
        json_close(j);
    }
    buf_fini(&text);
}

// --- the body ---

// Its bytes are read no more once it is open: only their number counts.
static struct ask *ask_of(struct str prompt, unsigned tools)
{
    const struct endpoint_found chat = {.endpoint = ENDPOINT_CHAT};
    struct ask *a = calloc(1, sizeof *a);
    struct buf body;
    buf_init(&body, &alloc_heap, 0);
    buf_add_cstr(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":");
    buf_add_json(&body, prompt);
    buf_add_cstr(&body, "}]");
    for (unsigned i = 0; i < tools; i++)
        buf_printf(&body,
                   "%s{\"type\":\"function\",\"function\":{\"name\":\"f%u\",\"description\":"
                   "\"does a thing\",\"parameters\":{\"type\":\"object\",\"properties\":{\"a\":"
                   "{\"type\":\"string\"}}}}}%s",
                   i ? "," : ",\"tools\":[", i, i + 1 == tools ? "]" : "");
    buf_add_char(&body, '}');
    must(a && ask_open(a, &chat, buf_str(&body), &alloc_heap, NULL) == REFUSAL_NONE);
    buf_fini(&body);
    return a;
}

static int64_t most_of(const struct weight *w)
{
    static const struct price prices[] = {{1000000000}, {1000000000}}; // of what goes in, comes out
    const struct sheet sheet = {.rates = {1U << BUCKET_INPUT | 1U << BUCKET_OUTPUT, prices},
                                .context_tokens = 1000000};
    const struct bound_call call = {.sheet = &sheet, .weight = w, .output_unsaid = 8192};
    struct bound b;
    bound_make(&call, &b);
    return b.most.n;
}

// As where the price of a whole window does not tell: the body is weighed, for two models of other
// names.
static double weigh_pair(const struct ask *a)
{
    struct weight unread, read, judge;
    double most = 0;
    weigh_text(ENDPOINT_CHAT, 0, str_of("gpt-5.4"), (int64_t)a->body.len, &judge);
    if (a->body.len > READ_BYTES) {
        weigh_unread(a, 0, str_of("gpt-5.4"), &unread);
        most += (double)most_of(&unread);
    }
    weigh(a, 0, str_of("gpt-5.4"), &read);
    (void)!weigh_model_alike(str_of("gpt-5.4"), str_of("llama3.2:3b"));
    return most + (double)most_of(&judge) + 2 * (double)most_of(&read);
}

static struct model shipped;

// A model of all parts. What it says is of no matter.
static void learn(struct buf *file, struct model *out)
{
    struct rows rows;
    struct buf line;
    struct why why;
    prior_open(&shipped);
    rows_init(&rows);
    buf_init(&line, &alloc_heap, 0);
    for (size_t i = 0; i < count && i < 2000; i++) {
        buf_clear(&line);
        buf_add_cstr(&line, "{\"prompt\":");
        buf_add_json(&line, prompts[i]);
        buf_printf(&line, ",\"weak\":%d,\"strong\":1,\"task\":\"%zu\"}", prompts[i].len % 3 > 0,
                   i % 50);
        must(rows_add(&rows, buf_str(&line), &why) == STATUS_OK);
    }
    must(train(&rows, &(struct train_wishes){.prior = &shipped}, file, &why) == STATUS_OK);
    must(model_view(buf_str(file), "it", out, &why) == STATUS_OK);
    buf_fini(&line);
    rows_fini(&rows);
}

static int report(const char *what, double us, double bound)
{
    printf("%-34s %10.2f us   (at most %.0f%s)\n", what, us, bound, us <= bound ? "" : ": MISSED");
    return us > 10 * bound;
}

static double decide(const struct model *m, size_t i, bool proves)
{
    struct traits t;
    traits_of(&(struct traits_source){.texts = &prompts[i], .count = 1, .task = i}, &t);
    const float gains = model_gain(m, &t, 0) + model_gain(&shipped, &t, 0); // both are kept
    return (double)gains + (proves ? weigh_pair(asks[i]) : 0);
}

// No bound is for such bodies: a budget weighs them once more.
static double report_tools(void)
{
    const struct ask *a = ask_of(prompts[0], TOOLS);
    double best = 1e9, sink = 0;
    for (unsigned round = 0; round < 10 * ROUNDS; round++) {
        double begin = now_us();
        sink += weigh_pair(a);
        double us = now_us() - begin;
        best = us < best ? us : best;
    }
    printf("%-34s %10.2f us   (of %u tools, %zu bytes)\n", "what is asked of a long body", best,
           TOOLS, a->body.len);
    return sink;
}

// The best round's mean, by the processor's time; and of each prompt the least by the clock, since
// what else the machine does is weather. Their 99th percentile.
static double measure(const struct model *m, bool proves, double *mean, double *sink)
{
    *mean = 1e9;
    for (unsigned round = 0; round < ROUNDS; round++) {
        double begin = used_us();
        for (size_t i = 0; i < count; i++)
            *sink += decide(m, i, proves);
        double us = (used_us() - begin) / (double)count;
        *mean = us < *mean ? us : *mean;
        for (size_t i = 0; i < count; i++) {
            begin = now_us();
            *sink += decide(m, i, proves);
            us = now_us() - begin;
            spent[i] = round == 0 || us < spent[i] ? us : spent[i];
        }
    }
    qsort(spent, count, sizeof *spent, by_size);
    return spent[count * 99 / 100];
}

int main(int argc, char **argv)
{
    struct model m;
    struct buf file;
    double bytes = 0, sink = 0, mean, mean_proved;
    if (argc > 1)
        read_prompts(argv[1]);
    else
        make_prompts();
    buf_init(&file, &alloc_heap, 0);
    learn(&file, &m);
    for (size_t i = 0; i < count; i++)
        asks[i] = ask_of(prompts[i], 0);
    must(allocations > 0); // else they are not seen
    allocations = 0;
    const double p99 = measure(&m, false, &mean, &sink);
    const double p99_proved = measure(&m, true, &mean_proved, &sink);
    unsigned long taken = allocations;
    for (size_t i = 0; i < count; i++)
        bytes += (double)prompts[i].len / (double)count;
    printf("%zu prompts of %.0f bytes in the mean, %u trees of its own, %u of the prior\n", count,
           bytes, m.head->trees, m.head->prior);
    int missed = report("a decision, mean", mean, MEAN_US);
    missed += report("a decision, 99th percentile", p99, P99_US);
    printf("%-34s %10.2f us\n", "... that a certificate takes, mean", mean_proved);
    missed += report("... and its 99th percentile", p99_proved, P99_US);
    printf("%-34s %10lu      (at most 0%s)\n", "allocations of all of them", taken,
           taken ? ": MISSED" : "");
    missed += taken > 0;
    sink += report_tools();
    buf_fini(&file);
    return missed || sink < 0;
}
