// SPDX-License-Identifier: Apache-2.0
//
// fuzz_args - the arguments that commands and the admin plane's callers send, and the moments in
// them.

#include "base/clock.h"
#include "base/limits.h"
#include "insight/asked.h"
#include "panel/args.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_US (1790000000 * SECOND_US)

struct taken {
    struct str name, since, models;
};

static const struct args_row rows[] = {{"name", offsetof(struct taken, name), true, 64},
                                       {"since", offsetof(struct taken, since), false, 40},
                                       {"models", offsetof(struct taken, models), false, 300},
                                       {0}};

static void moments(struct str text)
{
    int64_t us;
    if (args_moment(text, NOW_US, &us, NULL) == STATUS_OK && text.len < 10)
        must(us >= NOW_US); // an amount is one from now on
    if (asked_time(text, NULL, NOW_US, &us, NULL) == STATUS_OK && text.len < 8)
        must(us <= NOW_US && us >= 0); // and here, one before now
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from((const char *)data, size);
    struct arena arena;
    struct taken taken = {0};
    arena_init(&arena, &alloc_heap, 256, 64 * KIB);
    bool fine = args_read(text, rows, &arena, &taken, NULL) == STATUS_OK;
    if (fine) {
        must(taken.name.len > 0 && taken.name.len <= 64);
        must(taken.since.len <= 40 && taken.models.len <= 300);
        moments(taken.since);
    }
    struct asked all[] = {{.name = "name"}, {.name = "since"}, {.name = "models"}, {.name = NULL}};
    struct json *document = NULL;
    // Stricter by what is needed and by lengths: what it takes, the other takes too.
    bool also = asked_read(text, all, &document, NULL) == STATUS_OK;
    must(!fine || (also && str_eq(all[0].text, taken.name) && str_eq(all[2].text, taken.models)));
    json_close(document);
    moments(text);
    arena_fini(&arena);
    return 0;
}
