// SPDX-License-Identifier: Apache-2.0

#include <string.h>

#include "cmd/route.h"

static const char help[] =
    "usage: costlens route list [--json]\n"
    "       costlens route explain ID [--model MODEL] [--json]\n"
    "       costlens route train --data FILE.jsonl... [--prior none|shipped] --out MODEL [--json]\n"
    "       costlens route eval --model MODEL --data FILE.jsonl... [--threshold T] [--ratio R] "
    "[--json]\n"
    "       costlens route certify --model MODEL --data FILE.jsonl... [--loss 5%] [--confidence "
    "95%] [--json]\n"
    "       costlens route verify FILE.jsonl... [--verify LIST] [--ratio R] [--json]\n"
    "       costlens route pairs ROUTE [--json]\n"
    "       costlens route feedback REQUEST_ID --score 0.8 | --thumbs up|down [--comment TEXT]\n"
    "       costlens route status|learn [ROUTE] [--since TIME] [--json]\n"
    "       costlens route replay --policy FILE.yaml [--since 7d] [--until TIME] [--route NAME] "
    "[--json]\n"
    "       costlens route cascades [--json]\n"
    "\n"
    "Which calls a small model answers, and which need a large one.\n"
    "\n"
    "`list` shows the configuration's routes and the models of their sides, with what is known of\n"
    "them: price (USD for 10^6 tokens), context, whether they stay on this machine and its "
    "network,\n"
    "and why one is left out. `auto` at its end is for calls that no route takes.\n"
    "\n"
    "`explain` tells why a call that left the choice to a route went where it went: what of its\n"
    "match fits, which side went first and why, each model that could have been asked, with the\n"
    "cost that was expected there or why it could not be used, each attempt (with the verifier\n"
    "that refused its answer, or why none has looked at it), and what was saved;\n"
    "what it looked like, too, by weight in the model that chose: the shipped one, or the route's\n"
    "own while it is there; or in --model.\n"
    "The id is the answer's x-costlens-request-id, or the provider's.\n"
    "\n"
    "`train` learns when the large model's answer is better, and by how much, from rows that both\n"
    "models answered, one JSON object a line: `prompt` or `messages`, `weak` and `strong` (the\n"
    "quality of both answers, 0 to 1), and, where it is known, `task`, `weak_resp` (the small\n"
    "model's answer) and `agree` (whether another small model says the same). `eval` measures a\n"
    "model on other rows, beside chance, the prompt's length alone, and the oracle; with\n"
    "`weak_resp` or `agree` also where the small model is asked first (cascade).\n"
    "\n"
    "`certify` asks how much may go to the small model for a promise: with that confidence, no "
    "more\n"
    "than that loss of the large model's quality. The rows must be none that the model has "
    "learned\n"
    "from.\n"
    "\n"
    "`verify` tries verifiers on answers of a small model: `weak_resp`, or `response` (a whole "
    "answer\n"
    "of a chat), and what is known of `request` (the body of the chat, or its members in the row\n"
    "itself), `finish_reason`, `logprobs` (of its tokens), `agree` (a second small model's text, "
    "or\n"
    "true or false), `weak` and `strong`; FILE - is stdin. For each verifier: how many answers it\n"
    "keeps and refuses, and how good those are; for all of them, whether asking the small model\n"
    "first pays.\n"
    "\n"
    "`pairs` lists what both sides of a route made of the same calls (`shadow` of its "
    "configuration),\n"
    "and how good either was. `feedback` rates an answer, by its x-costlens-request-id.\n"
    "\n"
    "`status` tells on which rung each route of the configuration stands (rules, measured, "
    "certified),\n"
    "what the next one needs, how many of its calls the small side answered, and what that saved,\n"
    "less what pairs, judges and refused answers have cost; `learn` lets them learn now from the\n"
    "pairs that they have, which a running gateway does by itself.\n"
    "\n"
    "`cascades` tells that of the running gateway's routes, by the latest calls.\n"
    "\n"
    "`replay` takes the routes of another configuration, and the calls that routes of the same\n"
    "names have chosen for: which would have gone elsewhere, what that would have cost, and what "
    "it\n"
    "would have risked, with intervals of 95 %. `small side first` is the share that asks the "
    "small\n"
    "side first (--json: share_small), `small side answers` the share that it has answered, as\n"
    "reports count it (answered_small). Nothing is asked again, and no secret of that "
    "configuration\n"
    "is looked for.\n";

static const struct option_row options[] = {
    {"data", "FILE...", "train, eval, certify: the rows (-: stdin); more files may follow",
     offsetof(struct route_wishes, data)},
    {"prior", "WHICH",
     "train: what it begins with and holds on to while rows are few: shipped (default), none",
     offsetof(struct route_wishes, prior)},
    {"structure", NULL, "train: only from a prompt's structure: no words, tasks, answers",
     offsetof(struct route_wishes, structure)},
    {"out", "MODEL", "train: the file to write", offsetof(struct route_wishes, out)},
    {"model", "MODEL",
     "eval, certify, explain: the file, or `shipped`: the prior that is compiled in",
     offsetof(struct route_wishes, model)},
    {"threshold", "T",
     "eval: calls whose expected gain is at least T go to the large model (default: the model's)",
     offsetof(struct route_wishes, threshold)},
    {"verify", "LIST",
     "verify: only these: refusal, truncation, empty, repetition, schema,\n"
     "arithmetic, agree, logprob=0.9 (default: all of them)",
     offsetof(struct route_wishes, verify)},
    {"ratio", "R", "eval, verify: what a small call costs of a large one's price (default: 0.01)",
     offsetof(struct route_wishes, ratio)},
    {"loss", "SHARE", "certify: of the large model's quality, at most (default: 5%)",
     offsetof(struct route_wishes, loss)},
    {"confidence", "SHARE", "certify: that the loss is no more (default: 95%)",
     offsetof(struct route_wishes, confidence)},
    {"policy", "FILE", "replay: the configuration whose routes choose",
     offsetof(struct route_wishes, policy)},
    {"until", "TIME", "replay: ... and before", offsetof(struct route_wishes, until)},
    {"route", "NAME", "replay: only this one", offsetof(struct route_wishes, route)},
    {"score", "SCORE", "feedback: from 0 (useless) to 1 (as it should be)",
     offsetof(struct route_wishes, score)},
    {"thumbs", "up|down", "feedback: the same as 1 or 0", offsetof(struct route_wishes, thumbs)},
    {"comment", "TEXT", "feedback: is kept beside it", offsetof(struct route_wishes, comment)},
    {"since", "TIME",
     "status, replay: calls from then on: 7d, 24h, 2026-11-24 (default: 30d; replay: all)",
     offsetof(struct route_wishes, since)},
    {0}};

static const struct {
    const char *word;
    int (*run)(const struct cli *cli, const struct route_wishes *w);
    const char *ask; // when there is no operand
} verbs[] = {
    {"list", route_list, NULL},
    {"explain", route_explain, "explain: which call? Its id is x-costlens-request-id"},
    {"train", route_train, "train: which rows? --data FILE.jsonl"},
    {"eval", route_eval, "eval: which rows? --data FILE.jsonl"},
    {"certify", route_certify, "certify: by which rows? --data FILE.jsonl"},
    {"cascades", route_cascades, NULL},
    {"verify", route_verify, "verify: which file of answers?"},
    {"pairs", route_pairs, "pairs: of which route?"},
    {"feedback", route_feedback, "feedback: of which answer? Its x-costlens-request-id"},
    {"status", route_status, NULL},
    {"learn", route_learn, NULL},
    {"replay", route_replay, NULL},
};

static int ask_verb(void)
{
    const size_t count = sizeof verbs / sizeof verbs[0];
    struct buf words;
    buf_init(&words, &alloc_heap, 0);
    for (size_t i = 0; i < count; i++)
        buf_printf(&words, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", verbs[i].word);
    int code = command_usage(&cmd_route, "%s?", buf_cstr(&words));
    buf_fini(&words);
    return code;
}

static int run(struct cli *cli, int argc, char **argv)
{
    struct route_wishes w = {0};
    int code = command_options(&cmd_route, &argc, argv, &w);
    if (code != EXIT_OK)
        return code;
    w.files = argv + 2;
    w.file_count = argc > 2 ? argc - 2 : 0;
    for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(argv[1], verbs[i].word) != 0)
            continue;
        if (w.file_count == 0 && w.data.count == 0 && verbs[i].ask)
            return command_usage(&cmd_route, "%s", verbs[i].ask);
        return verbs[i].run(cli, &w);
    }
    return ask_verb();
}

const struct command cmd_route = {
    .name = "route",
    .summary = "choose between a small and a large model",
    .help = help,
    .run = run,
    .options = options,
    .examples = "costlens route list\n"
                "costlens route explain 0198f2a4-5b6c-7d8e-9f00-112233445566\n"
                "costlens route train --data judged.jsonl --out support.model\n"
                "costlens route eval --model support.model --data later.jsonl --ratio 0.05\n"
                "costlens route certify --model support.model --data later.jsonl --loss 2%\n"
                "costlens route verify answers.jsonl --verify arithmetic,agree\n"
                "costlens route replay --policy new.yaml --since 7d\n"
                "costlens route feedback 0198f2d4-7a10-7c31-9d52-3f7d1a2b4c5e --thumbs down\n",
};
