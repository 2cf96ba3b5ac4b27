"""What people write to firms, in twelve languages; none of it is in the earlier sets."""

# name: (beginnings, {kind: what is said}, endings)
WORDS: dict[str, tuple[list[str], dict[str, list[str]], list[str]]] = {
    "software": (
        ["Since the last update", "Hi team,", "Second time I write:", "On our test account", "Hello,"],
        {
            "Login": ["the reset link has expired before I could use it", "two-factor codes are refused", "SSO loops"],
            "Billing": ["we were charged for 12 seats instead of 10", "the invoice lacks our VAT number"],
            "Integration": ["the webhook is called twice", "contacts no longer sync to the CRM", "the API gives 502"],
            "Feature Request": ["could you add a dark mode", "we would love to export boards as PDF"],
        },
        [
            "Please advise.",
            "It blocks the whole team!",
            "Thanks, Joan",
            'The message says "try again later".',
            "Cheers",
        ],
    ),
    "shop": (
        ["Bought it in May.", "A gift for my dad.", "Ordered two,", "After three weeks of use:", "Honestly,"],
        {
            "Quality": ["the seam came apart after one wash", "solid wood, beautifully made", "the zip broke at once"],
            "Delivery": ["the courier left it in the rain", "arrived a day early", "the box was crushed"],
            "Size": ["runs two sizes small", "fits perfectly, also in the shoulders", "too long in the sleeves"],
        },
        ["Would buy again.", "Sent it back.", "4 stars, not 5", "See photo.", "My sister wants one, too"],
    ),
    "amt": (
        ["Sehr geehrte Damen und Herren,", "Guten Tag,", "Wie telefonisch besprochen:", "Nochmals:", "Hallo,"],
        {
            "Rechnung": ["die Mahngebühr über 12,50 € ist nicht nachvollziehbar", "bitte um Storno der Rechnung"],
            "Lieferung": ["die Palette kam beschädigt an", "es fehlen 3 Kartons Größe M", "wo bleibt die Ware"],
            "Kündigung": ["ich kündige den Vertrag fristgerecht", "die Abo-Verlängerung war nicht gewünscht"],
            "Technik": ["das Gerät lässt sich nicht mehr einschalten", "die Anzeige bleibt schwarz nach dem Update"],
        },
        ["Mit freundlichen Grüßen", "Danke vorab; Müller", "Ich bitte um Rückruf.", "Vielen Dank für Ihre Mühe!"],
    ),
    "boutique": (
        ["Bonjour,", "Cliente depuis 2019,", "Commande passée lundi :", "Très déçu,", "Rien à redire,"],
        {
            "Livraison": ["le colis n'est jamais arrivé", "livré en 24 h chez le voisin", "point relais fermé"],
            "Produit": ["la couleur diffère de la photo", "une qualité irréprochable", "le câble est trop court"],
            "Remboursement": ["j'attends toujours mes 49,90 €", "l'avoir n'apparaît pas sur mon compte"],
        },
        ["Cordialement", "Merci d'avance", "À éviter !", "Je recommande", "Que faire ?"],
    ),
    "quejas": (
        ["Buenos días,", "Llevo un mes esperando:", "Otra vez", "Les escribo porque", "Hola,"],
        {
            "Facturación": ["me cobraron dos veces el recibo de marzo", "la factura trae un RFC equivocado"],
            "Servicio": ["el técnico no se presentó a la cita", "nadie contesta el teléfono después de las 18 h"],
            "Señal": ["no hay cobertura en mi calle", "internet se corta cada tarde", "la señal del mòdem es débil"],
        },
        ["Gracias.", "¡Exijo una solución!", "Un saludo", "¿Qué debo hacer?"],
    ),
    "albergo": (
        ["Soggiorno di tre notti:", "Siamo tornati qui,", "Viaggio di lavoro,", "Con i bambini"],
        {
            "Camera": ["il letto era comodissimo", "l'aria condizionata perdeva acqua", "vista sul cortile buio"],
            "Cibo": ["colazione abbondante e varia", "il caffè era freddo", "la cena è cara per ciò che offre"],
            "Personale": ["alla reception tutti gentilissimi", "nessuno ci ha aiutato con le valigie"],
        },
        ["Torneremo!", "Peccato.", "Voto: 7 su 10", "Consigliato"],
    ),
    "klacht": (
        ["Beste klantenservice,", "Geachte heer/mevrouw,", "Alweer", "Vorige week"],
        {
            "Bezorging": ["is het pakket bij de verkeerde buren afgegeven", "stond de bezorger niet voor de deur"],
            "Betaling": ["is het bedrag twee keer afgeschreven", "werkt iDEAL niet in de winkelwagen"],
            "Garantie": ["is het scherm na een maand gebarsten", "weigert de winkel de reparatie"],
        },
        ["Groeten, Anja", "Graag een reactie.", "Dit is onacceptabel!", "Alvast bedankt"],
    ),
    "skarga": (
        ["Dzień dobry,", "Witam,", "Zgłaszam ponownie:", "Od wczoraj"],
        {
            "Płatność": ["przelew nie został zaksięgowany", "pobrano opłatę dwukrotnie"],
            "Wysyłka": ["paczka utknęła w sortowni", "kurier zostawił przesyłkę pod drzwiami"],
            "Konto": ["nie mogę się zalogować do aplikacji", "hasło wygasło, a link nie działa"],
        },
        ["Proszę o pomoc.", "Pozdrawiam", "Czekam na odpowiedź", "Dziękuję!"],
    ),
    "banco": (
        ["Boa tarde,", "Prezados,", "Pela terceira vez", "Olá,"],
        {
            "Cartão": ["o cartão foi recusado na padaria", "não reconheço esta compra de R$ 89,90"],
            "Aplicativo": ["o aplicativo fecha sozinho ao abrir o extrato", "a senha não é aceita"],
            "Empréstimo": ["a parcela veio com juros maiores", "quero antecipar a quitação"],
        },
        ["Obrigado.", "Aguardo retorno", "Que decepção!", "Att., Conceição"],
    ),
    "kino": (
        ["После обновления", "Добрый день,", "Уже третий раз", "Здравствуйте!"],
        {
            "Оплата": ["деньги списали дважды", "не приходит чек на почту"],
            "Доставка": ["курьер опоздал на два часа", "посылка пришла вскрытой"],
            "Качество": ["экран мерцает через неделю", "ткань тонкая и просвечивает"],
        },
        ["Жду ответа.", "Спасибо", "Верните деньги!", "С уважением, Олег"],
    ),
    "tenpo": (
        ["先週注文しましたが、", "初めて利用しました。", "昨日から", "二回目の連絡です。"],
        {
            "配送": ["荷物がまだ届きません。", "箱がつぶれていました。"],
            "返金": ["返金の確認ができません。", "二重に請求されています。"],
            "品質": ["縫い目がほつれていました。", "色が写真と違います。"],
        },
        ["よろしくお願いします。", "残念です。", "早めの対応を希望します。"],
    ),
    "ward": (
        ["Pt states that", "On review,", "Handover:", "At 06:40"],
        {
            "Medication": ["the evening dose was given twice", "the wrong strength was on the chart"],
            "Fall": ["the patient slipped beside the bed", "was found sitting on the bathroom floor"],
            "Equipment": ["the pump alarmed and could not be silenced", "no charged monitor was on the ward"],
        },
        ["Family informed.", "No harm.", "Doctor notified at once.", "Form 7 filled in"],
    ),
}
