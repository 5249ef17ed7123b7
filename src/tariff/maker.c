// SPDX-License-Identifier: Apache-2.0

#include "tariff/maker.h"

static const struct {
    const char *listed; // a `*` at its end: any rest
    const char *vendor;
} makers[] = {
    {"gemini", "google"},
    {"vertex_ai*", "vertex"},
    {"google-vertex*", "vertex"},
    {"azure_text", "azure"},
    {"azure_ai", "azure-ai"},
    {"aws", "bedrock"},
    {"amazon-bedrock", "bedrock"},
    {"bedrock_converse", "bedrock"},
    {"text-completion-openai", "openai"},
    {"text-completion-codestral", "mistral"},
    {"codestral", "mistral"},
    {"x-ai", "xai"},
    {"moonshotai", "moonshot"},
    {"voyageai", "voyage"},
    {"alibaba", "dashscope"},
    {"together_ai", "together"},
    {"togetherai", "together"},
    {"fireworks_ai*", "fireworks"},
    {"fireworks-ai", "fireworks"},
    {"vercel_ai_gateway", "vercel"},
    {"cohere_chat", "cohere"},
    {"lambda_ai", "lambda"},
    {"friendliai", "friendli"},
    {"jina_ai", "jina"},
    {"meta_llama", "meta"},
    {"llama", "meta"},
    {"novita-ai", "novita"},
    {"cloudflare-workers-ai", "cloudflare"},
};

struct str maker_find(struct str listed, char room[NAME_BYTES_MAX])
{
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        if (str_glob(str_of(makers[i].listed), listed))
            return str_of(makers[i].vendor);
    }
    if (listed.len == 0 || listed.len > NAME_BYTES_MAX)
        return STR_NONE;
    struct str name = str_lower(listed, room);
    for (size_t i = 0; i < name.len; i++) {
        char c = room[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
        if (!plain && c != '_')
            return STR_NONE;
        room[i] = c == '_' ? '-' : c;
    }
    return name;
}

struct str maker_of_model(struct str vendor, struct str model)
{
    if (str_is(vendor, "google") && str_starts(model, (struct str)STR("claude")))
        return (struct str)STR("vertex");
    if (str_is(vendor, "openai") && str_starts(model, (struct str)STR("gpt-oss")))
        return STR_NONE;
    return vendor;
}
