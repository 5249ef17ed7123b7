// SPDX-License-Identifier: Apache-2.0
//
// Ollama's own paths: a JSON text a line. Counts of 0 are left out, and so is the time of a single
// token; a call of a tool comes whole, in a line of its own, and ends with "stop".

#include "base/clock.h"
#include "mock/loaded.h"
#include "mock/voice.h"

#define BATCH_MAX 2048

static const char details[] = "\"details\":{\"parent_model\":\"\",\"format\":\"gguf\",\"family\":"
                              "\"mock\",\"families\":[\"mock\"],\"parameter_size\":\"268.10M\","
                              "\"quantization_level\":\"Q4_K_M\"}";

static bool is_chat(const struct order *o)
{
    return o->wish == WISH_OLLAMA_CHAT;
}

static void add_head(const struct order *o, struct buf *out)
{
    buf_add_cstr(out, "{\"model\":");
    buf_add_json(out, o->answered);
    bool remote =
        str_ends(o->answered, str_of("-cloud")) || str_ends(o->answered, str_of(":cloud"));
    if (remote) {
        buf_add_cstr(out, ",\"remote_model\":");
        buf_add_json(out, str_from(o->answered.ptr, o->answered.len - 6));
        buf_add_cstr(out, ",\"remote_host\":\"https://ollama.com:443\"");
    }
    buf_add_cstr(out, ",\"created_at\":\"");
    civil_write(out, order_created(o) * SECOND_US, 6);
    buf_add_char(out, '"');
}

static void add_tool(const struct order *o, struct buf *out)
{
    buf_printf(out,
               ",\"tool_calls\":[{\"id\":\"call_%s\",\"function\":{\"index\":0,\"name\":", o->id);
    buf_add_json(out, o->tool);
    buf_add_cstr(out, ",\"arguments\":");
    buf_add(out, buf_str(&o->text));
    buf_add_cstr(out, "}}]");
}

static void add_logprobs(const struct order *o, struct buf *out)
{
    int64_t n = order_logprob(o);
    if (o->logprobs)
        buf_printf(out,
                   ",\"logprobs\":[{\"token\":\"the\",\"logprob\":-%lld.%03lld,"
                   "\"bytes\":[116,104,101]}]",
                   (long long)(n / 1000), (long long)(n % 1000));
}

static void add_text(const struct order *o, struct str thought, struct str text, bool tool,
                     struct buf *out)
{
    buf_add_cstr(out, is_chat(o) ? ",\"message\":{\"role\":\"assistant\",\"content\":"
                                 : ",\"response\":");
    buf_add_json(out, text);
    if (thought.len > 0) {
        buf_add_cstr(out, ",\"thinking\":");
        buf_add_json(out, thought);
    }
    if (is_chat(o) && tool)
        add_tool(o, out);
    if (is_chat(o))
        buf_add_char(out, '}');
    if (text.len > 0)
        add_logprobs(o, out);
}

static void add_time(struct buf *out, const char *name, int64_t ns)
{
    if (ns > 0)
        buf_printf(out, ",\"%s\":%lld", name, (long long)ns);
}

// Waiting for its turn is the one part of the whole time that is not told by itself.
static void add_counts(const struct order *o, bool output, struct buf *out)
{
    const struct billed *t = &o->billed;
    int64_t input_ns = t->input * 100000;
    int64_t output_ns = output ? t->output * o->token_ns : 0;
    int64_t queue_ns =
        o->trouble.on[TROUBLE_QUEUED] ? o->trouble.argument[TROUBLE_QUEUED] * 1000000 : 0;
    add_time(out, "total_duration", queue_ns + o->load_ns + input_ns + output_ns + 50000);
    add_time(out, "load_duration", o->load_ns);
    if (o->trouble.on[TROUBLE_NO_USAGE])
        return;
    add_time(out, "prompt_eval_count", t->input);
    if (!output)
        return;
    add_time(out, "prompt_eval_duration", input_ns);
    add_time(out, "eval_count", t->output);
    if (t->output > 1)
        add_time(out, "eval_duration", output_ns);
}

static void add_end(const struct order *o, struct buf *out)
{
    const char *reason = o->finish == FINISH_LENGTH ? "length" : "stop";
    if (o->only_loads)
        reason = o->keep_us == 0 ? "unload" : "load";
    buf_printf(out, ",\"done\":true,\"done_reason\":\"%s\"", reason);
    if (!o->only_loads)
        add_counts(o, true, out);
    buf_add_char(out, '}');
}

static struct str thought_of(const struct order *o)
{
    return o->billed.reasoning > 0 ? str_of("Let me see. ") : STR_NONE;
}

static void whole(const struct order *o, struct buf *out)
{
    bool tool = o->tool.len > 0;
    add_head(o, out);
    add_text(o, thought_of(o), tool ? STR_NONE : buf_str(&o->text), tool, out);
    add_end(o, out);
}

static void add_line(const struct order *o, struct str thought, struct str text, bool tool,
                     struct buf *out)
{
    add_head(o, out);
    add_text(o, thought, text, tool, out);
    buf_add_cstr(out, ",\"done\":false}\n");
}

static void open_stream(const struct order *o, struct buf *out)
{
    if (o->billed.reasoning > 0)
        add_line(o, thought_of(o), STR_NONE, false, out);
}

static void delta(const struct order *o, int64_t i, struct str piece, struct buf *out)
{
    (void)i;
    if (o->tool.len == 0)
        add_line(o, STR_NONE, piece, false, out);
}

static void close_stream(const struct order *o, int64_t n, struct buf *out)
{
    (void)n;
    if (o->tool.len > 0)
        add_line(o, STR_NONE, STR_NONE, true, out);
    if (o->trouble.on[TROUBLE_NO_DONE])
        return;
    add_head(o, out);
    add_text(o, STR_NONE, STR_NONE, false, out);
    add_end(o, out);
    buf_add_char(out, '\n');
}

static void error_line(const struct order *o, struct buf *out)
{
    (void)o;
    buf_add_cstr(out, "{\"error\":\"an error was encountered while running the model: unexpected "
                      "EOF\"}\n");
}

const struct voice voice_ollama = {whole, open_stream, delta, close_stream, error_line};

static void embed(const struct order *o, struct buf *out)
{
    const struct json_val *input = json_get(o->root, "input");
    int64_t n = json_type(input) == JSON_ARRAY ? (int64_t)json_count(input) : 1;
    struct dice dice;
    dice_init(&dice, o->hash);
    if (o->wish == WISH_OLLAMA_EMBED_ONE) {
        buf_add_cstr(out, "{\"embedding\":");
        voice_vector(o, &dice, out);
        buf_add_char(out, '}');
        return;
    }
    buf_add_cstr(out, "{\"model\":");
    buf_add_json(out, o->answered);
    buf_add_cstr(out, ",\"embeddings\":[");
    for (int64_t i = 0; i < n && i < BATCH_MAX; i++) {
        if (i > 0)
            buf_add_char(out, ',');
        voice_vector(o, &dice, out);
    }
    buf_add_char(out, ']');
    add_counts(o, false, out);
    buf_add_char(out, '}');
}

static void show(const struct order *o, struct buf *out)
{
    buf_printf(out,
               "{\"license\":\"\",\"modelfile\":\"FROM mock\",\"template\":\"{{ .Prompt }}\",%s,"
               "\"model_info\":{\"general.architecture\":\"mock\",\"general.parameter_count\":"
               "268098176,\"mock.context_length\":%lld,\"mock.embedding_length\":256},"
               "\"capabilities\":[\"completion\",\"tools\"],"
               "\"modified_at\":\"2026-01-01T00:00:00Z\"}",
               details, (long long)order_trained(o));
}

const struct voice voice_ollama_embed = {.whole = embed};
const struct voice voice_ollama_show = {.whole = show};

void voice_ollama_tags(struct str models, struct buf *out)
{
    struct str name = STR_NONE;
    const char *comma = "";
    char tagged[256];
    buf_add_cstr(out, "{\"models\":[");
    while (str_cut(&models, ',', &name)) {
        loaded_name(str_trim(name), tagged);
        buf_printf(out, "%s{\"name\":", comma);
        buf_add_json(out, str_of(tagged));
        buf_add_cstr(out, ",\"model\":");
        buf_add_json(out, str_of(tagged));
        buf_printf(out,
                   ",\"modified_at\":\"2026-01-01T00:00:00Z\",\"size\":253113793,\"digest\":"
                   "\"3f44b25eded21f91e3a26ffa636a46e57053f8117113a48ae8e48ea675a2c549\",%s}",
                   details);
        comma = ",";
    }
    buf_add_cstr(out, "]}");
}
