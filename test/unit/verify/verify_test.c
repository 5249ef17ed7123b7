// SPDX-License-Identifier: Apache-2.0
//
// Each verifier, on what it is to refuse and on what only looks like it.

#include "../unit.h"
#include "verify/sureness.h"
#include "verify/verify.h"

struct text_case {
    const char *text;
    enum finding_verdict want;
};

static void each(enum verifier_kind kind, const struct text_case *cases, size_t count)
{
    const struct asked asked = {.form = ASKED_TEXT};
    for (size_t i = 0; i < count; i++) {
        struct answer a;
        struct finding f;
        answer_of(&a, str_of(cases[i].text), &alloc_heap);
        a.finish = ANSWER_ENDED;
        verify(kind, &(struct verify_case){.answer = &a, .asked = &asked}, &f);
        if (f.verdict != cases[i].want)
            fail_msg("%s of \"%s\": %s (%s)", verifier_name(kind), cases[i].text,
                     verdict_name(f.verdict), f.why);
        answer_fini(&a);
    }
}

#define EACH(kind, cases) each(kind, cases, sizeof(cases) / sizeof(cases)[0])

static void refusals(void **state)
{
    (void)state;
    static const struct text_case cases[] = {
        {"I'm sorry, but I can't help with that.", VERDICT_BAD},
        {"I\xe2\x80\x99m sorry, but I can\xe2\x80\x99t  assist with this request.", VERDICT_BAD},
        {"I cannot fulfill this request.", VERDICT_BAD},
        {"Unfortunately, I am unable to access the internet.", VERDICT_BAD},
        {"As an AI language model, I have no opinion.", VERDICT_BAD},
        {"I don't know.", VERDICT_BAD},
        {"I can't wait to see it. Here is the plan: we meet at nine.", VERDICT_GOOD},
        {"I can't help but notice that line 3 is wrong.", VERDICT_GOOD},
        {"I can't stress enough how important it is to read it.", VERDICT_GOOD},
        {"Es tut mir leid, aber das geht nicht.", VERDICT_BAD},
        {"Lo siento, pero no puedo ayudarte.", VERDICT_BAD},
        {"Great question! I can't provide medical advice.", VERDICT_BAD},
        {"I'm afraid that I cannot share this.", VERDICT_BAD},
        {"Unable to answer this.", VERDICT_BAD},
        {"As an AI, I can't browse the web.", VERDICT_BAD},
        {"Hello,\n\nI understand that it is urgent. However, I am not able to access your files.",
         VERDICT_BAD},
        {"Es tut mir leid, aber ich kann Ihnen dabei nicht helfen.", VERDICT_BAD},
        {"D\xc3\xa9sol\xc3\xa9, mais je ne peux pas vous aider.", VERDICT_BAD},
        {"Mi dispiace, ma non posso aiutarti.", VERDICT_BAD},
        {"Desculpe, mas n\xc3\xa3o posso ajudar.", VERDICT_BAD},
        {"\xe5\xaf\xb9\xe4\xb8\x8d\xe8\xb5\xb7\xef\xbc\x8c\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95\xe5"
         "\xb8\xae"
         "\xe5\x8a\xa9\xe3\x80\x82",
         VERDICT_BAD},
        {"Je ne suis pas en mesure d'acc\xc3\xa9"
         "der \xc3\xa0 vos fichiers.",
         VERDICT_BAD},
        {"Dabei kann ich Ihnen leider nicht helfen.", VERDICT_BAD},
        {"I must decline to help with that.", VERDICT_BAD},
        {"I must decline this request.", VERDICT_BAD},
        {"\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd\xe6\x8f\x90\xe4\xbe\x9b\xe8\xbf\x99\xe4\xb8\xaa"
         "\xe3\x80\x82", // I cannot provide this.
         VERDICT_BAD},
        // A letter to a chief: I am ill and cannot come tomorrow.
        {"\xe5\xb0\x8a\xe6\x95\xac\xe7\x9a\x84\xe7\xbb\x8f\xe7\x90\x86\xef\xbc\x9a"
         "\xe7\x94\xb1\xe4\xba\x8e\xe7\x94\x9f\xe7\x97\x85\xef\xbc\x8c\xe6\x88\x91"
         "\xe4\xb8\x8d\xe8\x83\xbd\xe5\x8f\x82\xe5\x8a\xa0\xe6\x98\x8e\xe5\xa4\xa9"
         "\xe7\x9a\x84\xe4\xbc\x9a\xe8\xae\xae\xe3\x80\x82",
         VERDICT_GOOD},
        // It is done. (And then:) I cannot help with the rest.
        {"\xe5\xb7\xb2\xe5\xae\x8c\xe6\x88\x90\xe3\x80\x82\xe6\x88\x91\xe4\xb8\x8d"
         "\xe8\x83\xbd\xe5\xb8\xae\xe6\x82\xa8\xe5\x81\x9a\xe5\x85\xb6\xe4\xbd\x99"
         "\xe7\x9a\x84\xe3\x80\x82",
         VERDICT_GOOD},
        {"\xe5\xa6\x82\xe6\x9e\x9c\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd\xe5\xb8\xae\xe6\x82\xa8\xef"
         "\xbc\x8c\xe8\xaf\xb7\xe8\x81\x94\xe7\xb3\xbb\xe5\xae\xa2\xe6\x9c\x8d\xe3\x80\x82",
         VERDICT_GOOD}, // If I cannot help you, ask the service.
        {"\xe4\xbb\x96\xe8\xaf\xb4\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd\xe5\xb8\xae\xe4\xbb\x96\xe3"
         "\x80\x82",
         VERDICT_GOOD}, // He said that I cannot help him.
        {"\xe6\x8a\xb1\xe6\xad\x89\xef\xbc\x8c\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd\xe6\x8f\x90\xe4"
         "\xbe\x9b\xe8\xbf\x99\xe4\xb8\xaa\xe3\x80\x82",
         VERDICT_BAD}, // Sorry, I cannot provide this.
        {"\xe6\x82\xa8\xe5\xa5\xbd\xef\xbc\x81\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95\xe8\xae\xbf\xe9"
         "\x97\xae\xe6\x82\xa8\xe7\x9a\x84\xe6\x96\x87\xe4\xbb\xb6\xe3\x80\x82",
         VERDICT_BAD}, // Hello! I cannot access your files.
        {"\xe4\xbd\x9c\xe4\xb8\xba\xe4\xb8\x80\xe4\xb8\xaa\xe4\xba\xba\xe5\xb7\xa5\xe6\x99\xba\xe8"
         "\x83\xbd\xef\xbc\x8c\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95\xe6\x8f\x90\xe4\xbe\x9b\xe5\xbb"
         "\xba\xe8\xae\xae\xe3\x80\x82",
         VERDICT_BAD}, // As an AI, I cannot give advice.
        // What is looked for and is not there.
        {"I can't find any errors in your code: it is correct.", VERDICT_GOOD},
        {"I cannot see any mistake; the proof is complete.", VERDICT_GOOD},
        {"I couldn't find a cheaper flight than this one: 120 EUR.", VERDICT_GOOD},
        {"I can't make it simpler than this: x = 4.", VERDICT_GOOD},
        {"I will not only help you with that, here is the whole plan.", VERDICT_GOOD},
        {"I couldn't find any information on that.", VERDICT_BAD},
        {"I can't see any image in your message.", VERDICT_BAD},
        {"I cannot make medical decisions for you.", VERDICT_BAD},
        {"I can't read the file.", VERDICT_BAD},
        {"Nein, das geht nicht mehr, das Paket ist unterwegs.", VERDICT_GOOD},
        {"Dabei kann ich helfen: Starten Sie neu.", VERDICT_GOOD},
        {"Bonjour Madame, je ne peux pas venir demain.", VERDICT_GOOD},
        {"Dear Ms Roe, thank you. I must decline your invitation.", VERDICT_GOOD},
        {"I can't recommend it enough.", VERDICT_GOOD},
        // Only at the start, and only of who answers.
        {"If you are unable to access your account, reset your password.", VERDICT_GOOD},
        {"We cannot offer refunds after 30 days. You can exchange it.", VERDICT_GOOD},
        {"Es tut mir leid, aber das Paket kommt erst am Montag.", VERDICT_GOOD},
        {"Lo siento, pero no abrimos los domingos.", VERDICT_GOOD},
        {"D\xc3\xa9sol\xc3\xa9, mais nous sommes ferm\xc3\xa9s le lundi.", VERDICT_GOOD},
        {"Ask your bank if I cannot help you.", VERDICT_GOOD},
        {"Open the settings and choose Reset. I cannot access your account myself.", VERDICT_GOOD},
        {"He is unable to perform the task, so she does it.", VERDICT_GOOD},
        {"I cannot stress enough how well it went.", VERDICT_GOOD},
        {"Sorry for the delay! The parcel arrives on Monday.", VERDICT_GOOD},
        {"Call free() once, or you cannot read it again.", VERDICT_GOOD},
        {"The answer is 4.", VERDICT_GOOD},
        {"", VERDICT_GOOD},
    };
    EACH(VERIFIER_REFUSAL, cases);
}

static void cut_or_empty(void **state)
{
    (void)state;
    static const struct text_case cut[] = {
        {"```c\nint x;\n```\ndone", VERDICT_GOOD},
        {"so:\n```c\nint x;", VERDICT_BAD},
        {"It goes on and", VERDICT_GOOD}, // it says that it ended
        {"Call this:\n```free(p);```\nthen that.", VERDICT_GOOD},
        {"```\n```", VERDICT_GOOD},
        {"````md\n```c\nint x;\n```\n````", VERDICT_GOOD},
        {"```md\n# x\n```c\nint x;\n```\n", VERDICT_BAD},
        {"~~~c\nint x;\n~~~\ndone", VERDICT_GOOD},
        {"so:\n~~~c\nint x;", VERDICT_BAD},
        {"~~~\n```\n~~~\n", VERDICT_GOOD},
        {"- ```py\n  x\n  ```\n- done", VERDICT_GOOD},
        {"1. ```sh\n   ls\n   ```\n2. ok", VERDICT_GOOD},
        {"1) so:\n   - ```\n     ls\n", VERDICT_BAD},
        {"> ```\n> x\n> ```", VERDICT_GOOD},
        {"> ```\n> x", VERDICT_BAD},
        {"```\n- ```\n* x\n```", VERDICT_GOOD},
        {"1.", VERDICT_GOOD},
        {"123456789. ```\n", VERDICT_BAD},
        {"```\n~~~\n", VERDICT_BAD},
        {"~~~ is a fence, ~~~so~~~\n~~~so~~~\n~~ so", VERDICT_GOOD},
        // Fewer signs than it began with are its text; more of them end it.
        {"````md\n```\n````", VERDICT_GOOD},
        {"````md\n```", VERDICT_BAD},
        {"````md\nso:\n```c\nint x;\n```\n", VERDICT_BAD},
        {"```\nx\n`````\n", VERDICT_GOOD},
        {"~~~~\n~~~\n~~~~", VERDICT_GOOD},
        {"```md\n````c\nint x;\n````\n```", VERDICT_GOOD},
        // Code by its indent.
        {"To begin a block, write:\n\n    ```c\n\nand go on.", VERDICT_GOOD},
        {"so:\n\n\t```c\n", VERDICT_GOOD},
        {"```\n    ```\n", VERDICT_BAD},
        {"   ```c\nint x;\n", VERDICT_BAD},
        {"1. so:\n\n    ```c\n    int x;\n", VERDICT_BAD},
        {"1. so:\n\n    ```c\n    int x;\n    ```\n", VERDICT_GOOD},
        {"- so:\n\n      ```c\n\n- that begins one.", VERDICT_GOOD},
        {"-     ```c\n- that begins one.", VERDICT_GOOD},
        {"- a\n  - b:\n    ```c\n    int x;", VERDICT_BAD},
        {"- a\n\nso:\n\n    ```c\n", VERDICT_GOOD}, // the list has ended
        {"1. so:\n   ```c\nint x;\n```\n2. done", VERDICT_GOOD},
        // A quote's end is its end; in a block a quote is its text.
        {"> ```\n> x\n\nThat is all.", VERDICT_GOOD},
        {"```\n> ```\n", VERDICT_BAD},
        {"> > ```\n> > x\n> > ```", VERDICT_GOOD},
        {"> ```\n> x\n\n```\n", VERDICT_BAD},
    };
    static const struct text_case empty[] = {
        {"", VERDICT_BAD},
        {" \n\t ", VERDICT_BAD},
        {"<think>hm", VERDICT_BAD},
        {"<think>hm</think> ", VERDICT_BAD},
        {"0", VERDICT_GOOD},
        {" \xe2\x80\x8b\n\xe2\x80\x8b ", VERDICT_BAD}, // U+200B
        {"\xef\xbb\xbf\xe2\x80\x8d\xc2\xa0", VERDICT_BAD},
        {"\xe2\x80\x8b\xe2\x9c\x93", VERDICT_GOOD},
        {"<p>&nbsp;</p>", VERDICT_BAD},
        {"```\n```", VERDICT_BAD},
    };
    EACH(VERIFIER_TRUNCATION, cut);
    EACH(VERIFIER_EMPTY, empty);
}

static void repeat(struct buf *b, const char *words, int times)
{
    for (int i = 0; i < times; i++)
        buf_add_cstr(b, words);
}

static void loops(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        int times;
        enum finding_verdict want;
    } cases[] = {
        {"the same ", 30, VERDICT_BAD},
        {"I think that it is so. ", 5, VERDICT_BAD},
        {"I think that it is so. ", 3, VERDICT_GOOD},
        {"\xe5\xa5\xbd\xe7\x9a\x84", 20, VERDICT_BAD}, // no blanks
        {"| --- ", 200, VERDICT_GOOD},                 // a table's rule
        {"\n| 0 | 12.50 |", 40, VERDICT_GOOD},         // its rows are data
        {"\n| no luck again |", 30, VERDICT_BAD},
        {"0 ", 40, VERDICT_BAD},
        {"\n````\n```\nx = 0 x = 0\n```\n````\n", 1, VERDICT_GOOD},
        {"\n````\n```\nx = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = "
         "0 x = 0\n"
         "````\n",
         1, VERDICT_GOOD},
        {"ha ", 10, VERDICT_GOOD},
        // No fence ends it, or it is a line that is drawn.
        {"\n```c\nx = 0\n```c\nx = 0\n```c\nx = 0\n", 12, VERDICT_BAD},
        {"\n````````````````````````````````````````\nx = 0\n", 12, VERDICT_BAD},
        {"\n1. So:\n   ```\n   x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0 "
         "x\n"
         "   ```\n",
         1, VERDICT_GOOD},
        {"\n```html\n<tr><td></td></tr>\n<tr><td></td></tr>\n```\n", 1, VERDICT_GOOD},
        {"\n```\nx = 0 x = 0 x = 0 x = 0 x = 0 x = 0 x = 0\nx = 0 x = 0 x = 0 x = 0 x = 0 x = 0\n",
         1, VERDICT_BAD}, // it has no end
    };
    static const struct text_case data[] = {
        {"[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", VERDICT_GOOD},
        {"[{\"x\":0,\"y\":0},{\"x\":0,\"y\":0},{\"x\":0,\"y\":0},{\"x\":0,\"y\":0},{\"x\":0,\"y\":"
         "0},"
         "{\"x\":0,\"y\":0},{\"x\":0,\"y\":0}]",
         VERDICT_GOOD},
        {"[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", VERDICT_BAD},
        {"So:\n```html\n<tr><td></td></tr><tr><td></td></tr><tr><td></td></tr><tr><td></td></tr>\n"
         "<tr><td></td></tr><tr><td></td></tr><tr><td></td></tr><tr><td></td></tr>\n  ```",
         VERDICT_GOOD},
    };
    EACH(VERIFIER_REPETITION, data);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b;
        buf_init(&b, &alloc_heap, 0);
        buf_add_cstr(&b, "Well, ");
        repeat(&b, cases[i].words, cases[i].times);
        const struct text_case one = {buf_cstr(&b), cases[i].want};
        each(VERIFIER_REPETITION, &one, 1);
        buf_fini(&b);
    }
}

// Rows of a table are data where it has come to its end, behind its rule.
static void tables(void **state)
{
    (void)state;
    static const struct {
        const char *head, *row;
        enum answer_finish finish;
        enum finding_verdict want;
    } cases[] = {
        {"| day | open |\n|---|:-:|\n", "| closed | no luck |\n", ANSWER_ENDED, VERDICT_GOOD},
        {"day | open\n--- | ---\n", "closed | no\n", ANSWER_ENDED, VERDICT_GOOD},
        {"| day | open |\n|---|---|\n", "| closed | no luck |\n", ANSWER_CUT, VERDICT_BAD},
        {"| day | open |\n", "| closed | no luck |\n", ANSWER_ENDED, VERDICT_BAD},
        {"| a | b |\n|---|---|\n| x | y |\n\n", "closed, no luck\n", ANSWER_ENDED, VERDICT_BAD},
        {"| a | b |\n|---|---|\n| x | ", "and so on and so on and so on ", ANSWER_ENDED,
         VERDICT_BAD},
    };
    const struct asked asked = {.form = ASKED_TEXT};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b;
        struct answer a;
        struct finding f;
        buf_init(&b, &alloc_heap, 0);
        buf_add_cstr(&b, cases[i].head);
        repeat(&b, cases[i].row, 50);
        answer_of(&a, buf_str(&b), &alloc_heap);
        a.finish = cases[i].finish;
        verify(VERIFIER_REPETITION, &(struct verify_case){.answer = &a, .asked = &asked}, &f);
        if (f.verdict != cases[i].want)
            fail_msg("%s%s: %s", cases[i].head, cases[i].row, verdict_name(f.verdict));
        answer_fini(&a);
        buf_fini(&b);
    }
}

// What a request asks for is no loop.
static void repeats_asked(void **state)
{
    (void)state;
    static const struct {
        const char *asks, *words;
        int times;
        enum finding_verdict want;
    } cases[] = {
        {"Print 100 zeros.", "0 ", 100, VERDICT_GOOD},
        {"Print 100 zeros.", "0 ", 96, VERDICT_GOOD},
        {"Print 100 zeros.", "0 ", 400, VERDICT_BAD},
        {"Print some zeros.", "0 ", 100, VERDICT_BAD},
        {"Print 9000 zeros, please.", "0 ", 9000, VERDICT_GOOD},
        {"Write \\\"I must not talk\\\" 50 times", "I must not talk. ", 50, VERDICT_GOOD},
        {"Schreib 30 mal: Das ist gut", "Das ist gut. ", 30, VERDICT_GOOD},
        {"\xe6\x8a\x8a\xe5\xa5\xbd\xe5\x86\x99 40 \xe6\xac\xa1", "\xe5\xa5\xbd", 40, VERDICT_GOOD},
        {"A grid of 8 rows and 9 columns of the same letter x", "x ", 72, VERDICT_GOOD},
        {"Name 30 animals.", "dog ", 30, VERDICT_BAD}, // not one of them so many times
        {"Name 30 male animals.", "dog ", 30, VERDICT_BAD},
        {"How much is 30 \\\\times 4?", "dog ", 30, VERDICT_BAD},
        {"5 times, 10 times, 15 times, 20 times, or 30 times?", "dog ", 30, VERDICT_BAD},
        {"Name 30 animals, no one 5 times.", "dog ", 60, VERDICT_BAD},
        {"Fix: la la la la la la la la la la la la la la la la la la la la la la la la la la",
         "la ", 30, VERDICT_GOOD},
        {"Hello", "dog ", 30, VERDICT_BAD},
        // Another loop is no wish for this one.
        {"What is wrong with 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "
         "0?",
         "dog ", 30, VERDICT_BAD},
        {"Fix: la la la la la la la la la la la la la la la la la la la la la la la la la la",
         "lo ", 30, VERDICT_BAD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b, request;
        struct json *body = NULL;
        struct asked asked;
        struct answer a;
        struct finding f;
        buf_init(&b, &alloc_heap, 0);
        buf_init(&request, &alloc_heap, 0);
        repeat(&b, cases[i].words, cases[i].times);
        buf_printf(&request,
                   "{\"messages\":[{\"role\":\"user\",\"content\":\"Say it 30 times\"},{\"role\":"
                   "\"assistant\",\"content\":\"No.\"},{\"role\":\"user\",\"content\":\"%s\"}]}",
                   cases[i].asks);
        assert_int_equal(json_open(buf_str(&request), &alloc_heap, &body, NULL), STATUS_OK);
        asked_read(&asked, ENDPOINT_CHAT, json_root(body));
        answer_of(&a, buf_str(&b), &alloc_heap);
        a.finish = ANSWER_ENDED;
        verify(VERIFIER_REPETITION, &(struct verify_case){.answer = &a, .asked = &asked}, &f);
        if (f.verdict != cases[i].want)
            fail_msg("%s: %s", cases[i].asks, verdict_name(f.verdict));
        answer_fini(&a);
        json_close(body);
        buf_fini(&request);
        buf_fini(&b);
    }
}

static void second_models(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        enum finding_verdict want;
    } cases[] = {
        {"42", "42.", VERDICT_GOOD},
        {"4.0", "4", VERDICT_GOOD},
        {"The answer is 0.50.", "**.5**", VERDICT_GOOD},
        {"-4.00", "4", VERDICT_BAD},
        {"4.01", "4", VERDICT_BAD},
        {"1e400", "2e400", VERDICT_BAD},
        {"4.0 apples", "4 apples", VERDICT_BAD}, // words are compared as they stand
        {"The answer is 42.", "So 6 x 7 gives it.\n#### 42", VERDICT_GOOD},
        {"The answer is (B).", "answer: b", VERDICT_GOOD},
        {"The answer is 1.5", "The answer is 15", VERDICT_BAD},
        // The result stands on a line of its own.
        {"**Answer:**\n42", "**Answer:**\n17", VERDICT_BAD},
        {"**Answer:**\n\n42", "The final answer is:\r\n42", VERDICT_GOOD},
        {"The final answer is:\n42", "The final answer is:\n43", VERDICT_BAD},
        {"Answer:\n---\n42", "42", VERDICT_GOOD},
        {"Answer:", "Answer: 42", VERDICT_BAD},
        {"**", "??", VERDICT_UNSURE},
        {"", "", VERDICT_UNSURE},
        {"{}", "{}", VERDICT_GOOD},
        {"{}", "[]", VERDICT_BAD},
        {"Paris", "Rome", VERDICT_BAD},
        {"{\"a\":1,\"b\":2}", "{ \"b\": 2.0, \"a\": 1 }", VERDICT_GOOD},
        {"{\"a\":1}", "{\"a\":2}", VERDICT_BAD},
        {"The parcel was sent on Monday from Hamburg and will be with you on Wednesday morning, "
         "between eight and ten.",
         "Your parcel was sent from Hamburg on Monday and will be with you on Wednesday morning, "
         "between eight and ten.",
         VERDICT_GOOD},
        {"The parcel was sent on Monday from Hamburg and will be with you on Wednesday morning, "
         "between eight and ten.",
         "We are closed for the whole of next week because of works in our building, and ask you "
         "to "
         "call again later then.",
         VERDICT_BAD},
    };
    const struct asked asked = {.form = ASKED_TEXT};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer a;
        struct answer b;
        struct finding f;
        answer_of(&a, str_of(cases[i].a), &alloc_heap);
        answer_of(&b, str_of(cases[i].b), &alloc_heap);
        verify(VERIFIER_AGREE, &(struct verify_case){.answer = &a, .asked = &asked, .other = &b},
               &f);
        if (f.verdict != cases[i].want)
            fail_msg("\"%s\" and \"%s\": %s", cases[i].a, cases[i].b, verdict_name(f.verdict));
        answer_fini(&a);
        answer_fini(&b);
    }
}

static enum finding_verdict by_calls(const char *x, const char *y)
{
    const struct asked asked = {.form = ASKED_TEXT};
    struct answer a, b;
    struct finding f;
    assert_true(answer_read(&a, ENDPOINT_CHAT, METER_JSON, str_of(x), &alloc_heap));
    assert_true(answer_read(&b, ENDPOINT_CHAT, METER_JSON, str_of(y), &alloc_heap));
    verify(VERIFIER_AGREE, &(struct verify_case){.answer = &a, .asked = &asked, .other = &b}, &f);
    answer_fini(&a);
    answer_fini(&b);
    return f.verdict;
}

#define CALLS(function) "{\"choices\":[{\"message\":{\"tool_calls\":[" function "]}}]}"

static void second_models_calls(void **state)
{
    (void)state;
    static const char bare[] = CALLS("{\"function\":{\"name\":\"f\"}}");
    static const char empty[] = CALLS("{\"function\":{\"name\":\"f\",\"arguments\":\" {} \"}}");
    static const char one[] =
        CALLS("{\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}");
    static const char text[] = CALLS("{\"custom\":{\"name\":\"f\",\"input\":\"ls\"}}");
    assert_int_equal(by_calls(bare, bare), VERDICT_GOOD);
    assert_int_equal(by_calls(bare, empty), VERDICT_GOOD);
    assert_int_equal(by_calls(empty, one), VERDICT_BAD);
    assert_int_equal(by_calls(bare, one), VERDICT_BAD);
    assert_int_equal(by_calls(text, text), VERDICT_GOOD);
    assert_int_equal(by_calls(text, bare), VERDICT_BAD);
}

// What was asked, what came, in the words of each dialect.
static const struct {
    enum endpoint endpoint;
    const char *request, *answer;
    enum finding_verdict want;
} forms[] = {
    {ENDPOINT_CHAT, "{}", "{\"choices\":[{\"message\":{\"content\":\"hi\"}}]}", VERDICT_UNSURE},
    {ENDPOINT_CHAT, "{\"response_format\":{\"type\":\"json_object\"}}",
     "{\"choices\":[{\"message\":{\"content\":\"```json\\n{}\\n```\"}}]}", VERDICT_BAD},
    {ENDPOINT_CHAT, "{\"response_format\":{\"type\":\"json_object\"}}",
     "{\"choices\":[{\"message\":{\"content\":\" {} \"}}]}", VERDICT_GOOD},
    {ENDPOINT_CHAT, "{\"response_format\":{\"type\":\"json_object\"}}",
     "{\"choices\":[{\"message\":{\"content\":\"12\"}}]}", VERDICT_BAD},
    {ENDPOINT_CHAT, "{\"response_format\":{\"type\":\"json_object\"}}",
     "{\"choices\":[{\"message\":{\"content\":\"[{}]\"}}]}", VERDICT_BAD},
    {ENDPOINT_RESPONSES, "{\"text\":{\"format\":{\"type\":\"json_object\"}}}",
     "{\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"null\"}]}]}", VERDICT_BAD},
    {ENDPOINT_RESPONSES,
     "{\"text\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"number\"}}}}",
     "{\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"12\"}]}]}", VERDICT_GOOD},
    {ENDPOINT_OLLAMA_CHAT, "{\"format\":\"json\"}", "{\"message\":{\"content\":\"12\"}}",
     VERDICT_BAD},
    {ENDPOINT_GENERATE, "{\"generationConfig\":{\"responseMimeType\":\"application/json\"}}",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"[12]\"}]}}]}", VERDICT_GOOD},
    {ENDPOINT_CHAT,
     "{\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"required\":["
     "\"a\"]}}}}",
     "{\"choices\":[{\"message\":{\"content\":\"{}\"}}]}", VERDICT_BAD},
    {ENDPOINT_RESPONSES,
     "{\"text\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"required\":[\"a\"]}}}}",
     "{\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"{}\"}]}]}", VERDICT_BAD},
    {ENDPOINT_MESSAGES,
     "{\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"required\":[\"a\"]}}}"
     "}",
     "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"{\\\"a\\\":1}\"}]}",
     VERDICT_GOOD},
    {ENDPOINT_GENERATE,
     "{\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseSchema\":{"
     "\"type\":\"OBJECT\",\"required\":[\"a\"]}}}",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"[]\"}]}}]}", VERDICT_BAD},
    {ENDPOINT_GENERATE, // the other spelling
     "{\"generation_config\":{\"response_mime_type\":\"application/json\",\"response_schema\":{"
     "\"type\":\"OBJECT\",\"required\":[\"a\"]}}}",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{}\"}]}}]}", VERDICT_BAD},
    {ENDPOINT_GENERATE, "{\"generationConfig\":{\"response_json_schema\":{\"type\":\"object\"}}}",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{}\"}]}}]}", VERDICT_GOOD},
    {ENDPOINT_GENERATE, "{\"tool_config\":{\"function_calling_config\":{\"mode\":\"ANY\"}}}",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"no\"}]}}]}", VERDICT_BAD},
    {ENDPOINT_GENERATE, // one of a list, by itself
     "{\"tools\":{\"functionDeclarations\":[{\"name\":\"f\"}]}}",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{}}}]}}]"
     "}",
     VERDICT_GOOD},
    {ENDPOINT_GENERATE, // a call without a name is of none of them
     "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}]}",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"args\":{}}}]}}]}",
     VERDICT_BAD},
    {ENDPOINT_OLLAMA_CHAT, "{\"format\":{\"type\":\"object\"}}",
     "{\"message\":{\"content\":\"{}\"}}", VERDICT_GOOD},
    {ENDPOINT_OLLAMA_CHAT, "{\"format\":\"json\"}", "{\"message\":{\"content\":\"hi\"}}",
     VERDICT_BAD},
    // Tools, and none that may be called.
    {ENDPOINT_CHAT,
     "{\"tool_choice\":\"none\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}",
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":"
     "\"{}\"}}]}}]}",
     VERDICT_BAD},
    {ENDPOINT_CHAT, "{\"function_call\":\"none\",\"functions\":[{\"name\":\"f\"}]}",
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":"
     "\"{}\"}}]}}]}",
     VERDICT_BAD},
    {ENDPOINT_MESSAGES, "{\"tool_choice\":{\"type\":\"none\"},\"tools\":[{\"name\":\"f\"}]}",
     "{\"type\":\"message\",\"content\":[{\"type\":\"tool_use\",\"name\":\"f\",\"input\":{}}]}",
     VERDICT_BAD},
    {ENDPOINT_GENERATE,
     "{\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"NONE\"}},\"tools\":[{"
     "\"functionDeclarations\":[{\"name\":\"f\"}]}]}",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{}}}]}}]"
     "}",
     VERDICT_BAD},
    {ENDPOINT_CHAT, "{\"tool_choice\":\"none\",\"tools\":[]}",
     "{\"choices\":[{\"message\":{\"content\":\"hi\"}}]}", VERDICT_UNSURE},
    {ENDPOINT_CHAT,
     "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"required\":"
     "[\"a\"]}}}]}",
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":"
     "\"{\\\"a\\\":1}\"}}]}}]}",
     VERDICT_GOOD},
    {ENDPOINT_CHAT,
     "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"required\":"
     "[\"a\"]}}}]}",
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":"
     "\"{}\"}}]}}]}",
     VERDICT_BAD},
    {ENDPOINT_CHAT, "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}",
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"g\",\"arguments\":"
     "\"{}\"}}]}}]}",
     VERDICT_BAD},
    {ENDPOINT_CHAT, "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}",
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":"
     "\"{a\"}}]}}]}",
     VERDICT_BAD},
    {ENDPOINT_CHAT,
     "{\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}"
     "}]}",
     "{\"choices\":[{\"message\":{\"content\":\"no\"}}]}", VERDICT_BAD},
    {ENDPOINT_CHAT,
     "{\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}},\"tools\":[{"
     "\"function\":{\"name\":\"f\"}},{\"function\":{\"name\":\"g\"}}]}",
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":"
     "\"{}\"}}]}}]}",
     VERDICT_BAD},
    {ENDPOINT_CHAT, // all calls share what may be done: f, asked for by itself for ever, takes it
     "{\"tools\":[{\"function\":{\"name\":\"f\",\"parameters\":{\"allOf\":[{\"$ref\":\"#\"},{\"$"
     "ref\":\"#\"}]}"
     "}},{\"function\":{\"name\":\"g\",\"parameters\":{\"required\":[\"a\"]}}}]}",
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{}"
     "\"}},{"
     "\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}}]}",
     VERDICT_UNSURE},
    // As tools were before, and those that take a text.
    {ENDPOINT_CHAT, "{\"functions\":[{\"name\":\"f\",\"parameters\":{\"required\":[\"a\"]}}]}",
     "{\"choices\":[{\"message\":{\"function_call\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}"
     "\"}}"
     "}]}",
     VERDICT_GOOD},
    {ENDPOINT_CHAT, "{\"functions\":[{\"name\":\"f\",\"parameters\":{\"required\":[\"a\"]}}]}",
     "{\"choices\":[{\"message\":{\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}}}]}",
     VERDICT_BAD},
    {ENDPOINT_CHAT, "{\"functions\":[{\"name\":\"f\"}],\"function_call\":{\"name\":\"f\"}}",
     "{\"choices\":[{\"message\":{\"content\":\"no\"}}]}", VERDICT_BAD},
    {ENDPOINT_CHAT, "{\"functions\":[{\"name\":\"f\"}],\"function_call\":\"auto\"}",
     "{\"choices\":[{\"message\":{\"content\":\"no\"}}]}", VERDICT_UNSURE},
    {ENDPOINT_CHAT, "{\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"sql\"}}]}",
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"type\":\"custom\",\"custom\":{\"name\":"
     "\"sql\","
     "\"input\":\"SELECT 1\"}}]}}]}",
     VERDICT_GOOD},
    {ENDPOINT_RESPONSES, "{\"tools\":[{\"type\":\"custom\",\"name\":\"sql\"}]}",
     "{\"output\":[{\"type\":\"custom_tool_call\",\"name\":\"sql\",\"input\":\"SELECT 1\"}]}",
     VERDICT_GOOD},
    {ENDPOINT_RESPONSES, "{\"tools\":[{\"type\":\"custom\",\"name\":\"sql\"}]}",
     "{\"output\":[{\"type\":\"custom_tool_call\",\"name\":\"sh\",\"input\":\"ls\"}]}",
     VERDICT_BAD},
    {ENDPOINT_CHAT,
     "{\"tool_choice\":{\"type\":\"custom\",\"custom\":{\"name\":\"sql\"}},\"tools\":[{\"type\":"
     "\"custom\",\"custom\":{\"name\":\"sql\"}}]}",
     "{\"choices\":[{\"message\":{\"content\":\"no\"}}]}", VERDICT_BAD},
    {ENDPOINT_RESPONSES,
     "{\"tool_choice\":{\"type\":\"allowed_tools\",\"mode\":\"required\",\"tools\":[]}}",
     "{\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"no\"}]}]}", VERDICT_BAD},
    {ENDPOINT_RESPONSES, // it runs at the provider: no call of it comes
     "{\"tool_choice\":{\"type\":\"mcp\",\"server_label\":\"s\",\"name\":\"f\"}}",
     "{\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"yes\"}]}]}", VERDICT_UNSURE},
    {ENDPOINT_RESPONSES, "{\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"}}",
     "{\"output\":[{\"type\":\"message\",\"content\":[{\"text\":\"no\"}]}]}", VERDICT_BAD},
    {ENDPOINT_CHAT,
     "{\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\"}}}",
     "{\"choices\":[{\"message\":{\"content\":\"no\"}}]}", VERDICT_UNSURE},
    {ENDPOINT_MESSAGES, // Claude's own word for those of the caller
     "{\"tools\":[{\"type\":\"custom\",\"name\":\"f\",\"input_schema\":{\"required\":[\"a\"]}}]}",
     "{\"type\":\"message\",\"content\":[{\"type\":\"tool_use\",\"name\":\"f\",\"input\":{}}]}",
     VERDICT_BAD},
    {ENDPOINT_MESSAGES,
     "{\"tool_choice\":{\"type\":\"any\"},\"tools\":[{\"name\":\"f\",\"input_schema\":{"
     "\"required\":[\"a\"]}}]}",
     "{\"type\":\"message\",\"content\":[{\"type\":\"tool_use\",\"name\":\"f\",\"input\":{}}]}",
     VERDICT_BAD},
    {ENDPOINT_GENERATE,
     "{\"tools\":[{\"functionDeclarations\":[{\"name\":\"e\"},{\"name\":\"f\",\"parameters\":{"
     "\"type\":\"OBJECT\",\"properties\":{\"a\":{\"type\":\"INTEGER\"}}}}]}]}",
     "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":"
     "\"x\"}}}]}}]}",
     VERDICT_BAD},
};

static void forms_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct json *body = NULL;
        struct asked asked;
        struct answer a;
        struct finding f;
        assert_int_equal(json_open(str_of(forms[i].request), &alloc_heap, &body, NULL), STATUS_OK);
        asked_read(&asked, forms[i].endpoint, json_root(body));
        assert_true(
            answer_read(&a, forms[i].endpoint, METER_JSON, str_of(forms[i].answer), &alloc_heap));
        verify(VERIFIER_SCHEMA, &(struct verify_case){.answer = &a, .asked = &asked}, &f);
        if (f.verdict != forms[i].want)
            fail_msg("%s: %s: %s (%s)", forms[i].request, forms[i].answer, verdict_name(f.verdict),
                     f.why);
        answer_fini(&a);
        json_close(body);
    }
}

// Of a long message the last texts are kept, of an earlier one none.
static void texts_kept(void **state)
{
    (void)state;
    struct buf b;
    struct json *body = NULL;
    struct asked asked;
    bool last = false;
    buf_init(&b, &alloc_heap, 0);
    buf_add_cstr(&b, "{\"system\":\"be\",\"messages\":[{\"role\":\"user\",\"content\":\"old\"},"
                     "{\"role\":\"user\",\"content\":[");
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "{\"type\":\"text\",\"text\":\"%d\"},", i);
    buf_add_cstr(&b, "{\"type\":\"text\",\"text\":\"last\"}]}]}");
    assert_int_equal(json_open(buf_str(&b), &alloc_heap, &body, NULL), STATUS_OK);
    asked_read(&asked, ENDPOINT_CHAT, json_root(body));
    assert_int_equal(asked_kept(&asked.instructions), 1);
    assert_int_equal(asked.message.count, 1001);
    assert_int_equal(asked_kept(&asked.message), ASKED_TEXTS);
    for (size_t i = 0; i < ASKED_TEXTS; i++) {
        uint64_t n = 0;
        last = last || str_is(asked.message.of[i], "last");
        assert_true(str_is(asked.message.of[i], "last") || str_u64(asked.message.of[i], &n));
        assert_true(n == 0 || n > 1000 - ASKED_TEXTS);
    }
    assert_true(last);
    json_close(body);
    buf_fini(&b);
}

static enum finding_verdict by_tokens(const struct sureness *usual, const int32_t *tokens,
                                      unsigned count)
{
    const struct asked asked = {.form = ASKED_TEXT};
    struct answer a;
    struct finding f;
    answer_of(&a, str_of("x"), &alloc_heap);
    a.tokens = alloc_must(count * sizeof *tokens);
    memcpy(a.tokens, tokens, count * sizeof *tokens);
    a.token_count = count;
    verify(VERIFIER_LOGPROB,
           &(struct verify_case){
               .answer = &a, .asked = &asked, .sure_least = sureness_least(usual, false, 900000)},
           &f);
    answer_fini(&a);
    return f.verdict;
}

static void sure_of_tokens(void **state)
{
    (void)state;
    struct sureness usual = {.of = {{.count = 0}}};
    // One guess in twenty does not count, three do.
    int32_t tokens[20] = {-5000000};
    assert_int_equal(by_tokens(&usual, tokens, 20), VERDICT_GOOD);
    tokens[1] = tokens[2] = -5000000;
    assert_int_equal(by_tokens(&usual, tokens, 20), VERDICT_BAD);
    // For a model that is usually no surer it is sure enough; the least sure tenth is not.
    for (int i = 1; i <= 100; i++)
        sureness_add(&usual, (struct how_sure){-i * 100000, false});
    assert_int_equal(sureness_least(&usual, false, 900000), -9100000);
    assert_int_equal(by_tokens(&usual, tokens, 20), VERDICT_GOOD);
    tokens[0] = tokens[1] = tokens[2] = -9200000;
    assert_int_equal(by_tokens(&usual, tokens, 20), VERDICT_BAD);
    // Only the latest count.
    for (int i = 0; i < SURENESS_KEPT; i++)
        sureness_add(&usual, (struct how_sure){-10, false});
    assert_int_equal(sureness_least(&usual, false, 900000), -10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals),
        cmocka_unit_test(cut_or_empty),
        cmocka_unit_test(loops),
        cmocka_unit_test(tables),
        cmocka_unit_test(repeats_asked),
        cmocka_unit_test(second_models),
        cmocka_unit_test(second_models_calls),
        cmocka_unit_test(forms_asked),
        cmocka_unit_test(texts_kept),
        cmocka_unit_test(sure_of_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
