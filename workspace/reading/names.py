"""Column names: words that name columns in several languages, and making names usable."""

import re
from collections.abc import Iterable, Sequence

TEXT_NAMES = frozenset(
    "text texts body message messages msg sms mail email_body content comment comments review reviews tweet "
    "post sentence sentences utterance query question phrase description desc summary title subject headline "
    "abstract document doc statement feedback transcript input utterances ticket request complaint note notes "
    "news article nachricht beschreibung kommentar inhalt betreff anfrage frage satz bewertung rezension "
    "texto mensaje comentario comentarios descripcion descripción consulta pregunta frase opinión opinion "
    "reseña texte commentaire avis contenu demande testo messaggio commento recensione domanda mensagem "
    "comentário descrição avaliação pergunta tekst bericht omschrijving beschrijving opmerking wiadomość "
    "treść komentarz текст сообщение отзыв комментарий 文本 内容 评论 句子 テキスト 本文 텍스트 내용 نص feed "
    "remark remarks bemerkung anmerkung meldungstext freitext verwendungszweck meddelande beskrivning fritext "
    "besked beskrivelse bemærkning viesti kuvaus popis zpráva poznámka komentář opis uwagi leírás üzenet "
    "mesaj açıklama yorum σχόλιο περιγραφή μήνυμα описание опис повідомлення 문의내용 libellé remarque "
    "remarques descrizione reclamo reclamación reclamação réclamation queja klacht beschwerde reklamation".split()
)
LABEL_NAMES = frozenset(
    "label labels category categories class classes target intent sentiment tag topic team department emotion "
    "type stance y gold rating polarity annotation answer_label group queue spam is_spam priority status "
    "score genre reason product_category ticket_type output_label kategorie kategorien klasse abteilung "
    "thema themen art "
    "stimmung etikett typ bereich categoria categoría clase etiqueta sentimiento tema equipo departamento "
    "tipo intención catégorie classe étiquette thème équipe service sentimento etichetta afdeling categorie "
    "onderwerp kategoria klasa класс категория метка тема тональность 类别 标签 分类 情感 ラベル カテゴリ "
    "라벨 분류 stars star_rating overall rubric issue cause grund ursache anlass gruppe motif motivo causa "
    "razón razão nota soort reden oorzaak groep powód rodzaj ocena grupa důvod druh hodnocení skupina "
    "kategória kategorija típus csoport kategori tür konu neden puan orsak anledning grupp betyg årsag luokka "
    "aihe syy ryhmä arvosana κατηγορία θέμα λόγος είδος категорія причина рубрика оценка оцінка 分類 種別 "
    "voto puntuación calificación valoración valutazione punteggio avaliação waardering cijfer betyg karakter "
    "種類 区分 評価 카테고리 평점 유형 점수 étoiles estrellas stelle sterne".split()
)
WEAK_LABELS = frozenset(
    "team department group status state priority queue service verified abteilung equipo departamento équipe "
    "afdeling stato estado statut durum stav tila stan priorité prioridad priorität prioriteit "
    "importance wichtigkeit importancia belang ważność".split()
)
"""Names of labels that also name who dealt with a row or how far it is: chosen where nothing names its subject."""
STATES = frozenset(
    "status state priority stato estado statut durum stav tila stan priorité prioridad priorität prioriteit severity "
    "urgency impact dringlichkeit importance wichtigkeit importancia belang ważność".split()
)
"""Those of them that say how far or how urgent: chosen last, where a group or a team stands beside them."""
LABEL_ENDINGS = tuple("kategorie kategori categorie klasse gruppe grund ursache typ sart thema orsak soort".split())
TEXT_ENDINGS = ("text", "tekst", "beschreibung", "kommentar", "bemerkung", "nachricht", "beskrivning", "omschrijving")
"""What the last part of a compound says in languages that write compounds as one word: ``Meldungsart``."""
ID_NAMES = frozenset(
    "id ids uuid guid index idx key nr no number row row_id record_id ticket_id message_id case_id nummer "
    "numéro número identificador kennung".split()
)
DATE_NAMES = frozenset(
    "date time timestamp datetime created created_at updated_at day year month datum zeit jahr fecha año hora "
    "heure jour année data ano дата".split()
)
PROMPT_NAMES = frozenset(
    "prompt instruction question input query context frage pregunta domanda pergunta vraag fråga spørgsmål "
    "kysymys otázka pytanie kérdés soru ερώτηση вопрос питання 質問 질문 问题".split()
)
RESPONSE_NAMES = frozenset(
    "response completion output answer reply assistant target_text antwort respuesta réponse risposta chosen "
    "resposta antwoord svar vastaus odpověď odpowiedź válasz cevap yanıt απάντηση ответ відповідь 回答 답변 "
    "答案".split()
)
TOKEN_NAMES = frozenset("tokens words token word forms".split())
TAG_NAMES = frozenset("tags ner_tags ner bio iob pos_tags tag labels ner_labels entity_tags slots_bio".split())
SPAN_NAMES = frozenset("spans entities slots ents annotations span entity label labels".split())
SURE_LABELS = frozenset(
    "label labels category categories class classes intent intents cats sentiment topic topics target".split()
)
"""Names of labels that count more than spans in the same table: texts sorted by intent, with slots marked in them."""
PAIRS = tuple(
    tuple(pair.split("/"))
    for pair in (
        "premise/hypothesis sentence1/sentence2 sentence_1/sentence_2 sentence_a/sentence_b question1/question2 "
        "text1/text2 text_1/text_2 text_a/text_b texta/textb query/passage query/document claim/evidence "
        "question/sentence question/passage prämisse/hypothese"
    ).split()
)
"""Names of two texts that are judged together."""
OTHER_NAMES = frozenset(
    "name names language lang source url link country region city state address amount price value count age "
    "gender sprache quelle land stadt betrag preis nom prénom pays ville nombre país ciudad author user "
    "username first last firstname lastname phone email currency quantity total".split()
)
KNOWN = TEXT_NAMES | LABEL_NAMES | ID_NAMES | DATE_NAMES | PROMPT_NAMES | RESPONSE_NAMES | TOKEN_NAMES | TAG_NAMES
KNOWN |= SPAN_NAMES | OTHER_NAMES

_SPACE = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CUT = re.compile(r"[^\w]+|_+")
_MOST = 200


def words_of(name: str) -> set[str]:
    """The words of a column name in lower case, and the whole name: ``MessageBody`` is message, body, messagebody."""
    whole = _SPACE.sub(" ", name).strip()
    parts = {part.lower() for part in _CUT.split(_CAMEL.sub(" ", whole)) if part}
    return parts | {whole.lower(), _CUT.sub("_", whole.lower()).strip("_")}


def ends_as(name: str, endings: tuple[str, ...]) -> bool:
    """Whether a word of the name is a compound with such a last part."""
    return any(word.endswith(end) and len(word) > len(end) for word in words_of(name) for end in endings)


def is_known(name: str) -> bool:
    """Whether a word of the name is one that columns are often called."""
    return bool(words_of(name) & KNOWN)


def usable(names: Sequence[str], width: int) -> list[str]:
    """One distinct name a column: white space joined, empty ones numbered, repeated ones counted."""
    found: list[str] = []
    taken: set[str] = {clean(name) for name in names}
    seen: set[str] = set()
    for index in range(width):
        name = clean(names[index]) if index < len(names) else ""
        if not name:
            name = _free(f"column {index + 1}", taken | seen)
        elif name in seen:
            name = _free_numbered(name, taken | seen)
        seen.add(name)
        found.append(name)
    return found


def clean(name: str) -> str:
    """White space at the ends dropped and inside joined; cut to 200 characters."""
    return _SPACE.sub(" ", name).strip()[:_MOST]


def _free(name: str, taken: Iterable[str]) -> str:
    return name if name not in set(taken) else _free_numbered(name, taken)


def _free_numbered(name: str, taken: Iterable[str]) -> str:
    number = 2
    while f"{name} ({number})" in set(taken):
        number += 1
    return f"{name} ({number})"
