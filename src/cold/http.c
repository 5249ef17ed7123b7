// SPDX-License-Identifier: Apache-2.0

#include "cold/http.h"

#include <curl/curl.h>

static size_t take(char *ptr, size_t size, size_t n, void *context)
{
    struct buf *answer = context;
    buf_add(answer, str_from(ptr, size * n));
    return buf_failed(answer) ? 0 : size * n;
}

static enum status status_of(CURLcode code)
{
    switch ((int)code) {
    case CURLE_OK: return STATUS_OK;
    case CURLE_COULDNT_CONNECT: return STATUS_CLOSED;
    case CURLE_OPERATION_TIMEDOUT: return STATUS_TIMEOUT;
    case CURLE_WRITE_ERROR: return STATUS_LIMIT;
    case CURLE_OUT_OF_MEMORY: return STATUS_NO_MEMORY;
    default: return STATUS_IO;
    }
}

static void setup(CURL *curl, const struct http_post *post, const char *url)
{
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, post->socket_path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->body.ptr ? post->body.ptr : "");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)post->body.len);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, post->wait_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
}

enum status http_post_local(const struct http_post *post, long *code, struct buf *answer,
                            struct why *why)
{
    struct buf url;
    buf_init(&url, &alloc_heap, 4096);
    buf_printf(&url, "http://localhost%s", post->path);
    CURL *curl = curl_easy_init();
    struct curl_slist *fields = curl_slist_append(NULL, "Content-Type: application/json");
    if (!curl || !fields || buf_failed(&url)) {
        curl_easy_cleanup(curl);
        curl_slist_free_all(fields);
        buf_fini(&url);
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    setup(curl, post, buf_cstr(&url));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    CURLcode result = curl_easy_perform(curl);
    enum status s = status_of(result);
    if (s == STATUS_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, code);
    else
        why_set(why, s, "the gateway at %s: %s", post->socket_path, curl_easy_strerror(result));
    curl_easy_cleanup(curl);
    curl_slist_free_all(fields);
    buf_fini(&url);
    return s;
}
