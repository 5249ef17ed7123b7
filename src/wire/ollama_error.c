// SPDX-License-Identifier: Apache-2.0

#include "wire/ollama_error.h"

static const struct {
    struct str words;
    enum ollama_error error;
} sayings[] = {
    {STR("exceeds the context length"), OLLAMA_LONG},
    {STR("exceeds the available context size"), OLLAMA_LONG},
    {STR("does not support"), OLLAMA_CANNOT},
    {STR("missing data required for image input"), OLLAMA_CANNOT},
    {STR("must be of type"), OLLAMA_OPTION},
    {STR("invalid JSON schema in format"), OLLAMA_FORMAT},
    {STR("invalid format: "), OLLAMA_FORMAT},
    {STR("server busy"), OLLAMA_FULL},
    {STR("maximum pending requests exceeded"), OLLAMA_FULL},
    {STR("failed to load"), OLLAMA_LOAD},
    {STR("failed to initialize"), OLLAMA_LOAD},
    {STR("exceeds file size"), OLLAMA_LOAD},
    {STR("requires more system memory"), OLLAMA_LOAD},
    {STR("not yet implemented"), OLLAMA_LOAD},
    {STR("error was encountered while running the model"), OLLAMA_RUNNER},
    {STR("unexpected EOF"), OLLAMA_RUNNER},
    {STR("runner process"), OLLAMA_RUNNER},
    {STR("usage limit"), OLLAMA_QUOTA},
    {STR("not found"), OLLAMA_NO_MODEL}, // the last: a file of the model may be, too
};

enum ollama_error ollama_error(struct str text)
{
    for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++) {
        if (str_search(text, sayings[i].words) < text.len)
            return sayings[i].error;
    }
    return OLLAMA_OTHER;
}
