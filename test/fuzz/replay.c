// SPDX-License-Identifier: Apache-2.0
// replay - runs a fuzz target over files: `fuzz_x FOLDER|FILE…`, where libFuzzer is not at hand.
//
// Each input is fed whole, then cut at every power of two and with its bytes turned over one at a
// time (the first 512), so that even a small corpus finds the plain mistakes.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned inputs;

static uint8_t *exact(const uint8_t *data,
                      size_t size) // no spare byte behind it: ASan sees overreads
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    if (size)
        memcpy(copy, data, size);
    return copy;
}

static void feed(const uint8_t *data, size_t size)
{
    uint8_t *copy = exact(data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void vary(uint8_t *data, size_t size)
{
    feed(data, size);
    for (size_t cut = 1; cut < size; cut *= 2) {
        feed(data, cut);
        feed(data + cut, size - cut);
    }
    for (size_t i = 0; i < size && i < 512; i++) {
        data[i] ^= (uint8_t)(1U << (i % 8));
        feed(data, size);
        data[i] ^= (uint8_t)(1U << (i % 8));
    }
    inputs++;
}

static int file(const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        perror(path);
        return 1;
    }
    static uint8_t bytes[1 << 20];
    size_t size = fread(bytes, 1, sizeof(bytes), stream);
    fclose(stream);
    vary(bytes, size);
    return 0;
}

static int any(const char *path);

static int folder(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return 0;
    int failed = 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char inner[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        failed |= any(inner);
    }
    closedir(dir);
    return failed;
}

static int any(const char *path)
{
    struct stat is;
    if (stat(path, &is))
        return 0; // a target without a corpus of its own
    return S_ISDIR(is.st_mode) ? folder(path) : file(path);
}

int main(int argc, char **argv)
{
    int failed = 0;
    feed((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        failed |= any(argv[i]);
    printf("%u inputs\n", inputs);
    return failed;
}
