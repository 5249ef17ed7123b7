// SPDX-License-Identifier: Apache-2.0
//
// fuzz_lib_journal - a library's journal as a dead process, a disk or a host may have left it: once
// as it stands, and once as a run of records (type, length, payload) that get the right checks, so
// that what they tell is followed, too. What is refused leaves the table empty; what is taken is,
// saved and taken again, the same.

#include <costlens.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"

#define HEAD_BYTES  8
#define CHECK_BYTES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t take(void *context, void *bytes, size_t size)
{
    struct str *left = context;
    size_t n = left->len < size ? left->len : size;
    if (n)
        memcpy(bytes, left->ptr, n);
    *left = str_skip(*left, n);
    return (int64_t)n;
}

static int give(void *context, const void *bytes, size_t len)
{
    buf_add(context, str_from(bytes, len));
    return 0;
}

static struct costlens_budgets *table(void)
{
    static const char *const members[] = {"limit=0.000005", "per=user", "alert_at=50%", NULL};
    struct costlens_budgets *b = NULL;
    must(costlens_budgets_open(NULL, NULL, NULL, &b) == COSTLENS_OK);
    must(costlens_budgets_define(b, "each", members, NULL, 0) == COSTLENS_OK);
    return b;
}

static enum costlens_status load(struct costlens_budgets *b, struct str bytes)
{
    char why[200] = "";
    struct costlens_loaded found = {.bytes = -1};
    struct str left = bytes;
    enum costlens_status s = costlens_budgets_load(b, take, &left, &found, why, sizeof why);
    if (s == COSTLENS_OK) {
        must(found.bytes + found.torn == (int64_t)bytes.len);
        must(found.bytes >= 0 && found.torn >= 0 && found.holds >= 0 && found.captured >= 0);
    } else {
        must(s == COSTLENS_DAMAGED && why[0] && found.bytes == -1);
    }
    return s;
}

static void save(struct costlens_budgets *b, struct buf *out)
{
    buf_init(out, &alloc_heap, 0);
    must(costlens_budgets_save(b, 0, give, out) == COSTLENS_OK); // no window is over at 0
    must(!buf_failed(out));
}

static void check(struct str bytes)
{
    struct costlens_budgets *b = table();
    struct costlens_budgets *again = table();
    struct buf first, second;
    bool taken = load(b, bytes) == COSTLENS_OK;
    save(b, &first);
    must(taken || first.len == 0);
    must(load(again, buf_str(&first)) == COSTLENS_OK);
    save(again, &second);
    must(str_eq(buf_str(&first), buf_str(&second)));
    costlens_budgets_close(again);
    costlens_budgets_close(b);
    buf_fini(&second);
    buf_fini(&first);
}

static void put(struct buf *out, uint64_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_add_char(out, (char)(n >> 8 * i & 0xff));
}

static void seal(struct buf *out, unsigned type, struct str payload)
{
    size_t start = out->len;
    buf_add_cstr(out, "CL\1");
    put(out, type, 1);
    put(out, payload.len, 2);
    put(out, digest_crc32(0, out->ptr + start, HEAD_BYTES - 2), 2);
    buf_add(out, payload);
    put(out, digest_crc32(0, out->ptr + start, HEAD_BYTES + payload.len), CHECK_BYTES);
}

static void check_records(struct str script)
{
    struct buf journal;
    buf_init(&journal, &alloc_heap, 0);
    while (script.len >= 3) {
        const unsigned char *head = (const unsigned char *)script.ptr;
        size_t len = (size_t)(head[1] | head[2] << 8);
        struct str rest = str_skip(script, 3);
        len = len < rest.len ? len : rest.len;
        seal(&journal, head[0], str_from(rest.ptr, len));
        script = str_skip(rest, len);
    }
    check(buf_str(&journal));
    buf_fini(&journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = str_from((const char *)data, size);
    check(bytes);
    check_records(bytes);
    return 0;
}
