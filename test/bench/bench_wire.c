// SPDX-License-Identifier: Apache-2.0
//
// bench_wire - what reading a call costs: its request, its answer, its stream, and a long text as
// it passes; each beside its bound. Exits 1 when one is missed by far (twice).

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "meter/meter.h"
#include "meter/sift.h"
#include "translate/translate.h"
#include "wire/ask.h"

#define BIG_BYTES ((size_t)4 * MIB)

static int missed;
static size_t sink;

static double used_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

// Runs `once` for 0.2 s, three times; prints the best.
static void measure(const char *name, double bound_ns, void (*once)(struct str), struct str text)
{
    double best = 1e18;
    for (int round = 0; round < 3; round++) {
        double begin = used_ns();
        long n = 0;
        while (used_ns() - begin < 2e8) {
            for (int i = 0; i < 8; i++, n++)
                once(text);
        }
        double ns = (used_ns() - begin) / (double)n;
        best = ns < best ? ns : best;
    }
    printf("%-34s %10.1f ns   (at most %.0f%s)\n", name, best, bound_ns,
           best <= bound_ns ? "" : ": MISSED");
    missed += best > 2 * bound_ns;
}

#define TEXT50  "What is measured once is guessed every time after. "
#define TEXT250 TEXT50 TEXT50 TEXT50 TEXT50 TEXT50
#define DETAILS                                                                 \
    "\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"       \
    "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0," \
    "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}"

static const char answer[] =
    "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1764000000,\"model\":"
    "\"bench-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
    "\"" TEXT250 TEXT250 TEXT250 TEXT250
    "\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,"
    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":120,\"completion_tokens\":160,"
    "\"total_tokens\":280," DETAILS "},\"service_tier\":\"default\",\"system_fingerprint\":\"fp\"}";

static const char request[] =
    "{\"model\":\"bench-model\",\"messages\":[{\"role\":\"system\",\"content\":\"" TEXT50
    "\"},{\"role\":\"user\",\"content\":\"" TEXT250 "\"}],\"temperature\":0.2,\"max_tokens\":512,"
    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_report\",\"description\":"
    "\"Fetches a "
    "report\",\"parameters\":{\"type\":\"object\",\"properties\":{\"quarter\":{\"type\":"
    "\"string\",\"enum\":[\"Q1\",\"Q2\",\"Q3\",\"Q4\"]},\"year\":{\"type\":\"integer\"}},"
    "\"required\":[\"quarter\",\"year\"]}}}],\"user\":\"user-1234\",\"stream\":true}";

static const char delta[] =
    "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1764000000,"
    "\"model\":\"bench-model\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp\","
    "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"logprobs\":null,"
    "\"finish_reason\":null}],\"usage\":null}\n\n";

static void count(void *context, struct str bytes)
{
    (void)context;
    sink += bytes.len;
}

static void once_answer(struct str text)
{
    struct meter m;
    if (!meter_read_json(ENDPOINT_CHAT, 0, text, &alloc_heap, &m))
        abort();
    meter_fini(&m);
}

static void once_event(struct str text)
{
    static struct meter m;
    if (!m.alloc)
        meter_init(&m, &(struct meter_setup){.endpoint = ENDPOINT_CHAT, .kind = METER_SSE},
                   &alloc_heap);
    meter_feed(&m, text, count, NULL);
}

static const char line[] =
    "{\"model\":\"bench-model\",\"created_at\":\"2026-11-24T15:15:02.654928068Z\",\"message\":{"
    "\"role\":\"assistant\",\"content\":\" word\"},\"done\":false}\n";

static void once_line(struct str text)
{
    static const struct translate_setup setup = {.client = ENDPOINT_CHAT,
                                                 .provider = ENDPOINT_OLLAMA_CHAT,
                                                 .stream = true,
                                                 .id = STR("0192f0c1-2345-7890-abcd-ef")};
    static struct translate t;
    if (!t.out.alloc)
        translate_init(&t, &setup, &alloc_heap);
    translate_feed(&t, text, count, NULL);
}

static void once_translate(struct str text)
{
    const struct endpoint_found found = {.endpoint = ENDPOINT_CHAT};
    const struct translate_wish wish = {STR("m"), 512, 4096, STR("-1"), 0, false};
    struct ask a;
    struct arena arena;
    struct buf out;
    struct why why;
    arena_init(&arena, &alloc_heap, KIB, MIB);
    buf_init(&out, &alloc_heap, 0);
    if (ask_open(&a, &found, text, &alloc_heap, &why) != REFUSAL_NONE ||
        translate_request(&a, &wish, &arena, &out, &why) != REFUSAL_NONE)
        abort();
    sink += out.len;
    buf_fini(&out);
    ask_close(&a);
    arena_fini(&arena);
}

static void once_ask(struct str text)
{
    struct endpoint_found found = {.endpoint = ENDPOINT_CHAT};
    struct ask_edit edit = {.include_usage = true};
    struct ask a;
    struct arena arena;
    struct ask_pieces pieces;
    struct why why;
    arena_init(&arena, &alloc_heap, KIB, MIB);
    if (ask_open(&a, &found, text, &alloc_heap, &why) != REFUSAL_NONE ||
        !ask_splice(&a, &edit, &arena, &pieces))
        abort();
    sink += pieces.bytes;
    ask_close(&a);
    arena_fini(&arena);
}

static void once_sift(struct str text)
{
    static const struct sift_name names[] = {{STR("usage"), SIFT_KEEP, 0}};
    static const struct sift_level level = {names, 1, SIFT_SKIP};
    struct sift s;
    sift_init(&s, &level, 0, &alloc_heap);
    while (text.len > 0)
        text =
            str_skip(text, sift_feed(&s, str_from(text.ptr, text.len < 16384 ? text.len : 16384)));
    if (!s.done || sift_text(&s).len < 20)
        abort();
    sift_fini(&s);
}

static void measure_sift(const char *name, const char *part, double bound_ns)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_cstr(&b, "{\"data\":[");
    while (b.len < BIG_BYTES)
        buf_add_cstr(&b, part);
    buf_add_cstr(&b, "0],\"usage\":{\"prompt_tokens\":5,\"total_tokens\":5}}");
    measure(name, bound_ns, once_sift, buf_str(&b));
    buf_fini(&b);
}

int main(void)
{
    measure("request of 0.9 KB, read and spliced", 2500, once_ask, str_of(request));
    measure("answer of 1.5 KB", 2500, once_answer, str_of(answer));
    measure("event of a stream", 800, once_event, str_of(delta));
    measure("line of a stream, translated", 800, once_line, str_of(line));
    measure("request of 0.9 KB, translated", 7000, once_translate, str_of(request));
    measure_sift("4 MiB in strings",
                 "{\"b64_json\":\"aGVsbG8gd29ybGQsIHRoaXMgaXMgYSBsb25nIHRleHQg"
                 "dGhhdCBzdGFuZHMgZm9yIGFuIGltYWdlIG9mIGFueSBzaXplIHRoYXQgY29tZXMgYmFjaw\"},",
                 2e6);
    measure_sift("4 MiB of numbers", "[0.0123456,-0.98765,0.00012345],", 8e6);
    return missed || sink == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
