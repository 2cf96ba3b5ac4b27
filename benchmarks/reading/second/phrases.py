"""Remarks of people, each of one of a few kinds; the words are others than those of the first hold-out."""

import random
from itertools import product

# name: (beginnings, {kind: what is said}, endings)
_WORDS: dict[str, tuple[list[str], dict[str, list[str]], list[str]]] = {
    "hotel": (
        ["We stayed two nights", "Third visit", "Booked for a trade fair", "Family of four", "Last weekend"],
        {
            "Room": ["the mattress was like a board", "heating could not be turned down", "a view to die for"],
            "Food": ["breakfast ended at 9, much too early", "best pancakes in town", "cold eggs; hot orange juice"],
            "Staff": ["reception let us wait for 40 minutes", "the porter found my lost phone", "nobody spoke English"],
        },
        ["would come again", "never again", "3/5", "and the price was ok", "pity"],
    ),
    "city": (
        ["Since Monday", "Again and again", "On my way to school", "Every night", "As reported before"],
        {
            "Street Light": ["the lamp opposite no. 14 flickers", "it is pitch dark at the bus stop"],
            "Noise": ["the bar plays music until 4 am", "construction starts at 5:30 in the morning"],
            "Pothole": ["there is a hole as deep as my hand", "my bicycle got stuck in a broken lane"],
            "Rubbish": ["bags lie next to the containers", "the bulky waste was not collected"],
        },
        ["please send somebody.", "near Oak St & 5th Ave.", "who is responsible?", "photo attached."],
    ),
    "buchung": (
        ["SEPA-Lastschrift", "KARTENZAHLUNG", "Dauerauftrag", "Gutschrift", "VISA 4711"],
        {
            "Lebensmittel": ["REWE SAGT DANKE 43112", "EDEKA Müller Fil. 0815", "Bäckerei Süß, Köln"],
            "Miete": ["Hausverwaltung Größer Whg. 12", "Stellplatz Nr. 7 Tiefgarage"],
            "Mobilität": ["DB Vertrieb GmbH Ticket", "ARAL Tankstelle A3/Süd", "Stadtwerke Bus-Abo"],
        },
        ["Ref. 90210", "EREF+2024-03", "MREF+0099 CRED+DE98", "Danke!", "30.02. abgerechnet"],
    ),
    "bank": (
        ["POS", "ACH", "ONLINE", "RECURRING", "INTL"],
        {
            "Groceries": ["WHOLEFDS MKT 10234", "TRADER JOE'S #552", "COSTCO WHSE, SEATTLE"],
            "Travel": ["UBER   TRIP HELP.UBER.COM", "DELTA AIR 0062341", "SHELL OIL 5744"],
            "Utilities": ["CITY OF AUSTIN T/ELEC", "COMCAST CABLE COMM"],
        },
        ["WA", "TX 73301", "PPD ID: 99", "12/03 PURCHASE", "REF 00A1"],
    ),
    "leaver": (
        ["Honestly,", "After six years", "In my team", "To be fair,", "My main point:"],
        {
            "Pay": ["the salary never kept up with rents", "others get a car for the same work"],
            "Manager": ["my boss decides alone; then changes it", "praise was rare, blame was daily"],
            "Workload": ["two jobs were put on one desk", "weekends were planned as if they were Tuesdays"],
        },
        ["I would still recommend the firm.", "that is all.", "nothing changed.", "ask the others as well.", "sorry."],
    ),
    "patient": (
        ["Als Privatpatientin", "Beim ersten Termin", "Nach der OP", "Wie immer", "Leider"],
        {
            "Wartezeit": ["saß ich drei Stunden im Flur", "ging es zügig, höchstens 10 Minuten"],
            "Behandlung": ["hörte mir die Ärztin genau zu", "wurde die falsche Schulter geröntgt"],
            "Empfang": ["ging niemand ans Telefon", "waren die Damen am Tresen äußerst freundlich"],
        },
        ["Note 2.", "nie wieder!", "das war's.", "sehr zu empfehlen.", "Grüße, Frau Möller"],
    ),
    "incident": (
        ["User reports:", "Monitoring:", "Phone call -", "Walk-in:", "FW:"],
        {
            "Network": ["VPN drops every 5 min on floor 3", "no Wi-Fi in room B.12, ping > 900 ms"],
            "Hardware": ["laptop dock does not charge", 'monitor 27" shows stripes after standby'],
            "Access": ["cannot open share \\\\fs01\\finance", "MFA token lost while travelling"],
        },
        ["since this morning", "VIP", "workaround: restart", "see attachment", "2nd occurrence"],
    ),
    "product": (
        ["Heavy duty", "Organic", "Set of 4", "Kids'", "Vintage"],
        {
            "Home > Kitchen": ["cast iron pan 28 cm", "oak chopping board 40x30", "enamel mug, 350 ml"],
            "Garden": ["telescopic hedge trimmer", "tomato seeds, 2 g", "foldable wheelbarrow"],
            "Toys & Games": ["wooden train with magnets", "puzzle 500 pcs.", "juggling balls"],
        },
        ["black", "with 2-year warranty", "(refurbished)", "- gift box", "NEW"],
    ),
    "avis": (
        ["Très déçue :", "Bon rapport qualité-prix,", "Reçu hier,", "Cadeau pour ma mère ;", "Bof,"],
        {
            "Qualité": ["la couture a lâché au bout d'une semaine", "matière agréable, à l'usage comme au toucher"],
            "Taille": ["taille petit, prendre au-dessus", "l'ourlet traîne par terre"],
            "Expédition": ["emballage écrasé, reçu après Noël", "expédié le jour même, bravo"],
        },
        ["je recommande.", "à éviter !", "dommage…", "renvoyé.", "4 étoiles"],
    ),
    "multe": (
        ["Il cittadino segnala", "Esposto:", "Con la presente", "Di nuovo", "Ieri sera"],
        {
            "Viabilità": ["che il semaforo di via Città è spento", "auto in doppia fila, perché nessuno controlla"],
            "Rifiuti": ["cassonetti pieni da più giorni", "un frigo è stato abbandonato nel parco"],
            "Verde": ["l'erba è alta e ci sono zanzare", "un ramo è caduto sul marciapiede"],
        },
        ["si chiede riscontro.", "grazie.", "è urgente.", "foto allegata.", "già segnalato a maggio"],
    ),
    "reclame": (
        ["Comprei pelo site", "Estou indignado:", "Já é a 3ª vez", "Prezados,", "Olá, boa noite;"],
        {
            "Entrega": ["o pedido não chegou até agora", "a transportadora deixou na portaria errada"],
            "Cobrança": ["cobraram duas vezes no cartão de crédito", "o cupom não foi aplicado à compra"],
            "Atendimento": ["ninguém responde no chat há três dias", "a atendente desligou na minha cara"],
        },
        ["aguardo solução.", "quero meu dinheiro!", "obrigada.", "não recomendo.", "que vergonha"],
    ),
    "quejas": (
        ["Buenas tardes:", "El vecino del 3.º dice que", "Desde ayer", "Por segunda vez", "Señores,"],
        {
            "Agua": ["no hay presión en el baño", "el contador gira aunque esté cerrado"],
            "Ruido": ["los jóvenes gritan bajo la ventana", "el camión de la basura pasa a las 4"],
            "Tráfico": ["falta una señal junto al colegio", "nadie respeta el paso de peatones"],
        },
        ["¿cuándo vendrán?", "muchas gracias.", "¡es una vergüenza!", "adjunto vídeo.", "espero respuesta"],
    ),
    "窓口": (
        ["昨日から、", "何度も言いますが、", "初めて連絡します。", "子どもが通う道で、", "先週、"],
        {
            "道路": ["歩道に穴が開いています", "信号の待ち時間が長すぎます"],
            "騒音": ["夜中の工事がうるさいです", "隣の店の音楽が止まりません"],
            "ごみ": ["収集日を過ぎても残っています", "カラスが袋を破ります"],
        },
        ["。対応をお願いします。", "。困っています。", "。至急。", "。写真あり。", "。"],
    ),
    "민원": (
        ["어제부터 ", "매일 밤 ", "지난주에 신고했지만 ", "출근길에 ", "아이가 "],
        {
            "도로": ["보도블록이 깨져 있습니다", "신호등이 고장 났습니다"],
            "소음": ["공사 소리가 너무 큽니다", "옆집 음악 때문에 잠을 못 잡니다"],
            "쓰레기": ["분리수거가 안 되고 있습니다", "골목에 쓰레기가 쌓여 있습니다"],
        },
        [". 확인 부탁드립니다.", ". 빨리 해결해 주세요.", "!", ". 감사합니다.", "."],
    ),
    "投诉": (
        ["昨天下午，", "我已经第三次反映，", "您好，", "请问一下：", "上周买的，"],
        {
            "物流": ["快递一直没有送到", "包裹外面已经破了", "送错了地址，电话也打不通"],
            "质量": ["用了两天就坏了", "颜色和图片完全不一样"],
            "退款": ["申请了退款还没有到账", "客服说要等十五个工作日"],
        },
        ["，请尽快处理。", "，谢谢！", "，非常失望。", "。", "，怎么办？"],
    ),
    "شكاوى": (
        ["منذ أسبوع ", "للمرة الثالثة ", "السلام عليكم، ", "أرجو المساعدة: ", "اليوم "],
        {
            "التوصيل": ["لم يصل الطلب حتى الآن", "وصل الصندوق مفتوحا"],
            "الدفع": ["تم خصم المبلغ مرتين", "لا يعمل رمز الخصم"],
            "التطبيق": ["يتوقف البرنامج عند الدخول", "لا تصلني رسالة التأكيد"],
        },
        ["، شكرا.", "!", "، متى الحل؟", ".", "، الرجاء الرد"],
    ),
    "звернення": (
        ["Добрий день,", "Вже тиждень", "Повторно повідомляю:", "Шановні,", "Знову"],
        {
            "Опалення": ["у під'їзді холодно, батареї ледь теплі", "немає гарячої води з п'ятниці"],
            "Дороги": ["на перехресті не працює світлофор", "їхати неможливо, суцільні ями"],
            "Сміття": ["контейнери не вивозять, сморід", "у парку повно пляшок"],
        },
        ["прошу вжити заходів.", "дякую.", "скільки можна?", "чекаю на відповідь.", "фото додаю"],
    ),
    "शिकायत": (
        ["कल से ", "नमस्ते, ", "तीसरी बार ", "कृपया ध्यान दें, ", "आज सुबह "],
        {
            "बिजली": ["घर में बिजली नहीं है", "मीटर गलत दिखा रहा है"],
            "पानी": ["नल से गंदा पानी आ रहा है", "पाइप टूट गया है"],
            "सड़क": ["सड़क पर बड़ा गड्ढा है", "स्ट्रीट लाइट खराब है"],
        },
        ["।", ", कृपया मदद करें।", ", धन्यवाद।", "!", ", कब ठीक होगा?"],
    ),
    "intent": (
        ["hey", "um", "pls", "quick question", "hi there"],
        {
            "opening_hours": ["when do you open on sundays", "are you closed on may 1st"],
            "book_table": ["table for 6 at eight", "can i get a booth by the window"],
            "menu": ["do you have vegan stuff", "is there gluten in the soup"],
        },
        ["", "?", "thx", "asap", ":)"],
    ),
}

_WRITTEN_ON = frozenset({"窓口", "민원", "投诉", "شكاوى", "शिकायत"})
"""Their parts bring the blanks that they need."""


def remarks(about: str, count: int, seed: int) -> list[tuple[str, str]]:
    """As many different remarks, each with its kind."""
    beginnings, kinds, endings = _WORDS[about]
    blank = "" if about in _WRITTEN_ON else " "
    every = [
        (blank.join(part for part in (begin, said, end) if part), kind)
        for kind, bodies in kinds.items()
        for begin, said, end in product(beginnings, bodies, endings)
    ]
    return random.Random(seed).sample(every, count)


def numbers(count: int, seed: int, low: int = 100, high: int = 99_999) -> list[int]:
    """As many whole numbers."""
    chance = random.Random(seed)
    return [chance.randint(low, high) for _ in range(count)]
