// SPDX-License-Identifier: Apache-2.0

#include "verify/curt_words.h"

#include <stddef.h>

static const struct curt_tongue english = {
    .sorry = "i am so sorry|i am very sorry|i am really sorry|i am terribly sorry|i am sorry|so "
             "sorry|very sorry|sorry|apologies|my apologies|i apologize|i apologise|my bad|"
             "unfortunately|regrettably|regretfully|sadly|i am afraid|afraid|alas|forgive me|"
             "my regrets|absolutely|definitely|certainly",
    .mine =
        "i cannot|i can not|i could not|i will not|i would rather not|i would prefer not|"
        "i prefer not|i must not|i may not|i am not able|i am not allowed|i am not permitted|"
        "i am not going|i am not comfortable|i am not willing|i am not in a position|"
        "i am not doing|i am not equipped|i am not qualified|i am not authorized|i am unable|"
        "i have no idea|i have no clue|i have no way|i have no means|i do not do|"
        "i do not have the ability|i do not have a way|i am going to pass|i am going to decline|"
        "i will have to pass|i will have to decline|i will have to say no|i have to pass|"
        "i have to decline|i have to say no|i must decline|i must say no|i must refuse|"
        "i decline|i refuse|i will pass|i am out|not going to happen|no can do|no idea|no "
        "clue|hard pass|count me "
        "out|beyond me|beyond my|outside my|outside of my|above my|not my",
    .elliptic = "cannot|can not|could not|will not|would rather not|not able|unable|not going|"
                "not allowed|not permitted|not comfortable|not willing|not something i|not in a "
                "position|not happening|not doing|not authorized",
    .stressed =
        "no way|not a chance|no chance|out of the question|under no circumstances|by no means",
    .unable = "i cannot|i can not|i could not|i am not able|i am unable|i am not "
              "allowed|unable|cannot|i do not know|i do not remember|i do not recall|i do not "
              "speak|i do not understand|i do not support|i do not keep",
    .nots = "i will not|i do not|i am not|i would rather not|i cannot|will not|cannot|not|unable "
            "to|i am unable to",
    .found = "find|locate|see any|see a |see why|imagine|wait|stress|say enough|thank|help "
             "but|recommend",
    .none = "no|nope|nah|not|cannot|never|impossible|unable",
    .joins = "but|and|so|well|ok|okay|hi|hello|hey|please|thanks|thank you|honestly|really|simply|"
             "just|currently|oh|yeah|yes|look|sure|um|hmm|oops|whoops|again",
    .points = "that|this|these|those|it|you|there|such|so",
    .empty = "i|am|are|you|your|it|that|those|this|these|one|ones|thing|things|something|anything|"
             "there|here|such|kind|sort|type|of|a|an|the|to|for|with|on|in|at|about|from|by|is|was|"
             "be|been|being|do|does|doing|done|help|helping|assist|assisting|assistance|answer|"
             "answering|respond|comply|complete|fulfill|fulfil|provide|offer|support|handle|manage|"
             "process|continue|proceed|say|tell|talk|discuss|go|able|allowed|permitted|willing|"
             "comfortable|going|want|can|could|will|would|have|has|had|get|give|make|or|as|if|"
             "because|right|now|moment|time|today|ever|even|yet|still|either|too|very|much|any|all|"
             "more|further|request|requests|question|questions|topic|task|tasks|matter|subject|way|"
             "reason|reasons|purpose|my|me|me.|my|feel|possible|feasible|doable|option|happen|work|"
             "ask|asked|asking|else|try|friend|capability|capabilities|ability|abilities|"
             "knowledge|scope|expertise|skills|limits|power|control|reach|pay|grade|position|what|"
             "where|area|outside|beyond|sure|at "
             "all|see|read|open|hear|access|check|view|write|writing|create|creating|generate|"
             "produce|share|play|send|call|actually|directly|personally|me",
};

static const struct curt_tongue german = {
    .sorry = "es tut mir sehr leid|es tut mir wirklich leid|es tut mir leid|tut mir sehr leid|"
             "tut mir wirklich leid|tut mir leid|tut mir echt leid|sorry|leider|bedaure|bedauere|"
             "ich bedaure|ich bedauere|entschuldigung|entschuldige|entschuldigen sie|verzeihung|"
             "bedauerlicherweise|pardon|verzeihen sie|ich fürchte|ganz sicher",
    .mine = "kann ich|ich kann|darf ich|ich darf|mache ich|mach ich|ich mache|werde ich|ich werde|"
            "möchte ich|ich möchte|bin ich|ich bin|will ich|ich will|tue ich|ich tue|lasse ich|"
            "muss ich|ich muss|schreibe ich|sage ich|gebe ich|ich schreibe|ich gebe|ich sage|ich "
            "lehne|lehne ich|mir|meine|meinen|meiner|ohne mich",
    .elliptic = "kann|darf|mache|mach",
    .points = "da|das|dies|dabei|damit|dazu|darauf|ihnen|dir|so",
    .stressed = "auf keinen fall|auf gar keinen fall|keine chance|kommt nicht in frage|keinesfalls",
    .unable = "ich kann|kann ich|ich darf|darf ich",
    .nots = "ich|nicht|kein|keine",
    .found = "finden|erkennen|feststellen",
    .none = "geht|möglich|machbar|klappt|funktioniert|wird nichts|unmöglich|ausgeschlossen|nein|"
            "nö|nee|nicht drin",
    .joins = "aber|und|denn|also|hallo|danke|vielen dank|ja|doch|oh|nun",
    .empty =
        "kann|darf|mache|mach|da|das|dies|diese|dieser|diesem|diesen|so|so "
        "etwas|sowas|etwas|dabei|damit|dazu|"
        "darauf|dafür|darüber|hierbei|hier|es|ihnen|dir|euch|dich|sie|du|ihr|ich|bei|mit|auf|"
        "zu|in|der|die|dem|den|ein|eine|einer|was|helfen|weiterhelfen|behilflich|machen|tun|"
        "beantworten|antworten|sagen|nachkommen|erfüllen|dienen|unterstützen|leisten|erledigen|"
        "bearbeiten|ablehnen|ab|sein|werden|lage|frage|anfrage|bitte|wunsch|aufgabe|thema|"
        "anliegen|ihre|ihrer|ihrem|deine|deiner|momentan|derzeit|gerade|im|moment|jetzt|auch|"
        "wirklich|gerne|gern|weiter|nicht|kein|keine|keinen|keinerlei|nichts|imstande|hilfe|"
        "außerstande|fähig|möglichkeiten|möglichkeit|fähigkeiten|grenzen|übersteigt|außerhalb|"
        "liegt|über|von|passen|heute|immer|noch|nie|niemals|einfach|grundsätzlich|"
        "persönlich|direkt|gar|überhaupt|sehen|lesen|öffnen|hören|schreiben|abrufen|prüfen|solche|"
        "solches|sachen|fall|ist|war|wäre|wird",
    .denials =
        "auf keinen fall|auf gar keinen fall|keine chance|kommt nicht in frage|keinesfalls|auf "
        "keinen "
        "fall|nicht|kein|keine|keinen|keinerlei|nein|nichts|außerstande|unmöglich|ablehnen|ab|"
        "außerhalb|übersteigt|passen|ohne mich|nie|niemals|muss ich passen",
};

static const struct curt_tongue french = {
    .sorry = "je suis désolé|je suis désolée|je suis vraiment désolé|je suis navré|je suis navrée|"
             "je suis sincèrement désolé|désolé|désolée|navré|navrée|pardon|malheureusement|"
             "je regrette|hélas|excusez-moi|excuse-moi|toutes mes excuses|mes "
             "excuses|certainement|absolument",
    .mine = "je ne peux pas|je ne peux rien|je ne peux|je peux pas|je ne pourrai pas|"
            "je ne pourrais pas|je ne suis pas|je ne ferai pas|je ne le ferai pas|je ne fais pas|"
            "je ne vais pas|je ne veux pas|je ne saurais|je ne souhaite pas|je n' en suis pas|"
            "je n' y arrive pas|je n' ai pas|je préfère ne pas|je préfère m' abstenir|"
            "je refuse|je dois refuser|je dois décliner|je décline|il m' est impossible|"
            "cela m' est impossible|ça m' est impossible|il ne m' est pas possible|"
            "ce ne m' est pas possible|sans moi|hors de ma portée|au-delà de mes|dépasse mes|"
            "hors de mes|je n' en ai pas|ne me sont pas|ne m' est pas",
    .elliptic = "peux pas|impossible de|pas en mesure|incapable de|pas capable|pas moyen",
    .stressed = "pas question|en aucun cas|hors de question",
    .unable = "je ne peux pas|je ne suis pas en mesure|je ne sais pas|je ne parle pas|il m' est "
              "impossible|je ne suis pas capable",
    .nots = "je ne|je n'|ne|je refuse d'|impossible d'|impossible de|impossible pour moi "
            "de|impossible pour moi d'",
    .found = "trouv|voir d|vois",
    .none = "non|pas|impossible|ne|n'",
    .joins = "mais|et|donc|car|bonjour|merci|oh|eh|bien",
    .points = "ça|cela|ceci|ce|cet|cette|vous|te|t'|y",
    .empty =
        "ça|cela|ceci|ce|c'|cet|cette|ces|vous|tu|te|t'|y|en|le|la|les|l'|d'|de|à|au|avec|"
        "pour|sur|dans|moi|je|il|est|être|sera|va|faire|fais|aider|aide|assister|répondre|dire|"
        "satisfaire|accéder|traiter|votre|ta|demande|question|requête|sujet|tâche|capable|"
        "mesure|possible|permis|autorisé|autorisée|capacité|capacités|compétences|pouvoir|"
        "possibilités|possibilité|ici|là|là-dessus|maintenant|moment|l' instant|instant|"
        "actuellement|vraiment|tout|rien|droit|genre|chose|choses|trucs|type|lire|ouvrir|voir|"
        "écrire|écouter|dessus|plus|malheureusement|"
        "du|question|hors|que",
};

static const struct curt_tongue spanish = {
    .sorry =
        "lo siento mucho|lo siento|lo lamento mucho|lo lamento|lamento decir que|lamento|"
        "siento|perdón|perdona|perdone|disculpa|disculpe|disculpas|mil disculpas|mis disculpas|"
        "lamentablemente|desafortunadamente|desgraciadamente|me temo|por desgracia|en "
        "absoluto|rotundamente|claro que",
    .mine = "no puedo|no podré|no podría|no me es posible|no soy capaz|no lo haré|"
            "no lo voy a hacer|no voy a|no haré|no lo hago|no hago|no me resulta posible|"
            "me es imposible|me resulta imposible|me niego|no estoy en condiciones|"
            "no estoy autorizado|no estoy autorizada|no estoy capacitado|prefiero no|no quiero|"
            "no tengo forma|no tengo manera|no tengo cómo|no está en mis manos|"
            "no está a mi alcance|fuera de mi|fuera de mis|más allá de mis|no sé hacer|"
            "conmigo no cuentes|paso de|tengo que negarme|debo negarme|debo declinar|no me siento "
            "cómodo|no me siento cómoda|no es algo que yo|no es algo que pueda",
    .stressed = "de ninguna manera|de ningún modo|ni hablar|ni pensarlo",
    .unable = "no puedo|no sé|no soy capaz|no hablo|no me es posible|no tengo",
    .nots = "no|no puedo|no voy a",
    .found = "encontr|veo|hallar",
    .none = "no es posible|no se puede|no va a ser posible|no será posible|imposible|no|"
            "ni hablar|nada",
    .joins = "pero|y|pues|hola|gracias|bueno|ay|uy",
    .empty = "eso|esto|esa|ese|esta|este|ello|te|le|les|os|se|lo|la|el|de|del|a|al|en|con|para|por|"
             "que|yo|hacer|hacerlo|hago|ayudar|ayudarte|ayudarle|ayudaros|asistir|asistirte|"
             "responder|responderte|contestar|decir|decirlo|decirte|atender|cumplir|realizar|"
             "completar|tu|su|solicitud|petición|pregunta|tema|tarea|capaz|posible|ahora|momento|"
             "mismo|aquí|ahí|nada|está|es|sería|poder|alcance|capacidades|posibilidades|manos|"
             "esos|esas|estos|estas|ver|leer|abrir|escribir|oír|cosa|cosas|tipo|algo|así|nada "
             "más|realmente|además|siento",
};

static const struct curt_tongue italian = {
    .sorry = "mi dispiace molto|mi dispiace tanto|mi dispiace|mi spiace|spiacente|"
             "sono spiacente|scusa|scusi|scusami|mi scusi|purtroppo|chiedo scusa|mi scuso|"
             "sfortunatamente|mi rincresce|sono desolato|temo|assolutamente|certamente|di certo",
    .mine = "non posso|non potrò|non potrei|non sono in grado|non sono capace|non sono "
            "autorizzato|non sono autorizzata|non mi è possibile|mi è impossibile|"
            "mi risulta impossibile|non lo faccio|non lo farò|non faccio|non farò|non ci riesco|"
            "non riesco|non intendo|non voglio|preferisco non|mi rifiuto|devo rifiutare|"
            "devo declinare|non ho modo|non ho la possibilità|non ho la capacità|non me la sento|"
            "fuori dalla mia|al di fuori delle mie|oltre le mie|al di là delle mie|non so fare|"
            "non fa per me|non è qualcosa che io|non è qualcosa che posso",
    .stressed = "in nessun caso|non se ne parla|neanche per sogno",
    .unable = "non posso|non so|non riesco|non sono in grado|non parlo|non mi è possibile",
    .nots = "non|non posso|non so",
    .found = "trov|vedo",
    .none = "non è possibile|non si può|impossibile|no|niente da fare|neanche per "
            "sogno",
    .joins = "ma|e|però|ciao|grazie|beh|oh|salve",
    .empty = "questo|questa|quello|quella|ciò|ti|vi|le|la|lo|li|il|l'|di|a|al|in|con|per|su|"
             "riguardo|che|io|me|fare|farlo|faccio|aiutare|aiutarti|aiutarla|aiutarvi|assisterti|"
             "rispondere|dire|dirlo|dirti|soddisfare|eseguire|completare|tua|tuo|sua|suo|richiesta|"
             "domanda|argomento|compito|possibile|ora|adesso|momento|qui|questi|è|essere|utile|"
             "queste|quelle|quelli|vedere|leggere|aprire|scrivere|sentire|portata|capacità|"
             "competenze|possibilità|nulla|niente|cosa|cose|genere|tipo|d'|aiuto|"
             "nessun|modo|proprio|davvero|qualcosa|posso|del",
};

static const struct curt_tongue portuguese = {
    .sorry = "sinto muito|sinto|desculpe|desculpa|desculpas|me desculpe|lamento muito|lamento|"
             "perdão|infelizmente|lamentavelmente|peço desculpa|peço desculpas|peço perdão|"
             "as minhas desculpas|minhas desculpas|receio|absolutamente|claro que",
    .mine = "não posso|não consigo|não vou|não irei|não me é possível|é-me impossível|"
            "não sou capaz|não faço|não o faço|não farei|não o farei|não tenho como|"
            "não tenho capacidade|recuso-me|me recuso|prefiro não|não quero|não estou autorizado|"
            "não estou autorizada|não estou em condições|não me sinto confortável|"
            "não é algo que eu|não é algo que possa|não está ao meu alcance|fora do meu|"
            "fora das minhas|além das minhas|além do meu|tenho de recusar|tenho que recusar|"
            "devo recusar|não sei fazer|comigo não|não poderei|não conseguirei",
    .stressed = "de forma alguma|de modo algum|de jeito nenhum|nem pensar",
    .unable = "não posso|não consigo|não sei|não falo|não me é possível|não sou capaz",
    .nots = "não|não posso|não consigo",
    .found = "encontr|vejo|achar",
    .none = "não dá|não é possível|não vai dar|impossível|não",
    .joins = "mas|e|olá|oi|obrigado|obrigada|bem|pois|ah",
    .empty =
        "isso|isto|esse|essa|este|esta|aquilo|te|lhe|o|a|os|as|de|do|da|em|no|na|com|para|"
        "por|que|eu|fazer|fazê-lo|faço|ajudar|ajudá-lo|ajudá-la|ajudar-te|ajudo|auxiliar|"
        "responder|dizer|atender|cumprir|realizar|completar|seu|sua|teu|tua|pedido|"
        "solicitação|pergunta|assunto|tarefa|tema|capaz|possível|agora|momento|aqui|é|está|ser|"
        "essas|esses|estas|estes|ver|ler|abrir|escrever|ouvir|seria|possa|posso|alcance|"
        "capacidades|possibilidades|nada|coisa|coisas|tipo|algo|"
        "assim|você|vos|neste|nesse|disso|disto|nisso|nisto|mais|mesmo|infelizmente|realmente",
};

static const struct curt_tongue chinese = {
    .wide = true,
    .sorry = "非常抱歉|十分抱歉|很抱歉|真抱歉|抱歉|实在对不起|对不起|不好意思|很遗憾|遗憾的是|"
             "遗憾|请原谅|恕我直言|绝对",
    .mine = "我做不到|我办不到|我无法|我不能|我没办法|我没有办法|我没法|我不会做|我不会这|我拒绝|"
            "我不可以|我不便|我不方便|我没有能力|我没有权限|我没能力|我无权|我无能为力|我帮不|"
            "帮不了你|帮不了您|帮不上|爱莫能助|恕难从命|恕我不能|恕我无法|恕不|超出了我的|"
            "超出我的|无可奉告|我不打算|我不想|没有能力",
    .elliptic = "做不到|办不到|无能为力|无法|不能|没办法|没法|不便|不方便|帮不了|答不了|"
                "回答不了|拒绝",
    .unable = "我无法|我不能|我没法|我没办法|我没有办法|我没有能力|我没有权限|我看不|我听不|我不会|"
              "我不具备|我不知道",
    .found = "找|发现",
    .none = "不行|不可以|不可能|不了|不成|没有|没门|不",
    .joins = "但是|但|不过|可是|而且|您好|你好|谢谢|，",
    .points = "这|那|此|该|您|你",
    .empty =
        "我|你|您|这个|那个|这些|这种|这类|这样|这方面|这件|那件|这|那|此|该|个|件|事情|事|请求|"
        "问题|要求|任务|需求|内容|信息|话题|回答|回复|答复|提供|帮助|帮忙|帮|协助|处理|完成|"
        "满足|执行|继续|告诉|给|做到|做|为|了|的|在|对于|对|就|关于|方面|目前|暂时|现在|实在|"
        "真的|也|都|恐怕|任何|相关|到|忙|上|能力|范围|权限|是|来|一|什么|能|去|办",
};

static const struct curt_tongue japanese = {
    .wide = true,
    .last = true,
    .sorry = "大変申し訳ございませんが|大変申し訳ありませんが|申し訳ございませんが|"
             "申し訳ありませんが|申し訳ございません|申し訳ありません|申し訳ないですが|"
             "申し訳ないのですが|申し訳ない|大変|すみませんが|すみません|すいませんが|すいません|"
             "ごめんなさい|ごめん|残念ながら|残念ですが|恐れ入りますが|恐縮ですが|あいにくですが|"
             "あいにく|悪いけど|絶対に",
    .mine = "お手伝いできません|お手伝いできない|手伝えません|できかねます|出来かねます|"
            "いたしかねます|致しかねます|しかねます|応じられません|応じかねます|お答えできません|"
            "お答えできない|答えられません|お受けできません|お断りします|お断りいたします|"
            "教えられません|お教えできません|力になれません|対応できません|対応できない|"
            "お応えできません|応えられません|控えさせていただきます|遠慮させていただきます|"
            "私にはできません|私には無理です|私では|わたしにはできません",
    .elliptic = "できません|出来ません|できない|出来ない|無理です|無理|やりません|しません|"
                "いたしません|できそうにありません|不可能です|かねます",
    .unable = "できません|できない|できかねます|わかりません|分かりません",
    .found = "見つ|発見",
    .none = "いいえ|いや|だめです|ダメです|駄目です",
    .joins = "でも|しかし|こんにちは|ありがとうございます|、|が",
    .points = "それ|これ|その|この|ご|お|そう",
    .empty = "それ|これ|その|この|そのような|このような|そういった|こういった|そう|ような|ご|お|"
             "質問|依頼|要望|希望|リクエスト|件|内容|こと|もの|情報|には|では|に|は|を|が|も|へ|と|"
             "で|の|"
             "私|わたし|僕|今|現在|ちょっと|少し|どうしても|する|対応|応え|答え|回答|手伝い|提供|"
             "お応え|実行|処理|ので|のです|です|ます|ございます|という|ついて|関して|ね|よ|いただ|"
             "くだ|さい|けど",
};

const struct curt_tongue *const curt_tongues[] = {
    &english, &german, &french, &spanish, &italian, &portuguese, &chinese, &japanese, NULL,
};
