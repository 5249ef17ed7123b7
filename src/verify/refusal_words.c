// SPDX-License-Identifier: Apache-2.0

#include "verify/refusal_words.h"

#include <stddef.h>

// --- of all languages ---

static const char courtesies[] =
    "i am sorry|i am so sorry|i am very sorry|sorry|i apologi|my apolog|apolog|unfortunately|"
    "regrettably|i understand|i appreciate|i hear|thank|hello|hi |hey |dear|great question|"
    "good question|that is a great|that is a good|as an ai|as a language model|i am afraid|"
    "i am an ai|i am just an ai|no. |nope|no way|oops|whoops|hmm|well, |let us |let's "
    "|afraid|absolutely not|certainly not|yeah|"
    "nein. |es tut mir|tut mir|leider|bedauer|entschuldig|ich verstehe|danke|vielen dank|hallo|"
    "guten tag|als ki|als sprachmodell|verzeihung|"
    "non. |je suis d|je suis navr|je suis sincèrement|désol|navré|merci|je comprends|bonjour|"
    "malheureusement|je regrette|je m' excuse|excusez|toutes mes excuses|en tant qu|pardon|"
    "lo siento|lo lamento|lamento|siento|gracias|hola|entiendo|comprendo|disculp|perdon|perdón|"
    "desafortunadamente|lamentablemente|como ia|como modelo|como asistente|"
    "mi dispiace|mi spiace|mi scus|scus|grazie|ciao|salve|capisco|purtroppo|sono spiacente|"
    "come ia|come modello|come assistente|"
    "não. |desculp|peço desculpa|sinto|obrigad|olá|entendo|compreendo|infelizmente|lamentavelmente|"
    "perdão|como um modelo|como assistente|"
    "抱歉|很抱歉|非常抱歉|十分抱歉|对不起|不好意思|很遗憾|您好|你好|感谢|谢谢|作为|我理解|我很抱歉|"
    "申し訳|大変申し訳|すみません|すいません|恐れ入り|残念|ごめん|誠に|こんにちは|ありがとう";

static const char adverbs[] =
    "respectfully|unfortunately|regretfully|regrettably|sadly|simply|really|currently|"
    "presently|personally|politely|kindly|directly|actually|truly|also|just|therefore|however|"
    "honestly|genuinely|legally|ethically|still|either|"
    "leider|bedauerlicherweise|derzeit|momentan|aktuell|gerade|auch|daher|deshalb|persönlich|"
    "wirklich|grundsätzlich|aber|jedoch|allerdings|gerne|einfach|"
    "malheureusement|actuellement|donc|vraiment|hélas|simplement|directement|toutefois|"
    "cependant|absolument|"
    "lamentablemente|desafortunadamente|actualmente|realmente|simplemente|directamente|tampoco|"
    "desgraciadamente|"
    "purtroppo|sfortunatamente|attualmente|davvero|semplicemente|direttamente|però|neanche|"
    "infelizmente|lamentavelmente|atualmente|simplesmente|diretamente|também";

static const char before[] =
    "but|and|that|so|eu|yo|io|eso|esto|isso|isto|sorry|afraid|unfortunately|because|as|an ai|"
    "assistant|model|ai|like|seems|"
    "aber|und|dass|daher|leider|weil|da|denn|"
    "mais|et|que|car|donc|"
    "pero|y|porque|"
    "ma|e|che|perché|"
    "mas|então";

static const char idioms[] =
    "only |wait|help but|help falling|help feeling|help thinking|help noticing|help it|"
    "help laughing|help smiling|help grinning|help wondering|help admiring|help loving|"
    "say that this |say that it |say that the |say that these |say that you |say that i |"
    "say this is |say it is |any information on file|any information to suggest|"
    "any information that suggest|any information that contradict|any information to contradict|"
    "any information indicating|help myself|believe|imagine|thank you "
    "enough|stress|emphasize|emphasise|tell you how|"
    "share this with|share it with|see that |see this being|give you the whole|give you all|"
    "say enough|agree more|be happier|do this alone|make it |"
    "que |qu' |"
    "más que |dejar de |generar más de |"
    "che |fare a meno|"
    "mais que |deixar de ";

static const char decisive[] =
    "as an ai language model|as an ai assistant, i|as an ai, i do not|it is against my|"
    "it goes against my|that goes against my|i do not have enough information|i do not know. |"
    "i do not know,|i do not know the answer|i am not sure. |i have no idea|"
    "i do not have personal|i do not have opinions|"
    "das kann ich nicht. |das weiß ich nicht|ich weiß es nicht, |"
    "als ki-sprachmodell|als ki-modell kann ich|als ki-modell habe ich|"
    "als ki-assistent kann ich|als ki-assistent habe ich|"
    "je ne peux pas. |en tant qu' ia|en tant que modèle de langage|"
    "como modelo de lenguaje|no sé la respuesta|"
    "come modello linguistico|come modello di linguaggio|"
    "como modelo de linguagem|como um modelo de linguagem";

static const char anywhere[] =
    "not something i can|not something that i can|not something i am|not something that i am|"
    "not something i will|not something i do |not something i do.|not something i could|"
    "possible for me|allowed for me|out of the question for me|too much for me|impossible for me|"
    "too hard for me|too difficult for me|too complex for me|outside what i can|not a topic i can|"
    "beyond what i can|outside of what i can|nothing i can help|inappropriate for me to|"
    "not appropriate for me to|not within my|beyond my capabilit|outside my capabilit|"
    "nichts, wobei ich|übersteigt meine|außerhalb meiner möglich|"
    "hors de mes compétences|au-delà de mes cap|dépasse mes cap|"
    "fuera de mis capacidades|más allá de mis capacidades|"
    "oltre le mie capacità|al di fuori delle mie|"
    "além das minhas capacidades|fora das minhas";

static const char bounds[] =
    "outside my |outside of my |beyond my |above my |outside what i |outside of what i |"
    "beyond what i |not within my |past my |against my |"
    "außerhalb meine|übersteigt meine|übersteigen meine|überschreitet meine|über meine |"
    "hors de ma |hors de mes |au-delà de mes |au-delà de ma |dépasse mes |dépasse ma |en dehors de "
    "mes |"
    "fuera de mi |fuera de mis |más allá de mi|supera mi|excede mi|"
    "oltre le mie |oltre la mia |fuori dalla mia |al di fuori delle mie |al di là delle mie |"
    "supera le mie |esula dalle mie |"
    "fora do meu |fora das minhas |além das minhas |além do meu |ultrapassa as minhas";

static const char limits[] =
    "abilit|capabilit|capacit|scope|expertise|knowledge|remit|reach|power|competenc|skill|limit|"
    "pay grade|paygrade|training|guideline|rule|polic|principle|programming|terms|ethic|area|can "
    "|am |could |do |know|offer|"
    "möglichkeit|fähigkeit|kompetenz|wissen|grenzen|befugnis|können|"
    "compétence|portée|possibilité|connaissance|limite|pouvoir|"
    "alcance|posibilidad|competencia|conocimiento|límite|"
    "portata|possibilità|conoscenz|"
    "possibilidade|competência|conheciment";

static const char topics_before[] =
    "regarding|about|as for|concerning|on |with |in |for |re |at |due to|given |under |by |"
    "from |right now|here |based on|per |after |owing|within |without |unfortunately|sorry|"
    "as i |note|"
    "zu |zum |zur |bei |beim |aus |bezüglich|über|was |betreffend|hinsichtlich|"
    "concernant|à propos|au sujet|pour |sur |quant|en raison|selon|à |"
    "sobre|respecto|en cuanto|acerca|con respecto|por |para |en |debido|según|conforme|"
    "riguardo|su |sul|per quanto|circa|in merito|a causa|secondo|"
    "quanto|em relação|relativamente|devido|de acordo|no momento|neste|"
    "关于|对于|至于|针对";

static const char told[] = "translation|translated|reply|quote|example|refusal|subject|"
                           "übersetzung|beispiel|zitat|antwort|absage|"
                           "traduction|exemple|réponse|"
                           "traducción|ejemplo|respuesta|"
                           "traduzione|esempio|risposta|"
                           "tradução|exemplo|resposta|"
                           "翻译|译文|例|"
                           "訳|翻訳";

static const char wants_help[] = "help me |"
                                 "hilf mir|mir helfen|helfen sie mir|"
                                 "m' aider|aidez-moi|aide-moi|"
                                 "me pued|ayúdame|ayúdeme|ayudarme|"
                                 "aiutarmi|mi può|mi puoi|mi aiut|aiutami|"
                                 "me ajud|ajudar-me|me pode|"
                                 "帮我|帮帮我|帮忙重置|"
                                 "助けて";

// --- English ---

static const char en_begins[] =
    "i cannot|i can not|i could not|i will not|i am not|i am unable|unable|i do not|i may not|"
    "i must not|i have no|i have not been|i would not be able|i would rather not|"
    "i would prefer not|i prefer not|i am incapable|i lack|i can neither|we cannot help|i am "
    "barred|"
    "i am prohibited";

static const char en_passing[] =
    "be|able|allowed|permitted|authorized|authorised|comfortable|equipped|qualified|programmed|"
    "designed|trained|going|willing|prepared|supposed|meant|in|a|position|the|ability|"
    "capability|capacity|authority|permission|way|to|of|with|have|been|feel|and|or|will|not|"
    "even|from|for|at|this time|this moment";

static const char en_helps[] =
    "help you|help with|help in|help on|help there|help here|help out|help further|help. |"
    "help, |help|helping|assist|accommodat|comply|fulfill|fulfil |engage|discuss|do that|"
    "do this|do so|satisfy|participate|speak to that|weigh in|continue with|this request|"
    "that request|your request|get involved|into detail|into that|any information|"
    "enough information|information about|information on|recommend any|recommend spec|"
    "support th";

static const char en_gives[] =
    "provid|answer|respond|creat|generat|shar|giv|writ|offer|process|perform|produc|complet|"
    "tell|mak|translat|verify|execut|determin|solv|describ|explain|disclos|reveal|endors|"
    "promot|encourag|facilitat|recommend any|confirm|diagnos|prescribe|support|advise|comment|"
    "say|speculate|issue|supply|render|draft|compose|go into|talk about|continue|proceed|"
    "reproduce|send|show";

static const char en_things[] =
    "that |this |these |those |such |your |information|info |advice|guidance|content|"
    "instruction|detail|recommendation|opinion|medical|legal|financial|personal|private|"
    "anything|request|question|topic|harm|illegal|weapon|malicious|malware|explicit|violen|"
    "hate|copyright|material|medication|diagnos|refund|price|data |it. |real-time|so. ";

static const char en_opens[] =
    "access|open|view|see|read|browse|visit|watch|listen|hear|find|look up|look at|retrieve|"
    "check";

static const char en_sources[] =
    "your |this |that. |that |image|photo|picture|file|document|attach|link|pdf|video|audio|"
    "internet|the web|web |website|url|real-time|realtime|current |live |recording|external|"
    "information|data |account|such ";

static const char en_own[] = "my |our ";

static const char en_lacks[] =
    "ability|capability|capacity|way |authority|permission|means |equipped|qualified|programmed|"
    "trained|tools|incapable|in a position|comfortable";

static const char en_wills[] = "i will not|i would rather not|i would prefer not|i prefer not|"
                               "i am not going to|i am not comfortable|i am not willing";

static const char en_makes[] =
    "writ|creat|generat|produc|draft|compos|translat|impersonat|pretend|rat|judg|rank|speculat|"
    "guess|discuss|provid|help|assist|engag|continu|reveal|disclos|invent|promot|endors|prais|"
    "insult|jok|role-play|roleplay|describ|explain|answer|comment|do ";

// --- English: who declines ---

static const char decline_begins[] =
    "i decline|i must decline|i have to decline|i need to decline|i will have to decline|"
    "i would have to decline|i am going to decline|i am going to have to decline|"
    "i will decline|i refuse|i must refuse|i have to refuse|i will have to refuse|i must pass|"
    "i will have to pass|i have to say no|i must say no";

static const char fr_decline_begins[] =
    "je refuse|je dois refuser|je dois décliner|je me dois de refuser|"
    "je me vois contraint de refuser|je décline|je suis obligé de refuser";

static const char fr_decline_passing[] = "de|d'|à|poliment|me|respectueusement";

static const char fr_decline_helps[] =
    "cet|ce |votre demande|votre requête|ta demande|la demande|aid|répond|génér|fourni|produi|"
    "donn|particip|écri";

static const char es_decline_begins[] =
    "debo declinar|debo rechazar|debo negarme|tengo que rechazar|tengo que declinar|"
    "tengo que negarme|me niego|rechazo|me veo obligado a rechazar|"
    "me veo en la obligación de rechazar";

static const char es_decline_passing[] = "a|con|respeto|respetuosamente|amablemente";

static const char es_decline_helps[] =
    "este|esta|esto|esa|ese|eso|tu solicitud|su solicitud|tu petición|su petición|la solicitud|"
    "la petición|ayud|respond|gener|proporcion|escrib|particip";

static const char it_decline_begins[] =
    "devo declinare|devo rifiutare|devo rifiutarmi|mi rifiuto|sono costretto a rifiutare|"
    "mi vedo costretto a rifiutare";

static const char it_decline_passing[] = "di|gentilmente|rispettosamente|a";

static const char it_decline_helps[] =
    "quest|tale|la tua richiesta|la sua richiesta|la richiesta|aiut|rispond|gener|forni|scriv|"
    "partecip";

static const char pt_decline_begins[] =
    "devo recusar|tenho que recusar|tenho de recusar|preciso recusar|recuso-me|me recuso|"
    "sou obrigado a recusar|devo declinar";

static const char pt_decline_passing[] = "a|de|educadamente|respeitosamente";

static const char pt_decline_helps[] =
    "ess|est|seu pedido|sua solicitação|o pedido|a solicitação|ajud|respond|gerar|fornec|"
    "escrev|particip";

static const char decline_passing[] = "to|on|with|the|and|or|be|respond|do";

static const char decline_helps[] =
    "help|assist|answer|engage|provid|writ|creat|generat|discuss|this|that|such|your request|"
    "your question|your query|comply|fulfil|respond|produc|participat|giv|request|any ";

// --- German ---

static const char de_wills[] = "ich werde|werde ich|ich möchte|möchte ich|ich will|will ich";

static const char de_makes[] =
    "schreiben|verfassen|erstellen|generieren|übersetzen|erzeugen|beurteilen|bewerten|raten|"
    "erfinden|nachahmen|behaupten|helfen";

static const char de_begins[] =
    "ich kann|kann ich|ich darf|darf ich|ich möchte|möchte ich|ich werde|werde ich|ich könnte|"
    "könnte ich|ich bin|bin ich|ich habe|habe ich|ich will|will ich|muss ich|ich muss|"
    "ich sehe mich|ich konnte|ist es mir|es ist mir|mir ist es";

static const char de_helps[] =
    "helfen|helf|beraten|zu beraten|weiterhelfen|weiterzuhelfen|behilflich|zu helfen|"
    "assistieren|nachkommen|nachzukommen|auskunft geben|zugriff auf|zugang zu|ablehnen|"
    "abzulehnen|dienen|unterstützen|auskunft|keine auskünfte|keine medizin|keine recht|"
    "keine berechtigung|keine befugnis|keine erlaubnis|keinen zugang|keinen zugriff";

static const char de_gives[] =
    "geben|erteilen|beantworten|beurteilen|sagen|erstellen|schreiben|lesen|bereitstellen|"
    "bereitzustellen|liefern|teilen|weitergeben|besprechen|diskutieren|erfüllen|bearbeiten|"
    "durchführen|ausführen|generieren|erzeugen|verfassen|anbieten|übersetzen|prüfen|machen|tun|"
    "äußern|antworten|eingehen|mitteilen|zeigen|leisten|verraten|entsprechen|zu geben|"
    "zu beantworten|zu bearbeiten|zu erfüllen|zu tun|zu erstellen|erklären|einzugehen|"
    "preisgeben|stellen|sprechen|reden|berichten|aufklären|erläutern";

static const char de_things[] =
    "das |dies|dazu|darauf|darüber|dabei|hierbei|hierzu|damit|diese|solche|ihre |ihrer |ihren |"
    "deine|anfrage|frage|bitte |auskunft|auskünfte|anleitung|information|rat |ratschl|beratung|"
    "empfehlung|inhalt|detail|angaben|medizin|rechtlich|rechtsber|finanz|diagnos|meinung|thema|"
    "zugriff|zugang|echtzeit|hilfe|unterstützung|möglichkeit|berechtigung|befugnis|erlaubnis|"
    "aufforderung|persönlich|anweisung|tipps|daten|nichts ";

static const char de_opens[] =
    "zugreifen|öffnen|abrufen|ansehen|sehen|einsehen|durchsuchen|abzurufen|zuzugreifen|lesen";

static const char de_sources[] =
    "internet|datei|bild|link|dokument|anhang|foto|video|webseite|website|daten |konto|ihre |"
    "ihr |deine|dein |darauf";

static const char de_own[] =
    "mein |meine |meinen |meinem |mir nicht erkl|mir nicht vor|mir nicht den|mir kein|uns ";

static const char de_found[] =
    "keinen fehler|keine fehler|keinerlei fehler|keinen unterschied|keine unterschied|"
    "keinen widerspr|keine widerspr|keine abweich|keine auffällig|keinen mangel|keine mängel|"
    "kein problem|keine problem";

static const char de_not[] = "nicht|kein|weder|nie |außerstande|ablehnen|unmöglich";

static const char supposes[] =
    "if |when|unless|whether|in case|once |until |why |what |how |where |si |cuando|quand |"
    "lorsque|se |quando|qualora|caso ";

static const char de_supposes[] =
    "wenn|falls|ob |sofern|was |wie |sobald|bevor|warum|damit ich|der kunde|die kundin";

// --- French ---

static const char fr_begins[] =
    "je ne peux pas|je ne peux ni|je ne peux plus|je ne puis|je ne pourrai pas|"
    "je ne pourrais pas|je ne saurais|je ne suis pas|je n' ai pas|je n' ai aucun|"
    "je ne dispose pas|je ne dispose d' aucun|je ne souhaite pas|je ne veux pas|je ne vais pas|"
    "je ne serai pas|je ne dois pas|je suis incapable|je suis dans l' incapacité|"
    "je suis dans l' impossibilité|il m' est impossible|il ne m' est pas possible|"
    "il ne m' est pas permis|je préfère ne pas";

static const char fr_passing[] =
    "moyen|moyens|pas|plus|vous|te|t'|y|en|mesure|de|d'|à|la|le|l'|droit|autorisé|autorisée|"
    "habilité|habilitée|capable|programmé|programmée|conçu|conçue|possibilité|capacité|pouvoir|"
    "permission|aucune|ni|permis|poursuivre";

static const char fr_helps[] =
    "aider|aide |assister|satisfaire|donner suite|accéder à cet|accéder à votre dem|"
    "répondre favorablement|faire cela|le faire|accompagner|faire droit|m' engager";

static const char fr_gives[] =
    "répondre|fourni|donner|trait|génér|cré|écri|rédig|partag|communiqu|produi|propos|offri|"
    "effectu|exécut|tradui|discut|abord|faire|dire|divulg|révél|rembours|conseill|parler|"
    "évaluer|réalis|continu|exprim|émettre|vérifi";

static const char fr_things[] =
    "données|ce |cet |cette |ces |cela|rien |ça |votre |vos |ta |tes |tel |telle|information|"
    "renseignement|conseil|instruction|contenu|détail|demande|question|sujet|avis |"
    "recommandation|médic|juridi|financi|personnel|opinion|ordonnance|diagnostic";

static const char fr_opens[] = "accès|accéder|ouvrir|lire|voir|consult|visit|visualis|naviguer";

static const char fr_sources[] =
    "votre |vos |ce |cet |cette |ces |fichier|image|photo|lien|internet|donnée|document|pièce|"
    "information|web|page|temps réel|compte";

static const char fr_own[] = "mon |ma |mes |moi |notre |nos ";

static const char fr_lacks[] =
    "capacité|possibilité|moyen|qualifié|compétent|autorisé|habilité|programmé|conçu";

static const char fr_wills[] = "je ne vais pas|je ne souhaite pas|je ne veux pas|je préfère ne pas";

static const char fr_makes[] =
    "écri|rédig|génér|cré|produi|tradui|jou|not|jug|devin|discut|abord|donn|aid|répond|fai|dire";

// --- Spanish ---

static const char es_begins[] =
    "no puedo|no la puedo|no lo puedo|no los puedo|no las puedo|no te puedo|no le puedo|"
    "no te lo puedo|no se lo puedo|no os puedo|no podré|no podría|no me es posible|"
    "me es imposible|me resulta imposible|no soy capaz|no estoy|no tengo|no dispongo|"
    "no cuento con|no debo|no voy a poder|no me está permitido|no se me permite|"
    "lamento no poder|siento no poder|prefiero no|no voy a|no pienso|no deseo|no quiero|no me "
    "siento";

static const char es_passing[] =
    "forma|manera|modo|te|le|les|os|lo|la|el|de|para|a|en|capacidad|poder|permiso|autorización|"
    "autorizado|autorizada|condiciones|posición|programado|programada|diseñado|diseñada|"
    "habilitado|habilitada|capacitado|facultad|facultado|cómodo|cómoda|y|ni|seguir|ser|"
    "realmente|con";

static const char es_helps[] =
    "ayudar|asistirt|asistirl|asistiros|asistir con|asistir en es|colaborar|cumplir con|"
    "atender|complac|hacer es|hacerlo|continuar con|participar en es|apoyar|dar curso|"
    "ser de ayuda|tu solicitud|su solicitud|esa solicitud|esta solicitud";

static const char es_gives[] =
    "respond|proporcion|dar|ofrec|gener|cre|escrib|redact|compart|brind|facilit|proces|realiz|"
    "ejecut|traduc|discut|habl|coment|hac|produc|revel|suministr|divulg|aconsej|opin|emitir|"
    "mostrar|complet|explic|verific|contest|decir|tratar|recomendar";

static const char es_things[] =
    "eso|esto|esa|ese|esta|este|estos|esos|tal |tales|su |tu |sus |tus |información|asesor|"
    "consej|dato|instruccion|contenido|detalle|solicitud|petición|pregunta|tema|opini|"
    "recomendaci|médic|legal|financier|personal|material|orientaci|diagn|reembolso|armas";

static const char es_opens[] = "acceso|acceder|abrir|leer|ver |consultar|visitar|navegar";

static const char es_sources[] =
    "su |tu |sus |tus |ese |esa |este |esta |esos |archivo|imagen|imágen|foto|enlace|internet|"
    "dato|document|información|web|página|tiempo real|cuenta";

static const char es_own[] = "mi |mis |nuestr";

static const char es_lacks[] = "capacidad|posibilidad|cualificad|calificad|manera|forma de|modo "
                               "de|autorizad|programad|diseñad|capacitad|facultad";

static const char es_wills[] = "no voy a|no quiero|no deseo|prefiero no|no pienso";

static const char es_makes[] =
    "escrib|redact|gener|cre|produc|traduc|juzg|adivin|discut|habl|dar|ayud|respond|hac|dec";

// --- Italian ---

static const char it_begins[] =
    "non posso|non potrò|non potrei|non sono|non mi è possibile|mi è impossibile|non ho|"
    "non dispongo|non mi è permesso|non mi è consentito|preferisco non|non voglio|non intendo|"
    "non riesco|non sarò|non ho intenzione di|mi dispiace non poter|non devo";

static const char it_passing[] =
    "modo|di|a|la|il|ti|vi|le|lo|possibilità|capacità|permesso|autorizzazione|autorizzato|"
    "autorizzata|grado|in|capace|programmato|programmata|progettato|progettata|abilitato|"
    "abilitata|poter|per|né|e|essere|alcun|un|condizione|disposto|disposta|con";

static const char it_helps[] =
    "aiutar|assisterti|assisterla|assistervi|assistere in|assistere con|soddisf|farlo|"
    "fare questo|procedere con|dare seguito|essere d' aiuto|esserti|esserle|supportar";

static const char it_gives[] =
    "rispond|forni|dar|offri|gener|crea|scriv|condivid|elabor|esegu|tradu|discut|parl|fare|"
    "rivel|complet|tratt|produ|dir|esprim|consigli|svolg|comunic|effettu|rilasci|evad|divulg|"
    "verific";

static const char it_things[] =
    "dati |quest|quell|tale |tali|tuo |tua |suo |sua |tue |sue |ciò|informazion|consulenz|"
    "consigli|istruzion|contenut|dettagl|richiest|domand|argoment|opinion|raccomandaz|medic|"
    "legal|finanziar|personal|materiale|diagnosi|pareri";

static const char it_opens[] = "accesso|accedere|aprir|legger|veder|consultar|visitar|navigar";

static const char it_sources[] =
    "tuo |tua |tuoi |suo |sua |suoi |quest|quell|file |immagin|foto|link|internet|dati |"
    "document|informazion|web|sito|tempo reale|account";

static const char it_own[] = "mio |mia |miei |mie |nostr";

static const char it_lacks[] =
    "capacità|possibilità|qualificat|competent|modo di|autorizzat|programmat|progettat";

static const char it_wills[] = "non voglio|non intendo|preferisco non|non ho intenzione di";

static const char it_makes[] =
    "scriv|redig|gener|crea|produ|tradu|giudic|indovin|discut|parl|dar|aiut|rispond|far|dir";

// --- Portuguese ---

static const char pt_begins[] =
    "não posso|não consigo|não poderei|não poderia|não sou capaz|não estou|não tenho|"
    "não disponho|não me é possível|não me é permitido|lamento não poder|não fui|não devo|"
    "prefiro não|não vou poder|não quero|não irei|não vou";

static const char pt_passing[] =
    "como|meios|forma|te|lhe|o|a|de|para|em|capacidade|permissão|autorização|autorizado|"
    "autorizada|autoridade|condições|posição|programado|programada|projetado|projetada|"
    "habilitado|habilitada|possibilidade|poder|ser|capaz|nem|e|com|lhes|desenvolvido|à";

static const char pt_helps[] =
    "ajud|auxiliar|assisti-l|atender a ess|atender a est|atender est|atender ess|"
    "atender ao seu|atender a seu|atender a sua|atender à sua|atendê-l|fazer isso|fazê-lo|"
    "colaborar|continuar com ess|prosseguir com|cumprir ess|realizar ess";

static const char pt_gives[] =
    "respond|fornec|dar|ofere|gerar|criar|escrev|compartilh|partilh|process|realiz|execut|"
    "traduz|discut|falar|faz|divulg|revel|prest|produz|redig|coment|opin|complet|diz|aconselh|"
    "emitir|mostrar|explicar|tratar|recomend|verific";

static const char pt_things[] =
    "dado|isso|isto|ess|este |esta |estes|estas|tal |tais|seu |sua |seus |suas |teu |tua |"
    "informaç|aconselh|conselh|orientaç|instruç|conteúdo|detalhe|solicitaç|pedido|pergunta|"
    "assunto|opini|recomendaç|médic|jurídic|legais|legal|financeir|pessoa|diagn|reembols|"
    "material";

static const char pt_opens[] =
    "acesso|acess|aceder|abrir|ler |ver |visualizar|consultar|visitar|navegar";

static const char pt_sources[] =
    "seu |sua |seus |suas |teu |ess|este |esta |arquivo|ficheiro|imag|foto|link|internet|dado|"
    "document|informaç|web|site|página|tempo real|conta |externo";

static const char pt_own[] = "meu |minha |meus |minhas |noss";

static const char pt_lacks[] =
    "capacidade|possibilidade|qualificad|como |meios|autorizad|programad|projetad";

static const char pt_wills[] = "não vou|não quero|não irei|prefiro não";

static const char pt_makes[] =
    "escrev|redig|ger|cri|produz|traduz|julg|adivinh|discut|falar|dar |ajud|respond|faz|diz";

// --- Chinese ---

static const char zh_sorry[] = "抱歉|很抱歉|非常抱歉|十分抱歉|我很抱歉|对不起|不好意思|很遗憾|"
                               "遗憾的是|您好|你好|感谢|谢谢|作为|我理解";

static const char zh_topics[] = "关于|对于|至于|针对|就您|根据我的|由于|因为|目前|该|此|这";

static const char zh_supposes[] = "如果|若|要是|假如|他说|她说|除非|为什么|当我";

static const char zh_cannot[] =
    "我无法|我不能|我没办法|我没有办法|我不可以|我不便|我不会|我不方便|我无权|我没有权限|我帮不|"
    "我没法|我暂时无法|我目前无法|我不被允许|我也无法|我并不能|无法为您|"
    "不能为您|无法为你|恕我无法|恕我不能|恕不能|恕无法|无法|不能|不便|我必须拒绝|我拒绝|我做";

static const char zh_helps[] =
    "帮|协助|提供|回答|满足|讨论|生成|访问|处理|解答|分享|透露|给出|创建|编写|撰写|参与|查看|打开|"
    "执行|完成|支持|继续|告诉|这样做|做到|不到|不了|答复|实时|"
    "写|做这|给您|给你|了您|了你|忙|请求|获取|推荐";

static const char zh_goes_on[] = "我的|公司|咱|我们";

// --- Japanese ---

static const char ja_sorry[] = "申し訳|大変申し訳|誠に申し訳|すみません|すいません|残念|恐れ入|"
                               "恐縮|ごめん|あいにく|お力になれず";

static const char ja_topics[] =
    "について|に関|質問に|要望に|依頼に|リクエスト|ご希望に|その件|この件|そのような|このような|"
    "そうした|そちら|AI|ai|ご相談に|お願いに|私は|私に|その情報|"
    "このご|そのご";

static const char ja_supposes[] = "もし|ないと|場合|れば|彼は|彼女は|たら";

static const char ja_cannot[] =
    "できませ|できかね|いたしかね|致しかね|しかねま|かねます|られませ|れませ|できない|えませ|"
    "えられませ|できず|出来ませ|出来かね|控えさせ|遠慮";

static const char ja_helps[] =
    "答え|回答|手伝い|手伝う|提供|応え|応じ|対応|案内|アクセス|生成|作成|支援|教え|説明|共有|"
    "サポート|力にな|従う|助け|お伝え|アドバイス|助言|診断|書くこと|"
    "お書き|開示|処理|協力|お受け|受け付け|沿い|添い|それは|そのようなことは";

static const char ja_goes_on[] =
    "ので|でし|た。|と言|と答|という|と表示|」|場合|か。|か？|理由|ん。番号";

// --- letters ---

static const char salutations[] =
    "dear |subject:|re: |to: |to whom it may|hi |hello |hey |good morning|good afternoon|"
    "sehr geehrte|liebe |lieber |betreff:|hallo |guten tag|cher |chère |madame|monsieur|"
    "objet :|objet:|bonjour |estimad|querid|asunto:|hola |buenos d|buenas t|gentile |gentili |"
    "egregi|caro |cara |cari |oggetto:|buongiorno|ciao |prezad|assunto:|olá |bom "
    "dia|尊敬的|亲爱的|主题|主旨|您好|拝啓|件名|"
    "様|お世話になって|いつもお世話";

static const char closings[] =
    "regards|sincerely|yours |best,|cheers|kind wishes|best wishes|warmly|respectfully,|"
    "with appreciation|with gratitude|grüße|grüßen|gruß|hochachtungsvoll|cordialement|"
    "salutations|bien à vous|bien à toi|sincèrement,|amicalement|bises|atentamente|saludos|"
    "cordialmente|un abrazo|saluti|cordialità|a presto,|atenciosamente|cumprimentos|abraço|此致|"
    "敬礼|敬上|祝好|顺祝|谨启|敬具|草々|よろしくお願い|宜しくお願い";

static const struct refusal_tongue tongues[] = {
    {.begins = en_begins,
     .passing = en_passing,
     .helps = en_helps,
     .gives = en_gives,
     .things = en_things,
     .opens = en_opens,
     .sources = en_sources,
     .own = en_own,
     .lacks = en_lacks,
     .wills = en_wills,
     .makes = en_makes},
    {.begins = decline_begins, .passing = decline_passing, .helps = decline_helps, .bare = true},
    {.begins = fr_begins,
     .passing = fr_passing,
     .helps = fr_helps,
     .gives = fr_gives,
     .things = fr_things,
     .opens = fr_opens,
     .sources = fr_sources,
     .own = fr_own,
     .lacks = fr_lacks,
     .wills = fr_wills,
     .makes = fr_makes},
    {.begins = fr_decline_begins,
     .passing = fr_decline_passing,
     .helps = fr_decline_helps,
     .bare = true},
    {.begins = es_begins,
     .passing = es_passing,
     .helps = es_helps,
     .gives = es_gives,
     .things = es_things,
     .opens = es_opens,
     .sources = es_sources,
     .own = es_own,
     .lacks = es_lacks,
     .wills = es_wills,
     .makes = es_makes},
    {.begins = es_decline_begins,
     .passing = es_decline_passing,
     .helps = es_decline_helps,
     .bare = true},
    {.begins = it_begins,
     .passing = it_passing,
     .helps = it_helps,
     .gives = it_gives,
     .things = it_things,
     .opens = it_opens,
     .sources = it_sources,
     .own = it_own,
     .lacks = it_lacks,
     .wills = it_wills,
     .makes = it_makes},
    {.begins = it_decline_begins,
     .passing = it_decline_passing,
     .helps = it_decline_helps,
     .bare = true},
    {.begins = pt_begins,
     .passing = pt_passing,
     .helps = pt_helps,
     .gives = pt_gives,
     .things = pt_things,
     .opens = pt_opens,
     .sources = pt_sources,
     .own = pt_own,
     .lacks = pt_lacks,
     .wills = pt_wills,
     .makes = pt_makes},
    {.begins = pt_decline_begins,
     .passing = pt_decline_passing,
     .helps = pt_decline_helps,
     .bare = true},
    {.begins = NULL},
};

const struct refusal_words refusal_words = {
    .courtesies = courtesies,
    .adverbs = adverbs,
    .before = before,
    .supposes = supposes,
    .idioms = idioms,
    .decisive = decisive,
    .anywhere = anywhere,
    .bounds = bounds,
    .limits = limits,
    .topics = topics_before,
    .told = told,
    .wants_help = wants_help,
    .tongues = tongues,
    .german = {.begins = de_begins,
               .helps = de_helps,
               .gives = de_gives,
               .things = de_things,
               .opens = de_opens,
               .sources = de_sources,
               .own = de_own,
               .wills = de_wills,
               .makes = de_makes},
    .german_not = de_not,
    .german_found = de_found,
    .german_supposes = de_supposes,
    .chinese = {zh_sorry, zh_topics, zh_supposes, zh_cannot, zh_helps, zh_goes_on},
    .japanese = {ja_sorry, ja_topics, ja_supposes, ja_cannot, ja_helps, ja_goes_on},
    .salutations = salutations,
    .closings = closings,
};
