"""What a made file is, and the words that the files are made of."""

# Sentences and whole files stand on one line each.
# ruff: noqa: E501

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Row = tuple[Any, ...]
Rows = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Made:
    """A file and what a right reading finds in it.

    ``facts``: ``encoding``, ``delimiter``, ``header_row``, ``rows``, ``format``, ``sheet``, ``task``, ``text`` (the
    columns to read), ``label``, ``label_columns``, ``label_separator``, ``problem`` (a code), ``columns`` (their names)
    and ``roles`` (of some columns). What is not said is not judged.
    """

    name: str
    data: bytes
    facts: dict[str, Any]


def delimited(rows: Rows, delimiter: str = ",", end: str = "\r\n", quoting: Any = csv.QUOTE_MINIMAL) -> str:
    """Rows as a spreadsheet writes them."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


# Eight short messages of customers in each language; the first two are about the bill, the next three about the
# parcel, the others about the account.
_SAID = {
    "en": "The invoice shows an amount that I never ordered|Please send me the bill again|My parcel arrived damaged and "
    "wet|Where is my order, it is a week late|The driver left the box in the rain|I cannot log in since the update|How "
    "do I change my password|My account was locked without any reason",
    "de": "Die Rechnung enthält einen Betrag, den ich nie bestellt habe|Bitte schicken Sie mir die Rechnung für März|Das "
    "Paket kam beschädigt an|Wo bleibt meine Bestellung, sie ist überfällig|Der Fahrer ließ das Päckchen im Regen "
    "stehen|Ich kann mich seit dem Update nicht anmelden|Wie ändere ich mein Passwort, bitte schön|Mein Konto wurde "
    "grundlos gesperrt, völlig ärgerlich",
    "fr": "La facture présente un montant erroné, remboursez-moi|Veuillez m’envoyer la facture détaillée|Le colis est "
    "arrivé abîmé hier|Où est ma commande, elle a déjà une semaine de retard|Le livreur a laissé le paquet à la "
    "pluie|Je ne peux plus me connecter après la mise à jour|Comment changer mon mot de passe oublié|Mon compte a été "
    "bloqué sans préavis",
    "es": "La factura muestra un importe que no pedí|Envíeme la factura otra vez, señor|El paquete llegó dañado ayer|¿Dónde "
    "está mi pedido? Lleva una semana de retraso|El repartidor dejó la caja bajo la lluvia|No puedo iniciar sesión "
    "desde la actualización|¿Cómo cambio mi contraseña olvidada?|Mi cuenta fue bloqueada sin razón",
    "pt": "A fatura mostra um valor que não pedi|Enviem a fatura novamente, por favor|O pacote chegou danificado "
    "ontem|Onde está a minha encomenda? Já são três dias|O motorista deixou a caixa à chuva|Não consigo entrar após a "
    "atualização|Como altero a minha palavra-passe?|A minha conta foi bloqueada sem razão",
    "pl": "Faktura zawiera kwotę, której nie zamówiłem|Proszę przesłać fakturę jeszcze raz|Paczka dotarła uszkodzona i "
    "mokra|Gdzie jest moje zamówienie, spóźnia się już tydzień|Kierowca zostawił pudełko na deszczu|Nie mogę się "
    "zalogować od czasu aktualizacji|Jak zmienić zapomniane hasło|Moje konto zostało zablokowane bez żadnego powodu",
    "cs": "Faktura obsahuje částku, kterou jsem neobjednal|Prosím, pošlete mi účet ještě jednou|Balík přišel poškozený a "
    "mokrý|Kde je moje objednávka, má týden zpoždění|Řidič nechal krabici na dešti|Od aktualizace se nemohu "
    "přihlásit|Jak změním zapomenuté heslo|Můj účet byl zablokován bez důvodu",
    "ru": "В счёте указана сумма, которую я не заказывал|Пришлите мне счёт ещё раз, пожалуйста|Посылка пришла мокрой и "
    "повреждённой|Где мой заказ, он опаздывает на неделю|Курьер оставил коробку под дождём|Не могу войти после "
    "обновления|Как сменить забытый пароль|Мой аккаунт заблокировали без причины",
    "uk": "У рахунку є сума, якої я не замовляв|Надішліть мені рахунок ще раз, будь ласка|Посилка прийшла мокрою і "
    "пошкодженою|Де моє замовлення, воно спізнюється на тиждень|Кур’єр залишив коробку під дощем|Не можу увійти після "
    "оновлення|Як змінити забутий пароль|Мій обліковий запис заблокували без причини",
    "ja": "請求書に注文していない金額があります|請求書をもう一度送ってください|荷物が壊れた状態で届きました|注文した商品がまだ届きません、"
    "一週間遅れています|配達員が雨の中に箱を置いていきました|更新してからログインできません|パスワードの変更方法を教えてください|"
    "理由もなくアカウントがロックされました",
    "zh": "账单上有我没有订购的金额|请再给我发一次发票|包裹到的时候已经损坏了|我的订单在哪里，已经晚了一个星期|司机把箱子放在雨里|"
    "更新以后我无法登录|请问怎么修改我的密码|我的账户无缘无故被锁定了",
    "ko": "주문하지 않은 금액이 청구서에 있습니다|청구서를 다시 보내 주세요|택배가 파손되어 도착했습니다|제 주문은 어디에 있나요 일주일이나 "
    "늦었어요|기사님이 상자를 비 오는 곳에 두고 갔어요|업데이트 이후 로그인할 수 없습니다|비밀번호는 어떻게 바꾸나요|이유 없이 계정이 "
    "잠겼습니다",
    "tr": "Faturada sipariş etmediğim bir tutar görünüyor|Lütfen faturayı yeniden gönderin|Paket hasarlı ve ıslak "
    "geldi|Siparişim nerede, bir hafta gecikti|Şoför kutuyu yağmurda bıraktı|Güncellemeden beri giriş "
    "yapamıyorum|Şifremi nasıl değiştiririm|Hesabım sebepsiz yere kilitlendi",
    "el": "Ο λογαριασμός έχει ποσό που δεν παρήγγειλα|Στείλτε μου ξανά το τιμολόγιο|Το δέμα έφτασε κατεστραμμένο|Πού είναι "
    "η παραγγελία μου, άργησε μία εβδομάδα|Ο οδηγός άφησε το κουτί στη βροχή|Δεν μπορώ να συνδεθώ μετά την "
    "ενημέρωση|Πώς αλλάζω τον κωδικό μου|Ο λογαριασμός μου κλειδώθηκε χωρίς λόγο",
    "he": "בחשבונית מופיע סכום שלא הזמנתי|נא לשלוח לי שוב את החשבונית|החבילה הגיעה פגומה ורטובה|איפה ההזמנה שלי, היא "
    "מאחרת בשבוע|השליח השאיר את הקופסה בגשם|איני יכול להתחבר מאז העדכון|כיצד משנים את הסיסמה|החשבון שלי ננעל בלי סיבה",
    "ar": "الفاتورة تحتوي على مبلغ لم أطلبه|أرسلوا لي الفاتورة مرة أخرى|وصل الطرد تالفا ومبللا|أين طلبي، لقد تأخر "
    "أسبوعا كاملا|ترك السائق الصندوق تحت المطر|لا أستطيع الدخول بعد التحديث|كيف أغير كلمة المرور|تم إغلاق حسابي دون سبب",
    "th": "ใบแจ้งหนี้มียอดที่ฉันไม่ได้สั่ง|กรุณาส่งใบแจ้งหนี้อีกครั้ง|พัสดุมาถึงในสภาพเสียหาย|คำสั่งซื้อของฉันอยู่ที่ไหน ช้าไปหนึ่งสัปดาห์แล้ว|"
    "คนขับวางกล่องไว้กลางฝน|ฉันเข้าสู่ระบบไม่ได้หลังอัปเดต|ฉันจะเปลี่ยนรหัสผ่านได้อย่างไร|บัญชีของฉันถูกล็อกโดยไม่มีเหตุผล",
    "sv": "Fakturan visar ett belopp som jag aldrig beställt|Var vänlig skicka fakturan igen|Paketet kom fram skadat och "
    "blött|Var är min beställning, den är en vecka försenad|Föraren lämnade lådan i regnet|Jag kan inte logga in efter "
    "uppdateringen|Hur ändrar jag mitt lösenord|Mitt konto låstes utan anledning på lördag",
}
_TOPIC = (0, 0, 1, 1, 1, 2, 2, 2)


def said(
    language: str, rows: int, topics: Sequence[object] = ("billing", "delivery", "account")
) -> list[tuple[str, Any]]:
    """So many different messages of a language, each with its topic."""
    sentences = _SAID[language].split("|")
    found = []
    for n in range(rows):
        first, second = n % 8, (3 * n + n // 8) % 8
        text = sentences[first] + (f". {sentences[second]}" if n >= 8 else "") + f" ({n + 1001})" * (n >= 40)
        found.append((text, topics[_TOPIC[first] % len(topics)]))
    return found
