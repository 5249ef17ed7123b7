// SPDX-License-Identifier: Apache-2.0
//
// The router of libcostlens in another program. Lines on standard input, fields by tabs:
//
//   a prompt                      says where it goes, and why
//   a prompt, small, large        both models answered it with these qualities: an outcome
//
//   cc route.c $(pkg-config --cflags --libs costlens) -lm && ./a.out MODEL|- LOSS CONFIDENCE <rows
//
// At the end what the outcomes carry is told, and where the last prompt goes then.

#include <costlens_route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *what, const char *message)
{
    fprintf(stderr, "%s: %s\n", what, message);
    return 1;
}

static void say(const struct costlens_router *router, const struct costlens_features *features)
{
    struct costlens_choice choice;
    costlens_pick(router, features, &choice);
    printf("%s: %s\n", choice.side == COSTLENS_LARGE ? "large" : "small", choice.reason);
}

static int read_lines(struct costlens_router *router, struct costlens_features *features)
{
    static char line[65536];
    while (fgets(line, sizeof line, stdin)) {
        char *small = strchr(line, '\t'), *large = small ? strchr(small + 1, '\t') : NULL;
        line[strcspn(line, "\t\n")] = '\0';
        costlens_features(NULL, line, NULL, features);
        if (!large) {
            say(router, features);
            continue;
        }
        enum costlens_status s = costlens_outcome_add(router, features, strtod(small + 1, NULL),
                                                      strtod(large + 1, NULL), 1);
        if (s != COSTLENS_OK)
            return fail("outcome", costlens_status_text(s));
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct costlens_router *router;
    struct costlens_features features;
    struct costlens_certificate c;
    char message[400] = "";
    if (argc != 4) {
        fprintf(stderr, "usage: %s MODEL|- LOSS CONFIDENCE <rows\n", argv[0]);
        return 2;
    }
    const char *path = strcmp(argv[1], "-") == 0 ? NULL : argv[1];
    enum costlens_status s = costlens_router_open(NULL, path, &router, message, sizeof message);
    if (s != COSTLENS_OK)
        return fail(argv[1], *message ? message : costlens_status_text(s));
    int code = read_lines(router, &features);
    s = costlens_certify(router, strtod(argv[2], NULL), strtod(argv[3], NULL), &c);
    if (code == 0 && s != COSTLENS_OK)
        code = fail("certify", costlens_status_text(s));
    if (code == 0) {
        printf("certified %d, threshold %.6f, share_small %.4f, loss_upper %.4f, outcomes %zu\n",
               c.certified, c.threshold, c.share_small, c.loss_upper, c.outcomes);
        say(router, &features);
    }
    costlens_router_close(router);
    return code;
}
