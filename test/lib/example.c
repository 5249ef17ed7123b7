// SPDX-License-Identifier: Apache-2.0
//
// example - one streamed call of a model with libcurl, priced by libcostlens while it comes.
//
//   cc example.c $(pkg-config --cflags --libs costlens libcurl) -o example
//   OPENAI_API_KEY=... ./example gpt-4o "Say hello."
//   OPENAI_BASE_URL=http://127.0.0.1:7590/v1 ./example gpt-4o "Say hello."

#include <costlens.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// libcurl brings the answer in pieces, cut anywhere.
static size_t on_piece(char *bytes, size_t size, size_t count, void *context)
{
    struct costlens_reader *reader = context;
    costlens_reader_feed(reader, bytes, size * count);
    return size * count;
}

// The prompt goes into JSON as it is: fine for an example, not for quotes and backslashes.
static int call(const char *url, const char *key, const char *body, struct costlens_reader *reader)
{
    char authorization[512];
    long status = 0;
    CURL *curl = curl_easy_init();
    if (!curl)
        return 0;
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", key);
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
    if (code != CURLE_OK || status != 200)
        fprintf(stderr, "%s: %s, status %ld\n", url, curl_easy_strerror(code), status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return code == CURLE_OK && status == 200;
}

// What the answer used: as the provider counted, else estimated. 0 where its cost is not known.
static int print_cost(const struct costlens_book *book, struct costlens_reader *reader,
                      const char *asked, size_t request_bytes)
{
    struct costlens_usage usage;
    struct costlens_cost cost;
    char text[COSTLENS_EXPLAIN_BYTES];
    const char *answered = costlens_reader_model(reader);
    int64_t now_us = (int64_t)time(NULL) * 1000000;
    if (costlens_reader_usage(reader, &usage) != COSTLENS_OK)
        costlens_reader_estimate(reader, (int64_t)request_bytes, &usage);
    if (costlens_price(book, "openai", *answered ? answered : asked, &usage, now_us, &cost))
        return 0;
    printf("%s, price book %s%s\n", *answered ? answered : asked, costlens_book_version(book),
           usage.estimated ? ", estimated" : "");
    if (costlens_explain(&cost, text, sizeof text) == COSTLENS_OK)
        fputs(text, stdout);
    if (cost.state == COSTLENS_UNPRICED) // its picodollars are 0, which is not what it cost
        return 0;
    printf("picodollars %" PRId64 "%s\n", cost.picodollars, cost.too_large ? " and more" : "");
    return 1;
}

int main(int argc, char **argv)
{
    const char *base = getenv("OPENAI_BASE_URL");
    const char *key = getenv("OPENAI_API_KEY");
    struct costlens_book *book;
    struct costlens_reader *reader;
    char url[512];
    char body[4096];
    char why[200] = "";
    int ok = 0;
    if (argc != 3) {
        fprintf(stderr, "usage: %s MODEL PROMPT\n", argv[0]);
        return 2;
    }
    snprintf(url, sizeof url, "%s/chat/completions", base ? base : "https://api.openai.com/v1");
    snprintf(body, sizeof body,
             "{\"model\":\"%s\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
             "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}",
             argv[1], argv[2]);
    if (costlens_book_open(NULL, NULL, 0, &book, why, sizeof why) != COSTLENS_OK) {
        fprintf(stderr, "the price book: %s\n", why);
        return 1;
    }
    if (costlens_reader_open(NULL, COSTLENS_CHAT, "openai", 1, &reader) == COSTLENS_OK) {
        ok = call(url, key ? key : "", body, reader);
        if (ok)
            ok = print_cost(book, reader, argv[1], strlen(body));
        costlens_reader_close(reader);
    }
    costlens_book_close(book);
    return ok ? 0 : 1;
}
