// SPDX-License-Identifier: Apache-2.0

#include "cmd/serving.h"

#include "mock/mock.h"
#include "net/reach.h"
#include "panel/admin_plane.h"
#include "request/calls.h"

#define REACH_MS 200

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

enum status serving_run(struct gate_setup *setup, struct why *why)
{
    struct mock *mock = NULL;
    struct store *store = NULL;
    setup->calls = &request_calls;
    setup->annex = &admin_plane;
    enum status status = open_store(setup->config, &store, why);
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
