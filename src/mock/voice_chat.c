// SPDX-License-Identifier: Apache-2.0
//
// OpenAI's chat completions, with what other vendors put into them, and the older completions.

#include "mock/voice.h"

static bool is_chat(const struct order *o)
{
    return o->wish == WISH_CHAT;
}

int64_t voice_charge(const struct order *o)
{
    const struct billed *t = &o->billed;
    return t->input + t->cache_read + t->cache_write + 4 * t->output;
}

const char *voice_finish(const struct order *o)
{
    // llama.cpp says "stop" at the limit too, Together calls an end "eos".
    if (o->finish == FINISH_TOOL)
        return "tool_calls";
    if (o->finish == FINISH_LENGTH)
        return o->trouble.odd == ODD_LLAMACPP ? "stop" : "length";
    return o->trouble.odd == ODD_TOGETHER ? "eos" : "stop";
}

static void usage_extras(const struct order *o, int64_t prompt, struct buf *out)
{
    const struct billed *t = &o->billed;
    long long charge = voice_charge(o);
    switch (o->trouble.odd) {
    case ODD_DEEPSEEK:
        buf_printf(out, ",\"prompt_cache_hit_tokens\":%lld,\"prompt_cache_miss_tokens\":%lld",
                   (long long)t->cache_read, (long long)(prompt - t->cache_read));
        break;
    case ODD_GROQ:
        buf_add_cstr(out, ",\"queue_time\":0.01,\"prompt_time\":0.002,\"completion_time\":0.2,"
                          "\"total_time\":0.202");
        break;
    case ODD_OPENROUTER:
        buf_printf(out, ",\"cost\":%lld.%06lld,\"is_byok\":false", charge / 1000000,
                   charge % 1000000);
        break;
    case ODD_XAI:
        buf_printf(out, ",\"num_sources_used\":0,\"cost_in_usd_ticks\":%lld", charge * 10000);
        break;
    case ODD_PERPLEXITY:
        buf_printf(out, ",\"citation_tokens\":7,\"num_search_queries\":1,\"reasoning_tokens\":%lld",
                   (long long)t->reasoning);
        break;
    case ODD_MOONSHOT: buf_printf(out, ",\"cached_tokens\":%lld", (long long)t->cache_read); break;
    case ODD_NONE:
    case ODD_MISTRAL:
    case ODD_TOGETHER:
    case ODD_VLLM:
    case ODD_LLAMACPP:
    case ODD_AZURE:
    case ODD_STRICT: break;
    }
}

void voice_usage(const struct order *o, struct buf *out)
{
    const struct billed *t = &o->billed;
    int64_t prompt = t->input + t->cache_read + t->cache_write;
    bool outside = o->trouble.odd == ODD_XAI || o->trouble.odd == ODD_PERPLEXITY;
    int64_t completion = t->output - (outside ? t->reasoning : 0);
    buf_printf(out, "{\"prompt_tokens\":%lld,\"completion_tokens\":%lld,\"total_tokens\":%lld",
               (long long)prompt, (long long)completion, (long long)(prompt + t->output));
    bool plain = o->trouble.odd == ODD_TOGETHER || o->trouble.odd == ODD_PERPLEXITY ||
                 o->trouble.odd == ODD_MOONSHOT;
    if (!plain)
        buf_printf(out,
                   ",\"prompt_tokens_details\":{\"cached_tokens\":%lld,\"audio_tokens\":0},"
                   "\"completion_tokens_details\":{\"reasoning_tokens\":%lld,\"audio_tokens\":0,"
                   "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}",
                   (long long)t->cache_read, (long long)t->reasoning);
    usage_extras(o, prompt, out);
    buf_add_char(out, '}');
}

static void add_head(const struct order *o, const char *object, struct buf *out)
{
    buf_printf(out, "{\"id\":\"%s-%s\",\"object\":\"%s\",\"created\":%lld,\"model\":",
               is_chat(o) ? "chatcmpl" : "cmpl", o->id, object, (long long)order_created(o));
    buf_add_json(out, o->answered);
    if (o->trouble.odd == ODD_NONE)
        buf_add_cstr(out, ",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_mock\"");
    if (o->trouble.odd == ODD_OPENROUTER)
        buf_add_cstr(out, ",\"provider\":\"Mock\"");
}

static void add_logprobs(const struct order *o, struct buf *out)
{
    if (!o->logprobs) {
        buf_add_cstr(out, "\"logprobs\":null");
        return;
    }
    int64_t n = order_logprob(o);
    buf_printf(out,
               "\"logprobs\":{\"content\":[{\"token\":\"the\",\"logprob\":-%lld.%03lld,"
               "\"bytes\":[116,104,101],\"top_logprobs\":[]}],\"refusal\":null}",
               (long long)(n / 1000), (long long)(n % 1000));
}

static void whole_choice(const struct order *o, int64_t index, struct buf *out)
{
    struct str text = buf_str(&o->text);
    buf_printf(out, "%s{\"index\":%lld,", index > 0 ? "," : "", (long long)index);
    if (!is_chat(o)) {
        buf_add_cstr(out, "\"text\":");
        buf_add_json(out, text);
        buf_add_cstr(out, ",\"logprobs\":null");
    } else if (o->tool.len > 0) {
        buf_printf(out,
                   "\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":null,"
                   "\"tool_calls\":[{\"id\":\"call_%s%lld\",\"type\":\"function\","
                   "\"function\":{\"name\":",
                   o->id, (long long)index);
        buf_add_json(out, o->tool);
        buf_add_cstr(out, ",\"arguments\":");
        buf_add_json(out, text);
        buf_add_cstr(out, "}}]},");
        add_logprobs(o, out);
    } else {
        buf_add_cstr(out, "\"message\":{\"role\":\"assistant\",\"content\":");
        buf_add_json(out, text);
        if (o->trouble.odd == ODD_DEEPSEEK)
            buf_add_cstr(out, ",\"reasoning_content\":\"Let me think.\"");
        buf_add_cstr(out, ",\"refusal\":null,\"annotations\":[]},");
        add_logprobs(o, out);
    }
    buf_printf(out, ",\"finish_reason\":\"%s\"}", voice_finish(o));
}

static void whole(const struct order *o, struct buf *out)
{
    add_head(o, is_chat(o) ? "chat.completion" : "text_completion", out);
    buf_add_cstr(out, ",\"choices\":[");
    for (int64_t i = 0; i < o->n; i++)
        whole_choice(o, i, out);
    buf_add_char(out, ']');
    if (!o->trouble.on[TROUBLE_NO_USAGE]) {
        buf_add_cstr(out, ",\"usage\":");
        voice_usage(o, out);
    }
    if (o->trouble.odd == ODD_LLAMACPP)
        buf_printf(out, ",\"timings\":{\"prompt_n\":%lld,\"predicted_n\":%lld}",
                   (long long)o->billed.input, (long long)o->billed.output);
    buf_add_char(out, '}');
}

static bool usage_on_every_chunk(const struct order *o)
{
    return (o->trouble.odd == ODD_VLLM && o->include_usage) || o->trouble.odd == ODD_PERPLEXITY;
}

static void chunk_open(const struct order *o, struct buf *out)
{
    buf_add_cstr(out, "data: ");
    add_head(o, is_chat(o) ? "chat.completion.chunk" : "text_completion", out);
    buf_add_cstr(out, ",\"choices\":[");
}

static void chunk_close(const struct order *o, struct buf *out)
{
    buf_add_char(out, ']');
    if (usage_on_every_chunk(o) && !o->trouble.on[TROUBLE_NO_USAGE]) {
        buf_add_cstr(out, ",\"usage\":");
        voice_usage(o, out);
    } else if (o->include_usage) {
        buf_add_cstr(out, ",\"usage\":null");
    }
    buf_add_cstr(out, "}\n\n");
}

static void open_choice(const struct order *o, int64_t index, struct buf *out)
{
    chunk_open(o, out);
    buf_printf(out, "{\"index\":%lld,\"delta\":{\"role\":\"assistant\",", (long long)index);
    if (o->tool.len > 0) {
        buf_printf(out,
                   "\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"call_%s%lld\","
                   "\"type\":\"function\",\"function\":{\"name\":",
                   o->id, (long long)index);
        buf_add_json(out, o->tool);
        buf_add_cstr(out, ",\"arguments\":\"\"}}]");
    } else {
        buf_printf(out, "\"content\":%s,\"refusal\":null",
                   o->trouble.odd == ODD_LLAMACPP ? "null" : "\"\"");
    }
    buf_add_cstr(out, "},\"logprobs\":null,\"finish_reason\":null}");
    chunk_close(o, out);
}

static void open_stream(const struct order *o, struct buf *out)
{
    if (o->trouble.odd == ODD_DEEPSEEK)
        buf_add_cstr(out, ": keep-alive\n\n");
    if (o->trouble.odd == ODD_OPENROUTER)
        buf_add_cstr(out, ": OPENROUTER PROCESSING\n\n");
    if (o->trouble.odd == ODD_AZURE)
        buf_add_cstr(out, "data: {\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\","
                          "\"choices\":[],\"prompt_filter_results\":[{\"prompt_index\":0,"
                          "\"content_filter_results\":{}}]}\n\n");
    for (int64_t i = 0; is_chat(o) && i < o->n; i++)
        open_choice(o, i, out);
}

static void delta(const struct order *o, int64_t i, struct str piece, struct buf *out)
{
    (void)i;
    for (int64_t index = 0; index < o->n; index++) {
        chunk_open(o, out);
        buf_printf(out, "{\"index\":%lld,", (long long)index);
        if (!is_chat(o))
            buf_add_cstr(out, "\"text\":");
        else if (o->tool.len > 0)
            buf_add_cstr(out,
                         "\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":");
        else
            buf_add_cstr(out, "\"delta\":{\"content\":");
        buf_add_json(out, piece);
        if (is_chat(o))
            buf_add_cstr(out, o->tool.len > 0 ? "}}]}" : "}");
        buf_add_char(out, ',');
        add_logprobs(o, out);
        buf_add_cstr(out, ",\"finish_reason\":null}");
        chunk_close(o, out);
    }
}

// The chunk with the finish reason; several vendors put their usage there.
static void finish_choice(const struct order *o, int64_t index, struct buf *out)
{
    enum odd odd = o->trouble.odd;
    bool usage = !o->trouble.on[TROUBLE_NO_USAGE] && index == o->n - 1;
    chunk_open(o, out);
    buf_printf(out, "{\"index\":%lld,%s,\"logprobs\":null,\"finish_reason\":\"%s\"",
               (long long)index, is_chat(o) ? "\"delta\":{}" : "\"text\":\"\"", voice_finish(o));
    if (usage && odd == ODD_MOONSHOT) {
        buf_add_cstr(out, ",\"usage\":");
        voice_usage(o, out);
    }
    buf_add_char(out, '}');
    if (usage && odd == ODD_GROQ) {
        buf_printf(out, "],\"x_groq\":{\"id\":\"req_%s\",\"usage\":", o->id);
        voice_usage(o, out);
        buf_add_cstr(out, "},\"usage\":");
        voice_usage(o, out);
        buf_add_cstr(out, "}\n\n");
    } else if (usage && (odd == ODD_MISTRAL || odd == ODD_TOGETHER || odd == ODD_DEEPSEEK)) {
        buf_add_cstr(out, "],\"usage\":");
        voice_usage(o, out);
        buf_add_cstr(out, "}\n\n");
    } else {
        chunk_close(o, out);
    }
}

static bool usage_chunk_follows(const struct order *o)
{
    enum odd odd = o->trouble.odd;
    return o->include_usage && !o->trouble.on[TROUBLE_NO_USAGE] && odd != ODD_MISTRAL &&
           odd != ODD_TOGETHER && odd != ODD_DEEPSEEK && odd != ODD_MOONSHOT && odd != ODD_GROQ &&
           odd != ODD_PERPLEXITY;
}

static void close_stream(const struct order *o, int64_t n, struct buf *out)
{
    (void)n;
    for (int64_t i = 0; i < o->n; i++)
        finish_choice(o, i, out);
    if (usage_chunk_follows(o)) {
        chunk_open(o, out);
        buf_add_cstr(out, "],\"usage\":");
        voice_usage(o, out);
        buf_add_cstr(out, "}\n\n");
    }
    if (!o->trouble.on[TROUBLE_NO_DONE])
        buf_add_cstr(out, "data: [DONE]\n\n");
}

static void error_event(const struct order *o, struct buf *out)
{
    (void)o;
    buf_add_cstr(out, "data: {\"error\":{\"message\":\"The mock failed in the middle.\","
                      "\"type\":\"server_error\",\"param\":null,\"code\":\"mock_failure\"}}\n\n");
}

const struct voice voice_chat = {whole, open_stream, delta, close_stream, error_event};
const struct voice voice_completions = {whole, open_stream, delta, close_stream, error_event};
