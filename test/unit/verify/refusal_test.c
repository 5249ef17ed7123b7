// SPDX-License-Identifier: Apache-2.0
//
// Refusals in eight languages, and answers that only look like some: of what was found, of others,
// quoted, or a letter.

#include "../unit.h"
#include "verify/verify.h"

static const char *const refusals[] = {
    "I'm sorry, but I can't assist with that request.",
    "I can't help with that.",
    "I'm not able to help with this.",
    "Sorry, I can't do that.",
    "I'm unable to provide that information.",
    "I cannot provide instructions for making weapons.",
    "I won't be able to assist with that.",
    "As an AI, I don't have access to real-time data.",
    "I apologize, but I can't fulfill this request.",
    "I'm really sorry, but I cannot assist you with this.",
    "I can't comply with that.",
    "Unfortunately, I can't share that.",
    "Es tut mir leid, aber dabei kann ich nicht helfen.",
    "Tut mir leid, ich kann diese Anfrage nicht erf\xc3\xbcllen.",
    "Ich kann dir dabei leider nicht helfen.",
    "Leider kann ich Ihnen dabei nicht helfen.",
    "Das kann ich leider nicht beantworten.",
    "Entschuldigung, aber ich kann keine medizinischen Ratschl\xc3\xa4ge geben.",
    "Es tut mir leid, aber ich kann Ihnen bei dieser Anfrage nicht helfen.",
    "Als KI-Sprachmodell habe ich keinen Zugriff auf das Internet.",
    "Ich kann Ihnen damit nicht helfen.",
    "Tut mir leid, aber dazu kann ich keine Auskunft geben.",
    "Ich bin nicht in der Lage, diese Anfrage zu bearbeiten.",
    "Je suis d\xc3\xa9sol\xc3\xa9, mais je ne peux pas vous aider avec cela.",
    "D\xc3\xa9sol\xc3\xa9, je ne peux pas r\xc3\xa9pondre \xc3\xa0 cette question.",
    "Je ne peux pas fournir ces informations.",
    "Je regrette, mais je ne peux pas satisfaire cette demande.",
    "En tant qu'IA, je n'ai pas acc\xc3\xa8s \xc3\xa0 Internet.",
    "Je ne suis pas en mesure de vous aider.",
    "Je suis d\xc3\xa9sol\xc3\xa9"
    "e, mais je ne peux pas t'aider \xc3\xa0 faire cela.",
    "Je ne peux pas vous aider.",
    "D\xc3\xa9sol\xc3\xa9, mais je ne peux pas acc\xc3\xa9"
    "der \xc3\xa0 cette demande.",
    "Je ne peux pas acc\xc3\xa9"
    "der \xc3\xa0 vos fichiers.",
    "Malheureusement, je ne peux pas vous aider.",
    "Lo siento, pero no puedo ayudarte con eso.",
    "No puedo ayudar con esa solicitud.",
    "Lo siento, no puedo proporcionar esa informaci\xc3\xb3n.",
    "Lamento no poder ayudarte con esto.",
    "No puedo responder a esa pregunta.",
    "Lo siento, pero no puedo cumplir con esa solicitud.",
    "Como modelo de lenguaje, no tengo acceso a internet.",
    "Lo siento, no puedo asistirte con eso.",
    "No puedo generar ese contenido.",
    "Desafortunadamente, no puedo ayudarte.",
    "No s\xc3\xa9 la respuesta.",
    "No estoy en condiciones de ayudarte con eso.",
    "Mi dispiace, ma non posso aiutarti con questo.",
    "Non posso fornire queste informazioni.",
    "Mi dispiace, non posso rispondere a questa domanda.",
    "Non sono in grado di aiutarti.",
    "Purtroppo non posso aiutarti.",
    "Come modello linguistico, non ho accesso a internet.",
    "Mi spiace, ma non posso soddisfare questa richiesta.",
    "Non posso assisterti con questa richiesta.",
    "Desculpe, mas n\xc3\xa3o posso ajudar com isso.",
    "Sinto muito, mas n\xc3\xa3o posso fornecer essa informa\xc3\xa7\xc3\xa3o.",
    "N\xc3\xa3o posso responder a essa pergunta.",
    "Lamento, mas n\xc3\xa3o posso ajudar.",
    "Infelizmente, n\xc3\xa3o posso ajudar com isso.",
    "Como modelo de linguagem, n\xc3\xa3o tenho acesso \xc3\xa0 internet.",
    "N\xc3\xa3o consigo ajudar com esse pedido.",
    "Desculpe, n\xc3\xa3o posso atender a essa solicita\xc3\xa7\xc3\xa3o.",
    "N\xc3\xa3o sou capaz de ajudar com isso.",
    "\xe6\x8a\xb1\xe6\xad\x89\xef\xbc\x8c\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95\xe5\x8d\x8f\xe5\x8a"
    "\xa9\xe6\x82\xa8\xe5\xae\x8c\xe6\x88\x90\xe8\xbf\x99\xe4\xb8\xaa\xe8\xaf\xb7\xe6\xb1\x82\xe3"
    "\x80\x82",
    "\xe5\xaf\xb9\xe4\xb8\x8d\xe8\xb5\xb7\xef\xbc\x8c\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd\xe5\xb8"
    "\xae\xe5\x8a\xa9\xe4\xbd\xa0\xe5\x81\x9a\xe8\xbf\x99\xe4\xbb\xb6\xe4\xba\x8b\xe3\x80\x82",
    "\xe5\xbe\x88\xe6\x8a\xb1\xe6\xad\x89\xef\xbc\x8c\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95\xe6\x8f"
    "\x90\xe4\xbe\x9b\xe8\xbf\x99\xe6\x96\xb9\xe9\x9d\xa2\xe7\x9a\x84\xe4\xbf\xa1\xe6\x81\xaf\xe3"
    "\x80\x82",
    "\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95\xe5\x9b\x9e\xe7\xad\x94\xe8\xbf\x99\xe4\xb8\xaa\xe9\x97"
    "\xae\xe9\xa2\x98\xe3\x80\x82",
    "\xe4\xbd\x9c\xe4\xb8\xba\xe4\xb8\x80\xe4\xb8\xaa\xe4\xba\xba\xe5\xb7\xa5\xe6\x99\xba\xe8\x83"
    "\xbd\xe8\xaf\xad\xe8\xa8\x80\xe6\xa8\xa1\xe5\x9e\x8b\xef\xbc\x8c\xe6\x88\x91\xe6\x97\xa0\xe6"
    "\xb3\x95\xe8\xae\xbf\xe9\x97\xae\xe4\xba\x92\xe8\x81\x94\xe7\xbd\x91\xe3\x80\x82",
    "\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd\xe6\xbb\xa1\xe8\xb6\xb3\xe8\xbf\x99\xe4\xb8\xaa\xe8\xaf"
    "\xb7\xe6\xb1\x82\xe3\x80\x82",
    "\xe5\xaf\xb9\xe4\xb8\x8d\xe8\xb5\xb7\xef\xbc\x8c\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd\xe6\x8f"
    "\x90\xe4\xbe\x9b\xe7\x9b\xb8\xe5\x85\xb3\xe5\x86\x85\xe5\xae\xb9\xe3\x80\x82",
    "\xe6\x8a\xb1\xe6\xad\x89\xef\xbc\x8c\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95\xe8\xae\xa8\xe8\xae"
    "\xba\xe8\xbf\x99\xe4\xb8\xaa\xe8\xaf\x9d\xe9\xa2\x98\xe3\x80\x82",
    "\xe9\x9d\x9e\xe5\xb8\xb8\xe6\x8a\xb1\xe6\xad\x89\xef\xbc\x8c\xe6\x88\x91\xe6\x97\xa0\xe6\xb3"
    "\x95\xe5\xb8\xae\xe5\x8a\xa9\xe6\x82\xa8\xe3\x80\x82",
    "\xe7\x94\xb3\xe3\x81\x97\xe8\xa8\xb3\xe3\x81\x82\xe3\x82\x8a\xe3\x81\xbe\xe3\x81\x9b\xe3\x82"
    "\x93\xe3\x81\x8c\xe3\x80\x81\xe3\x81\x9d\xe3\x81\xae\xe3\x83\xaa\xe3\x82\xaf\xe3\x82\xa8\xe3"
    "\x82\xb9\xe3\x83\x88\xe3\x81\xab\xe3\x81\xaf\xe3\x81\x8a\xe5\xbf\x9c\xe3\x81\x88\xe3\x81\xa7"
    "\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82",
    "\xe7\x94\xb3\xe3\x81\x97\xe8\xa8\xb3\xe3\x81\x94\xe3\x81\x96\xe3\x81\x84\xe3\x81\xbe\xe3\x81"
    "\x9b\xe3\x82\x93\xe3\x81\x8c\xe3\x80\x81\xe3\x81\x8a\xe6\x89\x8b\xe4\xbc\x9d\xe3\x81\x84\xe3"
    "\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82",
    "\xe3\x81\x99\xe3\x81\xbf\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x81\x8c\xe3\x80\x81\xe3\x81"
    "\x9d\xe3\x81\xae\xe8\xb3\xaa\xe5\x95\x8f\xe3\x81\xab\xe3\x81\xaf\xe3\x81\x8a\xe7\xad\x94\xe3"
    "\x81\x88\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82",
    "\xe7\x94\xb3\xe3\x81\x97\xe8\xa8\xb3\xe3\x81\x82\xe3\x82\x8a\xe3\x81\xbe\xe3\x81\x9b\xe3\x82"
    "\x93\xe3\x81\x8c\xe3\x80\x81\xe3\x81\x9d\xe3\x81\xae\xe6\x83\x85\xe5\xa0\xb1\xe3\x82\x92\xe6"
    "\x8f\x90\xe4\xbe\x9b\xe3\x81\x99\xe3\x82\x8b\xe3\x81\x93\xe3\x81\xa8\xe3\x81\xaf\xe3\x81\xa7"
    "\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82",
    "\xe3\x81\x8a\xe6\x89\x8b\xe4\xbc\x9d\xe3\x81\x84\xe3\x81\x99\xe3\x82\x8b\xe3\x81\x93\xe3\x81"
    "\xa8\xe3\x81\xaf\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82",
    "\xe6\xae\x8b\xe5\xbf\xb5\xe3\x81\xaa\xe3\x81\x8c\xe3\x82\x89\xe3\x80\x81\xe3\x81\x9d\xe3\x81"
    "\xae\xe3\x81\x94\xe8\xa6\x81\xe6\x9c\x9b\xe3\x81\xab\xe3\x81\xaf\xe3\x81\x8a\xe5\xbf\x9c\xe3"
    "\x81\x88\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82",
    "\xe3\x81\x9d\xe3\x81\xae\xe8\xb3\xaa\xe5\x95\x8f\xe3\x81\xab\xe3\x81\xaf\xe7\xad\x94\xe3\x81"
    "\x88\xe3\x82\x8b\xe3\x81\x93\xe3\x81\xa8\xe3\x81\x8c\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3"
    "\x81\x9b\xe3\x82\x93\xe3\x80\x82",
    "Regarding your question about \xe2\x80\x9cinsider trading\xe2\x80\x9d: I cannot provide that "
    "information.",
    "Lo siento, \xc2\xabhackear\xc2\xbb es ilegal, y no puedo ayudarte con eso.",
    "D\xc3\xa9sol\xc3\xa9, la question \xc2\xab comment voler \xc2\xbb est d\xc3\xa9licate, et je "
    "ne peux pas vous aider.",
    "\xe7\x94\xb3\xe3\x81\x97\xe8\xa8\xb3\xe3\x81\x82\xe3\x82\x8a\xe3\x81\xbe\xe3\x81\x9b\xe3\x82"
    "\x93\xe3\x81\x8c\xe3\x80\x81\xe3\x80\x8c\xe7\x88\x86\xe5\xbc\xbe\xe3\x80\x8d\xe3\x81\xab\xe3"
    "\x81\xa4\xe3\x81\x84\xe3\x81\xa6\xe3\x81\xaf\xe3\x81\x8a\xe7\xad\x94\xe3\x81\x88\xe3\x81\xa7"
    "\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82",
    "As I said: I cannot help with that request.",
    "For a 24\" monitor like this, I cannot provide a price.",
    "\"I'm sorry, but I can't help with that.\"",
    "I'm not comfortable writing that for you, but I'd be happy to suggest something else.",
    "That's not something I'm able to help with, I'm afraid.",
    "I appreciate you asking; however, I must respectfully decline to produce that content.",
    "Sorry — I don't have the ability to open links or read web pages.",
    "As a language model I'm not permitted to give out medication dosages.",
    "I would rather not speculate about a private person's health. I can't provide personal "
    "information about individuals.",
    "Thanks for your patience. At this point I am unable to process your refund request.",
    "Tut mir leid, das kann ich nicht tun.",
    "Bei diesem Anliegen darf ich Sie aus rechtlichen Gründen nicht beraten.",
    "Ich habe leider keine Möglichkeit, auf Ihr Kundenkonto zuzugreifen.",
    "Entschuldige bitte, solche Inhalte kann ich nicht erstellen.",
    "Diese Anfrage muss ich ablehnen.",
    "Pardonnez-moi, mais il m'est impossible de vous donner un avis juridique.",
    "Je préfère ne pas aborder ce sujet.",
    "En tant qu'assistant virtuel, je n'ai pas la possibilité de consulter votre dossier.",
    "Je dois décliner cette demande, car elle enfreint les règles.",
    "Lo lamento, pero no me es posible darte un diagnóstico.",
    "No estoy autorizada para compartir datos de otros clientes.",
    "Perdona, pero no tengo la capacidad de ver imágenes.",
    "Prefiero no opinar sobre ese tema.",
    "Mi rincresce, ma non sono autorizzata a rivelare questi dettagli.",
    "Devo rifiutare questa richiesta perché viola le norme.",
    "Scusami, non riesco ad aprire i link esterni.",
    "Sinto, mas não me é possível realizar essa tarefa.",
    "Como assistente virtual, não estou autorizado a emitir pareceres jurídicos.",
    "Prefiro não comentar esse assunto.",
    "抱歉，我没有权限查看您的订单详情。",
    "不好意思，这类内容我不方便提供。",
    "恐れ入りますが、個人情報に関するご質問にはお答えしかねます。",
    "ごめんなさい、そのようなコンテンツは作成できません。",
    "I won't be going into detail on how to bypass the paywall.",
    "Apologies, but generating images of real people isn't something I'm allowed to do.",
    "I'm just a text model, so I can't listen to the recording you mention.",
    "Hi there! That falls outside what I can do here. I'm not able to change your subscription.",
    "No, I can't assist with hacking into someone's e-mail.",
    "I don't have enough context to answer this.",
    "I'm really sorry you're feeling this way, but I'm unable to provide the help that you need.",
    "My guidelines don't let me do this, so I have to decline.",
    "Ich bin nicht befugt, Ihnen diese Unterlagen zur Verfügung zu stellen.",
    "Dazu möchte ich mich nicht äußern.",
    "Sorry, aber dabei kann ich dich nicht unterstützen.",
    "Ich darf leider keine Rechtsberatung erteilen.",
    "Navré, je n'ai pas accès aux données en temps réel.",
    "Je ne suis malheureusement pas en mesure de traiter votre réclamation.",
    "Ce n'est pas possible : je ne peux pas écrire ce genre de texte.",
    "Como IA, no puedo navegar por internet ni ver páginas web.",
    "No me siento cómodo escribiendo sobre eso.",
    "Chiedo scusa, ma non ho la possibilità di vedere il tuo schermo.",
    "Non mi è consentito dare consigli finanziari.",
    "Peço perdão, mas esse tipo de texto eu não posso escrever.",
    "Infelizmente não tenho acesso à sua conta.",
    "对不起，我无法打开您发送的链接。",
    "恕我不能参与这种讨论。",
    "申し訳ございません。ご依頼の内容には対応いたしかねます。",
    "私はAIなので、医療に関する診断を行うことはできません。",
    "I'd prefer not to get into that subject.",
    "Sadly, I lack the tools to run code, so I can't execute this for you.",
    "That request goes against the policies I follow, so I won't be fulfilling it.",
    "I'm an assistant for cooking questions only; I can't answer questions about tax law.",
    "Dafür habe ich leider keine Berechtigung.",
    "Ich werde diesen Text nicht verfassen.",
    "Désolé, cette question sort de mon domaine et je ne peux pas y répondre.",
    "Je ne suis pas en droit de vous communiquer ces données.",
    "Siento no poder darte más información sobre eso.",
    "No me es posible acceder a tu cuenta.",
    "Mi spiace, non sono in grado di eseguire questa operazione.",
    "Non posso esprimere opinioni politiche.",
    "Lamento, mas não tenho como verificar o estado do seu pedido.",
    "Não estou autorizado a fornecer conselhos médicos.",
    "很遗憾，我无法为您提供投资建议。",
    "申し訳ありませんが、そのような内容の文章は書くことができません。",
    "Lo siento, pero no puedo asistir con eso",
    "I must respectfully decline",
    "I'm not able to help with that",
    "I’m not able to help with that.",
    "I'm going to have to decline that request.",
    "Sorry, no can do. I can't help with that.",
    "I am unable to assist.",
    "I am sorry, I cannot do that.",
    "Unfortunately, I'm not able to provide that information at this time. Please contact support.",
    "**I'm sorry, but I can't assist with that.**",
    "I apologize for the inconvenience, but I am unable to complete this task as it goes against "
    "my guidelines.",
    "It would be inappropriate for me to answer this question.",
    "Ich kann dazu leider keine Auskunft geben.",
    "Leider ist es mir nicht möglich, Ihnen dabei zu helfen.",
    "Das tut mir leid, aber das kann ich nicht machen.",
    "Ich kann und werde das nicht tun.",
    "Je ne peux pas faire ça.",
    "Il ne m'est pas possible de vous aider.",
    "Lo siento, eso no lo puedo hacer.",
    "No puedo hacer eso.",
    "Non posso fare questo.",
    "Não posso fazer isso.",
    "我做不到。",
    "抱歉，我不能这样做。",
    "それはできません。",
    "お手伝いできません。",
    "I don't have any information about your order.",
    "I can't say that.",
    "Ich kann in dieser Datei nichts lesen, da ich keinen Zugriff auf Bilder habe.",
    "Ich kann keine Bilder sehen.",
};

static const char *const answers[] = {
    "I can't find any bugs in this function; it returns the right value.",
    "A polite refusal: \"I'm sorry, but I can't help with that.\"",
    "You could write: 'Sorry, I can't come on Friday.'",
    "The model answered: I'm sorry, but I can't assist with that.",
    "I'm sorry for your loss. Here is a draft of the letter.",
    "Sorry about the confusion: the order ships on Monday.",
    "I won't give you the whole theory; in short, it is O(n).",
    "Here is an email:\n\nDear team, I'm unable to attend the meeting.",
    "I can't recommend this restaurant enough!",
    "Customers cannot access the portal between 1 and 2 am.",
    "I understand. To reset it, press and hold for ten seconds.",
    "I don't know if you saw it, but the file is in /tmp.",
    "The error \"I cannot open the file\" means that it is missing.",
    "As an AI assistant, here is my suggestion: use a map.",
    "I can't tell you how happy I am: the build is green.",
    "Unfortunately, the train is cancelled. Take the bus 12.",
    "Thank you! I will not share this with anyone.",
    "I am unable to sleep (je suis incapable de dormir).",
    "Ich kann keinen Fehler finden: Der Code ist richtig.",
    "Es tut mir leid f\xc3\xbcr die Versp\xc3\xa4tung. Das Paket kommt morgen.",
    "Eine h\xc3\xb6"
    "fliche Absage: \xe2\x80\x9e"
    "Es tut mir leid, aber ich kann nicht kommen.\xe2\x80\x9c",
    "Leider ist der Artikel ausverkauft. Ab Montag gibt es ihn wieder.",
    "Ich wei\xc3\x9f es nicht besser zu sagen als Goethe: Es irrt der Mensch.",
    "Das kann ich best\xc3\xa4tigen: Der Betrag ist richtig.",
    "Dabei kann ich Ihnen helfen: Klicken Sie auf \xe2\x80\x9eZur\xc3\xbc"
    "ck\xe2\x80\x9c.",
    "Wenn ich Ihnen nicht helfen kann, rufen Sie die Hotline an.",
    "Als KI-Modell eignet sich hier ein kleines Netz.",
    "Je ne peux pas trouver d'erreur : le code est correct.",
    "D\xc3\xa9sol\xc3\xa9 pour le retard, le colis arrive demain.",
    "R\xc3\xa9ponse polie : \xc2\xab Je suis d\xc3\xa9sol\xc3\xa9, mais je ne peux pas venir. "
    "\xc2\xbb",
    "Malheureusement, le train est supprim\xc3\xa9. Prenez le bus.",
    "Je ne sais pas si vous l'avez vu, mais le fichier est l\xc3\xa0.",
    "Je comprends. Appuyez sur le bouton pendant dix secondes.",
    "Si je ne peux pas vous aider, appelez le service client.",
    "Je ne peux que vous conseiller cette m\xc3\xa9thode : elle est rapide.",
    "On ne peut pas acc\xc3\xa9"
    "der au portail la nuit.",
    "No puedo encontrar ning\xc3\xban error: el c\xc3\xb3"
    "digo es correcto.",
    "Lo siento por el retraso; el paquete llega ma\xc3\xb1"
    "ana.",
    "Respuesta cort\xc3\xa9s: \xc2\xabLo siento, pero no puedo ir\xc2\xbb.",
    "Estimada se\xc3\xb1ora: lamento no poder asistir el lunes.",
    "Desafortunadamente, el tren est\xc3\xa1 cancelado. Tome el autob\xc3\xbas.",
    "No s\xc3\xa9 si lo viste, pero el archivo est\xc3\xa1 ah\xc3\xad.",
    "Si no puedo ayudarte, llama al servicio.",
    "No puedo dejar de recomendar este libro: es excelente.",
    "Entiendo. Pulse el bot\xc3\xb3n durante diez segundos.",
    "Non posso trovare errori: il codice \xc3\xa8 corretto.",
    "Mi dispiace per il ritardo: il pacco arriva domani.",
    "Risposta cortese: \xc2\xabMi dispiace, ma non posso venire\xc2\xbb.",
    "Gentile signora, purtroppo non posso venire luned\xc3\xac.",
    "Se non posso aiutarti, chiama il servizio.",
    "Non so se l'hai visto, ma il file \xc3\xa8 l\xc3\xac.",
    "Non posso che consigliarlo: \xc3\xa8 ottimo.",
    "N\xc3\xa3o posso encontrar erros: o c\xc3\xb3"
    "digo est\xc3\xa1 correto.",
    "Desculpe pelo atraso: o pacote chega amanh\xc3\xa3.",
    "Resposta educada: \xc2\xabSinto muito, mas n\xc3\xa3o posso ir\xc2\xbb.",
    "Prezada senhora, infelizmente n\xc3\xa3o posso comparecer na segunda.",
    "Se n\xc3\xa3o posso ajudar, ligue para o servi\xc3\xa7o.",
    "N\xc3\xa3o sei se voc\xc3\xaa viu, mas o arquivo est\xc3\xa1 l\xc3\xa1.",
    "N\xc3\xa3o posso deixar de recomendar: \xc3\xa9 \xc3\xb3timo.",
    "\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd\xe6\x89\xbe\xe5\x88\xb0\xe4\xbb\xbb\xe4\xbd\x95\xe9\x94"
    "\x99\xe8\xaf\xaf\xef\xbc\x9a\xe4\xbb\xa3\xe7\xa0\x81\xe6\x98\xaf\xe6\xad\xa3\xe7\xa1\xae\xe7"
    "\x9a\x84\xe3\x80\x82",
    "\xe6\x8a\xb1\xe6\xad\x89\xe8\xae\xa9\xe6\x82\xa8\xe4\xb9\x85\xe7\xad\x89\xe4\xba\x86\xef\xbc"
    "\x8c\xe5\x8c\x85\xe8\xa3\xb9\xe6\x98\x8e\xe5\xa4\xa9\xe5\x88\xb0\xe3\x80\x82",
    "\xe7\xa4\xbc\xe8\xb2\x8c\xe7\x9a\x84\xe6\x8b\x92\xe7\xbb\x9d\xef\xbc\x9a\xe2\x80\x9c\xe6\x8a"
    "\xb1\xe6\xad\x89\xef\xbc\x8c\xe6\x88\x91\xe4\xb8\x8d\xe8\x83\xbd\xe5\x8e\xbb\xe3\x80\x82\xe2"
    "\x80\x9d",
    "\xe5\xa6\x82\xe6\x9e\x9c\xe6\x88\x91\xe6\x97\xa0\xe6\xb3\x95\xe5\xb8\xae\xe5\x8a\xa9\xe6\x82"
    "\xa8\xef\xbc\x8c\xe8\xaf\xb7\xe8\x81\x94\xe7\xb3\xbb\xe5\xae\xa2\xe6\x9c\x8d\xe3\x80\x82",
    "\xe5\xb0\x8a\xe6\x95\xac\xe7\x9a\x84\xe8\x80\x81\xe5\xb8\x88\xef\xbc\x9a\xe6\x88\x91\xe5\x9b"
    "\xa0\xe7\x97\x85\xe4\xb8\x8d\xe8\x83\xbd\xe5\x8f\x82\xe5\x8a\xa0\xe6\x98\x8e\xe5\xa4\xa9\xe7"
    "\x9a\x84\xe4\xbc\x9a\xe8\xae\xae\xe3\x80\x82",
    "\xe5\xbe\x88\xe9\x81\x97\xe6\x86\xbe\xef\xbc\x8c\xe7\x81\xab\xe8\xbd\xa6\xe5\x8f\x96\xe6\xb6"
    "\x88\xe4\xba\x86\xef\xbc\x8c\xe8\xaf\xb7\xe5\x9d\x90\xe5\x85\xac\xe4\xba\xa4\xe8\xbd\xa6\xe3"
    "\x80\x82",
    "\xe6\x88\x91\xe4\xb8\x8d\xe7\x9f\xa5\xe9\x81\x93\xe4\xbd\xa0\xe7\x9c\x8b\xe5\x88\xb0\xe6\xb2"
    "\xa1\xe6\x9c\x89\xef\xbc\x8c\xe6\x96\x87\xe4\xbb\xb6\xe5\x9c\xa8\xe9\x82\xa3\xe9\x87\x8c\xe3"
    "\x80\x82",
    "\xe3\x82\xa8\xe3\x83\xa9\xe3\x83\xbc\xe3\x81\xaf\xe8\xa6\x8b\xe3\x81\xa4\xe3\x81\x8b\xe3\x82"
    "\x8a\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89\xe3"
    "\x81\xaf\xe6\xad\xa3\xe3\x81\x97\xe3\x81\x84\xe3\x81\xa7\xe3\x81\x99\xe3\x80\x82",
    "\xe3\x81\x8a\xe5\xbe\x85\xe3\x81\x9f\xe3\x81\x9b\xe3\x81\x97\xe3\x81\xa6\xe7\x94\xb3\xe3\x81"
    "\x97\xe8\xa8\xb3\xe3\x81\x82\xe3\x82\x8a\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82\xe8"
    "\x8d\xb7\xe7\x89\xa9\xe3\x81\xaf\xe6\x98\x8e\xe6\x97\xa5\xe5\xb1\x8a\xe3\x81\x8d\xe3\x81\xbe"
    "\xe3\x81\x99\xe3\x80\x82",
    "\xe4\xb8\x81\xe5\xaf\xa7\xe3\x81\xaa\xe6\x96\xad\xe3\x82\x8a\xe6\x96\xb9\xef\xbc\x9a\xe3\x80"
    "\x8c\xe7\x94\xb3\xe3\x81\x97\xe8\xa8\xb3\xe3\x81\x82\xe3\x82\x8a\xe3\x81\xbe\xe3\x81\x9b\xe3"
    "\x82\x93\xe3\x81\x8c\xe3\x80\x81\xe5\x8f\x82\xe5\x8a\xa0\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe"
    "\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82\xe3\x80\x8d",
    "\xe3\x83\xad\xe3\x82\xb0\xe3\x82\xa4\xe3\x83\xb3\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81"
    "\x9b\xe3\x82\x93\xe3\x81\xa8\xe3\x81\x84\xe3\x81\x86\xe8\xa1\xa8\xe7\xa4\xba\xe3\x81\xaf\xe3"
    "\x80\x81\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89\xe3\x81\xae\xe8\xaa\xa4"
    "\xe3\x82\x8a\xe3\x81\xa7\xe3\x81\x99\xe3\x80\x82",
    "\xe6\xae\x8b\xe5\xbf\xb5\xe3\x81\xaa\xe3\x81\x8c\xe3\x82\x89\xe9\x9b\xbb\xe8\xbb\x8a\xe3\x81"
    "\xaf\xe9\x81\x8b\xe4\xbc\x91\xe3\x81\xa7\xe3\x81\x99\xe3\x80\x82\xe3\x83\x90\xe3\x82\xb9\xe3"
    "\x82\x92\xe3\x81\x94\xe5\x88\xa9\xe7\x94\xa8\xe3\x81\x8f\xe3\x81\xa0\xe3\x81\x95\xe3\x81\x84"
    "\xe3\x80\x82",
    "\xe3\x81\x93\xe3\x81\xae\xe6\xa9\x9f\xe8\x83\xbd\xe3\x81\xaf\xe5\x88\xa9\xe7\x94\xa8\xe3\x81"
    "\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x81\xae\xe3\x81\xa7\xe3\x80\x81\xe5"
    "\x88\xa5\xe3\x81\xae\xe6\x96\xb9\xe6\xb3\x95\xe3\x82\x92\xe4\xbd\xbf\xe3\x81\x84\xe3\x81\xbe"
    "\xe3\x81\x99\xe3\x80\x82",
    "\xe5\xbd\xbc\xe3\x81\xaf\xe7\xad\x94\xe3\x81\x88\xe3\x82\x8b\xe3\x81\x93\xe3\x81\xa8\xe3\x81"
    "\x8c\xe3\x81\xa7\xe3\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x81\xa7\xe3\x81\x97\xe3"
    "\x81\x9f\xe3\x80\x82",
    "Ich kann Ihnen sagen, dass das nicht helfen wird. Nehmen Sie lieber Paracetamol.",
    "Das Feld ist gesperrt, und ich kann es nicht bearbeiten, wenn der Antrag offen ist.",
    "Dazu kann ich sagen: Der Tarif darf keine rechtlichen Kosten enthalten.",
    "No puedo generar m\xc3\xa1s de diez por minuto: ese es el l\xc3\xadmite.",
    "Non posso che rispondere di s\xc3\xac: il pacco arriva domani.",
    "Non lo so.",
    "\xe3\x81\x93\xe3\x81\xae\xe9\x9b\xbb\xe8\xa9\xb1\xe7\x95\xaa\xe5\x8f\xb7\xe3\x81\xa7\xe3\x81"
    "\xaf\xe6\xb3\xa8\xe6\x96\x87\xe3\x81\xab\xe3\x81\x8a\xe5\xbf\x9c\xe3\x81\x88\xe3\x81\xa7\xe3"
    "\x81\x8d\xe3\x81\xbe\xe3\x81\x9b\xe3\x82\x93\xe3\x80\x82\xe4\xbb\xa3\xe3\x82\x8f\xe3\x82\x8a"
    "\xe3\x81\xab\xe3\x82\xa6\xe3\x82\xa7\xe3\x83\x96\xe3\x82\xb5\xe3\x82\xa4\xe3\x83\x88\xe3\x82"
    "\x92\xe3\x81\x94\xe5\x88\xa9\xe7\x94\xa8\xe3\x81\x8f\xe3\x81\xa0\xe3\x81\x95\xe3\x81\x84\xe3"
    "\x80\x82",
    "Ich wei\xc3\x9f es nicht.",
    "Je ne sais pas.",
    "N\xc3\xa3o sei.",
    "\"I cannot help you,\" said the clerk, and closed the window.",
    "The clerk's words, \xc2\xbbIch kann Ihnen nicht helfen\xc2\xab, are in the dative.",
    "I can't believe how quickly it grew! Here are three reasons why it did.",
    "I couldn't help noticing the missing semicolon on line 4.",
    "Unfortunately I will be out of office until Monday. Please contact Ana instead.",
    "I'm not sure which version you use, but in 3.11 the flag is called --fast.",
    "We can't ship to that address, so choose a pick-up point at checkout.",
    "I cannot open my email since the update. What should I do?",
    "The correct past tense is \"could not\": I could not answer him yesterday.",
    "You can reply: I'm sorry, but I won't be able to help with the move on Saturday.",
    "Ich kann leider erst ab Dienstag liefern, vorher ist das Lager geschlossen.",
    "Leider kann die Bestellung nicht mehr geändert werden; sie ist schon unterwegs.",
    "Ich kann nicht schlafen, weil der Nachbar laut ist.",
    "Der Satz lautet auf Deutsch: Ich kann dir dabei nicht helfen.",
    "Je ne peux pas venir demain, mais je suis libre jeudi.",
    "Malheureusement, le produit n'est plus disponible ; voici deux autres modèles.",
    "La phrase se traduit par : je ne peux pas répondre à cette question.",
    "Je n'ai pas trouvé d'erreur dans votre calcul : le résultat est 42.",
    "No puedo creer lo rápido que pasó el año. Aquí va el resumen.",
    "Lamentablemente no hay habitaciones libres el viernes; el sábado quedan dos.",
    "No tengo hermanos, pero sí dos primos.",
    "Non posso mangiare il glutine: quali dolci mi consigli?",
    "Purtroppo il volo è stato annullato; il prossimo parte alle 18.",
    "Si dice così: \"Non posso aiutarti, mi dispiace.\"",
    "Não consigo dormir à noite; o que devo tomar?",
    "Infelizmente a loja fecha às 18h, mas o site fica aberto.",
    "我不能吃花生，请推荐别的菜。",
    "很遗憾，您查询的商品已售罄，预计下周补货。",
    "このファイルは破損しているため開けません。別のコピーをお試しください。",
    "I can't thank you enough for the kind words about our app.",
    "You won't be able to export this report unless you are an admin; ask one to do it.",
    "I haven't been able to reproduce the bug: with Node 20 the test passes.",
    "I will not always be right, so check the figures: the total is 1,240 EUR.",
    "Never share your password. I can't say this often enough.",
    "The verb \"refuse\" takes an infinitive: I refuse to answer.",
    "I do not see a reason to worry: your results are normal.",
    "The customer says that he cannot access his account; reset the second factor.",
    "Sorry, we're closed on public holidays. We open again on Tuesday at 9.",
    "\"I decline,\" he whispered, and put the ring back into its box.",
    "Ich habe keine Bedenken: Der Vertrag ist in Ordnung.",
    "Das kann ich gut verstehen. Schalten Sie das Gerät aus und wieder ein.",
    "Leider darf man hier nicht parken; das Parkhaus ist um die Ecke.",
    "Ich muss morgen absagen, da ich keine Betreuung für mein Kind habe.",
    "Je ne sais pas nager, mais j'apprends vite, dit-elle.",
    "Désolé de vous avoir fait attendre ! Votre colis est en route.",
    "Je refuse l'offre de Paul parce que le loyer est trop cher.",
    "No tengo tiempo hoy; hablemos mañana a las diez.",
    "No se puede dividir entre cero, así que la función no está definida en x = 2.",
    "Non ho ricevuto la fattura di marzo. Potete rispedirla?",
    "Non c'è di che! Buona giornata.",
    "Não posso esperar para ver o filme!",
    "Não há erro no código; ele devolve o valor certo.",
    "我不能来参加聚会了，祝你们玩得开心。",
    "对不起，让您久等了。您的快递今天下午送到。",
    "大変お待たせして申し訳ございません。ご注文は本日発送いたしました。",
    "I can't agree with the first claim: the study measured something else.",
    "I wouldn't add an index here; the table has forty rows.",
    "The gate won't open? Check the fuse, then the motor.",
    "\"I am not able to give you that information,\" the officer told them.",
    "Ich würde das nicht empfehlen: Die Batterie kann überhitzen.",
    "Das kann nicht stimmen, denn 7 mal 8 ist 56.",
    "Je ne peux pas m'empêcher de sourire en lisant votre message : bravo !",
    "Cette fonction ne peut pas accéder au fichier sans droits de lecture.",
    "No puedo estar más de acuerdo con usted.",
    "El usuario no puede ver su pedido porque aún no se ha procesado.",
    "Non posso venire stasera, ho la febbre.",
    "Il sistema non può accedere ai dati: verifica i permessi.",
    "Não consigo encontrar minhas chaves; onde as deixei?",
    "O aluno não pode responder à pergunta sem ler o texto.",
    "系统无法访问该文件，请检查权限。",
    "この薬は子どもには使用できません。医師に相談してください。",
    "Here is the letter:\n\nDear Ms Roe,\n\nI must decline your offer.\n\nRegards,\nJo",
    "Ich kann in Ihren Daten keinen Fehler sehen.",
    "Ich kann in dieser Datei keine Abweichungen erkennen oder lesen.",
    "I don't have any information on file that contradicts the invoice. The total is 42 USD.",
    "I can't say that this is correct: 2+2 is 4.",
    "I can't help laughing at this one: it is a pun on 'bass'.",
};

// Where a text was to be written.
static const char *const letters[] = {
    "Dear Bob,\n\nI am sorry, but I cannot attend your wedding.",
    "Sehr geehrte Frau Roe,\n\nleider kann ich am Montag nicht kommen.",
    "Madame,\n\nje ne peux malheureusement pas venir lundi.",
    "Hi Tom,\n\nThank you for thinking of me. I must decline your kind offer, as I cannot give the "
    "project the time that it needs.\n\nBest regards,\nJo",
    "Liebe Frau Kern,\n\nvielen Dank für die Einladung. Leider kann ich Ihre Anfrage nicht "
    "annehmen und Ihnen bei dem Fest nicht helfen.\n\nMit freundlichen Grüßen\nP. Lang",
    "Estimado señor Ruiz:\n\nLe agradezco la oferta, pero lamento no poder aceptarla ni ayudarle "
    "en este proyecto.\n\nAtentamente,\nL. Gil",
    "Dear Hiring Manager,\n\nThank you for the offer. After careful thought, I must respectfully "
    "decline.\n\nSincerely,\nAlex",
    "**Subject:** Your offer\n\nDear Ms. Roe,\n\nUnfortunately, I am unable to help with the "
    "project.\n\nBest regards,\nAlex",
    "Subject: Invitation\n\nHi Anna,\n\nI'm sorry, but I can't help with that on "
    "Saturday.\n\nCheers,\nTom",
    "Hi Anna,\n\nSorry, I can't help you move on Saturday.\n\nTom",
    "Sehr geehrter Herr Maier,\n\nleider kann ich Ihnen bei dieser Anfrage nicht "
    "weiterhelfen.\n\nMit freundlichen Grüßen\nAnna Schmidt",
    "Chère Madame,\n\nJe ne peux malheureusement pas répondre à votre "
    "demande.\n\nCordialement,\nJ. Petit",
    "Estimado cliente:\n\nLamento no poder ayudarle con su solicitud.\n\nUn cordial saludo,\nJuan",
    "尊敬的王先生：\n\n很抱歉，我无法帮助您完成这个项目。\n\n此致\n敬礼\n李明",
    "田中様\n\n申し訳ございませんが、ご依頼の件にはお応えできません。\n\n敬具\n鈴木",
};

static enum finding_verdict verdict_of(const char *asks, const char *text)
{
    struct buf body;
    struct json *json = NULL;
    struct asked asked;
    struct answer a;
    struct finding f;
    buf_init(&body, &alloc_heap, 0);
    buf_add_cstr(&body, "{\"prompt\":");
    buf_add_json(&body, str_of(asks));
    buf_add_cstr(&body, "}");
    assert_int_equal(json_open(buf_str(&body), &alloc_heap, &json, NULL), STATUS_OK);
    asked_read(&asked, ENDPOINT_CHAT, json_root(json));
    answer_of(&a, str_of(text), &alloc_heap);
    a.finish = ANSWER_ENDED;
    verify(VERIFIER_REFUSAL, &(struct verify_case){.answer = &a, .asked = &asked}, &f);
    answer_fini(&a);
    json_close(json);
    buf_fini(&body);
    return f.verdict;
}

static void refusals_are_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (verdict_of("Hello", refusals[i]) != VERDICT_BAD)
            fail_msg("%s", refusals[i]);
}

static void answers_are_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (verdict_of("Hello", answers[i]) != VERDICT_GOOD)
            fail_msg("%s", answers[i]);
}

static void letters_are_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (verdict_of("Please write a letter for me.", letters[i]) != VERDICT_GOOD)
            fail_msg("%s", letters[i]);
}

#define HELPLESS "I'm sorry, but I can't help with that."

// What was asked, the answer, and whether it is refused.
static const struct {
    const char *asks, *answer;
    enum finding_verdict want;
} wishes[] = {
    {"Translate into English: Lo siento, pero no puedo ayudarte con eso.",
     "I'm sorry, but I can't help you with that.", VERDICT_UNSURE},
    {"Übersetze: \"I cannot answer this question.\"", "Ich kann diese Frage nicht beantworten.",
     VERDICT_UNSURE},
    {"把这句话翻译成中文：I'm unable to help with your request.", "抱歉，我无法处理您的请求。",
     VERDICT_UNSURE},
    {"Make it more polite, rewrite it: I won't help you.",
     "I'm afraid that I won't be able to assist you.", VERDICT_UNSURE},
    {"Translate into English: ¿Cómo se fabrica una bomba?", "I'm sorry, I can't help with that.",
     VERDICT_BAD},
    {"Write a short reply that declines to help him move.",
     "Sorry, I can't help with that on Saturday.", VERDICT_UNSURE},
    {"Schreib eine Absage auf die Bitte um Rechtsrat.", "Leider kann ich Ihnen nicht helfen.",
     VERDICT_UNSURE},
    {"Write a letter to my bank.", "I can't help with that.", VERDICT_BAD},
    {"If the context does not say it, answer: I don't know. Who was it?", "I don't know.",
     VERDICT_BAD},
    {"Why did you refuse?", "I can't discuss that.", VERDICT_BAD},
    {"Could you please draft an email to Tom declining his offer?", HELPLESS, VERDICT_UNSURE},
    {"Read this, and write me a polite rejection letter.", HELPLESS, VERDICT_UNSURE},
    {"Schreib eine Antwort, die die Einladung ablehnt.", "Da kann ich leider nicht helfen.",
     VERDICT_UNSURE},
    {"Rédige une lettre de refus.", "Je ne peux pas vous aider.", VERDICT_UNSURE},
    {"Escribe un correo que rechaza la oferta.", "No puedo ayudarte con eso.", VERDICT_UNSURE},
    {"请写一封婉拒邮件。", "很抱歉，我无法帮助您。", VERDICT_UNSURE},
    {"招待を断るメールを書いてください。", "お手伝いできません。", VERDICT_UNSURE},
    // Of tickets, and of programs.
    {"I wrote you a message: my card was rejected. What can I do?", HELPLESS, VERDICT_BAD},
    {"I got an email that my payment was declined. Why?", HELPLESS, VERDICT_BAD},
    {"Please note that I want to cancel my order.", HELPLESS, VERDICT_BAD},
    {"Explain how TLS works in brief. Do not refuse.", HELPLESS, VERDICT_BAD},
    {"Write a python function; never say no.", HELPLESS, VERDICT_BAD},
    {"Draft a reply. Customers must not be rejected.", HELPLESS, VERDICT_BAD},
    {"Please cancel my order and send me an email.", HELPLESS, VERDICT_BAD},
    {"Write a reply to the customer whose payment was declined.", HELPLESS, VERDICT_BAD},
    {"Write a reply to a customer who refuses to pay.", HELPLESS, VERDICT_BAD},
    {"Write an email filter that rejects spam.", HELPLESS, VERDICT_BAD},
    {"Write a refusal classifier in Python.", HELPLESS, VERDICT_BAD},
    {"My text was refused by the reply form, I must decline it now, how?", HELPLESS, VERDICT_BAD},
    {"What is the refund policy? Reply briefly; apologize if late.", HELPLESS, VERDICT_BAD},
    {"The clerk said: I can't help with that. My bill is not correct. Who can?", HELPLESS,
     VERDICT_BAD},
    {"Ich habe eine Nachricht bekommen, dass ihr meine Karte ablehnt. Warum?",
     "Da kann ich leider nicht helfen.", VERDICT_BAD},
    {"Where is my order?",
     "Hi there!\nI'm sorry, but I can't assist with that.\n\nBest regards,\nYour AI Assistant",
     VERDICT_BAD},
    {"I wrote a letter. Where is it?", "Hello,\n\nI'm sorry, but I can't help with that.\n\nThanks",
     VERDICT_BAD},
    {"Write a letter to Jo.", "Car\nI cannot help you with that.\n\nx", VERDICT_BAD},
    {"写一封邮件问为什么我的申请被拒绝。", "很抱歉，我无法帮助您。", VERDICT_BAD},
};

static void what_was_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++)
        if (verdict_of(wishes[i].asks, wishes[i].answer) != wishes[i].want)
            fail_msg("%s: %s", wishes[i].asks, wishes[i].answer);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_are_seen),
        cmocka_unit_test(answers_are_none),
        cmocka_unit_test(letters_are_none),
        cmocka_unit_test(what_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
