// SPDX-License-Identifier: Apache-2.0
//
// Ollama's own paths. A stream is a JSON text a line; the last one has done:true, the counts and
// where the time went, and a whole answer is that line with all of the text in it. A runner that
// dies leaves a line {"error":"..."} behind status 200.
//
// Counts of 0 are left out. Of a prompt with text that tells nothing: it is then estimated. Nothing
// is made by a call that only loads a model.

#include "meter/meter_part.h"
#include "wire/ollama_error.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct line {
    struct str model, message, response, thinking, done, reason, error, input, output;
    struct str remote_model, remote_host;
    struct str total, load, input_time, output_time;
};

#define FIELD(name, member)                      \
    {                                            \
        STR(name), offsetof(struct line, member) \
    }

static const struct skim_field line_fields[] = {
    FIELD("model", model),
    FIELD("message", message),
    FIELD("response", response),
    FIELD("thinking", thinking),
    FIELD("done", done),
    FIELD("done_reason", reason),
    FIELD("error", error),
    FIELD("prompt_eval_count", input),
    FIELD("eval_count", output),
    FIELD("remote_model", remote_model),
    FIELD("remote_host", remote_host),
    FIELD("total_duration", total),
    FIELD("load_duration", load),
    FIELD("prompt_eval_duration", input_time),
    FIELD("eval_duration", output_time),
};

// The first three are of a stream, the last three of a whole answer.
static const struct sift_name line_names[] = {
    {STR("message"), SIFT_TEXT, 0},
    {STR("response"), SIFT_TEXT, 0},
    {STR("thinking"), SIFT_TEXT, 0},
    {STR("model"), SIFT_KEEP, 0},
    {STR("done"), SIFT_KEEP, 0},
    {STR("done_reason"), SIFT_KEEP, 0},
    {STR("error"), SIFT_INTO, LEVEL_ERROR},
    {STR("prompt_eval_count"), SIFT_KEEP, 0},
    {STR("eval_count"), SIFT_KEEP, 0},
    {STR("remote_model"), SIFT_KEEP, 0},
    {STR("remote_host"), SIFT_KEEP, 0},
    {STR("total_duration"), SIFT_KEEP, 0},
    {STR("load_duration"), SIFT_KEEP, 0},
    {STR("prompt_eval_duration"), SIFT_KEEP, 0},
    {STR("eval_duration"), SIFT_KEEP, 0},
    {STR("message"), SIFT_SUM, 0},
    {STR("response"), SIFT_SUM, 0},
    {STR("thinking"), SIFT_SUM, 0},
};

static const struct sift_name error_names[] = {ERROR_NAMES};

const struct sift_level ollama_levels[] = {
    [LEVEL_EVENT] = {line_names, COUNT(line_names) - 3, SIFT_SKIP},
    [LEVEL_WHOLE] = {line_names + 3, COUNT(line_names) - 3, SIFT_SKIP},
    [LEVEL_ERROR] = LEVEL(error_names),
};

// Its errors are texts: by what they mean they get the code that the row has.
static const char *const codes[] = {
    [OLLAMA_LONG] = "context_length_exceeded",
    [OLLAMA_CANNOT] = "unsupported",
    [OLLAMA_OPTION] = "invalid_option",
    [OLLAMA_FORMAT] = "invalid_format",
    [OLLAMA_FULL] = "queue_full",
    [OLLAMA_LOAD] = "model_load_failed",
    [OLLAMA_RUNNER] = "runner_died",
    [OLLAMA_NO_MODEL] = "model_not_found",
    [OLLAMA_QUOTA] = "insufficient_quota",
};

static void error_text(struct meter *m, struct str raw)
{
    if (!error_read(m, raw) || skim_is_object(raw))
        return;
    enum ollama_error error = ollama_error(raw);
    if (error != OLLAMA_OTHER)
        (void)!str_copy(str_of(codes[error]), m->error_code, sizeof m->error_code);
}

// False where none is told; one that cannot be is not believed.
static bool count_told(struct meter *m, struct str raw, int64_t *out)
{
    int64_t n = 0;
    if (skim_is_null(raw))
        return false;
    if (!str_i64(raw, &n) || n < 0 || n > METER_COUNT_MAX) {
        usage_doubt(&m->usage);
        return false;
    }
    *out = n;
    return n > 0;
}

static bool only_loaded(struct str reason)
{
    return str_is(reason, "load") || str_is(reason, "unload");
}

static void usage_read(struct meter *m, const struct line *l)
{
    struct usage *u = &m->usage;
    bool input = count_told(m, l->input, &u->count[BUCKET_INPUT]);
    bool output = count_told(m, l->output, &u->count[BUCKET_OUTPUT]);
    u->prompt = u->count[BUCKET_INPUT];
    bool loaded = only_loaded(skim_plain(l->reason));
    if (!input && !output && !loaded)
        return;
    m->input_untold = !input && !loaded;
    m->output_untold = !output && !loaded;
    usage_seen(m);
}

static int64_t time_of(struct str raw)
{
    int64_t ns = 0;
    return str_i64(raw, &ns) && ns > 0 ? ns : 0;
}

static void end_read(struct meter *m, const struct line *l)
{
    finish_read(m, l->reason);
    m->times = (struct meter_times){time_of(l->total), time_of(l->load), time_of(l->input_time),
                                    time_of(l->output_time)};
    usage_read(m, l);
}

static void labels_read(struct meter *m, const struct line *l)
{
    error_text(m, l->error);
    model_read(m, l->model);
    m->remote = m->remote || !skim_is_null(l->remote_model) || !skim_is_null(l->remote_host);
}

static void line_made(struct meter *m, const struct line *l)
{
    static const struct str content = STR("content");
    static const struct str thinking = STR("thinking");
    made_read(m, skim_get(l->message, content));
    made_read(m, skim_get(l->message, thinking));
    made_read(m, l->response);
    made_read(m, l->thinking);
}

enum meter_verdict ollama_event(struct meter *m, struct str data)
{
    struct line l = {0};
    if (!skim_fields(data, line_fields, COUNT(line_fields), &l))
        return event_unreadable(m, data);
    labels_read(m, &l);
    delta_read(m, l.message);
    delta_read(m, l.response);
    delta_read(m, l.thinking);
    if (m->setup.least)
        line_made(m, &l);
    if (!str_is(l.done, "true"))
        return METER_PASS;
    end_read(m, &l);
    m->finished = true;
    m->terminal = true;
    return METER_HOLD;
}

void ollama_whole(struct meter *m, struct str text)
{
    struct line l = {0};
    (void)skim_fields(text, line_fields, COUNT(line_fields), &l);
    labels_read(m, &l);
    end_read(m, &l);
}
