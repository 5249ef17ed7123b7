// SPDX-License-Identifier: Apache-2.0
//
// The words are those of English, German, French, Spanish, Italian, Portuguese, Chinese and
// Japanese. A wish is an imperative at the beginning of a clause:
//
//   Please   write   me   a short   reply   to Tom   that declines   .
//   polite   verb                   text             declining       the clause ends
//
// "I got a reply that my card was declined" is none.

#include "verify/wish.h"

#include <ctype.h>
#include <string.h>

#include "verify/refusal.h"

#define SOURCES_MAX  2 // texts in which a refusal is looked for
#define NUMBERS_MAX  4 // who asks for a repetition says no more of them
#define NUMBER_LEAST 5
#define NUMBER_MOST  1000000
#define NEAR_BYTES   32  // behind a number, within which a word of repeating begins
#define CLAUSE_BYTES 240 // of a clause
#define VERBS_MAX    16  // of writing, of a text, that are followed
#define POLITE_MAX   4   // words before a verb
#define WORDS_BEFORE 2   // before the word for a refusal, behind the verb

// Each begins a word, and is all of one where a blank ends it; but for the last ones, of scripts
// without blanks.
static const char repeating[] =
    "repeat|times |copies|identical|same |zero|ones |dots |dashes|stars |blanks |spaces |asterisk|"
    "mal |wiederh|nullen|einsen|punkte|fois |rép|veces|repit|repet|ceros|unos|volte |ripet|zeri|"
    "vezes|次|遍|重复|回|繰り返|個の";
static const char polite[] =
    "please |kindly |can you |could you |would you |will you |i need you to |i want you to |"
    "i would like you to |i'd like you to |help me |to |now |and |then |so |"
    "bitte |nun |und |dann |s'il te plaît |s'il vous plaît |peux-tu |pouvez-vous |pourriez-vous |"
    "et |por favor |puedes |podrías |puede |podría |y |per favore |puoi |potresti |può |e |"
    "você pode |pode |poderia |请|麻烦|你能|帮我|帮忙|给我";
// A text is to be written,
static const char writing[] =
    "write |draft |compose |"
    "schreib |schreibe |schreiben |verfass |verfasse |verfassen |formulier |formuliere |entwirf |"
    "écris |écrivez |Écris |Écrivez |écrire |rédige |rédigez |rédiger |"
    "escribe |escriba |escribir |escríbeme |redacta |redacte |redactar |"
    "scrivi |scriva |scrivere |scrivimi |redigi |"
    "escreva |escreve |escrever |redija |"
    "写|撰写|起草|拟";
// ... or one of a kind is wanted,
static const char giving[] = "give |show |suggest |provide |generate |create |prepare |make |send |"
                             "gib |zeig |erstelle |donne |donnez |propose |dame |da |crea |dammi |"
                             "dê |dá |crie |给|来|生成";
static const char texts[] =
    "letter |mail |email |e-mail |message |reply |response |answer |sms |text |note |notice |post |"
    "tweet |statement |announcement |greeting |line |script |dialogue |speech |comment |paragraph |"
    "sentence |template |autoreply |auto-reply |"
    "brief |nachricht |antwort |notiz |text |aushang |ansage |lettre |courriel |réponse |carta "
    "|correo |mensaje |respuesta |"
    "texto |nota |aviso |lettera |messaggio |risposta |testo |avviso |mensagem |resposta "
    "|信|邮件|回复|短信|消息|通知|公告|留言";
// ... and declines,
static const char declining[] =
    "cancels |cancelling |canceling |apologizes |apologises |apologizing |apologising |resigns |"
    "resigning |regretting |"
    "decline |declines |declining |refuse |refuses |refusing |reject |rejects |rejecting |"
    "turn down |turns down |turning down |say no |says no |saying no |"
    "ablehnt |ablehne |abzulehnen |absagt |absage |abzusagen |"
    "décline |décliner |déclinant |refuser |refusant |rechazar |rechaza |rechace |rechazando |"
    "declinar |declina |de refus |de rechazo |di rifiuto |de recusa |rifiuta |rifiutare "
    "|rifiutando |declinare |recusar |recusa |"
    "recuse |recusando |拒绝|婉拒|谢绝|道歉|取消";
// ... or says that its sender does not.
static const char denying[] =
    "we cannot |we can't |we can not |we could not |we couldn't |we are unable |we're unable |"
    "we are not |we're not |we aren't |we do not |we don't |we won't |we will not |we no longer |"
    "i cannot |i can't |i can not |i could not |i couldn't |i am unable |i'm unable |i am not |"
    "i'm not |i do not |i don't |i won't |i will not |i no longer |"
    "wir nicht |wir kein |wir keine |wir keinen |wir leider |ich nicht |ich kein |ich keine |"
    "ich keinen |ich leider |"
    "nous ne |nous n'|je ne |je n'|on ne |que no |que non |che non |que não |"
    "不能|无法|没办法|不会|没有|ないと|できません|できない";
// ... unless that is what another does, or did.
static const char another[] =
    "who |whom |whose |if |when |why |how |what |whether |because |after |"
    "wer |wem |wessen |dessen |deren |wenn |ob |warum |weshalb |wie |was |weil |nachdem |"
    "si |quand |pourquoi |comment |parce |dont |quien |cuyo |cuya |cuando |por qué |porque |"
    "se |quando |perché |cui |quem |cujo |cuja |why|被|为什么|如果|怎么";
// The text itself is one.
static const char refusal[] =
    "refusal |rejection |no |apology |cancellation |resignation |termination |breakup |break-up "
    "|regrets |"
    "absage |ablehnung |entschuldigung |kündigung |refus |excuses |résiliation |annulation |"
    "démission |rechazo |negativa |disculpa |disculpas |cancelación |renuncia |rifiuto |scuse |"
    "disdetta |dimissioni |recusa |desculpas |cancelamento |demissão |"
    "拒绝信|婉拒信|拒绝邮件|婉拒邮件|道歉信|道歉邮件|辞职信";
// What is one of it: "an example of a refusal".
static const char samples[] =
    "a |an |one |two |three |some |few |several |short |example |examples |"
    "sample |samples |template |of |ein |eine |beispiel |für |un |una |"
    "exemple |ejemplo |esempio |um |uma |exemplo |de |di |d'";
static const char behind_refusal[] =
    "letter |mail |email |e-mail |message |reply |response |answer |note |text |notice |"
    "statement |speech |post |tweet |line |sentence |sms |to |for |of |from |"
    "auf |an |für |à |de |pour |a |al |para |di |per |ao |à |给";
static const char receivers[] = "me |us |mir |uns |ihm |ihr |him |her |them ";
// Behind the word for a text: else it is of something else, as "email filter".
static const char behind_text[] =
    "that |which |to |in |for |from |on |with |back |declining |refusing |rejecting |saying |"
    "turning |telling |explaining |politely |die |das |der |mit |an |auf |zur |zum |um |que |qui "
    "|pour |para |à |a |"
    "al |ao |au |aux |en |per |di |che |de |em |por |dans |politely ";
// In Japanese the verb comes last: a message that declines, is to be written.
static const char declining_ja[] =
    "断りの|断る|お断り|辞退|お詫び|謝罪|欠席|キャンセル|退職|できない|できません";
static const char texts_ja[] = "メール|手紙|返信|返事|文面|メッセージ|連絡|お知らせ|伝え";
static const char writing_ja[] = "書い|書き|作成|考え|作っ";
// Somebody is to be told, but for who asks.
static const char telling[] =
    "tell |inform |notify |reply |respond |answer |say |let |text |email |message |announce |post |"
    "sag |sage |sagen |antworte |antworten |teile |informiere |réponds |répondez |répondre |dis |"
    "dites |informe |informez |responde |responda |dile |diga |avisa |informa |rispondi |"
    "rispondere |avvisa |diz |diga |avise |回复|告诉|通知|答复";
static const char oneself[] = "me |us |mir |uns |moi |nous |me |nos |mi |ci |我|我们";
// What somebody is to say, or how.
static const char speaking[] =
    "what should |what would |what could |what can i |what do i |"
    "how do i |how can i |how could i |how should |how would |how do you |"
    "wie kann ich |wie sage ich |wie lehne ich |was sage ich |"
    "comment |qué digo |cómo puedo |cómo |come posso |come |como posso |"
    "como |怎么|如何";
static const char spoken[] =
    "say |says |reply |answer |respond |tell |phrase |decline |refuse |turn |sagen |sage "
    "|antworten |"
    "ablehnen |dire |répondre |refuser |decir |digo |responder |rechazar |rispondere |rifiutare |"
    "dizer |recusar |说|拒绝|回复";
static const char unsaid[] =
    "decline |refuse |reject |turn down |say no |no answer |cannot |can't |ablehnen |nein sagen |"
    "absagen |refuser |décliner |dire non |rechazar |declinar |decir que no |rifiutare |dire di no "
    "|"
    "recusar |dizer não |拒绝|婉拒";
// A text is to decline, in a word.
static const char decline_verbs[] =
    "decline |politely decline |turn down |say no |refuse politely |"
    "décline |refuse poliment |rechaza amablemente |"
    "declina |rifiuta gentilmente |婉拒|谢绝";
// A question that no may answer.
static const char asking[] = "whether |yes |ob |ja |oui |sí |sì |sim |true |possible |是否|吗|か";
// A text is to be put otherwise.
static const char rewriting[] =
    "make |put |turn |polish |shorten |expand |improve |simplify |classify |label |edit |fix "
    "|continue |"
    "finish |complete |repeat |convert |kürze |verbessere |klassifiziere |wiederhole |"
    "translate |rewrite |rephrase |paraphrase |reword |proofread |correct |summarize |summarise |"
    "übersetz|Übersetz|formulier|umformulier|korrigier|traduis |traduisez |traduire |reformul|"
    "corrige|tradu|reescrib|resum|riformul|riassum|corregg|reescrev";
static const char rewriting_wide[] = "翻译|译|改写|翻訳|訳|言い換|要約";
// Or is of words.
static const char meaning[] =
    "how do you say |how do i say |how would you say |how would i say |how to say |how does one "
    "say |"
    "mean |means |meaning |in english |in german |in french |in spanish |in italian |"
    "in portuguese |in chinese |in japanese |wie sagt man |wie sage ich |wie heißt |bedeutet |"
    "auf deutsch |auf englisch |auf französisch |auf spanisch |comment dit-on |comment dire |"
    "veut dire |signifie |en anglais |en français |en allemand |cómo se dice |cómo digo |significa "
    "|"
    "en inglés |en español |come si dice |in inglese |in italiano |como se diz |como digo |"
    "em inglês |em português";
static const char meaning_wide[] =
    "怎么说|什么意思|英文|中文|英语|用日语|どう言|何と言|意味|英語|日本語";
// Of instructions, that all is.
static const char rewriter[] = "translat|rewrit|rephras|paraphras|proofread|summar|übersetz|"
                               "Übersetz|korrigier|tradui|tradu|corrig|riformul";

// The bytes of a word of these, which have no capitals, at `at`; 0: none stands there.
static size_t word_at(struct str s, size_t at, const char *words)
{
    struct str list = str_of(words), word;
    const char first = (char)(tolower)((unsigned char)s.ptr[at]);
    while (str_cut(&list, '|', &word)) {
        const size_t len = word.ptr[word.len - 1] == ' ' ? word.len - 1 : word.len;
        const size_t end = at + len;
        if (word.ptr[0] == first && str_starts_nocase(str_skip(s, at), str_from(word.ptr, len)) &&
            (word.len == len || end >= s.len ||
             !(isalnum((unsigned char)s.ptr[end]) || (unsigned char)s.ptr[end] >= 0x80)))
            return len;
    }
    return 0;
}

// At `at` a word may begin: behind no other letter, or with a character of its own. TeX's \times is
// none.
static bool is_begin(struct str s, size_t at)
{
    const char before = at > 0 ? s.ptr[at - 1] : ' ';
    return ((unsigned char)s.ptr[at] & 0xc0) == 0xc0 ||
           (isalpha((unsigned char)s.ptr[at]) && !isalpha((unsigned char)before) && before != '\\');
}

// Where the first of these words ends, and where it begins; 0: there is none.
static size_t find_word(struct str s, const char *words, size_t *begin)
{
    for (size_t at = 0; at < s.len; at++) {
        const size_t len = is_begin(s, at) ? word_at(s, at, words) : 0;
        *begin = at;
        if (len > 0)
            return at + len;
    }
    return 0;
}

static bool has_word(struct str s, const char *words)
{
    size_t begin;
    return find_word(s, words, &begin) > 0;
}

struct str wish_end(struct str text, bool last)
{
    const bool whole = text.len <= 2 * WISH_BYTES;
    if (last)
        return str_skip(text, whole ? text.len : text.len - WISH_BYTES);
    return whole ? text : str_clip(text, WISH_BYTES);
}

typedef bool end_f(void *context, struct str end);

// True where `f` says so of one of the ends of its texts.
static bool any_end(const struct asked_texts *t, end_f *f, void *context)
{
    for (size_t i = 0; i < 2 * asked_kept(t); i++)
        if (f(context, wish_end(t->of[i / 2], i % 2)))
            return true;
    return false;
}

// --- a repetition ---

struct numbers {
    size_t of[NUMBERS_MAX];
    size_t count;
};

static size_t number_at(struct str s, size_t at)
{
    size_t number = 0;
    for (; at < s.len && str_digit(s.ptr[at]) && number < NUMBER_MOST; at++)
        number = number * 10 + (size_t)(s.ptr[at] - '0');
    return number;
}

// Backwards, so that the word behind a number is known. True: there are too many.
static bool take_numbers(void *context, struct str s)
{
    struct numbers *n = context;
    size_t word = SIZE_MAX, end = 0; // where the nearest one begins; where the number ends
    for (size_t at = s.len; at-- > 0;) {
        if (is_begin(s, at) && word_at(s, at, repeating) > 0)
            word = at;
        if (!str_digit(s.ptr[at]))
            continue;
        end = at + 1 < s.len && str_digit(s.ptr[at + 1]) ? end : at + 1;
        const bool whole = at == 0 || !str_digit(s.ptr[at - 1]);
        if (!whole || word == SIZE_MAX || word - end >= NEAR_BYTES ||
            number_at(s, at) < NUMBER_LEAST)
            continue;
        if (n->count == NUMBERS_MAX)
            return true;
        n->of[n->count++] = number_at(s, at);
    }
    return false;
}

// Models count badly.
static bool is_about(size_t rounds, size_t number)
{
    const size_t slack = number / 10 + 1;
    return rounds + slack >= number && rounds <= number + slack;
}

bool wish_repeats(const struct asked *a, size_t rounds)
{
    struct numbers n = {.count = 0};
    if (any_end(&a->message, take_numbers, &n))
        return false;
    for (size_t i = 0; i < n.count; i++) {
        if (is_about(rounds, n.of[i]))
            return true;
        for (size_t j = 0; j < i; j++) // ten rows of ten
            if (is_about(rounds, n.of[i] * n.of[j]))
                return true;
    }
    return false;
}

// --- an imperative ---

// The bytes of a sign that ends a clause at `at`; 0: none stands there. A clause that says of what
// kind a text is stands behind a comma, and belongs to it.
static size_t sign_at(struct str s, size_t at)
{
    static const char wide[] = "。|！|？|，|；|：|—|–";
    static const char goes_on[] =
        "die |das |in der |in dem |in welche|worin |dass |mit der |mit dem |que |qui |dans |"
        "che |in cui |en la que|en el que|em que|that |which |in which |politely |declining ";
    const struct str rest = str_skip(s, at + 1);
    const char c = s.ptr[at];
    if ((unsigned char)c >= 0x80)
        return word_at(s, at, wide);
    if (c == ',')
        return str_trim(rest).len == 0 ||
               word_at(rest, (size_t)(str_trim(rest).ptr - rest.ptr), goes_on) == 0;
    if (c == '.' || c == '!' || c == '?')
        return rest.len == 0 || str_blank(rest.ptr[0]);
    return c != '\0' && strchr(";:\n(\"", c);
}

// Up to the sign that ends it.
static struct str clause_of(struct str s)
{
    for (size_t end = 0; end < s.len; end++)
        if (sign_at(s, end) > 0)
            return str_from(s.ptr, end);
    return s;
}

// Words of courtesy at its front, where a word begins.
static struct str pass_polite(struct str s)
{
    for (unsigned i = 0; i < POLITE_MAX && s.len > 0; i++) {
        const size_t len = word_at(s, 0, polite);
        s = str_skip(s, len);
        while (len > 0 && s.len > 0 && (str_blank(s.ptr[0]) || s.ptr[0] == ','))
            s = str_skip(s, 1);
    }
    return s;
}

// What stands behind a verb, up to its clause's end.
typedef bool rest_f(struct str rest);

// A clause of `s` begins with one of these, and `f` says so of the rest of it.
static bool orders(struct str s, const char *verbs, rest_f *f)
{
    static const char joins[] = "and |then |und |dann |et |y |e |luego |poi ";
    unsigned tried = 0;
    bool begins = true;
    for (size_t at = 0; at < s.len && tried < VERBS_MAX; at++) {
        begins = begins || sign_at(s, at) > 0;
        if (!is_begin(s, at) || !(begins || word_at(s, at, joins) > 0))
            continue;
        begins = sign_at(s, at) > 0; // of more than a byte: what stands behind it is one
        const struct str clause = pass_polite(str_clip(str_skip(s, at), CLAUSE_BYTES));
        const size_t verb = clause.len > 0 ? word_at(clause, 0, verbs) : 0;
        tried += verb > 0;
        if (verb > 0 && f(clause_of(str_skip(clause, verb))))
            return true;
    }
    return false;
}

// --- a text that refuses ---

static bool any_rest(struct str rest)
{
    (void)rest;
    return true;
}

static bool has_text(struct str rest)
{
    return has_word(rest, texts);
}

// "a polite rejection letter", "me a refusal"; no "refusal classifier".
static bool names_refusal(struct str rest)
{
    size_t begin, end, words = 0;
    rest = str_trim(rest);
    if (rest.len > 0)
        rest = str_trim(str_skip(rest, word_at(rest, 0, receivers)));
    for (size_t len = 1; len > 0 && rest.len > 0; rest = str_trim(str_skip(rest, len)))
        len = word_at(rest, 0, samples);
    end = find_word(rest, refusal, &begin);
    for (size_t i = 0; i < begin && i < rest.len; i++)
        words += rest.ptr[i] == ' ';
    const struct str behind = str_trim(str_skip(rest, end));
    return end > 0 && words <= WORDS_BEFORE &&
           (behind.len == 0 || word_at(behind, 0, behind_refusal) > 0);
}

// "a reply to Tom that declines"; no "email filter that rejects", or "reply to one who refuses".
static bool names_text(struct str rest)
{
    size_t begin, end;
    while ((end = find_word(rest, texts, &begin)) > 0) {
        const bool wide = (unsigned char)rest.ptr[begin] >= 0x80;
        rest = str_skip(rest, end);
        const struct str behind = str_skip(rest, str_starts(rest, str_of(",")) ? 1 : 0);
        const struct str next = str_trim(behind);
        end = find_word(rest, declining, &begin);
        end = end > 0 ? end : find_word(rest, denying, &begin);
        if ((wide || (next.len > 0 && word_at(next, 0, behind_text) > 0)) && end > 0 &&
            !has_word(str_from(rest.ptr, begin), another))
            return true;
    }
    return false;
}

// "the client that we don't do that"; no "me why I can't".
static bool denies(struct str rest)
{
    size_t begin;
    rest = str_trim(rest);
    return find_word(rest, denying, &begin) > 0 && word_at(rest, 0, oneself) == 0 &&
           !has_word(str_from(rest.ptr, begin), another);
}

static bool declines(struct str rest)
{
    return names_refusal(rest) || names_text(rest);
}

// "a chatbot say when it has no answer", "I politely refuse".
static bool speaks_no(struct str rest)
{
    return has_word(rest, spoken) && has_word(rest, unsaid);
}

// In Japanese: what declines, the text, the verb.
static bool declines_japanese(struct str s)
{
    size_t begin, end;
    for (unsigned i = 0; i < VERBS_MAX && (end = find_word(s, declining_ja, &begin)) > 0; i++) {
        s = str_skip(s, end);
        const struct str clause = clause_of(str_clip(s, CLAUSE_BYTES));
        const size_t text = find_word(clause, texts_ja, &begin);
        if (text > 0 && has_word(str_skip(clause, text), writing_ja))
            return true;
    }
    return false;
}

static bool take_writing(void *context, struct str end)
{
    size_t begin;
    (void)context;
    const size_t text = find_word(end, texts_ja, &begin);
    return orders(end, writing, has_text) ||
           (text > 0 && has_word(str_skip(end, text), writing_ja));
}

bool wish_writes(const struct asked *a)
{
    return any_end(&a->message, take_writing, NULL);
}

static bool take_wish(void *context, struct str end)
{
    (void)context;
    return orders(end, writing, declines) || orders(end, giving, names_refusal) ||
           orders(end, telling, denies) || orders(end, speaking, speaks_no) ||
           orders(end, decline_verbs, any_rest) || declines_japanese(end);
}

static bool take_rewriting(void *context, struct str end)
{
    (void)context;
    return orders(end, rewriting, any_rest) || has_word(end, rewriting_wide);
}

static bool take_meaning(void *context, struct str end)
{
    (void)context;
    return has_word(end, meaning) || has_word(end, meaning_wide);
}

// Instructions may say that all is to be translated.
static bool take_rewriter(void *context, struct str end)
{
    (void)context;
    return has_word(end, rewriter) || has_word(end, rewriting_wide);
}

static bool take_source(void *context, struct str end)
{
    unsigned *tried = context;
    return end.len > 0 && (*tried)++ < SOURCES_MAX && refusal_within(end);
}

bool wish_refuses(const struct asked *a)
{
    unsigned tried = 0;
    return any_end(&a->message, take_wish, NULL) ||
           ((any_end(&a->message, take_rewriting, NULL) ||
             any_end(&a->message, take_meaning, NULL) ||
             any_end(&a->instructions, take_rewriter, NULL)) &&
            any_end(&a->message, take_source, &tried));
}

static bool take_question(void *context, struct str end)
{
    const struct str wide = STR("？");
    (void)context;
    return str_find(end, '?') < end.len || str_search(end, wide) < end.len || has_word(end, asking);
}

bool wish_asks(const struct asked *a)
{
    return any_end(&a->message, take_question, NULL);
}

static bool take_speaking(void *context, struct str end)
{
    (void)context;
    return orders(end, writing, any_rest) || orders(end, telling, any_rest) ||
           orders(end, speaking, any_rest) || orders(end, decline_verbs, any_rest) ||
           orders(end, rewriting, any_rest) || has_word(end, rewriting_wide) ||
           has_word(end, texts_ja) || take_meaning(NULL, end);
}

bool wish_speaks(const struct asked *a)
{
    return any_end(&a->message, take_speaking, NULL) ||
           any_end(&a->instructions, take_rewriter, NULL);
}

// --- what is ordered ---

struct verbs {
    struct str *of;
    size_t count, most;
};

static bool take_verbs(void *context, struct str s)
{
    struct verbs *v = context;
    bool begins = true;
    for (size_t at = 0; at < s.len && v->count < v->most; at++) {
        begins = begins || (sign_at(s, at) > 0 && s.ptr[at] != '"'); // a quote is another's
        if (!begins || !is_begin(s, at))
            continue;
        begins = sign_at(s, at) > 0;
        const struct str clause = pass_polite(str_clip(str_skip(s, at), CLAUSE_BYTES));
        const size_t len = str_find(clause, ' ');
        if (len > 0)
            v->of[v->count++] = str_clip(clause, len);
    }
    return v->count == v->most;
}

size_t wish_orders(const struct asked *a, struct str *verbs, size_t most)
{
    struct verbs v = {.of = verbs, .most = most};
    (void)any_end(&a->message, take_verbs, &v);
    return v.count;
}
