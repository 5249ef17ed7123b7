// SPDX-License-Identifier: Apache-2.0
//
// What the models that are pulled most weigh, for an advice: rounded, of the usual quantization.

#include "local/local.h"
#include "wire/dialect.h"

#define MB UINT64_C(1000000)
#define GB (1000 * MB)

static const struct {
    const char *name;
    uint64_t mb;
} known[] = {
    {"all-minilm", 46},
    {"deepseek-r1:1.5b", 1100},
    {"deepseek-r1:7b", 4700},
    {"deepseek-r1:8b", 5200},
    {"embeddinggemma", 622},
    {"gemma2:2b", 1600},
    {"gemma3", 3300},
    {"gemma3:12b", 8100},
    {"gemma3:1b", 815},
    {"gemma3:270m", 292},
    {"gemma3:27b", 17000},
    {"gemma3:4b", 3300},
    {"gpt-oss", 14000},
    {"gpt-oss:20b", 14000},
    {"llama3.1", 4900},
    {"llama3.1:8b", 4900},
    {"llama3.2", 2000},
    {"llama3.2:1b", 1300},
    {"llama3.2:3b", 2000},
    {"mistral", 4400},
    {"mistral:7b", 4400},
    {"mxbai-embed-large", 670},
    {"nomic-embed-text", 274},
    {"phi3", 2200},
    {"phi3:3.8b", 2200},
    {"phi3:mini", 2200},
    {"phi4", 9100},
    {"phi4-mini", 2500},
    {"phi4-mini:3.8b", 2500},
    {"qwen2.5", 4700},
    {"qwen2.5:0.5b", 398},
    {"qwen2.5:1.5b", 986},
    {"qwen2.5:3b", 1900},
    {"qwen2.5:7b", 4700},
    {"qwen3", 5200},
    {"qwen3:0.6b", 523},
    {"qwen3:1.7b", 1400},
    {"qwen3:4b", 2500},
    {"qwen3:8b", 5200},
    {"smollm2:135m", 271},
    {"smollm2:360m", 726},
    {"tinyllama", 638},
};

uint64_t local_pull_bytes(struct str model)
{
    model = dialect_model(DIALECT_OLLAMA, model);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (str_is(model, known[i].name))
            return known[i].mb * MB;
    return 0;
}

void local_pull_write(struct str model, struct buf *out)
{
    uint64_t bytes = local_pull_bytes(model);
    buf_printf(out, "To have it: ollama pull %.*s", STR_ARG(model));
    if (bytes >= GB)
        buf_printf(out, " (about %llu.%llu GB)", (unsigned long long)(bytes / GB),
                   (unsigned long long)(bytes % GB / (GB / 10)));
    else if (bytes)
        buf_printf(out, " (about %llu MB)", (unsigned long long)(bytes / MB));
    buf_add_char(out, '.');
}
