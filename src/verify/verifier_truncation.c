// SPDX-License-Identifier: Apache-2.0
//
// Blocks of code are found as CommonMark has them (section 4.5, fenced code blocks): three signs or
// more, less than four columns behind where a text of the list's item begins (else it is code by
// its indent, or a line that goes on), and ended by no fewer of the same signs with nothing behind
// them, or by the end of the quote that they stand in.
//
//   ````md          it begins
//   ```             too few: its text
//   ````            it ends
//
// Two things are as models mean them: a line of a block's signs and a word begins another block
// inside of it, and what is behind the item of a list ends none.

#include "verify/fence.h"
#include "verify/verify.h"

#define DEPTH_MAX 16 // of lists in lists, and blocks in blocks; what is deeper is not followed
#define CODE      4  // columns by which code is indented
#define DIGITS    9  // of the number of a list's item

struct line {
    struct str rest; // what stands behind the marks
    size_t column;   // where that begins
    unsigned quotes; // marks of quotes before it
};

struct block {
    struct fence fence;
    size_t column;
    unsigned quotes;
};

struct walk {
    struct block open[DEPTH_MAX];
    unsigned depth;
    size_t items[DEPTH_MAX]; // the column of the text of each
    unsigned item_count;
};

static void pass_blanks(struct line *l)
{
    size_t n = 0;
    for (; n < l->rest.len && str_blank(l->rest.ptr[n]); n++)
        l->column += l->rest.ptr[n] == '\t' ? CODE - l->column % CODE : 1;
    l->rest = str_skip(l->rest, n);
}

static void pass(struct line *l, size_t bytes)
{
    l->rest = str_skip(l->rest, bytes);
    l->column += bytes;
}

// "> > x": no more marks than `most`.
static void pass_quotes(struct line *l, unsigned most)
{
    for (pass_blanks(l); l->quotes < most && str_starts(l->rest, str_of(">")); pass_blanks(l)) {
        pass(l, 1);
        l->quotes++;
    }
}

static size_t item_column(const struct walk *w)
{
    return w->item_count > 0 ? w->items[w->item_count - 1] : 0;
}

// The bytes of a list's mark: "-", "12)"; 0: none stands there.
static size_t item_mark(struct str s)
{
    size_t n = 0;
    while (n < s.len && n < DIGITS && str_digit(s.ptr[n]))
        n++;
    if (n >= s.len || s.ptr[n] == '\0' || !strchr(n > 0 ? ".)" : "-*+", s.ptr[n]))
        return 0;
    return n + 1 == s.len || str_blank(s.ptr[n + 1]) ? n + 1 : 0;
}

// Past the marks of the items that the line begins. Who stands before an item's text ends it.
static void pass_items(struct walk *w, struct line *l)
{
    while (w->item_count > 0 && l->rest.len > 0 && l->column < item_column(w))
        w->item_count--;
    for (size_t mark; l->column < item_column(w) + CODE && (mark = item_mark(l->rest)) > 0;) {
        pass(l, mark);
        const size_t nearest = l->column + 1;
        pass_blanks(l);
        if (w->item_count < DEPTH_MAX)
            w->items[w->item_count++] =
                l->column < nearest || l->column >= nearest + CODE ? nearest : l->column;
    }
}

static void take_fence(struct walk *w, const struct line *l)
{
    struct fence f;
    const struct block *in = w->depth > 0 ? &w->open[w->depth - 1] : NULL;
    if (!fence_read(&f, l->rest) || l->column >= (in ? in->column : item_column(w)) + CODE ||
        (in && (f.sign != in->fence.sign || f.signs < in->fence.signs)))
        return;
    if (in && fence_ends(&f, &in->fence))
        w->depth--;
    else if (w->depth < DEPTH_MAX)
        w->open[w->depth++] = (struct block){f, l->column, l->quotes};
}

static void take_line(struct walk *w, struct str text)
{
    struct line l = {.rest = text};
    const unsigned quotes = w->depth > 0 ? w->open[0].quotes : UINT32_MAX;
    pass_quotes(&l, quotes);
    if (w->depth > 0 && l.quotes < quotes) {
        w->depth = 0;
        pass_quotes(&l, UINT32_MAX);
    }
    if (w->depth == 0)
        pass_items(w, &l);
    take_fence(w, &l);
}

static bool is_open(struct str text)
{
    struct walk w = {.depth = 0};
    struct str line;
    while (str_cut(&text, '\n', &line))
        take_line(&w, line);
    return w.depth > 0;
}

void verifier_truncation(const struct verify_case *c, struct finding *out)
{
    if (c->answer->finish == ANSWER_CUT)
        finding_set(out, VERDICT_BAD, "it was cut at a limit of its length");
    else if (is_open(answer_text(c->answer)))
        finding_set(out, VERDICT_BAD, "it ends inside of a block of code");
    else if (c->answer->finish == ANSWER_UNTOLD)
        finding_set(out, VERDICT_UNSURE, "it is not told why it ended");
}
