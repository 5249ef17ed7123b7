// SPDX-License-Identifier: Apache-2.0
//
// A configuration file that may be anything: faults are told, nothing else happens.

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *env(const char *name)
{
    if (strcmp(name, "HOME") == 0)
        return "/nowhere";
    return strcmp(name, "SET") == 0 ? "0123456789abcdef" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("costlens.yaml", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    must(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);

    struct config_source source = {.file = path, .env = env, .mock = size % 2};
    struct why why = {0};
    struct config *c = NULL;
    if (config_check(&source, &c, &why) != STATUS_OK)
        return 0;
    for (unsigned i = 0; i < c->fault_count; i++)
        must(c->faults[i].text.len > 0);
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    config_write(c, &b);
    must(strstr(buf_cstr(&b), "0123456789abcdef") == NULL || c->fault_count ||
         memmem(data, size, "0123456789abcdef", 16));
    buf_fini(&b);
    config_free(c);
    return 0;
}
