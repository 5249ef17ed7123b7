// SPDX-License-Identifier: Apache-2.0

#include "cmd/serving.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/remote.h"
#include "mock/mock.h"
#include "net/reach.h"
#include "panel/admin_plane.h"
#include "request/calls.h"

#define REACH_MS      200
#define OWNER_US      (5 * SECOND_US)
#define OWNER_STEP_NS 50000000

static enum status open_store(const struct config *c, struct store **store, struct why *why)
{
    struct store_setup setup = {.path = c->store,
                                .state = c->state,
                                .create = true,
                                .writer = true,
                                .keep_days = c->keep_days,
                                .fsync_ms = c->fsync_ms};
    return store_open(&setup, store, why);
}

static bool other_gateway(const struct config *c)
{
    struct buf answer;
    buf_init(&answer, &alloc_heap, 0);
    enum status s = remote_gateway(c, "status", STR_NONE, &answer, NULL);
    buf_fini(&answer);
    return s != STATUS_CLOSED;
}

// A command that owns it is done in a moment, and so is a gateway that has answered its last.
static enum status wait_for_store(const struct config *c, struct store **store, struct why *why)
{
    const struct timespec step = {.tv_nsec = OWNER_STEP_NS};
    int64_t until_us = clock_mono_us() + OWNER_US;
    enum status s = open_store(c, store, why);
    if (s != STATUS_BUSY || other_gateway(c))
        return s;
    log_say(LOG_INFO, "the store is in use by another costlens: it is waited for, some seconds");
    while (s == STATUS_BUSY && clock_mono_us() < until_us && !other_gateway(c)) {
        nanosleep(&step, NULL);
        s = open_store(c, store, why);
    }
    return s;
}

enum status serving_run(struct gate_setup *setup, bool patient, struct why *why)
{
    struct mock *mock = NULL;
    struct store *store = NULL;
    setup->calls = &request_calls;
    setup->annex = &admin_plane;
    enum status status = patient ? wait_for_store(setup->config, &store, why)
                                 : open_store(setup->config, &store, why);
    if (status == STATUS_OK && setup->source.mock) {
        struct mock_setup built_in = {.seed = 1, .ttft_ms = 30, .tokens_per_second = 400};
        status = mock_start(&built_in, &mock, why);
        if (status == STATUS_OK)
            setup->mock_port = mock_port(mock);
    }
    if (status == STATUS_OK) {
        setup->store = store;
        status = gate_run(setup, why);
    } else {
        config_free(setup->config);
    }
    if (mock)
        mock_stop(mock);
    if (store)
        store_close(store);
    return status;
}

bool serving_has_provider(const struct config *c)
{
    bool found = config_has_providers(c);
    for (unsigned i = 0; i < c->provider_count && !found; i++)
        found = reach(c->providers[i].url.host, c->providers[i].url.port, REACH_MS);
    return found;
}
