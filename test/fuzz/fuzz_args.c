// SPDX-License-Identifier: Apache-2.0
//
// fuzz_args - the arguments that commands and the admin plane's callers send, and the moments in
// them.

#include "base/args.h"
#include "base/clock.h"
#include "insight/asked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_US (1790000000 * SECOND_US)

struct taken {
    struct str name, since, models, score;
};

static const struct args_row rows[] = {
    {.name = "name", .offset = offsetof(struct taken, name), .needed = true, .bytes_max = 64},
    {.name = "since",
     .offset = offsetof(struct taken, since),
     .bytes_max = 40,
     .kind = ARGS_EITHER},
    {.name = "models", .offset = offsetof(struct taken, models), .bytes_max = 300},
    {.name = "score",
     .offset = offsetof(struct taken, score),
     .bytes_max = 30,
     .kind = ARGS_NUMBER},
    {0}};

static void moments(struct str text)
{
    int64_t us;
    if (asked_time(text, NULL, NOW_US, &us, NULL) == STATUS_OK && text.len < 8)
        must(us <= NOW_US && us >= 0); // an amount is one before now
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from((const char *)data, size);
    struct taken taken = {0};
    struct json *document = NULL;
    if (args_read(text, rows, &taken, &document, NULL) == STATUS_OK) {
        must(taken.name.len > 0 && taken.name.len <= 64);
        must(taken.since.len <= 40 && taken.models.len <= 300 && taken.score.len <= 30);
        must(taken.score.len == 0 || taken.score.ptr[0] == '-' || str_digit(taken.score.ptr[0]));
        moments(taken.since);
    } else {
        must(!document);
    }
    json_close(document);
    moments(text);
    return 0;
}
