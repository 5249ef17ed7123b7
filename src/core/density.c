// SPDX-License-Identifier: Apache-2.0
//
// Where the figures come from (read 2026-11):
//   4 characters a token         OpenAI's help page on tokens; ai.google.dev/gemini-api/docs/tokens
//   3.5 characters a token       Anthropic's glossary, of models until Opus 4.6
//   30 % more tokens than those  platform.claude.com/docs/en/build-with-claude/token-counting, of
//                                Opus 4.7 and all models after it
//   0.3 tokens a character       api-docs.deepseek.com/quick_start/token_usage
// Of models whose maker tells nothing: as most others.

#include "core/density.h"

#include <stddef.h>

#define OTHERS     250000
#define CLAUDE     285714
#define CLAUDE_NEW 371429
#define DEEPSEEK   300000

// The first whose part stands in the name.
static const struct {
    struct str part;
    int64_t density;
} rows[] = {
    {STR("opus-4-7"), CLAUDE_NEW},    {STR("opus-4.7"), CLAUDE_NEW},
    {STR("opus-4-8"), CLAUDE_NEW},    {STR("opus-4.8"), CLAUDE_NEW},
    {STR("claude-2"), CLAUDE},        {STR("claude-3"), CLAUDE},
    {STR("claude-instant"), CLAUDE},  {STR("claude-opus-4"), CLAUDE},
    {STR("claude-sonnet-4"), CLAUDE}, {STR("claude-haiku-4"), CLAUDE},
    {STR("claude"), CLAUDE_NEW},      {STR("deepseek"), DEEPSEEK},
};

int64_t density_of(struct str model)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_has_nocase(model, rows[i].part))
            return rows[i].density;
    return OTHERS;
}
