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

#include <stdbool.h>
#include <stddef.h>

#define OTHERS     250000
#define CLAUDE     285714
#define CLAUDE_NEW 371429
#define DEEPSEEK   300000

// Those of Claude with the tokenizer of before.
static const struct str old_claudes[] = {
    STR("claude-2"), STR("claude-3"),        STR("claude-instant"),
    STR("opus-4"),   STR("claude-sonnet-4"), STR("claude-haiku-4"),
};
// ... but for these of them.
static const struct str new_claudes[] = {
    STR("opus-4-7"),
    STR("opus-4.7"),
    STR("opus-4-8"),
    STR("opus-4.8"),
};

static bool has_any(struct str model, const struct str *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_has_nocase(model, parts[i]))
            return true;
    return false;
}

int64_t density_of(struct str model)
{
    if (str_has_nocase(model, (struct str)STR("deepseek")))
        return DEEPSEEK;
    if (!str_has_nocase(model, (struct str)STR("claude")))
        return OTHERS;
    bool old = has_any(model, old_claudes, sizeof old_claudes / sizeof *old_claudes) &&
               !has_any(model, new_claudes, sizeof new_claudes / sizeof *new_claudes);
    return old ? CLAUDE : CLAUDE_NEW;
}
