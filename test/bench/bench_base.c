// SPDX-License-Identifier: Apache-2.0
//
// bench_base - what the small parts of base cost, each beside its bound. Exits 1 when one is missed
// by far (twice): a busy machine alone should not fail it.

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/log.h"
#include "base/map.h"
#include "base/random.h"

static int missed;
static volatile uint64_t sink; // keeps results alive

// Processor time: what others do on the machine is not ours.
static int64_t used_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

// Runs `once` for 0.2 s, three times; prints the best in nanoseconds.
static double measure(const char *name, double bound_ns, void (*once)(void *), void *context)
{
    double best = 1e18;
    for (int round = 0; round < 3; round++) {
        int64_t begin = used_us();
        int64_t end = begin;
        long n = 0;
        for (; end - begin < 200000; end = used_us())
            for (int i = 0; i < 64; i++, n++)
                once(context);
        double ns = (double)(end - begin) * 1000 / (double)n;
        best = ns < best ? ns : best;
    }
    printf("%-34s %10.1f ns", name, best);
    if (bound_ns > 0)
        printf("   (at most %.0f%s)", bound_ns, best <= bound_ns ? "" : ": MISSED");
    printf("\n");
    missed += bound_ns > 0 && best > 2 * bound_ns;
    return best;
}

// A request as SDKs send it, about 1 KB, with a tool.
static const char chat[] =
    "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"system\",\"content\":\"You are a helpful "
    "assistant that answers in one sentence and never makes a thing up.\"},{\"role\":\"user\","
    "\"content\":\"Please look at the following report and tell me \\\"what\\\" has changed since "
    "the "
    "last quarter:\\n- revenue grew by 12%\\n- costs of inference fell by 31%\\n- the team is as "
    "large as it was\\nBe brief, and give the "
    "figures.\"},{\"role\":\"assistant\",\"content\":\"Sure: "
    "which quarter?\"},{\"role\":\"user\",\"content\":\"The "
    "third.\"}],\"temperature\":0.2,\"top_p\":1,"
    "\"max_tokens\":512,\"stream\":true,\"stream_options\":{\"include_usage\":true},\"tools\":[{"
    "\"type\":\"function\",\"function\":{\"name\":\"get_report\",\"description\":\"Fetches a "
    "report\","
    "\"parameters\":{\"type\":\"object\",\"properties\":{\"quarter\":{\"type\":\"string\",\"enum\":"
    "["
    "\"Q1\",\"Q2\",\"Q3\",\"Q4\"]},\"year\":{\"type\":\"integer\"}},\"required\":[\"quarter\","
    "\"year\"]"
    "}}}],\"tool_choice\":\"auto\",\"user\":\"user-1234\",\"metadata\":{\"team\":\"search\","
    "\"feature\":"
    "\"report\"}}";

static void once_open(void *context)
{
    struct json *j = NULL;
    if (json_open(*(struct str *)context, &alloc_heap, &j, NULL) != STATUS_OK)
        abort();
    sink += json_count(json_root(j));
    json_close(j);
}

static void once_get(void *context)
{
    const struct json *j = context;
    sink += json_str(json_get(json_root(j), "model")).len;
    sink += json_bool(json_path(json_root(j), "stream_options.include_usage"), false);
}

static void once_sign(void *context)
{
    uint8_t out[DIGEST_BYTES];
    if (!mac_sign(context, str_of("sk-costlens-0123456789abcdef0123456789abcdef"), out))
        abort();
    sink += out[0];
}

static void once_sha(void *context)
{
    uint8_t out[DIGEST_BYTES];
    (void)context;
    if (!digest_sha256(str_of("sk-costlens-0123456789abcdef0123456789abcdef"), out))
        abort();
    sink += out[0];
}

static void once_crc(void *context)
{
    sink += digest_crc32(0, context, 300);
}

static void once_id(void *context)
{
    int64_t *now = context;
    struct uuid u = uuid_new((*now)++);
    sink += u.bytes[15];
}

static void once_map(void *context)
{
    sink += map_get(context, str_of("name-0123456789-77")) != NULL;
}

static void once_wall(void *context)
{
    (void)context;
    sink += (uint64_t)clock_wall_us();
}

static void once_log(void *context)
{
    (void)context;
    struct log_line l;
    log_begin(&l, LOG_INFO, "call");
    log_str(&l, "id", str_of("0199a4d8-6c1e-7b0a-9d0e-0123456789ab"));
    log_str(&l, "model", str_of("gpt-4o-mini"));
    log_str(&l, "provider", str_of("openai"));
    log_i64(&l, "status", 200);
    log_i64(&l, "input_tokens", 812);
    log_i64(&l, "output_tokens", 91);
    log_str(&l, "cost", str_of("0.000176400000"));
    log_i64(&l, "latency_ms", 1042);
    log_end_later(&l);
}

static void fill(struct map *m, char names[1000][32])
{
    map_init(m, &alloc_heap);
    for (int i = 0; i < 1000; i++) {
        snprintf(names[i], 32, "name-0123456789-%d", i);
        if (!map_set(m, str_of(names[i]), names[i]))
            abort();
    }
}

int main(void)
{
    static char names[1000][32];
    struct map m;
    struct json *j = NULL;
    struct str text = str_from(chat, sizeof chat - 1);
    struct mac *mac = mac_open(str_of("0123456789abcdef0123456789abcdef"));
    int64_t now = clock_wall_us();
    if (!mac || json_open(text, &alloc_heap, &j, NULL) != STATUS_OK ||
        !freopen("/dev/null", "w", stderr))
        abort();
    log_open(LOG_JSON, LOG_INFO);
    fill(&m, names);
    printf("a chat request of %zu bytes\n", text.len);
    measure("json_open and close", 1500, once_open, &text);
    measure("json_get and json_path", 100, once_get, j);
    measure("mac_sign", 1000, once_sign, mac);
    measure("digest_sha256", 0, once_sha, NULL);
    measure("digest_crc32 of 300 bytes", 0, once_crc, names);
    measure("uuid_new", 100, once_id, &now);
    measure("map_get of 1000", 100, once_map, &m);
    measure("clock_wall_us", 100, once_wall, NULL);
    measure("log line of 8 fields, later", 1000, once_log, NULL);
    map_fini(&m);
    json_close(j);
    mac_close(mac);
    return missed ? EXIT_FAILURE : EXIT_SUCCESS;
}
