// SPDX-License-Identifier: Apache-2.0
//
// The names are those of the price book's rows. The order is that in which providers found in the
// environment rank: makers of models first, then hosts of other people's models.

#include "wire/vendor.h"

#include "base/must.h"

#define OUTSIDE VENDOR_REASONING_OUTSIDE
#define OPENAIS                                                                             \
    (VENDOR_CHAT_SEARCHES | VENDOR_WRITES_CACHE | VENDOR_PROJECT_TIER | VENDOR_CAPS_TOOLS | \
     VENDOR_COMPLETION_MAX | VENDOR_NONE_AT_ZERO)

// name, hosts, key variables, base URL, dialect, peculiarities
// clang-format off
static const struct vendor vendors[] = {
    {"openai", {"api.openai.com", ".api.openai.com"}, {"OPENAI_API_KEY"},
     "https://api.openai.com/v1", DIALECT_OPENAI, OPENAIS},
    {"anthropic", {"api.anthropic.com"}, {"ANTHROPIC_API_KEY"},
     "https://api.anthropic.com", DIALECT_ANTHROPIC,
     VENDOR_COMPLETION_MAX | VENDOR_NONE_AT_ZERO},
    {"google", {"generativelanguage.googleapis.com"}, {"GEMINI_API_KEY", "GOOGLE_API_KEY"},
     "https://generativelanguage.googleapis.com", DIALECT_GEMINI, VENDOR_TOTAL_WINS},
    {"deepseek", {"api.deepseek.com"}, {"DEEPSEEK_API_KEY"},
     "https://api.deepseek.com/v1", DIALECT_OPENAI, 0},
    {"mistral", {"api.mistral.ai", "codestral.mistral.ai"}, {"MISTRAL_API_KEY"},
     "https://api.mistral.ai/v1", DIALECT_OPENAI, VENDOR_NO_INCLUDE_USAGE},
    {"xai", {"api.x.ai", ".api.x.ai"}, {"XAI_API_KEY"},
     "https://api.x.ai/v1", DIALECT_OPENAI,
     OUTSIDE | VENDOR_REPORTS_COST | VENDOR_COST_TICKS | VENDOR_COMPLETION_MAX},
    {"moonshot", {"api.moonshot.ai", "api.moonshot.cn"}, {"MOONSHOT_API_KEY"},
     "https://api.moonshot.ai/v1", DIALECT_OPENAI, VENDOR_USAGE_IN_CHOICE},
    {"zai", {"api.z.ai", "open.bigmodel.cn"}, {"ZAI_API_KEY", "ZHIPUAI_API_KEY"},
     "https://api.z.ai/api/paas/v4", DIALECT_OPENAI, 0},
    {"minimax", {"api.minimax.io", "api.minimaxi.com"}, {"MINIMAX_API_KEY"},
     "https://api.minimax.io/v1", DIALECT_OPENAI, 0},
    {"cohere", {"api.cohere.com", "api.cohere.ai"}, {"COHERE_API_KEY", "CO_API_KEY"},
     "https://api.cohere.com/compatibility/v1", DIALECT_OPENAI, VENDOR_BILLED_UNITS},
    {"perplexity", {"api.perplexity.ai"}, {"PERPLEXITY_API_KEY"},
     "https://api.perplexity.ai", DIALECT_OPENAI,
     OUTSIDE | VENDOR_CITATIONS_OUTSIDE | VENDOR_REPORTS_COST | VENDOR_NO_INCLUDE_USAGE},
    {"ai21", {"api.ai21.com"}, {"AI21_API_KEY"},
     "https://api.ai21.com/studio/v1", DIALECT_OPENAI, VENDOR_NO_INCLUDE_USAGE},
    {"dashscope",
     {"dashscope-intl.aliyuncs.com", "dashscope.aliyuncs.com", "dashscope-us.aliyuncs.com"},
     {"DASHSCOPE_API_KEY"},
     "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", DIALECT_OPENAI,
     VENDOR_THINKS_BESIDE},
    {"groq", {"api.groq.com"}, {"GROQ_API_KEY"},
     "https://api.groq.com/openai/v1", DIALECT_OPENAI, VENDOR_X_GROQ | VENDOR_COMPLETION_MAX},
    {"cerebras", {"api.cerebras.ai"}, {"CEREBRAS_API_KEY"},
     "https://api.cerebras.ai/v1", DIALECT_OPENAI, VENDOR_COMPLETION_MAX},
    {"together", {"api.together.ai", "api.together.xyz"}, {"TOGETHER_API_KEY"},
     "https://api.together.ai/v1", DIALECT_OPENAI, 0},
    {"fireworks", {"api.fireworks.ai"}, {"FIREWORKS_API_KEY"},
     "https://api.fireworks.ai/inference/v1", DIALECT_OPENAI, 0},
    {"deepinfra", {"api.deepinfra.com"}, {"DEEPINFRA_API_KEY"},
     "https://api.deepinfra.com/v1/openai", DIALECT_OPENAI, 0},
    {"sambanova", {"api.sambanova.ai"}, {"SAMBANOVA_API_KEY"},
     "https://api.sambanova.ai/v1", DIALECT_OPENAI, 0},
    {"nebius", {"api.studio.nebius.com", "api.tokenfactory.nebius.com", "api.studio.nebius.ai"},
     {"NEBIUS_API_KEY"}, "https://api.tokenfactory.nebius.com/v1", DIALECT_OPENAI, 0},
    {"novita", {"api.novita.ai"}, {"NOVITA_API_KEY"},
     "https://api.novita.ai/openai/v1", DIALECT_OPENAI, 0},
    {"hyperbolic", {"api.hyperbolic.xyz"}, {"HYPERBOLIC_API_KEY"},
     "https://api.hyperbolic.xyz/v1", DIALECT_OPENAI, 0},
    {"baseten", {"inference.baseten.co"}, {"BASETEN_API_KEY"},
     "https://inference.baseten.co/v1", DIALECT_OPENAI, 0},
    {"nvidia", {"integrate.api.nvidia.com"}, {"NVIDIA_API_KEY"},
     "https://integrate.api.nvidia.com/v1", DIALECT_OPENAI, 0},
    {"scaleway", {"api.scaleway.ai"}, {"SCW_SECRET_KEY"},
     "https://api.scaleway.ai/v1", DIALECT_OPENAI, 0},
    {"upstage", {"api.upstage.ai"}, {"UPSTAGE_API_KEY"},
     "https://api.upstage.ai/v1", DIALECT_OPENAI, 0},
    {"inception", {"api.inceptionlabs.ai"}, {"INCEPTION_API_KEY"},
     "https://api.inceptionlabs.ai/v1", DIALECT_OPENAI, 0},
    {"stepfun", {"api.stepfun.ai", "api.stepfun.com"}, {"STEPFUN_API_KEY"},
     "https://api.stepfun.ai/v1", DIALECT_OPENAI, 0},
    {"friendli", {"api.friendli.ai"}, {"FRIENDLI_TOKEN"},
     "https://api.friendli.ai/serverless/v1", DIALECT_OPENAI, 0},
    {"nscale", {"inference.api.nscale.com"}, {"NSCALE_API_KEY"},
     "https://inference.api.nscale.com/v1", DIALECT_OPENAI, 0},
    {"gmi", {"api.gmi-serving.com"}, {"GMI_API_KEY"},
     "https://api.gmi-serving.com/v1", DIALECT_OPENAI, 0},
    {"lambda", {"api.lambda.ai"}, {"LAMBDA_API_KEY"},
     "https://api.lambda.ai/v1", DIALECT_OPENAI, 0},
    {"jina", {"api.jina.ai"}, {"JINA_API_KEY"}, "https://api.jina.ai/v1", DIALECT_OPENAI, 0},
    {"voyage", {"api.voyageai.com"}, {"VOYAGE_API_KEY"},
     "https://api.voyageai.com/v1", DIALECT_OPENAI, 0},
    {"openrouter", {"openrouter.ai"}, {"OPENROUTER_API_KEY"},
     "https://openrouter.ai/api/v1", DIALECT_OPENAI, VENDOR_REPORTS_COST},
    {"vercel", {"ai-gateway.vercel.sh"}, {"AI_GATEWAY_API_KEY"},
     "https://ai-gateway.vercel.sh/v1", DIALECT_OPENAI, VENDOR_REPORTS_COST},
    // Not found by a key variable alone: their address is the customer's own.
    {"azure", {".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com"},
     {NULL}, NULL, DIALECT_OPENAI, OPENAIS},
    {"azure-ai", {".models.ai.azure.com", ".inference.ai.azure.com"}, {NULL}, NULL,
     DIALECT_OPENAI, 0},
    {"vertex", {"aiplatform.googleapis.com", "-aiplatform.googleapis.com"}, {NULL}, NULL,
     DIALECT_GEMINI, VENDOR_TOTAL_WINS | VENDOR_HEADER_TIER},
    {"databricks", {".cloud.databricks.com", ".azuredatabricks.net", ".gcp.databricks.com"},
     {NULL}, NULL, DIALECT_OPENAI, 0},
    {"snowflake", {".snowflakecomputing.com"}, {NULL}, NULL, DIALECT_OPENAI, 0},
    {"cloudflare", {"api.cloudflare.com", "gateway.ai.cloudflare.com"}, {NULL}, NULL,
     DIALECT_OPENAI, 0},
    {"github-copilot", {"api.githubcopilot.com"}, {NULL}, NULL, DIALECT_OPENAI, 0},
    {"volcengine", {"ark.cn-beijing.volces.com"}, {"ARK_API_KEY"},
     "https://ark.cn-beijing.volces.com/api/v3", DIALECT_OPENAI, VENDOR_THINKS_BESIDE},
    {"wandb", {"api.inference.wandb.ai"}, {NULL}, NULL, DIALECT_OPENAI, 0},
    {"meta", {"api.llama.com"}, {"LLAMA_API_KEY"},
     "https://api.llama.com/compat/v1", DIALECT_OPENAI, 0},
    {"ovhcloud", {".endpoints.kepler.ai.cloud.ovh.net"}, {NULL}, NULL, DIALECT_OPENAI, 0},
    // On the user's own machines: no host tells them, the configuration names them.
    {"ollama", {NULL}, {NULL}, "http://127.0.0.1:11434/v1", DIALECT_OLLAMA, VENDOR_LOCAL},
    {"vllm", {NULL}, {NULL}, "http://127.0.0.1:8000/v1", DIALECT_OPENAI,
     VENDOR_LOCAL | VENDOR_COMPLETION_MAX},
    {"llama.cpp", {NULL}, {NULL}, "http://127.0.0.1:8080/v1", DIALECT_OPENAI,
     VENDOR_LOCAL | VENDOR_COMPLETION_MAX},
    {"lmstudio", {NULL}, {NULL}, "http://127.0.0.1:1234/v1", DIALECT_OPENAI, VENDOR_LOCAL},
    {"mock", {NULL}, {NULL}, NULL, DIALECT_OPENAI, VENDOR_LOCAL},
};

// clang-format on
// Hosts that process in one region, for more money.
static const struct {
    const char *vendor;
    const char *hosts;
} regional[] = {
    // us., eu., ...: "Data residency endpoints are charged a 10% uplift for models released on or
    // after March 5, 2026" (developers.openai.com/api/docs/guides/data-residency).
    {"openai", ".api.openai.com"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

size_t vendor_count(void)
{
    return COUNT(vendors);
}

const struct vendor *vendor_at(size_t i)
{
    must(i < COUNT(vendors));
    return &vendors[i];
}

const struct vendor *vendor_find(struct str name)
{
    for (size_t i = 0; i < COUNT(vendors); i++) {
        if (str_is(name, vendors[i].name))
            return &vendors[i];
    }
    return NULL;
}

static bool is_host(struct str host, struct str pattern)
{
    if (pattern.len == 0)
        return false;
    if (pattern.ptr[0] != '.' && pattern.ptr[0] != '-')
        return str_eq_nocase(host, pattern);
    return host.len > pattern.len && str_eq_nocase(str_skip(host, host.len - pattern.len), pattern);
}

// A fully qualified name may end with a dot.
static struct str host_name(struct str host)
{
    bool dot = host.len && host.ptr[host.len - 1] == '.';
    return str_from(host.ptr, host.len - dot);
}

const struct vendor *vendor_of_host(struct str host)
{
    struct str name = host_name(host);
    for (size_t i = 0; i < COUNT(vendors); i++) {
        for (size_t k = 0; k < COUNT(vendors[i].hosts); k++) {
            if (is_host(name, str_of(vendors[i].hosts[k])))
                return &vendors[i];
        }
    }
    return NULL;
}

const struct sheet *vendor_sheet(const struct catalog *c, struct str model)
{
    const struct sheet *s = NULL;
    struct str vendor;
    for (size_t i = 0; !s && i < COUNT(vendors); i++)
        s = catalog_find(c, str_of(vendors[i].name), model);
    for (size_t i = 0; !s && (vendor = catalog_vendor_at(c, i)).len; i++)
        s = catalog_find(c, vendor, model);
    return s;
}

static bool is_at(const struct vendor *v, struct str host)
{
    bool own = false;
    for (size_t k = 0; k < COUNT(v->hosts); k++)
        own |= is_host(host_name(host), str_of(v->hosts[k]));
    return own;
}

unsigned vendor_flags(const struct vendor *v, struct str host)
{
    if (!v)
        return 0;
    unsigned flags = v->flags;
    if (!is_at(v, host)) // a proxy of another make may read it first
        flags &= ~(unsigned)VENDOR_NONE_AT_ZERO;
    for (size_t i = 0; i < COUNT(regional); i++) {
        if (str_is(str_of(v->name), regional[i].vendor) &&
            is_host(host_name(host), str_of(regional[i].hosts)))
            flags |= VENDOR_REGIONAL;
    }
    return flags;
}
