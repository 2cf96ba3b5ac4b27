"""Short messages of customers in several languages, each of one of three kinds."""

import random
from datetime import datetime, timedelta

# language: (openings, {kind: what it is about}, endings)
_WORDS: dict[str, tuple[list[str], dict[str, list[str]], list[str]]] = {
    "en": (
        ["Hello,", "Hi team,", "Good morning,", "To whom it may concern,", "Third time I write:"],
        {
            "Billing": [
                "my invoice for March shows the setup fee twice",
                "the discount we agreed on is missing from the bill",
                "you charged my card although I cancelled, which is 49.90 too much",
                "I need the invoice made out to our new company name",
            ],
            "Delivery": [
                "the parcel was left in the rain; the box is soaked",
                "tracking says delivered, but nothing has arrived here",
                "two of the five chairs are missing from the shipment",
                "the driver would not carry the fridge to the second floor",
            ],
            "Technical": [
                'the app closes with "error 504" when I open a report',
                "I cannot log in since the update, the code never comes",
                "exports stop at 1,000 rows and then the page hangs",
                "the printer is offline, but only for our branch in Leeds",
            ],
        },
        ["please help.", "can somebody call me back?", "thanks, Priya", "this is urgent!", "I attach a picture."],
    ),
    "de": (
        ["Guten Tag,", "Hallo,", "Sehr geehrte Damen und Herren,", "Moin,", "Nochmals:"],
        {
            "Rechnung": [
                "auf der Rechnung fehlt die Umsatzsteuer-Nummer",
                "die Gebühr für März wurde doppelt abgebucht",
                "ich möchte künftig per Überweisung zahlen; bitte ändern",
            ],
            "Lieferung": [
                "das Paket ist völlig durchnässt angekommen",
                "laut Sendungsverfolgung zugestellt, hier ist aber nichts",
                "zwei Stühle fehlen, außerdem ist eine Lehne gebrochen",
            ],
            "Störung": [
                "seit dem Update lässt sich die App nicht mehr öffnen",
                "der Drucker in der Filiale Köln meldet ständig Fehler 13",
                "ich komme nicht mehr in mein Konto, das Passwort ist ungültig",
            ],
        },
        ["bitte um Rückruf.", "mit freundlichen Grüßen, J. Weiß", "das ist dringend!", "danke schön.", "was nun?"],
    ),
    "fr": (
        ["Bonjour,", "Madame, Monsieur,", "Bonsoir,", "Rebonjour,"],
        {
            "Facturation": [
                "j'ai été débité deux fois pour le même mois",
                "la remise promise n'apparaît pas sur ma facture",
                "le prélèvement dépasse le montant convenu à l'achat",
            ],
            "Livraison": [
                "le colis est arrivé ouvert et il manque un élément",
                "le livreur n'est jamais passé, malgré l'avis reçu",
                "la commande a été expédiée à mon ancienne adresse",
            ],
            "Technique": [
                "l'écran reste noir après la mise à jour du logiciel",
                "impossible de me connecter à mon espace client",
                "le téléchargement s'arrête toujours à la moitié",
            ],
        },
        ["merci d'avance.", "c'est très gênant.", "pouvez-vous m'aider ?", "cordialement, Zoé"],
    ),
    "es": (
        ["Hola,", "Buenos días,", "Estimados señores:", "Otra vez yo,"],
        {
            "Facturación": [
                "me han cobrado dos veces el mismo recibo",
                "no aparece el descuento en la factura de mayo",
            ],
            "Envío": ["el paquete llegó roto y sin la garantía", "el repartidor dejó la caja en otra dirección"],
            "Avería": ["la lavadora hace ruido y no centrifuga", "la aplicación se cierra al añadir una foto"],
        },
        ["espero su respuesta.", "gracias, Íñigo", "¿qué puedo hacer?", "es muy urgente."],
    ),
    "nl": (
        ["Goedemiddag,", "Beste collega's,", "Hallo,", "Geachte heer/mevrouw,"],
        {
            "Factuur": ["het bedrag op de factuur klopt niet met de offerte", "de korting is niet verrekend"],
            "Levering": ["het pakket is bij de verkeerde buren afgegeven", "er ontbreekt een doos in de zending"],
            "Storing": ["de app loopt vast na het inloggen", "de scanner geeft steeds een foutmelding"],
        },
        ["graag een reactie.", "alvast bedankt!", "dit kan echt niet.", "wat nu?"],
    ),
    "pl": (
        ["Dzień dobry,", "Witam,", "Szanowni Państwo,", "Cześć,"],
        {
            "Faktura": ["na fakturze jest błędna kwota i zły NIP", "opłata została pobrana dwa razy"],
            "Dostawa": ["paczka przyszła uszkodzona i niekompletna", "kurier w ogóle nie przyjechał, choć czekałem"],
            "Awaria": ["po aktualizacji aplikacja się nie włącza", "nie mogę zalogować się na swoje konto"],
        },
        ["proszę o kontakt.", "pozdrawiam, Łukasz", "to bardzo pilne!", "dziękuję."],
    ),
    "tr": (
        ["Merhaba,", "İyi günler,", "Sayın yetkili,", "Selam,"],
        {
            "Fatura": ["faturada iki kez ücret alınmış görünüyor", "söz verilen indirim faturaya yansımamış"],
            "Teslimat": ["kargo hasarlı geldi, içindeki bardak kırıktı", "paket yanlış adrese bırakılmış"],
            "Arıza": ["güncellemeden sonra uygulama açılmıyor", "şifremi değiştirdim ama giriş yapamıyorum"],
        },
        ["lütfen dönüş yapın.", "teşekkürler, Çağrı", "çok acil!", "ne yapmalıyım?"],
    ),
    "ru": (
        ["Здравствуйте,", "Добрый день,", "Уважаемая служба поддержки,", "Привет,"],
        {
            "Оплата": ["с карты дважды списали плату за март", "в счёте указана неверная сумма"],
            "Доставка": ["курьер так и не приехал в назначенное время", "посылка пришла вскрытой, не хватает кабеля"],
            "Поломка": ["после обновления программа не запускается", "холодильник шумит и не морозит"],
        },
        ["прошу перезвонить.", "спасибо, Ольга", "это срочно!", "что мне делать?"],
    ),
    "ja": (
        ["お世話になっております。", "こんにちは。", "至急お願いします。", "先日も連絡しました。"],
        {
            "請求": ["三月分の料金が二重に請求されています。", "請求書の宛名を変更してください。"],
            "配送": ["荷物が濡れて届きました。", "配達済みと表示されますが届いていません。"],
            "不具合": ["更新後にアプリが起動しません。", "パスワードを入力してもログインできません。"],
        },
        ["ご確認ください。", "よろしくお願いいたします。", "返信をお待ちしております。", "困っています。"],
    ),
    "el": (
        ["Καλημέρα,", "Αγαπητοί κύριοι,", "Γεια σας,", "Καλησπέρα,"],
        {
            "Χρέωση": ["χρεώθηκα δύο φορές για τον ίδιο μήνα", "λείπει η έκπτωση από τον λογαριασμό"],
            "Παράδοση": ["το δέμα έφτασε σπασμένο", "ο μεταφορέας δεν ήρθε ποτέ στο ραντεβού"],
            "Βλάβη": ["η εφαρμογή δεν ανοίγει μετά την ενημέρωση", "δεν μπορώ να συνδεθώ στον λογαριασμό μου"],
        },
        ["περιμένω νέα σας.", "ευχαριστώ πολύ.", "είναι επείγον!", "τι να κάνω;"],
    ),
    "sv": (
        ["Hej,", "God morgon,", "Bästa kundtjänst,", "Hallå,"],
        {
            "Faktura": ["jag har fått betala avgiften två gånger", "rabatten saknas på fakturan för april"],
            "Leverans": ["paketet var trasigt när det kom fram", "budet lämnade lådan hos fel granne"],
            "Fel": ["appen går inte att öppna längre", "skrivaren på kontoret i Växjö svarar inte"],
        },
        ["tack på förhand.", "hör av er snarast!", "vad gör jag nu?", "hälsningar, Åsa"],
    ),
    "cs": (
        ["Dobrý den,", "Zdravím,", "Vážení,", "Ahoj,"],
        {
            "Faktura": ["na faktuře je špatná částka a chybí IČO", "poplatek byl stržen dvakrát"],
            "Doručení": ["balík přišel poškozený a neúplný", "kurýr vůbec nepřijel, ačkoli jsem čekal"],
            "Porucha": ["aplikace se po aktualizaci nespustí", "nemohu se přihlásit ke svému účtu"],
        },
        ["prosím o odpověď.", "děkuji, Jiří", "je to naléhavé!", "co mám dělat?"],
    ),
}

REPLIES = [
    "I am sorry about that. I have taken the fee off and you will see it within five days.",
    "Thank you for telling us. A new parcel leaves our warehouse today.",
    "Please remove the app, restart the phone and install it again; that cures it in most cases.",
    "We have changed the name on the invoice and sent you a new copy by e-mail.",
    "Our driver will come again tomorrow between eight and twelve.",
    "That is a known fault; version 4.2 mends it and comes out next Tuesday.",
]


def messages(language: str, count: int, seed: int = 1) -> list[tuple[str, str]]:
    """As many different messages, each with its kind."""
    openings, kinds, endings = _WORDS[language]
    blank = "" if language == "ja" else " "
    every = [
        (blank.join((opening, body + ("" if body.endswith("。") else ","), ending)), kind)
        for opening in openings
        for kind, bodies in kinds.items()
        for body in bodies
        for ending in endings
    ]
    return random.Random(seed).sample(every, count)


def days(count: int, style: str = "%Y-%m-%d %H:%M") -> list[str]:
    """As many points in time, in order."""
    start = datetime(2024, 2, 1, 8, 5)
    return [(start + timedelta(hours=7 * i)).strftime(style) for i in range(count)]
