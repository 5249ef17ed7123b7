// SPDX-License-Identifier: Apache-2.0
//
// example - one streamed call of a model with libcurl, priced by libcostlens while it comes, and
// with a cap: no day's calls can cost more, whatever happens to this program meanwhile.
//
//   cc example.c $(pkg-config --cflags --libs costlens libcurl) -o example
//   OPENAI_API_KEY=... ./example gpt-4o "Say hello."
//   OPENAI_BASE_URL=http://127.0.0.1:7590/v1 ./example gpt-4o "Say hello." 0.05 spent.journal
//
// With a cap (USD a day, UTC) what was spent is kept in the journal. It is locked (JOURNAL.lock): a
// second program that is given the same one ends at once, and sends nothing.

#define _POSIX_C_SOURCE 200809L

#include <costlens.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REFUSED 3 // exit code: the cap does not let the call through

static int64_t now_us(void)
{
    return (int64_t)time(NULL) * 1000000;
}

// --- the cap ---

struct cap {
    struct costlens_budgets *budgets;
    struct costlens_hold *hold;
    FILE *journal;
};

// On the disk before the call goes out: then no crash forgets it.
static int keep(void *context, const void *bytes, size_t len)
{
    FILE *file = context;
    return fwrite(bytes, 1, len, file) != len || fflush(file) != 0 || fsync(fileno(file)) != 0;
}

static int64_t take(void *context, void *bytes, size_t size)
{
    FILE *file = context;
    size_t n = fread(bytes, 1, size, file);
    return ferror(file) ? -1 : (int64_t)n;
}

// Two that read the same journal would each have all of its room. The lock is beside it, since the
// journal itself is replaced; it ends with the process, however that ends.
static int lock_journal(const char *path)
{
    char name[512];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = -1;
    if ((size_t)snprintf(name, sizeof name, "%s.lock", path) < sizeof name)
        fd = open(name, O_RDWR | O_CREAT, 0600); // stays open
    if (fd >= 0 && fcntl(fd, F_SETLK, &whole) == 0)
        return 1;
    if (fd >= 0 && (errno == EACCES || errno == EAGAIN))
        fprintf(stderr, "%s: another program has this journal; nothing is sent\n", path);
    else
        fprintf(stderr, "%s cannot be locked\n", path);
    return 0;
}

// What the last process left is read, and a new journal put in its place.
static int begin_journal(struct cap *cap, const char *path)
{
    char fresh[512], why[400] = "";
    struct costlens_loaded loaded = {0};
    FILE *old = fopen(path, "rb");
    if (old) {
        enum costlens_status s =
            costlens_budgets_load(cap->budgets, take, old, &loaded, why, sizeof why);
        fclose(old);
        if (s != COSTLENS_OK) {
            fprintf(stderr, "%s: %s\n", path, why);
            return 0;
        }
    }
    if (loaded.holds)
        printf("%" PRId64 " call of a run that died counts at its most\n", loaded.holds);
    if (loaded.torn)
        printf("%" PRId64 " bytes at its end were of a record that was not finished\n",
               loaded.torn);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    cap->journal = fopen(fresh, "wb");
    if (!cap->journal ||
        costlens_budgets_save(cap->budgets, now_us(), keep, cap->journal) != COSTLENS_OK ||
        rename(fresh, path) != 0) {
        perror(fresh);
        return 0;
    }
    return 1;
}

static int cap_open(struct cap *cap, const char *usd, const char *path)
{
    char limit[64], why[400] = "";
    const char *const members[] = {limit, "window=day", NULL};
    snprintf(limit, sizeof limit, "limit=%s", usd);
    if (costlens_budgets_open(NULL, NULL, NULL, &cap->budgets) != COSTLENS_OK)
        return 0;
    if (costlens_budgets_define(cap->budgets, "cap", members, why, sizeof why) != COSTLENS_OK) {
        fprintf(stderr, "the cap: %s\n", why);
        return 0;
    }
    return lock_journal(path) && begin_journal(cap, path);
}

// Holds the most that the call can cost.
static int cap_reserve(struct cap *cap, const struct costlens_book *book,
                       const struct costlens_request *request)
{
    struct costlens_bound bound;
    struct costlens_call call = {.provider = request->vendor};
    struct costlens_refusal no;
    char why[400] = "";
    if (costlens_bound(book, request, &bound, why, sizeof why) != COSTLENS_OK) {
        fprintf(stderr, "the request: %s\n", why);
        return 0;
    }
    if (bound.state != COSTLENS_BOUND_KNOWN) {
        fprintf(stderr, "not sent, for nobody knows its most: %s\n", bound.why);
        return 0;
    }
    if (costlens_reserve(cap->budgets, &call, bound.nanodollars, now_us(), &cap->hold, &no)) {
        fprintf(stderr, "not sent: %s\n", no.text);
        return 0;
    }
    return 1;
}

// A hold whose cost is not known is captured as it is closed. An estimate may be too low, and so
// may counts that contradict each other: then all that was held counts, at least.
static void cap_end(struct cap *cap, const struct costlens_cost *cost, int estimated, int sent)
{
    int64_t n;
    if (cap->hold && !sent)
        costlens_release(cap->hold);
    else if (cap->hold && cost && costlens_cost_nanodollars(cost, &n) == COSTLENS_OK)
        (estimated ? costlens_settle_estimated : costlens_settle)(cap->hold, n);
    costlens_hold_close(cap->hold);
    cap->hold = NULL;
}

static void print_account(void *context, const struct costlens_account *a)
{
    char spent[32], limit[32];
    (void)context;
    if (a->end_us > now_us() && costlens_nano_usd(a->spent, spent, sizeof spent) == COSTLENS_OK &&
        costlens_nano_usd(a->limit, limit, sizeof limit) == COSTLENS_OK)
        printf("today %s of %s USD\n", spent, limit);
}

static void cap_close(struct cap *cap)
{
    if (cap->budgets)
        costlens_budgets_list(cap->budgets, print_account, NULL);
    costlens_budgets_close(cap->budgets);
    if (cap->journal)
        fclose(cap->journal);
}

// --- the call ---

// libcurl brings the answer in pieces, cut anywhere.
static size_t on_piece(char *bytes, size_t size, size_t count, void *context)
{
    struct costlens_reader *reader = context;
    costlens_reader_feed(reader, bytes, size * count);
    return size * count;
}

// *sent is 0 when for sure nothing was.
static int call(const char *url, const char *body, struct costlens_reader *reader, int *sent)
{
    const char *key = getenv("OPENAI_API_KEY");
    char authorization[512];
    long status = 0;
    CURL *curl = curl_easy_init();
    if (!curl)
        return 0;
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", key ? key : "");
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, authorization);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_piece);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reader);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    costlens_reader_end(reader, code == CURLE_OK);
    *sent = code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_COULDNT_CONNECT;
    if (code != CURLE_OK || status != 200)
        fprintf(stderr, "%s: %s, status %ld\n", url, curl_easy_strerror(code), status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return code == CURLE_OK && status == 200;
}

// What the answer used: as the provider counted, else estimated. One that is not whole may have
// used more than was told by then.
static struct costlens_usage used(struct costlens_reader *reader, size_t request_bytes)
{
    struct costlens_usage usage;
    if (costlens_reader_usage(reader, &usage) != COSTLENS_OK)
        costlens_reader_estimate(reader, (int64_t)request_bytes, &usage);
    usage.estimated |= !costlens_reader_complete(reader);
    return usage;
}

// 0 where its cost is not known.
static int print_cost(const struct costlens_book *book, const struct costlens_reader *reader,
                      const char *asked, const struct costlens_usage *usage,
                      struct costlens_cost *cost)
{
    char text[COSTLENS_EXPLAIN_BYTES];
    const char *answered = costlens_reader_model(reader);
    if (costlens_price(book, "openai", *answered ? answered : asked, usage, now_us(), cost))
        return 0;
    printf("%s, price book %s%s\n", *answered ? answered : asked, costlens_book_version(book),
           usage->estimated ? ", estimated" : "");
    if (costlens_explain(cost, text, sizeof text) == COSTLENS_OK)
        fputs(text, stdout);
    if (cost->state == COSTLENS_UNPRICED) // its picodollars are 0, which is not what it cost
        return 0;
    printf("picodollars %" PRId64 "%s\n", cost->picodollars, cost->too_large ? " and more" : "");
    return 1;
}

// The prompt goes into JSON as it is: fine for an example, not for quotes and backslashes.
static int run(const struct costlens_book *book, struct cap *cap, char **words)
{
    const char *base = getenv("OPENAI_BASE_URL");
    struct costlens_reader *reader;
    struct costlens_usage usage = {0};
    struct costlens_cost cost;
    char url[512];
    char body[4096];
    int sent = 1;
    snprintf(url, sizeof url, "%s/chat/completions", base ? base : "https://api.openai.com/v1");
    snprintf(body, sizeof body,
             "{\"model\":\"%s\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
             "\"max_completion_tokens\":1000,"
             "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}",
             words[1], words[2]);
    struct costlens_request request = {.endpoint = COSTLENS_CHAT,
                                       .vendor = "openai",
                                       .body = body,
                                       .body_len = strlen(body),
                                       .start_us = now_us()};
    if (cap->budgets && !cap_reserve(cap, book, &request))
        return REFUSED;
    if (costlens_reader_open(NULL, COSTLENS_CHAT, "openai", 1, &reader) != COSTLENS_OK)
        return 1;
    int ok = call(url, body, reader, &sent);
    if (ok) {
        usage = used(reader, strlen(body));
        ok = print_cost(book, reader, words[1], &usage, &cost);
    }
    cap_end(cap, ok ? &cost : NULL, usage.estimated, sent);
    costlens_reader_close(reader);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct costlens_book *book;
    struct cap cap = {0};
    char why[200] = "";
    int code = 1;
    if (argc != 3 && argc != 5) {
        fprintf(stderr, "usage: %s MODEL PROMPT [USD JOURNAL]\n", argv[0]);
        return 2;
    }
    if (costlens_book_open(NULL, NULL, 0, &book, why, sizeof why) != COSTLENS_OK) {
        fprintf(stderr, "the price book: %s\n", why);
        return 1;
    }
    if (argc == 3 || cap_open(&cap, argv[3], argv[4]))
        code = run(book, &cap, argv);
    cap_close(&cap);
    costlens_book_close(book);
    return code;
}
